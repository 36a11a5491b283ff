package zalo

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	lateTime = 40 * time.Second // for a message, its picture fetched and read
	maxWorks = 4096             // messages in hand, and late ones that are done
)

var (
	errLate = errors.New("zalo: not stored in time")
	errFull = errors.New("zalo: too many messages at once")
)

// lateWork lets a message that could not be stored in time be stored none the
// less: a picture may take longer to fetch than Zalo waits for its answer, and
// would take as long each time that Zalo sends it again.
type lateWork struct {
	mu    sync.Mutex
	works map[string]*work
}

// work is one message in hand, or one that is done and was answered too early
// to say so.
type work struct {
	done  chan struct{}
	err   error
	early bool // somebody was told that it is not done
}

// within does something known by an ID, and tells how it went unless time is up
// before that: then it goes on by itself. Done twice at the same time it is
// done once; done in vain it may be done again.
func (l *lateWork) within(ctx context.Context, up <-chan time.Time, id string, do func(context.Context) error) error {
	w, err := l.begin(ctx, id, do)
	if err != nil {
		return err
	}
	select {
	case <-w.done:
	case <-up:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-w.done:
		if l.works[id] == w {
			delete(l.works, id)
		}
		return w.err
	default:
		w.early = true
		return errLate
	}
}

func (l *lateWork) begin(ctx context.Context, id string, do func(context.Context) error) (*work, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.works[id]; w != nil {
		return w, nil
	}
	if len(l.works) >= maxWorks {
		l.forget()
	}
	if len(l.works) >= maxWorks {
		return nil, errFull
	}
	if l.works == nil {
		l.works = make(map[string]*work)
	}
	w := &work{done: make(chan struct{})}
	l.works[id] = w
	go l.run(context.WithoutCancel(ctx), id, w, do)
	return w, nil
}

func (l *lateWork) run(ctx context.Context, id string, w *work, do func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, lateTime)
	defer cancel()
	err := errors.New("zalo: taking a message panicked")
	defer func() {
		if recover() != nil { // the stack only: what panicked may quote what was said
			slog.Error("taking a message panicked", "stack", string(debug.Stack()))
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		w.err = err
		if err != nil || !w.early { // only a late success is worth remembering
			delete(l.works, id)
		}
		close(w.done)
	}()
	err = do(ctx)
}

// forget drops those that are done: what Zalo has not sent again by now it may
// have to be told by the inbox.
func (l *lateWork) forget() {
	for id, w := range l.works {
		select {
		case <-w.done:
			delete(l.works, id)
		default:
		}
	}
}
