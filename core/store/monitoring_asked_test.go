package store_test

import (
	"context"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Whom nothing reached is asked again as soon as they wrote from somewhere.
func TestWhoWroteIsAskedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		id, phone := person(t, s, 1, anDong)
		turnOf(t, s, "sms", core.TelURN(phone), now, func(ctx context.Context, tx *store.Tx, a *core.Address) error { return tx.SetGone(ctx, a, true) })
		o := open(t, s, morning, wish(id, core.KindHome))
		makePrompts(t, s, clock(1, 7, 0))
		proves(t, s, "telegram", "telegram:77", phone, clock(1, 12, 0))
		makePrompts(t, s, clock(2, 7, 0))
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 escalated", "2021-07-17/1 escalated", "2021-07-18/1 queued")
		if said, err := s.ClaimDue(t.Context(), "telegram", clock(2, 11, 0), clock(2, 11, 1), 9); err != nil || len(said) != 1 || said[0].URN != "telegram:77" {
			t.Errorf("asked %+v, %v", said, err)
		}
	})
}

// Sent, delivered and answered are three facts; a delivery stops no ladder.
func TestDeliveryIsNoAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		said := sendDue(t, s, clock(0, 9, 30)) // a long queue
		for _, status := range []string{"delivered", "delivered"} {
			if err := s.MoveStatus(t.Context(), "sms", "N"+said[0].ID, status, 7); err != nil {
				t.Fatal(err)
			}
		}
		facts := func() []string {
			rows, err := s.Texts(t.Context(), `SELECT CASE WHEN prompted_at > 0 THEN 'prompted ' ELSE '' END || CASE WHEN delivered_at > 0 THEN 'delivered ' ELSE '' END
				|| CASE WHEN answered_at > 0 THEN 'answered' ELSE '' END FROM prompts`)
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		wantTexts(t, "facts", facts(), "prompted delivered ")
		if c := climb(t, s, clock(0, 11, 29)); c.Looked != 0 {
			t.Errorf("two hours are counted from when it was due: %+v", c)
		}
		if c := climb(t, s, clock(0, 11, 31)); c.Reminded != 1 {
			t.Errorf("a delivery stopped the ladder: %+v", c)
		}
		answer(t, s, phone, clock(0, 12, 0), well(o.ID))
		wantTexts(t, "facts", facts(), "prompted delivered answered")
	})
}

// Whoever said how they are before being asked is not asked that day.
func TestWhoSpokeFirstIsNotAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		sendDue(t, s, morning)
		answer(t, s, phone, clock(1, 6, 45), well(o.ID))
		makePrompts(t, s, clock(1, 7, 0))
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 missed", "2021-07-17/1 answered")
		if said := sendDue(t, s, clock(1, 12, 0)); len(said) != 0 {
			t.Errorf("asked %+v", said)
		}
	})
}

// Many who have answered do not hold up whoever waits behind them.
func TestTheAnsweredHoldUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := range 12 {
			id, phone := person(t, s, n+1, anDong)
			o := open(t, s, morning.Add(time.Duration(n)*time.Second), wish(id, core.KindHome))
			if n < 11 {
				answer(t, s, phone, morning.Add(time.Minute), well(o.ID))
			}
		}
		said, err := s.ClaimDue(t.Context(), "sms", clock(0, 9, 0), clock(0, 9, 1), 3)
		if err != nil || len(said) != 1 {
			t.Errorf("%d claimed, %v", len(said), err)
		}
	})
}

// A prompt does not wait for another of the same address that is due later.
func TestPromptsHaveNoOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		open(t, s, morning, wish(id, core.KindHome))
		makePrompts(t, s, clock(1, 7, 0))
		if err := s.Exec(t.Context(), `UPDATE outbox SET due_at = due_at + 600000 WHERE locale_key LIKE 'monitor.welcome%'`); err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(t.Context(), `UPDATE outbox SET due_at = $1 WHERE locale_key LIKE 'monitor.prompt%'`, morning.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if said, err := s.ClaimDue(t.Context(), "sms", morning, morning.Add(time.Minute), 9); err != nil || len(said) != 1 {
			t.Errorf("%d claimed, %v", len(said), err)
		}
	})
}
