package outbox

import (
	"context"
	"log/slog"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
)

// onward sends a message by the next way that it has, after this one failed for
// good: class says how. Without one it is given up, and what officers must do
// then becomes a task. The move is one statement: until it is done the row
// stands where it was, and is tried there again when we die before it.
func (r *round) onward(ctx context.Context, m core.Queued, now time.Time, class string) {
	from := m.WayTaken()
	if !m.TakeWay(m.Ways) {
		if class == "elsewhere" {
			class = "no_way"
		}
		r.drop(ctx, m, now, class)
		return
	}
	moved, err := r.Store.Reroute(ctx, now, m, class)
	r.note(err, m)
	if moved {
		slog.Info("message takes its next way", "outbox", m.ID, "key", m.Say.Key, "from", from, "to", m.Way.Name, "why", class)
		r.count("rerouted")
	}
}

// hasty tells whether a message had better take its next way than wait for this
// one: a code is worthless in five minutes.
func hasty(m core.Queued) bool { return m.Priority == core.PriorityCode && len(m.Ways) > 0 }

// refusedForNow tells whether the network said that it did not take a message,
// so that another way cannot make it arrive twice.
func refusedForNow(e *channel.SendError) bool { return e.Config || e.RetryAfter > 0 }

// asSent is what is kept of a message that its network took, with what it is
// expected to cost: the price of each message or, of texts, of each segment.
func (s *Sender) asSent(m core.Queued, parts []core.Outbound, networkID string) store.Sent {
	sent := store.Sent{ID: m.ID, NetworkID: networkID, Way: m.WayTaken(), Template: m.Way.Template, Prompt: m.Priority == core.PriorityPrompt}
	units := len(parts)
	if s.Channel.Features().Plain {
		for _, p := range parts {
			n, _ := channel.Segments(p.Text)
			sent.Segments += n
		}
		units = sent.Segments
	}
	if s.Price != nil {
		sent.Cost = int64(units) * s.Price(m)
	}
	if s.Spent != nil {
		s.Spent(s.Channel.Name(), sent.Way, sent.Segments, sent.Cost)
	}
	return sent
}
