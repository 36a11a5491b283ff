//go:build race

package triage

// race says that the race detector slows these tests down.
const race = true
