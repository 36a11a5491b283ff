package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/duty"
)

// ErrChanged says that a record is no longer what the officer saw: somebody
// else was there first, and nothing was written.
var ErrChanged = errors.New("changed by somebody else")

// What an officer does about a task.
const (
	WorkTaken    = "taken"    // from now on it is theirs
	WorkReleased = "released" // it goes back to the area
	WorkAttempt  = "attempt"  // tried, with an outcome; it stays open
	WorkClosed   = "closed"   // done, with an outcome
)

// TaskWork is one thing that an officer does about a task.
type TaskWork struct {
	ID      string // of the form: the same one sent twice counts once
	Kind    string // WorkTaken, …
	Seen    string // OpenTask.Owner as the officer saw it
	Outcome string // a code, for an attempt and the end
	Note    string // kept sealed; "" for none
}

// TaskEvent is one thing that was done about a task.
type TaskEvent struct {
	Kind    string
	Officer string // name
	Duty    duty.Duty
	Outcome string
	Note    string
	At      time.Time
}

// WorkOnTask takes a task, gives it back, logs an attempt or closes it, for an
// officer who may see whom it is about; a task that the scope does not hold is
// core.ErrNotFound, as one that never was. ErrChanged when it was closed or
// taken by another since the officer saw it.
func (s *Store) WorkOnTask(ctx context.Context, l Look, scope duty.Scope, id string, w TaskWork) error {
	if texts := id + w.ID + w.Seen + w.Outcome + w.Note; !utf8.ValidString(texts) || strings.ContainsRune(texts, 0) {
		return core.ErrNotFound
	}
	return s.inTx(ctx, func(q querier) error {
		var owner, commune, district, province, kind string
		var closed, done int64
		err := q.row(ctx, `SELECT owner, commune, district, province, kind, closed_at,
				(SELECT COUNT(*) FROM task_events e WHERE e.id = $2) FROM tasks WHERE id = $1 `+s.forUpdate, id, w.ID).
			Scan(&owner, &commune, &district, &province, &kind, &closed, &done)
		if errors.Is(err, errNoRows) {
			return core.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
		place := finest(commune, district, province)
		if !scope.Holds(place) || aboutMachines(kind) || duty.May(l.Officer.Duty, l.Officer.WhereIs(place, false), duty.FullIdentity) != duty.Yes {
			return core.ErrNotFound
		}
		switch {
		case done > 0:
			return nil // sent twice
		case closed > 0 || owner != w.Seen:
			return ErrChanged
		}
		return s.workOnTask(ctx, q, l, id, place, w)
	})
}

// aboutMachines tells whether a task is about an officer or a network, and so
// about nobody who could be called.
func aboutMachines(kind string) bool { return kind == TaskLooks || kind == TaskTokens }

func (s *Store) workOnTask(ctx context.Context, q querier, l Look, id, place string, w TaskWork) error {
	at := l.At.UnixMilli()
	var err error
	switch w.Kind {
	case WorkTaken:
		_, err = q.exec(ctx, `UPDATE tasks SET owner = $2 WHERE id = $1`, id, l.Officer.ID)
		if err == nil { // nobody is told of it any more, nor takes it in a chat
			_, err = q.exec(ctx, `UPDATE alerts SET taken_at = $2, taken_by = $3, next_at = 0 WHERE task_id = $1 AND taken_by = ''`, id, at, l.Officer.ID)
		}
	case WorkReleased:
		_, err = q.exec(ctx, `UPDATE tasks SET owner = $2 WHERE id = $1`, id, place)
	case WorkAttempt:
		_, err = q.exec(ctx, `UPDATE tasks SET owner = $2, attempts = attempts + 1, outcome = $3 WHERE id = $1`, id, l.Officer.ID, w.Outcome)
	case WorkClosed:
		_, err = q.exec(ctx, `UPDATE tasks SET owner = $2, outcome = $3, closed_at = $4 WHERE id = $1`, id, l.Officer.ID, w.Outcome, at)
	default:
		return fmt.Errorf("task %s: no work is called %q", id, w.Kind)
	}
	if err != nil {
		return fmt.Errorf("task %s: %w", id, err)
	}
	event := w.ID
	if event == "" {
		event = core.NewID()
	}
	var note []byte
	if w.Note != "" {
		note = s.keys.SealString("task_events.note", event, w.Note)
	}
	_, err = q.exec(ctx, `INSERT INTO task_events (id, task_id, kind, officer_id, duty, outcome, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		event, id, w.Kind, l.Officer.ID, string(l.Officer.Duty), w.Outcome, note, at)
	return wrap(err, "keep what was done about a task")
}

// taskEvents lists what was done about a task, the newest first.
func (s *Store) taskEvents(ctx context.Context, q querier, id string) ([]TaskEvent, error) {
	r, err := q.query(ctx, `SELECT e.id, e.kind, COALESCE((SELECT o.name FROM officers o WHERE o.id = e.officer_id), ''), e.duty, e.outcome, e.note, e.at
		FROM task_events e WHERE e.task_id = $1 ORDER BY e.at DESC, e.id DESC LIMIT 100`, id)
	list, err := collect(r, err, func(r scanner) (e TaskEvent, err error) {
		var event string
		var note []byte
		var at int64
		if err = r.Scan(&event, &e.Kind, &e.Officer, &e.Duty, &e.Outcome, &note, &at); err != nil {
			return e, err
		}
		e.At = time.UnixMilli(at)
		e.Note, err = s.keys.OpenString("task_events.note", event, note)
		return e, err
	})
	return list, wrap(err, "list what was done about a task")
}
