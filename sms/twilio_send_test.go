package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

func TestSendIsTakenOnce(t *testing.T) {
	w := start(t)
	shown := func() (texts []string) {
		for _, m := range w.Messages(onePhone) {
			texts = append(texts, m.Body)
		}
		return texts
	}
	first, err := w.send(t, "1", onePhone, "Co sot khong?")
	if err != nil {
		t.Fatal(err)
	}
	w.LoseAnswers(1)
	if _, err := w.send(t, "2", onePhone, "Co sot khong?"); err == nil {
		t.Fatal("a lost answer is no error")
	}
	second, err := w.send(t, "2", onePhone, "Co sot khong?")
	if err != nil {
		t.Fatal(err)
	}
	if second == first || len(shown()) != 2 {
		t.Errorf("the same question asked twice, the second after a lost answer, is seen as %q", shown())
	}
	if w.Calls()["send"] != 2 || w.Calls()["list"] != 1 {
		t.Errorf("calls %v, want 2 to send and 1 look-up", w.Calls())
	}
	w.LoseAnswers(1)
	if _, err := w.send(t, "3", onePhone, "Phan mot"); err == nil {
		t.Fatal("a lost answer is no error")
	}
	for id, part := range map[string]string{"3": "Phan mot", "3.1": "Phan hai"} {
		if _, err := w.send(t, id, onePhone, part); err != nil {
			t.Fatal(err)
		}
	}
	// What never left is not looked for.
	w.Twilio.Fail(sandbox.Failures{Refused: true})
	if _, err := w.send(t, "4", onePhone, "x"); err == nil {
		t.Fatal("a refused account is no error")
	}
	w.Twilio.Fail(sandbox.Failures{})
	lists := w.Calls()["list"]
	if _, err := w.send(t, "4", onePhone, "x"); err != nil || w.Calls()["list"] != lists {
		t.Errorf("a message that Twilio refused is looked for: %v", err)
	}
	if got := strings.Join(shown(), "|"); got != "Co sot khong?|Co sot khong?|Phan mot|Phan hai|x" {
		t.Errorf("seen: %s", got)
	}
}

// What is not found is sent; while the look-up fails, nothing is.
func TestSendAfterTheAnswerBroke(t *testing.T) {
	w := start(t)
	w.Twilio.Fail(sandbox.Failures{Broken: true})
	for range 3 {
		if _, err := w.send(t, "1", onePhone, "Co sot khong?"); err == nil {
			t.Fatal("no error")
		}
	}
	w.Twilio.Fail(sandbox.Failures{TooMany: 9 * time.Second})
	var e *channel.SendError
	if _, err := w.send(t, "1", onePhone, "Co sot khong?"); !errors.As(err, &e) || e.RetryAfter != 9*time.Second {
		t.Errorf("while looking up: %v", err)
	}
	w.Twilio.Fail(sandbox.Failures{})
	if _, err := w.send(t, "1", onePhone, "Co sot khong?"); err != nil {
		t.Fatal(err)
	}
	if got := w.Messages(onePhone); len(got) != 1 {
		t.Errorf("seen %d times", len(got))
	}
}

func TestSendAsTheSenderAllows(t *testing.T) {
	service := "MG" + strings.Repeat("0", 32)
	for from, rate := range map[string]float64{testFrom: 1, "SOYTE": 10, service: 100} {
		w := startWith(t, func(c *Config) { c.From = from }, nil)
		if _, err := w.send(t, "1", onePhone, "Xin chao"); err != nil {
			t.Errorf("from %s: %v", from, err)
		}
		if got := w.channel.Features().Rate; got != rate {
			t.Errorf("from %s: %v a second, want %v", from, got, rate)
		}
		if faults := w.Faults(); len(faults) > 0 {
			t.Errorf("from %s: %v", from, faults)
		}
	}
	w := startWith(t, func(c *Config) { c.Rate = 3 }, nil)
	f := w.channel.Features()
	if f.Rate != 3 || f.MaxText != 160 || !f.Plain || !f.Proven || f.MaxButtons != 0 || f.Pictures {
		t.Errorf("features %+v", f)
	}
}

func TestSendRefusesWhatCannotGo(t *testing.T) {
	w := start(t)
	for name, m := range map[string]core.Outbound{
		"no text":          {URN: core.TelURN(onePhone)},
		"too long":         {URN: core.TelURN(onePhone), Text: strings.Repeat("a", 1601)},
		"no phone":         {URN: "tel:", Text: "x"},
		"another network":  {URN: "telegram:1", Text: "x"},
		"a phone unscheme": {URN: core.URN(onePhone), Text: "x"},
	} {
		var e *channel.SendError
		if _, err := w.channel.Send(t.Context(), m); !errors.As(err, &e) || !e.Refused || e.Gone || e.Config {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.Calls()) != 0 {
		t.Errorf("it was tried all the same: %v", w.Calls())
	}
	var e *channel.SendError
	if _, err := (&Channel{}).Send(t.Context(), core.Outbound{URN: core.TelURN(onePhone), Text: "x"}); !errors.As(err, &e) || !e.Config {
		t.Errorf("without a gateway: %v", err)
	}
}

// canaries must stand in no error and no log.
var canaries = []string{onePhone, "84900000001", "900000001", "CANARY", testSID, testToken, "://", "Bearer"}

func clean(t *testing.T, where, text string) {
	t.Helper()
	for _, c := range canaries {
		if strings.Contains(text, c) {
			t.Errorf("%s: %q shows in %q", where, c, text)
		}
	}
}

// answering is a gateway whose API answers always the same.
func answering(t *testing.T, h http.HandlerFunc) *Channel {
	t.Helper()
	api := httptest.NewServer(h)
	t.Cleanup(api.Close)
	g, err := NewTwilio(Config{AccountSID: testSID, AuthToken: testToken, From: testFrom, API: api.URL,
		PublicURL: "https://khaibao.example.vn", Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return &Channel{Out: g, In: g}
}

func TestErrorClasses(t *testing.T) {
	const quoting = "The 'To' number " + onePhone + " CANARY " + testSID + " https://api.twilio.com/" + testToken
	tests := []struct {
		name   string
		status int
		code   int
		want   channel.SendError
	}{
		{"invalid number", 400, 21211, channel.SendError{Gone: true}},
		{"opted out", 400, 21610, channel.SendError{Gone: true}},
		{"not a mobile number", 400, 21614, channel.SendError{Gone: true}},
		{"a landline", 400, 21635, channel.SendError{Gone: true}},
		{"a country not allowed", 400, 21408, channel.SendError{Refused: true}},
		{"no route", 400, 21612, channel.SendError{Refused: true}},
		{"too long", 400, 21617, channel.SendError{Refused: true}},
		{"wrong token", 401, 20003, channel.SendError{Config: true}},
		{"no such account", 404, 20404, channel.SendError{Config: true}},
		{"not our sender", 400, 21606, channel.SendError{Config: true}},
		{"a trial account", 400, 21608, channel.SendError{Config: true}},
		{"a code not heard of", 400, 21999, channel.SendError{Config: true}},
		{"a forbidden one", 403, 0, channel.SendError{Config: true}},
		{"too many requests", 429, 20429, channel.SendError{RetryAfter: 2 * time.Second}},
		{"the same, a code not heard of", 429, 99999, channel.SendError{RetryAfter: 2 * time.Second}},
		{"too many a second", 400, 14107, channel.SendError{RetryAfter: 2 * time.Second}},
		{"the queue is full", 400, 21611, channel.SendError{RetryAfter: time.Minute}},
		{"the day is used up", 429, 63038, channel.SendError{RetryAfter: time.Hour}},
		{"theirs", 500, 20500, channel.SendError{}},
		{"away", 503, 0, channel.SendError{}},
		{"too slow for them", 408, 0, channel.SendError{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprintf(w, `{"code":%d,"status":%d,"message":%q,"more_info":"https://CANARY","details":{"to":%q}}`, tt.code, tt.status, quoting, onePhone)
			})
			_, err := c.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "CANARY"})
			if err == nil {
				t.Fatal("no error")
			}
			var e *channel.SendError
			if !errors.As(err, &e) {
				e = &channel.SendError{}
			}
			if e.Gone != tt.want.Gone || e.Refused != tt.want.Refused || e.Config != tt.want.Config || e.RetryAfter != tt.want.RetryAfter {
				t.Errorf("got %+v, want %+v", e, tt.want)
			}
			clean(t, "error", fmt.Sprintf("%v %+v %q", err, err, err))
			if tt.code != 0 && !strings.Contains(err.Error(), fmt.Sprint(tt.code)) {
				t.Errorf("%q does not tell the code", err)
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed, with the password %v", r.Header["Authorization"] != nil)
	}))
	defer elsewhere.Close()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		config bool
	}{
		"a page of HTML":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>CANARY "+onePhone) }, false},
		"HTML with a fault": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>CANARY "+onePhone, 502) }, false},
		"no SID":            {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"queued"}`) }, false},
		"nothing":           {func(http.ResponseWriter, *http.Request) {}, false},
		"a cut":             {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
		"no end": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat(" ", 64<<10)); err != nil {
					return
				}
			}
		}, false},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/CANARY/"+onePhone, http.StatusTemporaryRedirect)
		}, true},
		"not even HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				fmt.Fprintf(conn, "%s %s %s https://CANARY\r\n\r\n", testToken, testSID, onePhone)
				conn.Close()
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answering(t, tt.answer).Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "x"})
			if err == nil {
				t.Fatal("no error")
			}
			var e *channel.SendError
			if errors.As(err, &e); (e != nil && e.Config) != tt.config || e != nil && (e.Gone || e.Refused) {
				t.Errorf("got %#v", err)
			}
			clean(t, "error", err.Error())
		})
	}
}

func TestSendEndsInTime(t *testing.T) {
	stuck := make(chan bool)
	c := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	})
	defer close(stuck)
	m := core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "x"}
	_, err := c.Send(t.Context(), m) // our own time-out
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	clean(t, "time-out", err.Error())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Send(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it cancelled", err)
	}
	clean(t, "cancelled", err.Error())
	gone := answering(t, nil)
	gone.Out.(*Twilio).api.Host = "127.0.0.1:1"
	if _, err = gone.Send(t.Context(), m); err == nil {
		t.Fatal("nobody is there, and no error")
	}
	clean(t, "nobody there", err.Error())
	if _, doubt := gone.Out.(*Twilio).doubts.about("1"); doubt {
		t.Error("a message that never left is in doubt")
	}
}

func TestDoubtsAreBounded(t *testing.T) {
	var d doubts
	began := time.Now()
	for i := range maxDoubts + 500 {
		d.keep(fmt.Sprint(i), began)
		d.keep(fmt.Sprint(i), began.Add(time.Hour))
	}
	if len(d.since) != maxDoubts {
		t.Errorf("%d doubts are kept", len(d.since))
	}
	if since, ok := d.about(fmt.Sprint(maxDoubts + 499)); !ok || !since.Equal(began) {
		t.Error("the newest doubt is not kept since its beginning")
	}
	d.settle(fmt.Sprint(maxDoubts+499), "SM1")
	if _, ok := d.about(fmt.Sprint(maxDoubts + 499)); ok || !d.knows("SM1") {
		t.Error("a settled doubt stays")
	}
	for i := range len(d.sids) {
		d.settle("", fmt.Sprint("SMlater", i))
	}
	if d.knows("SM1") || !d.knows("SMlater0") {
		t.Error("the newest SIDs are not the ones that are known")
	}
}

// Where Twilio cannot reach us it is not asked to, or it would refuse to send.
func TestSendWithoutAPublicAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		api, public string
		heard       bool
	}{
		"a public site":                 {"", "https://khaibao.example.vn", true},
		"a public address":              {"", "http://203.0.113.7:8080", true},
		"this machine":                  {"", "http://127.0.0.1:8080", false},
		"this machine by name":          {"", "http://localhost:8080", false},
		"a machine of the office":       {"", "http://10.1.2.3:8080", false},
		"this machine, and the sandbox": {"http://127.0.0.1:9999", "http://127.0.0.1:8080", true},
	} {
		g, err := NewTwilio(Config{AccountSID: testSID, AuthToken: testToken, From: testFrom, API: tt.api, PublicURL: tt.public})
		if err != nil {
			t.Fatal(err)
		}
		p := g.create(core.Outbound{ID: "7", URN: core.TelURN(onePhone), Text: "x"})
		if asked := p.StatusCallback != nil; asked != tt.heard {
			t.Errorf("%s: asked to call back: %v", name, asked)
		} else if asked && *p.StatusCallback != tt.public+"/hooks/twilio/status?ref=7" {
			t.Errorf("%s: asked to call %s", name, *p.StatusCallback)
		}
	}
}

func TestConfig(t *testing.T) {
	good := Config{AccountSID: testSID, AuthToken: testToken, From: testFrom, PublicURL: "https://khaibao.example.vn/"}
	g, err := NewTwilio(good)
	if err != nil {
		t.Fatal(err)
	}
	if g.api.Host != "api.twilio.com" || g.c.PublicURL != "https://khaibao.example.vn" || !g.Hears() {
		t.Errorf("made of the default settings: %v %v", g.api.Host, g.c.PublicURL)
	}
	for name, change := range map[string]func(*Config){
		"no SID":                func(c *Config) { c.AccountSID = "" },
		"a SID of another kind": func(c *Config) { c.AccountSID = "SK" + testSID[2:] },
		"no token":              func(c *Config) { c.AuthToken = "" },
		"a token with a blank":  func(c *Config) { c.AuthToken = "CANARY " },
		"no sender":             func(c *Config) { c.From = "" },
		"a sender as dialled":   func(c *Config) { c.From = "0900000000" },
		"a long sender name":    func(c *Config) { c.From = "BANCHIDAOHUE" },
		"an API without scheme": func(c *Config) { c.API = "CANARY.example.vn" },
		"an API with a query":   func(c *Config) { c.API = "https://CANARY.example.vn/?x=1" },
		"no public URL":         func(c *Config) { c.PublicURL = "" },
		"a public host with _":  func(c *Config) { c.PublicURL = "https://khai_bao.example.vn" },
		"a rate below zero":     func(c *Config) { c.Rate = -1 },
	} {
		c := good
		change(&c)
		if _, err := NewTwilio(c); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %q quotes it", name, err)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{g, good, &good} {
			clean(t, verb, fmt.Sprintf(verb, v))
		}
	}
	c := good
	c.From = "SOYTE"
	if g, err = NewTwilio(c); err != nil || g.Hears() {
		t.Errorf("a sender name hears: %v", err)
	}
}
