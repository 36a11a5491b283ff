package sandbox

import "sync"

// lanes do one thing after the other for each key, and the keys side by side.
type lanes struct {
	mu      sync.Mutex
	waiting map[string][]func()
	idle    *sync.Cond // a lane came to its end
	closed  bool
	working sync.WaitGroup
}

func newLanes() *lanes {
	l := &lanes{waiting: map[string][]func(){}}
	l.idle = sync.NewCond(&l.mu)
	return l
}

// add has something done after all that was added under its key before.
func (l *lanes) add(key string, do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	before, busy := l.waiting[key]
	l.waiting[key] = append(before, do)
	if !busy {
		l.working.Go(func() { l.work(key) })
	}
}

func (l *lanes) work(key string) {
	for {
		l.mu.Lock()
		next := l.waiting[key]
		if len(next) == 0 || l.closed {
			delete(l.waiting, key)
			l.idle.Broadcast()
			l.mu.Unlock()
			return
		}
		l.waiting[key] = next[1:]
		l.mu.Unlock()
		next[0]()
	}
}

// beside does something in no lane, for which close waits too.
func (l *lanes) beside(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.working.Go(do)
	}
}

// settle waits until every lane is empty.
func (l *lanes) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		l.idle.Wait()
	}
}

// close begins nothing more and waits for what is in hand.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.working.Wait()
}
