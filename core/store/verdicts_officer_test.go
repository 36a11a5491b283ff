package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestOfficersWordFeedsTheRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july}
		cdc, station := officer(t, s, duty.CDC, "46"), officer(t, s, duty.Station, anDong)
		an := tell(t, s, july, "+84900000001", "an", anDong, nil).PersonID
		seen := func() time.Time {
			t.Helper()
			_, st, _, err := s.Standing(ctx, look.by(cdc, "person"), duty.Scope{Area: "46"}, an)
			if err != nil {
				t.Fatal(err)
			}
			return st.Seen
		}
		wants := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		all := duty.Scope{Area: "46"}
		first := seen()
		wants("set F1", s.SetClass(ctx, look.by(cdc, "person"), all, an, first, core.ClassF1, "2021-07-18", "tiếp xúc F0 ở chợ"), nil)
		if got := inForce(t, s, an); got != "F1 2 central 2021-08-01" {
			t.Errorf("after F1: %s", got)
		}
		if rows, _ := s.Texts(ctx, `SELECT kind || ' ' || until_day || ' ' || origin FROM monitoring WHERE person_id = $1 AND ended_at = 0`, an); len(rows) != 1 || rows[0] != "central 2021-08-01 verdict" {
			t.Errorf("monitoring: %v", rows)
		}
		wants("by what was seen before", s.SetClass(ctx, look.by(cdc, "person"), all, an, first, core.ClassF0, "2021-07-18", ""), store.ErrChanged)
		// The word holds for what is declared later.
		ill := tell(t, s, july.Add(time.Hour), "+84900000001", "an", anDong, map[string]any{"symptoms": []string{"cough"}})
		if ill.Verdict.Class != core.ClassF1 || ill.Verdict.Colour != core.ColourOrange {
			t.Errorf("ill F1: %+v", ill.Verdict)
		}
		wants("a farther class without a note", s.SetClass(ctx, look.by(cdc, "person"), all, an, seen(), core.ClassF2, "2021-07-18", " "), store.ErrNoNote)
		wants("no class of an officer", s.SetClass(ctx, look.by(cdc, "person"), all, an, seen(), core.ClassReturnee, "2021-07-18", ""), store.ErrNoClass)
		wants("a day to come", s.SetClass(ctx, look.by(cdc, "person"), all, an, seen(), core.ClassF0, "2021-08-18", ""), store.ErrNoClass)
		wants("no day", s.SetClass(ctx, look.by(cdc, "person"), all, an, seen(), core.ClassF0, "hôm qua", ""), store.ErrNoClass)

		wants("station raises", s.Raise(ctx, look.by(station, "person"), duty.Scope{Area: anDong}, an, seen(), core.ColourRed, "khó thở qua điện thoại"), nil)
		if got := inForce(t, s, an); !strings.HasPrefix(got, "F1 4 ") {
			t.Errorf("raised: %s", got)
		}
		if again := tell(t, s, july.Add(2*time.Hour), "+84900000001", "an", anDong, nil); again.Verdict.Colour != core.ColourRed {
			t.Errorf("a declaration lowered what an officer raised: %+v", again.Verdict)
		}
		wants("station lowers", s.Lower(ctx, look.by(station, "person"), duty.Scope{Area: anDong}, an, seen(), core.ColourYellow, "", "khỏe"), core.ErrNotFound)
		wants("without a note", s.Lower(ctx, look.by(cdc, "person"), all, an, seen(), core.ColourYellow, "", ""), store.ErrNoNote)
		wants("no lower", s.Lower(ctx, look.by(cdc, "person"), all, an, seen(), core.ColourRed, "", "x"), store.ErrNoClass)
		wants("cdc lowers", s.Lower(ctx, look.by(cdc, "person"), all, an, seen(), core.ColourYellow, "", "đã gọi, khỏe"), nil)
		if got := inForce(t, s, an); got != "F1 2 central 2021-08-01" {
			t.Errorf("lowered: %s", got)
		}
		// Something new is said: the officer did not know of it.
		if worse := tell(t, s, july.Add(3*time.Hour), "+84900000001", "an", anDong, map[string]any{"symptoms": []string{"chest_pain"}}); worse.Verdict.Colour != core.ColourRed {
			t.Errorf("a new danger sign stays lowered: %+v", worse.Verdict)
		}
		_, st, decided, err := s.Standing(ctx, look.by(cdc, "person"), all, an)
		if err != nil || st.Class != core.ClassF1 || st.Since != "2021-07-18" || len(decided) != 3 {
			t.Fatalf("standing %+v, %d decisions: %v", st, len(decided), err)
		}
		if d := decided[0]; d.Why != "lowered" || d.Note != "đã gọi, khỏe" || d.Officer == "" || d.Verdict.Colour != core.ColourYellow {
			t.Errorf("decision %+v", d)
		}
		if rows, _ := s.Texts(ctx, `SELECT id FROM verdicts WHERE CAST(note AS TEXT) LIKE '%khỏe%'`); s.Engine() == "sqlite" && len(rows) > 0 {
			t.Error("a note stands in clear")
		}
	})
}

// Who has no right, or another area, meets nobody, and each look is kept.
func TestDecisionsStayInsideTheScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, look := t.Context(), looks{at: july}
		an := tell(t, s, july, "+84900000001", "an", anDong, nil).PersonID
		for _, o := range []duty.Officer{officer(t, s, duty.CDC, "480"), officer(t, s, duty.Team, anDong), officer(t, s, duty.Police, "46"),
			officer(t, s, duty.Leader, "46"), officer(t, s, duty.Admin, "46")} {
			l := look.by(o, "person")
			scope := duty.Scope{Area: o.Area}
			for what, err := range map[string]error{
				"class": s.SetClass(ctx, l, scope, an, time.Time{}, core.ClassF1, "2021-07-18", "x"),
				"raise": s.Raise(ctx, l, scope, an, time.Time{}, core.ColourRed, "x"),
				"lower": s.Lower(ctx, l, scope, an, time.Time{}, core.ColourGreen, "", "x"),
			} {
				if !errors.Is(err, core.ErrNotFound) {
					t.Errorf("%s of %s, %s: %v", o.Duty, o.Area, what, err)
				}
			}
			_, _, _, err := s.Standing(ctx, look.by(o, "person"), scope, an)
			if mayRead := o.Duty == duty.Team; !mayRead && !errors.Is(err, core.ErrNotFound) || mayRead && err != nil {
				t.Errorf("%s of %s reads: %v", o.Duty, o.Area, err)
			}
		}
		cdc := officer(t, s, duty.CDC, "46")
		for _, id := range []string{"", "nobody", "\xff", "a\x00b"} {
			if _, _, _, err := s.Standing(ctx, look.by(cdc, "person"), duty.Scope{Area: "46"}, id); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
			if err := s.SetClass(ctx, look.by(cdc, "person"), duty.Scope{Area: "46"}, id, time.Time{}, core.ClassF1, "2021-07-18", ""); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if rows := readRows(t, s); len(rows) != 5+4 {
			t.Errorf("%d rows of reads: %v", len(rows), rows)
		}
		if got := inForce(t, s, an); got != "none 1 none " {
			t.Errorf("in force: %s", got)
		}
	})
}
