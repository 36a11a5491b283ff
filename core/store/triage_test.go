package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// redOnes tells of breathlessness: the rules call it red.
var redOnes = map[string]any{"symptoms": []string{"short_of_breath"}}

// onTriage is a list of triage as "name state tries".
func onTriage(t testing.TB, s *store.Store, l store.Look, f store.TriageFilter) (store.TriagePage, string) {
	t.Helper()
	p, err := s.Triage(t.Context(), l, l.Officer.WatchScope(), f, "")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range p.Rows {
		all = append(all, fmt.Sprintf("%s %d %d", r.Name, r.State, r.Tries))
	}
	return p, strings.Join(all, ", ")
}

func TestTriageListsWhoWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july.Add(2 * time.Hour)}
		cdc, team := officer(t, s, duty.CDC, "46"), officer(t, s, duty.Team, huongVan)
		an := tell(t, s, july.Add(-time.Hour), "+84900000001", "an", anDong, redOnes)
		binh := tell(t, s, july, "+84900000002", "binh", anDong, redOnes)
		tell(t, s, july, "+84900000003", "cuc", huongVan, map[string]any{"symptoms": []string{"cough"}})
		tell(t, s, july, "+84900000004", "dung", anDong, nil)
		red := store.TriageFilter{Colour: core.ColourRed}
		p, got := onTriage(t, s, look.by(cdc, "triage"), red)
		if got != "an 0 0, binh 0 0" || p.Waiting[core.ColourRed] != 2 || p.Waiting[core.ColourGreen] != 0 || len(p.Rows[0].Verdict.Reasons) == 0 || !p.Rows[0].Since.Equal(july.Add(-time.Hour)) {
			t.Errorf("red: %s, %+v", got, p)
		}
		if _, got := onTriage(t, s, look.by(team, "triage"), red); got != "" {
			t.Errorf("another ward sees %s", got)
		}
		for _, o := range []duty.Officer{officer(t, s, duty.Digitisation, "46"), officer(t, s, duty.Leader, "46")} {
			if _, err := s.Triage(ctx, look.by(o, "triage"), duty.Scope{Area: "46"}, red, ""); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%s: %v", o.Duty, err)
			}
		}
		// Each officer is given another one; both may not save over each other.
		other := officer(t, s, duty.CDC, "46")
		first, err := s.NextTriage(ctx, look.by(cdc, "triage"), cdc.WatchScope(), red, "")
		second, err2 := s.NextTriage(ctx, look.by(other, "triage"), other.WatchScope(), red, "")
		if err != nil || err2 != nil || first != an.PersonID || second != binh.PersonID {
			t.Fatalf("next: %s %v, %s %v", first, err, second, err2)
		}
		if third, err := s.NextTriage(ctx, look.by(cdc, "triage"), cdc.WatchScope(), red, first); err != nil || third != "" {
			t.Errorf("a third one: %q, %v", third, err)
		}
		p, _ = onTriage(t, s, look.by(cdc, "triage"), red)
		if p.Rows[0].Taken != "" || p.Rows[1].Taken == "" {
			t.Errorf("who is at it: %+v", p.Rows)
		}
		call := store.Call{ID: "call-1", Version: p.Rows[0].Version, Outcome: "ill", Note: "khó thở nhẹ", Surveillance: monitor.SurveillanceHome, Days: 14}
		done, err := s.KeepCall(ctx, look.by(cdc, "person"), cdc.WatchScope(), an.PersonID, call)
		if err != nil || done.Monitoring == "" {
			t.Fatalf("call: %+v, %v", done, err)
		}
		if _, err := s.KeepCall(ctx, look.by(cdc, "person"), cdc.WatchScope(), an.PersonID, call); err != nil {
			t.Errorf("the same form again: %v", err)
		}
		stale := call
		stale.ID = "call-2"
		if _, err := s.KeepCall(ctx, look.by(other, "person"), cdc.WatchScope(), an.PersonID, stale); !errors.Is(err, store.ErrChanged) {
			t.Errorf("over a call that was not seen: %v", err)
		}
		if _, err := s.KeepCall(ctx, look.by(team, "person"), team.WatchScope(), an.PersonID, stale); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("by another ward: %v", err)
		}
		if _, err := s.KeepCall(ctx, look.by(cdc, "person"), cdc.WatchScope(), binh.PersonID, store.Call{ID: "call-3", Version: p.Rows[1].Version, Outcome: "wrong_number"}); err != nil {
			t.Fatal(err)
		}
		if _, got := onTriage(t, s, look.by(cdc, "triage"), red); got != "binh 1 1, an 2 1" {
			t.Errorf("after the calls: %s", got)
		}
		if tasks, _ := s.Texts(ctx, `SELECT kind || ' ' || note FROM tasks WHERE person_id = $1 AND kind = 'visit'`, binh.PersonID); len(tasks) != 1 || tasks[0] != "visit wrong_number" {
			t.Errorf("tasks %v", tasks)
		}
		rec, err := s.PersonRecord(ctx, look.by(cdc, "person"), cdc.WatchScope(), an.PersonID)
		if err != nil || len(rec.Calls) != 1 || rec.Calls[0].Note != "khó thở nhẹ" || rec.Triage.State != store.TriageVerified || len(rec.Monitorings) != 1 || len(rec.Versions) != 1 {
			t.Errorf("record %+v, %v", rec, err)
		}
	})
}

// Who was verified waits again for what is worse, and for red signs told anew;
// not because the same mild thing is declared each day.
func TestTriageWaitsAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july.Add(time.Hour)}
		cdc := officer(t, s, duty.CDC, "46")
		mild := map[string]any{"symptoms": []string{"cough"}}
		an := tell(t, s, july, "+84900000001", "an", anDong, mild).PersonID
		state := func() string {
			t.Helper()
			rows, err := s.Texts(ctx, `SELECT CAST(colour_rank AS TEXT) || ' ' || CAST(state AS TEXT) || ' ' || CAST((since - $2) / 3600000 AS TEXT) FROM triage WHERE person_id = $1`, an, july.UnixMilli())
			if err != nil || len(rows) != 1 {
				t.Fatalf("triage %v, %v", rows, err)
			}
			return rows[0]
		}
		calls := 0
		called := func(outcome string) {
			t.Helper()
			rec, err := s.PersonRecord(ctx, look.by(cdc, "person"), cdc.WatchScope(), an)
			if err != nil {
				t.Fatal(err)
			}
			calls++
			if _, err := s.KeepCall(ctx, look.by(cdc, "person"), cdc.WatchScope(), an, store.Call{ID: fmt.Sprint("call", calls), Version: rec.Triage.Version, Outcome: outcome}); err != nil {
				t.Fatal(err)
			}
		}
		first := state()
		called("well")
		tell(t, s, july.Add(24*time.Hour), "+84900000001", "an", anDong, mild)
		if got := state(); got[:1] != first[:1] || got[2:3] != "2" {
			t.Errorf("the same again: %s after %s", got, first)
		}
		tell(t, s, july.Add(48*time.Hour), "+84900000001", "an", anDong, redOnes)
		if got := state(); got != "4 0 48" {
			t.Errorf("red: %s", got)
		}
		look.at = july.Add(49 * time.Hour)
		called("hospital")
		tell(t, s, july.Add(72*time.Hour), "+84900000001", "an", anDong, redOnes)
		if got := state(); got != "4 0 72" {
			t.Errorf("red once more: %s", got)
		}
		tell(t, s, july.Add(73*time.Hour), "+84900000001", "an", anDong, redOnes)
		if got := state(); got != "4 0 72" {
			t.Errorf("red while they wait: %s", got)
		}
		// An officer's decision has been seen.
		look.at = july.Add(74 * time.Hour)
		called("well")
		_, st, _, err := s.Standing(ctx, look.by(cdc, "person"), cdc.WatchScope(), an)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Lower(ctx, look.by(cdc, "person"), cdc.WatchScope(), an, st.Seen, core.ColourYellow, "", "đã khám, ổn"); err != nil {
			t.Fatal(err)
		}
		if got := state(); got[:3] != "2 2" {
			t.Errorf("lowered: %s", got)
		}
	})
}

// Two hundred red people are worked off by two officers, nobody twice.
func TestTwoHundredRedOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const people = 200
		all := make([][]core.Declaration, people)
		for i := range all {
			d := statement(fmt.Sprintf("Trần Thị %c%c", 'A'+i%26, 'a'+i/26), "", fmt.Sprintf("+84900%06d", i), july, func(d *core.Declaration) { d.Facts["symptoms"] = []string{"short_of_breath"} })
			judgedBy(t, s, &d)
			all[i] = []core.Declaration{d}
		}
		load(t, s, store.Load{Name: "red", Parts: 1, Part: func(int) [][]core.Declaration { return all }})
		red := store.TriageFilter{Colour: core.ColourRed}
		at := july.Add(time.Hour)
		seen := make(map[string]bool)
		officers := []duty.Officer{officer(t, s, duty.CDC, "46"), officer(t, s, duty.Station, anDong)}
		for n := 0; ; n++ {
			o := officers[n%2]
			at = at.Add(time.Second)
			l := store.Look{Officer: o, Screen: "triage", At: at}
			next, err := s.NextTriage(context.WithoutCancel(ctx), l, o.WatchScope(), red, "")
			if err != nil {
				t.Fatal(err)
			}
			if next == "" {
				break
			}
			if seen[next] {
				t.Fatalf("person %d comes twice", n)
			}
			seen[next] = true
			if _, err := s.KeepCall(ctx, l, o.WatchScope(), next, store.Call{ID: core.NewID(), Version: 1, Outcome: "well"}); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != people {
			t.Errorf("%d of %d were called", len(seen), people)
		}
		if p, _ := onTriage(t, s, store.Look{Officer: officers[0], At: at}, red); p.Waiting[core.ColourRed] != 0 || p.States["verified"] != people || len(p.Rows) != store.PageSize || p.Next == "" {
			t.Errorf("at the end: %v %v", p.Waiting, p.States)
		}
	})
}
