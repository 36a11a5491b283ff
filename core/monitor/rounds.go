package monitor

import (
	"time"

	"khaibao/core"
)

// Round is one slot of one civil day for all who are asked in the same hours.
type Round struct {
	Day    core.Day
	Slot   int
	Kinds  []core.Kind
	Window core.Window // "" for any
	Opens  time.Time
	Closes time.Time

	// Missed: its day is over, or its evening: nobody is asked any more, and each
	// prompt of it is written down as missed (Silent.Unasked).
	Missed bool
}

// maxCatchUp bounds how many days are looked back: more than any period that
// was ever ordered, so that a clock gone mad costs a moment and not an hour.
const maxCatchUp = 90

// Rounds are the rounds that opened after one moment and not after another, in
// the order they opened: what a program makes that was last at work at the first
// (the mark, which is then set to now) and looks again at the second. What it
// slept through is made up while its civil day lasts and it is not night yet;
// what is older is marked as missed, never skipped. A clock that was set back
// gives none until it comes by the mark again, so nothing is made twice even
// without the key (monitoring, day, slot).
func Rounds(last, now time.Time) []Round {
	today, since := core.DayOf(now), core.DayOf(last)
	var due []Round
	for back := maxCatchUp; back >= 0; back-- {
		day := today.Add(-back)
		if day < since {
			continue
		}
		for _, r := range roundsOf(day) {
			if r.Opens.After(last) && !r.Opens.After(now) {
				r.Missed = day < today || Quiet(now)
				due = append(due, r)
			}
		}
	}
	return due
}

// roundsOf are the rounds of a civil day in the order they open.
func roundsOf(day core.Day) []Round {
	var rounds []Round
	add := func(kind core.Kind, w core.Window, slot int, h Hours) {
		for i := range rounds {
			r := &rounds[i]
			if r.Slot == slot && r.Window == w && r.Opens.Equal(At(day, h.From)) && r.Closes.Equal(At(day, h.To)) {
				r.Kinds = append(r.Kinds, kind)
				return
			}
		}
		rounds = append(rounds, Round{Day: day, Slot: slot, Kinds: []core.Kind{kind}, Window: w, Opens: At(day, h.From), Closes: At(day, h.To)})
	}
	for _, w := range []core.Window{core.WindowMorning, core.WindowAfternoon} {
		for _, p := range plans {
			switch {
			case p.fixed == nil:
				add(p.Kind, w, SlotDay, windows[w])
			case w == core.WindowMorning:
				add(p.Kind, "", SlotDay, p.fixed[0])
			default:
				for slot := SlotAfternoon; slot <= p.PerDay; slot++ {
					add(p.Kind, "", slot, p.fixed[slot-1])
				}
			}
		}
	}
	return rounds
}
