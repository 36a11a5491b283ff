package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// maxHeld bounds how many rows of a kind are told of one person.
const maxHeld = 20

// Held tells what is held about the people tied to the phone that an address
// proved; to an address without one, nothing. Of a person who declared by a
// phone of their own, whoever declares for them is told what they declared, and
// neither who looked nor which phones there are.
func (tx *Tx) Held(ctx context.Context, at *core.Address) (core.Holding, error) {
	var h core.Holding
	people, err := tx.recalled(ctx, at, "")
	if err != nil {
		return h, fmt.Errorf("what is held: %w", err)
	}
	for _, p := range people {
		held := core.HeldPerson{PersonID: p.PersonID, Name: p.Facts.Name, Self: p.Self}
		if err := tx.holdPerson(ctx, &held, p.apart, tx.s.phoneHash(at.Phone)); err != nil {
			return core.Holding{}, fmt.Errorf("what is held about %s: %w", p.PersonID, err)
		}
		h.People = append(h.People, held)
	}
	return h, nil
}

func (tx *Tx) holdPerson(ctx context.Context, p *core.HeldPerson, apart bool, phoneHash string) (err error) {
	if p.Declarations, err = tx.heldDeclarations(ctx, p.PersonID, apart, phoneHash); err != nil {
		return err
	}
	if p.QRs, err = tx.heldQRs(ctx, p.PersonID); err != nil || apart {
		return err
	}
	phones, err := tx.s.phones(ctx, tx.q, p.PersonID)
	if err != nil {
		return err
	}
	for _, phone := range phones[:min(len(phones), maxHeld)] {
		p.Phones = append(p.Phones, phone.E164[max(0, len(phone.E164)-3):])
	}
	p.Looks, err = tx.heldLooks(ctx, p.PersonID)
	return err
}

func (tx *Tx) heldDeclarations(ctx context.Context, personID string, apart bool, phoneHash string) ([]core.HeldDeclaration, error) {
	r, err := tx.q.query(ctx, `SELECT form, version, day, at, channel, proxy, CASE WHEN officer_id <> '' THEN 1 ELSE 0 END
		FROM declarations WHERE person_id = $1 AND ($3 = 0 OR `+byPhone+`) ORDER BY at DESC, id DESC LIMIT $4`, personID, phoneHash, bit(apart), maxHeld)
	return collect(r, err, func(r scanner) (d core.HeldDeclaration, err error) {
		var day string
		var at, proxy, officer int64
		err = r.Scan(&d.Form, &d.Version, &day, &at, &d.Channel, &proxy, &officer)
		d.Day, d.At, d.Proxy, d.Officer = core.Day(day), time.UnixMilli(at), proxy > 0, officer > 0
		return d, err
	})
}

func (tx *Tx) heldLooks(ctx context.Context, personID string) ([]core.HeldLook, error) {
	r, err := tx.q.query(ctx, `SELECT r.at, r.duty, COALESCE(o.area, ''), r.screen FROM reads r LEFT JOIN officers o ON o.id = r.officer_id
		WHERE r.found > 0 AND r.person_id IN (SELECT id FROM people WHERE id = $1 UNION SELECT id FROM people WHERE merged_into = $1 AND merged_into <> '')
		ORDER BY r.at DESC, r.id DESC LIMIT $2`, personID, maxHeld)
	return collect(r, err, func(r scanner) (l core.HeldLook, err error) {
		var at int64
		err = r.Scan(&at, &l.Duty, &l.Area, &l.Screen)
		l.At = time.UnixMilli(at)
		return l, err
	})
}

func (tx *Tx) heldQRs(ctx context.Context, personID string) ([]core.HeldQR, error) {
	r, err := tx.q.query(ctx, `SELECT created_at, revoked_at FROM qr_codes WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, personID, maxHeld)
	return collect(r, err, func(r scanner) (q core.HeldQR, err error) {
		var made, replaced int64
		err = r.Scan(&made, &replaced)
		q.Made = time.UnixMilli(made)
		if replaced > 0 {
			q.Replaced = time.UnixMilli(replaced)
		}
		return q, err
	})
}
