package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// entry is what an officer typed in of somebody.
func entry(name, birth, id, phone, commune string) store.Entry {
	return store.Entry{Once: core.NewID(), Typed: name + birth + id + phone, Declaration: core.Declaration{Form: "resident", Day: core.DayOf(now), At: now,
		Phone: phone, Notify: phone, Notice: 1,
		Facts:   map[string]any{"symptoms": []string{}, "exposures": []string{}, "conditions": []string{}, "sex": "female", "commune": commune},
		Private: map[string]any{"id_number": id},
		Person: core.PersonFacts{Name: name, Folded: reading.Fold(name), SortKey: reading.SortKey(name), Birth: birth, Sex: "female", IDType: "cccd", ID: id,
			Commune: commune, District: area.District(commune), Province: area.Province(commune), Sub: "TDP 3"}}}
}

// counting counts who is told and sends nothing.
func counting(n *int) func(context.Context, *store.Tx, store.Stored) error {
	return func(context.Context, *store.Tx, store.Stored) error { *n++; return nil }
}

func TestEnter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var look looks
		o := officer(t, s, duty.Team, anDong)
		told := 0
		enter := func(e store.Entry) (store.Entered, error) {
			return s.Enter(t.Context(), look.by(o, "enter"), e, counting(&told))
		}
		first := entry("Nguyễn Thị Hoa", "1960-09-02", "046160000123", "+84900000123", anDong)
		hoa, err := enter(first)
		if err != nil || hoa.Version != 1 || hoa.Number == "" || !hoa.Here || told != 1 {
			t.Fatalf("%+v, told %d: %v", hoa, told, err)
		}
		rows, err := s.Texts(t.Context(), `SELECT channel || ' ' || officer_id || ' ' || CAST(proven AS TEXT) FROM declarations`)
		if err != nil || !slices.Equal(rows, []string{"officer " + o.ID + " 0"}) {
			t.Errorf("stored as %v, %v", rows, err)
		}
		// The same form sent twice; and another one under its key.
		again, err := enter(first)
		if err != nil || !again.Again || again.DeclarationID != hoa.DeclarationID || told != 1 {
			t.Errorf("sent twice: %+v, told %d: %v", again, told, err)
		}
		other := first
		other.Typed = "of somebody else"
		if _, err := enter(other); !errors.Is(err, store.ErrReused) {
			t.Errorf("another form under the same key: %v", err)
		}
		// The same woman from paper: nothing is stored until the officer says who she is.
		paper := entry("Nguyen Thi Hoa", "1960", "046160000123", "", anDong)
		likely, err := enter(paper)
		if err != nil || len(likely.Alike) != 1 || likely.Alike[0].Reason != "id" || likely.Alike[0].Newest != hoa.DeclarationID || likely.DeclarationID != "" {
			t.Fatalf("%+v, %v", likely, err)
		}
		paper.Same, paper.Seen = hoa.PersonID, hoa.DeclarationID
		second, err := enter(paper)
		if err != nil || second.PersonID != hoa.PersonID || second.Version != 2 || second.Number != hoa.Number {
			t.Fatalf("%+v, %v", second, err)
		}
		name, err := s.Texts(t.Context(), `SELECT name || ' ' || birth FROM people`)
		if err != nil || !slices.Equal(name, []string{"Nguyễn Thị Hoa 1960-09-02"}) {
			t.Errorf("what was known better is gone: %v, %v", name, err)
		}
		// Who looked before that is told.
		late := entry("Nguyễn Thị Hoa", "1960-09-02", "046160000123", "", anDong)
		late.Same, late.Seen = hoa.PersonID, hoa.DeclarationID
		if _, err := enter(late); !errors.Is(err, store.ErrChanged) {
			t.Errorf("a version that nobody saw was overwritten: %v", err)
		}
		// Another woman of the same name and year stands apart for good.
		twin := entry("Nguyễn Thị Hoa", "1960", "", "", anDong)
		twin.Person.IDType = "unknown"
		if likely, err = enter(twin); err != nil || len(likely.Alike) != 1 {
			t.Fatalf("%+v, %v", likely, err)
		}
		twin.Apart = []string{hoa.PersonID}
		if likely, err = enter(twin); err != nil || likely.PersonID == hoa.PersonID || likely.PersonID == "" {
			t.Fatalf("%+v, %v", likely, err)
		}
		kinds, err := s.Texts(t.Context(), `SELECT kind FROM links UNION ALL SELECT kind FROM corrections`)
		if err != nil || !slices.Equal(kinds, []string{"different", "different"}) {
			t.Errorf("held apart as %v, %v", kinds, err)
		}
		reads := readRows(t, s)
		if want := "team enter " + hoa.PersonID + " [conclusion exposure_symptoms full_identity] 1"; len(reads) != 2 || reads[0] != want {
			t.Errorf("looked at: %v", reads)
		}
	})
}

// Duties that do not enter, people whom the officer never saw, and what lies in
// other areas.
func TestEnterElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var look looks
		told := 0
		mine := officer(t, s, duty.Team, anDong)
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955", id: "046055000124", phone: "+84900000124", commune: huongVan})
		for _, d := range []duty.Duty{duty.Police, duty.Leader, duty.Centre, duty.Admin} {
			_, err := s.Enter(t.Context(), look.by(officer(t, s, d, "46"), "enter"), entry("Lê Thị Lan", "1990", "", "", anDong), counting(&told))
			if !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%s entered: %v", d, err)
			}
		}
		// By the name alone nobody of another area is shown, by the ID number they are.
		out, err := s.Enter(t.Context(), look.by(mine, "enter"), entry("Nguyễn Văn An", "1955", "", "", huongVan), counting(&told))
		if err != nil || len(out.Alike) != 0 || out.Here || out.PersonID == an.PersonID {
			t.Errorf("by name: %+v, %v", out, err)
		}
		strange := entry("Nguyễn Văn An", "1955", "", "", huongVan)
		strange.Same, strange.Seen = an.PersonID, an.DeclarationID
		if _, err := s.Enter(t.Context(), look.by(mine, "enter"), strange, counting(&told)); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a stranger's record was updated: %v", err)
		}
		byID := entry("Nguyễn Văn An", "1955", "046055000124", "", huongVan)
		out, err = s.Enter(t.Context(), look.by(mine, "enter"), byID, counting(&told))
		if err != nil || len(out.Alike) == 0 || out.Alike[0].Shows(duty.FullIdentity) || out.Alike[0].IDNumber != "" {
			t.Fatalf("by ID: %+v, %v", out, err)
		}
		byID.Same, byID.Seen = an.PersonID, an.DeclarationID
		if out, err = s.Enter(t.Context(), look.by(mine, "enter"), byID, counting(&told)); err != nil || out.Version != 2 {
			t.Errorf("with the ID in hand: %+v, %v", out, err)
		}
	})
}

// Two officers type the same paper in at the same moment: one stores it, the
// other is shown what the first has stored.
func TestEnterAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var look looks
		var both sync.WaitGroup
		outs, errs := make([]store.Entered, 2), make([]error, 2)
		for i := range 2 {
			l := look.by(officer(t, s, duty.Station, anDong), "enter")
			told := 0
			both.Go(func() {
				outs[i], errs[i] = s.Enter(t.Context(), l, entry("Trần Thị Đôi", "1970", "046170000125", "", anDong), counting(&told))
			})
		}
		both.Wait()
		stored, shown := 0, 0
		for i := range 2 {
			if errs[i] != nil {
				t.Fatal(errs[i])
			}
			if outs[i].DeclarationID != "" {
				stored++
			}
			shown += len(outs[i].Alike)
		}
		if stored != 1 || shown != 1 {
			t.Errorf("%d stored, %d shown", stored, shown)
		}
	})
}

// What the duty may not see is not shown to who updates, and stays as it was.
func TestUpdateKeepsWhatIsNotSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var look looks
		told := 0
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955", id: "046055000126", phone: "+84900000126", commune: anDong, conditions: []string{"diabetes"}})
		team, outside := officer(t, s, duty.Team, anDong), officer(t, s, duty.Team, huongVan)
		for what, l := range map[string]store.Look{"of another area": look.by(outside, "update"), "of a leader": look.by(officer(t, s, duty.Leader, anDong), "update")} {
			if _, err := s.ToUpdate(t.Context(), l, l.Officer.ListScope(), an.DeclarationID, "resident"); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		open, err := s.ToUpdate(t.Context(), look.by(team, "update"), team.ListScope(), an.DeclarationID, "resident")
		if err != nil || open.Newest != an.DeclarationID || open.Facts.Name != "Nguyễn Văn An" || open.Facts.ID != "046055000126" {
			t.Fatalf("%+v, %v", open, err)
		}
		if _, seen := open.Answers["conditions"]; seen {
			t.Error("a team sees conditions")
		}
		e := entry("Nguyễn Văn An", "1955", "046055000126", "", anDong)
		e.Same, e.Seen, e.Kept = an.PersonID, open.Newest, []string{"conditions"}
		out, err := s.Enter(t.Context(), look.by(team, "enter"), e, counting(&told))
		if err != nil || out.Version != 2 {
			t.Fatalf("%+v, %v", out, err)
		}
		cdc := officer(t, s, duty.CDC, "46")
		d, err := s.Declaration(t.Context(), look.by(cdc, "declaration"), cdc.ListScope(), out.DeclarationID)
		if err != nil || len(d.History) != 2 || d.Author != team.Name {
			t.Fatalf("%+v, %v", d, err)
		}
		if list, _ := d.Said["conditions"].([]any); len(list) != 1 || list[0] != "diabetes" {
			t.Errorf("conditions became %v", d.Said["conditions"])
		}
	})
}
