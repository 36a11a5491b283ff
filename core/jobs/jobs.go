// Package jobs does long work in steps: on any node, one node at a time, going
// on after a restart where the last step ended.
//
// It knows no SQL. What must hold is in the store: a step and how far it came
// are one transaction, which a node that lost its lease cannot commit. So a node
// may be killed at any moment, and two may believe that a job is theirs: each
// piece of it is done once.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"khaibao/core"
)

// Store is what a Runner needs of the store.
type Store interface {
	TakeJob(ctx context.Context, now, until time.Time, kinds []string) (core.Job, bool, error)
	JobFailed(ctx context.Context, now time.Time, j core.Job, again time.Time, giveUp bool, why string) error
	ReleaseJob(ctx context.Context, id string) error
	Wake(name string) (<-chan struct{}, func())
}

// Step does the next piece of a job, keeps how far it came, and gives the job
// as it is now: Ended is set when it is done, Due lies ahead when the rest has
// to wait. until is how long it may hold the job.
type Step func(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error)

// Runner does the jobs of some kinds until its context ends.
type Runner struct {
	Store Store
	Steps map[string]Step // by kind
	Wake  string          // the name under which the store tells of new jobs
	Lost  error           // what a step returns when the job is another's
	Now   func() time.Time
	// Rest is how long a node pauses after a step, as a share of what the step
	// took: who declares comes first.
	Rest  float64
	Count func(event string) // "job_done", "job_failed", "job_given_up"; may be nil
}

// How a Runner waits. A lease is renewed with each step.
const (
	lease    = time.Minute
	look     = 5 * time.Second // for jobs that nobody told of
	maxFails = 10
)

// Run works until ctx ends; the piece in hand is finished or undone then.
func (r *Runner) Run(ctx context.Context) {
	kinds := make([]string, 0, len(r.Steps))
	for kind := range r.Steps {
		kinds = append(kinds, kind)
	}
	woken, done := r.Store.Wake(r.Wake)
	defer done()
	for ctx.Err() == nil {
		now := r.Now()
		j, found, err := r.Store.TakeJob(ctx, now, now.Add(lease), kinds)
		if err != nil && ctx.Err() == nil {
			slog.Warn("looking for jobs", "err", err)
		}
		if found {
			r.work(ctx, j)
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(look):
		}
	}
}

// work does a job step by step, until it is done, waits or is lost.
func (r *Runner) work(ctx context.Context, j core.Job) {
	step := r.Steps[j.Kind]
	for ctx.Err() == nil {
		began := time.Now()
		now := r.Now()
		next, err := step(ctx, now, now.Add(lease), j)
		switch {
		case err == nil:
		case r.Lost != nil && errors.Is(err, r.Lost):
			return
		case ctx.Err() != nil:
			r.release(ctx, j)
			return
		default:
			r.failed(ctx, now, j, err)
			return
		}
		if j = next; !j.Ended.IsZero() {
			r.count("job_done")
			slog.Info("job done", "job", j.ID, "kind", j.Kind, "done", j.Done)
			return
		}
		if j.Due.After(now) {
			return // the store holds it until then
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(float64(time.Since(began)) * r.Rest)):
		}
	}
	r.release(ctx, j)
}

func (r *Runner) failed(ctx context.Context, now time.Time, j core.Job, why error) {
	giveUp := j.Failures+1 >= maxFails
	event := "job_failed"
	if giveUp {
		event = "job_given_up"
	}
	r.count(event)
	slog.Error("step of a job failed", "job", j.ID, "kind", j.Kind, "failures", j.Failures+1, "given_up", giveUp, "err", why)
	if err := r.Store.JobFailed(ctx, now, j, now.Add(time.Second<<j.Failures), giveUp, why.Error()); err != nil && !errors.Is(err, r.Lost) && ctx.Err() == nil {
		slog.Warn("giving a job back", "job", j.ID, "err", err)
	}
}

// release gives the job to the other nodes at once, instead of when the lease
// lapses.
func (r *Runner) release(ctx context.Context, j core.Job) {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer done()
	if err := r.Store.ReleaseJob(ctx, j.ID); err != nil {
		slog.Warn("giving a job back", "job", j.ID, "err", err)
	}
}

func (r *Runner) count(event string) {
	if r.Count != nil {
		r.Count(event)
	}
}
