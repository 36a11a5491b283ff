//go:build !race

package qr

const race = false
