package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gate stands before the program and has every eleventh message delivered
// twice: of Telegram and Zalo it loses the program's answer, so that the
// network comes again by itself; what Twilio brings it brings twice at once, as
// Twilio does whose retry override is set.
type gate struct {
	url, program string
	client       *http.Client
	came, again  atomic.Int64
}

func newGate(t testing.TB, program string) *gate {
	g := &gate{program: program, client: &http.Client{
		Timeout:       90 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2 * talkers},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// eleventh counts a message, and tells whether it is to come twice.
func (g *gate) eleventh() bool {
	if g.came.Add(1)%11 != 0 {
		return false
	}
	g.again.Add(1)
	return true
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	brings := r.Method == http.MethodPost && (r.URL.Path == "/hooks/telegram" || r.URL.Path == "/hooks/zalo" || r.URL.Path == "/hooks/twilio")
	twice := brings && g.eleventh()
	var beside sync.WaitGroup
	if twice && r.URL.Path == "/hooks/twilio" {
		// Not by the network's own context: it does not wait for this one.
		beside.Go(func() { _, _, _ = g.pass(context.WithoutCancel(r.Context()), r, body) })
	}
	status, header, answer := g.pass(r.Context(), r, body)
	beside.Wait()
	if twice && r.URL.Path != "/hooks/twilio" {
		status, header, answer = http.StatusBadGateway, nil, nil
	}
	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a network that left asks again
}

func (g *gate) pass(ctx context.Context, r *http.Request, body []byte) (status int, header http.Header, answer []byte) {
	out, err := http.NewRequestWithContext(ctx, r.Method, g.program+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return http.StatusBadGateway, nil, nil
	}
	out.Header = r.Header.Clone()
	res, err := g.client.Do(out)
	if err != nil {
		return http.StatusBadGateway, nil, nil
	}
	defer res.Body.Close()
	if answer, err = io.ReadAll(res.Body); err != nil {
		return http.StatusBadGateway, nil, nil
	}
	return res.StatusCode, res.Header, answer
}
