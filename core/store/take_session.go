package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
)

// sessionKept is how long a form that was begun elsewhere can be taken along.
const sessionKept = 7 * 24 * time.Hour

// TakeSession moves to this address the newest form that was begun and not
// ended, within seven days, at another address with the same proved phone. It
// gives the session as that address kept it and when it was last answered, and
// clears it there. One whose turn runs at this moment on another node is left
// to it: not ok.
func (tx *Tx) TakeSession(ctx context.Context, at *core.Address) (form, question string, state []byte, asked time.Time, ok bool, err error) {
	if at.Phone == "" {
		return "", "", nil, time.Time{}, false, nil
	}
	other, asked, err := tx.halfWay(ctx, at)
	if err != nil || other == nil {
		return "", "", nil, time.Time{}, false, wrap(err, "take session")
	}
	form, question, state = other.Form, other.Question, other.State
	other.Form, other.Question, other.State = "", "", nil
	_, err = tx.q.exec(ctx, `UPDATE addresses SET form = '', question = '', state = NULL WHERE id = $1`, other.ID)
	return form, question, state, asked, err == nil, wrap(err, "take session")
}

// halfWay finds the newest session of the phone elsewhere and locks it; nil
// when there is none, or it is locked. What this group's turns changed counts
// as they left it.
func (tx *Tx) halfWay(ctx context.Context, at *core.Address) (*core.Address, time.Time, error) {
	r, err := tx.q.query(ctx, `SELECT id, form, turned_at FROM addresses WHERE phone_hash = $1 AND phone_hash <> '' AND id <> $2`,
		tx.s.phoneHash(at.Phone), at.ID)
	type place struct {
		id, form string
		turned   int64
	}
	places, err := collect(r, err, func(r scanner) (p place, err error) {
		err = r.Scan(&p.id, &p.form, &p.turned)
		if mine := tx.loaded(p.id); mine != nil {
			p.form = mine.Form
			if slices.Contains(tx.saves, mine) {
				p.turned = tx.now.UnixMilli()
			}
		}
		return p, err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("find: %w", err)
	}
	var newest place
	for _, p := range places {
		if p.form != "" && p.turned >= tx.now.Add(-sessionKept).UnixMilli() && p.turned > newest.turned {
			newest = p
		}
	}
	asked := time.UnixMilli(newest.turned)
	if newest.id == "" {
		return nil, asked, nil
	}
	if mine := tx.loaded(newest.id); mine != nil {
		return mine, asked, nil
	}
	_, other, err := tx.scanAddress(tx.q.row(ctx, `SELECT `+addressColumns+` FROM addresses WHERE id = $1 AND form <> '' `+tx.s.skipLocked, newest.id))
	if err == errNoRows {
		return nil, asked, nil
	}
	return other, asked, err
}

// loaded is the address of this group with an ID, as its turns see it; nil for another.
func (tx *Tx) loaded(id string) *core.Address {
	for _, at := range tx.found {
		if at.ID == id {
			return at
		}
	}
	return nil
}
