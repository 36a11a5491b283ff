package sms

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"khaibao/bots/bottest"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/sms/smstest"
)

const speedSecret = "a-secret-of-speedsms"

// speedWorld is SpeedSMS wired to its imitation, web-hook and all.
type speedWorld struct {
	*smstest.SpeedSMS
	notes
	gateway *SpeedSMS
	channel *Channel
}

func startSpeedSMS(t testing.TB) *speedWorld {
	t.Helper()
	w := &speedWorld{}
	mux := http.NewServeMux()
	door := httptest.NewServer(mux)
	w.SpeedSMS = &smstest.SpeedSMS{Token: speedToken, Senders: []string{"SOYTE"}, Hook: door.URL + SpeedSMSHookPath + speedSecret, Price: 350}
	api := httptest.NewServer(w.SpeedSMS)
	var err error
	w.gateway, err = NewSpeedSMS(SpeedSMSConfig{Common: w.common(door.URL), Token: speedToken, Sender: "SOYTE", API: api.URL + "/index.php", Secret: speedSecret})
	if err != nil {
		t.Fatal(err)
	}
	w.channel = &Channel{Out: w.gateway, In: w.gateway}
	mux.Handle(SpeedSMSHookPath, w.gateway.Webhook(accept))
	t.Cleanup(func() {
		api.Close()
		door.Close()
		if faults := w.Faults(); len(faults) > 0 {
			t.Errorf("calls that SpeedSMS does not allow: %v", faults)
		}
	})
	return w
}

// speedNetwork is the world as bottest asks for it.
type speedNetwork struct{ *speedWorld }

func TestSpeedSMSConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network { return speedNetwork{startSpeedSMS(t)} })
}

func (n speedNetwork) Nameless() {}

func (n speedNetwork) Channel() channel.Channel { return n.channel }

func (n speedNetwork) Person(i int) core.URN { return core.TelURN(fmt.Sprintf("+849000001%02d", i)) }

func speedHook(secret string, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://behind.the.proxy"+SpeedSMSHookPath+secret, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (n speedNetwork) Text(id int, from core.URN, text string) *http.Request {
	kind := "sms"
	if id%2 == 0 {
		kind = "incoming"
	}
	return speedHook(speedSecret, n.Incoming(kind, from.Path(), text))
}

func (n speedNetwork) Press(int, core.URN, string, string) *http.Request { return nil }

func (n speedNetwork) Forged() map[string]*http.Request {
	body := n.Incoming("sms", onePhone, "KB")
	return map[string]*http.Request{
		"no secret":            speedHook("", body),
		"another secret":       speedHook("another-secret-altogether", body),
		"the secret, cut":      speedHook(speedSecret[1:], body),
		"the secret, and more": speedHook(speedSecret+"x", body),
		"the token":            speedHook(speedToken, body),
	}
}

func (n speedNetwork) Garbage() map[string]*http.Request {
	get := speedHook(speedSecret, nil)
	get.Method = http.MethodGet
	return map[string]*http.Request{
		"nothing":           speedHook(speedSecret, nil),
		"half of an object": speedHook(speedSecret, []byte(`{"type":"sms",`)),
		"another type":      speedHook(speedSecret, []byte(`{"type":"voice","phone":"84900000001","content":"KB"}`)),
		"no sender":         speedHook(speedSecret, n.Incoming("sms", "", "KB")),
		"a sender name":     speedHook(speedSecret, n.Incoming("sms", "VIETTEL", "KB")),
		"a short code":      speedHook(speedSecret, n.Incoming("sms", "8041", "KB")),
		"by another method": get,
	}
}

func (n speedNetwork) Seen(by core.URN) []bottest.Seen { return seenAt(&n.Gateway, by) }

func (n speedNetwork) Fail(how bottest.Failure, to core.URN) bool {
	known := failAs(&n.Gateway, how)
	switch how {
	case bottest.Unknown:
		n.Refuse(to.Path(), "105")
		return true
	}
	return known
}

func (n speedNetwork) Secrets() []string { return []string{speedToken, speedSecret} }

func TestSpeedSMSErrorClasses(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		want       channel.SendError
	}{
		{"no telephone number", "105", channel.SendError{Gone: true}},
		{"taken, but for this number", "invalid", channel.SendError{Gone: true}},
		{"letters that it does not send", "110", channel.SendError{Refused: true}},
		{"too long", "113", channel.SendError{Refused: true}},
		{"theirs", "500", channel.SendError{}},
		{"our address is locked out", "007", channel.SendError{Config: true}},
		{"a blocked account", "008", channel.SendError{Config: true}},
		{"no right to the API", "009", channel.SendError{Config: true}},
		{"a wrong parameter", "101", channel.SendError{Config: true}},
		{"nothing left", "300", channel.SendError{Config: true}},
		{"a code not heard of", "999", channel.SendError{Config: true}},
		{"no code", "CANARY " + onePhone, channel.SendError{Config: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := startSpeedSMS(t)
			w.Refuse(onePhone, tt.code)
			_, err := w.channel.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "CANARY"})
			var e *channel.SendError
			if !errors.As(err, &e) {
				e = &channel.SendError{}
			}
			if err == nil || e.Gone != tt.want.Gone || e.Refused != tt.want.Refused || e.Config != tt.want.Config || e.RetryAfter != 0 {
				t.Errorf("got %v, want %+v", err, tt.want)
			}
			noSecrets(t, "the error", fmt.Sprint(err))
		})
	}
}

func TestSpeedSMSAsksForRest(t *testing.T) {
	w := startSpeedSMS(t)
	w.SpeedSMS.Fail(smstest.Failures{TooMany: true})
	_, err := w.channel.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "x"})
	var e *channel.SendError
	if !errors.As(err, &e) || e.RetryAfter != 17*time.Second {
		t.Errorf("got %v, want the rest that its header asks for", err)
	}
}

func TestSpeedSMSReportsAndCosts(t *testing.T) {
	w := startSpeedSMS(t)
	id, err := w.channel.Send(t.Context(), core.Outbound{ID: "outbox-1", URN: core.TelURN(onePhone), Text: "Ma QR"})
	if err != nil {
		t.Fatal(err)
	}
	if _, costs := w.took(); costs != "outbox-1 350 1" {
		t.Errorf("what it cost is kept as %q", costs)
	}
	for status, want := range map[int]string{0: id + " delivered", 1: id + " sent", 63: id + " sent", 64: id + " undelivered", 200: id + " undelivered", -1: ""} {
		code, err := w.Report(id, status)
		if statuses, _ := w.took(); err != nil || code != http.StatusOK || statuses != want {
			t.Errorf("%d: answered %d, %v, kept %q, want %q", status, code, err, statuses, want)
		}
	}
	if w.counted("status_unknown") != 1 {
		t.Error("a status below zero is not counted")
	}
	w.away = true
	if code, _ := w.Report(id, 0); code != http.StatusServiceUnavailable {
		t.Errorf("while nothing can be kept it is answered %d", code)
	}
	rec := httptest.NewRecorder()
	w.gateway.Webhook(nil).ServeHTTP(rec, speedHook(speedSecret, w.Incoming("sms", onePhone, "KB")))
	if rec.Code != http.StatusOK || w.counted("not_wanted") != 1 {
		t.Errorf("a text that another gateway is there for is answered %d", rec.Code)
	}
	noSecrets(t, "the log", w.log.String())
}

func TestSpeedSMSConfig(t *testing.T) {
	good := SpeedSMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, Token: speedToken, Sender: "SOYTE", Secret: speedSecret}
	g, err := NewSpeedSMS(good)
	if err != nil || g.api.String() != speedAPI || g.Rate() != speedRate || g.c.Type != "3" {
		t.Fatalf("made of the default settings: %v %v", g, err)
	}
	for name, change := range map[string]func(*SpeedSMSConfig){
		"another type":          func(c *SpeedSMSConfig) { c.Type = "7" },
		"no sender":             func(c *SpeedSMSConfig) { c.Sender = "" },
		"no telephone":          func(c *SpeedSMSConfig) { c.Type, c.Sender = "5", "" },
		"nothing at all":        func(c *SpeedSMSConfig) { c.Token, c.Secret = "", "" },
		"a short secret":        func(c *SpeedSMSConfig) { c.Secret = "CANARY" },
		"no public URL":         func(c *SpeedSMSConfig) { c.PublicURL = "" },
		"an API without scheme": func(c *SpeedSMSConfig) { c.API = "CANARY.example.vn" },
	} {
		c := good
		change(&c)
		if _, err := NewSpeedSMS(c); err == nil {
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
	if g, err = NewSpeedSMS(SpeedSMSConfig{Common: good.Common, Secret: speedSecret}); err != nil {
		t.Fatal(err)
	}
	var e *channel.SendError
	if _, err := g.Send(t.Context(), core.Outbound{URN: core.TelURN(onePhone), Text: "x"}); !errors.As(err, &e) || !e.Config {
		t.Errorf("one that only hears sends: %v", err)
	}
}

func FuzzSpeedSMSDelivery(f *testing.F) {
	f.Add([]byte(`{"type":"report","tranId":20370000,"phone":"84900000001","status":0}`), "application/json")
	f.Add([]byte(`{"type":"sms","phone":"84900000001","content":"C\u00f3"}`), "application/json")
	f.Add([]byte("type=incoming&phone=0900000001&content=1"), "application/x-www-form-urlencoded")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		r := speedHook(speedSecret, body)
		r.Header.Set("Content-Type", kind)
		read, ok := readFields(r, body)
		if !ok {
			return
		}
		if rep, ok := speedReport(read); ok && (Rank(rep.status) == 0 || rep.name() == "") {
			t.Errorf("reported %+v", rep)
		}
		if m, why := speedInbound(read); why == "" && (m.ExternalID == "" || !strings.HasPrefix(string(m.URN), "tel:+") || !utf8.ValidString(m.Text)) {
			t.Errorf("took %+v", m)
		}
	})
}

func FuzzSpeedSMSAnswer(f *testing.F) {
	f.Add([]byte(`{"status":"success","code":"00","data":{"tranId":1,"totalSMS":1,"totalPrice":350,"invalidPhone":[]}}`))
	f.Add([]byte(`{"status":"error","code":300,"message":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if said, err := speedTaken(body); err == nil && networkID(string(said.Data.TranID)) == "" {
			t.Errorf("%q is %+v and no error", body, said)
		}
	})
}
