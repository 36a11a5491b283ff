package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// A listener is an open page of a browser.
type listener struct {
	t      *testing.T
	events chan received
	close  context.CancelFunc
	status int
}

type received struct {
	id, kind, retry string
	event           event
}

// listen opens a stream; last is what the browser saw before, "" for none.
func listen(t *testing.T, base string, n int, query, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/chat/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "kb", Value: secretOf(n)})
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{t: t, events: make(chan received, 1000), close: cancel, status: w.StatusCode}
	t.Cleanup(cancel)
	go func() {
		defer close(l.events)
		defer w.Body.Close()
		var got received
		lines := bufio.NewScanner(w.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ":")
			value = strings.TrimPrefix(value, " ")
			switch name {
			case "id":
				got.id = value
			case "event":
				got.kind = value
			case "retry":
				got.retry = value
			case "data":
				if value != "" {
					if err := json.Unmarshal([]byte(value), &got.event); err != nil {
						t.Errorf("data %q: %v", value, err)
					}
				}
			case "":
				if got.event.HTML != "" || got.event.Mine || got.kind != "" || got.retry != "" {
					l.events <- got
				}
				got = received{}
			}
		}
	}()
	if w.StatusCode == http.StatusOK {
		if first := l.next(); first.retry == "" {
			t.Errorf("the stream begins with %+v, want when to come again", first)
		}
	}
	return l
}

func (l *listener) next() received {
	l.t.Helper()
	select {
	case e, open := <-l.events:
		if !open {
			l.t.Fatal("the stream ended")
		}
		return e
	case <-time.After(10 * time.Second):
		l.t.Fatal("nothing came")
	}
	panic("unreachable")
}

func (l *listener) ended() {
	l.t.Helper()
	for {
		select {
		case _, open := <-l.events:
			if !open {
				return
			}
		case <-time.After(10 * time.Second):
			l.t.Fatal("the stream goes on")
		}
	}
}

func (l *listener) text() string {
	l.t.Helper()
	e := l.next()
	all := bubbles(e.event.HTML)
	if len(all) != 1 {
		l.t.Fatalf("event %+v", e)
	}
	return all[0].text
}

// serve runs a web chat with deadlines far shorter than a stream lives.
func serve(t *testing.T, mail *memory, change func(*Config)) (*Channel, *httptest.Server) {
	t.Helper()
	c, _ := newChannel(t, mail, change)
	s := httptest.NewUnstartedServer(c.Routes(newClinic(c).take))
	s.Config.ReadTimeout, s.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	s.Config.RegisterOnShutdown(c.Close)
	s.Start()
	t.Cleanup(s.Close)
	t.Cleanup(c.Close) // before the server, which waits for its streams
	return c, s
}

func TestStreamGoesOnWhereItStopped(t *testing.T) {
	mail := newMemory()
	c, s := serve(t, mail, nil)
	urn := urnOf(secretOf(1))
	say := func(text string) { send(t, c, core.Outbound{URN: urn, Text: text}) }
	say("một")
	say("hai")
	l := listen(t, s.URL, 1, "?after=1", "")
	if text := l.text(); text != "hai" {
		t.Errorf("the page that shows 1 got %q", text)
	}
	// Longer than the server's deadlines, of which none may end a stream.
	after := time.NewTimer(300 * time.Millisecond)
	<-after.C
	say("ba")
	e := l.next()
	if e.id != "3" || bubbles(e.event.HTML)[0].text != "ba" {
		t.Errorf("got %+v", e)
	}
	l.close()
	for i := range batch * 2 {
		say(fmt.Sprint("tin ", i))
	}
	l = listen(t, s.URL, 1, "?after=1", "3") // what the browser says itself counts
	for i := range batch * 2 {
		if text := l.text(); text != fmt.Sprint("tin ", i) {
			t.Fatalf("message %d is %q", i, text)
		}
	}
	other := listen(t, s.URL, 2, "", "")
	send(t, c, core.Outbound{URN: urnOf(secretOf(2)), Text: "của người khác"})
	if text := other.text(); text != "của người khác" {
		t.Errorf("another browser got %q", text)
	}
	eventually(t, "the closed streams to be let go", func() bool { return mail.watchers(urn) == 1 })
}

func TestEveryTabHearsEverything(t *testing.T) {
	c, s := serve(t, newMemory(), nil)
	var tabs []*listener
	for range DefaultLimits.BrowserStreams {
		tabs = append(tabs, listen(t, s.URL, 1, "", ""))
	}
	for i := range 20 {
		send(t, c, core.Outbound{URN: urnOf(secretOf(1)), Text: fmt.Sprint(i)})
	}
	for n, tab := range tabs {
		for i := range 20 {
			if text := tab.text(); text != fmt.Sprint(i) {
				t.Fatalf("tab %d: message %d is %q", n, i, text)
			}
		}
	}
	// One more learns what is new, is sent away, and comes again later.
	send(t, c, core.Outbound{URN: urnOf(secretOf(1)), Text: "mới"})
	late := listen(t, s.URL, 1, "?after=20", "")
	if text := late.text(); text != "mới" {
		t.Errorf("one tab too many got %q", text)
	}
	late.ended()
	if n := c.streams.count(); n != DefaultLimits.BrowserStreams {
		t.Errorf("%d streams are counted", n)
	}
	if n := listen(t, s.URL, 2, "", ""); n.status != http.StatusOK {
		t.Errorf("another browser: status %d", n.status)
	}
}

// count is how many streams are open.
func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

func TestStreamsInAllAreBounded(t *testing.T) {
	c, s := serve(t, newMemory(), func(c *Config) {
		c.Limits = DefaultLimits
		c.Limits.Streams = 3
	})
	for i := range 3 {
		listen(t, s.URL, i, "", "")
	}
	listen(t, s.URL, 9, "", "").ended()
	if n := c.streams.count(); n != 3 {
		t.Errorf("%d streams are counted", n)
	}
}

func TestStreamsEndAtOnceOnShutdown(t *testing.T) {
	_, s := serve(t, newMemory(), nil)
	var all []*listener
	for i := range 10 {
		all = append(all, listen(t, s.URL, i, "", ""))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Config.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	for _, l := range all {
		l.ended()
	}
}

func TestStreamOutlivesTheStoreBeingAway(t *testing.T) {
	mail := newMemory()
	c, s := serve(t, mail, nil)
	urn := urnOf(secretOf(1))
	l := listen(t, s.URL, 1, "", "")
	mail.broken(urn, down)
	mail.ring(urn)
	mail.broken(urn, nil)
	send(t, c, core.Outbound{URN: urn, Text: "đã có lại"})
	if text := l.text(); text != "đã có lại" {
		t.Errorf("got %q", text)
	}
}

func TestStreamRefuses(t *testing.T) {
	_, s := serve(t, newMemory(), nil)
	for _, bad := range []string{"x", "-1", "99999999999999999999", "1;2"} {
		if l := listen(t, s.URL, 1, "", bad); l.status != http.StatusBadRequest {
			t.Errorf("after %q: status %d", bad, l.status)
		}
	}
	r, err := http.Get(s.URL + "/chat/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusNoContent {
		t.Errorf("without a cookie: status %d, want 204, which ends an EventSource", r.StatusCode)
	}
}

func TestPageOutlivesItsMailbox(t *testing.T) {
	c, s := serve(t, newMemory(), nil)
	send(t, c, core.Outbound{URN: urnOf(secretOf(1)), Text: "từ đầu"})
	l := listen(t, s.URL, 1, "?after=57", "")
	if text := l.text(); text != "từ đầu" {
		t.Errorf("a page of a mailbox that was emptied got %q", text)
	}
}

func TestTogglesAreToldAsSuch(t *testing.T) {
	c, s := serve(t, newMemory(), nil)
	urn := urnOf(secretOf(1))
	k := newClinic(c)
	out := k.symptoms(urn, "")
	out.URN = urn
	id := send(t, c, out)
	l := listen(t, s.URL, 1, "?after=1", "")
	r := form(1, "action", "toggle:1", "ref", id)
	r.Header.Set("Accept", "application/json")
	do(c.Routes(k.take), r)
	if e := l.next(); !e.event.Mine || !e.event.Toggle || e.event.Ref != id {
		t.Errorf("the press came as %+v", e)
	}
	e := l.next()
	if all := bubbles(e.event.HTML); e.event.Mine || !e.event.Asks || len(all) != 1 || all[0].id != id || all[0].labels[1] != "✓ Đau họng" {
		t.Errorf("the edit came as %+v", e)
	}
}
