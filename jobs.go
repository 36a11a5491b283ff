package main

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/jobs"
	"khaibao/core/store"
	"khaibao/flows"
)

// jobRest is how long a node rests after a step of a job, as a share of what
// the step took: those who declare at that moment come first.
const jobRest = 2.5

// jobs does long work in the background of every node.
func (p *program) jobs() *jobs.Runner {
	judging := &store.Judging{Store: p.store, Tell: func(before, now core.Verdict, name string) (core.Say, bool) {
		return flows.MeasureChanged(before, now, name, p.c.hotline)
	}}
	steps := map[string]jobs.Step{store.JobJudge: judging.Step, store.JobRehearse: p.store.RehearseStep, store.JobExport: p.officers.ExportStep}
	for kind, step := range p.officers.ImportSteps() {
		steps[kind] = step
	}
	return &jobs.Runner{Store: p.store, Wake: store.JobsWake, Lost: store.ErrJobLost, Now: p.c.now, Rest: jobRest, Count: p.metrics.countJob,
		Steps: steps}
}

// nextMeasures begins what follows the measures whose last day is over: once a
// day, also where the program was down at midnight.
func (p *program) nextMeasures(ctx context.Context, now time.Time) error {
	return p.store.AddDaysJob(ctx, now)
}
