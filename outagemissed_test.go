package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store/storetest"
)

// TestMissedIsAskedForSoon has one message refused, the database being away for
// less time than anybody looks for it, and counts what Twilio is asked.
func TestMissedIsAskedForSoon(t *testing.T) {
	s := storetest.SQLite(t)
	var asked atomic.Int64
	var since atomic.Value
	away := atomic.Bool{}
	c := &catchUp{store: s, name: "sms", now: time.Now, refused: make(chan struct{}, 1),
		missed: func(_ context.Context, from time.Time, _ channel.Inbox) (int, error) {
			since.CompareAndSwap(nil, from)
			asked.Add(1)
			return 0, nil
		},
		inbox: func(context.Context, core.Inbound) error {
			if away.Load() {
				return channel.ErrUnavailable
			}
			return nil
		}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { c.run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	eventually(t, "a question at the start", func() bool { return asked.Load() == 1 })
	if from := since.Load().(time.Time); time.Since(from) > catchUpMargin+time.Minute {
		t.Errorf("the first start asks since %v: people would be answered to what they wrote to somebody else", from)
	}
	if err := c.watch(t.Context(), core.Inbound{}); err != nil || asked.Load() != 1 {
		t.Errorf("a message that was taken: %v, asked %d times", err, asked.Load())
	}
	away.Store(true)
	if err := c.watch(t.Context(), core.Inbound{}); !errors.Is(err, channel.ErrUnavailable) {
		t.Errorf("a message that was not taken: %v", err)
	}
	eventually(t, "a question after the refusal", func() bool { return asked.Load() == 2 })
}

// One message that can never be stored must not hold up those behind it, and
// what a list gives again is not taken again.
func TestMissedPassesABadMessageOver(t *testing.T) {
	var given []string
	bad := true
	c := &catchUp{store: storetest.SQLite(t), name: "sms", now: time.Now,
		missed: func(ctx context.Context, _ time.Time, in channel.Inbox) (n int, err error) {
			for _, id := range []string{"SM1", "SM2", "SM3"} {
				if err := in(ctx, core.Inbound{ExternalID: id}); err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		},
		inbox: func(_ context.Context, m core.Inbound) error {
			if m.ExternalID == "SM2" && bad {
				given = append(given, "bad")
				return channel.ErrUnavailable
			}
			given = append(given, m.ExternalID)
			return nil
		}}
	if !c.once(t.Context()) {
		t.Error("the list was not gone through")
	}
	if want := strings.Fields("SM1 bad bad bad bad SM3"); !slices.Equal(given, want) {
		t.Errorf("first list: %v, want %v", given, want)
	}
	given, bad = nil, false
	if !c.once(t.Context()) || !slices.Equal(given, []string{"SM2"}) {
		t.Errorf("second list: %v, want the one that was passed over", given)
	}
}
