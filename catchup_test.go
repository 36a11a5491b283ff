package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store/storetest"
)

// A list that breaks off is asked for again from its beginning, but what was
// taken of it is not given in once more.
func TestCatchingUpGoesOnWhereItBroke(t *testing.T) {
	given := make(map[string]int)
	c := &catchUp{store: storetest.SQLite(t), name: "sms", now: time.Now,
		inbox: func(_ context.Context, m core.Inbound) error {
			given[m.ExternalID]++
			return nil
		}}
	breaks := true
	c.missed = func(ctx context.Context, _ time.Time, in channel.Inbox) (int, error) {
		for _, id := range []string{"1", "2", "3"} {
			if id == "3" && breaks {
				return 2, errors.New("connection reset")
			}
			if err := in(ctx, core.Inbound{ExternalID: id}); err != nil {
				return 0, err
			}
		}
		return 3, nil
	}
	if c.once(t.Context()) || c.once(t.Context()) {
		t.Fatal("a list that broke off counts as taken")
	}
	breaks = false
	if !c.once(t.Context()) {
		t.Fatal("a whole list does not count as taken")
	}
	for _, id := range []string{"1", "2", "3"} {
		if given[id] != 1 {
			t.Errorf("message %s was given in %d times, want once", id, given[id])
		}
	}
}
