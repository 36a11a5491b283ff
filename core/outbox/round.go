package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
)

// round is one batch on its way.
type round struct {
	*Sender
	deadline time.Time

	mu     sync.Mutex
	sent   []store.Sent // taken by the network and not marked yet
	paused time.Time    // the network asked for rest until then
}

func (r *round) resting(now time.Time) (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused, r.paused.After(now)
}

// markWhile marks what the network takes until done is closed, so that little
// is sent again when we die in the middle of a batch.
func (r *round) markWhile(ctx context.Context, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(markEvery):
			_ = r.mark(ctx) // tried again with the next ones, and at the end
		}
	}
}

// mark marks what the network took since the last time.
func (r *round) mark(ctx context.Context) error {
	r.mu.Lock()
	sent := r.sent
	r.sent = nil
	r.mu.Unlock()
	if len(sent) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	err := r.Store.MarkSent(ctx, r.Now(), sent)
	if err != nil {
		r.mu.Lock()
		r.sent = append(sent, r.sent...)
		r.mu.Unlock()
	}
	return err
}

// markRest marks what is left when the batch is over.
func (r *round) markRest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	for try := range 3 {
		err := r.mark(ctx)
		if err == nil {
			return
		}
		if try == 2 {
			slog.Error("sent messages not marked yet", "channel", r.Channel.Name(), "count", len(r.sent), "err", err)
		}
		sleep(ctx, 200*time.Millisecond)
	}
	r.unmarked = r.sent
}

// sendOrdered sends one recipient's messages; after one that must wait, the
// others of its priority wait with it.
func (r *round) sendOrdered(ctx context.Context, messages []core.Queued) {
	held := make(map[core.Priority]bool)
	for i, m := range messages {
		if pace := r.Channel.Features().PerRecipient; i > 0 && pace > 0 {
			sleep(ctx, pace)
		}
		now := r.Now()
		until, resting := r.resting(now)
		switch {
		case ctx.Err() != nil || now.After(r.deadline) || held[m.Priority]:
			r.later(ctx, m, m.Queued, "") // it keeps its place in the line
			held[m.Priority] = true
			continue
		case resting:
			r.later(ctx, m, until, "")
			held[m.Priority] = true
			continue
		}
		// An old reply still helps; an old code would only cost and confuse.
		if m.Priority == core.PriorityCode && now.Sub(m.Queued) > Lifetime(m.Priority) {
			slog.Warn("code too old to send", "channel", r.Channel.Name(), "outbox", m.ID)
			r.drop(context.WithoutCancel(ctx), m, now, "expired")
			continue
		}
		err := r.send(ctx, &m)
		if err == nil {
			continue
		}
		if gone := r.failed(ctx, m, err); gone {
			return // all that waits for the address was given up with it
		}
		held[m.Priority] = true
	}
}

// errOvertime stops a message between two parts when the deadline has passed.
var errOvertime = errors.New("no time left for the other parts")

// send hands all parts of a message to the network; m counts those it took.
func (r *round) send(ctx context.Context, m *core.Queued) error {
	parts, err := Parts(*m, r.Render, r.Channel.Features())
	if err != nil {
		return err
	}
	networkID := ""
	for i := m.PartsSent; i < len(parts); i++ {
		// Networks count each picture of an album.
		if err := r.limit.WaitN(ctx, min(max(1, len(parts[i].Album)), r.limit.Burst())); err != nil {
			return err
		}
		if r.Now().After(r.deadline) {
			return errOvertime
		}
		part := parts[i]
		part.ID, part.URN = m.ID, m.URN
		if i > 0 { // networks that know a message by our ID must not take two parts for one
			part.ID = fmt.Sprintf("%s.%d", m.ID, i)
		}
		id, err := r.sendPart(ctx, part)
		if err != nil {
			return err
		}
		networkID = id
		m.PartsSent++
	}
	r.mu.Lock()
	r.sent = append(r.sent, store.Sent{ID: m.ID, NetworkID: networkID})
	r.mu.Unlock()
	r.count("sent")
	return nil
}

// sendPart hands one part to the network, and finishes it when we are stopped.
func (r *round) sendPart(ctx context.Context, part core.Outbound) (id string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	defer func() {
		if recover() != nil {
			slog.Error("sending panicked", "outbox", part.ID, "stack", string(debug.Stack()))
			id, err = "", errors.New("sending panicked")
		}
	}()
	return r.Channel.Send(ctx, part)
}

// failed does what an error of the network asks for; gone says that the
// recipient is lost.
func (r *round) failed(ctx context.Context, m core.Queued, err error) (gone bool) {
	if errors.Is(err, context.Canceled) || errors.Is(err, errOvertime) { // stopped while waiting for its turn
		r.later(ctx, m, m.Queued, "")
		return false
	}
	now := r.Now()
	var send *channel.SendError
	if !errors.As(err, &send) {
		send = &channel.SendError{Err: err}
	}
	ctx = context.WithoutCancel(ctx)
	attrs := []any{"channel", r.Channel.Name(), "outbox", m.ID, "key", m.Say.Key, "attempt", m.Attempts, "err", err}
	switch {
	case send.Gone:
		slog.Info("address gone", attrs...)
		r.count("gone")
		r.note(r.Store.AddressGone(ctx, now, m.AddressID), m)
		return true
	case send.Refused:
		slog.Error("message refused by its network", attrs...)
		r.drop(ctx, m, now, "refused")
	case now.Sub(m.Queued) > Lifetime(m.Priority):
		slog.Warn("message given up", attrs...)
		r.drop(ctx, m, now, "expired")
	case send.RetryAfter > 0:
		until := now.Add(min(send.RetryAfter, maxRest))
		slog.Warn("network asks for rest", append(attrs, "seconds", send.RetryAfter.Seconds())...)
		r.mu.Lock()
		r.paused = until
		r.mu.Unlock()
		r.note(r.Store.PauseSender(ctx, r.Channel.Name(), until), m)
		r.count("paused")
		r.later(ctx, m, until, "paused")
	case send.Config:
		slog.Error("our account is refused by the network", attrs...)
		r.count("config")
		r.later(ctx, m, now.Add(max(configRest, Backoff(m.Attempts))), "config")
	default:
		slog.Warn("message not sent; trying again", attrs...)
		r.count("retried")
		r.later(ctx, m, now.Add(Backoff(m.Attempts)), "retry")
	}
	return false
}

func (r *round) drop(ctx context.Context, m core.Queued, now time.Time, class string) {
	r.count("dropped")
	r.note(r.Store.Drop(ctx, now, m.ID, class), m)
}

func (r *round) later(ctx context.Context, m core.Queued, due time.Time, class string) {
	r.note(r.Store.SendLater(context.WithoutCancel(ctx), m.ID, due, class, m.PartsSent), m)
}

// note logs a failure to keep what became of a message; its lease lapses and
// it is tried again.
func (r *round) note(err error, m core.Queued) {
	if err != nil {
		slog.Error("outbox row not kept", "channel", r.Channel.Name(), "outbox", m.ID, "err", err)
	}
}
