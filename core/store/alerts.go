package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// alertAgain is how long officers have to take a red alert before it is told
// again, and to the next.
const alertAgain = 5 * time.Minute

// UseAlerts sets where an alert leads: the page of a task, by its ID, and the
// number that officers call.
func (s *Store) UseAlerts(taskURL func(taskID string) string) { s.taskURL = taskURL }

// shortID is what an officer types for a task: four letters and digits, none of
// which is taken for another.
func shortID(taskID string) string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	sum := sha256.Sum256([]byte(taskID))
	short := make([]byte, 4)
	for i := range short {
		short[i] = letters[int(sum[i])%len(letters)]
	}
	return string(short)
}

// AlertRed tells officers at once of the open red task of a monitoring: those of
// its commune, of its district where the commune has nobody, and so on. signs are
// locale keys. A further red sign of somebody whom an officer has already taken
// is told again: it may be worse.
func (tx *Tx) AlertRed(ctx context.Context, monitoringID string, signs []string) error {
	var a alert
	err := tx.q.row(ctx, `SELECT t.id, t.person_id, t.commune, t.district, t.province FROM tasks t
		WHERE t.monitoring_id = $1 AND t.monitoring_id <> '' AND t.kind = $2 AND t.closed_at = 0`, monitoringID, core.TaskRed).
		Scan(&a.task, &a.person, &a.commune, &a.district, &a.province)
	if errors.Is(err, errNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("alert: %w", err)
	}
	a.monitoring, a.signs = monitoringID, signs
	return wrap(tx.raise(ctx, a), "alert")
}

// alert is a row of alerts.
type alert struct {
	task, monitoring, person    string
	commune, district, province string
	signs                       []string
	round                       int
}

// raise makes a row for an alert and tells it for the first time.
func (tx *Tx) raise(ctx context.Context, a alert) error {
	signs, err := json.Marshal(a.signs)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO alerts (task_id, short, monitoring_id, person_id, commune, district, province, signs, next_at, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
		ON CONFLICT (task_id) DO UPDATE SET signs = excluded.signs, round = 0, next_at = excluded.next_at, taken_at = 0, taken_by = ''`,
		a.task, shortID(a.task), a.monitoring, a.person, a.commune, a.district, a.province, string(signs), tx.now.UnixMilli())
	if err != nil {
		return err
	}
	return tx.tellAlert(ctx, a)
}

// tellAlert tells an alert to the officers of its round, and sets the next.
func (tx *Tx) tellAlert(ctx context.Context, a alert) error {
	to, level, err := tx.alertChats(ctx, a)
	if err != nil {
		return err
	}
	name := ""
	if err := tx.q.row(ctx, `SELECT name FROM people WHERE id = $1`, a.person).Scan(&name); err != nil && !errors.Is(err, errNoRows) {
		return err
	}
	url := ""
	if tx.s.taskURL != nil {
		url = tx.s.taskURL(a.task)
	}
	for _, c := range to {
		m := c.place
		m.Priority, m.Lang = core.PriorityRed, cmp.Or(m.Lang, "vi")
		m.Say = core.RedAlert(cmp.Or(core.Initials(name), "?"), unitName(finest(a.commune, a.district, a.province)), a.signs, strings.ToUpper(shortID(a.task)), url)
		tx.Queue(m)
	}
	_, err = tx.q.exec(ctx, `UPDATE alerts SET round = $2, next_at = $3 WHERE task_id = $1`, a.task, int64(max(a.round, level)+1), tx.now.Add(alertAgain).UnixMilli())
	return err
}

// alertChats are whom a round of an alert goes to: the commune's officers, from
// the second round on the district's too, then the province's. A level without
// anybody is no reason to wait.
func (tx *Tx) alertChats(ctx context.Context, a alert) (to []chat, level int, err error) {
	levels := slices.DeleteFunc([]string{a.commune, a.district, a.province}, func(s string) bool { return s == "" })
	for level = range levels {
		to, err = tx.chats(ctx, duty.Call, levels[:level+1]...)
		if err != nil || len(to) > 0 && level >= a.round {
			return to, level, err
		}
	}
	return to, level, nil
}

// RepeatAlerts tells red alerts again that nobody has taken, and for the first
// time those of red tasks that were opened otherwise than by an answer. It gives
// how many were told.
func (s *Store) RepeatAlerts(ctx context.Context, now time.Time, n int) (told int, err error) {
	err = s.again(ctx, func(tx *Tx) error {
		told = 0
		// Whose task an officer gave back is told again.
		_, err := tx.q.exec(ctx, `UPDATE alerts SET next_at = $1, round = 0, taken_at = 0, taken_by = '' WHERE taken_at > 0
			AND task_id IN (SELECT t.id FROM tasks t WHERE t.kind = '`+core.TaskRed+`' AND t.closed_at = 0 AND LENGTH(t.owner) < 6)`, now.UnixMilli())
		if err != nil {
			return err
		}
		r, err := tx.q.query(ctx, `SELECT t.id, t.monitoring_id, t.person_id, t.commune, t.district, t.province FROM tasks t
			WHERE t.kind = '`+core.TaskRed+`' AND t.closed_at = 0 AND LENGTH(t.owner) < 6 AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.task_id = t.id) ORDER BY t.id LIMIT $1`, n)
		fresh, err := collect(r, err, func(r scanner) (a alert, err error) {
			return a, r.Scan(&a.task, &a.monitoring, &a.person, &a.commune, &a.district, &a.province)
		})
		if err != nil {
			return err
		}
		for _, a := range fresh {
			a.signs = []string{"alert.sign.red"}
			if err := tx.raise(ctx, a); err != nil {
				return err
			}
			told++
		}
		r, err = tx.q.query(ctx, `SELECT a.task_id, a.monitoring_id, a.person_id, a.commune, a.district, a.province, a.signs, a.round,
				COALESCE((SELECT t.owner FROM tasks t WHERE t.id = a.task_id AND t.closed_at = 0), 'closed')
			FROM alerts a WHERE a.next_at > 0 AND a.next_at <= $1 ORDER BY a.next_at LIMIT $2 `+s.skipLocked, now.UnixMilli(), n)
		type dueAlert struct {
			alert
			owner string // an area, until an officer takes the task on the pages
		}
		due, err := collect(r, err, func(r scanner) (a dueAlert, err error) {
			var signs string
			if err := r.Scan(&a.task, &a.monitoring, &a.person, &a.commune, &a.district, &a.province, &signs, &a.round, &a.owner); err != nil {
				return a, err
			}
			return a, json.Unmarshal([]byte(signs), &a.signs)
		})
		if err != nil {
			return err
		}
		for _, a := range due {
			if _, isArea := scopeColumn(a.owner); !isArea && a.owner != "" { // taken on the pages, or closed
				if _, err := tx.q.exec(ctx, `UPDATE alerts SET next_at = 0, taken_at = $2, taken_by = $3 WHERE task_id = $1`, a.task, tx.now.UnixMilli(), a.owner); err != nil {
					return err
				}
				continue
			}
			if err := tx.tellAlert(ctx, a.alert); err != nil {
				return err
			}
			told++
		}
		return nil
	}, now)
	return told, wrap(err, "repeat alerts")
}

// OpenAlerts is how many red alerts of a scope nobody has taken.
func (s *Store) OpenAlerts(ctx context.Context, scope duty.Scope) (n int, err error) {
	column, ok := scopeColumn(scope.Area)
	if !ok {
		return 0, nil
	}
	err = s.q.row(ctx, `SELECT COUNT(*) FROM alerts WHERE next_at > 0 AND `+column+` = $1`, scope.Area).Scan(&n)
	return n, wrap(err, "count alerts")
}

// TakeAlert gives a red alert to the officer whose chat it is taken from: the
// task is theirs, and nobody is told any more. Who came first has it.
func (tx *Tx) TakeAlert(ctx context.Context, at *core.Address, short string) (core.OfficerChat, error) {
	o, err := tx.officerAt(ctx, at)
	if err != nil || o == nil {
		return core.OfficerChat{Not: o == nil}, err
	}
	var a alert
	var takenBy, person string
	err = tx.q.row(ctx, `SELECT a.task_id, a.monitoring_id, a.commune, a.district, a.province, a.taken_by, COALESCE(p.name, '')
		FROM alerts a LEFT JOIN people p ON p.id = a.person_id WHERE a.short = $1 ORDER BY a.made_at DESC LIMIT 1`, strings.ToLower(short)).
		Scan(&a.task, &a.monitoring, &a.commune, &a.district, &a.province, &takenBy, &person)
	if errors.Is(err, errNoRows) {
		return core.OfficerChat{}, nil
	}
	if err != nil {
		return core.OfficerChat{}, fmt.Errorf("take an alert: %w", err)
	}
	if !slices.Contains([]string{a.commune, a.district, a.province}, o.Area) {
		return core.OfficerChat{}, nil
	}
	n, err := tx.q.exec(ctx, `UPDATE alerts SET taken_at = $2, taken_by = $3, next_at = 0 WHERE task_id = $1 AND taken_by = ''`, a.task, tx.now.UnixMilli(), o.ID)
	if err != nil {
		return core.OfficerChat{}, fmt.Errorf("take an alert: %w", err)
	}
	out := core.OfficerChat{Done: n == 1 || takenBy == o.ID, Who: cmp.Or(core.Initials(person), "?"), Area: finest(a.commune, a.district, a.province)}
	if n == 0 {
		err := tx.q.row(ctx, `SELECT o.name FROM alerts a JOIN officers o ON o.id = a.taken_by WHERE a.task_id = $1`, a.task).Scan(&out.Name)
		return out, wrap(err, "take an alert")
	}
	look := Look{Officer: *o, At: tx.now}
	if err := tx.s.workOnTask(ctx, tx.q, look, a.task, finest(a.commune, a.district, a.province), TaskWork{Kind: WorkTaken}); err != nil {
		return out, fmt.Errorf("take an alert: %w", err)
	}
	if a.monitoring == "" {
		return out, nil
	}
	return out, tx.keepEvents(ctx, []watchEvent{{monitoring: a.monitoring, kind: eventTaken, officer: o.ID, duty: string(o.Duty), after: map[string]any{"task": a.task}}})
}
