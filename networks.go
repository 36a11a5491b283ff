package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"khaibao/admin"
	"khaibao/bots/sandbox"
	"khaibao/bots/telegram"
	"khaibao/bots/web"
	"khaibao/bots/zalo"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/qr"
	"khaibao/core/store"
	"khaibao/flows"
	"khaibao/locales"
	"khaibao/sms"
)

// networks are the channels that are set up, and what runs beside them.
type networks struct {
	channels  []channel.Channel
	receivers []func(context.Context) // run while the program takes messages
	sendsSMS  bool

	web      *web.Channel
	telegram *telegram.Channel
	zalo     *zalo.Channel
	sms      *sms.Channel
	smsHooks map[string]http.Handler // by path
	sandbox  *sandboxed
}

// sandboxed is the sandbox with its own listener for the imitated networks.
type sandboxed struct {
	*sandbox.Sandbox
	server *http.Server
}

// hangUp ends what stays open by itself, so that a stop need not wait for it.
func (n *networks) hangUp() {
	if n.web != nil {
		n.web.Close()
	}
	if n.sandbox != nil {
		n.sandbox.Close()
	}
}

func (n *networks) close() {
	if n.sandbox != nil {
		n.sandbox.server.Close()
	}
}

// wireNetworks makes every channel that the settings name. The sandbox stands
// in for the networks' accounts; the channels are the real ones.
func (p *program) wireNetworks(ctx context.Context) (*networks, error) {
	n := &networks{}
	if p.c.sandbox {
		if err := p.startSandbox(ctx, n); err != nil {
			return nil, err
		}
	}
	if p.c.telegramToken != "" {
		p.wireTelegram(n)
	}
	if p.c.zaloAppID != "" {
		if err := p.wireZalo(n); err != nil {
			return nil, err
		}
	}
	if err := p.wireSMS(n); err != nil {
		return nil, err
	}
	var err error
	n.web, err = web.New(web.Config{Mail: mailbox{p.store}, Words: p.bundle.Text, ReadQR: qr.Read,
		PublicURL: p.c.publicURL, Hotline: p.c.hotline, Notice: p.settings.notice})
	if err != nil {
		return nil, err
	}
	n.channels = append(n.channels, n.web)
	return n, nil
}

func (p *program) wireTelegram(n *networks) {
	c := &telegram.Channel{API: p.c.telegramAPIURL, Token: p.c.telegramToken, Secret: p.c.telegramSecret, Rate: p.c.telegramRate,
		Count: p.metrics.countHook(telegram.Name)}
	n.telegram = c
	n.channels = append(n.channels, c)
	n.receivers = append(n.receivers, func(ctx context.Context) {
		hook := p.c.publicURL
		if p.c.telegramMode == "poll" {
			hook = ""
		}
		untilDone(ctx, "telegram set-up", func(ctx context.Context) error { return c.Setup(ctx, hook, p.menus()) })
		if p.c.telegramMode == "poll" {
			if err := c.Poll(ctx, p.inbox); err != nil && ctx.Err() == nil {
				slog.Error("telegram polling ended", "err", err)
			}
		}
	})
}

// menus are Telegram's command menus, by language.
func (p *program) menus() map[string][]telegram.Command {
	all := make(map[string][]telegram.Command)
	for _, lang := range locales.Langs {
		for _, c := range flows.Commands(lang) {
			all[lang] = append(all[lang], telegram.Command{Name: c.Name, Description: p.bundle.Text(lang, c.Key, nil)})
		}
	}
	return all
}

// routes mounts everything that the program serves.
func (p *program) routes() {
	n, mux := p.networks, p.mux
	mux.HandleFunc("GET /healthz", p.health)
	mux.HandleFunc("GET /readyz", p.ready)
	if n.telegram != nil && p.c.telegramMode == "webhook" {
		mux.Handle(telegram.HookPath, n.telegram.Webhook(p.inbox))
	}
	if n.zalo != nil {
		mux.Handle(zalo.HookPath, n.zalo.Webhook(p.inbox))
		mux.Handle(zalo.CardPath, n.zalo.Card())
	}
	for path, h := range n.smsHooks {
		mux.Handle(path, h)
	}
	p.officers = admin.New(admin.Options{Store: p.store, PublicURL: p.c.publicURL, Text: p.bundle.Text, Words: p.bundle, Dispatcher: p.dispatcher,
		Now: p.c.now, Hotline: p.c.hotline, Factor: p.c.factorDuties, SSO: p.c.sso()})
	pages := p.officers.Handler()
	for _, path := range []string{"/admin/", "/q/", "/Q/"} {
		mux.Handle(path, pages)
	}
	if n.sandbox != nil {
		mux.Handle("/sandbox/", n.sandbox.Pages())
	}
	mux.Handle("/", n.web.Routes(p.inbox))
}

// startSandbox serves the imitated networks on a port of their own, and sets
// the settings as if their accounts had been given.
func (p *program) startSandbox(ctx context.Context, n *networks) error {
	if err := p.sandboxPeople(ctx); err != nil {
		return err
	}
	officers, err := p.sandboxOfficers(ctx)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the sandbox: %w", err)
	}
	p.c.telegramToken, p.c.telegramSecret = sandboxToken, sandboxSecret
	p.c.telegramAPIURL = "http://" + l.Addr().String() + "/telegram"
	p.c.smsOut, p.c.smsIn = "twilio", "twilio"
	p.c.twilioSID, p.c.twilioToken, p.c.twilioFrom = sandboxSID, sandboxTwilioToken, sandboxNumber
	p.smsRate = 50 // imitated telephones are no burden to anybody
	p.c.twilioAPIURL = "http://" + l.Addr().String() + "/twilio"
	twilio := sandbox.NewTwilio(sandbox.TwilioAccount{SID: sandboxSID, Token: sandboxTwilioToken, Number: sandboxNumber,
		Hook: p.c.publicURL + sms.HookPath})
	n.sandbox = &sandboxed{Sandbox: sandbox.New(sandbox.Options{TelegramToken: sandboxToken, SMS: twilio,
		Zalo: p.sandboxZalo("http://" + l.Addr().String() + "/zalo"), Officers: officers})}
	n.sandbox.server = newServer(n.sandbox.API())
	go func() { _ = n.sandbox.server.Serve(l) }() // ends with close
	return nil
}

// The sandbox's accounts are no secrets: they open nothing but the imitations.
const (
	sandboxToken       = "100000001:sandbox-bot-token-that-opens-nothing"
	sandboxSecret      = "sandbox-web-hook-secret"
	sandboxSID         = "AC00000000000000000000000000000001"
	sandboxTwilioToken = "00000000000000000000000000000002"
	sandboxNumber      = "+84900000000"
)

// untilDone tries something again, ever more slowly, until it works or ctx ends.
func untilDone(ctx context.Context, what string, f func(context.Context) error) {
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, time.Minute) {
		err := f(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		slog.Error(what+" failed; trying again", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// mailbox gives the web chat its mail from the store.
type mailbox struct{ store *store.Store }

func (m mailbox) Put(ctx context.Context, urn core.URN, it web.Item) error {
	return m.store.PutMail(ctx, urn, store.Mail(it))
}

func (m mailbox) Item(ctx context.Context, urn core.URN, id string) (web.Item, error) {
	mail, err := m.store.MailItem(ctx, urn, id)
	return web.Item(mail), err
}

func (m mailbox) Latest(ctx context.Context, urn core.URN, limit int) ([]web.Item, error) {
	return items(m.store.LatestMail(ctx, urn, limit))
}

func (m mailbox) After(ctx context.Context, urn core.URN, seq int64, limit int) ([]web.Item, error) {
	return items(m.store.MailAfter(ctx, urn, seq, limit))
}

func (m mailbox) Watch(urn core.URN) (<-chan struct{}, func()) { return m.store.WakeMail(urn) }

func items(mail []store.Mail, err error) ([]web.Item, error) {
	all := make([]web.Item, len(mail))
	for i, m := range mail {
		all[i] = web.Item(m)
	}
	return all, err
}
