// Bench measures the program against named limits, in one run on one machine,
// and prints each figure with its limit and the ratio. It ends with 1 when a
// limit is missed. make bench starts the PostgreSQL it needs; docs/performance.md
// says what was measured and on what.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

// bench is one run.
type bench struct {
	dir      string // for databases and the built program
	binary   string
	postgres string // URL of a server with databases to make
	seconds  time.Duration
	script   []string
	missed   int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	seconds := flag.Duration("time", 10*time.Second, "how long each load is measured")
	parts := partsAndFlags()
	b := &bench{postgres: os.Getenv("KHAIBAO_TEST_POSTGRES"), seconds: *seconds}
	if err := b.run(ctx, parts); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(2)
	}
	if b.missed > 0 {
		fmt.Printf("%d limits missed\n", b.missed)
		stop()
		os.Exit(1)
	}
}

// Flags of the part officers.
var (
	officersPeople   = flag.Int("people", 0, "officers: how many people, with ten declarations each; 0: a million, or BENCH_PEOPLE")
	officersDatabase = flag.String("database", "", "officers: a PostgreSQL database that khaibao demo has filled, with -key-file, -people and -as-of as there")
	officersKey      = flag.String("key-file", "", "officers: the key file of that database")
	officersDay      = flag.String("as-of", "", "officers: the day up to which people declared; today")
	officersOnly     = flag.String("only", "", "officers: only the measurements whose name contains this")
	officersSlow     = flag.Bool("slow", false, "officers: name the slowest requests of each kind")
)

// partsAndFlags reads the command line, on which flags may also follow the
// names of parts.
func partsAndFlags() (parts []string) {
	flag.Parse()
	for rest := flag.Args(); len(rest) > 0; rest = flag.Args() {
		parts = append(parts, rest[0])
		_ = flag.CommandLine.Parse(rest[1:]) // ends the program by itself
	}
	return parts
}

// run does the named parts, or all of them.
func (b *bench) run(ctx context.Context, only []string) (err error) {
	if b.dir, err = os.MkdirTemp("", "khaibao-bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.script, err = readScript(firstDeclaration); err != nil {
		return err
	}
	b.binary = filepath.Join(b.dir, "khaibao")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	parts := []struct {
		name string
		run  func(context.Context) error
	}{
		{"places", b.places}, {"step", b.step}, {"start", b.start},
		{"postgres", b.postgresSteps}, {"sqlite", b.sqliteSteps}, {"demo", b.demo}, {"urgent", b.urgent},
		{"monitor", b.monitoring}, {"judge", b.judge}, {"officers", b.officers},
	}
	for _, part := range parts {
		if len(only) > 0 && !contains(only, part.name) {
			continue
		}
		fmt.Printf("\n%s\n", part.name)
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// say prints a figure without a limit.
func (b *bench) say(what, format string, args ...any) {
	fmt.Printf("  %-58s %s\n", what, fmt.Sprintf(format, args...))
}

// atLeast and atMost print a figure against its limit.
func (b *bench) atLeast(what string, got, limit float64, unit string) {
	b.against(what, got, limit, unit, "at least", got >= limit)
}

func (b *bench) atMost(what string, got, limit float64, unit string) {
	b.against(what, got, limit, unit, "at most", got <= limit)
}

func (b *bench) against(what string, got, limit float64, unit, word string, ok bool) {
	mark := "ok"
	if !ok {
		mark = "MISSED"
		b.missed++
	}
	b.say(what, "%.2f %s (%s %g: %s)", got, unit, word, limit, mark)
}
