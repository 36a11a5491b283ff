package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// halfWay leaves a chat in the middle of a form.
func (c chat) halfWay(moment time.Time, question, state string) {
	c.t.Helper()
	c.at(moment, func(_ context.Context, _ *store.Tx, at *core.Address) error {
		at.Form, at.Question, at.State = "resident", question, []byte(state)
		return nil
	})
}

// takes takes a session along: "form question state asked", "" when there is none.
func (c chat) takes(moment time.Time) (got string) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		got, err = takenAlong(ctx, tx, at)
		return err
	})
	return got
}

func takenAlong(ctx context.Context, tx *store.Tx, at *core.Address) (string, error) {
	form, question, state, asked, ok, err := tx.TakeSession(ctx, at)
	if !ok {
		return "", err
	}
	return fmt.Sprintf("%s %s %s %s", form, question, state, asked.UTC().Format(time.DateTime)), err
}

// session is where a chat stands.
func session(at core.Address) string {
	return fmt.Sprintf("%s %s %s", at.Form, at.Question, at.State)
}

func TestTakeSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phone := "+84900000001"
		sms, web, tg := chat{t, s, core.TelURN(phone)}, chat{t, s, "web:1"}, chat{t, s, "telegram:1"}
		web.halfWay(now, "birth", "{1}")
		if got := sms.takes(now); got != "" {
			t.Errorf("nothing is proved: took %q", got)
		}
		sms.prove(now, phone)
		tg.prove(now, "+84900000002")
		if got := sms.takes(now); got != "" {
			t.Errorf("not proved there: took %q", got)
		}
		web.prove(now, phone)
		if got := tg.takes(now); got != "" {
			t.Errorf("another phone took %q", got)
		}
		if got := sms.takes(now.Add(8 * 24 * time.Hour)); got != "" {
			t.Errorf("after a week: took %q", got)
		}
		asked := now.Add(time.Hour)
		web.halfWay(asked, "birth", "{2}")
		if got, want := sms.takes(asked.Add(time.Minute)), "resident birth {2} "+asked.UTC().Format(time.DateTime); got != want {
			t.Errorf("took %q, want %q", got, want)
		}
		if left := session(web.at(asked.Add(2*time.Minute), nil)); left != "  " {
			t.Errorf("left behind: %q", left)
		}
		if got := sms.takes(asked.Add(2 * time.Minute)); got != "" {
			t.Errorf("took it twice: %q", got)
		}
		tg.prove(asked, phone)
		web.halfWay(asked.Add(time.Hour), "sex", "{3}")
		tg.halfWay(asked.Add(2*time.Hour), "full_name", "{4}")
		if got, want := sms.takes(asked.Add(3*time.Hour)), "resident full_name {4} "+asked.Add(2*time.Hour).UTC().Format(time.DateTime); got != want {
			t.Errorf("of two took %q, want %q", got, want)
		}
	})
}

// Both messages of a person come in one group: what the first turn changed
// counts for the second, and what was taken is not saved back.
func TestTakeSessionWithinAGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phone := "+84900000001"
		sms, web := chat{t, s, core.TelURN(phone)}, chat{t, s, "web:1"}
		sms.prove(now, phone)
		web.prove(now, phone)
		later := now.Add(time.Hour)
		for _, order := range [][]core.URN{{web.urn, sms.urn}, {sms.urn, web.urn}, {web.urn, sms.urn, web.urn}} {
			web.halfWay(now, "birth", "{old}")
			sms.halfWay(now.Add(-time.Second), "", "") // its form is "resident" with nothing said yet
			sms.at(now.Add(-time.Second), func(_ context.Context, _ *store.Tx, at *core.Address) error { at.Form = ""; return nil })
			var group []core.Inbound
			for _, urn := range order {
				group = append(group, core.Inbound{Channel: urn.Scheme(), ExternalID: core.NewID(), URN: urn, Text: "x"})
			}
			var got, seen string
			err := s.Take(t.Context(), later, group, func(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, _ string) (err error) {
				tx.SaveSession(at)
				if m.URN == sms.urn {
					got, err = takenAlong(ctx, tx, at)
					at.Form, at.Question, at.State = "resident", "taken", []byte("{taken}")
					return err
				}
				if seen = session(*at); at.Form != "" {
					at.Question, at.State = "sex", []byte("{new}")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			want, sees := "resident sex {new} "+later.UTC().Format(time.DateTime), "resident birth {old}"
			if order[0] == sms.urn {
				want, sees = "resident birth {old} "+now.UTC().Format(time.DateTime), "  "
			} else if len(order) == 3 {
				sees = "  "
			}
			if got != want || seen != sees {
				t.Errorf("%v: took %q, want %q; the web saw %q, want %q", order, got, want, seen, sees)
			}
			if left, now := session(web.at(later, nil)), session(sms.at(later, nil)); left != "  " || now != "resident taken {taken}" {
				t.Errorf("%v: left %q, went on as %q", order, left, now)
			}
			sms.at(later, func(_ context.Context, _ *store.Tx, at *core.Address) error {
				at.Form, at.Question, at.State = "", "", nil
				return nil
			})
		}
	})
}

// On two nodes each turn wants the session of the other's address: neither
// waits, and nothing is lost.
func TestTakeSessionCrossing(t *testing.T) {
	nodes := twoNodes(t)
	phone := "+84900000001"
	chats := [2]chat{{t, nodes[0], core.TelURN(phone)}, {t, nodes[1], "web:1"}}
	for i, c := range chats {
		c.prove(now, phone)
		c.halfWay(now, "birth", fmt.Sprintf("{%d}", i))
	}
	var both, tried, done sync.WaitGroup
	both.Add(2)
	tried.Add(2)
	for i, c := range chats {
		m := core.Inbound{Channel: c.urn.Scheme(), ExternalID: core.NewID(), URN: c.urn, Text: "x"}
		done.Go(func() {
			err := nodes[i].Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
				both.Done()
				both.Wait() // each holds its own address now
				got, err := takenAlong(ctx, tx, at)
				tried.Done()
				tried.Wait() // and until both have tried
				if got != "" {
					t.Errorf("node %d took %q, which the other holds", i, got)
				}
				return err
			})
			if err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	done.Wait()
	for i, c := range chats {
		if got, want := session(c.at(now, nil)), fmt.Sprintf("resident birth {%d}", i); got != want {
			t.Errorf("node %d: %q, want %q", i, got, want)
		}
	}
}
