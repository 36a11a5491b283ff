package monitor

import (
	"math"
	"testing"
	"time"

	"khaibao/core"
)

// zones are where a machine may stand: nothing here may depend on it.
var zones = []*time.Location{time.UTC, core.Zone, time.FixedZone("Guam", 10*3600), time.FixedZone("New York", -4*3600), time.FixedZone("Kiritimati", 14*3600)}

// civil is a moment in Vietnam, written as a person there would.
func civil(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, core.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestQuiet(t *testing.T) {
	tests := []struct {
		at    string
		quiet bool
		next  string
	}{
		{"2021-08-15 20:59", false, "2021-08-15 20:59"},
		{"2021-08-15 21:00", true, "2021-08-16 06:30"},
		{"2021-08-15 23:59", true, "2021-08-16 06:30"},
		{"2021-08-16 00:00", true, "2021-08-16 06:30"},
		{"2021-08-16 06:29", true, "2021-08-16 06:30"},
		{"2021-08-16 06:30", false, "2021-08-16 06:30"},
		{"2021-08-16 06:59", false, "2021-08-16 06:59"},
		{"2021-08-16 07:00", false, "2021-08-16 07:00"},
		{"2021-12-31 22:00", true, "2022-01-01 06:30"},
		{"2024-02-28 22:00", true, "2024-02-29 06:30"},
	}
	for _, test := range tests {
		for _, zone := range zones {
			at := civil(t, test.at).In(zone)
			if got := Quiet(at); got != test.quiet {
				t.Errorf("Quiet(%s seen from %s) = %v", test.at, zone, got)
			}
			if got := NotBefore(at); !got.Equal(civil(t, test.next)) {
				t.Errorf("NotBefore(%s seen from %s) = %v, want %s", test.at, zone, got, test.next)
			}
		}
	}
}

func TestDueByPriority(t *testing.T) {
	night, morning := civil(t, "2021-08-15 23:00"), civil(t, "2021-08-16 06:30")
	for p, want := range map[core.Priority]time.Time{core.PriorityCode: night, core.PriorityRed: night, core.PriorityReply: night,
		core.PriorityPrompt: morning, core.PriorityNotice: morning} {
		if got := Due(p, night); !got.Equal(want) {
			t.Errorf("priority %d at 23:00 leaves at %v, want %v", p, got, want)
		}
		if noon := civil(t, "2021-08-15 12:00"); !Due(p, noon).Equal(noon) {
			t.Errorf("priority %d waits at noon", p)
		}
	}
}

// Every prompt lies in its hours, on its civil day, out of the night, and each
// stretch of the hours has its share of a hundred thousand people.
func TestDueAtIsInItsHoursAndEven(t *testing.T) {
	const people, stretches = 100_000, 48
	keys := make([]string, people)
	for i := range keys {
		keys[i] = core.NewID() // made in a row: they differ little
	}
	day := core.Day("2021-08-15")
	for _, r := range roundsOf(day) {
		var shares [stretches]int
		for _, key := range keys {
			at := DueAt(r.Kinds[0], r.Window, day, r.Slot, key)
			if at.Before(r.Opens) || !at.Before(r.Closes) || Quiet(at) || core.DayOf(at) != day {
				t.Fatalf("%s, slot %d of %v: %v", r.Window, r.Slot, r.Kinds, at)
			}
			shares[int(at.Sub(r.Opens)*stretches/r.Closes.Sub(r.Opens))]++
		}
		mean := float64(people) / stretches
		for i, n := range shares {
			if off := math.Abs(float64(n) - mean); off > 6*math.Sqrt(mean) {
				t.Errorf("%s, slot %d of %v: stretch %d of %d has %d of %d", r.Window, r.Slot, r.Kinds, i, stretches, n, people)
			}
		}
	}
	for _, p := range Plans() { // all of one round are asked in the same hours
		for _, w := range []core.Window{core.WindowMorning, core.WindowAfternoon, ""} {
			for slot := SlotDay; slot <= p.PerDay; slot++ {
				h, ok := p.Hours(w, slot)
				if at := DueAt(p.Kind, w, day, slot, keys[0]); !ok || at.Before(At(day, h.From)) || !at.Before(At(day, h.To)) {
					t.Errorf("%s, window %q, slot %d: %v", p.Kind, w, slot, at)
				}
			}
		}
	}
}

func TestDueAtIsStable(t *testing.T) {
	// Written down: rows in the store hold it, so it must not move with a release.
	const key = "0190b0a0-0000-7000-8000-000000000001"
	if got := Jitter(key); got != 452156 {
		t.Errorf("Jitter = %d", got)
	}
	a, b := DueAt(core.KindHome, core.WindowMorning, "2021-08-15", 1, key), DueAt(core.KindHome, core.WindowMorning, "2021-08-16", 1, key)
	if b.Sub(a) != 24*time.Hour {
		t.Errorf("asked at %v and at %v", a, b)
	}
	first, second := DueAt(core.KindPatient, "", "2021-08-15", 1, key), DueAt(core.KindPatient, "", "2021-08-15", 2, key)
	if second.Sub(first) != 8*time.Hour {
		t.Errorf("a patient is asked at %v and at %v", first, second)
	}
	for name, at := range map[string]time.Time{
		"the welcome":          DueAt(core.KindHome, core.WindowMorning, "2021-08-15", 0, key),
		"a slot of no plan":    DueAt(core.KindHome, core.WindowMorning, "2021-08-15", 2, key),
		"a kind there is not":  DueAt("other", core.WindowMorning, "2021-08-15", 1, key),
		"a day there is not":   DueAt(core.KindHome, core.WindowMorning, "2021-02-30", 1, key),
		"a negative slot":      DueAt(core.KindPatient, core.WindowMorning, "2021-08-15", -1, key),
		"nobody is watched so": DueAt(core.KindNone, core.WindowMorning, "2021-08-15", 1, key),
	} {
		if !at.IsZero() {
			t.Errorf("%s is due at %v", name, at)
		}
	}
}

// What is made up late is spread, keeps out of the night and never runs ahead.
func TestLate(t *testing.T) {
	due := civil(t, "2021-08-15 08:00")
	for _, now := range []string{"2021-08-15 07:59", "2021-08-15 08:00", "2021-08-15 12:00", "2021-08-15 20:50", "2021-08-15 20:59", "2021-08-15 21:00", "2021-08-15 23:59", "2021-08-16 00:00", "2021-08-16 06:29"} {
		now := civil(t, now)
		for range 1000 {
			at := Late(due, now, core.NewID())
			switch {
			case due.After(now):
				if !at.Equal(due) {
					t.Fatalf("at %v: due %v became %v", now, due, at)
				}
			case Quiet(at), at.Before(now), at.After(NotBefore(now).Add(catchUp)), !Quiet(now) && core.DayOf(at) != core.DayOf(now):
				t.Fatalf("made up at %v for %v", now, at)
			}
		}
	}
}
