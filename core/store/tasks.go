package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
)

// TaskLooks is the kind of a task about an officer who looked up too many
// people. Only those who keep the accounts see it.
const TaskLooks = "look_ups"

// OpenTask is a task as it stands on a list.
type OpenTask struct {
	ID       string
	Kind     string
	PersonID string
	Area     string // the finest known GSO code
	Owner    string
	Note     string // a question's ID, an officer's name for TaskLooks
	Opened   time.Time
	Due      time.Time
	Attempts int
}

// Tasks lists the open tasks of a scope, those due first come first; after is
// the last one of the page before. An officer who keeps the accounts sees the
// tasks about officers, all others the tasks about people.
func (s *Store) Tasks(ctx context.Context, o duty.Officer, scope duty.Scope, after OpenTask, n int) ([]OpenTask, error) {
	column, ok := scopeColumn(scope.Area)
	if !ok {
		return nil, nil
	}
	text := `SELECT t.id, t.kind, t.person_id, t.commune, t.district, t.province, t.owner,
			CASE WHEN t.kind = $2 THEN COALESCE((SELECT o.name FROM officers o WHERE o.id = t.note), '') ELSE t.note END,
			t.opened_at, t.due_at, t.attempts
		FROM tasks t WHERE t.closed_at = 0 AND t.` + column + ` = $1 AND (t.due_at, t.id) > ($3, $4) AND t.kind `
	if duty.May(o.Duty, duty.InArea, duty.Lists) == duty.OfficersOnly {
		text += `= $2`
	} else {
		text += `<> $2`
	}
	due := int64(-1)
	if after.ID != "" {
		due = after.Due.UnixMilli()
	}
	r, err := s.q.query(ctx, text+` ORDER BY t.due_at, t.id LIMIT $5`, scope.Area, TaskLooks, due, after.ID, n)
	list, err := collect(r, err, func(r scanner) (t OpenTask, err error) {
		var commune, district, province string
		var opened, due int64
		err = r.Scan(&t.ID, &t.Kind, &t.PersonID, &commune, &district, &province, &t.Owner, &t.Note, &opened, &due, &t.Attempts)
		t.Area, t.Opened, t.Due = finest(commune, district, province), time.UnixMilli(opened), time.UnixMilli(due)
		return t, err
	})
	return list, wrap(err, "list tasks")
}

// tellOfLooks opens a task about an officer's look-ups, once while it is open.
func (s *Store) tellOfLooks(ctx context.Context, q querier, l Look) error {
	var open int64
	err := q.row(ctx, `SELECT COUNT(*) FROM tasks WHERE kind = $1 AND note = $2 AND closed_at = 0`, TaskLooks, l.Officer.ID).Scan(&open)
	if err != nil {
		return fmt.Errorf("tell of look-ups: %w", err)
	}
	if open > 0 {
		return nil
	}
	commune := l.Officer.Area
	if u, _ := area.Get(commune); u.Level != area.LevelCommune {
		commune = ""
	}
	_, err = q.exec(ctx, `INSERT INTO tasks (id, kind, commune, district, province, note, opened_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		core.NewID(), TaskLooks, commune, area.District(l.Officer.Area), area.Province(l.Officer.Area), l.Officer.ID,
		l.At.UnixMilli(), l.At.Add(24*time.Hour).UnixMilli())
	return wrap(err, "tell of look-ups")
}

// scopeColumn is the column that holds GSO codes of an area's level: two
// digits for a province, three for a district, five for a commune.
func scopeColumn(code string) (column string, ok bool) {
	switch len(code) {
	case 2:
		return "province", true
	case 3:
		return "district", true
	case 5:
		return "commune", true
	}
	return "", false
}

// finest is the first code that is known.
func finest(commune, district, province string) string {
	switch {
	case commune != "":
		return commune
	case district != "":
		return district
	}
	return province
}
