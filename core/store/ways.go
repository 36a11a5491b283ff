package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"khaibao/core"
	"khaibao/core/seal"
	"khaibao/core/ways"
)

// UseWays sets by which ways Notify reaches people, and what is told of each
// message that has none: ways.OptedOut or ways.NoWay, and a channel. It is
// called once, before the first message; without it SMS is the only way.
func (s *Store) UseWays(b *ways.Book, count func(event, channel string)) {
	s.ways, s.countLost = b, count
}

// onlySMS is what a store begins with.
var onlySMS = &ways.Book{SMS: "sms"}

// unreachedTime is how long officers have to reach somebody whom no notice did.
const unreachedTime = 24 * time.Hour

// SendsCodes tells whether a code of this locale key can reach a telephone that
// is typed in a channel.
func (tx *Tx) SendsCodes(asker, key string) bool { return tx.s.ways.SendsCodes(asker, key) }

// Notify queues a message to a person by phone (E.164), on the best way that
// there is at the end of the transaction; the row keeps the others for when that
// one fails. m says what and how urgent: Priority, Lang, Say, Cause, Asker,
// Objectable, Unreached. Without any way the message is kept as dropped, and is
// a task for officers unless it is a code or the person opted out.
func (tx *Tx) Notify(ctx context.Context, phone string, m core.Queued) error {
	known, err := tx.knownBy(ctx, phone)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	all, why := tx.s.ways.Order(m, phone, known, tx.now)
	for i := range all {
		if all[i].AddressID == "" { // by the number itself, for the first time
			if all[i].AddressID, err = tx.AddressOf(ctx, all[i].Channel, all[i].URN); err != nil {
				return fmt.Errorf("notify: %w", err)
			}
		}
	}
	if m.Objectable {
		tx.markAllTold(known, all)
	}
	if m.Priority != core.PriorityCode {
		var t core.Task
		if m.Unreached != nil {
			t = *m.Unreached
		}
		t.Kind, t.Note = core.TaskUnreached, m.Say.Key
		if t.Province == "" {
			t.Province = tx.s.ways.Province
		}
		m.Unreached = &t
	}
	if m.TakeWay(all) {
		tx.Queue(m)
		return nil
	}
	return tx.noWay(ctx, phone, m, why)
}

// markAllTold lets every address of the phone object, whichever way is taken.
func (tx *Tx) markAllTold(known []ways.Known, all []core.Way) {
	ids := make(map[string]bool)
	for _, k := range known {
		ids[k.ID] = true
	}
	for _, w := range all {
		ids[w.AddressID] = true
	}
	for id := range ids {
		tx.told = append(tx.told, id)
	}
}

// noWay keeps a message that cannot be sent, so that it can be told later that
// and why nobody was told.
func (tx *Tx) noWay(ctx context.Context, phone string, m core.Queued, why string) error {
	channel := tx.s.ways.SMS
	if channel == "" {
		channel = onlySMS.SMS
	}
	id, err := tx.AddressOf(ctx, channel, core.TelURN(phone))
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	now := tx.now.UnixMilli()
	_, err = tx.q.exec(ctx, `INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, created_at, due_at, state, done_at, error_class)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 2, $8, $9)`,
		core.NewID(), channel, id, m.Cause, int64(m.Priority), m.Say.Key, m.Lang, now, why)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	tx.lost = append(tx.lost, lost{why, channel})
	if why == ways.OptedOut || m.Unreached == nil {
		return nil
	}
	return tx.openUnreached(ctx, *m.Unreached, id)
}

func (tx *Tx) openUnreached(ctx context.Context, t core.Task, addressID string) error {
	t.AddressID, t.Due = addressID, tx.now.Add(unreachedTime)
	return tx.OpenTask(ctx, t)
}

// lost is a message that had no way.
type lost struct{ why, channel string }

// countLosses tells what Notify gave up, once it is committed.
func (s *Store) countLosses(all []lost) {
	if s.countLost == nil {
		return
	}
	for _, l := range all {
		s.countLost(l.why, l.channel)
	}
}

// knownBy are the addresses that proved a phone, and those by which the phone
// itself is reached.
func (tx *Tx) knownBy(ctx context.Context, phone string) ([]ways.Known, error) {
	const columns = `id, channel, urn, CASE WHEN turned_at > proven_at THEN turned_at ELSE proven_at END, opted_out_at, gone_at`
	r, err := tx.q.query(ctx, `SELECT `+columns+` FROM addresses WHERE phone_hash = $1 AND phone_hash <> ''
		UNION ALL SELECT `+columns+` FROM addresses WHERE channel = $2 AND hash = $1 AND phone_hash <> $1
		UNION ALL SELECT `+columns+` FROM addresses WHERE channel = 'zalo' AND hash = $1 AND phone_hash <> $1`,
		tx.s.phoneHash(phone), tx.s.ways.SMS)
	return collect(r, err, func(r scanner) (k ways.Known, err error) {
		var urn []byte
		var heard, optedOut, gone int64
		if err := r.Scan(&k.ID, &k.Channel, &urn, &heard, &optedOut, &gone); err != nil {
			return k, err
		}
		k.Heard, k.OptedOut, k.Gone = time.UnixMilli(heard), optedOut > 0, gone > 0
		plain, err := tx.s.keys.OpenString("addresses.urn", k.ID, urn)
		if err != nil && !errors.Is(err, seal.ErrUnknownKey) { // damaged: it is no way to anybody
			slog.Error("sealed value of an address left out", "address", k.ID, "err", err)
			err, k.Gone = nil, true
		}
		k.URN = core.URN(plain)
		return k, err
	})
}

// Reroute moves a claimed message to the way that m names now, with those that
// it has left, and tells whether it did: not when somebody else claimed it since,
// whose try counts. class says why the former way failed.
func (s *Store) Reroute(ctx context.Context, now time.Time, m core.Queued, class string) (moved bool, err error) {
	args, err := s.sealSay(m)
	if err != nil {
		return false, err
	}
	n, err := s.q.exec(ctx, `UPDATE outbox SET channel = $2, address_id = $3, way = $4, args = $5, due_at = $6, error_class = $7,
			leased_until = 0, attempts = 0, parts_sent = 0
		WHERE id = $1 AND state = 0 AND attempts = $8`,
		m.ID, m.Channel, m.AddressID, m.Way.Name, args, now.UnixMilli(), class, m.Attempts)
	if err != nil || n == 0 {
		return false, wrap(err, "reroute")
	}
	// Its sender may be on another node, and looks by itself should it not hear.
	return true, s.tellChannel(ctx, m.Channel)
}

// Drop gives a message up. class says why: "refused", "expired", "gone",
// "no_way". What officers must do then becomes a task.
func (s *Store) Drop(ctx context.Context, now time.Time, m core.Queued, class string) error {
	const text = `UPDATE outbox SET state = 2, done_at = $2, leased_until = 0, error_class = $3, args = NULL WHERE id = $1 AND state = 0`
	if m.Unreached == nil && m.Priority != core.PriorityPrompt {
		_, err := s.q.exec(ctx, text, m.ID, now.UnixMilli(), class)
		return wrap(err, "drop")
	}
	return s.inTx(ctx, func(q querier) error {
		n, err := q.exec(ctx, text, m.ID, now.UnixMilli(), class)
		if err != nil || n == 0 {
			return wrap(err, "drop")
		}
		if err := promptLost(ctx, q, m, now); err != nil || m.Unreached == nil {
			return err
		}
		tx := &Tx{s: s, q: q, now: now}
		return tx.openUnreached(ctx, *m.Unreached, m.AddressID)
	})
}

// KeepCost keeps what a network says that a message cost, in đồng, and as how
// many segments it was billed; 0 for what it did not say. A message is named as
// for MoveStatus; of one that is not known nothing is kept. What is told of
// fewer segments than a message has is told of one part of it, and the others
// cost the same.
func (s *Store) KeepCost(ctx context.Context, channel, networkID string, cost int64, segments int) error {
	for _, name := range []string{byOutboxID, byNetworkID} {
		n, err := s.q.exec(ctx, `UPDATE outbox SET segments = CASE WHEN segments < $4 THEN $4 ELSE segments END,
			cost = CASE WHEN $3 = 0 THEN cost WHEN $4 > 0 AND segments > $4 THEN $3 * segments / $4 ELSE $3 END
			WHERE channel = $1 AND `+name, channel, networkID, cost, segments)
		if err != nil || n > 0 {
			return wrap(err, "keep cost")
		}
	}
	return nil
}
