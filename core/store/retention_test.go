package store

import (
	"path/filepath"
	"testing"
)

func TestEveryTableHasARetentionClass(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(dir, "x.db"), KeyFile: filepath.Join(dir, "key")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r, err := s.q.query(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	tables, err := collect(r, err, scanText)
	if err != nil || len(tables) < 15 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, name := range tables {
		if retention[name] == "" {
			t.Errorf("table %s has no retention class", name)
		}
	}
	if len(tables) != len(retention) {
		t.Errorf("%d tables and %d classes", len(tables), len(retention))
	}
}
