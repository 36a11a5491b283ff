package store_test

import (
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A row whose sealed half is damaged must not stop those behind it.
func TestClaimGoesOnPastADamagedRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		group := []core.Inbound{message("1", "+84900000001", "a"), message("2", "+84900000002", "b"), message("3", "+84900000003", "c")}
		if err := s.Take(t.Context(), now, group, echo); err != nil {
			t.Fatal(err)
		}
		// What a hand in the database does: one person's line under another's row.
		err := s.Exec(t.Context(), `UPDATE outbox SET args = (SELECT b.args FROM outbox b WHERE b.id <> outbox.id LIMIT 1)
			WHERE id = (SELECT MIN(c.id) FROM outbox c)`)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 9)
		if err != nil || len(got) != 3 {
			t.Fatalf("%d claimed, %v", len(got), err)
		}
		for i, m := range got {
			if damaged := i == 0; damaged != (m.Unreadable != nil) || damaged != (m.URN == "") {
				t.Errorf("row %d to %q: %v", i, m.URN, m.Unreadable)
			}
		}
	})
}

// A clock that was set back by an hour, as a new battery or a wrong hand does.
func TestLeasesOfAClockSetBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Take(t.Context(), now, []core.Inbound{message("1", "+84900000001", "a")}, echo); err != nil {
			t.Fatal(err)
		}
		later := now.Add(time.Hour)
		if got, err := s.ClaimDue(t.Context(), "sms", later, later.Add(time.Minute), 9); err != nil || len(got) != 1 {
			t.Fatalf("%d claimed, %v", len(got), err)
		}
		if got, _ := s.ClaimDue(t.Context(), "sms", later.Add(time.Second), later.Add(61*time.Second), 9); len(got) != 0 {
			t.Error("a lease that runs holds nothing")
		}
		if got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 9); err != nil || len(got) != 1 {
			t.Errorf("the clock was set back: %d claimed, %v", len(got), err)
		}
		if err := s.Exec(t.Context(), `INSERT INTO senders (channel, holder, until) VALUES ('sms', 'a node that died', $1)`, later.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if held, _, err := s.HoldSender(t.Context(), "sms", later.Add(-time.Second), later.Add(14*time.Second)); held || err != nil {
			t.Errorf("another's lease that runs was taken, %v", err)
		}
		if held, _, err := s.HoldSender(t.Context(), "sms", now, now.Add(15*time.Second)); !held || err != nil {
			t.Errorf("the clock was set back: held %v, %v", held, err)
		}
	})
}

// A line that was set back is due later than the next one to the same person.
// While many wait, a claim must not end between the two and take the next one
// alone.
func TestClaimKeepsOrderBehindALineSetBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		group := []core.Inbound{message("1", "+84900000001", "first"), message("2", "+84900000001", "second"), message("3", "+84900000002", "other")}
		if err := s.Take(t.Context(), now, group, echo); err != nil {
			t.Fatal(err)
		}
		at := now
		claim := func(n int) (texts []string, ids []string) {
			t.Helper()
			at = at.Add(time.Second)
			got, err := s.ClaimDue(t.Context(), "sms", at, at.Add(time.Minute), n)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range got {
				texts, ids = append(texts, m.Say.Args["Text"]), append(ids, m.ID)
			}
			return texts, ids
		}
		first, ids := claim(1)
		if !slices.Equal(first, []string{"first"}) {
			t.Fatalf("claimed %v", first)
		}
		if err := s.SendLater(t.Context(), ids[0], at, "", 0); err != nil {
			t.Fatal(err)
		}
		if other, _ := claim(1); !slices.Equal(other, []string{"other"}) {
			t.Errorf("claimed %v, and the first line was not sent yet", other)
		}
		again, ids := claim(9)
		if !slices.Equal(again, []string{"first"}) {
			t.Errorf("claimed %v, want the first line", again)
		}
		if err := s.MarkSent(t.Context(), at, []store.Sent{{ID: ids[0], NetworkID: "N1"}}); err != nil {
			t.Fatal(err)
		}
		if second, _ := claim(9); !slices.Equal(second, []string{"second"}) {
			t.Errorf("claimed %v after the first line, want the second", second)
		}
	})
}
