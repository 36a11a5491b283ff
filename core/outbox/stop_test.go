package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// cutClaim is a store whose claims find themselves in the middle of a stop. A
// claim that was cut off is committed and its rows are lost, as happens when the
// database has done its part before the caller is told to give up.
type cutClaim struct {
	*store.Store
	stop context.CancelFunc
}

func (c *cutClaim) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	rows, err := c.Store.ClaimDue(context.WithoutCancel(ctx), channel, now, until, n)
	if len(rows) > 0 {
		c.stop()
	}
	if ctx.Err() != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	return rows, err
}

// A stop in the middle of a claim leaves no row leased: its reader would wait
// for nothing.
func TestStopAmidAClaimLeavesNothingLeased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		say(t, s, "+84900000001", "a1", "a2")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		sender := &outbox.Sender{Channel: &network{}, Store: &cutClaim{s, stop}, Now: daytime,
			Render: func(m core.Queued, _ channel.Features) channel.Line { return channel.Line{Text: m.Say.Args["Text"]} }}
		sender.Run(ctx)
		waiting, err := s.ClaimDue(t.Context(), "sms", daytime(), daytime().Add(time.Minute), 9)
		if err != nil {
			t.Fatal(err)
		}
		if left, _, err := s.Backlog(t.Context(), "sms", daytime()); err != nil || left != len(waiting) {
			t.Errorf("%d wait, %d of them can be claimed at once (%v)", left, len(waiting), err)
		}
	})
}
