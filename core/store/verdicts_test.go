package store_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/triage"
)

// july is a moment at which the rules of 14 July 2021 are in force.
var july = time.Date(2021, 7, 20, 3, 0, 0, 0, time.UTC)

// judgedBy gives declarations their verdict as the dispatcher does.
func judgedBy(t testing.TB, s *store.Store, d *core.Declaration) {
	t.Helper()
	rules, areas, err := s.Policy(t.Context(), d.Day)
	if err != nil {
		t.Fatal(err)
	}
	form, day, facts := d.Form, d.Day, d.Facts
	d.Judge = func(p core.PersonFacts, class core.Class, since core.Day) core.Verdict {
		said := triage.Facts(form, day, p, facts)
		said.Class, said.ClassSince = class, since
		return rules.Judge(areas, said)
	}
}

// tell stores a judged declaration of a person of a phone.
func tell(t testing.TB, s *store.Store, at time.Time, phone, name, commune string, facts map[string]any) store.Stored {
	t.Helper()
	var stored store.Stored
	full := map[string]any{"symptoms": []string{}, "exposures": []string{}, "conditions": []string{}}
	for k, v := range facts {
		full[k] = v
	}
	form := "resident"
	if full["arrive_on"] != nil {
		form = "journey"
	}
	turn := func(ctx context.Context, tx *store.Tx, to *core.Address, _ core.Inbound, _ string) (err error) {
		d := core.Declaration{Form: form, Day: core.DayOf(at), At: at, Channel: "sms", AddressID: to.ID, Phone: phone, Proven: true, Notice: 1, Facts: full,
			Person: core.PersonFacts{Name: name, Folded: name, SortKey: name, Birth: "1980", Sex: "female", IDType: "cccd",
				Commune: commune, District: area.District(commune), Province: area.Province(commune)}}
		judgedBy(t, s, &d)
		stored, err = tx.Declare(ctx, d)
		return err
	}
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: core.TelURN(phone), Text: "x", At: at}
	if err := s.Take(t.Context(), at, []core.Inbound{m}, turn); err != nil {
		t.Fatal(err)
	}
	return stored
}

// inForce is a person's verdict as the columns hold it: "class rank measure until".
func inForce(t testing.TB, s *store.Store, personID string) string {
	t.Helper()
	rows, err := s.Texts(t.Context(), `SELECT class || ' ' || CAST(colour_rank AS TEXT) || ' ' || measure || ' ' || measure_until FROM people WHERE id = $1`, personID)
	if err != nil || len(rows) != 1 {
		t.Fatalf("person %s: %v %v", personID, rows, err)
	}
	return rows[0]
}

func TestDeclarationIsJudgedInItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ill := tell(t, s, july, "+84900000001", "an", anDong, map[string]any{"symptoms": []string{"fever"}, "exposures": []string{"case"}, "exposure_last": "2021-07-18"})
		if v := ill.Verdict; v.Class != core.ClassContact || v.Colour != core.ColourOrange || v.Measure != core.MeasureHome || v.Until != "2021-08-01" || v.Rules == "" {
			t.Fatalf("verdict %+v", v)
		}
		if got := inForce(t, s, ill.PersonID); got != "contact_said 3 home 2021-08-01" {
			t.Errorf("in force: %s", got)
		}
		rows, err := s.Texts(t.Context(), `SELECT verdict FROM declarations WHERE id = $1 AND class = 'contact_said' AND colour = 'orange' AND measure = 'home'`, ill.DeclarationID)
		if err != nil || len(rows) != 1 {
			t.Fatalf("declaration: %v %v", rows, err)
		}
		var kept core.Verdict
		if err := json.Unmarshal([]byte(rows[0]), &kept); err != nil || kept.Rules != ill.Verdict.Rules || len(kept.Reasons) == 0 {
			t.Errorf("kept %+v: %v", kept, err)
		}
	})
}

// What a later declaration does not mention is not undone by it.
func TestEarlierVerdictHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const phone = "+84900000001"
		was := tell(t, s, july, phone, "an", anDong, map[string]any{"symptoms": []string{"fever"}, "exposures": []string{"case"}, "exposure_last": "2021-07-18"})
		well := tell(t, s, july.Add(24*time.Hour), phone, "an", anDong, nil)
		if well.PersonID != was.PersonID || well.Verdict.Colour != core.ColourOrange || well.Verdict.Measure != core.MeasureHome || well.Verdict.Until != "2021-08-01" {
			t.Fatalf("a day later: %+v", well.Verdict)
		}
		rows, err := s.Texts(t.Context(), `SELECT colour FROM declarations WHERE person_id = $1 ORDER BY at`, was.PersonID)
		if err != nil || len(rows) != 2 || rows[1] != "green" {
			t.Errorf("each declaration keeps its own: %v %v", rows, err)
		}
		if rows, _ := s.Texts(t.Context(), `SELECT held FROM people WHERE id = $1`, was.PersonID); rows[0] != was.DeclarationID {
			t.Errorf("held %v, want %s", rows, was.DeclarationID)
		}
		// The measure is over; orange waits for a person to lower it.
		late := tell(t, s, july.Add(20*24*time.Hour), phone, "an", anDong, nil)
		if late.Verdict.Colour != core.ColourOrange || late.Verdict.Measure != core.MeasureNone {
			t.Errorf("after the measure: %+v", late.Verdict)
		}
	})
}

// A verdict rides on what is written anyway: a declaration of somebody without a
// class takes as many statements as without rules.
func TestJudgingCostsNoStatement(t *testing.T) {
	seen := &statements{all: make(map[string][]any)}
	s, err := store.Open(t.Context(), store.Options{URL: storetest.PostgresURL(t), KeyFile: filepath.Join(t.TempDir(), "key"),
		Tune: func(c *pgxpool.Config) { c.ConnConfig.Tracer = seen }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	an := said{name: "an", birth: "1980", phone: "+84900000001", commune: anDong}
	declare(t, s, an)
	tell(t, s, july, "+84900000002", "binh", anDong, nil)
	count := func(f func()) int {
		clear(seen.all)
		f()
		return len(seen.all)
	}
	again := count(func() { declare(t, s, an) })
	judged := count(func() { tell(t, s, july, "+84900000002", "binh", anDong, nil) })
	fresh := count(func() { declare(t, s, said{name: "an", birth: "1980", phone: "+84900000003", commune: anDong}) })
	judgedFresh := count(func() { tell(t, s, july, "+84900000004", "binh", anDong, nil) })
	if again < 5 || judged != again || judgedFresh != fresh {
		t.Errorf("%d statements with a verdict and %d without, of a newcomer %d and %d", judged, again, judgedFresh, fresh)
	}
}

// Who says each day that they met a case, and not when, is not in quarantine for
// ever: the days are counted from when it was said first, also when all are
// judged again.
func TestRepeatedDeclarationDoesNotBeginAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const phone = "+84900000001"
		met := map[string]any{"exposures": []string{"case"}}
		first := tell(t, s, july, phone, "an", anDong, met)
		if first.Verdict.Measure != core.MeasureHome || first.Verdict.Until != "2021-08-03" {
			t.Fatalf("first: %+v", first.Verdict)
		}
		for day := 1; day <= 3; day++ {
			v := tell(t, s, july.Add(time.Duration(day)*24*time.Hour), phone, "an", anDong, met).Verdict
			if v.Until != "2021-08-03" || v.From != "2021-07-20" {
				t.Errorf("day %d: %+v", day, v)
			}
		}
		later := july.Add(73 * time.Hour)
		cdc := officer(t, s, duty.CDC, "46")
		id, err := s.SaveArea(t.Context(), cdc, later, triage.Area{Code: huongVan, Level: "yellow", From: "2021-07-01"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SwitchAreas(t.Context(), cdc, later, []string{id}); err != nil {
			t.Fatal(err)
		}
		finish(t, s, later, (&store.Judging{Store: s}).Step, store.JobJudge)
		if got := inForce(t, s, first.PersonID); got != "contact_said 2 home 2021-08-03" {
			t.Errorf("judged again: %s", got)
		}
		if rows, _ := s.Texts(t.Context(), `SELECT until_day FROM monitoring WHERE person_id = $1`, first.PersonID); len(rows) != 1 || rows[0] != "2021-08-03" {
			t.Errorf("monitoring until %v", rows)
		}
		// A day that is told, and later, counts.
		again := tell(t, s, july.Add(96*time.Hour), phone, "an", anDong, map[string]any{"exposures": []string{"case"}, "exposure_last": "2021-07-24"})
		if again.Verdict.Until != "2021-08-07" {
			t.Errorf("met another: %+v", again.Verdict)
		}
	})
}
