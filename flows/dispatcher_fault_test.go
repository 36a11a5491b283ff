package flows_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/flows"
)

// A message that meets a fault of ours does not end the program, is not sent
// again for ever, leaves nothing half done, and its sender is told whom to call.
func TestFaultIsToldToItsSenderAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := flows.New(flows.Options{Store: s, Setting: fixedSetting, Now: func() time.Time { return noon }, Limits: codes.Default(),
			Features: map[string]channel.Features{"sms": {Plain: true, Proven: true}, "web": {MaxButtons: 24}},
			Count: func(event, _ string) {
				if event == "code_sent" {
					panic("a fault of ours")
				}
			}})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { d.Run(ctx, 2); close(done) }()
		t.Cleanup(func() { cancel(); <-done })
		web := func(id, text string) core.Inbound {
			return core.Inbound{Channel: "web", ExternalID: id, URN: "web:1", Text: text, At: noon}
		}
		if err := d.Take(t.Context(), web("1", "KB")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ClaimDue(t.Context(), "web", noon, noon.Add(time.Minute), 100); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				m := sms(i, "+8490000001"+string(rune('0'+i%10)), "KB")
				if i < 3 { // the bad one comes three times
					m = web("2", "0900000001")
				}
				if err := d.Take(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		later := noon.Add(2 * time.Minute)
		said, err := s.ClaimDue(t.Context(), "web", later, later.Add(time.Minute), 100)
		if err != nil {
			t.Fatal(err)
		}
		last := said[len(said)-1].Say
		if last.Key != "error.internal" || last.Args["hotline"] != "19001075" {
			t.Errorf("the sender was told %+v", last)
		}
		n := 0
		for _, m := range said {
			if m.Say.Key == "error.internal" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times", n)
		}
		if messages, _ := answered(t, s); messages != 17 {
			t.Errorf("%d of 17 neighbours were answered", messages)
		}
		codes, err := s.ClaimDue(t.Context(), "sms", later, later.Add(time.Minute), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codes {
			if m.Priority == core.PriorityCode {
				t.Error("half of the turn was kept: a code waits to be sent")
			}
		}
	})
}

// A session that a former version of the program left, and this one cannot
// read, is begun anew.
func TestUnreadableSessionIsBegunAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		m := sms(1, "+84900000001", "x")
		err := s.Take(t.Context(), noon, []core.Inbound{m}, func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
			at.Form, at.Question, at.State = "resident", "fever", []byte("no JSON")
			tx.SaveSession(at)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Take(t.Context(), sms(2, "+84900000001", "KB")); err != nil {
			t.Fatal(err)
		}
		if messages, _ := answered(t, s); messages != 1 {
			t.Fatal("no answer")
		}
	})
}
