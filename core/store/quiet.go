package store

import (
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// The quiet hours are kept where messages are claimed, so that no way of
// queueing one can pass them by: a row that waits since yesterday and one that
// was set back in the evening wait alike.

// LeavesAt is the least urgent priority of which anything may leave at a moment.
func LeavesAt(now time.Time) core.Priority {
	least := core.PriorityNotice
	for least > core.PriorityCode && monitor.Due(least, now).After(now) {
		least--
	}
	return least
}

// age is for how long a message of a priority could have left: the quiet hours
// make none late.
func age(p core.Priority, due, now time.Time) time.Duration {
	switch {
	case !monitor.Waits(p):
		return now.Sub(due)
	case monitor.Quiet(now):
		return 0
	}
	if opened := monitor.At(core.DayOf(now), monitor.QuietUntil); due.Before(opened) {
		due = opened
	}
	return now.Sub(due)
}
