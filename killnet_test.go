package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"khaibao/bots/sandbox"
)

// outside is all that stands outside of the program: the imitated networks,
// which outlive it, a door on the way in and a cable on the way out that write
// down what passes.
type outside struct {
	telegram *sandbox.Telegram
	twilio   *sandbox.Twilio
	door     *door
	cable    *cable
}

// Accounts that open nothing but the imitations.
const (
	outsideToken  = "100000009:outside-bot-token-that-opens-nothing"
	outsideSecret = "outside-web-hook-secret-0001"
	outsideSID    = "AC00000000000000000000000000000009"
	outsideAuth   = "90000000000000000000000000000002"
	outsideNumber = "+84900000055"
	outsideSender = "MG00000000000000000000000000000009" // a Messaging Service: a hundred messages a second
)

// newOutside makes the networks for a program that will listen on the given
// URLs.
func newOutside(t testing.TB, programs ...string) *outside {
	t.Helper()
	o := &outside{door: newDoor(t, programs...)}
	o.telegram = sandbox.NewTelegram(outsideToken, sandbox.Retry{First: 100 * time.Millisecond, Longest: time.Second, Times: 100_000, For: 24 * time.Hour})
	o.twilio = sandbox.NewTwilio(sandbox.TwilioAccount{SID: outsideSID, Token: outsideAuth, Number: outsideNumber,
		Hook: o.door.url + "/hooks/twilio"})
	o.cable = newCable(t, o.telegram, o.twilio.API())
	t.Cleanup(func() {
		o.telegram.Close()
		o.twilio.Close()
		for _, fault := range append(o.telegram.Faults(), o.twilio.Faults()...) {
			t.Errorf("a network found a fault: %s", fault)
		}
	})
	return o
}

// settings are those of a program on these networks.
func (o *outside) settings(more map[string]string) map[string]string {
	all := map[string]string{
		"PUBLIC_URL":     o.door.url,
		"TELEGRAM_TOKEN": outsideToken, "TELEGRAM_SECRET": outsideSecret, "TELEGRAM_API_URL": o.cable.url + "/telegram",
		"SMS_OUT": "twilio", "SMS_IN": "twilio", "TWILIO_ACCOUNT_SID": outsideSID, "TWILIO_AUTH_TOKEN": outsideAuth,
		"TWILIO_FROM": outsideSender, "TWILIO_API_URL": o.cable.url + "/twilio",
	}
	maps.Copy(all, more)
	return all
}

// door stands where a province has its proxy: it passes on to the programs
// what comes from outside, and writes down what they answered.
type door struct {
	url      string
	client   *http.Client
	programs []string // their URLs

	mu      sync.Mutex
	acked   map[string]bool // "telegram 123", "sms SM…": answered with 2xx
	answers map[int]int     // how often the programs gave each status to a web-hook
	refused map[string]int  // how often a message was not taken
}

func newDoor(t testing.TB, programs ...string) *door {
	d := &door{programs: programs, acked: make(map[string]bool), answers: make(map[int]int), refused: make(map[string]int), client: &http.Client{
		Timeout:       90 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	res, err := d.pass(r, body)
	if err != nil { // nobody is there, or was killed while we waited
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if id := deliveryID(r, body); id != "" {
		d.mu.Lock()
		d.answers[res.StatusCode]++
		if res.StatusCode/100 == 2 {
			d.acked[id] = true
		} else {
			d.refused[id]++
		}
		d.mu.Unlock()
	}
	maps.Copy(w.Header(), res.Header)
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer) // a network that left asks again
}

// pass asks any of the programs, and the next when one takes no connections.
func (d *door) pass(r *http.Request, body []byte) (res *http.Response, err error) {
	first := rand.IntN(len(d.programs))
	for i := range d.programs {
		to := d.programs[(first+i)%len(d.programs)]
		out, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		out.Header = r.Header.Clone()
		if res, err = d.client.Do(out); !errors.Is(err, syscall.ECONNREFUSED) {
			return res, err
		}
	}
	return nil, syscall.ECONNREFUSED
}

// deliveryID names what a network delivers, "" for anything else.
func deliveryID(r *http.Request, body []byte) string {
	switch r.URL.Path {
	case "/hooks/telegram":
		var u struct {
			ID json.Number `json:"update_id"`
		}
		if json.Unmarshal(body, &u) == nil && u.ID != "" {
			return "telegram " + u.ID.String()
		}
	case "/hooks/twilio":
		if form, err := url.ParseQuery(string(body)); err == nil {
			return "sms " + form.Get("MessageSid")
		}
	}
	return ""
}

// acknowledged are the messages that networks were told are safe.
func (d *door) acknowledged() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.acked))
}

// refusals tells how often a message was not taken.
func (d *door) refusals(id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused[id]
}

func (d *door) statuses() map[int]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.answers)
}

// cable stands before the networks and writes down what they took.
type cable struct {
	url string

	mu    sync.Mutex
	taken map[string][]string // recipient (chat ID or phone) -> what it got, in order
	refs  map[string]int      // outbox ID -> how often Twilio took it
	urls  []string            // every URL that was asked for
	takes time.Duration       // every call takes that long, as over a real line
	says  int                 // every call is answered with this status and all that it said; 0 is off
}

func newCable(t testing.TB, telegram, twilio http.Handler) *cable {
	w := &cable{taken: make(map[string][]string), refs: make(map[string]int)}
	mux := http.NewServeMux()
	mux.Handle("/telegram/", w.watch(http.StripPrefix("/telegram", telegram), telegramSent))
	mux.Handle("/twilio/", w.watch(http.StripPrefix("/twilio", twilio), twilioSent))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// sending is a message on its way to a person.
type sending struct{ to, line, ref string }

func (w *cable) watch(network http.Handler, read func(*http.Request) (sending, bool)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil { // the program was killed while it wrote: the network has nothing
			return
		}
		copied := r.Clone(r.Context())
		copied.Body, r.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
		s, isSending := read(copied)
		answer := httptest.NewRecorder()
		w.mu.Lock()
		says, takes := w.says, w.takes
		w.urls = append(w.urls, r.URL.String()) // before the network cuts the connection
		w.mu.Unlock()
		time.Sleep(takes)
		if says == 0 {
			network.ServeHTTP(answer, r)
		} else {
			answer.Header().Set("Location", r.URL.String()+"?"+string(body))
			http.Error(answer, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q,"code":20001,"message":%q}`,
				says, r.URL.String()+" "+string(body), r.URL.String()+" "+string(body)), says)
		}
		w.mu.Lock()
		if isSending && answer.Code/100 == 2 {
			w.taken[s.to] = append(w.taken[s.to], s.line)
			if s.ref != "" {
				w.refs[s.ref]++
			}
		}
		w.mu.Unlock()
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes()) // the caller may have been killed
	})
}

func telegramSent(r *http.Request) (sending, bool) {
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if method != "sendMessage" && method != "sendPhoto" && method != "editMessageText" || r.ParseMultipartForm(16<<20) != nil {
		return sending{}, false
	}
	var markup struct {
		Inline [][]struct {
			Text string `json:"text"`
		} `json:"inline_keyboard"`
	}
	_ = json.Unmarshal([]byte(r.FormValue("reply_markup")), &markup) // none is none
	line := method + ": " + r.FormValue("text") + r.FormValue("caption")
	for _, row := range markup.Inline {
		for _, b := range row {
			line += " [" + b.Text + "]"
		}
	}
	return sending{to: r.FormValue("chat_id"), line: line}, true
}

func twilioSent(r *http.Request) (sending, bool) {
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		return sending{}, false
	}
	callback, _ := url.Parse(r.FormValue("StatusCallback"))
	s := sending{to: r.FormValue("To"), line: r.FormValue("Body")}
	if callback != nil {
		s.ref = callback.Query().Get("ref")
	}
	return s, true
}

// echo has every call answered with a status and all that it said; 0 ends it.
func (w *cable) echo(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.says = status
}

// got is what a person received, in order.
func (w *cable) got(to string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.taken[to])
}

// total counts what all persons received.
func (w *cable) total() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, lines := range w.taken {
		n += len(lines)
	}
	return n
}

// status asks for a page; 0 when nobody answers.
func status(address string) int {
	res, err := http.Get(address)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}
