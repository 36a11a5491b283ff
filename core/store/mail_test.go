package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestMailKeepsItsOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const urn = core.URN("web:abc")
		wake, stop := s.WakeMail(urn)
		defer stop()
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				m := store.Mail{ID: fmt.Sprint(i % 20), Body: []byte("xin chào"), Mine: i%2 == 0, At: now}
				if err := s.PutMail(t.Context(), urn, m); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := s.MailAfter(t.Context(), urn, 0, 100)
		if err != nil || len(all) != 20 {
			t.Fatalf("%d messages of 20 sent twice, %v", len(all), err)
		}
		for i, m := range all {
			if m.Seq != int64(i+1) || string(m.Body) != "xin chào" {
				t.Fatalf("place %d holds %+v", i+1, m)
			}
		}
		select {
		case <-wake:
		case <-time.After(5 * time.Second):
			t.Fatal("nobody was woken")
		}
		last, err := s.LatestMail(t.Context(), urn, 3)
		if err != nil || len(last) != 3 || last[2].Seq != 20 || last[0].Seq != 18 {
			t.Fatalf("latest %+v, %v", last, err)
		}
		if _, err := s.MailItem(t.Context(), urn, "nowhere"); err != core.ErrNotFound {
			t.Fatalf("unknown item: %v", err)
		}
		if other, _ := s.LatestMail(t.Context(), "web:other", 3); len(other) != 0 {
			t.Fatal("another browser sees it")
		}
	})
}
