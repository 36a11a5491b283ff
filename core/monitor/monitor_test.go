package monitor

import (
	"slices"
	"testing"
	"time"

	"khaibao/core"
)

func TestSlots(t *testing.T) {
	tests := []struct {
		why    string
		kind   core.Kind
		opened string
		ended  string
		day    core.Day
		want   []int
	}{
		{"the welcome is the first day's prompt", core.KindHome, "2021-08-15 06:40", "", "2021-08-15", []int{0}},
		{"also when it comes before an afternoon window", core.KindWatch, "2021-08-15 10:00", "", "2021-08-15", []int{0}},
		{"then once a day", core.KindHome, "2021-08-15 10:00", "", "2021-08-16", []int{1}},
		{"to the last day", core.KindHome, "2021-08-15 10:00", "", "2021-08-29", []int{1}},
		{"and not after it", core.KindHome, "2021-08-15 10:00", "", "2021-08-30", nil},
		{"not before it was opened", core.KindHome, "2021-08-15 10:00", "", "2021-08-14", nil},
		{"a patient welcomed in the morning is asked in the afternoon", core.KindPatient, "2021-08-15 08:00", "", "2021-08-15", []int{0, 2}},
		{"a patient welcomed at two is not asked again at four", core.KindPatient, "2021-08-15 14:00", "", "2021-08-15", []int{0}},
		{"then twice a day", core.KindPatient, "2021-08-15 14:00", "", "2021-08-16", []int{1, 2}},
		{"opened at night: no message that day", core.KindHome, "2021-08-15 22:00", "", "2021-08-15", nil},
		{"but the welcome at half past six of the next", core.KindHome, "2021-08-15 22:00", "", "2021-08-16", []int{0}},
		{"which is the morning's for a patient", core.KindPatient, "2021-08-15 22:00", "", "2021-08-16", []int{0, 2}},
		{"opened in the small hours", core.KindHome, "2021-08-15 01:00", "", "2021-08-15", []int{0}},
		{"closed by an officer", core.KindHome, "2021-08-15 10:00", "2021-08-18 09:00", "2021-08-19", nil},
		{"a kind there is not", "other", "2021-08-15 10:00", "", "2021-08-16", nil},
	}
	for _, test := range tests {
		m := core.Monitoring{ID: "0190b0a0-0000-7000-8000-000000000001", Kind: test.kind, Opened: civil(t, test.opened), From: "2021-08-10", Until: "2021-08-29", Window: core.WindowAfternoon}
		if test.ended != "" {
			m.Ended = civil(t, test.ended)
		}
		if got := Slots(m, test.day); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.why, got, test.want)
		}
	}
	// A bus that is expected on the 20th is welcomed now, and asked from then on.
	m := core.Monitoring{Kind: core.KindCentral, Opened: civil(t, "2021-08-15 10:00"), From: "2021-08-20", Until: "2021-09-10"}
	for day, want := range map[core.Day]int{"2021-08-15": 1, "2021-08-16": 0, "2021-08-19": 0, "2021-08-20": 1, "2021-09-10": 1, "2021-09-11": 0} {
		if got := len(Slots(m, day)); got != want {
			t.Errorf("%s: asked %d times, want %d", day, got, want)
		}
	}
}

// Every day of every period is asked about at least once, each slot once, and
// the two of a day are hours apart.
func TestEveryDayIsAskedAbout(t *testing.T) {
	for _, p := range Plans() {
		for hour := range 24 {
			m := core.Monitoring{ID: core.NewID(), Kind: p.Kind, Window: core.WindowMorning, Opened: At("2021-08-15", time.Duration(hour)*time.Hour+29*time.Minute), From: "2021-08-15", Until: "2021-08-29"}
			first, welcome := Welcome(m.Opened)
			if Quiet(welcome) || welcome.Before(m.Opened) || welcome.Sub(m.Opened) > 10*time.Hour {
				t.Fatalf("opened at %v, welcomed at %v", m.Opened, welcome)
			}
			for day := first; day <= m.Until; day = day.Add(1) {
				slots := Slots(m, day)
				if len(slots) == 0 || day > first && len(slots) != p.PerDay || day == first && slots[0] != SlotWelcome {
					t.Fatalf("%s opened at %v is asked %v on %s", p.Kind, m.Opened, slots, day)
				}
				var last time.Time
				for _, slot := range slots {
					at := welcome
					if slot != SlotWelcome {
						at = DueAt(m.Kind, m.Window, day, slot, m.ID)
					}
					if at.Sub(last) < Apart || core.DayOf(at) != day {
						t.Fatalf("%s opened at %v: slot %d of %s at %v, the one before at %v", p.Kind, m.Opened, slot, day, at, last)
					}
					last = at
				}
			}
		}
	}
}

func TestTies(t *testing.T) {
	kinds := map[core.Kind]int{}
	for _, tie := range Ties() {
		kinds[tie.Kind]++
		if tie.Kind == core.KindNone {
			continue
		}
		if got := MeasureOf(tie.Kind); got != tie.Measure {
			t.Errorf("%s watches over %s, want %s", tie.Kind, got, tie.Measure)
		}
		if got := FormOf(core.Monitoring{Kind: tie.Kind}); got != tie.Form {
			t.Errorf("%s has the form %s, want %s", tie.Kind, got, tie.Form)
		}
		if got := FormOf(core.Monitoring{Kind: tie.Kind, Ended: time.Unix(1, 0)}); got != SurveillanceEnded {
			t.Errorf("an ended %s has the form %s", tie.Kind, got)
		}
	}
	for _, p := range Plans() {
		if kinds[p.Kind] != 1 {
			t.Errorf("%s stands in %d rows", p.Kind, kinds[p.Kind])
		}
	}
	for m, want := range map[core.Measure]core.Kind{core.MeasureNone: core.KindNone, core.MeasureSelf: core.KindNone, core.MeasureWatch: core.KindWatch,
		core.MeasureHome: core.KindHome, core.MeasureCentral: core.KindCentral, core.MeasureTreatment: core.KindPatient, "": core.KindNone} {
		if got := KindOf(m); got != want {
			t.Errorf("%q is watched over as %q, want %q", m, got, want)
		}
	}
	if FormOf(core.Monitoring{}) != SurveillanceNone || MeasureOf(core.KindNone) != core.MeasureNone {
		t.Error("who is not watched has a form")
	}
}
