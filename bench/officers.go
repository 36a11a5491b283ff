package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// declarationsEach is how many declarations each of the invented people makes
// before the officers' web is measured.
const declarationsEach = 10

// officers measures the pages of officers over HTTP, signed in, among a million
// people with ten million declarations. -people makes it smaller; -database and
// -key-file name a database that `khaibao demo` has filled already.
func (b *bench) officers(ctx context.Context) error {
	o := demo.Options{Seed: 1, People: *officersPeople, Declarations: declarationsEach * *officersPeople, AsOf: core.DayOf(time.Now()), Province: "46"}
	if o.People == 0 {
		n, err := people(demoPeople)
		if err != nil {
			return err
		}
		o.People, o.Declarations = n, declarationsEach*n
	}
	if *officersDay != "" {
		o.AsOf = core.Day(*officersDay)
	}
	g, err := demo.New(o)
	if err != nil {
		return err
	}
	databaseURL, keyFile := *officersDatabase, *officersKey
	if databaseURL == "" {
		var drop func()
		if databaseURL, drop, err = b.database(ctx); err != nil {
			return err
		}
		defer drop()
		keyFile = filepath.Join(b.dir, "officers.key")
		if err := b.fill(ctx, databaseURL, keyFile, o); err != nil {
			return err
		}
	}
	if err := b.warm(ctx, databaseURL); err != nil {
		return err
	}
	w, err := b.openWeb(ctx, databaseURL, keyFile, o, g)
	if err != nil {
		return err
	}
	defer w.close()
	for _, part := range []func(context.Context) error{w.checks, w.lists, w.figures, w.exports, w.weights} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	memory, err := w.program.peakMemory()
	b.say("resident memory of the program at its peak", "%.0f MB", float64(memory)/(1<<20))
	return err
}

// fill runs `khaibao demo` and says how long it took and how large it is.
func (b *bench) fill(ctx context.Context, databaseURL, keyFile string, o demo.Options) error {
	var out bytes.Buffer
	c := exec.CommandContext(ctx, b.binary, "demo", "--database-url", databaseURL, "--key-file", keyFile, "--as-of", string(o.AsOf),
		"--people", strconv.Itoa(o.People), "--declarations", strconv.Itoa(o.Declarations))
	c.Stdout, c.Stderr = &out, &out
	began := time.Now()
	if err := c.Run(); err != nil {
		return fmt.Errorf("khaibao demo: %w\n%s", err, out.Bytes())
	}
	b.say(fmt.Sprintf("%d people with %d declarations made", o.People, o.Declarations), "%.0f s", time.Since(began).Seconds())
	db, err := openDatabase(databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	var size int64
	if err := db.QueryRowContext(ctx, `SELECT pg_database_size(current_database())`).Scan(&size); err != nil {
		return err
	}
	b.say("  the database", "%.1f GB", float64(size)/1e9)
	// As autovacuum does in an hour or two: until then PostgreSQL looks into the
	// table for each entry of an index.
	began = time.Now()
	if _, err := db.ExecContext(ctx, `VACUUM ANALYZE`); err != nil {
		return err
	}
	b.say("  vacuumed", "%.0f s", time.Since(began).Seconds())
	return nil
}

// warm has PostgreSQL read all tables and indexes once, as in a day of work, and
// says how much of them it can keep: what it must read from the disk again is
// the disk's time. The largest come first, so that the smaller stay.
func (b *bench) warm(ctx context.Context, databaseURL string) error {
	db, err := openDatabase(databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `CREATE EXTENSION IF NOT EXISTS pg_prewarm`); err != nil {
		return fmt.Errorf("warm (PostgreSQL's contrib modules are needed): %w", err)
	}
	var size, kept float64
	began := time.Now()
	err = db.QueryRowContext(ctx, `SELECT SUM(pg_relation_size(oid)) / 1e9, SUM(pg_prewarm(oid)) * 0 + pg_size_bytes(current_setting('shared_buffers')) / 1e9
		FROM (SELECT oid FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = current_schema()::regnamespace ORDER BY pg_relation_size(oid) DESC) all_of_it`).Scan(&size, &kept)
	b.say("  read once, of which PostgreSQL keeps at most", "%.1f GB in %.0f s, %.1f GB", size, time.Since(began).Seconds(), kept)
	return err
}

// openWeb starts the program on the invented people and opens the store beside it.
func (b *bench) openWeb(ctx context.Context, databaseURL, keyFile string, o demo.Options, g *demo.Generator) (*web, error) {
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: keyFile})
	if err != nil {
		return nil, err
	}
	network, networkURL, err := silent()
	if err != nil {
		s.Close()
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "officers")
	if err != nil {
		return nil, err
	}
	p, err := serveProgram(ctx, b.binary, databaseURL, dir, networkURL, "KHAIBAO_KEY_FILE="+keyFile)
	if err != nil {
		s.Close()
		network.Close()
		return nil, err
	}
	return &web{b: b, store: s, program: p, client: newClient(), options: o, people: g, databaseURL: databaseURL, keyFile: keyFile,
		network: network, officers: make(map[string]duty.Officer), r: rand.New(rand.NewPCG(5, 6))}, nil
}

// signIn makes an account and a sign-in of it; the cookie's value.
func (w *web) signIn(ctx context.Context, d duty.Duty, area string) (string, error) {
	o := duty.Officer{ID: core.NewID(), Name: "Bench", Duty: d, Area: area}
	o.SignIn = "bench." + o.ID
	if err := w.store.AddOfficer(ctx, time.Now(), o, "no hash"); err != nil {
		return "", err
	}
	token := core.NewID() + core.NewID()
	w.officers[token] = o
	return token, w.store.AddSignIn(ctx, time.Now(), store.SignIn{Officer: o, Way: "password"}, token)
}
