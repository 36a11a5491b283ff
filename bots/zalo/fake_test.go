package zalo

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"khaibao/core"
)

// memory is a vault without a database, for tests of what is not about tokens.
type memory struct {
	mu      sync.Mutex
	t       core.Tokens
	offered map[string]bool
	learned map[string]string
	refused int
}

func (m *memory) Tokens(context.Context) (core.Tokens, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.t, nil
}

func (m *memory) Offer(_ context.Context, _ time.Time, refresh string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.offered[refresh] {
		return false, nil
	}
	if m.offered == nil {
		m.offered = map[string]bool{}
	}
	m.offered[refresh] = true
	m.t.Refresh, m.t.Offered, m.t.Busy, m.t.Refused = refresh, true, time.Time{}, time.Time{}
	m.t.Generation++
	return true, nil
}

func (m *memory) Lease(_ context.Context, generation int64, now, until time.Time) (core.Tokens, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation != m.t.Generation || now.Before(m.t.Busy) {
		return core.Tokens{}, false, nil
	}
	m.t.Busy = until
	m.t.Tries++
	return m.t, true, nil
}

func (m *memory) Keep(_ context.Context, _ time.Time, t core.Tokens) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.Generation != m.t.Generation {
		return false, nil
	}
	t.Generation++
	m.t = t
	return true, nil
}

func (m *memory) Later(_ context.Context, _ int64, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t.Busy = until
	return nil
}

func (m *memory) Refused(_ context.Context, now time.Time, _ int64, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused++
	first := m.t.Refused.IsZero()
	m.t.Refused, m.t.Busy = now, until
	return first, nil
}

func (m *memory) Learned(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.learned[name], nil
}

func (m *memory) Learn(_ context.Context, _ time.Time, name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.learned == nil {
		m.learned = map[string]string{}
	}
	m.learned[name] = value
	return nil
}

// answers is a network in memory: a transport that answers as it is told.
type answers func(r *http.Request, body string) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	return a(r, string(body))
}

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// over is a channel with a good token over a network in memory.
func over(a answers) *Channel {
	v := &memory{t: core.Tokens{Access: "CANARY-access", Refresh: "CANARY-refresh", Issued: time.Now().Add(-time.Hour), Expires: time.Now().Add(time.Hour), Generation: 1}}
	return &Channel{AppID: testApp, AppSecret: testSecret, OASecret: testOASeal, Vault: v, PublicURL: "https://khaibao.example.vn",
		Client: &http.Client{Transport: a}, Log: slog.New(slog.DiscardHandler)}
}

func sha(data []byte) [sha256.Size]byte { return sha256.Sum256(data) }
