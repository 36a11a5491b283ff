package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/jobs"
)

// shelf is a store of one job.
type shelf struct {
	mu       sync.Mutex
	job      core.Job
	free     bool
	failed   []string
	released int
	wake     chan struct{}
}

func (s *shelf) TakeJob(_ context.Context, now, _ time.Time, kinds []string) (core.Job, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.free || !s.job.Ended.IsZero() || s.job.Due.After(now) || !slices.Contains(kinds, s.job.Kind) {
		return core.Job{}, false, nil
	}
	s.free = false
	return s.job, true, nil
}

func (s *shelf) JobFailed(_ context.Context, now time.Time, j core.Job, again time.Time, giveUp bool, why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.job.Failures++
	s.failed = append(s.failed, why)
	if s.free = true; giveUp {
		s.job.Ended = now
	}
	if again.Sub(now) < time.Second {
		return errors.New("tried again at once")
	}
	return nil
}

func (s *shelf) ReleaseJob(context.Context, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = true
	s.released++
	return nil
}

func (s *shelf) Wake(string) (<-chan struct{}, func()) { return s.wake, func() {} }

func (s *shelf) put(j core.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.job, s.free = j, true
}

// until waits until something holds of the job.
func (s *shelf) until(t *testing.T, what string, holds func(core.Job) bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
		s.mu.Lock()
		ok := holds(s.job)
		s.mu.Unlock()
		if ok {
			return
		}
	}
	t.Fatal("never " + what)
}

var lost = errors.New("another's")

func run(t *testing.T, s *shelf, step jobs.Step) (stop func(), events func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	r := &jobs.Runner{Store: s, Steps: map[string]jobs.Step{"count": step}, Lost: lost, Now: time.Now, Count: func(e string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, e)
	}}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { r.Run(ctx); close(over) }()
	stop = func() { cancel(); <-over }
	t.Cleanup(stop)
	return stop, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func TestStepsUntilItIsDone(t *testing.T) {
	s := &shelf{wake: make(chan struct{}, 1)}
	_, events := run(t, s, func(_ context.Context, now, until time.Time, j core.Job) (core.Job, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		n, _ := strconv.Atoi(j.Cursor)
		if j.Cursor = strconv.Itoa(n + 1); n == 4 {
			j.Ended = now
		}
		s.job = j
		return j, nil
	})
	s.put(core.Job{ID: "1", Kind: "count"})
	s.until(t, "done", func(j core.Job) bool { return !j.Ended.IsZero() })
	if s.job.Cursor != "5" || len(s.failed) > 0 {
		t.Errorf("%+v, failed %v", s.job, s.failed)
	}
	s.put(core.Job{ID: "2", Kind: "another program's"})
	s.put(core.Job{ID: "3", Kind: "count", Cursor: "4"})
	s.until(t, "done again", func(j core.Job) bool { return j.Cursor == "5" })
	for deadline := time.Now().Add(5 * time.Second); len(events()) < 2 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if got := events(); !slices.Equal(got, []string{"job_done", "job_done"}) {
		t.Errorf("events %v", got)
	}
}

func TestStepThatFailsIsTriedAgainAndGivenUp(t *testing.T) {
	s := &shelf{wake: make(chan struct{}, 1)}
	_, events := run(t, s, func(context.Context, time.Time, time.Time, core.Job) (core.Job, error) {
		return core.Job{}, errors.New("no luck")
	})
	s.put(core.Job{ID: "1", Kind: "count"})
	s.until(t, "given up", func(j core.Job) bool { return !j.Ended.IsZero() })
	if got := events(); len(s.failed) != 10 || got[0] != "job_failed" || got[len(got)-1] != "job_given_up" {
		t.Errorf("failed %d times: %v", len(s.failed), got)
	}
}

// A node that stops gives its job to the others; one that lost it does nothing.
func TestStopAndLoss(t *testing.T) {
	s := &shelf{wake: make(chan struct{}, 1)}
	began := make(chan struct{})
	stop, _ := run(t, s, func(ctx context.Context, _, _ time.Time, j core.Job) (core.Job, error) {
		close(began)
		<-ctx.Done()
		return j, ctx.Err()
	})
	s.put(core.Job{ID: "1", Kind: "count"})
	s.wake <- struct{}{}
	<-began
	stop()
	if s.released != 1 || len(s.failed) != 0 {
		t.Errorf("released %d times, failed %v", s.released, s.failed)
	}
	tries := 0
	_, events := run(t, s, func(_ context.Context, now, _ time.Time, j core.Job) (core.Job, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		tries++
		s.job.Ended = now
		return j, lost
	})
	s.until(t, "lost", func(j core.Job) bool { return !j.Ended.IsZero() })
	if tries != 1 || len(s.failed) != 0 || len(events()) != 0 {
		t.Errorf("%d tries, failed %v, events %v", tries, s.failed, events())
	}
}
