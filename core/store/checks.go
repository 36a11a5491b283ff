package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// Checked is the answer to a check: the people found, each cut to what the
// officer may see, those who may be the same person with them.
type Checked struct {
	Revoked time.Time // when the QR or number shown was replaced; zero when it holds
	People  []CheckedPerson
	Alike   []Likeness // pairs of People that the officer may compare and merge
}

// CheckedPerson is one person found, with the newest declaration of each form.
type CheckedPerson struct {
	*Person
	Standing          Standing // today
	Resident, Journey *Version
}

// The forms whose newest declaration a check shows.
const (
	formResident = "resident"
	formJourney  = "journey"
)

// livesOn is who a person is since an officer merged two.
const livesOn = `CASE WHEN p.merged_into <> '' THEN p.merged_into ELSE p.id END`

// byID finds who has an ID number now, or had it before a chip card that tells so.
const byID = `SELECT DISTINCT ` + livesOn + ` FROM people p
	WHERE p.id IN (SELECT i.id FROM people i WHERE i.id_hash = $1 AND i.id_hash <> ''
		UNION SELECT o.id FROM people o WHERE o.old_id_hash = $1 AND o.old_id_hash <> '')
	ORDER BY 1 LIMIT $2`

// maxChecked bounds how many people one phone or number shows.
const maxChecked = 50

// CheckByCode looks up who a QR stands for. code is in upper case.
func (s *Store) CheckByCode(ctx context.Context, l Look, scope duty.Scope, code string) (Checked, error) {
	return s.checkQR(ctx, l, scope, `code_hash`, s.keys.Hash(seal.KindCode, code))
}

// CheckByNumber looks up who a ten-digit number stands for.
func (s *Store) CheckByNumber(ctx context.Context, l Look, scope duty.Scope, number string) (Checked, error) {
	return s.checkQR(ctx, l, scope, `number_hash`, s.keys.Hash(seal.KindNumber, number))
}

func (s *Store) checkQR(ctx context.Context, l Look, scope duty.Scope, column, hash string) (Checked, error) {
	var revoked int64
	found, err := s.check(ctx, l, scope, func(q querier) ([]string, error) {
		var person string
		err := q.row(ctx, `SELECT `+livesOn+`, c.revoked_at FROM qr_codes c JOIN people p ON p.id = c.person_id WHERE c.`+column+` = $1`, hash).Scan(&person, &revoked)
		if errors.Is(err, errNoRows) {
			return nil, nil
		}
		return []string{person}, err
	})
	if err == nil && revoked > 0 {
		found.Revoked = time.UnixMilli(revoked)
	}
	return found, err
}

// CheckByID looks up who has a full ID number, in upper case without blanks, or
// had it as the nine digits before the chip card that they declared with.
// Nine zeros are nobody's number and find nobody.
func (s *Store) CheckByID(ctx context.Context, l Look, scope duty.Scope, id string) (Checked, error) {
	hash := s.keys.Hash(seal.KindID, id)
	return s.check(ctx, l, scope, func(q querier) ([]string, error) {
		if hash == "" {
			return nil, nil
		}
		r, err := q.query(ctx, byID, hash, maxChecked)
		return collect(r, err, scanText)
	})
}

// CheckByPhone looks up who is tied to a phone, in E.164.
func (s *Store) CheckByPhone(ctx context.Context, l Look, scope duty.Scope, e164 string) (Checked, error) {
	hash := s.phoneHash(e164)
	return s.check(ctx, l, scope, func(q querier) ([]string, error) {
		r, err := q.query(ctx, `SELECT DISTINCT t.person_id FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how <> 'objected' ORDER BY 1 LIMIT $2`, hash, maxChecked)
		return collect(r, err, scanText)
	})
}

// check finds people, adds their likely duplicates, opens each and logs it.
// Nobody found is no error but an answer; a scope that holds nothing is
// core.ErrNotFound.
func (s *Store) check(ctx context.Context, l Look, scope duty.Scope, find func(q querier) ([]string, error)) (Checked, error) {
	var c Checked
	if scope == (duty.Scope{}) {
		return c, core.ErrNotFound
	}
	today := s.policyKnown(ctx, core.DayOf(l.At))
	err := s.looking(ctx, &l, func(q querier) error {
		ids, err := find(q)
		if err != nil {
			return fmt.Errorf("check: %w", err)
		}
		likely, alike, err := s.likely(ctx, q, ids)
		if err != nil {
			return err
		}
		if c.People, err = s.openChecked(ctx, q, l, scope, today, append(slices.Clone(ids), likely...)); err != nil {
			return err
		}
		shown := make([]*Person, len(c.People))
		for i, p := range c.People {
			p.Likely, shown[i] = slices.Contains(likely, p.ID), p.Person
		}
		c.Alike = mayCompare(l.Officer, alike, shown)
		return s.keepReads(ctx, q, l, shown)
	})
	if err != nil {
		return Checked{}, err
	}
	return c, nil
}

// mayCompare leaves of the pairs those of which an officer may correct both.
func mayCompare(o duty.Officer, alike []Likeness, shown []*Person) (may []Likeness) {
	here := make(map[string]bool)
	for _, p := range shown {
		here[p.ID] = duty.MayCorrect(o.Duty) && o.ListScope().Holds(p.Area)
	}
	for _, pair := range alike {
		if here[pair.A] && here[pair.B] {
			may = append(may, pair)
		}
	}
	return may
}

// likely lists who may be the same as one of these people and is not among
// them, and all pairs that may be one person.
func (s *Store) likely(ctx context.Context, q querier, ids []string) (others []string, alike []Likeness, err error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	seen := make(map[string]bool)
	for _, id := range ids {
		seen[id] = true
	}
	r, err := q.query(ctx, `SELECT a, b, reason FROM links WHERE a`+s.anyOf("$1")+` AND kind = 'likely'
		UNION SELECT a, b, reason FROM links WHERE b`+s.anyOf("$1")+` AND kind = 'likely' ORDER BY 1, 2 LIMIT $2`, s.among(ids), maxChecked)
	alike, err = collect(r, err, func(r scanner) (pair Likeness, err error) {
		err = r.Scan(&pair.A, &pair.B, &pair.Reason)
		return pair, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("likely duplicates: %w", err)
	}
	for _, pair := range alike {
		for _, id := range []string{pair.A, pair.B} {
			if !seen[id] {
				seen[id] = true
				others = append(others, id)
			}
		}
	}
	return others, alike, nil
}
