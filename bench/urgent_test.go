package main

import (
	"testing"

	"khaibao/core/outbox"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// What is urgent overtakes the notices that wait, on networks that count what
// they are sent and refuse what is too much: they refuse nothing. How long it
// takes is measured by the bench; here only its place counts.
func TestUrgentOvertakesNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c, err := newCrush(s, 400)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.close)
		for _, l := range c.lines { // what was on its way on a machine that stood still may come all at once
			r := l.rates
			r.PerSecond += outbox.Workers
			l.setRates(r)
		}
		if err := c.queueNotices(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := c.run(t.Context(), 3, func() {}); err != nil {
			t.Fatal(err)
		}
		for _, l := range c.lines {
			for i, behind := range l.behind {
				if behind > 2*outbox.Workers {
					t.Errorf("%s, %d: %d notices left before it", l.what, i, behind)
				}
			}
			if p := l.pace(); p.Refused > 0 || p.Taken < 3 {
				t.Errorf("%s took %d messages and refused %d, %d in one second", l.Name(), p.Taken, p.Refused, p.Busiest)
			}
		}
	})
}
