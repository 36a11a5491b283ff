package core

import (
	"fmt"
	"time"
)

// Tokens are what a network gave so that we may call it: one to call with, and
// one, good for a single use, to get the next two with. They print as nothing.
type Tokens struct {
	Access  string    // to call with; "" while there is none
	Issued  time.Time // of Access
	Expires time.Time // of Access

	Refresh string // to get the next pair with, once; "" when there is none
	Offered bool   // Refresh comes from the settings and begins a new line of pairs
	// Generation names what is to be used next: it changes with Refresh.
	Generation int64
	// Tries is how often Refresh was handed out for use, this time included.
	// More than once: the answer to an earlier use never came or was lost.
	Tries   int
	Busy    time.Time // until when Refresh is in use, or not to be tried again
	Refused time.Time // since when the network refuses what we have; zero while it does not
}

// Format prints no token, whatever the verb.
func (t Tokens) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "tokens %d", t.Generation) }

// MarshalText marshals no token.
func (t Tokens) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(t)), nil }
