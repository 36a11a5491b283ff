package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"khaibao/core"
)

func TestRates(t *testing.T) {
	s := newRates(Limits{Browser: 1, BrowserBurst: 3, Network: 2, NetworkBurst: 5})
	now := time.Date(2021, 8, 15, 8, 0, 0, 0, time.UTC)
	for i := range 3 {
		if wait := s.take("web:a", "n", 1, now); wait != 0 {
			t.Errorf("message %d of one browser waits %v", i, wait)
		}
	}
	if wait := s.take("web:a", "n", 1, now); wait != time.Second {
		t.Errorf("a browser over its burst waits %v, want 1s", wait)
	}
	if wait := s.take("web:b", "n", 1, now); wait != 0 {
		t.Errorf("its neighbour waits %v", wait)
	}
	if wait := s.take("web:c", "n", 1, now); wait == 0 {
		t.Error("a network over its burst is not held back")
	}
	if wait := s.take("web:c", "m", 1, now); wait != 0 {
		t.Errorf("another network waits %v", wait)
	}
	if wait := s.take("web:d", "", 1, now); wait != 0 {
		t.Errorf("an unknown network waits %v", wait)
	}
	if wait := s.take("web:a", "n", 1, now.Add(3*time.Second)); wait != 0 {
		t.Errorf("three seconds later it still waits %v", wait)
	}
}

func TestRatesAreBounded(t *testing.T) {
	s := newRates(DefaultLimits)
	now := time.Date(2021, 8, 15, 8, 0, 0, 0, time.UTC)
	for i := range maxBuckets * 3 {
		s.take(core.URN(fmt.Sprint("web:", i)), "", 1, now)
	}
	if n := len(s.bucket); n > maxBuckets {
		t.Errorf("%d buckets are kept", n)
	}
}

func TestFloodOfNewBrowsersIsHeldBack(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	refused := 0
	for i := range 1000 {
		r := form(i, "text", "có")
		r.Header.Set("Accept", "application/json")
		if w := do(h, r); w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 300 {
		t.Errorf("of 1000 new browsers of one network at once, %d were refused", refused)
	}
	r := form(1, "text", "có")
	r.RemoteAddr = "198.51.100.7:1234"
	if w := do(h, r); w.Code != http.StatusSeeOther {
		t.Errorf("a person from elsewhere: status %d", w.Code)
	}
}
