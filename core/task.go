package core

import "time"

// TaskVisit is the kind of a task to visit somebody whom a telephone does not
// reach, or who would not speak there.
const TaskVisit = "visit"

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
