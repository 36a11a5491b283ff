package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A script that looks up many people within one millisecond is counted like a
// hand that does so one after the other.
func TestLooksAtOnceAreAllCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := officer(t, s, duty.CDC, "46")
		var looked, refused atomic.Int64
		var wg sync.WaitGroup
		for range 2 * store.LooksPerMinute {
			wg.Go(func() {
				_, err := s.CheckByID(t.Context(), store.Look{Officer: o, Screen: "check", At: now}, o.CheckScope(), "046055000123")
				switch {
				case err == nil:
					looked.Add(1)
				case errors.Is(err, store.ErrTooManyLooks):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if looked.Load() != store.LooksPerMinute || refused.Load() != store.LooksPerMinute {
			t.Errorf("%d look-ups of one moment and %d refused, want %d of each", looked.Load(), refused.Load(), store.LooksPerMinute)
		}
	})
}
