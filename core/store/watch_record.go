package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/duty"
)

// WatchedRecord is one monitoring with its person and all that happened.
type WatchedRecord struct {
	WatchedRow
	Person  *Person
	Class   core.Class // in force
	ByClass core.Class // an officer's word, F0 to F3; "" without one
	Judged  time.Time  // when the verdict in force was made: what SetClass must name
	Days    []WatchedDay
	Tests   []WatchedTest
	Tasks   []OpenTask
	Events  []Happening // the newest first
}

// WatchedDay is one civil day of a monitoring on which something was asked or told.
type WatchedDay struct {
	Day    core.Day
	Slots  []WatchedSlot
	Colour core.Colour // the worst answer that counts for the day; "" without one
}

// WatchedSlot is one prompt: four facts with a time each, zero while it is none.
type WatchedSlot struct {
	Slot                                                  int
	Due, Prompted, Delivered, Answered, Escalated, Missed time.Time
}

// WatchedTest is one test that is or was due.
type WatchedTest struct {
	ID         string
	Due, Taken core.Day
	Result     string // negative, positive, unclear; "" while it is not known
}

// Happening is one thing that happened to a monitored person.
type Happening struct {
	At            time.Time
	Kind          string // declared, checkup, verdict, and the kinds of monitoring_events
	ID            string // of a declaration
	Form          string // of a declaration
	Officer       string // name; "" for the person or the schedule
	Duty          duty.Duty
	Before, After map[string]any // what changed: IDs, days, codes and numbers; a corrected name
	Note          string         // an officer's words, or what else the person typed
	Verdict       *core.Verdict
	Checkup       *core.Checkup
}

// maxHappened bounds what one page shows of each kind.
const maxHappened = 200

// sameLook is how long an officer goes on with one person: what is opened again
// within it is one look-up, since a call takes several pages.
const sameLook = 30 * time.Minute

// WatchRecord opens one monitoring of a scope, cut to what the officer may see.
// It is a look-up, counted once for half an hour. One outside the scope is
// core.ErrNotFound, as is one that never was.
func (s *Store) WatchRecord(ctx context.Context, l Look, scope duty.Scope, id string) (*WatchedRecord, error) {
	if !l.Officer.MayDo(duty.Watch) {
		return nil, core.ErrNotFound
	}
	again, err := s.lookedLately(ctx, l, id)
	if err != nil {
		return nil, err
	}
	var rec *WatchedRecord
	open := func(q querier) (err error) {
		rec, err = s.openRecord(ctx, q, l, scope, id)
		switch {
		case errors.Is(err, core.ErrNotFound):
			return s.nobody(ctx, q, l)
		case err != nil || again:
			return err
		}
		return s.keepReads(ctx, q, l, []*Person{rec.Person})
	}
	if err := s.lookingOnce(ctx, &l, again, open); err != nil {
		return nil, err
	}
	return rec, nil
}

// lookingOnce is looking for who goes on with a person: again is not counted.
func (s *Store) lookingOnce(ctx context.Context, l *Look, again bool, f func(q querier) error) error {
	if again {
		return s.inTx(ctx, f)
	}
	return s.looking(ctx, l, f)
}

// lookedAt tells whether the officer opened a record of this person a moment ago,
// so that it is one look-up.
func (s *Store) lookedAt(ctx context.Context, l Look, personID string) (bool, error) {
	if personID == "" || !goodText(personID) {
		return false, nil
	}
	var n int64
	err := s.q.row(ctx, `SELECT COUNT(*) FROM reads r WHERE r.person_id = $1 AND r.officer_id = $2 AND r.at > $3 AND r.found = 1
		AND r.fields LIKE '%`+string(duty.FullIdentity)+`%'`, personID, l.Officer.ID, l.At.Add(-sameLook).UnixMilli()).Scan(&n)
	return n > 0, wrap(err, "count look-ups")
}

// lookedLately tells whether the officer opened this person's record a moment
// ago, so that it is one look-up.
func (s *Store) lookedLately(ctx context.Context, l Look, id string) (bool, error) {
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return false, nil
	}
	var n int64
	err := s.q.row(ctx, `SELECT COUNT(*) FROM reads r JOIN monitoring m ON m.person_id = r.person_id
		WHERE m.id = $1 AND r.officer_id = $2 AND r.at > $3 AND r.found = 1 AND r.fields LIKE '%`+string(duty.FullIdentity)+`%'`,
		id, l.Officer.ID, l.At.Add(-sameLook).UnixMilli()).Scan(&n)
	return n > 0, wrap(err, "count look-ups")
}

func (s *Store) openRecord(ctx context.Context, q querier, l Look, scope duty.Scope, id string) (*WatchedRecord, error) {
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return nil, core.ErrNotFound
	}
	rec := &WatchedRecord{}
	var judged int64
	row, err := scanWatched(q.row(ctx, `SELECT `+monitoringColumns+`, p.name, p.birth_year, p.sex,
			COALESCE(t.opened_at, 0), COALESCE((SELECT o.name FROM officers o WHERE o.id = t.owner), ''),
			COALESCE((SELECT c.facts FROM checkups c WHERE m.ill_at > 0 AND c.monitoring_id = m.id AND c.at = m.ill_at ORDER BY c.id DESC LIMIT 1), ''),
			'', p.class, p.class_by, p.judged_at
		FROM monitoring m JOIN people p ON p.id = m.person_id
		LEFT JOIN tasks t ON t.monitoring_id = m.id AND t.kind = '`+core.TaskRed+`' AND t.closed_at = 0 AND t.monitoring_id <> ''
		WHERE m.id = $1`, id), scope, &rec.Class, &rec.ByClass, &judged)
	if errors.Is(err, errNoRows) || err == nil && row.Outside {
		return nil, core.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("monitoring %s: %w", id, err)
	}
	rec.WatchedRow, rec.Judged = row, timeOf(judged)
	if rec.Person, err = s.scanPerson(q.row(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id = $1`, row.PersonID)); err != nil {
		return nil, err
	}
	if err := rec.Person.cut(l, row.Area, false); err != nil {
		return nil, err
	}
	if rec.Person.Phones, err = s.phones(ctx, q, row.PersonID); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, querier, *WatchedRecord) error{s.recordDays, s.recordTests, s.recordTasks,
		s.recordEvents, s.recordCheckups, s.recordVerdicts} {
		if err := part(ctx, q, rec); err != nil {
			return nil, fmt.Errorf("monitoring %s: %w", id, err)
		}
	}
	slices.SortStableFunc(rec.Events, func(a, b Happening) int { return b.At.Compare(a.At) })
	slices.SortFunc(rec.Days, func(a, b WatchedDay) int { return cmp.Compare(a.Day, b.Day) })
	return rec, nil
}

// day finds or adds a day of the grid.
func (rec *WatchedRecord) day(d core.Day) *WatchedDay {
	i := slices.IndexFunc(rec.Days, func(o WatchedDay) bool { return o.Day == d })
	if i < 0 {
		rec.Days = append(rec.Days, WatchedDay{Day: d})
		i = len(rec.Days) - 1
	}
	return &rec.Days[i]
}

func (s *Store) recordDays(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT day, slot, due_at, prompted_at, delivered_at, answered_at, escalated_at, missed_at
		FROM prompts WHERE monitoring_id = $1 ORDER BY day DESC, slot DESC LIMIT $2`, rec.ID, maxHappened)
	type prompt struct {
		day core.Day
		WatchedSlot
	}
	list, err := collect(r, err, func(r scanner) (p prompt, err error) {
		var at [6]int64
		err = r.Scan(&p.day, &p.Slot, &at[0], &at[1], &at[2], &at[3], &at[4], &at[5])
		p.Due, p.Prompted, p.Delivered = timeOf(at[0]), timeOf(at[1]), timeOf(at[2])
		p.Answered, p.Escalated, p.Missed = timeOf(at[3]), timeOf(at[4]), timeOf(at[5])
		return p, err
	})
	for _, p := range slices.Backward(list) {
		d := rec.day(p.day)
		d.Slots = append(d.Slots, p.WatchedSlot)
	}
	return wrap(err, "prompts")
}

func (s *Store) recordTests(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT id, due_day, taken_day, result FROM tests WHERE monitoring_id = $1 ORDER BY due_day, id LIMIT $2`, rec.ID, maxHappened)
	rec.Tests, err = collect(r, err, func(r scanner) (t WatchedTest, err error) {
		err = r.Scan(&t.ID, &t.Due, &t.Taken, &t.Result)
		return t, err
	})
	return wrap(err, "tests")
}

func (s *Store) recordTasks(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT t.id, t.kind, t.owner, `+takenBy+`, t.note, t.opened_at, t.due_at, t.attempts FROM tasks t
		WHERE t.monitoring_id = $1 AND t.monitoring_id <> '' AND t.closed_at = 0 ORDER BY t.due_at`, rec.ID)
	rec.Tasks, err = collect(r, err, func(r scanner) (t OpenTask, err error) {
		var opened, due int64
		err = r.Scan(&t.ID, &t.Kind, &t.Owner, &t.Taken, &t.Note, &opened, &due, &t.Attempts)
		t.PersonID, t.Area, t.About, t.Opened, t.Due = rec.PersonID, rec.Area, true, time.UnixMilli(opened), time.UnixMilli(due)
		return t, err
	})
	return wrap(err, "tasks")
}

func (s *Store) recordEvents(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT e.id, e.kind, COALESCE((SELECT o.name FROM officers o WHERE o.id = e.officer_id AND e.officer_id <> ''), ''), e.duty,
			e.before, e.after, e.note, e.at FROM monitoring_events e WHERE e.monitoring_id = $1 ORDER BY e.at DESC, e.id DESC LIMIT $2`, rec.ID, maxHappened)
	list, err := collect(r, err, func(r scanner) (h Happening, err error) {
		var id, before, after string
		var note []byte
		var at int64
		if err = r.Scan(&id, &h.Kind, &h.Officer, &h.Duty, &before, &after, &note, &at); err != nil {
			return h, err
		}
		h.At = time.UnixMilli(at)
		for i, into := range []*map[string]any{&h.Before, &h.After} { // the two texts may be the same
			if text := [...]string{before, after}[i]; text != "" && json.Unmarshal([]byte(text), into) != nil {
				return h, fmt.Errorf("event %s is no JSON", id)
			}
		}
		h.Note, err = s.keys.OpenString("monitoring_events.note", id, note)
		return h, err
	})
	rec.Events = append(rec.Events, list...)
	return wrap(err, "events")
}

func (s *Store) recordCheckups(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT c.id, c.day, c.at, c.colour, c.facts, c.private,
			COALESCE((SELECT o.name FROM officers o WHERE o.id = c.officer_id AND c.officer_id <> ''), '')
		FROM checkups c WHERE c.monitoring_id = $1 ORDER BY c.at DESC, c.id DESC LIMIT $2`, rec.ID, maxHappened)
	list, err := collect(r, err, func(r scanner) (h Happening, err error) {
		var id, facts string
		var private []byte
		var at int64
		c := core.Checkup{MonitoringID: rec.ID, PersonID: rec.PersonID}
		if err = r.Scan(&id, &c.Day, &at, &c.Colour, &facts, &private, &h.Officer); err != nil {
			return h, err
		}
		var said checkupFacts
		if err := json.Unmarshal([]byte(facts), &said); err != nil {
			return h, fmt.Errorf("answer %s is no JSON", id)
		}
		c.Symptoms, c.Well, c.Temperature, c.SpO2, c.At = said.Symptoms, said.Well, said.Temperature, said.SpO2, time.UnixMilli(at)
		h.At, h.Kind, h.Checkup = c.At, "checkup", &c
		h.Note, err = s.keys.OpenString("checkups.private", id, private)
		return h, err
	})
	for _, h := range list {
		d := rec.day(h.Checkup.Day)
		d.Colour = d.Colour.Worse(h.Checkup.Colour)
	}
	rec.Events = append(rec.Events, list...)
	return wrap(err, "answers")
}

// recordVerdicts adds what was declared, with its verdict, and what was judged
// or decided since.
func (s *Store) recordVerdicts(ctx context.Context, q querier, rec *WatchedRecord) error {
	r, err := q.query(ctx, `SELECT 'declared', d.id, d.form, d.verdict, d.at, '', '', NULL FROM declarations d WHERE d.person_id = $1
		ORDER BY d.at DESC LIMIT $2`, rec.PersonID, maxHappened)
	declared, err := collect(r, err, s.scanJudged)
	if err != nil {
		return wrap(err, "declarations")
	}
	r, err = q.query(ctx, `SELECT v.why, v.id, '', v.verdict, v.at, COALESCE((SELECT o.name FROM officers o WHERE o.id = v.officer_id AND v.officer_id <> ''), ''),
		'', v.note FROM verdicts v WHERE v.person_id = $1 ORDER BY v.at DESC LIMIT $2`, rec.PersonID, maxHappened)
	judged, err := collect(r, err, s.scanJudged)
	rec.Events = append(append(rec.Events, declared...), judged...)
	return wrap(err, "verdicts")
}

func (s *Store) scanJudged(r scanner) (h Happening, err error) {
	var text string
	var at int64
	var note []byte
	if err = r.Scan(&h.Kind, &h.ID, &h.Form, &text, &at, &h.Officer, &h.Duty, &note); err != nil {
		return h, err
	}
	h.At = time.UnixMilli(at)
	if text != "" {
		h.Verdict = &core.Verdict{}
		if err := json.Unmarshal([]byte(text), h.Verdict); err != nil {
			return h, fmt.Errorf("verdict %s is no JSON", h.ID)
		}
	}
	h.Note, err = s.keys.OpenString("verdicts.note", h.ID, note)
	return h, err
}
