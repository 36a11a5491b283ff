// Package monitor is the schedule of monitoring: who is asked when, what is done
// about silence, and when a period ends.
//
// It is pure: no clock, no database, no network. Moments come in and go out in
// any zone; what is a morning, a night or a day is told in Asia/Ho_Chi_Minh
// alone, whatever the machine's own zone is (docs/reference/follow-up.md, lesson
// 1). Four facts stay apart: prompted, delivered, answered, escalated (lesson 2).
//
// The store runs all this over a million rows: what it cannot ask row by row is
// here as data (Plans, Rounds, Jitter), so that one statement can use it.
package monitor

import (
	"slices"
	"time"

	"khaibao/core"
)

// Clock is a time of the civil day, counted from its midnight.
type Clock = time.Duration

// Hours are a stretch of a civil day: From is in it, To is not.
type Hours struct{ From, To Clock }

// The slots of a civil day, as prompts carry them.
const (
	SlotWelcome   = 0 // the welcome with the first questions, when the monitoring is opened
	SlotDay       = 1 // the day's prompt; of those who are asked twice, the morning's
	SlotAfternoon = 2 // the second prompt of those who are asked twice
)

// Plan is how those of one kind are watched.
type Plan struct {
	Kind   core.Kind
	PerDay int    // prompts a day: slots 1 to PerDay
	Light  bool   // asked in the lighter words of a health watch
	Source string // where its cadence comes from

	fixed []Hours // by slot, from 1; nil where the person's window decides
}

const cadence = "docs/reference/follow-up.md 2d"

// plans: a patient at home reports in the morning and in the afternoon; all
// others once, in the half of the day they chose.
var plans = []Plan{
	{Kind: core.KindPatient, PerDay: 2, Source: cadence + "; 2b (QĐ 4038/QĐ-BYT, 21 Aug 2021: twice a day)",
		fixed: []Hours{{7 * time.Hour, 9 * time.Hour}, {15 * time.Hour, 17 * time.Hour}}},
	{Kind: core.KindCentral, PerDay: 1, Source: cadence},
	{Kind: core.KindHome, PerDay: 1, Source: cadence},
	{Kind: core.KindWatch, PerDay: 1, Light: true, Source: cadence},
	{Kind: core.KindLockdown, PerDay: 1, Light: true, Source: cadence},
}

var windows = map[core.Window]Hours{
	core.WindowMorning:   {7 * time.Hour, 11 * time.Hour},
	core.WindowAfternoon: {15 * time.Hour, 19 * time.Hour},
}

// Plans are the plans of all kinds, the strictest first.
func Plans() []Plan { return slices.Clone(plans) }

// PlanOf is the plan of a kind. ok is false for a kind that there is not.
func PlanOf(kind core.Kind) (p Plan, ok bool) {
	for i := range plans {
		if plans[i].Kind == kind {
			return plans[i], true
		}
	}
	return Plan{}, false
}

// Hours are when a slot of a day may be asked: slot 1, or 2 of those who are
// asked twice. A window that is not known counts as the morning, so that nobody
// is left unasked for want of one. ok is false for a slot that the plan has not.
func (p Plan) Hours(w core.Window, slot int) (h Hours, ok bool) {
	if slot < SlotDay || slot > p.PerDay {
		return Hours{}, false
	}
	if p.fixed != nil {
		return p.fixed[slot-1], true
	}
	if h, ok = windows[w]; !ok {
		h = windows[core.WindowMorning]
	}
	return h, true
}

// Apart is how long after the welcome a second prompt of the same day is asked
// at the earliest: the two of a patient's day are six hours apart at least, but
// a day that was begun late must not lose its afternoon.
const Apart = 4 * time.Hour

// Welcome is when the first message of a monitoring may leave that was opened
// at this moment, and the civil day that it counts for: at once, but in the
// night at half past six (lesson 4).
func Welcome(opened time.Time) (day core.Day, at time.Time) {
	at = NotBefore(opened)
	return core.DayOf(at), at
}

// Slots are the slots in which somebody is asked on a civil day, by the plan of
// their kind; none outside their period.
//
// The welcome brings the first questions and is the first day's prompt, however
// early the monitoring was opened: who is asked once a day is not asked twice on
// the first. Of those who are asked twice it takes the morning's place, and the
// afternoon's follows where that is four hours later or more. A welcome that had
// to wait for the morning counts for that day. From the next day, or from From
// where that is later, to Until every slot of the plan is asked.
func Slots(m core.Monitoring, day core.Day) []int {
	p, ok := PlanOf(m.Kind)
	first, at := Welcome(m.Opened)
	if !ok || day < first || day > m.Until || !m.Ended.IsZero() && day > core.DayOf(m.Ended) {
		return nil
	}
	if day == first {
		slots := []int{SlotWelcome}
		if due := DueAt(m.Kind, m.Window, day, SlotAfternoon, m.ID); p.PerDay > 1 && !due.Before(at.Add(Apart)) {
			slots = append(slots, SlotAfternoon)
		}
		return slots
	}
	if day < m.From {
		return nil
	}
	slots := make([]int, p.PerDay)
	for i := range slots {
		slots[i] = SlotDay + i
	}
	return slots
}
