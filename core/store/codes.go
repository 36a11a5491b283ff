package store

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/codes"
	"khaibao/core/seal"
)

// proveCode is the purpose of the codes that prove a phone. A code is good for
// one purpose, one address and one phone.
const proveCode = "prove"

// codesLock is the advisory lock of PostgreSQL under which codes are counted
// and added, so that the caps hold over all nodes; SQLite has one writer.
const codesLock = 0x6b62636f646573 // "kbcodes"

// SendCode makes a code for a phone and an address, and kills the one that the
// address had. The caller sends it. refused is "" or what codes.Decide said of
// what this address and its network asked before, wait how long to wait with
// codes.Wait. The network that the wish came from is taken from codes.NetworkOf.
//
// What others had sent to the phone is told to nobody who types its number, but
// the phone's own caps hold all the same: then there is neither a code nor a
// refusal. The caller answers as ever and sends nothing; what is typed is wrong.
func (tx *Tx) SendCode(ctx context.Context, addressID, phone string, now time.Time, l codes.Limits) (code, refused string, wait time.Duration, err error) {
	w := wish{
		address: addressID,
		phone:   tx.s.phoneHash(phone),
		network: tx.s.keys.Hash(seal.KindOTP, networkText(codes.NetworkOf(ctx))),
		now:     now,
	}
	if !codes.Mobile(phone) {
		return "", codes.Region, 0, nil
	}
	// Most wishes of an attack end here, without the lock and the long count.
	own, all, err := tx.codeHistory(ctx, w)
	if err != nil {
		return "", "", 0, err
	}
	if d := codes.Decide(l, phone, own, now); d.Refused != "" {
		return "", d.Refused, d.Wait, nil
	}
	if codes.Decide(l, phone, all, now).Refused != "" {
		return "", "", 0, tx.addCode(ctx, w, "", l)
	}
	if tx.s.pg != nil {
		if _, err := tx.q.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(codesLock)); err != nil {
			return "", "", 0, fmt.Errorf("lock codes: %w", err)
		}
	}
	if own, all, err = tx.codeHistory(ctx, w); err != nil {
		return "", "", 0, err
	}
	err = tx.q.row(ctx, `SELECT COUNT(*) FROM codes WHERE sent_at > $1 AND code_hash <> ''`, now.Add(-codes.Day).UnixMilli()).Scan(&own.InAll)
	if err != nil {
		return "", "", 0, fmt.Errorf("count codes: %w", err)
	}
	if d := codes.Decide(l, phone, own, now); d.Refused != "" {
		return "", d.Refused, d.Wait, nil
	}
	if codes.Decide(l, phone, all, now).Refused == "" {
		code = codes.New(l.Digits)
	}
	return code, "", 0, tx.addCode(ctx, w, code, l)
}

// wish is somebody's wish for a code, as the table codes knows it.
type wish struct {
	address, phone, network string // the last two as keyed hashes
	now                     time.Time
}

func networkText(network string) string {
	if network == "" {
		return ""
	}
	return "network|" + network
}

// codeHistory counts all but the codes in all: own is what this address and its
// network asked for, all what was really sent to the phone for anybody.
func (tx *Tx) codeHistory(ctx context.Context, w wish) (own, all codes.History, err error) {
	var ownLast, allLast int64
	err = tx.q.row(ctx, `SELECT
			(SELECT COUNT(*) FROM codes WHERE address_id = $2 AND phone_hash = $1 AND sent_at > $4),
			(SELECT COALESCE(MAX(sent_at), 0) FROM codes WHERE address_id = $2 AND phone_hash = $1 AND sent_at > $4),
			(SELECT COUNT(DISTINCT phone_hash) FROM codes WHERE address_id = $2 AND sent_at > $5 AND phone_hash <> $1),
			(SELECT COUNT(*) FROM codes WHERE network = $3 AND sent_at > $5 AND network <> ''),
			(SELECT COUNT(*) FROM codes WHERE phone_hash = $1 AND sent_at > $4 AND code_hash <> ''),
			(SELECT COALESCE(MAX(sent_at), 0) FROM codes WHERE phone_hash = $1 AND sent_at > $4 AND code_hash <> '')`,
		w.phone, w.address, w.network, w.now.Add(-codes.Day).UnixMilli(), w.now.Add(-codes.Hour).UnixMilli()).
		Scan(&own.ToPhone, &ownLast, &own.OtherPhones, &own.FromNetwork, &all.ToPhone, &allLast)
	if err != nil {
		return own, all, fmt.Errorf("count codes: %w", err)
	}
	if ownLast > 0 {
		own.Last = time.UnixMilli(ownLast)
	}
	if allLast > 0 {
		all.Last = time.UnixMilli(allLast)
	}
	return own, all, nil
}

// addCode keeps a code or, with an empty one, that a wish was answered and
// nothing sent: its hash is empty, which no code's is.
func (tx *Tx) addCode(ctx context.Context, w wish, code string, l codes.Limits) error {
	_, err := tx.q.exec(ctx, `UPDATE codes SET dead_at = $3 WHERE address_id = $1 AND purpose = $2 AND used_at = 0 AND dead_at = 0`,
		w.address, proveCode, w.now.UnixMilli())
	if err != nil {
		return fmt.Errorf("kill former code: %w", err)
	}
	hash := ""
	if code != "" {
		hash = tx.codeHash(w.address, w.phone, code)
	}
	// tries are those that are left.
	_, err = tx.q.exec(ctx, `INSERT INTO codes (id, phone_hash, address_id, purpose, code_hash, network, sent_at, expires_at, tries)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		core.NewID(), w.phone, w.address, proveCode, hash, w.network,
		w.now.UnixMilli(), w.now.Add(l.Lifetime).UnixMilli(), int64(l.Tries))
	return wrap(err, "add code")
}

// codeHash binds a code to what it is good for, so that a row is worth nothing
// in another's place.
func (tx *Tx) codeHash(addressID, phoneHash, code string) string {
	return tx.s.keys.Hash(seal.KindOTP, strings.Join([]string{proveCode, addressID, phoneHash, code}, "|"))
}

// CheckCode compares what was typed with the live code of an address and a
// phone. A right code is used up. A wrong one costs a try, of which left are
// left. expired says that there is no live code, or no longer: too old, used,
// replaced, for another phone, or typed wrong too often. What is no code at
// all costs nothing.
func (tx *Tx) CheckCode(ctx context.Context, addressID, phone, typed string, now time.Time) (ok, expired bool, left int, err error) {
	phoneHash, code := tx.s.phoneHash(phone), codes.Typed(typed)
	cost := 1
	if code == "" {
		cost = 0
	}
	// The try is taken before the comparison: of two at once, each costs one.
	var id, hash string
	err = tx.q.row(ctx, `UPDATE codes SET tries = tries - $5
		WHERE address_id = $1 AND phone_hash = $2 AND purpose = $3 AND used_at = 0 AND dead_at = 0 AND expires_at > $4 AND tries > 0
		RETURNING id, code_hash, tries`, addressID, phoneHash, proveCode, now.UnixMilli(), int64(cost)).Scan(&id, &hash, &left)
	if err == errNoRows {
		return false, true, 0, nil
	}
	if err != nil {
		return false, false, 0, fmt.Errorf("check code: %w", err)
	}
	if code == "" || subtle.ConstantTimeCompare([]byte(hash), []byte(tx.codeHash(addressID, phoneHash, code))) != 1 {
		return false, left == 0, left, nil
	}
	_, err = tx.q.exec(ctx, `UPDATE codes SET used_at = $2 WHERE id = $1`, id, now.UnixMilli())
	return err == nil, false, left, wrap(err, "use code")
}

// CodesProved tells how many codes were sent within an hour that ended when
// the youngest of them reached the end of its lifetime, and how many of them
// were typed: what codes.Alarm judges.
func (s *Store) CodesProved(ctx context.Context, now time.Time, l codes.Limits) (sent, proved int, err error) {
	until := now.Add(-l.Lifetime)
	err = s.q.row(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN used_at > 0 THEN 1 ELSE 0 END), 0)
		FROM codes WHERE sent_at > $1 AND sent_at <= $2 AND code_hash <> ''`, until.Add(-codes.Hour).UnixMilli(), until.UnixMilli()).Scan(&sent, &proved)
	return sent, proved, wrap(err, "count codes")
}
