package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// querier is what both engines can do with one SQL text in PostgreSQL's $n.
type querier interface {
	exec(ctx context.Context, text string, args ...any) (rowsChanged int64, err error)
	query(ctx context.Context, text string, args ...any) (rows, error)
	row(ctx context.Context, text string, args ...any) scanner
	// later runs a statement whose outcome nobody waits for: before the next one
	// or the commit, which report its fault.
	later(ctx context.Context, text string, args ...any) error
}

type scanner interface{ Scan(dest ...any) error }

type rows interface {
	scanner
	Next() bool
	Err() error
	close()
}

var errNoRows = sql.ErrNoRows

// sqliteConn runs statements on database/sql: the pool, or one transaction.
type sqliteConn struct {
	q interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
	// hot are the statements of every turn, prepared once: SQLite parses and
	// plans a small statement for as long as it takes to run it. Only for
	// transactions, which all run on the connection that prepared them.
	hot map[string]*sql.Stmt
}

func (c sqliteConn) prepared(ctx context.Context, text string) *sql.Stmt {
	made := c.hot[text]
	if made == nil {
		return nil
	}
	return c.q.(*sql.Tx).StmtContext(ctx, made)
}

func (c sqliteConn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if made := c.prepared(ctx, text); made != nil {
		res, err = made.ExecContext(ctx, args...)
	} else {
		res, err = c.q.ExecContext(ctx, text, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c sqliteConn) later(ctx context.Context, text string, args ...any) error {
	_, err := c.exec(ctx, text, args...)
	return err
}

func (c sqliteConn) query(ctx context.Context, text string, args ...any) (rows, error) {
	r, err := c.q.QueryContext(ctx, text, args...)
	return sqliteRows{r}, err
}

func (c sqliteConn) row(ctx context.Context, text string, args ...any) scanner {
	if made := c.prepared(ctx, text); made != nil {
		return made.QueryRowContext(ctx, args...)
	}
	return c.q.QueryRowContext(ctx, text, args...)
}

type sqliteRows struct{ *sql.Rows }

func (r sqliteRows) close() { r.Rows.Close() }

// patience bounds a statement on PostgreSQL whose caller set no bound: a server
// that hangs, or a network that loses every packet, answers nothing, not even
// an error, and would hold its callers for ever. Long work sets its own bound.
const patience = 10 * time.Second

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}

// pgConn runs statements on pgx: the pool, or one transaction.
type pgConn struct {
	q interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
		Query(context.Context, string, ...any) (pgx.Rows, error)
		QueryRow(context.Context, string, ...any) pgx.Row
	}
}

func (c pgConn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	ctx, done := bounded(ctx)
	defer done()
	tag, err := c.q.Exec(ctx, text, args...)
	return tag.RowsAffected(), err
}

func (c pgConn) later(ctx context.Context, text string, args ...any) error {
	_, err := c.exec(ctx, text, args...)
	return err
}

func (c pgConn) query(ctx context.Context, text string, args ...any) (rows, error) {
	ctx, done := bounded(ctx)
	r, err := c.q.Query(ctx, text, args...)
	if err != nil {
		done()
	}
	return pgRows{r, done}, err
}

func (c pgConn) row(ctx context.Context, text string, args ...any) scanner {
	ctx, done := bounded(ctx)
	return pgRow{c.q.QueryRow(ctx, text, args...), done}
}

type pgRows struct {
	pgx.Rows
	done context.CancelFunc
}

func (r pgRows) close() {
	r.Rows.Close()
	r.done()
}

type pgRow struct {
	row  pgx.Row
	done context.CancelFunc
}

// Scan reports a missing row as database/sql does, so that callers know one error.
func (r pgRow) Scan(dest ...any) error {
	defer r.done()
	err := r.row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoRows
	}
	return err
}

// collect reads all rows with one scan function.
func collect[T any](r rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer r.close()
	var all []T
	for r.Next() {
		v, err := scan(r)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, r.Err()
}

// scanText reads rows of one text column.
func scanText(r scanner) (text string, err error) {
	err = r.Scan(&text)
	return text, err
}

// begin starts a transaction on either engine.
func (s *Store) begin(ctx context.Context) (querier, func(commit bool) error, error) {
	if s.pg != nil {
		return beginPG(ctx, s.pg)
	}
	return s.beginSQLite(ctx)
}

func beginPG(ctx context.Context, pool *pgxpool.Pool) (querier, func(bool) error, error) {
	beginning, done := bounded(ctx)
	defer done()
	tx, err := pool.Begin(beginning)
	if err != nil {
		return nil, nil, err
	}
	end := func(commit bool) error {
		if commit {
			ctx, done := bounded(ctx)
			defer done()
			return tx.Commit(ctx)
		}
		// The caller's context may be why we roll back; the connection must
		// still be handed back clean.
		ctx, done := bounded(context.WithoutCancel(ctx))
		defer done()
		return tx.Rollback(ctx)
	}
	return pgConn{tx}, end, nil
}

// inTx runs f in one transaction: committed when f returns nil, else undone.
func (s *Store) inTx(ctx context.Context, f func(q querier) error) error {
	q, end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // f panicked
			_ = end(false)
		}
	}()
	if err := f(q); err != nil {
		done = true
		_ = end(false)
		return err
	}
	done = true
	return end(true)
}

// goodText tells whether both databases can look for a text: one that is no
// UTF-8, or holds a zero, PostgreSQL would refuse aloud.
func goodText(texts ...string) bool {
	for _, t := range texts {
		if !utf8.ValidString(t) || strings.ContainsRune(t, 0) {
			return false
		}
	}
	return true
}
