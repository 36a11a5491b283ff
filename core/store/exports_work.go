package store

import (
	"context"
	"strconv"

	"khaibao/core"
	"khaibao/core/duty"
)

// ArrivalRows is the next n rows of a work list, for a file, as Arrivals lists
// them by pages; next is "" behind the last.
func (s *Store) ArrivalRows(ctx context.Context, l Look, scope duty.Scope, f ArrivalFilter, after string, n int) (rows []ArrivalRow, next string, err error) {
	a, err := arrivalsAsked(l, scope, f)
	if err != nil {
		return nil, "", err
	}
	p := ArrivalPage{Masked: a.masked}
	err = s.arrivalRows(ctx, l, &p, a, after, n)
	return p.Rows, p.Next, err
}

// CountArrivals counts what ArrivalRows would give, most at most.
func (s *Store) CountArrivals(ctx context.Context, l Look, scope duty.Scope, f ArrivalFilter, most int) (n int, err error) {
	a, err := arrivalsAsked(l, scope, f)
	if err != nil {
		return 0, err
	}
	err = s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM arrivals r WHERE 1 = 1`+a.where.text.String()+` LIMIT `+strconv.Itoa(most)+`) counted`, a.where.args...).Scan(&n)
	return n, wrap(err, "count arrivals")
}

// TriageRows is the next n people of a list of triage, for a file; next is ""
// behind the last. Whoever is called while it goes on may be missed or stand in
// it twice: the list is of who waits.
func (s *Store) TriageRows(ctx context.Context, l Look, scope duty.Scope, f TriageFilter, after string, n int) (rows []TriageRow, next string, err error) {
	column, code, ok := triageWhere(l.Officer, scope, f)
	if !ok {
		return nil, "", core.ErrNotFound
	}
	return s.triageRows(ctx, l, column, code, f, after, n)
}

// CountTriage counts what TriageRows would give, most at most.
func (s *Store) CountTriage(ctx context.Context, l Look, scope duty.Scope, f TriageFilter, most int) (n int, err error) {
	column, code, ok := triageWhere(l.Officer, scope, f)
	if !ok {
		return 0, core.ErrNotFound
	}
	c := &conditions{}
	c.triageOn(column, code, f.Colour, f.State)
	err = s.q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM triage t WHERE 1 = 1`+c.text.String()+` LIMIT `+strconv.Itoa(most)+`) counted`, c.args...).Scan(&n)
	return n, wrap(err, "count triage")
}
