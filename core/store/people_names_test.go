package store_test

import (
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Who is one person and who is two, from the second declaration on. The first
// is always Trần Thị Hoà, born 1985, by the phone ...01 in An Đông.
func TestOneOrTwo(t *testing.T) {
	const hoa, phone, other = "Trần Thị Hoà", "+84900000001", "+84900000002"
	const cccd = "046185000001"
	tests := []struct {
		name    string
		firstID string
		second  said
		one     bool // the same person, next version
		likely  bool // two, suggested to officers as one
	}{
		{"the same again", "", said{name: hoa, phone: phone}, true, false},
		{"without marks", cccd, said{name: "tran thi hoa", phone: phone}, true, false},
		{"the tone on the other letter", "", said{name: "Trần Thị Hòa", phone: phone}, true, false},
		{"the family name last", cccd, said{name: "Thi Hoa Tran", phone: phone}, true, false},
		{"backwards", "", said{name: "Hoà Thị Trần", phone: phone}, true, false},
		{"another name, the same number", cccd, said{name: "Trần Hoà", id: cccd, phone: phone}, true, false},
		{"the old card's nine digits", cccd, said{name: hoa, id: "191000001", idType: "cmnd", phone: phone}, true, false},
		{"a twin whose name differs by a mark", "", said{name: "Trần Thị Hoa", phone: phone}, false, true},
		{"a twin with another name", "", said{name: "Trần Thị Hồng", phone: phone}, false, false},
		{"a child with nine zeros and another name", core.NobodysID, said{name: "Trần Thị Huệ", id: core.NobodysID, phone: phone}, false, false},
		{"a sister one year older", "", said{name: hoa, birth: "1984", phone: phone}, false, false},
		{"the same name with another card", cccd, said{name: hoa, id: "046185000002", phone: phone}, false, true},
		{"a changed phone, the same number", cccd, said{name: hoa, id: cccd, phone: other}, false, true},
		{"a changed phone and no number, a neighbour by name", "", said{name: "Hoa Tran Thi", phone: other}, false, true},
		{"a changed phone, moved, no number", "", said{name: hoa, phone: other, commune: huongVan}, false, false},
		{"a neighbour with another card", cccd, said{name: hoa, id: "046185000002", phone: other}, false, false},
		{"nine zeros on two phones", core.NobodysID, said{name: "Lê Văn Bé", id: core.NobodysID, phone: other}, false, false},
		{"the same phone, typed without proof", "", said{name: hoa, phone: phone, unproven: true, commune: huongVan, channel: "web"}, false, true},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := officer(t, s, duty.CDC, "46")
		for n, test := range tests {
			for _, clear := range []string{"people", "ties", "links", "declarations", "qr_codes", "reads"} {
				if err := s.Exec(t.Context(), `DELETE FROM `+clear); err != nil {
					t.Fatal(err)
				}
			}
			first := declare(t, s, said{name: hoa, birth: "1985-03-02", id: test.firstID, phone: phone, commune: anDong})
			second := test.second
			second.at = now.Add(time.Hour)
			if second.birth == "" {
				second.birth = "1985"
			}
			if second.commune == "" {
				second.commune = anDong
			}
			got := declare(t, s, second)
			if one := got.PersonID == first.PersonID; one != test.one || one != (got.Version == 2) || one != (got.Code == first.Code) {
				t.Errorf("%s: one person %v, %+v", test.name, one, got)
			}
			l := looks{at: now.Add(time.Duration(n) * time.Hour)}
			found, err := s.CheckByCode(t.Context(), l.by(o, "check"), duty.Everywhere, first.Code)
			likely := slices.ContainsFunc(found.People, func(p store.CheckedPerson) bool { return p.Likely && p.ID == got.PersonID })
			if err != nil || likely != test.likely || likely != (len(found.Alike) == 1) {
				t.Errorf("%s: likely %v: %v, %v", test.name, likely, names(found), err)
			}
		}
	})
}

// A number that comes later links as one that was there from the start.
func TestLaterNumberLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := said{name: "Trần Thị Một", birth: "1985", phone: "+84900000001", commune: anDong}
		b := said{name: "Trần Mót", birth: "1985", phone: "+84900000002", commune: huongVan}
		first := declare(t, s, a)
		declare(t, s, b)
		a.id, b.id = "046185000001", "046185000001"
		declare(t, s, a)
		declare(t, s, b)
		var l looks
		got, err := s.CheckByCode(t.Context(), l.by(officer(t, s, duty.CDC, "46"), "check"), duty.Everywhere, first.Code)
		if err != nil || len(got.People) != 2 || len(got.Alike) != 1 || got.Alike[0].Reason != "id" {
			t.Errorf("%v, %+v, %v", names(got), got.Alike, err)
		}
	})
}

// A family on one phone: each has one record and one QR, each day again.
func TestSharedPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		family := []said{{name: "Trần Văn Cha", birth: "1955", id: "046055000001"}, {name: "Lê Thị Mẹ", birth: "1957", id: "046157000001"},
			{name: "Trần Văn Tuấn", birth: "2015-05-05", id: core.NobodysID}, {name: "Trần Văn Tuân", birth: "2015-05-05", id: core.NobodysID}}
		first := make([]store.Stored, len(family))
		for day := range 3 {
			for i, d := range family {
				d.phone, d.commune, d.at = "+84900000001", anDong, now.Add(time.Duration(day)*24*time.Hour)
				got := declare(t, s, d)
				if day == 0 {
					first[i] = got
				}
				if got.Version != day+1 || got.PersonID != first[i].PersonID || got.Code != first[i].Code {
					t.Errorf("%s on day %d: %+v, first %+v", d.name, day, got, first[i])
				}
			}
		}
		if people, err := s.Texts(t.Context(), `SELECT id FROM people`); err != nil || len(people) != len(family) {
			t.Errorf("%d people, %v", len(people), err)
		}
	})
}
