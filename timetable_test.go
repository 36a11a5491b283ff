package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// The times of a timetable are civil ones, wherever the machine stands: what is
// due at 07:00 is due at midnight in UTC, and the day changes at 17:00 there.
func TestTimetableKeepsCivilTime(t *testing.T) {
	for _, tt := range []struct {
		from, until string // in UTC
		want        string
	}{
		{"2021-08-14T16:58:59Z", "2021-08-14T16:59:30Z", "minute 23:59"},
		{"2021-08-14T16:59:30Z", "2021-08-14T17:00:00Z", "minute 00:00, midnight 00:00"},
		{"2021-08-14T23:58:30Z", "2021-08-14T23:59:30Z", "minute 06:59"},
		{"2021-08-14T23:59:30Z", "2021-08-15T00:00:30Z", "minute 07:00, seven 07:00"},
		{"2021-08-15T00:00:00Z", "2021-08-15T00:00:59Z", ""}, // 07:00 was done
		{"2021-12-31T16:59:00Z", "2021-12-31T17:00:00Z", "minute 00:00, midnight 00:00"},
		{"2021-08-14T20:00:00Z", "2021-08-15T05:00:00Z", "minute 12:00, seven 12:00"}, // made up, once
	} {
		var got []string
		note := func(name string) func(context.Context, time.Time) error {
			return func(_ context.Context, now time.Time) error {
				got = append(got, name+" "+now.In(core.Zone).Format("15:04"))
				return nil
			}
		}
		table := &timetable{works: []work{{"minute", "* * * * *", note("minute")}, {"midnight", "0 0 * * *", note("midnight")}, {"seven", "0 7 * * *", note("seven")}}}
		from, err1 := time.Parse(time.RFC3339, tt.from)
		until, err2 := time.Parse(time.RFC3339, tt.until)
		if err := errors.Join(err1, err2, table.pass(t.Context(), from, until)); err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("from %s to %s: %s, want %s", tt.from, tt.until, strings.Join(got, ", "), tt.want)
		}
	}
}

// One work that fails or panics stops no other, is counted, and is tried again
// at its next time. What is due is looked for at the start.
func TestTimetableGoesOn(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	became := make(chan string, 9)
	table := &timetable{now: func() time.Time { return monitor.At("2021-08-15", 9*time.Hour) },
		works: []work{
			{"good", "@every 1h", func(context.Context, time.Time) error { return nil }},
			{"bad", "@every 1h", func(context.Context, time.Time) error { return errors.New("no database") }},
			{"worse", "@every 1h", func(context.Context, time.Time) error { panic("a fault of ours") }},
			{"misspelt", "every hour", func(context.Context, time.Time) error { return nil }},
		},
		done: func(work string, at time.Time, _ time.Duration, err error) {
			became <- fmt.Sprintf("%s %s %v", work, core.DayOf(at), err)
		}}
	ended := make(chan struct{})
	go func() { table.run(ctx); close(ended) }()
	var got []string
	for range 3 {
		select {
		case one := <-became:
			got = append(got, one)
		case <-time.After(30 * time.Second):
			t.Fatalf("only %q", got)
		}
	}
	stop()
	<-ended
	slices.Sort(got)
	if want := []string{"bad 2021-08-15 no database", "good 2021-08-15 <nil>", "worse 2021-08-15 worse panicked"}; !slices.Equal(got, want) {
		t.Errorf("done: %q, want %q", got, want)
	}
}

// Every time of the program's own timetable is understood.
func TestTimetableIsUnderstood(t *testing.T) {
	p := &program{c: config{now: time.Now}, metrics: newMetrics()}
	table := p.timetable()
	for i := range table.works {
		table.works[i].do = func(context.Context, time.Time) error { return nil }
	}
	if err := table.pass(t.Context(), time.Now(), time.Now().Add(25*time.Hour)); err != nil {
		t.Error(err)
	}
}
