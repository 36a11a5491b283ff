package main

import (
	"context"
	"database/sql"
	"io"
	"path/filepath"
	"testing"
	"time"

	"khaibao/core"
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
		day         string
		lookBack    int
		vaccination bool
	}{
		{"2021-05-04", 14, false},
		{"2021-06-01", 21, false}, // docs/reference/vietnam.md 2.7
		{"2021-08-15", 14, false},
		{"2021-10-05", 14, false},
		{"2021-10-06", 14, true},
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
		if got.LookBack != tt.lookBack || got.Disease != "COVID-19" || got.Notice != 1 || got.Hotline != "19001075" || got.AskReligion || got.AskVaccination != tt.vaccination {
			t.Errorf("%s: %+v", tt.day, got)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "kb.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO dated (name, from_day, value) VALUES ('ask_religion', '2021-08-01', 'yes')`); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"2021-07-31": false, "2021-08-01": true} {
		now, err := time.ParseInLocation(time.DateOnly, day, core.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := newSettings(c, s).at(t.Context(), now); err != nil || got.AskReligion != want {
			t.Errorf("%s: religion is asked for: %t, %v", day, got.AskReligion, err)
		}
	}
}
