package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"khaibao/core"
	"khaibao/core/codes"
)

// schedules runs what is due by the clock, in civil time, until ctx ends. They
// run in every node: what they do is the same however often it is done.
func (p *program) schedules(ctx context.Context) {
	c := cron.New(cron.WithLocation(core.Zone))
	_, err := c.AddFunc("*/5 * * * *", func() { p.watchCodes(ctx) })
	if err != nil {
		slog.Error("schedule not understood", "err", err)
		return
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
}

// watchCodes raises an alarm when most codes of an hour were never typed: it
// is what somebody leaves behind who is paid for each SMS.
func (p *program) watchCodes(ctx context.Context) {
	sent, proved, err := p.store.CodesProved(ctx, time.Now(), p.c.limits)
	if err != nil {
		if ctx.Err() == nil {
			slog.Warn("watching the codes", "err", err)
		}
		return
	}
	if !codes.Alarm(p.c.limits, sent, proved) {
		p.metrics.pumping.Set(0)
		return
	}
	p.metrics.pumping.Set(1)
	slog.Error("most codes by SMS are never typed: somebody may be pumping", "sent", sent, "typed", proved)
}
