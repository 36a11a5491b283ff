package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"khaibao/core"
)

// postgresSteps measures steps from web-hook to committed reply on PostgreSQL
// with its defaults, as a ratio to pgbench running the statements of one step.
func (b *bench) postgresSteps(ctx context.Context) error {
	recorded, drop, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	n, err := openNode(ctx, recorded, b.dir)
	if err != nil {
		return err
	}
	step, err := recordStep(ctx, n, b.script)
	n.stop()
	if err != nil {
		return err
	}
	script, err := step.pgbenchScript()
	if err != nil {
		return err
	}
	if err := addPgbenchPeople(ctx, recorded, step, pgbenchClients); err != nil {
		return err
	}
	fresh, dropFresh, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer dropFresh()
	seconds := fmt.Sprint(int(b.seconds.Seconds()))
	before, err := runPgbench(ctx, recorded, script, b.dir, pgbenchClients, "-T", seconds)
	if err != nil {
		return err
	}
	ours, memory, err := b.loadOn(ctx, fresh)
	if err != nil {
		return err
	}
	after, err := runPgbench(ctx, recorded, script, b.dir, pgbenchClients, "-T", seconds)
	if err != nil {
		return err
	}
	peer := (before + after) / 2
	b.say("pgbench, 8 clients, prepared, before and after", "%.0f and %.0f transactions a second", before, after)
	b.sayLoad(ours)
	b.atLeast("steps, as a ratio to pgbench", ours.perSecond()/peer, 0.8, "")
	b.atMost("resident memory at its peak", float64(memory)/(1<<20), 120, "MB")
	return nil
}

// sqliteSteps is the same on SQLite, as a ratio to one transaction after
// another in the same run.
func (b *bench) sqliteSteps(ctx context.Context) error {
	fsync, err := fsyncCost(b.dir)
	if err != nil {
		return err
	}
	peer, err := b.oneAfterAnother()
	if err != nil {
		return err
	}
	ours, memory, err := b.loadOn(ctx, "sqlite:"+filepath.Join(b.dir, "load.db"))
	if err != nil {
		return err
	}
	b.say("one fsync", "%v", fsync)
	b.say("one such transaction after another", "%.0f a second", peer.perSecond)
	b.say("  each of them", "%v", peer.each.Round(time.Microsecond))
	b.sayLoad(ours)
	limit := 0.7
	if peer.each >= time.Millisecond {
		limit = 2
	}
	b.atLeast("steps, as a ratio to one after another", ours.perSecond()/peer.perSecond, limit, "")
	b.say("resident memory at its peak", "%.0f MB", float64(memory)/(1<<20))
	return nil
}

func (b *bench) sayLoad(m measured) {
	b.say("steps by web-hook, 32 connections", "%.0f a second, p50 %v, p99 %v", m.perSecond(), m.p50.Round(10*time.Microsecond), m.p99.Round(10*time.Microsecond))
}

// loadOn serves the program on a database and loads it with 32 people.
func (b *bench) loadOn(ctx context.Context, databaseURL string) (measured, int64, error) {
	network, networkURL, err := silent()
	if err != nil {
		return measured{}, 0, err
	}
	defer network.Close()
	dir, err := os.MkdirTemp(b.dir, "keys")
	if err != nil {
		return measured{}, 0, err
	}
	s, err := serveProgram(ctx, b.binary, databaseURL, dir, networkURL)
	if err != nil {
		return measured{}, 0, err
	}
	defer s.stop()
	var analyzed error
	m, err := load{url: s.url, script: b.script, people: 32, warmUp: 4 * time.Second, measure: b.seconds,
		warm: func() { analyzed = analyze(ctx, databaseURL) }}.run()
	if err == nil {
		err = analyzed
	}
	if err != nil {
		return m, 0, err
	}
	memory, err := s.peakMemory()
	if err != nil {
		return m, 0, err
	}
	s.stop()
	stored, err := declarations(ctx, databaseURL)
	if err == nil && stored < m.whole {
		err = fmt.Errorf("%d conversations were walked to their end and %d declarations stored: the script fits the program no more", m.whole, stored)
	}
	return m, memory, err
}

// analyze lets PostgreSQL see how large its tables have become, as its
// autovacuum does within a minute. Until then it plans for empty ones.
func analyze(ctx context.Context, databaseURL string) error {
	if strings.HasPrefix(databaseURL, "sqlite:") {
		return nil
	}
	db, err := openDatabase(databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "ANALYZE")
	return err
}

func openDatabase(databaseURL string) (*sql.DB, error) {
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		return sql.Open("sqlite", file)
	}
	return sql.Open("pgx", databaseURL)
}

// declarations counts what is stored.
func declarations(ctx context.Context, databaseURL string) (n int, err error) {
	db, err := openDatabase(databaseURL)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT COUNT(*) FROM declarations").Scan(&n)
	return n, err
}

// database makes an empty database on the server, dropped by the function.
func (b *bench) database(ctx context.Context) (databaseURL string, drop func(), err error) {
	if b.postgres == "" {
		return "", nil, fmt.Errorf("KHAIBAO_TEST_POSTGRES is not set: use make bench")
	}
	conn, err := pgx.Connect(ctx, b.postgres)
	if err != nil {
		return "", nil, err
	}
	name := "bench_" + strings.ReplaceAll(core.NewID(), "-", "")
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		conn.Close(ctx)
		return "", nil, err
	}
	u, err := url.Parse(b.postgres)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() {
		ctx := context.WithoutCancel(ctx)
		_, _ = conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		conn.Close(ctx)
	}, nil
}

// fsyncCost is the median of writing a page and syncing it.
func fsyncCost(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var all []time.Duration
	for range 101 {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(began))
	}
	return median(all), nil
}

type peerFigure struct {
	perSecond float64
	each      time.Duration // median
}

// oneAfterAnother writes what a step writes, one transaction after another
// with prepared statements, on a SQLite with our settings.
func (b *bench) oneAfterAnother() (peerFigure, error) {
	p, err := newPeer(filepath.Join(b.dir, "peer.db"), b.dir)
	if err != nil {
		return peerFigure{}, err
	}
	defer p.db.Close()
	var all []time.Duration
	began := time.Now()
	for time.Since(began) < b.seconds/2 {
		one := time.Now()
		if err := p.step(); err != nil {
			return peerFigure{}, err
		}
		all = append(all, time.Since(one))
	}
	return peerFigure{float64(len(all)) / time.Since(began).Seconds(), median(all)}, nil
}
