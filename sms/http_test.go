package sms

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"khaibao/bots/bottest"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/sms/smstest"
)

// phoneWorld is the general gateway, set up for a telephone with an app.
type phoneWorld struct {
	*smstest.Phone
	notes
	gateway *HTTP
	channel *Channel
}

func startPhone(t testing.TB) *phoneWorld {
	t.Helper()
	w := &phoneWorld{}
	mux := http.NewServeMux()
	door := httptest.NewServer(mux)
	w.Phone = &smstest.Phone{User: "sms", Password: "phone-password", Hook: door.URL + HTTPHookPath + httpSecret, Status: door.URL + HTTPStatusPath + httpSecret}
	api := httptest.NewServer(w.Phone)
	var err error
	w.gateway, err = NewHTTP(HTTPConfig{Common: w.common(door.URL),
		URL:  strings.Replace(api.URL, "http://", "http://sms:phone-password@", 1) + "/messages",
		Body: `{"id":"{id}","textMessage":{"text":"{text}"},"phoneNumbers":["{to}"],"ttl":300}`,
		OK:   "state=Pending|Processed|Sent", ID: "id",
		Secret: httpSecret,
		Status: "id=payload.messageId status=event sms:sent=sent sms:delivered=delivered sms:failed=undelivered",
		In:     "id=id from=payload.sender text=payload.message",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.channel = &Channel{Out: w.gateway, In: w.gateway}
	mux.Handle(HTTPStatusPath, w.gateway.StatusHook())
	t.Cleanup(func() {
		api.Close()
		door.Close()
		if faults := w.Faults(); len(faults) > 0 {
			t.Errorf("calls that the app does not take: %v", faults)
		}
	})
	return w
}

// phoneNetwork is the world as bottest asks for it.
type phoneNetwork struct{ *phoneWorld }

func TestHTTPConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network { return phoneNetwork{startPhone(t)} })
}

func (n phoneNetwork) Channel() channel.Channel { return n.channel }

func (n phoneNetwork) Person(i int) core.URN { return core.TelURN(fmt.Sprintf("+849000001%02d", i)) }

func httpHook(path string, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://behind.the.proxy"+path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (n phoneNetwork) Text(id int, from core.URN, text string) *http.Request {
	return httpHook(HTTPHookPath+httpSecret, n.Incoming(fmt.Sprint("event ", id)[6:], from.Path(), text))
}

func (n phoneNetwork) Press(int, core.URN, string, string) *http.Request { return nil }

func (n phoneNetwork) Forged() map[string]*http.Request {
	body := n.Incoming("1", onePhone, "KB")
	return map[string]*http.Request{
		"no secret":            httpHook(HTTPHookPath, body),
		"no path":              httpHook("/hooks/sms", body),
		"another secret":       httpHook(HTTPHookPath+"another-secret-altogether", body),
		"the secret, cut":      httpHook(HTTPHookPath+httpSecret[1:], body),
		"the secret, and more": httpHook(HTTPHookPath+httpSecret+"/", body),
		"the path of reports":  httpHook(HTTPStatusPath+httpSecret, body),
		"as a parameter":       httpHook(HTTPHookPath+"?secret="+httpSecret, body),
	}
}

func (n phoneNetwork) Garbage() map[string]*http.Request {
	path := HTTPHookPath + httpSecret
	put := httpHook(path, nil)
	put.Method = http.MethodPut
	return map[string]*http.Request{
		"nothing":             httpHook(path, nil),
		"half of an object":   httpHook(path, []byte(`{"id":"1","payload":{`)),
		"a list":              httpHook(path, []byte(`[1,2]`)),
		"another event":       httpHook(path, n.Event("1", "system:ping", map[string]any{"health": true})),
		"no sender":           httpHook(path, n.Incoming("1", "", "KB")),
		"a sender name":       httpHook(path, n.Incoming("1", "VIETTEL", "KB")),
		"a short code":        httpHook(path, n.Incoming("1", "191", "KB")),
		"an endless ID":       httpHook(path, n.Incoming(strings.Repeat("1", 500), onePhone, "KB")),
		"an ID of blanks":     httpHook(path, n.Incoming("   ", onePhone, "KB")),
		"an object as an ID":  httpHook(path, []byte(`{"id":{},"payload":{"sender":"`+onePhone+`","message":"KB"}}`)),
		"a query of nonsense": httpHook(path+"?%zz=1;", nil),
		"by another method":   put,
	}
}

func (n phoneNetwork) Seen(by core.URN) []bottest.Seen { return seenAt(&n.Gateway, by) }

// A telephone takes a text for any number.
func (n phoneNetwork) Fail(how bottest.Failure, _ core.URN) bool { return failAs(&n.Gateway, how) }

func (n phoneNetwork) Secrets() []string { return []string{"phone-password", httpSecret} }

func TestHTTPReports(t *testing.T) {
	w := startPhone(t)
	id, err := w.channel.Send(t.Context(), core.Outbound{ID: "outbox-1", URN: core.TelURN(onePhone), Text: "Ma QR"})
	if err != nil || id != "outbox-1" {
		t.Fatal(id, err)
	}
	for event, want := range map[string]string{"sms:sent": "outbox-1 sent", "sms:delivered": "outbox-1 delivered", "sms:failed": "outbox-1 undelivered", "sms:odd": ""} {
		code, err := w.Report(id, event)
		if statuses, _ := w.took(); err != nil || code != http.StatusOK || statuses != want {
			t.Errorf("%s: answered %d, %v, kept %q", event, code, err, statuses)
		}
	}
	if w.counted("status_unknown") != 1 {
		t.Error("a word that is not ours is not counted")
	}
	w.away = true
	if code, _ := w.Report(id, "sms:sent"); code != http.StatusServiceUnavailable {
		t.Errorf("while nothing can be kept it is answered %d", code)
	}
	rec := httptest.NewRecorder()
	w.gateway.StatusHook().ServeHTTP(rec, httpHook(HTTPStatusPath+"another", w.Event("1", "sms:sent", nil)))
	if rec.Code != http.StatusForbidden {
		t.Errorf("without the secret it is answered %d", rec.Code)
	}
}

func TestHTTPCharsets(t *testing.T) {
	for _, tt := range []struct{ text, charset, want string }{
		{"\x00T\x00r\x1e\xa7\x00n", "UTF-16BE", "Trần"},
		{"T\x00r\x00\xa7\x1en\x00", "utf-16le", "Trần"},
		{"Trần", "UTF-8", "Trần"},
		{"Trần", "", "Trần"},
		{"\x00T\x00", "UTF-16BE", "T"},
		{"", "UTF-16BE", ""},
	} {
		if got := decoded(tt.text, tt.charset); got != tt.want {
			t.Errorf("%q in %s is %q", tt.text, tt.charset, got)
		}
	}
}

// Its own number, and the answer of a gateway to it, would talk for ever.
func TestHTTPHearsNotItself(t *testing.T) {
	h, err := NewHTTP(HTTPConfig{Common: Common{PublicURL: "http://127.0.0.1:8080"}, From: "0900000001", Secret: httpSecret, In: "from=f text=t"})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"f": onePhone, "t": "KB"}
	if _, why := h.inbound(func(name string) string { return values[name] }); why != "sender" {
		t.Errorf("its own text is taken: %q", why)
	}
	values["f"] = "+84900000002"
	one, why := h.inbound(func(name string) string { return values[name] })
	two, _ := h.inbound(func(name string) string { return values[name] })
	if why != "" || one.ExternalID == "" || one.ExternalID == two.ExternalID {
		t.Errorf("a gateway without IDs: %q, %q and %q", why, one.ExternalID, two.ExternalID)
	}
}

func TestHTTPAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, ok, id string
		status       int
		body         string
		want         string // the ID, "" for an error
		config       bool
	}{
		{"Kannel's", "", "", 202, "0: Accepted for delivery", "1", false},
		{"Kannel's, by its words", "/^[03]:/", "", 202, "3: Queued for later delivery", "1", false},
		{"not those", "/^[03]:/", "", 202, "4: no", "", false},
		{"Kannel's no", "", "", 403, "Authorization failed for sendsms", "", true},
		{"an ID by a group", "", "/ID: ([0-9]+)/", 200, "ID: 77", "77", false},
		{"none to be found", "", "/ID: ([0-9]+)/", 200, "taken", "1", false},
		{"a number in a list", "status=ok|OK", "data.0.id", 200, `{"status":"OK","data":[{"id":12345678901234567890}]}`, "12345678901234567890", false},
		{"not the value", "status=ok", "id", 200, `{"status":"no","id":"7"}`, "", false},
		{"not there", "state=ok", "id", 200, `{"status":"ok","id":"7"}`, "", false},
		{"no JSON", "status=ok", "id", 200, `ok`, "", false},
		{"a truth", "sent=true", "", 200, `{"sent":true}`, "1", false},
		{"an ID of nonsense", "", "id", 200, `{"id":"a b\n"}`, "1", false},
		{"beyond a list", "", "a.7", 200, `{"a":[1]}`, "1", false},
		{"theirs", "", "", 500, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			}))
			defer api.Close()
			h, err := NewHTTP(HTTPConfig{Common: Common{PublicURL: "http://127.0.0.1:8080"}, URL: api.URL + "/?to={to}&text={text}", OK: tt.ok, ID: tt.id})
			if err != nil {
				t.Fatal(err)
			}
			id, err := h.Send(t.Context(), core.Outbound{ID: "1", URN: core.TelURN(onePhone), Text: "CANARY"})
			var e *channel.SendError
			errors.As(err, &e)
			if id != tt.want || (err == nil) != (tt.want != "") || (e != nil && e.Config) != tt.config {
				t.Errorf("got %q, %v; want %q", id, err, tt.want)
			}
			noSecrets(t, "the error", fmt.Sprint(err))
		})
	}
}

func TestHTTPConfig(t *testing.T) {
	good := HTTPConfig{Common: Common{PublicURL: "https://khaibao.example.vn/"}, URL: "http://127.0.0.1:13013/cgi-bin/sendsms?to={to}&text={text}",
		Secret: httpSecret, Status: "id=id status=s 1=delivered", In: "from=f text=t id=i"}
	if h, err := NewHTTP(good); err != nil || h.Rate() != httpRate {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*HTTPConfig){
		"no scheme":                     func(c *HTTPConfig) { c.URL = "127.0.0.1/?to={to}&text={text}" },
		"a gap in the host":             func(c *HTTPConfig) { c.URL = "http://{to}.CANARY/?text={text}" },
		"a gap for the host":            func(c *HTTPConfig) { c.URL = "http://{from}/?to={to}&text={text}" },
		"a fragment":                    func(c *HTTPConfig) { c.URL = "http://127.0.0.1/#{to}{text}" },
		"no such gap":                   func(c *HTTPConfig) { c.URL += "&x={CANARY}&y={phone}" },
		"no text":                       func(c *HTTPConfig) { c.URL = "http://127.0.0.1/?to={to}" },
		"nobody to send to":             func(c *HTTPConfig) { c.URL = "http://127.0.0.1/?text={text}" },
		"a query of nonsense":           func(c *HTTPConfig) { c.URL += "&CANARY=%zz" },
		"another method":                func(c *HTTPConfig) { c.Method = "DELETE" },
		"a gap outside quotes":          func(c *HTTPConfig) { c.Body = `{"to":{to},"text":"{text}"}` },
		"half of an object":             func(c *HTTPConfig) { c.Body = `{"text":"{text}"` },
		"half of a form":                func(c *HTTPConfig) { c.Body = `a=%zz&text={text}` },
		"half of XML":                   func(c *HTTPConfig) { c.Body = `<sms><text>{text}</sms>` },
		"a body of another kind":        func(c *HTTPConfig) { c.Header, c.Body = "Content-Type: text/plain", "{text}" },
		"the text in a header":          func(c *HTTPConfig) { c.Header = "X-Text: {text}" },
		"a header without a value":      func(c *HTTPConfig) { c.Header = "CANARY" },
		"a header of Vietnamese":        func(c *HTTPConfig) { c.Header = "X: tiếng Việt" },
		"no regular expression":         func(c *HTTPConfig) { c.OK = "/(CANARY/" },
		"success without a value":       func(c *HTTPConfig) { c.OK = "status" },
		"an ID without a group":         func(c *HTTPConfig) { c.ID = "/CANARY/" },
		"no secret":                     func(c *HTTPConfig) { c.Secret = "" },
		"a short secret":                func(c *HTTPConfig) { c.Secret = "CANARY" },
		"a secret with a slash":         func(c *HTTPConfig) { c.Secret = "CANARY/CANARY/CANARY/CANARY" },
		"a report without an ID":        func(c *HTTPConfig) { c.Status = "status=s 1=delivered" },
		"a report without words":        func(c *HTTPConfig) { c.Status = "id=id status=s" },
		"a report with a word not ours": func(c *HTTPConfig) { c.Status = "id=id status=s 1=arrived" },
		"a text from nobody":            func(c *HTTPConfig) { c.In = "text=t" },
		"a text with a field not ours":  func(c *HTTPConfig) { c.In = "from=f text=t CANARY=x" },
		"no public URL":                 func(c *HTTPConfig) { c.PublicURL = "" },
		"a sender with a line break":    func(c *HTTPConfig) { c.From = "CANARY\r\nX: y" },
	} {
		c := good
		change(&c)
		if _, err := NewHTTP(c); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			noSecrets(t, name, err.Error())
		}
	}
	h, err := NewHTTP(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{h, good, &good} {
			noSecrets(t, verb, fmt.Sprintf(verb, v))
		}
	}
	if h, err = NewHTTP(HTTPConfig{Common: good.Common, Secret: httpSecret, In: good.In}); err != nil {
		t.Fatal(err)
	}
	var e *channel.SendError
	if _, err := h.Send(t.Context(), core.Outbound{URN: core.TelURN(onePhone), Text: "x"}); !errors.As(err, &e) || !e.Config {
		t.Errorf("one that only hears sends: %v", err)
	}
}
