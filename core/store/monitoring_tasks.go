package store

import (
	"context"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
)

// How long officers have (docs/reference/follow-up.md 2c), the first two where no
// rules are in force.
const (
	redTime     = 15 * time.Minute
	illTime     = 2 * time.Hour
	callTime    = 2 * time.Hour
	overdueTime = 24 * time.Hour
)

// watchTask is a task about a monitoring. Its owner is the area that has the
// duty, until an officer takes it: nobody who is silent is nobody's.
type watchTask struct {
	m    *monitored
	kind string
	note string
	due  time.Time
}

// openTasks opens tasks about monitorings. While one of its kind is open for
// the monitoring, it counts another attempt, and is due at the earlier moment.
func (tx *Tx) openTasks(ctx context.Context, tasks []watchTask) error {
	rows := make([][]any, len(tasks))
	for i, t := range tasks {
		rows[i] = []any{core.NewID(), t.kind, t.m.PersonID, t.m.Address, t.m.Commune, t.m.District, t.m.Province, t.m.area(), t.note,
			tx.now.UnixMilli(), t.due.UnixMilli(), t.m.ID}
	}
	_, err := execEach(ctx, tx.q, `INSERT INTO tasks (id, kind, person_id, address_id, commune, district, province, owner, note, opened_at, due_at, monitoring_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (monitoring_id, kind) WHERE closed_at = 0 AND monitoring_id <> ''
		DO UPDATE SET attempts = tasks.attempts + 1, note = excluded.note`, rows)
	return wrap(err, "open task")
}

// closeTasks closes the open tasks of some kinds about monitorings; outcome says
// why: "answered", "ended", …
func (tx *Tx) closeTasks(ctx context.Context, monitorings []string, outcome string, kinds ...string) error {
	if len(monitorings) == 0 {
		return nil
	}
	_, err := tx.q.exec(ctx, `UPDATE tasks SET closed_at = $1, outcome = $2
		WHERE closed_at = 0 AND monitoring_id <> '' AND monitoring_id`+tx.s.anyOf("$3")+` AND kind`+tx.s.anyOf("$4"),
		tx.now.UnixMilli(), outcome, tx.s.among(monitorings), tx.s.among(kinds))
	return wrap(err, "close tasks")
}

// silenceTasks are those that an answer closes.
var silenceTasks = []string{core.TaskSilent, core.TaskCall, core.TaskNoWay}

// byDay is when officers must have called somebody: soon, but not at night.
func byDay(now time.Time, in time.Duration) time.Time { return monitor.NotBefore(now.Add(in)) }
