package store_test

import (
	"fmt"
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Who was there before schema 2 is found as a likely duplicate after it.
func TestNameKeysOfThoseWhoWereThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people := make([][]core.Declaration, 1100) // more than are keyed at once
		for i := range people {
			people[i] = []core.Declaration{statement(fmt.Sprintf("Trần Thị %c%c", 'A'+i%26, 'a'+i/26%26), "", fmt.Sprintf("+8490001%04d", i), now, nil)}
		}
		people[1050] = []core.Declaration{statement("Hồ Thị Bốn", "", "+84900000001", now, nil)}
		load(t, s, store.Load{Name: "before", Parts: 1, Part: func(int) [][]core.Declaration { return people }})
		for _, text := range []string{`UPDATE people SET name_key = ''`, `DELETE FROM links`} {
			if err := s.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.FillNameKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		if without, err := s.Texts(t.Context(), `SELECT id FROM people WHERE name_key = ''`); err != nil || len(without) > 0 {
			t.Errorf("%d people without a key, %v", len(without), err)
		}
		later := declare(t, s, said{name: "Bốn Thị Hồ", birth: "1985", phone: "+84900000002", commune: anDong})
		var l looks
		got, err := s.CheckByCode(t.Context(), l.by(officer(t, s, duty.Team, anDong), "check"), duty.Everywhere, later.Code)
		if err != nil || len(got.People) != 2 || len(got.Alike) != 1 {
			t.Errorf("found %v, %v", names(got), err)
		}
	})
}
