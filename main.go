// Khaibao takes health declarations by chat and SMS, and gives officers what
// they need to act on them. See README.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"khaibao/admin"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout); err != nil {
		if isHelp(err) {
			return
		}
		fmt.Fprintln(os.Stderr, "khaibao:", err)
		stop()
		os.Exit(1)
	}
}

// run is the whole program; tests call it as main does.
func run(ctx context.Context, args, environ []string, in io.Reader, out io.Writer) error {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		return serveCommand(ctx, args, environ, out)
	case "chat":
		return chatCommand(ctx, args, environ, in, out)
	case "read":
		return readCommand(args, in, out)
	case "migrate":
		return migrateCommand(ctx, args, environ, out)
	case "officer":
		return officerCommand(ctx, args, environ, in, out)
	case "keys":
		return keysCommand(ctx, args, environ, out)
	case "demo":
		return demoCommand(ctx, args, environ, out)
	case "rebuild":
		return rebuildCommand(ctx, args, environ, out)
	case "help":
		return serveCommand(ctx, []string{"-h"}, environ, out)
	}
	return fmt.Errorf("no command %q; khaibao -h lists them", command)
}

func serveCommand(ctx context.Context, args, environ []string, out io.Writer) error {
	c, rest, err := readConfig("serve", args, environ, out, nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("serve: unknown argument %q", rest[0])
	}
	return serve(ctx, c, out)
}

// migrateCommand opens the database, which brings it up to date.
func migrateCommand(ctx context.Context, args, environ []string, out io.Writer) error {
	c, _, err := readConfig("migrate", args, environ, out, nil)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Fprintln(out, "The database is up to date.")
	return nil
}

// officerCommand passes its arguments on: settings come from the environment.
// Help needs no database, and must not make one.
func officerCommand(ctx context.Context, args, environ []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 || slices.ContainsFunc(args, asksHelp) {
		return admin.OfficerCommand(ctx, nil, args, in, out)
	}
	c, _, err := readConfig("officer", nil, environ, out, nil)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	return admin.OfficerCommand(ctx, s, args, in, out)
}

// keysCommand prints the status of the keys; it never prints a key.
func keysCommand(ctx context.Context, args, environ []string, out io.Writer) error {
	c, rest, err := readConfig("keys", args, environ, out, nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "status" {
		return fmt.Errorf("keys: want khaibao keys status")
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	k := s.KeyStatus()
	fmt.Fprintf(out, "key file: %s (a mark to tell copies apart, not the key)\nseals with data key %d, opens with %v\n", k.KeyFile, k.Seals, k.Data)
	return nil
}
