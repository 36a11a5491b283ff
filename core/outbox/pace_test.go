package outbox_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/outbox"
)

// No second, wherever it begins, holds more than a network's rate: not the first
// one after a rest either, nor one with an album or a text of many segments in
// it, unless that alone counts as more.
func TestPaceOfEverySecond(t *testing.T) {
	for _, rate := range []float64{1, 10, 28, 50, 100} {
		ask := outbox.PaceAt(rate)
		r := rand.New(rand.NewPCG(1, uint64(rate)))
		now := time.Date(2021, 8, 15, 2, 0, 0, 0, time.UTC)
		var went []time.Time
		large := make(map[time.Time]int)
		for len(went) < 2000 {
			n := 1
			if r.IntN(20) == 0 {
				n = 1 + r.IntN(10)
			}
			if r.IntN(200) == 0 { // nothing to send for a while
				now = now.Add(time.Duration(r.IntN(5000)) * time.Millisecond)
			}
			for wait := ask(n, core.PriorityNotice, now); wait > 0; wait = ask(n, core.PriorityNotice, now) {
				now = now.Add(wait + time.Duration(r.IntN(3000))*time.Microsecond) // woken a little late
			}
			large[now] = n
			for range n {
				went = append(went, now)
			}
		}
		for i, from := range went {
			n := 0
			for _, at := range went[i:] {
				if at.Sub(from) >= time.Second {
					break
				}
				n++
			}
			if n > max(int(rate), large[from]) {
				t.Fatalf("%v a second: %d went in the second from %v", rate, n, from)
			}
		}
		if took := went[len(went)-1].Sub(went[0]).Seconds(); float64(len(went))/took < rate/4 {
			t.Errorf("%v a second: only %.1f a second went", rate, float64(len(went))/took)
		}
	}
}
