package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// answers is a network in memory: a transport that answers as it is told.
type answers func(r *http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return a(r)
}

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// quoted answers a refusal whose words repeat what was sent, as the real ones
// may.
func quoted(status int, description, more string) answers {
	return func(*http.Request) (*http.Response, error) {
		return respond(status, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":"%s CANARY-text CANARY-token"%s}`, status, description, more)), nil
	}
}

func broken(err error) answers {
	return func(r *http.Request) (*http.Response, error) { return nil, err }
}

func over(a answers) *Channel {
	return &Channel{
		API: "https://api.telegram.invalid", Token: testToken, Secret: testSecret,
		Client: &http.Client{Transport: a}, Log: slog.New(slog.DiscardHandler),
	}
}

func TestFailuresToldApart(t *testing.T) {
	type class struct {
		gone, refused, config bool
		wait                  time.Duration
	}
	tests := []struct {
		name string
		net  answers
		want class
	}{
		{"blocked", quoted(403, "Forbidden: bot was blocked by the user", ""), class{gone: true}},
		{"deleted account", quoted(403, "Forbidden: user is deactivated", ""), class{gone: true}},
		{"never wrote to us", quoted(403, "Forbidden: bot can't initiate conversation with a user", ""), class{gone: true}},
		{"no such chat", quoted(400, "Bad Request: chat not found", ""), class{gone: true}},
		{"a text that Telegram does not take", quoted(400, "Bad Request: message is too long", ""), class{refused: true}},
		{"a button that Telegram does not take", quoted(400, "Bad Request: BUTTON_DATA_INVALID", ""), class{refused: true}},
		{"a picture too large for the door", quoted(413, "Request Entity Too Large", ""), class{refused: true}},
		{"revoked token", quoted(401, "Unauthorized", ""), class{config: true}},
		{"malformed token", quoted(404, "Not Found", ""), class{config: true}},
		{"another host answers", func(*http.Request) (*http.Response, error) {
			resp := respond(302, "<a href='https://CANARY-token'>")
			resp.Header.Set("Location", "https://elsewhere.invalid/CANARY-token")
			return resp, nil
		}, class{config: true}},
		{"too many", quoted(429, "Too Many Requests: retry after 14", `,"parameters":{"retry_after":14}`), class{wait: 14 * time.Second}},
		{"too many, no time told", quoted(429, "Too Many Requests", ""), class{wait: time.Second}},
		{"too many, an absurd time", quoted(429, "Too Many Requests", `,"parameters":{"retry_after":999999999}`), class{wait: time.Hour}},
		{"too many, by a proxy", func(*http.Request) (*http.Response, error) {
			resp := respond(429, "slow down CANARY-token")
			resp.Header.Set("Retry-After", "9")
			return resp, nil
		}, class{wait: 9 * time.Second}},
		{"their fault", quoted(500, "Internal Server Error", ""), class{}},
		{"a broken gateway", func(*http.Request) (*http.Response, error) {
			return respond(502, "<html>CANARY-token CANARY-text</html>"), nil
		}, class{}},
		{"no answer of the Bot API", func(*http.Request) (*http.Response, error) { return respond(200, "CANARY-token CANARY-text"), nil }, class{}},
		{"an answer without what was asked", func(*http.Request) (*http.Response, error) {
			return respond(200, `{"ok":true,"result":"CANARY-token"}`), nil
		}, class{}},
		{"an answer without end", func(*http.Request) (*http.Response, error) {
			return respond(200, strings.Repeat("CANARY-token", maxAnswer/10)), nil
		}, class{}},
		{"an answer that breaks off", func(*http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"ok":true`), failing{}))
			return resp, nil
		}, class{}},
		{"no connection", broken(&url.Error{Op: "Post", URL: "https://api/botCANARY-token/x", Err: errors.New("refused CANARY-token")}), class{}},
		{"a name that is unknown", broken(errors.New("lookup https://CANARY-token: no such host")), class{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for shape, m := range map[string]core.Outbound{
				"text":    {Text: "CANARY-text"},
				"picture": {Text: "CANARY-text", Photo: []byte("\x89PNG CANARY-text")},
				"edit":    {Text: "CANARY-text", Edit: "5"},
			} {
				m.URN = "telegram:5000000007"
				_, err := over(tt.net).Send(t.Context(), m)
				if err == nil {
					t.Fatalf("%s: no error", shape)
				}
				var e *channel.SendError
				got := class{}
				if errors.As(err, &e) {
					got = class{e.Gone, e.Refused, e.Config, e.RetryAfter}
				}
				if got != tt.want {
					t.Errorf("%s: %+v, want %+v", shape, got, tt.want)
				}
				noCanary(t, err)
			}
		})
	}
}

// noCanary searches everything that a log could print of an error.
func noCanary(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v", err, err)} {
			if strings.Contains(text, "CANARY") || strings.Contains(text, "://") || strings.Contains(text, "5000000007") {
				t.Errorf("the error tells too much: %q", text)
			}
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut CANARY-token") }

func TestSendRefusesWhatIsNoMessage(t *testing.T) {
	called := false
	c := over(func(*http.Request) (*http.Response, error) { called = true; return respond(200, `{"ok":true}`), nil })
	tests := []struct {
		name string
		m    core.Outbound
		is   func(*channel.SendError) bool
	}{
		{"nothing to say", core.Outbound{URN: "telegram:5"}, func(e *channel.SendError) bool { return e.Refused }},
		{"another network's address", core.Outbound{URN: "tel:+84900000001", Text: "x"}, func(e *channel.SendError) bool { return e.Gone }},
		{"no address", core.Outbound{URN: "telegram:", Text: "x"}, func(e *channel.SendError) bool { return e.Gone }},
		{"no number", core.Outbound{URN: "telegram:CANARY", Text: "x"}, func(e *channel.SendError) bool { return e.Gone }},
	}
	for _, tt := range tests {
		_, err := c.Send(t.Context(), tt.m)
		var e *channel.SendError
		if !errors.As(err, &e) || !tt.is(e) {
			t.Errorf("%s: %v", tt.name, err)
		}
		noCanary(t, err)
	}
	if called {
		t.Error("Telegram was asked")
	}
	c = over(nil)
	c.Token = ""
	_, err := c.Send(t.Context(), core.Outbound{URN: "telegram:5", Text: "x"})
	var e *channel.SendError
	if !errors.As(err, &e) || !e.Config {
		t.Errorf("without a token: %v", err)
	}
}

// A message whose sending was cut short by our own stop is tried again.
func TestSendStops(t *testing.T) {
	c := over(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, fmt.Errorf("Post %q: %w", r.URL, r.Context().Err())
	})
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		_, err := c.Send(ctx, core.Outbound{URN: "telegram:5", Text: "x"})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want a cancelled context", err)
		}
		noCanary(t, err)
	})
	cancel()
	wait.Wait()
}
