package main

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"
)

// What conversations name must be in the database from its first start.
func TestSettingsOfANewDatabase(t *testing.T) {
	dir := t.TempDir()
	c := config{databaseURL: "sqlite:" + filepath.Join(dir, "kb.db"), keyFile: filepath.Join(dir, "kb.key"), province: "46", hotline: "19001075"}
	s, err := openStore(context.Background(), c, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tests := []struct {
		day      string
		lookBack int
	}{
		{"2021-05-04", 14},
		{"2021-06-01", 21}, // docs/reference/vietnam.md 2.7
		{"2021-08-15", 14},
	}
	for _, tt := range tests {
		now, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		got, err := newSettings(c, s).at(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if got.LookBack != tt.lookBack || got.Disease != "COVID-19" || got.Notice != 1 || got.Hotline != "19001075" {
			t.Errorf("%s: %+v", tt.day, got)
		}
	}
}
