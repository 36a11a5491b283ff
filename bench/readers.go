package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"khaibao/core/area"
)

// noCancel is for what a bench does to the end.
var noCancel = context.Background()

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// places measures the reading of a place over the vectors, and the index.
func (b *bench) places(context.Context) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	if _, err := area.Read("phường An Cựu", area.Context{Province: "46"}); err != nil {
		return err
	}
	built := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)

	text, err := os.ReadFile("core/reading/testdata/vietnamese-input.json")
	if err != nil {
		return fmt.Errorf("run from the top of the tree: %w", err)
	}
	var file struct {
		Place []struct {
			Input   string         `json:"input"`
			Context map[string]any `json:"context"`
		} `json:"place"`
	}
	if err := json.Unmarshal(text, &file); err != nil || len(file.Place) < 50 {
		return fmt.Errorf("vietnamese-input.json: %d places, %v", len(file.Place), err)
	}
	var all []time.Duration
	for _, p := range file.Place {
		var times []time.Duration
		for range 50 {
			began := time.Now()
			area.ReadText(p.Input, p.Context)
			times = append(times, time.Since(began))
		}
		all = append(all, median(times))
	}
	b.atMost("a place read, median over the vectors", float64(median(all).Nanoseconds())/1000, 50, "µs")
	b.atMost("the whole index", float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), 30, "MB")
	b.say("building it", "%v", built.Round(time.Millisecond))
	return nil
}

// figure finds one metric in the output of a benchmark.
func figure(out []byte, unit string) (float64, error) {
	found := regexp.MustCompile(`([0-9.e+]+) ` + regexp.QuoteMeta(unit) + `\b`).FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("no %s in:\n%s", unit, out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// step measures Step alone, by its own benchmark: a whole declaration is one
// of its rounds.
func (b *bench) step(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "test", "./flows", "-run", "^$", "-bench", "^BenchmarkStep$", "-benchmem", "-cpu", "1").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	got := make(map[string]float64)
	for _, unit := range []string{"steps/s", "ns/step", "ns/op", "B/op", "allocs/op"} {
		if got[unit], err = figure(out, unit); err != nil {
			return err
		}
	}
	steps := got["ns/op"] / got["ns/step"]
	b.atLeast("Step alone, on one core", got["steps/s"], 100_000, "a second")
	b.say("  memory of one Step", "%.0f bytes in %.0f allocations", got["B/op"]/steps, got["allocs/op"]/steps)
	return nil
}

// start measures the time from the start of the program to its first page.
func (b *bench) start(ctx context.Context) error {
	network, networkURL, err := silent()
	if err != nil {
		return err
	}
	defer network.Close()
	dir := filepath.Join(b.dir, "start")
	began := time.Now()
	s, err := serveProgram(ctx, b.binary, "sqlite:"+filepath.Join(dir, "start.db"), dir, networkURL)
	if err != nil {
		return err
	}
	defer s.stop()
	res, err := get(s.url + "/")
	if err != nil {
		return err
	}
	b.atMost("first page after the start, on an empty database", time.Since(began).Seconds(), 3, "s")
	b.say("  its size", "%d bytes", res)
	return nil
}
