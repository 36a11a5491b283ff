package store

import (
	"context"

	"khaibao/core"
	"khaibao/core/duty"
)

// FullRow is a declaration on an exported list: with the identity where the
// duty sees it.
type FullRow struct {
	Row
	Birth     string // ISO, cut to its precision; "" where it is not shown
	IDNumber  string // "" where it is not shown
	Insurance string
	Sub       string
	House     string
	Phones    []Phone
}

// ExportDeclarations is the next n declarations of a list for a file, as
// Declarations lists them by pages; fewer where looking took long enough. The
// cursor is zero behind the last.
func (s *Store) ExportDeclarations(ctx context.Context, l Look, scope duty.Scope, f Filter, after Cursor, n int) (rows []FullRow, next Cursor, err error) {
	w, masked, err := s.exported(ctx, l, scope, f)
	if err != nil {
		return nil, next, err
	}
	ids, next, _, _, err := w.page(ctx, s.q, after, n)
	if err != nil || len(ids) == 0 {
		return nil, next, wrap(err, "list declarations for a file")
	}
	identity := !masked && duty.May(l.Officer.Duty, duty.InArea, duty.FullIdentity) == duty.Yes
	r, err := s.q.query(ctx, `SELECT d.id, d.person_id, d.form, p.name, p.birth_year, p.sex, d.commune, d.district, d.province,
			d.at, d.day, d.channel, d.proven, d.version, d.facts, d.colour, p.birth, p.sub, p.private
		FROM declarations d JOIN people p ON p.id = d.person_id WHERE d.id`+s.anyOf("$1")+` ORDER BY d.at`+w.order()+`, d.id`+w.order(), s.among(ids))
	rows, err = collect(r, err, func(r scanner) (row FullRow, err error) {
		var private []byte
		row.Row, err = scanRow(withMore{r, []any{&row.Birth, &row.Sub, &private}}, l, masked)
		if err != nil || !identity {
			row.Birth, row.Sub = "", ""
			return row, err
		}
		sealed, err := s.openPrivate(row.PersonID, private)
		row.IDNumber, row.Insurance, row.House = sealed.ID, sealed.Insurance, sealed.House
		return row, err
	})
	if err == nil && identity {
		err = s.addPhones(ctx, rows)
	}
	return rows, next, wrap(err, "list declarations for a file")
}

// CountDeclarations counts what ExportDeclarations would give, most at most.
func (s *Store) CountDeclarations(ctx context.Context, l Look, scope duty.Scope, f Filter, most int) (n int, err error) {
	w, _, err := s.exported(ctx, l, scope, f)
	if err != nil {
		return 0, err
	}
	for at := (Cursor{}); n < most; {
		ids, next, _, _, err := w.page(ctx, s.q, at, min(most-n, 2000))
		if n += len(ids); err != nil || next == (Cursor{}) {
			return n, wrap(err, "count declarations")
		}
		at = next
	}
	return n, nil
}

// exported is the walk of a list of declarations for who asks.
func (s *Store) exported(ctx context.Context, l Look, scope duty.Scope, f Filter) (w *walk, masked bool, err error) {
	answer := duty.May(l.Officer.Duty, duty.InArea, duty.Lists)
	masked = answer == duty.Masked
	if answer != duty.Yes && !masked {
		return nil, false, core.ErrNotFound
	}
	if masked {
		f = f.masked()
	}
	w, ok := s.walkOf(scope, f)
	if !ok {
		return nil, false, core.ErrNotFound
	}
	if f.Name != "" {
		if err := s.named(ctx, s.q, w, f.Name); err != nil {
			return nil, masked, err
		}
	}
	return w, masked, w.bound(ctx, s.q)
}

// withMore scans further columns behind those that a caller knows.
type withMore struct {
	scanner
	more []any
}

func (w withMore) Scan(dest ...any) error { return w.scanner.Scan(append(dest, w.more...)...) }

// addPhones adds the phones of people.
func (s *Store) addPhones(ctx context.Context, rows []FullRow) error {
	at := make(map[string][]int)
	var ids []string
	for i, row := range rows {
		if at[row.PersonID] == nil {
			ids = append(ids, row.PersonID)
		}
		at[row.PersonID] = append(at[row.PersonID], i)
	}
	r, err := s.q.query(ctx, `SELECT t.person_id, t.phone, t.how FROM ties t WHERE t.person_id`+s.anyOf("$1")+` AND t.phone IS NOT NULL AND t.how <> 'objected'
		ORDER BY t.person_id, CASE t.how WHEN 'own' THEN 0 WHEN 'proxy' THEN 2 ELSE 1 END, t.created_at DESC`, s.among(ids))
	_, err = collect(r, err, func(r scanner) (none struct{}, err error) {
		var id, how string
		var sealed []byte
		if err := r.Scan(&id, &sealed, &how); err != nil {
			return none, err
		}
		phone, err := s.keys.OpenString("ties.phone", id, sealed)
		if err == nil && phone != "" {
			for _, i := range at[id] {
				rows[i].Phones = append(rows[i].Phones, Phone{E164: phone, Proven: how == tieOwn || how == tieProxy, Proxy: how == tieProxy})
			}
		}
		return none, err
	})
	return wrap(err, "phones of a list")
}
