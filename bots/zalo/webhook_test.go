package zalo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// hook is a channel's web-hook whose inbox takes its time.
type hook struct {
	c     *Channel
	in    channel.Inbox
	mu    sync.Mutex
	calls []core.Inbound
}

func newHook(in func(ctx context.Context, nth int) error) *hook {
	h := &hook{c: &Channel{AppID: testApp, OASecret: testOASeal, Vault: &memory{}, Log: slog.New(slog.DiscardHandler)}}
	h.in = func(ctx context.Context, m core.Inbound) error {
		h.mu.Lock()
		h.calls = append(h.calls, m)
		nth := len(h.calls)
		h.mu.Unlock()
		return in(ctx, nth)
	}
	return h
}

func (h *hook) taken() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls)
}

// deliver posts an event and returns the status and how long it took.
func (h *hook) deliver(ctx context.Context, body string) (status int, took time.Duration) {
	began := time.Now()
	w := httptest.NewRecorder()
	h.c.Webhook(h.in).ServeHTTP(w, post(body).WithContext(ctx))
	return w.Code, time.Since(began)
}

var hello = sent("user_send_text", `{"msg_id":"m1","text":"xin chào"}`)

// Zalo waits two seconds. What is stored later is stored once, and known when
// Zalo sends it again.
func TestAnsweredInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(ctx context.Context, _ int) error {
			select {
			case <-time.After(9 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if status, took := h.deliver(t.Context(), hello); status != http.StatusServiceUnavailable || took > 1900*time.Millisecond {
			t.Errorf("a slow store: %d after %v", status, took)
		}
		time.Sleep(time.Second) // Zalo sends again while it is in hand
		if status, took := h.deliver(t.Context(), hello); status != http.StatusServiceUnavailable || took > 1900*time.Millisecond {
			t.Errorf("again: %d after %v", status, took)
		}
		time.Sleep(30 * time.Second)
		if status, took := h.deliver(t.Context(), hello); status != http.StatusOK || took != 0 {
			t.Errorf("once it is stored: %d after %v", status, took)
		}
		if n := h.taken(); n != 1 {
			t.Errorf("given to the inbox %d times", n)
		}
		if len(h.c.late.works) != 0 {
			t.Errorf("%d messages are remembered for nothing", len(h.c.late.works))
		}
	})
}

func TestLateFailureIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(_ context.Context, nth int) error {
			if nth == 1 {
				time.Sleep(5 * time.Second)
				return channel.ErrUnavailable
			}
			return nil
		})
		if status, _ := h.deliver(t.Context(), hello); status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
		time.Sleep(30 * time.Second)
		if status, _ := h.deliver(t.Context(), hello); status != http.StatusOK || h.taken() != 2 {
			t.Errorf("again: status %d, %d times given to the inbox", status, h.taken())
		}
	})
}

// A connection that breaks is no reason to stop storing.
func TestHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored atomic.Bool
		h := newHook(func(ctx context.Context, _ int) error {
			time.Sleep(time.Second)
			stored.Store(ctx.Err() == nil)
			return ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(100 * time.Millisecond); cancel() }()
		if status, took := h.deliver(ctx, hello); status != http.StatusServiceUnavailable || took > 200*time.Millisecond {
			t.Errorf("status %d after %v", status, took)
		}
		time.Sleep(2 * time.Second)
		if !stored.Load() {
			t.Error("the message was dropped")
		}
	})
}

func TestManyTimesAtOnceIsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(context.Context, int) error { time.Sleep(time.Second); return nil })
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if status, _ := h.deliver(t.Context(), hello); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			})
		}
		wait.Wait()
		if h.taken() != 1 {
			t.Errorf("given to the inbox %d times", h.taken())
		}
	})
}

func TestPanicOfTheInboxEndsNothing(t *testing.T) {
	h := newHook(func(_ context.Context, nth int) error {
		if nth == 1 {
			panic("CANARY")
		}
		return nil
	})
	if status, _ := h.deliver(t.Context(), hello); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	if status, _ := h.deliver(t.Context(), hello); status != http.StatusOK {
		t.Errorf("again: status %d", status)
	}
}

// While the store hangs, deliveries do not pile up without end; and what was
// late does not keep room for ever.
func TestDeliveriesInHandAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(context.Context, int) error { time.Sleep(20 * time.Second); return nil })
		var wait sync.WaitGroup
		for i := range maxWorks + 10 {
			wait.Go(func() { h.deliver(t.Context(), sent("user_send_text", fmt.Sprintf(`{"msg_id":"m%d","text":"x"}`, i))) })
		}
		wait.Wait()
		if n := h.taken(); n != maxWorks {
			t.Errorf("%d in hand", n)
		}
		time.Sleep(time.Minute)
		if status, took := h.deliver(t.Context(), sent("user_send_text", `{"msg_id":"new","text":"x"}`)); h.taken() != maxWorks+1 {
			t.Errorf("no room after all were done: %d after %v", status, took)
		}
		time.Sleep(time.Minute)
	})
}

func TestProbesAndOtherMethods(t *testing.T) {
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "PUT": 405, "DELETE": 405} {
		h := newHook(func(context.Context, int) error { return nil })
		w := httptest.NewRecorder()
		h.c.Webhook(h.in).ServeHTTP(w, httptest.NewRequest(method, HookPath, nil))
		if w.Code != want || w.Body.Len() != 0 || h.taken() != 0 {
			t.Errorf("%s: %d %q, %d taken", method, w.Code, w.Body, h.taken())
		}
	}
}

// Without the account's secret nobody is believed, whoever signs.
func TestNoSecretNoTrust(t *testing.T) {
	c := &Channel{AppID: testApp}
	r := httptest.NewRequest(http.MethodPost, HookPath, strings.NewReader(hello))
	r.Header.Set(signatureHeader, "mac=")
	w := httptest.NewRecorder()
	c.Webhook(func(context.Context, core.Inbound) error { t.Error("taken"); return nil }).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

// statuses keeps what becomes of messages, or fails to.
type statuses struct {
	err   error
	moved []string
}

func (s *statuses) MoveStatus(_ context.Context, channel, id, status string, rank int) error {
	s.moved = append(s.moved, fmt.Sprint(channel, " ", id, " ", status, " ", rank))
	return s.err
}

// What became of our messages is kept, and is not worth a second delivery.
func TestReportsAreKept(t *testing.T) {
	for _, err := range []error{nil, errors.New("the store is away")} {
		s := &statuses{err: err}
		h := newHook(func(context.Context, int) error { return nil })
		h.c.Statuses = s
		status, _ := h.deliver(t.Context(), `{"event_name":"user_received_message","sender":{"id":"9"},"recipient":{"id":"5"},"message":{"msg_id":"a"},"timestamp":"1763740800000"}`)
		if status != http.StatusOK || fmt.Sprint(s.moved) != "[zalo a delivered 7]" || h.taken() != 0 {
			t.Errorf("%v: status %d, moved %v, %d taken", err, status, s.moved, h.taken())
		}
	}
}

func TestCard(t *testing.T) {
	w := httptest.NewRecorder()
	new(Channel).Card().ServeHTTP(w, httptest.NewRequest(http.MethodGet, CardPath, nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || w.Body.Len() < 1000 || w.Body.Len() > 1<<20 {
		t.Errorf("%d %s, %d bytes", w.Code, w.Header().Get("Content-Type"), w.Body.Len())
	}
}
