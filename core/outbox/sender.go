// Package outbox sends what is due, at each channel's pace. It is the only
// door out, for replies, codes, prompts, alerts and notices alike.
//
// Sending is at least once: a row is leased, handed to the network, then
// marked. When a sender dies between the last two, whoever takes the channel
// over from it sends again.
package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
)

// Store is what a sender needs of the store. Tests have one that fails.
type Store interface {
	ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error)
	ClaimUrgent(ctx context.Context, channel string, now, until time.Time, n int, least core.Priority) ([]core.Queued, error)
	MarkSent(ctx context.Context, now time.Time, sent []store.Sent) error
	SendLater(ctx context.Context, id string, due time.Time, class string, partsSent int) error
	Drop(ctx context.Context, now time.Time, m core.Queued, class string) error
	Reroute(ctx context.Context, now time.Time, m core.Queued, class string) (moved bool, err error)
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
	// Count is told "sent", "retried", "rerouted", "dropped", "no_way", "gone",
	// "paused" and "config"; may be nil.
	Count func(event, channel string)
	// Bar tells why a message must not be handed to the network, as an error of
	// Send would; nil bars none.
	Bar func(m core.Queued) error
	// Price is what one message, or one segment of a text, is expected to cost,
	// in đồng; nil for nothing.
	Price func(m core.Queued) int64
	// Spent is told of each message that was sent by which way, as how many
	// segments and for what price; may be nil.
	Spent func(channel, way string, segments int, cost int64)

	pace     *pace
	woken    <-chan struct{}
	until    time.Time    // when our lease on the channel ends; zero while we hold none
	unmarked []store.Sent // taken by the network while the store failed; marked before anything else is sent
}

// Workers is how many recipients a sender serves side by side.
const Workers = 8

const (
	maxBatch    = 64              // rows claimed at once
	beginWithin = 5 * time.Second // of a claim; what was not begun by then is given back
	// For a claimed row. One that lives has sent, marked or given back all of a
	// batch by then; the rows of one that died are freed sooner (HoldSender).
	rowLease    = beginWithin + sendTimeout + 2*markTimeout
	senderLease = 15 * time.Second       // for the channel
	renewBelow  = 10 * time.Second       // what a lease must have left for another batch; longer than beginWithin
	linger      = 5 * time.Second        // that a claim may still take when we are stopped
	idle        = time.Second            // between looks when nobody wakes us
	sendTimeout = 15 * time.Second       // for one message
	markEvery   = 200 * time.Millisecond // while a batch goes on
	lookEvery   = 20 * time.Millisecond  // at most, for what is more urgent than the batch
	markTimeout = 5 * time.Second        // for one mark while a batch goes on; and for all at its end
	maxRest     = time.Hour              // whatever a network asks; then it may say so again
	configRest  = time.Minute            // at least, for a message that our set-up stopped
)

// Run sends until ctx ends; what was handed to the network by then is marked.
func (s *Sender) Run(ctx context.Context) {
	s.begin()
	woken, stop := s.Store.Wake(s.Channel.Name())
	defer stop()
	s.woken = woken
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

// Drain sends what may leave now and returns, in the place of Run: for whoever
// has a clock of their own. The right to send stays with this node until its
// lease lapses.
func (s *Sender) Drain(ctx context.Context) {
	s.begin()
	for again := true; again && ctx.Err() == nil; {
		again, _ = s.once(ctx)
	}
}

func (s *Sender) begin() {
	if s.pace == nil {
		s.pace = newPace(s.Channel.Features().Rate)
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
	if len(s.unmarked) > 0 { // claimed again, they would be sent again
		if err := s.Store.MarkSent(ctx, now, s.unmarked); err != nil {
			return false, idle
		}
		s.unmarked = nil
	}
	if ok, wait := s.hold(ctx, now); !ok {
		return false, wait
	}
	claiming, done := lingering(ctx)
	claimed, err := s.Store.ClaimDue(claiming, name, now, now.Add(rowLease), s.batch())
	done()
	if err != nil {
		if ctx.Err() == nil {
			slog.Error("outbox cannot claim", "channel", name, "err", err)
		}
		return false, idle
	}
	if len(claimed) == 0 {
		return false, idle
	}
	s.sendAll(ctx, claimed, now.Add(beginWithin))
	return true, 0
}

// lingering outlives a context that ends by a while: a claim that was cut off
// may be committed all the same, and its rows would wait out their leases.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(linger, cancel) })
	return later, func() {
		stop()
		cancel()
	}
}

// batch is how many rows to claim at once: about what the network takes in a
// second. The rows that a sender holds when it dies are late.
func (s *Sender) batch() int {
	if r := s.Channel.Features().Rate; r > 0 {
		return min(maxBatch, max(Workers, int(r)))
	}
	return maxBatch
}

// hold takes or renews the channel's lease; otherwise wait is how long to rest.
// A lease that is fresh is not written again: an idle node would sync the disk
// once a second for each channel.
func (s *Sender) hold(ctx context.Context, now time.Time) (ok bool, wait time.Duration) {
	if left := s.until.Sub(now); left > renewBelow && left <= senderLease {
		return true, 0
	}
	name, until := s.Channel.Name(), now.Add(senderLease)
	s.until = time.Time{}
	held, paused, err := s.Store.HoldSender(ctx, name, now, until)
	if err != nil {
		if ctx.Err() == nil {
			slog.Warn("outbox cannot reach the database", "channel", name, "err", err)
		}
		return false, idle
	}
	if !held {
		return false, idle
	}
	// A longer rest than any that we keep was written by a clock that has been
	// set back since.
	if rest := paused.Sub(now); rest > 0 && rest <= maxRest {
		return false, min(rest, senderLease/2)
	}
	s.until = until
	return true, 0
}

// sendAll sends a batch. Nothing is begun after the deadline, so that all of it
// ends within its leases. What is more urgent than the least of it and comes
// meanwhile is sent beside it.
func (s *Sender) sendAll(ctx context.Context, claimed []core.Queued, deadline time.Time) {
	run := &round{Sender: s, taken: &taken{}, deadline: deadline}
	for _, m := range claimed {
		run.least = max(run.least, m.Priority)
	}
	beside := &overtaking{round: run}
	var attending sync.WaitGroup
	over := make(chan struct{})
	// What the networks took is marked even when we are being stopped.
	attending.Go(func() { beside.attend(context.WithoutCancel(ctx), over) })
	attending.Go(func() { beside.watch(ctx, over) })
	run.sendSideBySide(ctx, claimed)
	beside.end()
	close(over)
	attending.Wait()
	if _, resting := run.resting(s.Now()); resting {
		s.until = time.Time{} // the rest is kept beside the lease, and read with it
	}
	run.markRest(context.WithoutCancel(ctx))
}

func (s *Sender) count(event string) {
	if s.Count != nil {
		s.Count(event, s.Channel.Name())
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
