package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/flows"
	"khaibao/locales"
)

// program is everything that runs, wired once.
type program struct {
	c          config
	out        io.Writer
	store      *store.Store
	bundle     *locales.Bundle
	settings   *settings
	metrics    *metrics
	dispatcher *flows.Dispatcher
	networks   *networks
	mux        *http.ServeMux
	listener   net.Listener
	smsRate    float64 // messages a second; 0 takes what the gateway gives
}

// stopTime bounds how long a stop waits, first for requests in hand, then for
// what is on its way to the networks.
const stopTime = 15 * time.Second

// serve runs everything until ctx ends. It prints one line when it is ready.
func serve(ctx context.Context, c config, out io.Writer) error {
	slog.SetDefault(newLog(c))
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer func() {
		if !endsWithin(5*time.Second, s.Close) {
			slog.Warn("stop: the database does not let go")
		}
	}()
	p, err := wire(ctx, c, s, out)
	if err != nil {
		return err
	}
	defer p.networks.close()
	return p.run(ctx)
}

// wire puts the rooms together; nothing runs yet but the listener, so that
// addresses are known.
func wire(ctx context.Context, c config, s *store.Store, out io.Writer) (*program, error) {
	bundle, err := locales.New()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	p := &program{c: c, out: out, store: s, bundle: bundle, settings: newSettings(c, s), mux: http.NewServeMux(), listener: listener}
	p.metrics = newMetrics(s, []string{"telegram", "sms", "web"})
	p.networks, err = p.wireNetworks(ctx)
	if err != nil {
		listener.Close()
		return nil, err
	}
	features := make(map[string]channel.Features)
	for _, ch := range p.networks.channels {
		features[ch.Name()] = ch.Features()
	}
	codeChannel := ""
	if p.networks.sendsSMS {
		codeChannel = "sms"
	}
	p.dispatcher = flows.New(flows.Options{Store: s, Setting: p.settings.at, Features: features, Now: time.Now,
		Count: p.metrics.countMessage, Limits: p.c.limits, CodeChannel: codeChannel})
	if err := p.routes(); err != nil {
		listener.Close()
		return nil, err
	}
	return p, nil
}

// inbox is the dispatcher's door, timed.
func (p *program) inbox(ctx context.Context, m core.Inbound) error {
	began := time.Now()
	err := p.dispatcher.Take(ctx, m)
	if err == nil {
		p.metrics.take.Observe(time.Since(began).Seconds())
	}
	return err
}

// run serves until ctx ends, then stops in the order in which messages travel:
// first the doors, then the dispatcher, last the outbox.
func (p *program) run(ctx context.Context) error {
	var running sync.WaitGroup
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		stopBackground()
		if !endsWithin(stopTime, running.Wait) {
			slog.Warn("stop: work was cut; what it left is taken up at the next start")
		}
	}()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()

	running.Go(func() { p.store.Listen(background) })
	running.Go(func() { p.dispatcher.Run(work, p.workers()) })
	for _, ch := range p.networks.channels {
		sender := &outbox.Sender{Channel: ch, Store: p.store, Now: time.Now, Count: p.metrics.countOutbox,
			Render: func(m core.Queued, f channel.Features) channel.Line { return flows.Render(p.bundle, m.Say, m.Lang, f) }}
		running.Go(func() { sender.Run(background) })
	}
	running.Go(func() { p.schedules(background) })
	receiving, stopReceiving := context.WithCancel(ctx)
	defer stopReceiving()
	for _, f := range p.networks.receivers {
		running.Go(func() { f(receiving) })
	}

	servers := []*http.Server{newServer(behindProxies(p.c.proxies, p.mux))}
	failed := make(chan error, 2)
	serveOn := func(srv *http.Server, l net.Listener) {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
		}
	}
	if p.c.metricsAddr != "off" {
		l, err := net.Listen("tcp", p.c.metricsAddr)
		if err != nil {
			return fmt.Errorf("listen for metrics: %w", err)
		}
		m := http.NewServeMux()
		m.Handle("GET /metrics", p.metrics.handler())
		srv := newServer(m)
		servers = append(servers, srv)
		go serveOn(srv, l)
	}
	go serveOn(servers[0], p.listener)
	fmt.Fprintf(p.out, "Khai Báo is ready at %s\n", p.c.publicURL)
	if p.c.sandbox {
		fmt.Fprintf(p.out, "Try everything at %s/sandbox/\n", p.c.publicURL)
	}

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	slog.Info("stopping")
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	stopReceiving()
	p.networks.hangUp()
	for _, srv := range servers {
		if shutErr := srv.Shutdown(bound); shutErr != nil {
			slog.Warn("stop: requests were cut", "err", shutErr)
			srv.Close()
		}
	}
	stopWork()
	return err
}

// endsWithin tells whether something came to its end in time.
func endsWithin(bound time.Duration, do func()) bool {
	done := make(chan struct{})
	go func() {
		do()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(bound):
		return false
	}
}

// workers is how many groups the dispatcher has in hand: SQLite has one
// writer; on PostgreSQL one group gathers while others commit.
func (p *program) workers() int {
	if p.store.Engine() == "sqlite" {
		return 1
	}
	return max(2, runtime.GOMAXPROCS(0))
}

// newServer bounds what a client may take of us (docs/reference/security.md, 8).
// Event streams set their own deadlines.
func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
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
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if p.store.Ping(ctx) != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "database: away\n")
		return
	}
	late := false
	for _, ch := range p.networks.channels {
		waiting, oldest, err := p.store.Backlog(ctx, ch.Name(), time.Now())
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "database: away\n")
			return
		}
		late = late || oldest > readyAge
		defer fmt.Fprintf(w, "%s: %d waiting, oldest due %.0f s\n", ch.Name(), waiting, oldest.Seconds())
	}
	if late {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = io.WriteString(w, "database: ok\n")
}
