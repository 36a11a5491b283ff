package store

import (
	"context"
	"time"

	"khaibao/core"
)

// planTests keeps on which days tests are due. A day that is planned already, or
// is over, or lies behind the last day, is left out.
func (tx *Tx) planTests(ctx context.Context, all []*monitored) error {
	var rows [][]any
	for _, m := range all {
		for _, day := range m.Tests {
			if day >= core.DayOf(tx.now) && day <= m.Until {
				rows = append(rows, []any{core.NewID(), m.ID, m.PersonID, string(day)})
			}
		}
	}
	_, err := execEach(ctx, tx.q, `INSERT INTO tests (id, monitoring_id, person_id, due_day)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT)
		WHERE NOT EXISTS (SELECT 1 FROM tests t WHERE t.monitoring_id = $2 AND t.due_day = $4)`, rows)
	return wrap(err, "plan tests")
}

// RemindTests tells up to n people that a test of theirs is due today, each once
// and not at night. It may run on any number of nodes; told less than n there
// are no more now.
func (s *Store) RemindTests(ctx context.Context, now time.Time, n int) (told int, err error) {
	err = s.again(ctx, func(tx *Tx) error {
		text := `SELECT ` + monitoringColumns + `, t.id, t.due_day FROM tests t JOIN monitoring m ON m.id = t.monitoring_id
			WHERE t.told_at = 0 AND t.due_day = $1 AND t.result = '' AND m.ended_at = 0 ORDER BY t.id LIMIT $2`
		if s.pg != nil {
			text += ` FOR UPDATE OF t SKIP LOCKED`
		}
		var marks [][]any
		var notices []notice
		r, err := tx.q.query(ctx, text, core.DayOf(now), n)
		_, err = collect(r, err, func(r scanner) (struct{}, error) {
			var id string
			var day core.Day
			m, err := scanMonitored(r, &id, &day)
			marks, notices = append(marks, []any{id, now.UnixMilli()}), append(notices, notice{m: &m, key: core.MonitorTest, day: day})
			return struct{}{}, err
		})
		if err != nil {
			return err
		}
		told = len(marks)
		if _, err := execEach(ctx, tx.q, `UPDATE tests SET told_at = $2 WHERE id = $1`, marks); err != nil {
			return err
		}
		return tx.tell(ctx, notices)
	}, now)
	return told, wrap(err, "remind of tests")
}
