package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// daytime is the time of a clock that runs, and stands at noon when the tests
// begin: they hold at night too.
func daytime() time.Time { return noonToday.Add(time.Since(begun)) }

var (
	begun     = time.Now()
	noonToday = time.Date(2021, 8, 15, 12, 0, 0, 0, core.Zone)
)

// urgencies are one message of each priority.
var urgencies = map[core.Priority]string{core.PriorityCode: "code", core.PriorityRed: "red", core.PriorityReply: "reply",
	core.PriorityPrompt: "prompt", core.PriorityNotice: "notice"}

// queueAll queues one message of each priority, each to somebody else, by the
// channel sms.
func queueAll(t *testing.T, s *store.Store, at time.Time) {
	t.Helper()
	for p, text := range urgencies {
		queueOne(t, s, at, fmt.Sprintf("+8490000010%d", p), p, text)
	}
}

func queueOne(t *testing.T, s *store.Store, now time.Time, to string, p core.Priority, texts ...string) {
	t.Helper()
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: core.URN("tel:" + to), Text: "x"}
	err := s.Take(t.Context(), now, []core.Inbound{m}, func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		for _, text := range texts {
			tx.Queue(core.Queued{Channel: "sms", AddressID: at.ID, URN: at.URN, Priority: p, Lang: "vi",
				Say: core.Say{Key: "k", Args: map[string]string{"Text": text}}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Between 21:00 and 06:30 no prompt and no ordinary notice leaves, whenever it
// was queued; codes, reds and replies always do.
func TestQuietHours(t *testing.T) {
	at := func(clock string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04:05", "2021-08-15 "+clock, core.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	all, night := []string{"code", "notice", "prompt", "red", "reply"}, []string{"code", "red", "reply"}
	for _, tt := range []struct {
		clock string
		want  []string
	}{
		{"20:59:59", all}, {"21:00:00", night}, {"23:59:59", night}, {"00:00:00", night},
		{"06:29:59", night}, {"06:30:00", all}, {"06:59:00", all}, {"07:00:00", all}, // 00:00 in UTC
	} {
		t.Run(tt.clock, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				now := at(tt.clock)
				queueAll(t, s, now.Add(-4*time.Minute)) // a code lives for five
				claimed, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 9)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, m := range claimed {
					got = append(got, m.Say.Args["Text"])
				}
				slices.Sort(got)
				if !slices.Equal(got, tt.want) {
					t.Errorf("leave: %v, want %v", got, tt.want)
				}
				_, oldest, err := s.Backlog(t.Context(), "sms", now)
				if err != nil || oldest != 4*time.Minute { // of the code: what must not leave is not late
					t.Errorf("the oldest waits for %v, %v", oldest, err)
				}
			})
		})
	}
}

// In the morning what the night held back is not late, and then it is.
func TestNightMakesNothingLate(t *testing.T) {
	s := storetest.SQLite(t)
	evening := time.Date(2021, 8, 15, 20, 59, 0, 0, core.Zone)
	queueOne(t, s, evening, "+84900000101", core.PriorityNotice, "notice")
	for after, want := range map[time.Duration]time.Duration{30 * time.Second: 30 * time.Second, 2 * time.Hour: 0,
		9*time.Hour + 31*time.Minute: 0, 9*time.Hour + 41*time.Minute: 10 * time.Minute} {
		waiting, oldest, err := s.Backlog(t.Context(), "sms", evening.Add(after))
		if err != nil || waiting != 1 || oldest != want {
			t.Errorf("%v later: %d wait, the oldest for %v, want %v (%v)", after, waiting, oldest, want, err)
		}
	}
}

// A batch that was claimed at 20:59:59 does not go on into the night: what was
// not begun by then leaves in the morning.
func TestBatchStopsWhenTheNightBegins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		night := time.Date(2021, 8, 15, 21, 0, 0, 0, core.Zone)
		queueOne(t, s, night.Add(-time.Hour), "+84900000101", core.PriorityNotice, "one", "two", "three")
		queueOne(t, s, night.Add(-time.Minute), "+84900000101", core.PriorityReply, "reply")
		c := &standing{at: night.Add(-time.Second)}
		n := &network{}
		n.fail = func(m core.Outbound) error {
			if m.Text == "one" {
				c.set(night)
			}
			return nil
		}
		run(t, &outbox.Sender{Channel: n, Store: s, Now: c.now})
		eventually(t, "what was claimed in time", func() bool { return len(n.seen()) == 2 })
		eventually(t, "two given back", func() bool {
			waiting, _, err := s.Backlog(t.Context(), "sms", night)
			left, claimErr := s.ClaimDue(t.Context(), "sms", night, night.Add(time.Minute), 9)
			return err == nil && claimErr == nil && waiting == 2 && len(left) == 0
		})
		c.set(night.Add(9*time.Hour + 29*time.Minute + 59*time.Second))
		queueOne(t, s, c.now(), "+84900000102", core.PriorityRed, "red") // at night, too
		eventually(t, "the red alert", func() bool { return len(n.seen()) == 3 })
		c.set(night.Add(9*time.Hour + 30*time.Minute))
		eventually(t, "the others in the morning", func() bool { return len(n.seen()) == 5 })
		want := []string{"+84900000101 reply", "+84900000101 one", "+84900000102 red", "+84900000101 two", "+84900000101 three"}
		if got := n.seen(); !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

// standing is a clock that only a test moves.
type standing struct {
	clock
	at time.Time
}

func (c *standing) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *standing) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// While a long batch of notices is on its way, what is more urgent goes beside
// it, the most urgent first, without one message more in a second.
func TestUrgentOvertakesABatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 64 {
			queueOne(t, s, daytime(), fmt.Sprintf("+849000002%02d", i), core.PriorityNotice, "notice")
		}
		begun, goOn := make(chan struct{}), make(chan struct{})
		n := &network{}
		n.fail = func(m core.Outbound) error {
			if m.Text != "notice" {
				return nil
			}
			n.mu.Unlock()
			defer n.mu.Lock()
			select {
			case begun <- struct{}{}:
			case <-goOn:
			}
			<-goOn // no place is free for the rest of the batch
			return nil
		}
		run(t, &outbox.Sender{Channel: n, Store: s})
		<-begun
		queueOne(t, s, daytime(), "+84900000101", core.PriorityReply, "reply")
		eventually(t, "the reply", func() bool { return len(n.seen()) == 1 })
		queueOne(t, s, daytime(), "+84900000102", core.PriorityRed, "red")
		eventually(t, "the red alert", func() bool { return len(n.seen()) == 2 })
		queueOne(t, s, daytime(), "+84900000103", core.PriorityCode, "code")
		eventually(t, "the code", func() bool { return len(n.seen()) == 3 })
		close(goOn)
		eventually(t, "all of them", func() bool { return len(n.seen()) == 67 })
		if got := n.seen()[:3]; !slices.Equal(got, []string{"+84900000101 reply", "+84900000102 red", "+84900000103 code"}) {
			t.Errorf("first went %q", got)
		}
	})
}

// At one message a second a code takes the very next step.
func TestCodeTakesTheNextStep(t *testing.T) {
	s := storetest.SQLite(t)
	for i := range 20 {
		queueOne(t, s, daytime(), fmt.Sprintf("+849000002%02d", i), core.PriorityNotice, "notice")
	}
	n := &network{}
	run(t, &outbox.Sender{Channel: paced{n, 5}, Store: s})
	eventually(t, "the first notice", func() bool { return len(n.seen()) > 0 })
	queueOne(t, s, daytime(), "+84900000103", core.PriorityCode, "code")
	before := len(n.seen())
	code := func() int { return slices.Index(n.seen(), "+84900000103 code") }
	eventually(t, "the code", func() bool { return code() >= 0 })
	// One may have been on its way, and one step may have passed since.
	if at := code(); at > before+2 {
		t.Errorf("%d notices went between the code and its sending", at-before)
	}
}
