package sms

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/sms/smstest"
)

func TestESMSErrorClasses(t *testing.T) {
	tests := []struct {
		name, code string
		want       channel.SendError
	}{
		{"a number blocked at eSMS", "99", channel.SendError{Gone: true}},
		{"no telephone number", "108", channel.SendError{Gone: true}},
		{"a forbidden word", "201", channel.SendError{Refused: true}},
		{"too many a second", "160", channel.SendError{RetryAfter: shortWait}},
		{"in hand already", "199", channel.SendError{}},
		{"wrong keys", "101", channel.SendError{Config: true}},
		{"no price list", "102", channel.SendError{Config: true}},
		{"nothing left", "103", channel.SendError{Config: true}},
		{"an inactive brandname", "104", channel.SendError{Config: true}},
		{"fewer than thirty numbers", "107", channel.SendError{Config: true}},
		{"this kind is not supported", "118", channel.SendError{Config: true}},
		{"our address is not known", "140", channel.SendError{Config: true}},
		{"a locked account", "143", channel.SendError{Config: true}},
		{"no registered template", "146", channel.SendError{Config: true}},
		{"no registration with this carrier", "177", channel.SendError{Config: true}},
		{"a Zalo template", "789", channel.SendError{Config: true}},
		{"a Zalo account", "799", channel.SendError{Config: true}},
		{"a code not heard of", "987", channel.SendError{Config: true}},
		{"no code at all", "<html> CANARY " + onePhone, channel.SendError{Config: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := startESMS(t, nil)
			w.Refuse(onePhone, tt.code)
			_, err := w.send(t, "1", "CANARY")
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
			noSecrets(t, "the error", err.Error())
			if len(tt.code) == 3 && !strings.Contains(err.Error(), tt.code) {
				t.Errorf("%q does not tell the code", err)
			}
		})
	}
}

// noSecrets fails when a text holds a key, a phone or what was said.
func noSecrets(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{esmsKey, esmsSecret, esmsPrivate, speedToken, speedSecret, httpSecret, onePhone[1:], "CANARY"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %s: %s", where, secret, text)
		}
	}
}

// What eSMS took and could not say so is not sent twice.
func TestESMSTakesARequestOnce(t *testing.T) {
	w := startESMS(t, nil)
	w.LoseAnswers(1)
	if _, err := w.send(t, "outbox-1", "Ma QR"); err == nil {
		t.Fatal("a lost answer is no error")
	}
	id, err := w.send(t, "outbox-1", "Ma QR")
	if err != nil || id != "outbox-1" {
		t.Errorf("sent again: %q, %v; want our own ID, as a duplicate has no other", id, err)
	}
	if got := w.Texts(onePhone); len(got) != 1 {
		t.Errorf("%d texts were taken", len(got))
	}
}

// A request that was refused counts as used at eSMS, in the worst reading of its
// documentation: the next try must not be called a duplicate and so be lost.
func TestESMSSendsAgainWhatItRefused(t *testing.T) {
	w := startESMS(t, nil)
	for _, code := range []string{"103", "160", "146"} {
		w.Refuse(onePhone, code)
		if _, err := w.send(t, "outbox-1", "Ma QR"); err == nil {
			t.Fatalf("%s is no error", code)
		}
	}
	w.Refuse(onePhone, "")
	id, err := w.send(t, "outbox-1", "Ma QR")
	got := w.Texts(onePhone)
	if err != nil || len(got) != 1 || got[0].ID != id {
		t.Fatalf("after it was topped up: %q, %v, %d texts", id, err, len(got))
	}
	// Its report names the further request; the outbox knows it by its own ID.
	if code, err := w.Report(id, 5, 1, 0); code != http.StatusOK || err != nil {
		t.Fatal(code, err)
	}
	if statuses, _ := w.took(); statuses != id+" delivered; outbox-1 delivered" {
		t.Errorf("the report is kept as %q", statuses)
	}
	if len(w.gateway.again.refused) != 0 {
		t.Error("a settled message is still remembered")
	}
}

// A program that was started anew has forgotten what was refused.
func TestESMSSendsAgainWhatItForgot(t *testing.T) {
	w := startESMS(t, nil)
	w.Refuse(onePhone, "103")
	if _, err := w.send(t, "outbox-1", "Ma QR"); err == nil {
		t.Fatal("no error")
	}
	w.gateway.again.settle("outbox-1")
	w.Refuse(onePhone, "")
	var e *channel.SendError
	if _, err := w.send(t, "outbox-1", "Ma QR"); err == nil || errors.As(err, &e) {
		t.Errorf("a duplicate of what was refused is %v, want another try", err)
	}
	if _, err := w.send(t, "outbox-1", "Ma QR"); err != nil || len(w.Texts(onePhone)) != 1 {
		t.Errorf("%v, %d texts", err, len(w.Texts(onePhone)))
	}
}

func TestESMSTemplates(t *testing.T) {
	w := startESMS(t, func(_ *ESMSConfig, a *smstest.ESMSAccount) { a.Templates = []string{`Ma xac nhan: \d{6}`} })
	if _, err := w.send(t, "1", "Ma xac nhan: 123456"); err != nil {
		t.Error(err)
	}
	_, err := w.send(t, "2", "Anh/Chi co sot khong?")
	if e := (*channel.SendError)(nil); !errors.As(err, &e) || !e.Config || !strings.Contains(err.Error(), "template") {
		t.Errorf("got %v, want what is wrong with the template", err)
	}
}

func TestESMSMarksUnicode(t *testing.T) {
	var got []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		_, rest, _ := strings.Cut(string(body), `"IsUnicode":"`)
		got = append(got, rest[:1])
		fmt.Fprint(w, `{"CodeResult":100,"SMSID":17}`) // numbers, as older answers have them
	}))
	defer api.Close()
	g, err := NewESMS(ESMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, API: api.URL, APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Anh/Chi co sot khong?", "Anh/Chị có sốt không?"} {
		id, err := g.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: text})
		if err != nil || id != "17" {
			t.Errorf("%q, %v", id, err)
		}
	}
	if strings.Join(got, "") != "01" {
		t.Errorf("IsUnicode was %q", got)
	}
}

func TestESMSBadAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		config bool
	}{
		"a page of HTML":      {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>CANARY "+onePhone) }, false},
		"nothing":             {func(http.ResponseWriter, *http.Request) {}, false},
		"a list":              {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `["100"]`) }, false},
		"an invalid request":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"error":"Invalid request"}`) }, true},
		"a code that is none": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"CodeResult":{}}`) }, false},
		"not found":           {http.NotFound, true},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/CANARY", http.StatusFound)
		}, true},
		"too many": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(tt.answer)
			defer api.Close()
			g, err := NewESMS(ESMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, API: api.URL, APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = g.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "CANARY"})
			var e *channel.SendError
			if errors.As(err, &e); err == nil || (e != nil && e.Config) != tt.config || e != nil && (e.Gone || e.Refused) {
				t.Errorf("got %#v", err)
			}
			noSecrets(t, "the error", fmt.Sprint(err))
		})
	}
}

func TestESMSReports(t *testing.T) {
	w := startESMS(t, nil)
	id, err := w.send(t, "outbox-1", "Ma QR")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name                    string
		status, success, failed int
		want                    string
	}{
		{"it waits to be approved", 1, 0, 0, "accepted"},
		{"it waits to be sent", 2, 0, 0, "queued"},
		{"it was refused", 4, 0, 0, "failed"},
		{"it is on its way", 7, 0, 0, "sent"},
		{"it arrived", 5, 1, 0, "delivered"},
		{"it did not", 5, 0, 1, "undelivered"},
		{"nobody counted", 5, 0, 0, "sent"},
	} {
		code, err := w.Report(id, tt.status, tt.success, tt.failed)
		statuses, costs := w.took()
		if want := id + " " + tt.want + "; outbox-1 " + tt.want; err != nil || code != http.StatusOK || statuses != want {
			t.Errorf("%s: answered %d, %v, kept %q, want %q", tt.name, code, err, statuses, want)
		}
		if want := id + " 850 1; outbox-1 850 1"; costs != want {
			t.Errorf("%s: the cost is kept as %q", tt.name, costs)
		}
	}
	if !strings.Contains(w.log.String(), "esms could not deliver") {
		t.Error("what was not delivered is not logged")
	}
	noSecrets(t, "the log", w.log.String())
	if code, _ := w.Report(id, 3, 0, 0); code != http.StatusOK || w.counted("status_unknown") != 1 {
		t.Errorf("a status not heard of is answered %d", code)
	}
	w.away = true
	if code, _ := w.Report(id, 7, 0, 0); code != http.StatusServiceUnavailable {
		t.Errorf("while nothing can be kept it is answered %d", code)
	}
}

// A report is unsigned: its URL must hold our secret.
func TestESMSReportsAreGuarded(t *testing.T) {
	w := startESMS(t, nil)
	ask := func(method, path string) int {
		rec := httptest.NewRecorder()
		w.gateway.StatusHook().ServeHTTP(rec, httptest.NewRequest(method, path+"?SMSID=x&SendStatus=5&SendSuccess=1", nil))
		return rec.Code
	}
	secret := w.gateway.secret()
	if len(secret) < 32 || strings.Contains(esmsSecret, secret) {
		t.Errorf("the secret %q is no secret", secret)
	}
	for path, want := range map[string]int{
		ESMSStatusPath: 403, ESMSStatusPath + "x": 403, ESMSStatusPath + secret[1:]: 403, ESMSStatusPath + secret + "0": 403,
		ESMSStatusPath + esmsSecret: 403, ESMSStatusPath + secret: 200,
	} {
		if got := ask(http.MethodGet, path); got != want {
			t.Errorf("%s: answered %d, want %d", path, got, want)
		}
	}
	if statuses, _ := w.took(); statuses != "x delivered" {
		t.Errorf("kept %q", statuses)
	}
	if got := ask(http.MethodPost, ESMSStatusPath+secret); got != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered %d", got)
	}
	receiver, err := NewESMS(ESMSConfig{Common: Common{PublicURL: w.public}, CPID: esmsCPID, PrivateKey: esmsPrivate})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	receiver.StatusHook().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, ESMSStatusPath+derived("", "esms status")+"?SMSID=x&SendStatus=5", nil))
	if rec.Code != http.StatusForbidden {
		t.Errorf("one that cannot send believes a report: %d", rec.Code)
	}
}

func TestESMSConfig(t *testing.T) {
	good := ESMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn/"}, APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE",
		CPID: esmsCPID, PrivateKey: esmsPrivate}
	g, err := NewESMS(good)
	if err != nil {
		t.Fatal(err)
	}
	if g.api.Host != "rest.esms.vn" || g.status != "https://khaibao.example.vn"+ESMSStatusPath+g.secret() || g.Rate() != esmsRate {
		t.Errorf("made of the default settings: %v %v", g.api.Host, g.Rate())
	}
	for name, change := range map[string]func(*ESMSConfig){
		"no account at all":      func(c *ESMSConfig) { c.APIKey, c.PrivateKey = "", "" },
		"no secret key":          func(c *ESMSConfig) { c.SecretKey = "" },
		"no brandname":           func(c *ESMSConfig) { c.Brandname = "" },
		"no CPID":                func(c *ESMSConfig) { c.CPID = "" },
		"a keyword of two words": func(c *ESMSConfig) { c.Keyword = "KB CANARY" },
		"no public URL":          func(c *ESMSConfig) { c.PublicURL = "" },
		"an API without scheme":  func(c *ESMSConfig) { c.API = "CANARY.example.vn" },
		"a rate below zero":      func(c *ESMSConfig) { c.Rate = -1 },
	} {
		c := good
		change(&c)
		if _, err := NewESMS(c); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			noSecrets(t, name, err.Error())
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{g, good, &good} {
			noSecrets(t, verb, fmt.Sprintf(verb, v))
		}
	}
	// A machine without a public address can send, and is told nothing.
	good.PublicURL = "http://127.0.0.1:8080"
	if g, err = NewESMS(good); err != nil || g.status != "" {
		t.Errorf("reports are asked for at %q, %v", g.status, err)
	}
}

func TestRefusedRequestsAreBounded(t *testing.T) {
	var r retries
	for i := range maxRefused + 500 {
		r.refuse(fmt.Sprint(i))
	}
	if len(r.refused) != maxRefused {
		t.Errorf("%d are kept", len(r.refused))
	}
	if got := r.name(fmt.Sprint(maxRefused + 499)); !strings.HasSuffix(got, "~1") || len(core.NewID()+".12"+"~999") > 50 {
		t.Errorf("the newest goes by %q", got)
	}
}

func TestESMSSendEndsInTime(t *testing.T) {
	w := startESMS(t, func(c *ESMSConfig, _ *smstest.ESMSAccount) { c.Timeout = 100 * time.Millisecond })
	w.ESMS.Fail(smstest.Failures{Slow: time.Hour})
	_, err := w.send(t, "1", "CANARY")
	if err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v", err)
	}
	noSecrets(t, "the error", fmt.Sprint(err))
}
