package store

import "context"

// sealedBy names the column whose value, with the column's name, a sealed
// column is bound to.
var sealedBy = map[string]string{"people": "id", "ties": "person_id", "declarations": "id", "qr_codes": "id"}

// Dump reads every column of every row of a table, sealed ones opened.
func (s *Store) Dump(ctx context.Context, table string) ([]map[string]any, error) {
	var names []string
	var all []map[string]any
	take := func(values []any) error {
		row := make(map[string]any, len(names))
		for i, name := range names {
			row[name] = values[i]
		}
		for name, value := range row {
			sealed, ok := value.([]byte)
			if !ok {
				continue
			}
			plain, err := s.keys.OpenString(table+"."+name, row[sealedBy[table]].(string), sealed)
			if err != nil {
				return err
			}
			row[name] = plain
		}
		all = append(all, row)
		return nil
	}
	if s.pg != nil {
		r, err := s.pg.Query(ctx, `SELECT * FROM `+table+` ORDER BY 1, 2`)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		for _, f := range r.FieldDescriptions() {
			names = append(names, f.Name)
		}
		for r.Next() {
			values, err := r.Values()
			if err != nil {
				return nil, err
			}
			if err := take(values); err != nil {
				return nil, err
			}
		}
		return all, r.Err()
	}
	r, err := s.lite.QueryContext(ctx, `SELECT * FROM `+table+` ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if names, err = r.Columns(); err != nil {
		return nil, err
	}
	for r.Next() {
		values, to := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := r.Scan(to...); err != nil {
			return nil, err
		}
		if err := take(values); err != nil {
			return nil, err
		}
	}
	return all, r.Err()
}
