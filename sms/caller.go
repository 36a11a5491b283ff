package sms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"khaibao/core/channel"
)

// maxReply bounds what is read of the answer to one message that was sent.
const maxReply = 64 << 10

// caller makes the calls of one gateway. It follows no redirect, which would
// carry secrets and phones elsewhere.
type caller struct {
	gateway string // its name, for errors
	client  http.RoundTripper
	timeout time.Duration
	secrets []string // that no error may hold
}

// answer is what a gateway said to one call.
type answer struct {
	status int
	after  time.Duration // the rest that it asked for; 0 for none
	body   []byte
}

// do makes one call and reads its answer whole. private are further texts that
// no error may hold. Its errors are what the outbox acts on.
func (c *caller) do(ctx context.Context, r *http.Request, private ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	res, err := c.client.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return answer{}, c.failed(ctx, err, private)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return answer{}, &channel.SendError{Config: true, Err: fmt.Errorf("%s: %w", c.gateway, errRedirect)}
	}
	a := answer{status: res.StatusCode}
	for _, name := range []string{"Retry-After", "X-Rate-Limit-Reset"} {
		if seconds, err := strconv.Atoi(res.Header.Get(name)); err == nil && seconds > 0 && a.after == 0 {
			a.after = time.Duration(min(seconds, 3600)) * time.Second
		}
	}
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, maxReply)); err != nil {
		return answer{}, c.failed(ctx, err, private)
	}
	return a, nil
}

func (c *caller) failed(ctx context.Context, err error, private []string) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s: no answer in time: %w", c.gateway, context.DeadlineExceeded)
	}
	return fmt.Errorf("%s: %w", c.gateway, channel.Redact(err, append(private, c.secrets...)...))
}

// refusal is the error of an answer that says no by its HTTP status alone.
func (c *caller) refusal(a answer) error {
	return sendError(classOf(0, a.status), a.after, fmt.Errorf("%s: HTTP %d", c.gateway, a.status))
}
