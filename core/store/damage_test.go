package store_test

import (
	"context"
	"testing"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// Damaged values of one address must not shut its person out, nor everybody who
// writes at the same moment; and a phone moved over from another address is no
// proof.
func TestDamagedAddressIsTakenAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		group := []core.Inbound{message("1", "+84900000001", "a"), message("2", "+84900000002", "b")}
		err := s.Take(t.Context(), now, group, func(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
			if err := tx.Prove(ctx, at, m.URN.Path(), "sms"); err != nil {
				return err
			}
			return echo(ctx, tx, at, m, id)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{"urn", "phone", "state"} {
			err := s.Exec(t.Context(), `UPDATE addresses SET `+column+` = (SELECT b.`+column+` FROM addresses b WHERE b.id <> addresses.id)
				WHERE id = (SELECT m.address_id FROM messages m WHERE m.external_id = '1')`)
			if err != nil {
				t.Fatal(err)
			}
		}
		var damaged, whole core.Address
		again := []core.Inbound{message("3", "+84900000001", "c"), message("4", "+84900000002", "d")}
		err = s.Take(t.Context(), now, again, func(_ context.Context, _ *store.Tx, at *core.Address, m core.Inbound, _ string) error {
			if m.Text == "c" {
				damaged = *at
			} else {
				whole = *at
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if damaged.Phone != "" || len(damaged.State) > 0 || damaged.URN != "tel:+84900000001" {
			t.Errorf("the damaged address is %q with phone %q and state %q", damaged.URN, damaged.Phone, damaged.State)
		}
		if whole.Phone != "+84900000002" || string(whole.State) != "b" || whole.URN != "tel:+84900000002" {
			t.Errorf("its neighbour is %q with phone %q and state %q", whole.URN, whole.Phone, whole.State)
		}
	})
}
