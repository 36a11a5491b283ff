package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Whatever is filtered, in whichever order and however soon a page ends since it
// took too long: all pages together are all that is found, each once, in order,
// and what is counted is no more than that.
func TestAllPagesAreAllThatIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := rand.New(rand.NewPCG(7, 8))
		people := make([]said, 40)
		for i := range people {
			people[i] = said{name: fmt.Sprintf("Nguyễn Văn %c%c", 'A'+rune(i/10), 'a'+rune(i%10)), birth: "1990", phone: fmt.Sprintf("+8490000%04d", i), commune: []string{anDong, huongVan}[i%2]}
		}
		for i := range 240 {
			d := people[r.IntN(len(people))]
			d.at = now.Add(-time.Duration(i/7) * 8 * time.Hour) // seven at each moment, over eleven days
			d.channel = []string{"sms", "telegram", "web"}[r.IntN(3)]
			if r.IntN(10) == 0 {
				d.symptoms = []string{"fever"}
			}
			declare(t, s, d)
		}
		o := officer(t, s, duty.CDC, "46")
		var l looks
		pages := func(f store.Filter) (all []store.Row, counts store.Counts, ended int) {
			t.Helper()
			var after store.Cursor
			for turn := 0; turn < 5000; turn++ {
				p, err := s.Declarations(t.Context(), l.by(o, "declarations"), o.ListScope(), f, after)
				if err != nil {
					t.Fatal(err)
				}
				if turn == 0 {
					counts = p.Counts
				}
				if all = append(all, p.Rows...); p.Next == (store.Cursor{}) {
					return all, counts, ended
				}
				if !p.Reached.IsZero() {
					ended++
				}
				after = p.Next
			}
			t.Fatal("the pages do not end")
			return nil, counts, 0
		}
		for _, f := range []store.Filter{{}, {Channel: "sms"}, {Symptomatic: true}, {NewestOnly: true}, {NewestOnly: true, Symptomatic: true}, {Form: "journey"},
			{Form: "resident", Area: anDong}, {Area: "480", Proof: "proven", To: core.DayOf(now).Add(-2)}, {From: core.DayOf(now).Add(-6), To: core.DayOf(now).Add(-3), Channel: "web"}} {
			whole, counts, ended := pages(f)
			if ended > 0 || counts.All != len(whole) || counts.More {
				t.Errorf("%+v: %d found, counted %+v, %d pages ended before they were full", f, len(whole), counts, ended)
			}
			f.OldestFirst = true
			turned, _, _ := pages(f)
			slices.Reverse(turned)
			same(t, "the oldest first", f, turned, whole)
			for _, oldest := range []bool{false, true} {
				f.OldestFirst = oldest
				done := store.InNoTime()
				slow, counts, ended := pages(f)
				done()
				if oldest {
					slices.Reverse(slow)
				}
				same(t, "in no time", f, slow, whole)
				narrowed := f.Channel != "" || f.Symptomatic || f.NewestOnly || f.Proof != "" || f.Form != ""
				if counts.All > len(whole) || narrowed && len(whole) > 0 && ended == 0 || narrowed && !counts.More {
					t.Errorf("%+v in no time: counted %+v of %d, %d pages ended before they were full", f, counts, len(whole), ended)
				}
			}
		}
	})
}

func same(t *testing.T, how string, f store.Filter, got, want []store.Row) {
	t.Helper()
	id := func(rows []store.Row) (ids []string) {
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return ids
	}
	if !slices.Equal(id(got), id(want)) {
		t.Errorf("%+v, %s: %d declarations, want %d, or in another order", f, how, len(got), len(want))
	}
}
