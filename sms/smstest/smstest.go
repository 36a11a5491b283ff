// Package smstest imitates Vietnam's SMS gateways for tests, on this side of
// their documentation (docs/reference/channels.md, 5): what it does not allow is
// refused as they refuse it, and what a program must not do at all is a fault.
// It knows nothing of our own code but the words of core.
package smstest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Text is one text that a gateway took.
type Text struct {
	ID      string // the gateway's
	Ref     string // the program's own name of the request; "" where there is none
	Phone   string // in E.164
	Content string
	At      time.Time // when it was taken
}

// Failures are what a gateway does to every call until told otherwise.
type Failures struct {
	TooMany bool          // asks to be called more slowly
	Refused bool          // knows no such account
	Broken  bool          // answers 502 with a page that is no JSON
	Cut     bool          // cuts the connection without an answer
	Slow    time.Duration // answers this much later
}

// Gateway is what all imitations share.
type Gateway struct {
	mu       sync.Mutex
	failures Failures
	lose     int
	codes    map[string]string // by phone: what every text to it is refused with
	texts    []Text
	faults   []string
	reports  []string // where the fate of each text is told, by its place in texts
	calls    int
	client   http.Client
}

// Fail has every call fail from now on.
func (g *Gateway) Fail(f Failures) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = f
}

// LoseAnswers has the next n texts taken and the connections cut before
// anything is answered.
func (g *Gateway) LoseAnswers(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lose = n
}

// Refuse has every text to a phone, in E.164, refused with a code of the
// gateway's; "" takes them again.
func (g *Gateway) Refuse(phone, code string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.codes == nil {
		g.codes = make(map[string]string)
	}
	g.codes[phone] = code
}

// Texts are those that were taken for a phone, oldest first; "" means all.
func (g *Gateway) Texts(phone string) []Text {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Text
	for _, t := range g.texts {
		if phone == "" || t.Phone == phone {
			all = append(all, t)
		}
	}
	return all
}

// Calls counts the calls that were made, whatever became of them.
func (g *Gateway) Calls() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

// Faults are the calls that a program must not make at all, without what was said.
func (g *Gateway) Faults() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.faults)
}

// faultf is called under the lock.
func (g *Gateway) faultf(format string, args ...any) {
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
}

// survives does what the failures ask for; false when the call is over. told
// says that the account is unknown or asks for rest, in the gateway's words.
func (g *Gateway) survives(w http.ResponseWriter, r *http.Request, told func(Failures)) bool {
	g.mu.Lock()
	g.calls++
	f := g.failures
	g.mu.Unlock()
	// Only behind its body does net/http notice that a caller has left.
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if f.Slow > 0 {
		select {
		case <-time.After(f.Slow):
		case <-r.Context().Done():
			return false
		}
	}
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Broken:
		http.Error(w, "<html><body>502 Bad Gateway</body></html>", http.StatusBadGateway)
	case f.TooMany, f.Refused:
		told(f)
	default:
		return true
	}
	return false
}

// keep keeps a text, under the lock. It panics to cut the connection when its
// answer is to be lost; the lock is left to the caller's defer.
func (g *Gateway) keep(t Text, report string) {
	t.At = time.Now()
	g.texts = append(g.texts, t)
	g.reports = append(g.reports, report)
	if g.lose > 0 {
		g.lose--
		panic(http.ErrAbortHandler)
	}
}

// visit calls a web-hook and tells the status of the answer.
func (g *Gateway) visit(r *http.Request) (int, error) {
	res, err := g.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}
