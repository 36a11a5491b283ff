package main

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// between stands between the program and its PostgreSQL, and can take it away.
type between struct {
	t      testing.TB
	addr   string // where the program connects
	server string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]*sync.Mutex // a locked one is not served: its bytes go nowhere
	hanging  bool
	gone     bool
}

// newBetween returns it with a database URL that leads through it.
func newBetween(t testing.TB, databaseURL string) (*between, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	b := &between{t: t, addr: freeAddr(t), server: u.Host, conns: make(map[net.Conn]*sync.Mutex)}
	b.listen()
	t.Cleanup(b.cut)
	u.Host = b.addr
	return b, u.String()
}

func (b *between) listen() {
	b.t.Helper()
	l, err := net.Listen("tcp", b.addr)
	if err != nil {
		b.t.Fatal(err)
	}
	b.listener = l
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.serve(c)
		}
	}()
}

func (b *between) serve(c net.Conn) {
	s, err := net.Dial("tcp", b.server)
	if err != nil {
		c.Close()
		return
	}
	b.mu.Lock()
	if b.gone { // it was cut in the meantime
		b.mu.Unlock()
		c.Close()
		s.Close()
		return
	}
	var stuck sync.Mutex
	b.conns[c], b.conns[s] = &stuck, &stuck
	if b.hanging {
		stuck.Lock()
	}
	b.mu.Unlock()
	pass := func(to, from net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			stuck.Lock() // for ever, when the connection hangs
			_, writeErr := to.Write(buf[:n])
			stuck.Unlock()
			if err != nil || writeErr != nil {
				if err == io.EOF || writeErr != nil {
					to.Close()
				}
				from.Close()
				return
			}
		}
	}
	go pass(s, c)
	go pass(c, s)
}

// cut ends all connections and refuses new ones, as a server that was stopped.
func (b *between) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = true
	b.listener.Close()
	for c := range b.conns {
		c.Close()
	}
	clear(b.conns)
}

// back lets new connections through; those that hang go on hanging.
func (b *between) back() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hanging {
		b.hanging = false
		return
	}
	b.gone = false
	b.listen()
}

// hang takes every connection and answers nothing, as a network that loses all
// packets. What hangs is never let go.
func (b *between) hang() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hanging = true
	for _, stuck := range b.conns {
		stuck.TryLock()
	}
}
