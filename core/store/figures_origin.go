package store

import (
	"context"
	"fmt"

	"khaibao/core/area"
)

// originCode is the province of an area's code; a country's code stays.
func originCode(from string) string {
	if province := area.Province(from); province != "" {
		return province
	}
	if len(from) == 2 && from[0] >= 'A' && from[0] <= 'Z' {
		return from
	}
	return ""
}

// fillOrigins gives the journeys that are there already their origin.
func fillOrigins(ctx context.Context, q querier) error {
	from := `facts::jsonb ->> 'from'`
	if _, lite := q.(sqliteConn); lite {
		from = `json_extract(facts, '$.from')`
	}
	r, err := q.query(ctx, `SELECT DISTINCT COALESCE(`+from+`, '') FROM declarations WHERE form = 'journey'`)
	said, err := collect(r, err, scanText)
	if err != nil {
		return fmt.Errorf("read origins: %w", err)
	}
	for _, code := range said {
		if _, err := q.exec(ctx, `UPDATE declarations SET origin = $2 WHERE form = 'journey' AND `+from+` = $1`, code, originCode(code)); err != nil {
			return fmt.Errorf("keep origin: %w", err)
		}
	}
	return nil
}
