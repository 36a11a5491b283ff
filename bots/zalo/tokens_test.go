package zalo

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
)

// Whatever two nodes do at once, each refresh token is used once.
func TestTwoNodesRenewOnce(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		nodes := []*Channel{w.node(w.first, nil, testRefresh), w.node(w.open(), nil, testRefresh)}
		for _, c := range nodes {
			w.run(c)
		}
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		for round := 2; round <= 5; round++ {
			w.later(20*time.Hour - time.Minute)
			w.looks()
			if n := w.renewals(); n != round-1 {
				t.Fatalf("%d renewals before 20 hours, want %d", n, round-1)
			}
			w.later(2 * time.Minute)
			w.eventually("another pair", func() bool { return w.renewals() == round && w.held().Busy.IsZero() })
			w.looks()
			for _, c := range nodes {
				if err := w.send(c); err != nil {
					t.Errorf("after renewal %d: %v", round, err)
				}
			}
		}
		if n := w.renewals(); n != 5 {
			t.Errorf("%d renewals, want 5", n)
		}

		// A token that dies before its time is met by many messages at once.
		w.later(time.Hour)
		w.api.ExpireTokens()
		var wait sync.WaitGroup
		for i := range 16 {
			wait.Go(func() {
				if err := w.send(nodes[i%2]); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := w.renewals(); n != 6 {
			t.Errorf("%d renewals, want 6", n)
		}
		if w.tasks() != 0 || w.logged("level=ERROR") != 0 {
			t.Errorf("%d tasks, log %s", w.tasks(), w.said())
		}
	})
}

// dying is a vault whose node dies when it would commit.
type dying struct{ kept }

func (dying) Keep(context.Context, time.Time, core.Tokens) (bool, error) {
	runtime.Goexit() // ends the renewal as a power cut would
	return false, nil
}

// A node dies between Zalo's answer and our commit: sending goes on for hours,
// people are told once, and a new token in the settings mends it.
func TestCrashBetweenAnswerAndCommit(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		c := w.node(w.first, nil, testRefresh)
		stop := w.run(c)
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		stop()

		w.later(20*time.Hour + time.Minute)
		stopped := w.run(w.node(w.first, dying{kept{w.first}}, testRefresh))
		w.eventually("the fatal renewal", func() bool { return w.renewals() == 2 })
		stopped()

		left := w.node(w.open(), nil, testRefresh)
		w.run(left)
		w.looks()
		if w.renewals() != 2 || w.tasks() != 0 {
			t.Errorf("%d renewals and %d tasks while the dead node's lease holds", w.renewals(), w.tasks())
		}
		w.later(2 * tokenLease)
		w.eventually("the refusal", func() bool { return w.tasks() == 1 })
		for try := 1; try <= 3; try++ { // now and then, in case that Zalo was wrong
			w.later(refusedFor)
			w.eventually("another try", func() bool { return w.logged("still refuses") == try })
		}
		if w.logged("level=ERROR") != 1 || w.logged("a new one by ZALO_REFRESH_TOKEN") != 1 || w.logged("tries=2") != 1 || w.tasks() != 1 {
			t.Errorf("%d tasks, log %s", w.tasks(), w.said())
		}
		if err := w.send(left); err != nil {
			t.Errorf("after 23 hours: %v", err)
		}
		w.later(2 * time.Hour)
		if err := w.send(left); verdict(err) != "config" {
			t.Errorf("after 25 hours: %v", err)
		}

		// Somebody puts a new token into the settings and restarts a node.
		w.run(w.node(w.open(), nil, w.api.Authorize()))
		w.eventually("a new line of tokens", func() bool { return w.held().Refused.IsZero() && w.tasks() == 0 })
		if err := w.send(left); err != nil {
			t.Errorf("after the new token: %v", err)
		}
		// The node that still has the old setting starts again and harms nothing.
		used := w.renewals()
		w.run(w.node(w.open(), nil, testRefresh))
		w.looks()
		if w.renewals() != used || w.tasks() != 0 {
			t.Errorf("%d renewals and %d tasks after a start with the old setting", w.renewals()-used, w.tasks())
		}
	})
}

// stumbling is a vault that cannot commit the first times.
type stumbling struct {
	kept
	mu    sync.Mutex
	fails int
}

func (s *stumbling) Keep(ctx context.Context, now time.Time, t core.Tokens) (bool, error) {
	s.mu.Lock()
	s.fails--
	failing := s.fails >= 0
	s.mu.Unlock()
	if failing {
		return false, errors.New("connection refused")
	}
	return s.kept.Keep(ctx, now, t)
}

// A database that is away at the worst moment costs nothing: the pair is kept
// as soon as it is back, and used only then.
func TestPairIsKeptHoweverLate(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		c := w.node(w.first, &stumbling{kept: kept{w.first}, fails: 5}, testRefresh)
		w.run(c)
		w.eventually("the pair", func() bool { return w.held().Access != "" })
		if err := w.send(c); err != nil || w.renewals() != 1 || w.tasks() != 0 {
			t.Errorf("%v, %d renewals, %d tasks", err, w.renewals(), w.tasks())
		}
	})
}

// An answer that never comes may have used the token up, or not: it is tried
// once more, and then people are told.
func TestLostAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.run(w.node(w.first, nil, testRefresh))
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		w.api.LoseAnswers(1)
		w.later(20*time.Hour + time.Minute)
		w.eventually("a warning", func() bool { return w.logged("not renewed; trying again") == 1 })
		if w.tasks() != 0 {
			t.Error("people are told of a mere try")
		}
		w.later(tokenBackoff(1) + time.Second)
		w.eventually("the refusal", func() bool { return w.tasks() == 1 })
	})
}

// While Zalo's host is away nothing is lost; when little time is left the
// warnings become errors.
func TestOAuthHostAway(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		c := w.node(w.first, nil, testRefresh)
		w.run(c)
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		w.api.Fail(sandbox.Failures{Broken: true})
		w.later(20*time.Hour + time.Minute)
		for try := 1; try <= 3; try++ {
			w.eventually("another try", func() bool { return w.logged("not renewed; trying again") == try })
			w.later(15*time.Minute + time.Second)
		}
		if w.logged("level=ERROR") != 0 || w.tasks() != 0 {
			t.Errorf("%d tasks, log %s", w.tasks(), w.said())
		}
		w.later(2 * time.Hour)
		w.eventually("an error", func() bool { return w.logged("level=ERROR") > 0 })
		w.api.Fail(sandbox.Failures{})
		w.later(16 * time.Minute)
		w.eventually("a pair", func() bool { return w.held().Tries == 0 })
		if err := w.send(c); err != nil || w.tasks() != 0 {
			t.Errorf("%v, %d tasks", err, w.tasks())
		}
	})
}

// A token in the settings that Zalo refuses does no harm to the pair in use.
func TestBadTokenInTheSettings(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		stop := w.run(w.node(w.first, nil, testRefresh))
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		stop()
		c := w.node(w.first, nil, "mistyped")
		w.run(c)
		w.eventually("the refusal", func() bool { return w.tasks() == 1 })
		if err := w.send(c); err != nil {
			t.Errorf("the pair in use: %v", err)
		}
		w.later(20*time.Hour + time.Minute)
		w.eventually("the next pair", func() bool { return w.held().Refused.IsZero() && w.tasks() == 0 })
	})
}

func TestNoTokenAtAll(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		c := w.node(w.first, nil, "")
		w.run(c)
		w.run(w.node(w.open(), nil, ""))
		w.eventually("the task", func() bool { return w.tasks() == 1 })
		w.looks()
		if w.renewals() != 0 || w.logged("level=ERROR") != 1 {
			t.Errorf("%d calls, log %s", w.renewals(), w.said())
		}
		if err := w.send(c); verdict(err) != "config" {
			t.Errorf("sent: %v", err)
		}
		w.run(w.node(w.first, nil, testRefresh))
		w.eventually("a pair", func() bool { return w.held().Access != "" && w.tasks() == 0 })
		if err := w.send(c); err != nil {
			t.Error(err)
		}
	})
}

// A fault that no renewal mends does not use up a pair for each message.
func TestRenewedOnceForAFaultOfOurs(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		c := w.node(w.first, nil, testRefresh)
		w.run(c)
		w.eventually("the first pair", func() bool { return w.held().Access != "" })
		w.later(time.Hour)
		w.api.RefuseAll(-216)
		for range 10 {
			if err := w.send(c); verdict(err) != "config" {
				t.Errorf("sent: %v", err)
			}
		}
		if n := w.renewals(); n != 2 {
			t.Errorf("%d renewals, want 2", n)
		}
	})
}

// A database that is away is no reason to be silent while the token is good.
func TestSendsWithoutTheVault(t *testing.T) {
	v := &failingVault{memory: &memory{}}
	n := newNetwork(t, nil)
	v.t, n.c.Vault = n.v.t, v
	who := n.Person(1)
	for _, age := range []time.Duration{0, time.Hour, 10 * time.Hour} {
		n.c.now = func() time.Time { return time.Now().Add(age) }
		if _, err := n.c.Send(t.Context(), core.Outbound{URN: who, Text: "x"}); err != nil {
			t.Errorf("after %v: %v", age, err)
		}
	}
	n.c.now = func() time.Time { return time.Now().Add(26 * time.Hour) }
	if _, err := n.c.Send(t.Context(), core.Outbound{URN: who, Text: "x"}); verdict(err) != "again" {
		t.Errorf("with an old token: %v", err)
	}
}

type failingVault struct{ *memory }

func (failingVault) Tokens(context.Context) (core.Tokens, error) {
	return core.Tokens{}, errors.New("connection refused")
}
func (failingVault) Learned(context.Context, string) (string, error) {
	return "", errors.New("connection refused")
}

// What the OAuth host may answer instead of a pair.
func TestOddAnswersOfTheOAuthHost(t *testing.T) {
	for body, refused := range map[string]bool{
		`{"error":-14014,"error_name":"Invalid refresh token CANARY","error_reason":"x"}`: true,
		`{"error":"-14014"}`:                     true,
		`{"error":14014}`:                        true,
		`{"error_name":"Invalid refresh token"}`: true,
		`{"error":-32,"message":"too many"}`:     false,
		`{}`:                                     false,
		`[]`:                                     false,
		`<html>`:                                 false,
		`{"access_token":"a","expires_in":"90000"}`:                   false,
		`{"access_token":"a","refresh_token":"b c","expires_in":"1"}`: false,
	} {
		var log bytes.Buffer
		c := over(func(*http.Request, string) (*http.Response, error) { return respond(200, body), nil })
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		v := c.Vault.(*memory)
		<-c.renew(t.Context(), v.t.Generation)
		if got := v.refused == 1; got != refused || v.t.Busy.IsZero() || v.t.Access != "CANARY-access" {
			t.Errorf("%s: refused %t, want %t; busy until %v", body, got, refused, v.t.Busy)
		}
		if strings.Contains(log.String(), "CANARY") {
			t.Errorf("%s: the log tells too much: %s", body, &log)
		}
	}
	for seconds, want := range map[string]time.Duration{`"90000"`: 25 * time.Hour, `3600`: time.Hour, `"x"`: time.Hour, `{}`: time.Hour, `null`: time.Hour, `-1`: time.Hour, `99999999999`: time.Hour} {
		c := over(func(*http.Request, string) (*http.Response, error) {
			return respond(200, `{"access_token":"a","refresh_token":"b","expires_in":`+seconds+`}`), nil
		})
		v := c.Vault.(*memory)
		<-c.renew(t.Context(), v.t.Generation)
		if got := v.t.Expires.Sub(v.t.Issued); got != want || v.t.Access != "a" {
			t.Errorf("expires_in %s: %v", seconds, got)
		}
	}
}
