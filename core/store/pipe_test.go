package store_test

import (
	"context"
	"slices"
	"testing"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// What nobody waits for is done before the next statement that somebody waits
// for, in order, and at the latest with the commit.
func TestWhatNobodyWaitsForIsDoneInOrder(t *testing.T) {
	const mark = `INSERT INTO marks (name, at) VALUES ($1, $2)`
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Take(t.Context(), now, []core.Inbound{message("1", "+84900000001", "a")},
			func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
				later := func(text string, args ...any) {
					if err := tx.Later(ctx, text, args...); err != nil {
						t.Error(err)
					}
				}
				later(mark, "first", 1)
				later(`UPDATE marks SET at = at + 1 WHERE name = $1`, "first")
				if n, err := tx.Number(ctx, `SELECT at FROM marks WHERE name = $1`, "first"); n != 2 || err != nil {
					t.Errorf("a query finds %d, %v: want what was done before it", n, err)
				}
				later(mark, "second", 1)
				if n, err := tx.Change(ctx, `UPDATE marks SET at = 5 WHERE name IN ('first', 'second')`); n != 2 || err != nil {
					t.Errorf("a change of %d rows, %v: want both", n, err)
				}
				later(mark, "third", 1)
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Texts(t.Context(), `SELECT name FROM marks WHERE name IN ('first', 'second', 'third') ORDER BY name`)
		if err != nil || !slices.Equal(got, []string{"first", "second", "third"}) {
			t.Errorf("kept %v, %v", got, err)
		}
	})
}

// A fault of what nobody waited for undoes the whole turn, whatever comes after
// it, and the connection serves the next.
func TestFaultThatNobodyWaitedFor(t *testing.T) {
	after := map[string]func(ctx context.Context, tx *store.Tx) error{
		"the commit": func(context.Context, *store.Tx) error { return nil },
		"a query": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Number(ctx, `SELECT COUNT(*) FROM marks`)
			return err
		},
		"a change": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Change(ctx, `DELETE FROM marks WHERE name = 'kept'`)
			return err
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for what, then := range after {
			err := s.Take(t.Context(), now, []core.Inbound{message("1", "+84900000001", "a")},
				func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
					for _, text := range []string{`INSERT INTO marks (name, at) VALUES ('kept', 1)`, `INSERT INTO marks (name, at) VALUES ('kept', 2)`} {
						if err := tx.Later(ctx, text); err != nil {
							return err
						}
					}
					return then(ctx, tx)
				})
			if err == nil {
				t.Errorf("before %s: no fault", what)
			}
			got, err := s.Texts(t.Context(), `SELECT name FROM marks WHERE name = 'kept' UNION ALL SELECT id FROM messages`)
			if err != nil || len(got) != 0 {
				t.Errorf("before %s: kept %v, %v", what, got, err)
			}
		}
		if err := s.Take(t.Context(), now, []core.Inbound{message("1", "+84900000001", "a")}, echo); err != nil {
			t.Errorf("the next turn: %v", err)
		}
	})
}
