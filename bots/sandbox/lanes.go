package sandbox

import "sync"

// lanes do one thing after the other for each key, and the keys side by side,
// some of them at a time.
type lanes struct {
	slots   chan struct{} // holds one token for each thing in hand
	mu      sync.Mutex
	waiting map[string][]func()
	idle    *sync.Cond // a lane came to its end
	closed  bool
	working sync.WaitGroup
}

// atOnce is how much is in hand at a time: as many connections are open.
const atOnce = 64

func newLanes() *lanes {
	l := &lanes{waiting: map[string][]func(){}, slots: make(chan struct{}, atOnce)}
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
		l.inSlot(next[0])
	}
}

// inSlot does something once there is room for it.
func (l *lanes) inSlot(do func()) {
	l.slots <- struct{}{}
	defer func() { <-l.slots }()
	do()
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
