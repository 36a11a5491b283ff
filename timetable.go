package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/robfig/cron/v3"

	"khaibao/core"
)

// work is something that is done by the clock, on every node, however often: it
// looks at what is there and does what is not done yet. So a time that nobody
// kept, since the program was down or the clock moved, is made up at the next;
// and two nodes that work at once do each thing once, by its key.
type work struct {
	name string // as metrics have it
	when string // the minutes of its days, as cron has them, in civil time
	do   func(ctx context.Context, now time.Time) error
}

// timetable is what is done by the clock.
type timetable struct {
	works []work
	now   func() time.Time
	done  func(work string, at time.Time, took time.Duration, err error) // told of each time a work was done; may be nil
}

// run keeps the times until ctx ends. What is due is looked for at the start,
// too: after an outage nobody waits for the next hour.
func (t *timetable) run(ctx context.Context) {
	c := cron.New(cron.WithLocation(core.Zone), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	for _, w := range t.works {
		job := cron.FuncJob(func() { t.work(ctx, w, t.now()) })
		id, err := c.AddJob(w.when, job)
		if err != nil {
			slog.Error("schedule not understood", "work", w.name, "err", err)
			continue
		}
		go c.Entry(id).WrappedJob.Run()
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
}

// work does one thing. A panic in it ends no other.
func (t *timetable) work(ctx context.Context, w work, now time.Time) (err error) {
	began := time.Now()
	defer func() {
		if recover() != nil { // the stack only: what panicked may quote what was said
			slog.Error("schedule panicked", "work", w.name, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s panicked", w.name)
		} else if err != nil && ctx.Err() == nil {
			slog.Error("schedule", "work", w.name, "err", err)
		}
		if t.done != nil && ctx.Err() == nil {
			t.done(w.name, now, time.Since(began), err)
		}
	}()
	return w.do(ctx, now)
}

// pass does, at the second of two moments and once each, all that has a time
// after the first: what run does whose works took as long.
func (t *timetable) pass(ctx context.Context, from, until time.Time) error {
	for _, w := range t.works {
		s, err := cron.ParseStandard(w.when)
		if err != nil {
			return fmt.Errorf("schedule of %s: %w", w.name, err)
		}
		if s.Next(from.In(core.Zone)).After(until) {
			continue
		}
		if err := t.work(ctx, w, until); err != nil {
			return err
		}
	}
	return nil
}
