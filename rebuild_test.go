package main

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"khaibao/core/duty"
	"khaibao/core/store"
)

// What is wrong in the counts is told by a check, and mended by the command.
func TestRebuildCommand(t *testing.T) {
	dir := t.TempDir()
	url, key := "sqlite:"+filepath.Join(dir, "k.db"), filepath.Join(dir, "k.key")
	environ := []string{"KHAIBAO_DATABASE_URL=" + url, "KHAIBAO_KEY_FILE=" + key}
	do := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), args, environ, strings.NewReader(""), &out)
		return out.String(), err
	}
	if out, err := do("demo", "--people", "30", "--as-of", "2021-08-15"); err != nil {
		t.Fatal(out, err)
	}
	if out, err := do("rebuild", "--check"); err != nil || !strings.Contains(out, ": 0 were wrong.") {
		t.Errorf("after a load: %q, %v", out, err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: key})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Figures(t.Context(), duty.Scope{Area: "46"}, store.FigureQuery{Kind: store.FigureDeclarations, Area: "46"})
	s.Close()
	if err != nil || len(all) != 1 || all[0].N != 45 {
		t.Errorf("loaded: %v, %v", all, err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "k.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`UPDATE figures SET n = n + 1 WHERE area = '46'`)
	if db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := do("rebuild", "--check"); err == nil || strings.Contains(out, ": 0 were wrong.") {
		t.Errorf("damaged: %q, %v", out, err)
	}
	if out, err := do("rebuild"); err != nil || !strings.Contains(out, "All were counted anew.") {
		t.Errorf("rebuild: %q, %v", out, err)
	}
	if out, err := do("rebuild", "--check"); err != nil {
		t.Errorf("rebuilt: %q, %v", out, err)
	}
	if _, err := do("rebuild", "everything"); err == nil {
		t.Error("an argument that is none was taken")
	}
}
