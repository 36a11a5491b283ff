package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// How long an officer's code for a chat is good, and how many wrong codes, of
// anybody and anywhere, it survives: six digits must not be found by trying.
const (
	officerCodeTime  = 10 * time.Minute
	officerCodeTries = 10
)

// NewOfficerCode makes a one-time code by which an officer links a chat: six
// digits, good for ten minutes. It replaces the officer's former one. Whoever may
// not take alerts gets none: core.ErrNotFound.
func (s *Store) NewOfficerCode(ctx context.Context, now time.Time, o duty.Officer) (code string, err error) {
	if o.Disabled || !o.MayDo(duty.Call) {
		return "", core.ErrNotFound
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make an officer's code: %w", err)
	}
	code = fmt.Sprintf("%06d", n)
	err = s.inTx(ctx, func(q querier) error {
		if _, err := q.exec(ctx, `DELETE FROM officer_codes WHERE officer_id = $1 OR expires_at <= $2`, o.ID, now.UnixMilli()); err != nil {
			return err
		}
		_, err := q.exec(ctx, `INSERT INTO officer_codes (code_hash, officer_id, made_at, expires_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (code_hash) DO UPDATE SET officer_id = excluded.officer_id, made_at = excluded.made_at, expires_at = excluded.expires_at, used_at = 0, tries = 0`,
			s.officerCode(code), o.ID, now.UnixMilli(), now.Add(officerCodeTime).UnixMilli())
		return err
	})
	return code, wrap(err, "make an officer's code")
}

func (s *Store) officerCode(code string) string {
	return s.keys.Hash(seal.KindOTP, "officer|"+code)
}

// LinkOfficer makes an address the chat of the officer whose code it is, and
// burns the code. A wrong one counts against all that are still good.
func (tx *Tx) LinkOfficer(ctx context.Context, at *core.Address, code string) (core.OfficerChat, error) {
	o, err := scanOfficer(tx.q.row(ctx, `SELECT `+officerColumns+` FROM officer_codes c JOIN officers o ON o.id = c.officer_id
		WHERE c.code_hash = $1 AND c.used_at = 0 AND c.expires_at > $2 AND c.tries < $3`, tx.s.officerCode(code), tx.now.UnixMilli(), officerCodeTries))
	if errors.Is(err, errNoRows) || err == nil && (o.Disabled || !o.MayDo(duty.Call)) {
		_, err := tx.q.exec(ctx, `UPDATE officer_codes SET tries = tries + 1 WHERE used_at = 0 AND expires_at > $1`, tx.now.UnixMilli())
		return core.OfficerChat{}, wrap(err, "link an officer's chat")
	}
	if err != nil {
		return core.OfficerChat{}, fmt.Errorf("link an officer's chat: %w", err)
	}
	n, err := tx.q.exec(ctx, `UPDATE officer_codes SET used_at = $2 WHERE code_hash = $1 AND used_at = 0`, tx.s.officerCode(code), tx.now.UnixMilli())
	if err != nil || n == 0 {
		return core.OfficerChat{}, wrap(err, "link an officer's chat")
	}
	_, err = tx.q.exec(ctx, `UPDATE addresses SET officer_id = $2 WHERE id = $1`, at.ID, o.ID)
	return core.OfficerChat{Done: err == nil, Name: o.Name, Area: o.Area}, wrap(err, "link an officer's chat")
}

// UnlinkOfficer makes an address a citizen's alone again.
func (tx *Tx) UnlinkOfficer(ctx context.Context, at *core.Address) (core.OfficerChat, error) {
	n, err := tx.q.exec(ctx, `UPDATE addresses SET officer_id = '' WHERE id = $1 AND officer_id <> ''`, at.ID)
	return core.OfficerChat{Done: n > 0, Not: n == 0}, wrap(err, "unlink an officer's chat")
}

// OfficerChats is how many chats of an officer are linked.
func (s *Store) OfficerChats(ctx context.Context, officerID string) (n int, err error) {
	err = s.q.row(ctx, `SELECT COUNT(*) FROM addresses WHERE officer_id = $1 AND officer_id <> ''`, officerID).Scan(&n)
	return n, wrap(err, "count an officer's chats")
}

// UnlinkChats ends all chats of an officer.
func (s *Store) UnlinkChats(ctx context.Context, officerID string) error {
	_, err := s.q.exec(ctx, `UPDATE addresses SET officer_id = '' WHERE officer_id = $1 AND officer_id <> ''`, officerID)
	return wrap(err, "unlink an officer's chats")
}

// officerAt is whose chat an address is; nil of nobody who may take alerts now.
func (tx *Tx) officerAt(ctx context.Context, at *core.Address) (*duty.Officer, error) {
	o, err := scanOfficer(tx.q.row(ctx, `SELECT `+officerColumns+` FROM addresses a JOIN officers o ON o.id = a.officer_id WHERE a.id = $1 AND a.officer_id <> ''`, at.ID))
	switch {
	case errors.Is(err, errNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("whose chat: %w", err)
	case o.Disabled || !o.MayDo(duty.Call):
		return nil, nil
	}
	return &o, nil
}

// chat is an address at which an officer is told of things.
type chat struct {
	duty.Officer
	place core.Queued // where to
}

// chats are the linked chats of officers of some areas who may do something.
func (tx *Tx) chats(ctx context.Context, act duty.Act, areas ...string) ([]chat, error) {
	r, err := tx.q.query(ctx, `SELECT `+officerColumns+`, a.id, a.channel, a.lang, a.urn FROM addresses a JOIN officers o ON o.id = a.officer_id
		WHERE a.officer_id <> '' AND o.disabled_at = 0 AND a.gone_at = 0 AND a.opted_out_at = 0 ORDER BY o.area, a.id`)
	all, err := collect(r, err, func(r scanner) (c chat, err error) {
		var urn []byte
		c.Officer, err = scanOfficer(r, &c.place.AddressID, &c.place.Channel, &c.place.Lang, &urn)
		if err != nil {
			return c, err
		}
		plain, err := tx.s.keys.OpenString("addresses.urn", c.place.AddressID, urn)
		c.place.URN = core.URN(plain)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("officers' chats: %w", err)
	}
	var out []chat
	for _, c := range all {
		if !c.MayDo(act) {
			continue
		}
		for _, a := range areas {
			if a != "" && c.Area == a || a == everyArea {
				out = append(out, c)
				break
			}
		}
	}
	return out, nil
}

// everyArea asks chats for all of them.
const everyArea = "*"
