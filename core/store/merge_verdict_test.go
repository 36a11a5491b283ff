package store_test

import (
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Two records that become one keep the nearer class, and what either said.
func TestMergedPersonIsJudgedAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look, all := t.Context(), looks{at: july.Add(time.Hour)}, duty.Scope{Area: "46"}
		cdc := officer(t, s, duty.CDC, "46")
		met := tell(t, s, july, "+84900000001", "an", anDong, map[string]any{"exposures": []string{"case"}, "exposure_last": "2021-07-18"})
		class := tell(t, s, july.Add(time.Minute), "+84900000002", "an", anDong, nil)
		_, st, _, err := s.Standing(ctx, look.by(cdc, "x"), all, class.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetClass(ctx, look.by(cdc, "x"), all, class.PersonID, st.Seen, core.ClassF2, "2021-07-15", ""); err != nil {
			t.Fatal(err)
		}
		if err := s.MergePeople(ctx, look.by(cdc, "x"), all, met.PersonID, class.PersonID); err != nil {
			t.Fatal(err)
		}
		_, st, decided, err := s.Standing(ctx, look.by(cdc, "x"), all, met.PersonID)
		if err != nil || st.Class != core.ClassF2 || st.Since != "2021-07-15" || decided[0].Why != "merged" {
			t.Fatalf("%+v %+v: %v", st, decided, err)
		}
		// The contact of the 18th, which the other record never mentioned, holds.
		if got := inForce(t, s, met.PersonID); got != "F2 2 home 2021-08-01" {
			t.Errorf("in force: %s", got)
		}
	})
}
