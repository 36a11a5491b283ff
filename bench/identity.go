package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// lookUps is how many people are looked up, half by number and half by phone.
const lookUps = 4000

// The statements that look a person up, by words that only they hold.
var identities = map[string]string{
	"who has an ID number":              "FROM people p WHERE p.id_hash = $1 AND p.id_hash <> '' ORDER BY 1",
	"who is tied to a phone":            "FROM ties t WHERE t.phone_hash = $1 AND t.phone_hash <> '' AND t.how <> 'objected' ORDER BY 1",
	"who of a phone declares again":     "p.merged_into,\n\t\t\tCOALESCE((SELECT t.how FROM ties t",
	"whom a phone is offered once more": "WITH tied AS",
	emptiest:                            "current_setting('transaction_read_only')",
}

// emptiest looks nothing up: what it takes is the machine's own.
const emptiest = "a statement that reads no row"

// stopwatch takes the time of those statements, as the program waits for them.
type stopwatch struct {
	mu    sync.Mutex
	times map[string][]time.Duration
}

type began struct{}

type running struct {
	what string
	at   time.Time
}

func (w *stopwatch) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	for what, words := range identities {
		if strings.Contains(d.SQL, words) {
			return context.WithValue(ctx, began{}, running{what, time.Now()})
		}
	}
	return ctx
}

func (w *stopwatch) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if r, ok := ctx.Value(began{}).(running); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.times[r.what] = append(w.times[r.what], time.Since(r.at))
	}
}

// identity measures, among the invented people, the statements that find a
// person: at a check by ID number and by phone, and at a returning person's turn.
func (b *bench) identity(ctx context.Context, databaseURL string, people int) error {
	w := &stopwatch{times: make(map[string][]time.Duration)}
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: filepath.Join(b.dir, "demo.key"),
		Tune: func(c *pgxpool.Config) { c.ConnConfig.Tracer = w }})
	if err != nil {
		return err
	}
	defer s.Close()
	g, err := demo.New(demo.Options{Seed: 1, People: people, Declarations: people * 6 / 5, AsOf: demoDay, Province: "46"})
	if err != nil {
		return err
	}
	known, err := someOf(g, lookUps)
	if err != nil {
		return err
	}
	o := duty.Officer{ID: core.NewID(), SignIn: "bench", Name: "Bench", Duty: duty.CDC, Area: "46"}
	at := time.Now()
	if err := s.AddOfficer(ctx, at, o, "no hash"); err != nil {
		return err
	}
	for n, d := range known {
		at = at.Add(5 * time.Minute) // an officer may look up so many in a day
		look := store.Look{Officer: o, Screen: "check", At: at}
		if n%2 == 0 {
			_, err = s.CheckByID(ctx, look, duty.Everywhere, d.Person.ID)
		} else {
			_, err = s.CheckByPhone(ctx, look, duty.Everywhere, d.Phone)
		}
		if err == nil {
			err = s.Ping(ctx)
		}
		if err == nil {
			err = declareAgain(ctx, s, d, n)
		}
		if err != nil {
			return err
		}
	}
	for _, what := range slices.Sorted(maps.Keys(w.times)) {
		times := w.times[what]
		slices.Sort(times)
		p99 := float64(times[len(times)*99/100].Microseconds()) / 1000
		if what == emptiest {
			b.say(what+", p99", "%.2f ms", p99)
			continue
		}
		b.atMost(fmt.Sprintf("%s, of %d, p99", what, people), p99, 2, "ms")
		b.say("  median of "+fmt.Sprint(len(times)), "%.2f ms", float64(times[len(times)/2].Microseconds())/1000)
	}
	if len(w.times) != len(identities) {
		return fmt.Errorf("only %d of %d look-ups were seen", len(w.times), len(identities))
	}
	return nil
}

// someOf invents again n of the people who are in the database: those who
// proved a phone and gave a number. Each is told by the newest declaration.
func someOf(g *demo.Generator, n int) ([]core.Declaration, error) {
	r := rand.New(rand.NewPCG(1, 2))
	var known []core.Declaration
	for try := 0; len(known) < n && try < 10*n; try += 50 {
		part := g.Part(r.IntN(g.Parts()))
		for range 50 {
			all := part[r.IntN(len(part))]
			if d := all[len(all)-1]; d.Proven && d.Person.ID != "" && d.Person.ID != core.NobodysID {
				known = append(known, d)
			}
		}
	}
	if len(known) < min(n, 100) {
		return nil, fmt.Errorf("only %d people with a phone and a number", len(known))
	}
	return known, nil
}

// declareAgain is a turn of somebody who comes back by a new chat: the phone is
// proved, what is known is offered, and the same is declared again.
func declareAgain(ctx context.Context, s *store.Store, d core.Declaration, n int) error {
	m := core.Inbound{Channel: "web", ExternalID: fmt.Sprintf("again-%d", n), URN: core.URN(fmt.Sprintf("web:again-%d", n)), Text: "x"}
	return s.Take(ctx, time.Now(), []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		if err := tx.Prove(ctx, at, d.Phone, "code"); err != nil {
			return err
		}
		if _, err := tx.Recall(ctx, at, d.Form); err != nil {
			return err
		}
		d.AddressID = at.ID
		_, err := tx.Declare(ctx, d)
		return err
	})
}
