package store

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// markPrompted keeps of sent messages that their people were asked. Silence is
// counted from then: a long queue may make it hours after the prompt was due.
// It is of no harm to do it again, as after an error of the first time.
func (s *Store) markPrompted(ctx context.Context, q querier, now time.Time, sent []Sent) error {
	var ids []string
	for _, m := range sent {
		if m.Prompt {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := q.exec(ctx, `UPDATE prompts SET prompted_at = $1, next_at = CASE WHEN next_at > 0 AND next_at < $2 THEN $2 ELSE next_at END
		WHERE outbox_id <> '' AND outbox_id`+s.anyOf("$3")+` AND prompted_at = 0`,
		now.UnixMilli(), now.Add(monitor.RemindAfter).UnixMilli(), s.among(ids))
	return wrap(err, "mark prompted")
}

// delivered is the word of all networks for what reached a handset.
const delivered = "delivered"

// markDelivered keeps that a prompt reached a handset. Networks may say so
// untruly: it stops no ladder (docs/reference/follow-up.md, lesson 2).
func (s *Store) markDelivered(ctx context.Context, outboxID string, at time.Time) error {
	_, err := s.q.exec(ctx, `UPDATE prompts SET delivered_at = $2 WHERE outbox_id = $1 AND outbox_id <> '' AND delivered_at = 0`, outboxID, at.UnixMilli())
	return wrap(err, "mark delivered")
}

// stepNow makes the ladder's next step of prompts due at once, when what asked
// them cannot arrive.
func stepNow(ctx context.Context, q querier, now time.Time, where string, args ...any) error {
	_, err := q.exec(ctx, `UPDATE prompts SET next_at = $1 WHERE next_at > $1 AND answered_at = 0 AND `+where, append([]any{now.UnixMilli()}, args...)...)
	return wrap(err, "next step of a prompt")
}

// addressLost is what a dead or blocked address means for those it answers for.
func addressLost(ctx context.Context, q querier, now time.Time, addressID string) error {
	return stepNow(ctx, q, now, `monitoring_id IN (SELECT id FROM monitoring WHERE ended_at = 0 AND (address_id = $2 AND address_id <> '' OR other_id = $2 AND other_id <> ''))`, addressID)
}

// promptLost is what a given-up message means for those it asked about.
func promptLost(ctx context.Context, q querier, m core.Queued, now time.Time) error {
	if m.Priority != core.PriorityPrompt {
		return nil
	}
	return stepNow(ctx, q, now, `outbox_id = $2 AND outbox_id <> ''`, m.ID)
}
