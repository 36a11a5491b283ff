package store

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// wakers tell local waiters that something is due for a channel or a mailbox.
type wakers struct {
	mu    sync.Mutex
	chans map[string]map[chan struct{}]struct{}
}

// Wake returns a channel that receives after something was queued under a
// name, by this node or by another, and a function that ends the watch. It is
// a hint: it may come late or, while the database is away, not at all, so
// callers also look by themselves from time to time.
func (s *Store) Wake(name string) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w := &s.wake
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.chans == nil {
		w.chans = make(map[string]map[chan struct{}]struct{})
	}
	if w.chans[name] == nil {
		w.chans[name] = make(map[chan struct{}]struct{})
	}
	w.chans[name][c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.chans[name], c)
		if len(w.chans[name]) == 0 {
			delete(w.chans, name)
		}
	}
}

func (w *wakers) tell(names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		for c := range w.chans[name] {
			select {
			case c <- struct{}{}:
			default: // already told
			}
		}
	}
}

// Listen passes on what other nodes queue, until ctx ends. On SQLite there are
// no other nodes and it only waits.
func (s *Store) Listen(ctx context.Context) {
	if s.pg == nil {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		err := s.listenOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		slog.Warn("listening to the database stopped; trying again", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.pg.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), pingTime)
		defer done()
		_ = conn.Close(ctx) // it may be what broke
	}()
	if _, err := (pgConn{conn}).exec(ctx, "LISTEN outbox"); err != nil {
		return err
	}
	for {
		quiet, done := context.WithTimeout(ctx, listenPulse)
		n, err := conn.WaitForNotification(quiet)
		done()
		switch {
		case err == nil:
			s.wake.tell(strings.Fields(n.Payload))
		case ctx.Err() == nil && quiet.Err() != nil:
			// Silence of a server that has nothing to say, or of one that is
			// gone: only asking tells.
			if _, err := (pgConn{conn}).exec(ctx, "SELECT 1"); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// listenPulse is how long the database may be silent before it is asked.
const listenPulse = 10 * time.Second
