package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// judgedAgain is how many declarations of the look-back window are judged again.
const judgedAgain = 100_000

// judge measures one verdict, and how long it takes to judge all recent
// declarations again while people go on to declare.
func (b *bench) judge(ctx context.Context) error {
	if err := b.judgeOne(); err != nil {
		return err
	}
	declarations, err := people(judgedAgain)
	if err != nil {
		return err
	}
	return b.judgeAll(ctx, declarations)
}

// judgeOne measures the facts and the verdict of invented declarations.
func (b *bench) judgeOne() error {
	g, err := demo.New(demo.Options{Seed: 1, People: 20_000, Declarations: 20_000, AsOf: demoDay, Province: "46"})
	if err != nil {
		return err
	}
	areas := triage.NewAreas([]triage.Area{
		{ID: "a", Code: "79", Level: "red", From: "2021-06-01"}, {ID: "b", Code: "48", Level: "orange", From: "2021-07-01"},
		{ID: "c", Code: "19801", Level: "orange", From: "2021-08-01"}, {ID: "d", Code: "474", Level: "yellow", From: "2021-08-01"}})
	all := triage.BuiltIn()
	rules := all[len(all)-1]
	var times []time.Duration
	for part := range g.Parts() {
		for _, declarations := range g.Part(part) {
			d := declarations[len(declarations)-1]
			began := time.Now()
			v := rules.Judge(areas, triage.Facts(d.Form, d.Day, d.Person, d.Facts))
			times = append(times, time.Since(began))
			if v.Colour == core.ColourNone {
				return fmt.Errorf("a declaration without a colour")
			}
		}
	}
	slices.Sort(times)
	b.atMost("a declaration judged, its facts read, median of "+fmt.Sprint(len(times)), float64(times[len(times)/2].Nanoseconds())/1000, 20, "µs")
	b.say("  p99", "%v", times[len(times)*99/100])
	return nil
}

// judgeAll loads declarations of the last days, measures people who declare by
// SMS without and with an epidemic area being switched on, and the time until
// every declaration is judged again.
func (b *bench) judgeAll(ctx context.Context, declarations int) error {
	databaseURL, drop, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	network, networkURL, err := silent()
	if err != nil {
		return err
	}
	defer network.Close()
	dir, err := os.MkdirTemp(b.dir, "judge")
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: filepath.Join(dir, "program.key")})
	if err != nil {
		return err
	}
	defer s.Close()
	// Two fifths of what is invented lies inside the look-back window.
	g, err := demo.New(demo.Options{Seed: 1, People: declarations * 5 / 2, Declarations: declarations * 5 / 2, AsOf: core.DayOf(time.Now()), Province: "46"})
	if err != nil {
		return err
	}
	rules, areas, err := s.Policy(ctx, core.DayOf(time.Now()))
	if err != nil {
		return err
	}
	asMade := func(n int) [][]core.Declaration { // as each was when it was made
		people := g.Part(n)
		for _, declarations := range people {
			for i := range declarations {
				d := &declarations[i]
				said := triage.Facts(d.Form, d.Day, d.Person, d.Facts)
				d.Judge = func(core.PersonFacts, core.Class, core.Day) core.Verdict { return rules.Judge(areas, said) }
			}
		}
		return people
	}
	err = s.Load(ctx, store.Load{Name: "judge", Parts: g.Parts(), Part: asMade, Stored: func(int, int) {}})
	if err != nil {
		return err
	}
	o := duty.Officer{ID: core.NewID(), SignIn: "policy", Name: "Bench", Duty: duty.CDC, Area: "46"}
	if err := s.AddOfficer(ctx, time.Now(), o, "no hash"); err != nil {
		return err
	}
	p, err := serveProgram(ctx, b.binary, databaseURL, dir, networkURL)
	if err != nil {
		return err
	}
	defer p.stop()
	l := load{url: p.url, script: b.script, people: 32, warmUp: 2 * time.Second, measure: b.seconds}
	alone, err := l.run()
	if err != nil {
		return err
	}
	took, over := make(chan judged, 1), make(chan struct{})
	l.warm = func() { // as long as the load lasts there is something to judge
		first := judgeAgain(ctx, s, o, "474")
		for more := first; more.err == nil; more = judgeAgain(ctx, s, o, "476") {
			select {
			case <-over:
				took <- first
				return
			default:
			}
		}
		took <- first
	}
	l.first = 500_000 // others: the first have declared
	beside, err := l.run()
	close(over)
	if err != nil {
		return err
	}
	j := <-took
	if j.err != nil {
		return j.err
	}
	b.atMost(fmt.Sprintf("%d declarations judged again, beside people who declare", j.total), j.took.Seconds(), max(5, 30*float64(j.total)/judgedAgain), "s")
	b.atLeast("  steps by web-hook meanwhile, as a ratio to without", beside.perSecond()/alone.perSecond(), 0.75, "")
	b.say("  steps by web-hook without, and with", "%.0f and %.0f a second, p99 %v and %v", alone.perSecond(), beside.perSecond(),
		alone.p99.Round(10*time.Microsecond), beside.p99.Round(10*time.Microsecond))
	return nil
}

// judged is what came of judging again.
type judged struct {
	total int
	took  time.Duration
	err   error
}

// judgeAgain switches a district on as an epidemic area, and waits until all declarations of the
// window were judged again.
func judgeAgain(ctx context.Context, s *store.Store, o duty.Officer, code string) (j judged) {
	began := time.Now()
	id, err := s.SaveArea(ctx, o, began, triage.Area{Code: code, Level: "orange", From: core.DayOf(began).Add(-10)})
	if err == nil {
		id, err = s.SwitchAreas(ctx, o, time.Now(), []string{id})
	}
	for err == nil {
		var job core.Job
		job, err = s.Job(ctx, o, id)
		j.took, j.total = time.Since(began), job.Total
		switch {
		case job.Error != "":
			err = fmt.Errorf("the job ended: %s", job.Error)
		case job.Total > 0 && job.Done >= job.Total:
			return j
		case j.took > 10*time.Minute:
			err = fmt.Errorf("only %d of %d were judged again in 10 minutes", job.Done, job.Total)
		}
		time.Sleep(50 * time.Millisecond)
	}
	j.err = err
	return j
}
