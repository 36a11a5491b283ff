package store_test

import (
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Who is loaded as watched stands on the lists of the monitored, and the journey
// counts as verified; whose period is over does not.
func TestLoadedPeriods(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		came := func(name, id, phone string) []core.Declaration {
			return []core.Declaration{statement(name, id, phone, now, func(d *core.Declaration) {
				d.Form, d.Facts["from"], d.Facts["arrive_on"] = "journey", "79", string(core.DayOf(now))
			})}
		}
		today := core.DayOf(now)
		periods := map[string]store.LoadedPeriod{
			"Trần Thị Một": {Kind: core.KindHome, From: today.Add(-2), Until: today.Add(12), Days: 14, Answered: today.Add(-1), Missed: 1},
			"Lê Thị Hai":   {Kind: core.KindHome, From: today.Add(-20), Until: today.Add(-6), Days: 14, Answered: today.Add(-6), End: core.EndCompleted},
			"Hồ Thị Bốn":   {Kind: core.KindHome, From: today.Add(-1), Until: today.Add(13), Days: 14, Answered: today.Add(-1), Ill: true, Colour: core.ColourRed},
		}
		people := [][]core.Declaration{came("Trần Thị Một", "046185000001", "+84900000001"), came("Lê Thị Hai", "046185000002", "+84900000002"),
			came("Phan Thị Ba", "046185000003", "+84900000003"), came("Hồ Thị Bốn", "046185000004", "+84900000004")}
		load(t, s, store.Load{Name: "periods", Parts: 1, Part: func(int) [][]core.Declaration { return people },
			Watched: func(d []core.Declaration) (store.LoadedPeriod, bool) {
				p, ok := periods[d[0].Person.Name]
				return p, ok
			}})
		o := officer(t, s, duty.CDC, "46")
		var l looks
		p, err := s.WatchList(t.Context(), l.by(o, "watch"), duty.Scope{Area: "46"}, store.WatchFilter{List: "all"}, "")
		want := map[string]int{"all": 2, "silent": 1, "symptomatic": 1, "red": 1, "never": 0, "overdue": 0}
		for list, n := range want {
			if err != nil || p.Counts[list] != n {
				t.Errorf("%s: %d, want %d, %v", list, p.Counts[list], n, err)
			}
		}
		states, err := s.Texts(t.Context(), `SELECT p.name || ' ' || CAST(a.state AS TEXT) || ' ' || a.surveillance || ' ' || COALESCE(m.until_day, '')
			FROM arrivals a JOIN people p ON p.id = a.person_id LEFT JOIN monitoring m ON m.id = a.monitoring_id`)
		if err != nil || len(states) != 4 {
			t.Fatal(states, err)
		}
		for _, state := range states {
			if verified := state != "Phan Thị Ba 0  "; verified != (len(state) > 20) {
				t.Errorf("an arrival %q", state)
			}
		}
		// A load that is watched leaves nothing to be sent.
		if m, err := s.ClaimDue(t.Context(), "sms", now.Add(time.Hour), now.Add(2*time.Hour), 9); err != nil || len(m) != 0 {
			t.Errorf("%d messages wait, %v", len(m), err)
		}
	})
}
