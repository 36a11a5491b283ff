package store

import (
	"context"
	"fmt"

	"khaibao/core"
	"khaibao/core/qr"
	"khaibao/core/seal"
)

// qrOf gives a person's living QR, made at the first declaration.
func (tx *Tx) qrOf(ctx context.Context, personID string, fresh bool) (code, number string, err error) {
	if !fresh {
		var id string
		var sealedCode, sealedNumber []byte
		err := tx.q.row(ctx, `SELECT id, code, number FROM qr_codes WHERE person_id = $1 AND revoked_at = 0
			ORDER BY created_at DESC, id DESC LIMIT 1`, personID).Scan(&id, &sealedCode, &sealedNumber)
		if err == nil {
			return tx.s.openQR(id, sealedCode, sealedNumber)
		}
		if err != errNoRows {
			return "", "", fmt.Errorf("find qr: %w", err)
		}
	}
	return tx.makeQR(ctx, personID)
}

// makeQR tries again when the ten-digit number is taken: 900 million numbers
// are few enough to meet twice.
func (tx *Tx) makeQR(ctx context.Context, personID string) (code, number string, err error) {
	for range 20 {
		id := core.NewID()
		code, number = qr.NewCode(), qr.NewNumber()
		n, err := tx.q.exec(ctx, `INSERT INTO qr_codes (id, person_id, code_hash, code, number_hash, number, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, id, personID,
			tx.s.keys.Hash(seal.KindCode, code), tx.s.keys.SealString("qr_codes.code", id, code),
			tx.s.keys.Hash(seal.KindNumber, number), tx.s.keys.SealString("qr_codes.number", id, number), tx.now.UnixMilli())
		if err != nil {
			return "", "", fmt.Errorf("make qr: %w", err)
		}
		if n == 1 {
			return code, number, nil
		}
	}
	return "", "", fmt.Errorf("make qr: no free number in 20 tries")
}

func (s *Store) openQR(id string, sealedCode, sealedNumber []byte) (code, number string, err error) {
	code, err = s.keys.OpenString("qr_codes.code", id, sealedCode)
	if err != nil {
		return "", "", fmt.Errorf("open qr %s: %w", id, err)
	}
	number, err = s.keys.OpenString("qr_codes.number", id, sealedNumber)
	return code, number, wrap(err, "open qr "+id)
}

// PersonQR is one person's QR for its owner.
type PersonQR struct {
	PersonID           string
	Name, Code, Number string
	Day                core.Day // of the newest declaration
}

// FindQRs gives the QR codes of the people tied to the proved phone of an
// address or, by tiedByAddress, to the address itself. At most 20, the newest declaration first.
func (tx *Tx) FindQRs(ctx context.Context, at *core.Address) ([]PersonQR, error) {
	r, err := tx.q.query(ctx, `SELECT p.id, p.name, c.id, c.code, c.number, d.day
		FROM people p JOIN declarations d ON d.id = p.newest
		JOIN qr_codes c ON c.id = (SELECT n.id FROM qr_codes n WHERE n.person_id = p.id AND n.revoked_at = 0 ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
		WHERE p.id IN (`+tiedHere+`)
		ORDER BY d.at DESC, d.id DESC LIMIT 20`, tx.s.phoneHash(at.Phone), at.ID)
	return collect(r, err, func(r scanner) (q PersonQR, err error) {
		var id, day string
		var code, number []byte
		if err = r.Scan(&q.PersonID, &q.Name, &id, &code, &number, &day); err != nil {
			return q, err
		}
		q.Day = core.Day(day)
		q.Code, q.Number, err = tx.s.openQR(id, code, number)
		return q, err
	})
}

// ReplaceQR revokes the QR codes of a person who lost one and makes a new one,
// for a person whom FindQRs shows at this address; core.ErrNotFound otherwise.
func (tx *Tx) ReplaceQR(ctx context.Context, at *core.Address, personID string) (code, number string, err error) {
	var id string
	err = tx.q.row(ctx, `SELECT p.id FROM people p WHERE p.id = $3 AND p.id IN (`+tiedHere+`) `+tx.s.forUpdate,
		tx.s.phoneHash(at.Phone), at.ID, personID).Scan(&id)
	if err == errNoRows {
		return "", "", core.ErrNotFound
	}
	if err != nil {
		return "", "", fmt.Errorf("replace qr: %w", err)
	}
	_, err = tx.q.exec(ctx, `UPDATE qr_codes SET revoked_at = $2, revoked_why = 'lost' WHERE person_id = $1 AND revoked_at = 0`,
		id, tx.now.UnixMilli())
	if err != nil {
		return "", "", fmt.Errorf("replace qr: %w", err)
	}
	return tx.makeQR(ctx, id)
}
