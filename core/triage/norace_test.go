//go:build !race

package triage

const race = false
