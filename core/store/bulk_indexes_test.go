package store_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// However a load ends, the indexes of declarations are there again: also when
// the program that loaded died, and another opens the database.
func TestLoadGivesIndexesBack(t *testing.T) {
	o := store.Options{URL: storetest.PostgresURL(t), KeyFile: filepath.Join(t.TempDir(), "key")}
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	s := open()
	indexes := func() []string {
		t.Helper()
		all, err := s.Texts(t.Context(), `SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'declarations' ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := indexes()
	if err := s.TakeIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if taken := indexes(); len(taken) > len(want)-4 {
		t.Fatalf("of %d indexes %d were left", len(want), len(taken))
	}
	open()
	if got := indexes(); !slices.Equal(got, want) {
		t.Errorf("after another opened the database: %q, want %q", got, want)
	}
	ctx, cut := context.WithCancel(t.Context())
	l := invented(t, 48, 60)
	part := l.Part
	l.Part = func(n int) [][]core.Declaration { cut(); return part(n) }
	if err := s.Load(ctx, l); err == nil {
		t.Error("a load that was cut off ended well")
	}
	if got := indexes(); !slices.Equal(got, want) {
		t.Errorf("after a load that was cut off: %q, want %q", got, want)
	}
	l.Part = part
	load(t, s, l)
	if got := indexes(); !slices.Equal(got, want) {
		t.Errorf("after a load: %q, want %q", got, want)
	}
}
