package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
)

// Replies that the network's own answer can carry (core.Inbound.Waits) are held
// back from the outbox for a moment, until they are claimed, or given up by
// whoever was to answer. They are held in the transaction that queues them: no
// sender may be quicker.

// heldReply is a queued message that is not due before a moment.
type heldReply struct {
	id    string
	until int64
}

const holdText = `UPDATE outbox SET due_at = $2 WHERE id = $1`

// holdReply holds back the first message that the turn of m queued for its own
// sender. Those behind it wait for it, as they are of its priority.
func (tx *Tx) holdReply(m inbound) {
	for _, q := range tx.queue {
		if q.Cause == m.id && q.Channel == m.Channel && q.Priority == core.PriorityReply && q.URN == m.URN {
			tx.held = append(tx.held, heldReply{id: q.ID, until: tx.now.Add(m.Waits).UnixMilli()})
			return
		}
	}
}

// maxReplies bounds how many messages are claimed for one answer; no turn of a
// conversation says more.
const maxReplies = 8

// ClaimReplies leases the messages that wait as answers to a recorded one, in
// their order, until the given time, whether they are due or held back. There
// are none when nothing waits, when somebody else has the first, or when it is
// not the next for its recipient: a person reads messages in their order.
func (s *Store) ClaimReplies(ctx context.Context, channel, externalID string, now, until time.Time) ([]core.Queued, error) {
	r, err := s.q.query(ctx, `
		WITH reply AS MATERIALIZED (
			SELECT o.id FROM messages m JOIN outbox o ON o.address_id = m.address_id AND o.channel = m.channel AND o.cause = m.id
			WHERE m.channel = $1 AND m.external_id = $2 AND o.priority = $6 AND o.state = 0 AND o.parts_sent = 0
			AND (o.leased_until <= $3 OR o.leased_until > $5)
			AND NOT EXISTS (
				SELECT 1 FROM outbox e
				WHERE e.address_id = o.address_id AND e.priority = o.priority AND e.state = 0 AND e.id < o.id
				AND (e.cause <> o.cause OR e.parts_sent > 0 OR e.leased_until > $3 AND e.leased_until <= $5))
			ORDER BY o.id LIMIT $7 `+s.skipLocked+`)
		UPDATE outbox SET leased_until = $4, attempts = attempts + 1
		WHERE id IN (SELECT id FROM reply)
		RETURNING id, address_id, cause, priority, locale_key, lang, args, created_at, attempts, parts_sent`,
		channel, externalID, now.UnixMilli(), until.UnixMilli(), until.Add(clockSlack).UnixMilli(), int64(core.PriorityReply), maxReplies)
	claimed, err := collect(r, err, func(r scanner) (core.Queued, error) { return s.scanQueued(r, channel) })
	if err != nil {
		return nil, fmt.Errorf("claim replies: %w", err)
	}
	slices.SortFunc(claimed, func(a, b core.Queued) int { return strings.Compare(a.ID, b.ID) })
	return claimed, nil
}

// RepliesSaid ends a claim: of its first messages it keeps, in order, how they
// were said in their network's answer; the others go to the outbox, due now.
// Their sender is woken.
func (s *Store) RepliesSaid(ctx context.Context, now time.Time, claimed []core.Queued, said []Sent) error {
	if len(claimed) == 0 {
		return nil
	}
	if err := s.MarkSent(ctx, now, said); err != nil {
		return err
	}
	for _, m := range claimed[len(said):] {
		_, err := s.q.exec(ctx, `UPDATE outbox SET leased_until = 0, attempts = attempts - 1, due_at = CASE WHEN due_at > $2 THEN $2 ELSE due_at END
			WHERE id = $1 AND state = 0`, m.ID, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("give a reply back: %w", err)
		}
	}
	return s.tellChannel(ctx, claimed[0].Channel)
}

// tellChannel wakes the senders of a channel, on all nodes.
func (s *Store) tellChannel(ctx context.Context, channel string) error {
	s.wake.tell([]string{channel})
	if s.pg == nil {
		return nil
	}
	_, err := s.q.exec(ctx, `SELECT pg_notify('outbox', $1)`, channel)
	return wrap(err, "wake a sender")
}
