package monitor

import (
	"slices"
	"testing"
	"time"

	"khaibao/core"
)

func TestUntil(t *testing.T) {
	tests := []struct {
		why            string
		base           core.Day
		days, extended int
		want           core.Day
	}{
		{"before 5 May 2021: fourteen days", "2021-05-01", 14, 0, "2021-05-15"},
		{"from 5 May 2021: twenty-one", "2021-05-05", 21, 0, "2021-05-26"},
		{"an officer added three", "2021-05-05", 21, 3, "2021-05-29"},
		{"over a new year", "2021-12-25", 14, 0, "2022-01-08"},
		{"over a leap day", "2024-02-20", 14, 0, "2024-03-05"},
		{"no days", "2021-05-05", 0, 0, "2021-05-05"},
		{"never before the base", "2021-05-05", -3, -3, "2021-05-05"},
	}
	for _, test := range tests {
		if got := Until(test.base, test.days, test.extended); got != test.want {
			t.Errorf("%s: %s, want %s", test.why, got, test.want)
		}
	}
}

func TestRederive(t *testing.T) {
	m := core.Monitoring{Base: "2021-07-01", Days: 21, Extended: 2, Until: "2021-07-24", Rules: "2021-05"}
	tests := []struct {
		why                    string
		c                      Change
		until                  core.Day
		changed, shortens, ask bool
	}{
		{"nothing new", Change{Base: "2021-07-01", Days: 21, Extended: 2, Rules: "2021-05"}, "2021-07-24", false, false, false},
		{"a newer exposure begins again", Change{Base: "2021-07-05", Days: 21, Extended: 2, Rules: "2021-05"}, "2021-07-28", true, false, false},
		{"an older exposure changes nothing", Change{Base: "2021-06-20", Days: 21, Extended: 2, Rules: "2021-05"}, "2021-07-24", false, false, false},
		{"an officer adds a week", Change{Days: 21, Extended: 9, Rules: "2021-05"}, "2021-07-31", true, false, false},
		{"an officer takes days back", Change{Days: 21, Extended: 0, Rules: "2021-05"}, "2021-07-22", true, true, true},
		{"a shorter rule is proposed, never taken", Change{Days: 14, Extended: 2, Rules: "2021-07"}, "2021-07-17", true, true, true},
		{"a longer rule is proposed too", Change{Days: 28, Extended: 2, Rules: "2021-09"}, "2021-07-31", true, false, true},
		{"another version, the same days", Change{Days: 21, Extended: 2, Rules: "2021-06"}, "2021-07-24", true, false, false},
		{"a newer exposure under a shorter rule ends later: still asked", Change{Base: "2021-07-15", Days: 14, Extended: 2, Rules: "2021-07"}, "2021-07-31", true, false, true},
	}
	for _, test := range tests {
		p := Rederive(m, test.c)
		if p.Until != test.until || p.Changed != test.changed || p.Shortens != test.shortens || p.Ask != test.ask {
			t.Errorf("%s: %+v", test.why, p)
		}
		if p.Until != Until(p.Base, p.Days, p.Extended) {
			t.Errorf("%s: %s does not follow from base, days and extension", test.why, p.Until)
		}
	}
}

func TestEnding(t *testing.T) {
	m := core.Monitoring{Until: "2021-07-24"}
	well := LastDay{Answered: true}
	tests := []struct {
		why   string
		ended bool
		at    string
		last  LastDay
		want  core.End
	}{
		{"the last day runs to its midnight", false, "2021-07-24 23:59", well, core.EndNone},
		{"then it is completed", false, "2021-07-25 00:00", well, core.EndCompleted},
		{"not answered on the last day", false, "2021-07-25 00:00", LastDay{}, core.EndOverdue},
		{"ill", false, "2021-07-25 00:00", LastDay{Answered: true, Symptoms: true}, core.EndOverdue},
		{"a test is open", false, "2021-07-25 00:00", LastDay{Answered: true, TestsDue: true}, core.EndOverdue},
		{"found days later, when the program was down", false, "2021-07-29 12:00", well, core.EndCompleted},
		{"long before", false, "2021-07-10 12:00", LastDay{}, core.EndNone},
		{"closed already", true, "2021-07-25 00:00", well, core.EndNone},
	}
	for _, test := range tests {
		for _, zone := range zones {
			at := civil(t, test.at).In(zone)
			m.Ended = time.Time{}
			if test.ended {
				m.Ended = at.Add(-time.Hour)
			}
			if got := Ending(m, core.DayOf(at), test.last); got != test.want {
				t.Errorf("%s, seen from %s: %q, want %q", test.why, zone, got, test.want)
			}
			if !test.ended && at.Before(EndsAt(m.Until)) != (Ending(m, core.DayOf(at), test.last) == core.EndNone) {
				t.Errorf("%s: EndsAt is %v", test.why, EndsAt(m.Until))
			}
		}
	}
	if at := NotBefore(EndsAt(m.Until)); !at.Equal(civil(t, "2021-07-25 06:30")) {
		t.Errorf("the closing text leaves at %v", at)
	}
}

func TestTestDays(t *testing.T) {
	tests := []struct {
		why         string
		from, until core.Day
		after       []int
		want        []core.Day
	}{
		{"the rule of 5 May 2021", "2021-05-05", "2021-05-26", []int{1, 14, 20}, []core.Day{"2021-05-06", "2021-05-19", "2021-05-25"}},
		{"opened late: what was missed is due at once, and once", "2021-05-21", "2021-05-26", []int{1, 14, 20}, []core.Day{"2021-05-21", "2021-05-25"}},
		{"a test behind the end is none", "2021-05-05", "2021-05-19", []int{1, 14, 20}, []core.Day{"2021-05-06", "2021-05-19"}},
		{"out of order", "2021-05-05", "2021-05-26", []int{20, 1}, []core.Day{"2021-05-06", "2021-05-25"}},
		{"no tests", "2021-05-05", "2021-05-26", nil, nil},
	}
	for _, test := range tests {
		if got := TestDays("2021-05-05", test.from, test.until, test.after); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.why, got, test.want)
		}
	}
}
