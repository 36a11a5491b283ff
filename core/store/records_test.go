package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestDeclarationStaysInItsScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong,
			house: "7 Hải Triều", conditions: []string{"diabetes"}, symptoms: []string{"cough"}})
		var l looks
		tests := []struct {
			duty  duty.Duty
			area  string
			found bool
			shown string
		}{
			{duty.Team, anDong, true, "[conclusion exposure_symptoms full_identity]"},
			{duty.Station, "474", true, "[conclusion exposure_symptoms full_identity]"},
			{duty.Digitisation, "46", true, "[conclusion exposure_symptoms full_identity]"},
			{duty.CDC, "46", true, "[conclusion exposure_symptoms conditions full_identity]"},
			{duty.Leader, "474", true, "[conclusion]"},
			{duty.Team, huongVan, false, ""},
			{duty.CDC, "480", false, ""},
			{duty.CDC, "01", false, ""},
			{duty.Leader, "480", false, ""},
			{duty.Police, "46", false, ""},
			{duty.Centre, "46", false, ""},
			{duty.Admin, "46", false, ""},
			{duty.PlaceOwner, "46", false, ""},
			{duty.Lodging, "46", false, ""},
		}
		for _, test := range tests {
			o := officer(t, s, test.duty, test.area)
			d, err := s.Declaration(t.Context(), l.by(o, "declaration"), o.ListScope(), an.DeclarationID)
			rows := readRows(t, s)
			row := rows[len(rows)-1]
			if !test.found {
				if !errors.Is(err, core.ErrNotFound) || d != nil || row != fmt.Sprintf("%s declaration nobody [] 0", test.duty) {
					t.Errorf("%s of %s: %+v, %v, read %q", test.duty, test.area, d, err, row)
				}
				continue
			}
			if err != nil || fmt.Sprint(d.Person.Shown) != test.shown || len(d.History) != 1 || d.ID != an.DeclarationID {
				t.Errorf("%s of %s: %+v, %v", test.duty, test.area, d, err)
				continue
			}
			if want := fmt.Sprintf("%s declaration %s %s 1", test.duty, an.PersonID, test.shown); row != want {
				t.Errorf("read %q, want %q", row, want)
			}
			if full := test.duty != duty.Leader; (d.Person.House != "") != full || (len(d.Symptoms) == 1) != full || (len(d.Person.Phones) == 1) != full {
				t.Errorf("%s sees %+v", test.duty, d.Person)
			}
		}
		o := officer(t, s, duty.CDC, "46")
		for _, id := range []string{"", core.NewID(), "x' OR 1=1", "\x00", "\xff"} {
			if d, err := s.Declaration(t.Context(), l.by(o, "declaration"), o.ListScope(), id); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("declaration %q: %+v, %v", id, d, err)
			}
		}
		// The duty opens nothing beyond the area even should a page pass a wider scope.
		team := officer(t, s, duty.Team, huongVan)
		if d, err := s.Declaration(t.Context(), l.by(team, "declaration"), duty.Everywhere, an.DeclarationID); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("by a scope wider than the duty: %+v, %v", d, err)
		}
	})
}

func TestHistoryAndMovingAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều"}
		one := declare(t, s, first)
		first.symptoms, first.at = []string{"fever", "cough"}, now.Add(time.Hour)
		two := declare(t, s, first)
		moved := first
		moved.commune, moved.house, moved.at = huongVan, "12 Lý Thần Tông", now.Add(48*time.Hour)
		three := declare(t, s, moved)
		if three.Version != 3 || one.PersonID != three.PersonID {
			t.Fatalf("%+v, %+v", one, three)
		}
		var l looks
		open := func(o duty.Officer, id string) *store.Declaration {
			t.Helper()
			d, err := s.Declaration(t.Context(), l.by(o, "declaration"), o.ListScope(), id)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		cdc := officer(t, s, duty.CDC, "46")
		d := open(cdc, two.DeclarationID)
		if len(d.History) != 3 || d.History[0].Version != 3 {
			t.Fatalf("history %+v", d.History)
		}
		if d.Version.Version != 2 || !slices.Equal(d.Symptoms, []string{"fever", "cough"}) || d.History[2].Symptoms != nil {
			t.Errorf("version %+v", d.Version)
		}
		old := open(officer(t, s, duty.Team, anDong), two.DeclarationID)
		if len(old.History) != 2 || old.Person.House != "" || old.Person.Phones != nil || old.Person.IDNumber != "" || old.Person.Area != anDong {
			t.Errorf("the former ward sees %+v and %d versions", old.Person, len(old.History))
		}
		fresh := open(officer(t, s, duty.Team, huongVan), three.DeclarationID)
		if len(fresh.History) != 1 || fresh.Person.House != "12 Lý Thần Tông" {
			t.Errorf("the new ward sees %+v and %d versions", fresh.Person, len(fresh.History))
		}
	})
}

func TestListIsFilteredAndScoped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := 24 * time.Hour
		an := said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, at: now.Add(-2 * day)}
		declare(t, s, an)
		an.at, an.symptoms, an.channel = now, []string{"fever"}, "telegram"
		declare(t, s, an)
		declare(t, s, said{name: "Đặng Thị Ánh", birth: "1960", phone: "+84900000002", commune: anDong, at: now.Add(-day), exposures: []string{"from_area"}, unproven: true})
		declare(t, s, said{name: "Trần Cúc", birth: "1990", phone: "+84900000003", commune: huongVan, at: now.Add(-day)})
		declare(t, s, said{name: "Hồ Khách", birth: "1980", phone: "+84900000004", commune: elsewhere, at: now})
		var l looks
		cdc, team, leader := officer(t, s, duty.CDC, "46"), officer(t, s, duty.Team, anDong), officer(t, s, duty.Leader, "474")
		today := core.DayOf(now)
		tests := []struct {
			name   string
			by     duty.Officer
			filter store.Filter
			want   []string
			counts store.Counts
		}{
			{"province", cdc, store.Filter{}, []string{"Nguyễn Văn An", "Trần Cúc", "Đặng Thị Ánh", "Nguyễn Văn An"}, store.Counts{All: 4, Symptomatic: 1, Exposed: 1, Unproven: 1}},
			{"ward", team, store.Filter{}, []string{"Nguyễn Văn An", "Đặng Thị Ánh", "Nguyễn Văn An"}, store.Counts{All: 3, Symptomatic: 1, Exposed: 1, Unproven: 1}},
			{"a district of the province", cdc, store.Filter{Area: "480"}, []string{"Trần Cúc"}, store.Counts{All: 1}},
			{"newest of each person", cdc, store.Filter{Area: anDong, NewestOnly: true}, []string{"Nguyễn Văn An", "Đặng Thị Ánh"}, store.Counts{All: 2, Symptomatic: 1, Exposed: 1, Unproven: 1}},
			{"today", cdc, store.Filter{From: today, To: today}, []string{"Nguyễn Văn An"}, store.Counts{All: 1, Symptomatic: 1}},
			{"until yesterday", team, store.Filter{To: today.Add(-1)}, []string{"Đặng Thị Ánh", "Nguyễn Văn An"}, store.Counts{All: 2, Exposed: 1, Unproven: 1}},
			{"symptomatic", cdc, store.Filter{Symptomatic: true}, []string{"Nguyễn Văn An"}, store.Counts{All: 1, Symptomatic: 1}},
			{"exposed", cdc, store.Filter{Exposed: true}, []string{"Đặng Thị Ánh"}, store.Counts{All: 1, Exposed: 1, Unproven: 1}},
			{"by a channel", cdc, store.Filter{Channel: "telegram"}, []string{"Nguyễn Văn An"}, store.Counts{All: 1, Symptomatic: 1}},
			{"proven", team, store.Filter{Proof: "proven"}, []string{"Nguyễn Văn An", "Nguyễn Văn An"}, store.Counts{All: 2, Symptomatic: 1}},
			{"given name", cdc, store.Filter{Name: "anh"}, []string{"Đặng Thị Ánh"}, store.Counts{All: 1, Exposed: 1, Unproven: 1}},
			{"beginning of a name", team, store.Filter{Name: "dang thi"}, []string{"Đặng Thị Ánh"}, store.Counts{All: 1, Exposed: 1, Unproven: 1}},
			{"middle of a word is no match", cdc, store.Filter{Name: "guyen"}, nil, store.Counts{}},
			{"marks of LIKE match nothing by themselves", cdc, store.Filter{Name: "%cuc_"}, []string{"Trần Cúc"}, store.Counts{All: 1}},
			{"masked, and filters on what is not seen not applied", leader, store.Filter{Symptomatic: true, Exposed: true, Name: "an"},
				[]string{"N.V.A.", "Đ.T.Á.", "N.V.A."}, store.Counts{All: 3, Unproven: 1}},
		}
		for _, test := range tests {
			page, err := s.Declarations(t.Context(), l.by(test.by, "declarations"), test.by.ListScope(), test.filter, store.Cursor{})
			var got []string
			for _, r := range page.Rows {
				got = append(got, r.Name)
				if page.Masked && (r.BirthYear != 0 || r.Symptoms != nil || r.Sex != "") {
					t.Errorf("%s: a masked row tells %+v", test.name, r)
				}
			}
			if err != nil || !slices.Equal(got, test.want) || page.Counts != test.counts || page.Next != (store.Cursor{}) {
				t.Errorf("%s: %q, %+v, %v; want %q, %+v", test.name, got, page.Counts, err, test.want, test.counts)
			}
		}
		for _, bad := range []struct {
			by     duty.Officer
			scope  duty.Scope
			filter store.Filter
		}{
			{team, team.ListScope(), store.Filter{Area: huongVan}},
			{team, team.ListScope(), store.Filter{Area: "474"}},
			{team, team.ListScope(), store.Filter{Area: "1' OR '1'='1"}},
			{team, duty.Scope{}, store.Filter{}},
			{cdc, duty.Everywhere, store.Filter{}},
			{officer(t, s, duty.Police, anDong), duty.Scope{Area: anDong}, store.Filter{}},
			{officer(t, s, duty.Centre, "46"), duty.Scope{Area: "46"}, store.Filter{}},
		} {
			if page, err := s.Declarations(t.Context(), l.by(bad.by, "declarations"), bad.scope, bad.filter, store.Cursor{}); !errors.Is(err, core.ErrNotFound) || page.Rows != nil {
				t.Errorf("%s, scope %v, filter %+v: %+v, %v", bad.by.Duty, bad.scope, bad.filter, page, err)
			}
		}
		searches := 0
		for _, row := range readRows(t, s) {
			if row == "cdc declarations nobody [lists] 1" || row == "team declarations nobody [lists] 1" || row == "cdc declarations nobody [lists] 0" {
				searches++
			}
		}
		if searches != 4 {
			t.Errorf("%d searches by name in reads, want 4", searches)
		}
	})
}

func TestListPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people = 2*store.PageSize + 7
		for i := range people { // many at the same moment: the ID decides
			declare(t, s, said{name: fmt.Sprintf("Người %03d", i), birth: "1990", phone: fmt.Sprintf("+8490000%04d", i), commune: anDong,
				at: now.Add(time.Duration(i/20) * time.Minute)})
		}
		o := officer(t, s, duty.Team, anDong)
		var l looks
		seen := map[string]bool{}
		var after store.Cursor
		for pages := 1; ; pages++ {
			page, err := s.Declarations(t.Context(), l.by(o, "declarations"), o.ListScope(), store.Filter{}, after)
			if err != nil || page.Counts.All != people {
				t.Fatal(page.Counts, err)
			}
			for i, r := range page.Rows {
				if seen[r.ID] || i > 0 && r.At.After(page.Rows[i-1].At) {
					t.Fatalf("%s comes twice or out of order", r.ID)
				}
				seen[r.ID] = true
			}
			if page.Next == (store.Cursor{}) {
				if pages != 3 || len(seen) != people {
					t.Errorf("%d rows on %d pages", len(seen), pages)
				}
				return
			}
			after = page.Next
		}
	})
}
