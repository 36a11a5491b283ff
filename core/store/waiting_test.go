package store_test

import (
	"context"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// What waits is what the lists hold, of the officer's own area and duty.
func TestWaitingIsWhatTheListsHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		arrives(t, s, july, "+84900000001", "an", anDong, "79", "2021-07-18")
		arrives(t, s, july, "+84900000002", "binh", anDong, "01", "2021-07-25")
		arrives(t, s, july, "+84900000003", "cuc", huongVan, "01", "2021-07-19")
		open := func(kind, commune string, due time.Time, phone core.URN) {
			m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: phone, Text: "x", At: july}
			err := s.Take(ctx, july, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
				return tx.OpenTask(ctx, core.Task{Kind: kind, AddressID: at.ID, Commune: commune, District: area.District(commune), Province: area.Province(commune), Due: due})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		open("misunderstood", anDong, july.Add(-time.Hour), "tel:+84900000011")
		open("misunderstood", anDong, july.Add(time.Hour), "tel:+84900000012")
		open("misunderstood", huongVan, july.Add(-time.Hour), "tel:+84900000013")
		open(store.TaskLooks, huongVan, july.Add(-time.Hour), "tel:+84900000014")

		for _, test := range []struct {
			name  string
			duty  duty.Duty
			area  string
			tasks bool // sees any
			want  store.Waiting
		}{
			{"a ward's own", duty.Station, anDong, true, store.Waiting{Tasks: 2, Late: 1, Arrivals: 2, Overdue: 1, Listed: true, Watched: true}},
			{"the province's are all", duty.CDC, "46", true, store.Waiting{Tasks: 3, Late: 2, Arrivals: 3, Overdue: 2, Listed: true, Watched: true}},
			{"who keeps the accounts sees what is about officers", duty.Admin, "46", true, store.Waiting{Tasks: 1, Late: 1}},
			{"a leader counts arrivals and works on nothing", duty.Leader, "46", false, store.Waiting{Arrivals: 3, Overdue: 2, Listed: true}},
			{"police only check", duty.Police, "46", false, store.Waiting{}},
			{"another district", duty.Digitisation, "476", true, store.Waiting{Listed: true}},
		} {
			o := duty.Officer{Duty: test.duty, Area: test.area}
			var tasks duty.Scope
			if test.tasks {
				tasks.Area = o.Area
			}
			got, err := s.WaitingFor(ctx, o, tasks, july)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Watch) > 0 != test.want.Watched {
				t.Errorf("%s: watched %v", test.name, got.Watch)
			}
			got.Watch = nil
			if got.Tasks != test.want.Tasks || got.Late != test.want.Late || got.Arrivals != test.want.Arrivals || got.Overdue != test.want.Overdue ||
				got.Listed != test.want.Listed || got.Watched != test.want.Watched {
				t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
			}
		}
	})
}
