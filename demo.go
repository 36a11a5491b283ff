package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// demoCommand fills the database with invented people and their declarations.
// A run that was cut off goes on when it is started again in the same words.
func demoCommand(ctx context.Context, args, environ []string, out io.Writer) error {
	o := demo.Options{}
	var asOf string
	var force bool
	c, rest, err := readConfig("demo", args, environ, out, func(f *flag.FlagSet) {
		f.IntVar(&o.People, "people", 2000, "how many people to invent")
		f.IntVar(&o.Declarations, "declarations", 0, "how many declarations they make, at least one each; 0: half as many again as people")
		f.StringVar(&asOf, "as-of", string(core.DayOf(time.Now())), "they declare in the 60 days before this day")
		f.Uint64Var(&o.Seed, "seed", 1, "the same seed invents the same people")
		f.BoolVar(&force, "force", false, "also into a database that holds other people")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("demo: unknown argument %q", rest[0])
	}
	o.AsOf, o.Province = core.Day(asOf), c.province
	if o.Declarations == 0 {
		o.Declarations = o.People * 3 / 2
	}
	people, err := demo.New(o)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	return fillDemo(ctx, s, people, o, demoFill{force: force, watched: true}, out)
}

// demoFill says how a database is filled.
type demoFill struct {
	force   bool // also where other people are
	watched bool // who came lately is watched; nobody could be asked, as they have no address
}

func fillDemo(ctx context.Context, s *store.Store, g *demo.Generator, o demo.Options, how demoFill, out io.Writer) error {
	name := fmt.Sprintf("demo seed %d people %d declarations %d as of %s province %s", o.Seed, o.People, o.Declarations, o.AsOf, o.Province)
	state, err := s.LoadState(ctx, name)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	switch {
	case state.Done:
		fmt.Fprintln(out, "These invented people are in the database already; nothing was done.")
		return nil
	case len(state.Parts) > 0:
		fmt.Fprintf(out, "Going on where an earlier run stopped, after %d of %d parts.\n", len(state.Parts), g.Parts())
	case !how.force:
		held, err := s.HoldsPeople(ctx)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		if held {
			return fmt.Errorf("demo: the database already holds people, and invented ones would be mixed with them: " +
				"use an empty database (--database-url), or --force if nobody in it is real")
		}
	}
	// A million people are a lot of short-lived rows: memory for time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	p := &progress{out: out, total: o.People, began: time.Now()}
	for n := range state.Parts {
		p.earlier += g.Size(n)
	}
	judged, err := judgedDemo(ctx, s, g, o.AsOf)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	l := store.Load{Name: name, Parts: g.Parts(), Part: judged, Stored: p.stored}
	if how.watched {
		l.Watched = func(declarations []core.Declaration) (store.LoadedPeriod, bool) {
			w, ok := g.Watched(declarations)
			return store.LoadedPeriod(w), ok
		}
	}
	err = s.Load(ctx, l)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	_, err = fmt.Fprintf(out, "Stored %s invented people and %s declarations in %s.\n", grouped(p.people), grouped(p.declarations), p.took())
	return err
}

// judgedDemo makes parts whose declarations are judged by the rules in force on
// the last day, as all that are recent are once these are switched on.
func judgedDemo(ctx context.Context, s *store.Store, g *demo.Generator, day core.Day) (part func(n int) [][]core.Declaration, err error) {
	rules, areas, err := s.Policy(ctx, day)
	if errors.Is(err, store.ErrNoPolicy) {
		return g.Part, nil
	}
	if err != nil {
		return nil, err
	}
	return func(n int) [][]core.Declaration {
		people := g.Part(n)
		for _, declarations := range people {
			for i := range declarations {
				d := &declarations[i]
				form, day, facts := d.Form, d.Day, d.Facts
				d.Judge = func(p core.PersonFacts, class core.Class, since core.Day) core.Verdict {
					said := triage.Facts(form, day, p, facts)
					said.Class, said.ClassSince = class, since
					return rules.Judge(areas, said)
				}
			}
		}
		return people
	}, nil
}

// progress prints how far a load has come: a line a second, and one at the end.
type progress struct {
	out     io.Writer
	total   int
	earlier int // people of an earlier run
	began   time.Time

	mu                   sync.Mutex
	people, declarations int
	shown                time.Time
}

func (p *progress) stored(people, declarations int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people += people
	p.declarations += declarations
	if now := time.Now(); now.Sub(p.shown) >= time.Second || p.earlier+p.people == p.total {
		p.shown = now
		fmt.Fprintf(p.out, "  %s of %s people, %s\n", grouped(p.earlier+p.people), grouped(p.total), p.took())
	}
}

func (p *progress) took() string { return time.Since(p.began).Round(100 * time.Millisecond).String() }

// grouped writes a number with commas between the thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
