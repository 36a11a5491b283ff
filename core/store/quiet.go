package store

import (
	"time"

	"khaibao/core"
)

// The quiet hours are kept where messages are claimed, so that no way of
// queueing one can pass them by: a row that waits since yesterday and one that
// was set back in the evening wait alike.

// LeavesAt is the least urgent priority of which anything may leave now.
func LeavesAt(now time.Time) core.Priority {
	if quiet(now) {
		return core.PriorityReply
	}
	return core.PriorityNotice
}

// quiet and morning stand here until core/monitor has them.
func quiet(t time.Time) bool {
	t = t.In(core.Zone)
	minute := t.Hour()*60 + t.Minute()
	return minute >= 21*60 || minute < 6*60+30
}

// morning is when the last quiet hours ended.
func morning(t time.Time) time.Time {
	d := t.In(core.Zone)
	end := time.Date(d.Year(), d.Month(), d.Day(), 6, 30, 0, 0, core.Zone)
	if end.After(t) {
		end = end.AddDate(0, 0, -1)
	}
	return end
}

// age is for how long a message of a priority could have left: the quiet hours
// make none late.
func age(p core.Priority, due, now time.Time) time.Duration {
	switch {
	case p <= core.PriorityReply:
		return now.Sub(due)
	case p > LeavesAt(now):
		return 0
	}
	if opened := morning(now); due.Before(opened) {
		due = opened
	}
	return now.Sub(due)
}
