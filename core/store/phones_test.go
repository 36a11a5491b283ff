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

// An operator gives a number that was silent for long to somebody else. The
// new holder proves it, and sees nothing of the former one.
func TestRecycledNumberSeesNothing(t *testing.T) {
	const day = 24 * time.Hour
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phone := "+84900000001"
		bySMS, byWeb := chat{t, s, core.TelURN(phone)}, chat{t, s, "web:1"}
		bySMS.prove(now, phone)
		byWeb.prove(now, phone)
		first := bySMS.declare(now, "Trần Thị Một", phone)
		bySMS.declare(now, "Hồ Thị Bốn", phone)
		family := "Hồ Thị Bốn, Trần Thị Một"

		soon := now.Add(170 * day)
		if got := bySMS.qrs(soon); got != family { // and so the phone is not silent
			t.Errorf("after 170 days: %q", got)
		}
		later := now.Add(190 * day)
		if found := byWeb.at(later, nil); found.Phone != "" || found.Declared {
			t.Errorf("a browser that was silent for 190 days still has phone %q", found.Phone)
		}
		if after := byWeb.prove(later, phone); !after.Declared || byWeb.qrs(later) != family {
			t.Errorf("the same holder, heard of by SMS, proved it again and sees %q", byWeb.qrs(later))
		}

		after := later.Add(181 * day)
		if found := bySMS.at(after, nil); found.Phone != "" {
			t.Error("an SMS after half a year needs no new proof")
		}
		if holder := bySMS.prove(after, phone); holder.Declared || bySMS.qrs(after) != "" {
			t.Errorf("the new holder sees %q", bySMS.qrs(after))
		}
		if other := bySMS.declare(after, "Cao Thị Bảy", phone); other.PersonID == first.PersonID || other.Version != 1 {
			t.Errorf("another name became %+v", other)
		}
		if got := bySMS.qrs(after); got != "Cao Thị Bảy" {
			t.Errorf("the new holder sees %q", got)
		}
		if back := bySMS.declare(after, "Trần Thị Một", phone); back.PersonID != first.PersonID || back.Version != 2 || back.Code != first.Code {
			t.Errorf("the same name and birth year became %+v, want %+v again", back, first)
		}
		if got := bySMS.qrs(after); got != "Cao Thị Bảy, Trần Thị Một" {
			t.Errorf("in the end: %q", got)
		}
	})
}
