package store_test

import (
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// An SMS holds no marks, no house and often only a year; what the person said
// on another channel stays known.
func TestLaterDeclarationTakesNothingAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều", channel: "web"}
		one := declare(t, s, first)
		bySMS := first
		bySMS.name, bySMS.birth, bySMS.id, bySMS.house, bySMS.channel, bySMS.at = "Nguyen Van An", "1955", "", "", "sms", now.Add(time.Hour)
		two := declare(t, s, bySMS)
		if two.PersonID != one.PersonID || two.Version != 2 || two.Code != one.Code {
			t.Fatalf("%+v, then %+v", one, two)
		}
		var l looks
		o := officer(t, s, duty.CDC, "46")
		d, err := s.Declaration(t.Context(), l.by(o, "declaration"), o.ListScope(), two.DeclarationID)
		if err != nil {
			t.Fatal(err)
		}
		if p := d.Person; p.Name != first.name || p.Birth != first.birth || p.IDNumber != first.id || p.House != first.house {
			t.Errorf("after the SMS the person is %+v", p)
		}
		// The number still finds the person by itself.
		bySMS.name, bySMS.id = "Nguyen Van Ann", first.id
		if three := declare(t, s, bySMS); three.PersonID != one.PersonID || three.Version != 3 {
			t.Errorf("by its number: %+v, want person %s", three, one.PersonID)
		}
	})
}
