package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
)

// ClaimDue leases up to n of a channel's due messages until the given time, so
// that no other sender takes them. The leases of one that died lapse, at the
// latest; see HoldSender.
// Order holds within one priority of one recipient: a message waits while an
// earlier one of its kind is leased or due later, as one that was set back is:
// the limit of n would part the two in the wrong order. Prompts have no order:
// each has its own moment. One that does not open
// comes with the others, marked, so that it holds up nobody else. A lease that
// ends long after those given now was made by a clock that has been set back
// since: it holds nothing. In the quiet hours prompts and ordinary notices wait,
// whoever queued them and when.
func (s *Store) ClaimDue(ctx context.Context, channel string, now, until time.Time, n int) ([]core.Queued, error) {
	return s.ClaimUrgent(ctx, channel, now, until, n, core.PriorityNotice)
}

// ClaimUrgent is ClaimDue for what is as urgent as least, or more.
func (s *Store) ClaimUrgent(ctx context.Context, channel string, now, until time.Time, n int, least core.Priority) ([]core.Queued, error) {
	for {
		claimed, err := s.claim(ctx, channel, now, until, n, least)
		if err != nil || len(claimed) == 0 {
			return nil, wrap(err, "claim due "+channel)
		}
		left, err := s.fillAsked(ctx, now, claimed)
		if err != nil || len(left) > 0 {
			return left, wrap(err, "claim due "+channel)
		}
		// All of them asked people who have answered: there may be more behind.
	}
}

// promptPriority is core.PriorityPrompt in SQL.
var promptPriority = strconv.Itoa(int(core.PriorityPrompt))

func (s *Store) claim(ctx context.Context, channel string, now, until time.Time, n int, least core.Priority) ([]core.Queued, error) {
	r, err := s.q.query(ctx, `
		WITH due AS MATERIALIZED (
			SELECT o.id FROM outbox o
			WHERE o.channel = $4 AND o.state = 0 AND o.priority <= $6 AND o.due_at > 0 AND o.due_at <= $1 AND (o.leased_until <= $1 OR o.leased_until > $5)
			AND NOT EXISTS (
				SELECT 1 FROM outbox e
				WHERE e.address_id = o.address_id AND e.priority = o.priority AND e.state = 0 AND e.id < o.id
				AND (e.due_at > o.due_at AND o.priority <> `+promptPriority+` OR e.leased_until > $1 AND e.leased_until <= $5))
			ORDER BY o.priority, o.due_at, o.id LIMIT $3 `+s.skipLocked+`)
		UPDATE outbox SET leased_until = $2, attempts = attempts + 1
		WHERE id IN (SELECT id FROM due)
		RETURNING id, address_id, cause, priority, locale_key, lang, args, created_at, attempts, parts_sent`,
		now.UnixMilli(), until.UnixMilli(), n, channel, until.Add(clockSlack).UnixMilli(), int64(min(least, LeavesAt(now))))
	claimed, err := collect(r, err, func(r scanner) (core.Queued, error) {
		return s.scanQueued(r, channel)
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(claimed, func(a, b core.Queued) int {
		if a.Priority != b.Priority {
			return int(a.Priority - b.Priority)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return claimed, nil
}

func (s *Store) scanQueued(r scanner, channel string) (core.Queued, error) {
	m := core.Queued{Channel: channel}
	var sealed []byte
	var key string
	var created int64
	err := r.Scan(&m.ID, &m.AddressID, &m.Cause, &m.Priority, &key, &m.Lang, &sealed, &created, &m.Attempts, &m.PartsSent)
	if err != nil {
		return m, err
	}
	m.Queued = time.UnixMilli(created)
	m.Say.Key = key
	if sealed == nil { // fillAsked makes its words
		m.Unreadable = errNoWords
		return m, nil
	}
	var l letter
	open, err := s.keys.Open("outbox.args", m.ID, sealed)
	if err == nil && json.Unmarshal(open, &l) != nil {
		err = errors.New("arguments are no JSON")
	}
	m.Unreadable = err
	m.URN, m.Say, m.Ways, m.Unreached = l.URN, l.Say, l.Ways, l.Unreached
	if l.Way != nil {
		m.Way = *l.Way
	}
	m.Say.Key = key
	return m, nil
}

// clockSlack is how far apart the clocks of two nodes may be.
const clockSlack = time.Minute

// Sent is a message that its network took.
type Sent struct {
	ID, NetworkID string
	Way           string // that it took, see core.Way
	Template      string // "" when it was words of our own
	Segments      int    // SMS that it is expected to be billed as; 0 on other networks
	Cost          int64  // đồng that it is expected to cost
	Prompt        bool   // it asked somebody who is watched
}

// MarkSent keeps that the networks took these messages. The arguments have
// served and are forgotten. A cost that the network told meanwhile stays; see
// KeepCost.
func (s *Store) MarkSent(ctx context.Context, now time.Time, sent []Sent) error {
	if len(sent) == 0 {
		return nil
	}
	if s.pg != nil {
		n := len(sent)
		ids, networkIDs, ways, templates := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		segments, costs := make([]int64, n), make([]int64, n)
		for i, m := range sent {
			ids[i], networkIDs[i], ways[i], templates[i] = m.ID, m.NetworkID, m.Way, m.Template
			segments[i], costs[i] = int64(m.Segments), m.Cost
		}
		_, err := s.q.exec(ctx, `UPDATE outbox o SET state = 1, done_at = $3, leased_until = 0, network_id = u.network_id, args = NULL,
				way = u.way, template = u.template, segments = CASE WHEN o.segments > u.segments THEN o.segments ELSE u.segments END,
				cost = CASE WHEN o.cost = 0 THEN u.cost WHEN o.segments > 0 AND u.segments > o.segments THEN o.cost * u.segments / o.segments ELSE o.cost END
			FROM unnest($1::text[], $2::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) AS u (id, network_id, way, template, segments, cost)
			WHERE o.id = u.id`, ids, networkIDs, now.UnixMilli(), ways, templates, segments, costs)
		if err != nil {
			return fmt.Errorf("mark sent: %w", err)
		}
		return s.markPrompted(ctx, s.q, now, sent)
	}
	return s.inTx(ctx, func(q querier) error {
		for _, m := range sent {
			_, err := q.exec(ctx, sentText, m.ID, m.NetworkID, now.UnixMilli(), m.Way, m.Template, m.Segments, m.Cost)
			if err != nil {
				return fmt.Errorf("mark sent: %w", err)
			}
		}
		return s.markPrompted(ctx, q, now, sent)
	})
}

const sentText = `UPDATE outbox SET state = 1, done_at = $3, leased_until = 0, network_id = $2, args = NULL,
	way = $4, template = $5, segments = CASE WHEN segments > $6 THEN segments ELSE $6 END,
	cost = CASE WHEN cost = 0 THEN $7 WHEN segments > 0 AND $6 > segments THEN cost * $6 / segments ELSE cost END WHERE id = $1`

// SendLater gives a message back until due. class says why: "retry",
// "paused", "config" or "" when it was not tried.
func (s *Store) SendLater(ctx context.Context, id string, due time.Time, class string, partsSent int) error {
	_, err := s.q.exec(ctx, `UPDATE outbox SET due_at = CASE WHEN due_at < $2 THEN $2 ELSE due_at END, leased_until = 0, error_class = $3,
		parts_sent = $4, attempts = attempts - CASE WHEN $3 = '' THEN 1 ELSE 0 END WHERE id = $1 AND state = 0`,
		id, due.UnixMilli(), class, partsSent)
	return wrap(err, "send later")
}

// AddressGone keeps that an address is blocked or dead, and gives up all that
// waits for it, but for messages to the phone: their senders look for the next
// way of each.
func (s *Store) AddressGone(ctx context.Context, now time.Time, addressID string) error {
	return s.inTx(ctx, func(q querier) error {
		if _, err := q.exec(ctx, `UPDATE addresses SET gone_at = $2 WHERE id = $1`, addressID, now.UnixMilli()); err != nil {
			return fmt.Errorf("address gone: %w", err)
		}
		_, err := q.exec(ctx, `UPDATE outbox SET state = 2, done_at = $2, leased_until = 0, error_class = 'gone', args = NULL
			WHERE address_id = $1 AND state = 0 AND way = ''`, addressID, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("address gone: %w", err)
		}
		return addressLost(ctx, q, now, addressID)
	})
}

// HoldSender takes or renews the right to send for a channel. Not held means
// that another node has it. pausedUntil is when the network's rest ends. Who
// takes it from another frees the rows that the other had leased: one that
// lives renews its right while it sends.
func (s *Store) HoldSender(ctx context.Context, channel string, now, until time.Time) (held bool, pausedUntil time.Time, err error) {
	var paused int64
	err = s.q.row(ctx, `UPDATE senders SET until = $3 WHERE channel = $1 AND holder = $2 RETURNING paused_until`,
		channel, s.holder, until.UnixMilli()).Scan(&paused)
	if err == errNoRows {
		err = s.inTx(ctx, func(q querier) error {
			err := q.row(ctx, `INSERT INTO senders (channel, holder, until) VALUES ($1, $2, $3)
				ON CONFLICT (channel) DO UPDATE SET holder = excluded.holder, until = excluded.until
				WHERE senders.until <= $4 OR senders.until > $5
				RETURNING paused_until`, channel, s.holder, until.UnixMilli(), now.UnixMilli(), until.Add(clockSlack).UnixMilli()).Scan(&paused)
			if err != nil {
				return err
			}
			_, err = q.exec(ctx, `UPDATE outbox SET leased_until = 0 WHERE channel = $1 AND state = 0 AND due_at > 0 AND leased_until > $2 AND attempts <= $3`,
				channel, now.UnixMilli(), freedAtOnce)
			return err
		})
	}
	if err == errNoRows {
		return false, time.Time{}, nil
	}
	return err == nil, time.UnixMilli(paused), wrap(err, "hold sender")
}

// freedAtOnce is how often a row may have been claimed to be freed before its
// lease lapses. One that was claimed more often may be what its senders died
// of: the others are to go out before it is tried again.
const freedAtOnce = 2

// ReleaseSender lets another node send at once.
func (s *Store) ReleaseSender(ctx context.Context, channel string) error {
	_, err := s.q.exec(ctx, `UPDATE senders SET until = 0 WHERE channel = $1 AND holder = $2`, channel, s.holder)
	return wrap(err, "release sender")
}

// PauseSender keeps that a network asked for rest, for whoever sends next.
func (s *Store) PauseSender(ctx context.Context, channel string, until time.Time) error {
	_, err := s.q.exec(ctx, `UPDATE senders SET paused_until = $2 WHERE channel = $1 AND paused_until < $2`, channel, until.UnixMilli())
	return wrap(err, "pause sender")
}

// WaitingAtMost bounds how far Backlog counts: it is asked all the time, most
// of all while very many wait.
const WaitingAtMost = 10_000

// Backlog tells how many messages of a channel wait, WaitingAtMost at most, and
// for how long the oldest due one could have left; see the quiet hours.
func (s *Store) Backlog(ctx context.Context, channel string, now time.Time) (waiting int, oldest time.Duration, err error) {
	text := `SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE channel = $1 AND state = 0 AND due_at > 0
		ORDER BY priority, due_at, id LIMIT $2) waits)`
	for p := core.PriorityCode; p <= core.PriorityNotice; p++ { // one step into the index for each
		text += fmt.Sprintf(`, COALESCE((SELECT MIN(due_at) FROM outbox WHERE channel = $1 AND state = 0 AND due_at > 0 AND priority = %d), 0)`, p)
	}
	var dues [core.PriorityNotice + 1]int64
	into := []any{&waiting}
	for p := range dues {
		into = append(into, &dues[p])
	}
	if err := s.q.row(ctx, text, channel, WaitingAtMost).Scan(into...); err != nil {
		return 0, 0, fmt.Errorf("backlog %s: %w", channel, err)
	}
	for p, due := range dues {
		if due > 0 {
			oldest = max(oldest, age(core.Priority(p), time.UnixMilli(due), now))
		}
	}
	return waiting, oldest, nil
}

// MoveStatus keeps what a network reports of a message that it took. Reports
// come out of order and only move forward: rank grows along the way. A message
// is named by its network's ID or, when the report was quicker than our writing
// that down, by its outbox ID.
func (s *Store) MoveStatus(ctx context.Context, channel, networkID, status string, rank int) error {
	for _, name := range []string{byOutboxID, byNetworkID} { // two statements, so that each has its index
		var id string
		var priority int64
		err := s.q.row(ctx, `UPDATE outbox SET network_state = $3, network_rank = $4
			WHERE channel = $1 AND network_rank < $4 AND `+name+` RETURNING id, priority`, channel, networkID, status, rank).Scan(&id, &priority)
		if errors.Is(err, errNoRows) {
			continue
		}
		if err == nil && status == delivered && core.Priority(priority) == core.PriorityPrompt {
			err = s.markDelivered(ctx, id, time.Now())
		}
		return wrap(err, "move status")
	}
	return nil
}

// The two names of a message that was handed to its network.
const (
	byOutboxID  = `id = $2`
	byNetworkID = `network_id = $2 AND network_id <> ''`
)

// NumberDead stops an address by a message that its network could not deliver,
// named as for MoveStatus. A message that is not known is core.ErrNotFound.
func (s *Store) NumberDead(ctx context.Context, now time.Time, channel, networkID string) error {
	for _, name := range []string{byOutboxID, byNetworkID} {
		var addressID string
		err := s.q.row(ctx, `SELECT address_id FROM outbox WHERE channel = $1 AND `+name, channel, networkID).Scan(&addressID)
		if err == nil {
			return s.AddressGone(ctx, now, addressID)
		}
		if err != errNoRows {
			return fmt.Errorf("find address of a message: %w", err)
		}
	}
	return core.ErrNotFound
}

// wrap says what was being done when an error came; nil stays nil.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
