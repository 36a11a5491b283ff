package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Whoever proved one phone on the web and writes from it by SMS is one person,
// also when both declarations come at once: versions 1 and 2.
func TestOnePersonOnTwoChannelsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := range 20 {
			phone := fmt.Sprintf("+8490000%04d", n)
			var wg sync.WaitGroup
			var mu sync.Mutex
			var got []store.Stored
			ready := make(chan struct{})
			for _, urn := range []core.URN{core.TelURN(phone), core.URN("web:" + phone)} {
				m := core.Inbound{Channel: urn.Scheme(), ExternalID: core.NewID(), URN: urn, Text: "x"}
				wg.Go(func() {
					<-ready
					err := s.Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
						if err := tx.Prove(ctx, at, phone, "code"); err != nil {
							return err
						}
						d := statement("Trần Thị Một", "046185000001", phone, now, func(d *core.Declaration) { d.AddressID = at.ID })
						stored, err := tx.Declare(ctx, d)
						mu.Lock()
						got = append(got, stored)
						mu.Unlock()
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			close(ready)
			wg.Wait()
			if len(got) != 2 || got[0].PersonID != got[1].PersonID || got[0].Version+got[1].Version != 3 || got[0].Code != got[1].Code {
				t.Fatalf("phone %d: %+v", n, got)
			}
		}
	})
}
