package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// told says that a measure changed.
func told(before, now core.Verdict, name string) (core.Say, bool) {
	return core.Say{Key: "verdict.changed", Args: map[string]string{"until": string(now.Until)}}, before.Measure != now.Measure
}

// finish does a job step by step to its end, at moments that lie a minute apart.
func finish(t *testing.T, s *store.Store, at time.Time, step func(context.Context, time.Time, time.Time, core.Job) (core.Job, error), kind string) core.Job {
	t.Helper()
	for n := 0; n < 1000; n++ {
		at = at.Add(time.Minute)
		j, found, err := s.TakeJob(t.Context(), at, at.Add(30*time.Second), []string{kind})
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			continue
		}
		if j, err = step(t.Context(), at, at.Add(30*time.Second), j); err != nil {
			t.Fatal(err)
		}
		if !j.Ended.IsZero() {
			return j
		}
	}
	t.Fatal("the job does not end")
	return core.Job{}
}

// crowd declares n people: every second has met a case.
func crowd(t *testing.T, s *store.Store, n int) (ids []string) {
	t.Helper()
	for i := range n {
		facts := map[string]any{}
		if i%2 == 0 {
			facts = map[string]any{"exposures": []string{"case"}, "exposure_last": "2021-07-18"}
		}
		commune := anDong
		if i%4 == 0 {
			commune = huongVan
		}
		ids = append(ids, tell(t, s, july.Add(time.Duration(i)*time.Second), fmt.Sprintf("+8490000%04d", i), fmt.Sprintf("nguoi %c", 'a'+i), commune, facts).PersonID)
	}
	return ids
}

func TestRehearsalChangesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cdc := t.Context(), officer(t, s, duty.CDC, "46")
		ids := crowd(t, s, 8)
		if _, err := s.SaveRules(ctx, cdc, july, strictRules(t, "hue-1")); err != nil {
			t.Fatal(err)
		}
		later := july.Add(time.Hour)
		id, err := s.Rehearse(ctx, cdc, later, store.Change{Rules: "hue-1"})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, s, later, s.RehearseStep, store.JobRehearse)
		j, r, err := s.Rehearsal(ctx, cdc, id)
		if err != nil || j.Done != 8 || r.People != 8 || r.Changed != 4 || len(r.Measures) != 1 || r.Measures[0].From != "home" || r.Measures[0].To != "central" || r.Measures[0].Count != 4 {
			t.Fatalf("rehearsal %+v of %+v: %v", r, j, err)
		}
		if len(r.Areas) != 2 || r.Areas[0].Changed+r.Areas[1].Changed != 4 || r.Raised != 4 {
			t.Errorf("areas %+v", r.Areas)
		}
		list := func(o duty.Officer, scope string) []store.WouldMove {
			t.Helper()
			var all []store.WouldMove
			for after := ""; ; after = all[len(all)-1].PersonID {
				page, err := s.WouldMove(ctx, o, duty.Scope{Area: scope}, id, after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					return all
				}
				all = append(all, page...)
			}
		}
		if all := list(cdc, "46"); len(all) != 4 || all[0].After.Measure != core.MeasureCentral || all[0].Before.Measure != core.MeasureHome || all[0].Name == "" {
			t.Errorf("who would move: %+v", all)
		}
		station, elsewhere := officer(t, s, duty.Station, huongVan), officer(t, s, duty.Station, anCuu)
		if all := list(station, huongVan); len(all) != 2 {
			t.Errorf("of the station's commune: %+v", all)
		}
		if all := list(elsewhere, anCuu); len(all) != 0 {
			t.Errorf("of another commune: %+v", all)
		}
		if _, err := s.WouldMove(ctx, elsewhere, duty.Scope{Area: huongVan}, id, "", 10); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a wrong area's officer sees the list: %v", err)
		}
		if all := list(officer(t, s, duty.Leader, "46"), "46"); len(all) != 4 || strings.Contains(all[0].Name, " ") || all[0].After.Class != "" {
			t.Errorf("a leader sees %+v", all)
		}
		if _, err := s.WouldMove(ctx, officer(t, s, duty.Police, "46"), duty.Scope{Area: "46"}, id, "", 10); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("police: %v", err)
		}
		if got := inForce(t, s, ids[0]); got != "contact_said 2 home 2021-08-01" {
			t.Errorf("a rehearsal moved somebody: %s", got)
		}
	})
}

func TestSwitchedOnRulesJudgeAgainAndTell(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cdc, look := t.Context(), officer(t, s, duty.CDC, "46"), looks{at: july}
		ids := crowd(t, s, 8)
		all := duty.Scope{Area: "46"}
		_, st, _, err := s.Standing(ctx, look.by(cdc, "x"), all, ids[2])
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Lower(ctx, look.by(cdc, "x"), all, ids[2], st.Seen, core.ColourGreen, core.MeasureNone, "nhầm người"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SaveRules(ctx, cdc, july, strictRules(t, "hue-1")); err != nil {
			t.Fatal(err)
		}
		later := july.Add(2 * time.Hour)
		if _, err := s.SwitchRules(ctx, cdc, later, "hue-1", ""); err != nil {
			t.Fatal(err)
		}
		g := &store.Judging{Store: s, Tell: told, Batch: 3}
		j := finish(t, s, later, g.Step, store.JobJudge)
		var result store.JudgeResult
		if err := json.Unmarshal([]byte(j.Result), &result); err != nil || result.Moved != 3 || result.Told != 3 || j.Done != 8 || j.Total != 8 {
			t.Fatalf("%+v of %+v: %v", result, j, err)
		}
		if got := inForce(t, s, ids[0]); got != "contact_said 2 central 2021-08-01" {
			t.Errorf("in force: %s", got)
		}
		if got := inForce(t, s, ids[2]); got != "contact_said 1 none " {
			t.Errorf("what an officer lowered: %s", got)
		}
		rows, err := s.Texts(ctx, `SELECT person_id FROM verdicts WHERE why = 'rules' AND rules LIKE 'hue-1+%' ORDER BY person_id`)
		if err != nil || len(rows) != 3 {
			t.Errorf("rows of verdicts: %v %v", rows, err)
		}
		if rows, _ := s.Texts(ctx, `SELECT id FROM outbox WHERE locale_key = 'verdict.changed' AND priority = 4`); len(rows) != 3 {
			t.Errorf("%d notices", len(rows))
		}
		// An area that is switched on moves who lives there; taken back, they return.
		if _, err := s.TakeBackRules(ctx, cdc, later.Add(time.Hour), "hue-1"); err != nil {
			t.Fatal(err)
		}
		finish(t, s, later.Add(time.Hour), g.Step, store.JobJudge)
		if got := inForce(t, s, ids[0]); got != "contact_said 2 home 2021-08-01" {
			t.Errorf("after going back: %s", got)
		}
	})
}

// A node that dies in the middle of a step leaves nothing of it; the next one
// goes on behind the last whole step, and everybody is judged once.
func TestJudgingGoesOnWhereANodeDied(t *testing.T) {
	both := twoNodes(t)
	one, two := both[0], both[1]
	cdc := officer(t, one, duty.CDC, "46")
	crowd(t, one, 10)
	if _, err := one.SaveRules(t.Context(), cdc, july, strictRules(t, "hue-1")); err != nil {
		t.Fatal(err)
	}
	at := july.Add(time.Hour)
	if _, err := one.SwitchRules(t.Context(), cdc, at, "hue-1", ""); err != nil {
		t.Fatal(err)
	}
	steps := map[*store.Store]*store.Judging{one: {Store: one, Tell: told, Batch: 2}, two: {Store: two, Tell: told, Batch: 2}}
	var dying *store.Judging
	crash := errors.New("the power is cut")
	dying = &store.Judging{Store: one, Batch: 2, Tell: func(before, now core.Verdict, name string) (core.Say, bool) { panic(crash) }}
	kinds := []string{store.JobJudge}
	// One step of node one, then it dies inside the next that moves somebody.
	died := false
	for n := 0; n < 200 && !died; n++ {
		at = at.Add(time.Second)
		j, found, err := one.TakeJob(t.Context(), at, at.Add(time.Minute), kinds)
		if err != nil || !found && n == 0 {
			t.Fatal(found, err)
		}
		func() {
			defer func() { died = recover() != nil }()
			for {
				if j, err = dying.Step(t.Context(), at, at.Add(time.Minute), j); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	if !died {
		t.Fatal("nothing moved")
	}
	if _, found, err := two.TakeJob(t.Context(), at.Add(time.Second), at.Add(time.Minute), kinds); err != nil || found {
		t.Fatalf("taken while the lease holds: %v %v", found, err)
	}
	// Both work from now on: each takes what the other leaves.
	at = at.Add(2 * time.Minute)
	var mu sync.Mutex
	done := false
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(20 * time.Second)
		return at
	}
	var nodes sync.WaitGroup
	for s, g := range steps {
		nodes.Go(func() {
			for n := 0; n < 2000; n++ {
				mu.Lock()
				over := done
				mu.Unlock()
				if over {
					return
				}
				now := clock()
				j, found, err := s.TakeJob(t.Context(), now, now.Add(time.Second), kinds)
				if err != nil {
					t.Error(err)
					return
				}
				if !found {
					continue
				}
				j, err = g.Step(t.Context(), now, now.Add(time.Second), j)
				if err != nil && !errors.Is(err, store.ErrJobLost) {
					t.Error(err)
					return
				}
				if err == nil && !j.Ended.IsZero() {
					mu.Lock()
					done = true
					mu.Unlock()
				}
			}
		})
	}
	nodes.Wait()
	rows, err := one.Texts(t.Context(), `SELECT person_id FROM verdicts WHERE why = 'rules' ORDER BY person_id`)
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows of verdicts, want 5: %v", len(rows), err)
	}
	for i := range rows {
		if i > 0 && rows[i] == rows[i-1] {
			t.Errorf("%s was judged twice", rows[i])
		}
	}
	if rows, _ := one.Texts(t.Context(), `SELECT id FROM outbox WHERE locale_key = 'verdict.changed'`); len(rows) != 5 {
		t.Errorf("%d notices, want 5", len(rows))
	}
}

// What follows a measure begins when its last day is over, once a day.
func TestNextMeasureBegins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		an := tell(t, s, july, "+84900000001", "an", anDong, map[string]any{"exposures": []string{"epidemic_area"}, "exposure_last": "2021-07-18"}).PersonID
		if got := inForce(t, s, an); got != "returnee 2 home 2021-08-01" {
			t.Fatalf("in force: %s", got)
		}
		g := &store.Judging{Store: s, Tell: told}
		day := time.Date(2021, 8, 2, 17, 10, 0, 0, time.UTC) // the 3rd, ten past midnight
		for range 3 {
			if err := s.AddDaysJob(t.Context(), day); err != nil {
				t.Fatal(err)
			}
		}
		finish(t, s, day, g.Step, store.JobJudge)
		if got := inForce(t, s, an); got != "returnee 2 watch 2021-08-15" {
			t.Errorf("after the quarantine: %s", got)
		}
		if rows, _ := s.Texts(t.Context(), `SELECT id FROM jobs`); len(rows) != 1 {
			t.Errorf("%d jobs, want one", len(rows))
		}
	})
}
