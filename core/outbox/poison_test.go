package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// clock is a clock that a test turns on.
type clock struct {
	mu sync.Mutex
	by time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return daytime().Add(c.by)
}

func (c *clock) turn(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += by
}

// run starts a sender until the test ends, and counts what it counts.
func run(t *testing.T, sender *outbox.Sender) (counted func(event string) int) {
	t.Helper()
	var mu sync.Mutex
	counts := make(map[string]int)
	sender.Count = func(event, _ string) {
		mu.Lock()
		defer mu.Unlock()
		counts[event]++
	}
	if sender.Render == nil {
		sender.Render = func(m core.Queued, _ channel.Features) channel.Line { return channel.Line{Text: m.Say.Args["Text"]} }
	}
	if sender.Now == nil {
		sender.Now = daytime
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { sender.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return func(event string) int {
		mu.Lock()
		defer mu.Unlock()
		return counts[event]
	}
}

// One line that cannot be rendered, one that says nothing any more and one that
// does not open must not end the program, nor stop the others of the channel.
func TestPoisonIsDroppedAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, text := range []string{"panic", "nothing", "good", "damaged", "better"} {
			say(t, s, "+8490000000"+string(rune('1'+i%3)), text)
		}
		n := &network{}
		counted := run(t, &outbox.Sender{Channel: n, Store: damaged{s}, Render: func(m core.Queued, _ channel.Features) channel.Line {
			switch text := m.Say.Args["Text"]; text {
			case "panic":
				panic("a secret")
			case "nothing":
				return channel.Line{}
			default:
				return channel.Line{Text: text}
			}
		}})
		eventually(t, "the good ones", func() bool {
			got := n.seen()
			slices.Sort(got)
			return slices.Equal(got, []string{"+84900000002 better", "+84900000003 good"})
		})
		eventually(t, "three dropped", func() bool { return counted("dropped") == 3 })
		eventually(t, "an empty outbox", func() bool {
			waiting, _, err := s.Backlog(t.Context(), "sms", daytime())
			return err == nil && waiting == 0
		})
	})
}

// damaged says that a line does not open.
type damaged struct{ *store.Store }

func (d damaged) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	got, err := d.Store.ClaimDue(ctx, channel, now, until, n)
	for i, m := range got {
		if m.Say.Args["Text"] == "damaged" {
			got[i].Unreadable, got[i].URN, got[i].Say = errors.New("does not open"), "", core.Say{Key: m.Say.Key}
		}
	}
	return got, err
}

// A channel that panics over one message tries it again later, and goes on.
func TestPanicOfAChannelHarmsNobodyElse(t *testing.T) {
	s := storetest.SQLite(t)
	n := &network{fail: func(m core.Outbound) error {
		if m.Text == "bad" {
			panic("a fault of ours")
		}
		return nil
	}}
	say(t, s, "+84900000001", "bad")
	say(t, s, "+84900000002", "good")
	counted := run(t, &outbox.Sender{Channel: n, Store: s})
	eventually(t, "the good message", func() bool { return len(n.seen()) == 1 })
	eventually(t, "another try", func() bool { return counted("retried") == 1 })
}

// What the network took while the store failed is marked before anything is
// claimed again, however long that lasts: it is not sent twice.
func TestTakenWhileTheStoreFailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := &forgetful{Store: s, gone: true}
		n, c := &network{}, &clock{}
		say(t, s, "+84900000001", "a")
		run(t, &outbox.Sender{Channel: n, Store: f, Now: c.now})
		eventually(t, "the message", func() bool { return len(n.seen()) == 1 })
		eventually(t, "three tries to mark it", func() bool { return f.tries() >= 3 })
		c.turn(10 * time.Minute) // its lease has lapsed
		say(t, s, "+84900000002", "b")
		f.back()
		eventually(t, "an empty outbox", func() bool {
			waiting, _, err := s.Backlog(t.Context(), "sms", daytime())
			return err == nil && waiting == 0
		})
		if got := n.seen(); len(got) != 2 {
			t.Fatalf("sent %v", got)
		}
	})
}

// forgetful is a store that keeps nothing that was sent, until it is back.
type forgetful struct {
	*store.Store
	mu    sync.Mutex
	gone  bool
	tried int
}

func (f *forgetful) MarkSent(ctx context.Context, now time.Time, sent []store.Sent) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tried++; f.gone {
		return errors.New("connection refused")
	}
	return f.Store.MarkSent(ctx, now, sent)
}

func (f *forgetful) tries() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tried
}

func (f *forgetful) back() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = false
}

// A code that lay in the outbox for longer than it lives is not sent: it would
// cost, ring, and not work.
func TestOldCodeIsNotSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: "tel:+84900000001", Text: "x"}
		err := s.Take(t.Context(), daytime(), []core.Inbound{m}, func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
			for _, p := range []core.Priority{core.PriorityCode, core.PriorityReply} {
				tx.Queue(core.Queued{Channel: "sms", AddressID: at.ID, URN: at.URN, Priority: p, Lang: "vi",
					Say: core.Say{Key: "k", Args: map[string]string{"Text": map[core.Priority]string{core.PriorityCode: "code", core.PriorityReply: "reply"}[p]}}})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n, c := &network{}, &clock{by: outbox.Lifetime(core.PriorityCode) + time.Second}
		counted := run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
		eventually(t, "the reply", func() bool { return len(n.seen()) > 0 })
		eventually(t, "the code dropped", func() bool { return counted("dropped") == 1 })
		if got := n.seen(); !slices.Equal(got, []string{"+84900000001 reply"}) {
			t.Fatalf("sent %v", got)
		}
	})
}

// A network that asks for a rest of a month is asked again after an hour; and
// a rest that a wrong clock wrote down is none.
func TestRestHasABound(t *testing.T) {
	s := storetest.SQLite(t)
	asked := false
	n, c := &network{}, &clock{}
	n.fail = func(core.Outbound) error {
		if !asked {
			asked = true
			return &channel.SendError{RetryAfter: 30 * 24 * time.Hour, Err: errors.New("429")}
		}
		return nil
	}
	say(t, s, "+84900000001", "a")
	counted := run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
	eventually(t, "the wish for rest", func() bool { return counted("paused") == 1 })
	c.turn(time.Hour)
	eventually(t, "the message", func() bool { return len(n.seen()) == 1 })
	if err := s.PauseSender(t.Context(), "sms", c.now().Add(30*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Minute)
	say(t, s, "+84900000001", "b")
	eventually(t, "the next message", func() bool { return len(n.seen()) == 2 })
}

// While our account is refused, a full outbox must not knock every minute for
// each of its messages.
func TestRefusedAccountIsTriedEverMoreSlowly(t *testing.T) {
	s := &waits{Store: storetest.SQLite(t)}
	c := &clock{}
	n := &network{fail: func(core.Outbound) error { return &channel.SendError{Config: true, Err: errors.New("401")} }}
	say(t, s.Store, "+84900000001", "a")
	counted := run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
	for try := 1; try <= 9; try++ {
		eventually(t, "another try", func() bool { return counted("config") >= try })
		c.turn(11 * time.Minute)
	}
	got := s.seen()
	if got[0] < time.Minute || got[0] > 61*time.Second || got[8] < 8*time.Minute || got[8] > 10*time.Minute+time.Second {
		t.Fatalf("waits %v", got)
	}
}

// waits keeps for how long messages are set back.
type waits struct {
	*store.Store
	mu  sync.Mutex
	now time.Time // of the claim
	all []time.Duration
}

func (w *waits) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	w.mu.Lock()
	w.now = now
	w.mu.Unlock()
	return w.Store.ClaimDue(ctx, channel, now, until, n)
}

func (w *waits) SendLater(ctx context.Context, id string, due time.Time, class string, partsSent int) error {
	w.mu.Lock()
	w.all = append(w.all, due.Sub(w.now))
	w.mu.Unlock()
	return w.Store.SendLater(ctx, id, due, class, partsSent)
}

func (w *waits) seen() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// Parts that would be begun so late that the row's lease might lapse wait for
// the next round; those that were sent are not sent again.
func TestNoPartIsSentOvertime(t *testing.T) {
	s := &claims{Store: storetest.SQLite(t)}
	c := &clock{}
	slow := true
	n := &network{max: 10, fail: func(core.Outbound) error {
		if slow {
			slow = false
			c.turn(6 * time.Second)
		}
		return nil
	}}
	say(t, s.Store, "+84900000001", "one two1 three four")
	run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
	eventually(t, "all parts", func() bool { return len(n.seen()) == 2 })
	if got := s.seen(); !slices.Equal(got, []int{0, 1}) {
		t.Fatalf("claimed with so many parts sent: %v, want a second round for the second", got)
	}
}

// claims keeps how many parts of each claimed message were sent.
type claims struct {
	*store.Store
	mu    sync.Mutex
	parts []int
}

func (c *claims) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	got, err := c.Store.ClaimDue(ctx, channel, now, until, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range got {
		c.parts = append(c.parts, m.PartsSent)
	}
	return got, err
}

func (c *claims) seen() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.parts)
}
