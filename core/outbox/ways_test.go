package outbox_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/ways"
)

// line is a network of another name.
type line struct {
	network
	name  string
	plain bool
}

func (l *line) Name() string               { return l.name }
func (l *line) Features() channel.Features { return channel.Features{Plain: l.plain} }

// elsewhere is a network by which nobody can be reached now.
func elsewhere(core.Outbound) error {
	return &channel.SendError{Elsewhere: true, Err: errors.New("-230")}
}

const reached = "+84900000007"

var allWays = &ways.Book{SMS: "sms", Telegram: true, Zalo: true, Province: "46", Prices: ways.Prices{"sms": 350, "zalo_template_phone": 300},
	Templates: ways.Templates{"k": {Zalo: &ways.ZaloTemplate{ID: "77", Params: map[string]string{"Text": "text:30"}, By: "phone"}}}}

// tell queues a message to a phone, in the turn of somebody else.
func tell(t *testing.T, s *store.Store, p core.Priority, text string) {
	t.Helper()
	at(t, s, "web", "web:1", func(ctx context.Context, tx *store.Tx, _ *core.Address) error {
		return tx.Notify(ctx, reached, core.Queued{Priority: p, Lang: "vi", Say: core.Say{Key: "k", Args: map[string]string{"Text": text}}})
	})
}

func at(t *testing.T, s *store.Store, channel string, urn core.URN, do func(context.Context, *store.Tx, *core.Address) error) {
	t.Helper()
	m := core.Inbound{Channel: channel, ExternalID: core.NewID(), URN: urn, Text: "x"}
	err := s.Take(t.Context(), daytime(), []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, a *core.Address, _ core.Inbound, _ string) error {
		tx.SaveSession(a)
		return do(ctx, tx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// open opens a store of an engine whose rows can be looked at.
func open(t *testing.T, engine string) (*store.Store, *storetest.Look) {
	t.Helper()
	url := "sqlite:" + t.TempDir() + "/khaibao.db"
	if engine == "postgres" {
		url = storetest.PostgresURL(t)
	}
	s := storetest.Open(t, url)
	s.UseWays(allWays, nil)
	return s, storetest.NewLook(t, url)
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, s *store.Store, look *storetest.Look)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			s, look := open(t, engine)
			test(t, s, look)
		})
	}
}

// ended waits until nothing is left to send, and gives the rows.
func ended(t *testing.T, look *storetest.Look) []storetest.Row {
	t.Helper()
	eventually(t, "an empty outbox", func() bool {
		return look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0 && look.Count(`SELECT COUNT(*) FROM outbox`) > 0
	})
	return look.Outbox()
}

// What a network cannot bring to this person now goes by the next way, and its
// way and cost are on the message.
func TestNextWay(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, look *storetest.Look) {
		at(t, s, "telegram", "telegram:5", func(ctx context.Context, tx *store.Tx, a *core.Address) error {
			return tx.Prove(ctx, a, reached, "contact")
		})
		telegram, zalo, sms := &line{name: "telegram"}, &line{name: "zalo"}, &line{name: "sms", plain: true}
		telegram.fail = func(core.Outbound) error { return &channel.SendError{Gone: true, Err: errors.New("403")} }
		zalo.fail = elsewhere
		spent := &purse{}
		for _, n := range []*line{telegram, zalo, sms} {
			run(t, &outbox.Sender{Channel: n, Store: s, Price: allWays.Of, Spent: spent.spent})
		}
		tell(t, s, core.PriorityNotice, strings.Repeat("x", 161))
		rows := ended(t, look)
		if len(telegram.seen())+len(zalo.seen()) != 0 || len(sms.seen()) != 1 {
			t.Fatalf("seen on Telegram %q, Zalo %q, by SMS %q", telegram.seen(), zalo.seen(), sms.seen())
		}
		r := rows[0]
		if r.State != 1 || r.Channel != "sms" || r.Way != "sms" || r.Segments != 2 || r.Cost != 700 {
			t.Errorf("row %+v", r)
		}
		if got := spent.all(); !maps.Equal(got, map[string][2]int64{"sms sms": {2, 700}}) {
			t.Errorf("spent %v", got)
		}
		if n := look.Count(`SELECT COUNT(*) FROM tasks`); n != 0 {
			t.Errorf("%d tasks about somebody who was reached", n)
		}
		tell(t, s, core.PriorityNotice, "y") // the bot is blocked: Telegram is no way any more
		zalo.set(nil)
		tell(t, s, core.PriorityNotice, "z")
		rows = ended(t, look)
		if r := rows[2]; r.Way != "zalo_template_phone" || r.Template != "77" || r.Cost != 300 || r.Segments != 0 {
			t.Errorf("row %+v", r)
		}
	})
}

func (n *network) set(fail func(core.Outbound) error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fail = fail
}

type purse struct {
	mu  sync.Mutex
	got map[string][2]int64
}

func (p *purse) spent(channel, way string, segments int, cost int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.got == nil {
		p.got = make(map[string][2]int64)
	}
	sum := p.got[channel+" "+way]
	p.got[channel+" "+way] = [2]int64{sum[0] + int64(segments), sum[1] + cost}
}

func (p *purse) all() map[string][2]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.got)
}

// Whom no way reaches becomes a task for officers; an answer and a code do not.
func TestNoWayLeft(t *testing.T) {
	tests := []struct {
		why   string
		fail  func(core.Outbound) error
		class string
	}{
		{"not to be reached", elsewhere, "no_way"},
		{"a dead number", func(core.Outbound) error { return &channel.SendError{Gone: true, Err: errors.New("21614")} }, "gone"},
		{"a text that cannot be sent", func(core.Outbound) error { return &channel.SendError{Refused: true, Err: errors.New("201")} }, "refused"},
	}
	each(t, func(t *testing.T, s *store.Store, look *storetest.Look) {
		s.UseWays(&ways.Book{SMS: "sms", Province: "46"}, nil)
		sms := &line{name: "sms"}
		counted := run(t, &outbox.Sender{Channel: sms, Store: s})
		for i, tt := range tests {
			sms.set(tt.fail)
			before := len(look.Outbox())
			tell(t, s, core.PriorityNotice, "a")
			tell(t, s, core.PriorityCode, "b")
			say(t, s, "+84900000003", "c")
			rows := ended(t, look)[before:]
			for _, r := range rows {
				if r.State != 2 || r.Class != tt.class {
					t.Errorf("%s: row %+v, want it dropped as %s", tt.why, r, tt.class)
				}
			}
			if n := look.Count(`SELECT COUNT(*) FROM tasks WHERE kind = 'unreached' AND note = 'k' AND province = '46' AND attempts = $1`, i); n != 1 || look.Count(`SELECT COUNT(*) FROM tasks`) != 1 {
				t.Errorf("%s: %d tasks, want one", tt.why, n)
			}
			// Whoever is dead gets no SMS until the next test.
			at(t, s, "sms", core.TelURN(reached), func(ctx context.Context, tx *store.Tx, a *core.Address) error { return tx.SetGone(ctx, a, false) })
		}
		if counted("no_way") != 3 {
			t.Errorf("%d without a way were counted, want 3", counted("no_way"))
		}
	})
}

// A message is never sent by two ways unless the first said no: what may have
// been taken is tried again where it was.
func TestDoubtTakesNoOtherWay(t *testing.T) {
	s, look := open(t, "sqlite")
	zalo, sms := &line{name: "zalo"}, &line{name: "sms"}
	tries := 0
	zalo.fail = func(core.Outbound) error {
		if tries++; tries < 3 {
			return errors.New("timeout")
		}
		return nil
	}
	run(t, &outbox.Sender{Channel: sms, Store: s})
	run(t, &outbox.Sender{Channel: zalo, Store: s})
	tell(t, s, core.PriorityNotice, "a")
	if r := ended(t, look)[0]; r.Way != core.WayZaloPhone || len(zalo.seen()) != 1 || len(sms.seen()) != 0 {
		t.Errorf("row %+v, Zalo %q, SMS %q", r, zalo.seen(), sms.seen())
	}
	// Tried for its whole life it is given up, since it may have arrived; and
	// somebody sees to it.
	zalo.set(func(core.Outbound) error { return errors.New("timeout") })
	c := &clock{by: 25 * time.Hour}
	late := &line{name: "zalo"}
	late.fail = func(core.Outbound) error { return errors.New("timeout") }
	s2, look2 := open(t, "sqlite")
	tell(t, s2, core.PriorityNotice, "b")
	run(t, &outbox.Sender{Channel: sms, Store: s2, Now: c.now})
	run(t, &outbox.Sender{Channel: late, Store: s2, Now: c.now})
	if r := ended(t, look2)[0]; r.Class != "expired" || len(sms.seen()) != 0 || look2.Count(`SELECT COUNT(*) FROM tasks`) != 1 {
		t.Errorf("row %+v, SMS %q", r, sms.seen())
	}
}

// A notice waits for an account to be mended; when its day is over it goes by
// the next way, since the network said that it never took it. A code, which is
// worthless in five minutes, does not wait.
func TestWhoWaitsForAMend(t *testing.T) {
	refusals := map[string]error{
		"our account": &channel.SendError{Config: true, Err: errors.New("-115")},
		"a rest":      &channel.SendError{RetryAfter: time.Minute, Err: errors.New("-32")},
	}
	for why, refusal := range refusals {
		s, look := open(t, "sqlite")
		zalo, sms, c := &line{name: "zalo"}, &line{name: "sms"}, &clock{}
		zalo.fail = func(core.Outbound) error { return refusal }
		counted := run(t, &outbox.Sender{Channel: zalo, Store: s, Now: c.now})
		run(t, &outbox.Sender{Channel: sms, Store: s, Now: c.now})
		tell(t, s, core.PriorityCode, "code")
		eventually(t, "the code by SMS: "+why, func() bool { return slices.Equal(sms.seen(), []string{reached + " code"}) })
		tell(t, s, core.PriorityNotice, "notice")
		c.turn(2 * time.Minute)
		eventually(t, "the notice refused: "+why, func() bool { return counted("config")+counted("paused") >= 2 })
		if got := sms.seen(); len(got) != 1 {
			t.Errorf("%s: the notice does not wait: %q", why, got)
		}
		c.turn(25 * time.Hour)
		ended(t, look)
		if got := sms.seen(); !slices.Equal(got, []string{reached + " code", reached + " notice"}) {
			t.Errorf("%s: by SMS %q", why, got)
		}
	}
}

// Under a brand name a free answer is not handed over: it would be billed and
// never arrive. What is registered goes.
func TestBarredIsNotSent(t *testing.T) {
	s, look := open(t, "sqlite")
	brand := &ways.Book{SMS: "sms", Brand: true, Templates: ways.Templates{"k": {SMS: map[string]string{"vi": "{Text:9}"}}}}
	s.UseWays(brand, nil)
	sms := &line{name: "sms"}
	run(t, &outbox.Sender{Channel: sms, Store: s, Bar: brand.Bar})
	say(t, s, "+84900000003", "answer")
	tell(t, s, core.PriorityNotice, "notice")
	rows := ended(t, look)
	if !slices.Equal(sms.seen(), []string{reached + " notice"}) || rows[0].State != 2 || rows[0].Class != "no_way" {
		t.Errorf("sent %q, rows %+v", sms.seen(), rows)
	}
}

// A node that dies between the network's no and the move leaves the row where
// it was: the other node is told no as well and moves it, and it is said once.
func TestDyingBetweenClaimAndReroute(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := "sqlite:" + t.TempDir() + "/khaibao.db"
			if engine == "postgres" {
				url = storetest.PostgresURL(t)
			}
			key := t.TempDir() + "/key"
			node := func() *store.Store {
				s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: key})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
				s.UseWays(allWays, nil)
				return s
			}
			first, second := node(), node()
			look := storetest.NewLook(t, url)
			c := &clock{}
			zalo1, zalo2, sms := &line{name: "zalo"}, &line{name: "zalo"}, &line{name: "sms"}
			zalo1.fail, zalo2.fail = elsewhere, elsewhere

			// The first node dies the moment it would move the row.
			dying := &dies{Store: first, dead: make(chan struct{})}
			ctx, kill := context.WithCancel(context.Background())
			over := make(chan struct{})
			victim := &outbox.Sender{Channel: zalo1, Store: dying, Now: c.now, Render: words}
			go func() { victim.Run(ctx); close(over) }()
			t.Cleanup(func() { kill(); <-over })
			tell(t, first, core.PriorityNotice, "a")
			tell(t, first, core.PriorityNotice, "b")
			<-dying.dead
			kill()
			<-over
			if rows := look.Outbox(); rows[0].Channel != "zalo" || rows[0].State != 0 {
				t.Fatalf("the row of the dead is %+v", rows[0])
			}

			counted := run(t, &outbox.Sender{Channel: zalo2, Store: second, Now: c.now, Render: words})
			run(t, &outbox.Sender{Channel: sms, Store: second, Now: c.now, Render: words})
			c.turn(2 * time.Minute) // the leases of the dead lapse
			rows := ended(t, look)
			if got := sms.seen(); !slices.Equal(got, []string{reached + " a", reached + " b"}) {
				t.Errorf("by SMS %q", got)
			}
			for _, r := range rows {
				if r.State != 1 || r.Way != "sms" || r.Channel != "sms" {
					t.Errorf("row %+v", r)
				}
			}
			if counted("rerouted") != 2 {
				t.Errorf("%d rows were moved, want 2", counted("rerouted"))
			}
		})
	}
}

func words(m core.Queued, _ channel.Features) channel.Line {
	return channel.Line{Text: m.Say.Args["Text"]}
}

// dies is the store of a node that is killed before it writes a move down, and
// whatever it would have written after that.
type dies struct {
	*store.Store
	once sync.Once
	dead chan struct{}
}

var errDead = errors.New("killed")

func (d *dies) Reroute(context.Context, time.Time, core.Queued, string) (bool, error) {
	d.once.Do(func() { close(d.dead) })
	return false, errDead
}

func (d *dies) SendLater(ctx context.Context, id string, due time.Time, class string, parts int) error {
	select {
	case <-d.dead:
		return errDead
	default:
		return d.Store.SendLater(ctx, id, due, class, parts)
	}
}

func (d *dies) ReleaseSender(context.Context, string) error { return errDead }

// A template that its network does not take is a fault to mend, and no reason
// for its message to wait: it goes on at once, or ends where there is no way.
func TestFaultOfATemplateIsToldAndPassed(t *testing.T) {
	s, look := open(t, "sqlite")
	zalo, sms := &line{name: "zalo"}, &line{name: "sms"}
	zalo.fail = func(core.Outbound) error {
		return &channel.SendError{Config: true, Elsewhere: true, Err: errors.New("-131")}
	}
	counted := run(t, &outbox.Sender{Channel: zalo, Store: s})
	run(t, &outbox.Sender{Channel: sms, Store: s})
	tell(t, s, core.PriorityNotice, "a")
	if r := ended(t, look)[0]; r.Way != "sms" || r.State != 1 || counted("config") != 1 {
		t.Errorf("row %+v, %d alarms", r, counted("config"))
	}
	noSMS := *allWays
	noSMS.SMS = ""
	s.UseWays(&noSMS, nil)
	tell(t, s, core.PriorityNotice, "b")
	if r := ended(t, look)[1]; r.Class != "no_way" || counted("config") != 2 || look.Count(`SELECT COUNT(*) FROM tasks`) != 1 {
		t.Errorf("row %+v, %d alarms", r, counted("config"))
	}
}
