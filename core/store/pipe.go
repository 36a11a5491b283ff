package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// pipe runs statements on one connection of PostgreSQL and holds back those
// whose outcome nobody waits for: they go out with the next one that somebody
// does, in their order and in one round trip. A fault of one that was held back
// is the fault of that next one; the transaction is undone by either.
type pipe struct {
	conn    *pgx.Conn
	waiting *pgx.Batch
}

func newPipe(conn *pgx.Conn) *pipe { return &pipe{conn: conn, waiting: &pgx.Batch{}} }

// inPipe is inTx for those who wait for each of many small statements: on
// PostgreSQL the beginning goes out with the first of them, and what waits with
// the commit.
func (s *Store) inPipe(ctx context.Context, f func(q querier) error) error {
	if s.pg == nil {
		return s.inTx(ctx, f)
	}
	acquiring, done := bounded(ctx)
	defer done()
	conn, err := s.pg.Acquire(acquiring)
	if err != nil {
		return err
	}
	defer conn.Release()
	defer func() { // f failed or panicked
		if conn.Conn().PgConn().TxStatus() != 'I' {
			_, _ = pgConn{conn}.exec(context.WithoutCancel(ctx), "ROLLBACK") // a broken connection is dropped by the pool
		}
	}()
	p := newPipe(conn.Conn())
	if err := p.later(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := f(p); err != nil {
		return err
	}
	_, err = p.exec(ctx, "COMMIT")
	return err
}

// take gives what waits, to be sent with what its caller adds.
func (p *pipe) take() *pgx.Batch {
	batch := p.waiting
	p.waiting = &pgx.Batch{}
	return batch
}

// flush sends what waits, before what goes around the pipe.
func (p *pipe) flush(ctx context.Context) error {
	if p.waiting.Len() == 0 {
		return nil
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	return p.conn.SendBatch(ctx, p.take()).Close()
}

func (p *pipe) later(_ context.Context, text string, args ...any) error {
	p.waiting.Queue(text, args...)
	return nil
}

func (p *pipe) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if p.waiting.Len() == 0 {
		return pgConn{p.conn}.exec(ctx, text, args...)
	}
	sent, done, err := p.send(ctx, text, args)
	if err != nil {
		return 0, err
	}
	defer done()
	tag, err := sent.Exec()
	return tag.RowsAffected(), err
}

func (p *pipe) query(ctx context.Context, text string, args ...any) (rows, error) {
	if p.waiting.Len() == 0 {
		return pgConn{p.conn}.query(ctx, text, args...)
	}
	sent, done, err := p.send(ctx, text, args)
	if err != nil {
		return nil, err
	}
	r, err := sent.Query()
	if err != nil {
		done()
		return nil, err
	}
	return pgRows{r, done}, nil
}

func (p *pipe) row(ctx context.Context, text string, args ...any) scanner {
	if p.waiting.Len() == 0 {
		return pgConn{p.conn}.row(ctx, text, args...)
	}
	sent, done, err := p.send(ctx, text, args)
	if err != nil {
		return failed{err}
	}
	return pgRow{sent.QueryRow(), done}
}

// send sends what waits and one statement more, whose outcome is the next to be
// read. done ends the round trip and must be called.
func (p *pipe) send(ctx context.Context, text string, args []any) (sent pgx.BatchResults, done func(), err error) {
	batch := p.take()
	before := batch.Len()
	batch.Queue(text, args...)
	ctx, cancel := bounded(ctx)
	sent = p.conn.SendBatch(ctx, batch)
	done = func() {
		_ = sent.Close() // a fault was read already: all of them are
		cancel()
	}
	for range before {
		if _, err := sent.Exec(); err != nil {
			done()
			return nil, nil, err
		}
	}
	return sent, done, nil
}

// failed is the row of a statement that was never reached.
type failed struct{ err error }

func (f failed) Scan(...any) error { return f.err }
