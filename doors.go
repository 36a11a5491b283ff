package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// openDoors starts the servers; the first that ends before it is told to says
// so through failed.
func (p *program) openDoors() (servers []*http.Server, failed <-chan error, err error) {
	ended := make(chan error, 2)
	open := func(l net.Listener, h http.Handler) {
		srv := newServer(h)
		servers = append(servers, srv)
		go func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				ended <- fmt.Errorf("serve: %w", err)
			}
		}()
	}
	if p.c.metricsAddr != "off" {
		l, err := net.Listen("tcp", p.c.metricsAddr)
		if err != nil {
			return nil, nil, fmt.Errorf("listen for metrics: %w", err)
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", p.metrics.handler())
		open(l, mux)
	}
	open(p.listener, behindProxies(p.c.proxies, p.metrics.countAnswers(p.mux)))
	return servers, ended, nil
}

// closeDoors takes no more requests and waits for those in hand, for stopTime
// over all servers.
func closeDoors(ctx context.Context, servers []*http.Server) {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	for _, srv := range servers {
		if err := srv.Shutdown(ctx); err != nil {
			slog.Warn("stop: requests were cut", "err", err)
			srv.Close()
		}
	}
}

// loudly logs a panic of a handler and cuts the connection, so that a network
// sends again. net/http would log it too, but with the panic's own text, which
// may quote what was sent.
func loudly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				slog.Error("request panicked", "route", r.Pattern, "method", r.Method, "stack", string(debug.Stack()))
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// newServer bounds what a client may take of us (docs/reference/security.md, 8).
// Event streams set their own deadlines.
func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: loudly(h), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 120 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
}

// health answers at once while the program runs.
func (p *program) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// readyAge is how old the oldest due message may be while we call ourselves
// ready.
const readyAge = 5 * time.Minute

// ready says whether the database takes writes and the outbox keeps up.
func (p *program) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	report, ok := p.state(ctx)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = io.WriteString(w, report)
}

// state is how the database and each channel stand, a line each, and whether
// all is well.
func (p *program) state(ctx context.Context) (report string, ok bool) {
	const away = "database: away\n"
	if p.store.Ping(ctx) != nil {
		return away, false
	}
	var b strings.Builder
	b.WriteString("database: ok\n")
	ok = true
	for _, ch := range p.networks.channels {
		waiting, oldest, err := p.store.Backlog(ctx, ch.Name(), p.c.now())
		if err != nil {
			return away, false
		}
		ok = ok && oldest <= readyAge
		fmt.Fprintf(&b, "%s: %d waiting, oldest due %.0f s\n", ch.Name(), waiting, oldest.Seconds())
	}
	return b.String(), ok
}
