package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// What several officers did, read by those who keep the accounts of one
// district, of another, and of the province.
func TestDoingsOfAnArea(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cdc, team, elsewhere := officer(t, s, duty.CDC, "46"), officer(t, s, duty.Team, anDong), officer(t, s, duty.Team, "480")
		hue, _ := keeper(t, s, "474")
		province, _ := keeper(t, s, "46")
		at := now
		look := func(o duty.Officer, id string) {
			t.Helper()
			at = at.Add(time.Minute)
			if _, err := s.CheckByID(ctx, store.Look{Officer: o, Screen: "check", At: at}, o.CheckScope(), id); err != nil && !errors.Is(err, core.ErrNotFound) {
				t.Fatal(err)
			}
		}
		for _, o := range []duty.Officer{cdc, team, elsewhere} {
			look(o, "046055000123")
		}
		if err := s.AddSignIn(ctx, at, store.SignIn{Officer: team, Way: "password"}, "t"); err != nil {
			t.Fatal(err)
		}
		whole := store.DoingFilter{From: now.Add(-time.Hour), To: now.Add(24 * time.Hour)}
		read := func(l store.Look, f store.DoingFilter) string {
			t.Helper()
			list, _, err := s.Doings(ctx, l, l.Officer.LogScope(), f)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, d := range list {
				who := map[string]string{cdc.ID: "cdc", team.ID: "team", elsewhere.ID: "elsewhere"}[d.OfficerID]
				if who != "" && d.Kind != store.DidAccount {
					all = append(all, d.Kind+" "+d.What+" by "+who)
				}
			}
			return strings.Join(all, ", ")
		}
		l := func(o duty.Officer) store.Look { return store.Look{Officer: o, Screen: "log", At: at} }
		saw := whole
		saw.Kind = store.DidSee
		of := whole
		of.Officer = team.ID
		early := whole
		early.To = now.Add(90 * time.Second)
		for _, test := range []struct {
			what string
			l    store.Look
			f    store.DoingFilter
			want string
		}{
			{"a district", l(hue.Officer), whole, "signin password by team, saw check by team"},
			{"the province, look-ups", l(province.Officer), saw, "saw check by elsewhere, saw check by team, saw check by cdc"},
			{"one officer", l(province.Officer), of, "signin password by team, saw check by team"},
			{"the CDC of the province", l(cdc), early, "saw check by cdc"},
		} {
			if got := read(test.l, test.f); got != test.want {
				t.Errorf("%s: %s, want %s", test.what, got, test.want)
			}
		}
		for _, kind := range store.DidKinds() { // each table is read, though nothing is in it
			one := whole
			one.Kind = kind
			if _, _, err := s.Doings(ctx, l(province.Officer), province.Officer.LogScope(), one); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		of.Officer = elsewhere.ID
		if got := read(l(hue.Officer), of); got != "" {
			t.Errorf("an officer of another district: %s", got)
		}
		for _, o := range []duty.Officer{team, officer(t, s, duty.CDC, "474"), officer(t, s, duty.Centre, "46"), officer(t, s, duty.Leader, "46")} {
			if _, _, err := s.Doings(ctx, l(o), o.LogScope(), whole); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%s of %s reads the log: %v", o.Duty, o.Area, err)
			}
		}
	})
}

// By a person: nobody known and nobody who looked answer alike, and the search
// is a look-up of its own.
func TestDoingsAboutAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		an, other := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955", commune: anDong, id: "046055000123", phone: "+84900000001"}),
			declare(t, s, said{name: "Trần Bình", birth: "1960", commune: anDong, id: "046055000124", phone: "+84900000002"})
		cdc := officer(t, s, duty.CDC, "46")
		keeper, _ := keeper(t, s, "46")
		keeper.Screen = "log"
		for i, id := range []string{"046055000123", "046055000124"} {
			if _, err := s.CheckByID(ctx, store.Look{Officer: cdc, Screen: "check", At: now.Add(time.Duration(i) * time.Minute)}, cdc.CheckScope(), id); err != nil {
				t.Fatal(err)
			}
		}
		f := store.DoingFilter{From: now.Add(-time.Hour), To: now.Add(time.Hour), Kind: store.DidSee}
		ask := func(l store.Look, hand store.InHand) []store.Doing {
			t.Helper()
			l.At = l.At.Add(10 * time.Minute)
			f.Hand = hand
			list, more, err := s.Doings(ctx, l, l.Officer.LogScope(), f)
			if err != nil || more {
				t.Fatal(more, err)
			}
			return list
		}
		list := ask(keeper, store.InHand{ID: "046055000123"})
		if len(list) != 2 || list[1].What != "check" || list[0].What != "log" || list[1].Person != an.PersonID[30:] || list[1].Initials != "" || !strings.Contains(list[1].Fields, "conclusion") {
			t.Errorf("who saw An: %+v", list)
		}
		if list := ask(keeper, store.InHand{ID: "046055999999"}); len(list) != 0 {
			t.Errorf("who saw nobody: %+v", list)
		}
		look := store.Look{Officer: cdc, Screen: "log", At: now.Add(20 * time.Minute)}
		if list := ask(look, store.InHand{Phone: "+84900000002"}); len(list) < 2 || list[len(list)-1].Initials == "" || list[len(list)-1].Person != other.PersonID[30:] {
			t.Errorf("the CDC of the province sees no initials: %+v", list)
		}
		rows, err := s.Texts(ctx, `SELECT person_id FROM reads WHERE screen = 'log' ORDER BY at`)
		if err != nil || fmt.Sprint(rows) != fmt.Sprint([]string{an.PersonID, "", other.PersonID}) {
			t.Errorf("the searches left %v, %v", rows, err)
		}
	})
}

func TestDoingsGoOnWhereAPageEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		keeper, scope := keeper(t, s, "46")
		team := officer(t, s, duty.Team, anDong)
		const all = 2*store.DoingsShown + 7
		for i := range all { // two at each moment
			if err := s.AddSignIn(ctx, now.Add(time.Duration(i/2)*time.Second), store.SignIn{Officer: team}, fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		f := store.DoingFilter{From: now, To: now.Add(time.Hour), Officer: team.ID, Kind: store.DidSignIn}
		seen := map[string]bool{}
		last := now.Add(time.Hour)
		for pages := 1; ; pages++ {
			list, more, err := s.Doings(ctx, keeper, scope, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range list {
				if seen[d.ID] || d.At.After(last) {
					t.Fatalf("page %d: %s again or out of order", pages, d.ID)
				}
				seen[d.ID], last = true, d.At
			}
			if !more {
				if pages != 3 || len(seen) != all {
					t.Errorf("%d pages of %d rows", pages, len(seen))
				}
				return
			}
			end := list[len(list)-1]
			f.Before = store.DoingCursor{At: end.At.UnixMilli(), ID: end.ID}
		}
	})
}
