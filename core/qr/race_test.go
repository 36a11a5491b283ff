//go:build race

package qr

// race says that the race detector slows these tests down.
const race = true
