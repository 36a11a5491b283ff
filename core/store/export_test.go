package store

import (
	"context"
	"errors"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// Texts runs a query of text columns, so that tests look at rows that no
// method of the store gives.
func (s *Store) Texts(ctx context.Context, text string, args ...any) ([]string, error) {
	r, err := s.q.query(ctx, text, args...)
	return collect(r, err, scanText)
}

// Exec changes rows that no method of the store changes.
func (s *Store) Exec(ctx context.Context, text string, args ...any) error {
	_, err := s.q.exec(ctx, text, args...)
	return err
}

// Later runs a statement whose outcome nobody waits for.
func (tx *Tx) Later(ctx context.Context, text string, args ...any) error {
	return tx.q.later(ctx, text, args...)
}

// Number runs a query of one number.
func (tx *Tx) Number(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = tx.q.row(ctx, text, args...).Scan(&n)
	return n, err
}

// Change runs a statement and tells how many rows it changed.
func (tx *Tx) Change(ctx context.Context, text string, args ...any) (int64, error) {
	return tx.q.exec(ctx, text, args...)
}

// Plan is how the engine would run a statement, a line for each step.
func (s *Store) Plan(ctx context.Context, text string, args ...any) ([]string, error) {
	if s.pg != nil {
		return s.Texts(ctx, `EXPLAIN `+text, args...)
	}
	r, err := s.q.query(ctx, `EXPLAIN QUERY PLAN `+text, args...)
	return collect(r, err, func(r scanner) (step string, err error) {
		var id, parent, unused int64
		return step, r.Scan(&id, &parent, &unused, &step)
	})
}

// FillNameKeys is what the migration to schema 2 computes.
func (s *Store) FillNameKeys(ctx context.Context) error { return fillNameKeys(ctx, s.q) }

// FillArrivals is what the migration to schema 11 computes.
func (s *Store) FillArrivals(ctx context.Context) error { return s.fillArrivals(ctx, time.Now()) }

// FillOldIDs is what the migration to schema 10 computes.
func (s *Store) FillOldIDs(ctx context.Context) error { return s.fillOldIDs(ctx, time.Now()) }

// LargestRound is how many prompts the largest batch holds, of the rounds that a
// day has until a moment.
func (s *Store) LargestRound(ctx context.Context, now time.Time) (most int, err error) {
	for _, r := range monitor.Rounds(monitor.At(core.DayOf(now), 0).Add(-time.Millisecond), now) {
		batches := make(chan *asks)
		go func() {
			defer close(batches)
			err = errors.Join(err, s.readRound(ctx, r, now, batches))
		}()
		for b := range batches {
			most = max(most, len(b.prompts))
		}
	}
	return most, err
}

// SmallBatches lets prompts be made two at a time until the test ends.
func SmallBatches(t interface{ Cleanup(func()) }) {
	was := askBatch
	askBatch = 2
	t.Cleanup(func() { askBatch = was })
}

// InNoTime lets a list end after each piece that it reads, and each of these be
// short, until done is called.
func InNoTime() (done func()) {
	page, count, first := pageTime, countTime, firstHours
	pageTime, countTime = -1, -1
	firstHours = map[string]int64{"province": 10, "district": 20, "commune": 30}
	return func() { pageTime, countTime, firstHours = page, count, first }
}

// TakeIndexes is what a load into an empty database begins with.
func (s *Store) TakeIndexes(ctx context.Context) error { return s.takeIndexes(ctx, 1) }
