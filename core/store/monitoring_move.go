package store

import (
	"context"

	"khaibao/core"
)

// keepMove keeps that the duty went to another area; both list it. The open
// tasks go along, and what an officer has taken stays that officer's.
func (tx *Tx) keepMove(ctx context.Context, m *monitored, from core.Monitoring) error {
	_, err := tx.q.exec(ctx, `INSERT INTO monitoring_moves (id, monitoring_id, from_commune, from_district, from_province, commune, district, province, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		core.NewID(), m.ID, from.Commune, from.District, from.Province, m.Commune, m.District, m.Province, tx.now.UnixMilli())
	if err != nil {
		return wrap(err, "keep move")
	}
	_, err = tx.q.exec(ctx, `UPDATE tasks SET owner = CASE WHEN owner = $2 THEN $3 ELSE owner END, commune = $4, district = $5, province = $6
		WHERE monitoring_id = $1 AND monitoring_id <> '' AND closed_at = 0`,
		m.ID, finest(from.Commune, from.District, from.Province), m.area(), m.Commune, m.District, m.Province)
	return wrap(err, "move tasks")
}
