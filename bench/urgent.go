package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/bots/telegram"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/sms"
)

// urgentNotices is how many notices wait on each network while something urgent
// is queued.
const urgentNotices = 100_000

// maxUrgent is how many urgent messages are queued on each, one after another.
const maxUrgent = 30

// urgent measures how soon a code and a red alert leave while very many notices
// wait, over networks that count what they are sent and refuse what is too much.
func (b *bench) urgent(ctx context.Context) error {
	notices, err := people(urgentNotices)
	if err != nil {
		return err
	}
	databaseURL, drop, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer drop()
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: filepath.Join(b.dir, "urgent.key")})
	if err != nil {
		return err
	}
	defer s.Close()
	c, err := newCrush(s, notices)
	if err != nil {
		return err
	}
	defer c.close()
	began := time.Now()
	if err := c.queueNotices(ctx); err != nil {
		return err
	}
	b.say("notices queued on each of two networks", "%d in %.0f s", notices, time.Since(began).Seconds())
	if err := c.run(ctx, maxUrgent, func() { time.Sleep(rand.N(time.Second)) }); err != nil {
		return err
	}
	for _, l := range c.lines {
		slices.Sort(l.waits)
		b.atMost(l.what+", from its commit until it leaves, at most", l.waits[len(l.waits)-1].Seconds(), 1, "s")
		b.say("  median of "+fmt.Sprint(len(l.waits)), "%v", l.waits[len(l.waits)/2].Round(time.Millisecond))
		pace := l.pace()
		b.atMost("  refused by "+l.Name()+" for too many", float64(pace.Refused), 0, "calls")
		b.atMost(fmt.Sprintf("  most in one second, of %d sent", pace.Taken), float64(pace.Busiest), float64(l.rates.PerSecond), "messages")
	}
	return nil
}

// crush is two networks with very many notices waiting for each.
type crush struct {
	store   *store.Store
	notices int
	lines   []*crushLine
	servers []*httptest.Server
	close   func()
}

// crushLine is one network and what is urgent on it.
type crushLine struct {
	channel.Channel
	what     string
	urgent   core.Priority
	rates    sandbox.Rates
	urn      func(n int) core.URN
	pace     func() sandbox.Pace
	setRates func(sandbox.Rates)
	mu       sync.Mutex
	left     map[string]chan time.Time // by text: when it was handed to the network
	behind   []int                     // notices that left between an urgent one's commit and its leaving
	notices  int
	waits    []time.Duration
}

// crushHook is where nobody listens: the networks of the crush have nothing to tell.
const crushHook = "http://127.0.0.1:1"

// newCrush sets up Telegram, which takes 30 messages a second, and a sender name
// at Twilio, which may send ten segments a second. Neither is given one more.
func newCrush(s *store.Store, notices int) (*crush, error) {
	bot := sandbox.NewTelegram("1:bench-bench-bench-bench-bench", sandbox.Retry{})
	for n := range notices + maxUrgent {
		bot.MeetAgain(sandbox.Owner{ID: int64(1 + n), Name: "Bench"})
	}
	texts := sandbox.NewTwilio(sandbox.TwilioAccount{SID: benchSID, Token: benchToken, Number: benchNumber, Names: []string{"SOYTE"}, Hook: crushHook})
	c := &crush{store: s, notices: notices}
	for _, h := range []http.Handler{bot, texts.API()} {
		c.servers = append(c.servers, httptest.NewServer(h))
	}
	c.close = func() {
		for _, s := range c.servers {
			s.Close()
		}
		bot.Close()
		texts.Close()
	}
	out, err := sms.NewTwilio(sms.Config{AccountSID: benchSID, AuthToken: benchToken, From: "SOYTE", API: c.servers[1].URL, PublicURL: crushHook})
	if err != nil {
		c.close()
		return nil, err
	}
	c.lines = []*crushLine{
		{what: "a red alert by Telegram", urgent: core.PriorityRed, Channel: &telegram.Channel{API: c.servers[0].URL, Token: "1:bench-bench-bench-bench-bench"},
			rates: sandbox.TelegramRates, urn: func(n int) core.URN { return core.URN(fmt.Sprintf("telegram:%d", 1+n)) }, pace: bot.Pace, setRates: bot.SetRates},
		// One more than the ten: what is sent evenly need not come evenly.
		{what: "a code by SMS", urgent: core.PriorityCode, Channel: &sms.Channel{Out: out}, rates: sandbox.Rates{PerSecond: 11},
			urn: func(n int) core.URN { return core.TelURN(fmt.Sprintf("+84900%06d", n)) }, pace: texts.Pace, setRates: texts.SetRates},
	}
	for _, l := range c.lines {
		l.setRates(l.rates)
		l.left = make(map[string]chan time.Time)
	}
	return c, nil
}

// Send implements channel.Channel.
func (l *crushLine) Send(ctx context.Context, m core.Outbound) (string, error) {
	l.mu.Lock()
	left, urgent := l.left[m.Text]
	if !urgent {
		l.notices++
	}
	l.mu.Unlock()
	if urgent {
		left <- time.Now()
	}
	return l.Channel.Send(ctx, m)
}

// queueNotices queues a notice to each person on each network, through the
// store's own door.
func (c *crush) queueNotices(ctx context.Context) error {
	const group = 500
	for _, l := range c.lines {
		for from := 0; from < c.notices; from += group {
			var all []core.Inbound
			for n := from; n < min(from+group, c.notices); n++ {
				all = append(all, core.Inbound{Channel: l.Name(), ExternalID: fmt.Sprint(n), URN: l.urn(n), Text: "x"})
			}
			if err := c.queue(ctx, l, core.PriorityNotice, "notice", all); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *crush) queue(ctx context.Context, l *crushLine, p core.Priority, text string, all []core.Inbound) error {
	return c.store.Take(ctx, crushTime(), all, func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		tx.Queue(core.Queued{Channel: l.Name(), AddressID: at.ID, URN: at.URN, Priority: p, Lang: "vi",
			Say: core.Say{Key: "k", Args: map[string]string{"text": text}}})
		return nil
	})
}

// crushTime is a clock by which it is day: at night no notice would leave.
func crushTime() time.Time { return crushBegan.Add(time.Since(crushStart)) }

var (
	crushStart = time.Now()
	crushBegan = time.Date(2021, 8, 15, 9, 0, 0, 0, core.Zone)
)

// run sends, and queues something urgent on each network again and again, after
// a pause each time; it keeps how long each took to leave, and how many notices
// went before it.
func (c *crush) run(ctx context.Context, times int, pause func()) error {
	sending, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for _, l := range c.lines {
		sender := &outbox.Sender{Channel: l, Store: c.store, Now: crushTime,
			Render: func(m core.Queued, _ channel.Features) channel.Line { return channel.Line{Text: m.Say.Args["text"]} }}
		running.Go(func() { sender.Run(sending) })
	}
	failed := make(chan error, len(c.lines))
	for _, l := range c.lines {
		running.Go(func() { failed <- c.interrupt(ctx, l, times, pause) })
	}
	for range c.lines {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

// interrupt queues what is urgent on one network.
func (c *crush) interrupt(ctx context.Context, l *crushLine, times int, pause func()) error {
	for c.gone(l) == 0 { // the first notice is on its way
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(time.Millisecond)
	}
	for n := range times {
		pause()
		text, left := fmt.Sprintf("urgent %d", n), make(chan time.Time, 1)
		l.mu.Lock()
		l.left[text] = left
		l.mu.Unlock()
		m := core.Inbound{Channel: l.Name(), ExternalID: text, URN: l.urn(c.notices + n), Text: "x"}
		if err := c.queue(ctx, l, l.urgent, text, []core.Inbound{m}); err != nil {
			return err
		}
		queued, before := time.Now(), c.gone(l)
		select {
		case at := <-left:
			l.waits, l.behind = append(l.waits, max(0, at.Sub(queued))), append(l.behind, c.gone(l)-before)
		case <-time.After(time.Minute):
			return fmt.Errorf("%s did not leave in a minute", l.what)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// gone is how many notices were handed to a network.
func (c *crush) gone(l *crushLine) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notices
}
