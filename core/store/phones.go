package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// How a tie came about. Only own and proxy show a person to the phone.
const (
	tieOwn      = "own"      // declared by this phone, which was proved
	tieProxy    = "proxy"    // khai hộ: declared by this phone for somebody else; holds until objected
	tieNamed    = "named"    // of a khai hộ, the person's own phone as the declarer said it: proves nothing
	tieObjected = "objected" // a khai hộ to which the person objected: no tie
	tieUnproven = "unproven" // a phone that was typed and never proved
	tieSilent   = "silent"   // was proved, then silent for so long that somebody else may hold it now
)

// phoneSilence is after how long without a word a phone must be proved again,
// and its new proof shows nobody who was declared by it before
// (docs/reference/security.md, 5).
const phoneSilence = 180 * 24 * time.Hour

// tiedByAddress are the people whom an address, $2, declared without proof:
// while no phone, $1, is proved there, and afterwards those of whom that very
// phone was given. Who takes a chat over with another phone gets nobody of them.
const tiedByAddress = `SELECT t.person_id FROM ties t WHERE t.address_id = $2 AND t.address_id <> '' AND t.how = 'unproven' AND ($1 = '' OR t.phone_hash = $1)`

// tiedHere are the people whom an address, $2, with its proved phone, $1, is shown.
const tiedHere = `SELECT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how IN ('own', 'proxy') UNION ` + tiedByAddress

// toldAgain is how soon another phone is told of the same khai hộ, and
// toldPerDay how often one phone is told of any: who declares for others must
// not make us send SMS to whomever they like.
const (
	toldAgain  = 24 * time.Hour
	toldPerDay = 10
)

// tie keeps what ties the person: the phone that was proved, or the address
// while none is. A phone that was only typed is kept beside the address, so
// that officers find by it, but it ties nobody. tell is whether the declared
// person's own phone must be told.
func (tx *Tx) tie(ctx context.Context, d core.Declaration, personID string) (tell bool, err error) {
	if d.OfficerID != "" {
		return tx.tieEntered(ctx, d, personID)
	}
	hash, addressID, how := tx.s.phoneHash(d.Phone), "", tieOwn
	switch {
	case !d.Proven:
		addressID, how = d.AddressID, tieUnproven
	case d.Proxy:
		how = tieProxy
	}
	err = tx.addTie(ctx, personID, d.Phone, addressID, how)
	if err != nil || how != tieProxy || d.Notify == "" || d.Notify == d.Phone {
		return false, err
	}
	told := tx.s.phoneHash(d.Notify)
	n, err := tx.q.exec(ctx, `UPDATE ties SET told_hash = $3, told_at = $4
		WHERE person_id = $1 AND phone_hash = $2 AND address_id = '' AND how = 'proxy'
			AND (told_hash = '' OR told_hash <> $3 AND told_at < $5)
			AND (SELECT COUNT(*) FROM ties o WHERE o.told_hash = $3 AND o.told_hash <> '' AND o.told_at > $5) < $6`,
		personID, hash, told, tx.now.UnixMilli(), tx.now.Add(-toldAgain).UnixMilli(), toldPerDay)
	if err != nil || n == 0 {
		return false, wrap(err, "tell of khai ho")
	}
	return true, tx.addTie(ctx, personID, d.Notify, "", tieNamed)
}

// tieEntered keeps the phone that a person gave to an officer: it proves
// nothing, and its holder is told, unless it was proved for this person before.
func (tx *Tx) tieEntered(ctx context.Context, d core.Declaration, personID string) (tell bool, err error) {
	if d.Phone == "" {
		return false, nil
	}
	if err := tx.addTie(ctx, personID, d.Phone, "", tieUnproven); err != nil {
		return false, err
	}
	hash := tx.s.phoneHash(d.Phone)
	n, err := tx.q.exec(ctx, `UPDATE ties SET told_hash = $2, told_at = $3
		WHERE person_id = $1 AND phone_hash = $2 AND address_id = '' AND how = 'unproven' AND (told_hash = '' OR told_at < $4)
			AND (SELECT COUNT(*) FROM ties o WHERE o.told_hash = $2 AND o.told_hash <> '' AND o.told_at > $4) < $5`,
		personID, hash, tx.now.UnixMilli(), tx.now.Add(-toldAgain).UnixMilli(), toldPerDay)
	return n > 0, wrap(err, "tell of an entry")
}

// addTie adds a tie or makes a weaker one stronger. What was objected to stays so.
func (tx *Tx) addTie(ctx context.Context, personID, phone, addressID, how string) error {
	var sealed []byte
	tx.untied = nil
	if phone != "" {
		sealed = tx.s.keys.SealString("ties.phone", personID, phone)
	}
	err := tx.q.later(ctx, `INSERT INTO ties (person_id, phone_hash, phone, address_id, how, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, phone_hash, address_id) DO UPDATE SET how = excluded.how, created_at = excluded.created_at
		WHERE excluded.how <> 'named' AND (ties.how IN ('silent', 'named') OR ties.how = 'proxy' AND excluded.how = 'own')`,
		personID, tx.s.phoneHash(phone), sealed, addressID, how, tx.now.UnixMilli())
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
	var people, ties int64
	err := tx.q.row(ctx, `SELECT COUNT(CASE WHEN how IN ('own', 'proxy') THEN 1 END), COUNT(*) FROM ties WHERE phone_hash = $1 AND phone_hash <> ''`, hash).Scan(&people, &ties)
	if err != nil {
		return fmt.Errorf("prove phone: %w", err)
	}
	if ties == 0 {
		tx.untied = append(tx.untied, hash)
	}
	stays := at.Phone == "" || at.Phone == e164
	at.Phone, at.ProvenHow, at.Declared = e164, how, at.Declared && stays || people > 0
	err = tx.q.later(ctx, `UPDATE addresses SET phone_hash = $2, phone = $3, proven_at = $4, proven_how = $5, declared_at = $6 WHERE id = $1`,
		at.ID, hash, tx.s.keys.SealString("addresses.phone", at.ID, e164), tx.now.UnixMilli(), how, tx.millisIf(at.Declared))
	return wrap(err, "prove phone")
}

// hideFormerHolder marks the ties of a phone by which nobody has written for
// long: operators give such numbers to somebody new. A declaration of the same
// name and birth year ties its person again.
func (tx *Tx) hideFormerHolder(ctx context.Context, phoneHash string) error {
	err := tx.q.later(ctx, `UPDATE ties SET how = $3 WHERE phone_hash = $1 AND phone_hash <> '' AND how IN ('own', 'proxy') AND created_at < $2
		AND NOT EXISTS (SELECT 1 FROM addresses a WHERE a.phone_hash = $1 AND a.phone_hash <> '' AND (a.turned_at >= $2 OR a.proven_at >= $2))`,
		phoneHash, tx.now.Add(-phoneSilence).UnixMilli(), tieSilent)
	return wrap(err, "hide former holder")
}

// unprove takes back what an address proved, as it was silent for long.
func (tx *Tx) unprove(ctx context.Context, at *core.Address) error {
	at.Phone, at.ProvenHow, at.Declared = "", "", false
	err := tx.q.later(ctx, `UPDATE addresses SET phone_hash = '', phone = NULL, proven_at = 0, proven_how = '', declared_at = 0 WHERE id = $1`, at.ID)
	return wrap(err, "unprove phone")
}
