package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"khaibao/admin"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/ways"
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
	ways       *ways.Book
	officers   *admin.Server
	mux        *http.ServeMux
	listener   net.Listener
	smsRate    float64 // messages a second; 0 takes what the gateway is known to take
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
	if !c.sandbox {
		if err := dismissDemoOfficers(ctx, s); err != nil {
			return err
		}
	}
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
	p := &program{c: c, smsRate: c.rate, out: out, store: s, bundle: bundle, settings: newSettings(c, s), metrics: newMetrics(),
		mux: http.NewServeMux(), listener: listener}
	p.networks, err = p.wireNetworks(ctx)
	if err != nil {
		listener.Close()
		return nil, err
	}
	features := make(map[string]channel.Features)
	for _, ch := range p.networks.channels {
		features[ch.Name()] = ch.Features()
	}
	if err := p.wireWays(features); err != nil {
		p.networks.close()
		listener.Close()
		return nil, err
	}
	s.WatchPolicy(p.metrics.countPolicy)
	s.UseAlerts(func(taskID string) string { return p.c.publicURL + "/admin/tasks/" + taskID })
	p.metrics.watchBacklog(s, slices.Sorted(maps.Keys(features)))
	p.dispatcher = flows.New(flows.Options{Store: s, Setting: p.settings.at, Features: features, Now: p.c.now,
		Count: p.metrics.countMessage, Limits: p.c.limits})
	p.routes()
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
		sender := &outbox.Sender{Channel: ch, Store: p.store, Now: p.c.now, Count: p.metrics.countOutbox,
			Render: p.render, Bar: p.ways.Bar, Price: p.ways.Of, Spent: p.metrics.countSpent}
		running.Go(func() { sender.Run(background) })
	}
	running.Go(func() { p.schedules(background) })
	running.Go(func() { p.jobs().Run(background) })
	receiving, stopReceiving := context.WithCancel(ctx)
	defer stopReceiving()
	for _, f := range p.networks.receivers {
		running.Go(func() { f(receiving) })
	}

	servers, failed, err := p.openDoors()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Khai Báo is ready at %s\n", p.c.publicURL)
	if p.c.sandbox {
		fmt.Fprintf(p.out, "Try everything at %s/sandbox/\n", p.c.publicURL)
	}

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	slog.Info("stopping")
	stopReceiving()
	p.networks.hangUp()
	closeDoors(context.WithoutCancel(ctx), servers)
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
