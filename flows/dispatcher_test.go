package flows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/flows"
)

var noon = time.Date(2021, 7, 15, 5, 0, 0, 0, time.UTC)

func fixedSetting(context.Context, time.Time) (flows.Setting, error) {
	return flows.Setting{Province: "46", Hotline: "19001075", LookBack: 14, Notice: 1,
		NoticeURL: "https://kb.example.vn/privacy", PublicURL: "https://kb.example.vn", CodeLifetime: 5 * time.Minute}, nil
}

// open runs a dispatcher on a store until the test ends.
func open(t *testing.T, s *store.Store) *flows.Dispatcher {
	t.Helper()
	d := flows.New(flows.Options{Store: s, Setting: fixedSetting, Now: func() time.Time { return noon }, Limits: codes.Default(),
		Features: map[string]channel.Features{
			"sms":      {Plain: true, Proven: true, MaxText: 160},
			"telegram": {MaxText: 4096, MaxButtons: 24, Pictures: true, AskContact: true},
		}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { d.Run(ctx, 2); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return d
}

func sms(id int, from, text string) core.Inbound {
	return core.Inbound{Channel: "sms", ExternalID: fmt.Sprintf("SM%d", id), URN: core.TelURN(from), Text: text, At: noon}
}

// answered counts the messages that were answered, and the replies in all.
func answered(t *testing.T, s *store.Store) (messages, replies int) {
	t.Helper()
	all, err := s.ClaimDue(t.Context(), "sms", noon, noon.Add(time.Minute), 1000)
	if err != nil {
		t.Fatal(err)
	}
	causes := make(map[string]bool)
	for _, m := range all {
		causes[m.Cause] = true
	}
	return len(causes), len(all)
}

func TestSameMessage32TimesIsAnsweredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		if err := d.Take(t.Context(), sms(0, "+84900000002", "KB")); err != nil {
			t.Fatal(err)
		}
		_, once := answered(t, s)
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				if err := d.Take(t.Context(), sms(1, "+84900000001", "KB")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if messages, replies := answered(t, s); messages != 1 || replies != once {
			t.Fatalf("%d messages with %d replies, want 1 with %d", messages, replies, once)
		}
	})
}

// Two nodes take the messages of one person: every answer must be of the state
// that the one before it left.
func TestOnePersonOnTwoNodes(t *testing.T) {
	url, key := storetest.PostgresURL(t), t.TempDir()+"/key"
	var nodes []*flows.Dispatcher
	var first *store.Store
	for range 2 {
		s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: key})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		if first == nil {
			first = s
		}
		nodes = append(nodes, open(t, s))
	}
	// Wrong answers are counted in the session: the third of a row makes the
	// task. Thirty at once must be counted one by one.
	if err := nodes[0].Take(t.Context(), sms(0, "+84900000001", "KB")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if err := nodes[i%2].Take(t.Context(), sms(1+i, "+84900000001", "?!")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if messages, _ := answered(t, first); messages != 31 {
		t.Fatalf("%d of 31 messages were answered", messages)
	}
}

func TestNeighboursOfABadMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		for name, m := range map[string]core.Inbound{
			"no address":    {Channel: "sms", ExternalID: "1"},
			"no ID":         {Channel: "sms", URN: "tel:+84900000001"},
			"no channel":    {ExternalID: "1", URN: "tel:+84900000001"},
			"other channel": {Channel: "fax", ExternalID: "1", URN: "fax:1"},
			"ID with NUL":   {Channel: "sms", ExternalID: "a\x00b", URN: "tel:+84900000001"},
			"ID not UTF-8":  {Channel: "sms", ExternalID: "\xff", URN: "tel:+84900000001"},
		} {
			if err := d.Take(t.Context(), m); err == nil || errors.Is(err, channel.ErrUnavailable) {
				t.Errorf("%s: %v, want a refusal that is not \"come again\"", name, err)
			}
		}
		texts := []string{"", "\x00", "\xff\xfe", strings.Repeat("a", 10<<20), "🙂🙂🙂", "Kho\u0302ng", "a\u202eb"}
		var wg sync.WaitGroup
		for i := range 70 {
			wg.Go(func() {
				text := texts[i%len(texts)]
				if err := d.Take(t.Context(), sms(i, fmt.Sprintf("+8490000%04d", i), text)); err != nil {
					t.Errorf("text %.10q: %v", text, err)
				}
			})
		}
		wg.Wait()
		if messages, _ := answered(t, s); messages != 70 {
			t.Fatalf("%d of 70 messages were answered", messages)
		}
	})
}

func TestStoppedDispatcherTurnsAway(t *testing.T) {
	s := storetest.SQLite(t)
	d := flows.New(flows.Options{Store: s, Setting: fixedSetting, Now: func() time.Time { return noon },
		Features: map[string]channel.Features{"sms": {Plain: true, Proven: true}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Run(ctx, 1)
	if err := d.Take(t.Context(), sms(1, "+84900000001", "KB")); !errors.Is(err, channel.ErrUnavailable) {
		t.Fatalf("a stopped dispatcher: %v", err)
	}
}

// After a withdrawal nothing that waited is sent, and nothing counts as sent;
// the address may write again like any other.
func TestWithdrawalStopsWhatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		who := core.Inbound{Channel: "telegram", ExternalID: "1", URN: "telegram:5", Text: "KB"}
		other := core.Inbound{Channel: "telegram", ExternalID: "2", URN: "telegram:6", Text: "KB"}
		gone := core.Inbound{Channel: "telegram", ExternalID: "3", URN: "telegram:5", Control: core.Withdraw}
		for _, m := range []core.Inbound{who, other, gone} {
			if err := d.Take(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		due := func() (to []core.URN) {
			all, err := s.ClaimDue(t.Context(), "telegram", noon, noon.Add(time.Minute), 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				to = append(to, m.URN)
			}
			return to
		}
		if got := due(); len(got) == 0 || slices.Contains(got, "telegram:5") {
			t.Errorf("due for %v, want only telegram:6", got)
		}
		tasks, err := s.Tasks(t.Context(), duty.Officer{Duty: duty.CDC, Area: "46"}, duty.Scope{Area: "46"}, store.OpenTask{}, 10)
		if err != nil || len(tasks) != 1 || tasks[0].Kind != "withdrawn" {
			t.Errorf("tasks %+v, %v", tasks, err)
		}
		who.ExternalID = "4"
		if err := d.Take(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if got := due(); !slices.Contains(got, "telegram:5") {
			t.Errorf("due for %v: who writes again gets no answer", got)
		}
	})
}
