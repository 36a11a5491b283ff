package store

import (
	"context"
	"errors"
	"fmt"

	"khaibao/core"
	"khaibao/core/duty"
)

// ArrivalRecord is one arrival with what was declared and all that happened to it.
type ArrivalRecord struct {
	core.Arrival
	Said     *Declaration // what this area has of it, with its versions
	Standing Standing     // of the person
	Watched  string       // ID of the person's open monitoring in the scope, for who may see it; "" for none
	Events   []Happening  // the newest first
}

// Arrival opens one arrival of a scope, cut to what the officer may see. It is a
// look-up, counted once for half an hour. One outside the scope is
// core.ErrNotFound, as is one that never was.
func (s *Store) Arrival(ctx context.Context, l Look, scope duty.Scope, id string) (*ArrivalRecord, error) {
	if !duty.MayList(l.Officer.Duty) {
		return nil, core.ErrNotFound
	}
	var person string
	if goodText(id) {
		err := s.q.row(ctx, `SELECT person_id FROM arrivals WHERE id = $1`, id).Scan(&person)
		if err != nil && !errors.Is(err, errNoRows) {
			return nil, fmt.Errorf("arrival %s: %w", id, err)
		}
	}
	again, err := s.lookedAt(ctx, l, person)
	if err != nil {
		return nil, err
	}
	p := s.policyKnown(ctx, core.DayOf(l.At))
	var rec *ArrivalRecord
	err = s.lookingOnce(ctx, &l, again, func(q querier) (err error) {
		rec, err = s.openArrival(ctx, q, l, scope, p, id)
		switch {
		case errors.Is(err, core.ErrNotFound):
			return s.nobody(ctx, q, l)
		case err != nil || again:
			return err
		}
		return s.keepReads(ctx, q, l, []*Person{rec.Said.Person})
	})
	if err != nil {
		return nil, err
	}
	rec.Watched, err = s.OpenWatchOf(ctx, l.Officer, l.Officer.WatchScope(), rec.PersonID)
	return rec, err
}

func (s *Store) openArrival(ctx context.Context, q querier, l Look, scope duty.Scope, p policy, id string) (*ArrivalRecord, error) {
	if !goodText(id) {
		return nil, core.ErrNotFound
	}
	a, err := scanArrival(q.row(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.id = $1`, id))
	if errors.Is(err, errNoRows) || err == nil && !scope.Holds(a.Area()) {
		return nil, core.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("arrival %s: %w", id, err)
	}
	rec := &ArrivalRecord{Arrival: a}
	if rec.Said, err = s.openDeclaration(ctx, q, l, scope, a.DeclarationID); err != nil {
		return nil, err
	}
	if rec.Standing, err = s.standingOf(ctx, q, p, a.PersonID); err != nil {
		return nil, err
	}
	rec.Standing.cut(rec.Said.Person)
	if rec.Events, err = s.arrivalEvents(ctx, q, []string{id}); err != nil {
		return nil, err
	}
	cutArrival(&rec.Arrival, rec.Events, rec.Said.Person)
	return rec, nil
}

// cutArrival leaves of an arrival, and of what happened to it, what may be shown
// of its person.
func cutArrival(a *core.Arrival, events []Happening, p *Person) {
	says := p.Shows(duty.ExposureSymptoms)
	if !says {
		hideJourney(a)
	}
	for i := range events {
		if e := &events[i]; !p.Shows(duty.FullIdentity) {
			e.Note = ""
			for _, terms := range []map[string]any{e.Before, e.After} {
				delete(terms, "full_name")
				delete(terms, "birth")
			}
		}
		for _, terms := range []map[string]any{events[i].Before, events[i].After} {
			if !says {
				delete(terms, "day")
				delete(terms, "origin")
			}
		}
	}
}

// arrivalEvents lists what happened to some arrivals, the newest first.
func (s *Store) arrivalEvents(ctx context.Context, q querier, ids []string) ([]Happening, error) {
	r, err := q.query(ctx, `SELECT `+arrivalEventColumns+` FROM arrival_events e WHERE e.arrival_id`+s.anyOf("$1")+`
		ORDER BY e.at DESC, e.id DESC LIMIT $2`, s.among(ids), maxHappened)
	list, err := collect(r, err, func(r scanner) (Happening, error) { return s.scanArrivalEvent(r) })
	return list, wrap(err, "what happened to arrivals")
}
