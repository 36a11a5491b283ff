package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// MaxOpened is how many people one opening holds: a train, a quarter.
const MaxOpened = 500

// InHand is what names one person of a list: one of the four is set, or both of
// the last where a text may be either.
type InHand struct {
	Code   string // of a QR, in upper case
	Number string // ten digits
	ID     string // identity number
	Phone  string // E.164
	Person string // ID of a record that the officer has open
}

// Candidate is somebody who may be monitored.
type Candidate struct {
	*Person
	Monitoring string // ID of the one that is open; "" for none
}

// FindToWatch finds whom a list names, a line each: nobody, one, or several of
// one phone. Only people of the scope are found; whoever lives elsewhere answers
// as nobody. The list is one look-up, and each person shown is logged.
func (s *Store) FindToWatch(ctx context.Context, l Look, scope duty.Scope, list []InHand) ([][]Candidate, error) {
	if !l.Officer.MayDo(duty.Manage) || len(list) > MaxOpened {
		return nil, core.ErrNotFound
	}
	found := make([][]Candidate, len(list))
	err := s.looking(ctx, &l, func(q querier) error {
		var shown []*Person
		for i, hand := range list {
			ids, err := s.namedBy(ctx, q, hand)
			if err != nil {
				return fmt.Errorf("find whom to watch: %w", err)
			}
			for _, id := range ids {
				c, err := s.candidate(ctx, q, l, scope, id)
				if errors.Is(err, core.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				found[i], shown = append(found[i], c), append(shown, c.Person)
			}
		}
		return s.keepReads(ctx, q, l, shown)
	})
	return found, err
}

func (s *Store) namedBy(ctx context.Context, q querier, hand InHand) ([]string, error) {
	const byQR = `SELECT ` + livesOn + ` FROM qr_codes c JOIN people p ON p.id = c.person_id WHERE c.revoked_at = 0 AND c.`
	ids := func(text, hash string) ([]string, error) {
		if hash == "" {
			return nil, nil
		}
		r, err := q.query(ctx, text, hash, maxChecked)
		return collect(r, err, scanText)
	}
	switch {
	case hand.Person != "":
		if !utf8.ValidString(hand.Person) || strings.ContainsRune(hand.Person, 0) {
			return nil, nil
		}
		return ids(`SELECT `+livesOn+` FROM people p WHERE p.id = $1 LIMIT $2`, hand.Person)
	case hand.Code != "":
		return ids(byQR+`code_hash = $1 LIMIT $2`, s.keys.Hash(seal.KindCode, hand.Code))
	case hand.Number != "":
		return ids(byQR+`number_hash = $1 LIMIT $2`, s.keys.Hash(seal.KindNumber, hand.Number))
	}
	if hand.ID != "" {
		found, err := ids(byID, s.keys.Hash(seal.KindID, hand.ID))
		if err != nil || len(found) > 0 || hand.Phone == "" {
			return found, err
		}
	}
	return ids(`SELECT DISTINCT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how <> 'objected' ORDER BY 1 LIMIT $2`, s.phoneHash(hand.Phone))
}

func (s *Store) candidate(ctx context.Context, q querier, l Look, scope duty.Scope, id string) (c Candidate, err error) {
	c.Person, err = s.scanPerson(q.row(ctx, `SELECT `+personColumns+`, COALESCE((SELECT m.id FROM monitoring m WHERE m.person_id = p.id AND m.ended_at = 0), '')
		FROM people p WHERE p.id = $1 AND p.merged_into = ''`, id), &c.Monitoring)
	if err != nil {
		return c, err
	}
	if !scope.Holds(c.Area) {
		return c, core.ErrNotFound
	}
	return c, c.cut(l, c.Area, false)
}

// Living are the people of an area who are not monitored: how many, and the
// first ones by name.
type Living struct {
	Count int // MaxOpened + 1 where there are more than may be opened at once
	First []Candidate
	IDs   []string // of all of them; no more than MaxOpened
}

// livingShown is how many of an area's people are named before they are opened.
const livingShown = 20

// LivingIn finds the people of a commune, or of a quarter of it, whom nobody
// monitors yet. It is a look-up of those it names.
func (s *Store) LivingIn(ctx context.Context, l Look, scope duty.Scope, commune, sub string) (Living, error) {
	var all Living
	if !l.Officer.MayDo(duty.Manage) || !scope.Holds(commune) || len(commune) != 5 || !utf8.ValidString(sub) || strings.ContainsRune(sub, 0) {
		return all, core.ErrNotFound
	}
	err := s.looking(ctx, &l, func(q querier) error {
		r, err := q.query(ctx, `SELECT p.id FROM people p WHERE p.commune = $1 AND p.merged_into = '' AND ($2 = '' OR p.sub = $2)
			AND NOT EXISTS (SELECT 1 FROM monitoring m WHERE m.person_id = p.id AND m.ended_at = 0) ORDER BY p.sort_key, p.id LIMIT $3`,
			commune, sub, MaxOpened+1)
		if all.IDs, err = collect(r, err, scanText); err != nil {
			return fmt.Errorf("find the people of an area: %w", err)
		}
		all.Count = len(all.IDs)
		all.IDs = all.IDs[:min(all.Count, MaxOpened)]
		var shown []*Person
		for _, id := range all.IDs[:min(len(all.IDs), livingShown)] {
			c, err := s.candidate(ctx, q, l, scope, id)
			if err != nil {
				return err
			}
			all.First, shown = append(all.First, c), append(shown, c.Person)
		}
		return s.keepReads(ctx, q, l, shown)
	})
	return all, err
}

// OpenWatch opens monitorings by an officer, of people of the scope; those who
// live elsewhere are left out. Whoever has one open already keeps it, stricter
// or longer where the wish says so.
func (s *Store) OpenWatch(ctx context.Context, l Look, scope duty.Scope, wishes []core.Monitoring) (opened []core.OpenedMonitoring, err error) {
	if !l.Officer.MayDo(duty.Manage) || len(wishes) > MaxOpened {
		return nil, core.ErrNotFound
	}
	err = s.again(ctx, func(tx *Tx) error {
		var inside []core.Monitoring
		for _, w := range wishes {
			var commune, district, province string
			err := tx.q.row(ctx, `SELECT commune, district, province FROM people WHERE id = $1`, w.PersonID).Scan(&commune, &district, &province)
			if errors.Is(err, errNoRows) || err == nil && !scope.Holds(finest(commune, district, province)) {
				continue
			}
			if err != nil {
				return err
			}
			w.OpenedBy = l.Officer.ID
			inside = append(inside, w)
		}
		opened, err = tx.openAll(ctx, inside)
		return err
	}, l.At)
	return opened, wrap(err, "open monitorings")
}

// OpenWatchOf is the ID of the open monitoring of a person in a scope, "" for
// none.
func (s *Store) OpenWatchOf(ctx context.Context, o duty.Officer, scope duty.Scope, personID string) (string, error) {
	if !o.MayDo(duty.Watch) || personID == "" {
		return "", nil
	}
	var id, commune, district, province string
	err := s.q.row(ctx, `SELECT id, commune, district, province FROM monitoring WHERE person_id = $1 AND ended_at = 0`, personID).
		Scan(&id, &commune, &district, &province)
	if errors.Is(err, errNoRows) || err == nil && !scope.Holds(finest(commune, district, province)) {
		return "", nil
	}
	return id, wrap(err, "find monitoring of a person")
}
