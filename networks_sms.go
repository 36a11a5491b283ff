package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/sms"
)

// smsGateway is one gateway as it is wired: what it can do, and where it
// calls us.
type smsGateway struct {
	out    sms.Gateway
	in     sms.Receiver
	inPath string
	status map[string]http.Handler // what it reports of texts that we sent, by path
}

// wireSMS makes the channel of the gateways that the settings name, one for
// each direction; both may be one and the same.
func (p *program) wireSMS(n *networks) error {
	if p.c.smsOut == "" && p.c.smsIn == "" {
		return nil
	}
	n.sms, n.smsHooks = &sms.Channel{}, make(map[string]http.Handler)
	made := make(map[string]smsGateway)
	for _, name := range []string{p.c.smsOut, p.c.smsIn} {
		if _, ok := made[name]; ok || name == "" {
			continue
		}
		g, err := p.makeGateway(name, n.sms)
		if err != nil {
			return err
		}
		made[name] = g
		for path, h := range g.status {
			n.smsHooks[path] = h
		}
	}
	if p.c.smsOut != "" {
		n.sms.Out, n.sendsSMS = made[p.c.smsOut].out, true
	}
	if g := made[p.c.smsIn]; p.c.smsIn != "" {
		n.sms.In = g.in
		in := p.inbox
		if n.sms.Lists() {
			missed := newCatchUp(p.store, n.sms, p.inbox)
			n.receivers = append(n.receivers, missed.run)
			in = missed.watch
		}
		n.smsHooks[g.inPath] = n.sms.Webhook(in)
	}
	n.channels = append(n.channels, n.sms)
	return nil
}

// makeGateway makes a gateway by the name that SMS_OUT and SMS_IN have for it.
func (p *program) makeGateway(name string, ch *sms.Channel) (smsGateway, error) {
	switch name {
	case "twilio":
		t, err := sms.NewTwilio(sms.Config{AccountSID: p.c.twilioSID, AuthToken: p.c.twilioToken, From: p.c.twilioFrom,
			API: p.c.twilioAPIURL, PublicURL: p.c.publicURL, Rate: p.smsRate, Statuses: p.store, Count: p.metrics.countHook(sms.Name)})
		if err != nil {
			return smsGateway{}, err
		}
		return smsGateway{t, t, sms.HookPath, map[string]http.Handler{sms.StatusPath: t.StatusHook()}}, nil
	case "esms":
		e, err := sms.NewESMS(sms.ESMSConfig{Common: p.smsCommon(), API: p.c.esmsAPIURL,
			APIKey: p.c.esmsAPIKey, SecretKey: p.c.esmsSecretKey, Brandname: p.c.esmsBrandname,
			CPID: p.c.esmsCPID, PrivateKey: p.c.esmsPrivateKey, Keyword: p.c.esmsKeyword, Replies: p.replies(ch)})
		if err != nil {
			return smsGateway{}, err
		}
		return smsGateway{e, e, sms.ESMSHookPath, map[string]http.Handler{sms.ESMSStatusPath: e.StatusHook()}}, nil
	case "speedsms":
		s, err := sms.NewSpeedSMS(sms.SpeedSMSConfig{Common: p.smsCommon(), API: p.c.speedAPIURL, Token: p.c.speedToken,
			Type: p.c.speedType, Sender: p.c.speedSender, Secret: p.c.speedSecret})
		if err != nil {
			return smsGateway{}, err
		}
		// Its reports come to where its texts do.
		return smsGateway{s, s, sms.SpeedSMSHookPath, map[string]http.Handler{sms.SpeedSMSHookPath: s.Webhook(nil)}}, nil
	case "http":
		c := p.c.http
		c.Common = p.smsCommon()
		h, err := sms.NewHTTP(c)
		if err != nil {
			return smsGateway{}, err
		}
		return smsGateway{h, h, sms.HTTPHookPath, map[string]http.Handler{sms.HTTPStatusPath: h.StatusHook()}}, nil
	}
	return smsGateway{}, fmt.Errorf("no SMS gateway has the name that SMS_OUT or SMS_IN has")
}

// smsCommon is what every gateway gets of the program.
func (p *program) smsCommon() sms.Common {
	return sms.Common{PublicURL: p.c.publicURL, Rate: p.smsRate, Statuses: p.store, Costs: p.store, Count: p.metrics.countHook(sms.Name)}
}

// replies hand what answers a text to the answer of its gateway.
type replies struct {
	store   *store.Store
	channel channel.Channel
	render  func(core.Queued, channel.Features) channel.Line
	now     func() time.Time
	count   func(event, channel string)
}

func (p *program) replies(ch channel.Channel) replies {
	return replies{store: p.store, channel: ch, render: p.render, now: p.c.now, count: p.metrics.countOutbox}
}

// replyLease is how long a reply may take into its answer. It is sent as any
// other when whoever claimed it has died.
const replyLease = 20 * time.Second

// ReplyTo implements sms.Replies. What a turn says in several messages is put
// together as far as an answer has room: a short code has no second one.
func (r replies) ReplyTo(ctx context.Context, externalID string) (sms.Reply, error) {
	now := r.now()
	claimed, err := r.store.ClaimReplies(ctx, r.channel.Name(), externalID, now, now.Add(replyLease))
	if err != nil {
		return sms.Reply{}, err
	}
	text, n := r.together(claimed)
	done := func(ctx context.Context, said bool) error {
		var sent []store.Sent
		if said {
			sent = r.sent(claimed[:n], text)
		}
		return r.store.RepliesSaid(ctx, r.now(), claimed, sent)
	}
	if n == 0 {
		if err := done(context.WithoutCancel(ctx), false); err != nil {
			return sms.Reply{}, err
		}
		return sms.Reply{}, core.ErrNotFound
	}
	return sms.Reply{Text: text, Done: done}, nil
}

// sent is what is kept of messages that were said as one text: it was billed
// once, so that the first has all its segments.
func (r replies) sent(said []core.Queued, text string) []store.Sent {
	var all []store.Sent
	for i, m := range said {
		one := store.Sent{ID: m.ID, Way: m.WayTaken()}
		if i == 0 {
			one.Segments, _ = channel.Segments(text)
		}
		r.count("sent", r.channel.Name())
		all = append(all, one)
	}
	return all
}

// together is as much of the first messages as one answer has room for, each
// of them whole. What cannot be rendered is left to the outbox, which says what
// is wrong with it.
func (r replies) together(claimed []core.Queued) (text string, n int) {
	f := r.channel.Features()
	for _, m := range claimed {
		parts, err := outbox.Parts(m, r.render, f)
		if err != nil {
			break
		}
		longer := text
		for _, part := range parts {
			longer = strings.TrimSpace(longer + "\n" + part.Text)
		}
		if channel.Count(longer, f) > sms.AnswerRoom {
			break
		}
		text, n = longer, n+1
	}
	return text, n
}
