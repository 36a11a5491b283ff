package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// housePatience is how long a person waits for an answer: long, as all of this
// may run at the lowest priority.
const housePatience = 15 * time.Minute

// bubble is one message that a telephone shows.
type bubble struct{ id, text string }

// receiver is what came to one telephone: the IDs as its network names them, in
// order, and the last text alone, since ten thousand telephones would fill the
// memory.
type receiver struct {
	ids  []string
	last string
}

func (h *household) wake() {
	if h == nil {
		return // nobody's
	}
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

// await waits for a message on a telephone; those before it are taken note of.
func (h *household) await(at string, found func(bubble) bool) bool {
	end := time.NewTimer(housePatience)
	defer end.Stop()
	for {
		for _, b := range h.news(at) {
			r := h.shows[at]
			r.ids, r.last = append(r.ids, b.id), b.text
			if found(b) {
				return true
			}
		}
		select {
		case <-h.woken:
		case <-end.C:
			return false
		case <-h.w.t.Context().Done():
			return false
		}
	}
}

// news are the messages that came to a telephone since it was last looked at.
func (h *household) news(at string) []bubble {
	r := h.shows[at]
	var all []bubble
	switch at {
	case "sms":
		for _, m := range h.w.twilio.Messages(h.phone) {
			if !m.Mine {
				all = append(all, bubble{m.ID, m.Body})
			}
		}
	case "telegram":
		for _, b := range h.w.telegram.Screen(h.chat).Bubbles {
			if !b.Mine {
				all = append(all, bubble{strconv.FormatInt(b.ID, 10), b.Text})
			}
		}
	case "zalo":
		for _, b := range h.w.zalo.Screen(h.phone).Bubbles {
			if !b.Mine {
				text := b.Text
				if b.Request != nil {
					text = b.Request.Title + "\n" + b.Request.Subtitle
				}
				all = append(all, bubble{b.ID, text})
			}
		}
	case "web":
		all = h.page.bubbles()
	}
	if len(r.ids) == 0 {
		return all
	}
	last := slices.IndexFunc(all, func(b bubble) bool { return b.id == r.ids[len(r.ids)-1] })
	return all[last+1:] // all of them when the network has forgotten it
}

// send writes by a channel.
func (h *household) send(at, text string) {
	switch at {
	case "sms":
		h.w.twilio.Receive(h.phone, text)
	case "telegram":
		if text == contact {
			h.w.telegram.ShareContact(h.chat)
			return
		}
		h.w.telegram.Write(h.chat, text)
	case "zalo":
		h.w.zalo.Write(h.phone, text)
	case "web":
		h.page.post(text)
	}
}

// hangUp closes the web page.
func (h *household) hangUp() {
	if h.page != nil {
		h.page.close()
	}
}

// webPage is a browser with the web chat open: it posts forms, and reads the
// events of its mailbox.
type webPage struct {
	h      *household
	cookie string
	posts  int

	stop func() // ends the events; nil while the page is closed
	seen int64  // Seq of the last event

	mu    sync.Mutex
	shown []bubble
}

// browser is all browsers' connections.
var browser = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * talkers}}

func newWebPage(h *household) *webPage {
	var secret [32]byte
	rand.Read(secret[:])
	return &webPage{h: h, cookie: "kb=" + base64.RawURLEncoding.EncodeToString(secret[:])}
}

func (p *webPage) request(ctx context.Context, method, path string, body io.Reader) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, p.h.w.program+path, body)
	if err != nil {
		p.h.w.t.Fatal(err)
	}
	r.Header.Set("Cookie", p.cookie)
	// Every browser stands in a network of its own.
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.7", p.h.n/256, p.h.n%256))
	return r
}

// post sends a text, now and then twice, as one does who presses twice; and again
// when it is told to.
func (p *webPage) post(text string) {
	p.open()
	p.posts++
	form := url.Values{"id": {fmt.Sprintf("household%d-%d", p.h.n, p.posts)}, "text": {text}, "lang": {"vi"}}.Encode()
	times := 1
	if p.h.w.gate.eleventh() {
		times = 2
	}
	for range times {
		for end := time.Now().Add(housePatience); ; {
			wait, err := p.postOnce(form)
			if err == nil {
				break
			}
			if time.Now().After(end) || p.h.w.t.Context().Err() != nil {
				p.h.w.t.Errorf("household %d posts: %v", p.h.n, err)
				return
			}
			time.Sleep(wait)
		}
	}
}

// postOnce posts a form. With an error comes how long the page waits before it
// sends the same again, as it does when its connection broke.
func (p *webPage) postOnce(form string) (wait time.Duration, err error) {
	r := p.request(p.h.w.t.Context(), http.MethodPost, "/chat", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	res, err := browser.Do(r)
	if err != nil {
		return time.Second, err
	}
	_, _ = io.Copy(io.Discard, res.Body) // the status says it all
	res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return 0, nil
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // the page's own pause without
	return max(time.Second, time.Duration(seconds)*time.Second), fmt.Errorf("answered %d", res.StatusCode)
}

// open has the page read its events, until it is closed.
func (p *webPage) open() {
	if p.stop != nil {
		return
	}
	ctx, cancel := context.WithCancel(p.h.w.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			p.read(ctx)
		}
	}()
	p.stop = func() { cancel(); <-ended }
}

func (p *webPage) close() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

var (
	bubbleID = regexp.MustCompile(`<li id="m-([^"]+)" class="ours`)
	anyTag   = regexp.MustCompile(`<[^>]*>`)
)

// read follows the page's events, until it ends or its connection does.
func (p *webPage) read(ctx context.Context) {
	res, err := browser.Do(p.request(ctx, http.MethodGet, fmt.Sprintf("/chat/events?lang=vi&after=%d", p.seen), nil))
	if err != nil {
		return
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			p.seen, _ = strconv.ParseInt(value, 10, 64) // ours, or all comes again
		case "data":
			var event struct{ HTML string }
			if json.Unmarshal([]byte(value), &event) != nil {
				continue // a sign of life
			}
			if id := bubbleID.FindStringSubmatch(event.HTML); id != nil {
				p.mu.Lock()
				p.shown = append(p.shown, bubble{id[1], html.UnescapeString(anyTag.ReplaceAllString(event.HTML, ""))})
				p.mu.Unlock()
				p.h.wake()
			}
		}
	}
}

// bubbles are the messages that the page shows now.
func (p *webPage) bubbles() []bubble {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.shown)
}
