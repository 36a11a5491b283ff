package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

var province = duty.Scope{Area: "46"}

// figures are counts as "value value n", sorted.
func figures(t testing.TB, s *store.Store, scope duty.Scope, q store.FigureQuery) string {
	t.Helper()
	all, err := s.Figures(t.Context(), scope, q)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range all {
		lines = append(lines, strings.TrimSpace(strings.Join(f.By, " ")+fmt.Sprintf(" %d", f.N)))
	}
	return strings.Join(lines, "\n")
}

// foldAll folds until there is nothing left.
func foldAll(t testing.TB, s *store.Store) {
	t.Helper()
	for {
		n, err := s.FoldFigures(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// truths are plain questions to the tables, with the figures that must say the same.
var truths = []struct {
	by    []string
	kind  string
	plain string
}{
	{[]string{"form", "stage", "channel"}, store.FigureDeclarations, `SELECT form || ' ' || CASE WHEN version > 1 THEN 'supplement' ELSE 'new' END || ' ' || REPLACE(channel, 'carrier', 'other') || ' ' || CAST(COUNT(*) AS TEXT)
		FROM declarations WHERE province = '46' AND day BETWEEN $1 AND $2 GROUP BY form, CASE WHEN version > 1 THEN 'supplement' ELSE 'new' END, channel`},
	{[]string{"day", "origin"}, store.FigureDeclarations, `SELECT day || ' ' || CASE WHEN form = 'journey' THEN origin ELSE 'none' END || ' ' || CAST(COUNT(*) AS TEXT)
		FROM declarations WHERE province = '46' AND day BETWEEN $1 AND $2 GROUP BY day, CASE WHEN form = 'journey' THEN origin ELSE 'none' END`},
	{[]string{"area", "newest"}, store.FigureDeclarations, `SELECT d.district || CASE WHEN EXISTS (SELECT 1 FROM people p WHERE p.newest = d.id AND p.merged_into = '') THEN ' yes ' ELSE ' no ' END || CAST(COUNT(*) AS TEXT)
		FROM declarations d WHERE d.province = '46' AND d.day BETWEEN $1 AND $2
		GROUP BY d.district, CASE WHEN EXISTS (SELECT 1 FROM people p WHERE p.newest = d.id AND p.merged_into = '') THEN ' yes ' ELSE ' no ' END`},
	{[]string{"class", "measure"}, store.FigureDeclarations, `SELECT COALESCE(NULLIF(class, ''), 'unjudged') || ' ' || COALESCE(NULLIF(measure, ''), 'unjudged') || ' ' || CAST(COUNT(*) AS TEXT) FROM (
		SELECT CASE WHEN p.newest = d.id THEN p.class ELSE d.class END AS class, CASE WHEN p.newest = d.id THEN p.measure ELSE d.measure END AS measure
		FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.province = '46' AND d.day BETWEEN $1 AND $2) c GROUP BY class, measure`},
	{[]string{"watch", "state"}, store.FigureMonitorings, `SELECT kind || ' ' || COALESCE(NULLIF(ended_how, ''), 'open') || ' ' || CAST(COUNT(*) AS TEXT)
		FROM monitoring WHERE province = '46' AND from_day BETWEEN $1 AND $2 GROUP BY kind, ended_how`},
	{[]string{"verification", "origin"}, store.FigureArrivals, `SELECT CASE state WHEN 0 THEN 'new' WHEN 1 THEN 'unverifiable' WHEN 2 THEN 'arrived' ELSE 'moved' END || ' ' || origin || ' ' || CAST(COUNT(*) AS TEXT)
		FROM arrivals WHERE province = '46' AND day BETWEEN $1 AND $2 GROUP BY state, origin`},
	{[]string{"day", "answered"}, store.FigurePrompts, `SELECT q.day || CASE WHEN q.answered_at > 0 THEN ' yes ' ELSE ' no ' END || CAST(COUNT(*) AS TEXT)
		FROM prompts q WHERE q.province = '46' AND q.day BETWEEN $1 AND $2 GROUP BY q.day, CASE WHEN q.answered_at > 0 THEN ' yes ' ELSE ' no ' END`},
}

// holds compares the figures with what is plainly in the tables, and every row
// of the counts with the truth.
func holds(t testing.TB, s *store.Store, when string) {
	t.Helper()
	from, to := core.DayOf(july).Add(-40), core.DayOf(july).Add(60)
	for _, truth := range truths {
		rows, err := s.Texts(t.Context(), truth.plain, string(from), string(to))
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Split(figures(t, s, province, store.FigureQuery{Kind: truth.kind, Area: "46", From: from, To: to, By: truth.by}), "\n")
		wantSame(t, fmt.Sprintf("%s: %s by %v", when, truth.kind, truth.by), said, rows)
	}
	if found, err := s.RebuildFigures(t.Context(), true); err != nil || found.Wrong != 0 {
		t.Errorf("%s: %+v, %v", when, found, err)
	}
}

func wantSame(t testing.TB, what string, got, want []string) {
	t.Helper()
	seen := make(map[string]int)
	for _, g := range got {
		if g != "" {
			seen[g]++
		}
	}
	for _, w := range want {
		seen[w]--
	}
	for line, n := range seen {
		if n != 0 {
			t.Errorf("%s: %q is %+d times too often", what, line, n)
		}
	}
}

// declareOne stores a judged declaration by any form.
func declareOne(t testing.TB, s *store.Store, at time.Time, phone, name, commune, channel string, facts map[string]any) store.Stored {
	var stored store.Stored
	form := "resident"
	if facts["from"] != nil {
		form = "journey"
	}
	turn := func(ctx context.Context, tx *store.Tx, to *core.Address, _ core.Inbound, _ string) (err error) {
		d := core.Declaration{Form: form, Day: core.DayOf(at), At: at, Channel: channel, AddressID: to.ID, Phone: phone, Proven: true, Notice: 1, Facts: facts,
			Person: core.PersonFacts{Name: name, Folded: reading.Fold(name), SortKey: name, Birth: "1980", Sex: "female", IDType: "cccd", ID: "046180000" + name[len(name)-3:],
				Commune: commune, District: area.District(commune), Province: area.Province(commune)}}
		judgedBy(t, s, &d)
		stored, err = tx.Declare(ctx, d)
		return err
	}
	m := core.Inbound{Channel: channel, ExternalID: core.NewID(), URN: core.TelURN(phone), Text: "x", At: at}
	if err := s.Take(context.Background(), at, []core.Inbound{m}, turn); err != nil {
		t.Error(err)
	}
	return stored
}

// Whatever happens in whatever order, the figures are what is in the tables:
// declared, supplemented, moved, merged, decided by officers, watched, asked,
// answered, silent, ended; folded by two nodes at once, or not folded yet.
func TestFiguresAreTheTruth(t *testing.T) {
	test := func(t *testing.T, nodes ...*store.Store) {
		s := nodes[0]
		r := rand.New(rand.NewPCG(7, 11))
		cdc := officer(t, s, duty.CDC, "46")
		look := looks{at: july}
		var people []store.Stored
		var open []core.OpenedMonitoring
		stop := make(chan struct{})
		var folding sync.WaitGroup
		for _, node := range nodes {
			folding.Go(func() {
				for tick := time.NewTicker(50 * time.Millisecond); ; {
					select {
					case <-stop:
						return
					case <-tick.C:
					}
					if _, err := node.FoldFigures(context.Background(), 7); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		communes := []string{anDong, anCuu, huongVan, elsewhere}
		at := july
		for step := range 90 {
			at = at.Add(time.Duration(r.IntN(14)) * time.Hour)
			switch n := r.IntN(10); {
			case n < 4 || len(people) < 4:
				facts := map[string]any{"symptoms": []string{}, "exposures": []string{}, "conditions": []string{}}
				if r.IntN(2) == 0 {
					facts["from"], facts["arrive_on"] = []string{"79", "26734", "LA", "00001"}[r.IntN(4)], string(core.DayOf(at))
				}
				if r.IntN(3) == 0 {
					facts["exposures"], facts["exposure_last"] = []string{"case"}, string(core.DayOf(at).Add(-2))
				}
				who := r.IntN(8)
				phone := fmt.Sprintf("+8490000%04d", who*10+r.IntN(2)) // two phones of one number: likely duplicates
				people = append(people, declareOne(t, nodes[r.IntN(len(nodes))], at, phone, fmt.Sprintf("Trần Thị Người %03d", who), communes[r.IntN(4)], []string{"sms", "web", "carrier"}[r.IntN(3)], facts))
			case n == 4:
				a, b := people[r.IntN(len(people))], people[r.IntN(len(people))]
				if err := s.MergePeople(t.Context(), look.by(cdc, "compare"), province, a.PersonID, b.PersonID); err != nil && !errors.Is(err, core.ErrNotFound) {
					t.Fatal(err)
				}
			case n == 5:
				id := people[r.IntN(len(people))].PersonID
				_, st, _, err := s.Standing(t.Context(), look.by(cdc, "person"), province, id)
				if err != nil {
					continue
				}
				_ = s.SetClass(t.Context(), look.by(cdc, "person"), province, id, st.Seen, []core.Class{core.ClassF1, core.ClassF2}[r.IntN(2)], core.DayOf(at).Add(-1), "thử")
			case n == 6:
				open = append(open, openFor(t, s, at, people[r.IntN(len(people))].PersonID))
			case n == 7:
				if _, err := s.MakePrompts(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				sendDue(t, s, at)
				if _, err := s.ClimbLadder(t.Context(), at, 100); err != nil {
					t.Fatal(err)
				}
			case n == 8:
				all, err := s.Texts(t.Context(), `SELECT id FROM arrivals ORDER BY made_at, id`)
				if err != nil || len(all) == 0 {
					continue
				}
				rec, err := s.Arrival(t.Context(), look.by(cdc, "arrival"), province, all[r.IntN(len(all))])
				if err != nil {
					continue
				}
				c := store.ArrivalChange{ID: core.NewID(), Version: rec.Arrival.Version, State: core.Verifications()[1+r.IntN(3)], Note: "thử"}
				switch c.State {
				case core.VerifyArrived:
					c.Surveillance, c.Days = monitor.SurveillanceHome, 7
				case core.VerifyMoved:
					c.To = communes[r.IntN(3)]
				}
				_, _ = s.Verify(t.Context(), look.by(cdc, "arrival"), province, rec.Arrival.ID, c) // what may not be is refused
			default:
				if len(open) > 0 {
					m := open[r.IntN(len(open))]
					if m.ID != "" {
						answer(t, s, "+84900009999", at, ill(m.ID, core.ColourYellow, "cough"))
					}
				}
				if _, err := s.EndMonitoring(t.Context(), at, 100); err != nil {
					t.Fatal(err)
				}
			}
			if step%30 == 29 {
				holds(t, s, fmt.Sprintf("step %d", step))
			}
		}
		close(stop)
		folding.Wait()
		foldAll(t, s)
		holds(t, s, "folded")
		before := figures(t, s, province, store.FigureQuery{Kind: store.FigureDeclarations, Area: "46", By: []string{"area", "day", "form", "stage", "newest", "colour", "class", "measure", "channel", "origin"}})
		found, err := s.RebuildFigures(t.Context(), false)
		after := figures(t, s, province, store.FigureQuery{Kind: store.FigureDeclarations, Area: "46", By: []string{"area", "day", "form", "stage", "newest", "colour", "class", "measure", "channel", "origin"}})
		if err != nil || found.Wrong != 0 || found.Rows == 0 || before != after {
			t.Errorf("rebuilt: %+v, %v, the same: %v", found, err, before == after)
		}
		holds(t, s, "rebuilt")
	}
	t.Run("sqlite", func(t *testing.T) { test(t, storetest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, twoNodes(t)...) })
}

func openFor(t *testing.T, s *store.Store, at time.Time, person string) core.OpenedMonitoring {
	m := wish(person, []core.Kind{core.KindHome, core.KindWatch, core.KindCentral}[at.Hour()%3])
	m.Base, m.Days = core.DayOf(at), 3
	return open(t, s, at, m)
}

// A node that dies while it folds has folded nothing, and the other folds it
// once. What is wrong in the counts is found, and rebuilt.
func TestFiguresOfANodeThatDied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 5 {
			declareOne(t, s, july, fmt.Sprintf("+8490000000%d", i), fmt.Sprintf("Lê Thị Thử 00%d", i), anDong, "sms", map[string]any{})
		}
		dead, die := context.WithCancel(t.Context())
		die()
		if n, err := s.FoldFigures(dead, 100); err == nil || n != 0 {
			t.Errorf("a dead node folded %d, %v", n, err)
		}
		one := store.FigureQuery{Kind: store.FigureDeclarations, Area: anDong}
		if got := figures(t, s, province, one); got != "5" {
			t.Errorf("not folded: %s", got)
		}
		foldAll(t, s)
		if left, _ := s.Texts(t.Context(), `SELECT cell FROM figure_deltas`); len(left) != 0 || figures(t, s, province, one) != "5" {
			t.Errorf("folded: %s, %d left", figures(t, s, province, one), len(left))
		}
		if err := s.Exec(t.Context(), `UPDATE figures SET n = n + 1 WHERE area = '46'`); err != nil {
			t.Fatal(err)
		}
		if found, err := s.RebuildFigures(t.Context(), true); err != nil || found.Wrong == 0 {
			t.Errorf("damage is not seen: %+v, %v", found, err)
		}
		if found, err := s.RebuildFigures(t.Context(), false); err != nil || found.Wrong == 0 {
			t.Errorf("rebuild: %+v, %v", found, err)
		}
		holds(t, s, "rebuilt")
	})
}

// Months are counted as such, with the days before and behind them; what is
// known no finer than the area stands beside the level below; another area is
// absent.
func TestFiguresByPeriodAndArea(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, day := range []int{-50, -40, -20, -1, 0, 13, 20} {
			where := anDong
			if i == 3 {
				where = "474" // the ward is not known
			}
			declareOne(t, s, july.AddDate(0, 0, day), fmt.Sprintf("+8490000000%d", i), fmt.Sprintf("Lê Thị Thử 00%d", i), where, "sms", map[string]any{})
		}
		if err := s.Exec(t.Context(), `UPDATE declarations SET commune = '', district = '474', province = '46' WHERE commune = '474'`); err != nil {
			t.Fatal(err)
		}
		for _, folded := range []string{"not folded", "folded"} {
			for _, test := range []struct{ from, to, by, want string }{
				{"", "", "", "7"},
				{"2021-05-31", "2021-08-09", "", "7"},
				{"2021-06-11", "2021-08-02", "", "4"},
				{"2021-06-10", "2021-08-02", "month", "2021-06 2\n2021-07 2\n2021-08 1"},
				{"2021-06-01", "2021-06-30", "day", "2021-06-10 1\n2021-06-30 1"},
				{"2021-06-01", "2021-07-31", "area", " 1\n19815 3"},
				{"2021-08-01", "2021-08-02", "", "1"},
				{"2022-01-01", "2022-12-31", "", "0"},
				{"2022-01-01", "2022-12-31", "month", ""},
			} {
				q := store.FigureQuery{Kind: store.FigureDeclarations, Area: "474", From: core.Day(test.from), To: core.Day(test.to)}
				if test.by != "" {
					q.By = []string{test.by}
				}
				if got := figures(t, s, province, q); strings.TrimSpace(got) != strings.TrimSpace(test.want) {
					t.Errorf("%s, %s to %s by %s: %q, want %q", folded, test.from, test.to, test.by, got, test.want)
				}
			}
			foldAll(t, s)
		}
		ask := func(scope duty.Scope, q store.FigureQuery) error {
			_, err := s.Figures(t.Context(), scope, q)
			return err
		}
		q := store.FigureQuery{Kind: store.FigureDeclarations, Area: "474"}
		for name, scope := range map[string]duty.Scope{"a district beside it": {Area: "480"}, "a ward of it": {Area: anDong}, "nowhere": {}, "everywhere": duty.Everywhere} {
			if err := ask(scope, q); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("figures for %s: %v", name, err)
			}
		}
		for name, q := range map[string]store.FigureQuery{
			"no kind":              {Kind: "d", Area: "46"},
			"no dimension":         {Kind: store.FigurePrompts, Area: "46", By: []string{"colour"}},
			"twice":                {Kind: store.FigureDeclarations, Area: "46", By: []string{"form", "form"}},
			"no value":             {Kind: store.FigureDeclarations, Area: "46", Only: map[string]string{"form": "' OR 1 = 1"}},
			"no dimension to hold": {Kind: store.FigureDeclarations, Area: "46", Only: map[string]string{"x": "y"}},
			"half a period":        {Kind: store.FigureDeclarations, Area: "46", From: "2021-08-01"},
			"backwards":            {Kind: store.FigureDeclarations, Area: "46", From: "2021-08-02", To: "2021-08-01"},
			"below a ward":         {Kind: store.FigureDeclarations, Area: anDong, By: []string{"area"}},
			"no text":              {Kind: store.FigureDeclarations, Area: "46", Only: map[string]string{"origin": "\x00\xff"}},
		} {
			if err := ask(province, q); !errors.Is(err, store.ErrNoFigure) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
