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
	*taken
	deadline time.Time
	least    core.Priority // the least urgent of it
}

// taken is what came of a batch and of what overtook it.
type taken struct {
	mu     sync.Mutex
	sent   []store.Sent // taken by the network and not marked yet
	paused time.Time    // the network asked for rest until then
}

func (r *round) resting(now time.Time) (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused, r.paused.After(now)
}

// sendSideBySide sends to recipients side by side, each one's messages in order.
func (r *round) sendSideBySide(ctx context.Context, claimed []core.Queued) {
	byRecipient, order := make(map[string][]core.Queued), []string(nil)
	for _, m := range claimed {
		if byRecipient[m.AddressID] == nil {
			order = append(order, m.AddressID)
		}
		byRecipient[m.AddressID] = append(byRecipient[m.AddressID], m)
	}
	recipients := make(chan []core.Queued)
	var wg sync.WaitGroup
	for range min(Workers, len(order)) {
		wg.Go(func() {
			for messages := range recipients {
				r.sendOrdered(ctx, messages)
			}
		})
	}
	for _, id := range order {
		recipients <- byRecipient[id]
	}
	close(recipients)
	wg.Wait()
}

func (r *round) markAndRenew(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	_ = r.mark(ctx) // tried again with the next ones, and at the end
	now := r.Now()
	if _, resting := r.resting(now); resting || r.until.IsZero() { // or lost already
		return
	}
	r.hold(ctx, now)
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
		case ctx.Err() != nil || now.After(r.deadline) || held[m.Priority] || m.Priority > store.LeavesAt(now):
			r.later(ctx, m, m.Queued, "") // it keeps its place in the line
			held[m.Priority] = true
			continue
		case resting && hasty(m):
			r.onward(context.WithoutCancel(ctx), m, now, "paused")
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
		switch r.failed(ctx, m, err) {
		case gone: // what waits for the address was given up with it, but for what has ways of its own
			for _, m := range messages[i+1:] {
				if m.Way.Name != "" {
					r.onward(context.WithoutCancel(ctx), m, r.Now(), "gone")
				}
			}
			return
		case waits:
			held[m.Priority] = true
		}
	}
}

// errOvertime stops a message before a part when the deadline has passed, and
// before its first one when the quiet hours have begun.
var errOvertime = errors.New("no time left to send")

// send hands all parts of a message to the network; m counts those it took.
func (r *round) send(ctx context.Context, m *core.Queued) error {
	if r.Bar != nil {
		if err := r.Bar(*m); err != nil {
			return err
		}
	}
	parts, err := Parts(*m, r.Render, r.Channel.Features())
	if err != nil {
		return err
	}
	networkID := ""
	for i := m.PartsSent; i < len(parts); i++ {
		if err := r.pace.wait(ctx, r.steps(parts[i]), m.Priority); err != nil {
			return err
		}
		if now := r.Now(); now.After(r.deadline) || i == 0 && m.Priority > store.LeavesAt(now) {
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
	sent := r.asSent(*m, parts, networkID)
	r.mu.Lock()
	r.sent = append(r.sent, sent)
	r.mu.Unlock()
	r.count("sent")
	return nil
}

// steps is as how many messages networks count a part: each picture of an album,
// each segment of a text.
func (r *round) steps(part core.Outbound) int {
	if r.Channel.Features().Plain {
		n, _ := channel.Segments(part.Text)
		return n
	}
	return max(1, len(part.Album))
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

// outcome is what became of a message that was not sent.
type outcome int

const (
	waits outcome = iota // it is tried again, and what follows it waits with it
	ended                // it was given up, or takes another way
	gone                 // so was its recipient
)

// failed does what an error of the network asks for.
func (r *round) failed(ctx context.Context, m core.Queued, err error) outcome {
	if errors.Is(err, context.Canceled) || errors.Is(err, errOvertime) { // stopped while waiting for its turn
		r.later(ctx, m, m.Queued, "")
		return waits
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
		if m.Way.Name != "" {
			r.onward(ctx, m, now, "gone")
		}
		return gone
	case send.Elsewhere && send.Config: // a template of ours, say: the message goes on, and somebody must mend it
		slog.Error("our account is refused by the network", attrs...)
		r.count("config")
		r.onward(ctx, m, now, "elsewhere")
		return ended
	case send.Elsewhere:
		slog.Info("person not to be reached here now", attrs...)
		r.onward(ctx, m, now, "elsewhere")
		return ended
	case send.Refused:
		slog.Error("message refused by its network", attrs...)
		r.onward(ctx, m, now, "refused")
		return ended
	case now.Sub(m.Queued) > Lifetime(m.Priority) && refusedForNow(send) && m.Priority != core.PriorityCode:
		slog.Warn("way given up", attrs...)
		r.onward(ctx, m, now, "expired")
		return ended
	case now.Sub(m.Queued) > Lifetime(m.Priority):
		slog.Warn("message given up", attrs...)
		r.drop(ctx, m, now, "expired")
		return ended
	case send.RetryAfter > 0:
		until := now.Add(min(send.RetryAfter, maxRest))
		slog.Warn("network asks for rest", append(attrs, "seconds", send.RetryAfter.Seconds())...)
		r.mu.Lock()
		r.paused = until
		r.mu.Unlock()
		r.note(r.Store.PauseSender(ctx, r.Channel.Name(), until), m)
		r.count("paused")
		if hasty(m) {
			r.onward(ctx, m, now, "paused")
			return ended
		}
		r.later(ctx, m, until, "paused")
	case send.Config:
		slog.Error("our account is refused by the network", attrs...)
		r.count("config")
		if hasty(m) {
			r.onward(ctx, m, now, "config")
			return ended
		}
		r.later(ctx, m, now.Add(max(configRest, Backoff(m.Attempts))), "config")
	default:
		slog.Warn("message not sent; trying again", attrs...)
		r.count("retried")
		r.later(ctx, m, now.Add(Backoff(m.Attempts)), "retry")
	}
	return waits
}

func (r *round) drop(ctx context.Context, m core.Queued, now time.Time, class string) {
	event := "dropped"
	if class == "no_way" {
		event = class
	}
	r.count(event)
	r.note(r.Store.Drop(ctx, now, m, class), m)
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
