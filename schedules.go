package main

import (
	"context"
	"log/slog"
	"time"

	"khaibao/core/codes"
	"khaibao/core/duty"
	"khaibao/core/store"
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
		{"prompts", "* * * * *", p.makePrompts},
		{"ladder", "* * * * *", p.climbLadder},
		{"ends", "*/5 * * * *", p.endMonitoring},
		{"alerts", "* * * * *", p.repeatAlerts},
		{"digests", "3 * * * *", p.sendDigests},
		{"measures", "7-59/10 * * * *", p.nextMeasures}, // behind the ends of the same night
		{"tests", "*/15 * * * *", p.remindTests},
		{"figures", "@every 5s", p.foldFigures},
		{"exports", "40 * * * *", p.dropExports},
	}}
}

// atOnce is how many monitorings one transaction ends, or takes a step of the
// ladder of.
const atOnce = 500

// makePrompts asks those whose hours have come.
func (p *program) makePrompts(ctx context.Context, now time.Time) error {
	made, err := p.store.MakePrompts(ctx, now)
	p.metrics.watched.WithLabelValues("prompted").Add(float64(made))
	return err
}

// climbLadder does what follows silence.
func (p *program) climbLadder(ctx context.Context, now time.Time) error {
	for {
		c, err := p.store.ClimbLadder(ctx, now, atOnce)
		p.metrics.watched.WithLabelValues("reminded").Add(float64(c.Reminded))
		p.metrics.watched.WithLabelValues("listed").Add(float64(c.Listed))
		p.metrics.watched.WithLabelValues("called").Add(float64(c.Called))
		if err != nil || c.Looked < atOnce {
			return err
		}
	}
}

// repeatAlerts tells of red signs again until an officer has taken them.
func (p *program) repeatAlerts(ctx context.Context, now time.Time) error {
	for {
		told, err := p.store.RepeatAlerts(ctx, now, atOnce)
		p.metrics.watched.WithLabelValues("alerted").Add(float64(told))
		if err == nil && told == atOnce {
			continue
		}
		if err == nil {
			var open int
			open, err = p.store.OpenAlerts(ctx, duty.Scope{Area: p.c.province})
			p.metrics.openReds.Set(float64(open))
		}
		return err
	}
}

// endMonitoring ends what is over.
func (p *program) endMonitoring(ctx context.Context, now time.Time) error {
	for {
		e, err := p.store.EndMonitoring(ctx, now, atOnce)
		p.metrics.watched.WithLabelValues("completed").Add(float64(e.Completed))
		p.metrics.watched.WithLabelValues("overdue").Add(float64(e.Overdue))
		if err != nil || e.Completed+e.Overdue < atOnce {
			return err
		}
	}
}

// remindTests tells those whose test is due today.
func (p *program) remindTests(ctx context.Context, now time.Time) error {
	for {
		told, err := p.store.RemindTests(ctx, now, atOnce)
		if err != nil || told < atOnce {
			return err
		}
	}
}

// foldedAtOnce is how many changes one transaction folds into the figures.
const foldedAtOnce = 2000

// foldFigures folds what changed into the figures, so that pages have little to
// add up. One node does it for all.
func (p *program) foldFigures(ctx context.Context, _ time.Time) error {
	for {
		folded, err := p.store.FoldFigures(ctx, foldedAtOnce)
		if err != nil || folded < foldedAtOnce {
			return err
		}
	}
}

// sendDigests tells officers the figures of their areas.
func (p *program) sendDigests(ctx context.Context, now time.Time) error {
	told, err := p.store.SendDigests(ctx, now)
	p.metrics.watched.WithLabelValues("digest").Add(float64(told))
	return err
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

// dropExports removes files of lists that have been kept long enough, and what
// stood in lists that were brought.
func (p *program) dropExports(ctx context.Context, now time.Time) error {
	if err := p.store.DropExports(ctx, now, now.Add(-store.ExportKept)); err != nil {
		return err
	}
	return p.store.DropImports(ctx, now, now.Add(-store.ImportKept))
}
