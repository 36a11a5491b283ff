package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

const hold = 8 * time.Second

// heldText is a text whose network waits for the first reply.
func heldText(id, from, text string) core.Inbound {
	m := message(id, from, text)
	m.Waits = hold
	return m
}

// echoes queues two replies for each message.
func echoes(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
	if err := echo(ctx, tx, at, m, id); err != nil {
		return err
	}
	m.Text += " again"
	return echo(ctx, tx, at, m, id)
}

func taken(t *testing.T, s *store.Store, turn store.TurnFunc, group ...core.Inbound) {
	t.Helper()
	if err := s.Take(t.Context(), now, group, turn); err != nil {
		t.Fatal(err)
	}
}

func due(t *testing.T, s *store.Store, at time.Time) []string {
	t.Helper()
	got, err := s.ClaimDue(t.Context(), "sms", at, at.Add(time.Minute), 9)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range got {
		texts = append(texts, m.Say.Args["Text"])
	}
	return texts
}

func claimReplies(t *testing.T, s *store.Store, id string, at time.Time) ([]core.Queued, []string) {
	t.Helper()
	claimed, err := s.ClaimReplies(t.Context(), "sms", id, at, at.Add(15*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range claimed {
		if m.Channel != "sms" || m.URN == "" {
			t.Errorf("claimed %+v", m)
		}
		texts = append(texts, m.Say.Args["Text"])
	}
	return claimed, texts
}

func repliesSaid(t *testing.T, s *store.Store, claimed []core.Queued, n int) {
	t.Helper()
	var sent []store.Sent
	for _, m := range claimed[:n] {
		sent = append(sent, store.Sent{ID: m.ID, Way: m.WayTaken(), Segments: 1})
	}
	if err := s.RepliesSaid(t.Context(), now, claimed, sent); err != nil {
		t.Fatal(err)
	}
}

func equal(got []string, want ...string) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if got[i] != want[i] {
			return false
		}
	}
	return true
}

func TestRepliesAreHeldForTheAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		taken(t, s, echoes, heldText("1", "+84900000001", "a"), message("2", "+84900000002", "b"))
		if got := due(t, s, now); !equal(got, "b", "b again") {
			t.Fatalf("due at once: %q; want those alone that nobody waits for", got)
		}
		claimed, texts := claimReplies(t, s, "1", now)
		if !equal(texts, "a", "a again") {
			t.Fatalf("claimed %q", texts)
		}
		if _, texts := claimReplies(t, s, "1", now); len(texts) != 0 {
			t.Errorf("claimed twice: %q", texts)
		}
		if got := due(t, s, now.Add(9*time.Second)); len(got) != 0 {
			t.Errorf("while they are being said %q is sent", got)
		}
		woken, stop := s.Wake("sms")
		defer stop()
		repliesSaid(t, s, claimed, 1) // there was no room for the second
		select {
		case <-woken:
		default:
			t.Error("the sender of what is behind it is not woken")
		}
		if got := due(t, s, now); !equal(got, "a again") {
			t.Errorf("after it %q is due", got)
		}
		if _, texts := claimReplies(t, s, "1", now); len(texts) != 0 {
			t.Errorf("what was said or is being sent is claimed again: %q", texts)
		}
	})
}

func TestReplyThatWasNotSaidIsSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		taken(t, s, echoes, heldText("1", "+84900000001", "a"))
		claimed, _ := claimReplies(t, s, "1", now)
		repliesSaid(t, s, claimed, 0)
		claimed, texts := claimReplies(t, s, "1", now)
		if !equal(texts, "a", "a again") || claimed[0].Attempts != 1 {
			t.Errorf("the text is delivered again and %q claimed, attempts %d", texts, claimed[0].Attempts)
		}
		repliesSaid(t, s, claimed, 0)
		if got := due(t, s, now); !equal(got, "a", "a again") {
			t.Errorf("given back, %q is due", got)
		}
	})
}

// Nobody claims them, or whoever did dies.
func TestHeldReplyIsSentInTheEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		taken(t, s, echo, heldText("1", "+84900000001", "a"), heldText("2", "+84900000002", "b"))
		if _, texts := claimReplies(t, s, "2", now); !equal(texts, "b") {
			t.Fatalf("claimed %q", texts)
		}
		if got := due(t, s, now.Add(hold)); !equal(got, "a") {
			t.Errorf("when the hold ends %q is due", got)
		}
		if got := due(t, s, now.Add(15*time.Second)); !equal(got, "b") {
			t.Errorf("when the lease ends %q is due", got)
		}
	})
}

// What waits already goes first, and what a sender holds is the sender's.
func TestReplyKeepsItsPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		taken(t, s, echo, message("1", "+84900000001", "a"))
		taken(t, s, echo, heldText("2", "+84900000001", "b"))
		if _, texts := claimReplies(t, s, "2", now); len(texts) != 0 {
			t.Errorf("%q overtook the one before it", texts)
		}
		if _, texts := claimReplies(t, s, "1", now); !equal(texts, "a") {
			t.Errorf("a reply that is due and not held is not claimed by the text delivered again: %q", texts)
		}
		taken(t, s, echoes, heldText("3", "+84900000003", "c"))
		if got := due(t, s, now.Add(hold)); len(got) == 0 {
			t.Fatal("nothing is due")
		}
		if _, texts := claimReplies(t, s, "3", now.Add(hold)); len(texts) != 0 {
			t.Errorf("what a sender holds was claimed: %q", texts)
		}
		if _, texts := claimReplies(t, s, "no such text", now); len(texts) != 0 {
			t.Errorf("a reply to nothing: %q", texts)
		}
		repliesSaid(t, s, nil, 0)
	})
}

// The first part of a reply has gone, and a sender will send the others.
func TestReplyHalfSentIsNotClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		taken(t, s, echoes, heldText("1", "+84900000001", "a"))
		claimed, _ := claimReplies(t, s, "1", now)
		if err := s.SendLater(t.Context(), claimed[0].ID, now, "retry", 1); err != nil {
			t.Fatal(err)
		}
		repliesSaid(t, s, claimed[1:], 0)
		if _, texts := claimReplies(t, s, "1", now); len(texts) != 0 {
			t.Errorf("claimed %q", texts)
		}
	})
}

// Two deliveries of one text and senders at once: one of them has it.
func TestReplyIsClaimedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for round := range 20 {
			id := string(rune('A' + round))
			taken(t, s, echo, heldText(id, "+84900000001", id))
			var claims atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					got, err := s.ClaimReplies(t.Context(), "sms", id, now.Add(hold), now.Add(2*hold))
					if err != nil {
						t.Error(err)
					}
					claims.Add(int64(len(got)))
				})
				wg.Go(func() {
					got, err := s.ClaimDue(t.Context(), "sms", now.Add(hold), now.Add(2*hold), 9)
					if err != nil {
						t.Error(err)
					}
					claims.Add(int64(len(got)))
				})
			}
			wg.Wait()
			if n := claims.Load(); n != 1 {
				t.Fatalf("claimed %d times", n)
			}
			if err := s.Exec(t.Context(), `UPDATE outbox SET state = 1`); err != nil {
				t.Fatal(err)
			}
		}
	})
}
