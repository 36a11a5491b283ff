package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// runAsProvince has this test binary be one node of a province: a process that
// can be killed. It holds the database's URL and the key file.
const runAsProvince = "RUN_AS_PROVINCE"

func init() {
	if url, key, ok := strings.Cut(os.Getenv(runAsProvince), " "); ok {
		if err := runProvince(url, key, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// runProvince is such a node. Each line of in is two moments in milliseconds: it
// does what falls between, and says "done". What it sends is told as "sent", the
// address and the key.
func runProvince(url, key string, in io.Reader, out io.Writer) error {
	var clock atomic.Int64
	slog.SetLogLoggerLevel(slog.LevelError)
	said := &printed{out: out}
	n, err := newProvinceNode(context.Background(), url, key, func() time.Time { return time.UnixMilli(clock.Load()) },
		func(name string, f channel.Features) channel.Channel { return &printer{said, name, f} })
	if err != nil {
		return err
	}
	said.line("ready")
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var from, until int64
		if _, err := fmt.Sscan(lines.Text(), &from, &until); err != nil {
			return err
		}
		clock.Store(until)
		if err := n.pass(context.Background(), time.UnixMilli(from), time.UnixMilli(until)); err != nil {
			return err
		}
		said.line("done")
	}
	return lines.Err()
}

// printed is where a node tells what it does.
type printed struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *printed) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// printer is a network that tells what it is handed.
type printer struct {
	*printed
	name     string
	features channel.Features
}

func (p *printer) Name() string                       { return p.name }
func (p *printer) Features() channel.Features         { return p.features }
func (p *printer) Webhook(channel.Inbox) http.Handler { return nil }
func (p *printer) Send(_ context.Context, m core.Outbound) (string, error) {
	p.line("sent %s %s", m.URN, m.Text)
	return core.NewID(), nil
}

// provinceProcess is one such process, as its parent sees it.
type provinceProcess struct {
	p     *province
	cmd   *exec.Cmd
	in    io.WriteCloser
	ready chan string // "ready", "done"
}

func (p *province) process() *provinceProcess {
	c := &provinceProcess{p: p, cmd: exec.Command(os.Args[0]), ready: make(chan string, 9)}
	c.cmd.Env = append(os.Environ(), runAsProvince+"="+p.url+" "+p.key)
	c.cmd.Stderr = os.Stderr
	in, err1 := c.cmd.StdinPipe()
	out, err2 := c.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, c.cmd.Start()); err != nil {
		p.t.Fatal(err)
	}
	c.in = in
	go c.read(out)
	c.wait()
	return c
}

// read hears what a process says, and carries what it sends to the homes.
func (c *provinceProcess) read(out io.Reader) {
	defer close(c.ready)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		if word != "sent" {
			c.ready <- word
			continue
		}
		to, key, _ := strings.Cut(rest, " ")
		if h := c.p.byURN[core.URN(to)]; h != nil {
			h.hears(core.URN(to), key, c.p.now())
		}
	}
}

// wait waits until the process has done what it was told; it may be dead by then.
func (c *provinceProcess) wait() {
	select {
	case <-c.ready:
	case <-time.After(time.Minute):
		c.p.t.Fatal("a node says nothing for a minute")
	}
}

func (c *provinceProcess) pass(from, until time.Time) {
	fmt.Fprintf(c.in, "%d %d\n", from.UnixMilli(), until.UnixMilli())
}

func (c *provinceProcess) kill() {
	_ = c.cmd.Process.Kill()
	for range c.ready { // what it said before
	}
	_ = c.cmd.Wait()
}

// Two processes keep the times of a small province, and one is killed (kill -9)
// amid its work every day: the ledger is that of one node that was left in
// peace.
func TestProvinceKilled(t *testing.T) {
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelError))
	homes, days, length := 24, 8, 3
	if os.Getenv("KHAIBAO_SOAK") == "1" {
		homes, days, length = 1000, 21, 14
	}
	peace := newProvince(t, engines["sqlite"](t), homes, days, length)
	peace.begin(1)
	peace.live()

	p := newProvince(t, engines["postgres"](t), homes, days, length)
	p.begin(1) // it listens to the people
	var nodes [2]*provinceProcess
	for i := range nodes {
		nodes[i] = p.process()
	}
	t.Cleanup(func() {
		for _, n := range nodes {
			n.kill()
		}
	})
	kills := 0
	p.elsewhere = func(from, until time.Time, d time.Duration) {
		for _, n := range nodes {
			n.pass(from, until)
		}
		dies := -1
		if isCut(d) {
			dies = int(d/(24*time.Hour)) % len(nodes)
			time.Sleep(rand.N(8 * time.Millisecond)) // anywhere in its work
			nodes[dies].kill()
			kills++
			nodes[dies] = p.process()
		}
		for i, n := range nodes {
			if i != dies {
				n.wait()
			}
		}
	}
	p.live()
	if kills < days-1 {
		t.Errorf("%d kills in %d days", kills, days)
	}
	if got, want := strings.Join(p.book, "\n"), strings.Join(peace.book, "\n"); got != want {
		t.Errorf("with %d kills:\n%s\nin peace:\n%s", kills, got, want)
	} else {
		t.Logf("%d kills\n%s", kills, got)
	}
}
