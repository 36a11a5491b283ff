package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

var now = time.Date(2021, 7, 15, 3, 0, 0, 0, time.UTC)

func message(id, from, text string) core.Inbound {
	return core.Inbound{Channel: "sms", ExternalID: id, URN: core.TelURN(from), Text: text, At: now}
}

// echo queues one reply for each message.
func echo(_ context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
	at.State = append(at.State, m.Text...)
	tx.SaveSession(at)
	tx.Queue(core.Queued{Channel: at.Channel, AddressID: at.ID, URN: at.URN, Cause: id,
		Priority: core.PriorityReply, Lang: "vi", Say: core.Say{Key: "echo", Args: map[string]string{"Text": m.Text}}})
	return nil
}

func TestTakeRecordsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				if err := s.Take(t.Context(), now, []core.Inbound{message("SM1", "+84900000001", "xin chào")}, echo); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].Say.Args["Text"] != "xin chào" || got[0].URN != "tel:+84900000001" || got[0].Say.Key != "echo" {
			t.Fatalf("32 deliveries of one message queued %d replies: %+v", len(got), got)
		}
	})
}

func TestTakeGroupKeepsOrderAndState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		group := []core.Inbound{
			message("1", "+84900000001", "a"), message("2", "+84900000002", "x"),
			message("3", "+84900000001", "b"), message("1", "+84900000001", "a"),
		}
		if err := s.Take(t.Context(), now, group, echo); err != nil {
			t.Fatal(err)
		}
		if err := s.Take(t.Context(), now, []core.Inbound{message("4", "+84900000001", "c"), message("3", "+84900000001", "b")}, echo); err != nil {
			t.Fatal(err)
		}
		states := map[core.URN]string{}
		look := func(_ context.Context, _ *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
			states[at.URN] = string(at.State)
			return nil
		}
		if err := s.Take(t.Context(), now, []core.Inbound{message("5", "+84900000001", ""), message("6", "+84900000002", "")}, look); err != nil {
			t.Fatal(err)
		}
		if states["tel:+84900000001"] != "abc" || states["tel:+84900000002"] != "x" {
			t.Fatalf("states %v", states)
		}
	})
}

func TestTakeUndoesAFailedGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fail := func(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
			if m.Text == "bad" {
				return context.DeadlineExceeded
			}
			return echo(ctx, tx, at, m, id)
		}
		group := []core.Inbound{message("1", "+84900000001", "good"), message("2", "+84900000002", "bad")}
		if err := s.Take(t.Context(), now, group, fail); err == nil {
			t.Fatal("a failed turn went unnoticed")
		}
		if err := s.Take(t.Context(), now, group[:1], fail); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 9); len(got) != 1 {
			t.Fatalf("%d replies, want the good message's one", len(got))
		}
	})
}

func TestOutboxOrderHoldsWithinOneRecipient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take := func(id, text string) {
			t.Helper()
			if err := s.Take(t.Context(), now, []core.Inbound{message(id, "+84900000001", text)}, echo); err != nil {
				t.Fatal(err)
			}
		}
		claim := func(at time.Time) []core.Queued {
			t.Helper()
			got, err := s.ClaimDue(t.Context(), "sms", at, at.Add(time.Minute), 10)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		take("1", "first")
		first := claim(now)
		take("2", "second")
		if got := claim(now); len(got) != 0 {
			t.Fatal("the second message overtook the first, which is in flight")
		}
		if err := s.SendLater(t.Context(), first[0].ID, now.Add(time.Hour), "retry", 0); err != nil {
			t.Fatal(err)
		}
		if got := claim(now); len(got) != 0 {
			t.Fatal("the second message overtook the first, which is set back")
		}
		for i, want := range []string{"first", "second"} {
			got := claim(now.Add(2 * time.Hour))
			if len(got) != 1 || got[0].Say.Args["Text"] != want || got[0].Attempts != 2-i {
				t.Fatalf("after the rest: %+v", got)
			}
			if err := s.MarkSent(t.Context(), now, []store.Sent{{ID: got[0].ID, NetworkID: "N" + want}}); err != nil {
				t.Fatal(err)
			}
		}
		if waiting, _, err := s.Backlog(t.Context(), "sms", now); err != nil || waiting != 0 {
			t.Fatalf("%d wait, %v", waiting, err)
		}
	})
}

func TestSenderLease(t *testing.T) {
	a := storetest.Postgres(t)
	// Two processes on one SQLite file stand for two holders too.
	path := filepath.Join(t.TempDir(), "two.db")
	key := filepath.Join(t.TempDir(), "two.key")
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path, KeyFile: key})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	b, c := open(), open()
	hold := func(s *store.Store, at time.Time) bool {
		t.Helper()
		held, _, err := s.HoldSender(t.Context(), "sms", at, at.Add(10*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	if !hold(a, now) || !hold(a, now.Add(time.Second)) {
		t.Fatal("a holder cannot renew")
	}
	if !hold(b, now) || hold(c, now) {
		t.Fatal("two hold one channel")
	}
	if err := b.PauseSender(t.Context(), "sms", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	held, paused, err := c.HoldSender(t.Context(), "sms", now.Add(11*time.Second), now.Add(20*time.Second))
	if err != nil || !held || !paused.Equal(now.Add(time.Minute)) {
		t.Fatalf("successor: held %v, paused until %v, %v", held, paused, err)
	}
}

func TestGoneAddressGivesUpWhatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Take(t.Context(), now, []core.Inbound{message("1", "+84900000001", "a")}, echo); err != nil {
			t.Fatal(err)
		}
		got, _ := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Second), 1)
		if err := s.AddressGone(t.Context(), now, got[0].AddressID); err != nil {
			t.Fatal(err)
		}
		if waiting, _, _ := s.Backlog(t.Context(), "sms", now); waiting != 0 {
			t.Fatal("messages wait for a dead address")
		}
	})
}

func TestStatusOnlyMovesForward(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.MoveStatus(t.Context(), "sms", "SM404", "sent", 3); err != nil {
			t.Fatalf("a report of an unknown message: %v", err)
		}
		if err := s.NumberDead(t.Context(), now, "sms", "SM404"); err != core.ErrNotFound {
			t.Fatalf("a dead unknown number: %v", err)
		}
	})
}

func TestKeyFileIsNeeded(t *testing.T) {
	dir := t.TempDir()
	o := store.Options{URL: "sqlite:" + filepath.Join(dir, "x.db"), KeyFile: filepath.Join(dir, "x.key")}
	told := ""
	o.OnNewKey = func(path string) { told = path }
	s, err := store.Open(t.Context(), o)
	if err != nil || told != o.KeyFile {
		t.Fatalf("first start: %v, told of %q", err, told)
	}
	s.Close()
	o.KeyFile = filepath.Join(dir, "other.key")
	if _, err := store.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "put the key file back") {
		t.Fatalf("missing key beside sealed rows: %v", err)
	}
}
