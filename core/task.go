package core

import "time"

// A Task is something an officer must do.
type Task struct {
	Kind      string // "misunderstood", "unproven", TaskUnreached
	PersonID  string
	AddressID string
	Commune   string // GSO codes of where it belongs; only Province is always known
	District  string
	Province  string
	Note      string // a question's ID or the like; never an answer
	Due       time.Time
}
