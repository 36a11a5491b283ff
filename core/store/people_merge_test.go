package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// versions are a person's declarations: "form version day", by form and version.
func versions(t *testing.T, s *store.Store, person string) string {
	t.Helper()
	list, err := s.Texts(t.Context(), `SELECT form || ' ' || CAST(version AS TEXT) || ' ' || day FROM declarations WHERE person_id = $1 ORDER BY form, version`, person)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, ", ")
}

// On a phone of her own and on her son's: one woman, two records, until an
// officer makes them one.
func TestMergePeople(t *testing.T) {
	const day = 24 * time.Hour
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, mine, sons := "046155000001", "+84900000001", "+84900000002"
		own, son := chat{t, s, core.TelURN(mine)}, chat{t, s, core.TelURN(sons)}
		own.prove(now, mine)
		son.prove(now, sons)
		kept := own.speak(now, "Trần Thị Một", "", nil)
		gone := son.speak(now.Add(day), "Trần Thị Một", id, forOther(""))
		own.speak(now.Add(2*day), "Trần Thị Một", "", nil)
		son.speak(now.Add(3*day), "Trần Thị Một", id, forOther(""))
		son.speak(now.Add(3*day), "Trần Thị Một", id, func(d *core.Declaration) { d.Proxy, d.Form = true, "journey" })
		third := declare(t, s, said{name: "Một Trần", birth: "1985", id: id, phone: "+84900000003", commune: anDong})
		if third.PersonID == gone.PersonID || kept.PersonID == gone.PersonID {
			t.Fatal("one record already")
		}
		o := officer(t, s, duty.Station, anDong)
		l := looks{at: now.Add(4 * day)}
		// What stands in the way.
		for name, err := range map[string]error{
			"a health station elsewhere": s.MergePeople(t.Context(), l.by(officer(t, s, duty.Station, anCuu), "compare"), duty.Scope{Area: anCuu}, kept.PersonID, gone.PersonID),
			"a leader":                   s.MergePeople(t.Context(), l.by(officer(t, s, duty.Leader, "46"), "compare"), duty.Scope{Area: "46"}, kept.PersonID, gone.PersonID),
			"police":                     s.NotSame(t.Context(), l.by(officer(t, s, duty.Police, anDong), "compare"), duty.Everywhere, kept.PersonID, gone.PersonID),
			"oneself":                    s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, kept.PersonID),
			"nobody":                     s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, "x\x00y"),
			"no likely duplicates":       s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, third.PersonID),
		} {
			if !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c, err := s.Compare(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, gone.PersonID)
		if err != nil || c.A.ID != kept.PersonID || c.B.IDNumber != id || c.Reason != "name" || c.B.Journey == nil || len(c.A.Phones) != 1 {
			t.Fatalf("compared: %+v, %v", c, err)
		}
		if err := s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, gone.PersonID); err != nil {
			t.Fatal(err)
		}
		want := "journey 1 2021-07-18, resident 1 2021-07-15, resident 2 2021-07-16, resident 3 2021-07-17, resident 4 2021-07-18"
		if got := versions(t, s, kept.PersonID); got != want {
			t.Errorf("after the merge: %s", got)
		}
		for name, find := range map[string]func(store.Look) (store.Checked, error){
			"by her QR": func(l store.Look) (store.Checked, error) {
				return s.CheckByCode(t.Context(), l, duty.Everywhere, kept.Code)
			},
			"by the other QR": func(l store.Look) (store.Checked, error) {
				return s.CheckByCode(t.Context(), l, duty.Everywhere, gone.Code)
			},
			"by the other number": func(l store.Look) (store.Checked, error) {
				return s.CheckByNumber(t.Context(), l, duty.Everywhere, gone.Number)
			},
			"by her ID number": func(l store.Look) (store.Checked, error) { return s.CheckByID(t.Context(), l, duty.Everywhere, id) },
			"by her phone": func(l store.Look) (store.Checked, error) {
				return s.CheckByPhone(t.Context(), l, duty.Everywhere, mine)
			},
			"by the phone of the son": func(l store.Look) (store.Checked, error) {
				return s.CheckByPhone(t.Context(), l, duty.Everywhere, sons)
			},
		} {
			got, err := find(l.by(o, "check"))
			i := slices.IndexFunc(got.People, func(p store.CheckedPerson) bool { return p.ID == kept.PersonID })
			if err != nil || i < 0 || slices.ContainsFunc(got.People, func(p store.CheckedPerson) bool { return p.ID == gone.PersonID }) || !got.Revoked.IsZero() {
				t.Errorf("%s: %+v, %v", name, got, err)
				continue
			}
			if p := got.People[i]; p.IDNumber != id || p.Resident.Version != 4 || p.Journey == nil || len(p.Phones) != 2 {
				t.Errorf("%s: %+v", name, p)
			}
		}
		// Both phones go on with the one record, also where the old one is recalled.
		if next := own.speak(now.Add(5*day), "Trần Thị Một", "", nil); next.PersonID != kept.PersonID || next.Version != 5 {
			t.Errorf("her next declaration: %+v", next)
		}
		next := son.speak(now.Add(6*day), "Trần Thị Một", id, func(d *core.Declaration) { d.Proxy, d.PersonID = true, gone.PersonID })
		if next.PersonID != kept.PersonID || next.Version != 6 || next.Code != gone.Code && next.Code != kept.Code {
			t.Errorf("her son's next: %+v", next)
		}
		if got := son.qrs(now.Add(6 * day)); got != "Trần Thị Một" {
			t.Errorf("the son is shown %q", got)
		}
		// Who it was, when, before and after.
		d, err := s.Declaration(t.Context(), l.by(o, "declaration"), o.ListScope(), next.DeclarationID)
		if err != nil || len(d.Corrections) != 1 {
			t.Fatalf("%+v, %v", d, err)
		}
		if c := d.Corrections[0]; c.Kind != "merged" || c.Officer != o.Name || c.Duty != duty.Station || c.Kept != 2 || c.Came != 3 || c.At.Before(now.Add(4*day)) {
			t.Errorf("correction: %+v", c)
		}
		rows, err := s.Texts(t.Context(), `SELECT before || after FROM corrections`)
		if err != nil || len(rows) != 1 || !strings.Contains(rows[0], `"filled":["id_number"]`) || !strings.Contains(rows[0], gone.DeclarationID) {
			t.Errorf("kept of the correction: %v, %v", rows, err)
		}
		for _, secret := range []string{"Trần", id, "900000001", "Bà Triệu"} {
			if strings.Contains(fmt.Sprint(rows), secret) {
				t.Errorf("the correction keeps %q", secret)
			}
		}
		// The merged one is nobody's duplicate any more; the third is, of the one that stays.
		if err := s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), gone.PersonID, third.PersonID); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("merged again: %v", err)
		}
		if err := s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), third.PersonID, kept.PersonID); err != nil {
			t.Fatal(err)
		}
		got, err := s.CheckByCode(t.Context(), l.by(o, "check"), duty.Everywhere, gone.Code)
		if err != nil || len(got.People) != 1 || got.People[0].ID != third.PersonID || len(got.Alike) != 0 {
			t.Errorf("the first QR after two merges: %+v, %v", got, err)
		}
	})
}

// Two of one name stay two once an officer said so, whatever either declares.
func TestNotSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := declare(t, s, said{name: "Hồ Thị Bốn", birth: "1980", phone: "+84900000001", commune: anDong})
		b := declare(t, s, said{name: "Hồ Thị Bốn", birth: "1980", phone: "+84900000002", commune: anDong})
		o := officer(t, s, duty.CDC, "474")
		var l looks
		check := func() store.Checked {
			t.Helper()
			got, err := s.CheckByCode(t.Context(), l.by(o, "check"), duty.Everywhere, a.Code)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := check(); len(got.People) != 2 || len(got.Alike) != 1 || got.Alike[0].Reason != "name" {
			t.Fatalf("before: %+v", got)
		}
		if err := s.NotSame(t.Context(), l.by(o, "compare"), o.ListScope(), b.PersonID, a.PersonID); err != nil {
			t.Fatal(err)
		}
		if got := check(); len(got.People) != 1 || len(got.Alike) != 0 {
			t.Errorf("after: %+v", got)
		}
		declare(t, s, said{name: "Hồ Thị Bốn", birth: "1980", id: "046180000001", phone: "+84900000001", commune: anDong})
		declare(t, s, said{name: "Hồ Thị Bốn", birth: "1980", id: "046180000001", phone: "+84900000002", commune: anDong})
		if got := check(); len(got.People) != 1 || len(got.Alike) != 0 {
			t.Errorf("after both gave a number: %+v", got)
		}
		if _, err := s.Compare(t.Context(), l.by(o, "compare"), o.ListScope(), a.PersonID, b.PersonID); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("compared: %v", err)
		}
		// What came to one by a merge is held apart from the other too.
		c := declare(t, s, said{name: "Bốn Hồ Thị", birth: "1980", phone: "+84900000003", commune: anDong})
		if err := s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), c.PersonID, a.PersonID); err != nil {
			t.Fatal(err)
		}
		if got := check(); len(got.People) != 1 || got.People[0].ID != c.PersonID {
			t.Errorf("after the merge: %+v", got)
		}
	})
}
