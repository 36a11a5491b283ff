package sandbox

import (
	"testing"
	"time"
)

// Networks count by the second; what alone counts as more than a second takes
// one of its own.
func TestRates(t *testing.T) {
	var m meter
	m.set(Rates{PerSecond: 3, Burst: 2})
	begin := time.Unix(1_629_000_000, 0)
	for i, tt := range []struct {
		after time.Duration
		chat  string
		n     int
		want  bool
	}{
		{0, "a", 1, true}, {0, "a", 1, true}, {0, "a", 1, false}, // a burst of two
		{0, "b", 1, true}, {0, "c", 1, false}, // three in a second
		{time.Second, "a", 1, true}, {time.Second, "a", 1, false}, // one more each second
		{time.Second, "c", 3, false}, {2 * time.Second, "c", 5, true}, {2 * time.Second, "d", 1, false},
		{3 * time.Second, "c", 1, false}, {6 * time.Second, "c", 1, true},
	} {
		if got := m.take(begin.Add(tt.after), tt.chat, tt.n); got != tt.want {
			t.Errorf("%d: %d to %s after %v: taken %v", i, tt.n, tt.chat, tt.after, got)
		}
	}
	if want := (Pace{Taken: 10, Busiest: 5, Refused: 6}); m.seen() != want {
		t.Errorf("seen %+v, want %+v", m.seen(), want)
	}
}
