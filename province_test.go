package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/monitor"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/ways"
	"khaibao/flows"
)

// provinceFirst is the first day of the simulations.
const provinceFirst core.Day = "2021-08-02"

// A province is watched for three weeks by a clock that runs ahead: over all
// channels, with silent, ill, mistaken and opted-out people and households, the
// program stopped for half a day and then for a whole one. Nobody is ever
// without exactly one of: answered, asked and waiting, with an officer, ended.
// With two nodes, one of which is cut off amid its work every day, the ledger is
// the same. make soak has twenty thousand people and all of the three weeks.
func TestProvince(t *testing.T) {
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelError))
	homes, days, length, runs := 40, 11, 4, []string{"postgres, nodes 1", "postgres, nodes 2"} // TestProvinceKilled has SQLite
	if os.Getenv("KHAIBAO_SOAK") == "1" {
		homes, days, length, runs = 14_300, 21, 14, []string{"sqlite, nodes 1", "sqlite, nodes 2", "postgres, nodes 1", "postgres, nodes 2"} // 20,020 people
	}
	ledgers := make(map[string][]string)
	for _, run := range runs {
		t.Run(run, func(t *testing.T) {
			var engine string
			var nodes int
			if _, err := fmt.Sscanf(strings.ReplaceAll(run, ",", ""), "%s nodes %d", &engine, &nodes); err != nil {
				t.Fatal(err)
			}
			p := newProvince(t, engines[engine](t), homes, days, length)
			p.begin(nodes)
			p.live()
			ledgers[run] = p.book
			t.Logf("\n%s\n%d nodes were cut off amid their work", strings.Join(p.book, "\n"), p.cut)
		})
	}
	want := ledgers[runs[0]]
	for name, got := range ledgers {
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("%s differs:\n%s\nwith %s:\n%s", name, strings.Join(got[i:min(i+3, len(got))], "\n"), runs[0], strings.Join(want[i:min(i+3, len(want))], "\n"))
				break
			}
		}
	}
}

// province is the simulation.
type province struct {
	t        *testing.T
	url, key string
	days     int // that it is watched
	length   int // days of each monitoring
	look     *storetest.Look
	homes    []*home
	byURN    map[core.URN]*home
	nodes    []*provinceNode
	clock    atomic.Int64 // milliseconds
	book     []string     // the ledger, a line a day
	cut      int          // nodes that were cut off in the middle of something
	// elsewhere works in the place of the nodes, which only listen then; may be nil.
	elsewhere func(from, until time.Time, d time.Duration)
}

// provinceNode is what of a node has to do with monitoring, wired as main does it.
type provinceNode struct {
	*program
	url, key string
	senders  []*outbox.Sender
	stop     func()
}

func newProvince(t *testing.T, url string, homes, days, length int) *province {
	p := &province{t: t, url: url, key: filepath.Join(t.TempDir(), "province.key"), days: days, length: length, byURN: make(map[core.URN]*home)}
	p.set(p.at(0))
	for n := range homes {
		h := newHome(n)
		p.homes = append(p.homes, h)
		p.byURN[h.urn], p.byURN[core.TelURN(h.phone)] = h, h
	}
	return p
}

// begin starts the nodes.
func (p *province) begin(nodes int) {
	for range nodes {
		p.nodes = append(p.nodes, p.node())
	}
	p.t.Cleanup(func() {
		for _, n := range p.nodes {
			n.stop()
		}
	})
	p.look = storetest.NewLook(p.t, p.url)
}

func (p *province) now() time.Time               { return time.UnixMilli(p.clock.Load()) }
func (p *province) set(now time.Time)            { p.clock.Store(now.UnixMilli()) }
func (p *province) at(d time.Duration) time.Time { return monitor.At(provinceFirst, 0).Add(d) }

func (p *province) node() *provinceNode {
	n, err := newProvinceNode(p.t.Context(), p.url, p.key, p.now, func(name string, f channel.Features) channel.Channel {
		return &mail{name: name, province: p, features: f}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// newProvinceNode starts a node; network makes what it sends over.
func newProvinceNode(ctx context.Context, url, key string, now func() time.Time, network func(name string, f channel.Features) channel.Channel) (*provinceNode, error) {
	s, err := store.Open(ctx, store.Options{URL: url, KeyFile: key})
	if err != nil {
		return nil, err
	}
	s.UseWays(&ways.Book{SMS: "sms", Telegram: true, Zalo: true, Province: "46"}, nil)
	c := config{now: now, province: "46", hotline: "19001075", limits: codes.Default()}
	n := &provinceNode{program: &program{c: c, store: s, settings: newSettings(c, s), metrics: newMetrics()}}
	features := map[string]channel.Features{
		"sms": {Plain: true, Proven: true, MaxText: 160}, "telegram": {MaxText: 4096, MaxButtons: 24, AskContact: true},
		"zalo": {MaxText: 2000, MaxButtons: 5}, "web": {MaxButtons: 40},
	}
	n.dispatcher = flows.New(flows.Options{Store: s, Setting: n.settings.at, Features: features, Now: now, Limits: c.limits})
	working, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { n.dispatcher.Run(working, n.workers()) })
	n.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		s.Close()
	})
	for name, f := range features {
		n.senders = append(n.senders, &outbox.Sender{Channel: network(name, f), Store: s, Now: now,
			Render: func(m core.Queued, _ channel.Features) channel.Line { return channel.Line{Text: m.Say.Key} }})
	}
	return n, nil
}

// pass does what is due by the clock, and sends what may leave.
func (n *provinceNode) pass(ctx context.Context, from, until time.Time) error {
	err := n.timetable().pass(ctx, from, until)
	for _, s := range n.senders {
		s.Drain(ctx)
	}
	return err
}

// mail is a network of the province: each message reaches its home.
type mail struct {
	*province
	name     string
	features channel.Features
}

func (m *mail) Name() string                       { return m.name }
func (m *mail) Features() channel.Features         { return m.features }
func (m *mail) Webhook(channel.Inbox) http.Handler { return nil }

// Send implements channel.Channel: the home hears it, and will answer.
func (m *mail) Send(_ context.Context, out core.Outbound) (string, error) {
	h, now := m.byURN[out.URN], m.province.now()
	switch {
	case h == nil:
		return "", fmt.Errorf("nobody is at %s", out.URN)
	case h.away(out.URN, now):
		return "", &channel.SendError{Gone: true, Err: errors.New("blocked")}
	}
	if unasked := []string{core.MonitorPrompt, core.MonitorReminder, core.MonitorWelcome, core.MonitorEnd, core.MonitorChanged}; monitor.Quiet(now) &&
		slices.ContainsFunc(unasked, func(key string) bool { return strings.HasPrefix(out.Text, key) }) {
		m.t.Errorf("%s was sent at night, at %v", out.Text, now.In(core.Zone))
	}
	h.hears(out.URN, out.Text, now)
	return core.NewID(), nil
}

// live lets the days pass.
func (p *province) live() {
	last := p.at(-time.Minute)
	for d := step(0); d <= time.Duration(p.days)*24*time.Hour && !p.t.Failed(); d += step(d) {
		p.set(p.at(d))
		if down(d) {
			p.hush()
			continue
		}
		p.open(last)
		p.say()
		p.work(last, d)
		last = p.now()
		clock := d % (24 * time.Hour)
		if clock%(6*time.Hour) != 0 {
			continue
		}
		// What was given up amid the last work has its next step in the next minute.
		p.set(last.Add(time.Minute))
		p.work(last, 0)
		last = p.now()
		if clock > 0 {
			readLedger(p.t, p.look, last)
		} else {
			p.book = append(p.book, closeDay(p.t, p.look, core.DayOf(last).Add(-1), last))
		}
	}
	if len(p.nodes) > 1 && p.cut == 0 {
		p.t.Error("no node was cut off")
	}
	if n := p.look.Count(`SELECT COUNT(*) FROM monitoring WHERE ended_at = 0`); n > 0 {
		p.t.Errorf("%d people are still watched when all periods are over", n)
	}
}

// step is how far the clock moves on: by night, when little happens, further.
func step(d time.Duration) time.Duration {
	if clock := d % (24 * time.Hour); clock >= 22*time.Hour || clock < 6*time.Hour {
		return 2 * time.Hour
	}
	return 30 * time.Minute
}

// down is when the program stands still: half the ninth day, and from the
// twelfth's dawn to the thirteenth's noon.
func down(d time.Duration) bool {
	day, clock := int(d/(24*time.Hour))+1, d%(24*time.Hour)
	return day == 9 && clock > 6*time.Hour && clock < 16*time.Hour || day == 12 && clock > 5*time.Hour || day == 13 && clock < 12*time.Hour
}

// open has those declare whose time has come, and those who move declare again.
func (p *province) open(last time.Time) {
	for _, h := range p.homes {
		moves := h.temper == moves && p.comes(h.opened+4*24*time.Hour, last)
		if moves {
			h.commune = "19804"
		}
		if moves || p.comes(h.opened, last) {
			if err := h.declare(p.t.Context(), p.nodes[0].store, p.now(), p.length); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

// comes tells whether a time comes that had not come at the last step.
func (p *province) comes(d time.Duration, last time.Time) bool {
	at := p.at(d)
	return at.After(last) && !at.After(p.now())
}

// say has people say what they have to say, by the nodes in turn.
func (p *province) say() {
	type message struct {
		core.Inbound
		node *provinceNode
	}
	lanes := make([][]message, 32)
	for i, h := range p.homes {
		for _, s := range h.due(p.now()) {
			h.said++
			m := core.Inbound{Channel: s.from.Scheme(), ExternalID: fmt.Sprintf("%d-%d", h.n, h.said), URN: s.from, Text: s.text, At: p.now()}
			if m.Channel == "tel" {
				m.Channel = "sms"
			}
			lanes[i%len(lanes)] = append(lanes[i%len(lanes)], message{m, p.nodes[(h.n+h.said)%len(p.nodes)]})
		}
	}
	var talking sync.WaitGroup
	for _, lane := range lanes {
		talking.Go(func() {
			for _, m := range lane {
				err := m.node.dispatcher.Take(p.t.Context(), m.Inbound)
				for try := 0; errors.Is(err, channel.ErrUnavailable) && try < 60; try++ { // told to come again, a network does
					time.Sleep(time.Second)
					err = m.node.dispatcher.Take(p.t.Context(), m.Inbound)
				}
				if err != nil {
					p.t.Errorf("home %s says %q: %v", m.URN, m.Text, err)
				}
			}
		})
	}
	talking.Wait()
}

// hush drops what is said while nobody listens: networks would bring it again,
// these people say it again when they are asked next.
func (p *province) hush() {
	for _, h := range p.homes {
		h.due(p.now())
	}
}

// work has each node do what is due. Once a day one of two is cut off amid that,
// and starts again.
func (p *province) work(last time.Time, d time.Duration) {
	if p.elsewhere != nil {
		p.elsewhere(last, p.now(), d)
		return
	}
	var working sync.WaitGroup
	dies := -1
	if len(p.nodes) > 1 && isCut(d) {
		dies = int(d/(24*time.Hour)) % len(p.nodes)
	}
	for i, n := range p.nodes {
		ctx, cancel := context.WithCancel(p.t.Context())
		working.Go(func() {
			defer cancel()
			if err := n.pass(ctx, last, p.now()); err != nil && ctx.Err() == nil {
				p.t.Errorf("node %d at %v: %v", i, p.now().In(core.Zone), err)
			}
		})
		if i == dies {
			working.Go(func() {
				time.Sleep(rand.N(4 * time.Millisecond)) // anywhere in its work
				if ctx.Err() == nil {
					p.cut++
				}
				cancel()
			})
		}
	}
	working.Wait()
	if dies >= 0 {
		p.nodes[dies].stop()
		p.nodes[dies] = p.node()
	}
}

// isCut is once a day, at 07:30, 11:30, 15:30 and 19:30 in turn: amid the rounds,
// the reminders and the lists.
func isCut(d time.Duration) bool {
	day, clock := int(d/(24*time.Hour)), d%(24*time.Hour)
	return clock == time.Duration(7+4*(day%4))*time.Hour+30*time.Minute
}
