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
		sender.Now = time.Now
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
			waiting, _, err := s.Backlog(t.Context(), "sms", time.Now())
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
