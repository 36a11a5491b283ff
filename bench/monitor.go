package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/store"
)

// monitored is how many people are watched at once; BENCH_PEOPLE may lower it.
const monitored = 1_000_000

// endToday is how many of them end on the day of the bench.
const endToday = 20_000

// watchDay is the day of the bench.
const watchDay core.Day = "2021-08-15"

// atOnce is how many the program ends, or takes a step about, in one
// transaction (schedules.go).
const atOnce = 500

// monitoring measures a day of a million people who are watched, all of them
// asked in the morning: making their prompts, finding the silent, ending those
// whose period is over.
func (b *bench) monitoring(ctx context.Context) error {
	people, err := people(monitored)
	if err != nil {
		return err
	}
	databaseURL, drop, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: filepath.Join(b.dir, "monitor.key")})
	if err != nil {
		return err
	}
	defer s.Close()
	direct, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer direct.Close(context.WithoutCancel(ctx))
	ending := min(endToday, people/10)
	began := time.Now()
	if err := loadWatched(ctx, s, people, ending); err != nil {
		return err
	}
	for _, table := range []string{"people", "addresses", "ties", "monitoring"} {
		if _, err := direct.Exec(ctx, "VACUUM ANALYZE "+table); err != nil { // as the database does by itself within minutes
			return err
		}
	}
	b.say("people under monitoring, loaded", "%d in %.0f s", people, time.Since(began).Seconds())
	share := float64(people) / monitored
	if err := b.ask(ctx, s, people, share); err != nil {
		return err
	}
	if err := b.findSilent(ctx, s, direct, people); err != nil {
		return err
	}
	return b.end(ctx, s, direct, ending)
}

// loadWatched loads people, each with an address of their own, all asked in the
// morning; the first of them end on the day of the bench.
func loadWatched(ctx context.Context, s *store.Store, people, ending int) error {
	g, err := demo.New(demo.Options{Seed: 1, People: people, Declarations: people, AsOf: watchDay, Province: "46"})
	if err != nil {
		return err
	}
	opened := monitor.At(watchDay.Add(-6), 9*time.Hour)
	if err := s.SetMark(ctx, "prompts", monitor.At(watchDay, 0)); err != nil { // the days before are over
		return err
	}
	n := 0
	for part := range g.Parts() {
		var all []store.LoadedWatch
		for _, declarations := range g.Part(part) {
			w := store.LoadedWatch{Person: declarations[0].Person, Phone: fmt.Sprintf("+84900%06d", n%1_000_000), Channel: "telegram", Number: 1,
				URN: core.URN(fmt.Sprintf("telegram:%d", 1+n)),
				Monitoring: core.Monitoring{Kind: core.KindHome, Window: core.WindowMorning, From: watchDay.Add(-6), Base: watchDay.Add(-6), Days: 14, Rules: "bench",
					Origin: core.OpenedByOfficer, Opened: opened}}
			if n < ending {
				w.Monitoring.Days = 6
			}
			all, n = append(all, w), n+1
		}
		if err := s.LoadWatched(ctx, opened, all); err != nil {
			return err
		}
	}
	return nil
}

// ask measures the making of all prompts of the morning.
func (b *bench) ask(ctx context.Context, s *store.Store, people int, share float64) error {
	memory, err := watchMemory()
	if err != nil {
		return err
	}
	began := time.Now()
	made, err := s.MakePrompts(ctx, monitor.At(watchDay, 7*time.Hour))
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	peak, err := memory()
	if err != nil {
		return err
	}
	if made != people {
		return fmt.Errorf("%d prompts were made for %d people", made, people)
	}
	b.atMost(fmt.Sprintf("making the %d prompts of one window", made), took, 60*share, "s")
	b.atMost("  resident memory at its peak meanwhile", peak, 200, "MB")
	return nil
}

// watchMemory begins to watch this process's resident memory; the function
// gives its peak since, in MB.
func watchMemory() (peak func() (float64, error), err error) {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // the peak begins anew
		return nil, err
	}
	return func() (float64, error) {
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return 0, err
		}
		for line := range strings.Lines(string(text)) {
			if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
				return n / 1024, err
			}
		}
		return 0, fmt.Errorf("no VmHWM in /proc")
	}, nil
}

// findSilent lets 95 of 100 answer, in bulk, and measures who did not.
func (b *bench) findSilent(ctx context.Context, s *store.Store, direct *pgx.Conn, people int) error {
	sent, answered := monitor.At(watchDay, 9*time.Hour).UnixMilli(), monitor.At(watchDay, 10*time.Hour).UnixMilli()
	for _, text := range []string{
		fmt.Sprintf(`UPDATE prompts SET prompted_at = %d, next_at = %d WHERE answered_at = 0 AND abs(hashtext(monitoring_id)) %% 20 = 0`, sent, sent+monitor.RemindAfter.Milliseconds()),
		fmt.Sprintf(`UPDATE prompts SET prompted_at = %d, answered_at = %d, next_at = 0 WHERE abs(hashtext(monitoring_id)) %% 20 <> 0`, sent, answered),
		fmt.Sprintf(`UPDATE monitoring SET answered_at = %d, answered_day = '%s' WHERE abs(hashtext(id)) %% 20 <> 0`, answered, watchDay),
		`UPDATE monitoring SET missed = 1, answered_at = 1 WHERE abs(hashtext(id)) % 20 = 0`,
		`UPDATE outbox SET state = 1`,
		`VACUUM ANALYZE prompts`, `VACUUM ANALYZE monitoring`, `VACUUM ANALYZE outbox`,
	} {
		if _, err := direct.Exec(ctx, text); err != nil {
			return fmt.Errorf("answer in bulk: %w", err)
		}
	}
	at := monitor.At(watchDay, 12*time.Hour)
	o := duty.Officer{ID: core.NewID(), SignIn: "watch", Name: "Bench", Duty: duty.CDC, Area: "46"}
	if err := s.AddOfficer(ctx, at, o, "no hash"); err != nil {
		return err
	}
	for _, list := range []string{"silent", "never", "symptomatic"} {
		began := time.Now()
		page, err := s.WatchList(ctx, store.Look{Officer: o, Screen: "watch", At: at}, duty.Scope{Area: "46"}, store.WatchFilter{List: list}, "")
		if err != nil {
			return err
		}
		b.atMost(fmt.Sprintf("the list %q of the province, a page with all counts", list), time.Since(began).Seconds(), 0.5, "s")
		if list == "silent" && len(page.Rows) == 0 {
			return fmt.Errorf("nobody of %d is silent", people)
		}
	}
	began := time.Now()
	c, err := s.ClimbLadder(ctx, at, atOnce)
	if err != nil {
		return err
	}
	b.say(fmt.Sprintf("the ladder: the first %d silent found and asked again", c.Looked), "%.2f s", time.Since(began).Seconds())
	if c.Looked < min(atOnce, people/40) {
		return fmt.Errorf("the ladder found %d silent of %d", c.Looked, people)
	}
	climbed := c.Looked
	for c.Looked == atOnce {
		if c, err = s.ClimbLadder(ctx, at, atOnce); err != nil {
			return err
		}
		climbed += c.Looked
	}
	b.say(fmt.Sprintf("  a reminder for each of %d", climbed), "%.1f s", time.Since(began).Seconds())
	return nil
}

// end measures the closing of all whose period is over, after midnight.
func (b *bench) end(ctx context.Context, s *store.Store, direct *pgx.Conn, ending int) error {
	at, ended := monitor.EndsAt(watchDay).Add(5*time.Minute), 0
	began := time.Now()
	for {
		e, err := s.EndMonitoring(ctx, at, atOnce)
		if err != nil {
			return err
		}
		ended += e.Completed + e.Overdue
		if e.Completed+e.Overdue < atOnce {
			break
		}
	}
	took := time.Since(began).Seconds()
	if ended != ending {
		return fmt.Errorf("%d were ended, want %d", ended, ending)
	}
	var told int
	if err := direct.QueryRow(ctx, `SELECT COUNT(*) FROM outbox WHERE locale_key LIKE 'monitor.end.%'`).Scan(&told); err != nil {
		return err
	}
	b.atMost(fmt.Sprintf("closing %d people, %d told what comes next", ended, told), took, 10*float64(ending)/endToday, "s")
	return nil
}
