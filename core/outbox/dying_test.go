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

// What the network took is marked while others of the batch are still on their
// way: a program that dies before the batch is over would send all of it again,
// and one that dies often would never get beyond it.
func TestSentIsMarkedBeforeTheBatchIsOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		holding, release := make(chan struct{}), make(chan struct{})
		n := &network{}
		n.fail = func(m core.Outbound) error {
			if m.Text == "a3" {
				close(holding)
				n.mu.Unlock() // the others go on
				<-release
				n.mu.Lock()
			}
			return nil
		}
		say(t, s, "+84900000001", "a1", "a2", "a3", "a4")
		say(t, s, "+84900000002", "b1")
		start(t, s, n)
		t.Cleanup(func() { close(release) })
		<-holding
		eventually(t, "three of five marked", func() bool {
			waiting, _, err := s.Backlog(t.Context(), "sms", daytime())
			return err == nil && waiting == 2
		})
		// What the successor of one that died now finds.
		lapsed := daytime().Add(time.Hour)
		left, err := s.ClaimDue(t.Context(), "sms", lapsed, lapsed.Add(time.Minute), 9)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range left {
			texts = append(texts, m.Say.Args["Text"])
		}
		if !slices.Equal(texts, []string{"a3", "a4"}) {
			t.Errorf("a successor would send %v, want a3 and a4", texts)
		}
	})
}

// Half a minute after a sender died amid a batch, its successor sends all that
// it had claimed.
func TestRowsOfTheDeadAreSentSoon(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		claimed, release := make(chan struct{}), make(chan struct{})
		meanwhile := sync.OnceFunc(func() { close(claimed) })
		dead := &network{fail: func(core.Outbound) error {
			meanwhile()
			<-release
			return errors.New("dead")
		}}
		want := []string{"+84900000001 a1", "+84900000001 a2", "+84900000002 b1"}
		say(t, s, "+84900000001", "a1", "a2")
		say(t, s, "+84900000002", "b1")
		start(t, s, dead)
		t.Cleanup(func() { close(release) })
		<-claimed
		successor, soon := &network{}, &clock{by: 31 * time.Second}
		run(t, &outbox.Sender{Channel: successor, Store: s, Now: soon.now})
		eventually(t, "all three lines", func() bool {
			got := successor.seen()
			slices.Sort(got)
			return slices.Equal(got, want)
		})
	})
}

// A sender claims what its network takes in about a second: the rows that it
// holds when it dies are late.
func TestClaimIsNoLongerThanASecond(t *testing.T) {
	for _, tt := range []struct {
		rate float64
		want int
	}{{0, 64}, {1, 8}, {28, 28}, {100, 64}} {
		s := &asked{Store: storetest.SQLite(t)}
		run(t, &outbox.Sender{Channel: paced{&network{}, tt.rate}, Store: s})
		eventually(t, "a claim", func() bool { return s.rows() > 0 })
		if got := s.rows(); got != tt.want {
			t.Errorf("at %v a second %d rows are claimed at once, want %d", tt.rate, got, tt.want)
		}
	}
}

// paced is a network with a rate.
type paced struct {
	*network
	rate float64
}

func (p paced) Features() channel.Features { return channel.Features{Rate: p.rate} }

// asked keeps how many rows are claimed at once.
type asked struct {
	*store.Store
	mu sync.Mutex
	n  int
}

func (a *asked) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	a.mu.Lock()
	a.n = n
	a.mu.Unlock()
	return a.Store.ClaimDue(ctx, channel, now, until, n)
}

func (a *asked) rows() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.n
}

// A line that was claimed and not begun stays where it was among those that
// wait, before all that was queued since.
func TestWhatIsGivenBackKeepsItsPlace(t *testing.T) {
	s := &waits{Store: storetest.SQLite(t)}
	n := &network{fail: func(core.Outbound) error { return errors.New("try again") }}
	say(t, s.Store, "+84900000001", "first", "second")
	run(t, &outbox.Sender{Channel: n, Store: s, Now: (&clock{by: time.Hour}).now})
	eventually(t, "both given back", func() bool { return len(s.seen()) >= 2 })
	if got := s.seen(); got[0] < outbox.Backoff(1) || got[1] > -time.Hour {
		t.Errorf("due %v after the claim, want %v for the one that failed and when it was queued for the other", got, outbox.Backoff(1))
	}
}

// A sender renews its lease on the channel while a slow network keeps it at one
// batch: another node would take it for dead and send the batch again.
func TestChannelIsHeldThroughASlowBatch(t *testing.T) {
	s := &holds{Store: storetest.SQLite(t)}
	slow, release := make(chan struct{}), make(chan struct{})
	n := &network{fail: func(core.Outbound) error {
		close(slow)
		<-release
		return nil
	}}
	c := &clock{}
	say(t, s.Store, "+84900000001", "a")
	run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
	t.Cleanup(func() { close(release) })
	<-slow
	for range 3 {
		before := s.last()
		c.turn(6 * time.Second)
		eventually(t, "a longer lease", func() bool { return s.last().After(before) })
	}
}

// holds keeps until when the channel was held last.
type holds struct {
	*store.Store
	mu    sync.Mutex
	until time.Time
}

func (h *holds) HoldSender(ctx context.Context, channel string, now, until time.Time) (bool, time.Time, error) {
	h.mu.Lock()
	h.until = until
	h.mu.Unlock()
	return h.Store.HoldSender(ctx, channel, now, until)
}

func (h *holds) last() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until
}
