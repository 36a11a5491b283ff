// Package outbox sends what is due, at each channel's pace. It is the only
// door out, for replies, codes, prompts, alerts and notices alike.
//
// Sending is at least once: a row is leased, handed to the network, then
// marked. A sender that dies between the last two leaves a lease that lapses,
// and its successor sends again.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
)

// Store is what a sender needs of the store. Tests have one that fails.
type Store interface {
	ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error)
	MarkSent(ctx context.Context, now time.Time, sent []store.Sent) error
	SendLater(ctx context.Context, id string, due time.Time, class string, partsSent int) error
	Drop(ctx context.Context, now time.Time, id, class string) error
	AddressGone(ctx context.Context, now time.Time, addressID string) error
	HoldSender(ctx context.Context, channel string, now, until time.Time) (held bool, pausedUntil time.Time, err error)
	ReleaseSender(ctx context.Context, channel string) error
	PauseSender(ctx context.Context, channel string, until time.Time) error
	Wake(name string) (<-chan struct{}, func())
}

// Sender sends for one channel, on this node, while it holds the channel's
// lease.
type Sender struct {
	Channel channel.Channel
	Store   Store
	Render  func(m core.Queued, f channel.Features) channel.Line // makes a row's text
	Now     func() time.Time
	Count   func(event, channel string) // "sent", "retried", "dropped", "gone", "config"; may be nil

	limit *rate.Limiter
}

const (
	batch       = 64               // rows claimed at once
	workers     = 8                // recipients served side by side
	rowLease    = time.Minute      // for a claimed row
	senderLease = 15 * time.Second // for the channel
	idle        = time.Second      // between looks when nobody wakes us
	sendTimeout = 15 * time.Second // for one message
)

// Run sends until ctx ends; what was handed to the network by then is marked.
func (s *Sender) Run(ctx context.Context) {
	s.limit = rate.NewLimiter(rate.Inf, 1)
	if r := s.Channel.Features().Rate; r > 0 {
		s.limit = rate.NewLimiter(rate.Limit(r), max(1, int(r)))
	}
	woken, stop := s.Store.Wake(s.Channel.Name())
	defer stop()
	for ctx.Err() == nil {
		again, wait := s.once(ctx)
		if again {
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
			// A rest that the network asked for is not cut short by new messages.
			if wait > idle {
				sleep(ctx, wait)
			}
		case <-time.After(wait):
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.Store.ReleaseSender(ctx, s.Channel.Name()); err != nil {
		slog.Warn("sender not released", "channel", s.Channel.Name(), "err", err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// once sends one batch. again says that more may be due at once; otherwise
// wait is how long to rest.
func (s *Sender) once(ctx context.Context) (again bool, wait time.Duration) {
	name, now := s.Channel.Name(), s.Now()
	held, paused, err := s.Store.HoldSender(ctx, name, now, now.Add(senderLease))
	if err != nil {
		if ctx.Err() == nil {
			slog.Warn("outbox cannot reach the database", "channel", name, "err", err)
		}
		return false, idle
	}
	if !held {
		return false, idle
	}
	if rest := paused.Sub(now); rest > 0 {
		return false, min(rest, senderLease/2)
	}
	claimed, err := s.Store.ClaimDue(ctx, name, now, now.Add(rowLease), batch)
	if err != nil {
		if ctx.Err() == nil {
			slog.Error("outbox cannot claim", "channel", name, "err", err)
		}
		return false, idle
	}
	if len(claimed) == 0 {
		return false, idle
	}
	s.sendAll(ctx, claimed, now.Add(senderLease))
	return true, 0
}

// sendAll sends a batch: recipients side by side, each one's messages in order.
// Nothing is begun after the deadline, when another node may hold the channel.
func (s *Sender) sendAll(ctx context.Context, claimed []core.Queued, deadline time.Time) {
	byRecipient, order := make(map[string][]core.Queued), []string(nil)
	for _, m := range claimed {
		if byRecipient[m.AddressID] == nil {
			order = append(order, m.AddressID)
		}
		byRecipient[m.AddressID] = append(byRecipient[m.AddressID], m)
	}
	run := &round{Sender: s, deadline: deadline}
	recipients := make(chan []core.Queued)
	var wg sync.WaitGroup
	for range min(workers, len(order)) {
		wg.Go(func() {
			for messages := range recipients {
				run.sendOrdered(ctx, messages)
			}
		})
	}
	for _, id := range order {
		recipients <- byRecipient[id]
	}
	close(recipients)
	wg.Wait()
	// What the networks took is marked even when we are being stopped.
	run.mark(context.WithoutCancel(ctx))
}

func (s *Sender) count(event string) {
	if s.Count != nil {
		s.Count(event, s.Channel.Name())
	}
}

// round is one batch on its way.
type round struct {
	*Sender
	deadline time.Time

	mu     sync.Mutex
	sent   []store.Sent
	paused time.Time // the network asked for rest until then
}

func (r *round) resting(now time.Time) (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused, r.paused.After(now)
}

func (r *round) mark(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for try := range 3 {
		err := r.Store.MarkSent(ctx, r.Now(), r.sent)
		if err == nil {
			return
		}
		if try == 2 { // their leases lapse and they are sent again
			slog.Error("sent messages not marked", "channel", r.Channel.Name(), "count", len(r.sent), "err", err)
		}
		sleep(ctx, 200*time.Millisecond)
	}
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
			r.later(ctx, m, now, "")
			held[m.Priority] = true
			continue
		case resting:
			r.later(ctx, m, until, "")
			held[m.Priority] = true
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

// send hands all parts of a message to the network; m counts those it took.
func (r *round) send(ctx context.Context, m *core.Queued) error {
	features := r.Channel.Features()
	parts := channel.Fit(r.Render(*m, features), features)
	networkID := ""
	for i := m.PartsSent; i < len(parts); i++ {
		if err := r.limit.Wait(ctx); err != nil {
			return err
		}
		part := parts[i]
		part.ID, part.URN = m.ID, m.URN
		if i > 0 { // networks that know a message by our ID must not take two parts for one
			part.ID = fmt.Sprintf("%s.%d", m.ID, i)
		}
		sendCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
		id, err := r.Channel.Send(sendCtx, part)
		cancel()
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

// failed does what an error of the network asks for; gone says that the
// recipient is lost.
func (r *round) failed(ctx context.Context, m core.Queued, err error) (gone bool) {
	if errors.Is(err, context.Canceled) { // stopped while waiting for its turn
		r.later(ctx, m, r.Now(), "")
		return false
	}
	now := r.Now()
	var send *channel.SendError
	if !errors.As(err, &send) {
		send = &channel.SendError{Err: err}
	}
	ctx = context.WithoutCancel(ctx)
	attrs := []any{"channel", r.Channel.Name(), "outbox", m.ID, "attempt", m.Attempts, "err", err}
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
		until := now.Add(send.RetryAfter)
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
		r.later(ctx, m, now.Add(time.Minute), "config")
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

// Backoff is the wait after the nth attempt: 2 s doubling to 10 minutes.
func Backoff(attempt int) time.Duration {
	d := 2 * time.Second << min(max(attempt-1, 0), 9)
	return min(d, 10*time.Minute)
}

// Lifetime is how long a message of a priority is tried before it is given
// up: a code is worthless when it is old, a reply still helps the next day.
func Lifetime(p core.Priority) time.Duration {
	if p == core.PriorityCode {
		return 5 * time.Minute
	}
	return 24 * time.Hour
}
