package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// objectTime is how long a phone may object by a word to a khai hộ that it was
// told of; later it is for an officer to hear.
const objectTime = 30 * 24 * time.Hour

// MarkTold keeps that an address is told of a khai hộ, at the end of the
// transaction: until then the row of somebody else's address stays unlocked.
func (tx *Tx) MarkTold(_ context.Context, addressID string) error {
	tx.told = append(tx.told, addressID)
	return nil
}

// toldText marks one address; those of a group are marked in the order of
// their IDs, so that two groups do not wait for each other there.
const toldText = `UPDATE addresses SET told_at = $2 WHERE id = $1`

// Objects takes an objection of the phone that an address proved: the ties of
// every khai hộ that this phone was told of in the last 30 days, by officers too, are taken back,
// so that who declared is shown those people no more. It returns whom they were about.
func (tx *Tx) Objects(ctx context.Context, at *core.Address) ([]core.Objection, error) {
	at.Told = false
	if _, err := tx.q.exec(ctx, `UPDATE addresses SET told_at = 0 WHERE id = $1`, at.ID); err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	if at.Phone == "" {
		return nil, nil
	}
	hash, since := tx.s.phoneHash(at.Phone), tx.now.Add(-objectTime).UnixMilli()
	r, err := tx.q.query(ctx, `SELECT `+livesOn+`, p.commune, p.district, p.province FROM people p
		WHERE p.id IN (SELECT t.person_id FROM ties t WHERE t.told_hash = $1 AND t.told_hash <> '' AND t.how IN ('proxy', 'unproven') AND t.told_at >= $2)
		ORDER BY p.id `+tx.s.forUpdate, hash, since)
	list, err := collect(r, err, func(r scanner) (o core.Objection, err error) {
		err = r.Scan(&o.PersonID, &o.Commune, &o.District, &o.Province)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	// With the tie of the phone goes what its holder declared before it was proved.
	_, err = tx.q.exec(ctx, `UPDATE ties SET how = 'objected' WHERE how IN ('proxy', 'unproven') AND (person_id, phone_hash) IN
		(SELECT t.person_id, t.phone_hash FROM ties t WHERE t.told_hash = $1 AND t.told_hash <> '' AND t.how IN ('proxy', 'unproven') AND t.told_at >= $2)`, hash, since)
	return list, wrap(err, "object")
}
