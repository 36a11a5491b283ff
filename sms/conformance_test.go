package sms

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khaibao/bots/bottest"
	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

// network is the world as bottest asks for it.
type network struct{ *world }

func TestConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network {
		w := start(t)
		t.Cleanup(func() {
			if faults := w.Faults(); len(faults) > 0 {
				t.Errorf("calls that break the specification: %v", faults)
			}
		})
		return network{w}
	})
}

func (n network) Channel() channel.Channel { return n.channel }

func (n network) Person(i int) core.URN { return core.TelURN(fmt.Sprintf("+849000001%02d", i)) }

func (n network) Text(id int, from core.URN, text string) *http.Request {
	return n.hook(HookPath, inForm("MessageSid", fmt.Sprintf("SM%032d", id), "From", from.Path(), "Body", text))
}

func (n network) Press(int, core.URN, string, string) *http.Request { return nil }

func (n network) Forged() map[string]*http.Request {
	all := map[string]*http.Request{}
	forge := func(name string, spoil func(*http.Request)) {
		r := n.hook(HookPath, inForm())
		spoil(r)
		all[name] = r
	}
	forge("no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") })
	forge("an empty one", func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "") })
	forge("another one", func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=") })
	forge("of another token", func(r *http.Request) {
		r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature("another", n.public+HookPath, inForm()))
	})
	forge("for the host that was asked", func(r *http.Request) {
		r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, "http://behind.the.proxy"+HookPath, inForm()))
	})
	forge("for the other path", func(r *http.Request) {
		r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, n.public+StatusPath, inForm()))
	})
	forge("of another text", func(r *http.Request) {
		r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, n.public+HookPath, inForm("Body", "xin chao")))
	})
	forge("a query added", func(r *http.Request) { r.URL.RawQuery = "x=1" })
	forge("JSON", func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	all["of another account"] = n.hook(HookPath, inForm("AccountSid", "AC00000000000000000000000000000002"))
	return all
}

func (n network) Garbage() map[string]*http.Request {
	unreadable := n.hook(HookPath, inForm())
	unreadable.Body = http.NoBody
	broken := n.hook(HookPath, inForm())
	*broken = *broken.Clone(broken.Context())
	broken.Body = readCloser("MessageSid=%zz&;=")
	return map[string]*http.Request{
		"an empty form":             n.hook(HookPath, url.Values{}),
		"no message ID":             n.hook(HookPath, inForm("MessageSid", "-")),
		"an endless message ID":     n.hook(HookPath, inForm("MessageSid", strings.Repeat("S", 100))),
		"no sender":                 n.hook(HookPath, inForm("From", "-")),
		"a sender that is no phone": n.hook(HookPath, inForm("From", "VIETTEL")),
		"a form that is none":       broken,
		"no body":                   unreadable,
	}
}

func (n network) Seen(by core.URN) []bottest.Seen {
	var seen []bottest.Seen
	for _, m := range n.Messages(by.Path()) {
		if !m.Mine {
			seen = append(seen, bottest.Seen{ID: m.ID, Text: m.Body})
		}
	}
	return seen
}

func (n network) Fail(how bottest.Failure, to core.URN) bool {
	n.Twilio.Fail(sandbox.Failures{})
	switch how {
	case bottest.TooMany:
		n.Twilio.Fail(sandbox.Failures{TooMany: 7 * time.Second})
	case bottest.Blocked:
		n.Block(to.Path(), true)
	case bottest.Unknown:
		n.Kill(to.Path(), 21211)
	case bottest.Account:
		n.Twilio.Fail(sandbox.Failures{Refused: true})
	case bottest.Broken:
		n.Twilio.Fail(sandbox.Failures{Broken: true})
	case bottest.Cut:
		n.Twilio.Fail(sandbox.Failures{Cut: true})
	case bottest.Slow:
		n.Twilio.Fail(sandbox.Failures{Slow: time.Hour})
	default:
		return false
	}
	return true
}

func (n network) Secrets() []string { return []string{testSID, testToken} }
