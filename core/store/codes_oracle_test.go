package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Whoever types somebody's number learns nothing of what the holder, or anybody
// else, did with it today; and the phone rings no more often than its caps let it.
func TestCodesTellNothingOfOthers(t *testing.T) {
	l := codes.Default()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		quiet, just, often := "+84900000001", "+84900000002", "+84900000003"
		real := make(map[string]int)
		holder := func(n int, phone string, at time.Time) asker {
			a := asker{t: t, s: s, urn: core.URN(fmt.Sprint("web:holder", n))}
			if code, _, _ := a.ask(phone, at, l); code != "" {
				real[phone]++
			}
			return a
		}
		mine := holder(0, just, now.Add(-10*time.Second))
		for n := range 5 {
			holder(1+n, often, now.Add(-12*time.Hour+time.Duration(n)*time.Hour))
		}
		// What a curious neighbour sees of a number.
		curious := func(phone string) string {
			a := asker{t: t, s: s, urn: core.URN("web:curious" + phone), network: "203.0.113.0/24"}
			var seen strings.Builder
			for _, after := range []time.Duration{0, time.Second, time.Minute, 61 * time.Second, 3 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour} {
				code, refused, wait := a.ask(phone, now.Add(after), l)
				if code != "" {
					real[phone]++
				}
				fmt.Fprintln(&seen, after, refused, wait, a.typed(phone, "000000", now.Add(after)), a.typed(phone, "x", now.Add(after)))
			}
			return seen.String()
		}
		of := curious(quiet)
		for name, phone := range map[string]string{"somebody had a code sent just now": just, "five codes were sent today": often} {
			if got := curious(phone); got != of {
				t.Errorf("%s:\n%s\nof a number never used:\n%s", name, got, of)
			}
		}
		for phone, n := range real {
			if n > l.PerPhone {
				t.Errorf("%s had %d codes", phone, n)
			}
		}
		if real[quiet] != l.PerPhone || real[often] != l.PerPhone {
			t.Errorf("codes sent: %v", real)
		}
		// The holder of the phone waits as ever for what was asked here.
		if _, refused, _ := mine.ask(just, now.Add(20*time.Second), l); refused != codes.Wait {
			t.Errorf("the holder asks again too soon: %q", refused)
		}
	})
}
