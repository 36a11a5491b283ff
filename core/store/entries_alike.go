package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Alike is somebody who may be the person that is typed in, cut to what the
// officer may see, with their newest declaration.
type Alike struct {
	*Person
	Reason string // "id", "phone", "name": what both have beside the birth year
	Newest string // ID of the newest declaration
	Form   string
	At     time.Time
	Author string // name of the officer who typed it in; "" for the person
}

// alikeOf finds who may be the person of an entry, by the rules of likely
// duplicates, but for whom the officer holds apart. Whoever gave the same ID
// number or phone is as in hand, wherever they live; by the name alone only
// people of the officer's own area are shown.
func (tx *Tx) alikeOf(ctx context.Context, l Look, d core.Declaration, e Entry) ([]Alike, error) {
	found, err := tx.likelyTo(ctx, d.Person, d.Phone)
	if err != nil {
		return nil, err
	}
	var list []Alike
	for _, f := range found {
		at := slices.IndexFunc(list, func(a Alike) bool { return a.ID == f.person })
		if at >= 0 || slices.Contains(e.Apart, f.person) {
			continue
		}
		a, err := tx.openAlikeTo(ctx, l, f)
		if errors.Is(err, core.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func (tx *Tx) openAlikeTo(ctx context.Context, l Look, f likelyOne) (a Alike, err error) {
	var at int64
	a.Reason = f.reason
	a.Person, err = tx.s.scanPerson(tx.q.row(ctx, `SELECT `+personColumns+`, d.id, d.form, d.at,
			COALESCE((SELECT o.name FROM officers o WHERE o.id = d.officer_id AND d.officer_id <> ''), '')
		FROM people p JOIN declarations d ON d.id = p.newest WHERE p.id = $1`, f.person), &a.Newest, &a.Form, &at, &a.Author)
	if err != nil {
		return a, err
	}
	a.At = time.UnixMilli(at)
	return a, a.Person.cut(l, a.Area, f.reason != "name")
}

// showAlike keeps that the officer was shown them, under the limits of a look.
func (tx *Tx) showAlike(ctx context.Context, l Look, alike []Alike) error {
	if err := tx.s.limit(ctx, tx.q, &l); err != nil {
		if errors.Is(err, ErrTooManyLooks) {
			return errors.Join(err, tx.s.keepRead(ctx, tx.q, l, "", "refused", false))
		}
		return err
	}
	people := make([]*Person, len(alike))
	for i := range alike {
		people[i] = alike[i].Person
	}
	return tx.s.keepReads(ctx, tx.q, l, people)
}

// lockPerson locks a person as a declaration needs them, with the finest area
// that they are known to live in.
func (tx *Tx) lockPerson(ctx context.Context, id string) (*tiedPerson, string, error) {
	var p tiedPerson
	var district, province string
	f := &p.facts
	into := []any{&p.id, &p.newest, &p.papers.id, &p.papers.old, &p.birthYear, &f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType,
		&f.Commune, &f.Sub, &p.private, &district, &province}
	err := tx.q.row(ctx, `SELECT p.id, p.newest, p.id_hash, p.old_id_hash, p.birth_year, p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type,
			p.commune, p.sub, p.private, p.district, p.province, `+standingColumns+`
		FROM people p WHERE p.id = $1 AND p.merged_into = '' `+tx.s.forUpdate, id).Scan(append(into, p.standing.fields()...)...)
	if errors.Is(err, errNoRows) {
		return nil, "", core.ErrNotFound
	}
	return &p, finest(f.Commune, district, province), wrap(err, "find person "+id)
}

// lastSaid is a person with the newest declaration of a form, whole, and the ID
// of the newest of any.
func (tx *Tx) lastSaid(ctx context.Context, personID, form string) (newest string, said recalled, err error) {
	f := &said.Facts
	var day, facts string
	var person, private []byte
	err = tx.q.row(ctx, `SELECT p.id, p.newest, p.name, p.folded, p.sort_key, p.birth, p.sex, p.id_type, p.private, p.commune, p.district, p.province, p.sub,
			COALESCE(d.id, ''), COALESCE(d.form, ''), COALESCE(d.version, 0), COALESCE(d.day, ''), COALESCE(d.facts, ''), d.private
		FROM people p LEFT JOIN declarations d ON d.id = (SELECT e.id FROM declarations e
			WHERE e.person_id = p.id AND e.form = $2 ORDER BY e.at DESC, e.id DESC LIMIT 1)
		WHERE p.id = $1 AND p.merged_into = ''`, personID, form).
		Scan(&said.PersonID, &newest, &f.Name, &f.Folded, &f.SortKey, &f.Birth, &f.Sex, &f.IDType, &person, &f.Commune, &f.District, &f.Province, &f.Sub,
			&said.declaration, &said.Form, &said.Version, &day, &facts, &private)
	if errors.Is(err, errNoRows) {
		return "", said, core.ErrNotFound
	}
	if err != nil {
		return "", said, fmt.Errorf("last declaration of person %s: %w", personID, err)
	}
	said.Day = core.Day(day)
	sealed, err := tx.s.openPrivate(personID, person)
	if err != nil {
		return "", said, err
	}
	f.ID, f.OldID, f.Insurance, f.House = sealed.ID, sealed.OldID, sealed.Insurance, sealed.House
	return newest, said, tx.s.openAnswers(&said, facts, private)
}

// Entering is a person whom an officer is about to update, with what was said
// last of a form, cut to what the officer may see.
type Entering struct {
	*Person
	core.Remembered        // without the answers that the duty may not see
	Newest          string // ID of the person's newest declaration, which the update names as seen
}

// ToUpdate opens the person of a declaration for an officer who types a newer
// one in. It is a look-up, and logged. A declaration outside the scope is
// core.ErrNotFound, and so is one of somebody whose identity the officer may
// not see.
func (s *Store) ToUpdate(ctx context.Context, l Look, scope duty.Scope, declarationID, form string) (*Entering, error) {
	var out Entering
	err := s.looking(ctx, &l, func(q querier) error {
		if !l.Officer.MayDo(duty.Enter) || !goodText(declarationID) {
			return s.nobody(ctx, q, l)
		}
		p, err := s.scanPerson(q.row(ctx, `SELECT `+personColumns+` FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.id = $1`, declarationID))
		if err == nil && scope.Holds(p.Area) {
			err = p.cut(l, p.Area, false)
		} else if err == nil {
			err = core.ErrNotFound
		}
		if err == nil && !p.Shows(duty.FullIdentity) {
			err = core.ErrNotFound
		}
		if errors.Is(err, core.ErrNotFound) {
			return s.nobody(ctx, q, l)
		}
		if err != nil {
			return err
		}
		tx := &Tx{s: s, q: q, now: l.At}
		newest, said, err := tx.lastSaid(ctx, p.ID, form)
		if err != nil {
			return err
		}
		for _, answers := range []map[string]any{said.Answers, said.Private} {
			for key := range answers {
				if !p.Shows(duty.GroupOf(key)) {
					delete(answers, key)
				}
			}
		}
		out = Entering{Person: p, Remembered: said.Remembered, Newest: newest}
		return s.keepReads(ctx, q, l, []*Person{p})
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}
