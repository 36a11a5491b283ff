package store_test

import (
	"context"
	"errors"
	"testing"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A task is taken once, tried, given back and closed; the second officer and
// the second press change nothing, another area sees nothing.
func TestWorkOnATask(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		turn := func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
			return tx.OpenTask(ctx, core.Task{Kind: "misunderstood", AddressID: at.ID, Commune: anDong, District: area.District(anDong), Province: "46", Due: now})
		}
		m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: "tel:+84900000001", At: now}
		if err := s.Take(t.Context(), now, []core.Inbound{m}, turn); err != nil {
			t.Fatal(err)
		}
		one, two := officer(t, s, duty.Station, anDong), officer(t, s, duty.CDC, "46")
		elsewhere, leader := officer(t, s, duty.Station, huongVan), officer(t, s, duty.Leader, "46")
		var l looks
		see := func() store.OpenTask {
			t.Helper()
			list, err := s.Tasks(t.Context(), two, two.ListScope(), store.OpenTask{}, 5)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			return list[0]
		}
		first := see()
		work := func(o duty.Officer, w store.TaskWork) error {
			return s.WorkOnTask(t.Context(), l.by(o, "task"), o.ListScope(), first.ID, w)
		}
		wants := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		take := store.TaskWork{ID: core.NewID(), Kind: store.WorkTaken, Seen: first.Owner}
		wants("from another ward", work(elsewhere, take), core.ErrNotFound)
		wants("a leader", work(leader, take), core.ErrNotFound)
		wants("no such task", s.WorkOnTask(t.Context(), l.by(one, "task"), one.ListScope(), core.NewID(), take), core.ErrNotFound)
		wants("no text", s.WorkOnTask(t.Context(), l.by(one, "task"), one.ListScope(), "\x00", take), core.ErrNotFound)
		wants("taken", work(one, take), nil)
		wants("sent twice", work(one, take), nil)
		if got := see(); got.Owner != one.ID || got.Taken != one.Name {
			t.Errorf("taken: %+v", got)
		}
		wants("the second officer", work(two, store.TaskWork{ID: core.NewID(), Kind: store.WorkTaken, Seen: first.Owner}), store.ErrChanged)
		note := "máy bận, hẹn gọi lại"
		wants("tried", work(one, store.TaskWork{ID: core.NewID(), Kind: store.WorkAttempt, Seen: one.ID, Outcome: "no_answer", Note: note}), nil)
		wants("given back", work(one, store.TaskWork{ID: core.NewID(), Kind: store.WorkReleased, Seen: one.ID}), nil)
		if got := see(); got.Owner != anDong || got.Taken != "" || got.Attempts != 1 {
			t.Errorf("given back: %+v", got)
		}
		if err := work(two, store.TaskWork{ID: core.NewID(), Kind: "eaten", Seen: anDong}); err == nil {
			t.Error("whatever a task is called to have done to it is done")
		}
		c, err := s.TaskContact(t.Context(), l.by(two, "task"), two.ListScope(), first.ID)
		if err != nil || len(c.Events) != 3 || c.Events[1].Note != note || c.Events[1].Outcome != "no_answer" || c.Events[2].Kind != store.WorkTaken || c.Events[2].Officer != one.Name {
			t.Errorf("what was done: %+v, %v", c.Events, err)
		}
		wants("closed", work(two, store.TaskWork{ID: core.NewID(), Kind: store.WorkClosed, Seen: anDong, Outcome: "reached"}), nil)
		wants("after the end", work(one, store.TaskWork{ID: core.NewID(), Kind: store.WorkAttempt, Seen: two.ID}), store.ErrChanged)
		if list, err := s.Tasks(t.Context(), two, two.ListScope(), store.OpenTask{}, 5); err != nil || len(list) != 0 {
			t.Errorf("still open: %+v, %v", list, err)
		}
	})
}
