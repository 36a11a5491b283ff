package main

import (
	"fmt"
	"log/slog"
	"os"
	"unicode/utf8"

	"khaibao/bots/telegram"
	"khaibao/bots/zalo"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/ways"
	"khaibao/flows"
	"khaibao/sms"
)

// waysConfig is every setting about the ways to people who did not just write.
type waysConfig struct {
	templatesFile, smsRoute, pricesText string
	templates                           ways.Templates // read from the file
	prices                              ways.Prices    // read from pricesText
}

// What SMS_ROUTE may say.
const (
	routeTwoWay = "two-way"
	routeBrand  = "brand-name"
)

func (c *waysConfig) settings() []setting {
	return []setting{
		{"SMS_ROUTE", &c.smsRoute, "", "what SMS_OUT takes: two-way (any text) or brand-name (registered texts only); default by the gateway"},
		{"TEMPLATES_FILE", &c.templatesFile, "", "JSON file of the texts that carriers and Zalo approved"},
		{"PRICES", &c.pricesText, "", "what a message or SMS segment costs, in đồng, by way: sms=350,zalo_template_phone=300"},
	}
}

// check reads what the settings name, and names what is wrong to bad.
func (c *waysConfig) check(bad func(name, want string)) {
	if c.smsRoute != "" && c.smsRoute != routeTwoWay && c.smsRoute != routeBrand {
		bad("SMS_ROUTE", "want two-way, brand-name or nothing")
	}
	var err error
	if c.prices, err = ways.ReadPrices(c.pricesText); err != nil {
		bad("PRICES", err.Error())
	}
	c.templates = ways.Defaults()
	if c.templatesFile == "" {
		return
	}
	f, err := os.Open(c.templatesFile)
	if err != nil {
		bad("TEMPLATES_FILE", "cannot be read")
		return
	}
	defer f.Close()
	own, err := ways.ReadTemplates(f)
	if err != nil {
		bad("TEMPLATES_FILE", err.Error())
		return
	}
	c.templates = c.templates.With(own)
}

// wireWays makes the book of ways of the channels that are set up, and holds
// its approved texts against the words of the program: a text that the carriers
// would refuse stops the start, not the code of somebody who waits for it.
func (p *program) wireWays(features map[string]channel.Features) error {
	_, hasTelegram := features[telegram.Name]
	_, hasZalo := features[zalo.Name]
	p.ways = &ways.Book{Telegram: hasTelegram, Zalo: hasZalo, Templates: p.c.templates, Prices: p.c.prices, Province: p.c.province}
	if p.networks.sendsSMS {
		p.ways.SMS, p.ways.Brand = sms.Name, p.brandName()
	}
	longest := map[string]int{"code": p.c.limits.Digits, "hotline": utf8.RuneCountInString(p.c.hotline)}
	if err := p.ways.Check(p.bundle, flows.Unasked(), longest); err != nil {
		return fmt.Errorf("approved texts: %w", err)
	}
	if p.ways.Brand && p.networks.sms.In != nil && p.c.smsIn != "esms" { // whose own answer is the reply
		slog.Warn("people who write by SMS get no answer: SMS_OUT takes registered texts only, and SMS_IN carries none")
	}
	p.store.UseWays(p.ways, p.metrics.countOutbox)
	p.store.UseHotline(p.c.hotline)
	return nil
}

// brandName tells whether SMS go out under a brand name.
func (p *program) brandName() bool {
	if p.c.smsRoute != "" {
		return p.c.smsRoute == routeBrand
	}
	if t, ok := p.networks.sms.Out.(*sms.Twilio); ok {
		return !t.Hears() // a number can be answered, and takes any text
	}
	return p.c.smsOut == "esms" || p.c.smsOut == "speedsms"
}

// render makes the text of a row of the outbox: an approved one where its way
// takes no other.
func (p *program) render(m core.Queued, f channel.Features) channel.Line {
	line, approved := p.ways.Line(m, func(lang string, short bool) map[string]string {
		return flows.Values(p.bundle, m.Say, lang, short)
	})
	if approved {
		return line
	}
	return flows.Render(p.bundle, m.Say, m.Lang, f)
}
