package store_test

import (
	"slices"
	"testing"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Likely duplicates are linked as at a declaration, also to people who were
// there before.
func TestLoadLinksLikelyDuplicates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		declare(t, s, said{name: "Lê Thị Cũ", birth: "1985-01-01", id: "046185000077", phone: "+84900000077", commune: anDong})
		oldCard := func(d *core.Declaration) { d.Person.IDType = "cmnd" }
		people := [][]core.Declaration{
			{statement("Trần Thị Một", "046185000001", "+84900000001", now, nil)},
			{statement("Mot Tran Thi", "191000001", "+84900000002", now, oldCard)},
			{statement("Phan Thị Khác", "046185000001", "+84900000003", now, nil)},
			{statement("Le Thi Cu", "191000002", "+84900000004", now, oldCard)},
			{statement("Le Thi Cu", "046185000078", "+84900000006", now, nil)}, // another card: another woman
			{statement("Hồ Thị Riêng", "046185000006", "+84900000005", now, nil)},
			{statement("Hồ Thị Riêng", "046185000005", "+84900000005", now, nil)},
		}
		load(t, s, store.Load{Name: "test", Parts: 1, Part: func(int) [][]core.Declaration { return people }})
		got, err := s.Texts(t.Context(), `SELECT a.folded || ', ' || b.folded || ': ' || l.kind || ' by ' || l.reason
			FROM links l JOIN people a ON a.id = l.a JOIN people b ON b.id = l.b WHERE l.a < l.b ORDER BY 1`)
		want := []string{"ho thi rieng, ho thi rieng: likely by phone", "le thi cu, le thi cu: likely by name", "le thi cu, le thi cu: likely by name",
			"tran thi mot, mot tran thi: likely by name", "tran thi mot, phan thi khac: likely by id"}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("linked %q, want %q (%v)", got, want, err)
		}
	})
}
