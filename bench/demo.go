package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"khaibao/core"
)

// demoPeople is how many people the bench invents; BENCH_PEOPLE may
// lower it for a quick run, and the limit with it.
const demoPeople = 1_000_000

// demoDay is the day up to which they declare.
const demoDay core.Day = "2021-08-15"

// people is how many people a part has; BENCH_PEOPLE may lower it.
func people(most int) (int, error) {
	text := os.Getenv("BENCH_PEOPLE")
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > demoPeople {
		return 0, fmt.Errorf("BENCH_PEOPLE: want 1 to %d", demoPeople)
	}
	return min(n, most), nil
}

// demo measures how long a million invented people with a fifth more
// declarations take on PostgreSQL, from the start of the program to its end, and
// how soon one of them is found.
func (b *bench) demo(ctx context.Context) error {
	people, err := people(demoPeople)
	if err != nil {
		return err
	}
	databaseURL, drop, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	var out bytes.Buffer
	c := exec.CommandContext(ctx, b.binary, "demo", "--database-url", databaseURL, "--key-file", filepath.Join(b.dir, "demo.key"),
		"--people", strconv.Itoa(people), "--declarations", strconv.Itoa(people*6/5), "--as-of", string(demoDay))
	c.Stdout, c.Stderr = &out, &out
	began := time.Now()
	if err := c.Run(); err != nil {
		return fmt.Errorf("khaibao demo: %w\n%s", err, out.Bytes())
	}
	took := time.Since(began).Seconds()
	b.say("invented people a second", "%.0f", float64(people)/took)
	b.atMost(fmt.Sprintf("%d people and %d declarations", people, people*6/5), took, 120*float64(people)/demoPeople, "s")
	return b.identity(ctx, databaseURL, people)
}
