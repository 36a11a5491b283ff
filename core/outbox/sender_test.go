package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// network is a channel that records what it is handed and fails on demand.
type network struct {
	mu   sync.Mutex
	got  []string // "address text"
	fail func(m core.Outbound) error
	max  int // of one message's text
}

func (n *network) Name() string                       { return "sms" }
func (n *network) Features() channel.Features         { return channel.Features{MaxText: n.max} }
func (n *network) Webhook(channel.Inbox) http.Handler { return nil }
func (n *network) Send(_ context.Context, m core.Outbound) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		if err := n.fail(m); err != nil {
			return "", err
		}
	}
	n.got = append(n.got, m.URN.Path()+" "+m.Text)
	return fmt.Sprint(len(n.got)), nil
}

func (n *network) seen() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.got)
}

// say queues texts to addresses, through the store's own door.
func say(t *testing.T, s *store.Store, to string, texts ...string) {
	t.Helper()
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: core.URN("tel:" + to), Text: "x"}
	err := s.Take(t.Context(), daytime(), []core.Inbound{m}, func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, id string) error {
		for _, text := range texts {
			tx.Queue(core.Queued{Channel: "sms", AddressID: at.ID, URN: at.URN, Cause: id, Priority: core.PriorityReply, Lang: "vi",
				Say: core.Say{Key: "k", Args: map[string]string{"Text": text}}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// start runs a sender until the test ends.
func start(t *testing.T, s outbox.Store, n *network) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	sender := &outbox.Sender{Channel: n, Store: s, Now: daytime,
		Render: func(m core.Queued, _ channel.Features) channel.Line { return channel.Line{Text: m.Say.Args["Text"]} }}
	go func() { sender.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

// eventually waits for a fact, ten seconds at most.
func eventually(t *testing.T, what string, fact func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if fact() {
			return
		}
	}
	t.Fatalf("never came: %s", what)
}

func TestSenderKeepsOrderOfOneRecipient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := &network{}
		failures := 2
		n.fail = func(m core.Outbound) error {
			if m.URN.Path() == "+84900000001" && failures > 0 {
				failures--
				return errors.New("try again")
			}
			return nil
		}
		start(t, s, n)
		say(t, s, "+84900000001", "a1", "a2", "a3")
		say(t, s, "+84900000002", "b1")
		say(t, s, "+84900000001", "a4")
		eventually(t, "five messages", func() bool { return len(n.seen()) == 5 })
		var a []string
		for _, line := range n.seen() {
			if strings.HasPrefix(line, "+84900000001") {
				a = append(a, line[len("+84900000001 "):])
			}
		}
		if strings.Join(a, " ") != "a1 a2 a3 a4" {
			t.Fatalf("order %v", a)
		}
	})
}

func TestSenderRestsWhenAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := &network{}
		var asked time.Time
		n.fail = func(core.Outbound) error {
			if asked.IsZero() {
				asked = daytime()
				return &channel.SendError{RetryAfter: 1500 * time.Millisecond, Err: errors.New("429")}
			}
			return nil
		}
		start(t, s, n)
		say(t, s, "+84900000001", "a")
		say(t, s, "+84900000002", "b")
		eventually(t, "both messages", func() bool { return len(n.seen()) == 2 })
		if rest := time.Since(asked); rest < 1500*time.Millisecond {
			t.Fatalf("the channel rested %v of 1.5 s", rest)
		}
	})
}

func TestSenderStopsForWhoIsGone(t *testing.T) {
	s := storetest.SQLite(t)
	n := &network{fail: func(m core.Outbound) error {
		if m.URN.Path() == "+84900000001" {
			return &channel.SendError{Gone: true, Err: errors.New("403")}
		}
		return nil
	}}
	say(t, s, "+84900000001", "a", "b")
	say(t, s, "+84900000002", "c")
	start(t, s, n)
	eventually(t, "an empty outbox", func() bool {
		waiting, _, err := s.Backlog(t.Context(), "sms", daytime())
		return err == nil && waiting == 0
	})
	if got := n.seen(); len(got) != 1 || got[0] != "+84900000002 c" {
		t.Fatalf("sent %v", got)
	}
}

func TestSenderDropsOnlyWhatIsRefused(t *testing.T) {
	s := storetest.SQLite(t)
	n := &network{fail: func(m core.Outbound) error {
		if m.Text == "bad" {
			return &channel.SendError{Refused: true, Err: errors.New("400")}
		}
		return nil
	}}
	say(t, s, "+84900000001", "bad")
	say(t, s, "+84900000001", "good")
	start(t, s, n)
	eventually(t, "the good message", func() bool { return slices.Equal(n.seen(), []string{"+84900000001 good"}) })
}

func TestSenderGoesOnAtThePartThatFailed(t *testing.T) {
	s := storetest.SQLite(t)
	failed := false
	n := &network{max: 10}
	n.fail = func(m core.Outbound) error {
		if strings.Contains(m.Text, "three") && !failed {
			failed = true
			return errors.New("try again")
		}
		return nil
	}
	say(t, s, "+84900000001", "one two1 three four")
	start(t, s, n)
	eventually(t, "the last part", func() bool { return len(n.seen()) > 0 && strings.Contains(strings.Join(n.seen(), ""), "four") })
	if all := strings.Join(n.seen(), "|"); strings.Count(all, "one") != 1 {
		t.Fatalf("parts were sent again: %s", all)
	}
}

func TestOnlyOneNodeSends(t *testing.T) {
	url := storetest.PostgresURL(t)
	key := t.TempDir() + "/key"
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: key})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	a, b := open(), open()
	first, second := &network{}, &network{}
	start(t, a, first)
	start(t, b, second)
	for i := range 50 {
		say(t, a, fmt.Sprintf("+8490000%04d", i), "x")
	}
	eventually(t, "50 messages", func() bool { return len(first.seen())+len(second.seen()) >= 50 })
	if n := len(first.seen()) + len(second.seen()); n != 50 {
		t.Fatalf("50 messages were sent %d times", n)
	}
	if len(first.seen()) > 0 && len(second.seen()) > 0 {
		t.Fatal("both nodes sent for one channel")
	}
}

// away is a store that fails until it is told to come back.
type away struct {
	*store.Store
	mu   sync.Mutex
	gone bool
}

func (a *away) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone {
		return nil, errors.New("connection refused")
	}
	return a.Store.ClaimDue(ctx, channel, now, until, n)
}

func TestSenderGoesOnWhenTheStoreIsBack(t *testing.T) {
	s := &away{Store: storetest.SQLite(t), gone: true}
	n := &network{}
	start(t, s, n)
	say(t, s.Store, "+84900000001", "a")
	s.mu.Lock()
	s.gone = false
	s.mu.Unlock()
	eventually(t, "the message", func() bool { return len(n.seen()) == 1 })
}

func TestBackoffGrowsAndEnds(t *testing.T) {
	last := time.Duration(0)
	for attempt := range 100 {
		d := outbox.Backoff(attempt)
		if d < last || d < 2*time.Second || d > 10*time.Minute {
			t.Fatalf("attempt %d waits %v after %v", attempt, d, last)
		}
		last = d
	}
	if last != 10*time.Minute {
		t.Fatalf("the wait ends at %v", last)
	}
}
