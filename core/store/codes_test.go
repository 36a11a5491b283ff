package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// asker is somebody at a browser who asks for codes and types them.
type asker struct {
	t       *testing.T
	s       *store.Store
	urn     core.URN
	network string
}

var deliveries atomic.Int64

// turn runs one turn of the asker's.
func (a asker) turn(now time.Time, do func(ctx context.Context, tx *store.Tx, addressID string) error) {
	a.t.Helper()
	m := core.Inbound{Channel: "web", ExternalID: fmt.Sprint(deliveries.Add(1)), URN: a.urn, Text: "x"}
	err := a.s.Take(a.t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		return do(codes.WithNetwork(ctx, a.network), tx, at.ID)
	})
	if err != nil {
		a.t.Error(err)
	}
}

func (a asker) ask(phone string, now time.Time, l codes.Limits) (code, refused string, wait time.Duration) {
	a.t.Helper()
	a.turn(now, func(ctx context.Context, tx *store.Tx, id string) (err error) {
		code, refused, wait, err = tx.SendCode(ctx, id, phone, now, l)
		return err
	})
	return code, refused, wait
}

// typed is how CheckCode answered, in one word and the tries left.
func (a asker) typed(phone, text string, now time.Time) string {
	a.t.Helper()
	var answer string
	a.turn(now, func(ctx context.Context, tx *store.Tx, id string) error {
		ok, expired, left, err := tx.CheckCode(ctx, id, phone, text, now)
		switch {
		case ok:
			answer = "right"
		case expired:
			answer = "expired"
		default:
			answer = fmt.Sprintf("wrong, %d left", left)
		}
		return err
	})
	return answer
}

// other is a code that is not this one.
func other(code string) string {
	if strings.HasPrefix(code, "0") {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

const codePhone = "+84900000001"

func TestCodeChecks(t *testing.T) {
	l := codes.Default()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people := 0
		start := func(t *testing.T, phone string) (asker, string) {
			people++
			a := asker{t: t, s: s, urn: core.URN(fmt.Sprintf("web:%d", people))}
			code, refused, _ := a.ask(phone, now, l)
			if refused != "" || len(code) != 6 {
				t.Fatalf("no code was sent: %q %q", code, refused)
			}
			return a, code
		}
		want := func(t *testing.T, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("answered %q, want %q", got, want)
			}
		}
		t.Run("right, then again", func(t *testing.T) {
			a, code := start(t, "+84900000101")
			want(t, a.typed("+84900000101", code[:3]+" "+code[3:], now.Add(time.Minute)), "right")
			want(t, a.typed("+84900000101", code, now.Add(time.Minute)), "expired")
		})
		t.Run("wrong five times", func(t *testing.T) {
			a, code := start(t, "+84900000102")
			for left := 4; left > 0; left-- {
				want(t, a.typed("+84900000102", other(code), now), fmt.Sprintf("wrong, %d left", left))
			}
			want(t, a.typed("+84900000102", other(code), now), "expired")
			want(t, a.typed("+84900000102", code, now), "expired")
		})
		t.Run("right at the last try", func(t *testing.T) {
			a, code := start(t, "+84900000103")
			for range 4 {
				a.typed("+84900000103", other(code), now)
			}
			want(t, a.typed("+84900000103", "không phải mã", now), "wrong, 1 left")
			want(t, a.typed("+84900000103", code, now), "right")
		})
		t.Run("late", func(t *testing.T) {
			a, code := start(t, "+84900000104")
			want(t, a.typed("+84900000104", code, now.Add(5*time.Minute)), "expired")
			want(t, a.typed("+84900000104", code, now.Add(5*time.Minute-time.Millisecond)), "right")
		})
		t.Run("at another address", func(t *testing.T) {
			a, code := start(t, "+84900000105")
			b := asker{t: t, s: s, urn: "web:stranger"}
			want(t, b.typed("+84900000105", code, now), "expired")
			want(t, a.typed("+84900000105", code, now), "right")
		})
		t.Run("for another phone", func(t *testing.T) {
			a, code := start(t, "+84900000106")
			want(t, a.typed("+84900000107", code, now), "expired")
			want(t, a.typed("+84900000106", code, now), "right")
		})
		t.Run("the new one kills the old", func(t *testing.T) {
			a, old := start(t, "+84900000108")
			code, refused, _ := a.ask("+84900000108", now.Add(time.Minute), l)
			if refused != "" {
				t.Fatalf("refused: %s", refused)
			}
			if old != code {
				want(t, a.typed("+84900000108", old, now.Add(time.Minute)), "wrong, 4 left")
			}
			want(t, a.typed("+84900000108", code, now.Add(time.Minute)), "right")
		})
		t.Run("a stranger's wish leaves mine alive", func(t *testing.T) {
			a, code := start(t, "+84900000109")
			b := asker{t: t, s: s, urn: "web:plague"}
			if _, refused, _ := b.ask("+84900000109", now.Add(time.Minute), l); refused != "" {
				t.Fatalf("refused: %s", refused)
			}
			want(t, a.typed("+84900000109", code, now.Add(time.Minute)), "right")
		})
		t.Run("none was ever sent", func(t *testing.T) {
			want(t, asker{t: t, s: s, urn: "web:nobody"}.typed("+84900000110", "123456", now), "expired")
		})
	})
}

// Of thirty-two tries at once five are taken; the right code among many wrong
// ones is taken at most once.
func TestCodeTriesAtOnce(t *testing.T) {
	l := codes.Default()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := asker{t: t, s: s, urn: "web:1"}
		code, _, _ := a.ask(codePhone, now, l)
		var wrong, expired atomic.Int64
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				switch got := a.typed(codePhone, other(code), now); {
				case got == "expired":
					expired.Add(1)
				case strings.HasPrefix(got, "wrong"):
					wrong.Add(1)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 4 || expired.Load() != 28 { // the fifth wrong one ends the code
			t.Errorf("%d times wrong and %d times expired, want 4 and 28", wrong.Load(), expired.Load())
		}
		code, refused, _ := a.ask(codePhone, now.Add(time.Minute), l)
		if refused != "" {
			t.Fatalf("refused: %s", refused)
		}
		var right atomic.Int64
		for range 32 {
			wg.Go(func() {
				if a.typed(codePhone, code, now.Add(time.Minute)) == "right" {
					right.Add(1)
				}
			})
		}
		wg.Wait()
		if right.Load() != 1 {
			t.Errorf("one code was taken %d times", right.Load())
		}
	})
}

func TestCodeCaps(t *testing.T) {
	l := codes.Default()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := asker{t: t, s: s, urn: "web:1"}
		at := now
		for n, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute} {
			if _, refused, _ := a.ask(codePhone, at, l); refused != "" {
				t.Fatalf("code %d: refused as %s", n+1, refused)
			}
			if _, refused, got := a.ask(codePhone, at.Add(time.Second), l); refused != codes.Wait || got != wait-time.Second {
				t.Errorf("after code %d: %q for %v, want a wait of %v", n+1, refused, got, wait-time.Second)
			}
			at = at.Add(wait)
		}
		if _, refused, _ := a.ask(codePhone, at, l); refused != "" {
			t.Errorf("the fifth code is refused as %s", refused)
		}
		if _, refused, _ := a.ask(codePhone, at.Add(time.Hour), l); refused != codes.Limit {
			t.Errorf("the sixth code of a day: %q", refused)
		}
		if _, refused, _ := a.ask(codePhone, now.Add(24*time.Hour+time.Minute), l); refused != "" {
			t.Errorf("a day later the phone is refused as %s", refused)
		}
		for n, want := range []string{"", "", "", codes.Limit, codes.Limit} {
			if _, refused, _ := (asker{t: t, s: s, urn: "web:2"}).ask(fmt.Sprintf("+8490000020%d", n), now, l); refused != want {
				t.Errorf("phone %d of one browser: %q, want %q", n+1, refused, want)
			}
		}
		if code, refused, _ := a.ask("+12025550123", now, l); refused != codes.Region || code != "" {
			t.Errorf("abroad: %q", refused)
		}
	})
}

// What one who is paid for each SMS would do: fifty networks of ten browsers
// each, every browser with twenty phones, ten thousand wishes, many at once (on
// SQLite a quarter of them).
func TestCodePumping(t *testing.T) {
	l := codes.Default()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const sources, browsers = 50, 500
		// SQLite has one writer, so that several workers would only wait for
		// each other, and is slow under the race detector.
		workers, each := 4, 20
		if strings.HasSuffix(t.Name(), "sqlite") {
			workers, each = 1, 5
		}
		var sent [sources]atomic.Int64
		pump := func(browser int) {
			source, got := browser%sources, 0
			a := asker{t: t, s: s, urn: core.URN(fmt.Sprint("web:pump", browser)), network: fmt.Sprintf("198.51.%d.0/24", source)}
			a.turn(now, func(ctx context.Context, tx *store.Tx, id string) error {
				got = 0
				for i := range each {
					code, refused, _, err := tx.SendCode(ctx, id, fmt.Sprintf("+84900%06d", browser*each+i), now, l)
					if err != nil {
						return err
					}
					if code != "" {
						got++
					} else if refused != codes.Limit {
						t.Errorf("refused as %q", refused)
					}
				}
				return nil
			})
			sent[source].Add(int64(got))
			if got > l.PhonesPerAddress {
				t.Errorf("browser %d got %d codes, want at most %d", browser, got, l.PhonesPerAddress)
			}
		}
		half := func(from, to int) {
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for browser := from + w; browser < to; browser += workers {
						pump(browser)
					}
				})
			}
			wg.Wait()
		}
		half(0, browsers/2)
		citizen := asker{t: t, s: s, urn: "web:citizen", network: "203.0.113.0/24"}
		code, refused, _ := citizen.ask("+84900999999", now, l)
		if refused != "" {
			t.Errorf("a citizen from another network is refused as %s", refused)
		} else if got := citizen.typed("+84900999999", code, now); got != "right" {
			t.Errorf("the citizen's code is %s", got)
		}
		half(browsers/2, browsers)
		for i := range sent {
			if n := sent[i].Load(); n != int64(l.PerNetwork) {
				t.Errorf("source %d got %d codes, want %d", i, n, l.PerNetwork)
			}
		}
		count, proved, err := s.CodesProved(t.Context(), now.Add(l.Lifetime), l)
		if err != nil || count != sources*l.PerNetwork+1 || proved != 1 {
			t.Errorf("counted %d codes, %d of them proved, %v", count, proved, err)
		}
		if !codes.Alarm(l, count, proved) {
			t.Error("codes that nobody types raise no alarm")
		}
	})
}

// The ceiling holds to the code, however many ask at once.
func TestCodeCeiling(t *testing.T) {
	l := codes.Default()
	l.PerDay = 10
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var sent atomic.Int64
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				a := asker{t: t, s: s, urn: core.URN(fmt.Sprintf("web:%d", i))}
				if _, refused, _ := a.ask(fmt.Sprintf("+849003%05d", i), now, l); refused == "" {
					sent.Add(1)
				}
			})
		}
		wg.Wait()
		if sent.Load() != 10 {
			t.Errorf("%d codes were sent, want 10", sent.Load())
		}
		if _, refused, _ := (asker{t: t, s: s, urn: "web:next"}).ask(codePhone, now.Add(24*time.Hour), l); refused != "" {
			t.Errorf("the next day a code is refused as %s", refused)
		}
	})
}
