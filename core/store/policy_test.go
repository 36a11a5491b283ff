package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/triage"
)

// strictRules are the rules of July 2021 under another name, by which whoever
// met a case goes to a facility.
func strictRules(t testing.TB, version string) []byte {
	t.Helper()
	for _, r := range triage.BuiltIn() {
		if r.Version() != "2021-07-14" {
			continue
		}
		text := strings.Replace(r.Text(), "version: 2021-07-14", "version: "+version, 1)
		at := strings.Index(text, "  - id: M-CONTACT")
		if at < 0 {
			t.Fatal("no rule M-CONTACT")
		}
		rest := strings.Replace(text[at:], "measure: home", "measure: central", 1)
		return []byte(text[:at] + strings.Replace(rest, "monitor: home", "monitor: central", 1))
	}
	t.Fatal("no rules of July 2021")
	return nil
}

func TestRulesAreThereAtTheFirstStart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for day, want := range map[core.Day]string{"2021-05-04": "2020-before", "2021-07-13": "2021-05-05", "2021-07-14": "2021-07-14", "2026-01-01": "2022-04"} {
			rules, areas, err := s.Policy(t.Context(), day)
			if err != nil || rules.Version() != want || areas.Len() != 0 {
				t.Errorf("%s: %v %v, want %s", day, rules, err, want)
			}
		}
	})
}

func TestRulesAreSwitchedOnAndTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cdc := t.Context(), officer(t, s, duty.CDC, "46")
		inForce := func(day core.Day, want string) {
			t.Helper()
			if rules, _, err := s.Policy(ctx, day); err != nil || rules.Version() != want {
				t.Fatalf("%s: %v, want %s: %v", day, rules.Version(), want, err)
			}
		}
		version, err := s.SaveRules(ctx, cdc, july, strictRules(t, "hue-1"))
		if err != nil || version != "hue-1" {
			t.Fatalf("save: %q %v", version, err)
		}
		if _, err := s.SaveRules(ctx, cdc, july, strictRules(t, "hue-1")); err != nil {
			t.Errorf("the same text again: %v", err)
		}
		if _, err := s.SaveRules(ctx, cdc, july, append(strictRules(t, "hue-1"), "# other\n"...)); !errors.Is(err, store.ErrVersionTaken) {
			t.Errorf("another text of that name: %v", err)
		}
		inForce("2021-07-20", "2021-07-14")
		if _, err := s.SwitchRules(ctx, cdc, july, version, "2021-07-22"); err != nil {
			t.Fatal(err)
		}
		inForce("2021-07-21", "2021-07-14")
		inForce("2021-07-22", "hue-1")
		if _, err := s.SwitchRules(ctx, cdc, july, version, ""); !errors.Is(err, store.ErrNoDraft) {
			t.Errorf("switched on twice: %v", err)
		}
		list, err := s.RuleVersions(ctx, cdc, "2021-07-22")
		if err != nil || list[0].State != "on" && list[0].State != "draft" || len(list) != len(triage.BuiltIn())+1 {
			t.Errorf("versions: %+v %v", list, err)
		}
		if _, err := s.TakeBackRules(ctx, cdc, july.Add(72*time.Hour), version); err != nil {
			t.Fatal(err)
		}
		inForce("2021-07-23", "2021-07-14")
		if text, err := s.RuleText(ctx, cdc, version); err != nil || text != string(strictRules(t, "hue-1")) {
			t.Errorf("its text is gone: %v", err)
		}
		// What nobody could replace stays: on that day it is the only one.
		for _, r := range triage.BuiltIn() {
			_, err = s.TakeBackRules(ctx, cdc, time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC), r.Version())
			if r.Version() == "2020-before" && !errors.Is(err, store.ErrLastRules) {
				t.Errorf("the only rules were taken back: %v", err)
			}
		}
	})
}

// A file with a mistake is refused whole, with its line, and nothing changes;
// who has no right meets nothing.
func TestHostileRulesAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cdc := t.Context(), officer(t, s, duty.CDC, "46")
		good := string(strictRules(t, "hue-1"))
		line := strings.Count(good[:strings.Index(good, "colour: red")], "\n") + 1
		for name, text := range map[string]string{
			"colour": strings.Replace(good, "colour: red", "colour: purple", 1),
			"zero":   good + "# \x00\n", "not text": good + "# \xff\n", "empty": "", "yaml": "{[", "bomb": "a: &a [*a]", "huge": strings.Repeat("#", 1<<20),
		} {
			_, err := s.SaveRules(ctx, cdc, july, []byte(text))
			var refused *triage.Error
			if !errors.As(err, &refused) || refused.Line < 1 || refused.Reason == "" {
				t.Errorf("%s: %v", name, err)
			} else if name == "colour" && refused.Line != line {
				t.Errorf("%s: line %d, want %d", name, refused.Line, line)
			}
		}
		for _, o := range []duty.Officer{officer(t, s, duty.CDC, "474"), officer(t, s, duty.Station, anDong), officer(t, s, duty.Admin, "46")} {
			_, err := s.SaveRules(ctx, o, july, []byte(good))
			_, errOn := s.SwitchRules(ctx, o, july, "2021-07-14", "")
			_, errArea := s.SaveArea(ctx, o, july, triage.Area{Code: anDong, Level: "red", From: "2021-07-01"})
			for _, err := range []error{err, errOn, errArea} {
				if !errors.Is(err, core.ErrNotFound) {
					t.Errorf("%s of %s: %v", o.Duty, o.Area, err)
				}
			}
		}
		for _, id := range []string{"\xff", "a\x00", "' OR 1=1", ""} {
			if _, err := s.SwitchRules(ctx, cdc, july, id, ""); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
			if _, err := s.EndArea(ctx, cdc, july, id, "2021-07-20"); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("area %q: %v", id, err)
			}
		}
		rows, err := s.Texts(ctx, `SELECT version FROM rules WHERE state <> 'on'`)
		if err != nil || len(rows) != 0 {
			t.Errorf("kept: %v %v", rows, err)
		}
	})
}

func TestAreasKeepTheirHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cdc := t.Context(), officer(t, s, duty.CDC, "46")
		for _, bad := range []triage.Area{{Code: "99999", Level: "red", From: "2021-07-01"}, {Code: anDong, Level: "blue", From: "2021-07-01"},
			{Code: anDong, Level: "red"}, {Code: anDong, Level: "red", From: "2021-07-02", Until: "2021-07-01"}, {Code: anDong, Level: "red", From: "2021-07-02", Name: "\xff"}} {
			if _, err := s.SaveArea(ctx, cdc, july, bad); !errors.Is(err, store.ErrAreaRefused) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		id, err := s.SaveArea(ctx, cdc, july, triage.Area{Code: anDong, Sub: "TDP 3", Level: "red", From: "2021-07-15"})
		if err != nil {
			t.Fatal(err)
		}
		count := func(want int) {
			t.Helper()
			if _, areas, err := s.Policy(ctx, "2021-07-20"); err != nil || areas.Len() != want {
				t.Fatalf("%d areas, want %d: %v", areas.Len(), want, err)
			}
		}
		count(0)
		if _, err := s.SwitchAreas(ctx, cdc, july, []string{id}); err != nil {
			t.Fatal(err)
		}
		count(1)
		if _, err := s.ChangeArea(ctx, cdc, july.Add(time.Hour), id, triage.Area{Code: anDong, Level: "orange", From: "2021-07-15"}); err != nil {
			t.Fatal(err)
		}
		count(1)
		open, err := s.EpidemicAreas(ctx, cdc, false, "", 10)
		if err != nil || len(open) != 1 || open[0].Level != "orange" {
			t.Fatalf("open: %+v %v", open, err)
		}
		if _, err := s.EndArea(ctx, cdc, july.Add(2*time.Hour), open[0].ID, "2021-07-21"); err != nil {
			t.Fatal(err)
		}
		count(1) // that it was one stays true
		all, err := s.EpidemicAreas(ctx, cdc, true, "", 10)
		if err != nil || len(all) != 3 || all[0].Until != "2021-07-21" || all[1].Ended.By != cdc.ID || all[2].Level != "red" {
			t.Errorf("history: %+v %v", all, err)
		}
	})
}

// A node hears of a change at once, or after ten seconds; what it cannot read
// leaves it with what it knows.
func TestPolicyOnAnotherNode(t *testing.T) {
	both := twoNodes(t)
	one, two := both[0], both[1]
	go two.Listen(t.Context())
	cdc := officer(t, one, duty.CDC, "46")
	if _, err := one.SaveRules(t.Context(), cdc, july, strictRules(t, "hue-1")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := two.Policy(t.Context(), "2021-07-20"); err != nil {
		t.Fatal(err)
	}
	listens := func() bool {
		rows, err := one.Texts(t.Context(), `SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE query LIKE 'LISTEN outbox%' AND datname = current_database()`)
		return err == nil && len(rows) > 0
	}
	for deadline := time.Now().Add(10 * time.Second); !listens() && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := one.SwitchRules(t.Context(), cdc, july, "hue-1", ""); err != nil {
		t.Fatal(err)
	}
	version := ""
	for deadline := time.Now().Add(time.Minute); version != "hue-1" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		rules, _, err := two.Policy(t.Context(), "2021-07-20")
		if err != nil {
			t.Fatal(err)
		}
		version = rules.Version()
	}
	if version != "hue-1" {
		t.Fatalf("the other node still has %s", version)
	}
	events := make(map[string]int)
	two.WatchPolicy(func(event string) { events[event]++ })
	if err := one.Exec(t.Context(), `UPDATE rules SET text = 'rubbish', hash = 'x' WHERE version = 'hue-1'`); err != nil {
		t.Fatal(err)
	}
	id, err := one.SaveArea(t.Context(), cdc, july, triage.Area{Code: anDong, Level: "red", From: "2021-07-15"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.SwitchAreas(t.Context(), cdc, july, []string{id}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(12 * time.Second); events["policy_refused"] == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		rules, areas, err := two.Policy(t.Context(), "2021-07-20")
		if err != nil || rules.Version() != "hue-1" || areas.Len() != 0 {
			t.Fatalf("it no longer goes on with what it knew: %v", err)
		}
	}
	if events["policy_refused"] == 0 {
		t.Error("nothing was told of what could not be read")
	}
}
