package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// arrives stores the journey of a person of a phone.
func arrives(t testing.TB, s *store.Store, at time.Time, phone, name, commune, from string, day core.Day) store.Stored {
	t.Helper()
	return tell(t, s, at, phone, name, commune, map[string]any{"arrive_on": string(day), "from": from, "commune": commune})
}

// listOf are the arrivals on a list, as "name state area".
func listOf(t testing.TB, s *store.Store, l store.Look, list string) []store.ArrivalRow {
	t.Helper()
	page, err := s.Arrivals(t.Context(), l, l.Officer.ListScope(), store.ArrivalFilter{List: list}, "")
	if err != nil {
		t.Fatal(err)
	}
	if page.Lists[list] != len(page.Rows) {
		t.Errorf("%d on the list %s, %d counted", len(page.Rows), list, page.Lists[list])
	}
	return page.Rows
}

func listed(rows []store.ArrivalRow) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Name+" "+string(r.State)+" "+r.Area())
	}
	return strings.Join(all, ", ")
}

func TestArrivalIsVerified(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july}
		team, far := officer(t, s, duty.Digitisation, anDong), officer(t, s, duty.Digitisation, huongVan)
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-20")
		arrives(t, s, july, "+84900000002", "binh", anDong, "01", "2021-07-25")
		tell(t, s, july, "+84900000003", "cuc", anDong, nil) // no journey
		if got := listed(listOf(t, s, look.by(team, "arrivals"), "new")); got != "an new 19815, binh new 19815" {
			t.Errorf("new: %s", got)
		}
		if got := listOf(t, s, look.by(far, "arrivals"), "new"); len(got) != 0 {
			t.Errorf("another ward lists %s", listed(got))
		}
		an := listOf(t, s, look.by(team, "arrivals"), "new")[0]
		do := func(o duty.Officer, a core.Arrival, c store.ArrivalChange) (store.ArrivalDone, error) {
			c.Version = a.Version
			return s.Verify(ctx, look.by(o, "arrival"), o.ListScope(), a.ID, c)
		}
		for what, c := range map[string]store.ArrivalChange{
			"no form": {State: core.VerifyArrived}, "an unknown form": {State: core.VerifyArrived, Surveillance: "prison"},
			"a facility without a name": {State: core.VerifyArrived, Surveillance: monitor.SurveillanceCentral}} {
			if _, err := do(team, an.Arrival, c); !errors.Is(err, store.ErrNoSuchForm) {
				t.Errorf("%s: %v", what, err)
			}
		}
		home := store.ArrivalChange{ID: "form-1", State: core.VerifyArrived, Surveillance: monitor.SurveillanceHome, Days: 14, Note: "đã gặp tại nhà"}
		if _, err := do(far, an.Arrival, home); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("by another ward: %v", err)
		}
		if _, err := do(officer(t, s, duty.Leader, anDong), an.Arrival, home); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("by a leader: %v", err)
		}
		done, err := do(team, an.Arrival, home)
		if err != nil || done.Monitoring == "" || done.Over {
			t.Fatalf("arrived: %+v, %v", done, err)
		}
		if again, err := do(team, an.Arrival, home); err != nil || again.Monitoring != "" {
			t.Errorf("the same form again: %+v, %v", again, err)
		}
		if _, err := do(team, an.Arrival, store.ArrivalChange{ID: "form-2", State: core.VerifyUnverifiable, Note: "x"}); !errors.Is(err, store.ErrChanged) {
			t.Errorf("over what another did: %v", err)
		}
		if got := listed(listOf(t, s, look.by(team, "arrivals"), "arrived")); got != "an arrived 19815" {
			t.Errorf("arrived: %s", got)
		}
		if got, _ := s.Texts(ctx, `SELECT kind || ' ' || until_day || ' ' || opened_by FROM monitoring WHERE ended_at = 0 AND id = $1`, done.Monitoring); len(got) != 1 || got[0] != "home 2021-08-03 "+team.ID {
			t.Errorf("monitoring %v", got)
		}
		if kept, _ := s.Texts(ctx, `SELECT before || after FROM arrival_events`); len(kept) != 1 || !strings.Contains(kept[0], `"state":"new"`) || !strings.Contains(kept[0], `"surveillance":"home"`) {
			t.Errorf("history %v", kept)
		}
		// Taken back, with a note: what it had opened is closed.
		now := listOf(t, s, look.by(team, "arrivals"), "arrived")[0].Arrival
		if _, err := do(team, now, store.ArrivalChange{State: core.VerifyNew}); !errors.Is(err, store.ErrNoNote) {
			t.Errorf("taken back without a note: %v", err)
		}
		if _, err := do(team, now, store.ArrivalChange{State: core.VerifyNew, Note: "nhầm người"}); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Texts(ctx, `SELECT ended_how FROM monitoring WHERE id = $1`, done.Monitoring); len(got) != 1 || got[0] != "closed" {
			t.Errorf("monitoring after it: %v", got)
		}
		rec, err := s.Arrival(ctx, look.by(team, "arrival"), team.ListScope(), an.ID)
		if err != nil || rec.State != core.VerifyNew || len(rec.Events) != 2 || rec.Events[0].Note != "nhầm người" || rec.Events[1].Officer == "" || rec.Said.Person.Name != "an" {
			t.Errorf("record %+v, %v", rec, err)
		}
		// A journey of the form "self_watch" opens nothing.
		binh := listOf(t, s, look.by(team, "arrivals"), "new")[1].Arrival
		if done, err := do(team, binh, store.ArrivalChange{State: core.VerifyArrived, Surveillance: monitor.SurveillanceSelf}); err != nil || done.Monitoring != "" {
			t.Errorf("self watch: %+v, %v", done, err)
		}
	})
}

func TestUnverifiableGoesUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july}
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-20")
		ward, district, province := officer(t, s, duty.Team, anDong), officer(t, s, duty.Station, "474"), officer(t, s, duty.CDC, "46")
		up := func(o duty.Officer, list string, want error) {
			t.Helper()
			a := listOf(t, s, look.by(o, "arrivals"), list)[0]
			_, err := s.Verify(ctx, look.by(o, "arrival"), o.ListScope(), a.ID, store.ArrivalChange{State: core.VerifyUnverifiable, Version: a.Version, Note: "không có ai ở địa chỉ này"})
			if !errors.Is(err, want) {
				t.Errorf("up by %s: %v, want %v", o.Area, err, want)
			}
		}
		up(ward, "new", nil)
		if got := listed(listOf(t, s, look.by(ward, "arrivals"), "unverifiable")); got != "an unverifiable 19815" {
			t.Errorf("the ward still sees: %s", got)
		}
		if got := listOf(t, s, look.by(province, "arrivals"), "up"); len(got) != 0 {
			t.Error("two levels at once")
		}
		up(district, "up", nil)
		if got := listOf(t, s, look.by(district, "arrivals"), "up"); len(got) != 0 {
			t.Error("still with the district")
		}
		rows := listOf(t, s, look.by(province, "arrivals"), "up")
		if len(rows) != 1 || rows[0].Last == nil || rows[0].Last.Note == "" || rows[0].Owner != "46" {
			t.Fatalf("with the province: %+v", rows)
		}
		up(province, "up", store.ErrTop)
		// Who declares again can be verified again.
		arrives(t, s, july.Add(time.Hour), "+84900000001", "an", anDong, "79", "2021-07-20")
		if got := listOf(t, s, look.by(ward, "arrivals"), "new"); len(got) != 1 || got[0].Owner != anDong {
			t.Errorf("after a new declaration: %s", listed(got))
		}
	})
}

func TestWrongCommuneMoves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july}
		stored := arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-20")
		here, there := officer(t, s, duty.Digitisation, anDong), officer(t, s, duty.Digitisation, huongVan)
		a := listOf(t, s, look.by(here, "arrivals"), "new")[0].Arrival
		do := func(o duty.Officer, a core.Arrival, c store.ArrivalChange) error {
			t.Helper()
			c.Version = a.Version
			_, err := s.Verify(ctx, look.by(o, "arrival"), o.ListScope(), a.ID, c)
			return err
		}
		for _, to := range []string{"", anDong, "474", "46", elsewhere, "99999"} {
			if err := do(here, a, store.ArrivalChange{State: core.VerifyMoved, To: to}); !errors.Is(err, store.ErrNoSuchArea) {
				t.Errorf("to %q: %v", to, err)
			}
		}
		if err := do(here, a, store.ArrivalChange{State: core.VerifyMoved, To: huongVan, Note: "khai nhầm phường"}); err != nil {
			t.Fatal(err)
		}
		gone := listOf(t, s, look.by(here, "arrivals"), "moved")
		came := listOf(t, s, look.by(there, "arrivals"), "new")
		if len(gone) != 1 || gone[0].OtherArea != huongVan || gone[0].Last == nil || gone[0].Last.Officer == "" || len(came) != 1 || came[0].OtherArea != anDong || came[0].Last == nil || came[0].Last.Note != "khai nhầm phường" {
			t.Fatalf("here %+v, there %+v", gone, came)
		}
		// The declaration was corrected by a new version; the old one stays as it was.
		rows, _ := s.Texts(ctx, `SELECT commune || ' ' || CAST(version AS TEXT) || ' ' || officer_id || ' ' || former FROM declarations ORDER BY version`)
		if len(rows) != 2 || rows[0] != anDong+" 1  " || rows[1] != huongVan+" 2 "+here.ID+" "+stored.DeclarationID {
			t.Errorf("versions %q", rows)
		}
		rec, err := s.Arrival(ctx, look.by(there, "arrival"), there.ListScope(), came[0].ID)
		if err != nil || rec.Said.Person.Name != "an" || rec.Said.Author == "" {
			t.Errorf("there: %+v, %v", rec, err)
		}
		if _, err := s.Arrival(ctx, look.by(here, "arrival"), here.ListScope(), gone[0].ID); err != nil {
			t.Errorf("here: %v", err)
		}
		// Taken back while nobody there has settled it; then it is not there any more.
		if err := do(here, gone[0].Arrival, store.ArrivalChange{State: core.VerifyNew, Note: "đúng là ở đây"}); err != nil {
			t.Fatal(err)
		}
		if got := listed(listOf(t, s, look.by(here, "arrivals"), "new")); got != "an new 19815" {
			t.Errorf("back: %s", got)
		}
		if got := listed(listOf(t, s, look.by(there, "arrivals"), "moved")); got != "an moved 20008" {
			t.Errorf("there it is %s", got)
		}
		if home, _ := s.Texts(ctx, `SELECT commune FROM people`); home[0] != anDong {
			t.Errorf("the person lives in %s", home)
		}
		// Moved again: the row that was there once is taken.
		a = listOf(t, s, look.by(here, "arrivals"), "new")[0].Arrival
		if err := do(here, a, store.ArrivalChange{State: core.VerifyMoved, To: huongVan}); err != nil {
			t.Fatal(err)
		}
		came = listOf(t, s, look.by(there, "arrivals"), "new")
		if err := do(there, came[0].Arrival, store.ArrivalChange{State: core.VerifyArrived, Surveillance: monitor.SurveillanceNone}); err != nil {
			t.Fatal(err)
		}
		gone = listOf(t, s, look.by(here, "arrivals"), "moved")
		if err := do(here, gone[0].Arrival, store.ArrivalChange{State: core.VerifyNew, Note: "lại đây"}); !errors.Is(err, store.ErrChanged) {
			t.Errorf("taken back from who settled it: %v", err)
		}
	})
}

func TestMovedToAnotherProvinceIsWrittenDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		look := looks{at: july}
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-20")
		o := officer(t, s, duty.CDC, "46")
		a := listOf(t, s, look.by(o, "arrivals"), "new")[0]
		if _, err := s.Verify(t.Context(), look.by(o, "arrival"), o.ListScope(), a.ID, store.ArrivalChange{State: core.VerifyMoved, Version: a.Version, To: "48"}); err != nil {
			t.Fatal(err)
		}
		got := listOf(t, s, look.by(o, "arrivals"), "moved")
		if len(got) != 1 || got[0].OtherArea != "48" || got[0].Area() != anDong {
			t.Fatalf("moved: %+v", got)
		}
		if _, err := s.Verify(t.Context(), look.by(o, "arrival"), o.ListScope(), a.ID, store.ArrivalChange{State: core.VerifyNew, Version: got[0].Version, Note: "đã quay lại"}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestArrivalsAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		look := looks{at: july}
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-19")
		arrives(t, s, july, "+84900000002", "binh", anDong, "26734", "2021-07-20") // a ward of 79
		arrives(t, s, july, "+84900000003", "cuc", anCuu, "LA", "2021-07-22")
		tell(t, s, july, "+84900000004", "dung", huongVan, map[string]any{"arrive_on": "2021-07-22", "from": "01", "symptoms": []string{"short_of_breath"}})
		province, ward := officer(t, s, duty.CDC, "46"), officer(t, s, duty.Team, anDong)
		page := func(o duty.Officer, f store.ArrivalFilter) store.ArrivalPage {
			t.Helper()
			f.List = "new"
			p, err := s.Arrivals(t.Context(), look.by(o, "arrivals"), o.ListScope(), f, "")
			if err != nil {
				t.Fatal(err)
			}
			if p.Counts.All != len(p.Rows) {
				t.Errorf("%+v: %d rows, %d counted", f, len(p.Rows), p.Counts.All)
			}
			return p
		}
		all := page(province, store.ArrivalFilter{})
		if c := all.Counts; c.All != 4 || c.Whens["late"] != 1 || c.Whens["today"] != 1 || c.Whens["coming"] != 2 || c.Origins[area.Province("26734")] != 2 ||
			c.Origins["LA"] != 1 || c.Colours[core.ColourRed] != 1 || c.Capped || c.Subs != nil {
			t.Errorf("counts %+v", c)
		}
		south := page(province, store.ArrivalFilter{Origin: "79", When: "today"})
		if c := south.Counts; c.All != 1 || c.Whens["late"] != 1 || c.Origins["LA"] != 0 || c.Origins["79"] != 1 {
			t.Errorf("from 79 today: %+v", c)
		}
		if got := page(province, store.ArrivalFilter{Colour: core.ColourRed}); listed(got.Rows) != "dung new 20008" {
			t.Errorf("red: %s", listed(got.Rows))
		}
		if got := page(province, store.ArrivalFilter{Area: "474"}); len(got.Rows) != 3 {
			t.Errorf("a district: %s", listed(got.Rows))
		}
		if got := page(ward, store.ArrivalFilter{}); got.Counts.Subs == nil || len(got.Rows) != 2 {
			t.Errorf("a ward: %+v", got)
		}
		for _, f := range []store.ArrivalFilter{{List: "new", Area: "480"}, {List: "new", Area: "x"}, {List: "all"}, {List: "new", Sub: "\x00"}} {
			if _, err := s.Arrivals(t.Context(), look.by(ward, "arrivals"), ward.ListScope(), f, ""); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%+v: %v", f, err)
			}
		}
		leader := officer(t, s, duty.Leader, "46")
		if p := page(leader, store.ArrivalFilter{Colour: core.ColourRed}); !p.Masked || len(p.Rows) != 4 || p.Rows[0].Name != "a." || p.Rows[3].Colour != "" || p.Rows[0].Origin != "" || p.Rows[0].Day != "" || p.Counts.Colours != nil {
			t.Errorf("masked: %+v", p)
		}
		police := officer(t, s, duty.Police, "46")
		if _, err := s.Arrivals(t.Context(), look.by(police, "arrivals"), duty.Scope{Area: "46"}, store.ArrivalFilter{List: "new"}, ""); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("police: %v", err)
		}
	})
}

// Journeys that were declared before there were arrivals stand on the lists after
// the program has started once, as if they had been declared since.
func TestArrivalsOfThoseWhoWereThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-20")
		arrives(t, s, july.Add(time.Hour), "+84900000001", "an", anDong, "79", "2021-07-22")
		arrives(t, s, july, "+84900000002", "binh", huongVan, "LA", "2021-07-20")
		tell(t, s, july, "+84900000003", "cuc", anDong, nil)
		const rows = `SELECT p.name || ' ' || r.commune || ' ' || r.day || ' ' || r.origin || ' ' || CAST(r.state AS TEXT) || ' ' || CAST(r.colour_rank AS TEXT) || ' ' || r.owner
			FROM arrivals r JOIN people p ON p.id = r.person_id ORDER BY 1`
		before, err := s.Texts(t.Context(), rows)
		if err != nil || len(before) != 2 {
			t.Fatalf("%v, %v", before, err)
		}
		for _, text := range []string{`DELETE FROM arrivals`, `DELETE FROM marks WHERE name = 'arrivals'`} {
			if err := s.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second start does nothing
			if err := s.FillArrivals(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if after, _ := s.Texts(t.Context(), rows); strings.Join(after, "\n") != strings.Join(before, "\n") {
			t.Errorf("filled %q, declared %q", after, before)
		}
	})
}
