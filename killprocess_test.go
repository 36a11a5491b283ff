package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"khaibao/core/store/storetest"
)

// runAsProgram has this test binary be the program itself, so that what is
// killed is what was tested, race detector included, and nothing is built.
const runAsProgram = "RUN_AS_KHAIBAO"

func init() {
	if os.Getenv(runAsProgram) == "1" {
		main()
		os.Exit(0)
	}
}

// process is the program as a process of its own, which can be killed.
type process struct {
	t    testing.TB
	url  string
	env  map[string]string // KHAIBAO_ names without the prefix
	out  *lockedBuffer     // all that it ever printed and logged, over all its starts
	cmd  *exec.Cmd
	done chan error
}

// newProcess prepares a program; nothing runs yet. Addresses, database and key
// are its own unless given, and stay the same over all its starts.
func newProcess(t testing.TB, settings map[string]string) *process {
	t.Helper()
	dir := t.TempDir()
	env := map[string]string{"ADDR": freeAddr(t), "METRICS_ADDR": "off", "DATABASE_URL": "sqlite:" + filepath.Join(dir, "khaibao.db"),
		"KEY_FILE": filepath.Join(dir, "khaibao.key"), "LOG_LEVEL": "info"}
	maps.Copy(env, settings)
	p := &process{t: t, url: "http://" + env["ADDR"], env: env, out: &lockedBuffer{}}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
		if strings.Contains(p.out.String(), "DATA RACE") || t.Failed() {
			t.Errorf("the program printed:\n%s", last(p.out.String(), 4000))
		}
	})
	return p
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }

// launch starts the program and does not wait for it.
func (p *process) launch() {
	p.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = p.environ()
	cmd.Stdout, cmd.Stderr = p.out, p.out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd, p.done = cmd, make(chan error, 1)
	go func() { p.done <- cmd.Wait() }()
}

func (p *process) environ() []string {
	all := []string{runAsProgram + "=1", "HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH")}
	for name, value := range p.env {
		all = append(all, envPrefix+name+"="+value)
	}
	return all
}

// start starts the program and waits until it answers.
func (p *process) start() {
	p.t.Helper()
	p.launch()
	eventually(p.t, "a program that is ready", func() bool {
		select {
		case err := <-p.done:
			p.t.Fatalf("the program did not start: %v\n%s", err, last(p.out.String(), 4000))
		default:
		}
		return status(p.url+"/healthz") == 200
	})
}

// kill is kill -9: nothing in the program learns of it.
func (p *process) kill() {
	p.t.Helper()
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
	p.cmd = nil
}

// stop is SIGTERM; it returns how the program ended and how long that took.
func (p *process) stop() (time.Duration, error) {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		p.cmd = nil
		return time.Since(began), err
	case <-time.After(60 * time.Second):
		p.t.Fatal("the program did not stop in 60 s")
		return 0, nil
	}
}

// engines are the databases that the whole program is tried on.
var engines = map[string]func(t testing.TB) string{
	"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db") },
	"postgres": func(t testing.TB) string { return storetest.PostgresURL(t) },
}

// together runs tests that mostly wait side by side, however few processors
// there are.
func together(t *testing.T, tests map[string]func(t *testing.T)) {
	t.Helper()
	var running sync.WaitGroup
	for name, test := range tests {
		running.Go(func() { t.Run(name, test) })
	}
	running.Wait()
}

// onEachEngine is together on a database of each engine.
func onEachEngine(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	tests := make(map[string]func(*testing.T))
	for engine, database := range engines {
		tests[engine] = func(t *testing.T) { test(t, database(t)) }
	}
	together(t, tests)
}
