package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func names(c store.Checked) []string {
	var all []string
	for _, p := range c.People {
		name := p.Name
		if p.Likely {
			name += "?"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func TestCheckFindsByEachThingInHand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong})
		declare(t, s, said{name: "Lê Thị Bé", birth: "2015", id: core.NobodysID, phone: "+84900000001", commune: anDong})
		declare(t, s, said{name: "Trần Cúc", birth: "1990", phone: "+84900000002", commune: huongVan, unproven: true})
		declare(t, s, said{name: "Hồ Văn Khách", birth: "1980", id: "B1234567", phone: "+84900000003", commune: elsewhere})
		// Somebody else types An's number from another phone.
		declare(t, s, said{name: "Nguyễn An", birth: "1955", id: "046055000123", phone: "+84900000009", commune: huongVan})
		police := officer(t, s, duty.Police, "480")
		var l looks
		tests := []struct {
			name string
			find func(store.Look) (store.Checked, error)
			want []string
		}{
			{"QR, with the likely duplicate", func(l store.Look) (store.Checked, error) {
				return s.CheckByCode(t.Context(), l, duty.Everywhere, an.Code)
			}, []string{"Nguyễn An?", "Nguyễn Văn An"}},
			{"number", func(l store.Look) (store.Checked, error) {
				return s.CheckByNumber(t.Context(), l, duty.Everywhere, an.Number)
			}, []string{"Nguyễn An?", "Nguyễn Văn An"}},
			{"ID number, both shown as found", func(l store.Look) (store.Checked, error) {
				return s.CheckByID(t.Context(), l, duty.Everywhere, "046055000123")
			}, []string{"Nguyễn An", "Nguyễn Văn An"}},
			{"phone of a family", func(l store.Look) (store.Checked, error) {
				return s.CheckByPhone(t.Context(), l, duty.Everywhere, "+84900000001")
			}, []string{"Lê Thị Bé", "Nguyễn An?", "Nguyễn Văn An"}},
			{"passport of a visitor from another province", func(l store.Look) (store.Checked, error) {
				return s.CheckByID(t.Context(), l, duty.Everywhere, "B1234567")
			}, []string{"Hồ Văn Khách"}},
			{"nine zeros are nobody's", func(l store.Look) (store.Checked, error) {
				return s.CheckByID(t.Context(), l, duty.Everywhere, core.NobodysID)
			}, nil},
			{"a phone that was typed and never proved finds who typed it", func(l store.Look) (store.Checked, error) {
				return s.CheckByPhone(t.Context(), l, duty.Everywhere, "+84900000002")
			}, []string{"Trần Cúc"}},
			{"an unknown code", func(l store.Look) (store.Checked, error) {
				return s.CheckByCode(t.Context(), l, duty.Everywhere, qr.NewCode())
			}, nil},
			{"no text at all", func(l store.Look) (store.Checked, error) {
				return s.CheckByID(t.Context(), l, duty.Everywhere, "")
			}, nil},
		}
		for _, test := range tests {
			got, err := test.find(l.by(police, "check"))
			if err != nil || !slices.Equal(names(got), test.want) || !got.Revoked.IsZero() {
				t.Errorf("%s: %v, revoked %v, %v; want %v", test.name, names(got), got.Revoked, err, test.want)
			}
		}
		rows := readRows(t, s)
		if want := 2 + 2 + 2 + 3 + 1 + 1 + 1 + 1 + 1; len(rows) != want {
			t.Fatalf("%d rows in reads, want %d: %q", len(rows), want, rows)
		}
		if want := "police check " + an.PersonID + " [conclusion exposure_symptoms] 1"; rows[0] != want {
			t.Errorf("first row %q, want %q", rows[0], want)
		}
		if want := "police check nobody [] 0"; rows[len(rows)-1] != want {
			t.Errorf("last row %q, want %q", rows[len(rows)-1], want)
		}
	})
}

func TestCheckShowsByDuty(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong,
			house: "7 Hải Triều", symptoms: []string{"fever"}, exposures: []string{"from_area"}, conditions: []string{"diabetes"}})
		var l looks
		tests := []struct {
			duty       duty.Duty
			area       string
			reveal     bool
			health     bool // symptoms and exposures shown
			conditions bool
			identity   bool
			canAsk     bool
		}{
			{duty.Police, "480", false, true, false, false, true},
			{duty.Police, "480", true, true, false, true, false},
			{duty.Team, huongVan, false, true, false, false, true},
			{duty.Team, anDong, false, true, false, true, false},
			{duty.Station, huongVan, true, true, false, true, false},
			{duty.CDC, "46", false, true, true, true, false},
			{duty.CDC, "480", false, true, false, false, true},
			{duty.Centre, "46", false, false, false, false, true},
			{duty.Centre, "46", true, false, false, true, false},
		}
		for _, test := range tests {
			name := fmt.Sprintf("%s of %s, reveal %v", test.duty, test.area, test.reveal)
			o := officer(t, s, test.duty, test.area)
			look := l.by(o, "check")
			if test.reveal {
				look.Reveal = an.PersonID
			}
			got, err := s.CheckByCode(t.Context(), look, o.CheckScope(), an.Code)
			if err != nil || len(got.People) != 1 || got.People[0].Resident == nil || got.People[0].Journey != nil {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
			p := got.People[0]
			if p.Name != "Nguyễn Văn An" || p.BirthYear != 1955 || p.LastFour != "0123" || p.Resident.Day != "2021-07-15" || !p.Resident.Proven {
				t.Errorf("%s: conclusion %+v", name, p)
			}
			if (len(p.Resident.Symptoms) == 1) != test.health || (len(p.Resident.Exposures) == 1) != test.health {
				t.Errorf("%s: symptoms %v, exposures %v", name, p.Resident.Symptoms, p.Resident.Exposures)
			}
			if _, told := p.Resident.Said["conditions"]; told != test.conditions {
				t.Errorf("%s: conditions told %v", name, told)
			}
			identity := p.IDNumber == "046055000123" && p.House == "7 Hải Triều" && p.Birth == "1955-09-02" && len(p.Phones) == 1 && p.Resident.Said["workplace"] != nil
			none := p.IDNumber == "" && p.House == "" && p.Birth == "" && p.Phones == nil && p.Sub == "" && p.Resident.Said["workplace"] == nil
			if identity != test.identity || none == test.identity || p.CanAsk != test.canAsk {
				t.Errorf("%s: identity %v, none of it %v, can ask %v", name, identity, none, p.CanAsk)
			}
		}
		for _, d := range []duty.Duty{duty.Leader, duty.Admin, duty.PlaceOwner, duty.Lodging} {
			o := officer(t, s, d, "46")
			for _, scope := range []duty.Scope{o.CheckScope(), duty.Everywhere} {
				if got, err := s.CheckByCode(t.Context(), l.by(o, "check"), scope, an.Code); d != duty.Leader && len(got.People) > 0 || scope == (duty.Scope{}) && !errors.Is(err, core.ErrNotFound) {
					t.Errorf("%s by scope %v: %+v, %v", d, scope, got, err)
				}
			}
		}
	})
}

func TestRevokedQRSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		an := declare(t, s, said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000001", commune: anDong})
		if err := s.Exec(t.Context(), `UPDATE qr_codes SET revoked_at = $1 WHERE person_id = $2`, now.UnixMilli(), an.PersonID); err != nil {
			t.Fatal(err)
		}
		var l looks
		got, err := s.CheckByCode(t.Context(), l.by(officer(t, s, duty.Team, anDong), "qr"), duty.Everywhere, an.Code)
		if err != nil || !got.Revoked.Equal(now) || len(got.People) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestLooksAreLimited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := officer(t, s, duty.Team, anDong)
		at := now
		check := func() error {
			_, err := s.CheckByPhone(t.Context(), store.Look{Officer: o, Screen: "check", At: at}, o.CheckScope(), "+84900000001")
			return err
		}
		for n := range store.LooksPerMinute {
			if err := check(); err != nil {
				t.Fatalf("look-up %d in a minute: %v", n+1, err)
			}
			at = at.Add(time.Second)
		}
		if err := check(); !errors.Is(err, store.ErrTooManyLooks) {
			t.Errorf("look-up %d in a minute: %v", store.LooksPerMinute+1, err)
		}
		for range store.LooksPerDay - store.LooksPerMinute {
			at = at.Add(time.Minute)
			if err := check(); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			at = at.Add(time.Minute)
			if err := check(); !errors.Is(err, store.ErrTooManyLooks) {
				t.Errorf("look-up over the day's limit: %v", err)
			}
		}
		accounts := officer(t, s, duty.Admin, "46")
		tasks, err := s.Tasks(t.Context(), accounts, duty.Scope{Area: "46"}, store.OpenTask{}, 10)
		if err != nil || len(tasks) != 1 || tasks[0].Kind != store.TaskLooks || tasks[0].Note != o.Name || tasks[0].Area != anDong {
			t.Errorf("tasks about officers: %+v, %v", tasks, err)
		}
		if tasks, err = s.Tasks(t.Context(), o, o.ListScope(), store.OpenTask{}, 10); err != nil || len(tasks) != 0 {
			t.Errorf("the team sees tasks about its own: %+v, %v", tasks, err)
		}
		at = at.Add(24 * time.Hour)
		if err := check(); err != nil {
			t.Errorf("a day later: %v", err)
		}
	})
}
