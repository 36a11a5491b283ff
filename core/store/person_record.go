package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// PersonRecord is all that an area knows of one person, cut to what the officer
// may see. Lists are the newest first.
type PersonRecord struct {
	Person      *Person
	Standing    Standing
	Triage      TriageRow       // how the person stands on the lists of triage; Version 0 for on none
	Versions    []Version       // all that was declared inside the scope, of every form
	Decisions   []Decision      // what was judged again, or decided
	Arrivals    []ArrivalRow    // inside the scope
	Verified    []Happening     // what happened to those; ID is the arrival's
	Monitorings []WatchedRecord // inside the scope; none for who watches nobody
	Calls       []Happening     // none for who watches nobody
	Corrections []Correction
	Tasks       []OpenTask  // open ones; none for who does not see whole identities
	Worked      []Happening // what was opened and done as tasks, closed ones too; ID is the task's, Form its kind
	Alike       []Likeness  // pairs that the officer may compare
	Names       map[string]string
}

// maxMonitorings bounds how many monitorings one page shows.
const maxMonitorings = 5

// PersonRecord opens a person of a scope. It is a look-up, counted once for half
// an hour. One who lives outside the scope is core.ErrNotFound, as is one who
// never was.
func (s *Store) PersonRecord(ctx context.Context, l Look, scope duty.Scope, personID string) (*PersonRecord, error) {
	if !duty.MayList(l.Officer.Duty) {
		return nil, core.ErrNotFound
	}
	again, err := s.lookedAt(ctx, l, personID)
	if err != nil {
		return nil, err
	}
	p := s.policyKnown(ctx, core.DayOf(l.At))
	var rec *PersonRecord
	err = s.lookingOnce(ctx, &l, again, func(q querier) (err error) {
		rec, err = s.openPersonRecord(ctx, q, l, scope, p, personID)
		switch {
		case errors.Is(err, core.ErrNotFound):
			return s.nobody(ctx, q, l)
		case err != nil || again:
			return err
		}
		return s.keepReads(ctx, q, l, []*Person{rec.Person})
	})
	if err != nil {
		return nil, err
	}
	return rec, nil
}

func (s *Store) openPersonRecord(ctx context.Context, q querier, l Look, scope duty.Scope, p policy, id string) (*PersonRecord, error) {
	if !goodText(id) {
		return nil, core.ErrNotFound
	}
	rec := &PersonRecord{}
	var err error
	// Whoever was merged lives on in another record.
	rec.Person, err = s.scanPerson(q.row(ctx, `SELECT `+personColumns+` FROM people p WHERE p.merged_into = ''
		AND p.id = (SELECT CASE WHEN o.merged_into = '' THEN o.id ELSE o.merged_into END FROM people o WHERE o.id = $1)`, id))
	if err != nil {
		return nil, err
	}
	if !scope.Holds(rec.Person.Area) {
		return nil, core.ErrNotFound
	}
	if err := rec.Person.cut(l, rec.Person.Area, false); err != nil {
		return nil, err
	}
	id = rec.Person.ID
	if rec.Standing, err = s.standingOf(ctx, q, p, id); err != nil {
		return nil, err
	}
	rec.Standing.cut(rec.Person)
	for _, part := range []func(context.Context, querier, Look, duty.Scope, *PersonRecord) error{
		s.personSays, s.personArrivals, s.personWatched, s.personCorrected} {
		if err := part(ctx, q, l, scope, rec); err != nil {
			return nil, fmt.Errorf("person %s: %w", id, err)
		}
	}
	return rec, nil
}

// personSays reads what was declared, and what officers and rules made of it.
func (s *Store) personSays(ctx context.Context, q querier, _ Look, scope duty.Scope, rec *PersonRecord) error {
	r, err := q.query(ctx, `SELECT `+versionColumns+` FROM declarations d WHERE d.person_id = $1 ORDER BY d.at DESC, d.id DESC LIMIT $2`, rec.Person.ID, maxHistory)
	all, err := collect(r, err, func(r scanner) (Version, error) { return s.scanVersion(r, rec.Person.Shown) })
	if err != nil {
		return wrap(err, "declarations")
	}
	for _, v := range all {
		if scope.Holds(v.Area) {
			rec.Versions = append(rec.Versions, v)
		}
	}
	if !rec.Person.Shows(duty.ExposureSymptoms) {
		return nil
	}
	rec.Decisions, err = s.decisions(ctx, q, rec.Person.ID)
	return err
}

// personArrivals reads where the person came to, and how it was verified.
func (s *Store) personArrivals(ctx context.Context, q querier, _ Look, scope duty.Scope, rec *PersonRecord) error {
	r, err := q.query(ctx, `SELECT `+arrivalColumns+` FROM arrivals r WHERE r.person_id = $1 ORDER BY r.made_at DESC, r.id DESC LIMIT $2`, rec.Person.ID, maxHistory)
	all, err := collect(r, err, func(r scanner) (core.Arrival, error) { return scanArrival(r) })
	if err != nil {
		return wrap(err, "arrivals")
	}
	for _, a := range all {
		if !scope.Holds(a.Area()) {
			continue
		}
		events, err := s.arrivalEvents(ctx, q, []string{a.ID})
		if err != nil {
			return err
		}
		cutArrival(&a, events, rec.Person)
		rec.Arrivals = append(rec.Arrivals, ArrivalRow{Arrival: a, Name: rec.Person.Name})
		for _, e := range events {
			e.ID = a.ID
			rec.Verified = append(rec.Verified, e)
		}
	}
	return nil
}

// personWatched reads how the person is and was monitored, and who called.
func (s *Store) personWatched(ctx context.Context, q querier, l Look, scope duty.Scope, rec *PersonRecord) error {
	if !l.Officer.MayDo(duty.Watch) || !rec.Person.Shows(duty.ExposureSymptoms) {
		return nil
	}
	r, err := q.query(ctx, `SELECT t.person_id, '', 0, '', t.commune, t.district, t.province, t.sub, t.colour_rank, '', t.state, t.since, t.tries, t.outcome, t.worked_at,
			COALESCE((SELECT o.name FROM officers o WHERE o.id = t.worked_by AND t.worked_by <> ''), ''), t.taken_by, t.taken_until,
			COALESCE((SELECT o.name FROM officers o WHERE o.id = t.taken_by AND t.taken_by <> ''), ''), '', t.version
		FROM triage t WHERE t.person_id = $1`, rec.Person.ID)
	rows, err := collect(r, err, func(r scanner) (TriageRow, error) { return scanTriage(r, l) })
	if err != nil {
		return wrap(err, "triage")
	}
	if len(rows) > 0 {
		rec.Triage = rows[0]
	}
	r, err = q.query(ctx, `SELECT `+monitoringColumns+` FROM monitoring m WHERE m.person_id = $1 ORDER BY m.opened_at DESC, m.id DESC LIMIT $2`, rec.Person.ID, maxMonitorings)
	all, err := collect(r, err, func(r scanner) (monitored, error) { return scanMonitored(r) })
	if err != nil {
		return wrap(err, "monitorings")
	}
	for _, m := range all {
		if !scope.Holds(m.area()) {
			continue
		}
		w := WatchedRecord{WatchedRow: WatchedRow{Monitoring: m.Monitoring, Area: m.area(), Colour: colourOf(m.rank), Missed: m.missed, Answered: timeOf(m.answeredAt)}, Person: rec.Person}
		for _, part := range []func(context.Context, querier, *WatchedRecord) error{s.recordDays, s.recordTests, s.recordEvents, s.recordCheckups} {
			if err := part(ctx, q, &w); err != nil {
				return err
			}
		}
		rec.Monitorings = append(rec.Monitorings, w)
	}
	rec.Calls, err = s.callsOf(ctx, q, rec.Person.ID)
	return err
}

// personCorrected reads who the person was said to be, the phones and the tasks.
func (s *Store) personCorrected(ctx context.Context, q querier, l Look, scope duty.Scope, rec *PersonRecord) (err error) {
	if !rec.Person.Shows(duty.FullIdentity) {
		return nil
	}
	if rec.Person.Phones, err = s.phones(ctx, q, rec.Person.ID); err != nil {
		return err
	}
	if rec.Corrections, err = s.corrections(ctx, q, rec.Person.ID); err != nil {
		return err
	}
	d := Declaration{Person: rec.Person}
	if err := s.openAlike(ctx, q, &d, l); err != nil {
		return err
	}
	rec.Alike, rec.Names = d.Alike, d.Names
	r, err := q.query(ctx, `SELECT t.id, t.kind, t.owner, `+takenBy+`, t.note, t.commune, t.district, t.province, t.opened_at, t.due_at, t.attempts FROM tasks t
		WHERE t.person_id = $1 AND t.person_id <> '' AND t.closed_at = 0 ORDER BY t.due_at LIMIT $2`, rec.Person.ID, maxHistory)
	tasks, err := collect(r, err, func(r scanner) (t OpenTask, err error) {
		var commune, district, province string
		var opened, due int64
		err = r.Scan(&t.ID, &t.Kind, &t.Owner, &t.Taken, &t.Note, &commune, &district, &province, &opened, &due, &t.Attempts)
		t.PersonID, t.About, t.Area, t.Opened, t.Due = rec.Person.ID, true, finest(commune, district, province), time.UnixMilli(opened), time.UnixMilli(due)
		return t, err
	})
	if err != nil {
		return wrap(err, "tasks")
	}
	for _, t := range tasks {
		if scope.Holds(t.Area) {
			rec.Tasks = append(rec.Tasks, t)
		}
	}
	return s.personWorked(ctx, q, scope, rec)
}

// personWorked reads what was opened as a task about the person, and what
// officers did about it.
func (s *Store) personWorked(ctx context.Context, q querier, scope duty.Scope, rec *PersonRecord) error {
	type worked struct {
		Happening
		area string
	}
	r, err := q.query(ctx, `SELECT t.id, t.kind, 'opened', '', '', '', '', NULL, t.opened_at, t.commune, t.district, t.province FROM tasks t
			WHERE t.person_id = $1 AND t.person_id <> ''
		UNION ALL SELECT t.id, t.kind, e.kind, e.id, COALESCE((SELECT o.name FROM officers o WHERE o.id = e.officer_id), ''), e.duty, e.outcome, e.note, e.at,
			t.commune, t.district, t.province FROM tasks t JOIN task_events e ON e.task_id = t.id WHERE t.person_id = $1 AND t.person_id <> ''
		ORDER BY 9 DESC LIMIT $2`, rec.Person.ID, maxHappened)
	all, err := collect(r, err, func(r scanner) (w worked, err error) {
		var event, outcome, commune, district, province string
		var note []byte
		var at int64
		if err = r.Scan(&w.ID, &w.Form, &w.Kind, &event, &w.Officer, &w.Duty, &outcome, &note, &at, &commune, &district, &province); err != nil {
			return w, err
		}
		w.At, w.area = time.UnixMilli(at), finest(commune, district, province)
		if outcome != "" {
			w.After = map[string]any{"outcome": outcome}
		}
		w.Note, err = s.keys.OpenString("task_events.note", event, note)
		return w, err
	})
	for _, w := range all {
		if scope.Holds(w.area) {
			rec.Worked = append(rec.Worked, w.Happening)
		}
	}
	return wrap(err, "what was done as tasks")
}
