package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"khaibao/core"
	"khaibao/core/duty"
)

// newestOfForms finds each person's newest declaration of each of two forms.
func (s *Store) newestOfForms() string {
	const newest = `(SELECT e.id FROM declarations e WHERE e.person_id = p.id AND e.form = %s ORDER BY e.at DESC, e.id DESC LIMIT 1)`
	of := func(form string) string {
		return `SELECT ` + fmt.Sprintf(newest, form) + ` FROM people p WHERE p.id` + s.anyOf("$1")
	}
	return `SELECT ` + versionColumns + ` FROM declarations d WHERE d.id IN (` + of("$2") + ` UNION ALL ` + of("$3") + `)`
}

// openChecked opens people by their IDs, in their order, without those who are
// not to be found or outside the scope: with a statement for all and not for
// each, since a phone may be of a whole family.
func (s *Store) openChecked(ctx context.Context, q querier, l Look, scope duty.Scope, today policy, ids []string) ([]CheckedPerson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	r, err := q.query(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id`+s.anyOf("$1"), s.among(ids))
	people, err := collect(r, err, func(r scanner) (*Person, error) { return s.scanPerson(r) })
	if err != nil {
		return nil, fmt.Errorf("open people: %w", err)
	}
	var all []CheckedPerson
	at := make(map[string]int)
	for _, id := range ids {
		i := slices.IndexFunc(people, func(p *Person) bool { return p.ID == id })
		if i < 0 || !scope.Holds(people[i].Area) {
			continue
		}
		switch err := people[i].cut(l, people[i].Area, true); {
		case errors.Is(err, core.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		}
		at[id] = len(all)
		all = append(all, CheckedPerson{Person: people[i]})
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, s.fillChecked(ctx, q, today, all, at)
}

// fillChecked adds how each of all stands and what they declared, and their
// phones where they are shown; at says where in all somebody is.
func (s *Store) fillChecked(ctx context.Context, q querier, today policy, all []CheckedPerson, at map[string]int) error {
	var ids, rung []string
	for _, p := range all {
		ids = append(ids, p.ID)
		if p.Shows(duty.FullIdentity) {
			rung = append(rung, p.ID)
		}
	}
	standings, err := s.standingsOf(ctx, q, today, ids)
	if err != nil {
		return err
	}
	r, err := q.query(ctx, s.newestOfForms(), s.among(ids), formResident, formJourney)
	newest, err := collect(r, err, s.scanWhole)
	if err != nil {
		return fmt.Errorf("newest declarations: %w", err)
	}
	for i := range newest {
		v := &newest[i]
		p := &all[at[v.PersonID]]
		v.cut(p.Shown)
		switch v.Form {
		case formResident:
			p.Resident = v
		case formJourney:
			p.Journey = v
		}
	}
	phones, err := s.phonesOfEach(ctx, q, rung)
	for i := range all {
		p := &all[i]
		p.Standing, p.Phones = standings[p.ID], phones[p.ID]
		p.Standing.cut(p.Person)
	}
	return err
}
