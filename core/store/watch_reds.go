package store

import (
	"context"
	"fmt"

	"khaibao/core"
	"khaibao/core/duty"
)

// WaitingReds are the red signs in an area that no officer has taken: how many,
// to CountedAtMost, and, for who watches there, those that wait longest by name.
// For a duty that sees neither figures nor people it is core.ErrNotFound.
func (s *Store) WaitingReds(ctx context.Context, l Look, n int) (rows []WatchedRow, count int, err error) {
	o := l.Officer
	column, ok := scopeColumn(o.Area)
	figures := duty.May(o.Duty, duty.InArea, duty.Figures)
	if !ok || figures != duty.OwnArea && figures != duty.AllAreas {
		return nil, 0, core.ErrNotFound
	}
	waiting := ` FROM tasks t WHERE t.kind = '` + core.TaskRed + `' AND t.closed_at = 0 AND t.` + column + ` = $1
		AND NOT EXISTS (SELECT 1 FROM officers o WHERE o.id = t.owner)`
	if err := s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1`+waiting+` LIMIT $2) w`, o.Area, CountedAtMost).Scan(&count); err != nil {
		return nil, 0, fmt.Errorf("count waiting reds: %w", err)
	}
	if !o.MayDo(duty.Watch) || count == 0 {
		return nil, count, nil
	}
	r, err := s.q.query(ctx, `SELECT `+monitoringColumns+`, p.name, p.birth_year, p.sex, t.opened_at, '',
			COALESCE((SELECT c.facts FROM checkups c WHERE m.ill_at > 0 AND c.monitoring_id = m.id AND c.at = m.ill_at ORDER BY c.id DESC LIMIT 1), ''), ''
		FROM (SELECT t.monitoring_id, t.opened_at`+waiting+` ORDER BY t.opened_at LIMIT $2) t
		JOIN monitoring m ON m.id = t.monitoring_id JOIN people p ON p.id = m.person_id ORDER BY t.opened_at`, o.Area, n)
	scope := o.WatchScope()
	rows, err = collect(r, err, func(r scanner) (WatchedRow, error) { return scanWatched(r, scope) })
	return rows, count, wrap(err, "list waiting reds")
}
