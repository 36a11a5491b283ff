package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"
)

// rebuildCommand counts all figures anew, or with --check only compares them with
// the truth. Wrong counts are an error of a check, so that a watch may run it.
func rebuildCommand(ctx context.Context, args, environ []string, out io.Writer) error {
	var check bool
	c, rest, err := readConfig("rebuild", args, environ, out, func(f *flag.FlagSet) {
		f.BoolVar(&check, "check", false, "compare only, and change nothing")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("rebuild: unknown argument %q", rest[0])
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	began := time.Now()
	found, err := s.RebuildFigures(ctx, check)
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	fmt.Fprintf(out, "Compared %s counts in %s: %s were wrong.\n", grouped(found.Rows), time.Since(began).Round(100*time.Millisecond), grouped(found.Wrong))
	switch {
	case check && found.Wrong > 0:
		return fmt.Errorf("rebuild: the figures do not agree with what they count: run khaibao rebuild, and report it")
	case !check:
		fmt.Fprintln(out, "All were counted anew.")
	}
	return nil
}
