package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"khaibao/core"
)

// A poller is a Bot API that is polled: updates with their IDs, and answers
// that go before them.
type poller struct {
	mu      sync.Mutex
	waiting []string // updates, each with the ID of its place plus 100
	first   []func() *http.Response
	calls   []string
	began   time.Time
}

func (p *poller) RoundTrip(r *http.Request) (*http.Response, error) {
	_, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	offset := 0
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	if method == "getUpdates" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Sscan(form.Get("offset"), &offset); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	call := fmt.Sprintf("%v %s", time.Since(p.began).Round(time.Second), method)
	if method == "getUpdates" {
		call += fmt.Sprintf(" %d", offset)
	}
	p.calls = append(p.calls, call)
	if method == "getUpdates" && len(p.first) > 0 {
		answer := p.first[0]
		p.first = p.first[1:]
		p.mu.Unlock()
		return answer(), nil
	}
	updates := p.waiting[min(max(0, offset-100), len(p.waiting)):]
	p.mu.Unlock()
	switch {
	case method != "getUpdates":
		return respond(200, `{"ok":true,"result":true}`), nil
	case len(updates) == 0: // held, as the real one does
		select {
		case <-time.After(pollWait):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return respond(200, `{"ok":true,"result":[`+strings.Join(updates, ",")+`]}`), nil
}

func (p *poller) add(chat int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, fmt.Sprintf(`{"update_id":%d,"message":{"message_id":9,"from":{"id":%d},`+
		`"chat":{"id":%d,"type":"private"},"text":%q}}`, 100+len(p.waiting), chat, chat, text))
}

func (p *poller) made() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// poll runs Poll in a bubble of time of its own.
func poll(t *testing.T, p *poller, in func(m core.Inbound) error, after time.Duration, check func()) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p.began = time.Now()
		c := over(nil)
		c.Client = &http.Client{Transport: p}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			ended <- c.Poll(ctx, func(_ context.Context, m core.Inbound) error { return in(m) })
		}()
		time.Sleep(after) // of the bubble's time
		synctest.Wait()
		check()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Poll ended with %v", err)
		}
	})
}

func TestPollTakesInOrder(t *testing.T) {
	p := &poller{}
	for i := range 30 {
		p.add(1+i%3, fmt.Sprint(i))
	}
	var mu sync.Mutex
	got := map[core.URN][]string{}
	poll(t, p, func(m core.Inbound) error {
		mu.Lock()
		defer mu.Unlock()
		got[m.URN] = append(got[m.URN], m.Text)
		return nil
	}, time.Second, func() {
		for chat := range 3 {
			var want []string
			for i := chat; i < 30; i += 3 {
				want = append(want, fmt.Sprint(i))
			}
			if u := core.URN(fmt.Sprintf("telegram:%d", chat+1)); !slices.Equal(got[u], want) {
				t.Errorf("%s said %v, want %v", u, got[u], want)
			}
		}
	})
	// A web-hook left from before would keep all updates from us.
	if want := []string{"0s deleteWebhook", "0s getUpdates 0", "0s getUpdates 130"}; !slices.Equal(p.made(), want) {
		t.Errorf("calls %v, want %v", p.made(), want)
	}
}

func TestPollLosesNothingWhileTheStoreIsAway(t *testing.T) {
	p := &poller{}
	for i := range 4 {
		p.add(1+i%2, fmt.Sprint(i)) // 0 and 2 by one, 1 and 3 by the other
	}
	var mu sync.Mutex
	var got []string
	away := true
	poll(t, p, func(m core.Inbound) error {
		mu.Lock()
		defer mu.Unlock()
		if away && m.Text != "1" {
			return errors.New("away")
		}
		got = append(got, m.Text)
		return nil
	}, 10*time.Second, func() {
		mu.Lock()
		if !slices.Contains(got, "1") || slices.Contains(got, "0") {
			t.Errorf("while the store is away %v was taken", got)
		}
		away, got = false, nil
		mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(got)
		// 1 comes again: it was taken, but not confirmed before 0.
		if want := []string{"0", "1", "2", "3"}; !slices.Equal(got, want) {
			t.Errorf("then %v was taken, want %v", got, want)
		}
		for _, call := range p.made()[:3] {
			if strings.Contains(call, "getUpdates") && !strings.HasSuffix(call, " 0") {
				t.Errorf("%q confirms what was not taken", call)
			}
		}
	})
}

func TestPollWaitsAsAsked(t *testing.T) {
	p := &poller{first: []func() *http.Response{
		func() *http.Response {
			return respond(429, `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":37}}`)
		},
		func() *http.Response { return respond(502, "<html>") },
		func() *http.Response { return respond(502, "<html>") },
		func() *http.Response {
			return respond(409, `{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"}`)
		},
	}}
	p.add(1, "có")
	taken := 0
	poll(t, p, func(core.Inbound) error { taken++; return nil }, time.Minute, func() {
		if taken != 1 {
			t.Errorf("%d messages taken, want 1", taken)
		}
	})
	want := []string{
		"0s deleteWebhook", "0s getUpdates 0", "37s getUpdates 0", "39s getUpdates 0", "43s getUpdates 0",
		"51s deleteWebhook", "51s getUpdates 0", "51s getUpdates 101",
	}
	if !slices.Equal(p.made(), want) {
		t.Errorf("calls %v, want %v", p.made(), want)
	}
}

func TestPollPassesWhatItCannotRead(t *testing.T) {
	p := &poller{waiting: []string{
		`{"update_id":100,"message":{"text":5}}`,
		`{"update_id":101,"callback_query":{"id":"c9","from":{"id":1},"data":"yes","message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}}`,
		`{"update_id":102,"edited_message":{}}`,
	}}
	var got []string
	poll(t, p, func(m core.Inbound) error { got = append(got, m.Action); return nil }, time.Second, func() {})
	if !slices.Equal(got, []string{"yes"}) {
		t.Errorf("taken %q, want the press alone", got)
	}
	if want := []string{"0s deleteWebhook", "0s getUpdates 0", "0s answerCallbackQuery", "0s getUpdates 103"}; !slices.Equal(p.made(), want) {
		t.Errorf("calls %v, want %v", p.made(), want)
	}
}

// Updates that nobody can name must not make us ask without a pause.
func TestPollDoesNotSpin(t *testing.T) {
	p := &poller{waiting: []string{`{"message":{}}`}}
	poll(t, p, func(core.Inbound) error { return nil }, time.Minute, func() {})
	if n := len(p.made()); n > 10 {
		t.Errorf("%d calls in a minute", n)
	}
}
