package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// journeyForm is the form whose declarations are verified as arrivals.
const journeyForm = "journey"

const arrivalColumns = `r.id, r.person_id, r.declaration_id, r.commune, r.district, r.province, r.sub, r.origin, r.day, r.colour_rank,
	r.state, r.owner, r.surveillance, r.monitoring_id, r.other_id, r.other_area, r.version`

// scanArrival reads a row of arrivalColumns, and more behind it.
func scanArrival(r scanner, more ...any) (a core.Arrival, err error) {
	var rank, state int
	err = r.Scan(append([]any{&a.ID, &a.PersonID, &a.DeclarationID, &a.Commune, &a.District, &a.Province, &a.Sub, &a.Origin, &a.Day, &rank,
		&state, &a.Owner, &a.Surveillance, &a.Monitoring, &a.Other, &a.OtherArea, &a.Version}, more...)...)
	if err != nil {
		return a, err
	}
	if a.Colour = colourOf(rank); state < 0 || state >= len(core.Verifications()) {
		return a, fmt.Errorf("arrival %s: there is no state %d", a.ID, state)
	}
	a.State = core.Verifications()[state]
	return a, nil
}

// values are those of arrivalColumns.
func arrivalValues(a core.Arrival) []any {
	return []any{a.ID, a.PersonID, a.DeclarationID, a.Commune, a.District, a.Province, a.Sub, a.Origin, string(a.Day), a.Colour.Rank(),
		a.State.Rank(), a.Owner, a.Surveillance, a.Monitoring, a.Other, a.OtherArea, a.Version}
}

// saveArrival writes an arrival: a new one where before is nil, none any more
// where after is. It is the one way by which a state of verification changes, so
// that whoever counts them can count here.
func (tx *Tx) saveArrival(ctx context.Context, before, after *core.Arrival) error {
	var err error
	var n int64
	switch {
	case before == nil:
		n, err = 1, tx.q.later(ctx, `INSERT INTO arrivals (id, person_id, declaration_id, commune, district, province, sub, origin, day, colour_rank,
				state, owner, surveillance, monitoring_id, other_id, other_area, version, made_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, append(arrivalValues(*after), tx.now.UnixMilli())...)
	case after == nil:
		n, err = tx.q.exec(ctx, `DELETE FROM arrivals WHERE id = $1 AND version = $2`, before.ID, before.Version)
	default:
		n, err = tx.q.exec(ctx, `UPDATE arrivals SET person_id = $2, declaration_id = $3, commune = $4, district = $5, province = $6, sub = $7, origin = $8,
				day = $9, colour_rank = $10, state = $11, owner = $12, surveillance = $13, monitoring_id = $14, other_id = $15, other_area = $16, version = $17
			WHERE id = $1 AND version = $18`, append(arrivalValues(*after), before.Version)...)
	}
	if err == nil && n != 1 {
		err = ErrChanged
	}
	return wrap(err, "save arrival")
}

// arrivalEvent is one thing that happened to an arrival.
type arrivalEvent struct {
	id            string // "" for a new one
	arrival, kind string
	look          *Look // nil for the person
	before, after map[string]any
	note          string // an officer's words
}

// The kinds of events of an arrival.
const (
	arrivalDeclared = "declared" // the person told it anew
	arrivalCame     = "came"     // from another area, where it was moved away
	arrivalReopened = "reopened" // what was settled was taken back
	arrivalRevised  = "corrected"
	arrivalMerged   = "merged" // with another of the same person
)

func (tx *Tx) keepArrivalEvent(ctx context.Context, e arrivalEvent) error {
	var texts [2]string
	for i, v := range []map[string]any{e.before, e.after} {
		if v == nil {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("keep event of an arrival: %w", err)
		}
		texts[i] = string(text)
	}
	if e.id == "" {
		e.id = core.NewID()
	}
	var note []byte
	if e.note != "" {
		note = tx.s.keys.SealString("arrival_events.note", e.id, e.note)
	}
	officer, does := "", ""
	if e.look != nil {
		officer, does = e.look.Officer.ID, string(e.look.Officer.Duty)
	}
	_, err := tx.q.exec(ctx, `INSERT INTO arrival_events (id, arrival_id, kind, officer_id, duty, before, after, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.id, e.arrival, e.kind, officer, does, texts[0], texts[1], note, tx.now.UnixMilli())
	return wrap(err, "keep event of an arrival")
}

// arrivalTerms is what an event tells of an arrival, before and after.
func arrivalTerms(a core.Arrival) map[string]any {
	all := map[string]any{"state": a.State, "area": a.Area(), "day": a.Day, "owner": a.Owner}
	for name, value := range map[string]string{"surveillance": a.Surveillance, "moved": a.OtherArea} {
		if value != "" && (name != "moved" || a.State == core.VerifyMoved) {
			all[name] = value
		}
	}
	return all
}

// arrivalOf is the arrival that a journey tells of. Its ID is a new one.
func arrivalOf(personID, declarationID string, p core.PersonFacts, facts map[string]any, said core.Verdict) core.Arrival {
	a := core.Arrival{ID: core.NewID(), PersonID: personID, DeclarationID: declarationID, Commune: p.Commune, District: p.District, Province: p.Province,
		Sub: p.Sub, Colour: said.Colour, State: core.VerifyNew, Version: 1}
	from, _ := facts["from"].(string)
	day, _ := facts["arrive_on"].(string)
	a.Origin, a.Day = from, core.Day(day)
	if province := area.Province(from); province != "" {
		a.Origin = province
	}
	a.Owner = a.Area()
	return a
}

// keepArrival keeps that a person, known before or not, declared a journey.
func (tx *Tx) keepArrival(ctx context.Context, journey core.Arrival, known bool) error {
	if !known {
		return tx.saveArrival(ctx, nil, &journey)
	}
	was, err := scanArrival(tx.q.row(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.person_id = $1 AND r.state <> $2
		ORDER BY r.made_at DESC, r.id DESC LIMIT 1 `+tx.s.forUpdate, journey.PersonID, core.VerifyMoved.Rank()))
	if errors.Is(err, errNoRows) {
		return tx.saveArrival(ctx, nil, &journey)
	}
	if err != nil {
		return fmt.Errorf("find arrival: %w", err)
	}
	now, same := was.Told(journey)
	if !same {
		return tx.saveArrival(ctx, nil, &now)
	}
	if err := tx.saveArrival(ctx, &was, &now); err != nil {
		return err
	}
	before, after := arrivalTerms(was), arrivalTerms(now)
	if maps.Equal(before, after) { // the declaration itself tells the rest
		return nil
	}
	return tx.keepArrivalEvent(ctx, arrivalEvent{arrival: was.ID, kind: arrivalDeclared, before: before, after: after})
}

// mergeArrivals gives the arrivals of gone to keep. Of two that tell of the same
// journey and wait both, the newer one stays.
func (m merger) mergeArrivals(ctx context.Context, l Look, keep, gone string) error {
	tx := &Tx{s: m.s, q: m.q, now: m.now}
	r, err := m.q.query(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.person_id IN ($1, $2) ORDER BY r.made_at, r.id `+m.s.forUpdate, keep, gone)
	all, err := collect(r, err, func(r scanner) (core.Arrival, error) { return scanArrival(r) })
	if err != nil {
		return err
	}
	for i, a := range all {
		twin := ""
		for _, b := range all[i+1:] {
			if a.State == core.VerifyNew && b.State == core.VerifyNew && a.Day == b.Day && a.Area() == b.Area() {
				twin = b.ID
			}
		}
		if twin != "" {
			if err := tx.saveArrival(ctx, &a, nil); err != nil {
				return err
			}
			if err := tx.keepArrivalEvent(ctx, arrivalEvent{arrival: twin, kind: arrivalMerged, look: &l}); err != nil {
				return err
			}
			continue
		}
		if a.PersonID == gone {
			now := a
			now.PersonID, now.Version = keep, a.Version+1
			if err := tx.saveArrival(ctx, &a, &now); err != nil {
				return err
			}
		}
	}
	return nil
}

// arrivalsMark says that fillArrivals has done its work.
const arrivalsMark = "arrivals"

// fillArrivals makes the arrivals of the journeys that were declared before
// there were any: done once, in one transaction, by whichever node is first.
func (s *Store) fillArrivals(ctx context.Context, now time.Time) error {
	return s.fillOnce(ctx, arrivalsMark, now, func(q querier) error {
		type row struct {
			core.PersonFacts
			id, person, facts, colour string
			at                        int64
		}
		for last := ""; ; {
			r, err := q.query(ctx, `SELECT d.id, d.person_id, d.commune, d.district, d.province, d.sub, d.facts, d.colour, d.at FROM declarations d
				WHERE d.id > $1 AND d.form = $2 ORDER BY d.id LIMIT 1000`, last, journeyForm)
			all, err := collect(r, err, func(r scanner) (d row, err error) {
				err = r.Scan(&d.id, &d.person, &d.Commune, &d.District, &d.Province, &d.Sub, &d.facts, &d.colour, &d.at)
				return d, err
			})
			if err != nil || len(all) == 0 {
				return wrap(err, "read journeys")
			}
			for _, d := range all {
				var facts map[string]any
				if err := json.Unmarshal([]byte(d.facts), &facts); err != nil {
					return fmt.Errorf("declaration %s: answers are no JSON", d.id)
				}
				tx := &Tx{s: s, q: q, now: time.UnixMilli(d.at)}
				journey := arrivalOf(d.person, d.id, d.PersonFacts, facts, core.Verdict{Colour: core.Colour(d.colour)})
				if err := tx.keepArrival(ctx, journey, true); err != nil {
					return err
				}
			}
			last = all[len(all)-1].id
		}
	})
}
