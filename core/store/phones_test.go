package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// chat is one chat on a network, with the phone that is in the hand that holds it.
type chat struct {
	t   *testing.T
	s   *store.Store
	urn core.URN
}

// at runs one turn of the chat, and returns the address as the turn found it.
func (c chat) at(moment time.Time, do func(ctx context.Context, tx *store.Tx, at *core.Address) error) (found core.Address) {
	c.t.Helper()
	m := core.Inbound{Channel: c.urn.Scheme(), ExternalID: core.NewID(), URN: c.urn, Text: "x"}
	err := c.s.Take(c.t.Context(), moment, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		found = *at
		tx.SaveSession(at)
		if do == nil {
			return nil
		}
		return do(ctx, tx, at)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

func (c chat) prove(moment time.Time, phone string) (after core.Address) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
		defer func() { after = *at }()
		return tx.Prove(ctx, at, phone, "code")
	})
	return after
}

// declare declares by the chat's phone or, while it has none, without proof.
func (c chat) declare(moment time.Time, name, typed string) (stored store.Stored) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		stored, err = tx.Declare(ctx, statement(name, "", typed, moment, func(d *core.Declaration) {
			d.AddressID, d.Proven, d.Channel = at.ID, at.Phone != "", at.Channel
			if d.Proven {
				d.Phone = at.Phone
			}
		}))
		return err
	})
	return stored
}

// qrs are the names whose QRs the chat is shown.
func (c chat) qrs(moment time.Time) string {
	c.t.Helper()
	var names []string
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
		found, err := tx.FindQRs(ctx, at)
		for _, q := range found {
			names = append(names, q.Name)
		}
		return err
	})
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// A chat that changes hands shows the people of the phone that it proved last,
// and of no other.
func TestChatThatProvesAnotherPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		mine, other := "+84900000001", "+84900000002"
		c := chat{t, s, "telegram:1"}
		c.declare(now, "Hồ Thị Bốn", mine) // before anything is proved
		if got := c.qrs(now); got != "Hồ Thị Bốn" {
			t.Errorf("not proved: %q", got)
		}
		c.prove(now, mine)
		if got := c.qrs(now); got != "Hồ Thị Bốn" {
			t.Errorf("the phone that was given is proved: %q", got)
		}
		if again := c.declare(now, "Hồ Thị Bốn", mine); again.Version != 2 {
			t.Errorf("proved after the first declaration: version %d", again.Version)
		}
		c.declare(now, "Trần Thị Một", mine)
		if got := c.qrs(now); got != "Hồ Thị Bốn, Trần Thị Một" {
			t.Errorf("my people: %q", got)
		}
		if after := c.prove(now, other); after.Declared {
			t.Error("the next one is told that somebody declared here before")
		}
		if got := c.qrs(now); got != "" {
			t.Errorf("whoever took the chat over is shown %q", got)
		}
		if theirs := c.declare(now, "Hồ Thị Bốn", other); theirs.Version != 1 {
			t.Errorf("their declaration became version %d of mine", theirs.Version)
		}
		if got := (chat{t, s, core.TelURN(mine)}); got.prove(now, mine).Declared != true || got.qrs(now) != "Hồ Thị Bốn, Trần Thị Một" {
			t.Errorf("my people by SMS: %q", got.qrs(now))
		}
	})
}
