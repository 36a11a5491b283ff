package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"khaibao/core"
)

const (
	beat       = 15 * time.Second // between signs of life; chat.js misses three of them before it comes anew
	writeTime  = 10 * time.Second // for one write to a slow phone
	streamLife = time.Hour        // after which a browser comes anew, to whichever node has room
	batch      = 50               // items read at once
)

// streams bounds how many streams are held open.
type streams struct {
	limits Limits
	mu     sync.Mutex
	all    int
	by     map[core.URN]int
}

func newStreams(l Limits) *streams { return &streams{limits: l, by: make(map[core.URN]int)} }

// enter counts a stream, false when there are too many.
func (s *streams) enter(urn core.URN) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= s.limits.Streams || s.by[urn] >= s.limits.BrowserStreams {
		return nil, false
	}
	s.all++
	s.by[urn]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.by[urn]--; s.by[urn] == 0 {
			delete(s.by, urn)
		}
	}, true
}

// An event is what chat.js gets for one item.
type event struct {
	HTML   string `json:"html"` // the bubble
	Mine   bool   `json:"mine,omitempty"`
	Ref    string `json:"ref,omitempty"`    // the bubble whose button was pressed
	Toggle bool   `json:"toggle,omitempty"` // it was one of several
	Asks   bool   `json:"asks,omitempty"`   // an answer is awaited
	Input  string `json:"input,omitempty"`
	Lang   string `json:"lang,omitempty"`
}

// events streams what comes into a browser's mailbox, from the Seq that it
// names on, as server-sent events whose ID is the Seq.
//
// When there are too many streams it tells what is new and ends, so that the
// page still learns everything, only later.
func (c *Channel) events(w http.ResponseWriter, r *http.Request) {
	urn, ok := c.browser(r)
	if !ok {
		w.WriteHeader(http.StatusNoContent) // tells an EventSource not to come again
		return
	}
	seq, err := after(r)
	if err != nil {
		c.showPlain(w, r, http.StatusBadRequest, "web.missing.title", "web.missing.text")
		return
	}
	leave, stay := c.streams.enter(urn)
	if stay {
		defer leave()
	}
	wake, stop := c.Mail.Watch(urn) // before the first look, so that nothing falls between
	defer stop()

	// A page may outlive its mailbox: the cookie was cleared under it, or all
	// was purged and the Seq began anew.
	if newest, err := c.Mail.Latest(r.Context(), urn, 1); err == nil && (len(newest) == 0 || newest[0].Seq < seq) {
		seq = 0
	}

	// Nodes restart; their browsers should not all come back at once.
	retry := time.Second + rand.N(2*time.Second)
	if !stay {
		retry = 10*time.Second + rand.N(5*time.Second)
	}
	s := &stream{c: c, w: w, rc: http.NewResponseController(w), urn: urn, seq: seq, lang: known(r.URL.Query().Get("lang"))}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	fmt.Fprintf(&s.buf, "retry: %d\n\n", retry.Milliseconds())

	// The server's deadlines are for answers that end. Left alone, the one for
	// reading would end the stream as if the browser had gone.
	_ = s.rc.SetReadDeadline(time.Time{})

	pulse := time.NewTicker(beat)
	defer pulse.Stop()
	end := time.NewTimer(streamLife)
	defer end.Stop()
	for {
		if err := s.pass(r); err != nil || !stay {
			return // the browser comes again and names the last it saw
		}
		select {
		case <-wake:
		case <-pulse.C:
			s.buf.WriteString("event: beat\ndata:\n\n")
		case <-end.C:
			return
		case <-c.closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// after is the Seq that a browser has seen: told by itself when it comes
// again, by the page when it comes first.
func after(r *http.Request) (int64, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("after")
	}
	if last == "" {
		return 0, nil
	}
	seq, err := strconv.ParseInt(last, 10, 64)
	if err == nil && seq < 0 {
		err = strconv.ErrRange
	}
	return seq, err
}

// stream is one open page.
type stream struct {
	c    *Channel
	w    http.ResponseWriter
	rc   *http.ResponseController
	urn  core.URN
	seq  int64
	lang string
	buf  bytes.Buffer
}

// pass writes all that is new.
func (s *stream) pass(r *http.Request) error {
	for {
		items, err := s.c.Mail.After(r.Context(), s.urn, s.seq, batch)
		if err != nil {
			// The store is away: what is in hand goes out, the next beat looks again.
			return s.flush()
		}
		for _, it := range items {
			if err := s.add(it); err != nil {
				return err
			}
			s.seq = it.Seq
		}
		if err := s.flush(); err != nil || len(items) < batch {
			return err
		}
	}
}

func (s *stream) add(it Item) error {
	m, ok := it.open()
	if !ok {
		return nil
	}
	if m.Lang != "" {
		s.lang = known(m.Lang)
	}
	b := &bubble{mail: m, ID: it.ID, Item: it.ID, Mine: it.Mine, Open: len(m.Buttons) > 0, At: it.At}
	if m.Edit != "" {
		b.ID = m.Edit
	}
	b.Page = &page{c: s.c, Lang: s.lang, ID: newToken()}
	var html bytes.Buffer
	if err := s.c.pages.ExecuteTemplate(&html, "bubble", b); err != nil {
		return fmt.Errorf("make a bubble: %w", err)
	}
	e := event{
		HTML: html.String(), Mine: it.Mine, Ref: m.Ref, Toggle: m.Toggle,
		Asks: m.asks(), Input: string(m.Input), Lang: m.Lang,
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	fmt.Fprintf(&s.buf, "id: %d\ndata: %s\n\n", it.Seq, data)
	return nil
}

// flush sends what is written. A browser that does not take it in time is let
// go, as it holds memory here.
func (s *stream) flush() error {
	if s.buf.Len() == 0 {
		return nil
	}
	if err := s.rc.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	_, err := s.w.Write(s.buf.Bytes())
	if err == nil {
		err = s.rc.Flush()
	}
	s.buf.Reset()
	// HTTP/2 ends a stream whose deadline passes even while nothing is written.
	_ = s.rc.SetWriteDeadline(time.Time{})
	return err
}
