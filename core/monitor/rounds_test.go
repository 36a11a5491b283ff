package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// owed writes rounds as the tables do: "15 morning 1", "15  2 missed".
func owed(rounds []Round) string {
	var out []string
	for _, r := range rounds {
		w := string(r.Window)
		if w == "" {
			w = "patients"
		}
		s := fmt.Sprintf("%s %s %d", string(r.Day[8:]), w, r.Slot)
		if r.Missed {
			s += " missed"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestRounds(t *testing.T) {
	const mornings, afternoons = "15 patients 1, 15 morning 1", "15 patients 2, 15 afternoon 1"
	tests := []struct{ why, last, now, want string }{
		{"nothing opened", "15 06:30", "15 06:59", ""},
		{"the morning opens", "15 06:59", "15 07:00", mornings},
		{"made once", "15 07:00", "15 07:01", ""},
		{"the mark is not asked again at its own moment", "15 07:00", "15 07:00", ""},
		{"between the windows", "15 07:00", "15 14:59", ""},
		{"the afternoon opens", "15 14:59", "15 15:00", afternoons},
		{"down over the morning: made up the same day", "15 06:00", "15 12:00", mornings},
		{"down all day: made up until the night", "15 06:00", "15 20:59", mornings + ", " + afternoons},
		{"at nine it is too late to ask", "15 06:00", "15 21:00", "15 patients 1 missed, 15 morning 1 missed, 15 patients 2 missed, 15 afternoon 1 missed"},
		{"at a minute to midnight", "15 16:00", "15 23:59", ""},
		{"at midnight yesterday is over", "15 14:00", "16 00:00", "15 patients 2 missed, 15 afternoon 1 missed"},
		{"in the small hours", "15 14:00", "16 06:29", "15 patients 2 missed, 15 afternoon 1 missed"},
		{"half past six opens nothing", "15 16:00", "16 06:30", ""},
		{"down for a day and a half: yesterday missed, today asked", "15 06:59", "16 07:00",
			"15 patients 1 missed, 15 morning 1 missed, 15 patients 2 missed, 15 afternoon 1 missed, 16 patients 1, 16 morning 1"},
		{"the clock was set back", "15 12:00", "15 06:00", ""},
		{"and comes by the mark again", "15 12:00", "15 15:00", afternoons},
	}
	for _, test := range tests {
		for _, zone := range zones {
			last, now := civil(t, "2021-08-"+test.last).In(zone), civil(t, "2021-08-"+test.now).In(zone)
			if got := owed(Rounds(last, now)); got != test.want {
				t.Errorf("%s, seen from %s: %s, want %s", test.why, zone, got, test.want)
			}
		}
	}
}

// However the looks fall, each round comes exactly once.
func TestEachRoundComesOnce(t *testing.T) {
	start, end := civil(t, "2021-08-15 00:00"), civil(t, "2021-08-20 00:00")
	for _, step := range []time.Duration{time.Minute, 7 * time.Minute, 3 * time.Hour, 31 * time.Hour, 5 * 24 * time.Hour} {
		seen := map[string]int{}
		for last := start; last.Before(end); last = last.Add(step) {
			now := last.Add(step)
			if now.After(end) {
				now = end
			}
			for _, r := range Rounds(last, now) {
				seen[fmt.Sprint(r.Day, r.Window, r.Slot)]++
				for _, kind := range r.Kinds {
					p, ok := PlanOf(kind)
					if h, has := p.Hours(r.Window, r.Slot); !ok || !has || !At(r.Day, h.From).Equal(r.Opens) || !At(r.Day, h.To).Equal(r.Closes) {
						t.Fatalf("round %+v does not fit the plan of %s", r, kind)
					}
				}
			}
		}
		if len(seen) != 5*4 {
			t.Errorf("looking each %v finds %d rounds, want 20", step, len(seen))
		}
		for round, n := range seen {
			if n != 1 {
				t.Errorf("looking each %v finds %s %d times", step, round, n)
			}
		}
	}
}

// A clock that leaps years ahead, or was never set, costs a moment and no more.
func TestRoundsOfAMadClock(t *testing.T) {
	now := civil(t, "2021-08-15 12:00")
	for _, last := range []time.Time{{}, now.AddDate(-20, 0, 0)} {
		if n := len(Rounds(last, now)); n != maxCatchUp*4+2 {
			t.Errorf("since %v: %d rounds", last, n)
		}
	}
	if got := Rounds(now.AddDate(20, 0, 0), now); got != nil {
		t.Errorf("a mark in the future: %v", got)
	}
	Rounds(time.Unix(1<<40, 0), time.Unix(1<<41, 0)) // beyond the year 9999
}

// Every kind has every one of its slots in exactly one round of its window.
func TestRoundsCoverThePlans(t *testing.T) {
	rounds := roundsOf("2021-08-15")
	if !slices.IsSortedFunc(rounds, func(a, b Round) int { return a.Opens.Compare(b.Opens) }) {
		t.Errorf("not in the order they open: %s", owed(rounds))
	}
	for _, p := range Plans() {
		for _, w := range []core.Window{core.WindowMorning, core.WindowAfternoon} {
			for slot := SlotDay; slot <= p.PerDay; slot++ {
				n := 0
				for _, r := range rounds {
					if slices.Contains(r.Kinds, p.Kind) && r.Slot == slot && (r.Window == "" || r.Window == w) {
						n++
					}
				}
				if n != 1 {
					t.Errorf("%s, %s, slot %d stands in %d rounds", p.Kind, w, slot, n)
				}
			}
		}
	}
}
