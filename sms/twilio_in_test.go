package sms

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

func TestIncoming(t *testing.T) {
	tests := []struct {
		name string
		form url.Values
		want core.Inbound // Channel and ExternalID are those of the form
		why  string       // counted instead of taken
	}{
		{"a text", inForm(), core.Inbound{URN: "tel:+84900000001", Text: "xin chào"}, ""},
		{"an empty text", inForm("Body", ""), core.Inbound{URN: "tel:+84900000001"}, ""},
		{"no text at all", inForm("Body", "-"), core.Inbound{URN: "tel:+84900000001"}, ""},
		{"a picture", inForm("Body", "", "NumMedia", "1", "MediaUrl0", "https://api.twilio.com/x", "MediaContentType0", "image/jpeg"),
			core.Inbound{URN: "tel:+84900000001"}, ""},
		{"a picture with words", inForm("NumMedia", "1", "MediaUrl0", "https://api.twilio.com/x"),
			core.Inbound{URN: "tel:+84900000001", Text: "xin chào"}, ""},
		{"from abroad", inForm("From", "+8562055512345"), core.Inbound{URN: "tel:+8562055512345", Text: "xin chào"}, ""},
		{"with a trunk zero", inForm("From", "+840900000001"), core.Inbound{URN: "tel:+84900000001", Text: "xin chào"}, ""},
		{"opted out", inForm("OptOutType", "STOP", "Body", "STOP"), core.Inbound{URN: "tel:+84900000001", Text: "STOP", Control: core.Stop}, ""},
		{"opted in", inForm("OptOutType", "start", "Body", "START"), core.Inbound{URN: "tel:+84900000001", Text: "START", Control: core.Resume}, ""},
		{"asked for help", inForm("OptOutType", "HELP", "Body", "HELP"), core.Inbound{URN: "tel:+84900000001", Text: "HELP"}, ""},
		{"STOP without the network's word", inForm("Body", "STOP"), core.Inbound{URN: "tel:+84900000001", Text: "STOP"}, ""},
		{"the ID of older numbers", inForm("MessageSid", "-", "SmsSid", "SM7"), core.Inbound{URN: "tel:+84900000001", Text: "xin chào"}, ""},
		{"what no database keeps", inForm("Body", "a\x00b\xffc"), core.Inbound{URN: "tel:+84900000001", Text: "ab\uFFFDc"}, ""},
		{"longer than any answer", inForm("Body", strings.Repeat("ế", 5000)),
			core.Inbound{URN: "tel:+84900000001", Text: strings.Repeat("ế", core.MaxText)}, ""},
		{"a short code", inForm("From", "191"), core.Inbound{}, "sender"},
		{"a sender name", inForm("From", "VIETTEL"), core.Inbound{}, "sender"},
		{"another network", inForm("From", "whatsapp:+84900000001"), core.Inbound{}, "sender"},
		{"a short code with a plus", inForm("From", "+84191"), core.Inbound{}, "sender"},
		{"no sender", inForm("From", "-"), core.Inbound{}, "sender"},
		{"ourselves", inForm("From", testFrom), core.Inbound{}, "sender"},
		{"no ID", inForm("MessageSid", "-"), core.Inbound{}, "malformed"},
		{"a status at the wrong door", inForm("SmsStatus", "delivered", "From", "+84900000077"), core.Inbound{}, "not_received"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			rec := w.deliver(w.hook(HookPath, tt.form))
			if rec.Code != 200 || rec.Header().Get("Content-Type") != "text/xml" || !strings.HasSuffix(rec.Body.String(), "<Response/>") {
				t.Errorf("answered %d %s", rec.Code, rec.Body)
			}
			took := w.inbox()
			if tt.why != "" {
				if len(took) != 0 || w.counted(tt.why) != 1 {
					t.Errorf("took %+v, counted %v, want it counted as %s", took, w.counts, tt.why)
				}
				return
			}
			if len(took) != 1 {
				t.Fatalf("took %d messages", len(took))
			}
			tt.want.Channel, tt.want.ExternalID = Name, tt.form.Get("MessageSid")+tt.form.Get("SmsSid")
			if took[0] != tt.want {
				t.Errorf("took %+v, want %+v", took[0], tt.want)
			}
		})
	}
}

// The URL that is signed is the public one, whatever stands before us.
func TestIncomingBehindAProxy(t *testing.T) {
	for name, tt := range map[string]struct{ public, signed, target string }{
		"a name of its own":            {"https://khaibao.example.vn", "https://khaibao.example.vn/hooks/twilio", "/hooks/twilio"},
		"its port signed too":          {"https://khaibao.example.vn", "https://khaibao.example.vn:443/hooks/twilio", "/hooks/twilio"},
		"its port set, not signed":     {"https://khaibao.example.vn:443", "https://khaibao.example.vn/hooks/twilio", "/hooks/twilio"},
		"a port of its own":            {"https://khaibao.example.vn:8443", "https://khaibao.example.vn:8443/hooks/twilio", "/hooks/twilio"},
		"below a path that is cut off": {"https://example.vn/khaibao", "https://example.vn/khaibao/hooks/twilio", "/hooks/twilio"},
		"with a query":                 {"https://khaibao.example.vn", "https://khaibao.example.vn/hooks/twilio?a=%20+b&c", "/hooks/twilio?a=%20+b&c"},
	} {
		w := startWith(t, func(c *Config) { c.PublicURL = tt.public }, nil)
		r := httptest.NewRequest(http.MethodPost, tt.target, strings.NewReader(inForm().Encode()))
		r.Host = "10.0.0.7:8080"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, tt.signed, inForm()))
		if rec := w.deliver(r); rec.Code != 200 || len(w.inbox()) != 1 {
			t.Errorf("%s: status %d", name, rec.Code)
		}
	}
}

func TestIncomingDoors(t *testing.T) {
	w := start(t)
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE"} {
		r := w.hook(HookPath, inForm())
		r.Method = method
		if rec := w.deliver(r); rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "POST" {
			t.Errorf("%s: %d", method, rec.Code)
		}
	}
	if rec := w.deliver(w.hook(HookPath, inForm("Body", strings.Repeat("a", 65<<10)))); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("65 KiB: %d", rec.Code)
	}
	repeated := inForm()
	repeated["Extra"] = []string{"b", "a", "b"}
	if rec := w.deliver(w.hook(HookPath, repeated)); rec.Code != 200 {
		t.Errorf("a repeated field: %d", rec.Code)
	}
	if rec := (&Channel{}).webhookCode(w); rec != http.StatusNotFound {
		t.Errorf("a channel that receives nothing answers %d", rec)
	}
	if n := w.counted("too_large"); n != 1 {
		t.Errorf("%d counted as too large", n)
	}
}

func (c *Channel) webhookCode(w *world) int {
	rec := httptest.NewRecorder()
	c.Webhook(w.take).ServeHTTP(rec, w.hook(HookPath, inForm()))
	return rec.Code
}

// A fault of the inbox is logged by the message's ID alone.
func TestIncomingFaultIsLoggedByID(t *testing.T) {
	w := start(t)
	rec := httptest.NewRecorder()
	w.gateway.Webhook(func(context.Context, core.Inbound) error { return errors.New("disk full") }).
		ServeHTTP(rec, w.hook(HookPath, inForm("Body", "CANARY")))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", rec.Code)
	}
	if line := w.logged(); !strings.Contains(line, "SM00000000000000000000000000000001") || !strings.Contains(line, "disk full") {
		t.Errorf("logged %q", line)
	}
	clean(t, "log", w.logged())
}

func FuzzWebhook(f *testing.F) {
	f.Add(inForm().Encode(), "application/x-www-form-urlencoded", "", true)
	f.Add(inForm("Body", "Tôi bị sốt & ho + 3").Encode(), "application/x-www-form-urlencoded", "a=1", true)
	f.Add("From=%2B84900000001&Body=%zz", "application/x-www-form-urlencoded; charset=utf-8", "", false)
	f.Add("{}", "application/json", "bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", true)
	f.Add("", "", "", false)
	g, err := NewTwilio(Config{AccountSID: testSID, AuthToken: testToken, From: testFrom, PublicURL: "https://khaibao.example.vn"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, contentType, query string, signed bool) {
		for path, statuses := range map[string]bool{HookPath: false, StatusPath: true} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.URL.RawQuery = query
			r.Header.Set("Content-Type", contentType)
			public := "https://khaibao.example.vn" + path
			if query != "" {
				public += "?" + query
			}
			if form, err := url.ParseQuery(body); signed && err == nil {
				r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, public, form))
			}
			took := 0
			h := g.Webhook(func(_ context.Context, m core.Inbound) error {
				took++
				if m.Channel != Name || m.ExternalID == "" || !e164.MatchString(m.URN.Path()) || m.URN.Scheme() != "tel" ||
					!utf8.ValidString(m.Text) || utf8.RuneCountInString(m.Text) > core.MaxText || strings.Contains(m.Text, "\x00") {
					t.Errorf("took %+v", m)
				}
				return channel.ErrUnavailable
			})
			if statuses {
				h = g.StatusHook()
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if !signed && (rec.Code != http.StatusUnauthorized || took > 0) {
				t.Errorf("unsigned, it got %d", rec.Code)
			}
			if took > 0 && rec.Code != http.StatusServiceUnavailable {
				t.Errorf("not stored, it got %d", rec.Code)
			}
		}
	})
}
