package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const pgbenchClients = 8

// runPgbench runs a script with prepared statements and returns transactions
// a second.
func runPgbench(ctx context.Context, databaseURL, script, dir string, clients int, extra ...string) (float64, error) {
	file := filepath.Join(dir, "step.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return 0, err
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return 0, err
	}
	args := append([]string{"-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2", "-f", file,
		"-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username()}, extra...)
	binary := os.Getenv("PGBENCH")
	if binary == "" {
		binary = "pgbench"
	}
	cmd := exec.CommandContext(ctx, binary, append(args, u.Path[1:])...)
	if schema := u.Query().Get("search_path"); schema != "" {
		cmd.Env = append(os.Environ(), "PGOPTIONS=-c search_path="+schema)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench told no tps:\n%s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
