package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// How a tie came about, beside "own": the person's own proof.
const (
	// tieUnproven is a phone that was typed and never proved.
	tieUnproven = "unproven"
	// tieSilent is a phone that was proved, and then silent for so long that
	// somebody else may hold it now.
	tieSilent = "silent"
)

// phoneSilence is after how long without a word a phone must be proved again,
// and its new proof shows nobody who was declared by it before
// (docs/reference/security.md, 5).
const phoneSilence = 180 * 24 * time.Hour

// tiedByAddress are the people whom an address, $2, declared without proof:
// while no phone, $1, is proved there, and afterwards those of whom that very
// phone was given. Who takes a chat over with another phone gets nobody of them.
const tiedByAddress = `SELECT t.person_id FROM ties t WHERE t.address_id = $2 AND t.address_id <> '' AND ($1 = '' OR t.phone_hash = $1)`

// tie keeps what ties the person: the phone that was proved, or the address
// while none is. A phone that was only typed is kept beside the address, so
// that officers find by it, but it ties nobody.
func (tx *Tx) tie(ctx context.Context, d core.Declaration, personID string) error {
	hash, addressID, how := tx.s.phoneHash(d.Phone), "", "own"
	if !d.Proven {
		addressID, how = d.AddressID, tieUnproven
	}
	var phone []byte
	if d.Phone != "" {
		phone = tx.s.keys.SealString("ties.phone", personID, d.Phone)
	}
	_, err := tx.q.exec(ctx, `INSERT INTO ties (person_id, phone_hash, phone, address_id, how, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, phone_hash, address_id) DO UPDATE SET how = excluded.how, created_at = excluded.created_at
		WHERE ties.how = 'silent'`, personID, hash, phone, addressID, how, tx.now.UnixMilli())
	return wrap(err, "tie person")
}

// Prove ties an address to a phone that it proved. Whoever declared by this
// phone on another channel is known here from now on, and whoever declared here
// by another phone no more.
func (tx *Tx) Prove(ctx context.Context, at *core.Address, e164, how string) error {
	hash := tx.s.phoneHash(e164)
	if err := tx.hideFormerHolder(ctx, hash); err != nil {
		return err
	}
	var people int64
	err := tx.q.row(ctx, `SELECT COUNT(*) FROM ties WHERE phone_hash = $1 AND phone_hash <> '' AND how NOT IN ('unproven', 'silent')`, hash).Scan(&people)
	if err != nil {
		return fmt.Errorf("prove phone: %w", err)
	}
	stays := at.Phone == "" || at.Phone == e164
	at.Phone, at.ProvenHow, at.Declared = e164, how, at.Declared && stays || people > 0
	_, err = tx.q.exec(ctx, `UPDATE addresses SET phone_hash = $2, phone = $3, proven_at = $4, proven_how = $5, declared_at = $6 WHERE id = $1`,
		at.ID, hash, tx.s.keys.SealString("addresses.phone", at.ID, e164), tx.now.UnixMilli(), how, tx.millisIf(at.Declared))
	return wrap(err, "prove phone")
}

// hideFormerHolder marks the ties of a phone by which nobody has written for
// long: operators give such numbers to somebody new. A declaration of the same
// name and birth year ties its person again.
func (tx *Tx) hideFormerHolder(ctx context.Context, phoneHash string) error {
	_, err := tx.q.exec(ctx, `UPDATE ties SET how = $3 WHERE phone_hash = $1 AND phone_hash <> '' AND how = 'own' AND created_at < $2
		AND NOT EXISTS (SELECT 1 FROM addresses a WHERE a.phone_hash = $1 AND a.phone_hash <> '' AND (a.turned_at >= $2 OR a.proven_at >= $2))`,
		phoneHash, tx.now.Add(-phoneSilence).UnixMilli(), tieSilent)
	return wrap(err, "hide former holder")
}

// unprove takes back what an address proved, as it was silent for long.
func (tx *Tx) unprove(ctx context.Context, at *core.Address) error {
	at.Phone, at.ProvenHow, at.Declared = "", "", false
	_, err := tx.q.exec(ctx, `UPDATE addresses SET phone_hash = '', phone = NULL, proven_at = 0, proven_how = '', declared_at = 0 WHERE id = $1`, at.ID)
	return wrap(err, "unprove phone")
}
