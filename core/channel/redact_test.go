package channel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const secretURL = "https://api.example.vn/bot123456:CANARY-token/sendMessage?to=%2B84900000001"

func TestRedactHidesURLs(t *testing.T) {
	post := func(err error) error { return &url.Error{Op: "Post", URL: secretURL, Err: err} }
	_, parse := url.Parse("https://api.example.vn:CANARY/\x7f")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a refused connection", post(errors.New("connect: connection refused")), "post: connect: connection refused"},
		{"wrapped once more", fmt.Errorf("call %s: %w", secretURL, post(errors.New("EOF"))), "post: EOF"},
		{"one inside another", post(&url.Error{Op: "Get", URL: secretURL, Err: errors.New("EOF")}), "get: EOF"},
		{"a URL that does not parse", parse, "malformed address"},
		{"a redirect that does not parse", post(fmt.Errorf("failed to parse Location header %q", secretURL)), `post: failed to parse Location header "[url]"`},
		{"a URL in plain text", errors.New("no answer from " + secretURL), "no answer from [url]"},
		{"joined with others", errors.Join(errors.New("first"), post(errors.New("EOF"))), "post: EOF"},
		{"a secret echoed by a server", errors.New(`malformed HTTP response "CANARY-token"`), `malformed HTTP response "[redacted]"`},
		{"nothing to hide", errors.New("twilio: code 21211"), "twilio: code 21211"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Redact(tt.err, "CANARY-token", "")
			if err.Error() != tt.want {
				t.Errorf("got %q, want %q", err, tt.want)
			}
			for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
				if s := fmt.Sprintf(verb, err); strings.Contains(s, "CANARY") || strings.Contains(s, "+84900000001") {
					t.Errorf("%s shows a secret: %s", verb, s)
				}
			}
		})
	}
	if Redact(nil) != nil {
		t.Error("no error became one")
	}
}

func TestRedactKeepsTheKind(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
	err := Redact(fmt.Errorf("send: %w", &url.Error{Op: "Post", URL: secretURL, Err: refused}))
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" {
		t.Errorf("the dial error is lost: %v", err)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		t.Error("the URL can still be reached")
	}
	if err := Redact(&url.Error{Op: "Post", URL: secretURL, Err: context.DeadlineExceeded}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the time-out is lost: %v", err)
	}
	if send := (&SendError{Gone: true, Err: errors.New("blocked")}); Redact(send) != error(send) {
		t.Error("an error with nothing to hide was changed")
	}
}

// The client of the standard library is the one that prints URLs.
func TestRedactOfARealCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, secretURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = http.DefaultClient.Do(r)
	if err == nil || !strings.Contains(err.Error(), "CANARY") {
		t.Fatalf("the test no longer shows the danger: %v", err)
	}
	if err = Redact(err); strings.Contains(err.Error(), "CANARY") || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
