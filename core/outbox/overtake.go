package outbox

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"khaibao/core"
)

// attend marks what the network takes while a batch goes on, so that little is
// sent again when we die in the middle, and renews our lease on the channel,
// without which another node would take us for dead and send the batch.
func (o *overtaking) attend(ctx context.Context, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(markEvery):
			o.markAndRenew(ctx)
			o.lost.Store(o.until.IsZero())
		}
	}
}

// watch looks for what is more urgent than the batch and came after it was
// claimed, until the batch is over: a batch can last for seconds, and a red
// alert may not. It does not wait for a mark that takes long.
func (o *overtaking) watch(ctx context.Context, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(markEvery):
		case <-o.woken:
			select { // many may wake us at once
			case <-over:
				return
			case <-time.After(lookEvery):
			}
		}
		o.look(ctx)
	}
}

// overtaking is what goes beside one batch.
type overtaking struct {
	*round
	lost    atomic.Bool // our lease on the channel
	sending sync.WaitGroup
	mu      sync.Mutex
	ended   bool
	inHand  int // rows that were claimed and are not done with
}

// look claims what is more urgent than the batch and sends it, with a deadline
// of its own. What overtakes waits for its steps like everything else; while
// many do, only codes and reds join them.
func (o *overtaking) look(ctx context.Context) {
	now := o.Now()
	_, resting := o.resting(now)
	inHand, going := o.begin()
	least := o.least - 1
	if inHand >= Workers {
		least = min(least, core.PriorityRed)
	}
	if !going {
		return
	}
	if least < 0 || resting || o.lost.Load() || ctx.Err() != nil {
		o.sending.Done()
		return
	}
	claiming, done := lingering(ctx)
	defer done()
	claimed, err := o.Store.ClaimUrgent(claiming, o.Channel.Name(), now, now.Add(rowLease), Workers, least)
	if err != nil && ctx.Err() == nil {
		slog.Error("outbox cannot claim what is urgent", "channel", o.Channel.Name(), "err", err)
	}
	if len(claimed) == 0 {
		o.sending.Done()
		return
	}
	o.hand(len(claimed))
	go func() {
		defer o.sending.Done()
		defer o.hand(-len(claimed))
		beside := &round{Sender: o.Sender, taken: o.taken, deadline: now.Add(beginWithin), least: least}
		beside.sendSideBySide(ctx, claimed)
	}()
}

// begin counts a look in, unless the batch has ended.
func (o *overtaking) begin() (inHand int, going bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ended {
		o.sending.Add(1)
	}
	return o.inHand, !o.ended
}

func (o *overtaking) hand(by int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inHand += by
}

// end lets nothing more overtake, and waits for what does.
func (o *overtaking) end() {
	o.mu.Lock()
	o.ended = true
	o.mu.Unlock()
	o.sending.Wait()
}
