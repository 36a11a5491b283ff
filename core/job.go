package core

import "time"

// A Job is long work with progress: it is done in steps, by whichever node has
// it in hand, and goes on after a restart where the last step ended.
type Job struct {
	ID        string
	Kind      string
	Args      string // JSON
	OfficerID string // who asked for it; "" for the program
	Area      string // GSO code that it concerns; "" for all
	Total     int    // of what it counts, as far as known
	Done      int
	Cursor    string // how far it came, as its kind keeps it
	Result    string // JSON; "" until there is any
	Error     string // why it ended without its result; "" when it did not
	Made      time.Time
	Due       time.Time // not to be begun before
	Ended     time.Time // zero while it runs or waits
	Cancelled bool
	Failures  int // in a row, of its steps
}
