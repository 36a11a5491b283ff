package main

import (
	"context"
	"log/slog"
	"time"

	"khaibao/core/codes"
)

// schedules does what is due by the clock, in civil time, until ctx ends.
func (p *program) schedules(ctx context.Context) {
	p.timetable().run(ctx)
}

// timetable is all that is done by the clock. It runs in every node: what it
// does is the same however often it is done.
func (p *program) timetable() *timetable {
	return &timetable{now: p.c.now, done: p.metrics.countWork, works: []work{
		{"codes", "*/5 * * * *", p.watchCodes},
	}}
}

// watchCodes raises an alarm when most codes of an hour were never typed: it
// is what somebody leaves behind who is paid for each SMS.
func (p *program) watchCodes(ctx context.Context, now time.Time) error {
	sent, proved, err := p.store.CodesProved(ctx, now, p.c.limits)
	if err != nil {
		return err
	}
	if !codes.Alarm(p.c.limits, sent, proved) {
		p.metrics.pumping.Set(0)
		return nil
	}
	p.metrics.pumping.Set(1)
	slog.Error("most codes by SMS are never typed: somebody may be pumping", "sent", sent, "typed", proved)
	return nil
}
