package store_test

import (
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// foundBy are the IDs of those whom a check by an ID number finds, likely
// duplicates apart.
func foundBy(t *testing.T, s *store.Store, number string) (ids []string, likely int) {
	t.Helper()
	var l looks
	got, err := s.CheckByID(t.Context(), l.by(officer(t, s, duty.Team, anDong), "check"), duty.Everywhere, number)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got.People {
		if p.Likely {
			likely++
		} else {
			ids = append(ids, p.ID)
		}
	}
	return ids, likely
}

// Who declared with a chip card is found by the nine digits that it tells of.
func TestFoundByTheOldNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const card, old = "046185000123", "191234567"
		hoa := said{name: "Trần Thị Hoa", birth: "1985", id: card, oldID: old, phone: "+84900000001", commune: anDong}
		one := declare(t, s, hoa)
		finds := func(why, number string, want ...string) {
			t.Helper()
			got, _ := foundBy(t, s, number)
			if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("%s: %v, want %v", why, got, want)
			}
		}
		finds("by the old number", old, one.PersonID)
		finds("by the card's", card, one.PersonID)

		hoa.oldID = ""
		declare(t, s, hoa)
		finds("declared again without the card at hand", old, one.PersonID)

		hoa.name, hoa.id, hoa.idType = "Hoa", old, "cmnd"
		if again := declare(t, s, hoa); again.PersonID != one.PersonID {
			t.Error("the old number, typed at the same phone, made another person")
		}
		finds("typed as the paper once", old, one.PersonID)
		finds("and the card's number stays", card, one.PersonID)

		other := declare(t, s, said{name: "Hoa Trần", birth: "1985", id: old, idType: "cmnd", phone: "+84900000002", commune: anDong})
		if other.PersonID == one.PersonID {
			t.Error("a stranger's phone reached the person by a number")
		}
		if _, likely := foundBy(t, s, card); likely != 1 {
			t.Errorf("%d likely duplicates by the old number, want 1", likely)
		}

		declare(t, s, said{name: "Lê Thị Không", birth: "1990", id: "046190000124", oldID: core.NobodysID, phone: "+84900000003", commune: anDong})
		finds("nine zeros", core.NobodysID)
	})
}

// A number that was another's paper first is found whichever came first.
func TestLikelyByTheOldNumberAfterwards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		declare(t, s, said{name: "Hoa", birth: "1985", id: "191234567", idType: "cmnd", phone: "+84900000002", commune: anDong})
		declare(t, s, said{name: "Trần Thị Hoa", birth: "1985", id: "046185000123", oldID: "191234567", phone: "+84900000001", commune: anDong})
		if ids, likely := foundBy(t, s, "046185000123"); len(ids) != 1 || likely != 1 {
			t.Errorf("%d found and %d likely, want one of each", len(ids), likely)
		}
	})
}

// Who was there before schema 10 is found by the old number after it.
func TestOldNumbersOfThoseWhoWereThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		one := declare(t, s, said{name: "Trần Thị Hoa", birth: "1985", id: "046185000123", oldID: "191234567", phone: "+84900000001", commune: anDong})
		declare(t, s, said{name: "Lê Thị Lan", birth: "1986", id: "046186000124", phone: "+84900000002", commune: anDong})
		for _, text := range []string{`UPDATE people SET old_id_hash = ''`, `DELETE FROM marks WHERE name = 'old IDs'`} {
			if err := s.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // once and for all
			if err := s.FillOldIDs(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if ids, _ := foundBy(t, s, "191234567"); len(ids) != 1 || ids[0] != one.PersonID {
			t.Errorf("found %v, want %s", ids, one.PersonID)
		}
	})
}

// A load finds them, and links them, as declarations do.
func TestLoadedWithAnOldNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		card := statement("Trần Thị Hoa", "046185000123", "+84900000001", now, func(d *core.Declaration) { d.Person.OldID = "191234567" })
		paper := statement("Hoa", "191234567", "+84900000002", now, func(d *core.Declaration) { d.Person.IDType = "cmnd" })
		load(t, s, store.Load{Name: "old", Parts: 1, Part: func(int) [][]core.Declaration { return [][]core.Declaration{{card}, {paper}} }})
		if ids, _ := foundBy(t, s, "191234567"); len(ids) != 2 {
			t.Errorf("%d found by the old number, want both", len(ids))
		}
		if ids, likely := foundBy(t, s, "046185000123"); len(ids) != 1 || likely != 1 {
			t.Errorf("%d found by the card's and %d likely, want one of each", len(ids), likely)
		}
	})
}
