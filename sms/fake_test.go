package sms

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

const (
	testSID   = "AC00000000000000000000000000000001"
	testToken = "0123456789abcdef0123456789abcdef"
	testFrom  = "+84900000000"
	onePhone  = "+84900000001"
)

// world is the channel wired to the imitated Twilio, web-hooks and all. The
// program's door can be told to fail as during an outage.
type world struct {
	*sandbox.Twilio
	gateway *Twilio
	channel *Channel
	public  string

	mu       sync.Mutex
	took     []core.Inbound
	away     bool
	statuses []string
	dead     []string
	unknown  map[string]bool
	byRef    bool // statuses are looked at by the outbox ID, not by Twilio's
	counts   map[string]int
	log      bytes.Buffer
}

func start(t testing.TB) *world { return startWith(t, nil, nil) }

func startWith(t testing.TB, change func(*Config), account func(*sandbox.TwilioAccount)) *world {
	t.Helper()
	w := &world{counts: map[string]int{}, unknown: map[string]bool{}}
	mux := http.NewServeMux()
	door := httptest.NewServer(mux)
	w.public = door.URL
	a := sandbox.TwilioAccount{SID: testSID, Token: testToken, Number: testFrom, Names: []string{"SOYTE"}, Hook: door.URL + HookPath}
	if account != nil {
		account(&a)
	}
	w.Twilio = sandbox.NewTwilio(a)
	api := httptest.NewServer(http.StripPrefix("/twilio", w.API()))
	c := Config{
		AccountSID: testSID, AuthToken: testToken, From: testFrom, API: api.URL + "/twilio", PublicURL: door.URL,
		Statuses: w, Count: w.count, Log: slog.New(slog.NewJSONHandler(w, nil)),
	}
	if change != nil {
		change(&c)
	}
	gateway, err := NewTwilio(c)
	if err != nil {
		t.Fatal(err)
	}
	w.gateway, w.channel = gateway, &Channel{Out: gateway, In: gateway}
	mux.Handle(HookPath, w.channel.Webhook(w.take))
	mux.Handle(StatusPath, gateway.StatusHook())
	t.Cleanup(func() {
		w.Close()
		api.Close()
		door.Close()
	})
	return w
}

func (w *world) take(_ context.Context, m core.Inbound) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return channel.ErrUnavailable
	}
	w.took = append(w.took, m)
	return nil
}

func (w *world) setAway(away bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away = away
}

func (w *world) inbox() []core.Inbound {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]core.Inbound(nil), w.took...)
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

func (w *world) counted(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[what]
}

// Write takes a log line.
func (w *world) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

// MoveStatus implements Statuses.
func (w *world) MoveStatus(_ context.Context, channel, networkID, status string, rank int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return context.DeadlineExceeded
	}
	if channel != Name || networkID == "" || rank != Rank(status) || rank == 0 {
		status = "WRONG " + status
	}
	if !w.unknown[networkID] && strings.HasPrefix(networkID, "SM") != w.byRef {
		w.statuses = append(w.statuses, status)
	}
	return nil
}

// NumberDead implements Statuses.
func (w *world) NumberDead(_ context.Context, now time.Time, channel, networkID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unknown[networkID] {
		return core.ErrNotFound
	}
	if channel != Name || now.IsZero() {
		networkID = "WRONG " + networkID
	}
	w.dead = append(w.dead, networkID)
	return nil
}

// send hands over a text to a phone.
func (w *world) send(t testing.TB, id, to, text string) (string, error) {
	t.Helper()
	return w.channel.Send(t.Context(), core.Outbound{ID: id, URN: core.TelURN(to), Text: text})
}

// hook is a web-hook as Twilio would send it to our public address.
func (w *world) hook(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://behind.the.proxy"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Twilio-Signature", sandbox.TwilioSignature(testToken, w.public+path, form))
	return r
}

func (w *world) deliver(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h := w.channel.Webhook(w.take)
	if strings.HasPrefix(r.URL.Path, StatusPath) {
		h = w.gateway.StatusHook()
	}
	h.ServeHTTP(rec, r)
	return rec
}

// text is the form of an incoming text.
func inForm(pairs ...string) url.Values {
	form := url.Values{
		"MessageSid": {"SM00000000000000000000000000000001"}, "AccountSid": {testSID}, "From": {onePhone}, "To": {testFrom},
		"Body": {"xin chào"}, "NumMedia": {"0"}, "SmsStatus": {"received"}, "FromCity": {""},
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "-" {
			form.Del(pairs[i])
		} else {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	return form
}

type stringBody struct{ *strings.Reader }

func (stringBody) Close() error { return nil }

func readCloser(text string) stringBody { return stringBody{strings.NewReader(text)} }
