package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/seal"
)

// Tx is one transaction of the dispatcher. What most turns do, saving a
// session and queuing replies, is gathered and written together at its end.
type Tx struct {
	s     *Store
	q     querier
	now   time.Time
	found map[string]*core.Address // the group's addresses, locked
	saves []*core.Address
	queue []core.Queued
	told  []string // IDs of addresses, by MarkTold

	phones []string // hashes, by lockPhone
	untied []string // hashes of phones that Prove found nobody tied to, and nobody was since
	held   []heldReply
	lost   []lost // by Notify
}

// TurnFunc runs the turn of one fresh message. The messages of one address
// come one after the other, in the order of the group.
type TurnFunc func(ctx context.Context, tx *Tx, at *core.Address, m core.Inbound, messageID string) error

// Take records a group of messages, runs the turn of each that was not
// recorded before, and writes what they cause, all in one transaction. It
// returns when all of it is committed; on an error nothing of it is.
func (s *Store) Take(ctx context.Context, now time.Time, group []core.Inbound, turn TurnFunc) error {
	inbox := s.sealInbound(group)
	if s.pg != nil {
		return s.takePG(ctx, now, inbox, turn)
	}
	tx := &Tx{s: s, now: now}
	// SQLite is never far away, so nothing needs to be cut short; and its driver
	// starts a goroutine for each statement that could be.
	ctx = context.WithoutCancel(ctx)
	err := s.inTx(ctx, func(q querier) error {
		tx.q = q
		found, err := tx.findAddresses(ctx, inbox)
		if err != nil {
			return err
		}
		if err := tx.makeAddresses(ctx, inbox, found); err != nil {
			return err
		}
		fresh := make(map[string]bool, len(inbox))
		for _, m := range inbox {
			n, err := q.exec(ctx, recordText,
				m.Channel, m.ExternalID, m.id, found[m.key()].ID, m.body, now.UnixMilli())
			if err != nil {
				return fmt.Errorf("record message: %w", err)
			}
			fresh[m.id] = n == 1
		}
		if err := tx.runTurns(ctx, inbox, found, fresh, turn); err != nil {
			return err
		}
		return tx.flush(ctx)
	})
	if err == nil {
		s.wake.tell(tx.channels())
		s.countLosses(tx.lost)
	}
	return err
}

// inbound is a message with what the store adds to it.
type inbound struct {
	core.Inbound
	id   string
	hash string // of the URN
	body []byte // sealed
}

func (m inbound) key() string { return m.Channel + "|" + m.hash }

func (s *Store) sealInbound(group []core.Inbound) []inbound {
	inbox := make([]inbound, len(group))
	for i, m := range group {
		id := core.NewID()
		body := m.Text
		if m.Action != "" {
			body = "[" + m.Action + "]"
		}
		inbox[i] = inbound{Inbound: m, id: id, hash: s.urnHash(m.URN),
			body: s.keys.SealString("messages.body", id, body)}
	}
	return inbox
}

// urnHash finds an address by its URN. The hash of a tel: URN is the phone's
// hash, so that an SMS sender and a proved phone meet without a join.
func (s *Store) urnHash(u core.URN) string {
	if u.Scheme() == "tel" {
		return s.phoneHash(u.Path())
	}
	return s.keys.Hash(seal.KindAddress, string(u))
}

func (s *Store) phoneHash(e164 string) string { return s.keys.Hash(seal.KindPhone, e164) }

const addressColumns = `id, channel, hash, urn, lang, phone, proven_how, opted_out_at, gone_at,
	told_at, notice, declared_at, form, question, state, CASE WHEN turned_at > proven_at THEN turned_at ELSE proven_at END, watched_until`

// The statements of every turn.
const (
	findText   = `SELECT ` + addressColumns + ` FROM addresses WHERE channel = $1 AND hash = $2`
	recordText = `INSERT INTO messages (channel, external_id, id, address_id, body, received_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	saveText  = `UPDATE addresses SET form = $2, question = $3, state = $4, turned_at = $5 WHERE id = $1`
	queueText = `INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, args, created_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`
)

// queueWayText is queueText for the few messages that go to a phone: a further
// column would be a further value in every answer's row.
const queueWayText = `INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, args, created_at, due_at, way)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)`

// scanAddress reads one row of addressColumns and its key in the group.
func (tx *Tx) scanAddress(r scanner) (string, *core.Address, error) {
	var at core.Address
	var hash string
	var urn, phone, state []byte
	var optedOut, gone, told, declared, heard, watched int64
	err := r.Scan(&at.ID, &at.Channel, &hash, &urn, &at.Lang, &phone, &at.ProvenHow, &optedOut, &gone,
		&told, &at.Notice, &declared, &at.Form, &at.Question, &state, &heard, &watched)
	if err != nil {
		return "", nil, err
	}
	at.Watched = watched > tx.now.UnixMilli()
	at.Told = told > tx.now.Add(-objectTime).UnixMilli()
	at.OptedOut, at.Gone, at.Declared, at.Heard = optedOut > 0, gone > 0, declared > 0, time.UnixMilli(heard)
	open := func(column string, sealed []byte) string {
		if err != nil || sealed == nil {
			return ""
		}
		plain, openErr := tx.s.keys.OpenString(column, at.ID, sealed)
		switch {
		case errors.Is(openErr, seal.ErrUnknownKey): // another node may know it
			err = fmt.Errorf("address %s: %w", at.ID, openErr)
		case openErr != nil:
			// A damaged value is none: a phone is proved again, a form begun
			// again. To fail would shut this person out for good.
			slog.Error("sealed value of an address left out", "address", at.ID, "err", openErr)
		}
		return plain
	}
	at.URN = core.URN(open("addresses.urn", urn))
	at.Phone = open("addresses.phone", phone)
	at.State = []byte(open("addresses.state", state))
	if err != nil {
		return "", nil, err
	}
	return at.Channel + "|" + hash, &at, nil
}

// findAddresses gives the group's known addresses on SQLite, whose transaction
// is their lock; on PostgreSQL beginPG finds and locks them.
func (tx *Tx) findAddresses(ctx context.Context, inbox []inbound) (map[string]*core.Address, error) {
	found := make(map[string]*core.Address, len(inbox))
	for _, m := range inbox {
		if found[m.key()] != nil {
			continue
		}
		key, at, err := tx.scanAddress(tx.q.row(ctx, findText, m.Channel, m.hash))
		if err == errNoRows {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find address: %w", err)
		}
		found[key] = at
	}
	return found, nil
}

// makeAddresses adds the addresses that write for the first time.
func (tx *Tx) makeAddresses(ctx context.Context, inbox []inbound, found map[string]*core.Address) error {
	for _, m := range inbox {
		if found[m.key()] != nil {
			continue
		}
		at, err := tx.makeAddress(ctx, m.Channel, m.URN)
		if err != nil {
			return err
		}
		found[m.key()] = at
	}
	return nil
}

// makeAddress adds an address, or locks it when another node has just added it.
func (tx *Tx) makeAddress(ctx context.Context, channel string, urn core.URN) (*core.Address, error) {
	if err := tx.addAddress(ctx, channel, urn); err != nil {
		return nil, err
	}
	_, at, err := tx.scanAddress(tx.q.row(ctx, `SELECT `+addressColumns+`
		FROM addresses WHERE channel = $1 AND hash = $2 `+tx.s.forUpdate, channel, tx.s.urnHash(urn)))
	if err != nil {
		return nil, fmt.Errorf("lock new address: %w", err)
	}
	return at, nil
}

func (tx *Tx) addAddress(ctx context.Context, channel string, urn core.URN) error {
	id := core.NewID()
	err := tx.q.later(ctx, `INSERT INTO addresses (id, channel, hash, urn, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		id, channel, tx.s.urnHash(urn), tx.s.keys.SealString("addresses.urn", id, string(urn)), tx.now.UnixMilli())
	return wrap(err, "add address")
}

// runTurns runs the turn of each fresh message, in the order of the group.
func (tx *Tx) runTurns(ctx context.Context, inbox []inbound, found map[string]*core.Address, fresh map[string]bool, turn TurnFunc) error {
	tx.found = found
	for _, m := range inbox {
		if !fresh[m.id] {
			continue
		}
		at := found[m.key()]
		at.URN = m.URN // by its hash the same, also where the sealed one is damaged
		if at.Phone != "" && tx.now.Sub(at.Heard) > phoneSilence {
			if err := tx.unprove(ctx, at); err != nil {
				return err
			}
		}
		if err := turn(ctx, tx, at, m.Inbound, m.id); err != nil {
			return err
		}
		if m.Waits > 0 {
			tx.holdReply(m)
		}
	}
	return nil
}

// SaveSession keeps Form, Question and State of the address at the end of the
// transaction.
func (tx *Tx) SaveSession(at *core.Address) {
	if !slices.Contains(tx.saves, at) {
		tx.saves = append(tx.saves, at)
	}
}

// Queue puts a line into the outbox at the end of the transaction, due now.
func (tx *Tx) Queue(m core.Queued) {
	m.ID = core.NewID()
	tx.queue = append(tx.queue, m)
}

// flush writes what the turns gathered.
func (tx *Tx) flush(ctx context.Context) error {
	for _, at := range tx.saves {
		_, err := tx.q.exec(ctx, saveText,
			at.ID, at.Form, at.Question, tx.s.sealState(at), tx.now.UnixMilli())
		if err != nil {
			return fmt.Errorf("save session: %w", err)
		}
	}
	slices.Sort(tx.told)
	for _, id := range tx.told {
		if _, err := tx.q.exec(ctx, toldText, id, tx.now.UnixMilli()); err != nil {
			return fmt.Errorf("mark told: %w", err)
		}
	}
	for _, m := range tx.queue {
		args, err := tx.s.sealSay(m)
		if err != nil {
			return err
		}
		text, values := queueText, tx.queueValues(m, args)
		if m.Way.Name != "" {
			text, values = queueWayText, append(values, m.Way.Name)
		}
		if _, err := tx.q.exec(ctx, text, values...); err != nil {
			return fmt.Errorf("queue: %w", err)
		}
	}
	for _, h := range tx.held {
		if _, err := tx.q.exec(ctx, holdText, h.id, h.until); err != nil {
			return fmt.Errorf("hold a reply back: %w", err)
		}
	}
	return nil
}

// queueValues are the values of queueText.
func (tx *Tx) queueValues(m core.Queued, args []byte) []any {
	return []any{m.ID, m.Channel, m.AddressID, m.Cause, int64(m.Priority), m.Say.Key, m.Lang, args, tx.now.UnixMilli()}
}

func (s *Store) sealState(at *core.Address) []byte {
	return s.keys.Seal("addresses.state", at.ID, at.State)
}

// letter is what the sealed half of an outbox row holds.
type letter struct {
	URN core.URN `json:"to"`
	Say core.Say `json:"say"`

	// Of a message to a phone: the way it is on, those left, and what officers
	// must do when none is.
	Way       *core.Way  `json:"way,omitempty"`
	Ways      []core.Way `json:"ways,omitempty"`
	Unreached *core.Task `json:"unreached,omitempty"`
}

func (s *Store) sealSay(m core.Queued) ([]byte, error) {
	l := letter{URN: m.URN, Say: m.Say, Ways: m.Ways, Unreached: m.Unreached}
	if m.Way.Name != "" {
		l.Way = &m.Way
	}
	args, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("queue %s: %w", m.Say.Key, err)
	}
	return s.keys.Seal("outbox.args", m.ID, args), nil
}

// channels are those that have something queued, for waking their senders.
func (tx *Tx) channels() []string {
	var all []string
	for _, m := range tx.queue {
		if !slices.Contains(all, m.Channel) {
			all = append(all, m.Channel)
		}
	}
	return all
}
