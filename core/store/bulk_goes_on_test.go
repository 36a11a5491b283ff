package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A load that is cut off leaves whole people, and goes on without doubling any.
func TestLoadGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people, declarations = 800, 1000
		l := invented(t, people, declarations)
		all := l.Part(0)
		l.Parts, l.Part = 8, func(n int) [][]core.Declaration { return all[n*100 : (n+1)*100] }
		ctx, cut := context.WithCancel(t.Context())
		l.Stored = func(int, int) { cut() }
		if err := s.Load(ctx, l); !errors.Is(err, context.Canceled) {
			t.Fatalf("a load that was cut off ended with %v", err)
		}
		// A part whose commit was on its way when its loader was cut off is still
		// stored, a moment later: look until both say the same.
		want := [2]int{}
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			state, err := s.LoadState(t.Context(), l.Name)
			if err != nil || state.Done || len(state.Parts) == 0 || len(state.Parts) == l.Parts {
				t.Fatalf("cut off at %+v, %v", state, err)
			}
			want = [2]int{}
			for n := range state.Parts {
				part := l.Part(n)
				want[0] += len(part)
				for _, declarations := range part {
					want[1] += len(declarations)
				}
			}
			if whole(t, s) == wholeOf(want[0], want[1]) || time.Now().After(end) {
				break
			}
		}
		checkWhole(t, s, want[0], want[1])

		told := [2]int{}
		l.Stored = func(people, declarations int) { told[0] += people; told[1] += declarations }
		load(t, s, l)
		checkWhole(t, s, people, declarations)
		if told != [2]int{people - want[0], declarations - want[1]} {
			t.Errorf("told of %v stored", told)
		}
		l.Stored = func(int, int) { t.Error("a load that was done stored a part") }
		load(t, s, l)
		checkWhole(t, s, people, declarations)
	})
}

// checkWhole wants so many people and declarations, and of each person all
// rows, linked to each other.
func checkWhole(t *testing.T, s *store.Store, people, declarations int) {
	t.Helper()
	if got, want := whole(t, s), wholeOf(people, declarations); got != want {
		t.Fatalf("people, declarations, people with a code, ties, newest, former: %s, want %s", got, want)
	}
}

func wholeOf(people, declarations int) string {
	return fmt.Sprint(people, declarations, people, people, people, declarations-people)
}

// whole counts what checkWhole compares.
func whole(t *testing.T, s *store.Store) string {
	t.Helper()
	got, err := s.Texts(t.Context(), `SELECT CAST((SELECT COUNT(*) FROM people) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM declarations) AS TEXT)
		|| ' ' || CAST((SELECT COUNT(DISTINCT person_id) FROM qr_codes) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM ties) AS TEXT)
		|| ' ' || CAST((SELECT COUNT(*) FROM people p JOIN declarations d ON d.id = p.newest AND d.person_id = p.id
			AND d.version = (SELECT COUNT(*) FROM declarations e WHERE e.person_id = p.id AND e.form = d.form)) AS TEXT)
		|| ' ' || CAST((SELECT COUNT(*) FROM declarations d JOIN declarations e ON e.id = d.former AND e.person_id = d.person_id
			AND (e.form <> d.form OR e.version = d.version - 1) AND e.at < d.at) AS TEXT)`)
	if err != nil || len(got) != 1 {
		t.Fatalf("count: %v, %v", got, err)
	}
	return got[0]
}

// A part that cannot be stored leaves nothing behind, and its load is not done.
func TestLoadFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		good := lives()[0]
		l := store.Load{Name: "bad", Parts: 1, Part: func(int) [][]core.Declaration { return [][]core.Declaration{good, {}} },
			Stored: func(int, int) { t.Error("a part that failed was told of") }}
		if err := s.Load(t.Context(), l); err == nil {
			t.Error("a person without declarations was stored")
		}
		bad := good[0]
		bad.Facts = map[string]any{"symptoms": func() {}}
		l.Part = func(int) [][]core.Declaration { return [][]core.Declaration{good, {bad}} }
		if err := s.Load(t.Context(), l); err == nil {
			t.Error("answers that are no JSON were stored")
		}
		// What the database itself refuses, in the last table of the part.
		bad = good[0]
		bad.Person.Name = "\x00"
		l.Part = func(int) [][]core.Declaration { return [][]core.Declaration{good, {bad}} }
		if s.Engine() == "postgres" {
			if err := s.Load(t.Context(), l); err == nil {
				t.Error("PostgreSQL took a NUL")
			}
		}
		held, err := s.HoldsPeople(t.Context())
		state, stateErr := s.LoadState(t.Context(), "bad")
		if err := errors.Join(err, stateErr); err != nil || held || state.Done || len(state.Parts) > 0 {
			t.Errorf("a failed load left people: %t, state %+v, %v", held, state, err)
		}
	})
}
