package outbox

import (
	"context"
	"sync"
	"time"

	"khaibao/core"
)

// pace spaces what goes to one network evenly. A bucket that fills up while
// nothing is sent would let twice the rate pass in the second after it, and the
// network counts seconds. Of those who wait, the most urgent goes next: what
// was queued behind thousands of notices leaves with the next step.
type pace struct {
	step time.Duration // between two messages; 0 for a network without a limit
	lane [core.PriorityNotice + 1]chan struct{}

	mu      sync.Mutex
	next    time.Time // when the next message may go
	waiting [core.PriorityNotice + 1]int
}

// makeUp is how much of being woken late is made up for. Steps are longer by as
// much, all together, so that no second holds one message more for it.
const makeUp = 5 * time.Millisecond

// newPace makes the pace of a network that takes so many messages a second.
func newPace(rate float64) *pace {
	p := &pace{}
	if rate > 0 {
		p.step = time.Duration(float64(time.Second+makeUp) / rate)
	}
	for i := range p.lane {
		p.lane[i] = make(chan struct{}, 1)
	}
	return p
}

// wait waits until a message of a priority may go that counts as n.
func (p *pace) wait(ctx context.Context, n int, priority core.Priority) error {
	if p.step == 0 {
		return ctx.Err()
	}
	priority = min(max(priority, 0), core.PriorityNotice)
	select { // one of each priority at a time, so that a large message is not overtaken for ever
	case p.lane[priority] <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.lane[priority] }()
	p.line(priority, 1)
	defer p.line(priority, -1)
	for {
		rest := p.take(max(1, n), priority, time.Now())
		if rest == 0 {
			return ctx.Err()
		}
		sleep(ctx, rest)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (p *pace) line(priority core.Priority, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[priority] += by
}

// take takes n steps, or tells when to ask again.
func (p *pace) take(n int, priority core.Priority, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, more := range p.waiting[:priority] {
		if more > 0 {
			return max(p.next.Sub(now), p.step/4)
		}
	}
	// All n steps are waited for beforehand: no second holds more than the rate.
	if rest := p.next.Add(time.Duration(n-1) * p.step).Sub(now); rest > 0 {
		return rest
	}
	if late := now.Add(-makeUp); p.next.Before(late) {
		p.next = late
	}
	p.next = p.next.Add(time.Duration(n) * p.step)
	return 0
}
