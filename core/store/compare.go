package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Likeness is two people who may be one.
type Likeness struct {
	A, B   string // IDs of people
	Reason string // "id", "phone", "name": what they have in common beside the birth year
}

// Comparison is two likely duplicates side by side.
type Comparison struct {
	A, B   CheckedPerson
	Reason string // as in Likeness
}

// Compare opens two likely duplicates for an officer who may correct them, both
// in the officer's scope; else it is core.ErrNotFound. It is a look-up of both.
func (s *Store) Compare(ctx context.Context, l Look, scope duty.Scope, a, b string) (*Comparison, error) {
	var c Comparison
	today := s.policyKnown(ctx, core.DayOf(l.At))
	err := s.looking(ctx, &l, func(q querier) error {
		_, err := merger{s: s, q: q, now: l.At}.pair(ctx, l, scope, a, b)
		if errors.Is(err, core.ErrNotFound) {
			return s.nobody(ctx, q, l)
		}
		if err != nil {
			return fmt.Errorf("compare people: %w", err)
		}
		both, err := s.openChecked(ctx, q, l, scope, today, []string{a, b})
		if err != nil {
			return err
		}
		if len(both) < 2 {
			return core.ErrNotFound
		}
		c.A, c.B = both[0], both[1]
		err = q.row(ctx, `SELECT reason FROM links WHERE a = $1 AND b = $2`, min(a, b), max(a, b)).Scan(&c.Reason)
		if err != nil {
			return fmt.Errorf("compare people: %w", err)
		}
		return s.keepReads(ctx, q, l, []*Person{c.A.Person, c.B.Person})
	})
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// Correction is what an officer decided about who a person is.
type Correction struct {
	Kind    string // "merged": two records became this one; "different": another one is not the same
	Officer string // name
	Duty    duty.Duty
	At      time.Time
	Kept    int // declarations that this record had before, for "merged"
	Came    int // declarations that came to it
}

// corrections lists what was decided about a person, the newest first.
func (s *Store) corrections(ctx context.Context, q querier, personID string) ([]Correction, error) {
	r, err := q.query(ctx, `SELECT c.kind, COALESCE(o.name, ''), c.duty, c.at, c.before FROM corrections c LEFT JOIN officers o ON o.id = c.officer_id
		WHERE c.id IN (SELECT id FROM corrections WHERE person_id = $1 UNION SELECT id FROM corrections WHERE other_id = $1 AND kind = 'different')
		ORDER BY c.at DESC, c.id DESC LIMIT $2`, personID, maxHistory)
	list, err := collect(r, err, func(r scanner) (c Correction, err error) {
		var on, before string
		var at int64
		if err = r.Scan(&c.Kind, &c.Officer, &on, &at, &before); err != nil {
			return c, err
		}
		c.Duty, c.At = duty.Duty(on), time.UnixMilli(at)
		var was state
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return c, fmt.Errorf("what was before is no JSON")
		}
		for _, v := range was.Declarations {
			if v.Person == personID {
				c.Kept++
			} else {
				c.Came++
			}
		}
		return c, nil
	})
	return list, wrap(err, "corrections of person "+personID)
}

// openAlike names who may be the same as the person of a declaration, of those
// whom the officer may correct.
func (s *Store) openAlike(ctx context.Context, q querier, d *Declaration, l Look) error {
	if !duty.MayCorrect(l.Officer.Duty) {
		return nil
	}
	others, alike, err := s.likely(ctx, q, []string{d.Person.ID})
	if err != nil || len(alike) == 0 {
		return err
	}
	people := []*Person{d.Person}
	d.Names = map[string]string{d.Person.ID: d.Person.Name}
	for _, id := range others {
		p, err := s.scanPerson(q.row(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id = $1`, id))
		if err != nil {
			return fmt.Errorf("likely duplicate %s: %w", id, err)
		}
		people = append(people, p)
	}
	d.Alike = mayCompare(l.Officer, alike, people)
	for _, pair := range d.Alike {
		for _, p := range people {
			if p.ID == pair.A || p.ID == pair.B {
				d.Names[p.ID] = p.Name
			}
		}
	}
	return nil
}
