package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"khaibao/core"
)

// attend goes beside a batch until it is over. It marks what the network takes,
// so that little is sent again when we die in the middle; it renews our lease on
// the channel, without which another node would take us for dead and send the
// batch; and it looks for what is more urgent than the batch and came after it
// was claimed: a batch can last for seconds, and a red alert may not.
func (o *overtaking) attend(ctx context.Context, over <-chan struct{}) {
	// What the networks took is marked even when we are being stopped.
	lasting := context.WithoutCancel(ctx)
	mark := time.NewTicker(markEvery)
	defer mark.Stop()
	for {
		select {
		case <-over:
			return
		case <-mark.C:
			o.markAndRenew(lasting)
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
	if inHand >= workers {
		least = min(least, core.PriorityRed)
	}
	if !going {
		return
	}
	if least < 0 || resting || o.until.IsZero() || ctx.Err() != nil {
		o.sending.Done()
		return
	}
	claiming, done := lingering(ctx)
	defer done()
	claimed, err := o.Store.ClaimUrgent(claiming, o.Channel.Name(), now, now.Add(rowLease), workers, least)
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
