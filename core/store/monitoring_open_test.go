package store_test

import (
	"sync"
	"testing"

	"context"
	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A monitoring starts at once: its welcome with the first questions is queued in
// the transaction that opens it, and says who, until when and by whom.
func TestMonitoringStartsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseHotline("19001075")
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		if !o.Fresh || o.NoWay || o.Until != "2021-07-30" || o.Commune != anDong || o.District != districtOf(anDong) {
			t.Fatalf("opened %+v", o)
		}
		wantTexts(t, "the first slot", slots(t, s, o.ID), "2021-07-16/0 queued")
		said := sendDue(t, s, morning)
		if len(said) != 1 || said[0].Say.Key != core.MonitorWelcome+"home" || said[0].URN != core.TelURN(phone) || said[0].Say.Args["names"] != "NgườiB" ||
			said[0].Say.Args["until"] != "30/07/2021" || said[0].Say.Args["hotline"] != "19001075" || said[0].Say.Args["commune"] != "Phường An Đông" {
			t.Fatalf("said %+v", said)
		}
		wantTexts(t, "after sending", slots(t, s, o.ID), "2021-07-16/0 prompted")
		if all, known := watched(t, s, phone, morning); !known || len(all) != 1 || all[0].Number != 1 || all[0].Kind != core.KindHome || all[0].Asked != "2021-07-16" || all[0].Name != "Trần Thị NgườiB" {
			t.Errorf("the phone answers for %+v, known %v", all, known)
		}
	})
}

// Opened in the night, the welcome waits for half past six, and counts for that day.
func TestWelcomeOfTheNightWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		o := open(t, s, clock(0, 23, 30), wish(id, core.KindHome))
		wantTexts(t, "the first slot", slots(t, s, o.ID), "2021-07-17/0 queued")
		if said := sendDue(t, s, clock(1, 6, 29)); len(said) != 0 {
			t.Errorf("said %d messages before half past six", len(said))
		}
		if said := sendDue(t, s, clock(1, 6, 30)); len(said) != 1 {
			t.Errorf("said %d messages at half past six, want 1", len(said))
		}
	})
}

// Whoever has no address at all is on an officer's list from the first moment.
func TestWhoCannotBeAskedIsATask(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		turnOf(t, s, "sms", core.TelURN(phone), now, func(ctx context.Context, tx *store.Tx, a *core.Address) error { return tx.SetGone(ctx, a, true) })
		o := open(t, s, morning, wish(id, core.KindHome))
		if !o.NoWay {
			t.Error("a dead phone counts as a way")
		}
		wantTexts(t, "the first slot", slots(t, s, o.ID), "2021-07-16/0 escalated")
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "no_way "+anDong)
	})
}

// Who said STOP is asked nothing: an officer calls.
func TestWhoSaidStopIsATask(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		turnOf(t, s, "sms", core.TelURN(phone), now, func(ctx context.Context, tx *store.Tx, a *core.Address) error { return tx.SetOptedOut(ctx, a, true) })
		o := open(t, s, morning, wish(id, core.KindHome))
		wantTexts(t, "the first slot", slots(t, s, o.ID), "2021-07-16/0 escalated")
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "stopped "+anDong)
	})
}

// Opened again, the stricter kind and the later end hold, one is open, and the
// diary goes on.
func TestOpenedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		first := open(t, s, morning, wish(id, core.KindCentral))
		longer := wish(id, core.KindWatch)
		longer.Base, longer.Days = "2021-07-20", 21
		second := open(t, s, clock(5, 9, 0), longer)
		if second.ID != first.ID || second.Fresh || !second.Changed || second.Kind != core.KindCentral || second.Until != "2021-08-10" || second.Base != "2021-07-20" {
			t.Errorf("a later end: %+v", second)
		}
		shorter := wish(id, core.KindHome)
		shorter.Days = 8
		if third := open(t, s, clock(5, 9, 30), shorter); third.ID != first.ID || third.Changed || third.Until != "2021-08-10" {
			t.Errorf("a shorter one changed it: %+v", third)
		}
		events, err := s.Texts(t.Context(), `SELECT kind || CASE WHEN before LIKE '%2021-07-30%' AND after LIKE '%2021-08-10%' THEN ' moved the end' ELSE '' END FROM monitoring_events ORDER BY at, id`)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "events", events, "opened", "changed moved the end")
		said := sendDue(t, s, clock(5, 10, 0))
		if n := len(said); n != 2 || said[1].Say.Key != core.MonitorChanged || said[1].Say.Args["until"] != "10/08/2021" {
			t.Errorf("said %+v", said)
		}
		if all, _ := watched(t, s, phone, clock(5, 10, 0)); len(all) != 1 {
			t.Errorf("%d are open", len(all))
		}
	})
}

// After the end a new one is opened, whatever was before.
func TestOpenedAfterTheEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		over := wish(id, core.KindHome)
		over.Base = "2021-06-01"
		if o := open(t, s, morning, over); o.ID != "" {
			t.Errorf("a period that is over was opened: %+v", o)
		}
	})
}

// Thirty-two at once open one.
func TestOpenedByManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				m := core.Inbound{Channel: "web", ExternalID: core.NewID(), URN: core.URN("web:" + core.NewID()), Text: "x"}
				err := s.Take(t.Context(), morning, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
					_, err := tx.OpenMonitoring(ctx, wish(id, core.KindHome))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := s.Texts(t.Context(), `SELECT id FROM monitoring`); err != nil || len(n) != 1 {
			t.Errorf("%d monitorings, %v", len(n), err)
		}
		if said := sendDue(t, s, morning); len(said) != 1 {
			t.Errorf("%d welcomes", len(said))
		}
	})
}
