package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Waiting is how much of an officer's work waits, each counted to
// CountedAtMost. What the duty does not see is 0, and Watch nil.
type Waiting struct {
	Tasks, Late     int // open tasks; those of them that were due
	Arrivals        int // nobody has verified them
	Overdue         int // those of them that were to arrive before today
	Up              int // could not be verified below, and came up
	Calls, RedCalls int // red and orange people whom nobody has called; those of them that are red
	Watch           map[string]int
	Listed, Watched bool // arrivals and monitored people are the officer's to see
}

// WaitingFor counts what waits for an officer; tasks is whose tasks the officer
// sees.
func (s *Store) WaitingFor(ctx context.Context, o duty.Officer, tasks duty.Scope, now time.Time) (w Waiting, err error) {
	var text []string
	var into []any
	all := &conditions{}
	count := func(n *int, table string, add func(c *conditions)) {
		c := &conditions{args: all.args} // goes on with the numbers
		add(c)
		all.args, into = c.args, append(into, n)
		text = append(text, `(SELECT COUNT(*) FROM (SELECT 1 FROM `+table+` WHERE 1 = 1`+c.text.String()+` LIMIT `+strconv.Itoa(CountedAtMost)+`) waits)`)
	}
	if column, ok := scopeColumn(tasks.Area); ok {
		open := func(c *conditions) {
			c.and("t.closed_at = 0 AND t."+column+" = ? AND t.kind "+taskKinds(o), tasks.Area)
		}
		count(&w.Tasks, "tasks t", open)
		count(&w.Late, "tasks t", func(c *conditions) { open(c); c.and("t.due_at < ?", now.UnixMilli()) })
	}
	scope := o.ListScope()
	if column, ok := scopeColumn(scope.Area); ok && duty.MayList(o.Duty) {
		w.Listed = true
		count(&w.Arrivals, "arrivals r", func(c *conditions) { c.arrivalsOn("new", column, scope.Area) })
		count(&w.Overdue, "arrivals r", func(c *conditions) { c.arrivalsOn("new", column, scope.Area); c.when("late", core.DayOf(now)) })
		count(&w.Up, "arrivals r", func(c *conditions) { c.arrivalsOn("up", column, scope.Area) })
	}
	if column, ok := scopeColumn(o.WatchScope().Area); ok {
		count(&w.RedCalls, "triage t", func(c *conditions) { c.triageOn(column, o.Area, core.ColourRed, "waits") })
		count(&w.Calls, "triage t", func(c *conditions) { c.triageOn(column, o.Area, core.ColourOrange, "waits") })
	}
	if len(text) > 0 {
		if err := s.q.row(ctx, `SELECT `+strings.Join(text, ", "), all.args...).Scan(into...); err != nil {
			return Waiting{}, fmt.Errorf("count what waits: %w", err)
		}
		w.Calls += w.RedCalls
	}
	if watched := o.WatchScope(); watched != (duty.Scope{}) {
		w.Watched = true
		w.Watch, err = s.WatchCounts(ctx, watched.Area, now)
	}
	return w, err
}

// taskKinds is the condition on the kinds of tasks that an officer sees: who
// keeps the accounts those about officers and tokens, all others those about
// people and tokens.
func taskKinds(o duty.Officer) string {
	if duty.May(o.Duty, duty.InArea, duty.Lists) == duty.OfficersOnly {
		return `IN ('` + TaskLooks + `', '` + TaskTokens + `')`
	}
	return `<> '` + TaskLooks + `'`
}
