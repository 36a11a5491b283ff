package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// air is an SMS network without a gateway.
type air struct {
	mu       sync.Mutex
	changed  func(string)
	sent     map[string][]SMS
	failures Failures
	blocked  map[string]bool
}

func newAir() *air { return &air{sent: map[string][]SMS{}, blocked: map[string]bool{}} }

func (a *air) API() http.Handler             { return http.NotFoundHandler() }
func (a *air) FromPhone(phone, body string)  { a.put(phone, SMS{Mine: true, Body: body}) }
func (a *air) OnChange(changed func(string)) { a.changed = changed }
func (a *air) Close()                        {}
func (a *air) Fail(f Failures)               { a.mu.Lock(); defer a.mu.Unlock(); a.failures = f }
func (a *air) Block(phone string, on bool)   { a.mu.Lock(); defer a.mu.Unlock(); a.blocked[phone] = on }
func (a *air) ToPhone(phone, body string)    { a.put(phone, SMS{Body: body}) }
func (a *air) Messages(phone string) (all []SMS) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.sent[phone])
}
func (a *air) put(phone string, s SMS) {
	a.mu.Lock()
	s.ID, s.Other, s.At, s.Parts = fmt.Sprint(len(a.sent[phone])), "8049", time.Now(), 1
	a.sent[phone] = append(a.sent[phone], s)
	a.mu.Unlock()
	a.changed(phone)
}

// stand is a sandbox with its pages open.
type stand struct {
	*Sandbox
	t   *testing.T
	air *air
	web *httptest.Server
}

func newStand(t *testing.T) *stand {
	s := &stand{t: t, air: newAir()}
	s.Sandbox = New(Options{
		TelegramToken: botToken, SMS: s.air,
		Officers: []Officer{{Name: "Nguyễn Thị Thử", Duty: "Trạm y tế", Area: "Vỹ Dạ", SignIn: "tram", Password: "hoa sen <tím>"}},
	})
	s.web = httptest.NewServer(s.Pages())
	t.Cleanup(func() { s.Close(); s.web.Close() })
	return s
}

// get fetches a page.
func (s *stand) get(path string) (int, string) {
	s.t.Helper()
	resp, err := http.Get(s.web.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// submit sends a form as a browser without a script does, and returns the page
// that it ends on.
func (s *stand) submit(path string, values url.Values) (int, string, string) {
	s.t.Helper()
	resp, err := http.PostForm(s.web.URL+path, values)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Request.URL.RequestURI()
}
