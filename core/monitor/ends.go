package monitor

import (
	"slices"
	"time"

	"khaibao/core"
)

// Until is the last day of a period: the day of the last exposure, the days by
// the rules, and what an officer added. Fewer than no days count as none.
func Until(base core.Day, days, extended int) core.Day {
	return base.Add(max(days, 0) + max(extended, 0))
}

// Change is what may move the end of a running monitoring.
type Change struct {
	Base     core.Day // of a newer exposure; "" leaves it
	Days     int      // by the rules in force
	Extended int      // days that an officer added in all
	Rules    string   // version of the rules that gave Days
}

// Proposal is what a change makes of a monitoring.
type Proposal struct {
	Base     core.Day
	Days     int
	Extended int
	Until    core.Day
	Rules    string
	Changed  bool // anything differs from what runs
	Shortens bool // the period would end before the day that was promised
	// Ask: an officer must agree before it is written. A newer exposure and an
	// officer's own extension need nobody; another rule, or fewer days, do.
	Ask bool
}

// Rederive derives the end of a monitoring anew. A newer exposure begins the
// days again; an older one changes nothing. Nothing is shortened silently, and a
// running period moves to other rules only when an officer says so
// (docs/reference/follow-up.md, lesson 8).
func Rederive(m core.Monitoring, c Change) Proposal {
	p := Proposal{Base: m.Base, Days: c.Days, Extended: c.Extended, Rules: c.Rules}
	if c.Base > m.Base {
		p.Base = c.Base
	}
	p.Until = Until(p.Base, p.Days, p.Extended)
	p.Changed = p.Base != m.Base || p.Days != m.Days || p.Extended != m.Extended || p.Rules != m.Rules || p.Until != m.Until
	p.Shortens = p.Until < m.Until
	p.Ask = p.Shortens || p.Days != m.Days
	return p
}

// LastDay is what is known when a period is over.
type LastDay struct {
	Answered bool // an answer came for the last day
	// Symptoms: ill, by the worst answer since an officer last lowered it. One
	// answer "well" does not clear what was said before (lesson 10).
	Symptoms bool
	TestsDue bool // a test that was due has no negative result
}

// EndsAt is when the end of a period is judged: at the midnight that ends its
// last day, since until then an answer counts for it. The closing text waits for
// half past six (NotBefore).
func EndsAt(until core.Day) time.Time { return At(until.Add(1), 0) }

// Ending is how a monitoring ends on a civil day: not at all up to its last day
// or when it has ended already, completed when the last day was answered, nobody
// is ill and no test is open, else overdue (lesson 9).
func Ending(m core.Monitoring, today core.Day, last LastDay) core.End {
	switch {
	case !m.Ended.IsZero() || today <= m.Until:
		return core.EndNone
	case last.Answered && !last.Symptoms && !last.TestsDue:
		return core.EndCompleted
	}
	return core.EndOverdue
}

// TestDays are the civil days on which tests are due, in order: the given
// numbers of days after the base, as rules count them ("day 1, 14, 20": 5 May
// 2021, docs/reference/follow-up.md 2b). What lies before the first day of the
// monitoring is due on that day, once for all of them; what lies behind its last
// day is left out.
func TestDays(base, from, until core.Day, after []int) []core.Day {
	var days []core.Day
	for _, n := range after {
		if day := max(base.Add(n), from); day <= until {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}
