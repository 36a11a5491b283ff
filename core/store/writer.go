package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrBusy says that SQLite's one writer could not be had in time: others wrote
// for too long, here or in another process. Trying again later may do.
var ErrBusy = errors.New("the database is busy")

// beginSQLite waits for the one writer of this process, and then for SQLite's
// own lock, but for no longer than patience in all: where another process holds
// the lock, each who stands in the queue would else wait for it anew, one after
// another, and the last of them for minutes.
func (s *Store) beginSQLite(ctx context.Context) (querier, func(commit bool) error, error) {
	began := time.Now()
	turn, done := bounded(ctx)
	defer done()
	conn, err := s.writer.Conn(turn)
	if err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%w: %w", ErrBusy, err)
		}
		return nil, nil, err
	}
	tx, err := s.takeLock(ctx, conn, patience-time.Since(began))
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	end := func(commit bool) error {
		defer conn.Close()
		if !commit {
			return tx.Rollback()
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		s.wrote.Store(time.Now().UnixMilli())
		return nil
	}
	return sqliteConn{q: tx, hot: s.hot}, end, nil
}

// sqlitePool reads on any connection and has every statement that writes take
// its turn at the writer, so that nobody who reads stands behind a lock.
type sqlitePool struct {
	sqliteConn
	s *Store
}

func (p sqlitePool) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	err = p.s.inTx(ctx, func(q querier) error {
		changed, err = q.exec(ctx, text, args...)
		return err
	})
	return changed, err
}

func (p sqlitePool) later(ctx context.Context, text string, args ...any) error {
	_, err := p.exec(ctx, text, args...)
	return err
}

func (p sqlitePool) row(ctx context.Context, text string, args ...any) scanner {
	if !strings.HasPrefix(text, "UPDATE ") {
		return p.sqliteConn.row(ctx, text, args...)
	}
	return scanned(func(dest ...any) error {
		return p.s.inTx(ctx, func(q querier) error { return q.row(ctx, text, args...).Scan(dest...) })
	})
}

// scanned is a row that is asked for when it is read.
type scanned func(dest ...any) error

func (f scanned) Scan(dest ...any) error { return f(dest...) }

// takeLock begins a transaction; it waits for SQLite's lock for at most left,
// and for a tenth of a second at least.
func (s *Store) takeLock(ctx context.Context, conn *sql.Conn, left time.Duration) (*sql.Tx, error) {
	if left = max(left, patience/100); left < patience*9/10 {
		wait := fmt.Sprintf("PRAGMA busy_timeout = %d", left.Milliseconds())
		if _, err := conn.ExecContext(ctx, wait); err != nil {
			return nil, err
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = "+busyTimeout) }()
	}
	tx, err := conn.BeginTx(ctx, nil)
	var fault *sqlite.Error
	if errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return tx, err
}
