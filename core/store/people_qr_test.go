package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func (c chat) replaceQR(moment time.Time, person string) (code, number string, err error) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
		code, number, err = tx.ReplaceQR(ctx, at, person)
		return nil
	})
	return code, number, err
}

// list is what FindQRs gives.
func (c chat) list(moment time.Time) (found []store.PersonQR) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		found, err = tx.FindQRs(ctx, at)
		return err
	})
	return found
}

// A lost QR is replaced by whoever is shown it, and by nobody else. The old one
// says so to an officer; its owner sees the new one alone.
func TestReplaceQR(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		mine, other := "+84900000001", "+84900000002"
		me, stranger := chat{t, s, core.TelURN(mine)}, chat{t, s, core.TelURN(other)}
		me.prove(now, mine)
		stranger.prove(now, other)
		old := me.speak(now, "Trần Thị Một", "046185000001", nil)
		father := me.speak(now, "Trần Văn Cha", "046055000001", forOther(other))
		stranger.speak(now, "Cao Thị Bảy", "", nil)
		for name, try := range map[string]func() (string, string, error){
			"a stranger":                  func() (string, string, error) { return stranger.replaceQR(now, old.PersonID) },
			"a phone that was only named": func() (string, string, error) { return stranger.replaceQR(now, father.PersonID) },
			"a chat that proved no phone": func() (string, string, error) { return chat{t, s, "web:1"}.replaceQR(now, old.PersonID) },
			"somebody who does not exist": func() (string, string, error) { return me.replaceQR(now, "nobody") },
			"nobody":                      func() (string, string, error) { return me.replaceQR(now, "") },
		} {
			if code, _, err := try(); !errors.Is(err, core.ErrNotFound) || code != "" {
				t.Errorf("%s: %q, %v", name, code, err)
			}
		}
		lost := now.Add(time.Hour)
		code, number, err := me.replaceQR(lost, old.PersonID)
		if err != nil || code == old.Code || number == old.Number || len(code) != len(old.Code) {
			t.Fatalf("%q %q, %v", code, number, err)
		}
		if list := me.list(lost); len(list) != 2 || list[1].PersonID != old.PersonID && list[0].PersonID != old.PersonID {
			t.Errorf("shown: %+v", list)
		} else {
			for _, q := range list {
				if q.PersonID == old.PersonID && (q.Code != code || q.Number != number) {
					t.Errorf("the owner is shown %+v, want the new code", q)
				}
			}
		}
		if again := me.speak(lost.Add(time.Hour), "Trần Thị Một", "046185000001", nil); again.Code != code {
			t.Errorf("the next declaration gives %q, want the new code", again.Code)
		}
		l := looks{at: lost}
		o := officer(t, s, duty.Police, "480")
		got, err := s.CheckByCode(t.Context(), l.by(o, "qr"), duty.Everywhere, old.Code)
		if err != nil || !got.Revoked.Equal(lost) || len(got.People) != 1 {
			t.Errorf("the old code: %+v, %v", got, err)
		}
		if got, err = s.CheckByNumber(t.Context(), l.by(o, "check"), duty.Everywhere, old.Number); err != nil || !got.Revoked.Equal(lost) {
			t.Errorf("the old number: %+v, %v", got, err)
		}
		if got, err = s.CheckByCode(t.Context(), l.by(o, "qr"), duty.Everywhere, code); err != nil || !got.Revoked.IsZero() || len(got.People) != 1 {
			t.Errorf("the new code: %+v, %v", got, err)
		}
	})
}

// What is held about whom: told to the phone that declared them, and no more
// to one that only spoke for somebody who speaks for themselves now.
func TestHeld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hers, his := "+84900000001", "+84900000002"
		daughter, father := chat{t, s, "telegram:1"}, chat{t, s, core.TelURN(his)}
		held := func(c chat, moment time.Time) (h core.Holding) {
			t.Helper()
			c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
				h, err = tx.Held(ctx, at)
				return err
			})
			return h
		}
		if h := held(daughter, now); len(h.People) != 0 {
			t.Errorf("a chat that proved nothing is told %+v", h)
		}
		daughter.prove(now, hers)
		father.prove(now, his)
		daughter.speak(now, "Trần Thị Một", "046185000001", nil)
		of := daughter.speak(now.Add(time.Second), "Trần Văn Cha", "046055000001", forOther(his))
		if _, _, err := daughter.replaceQR(now.Add(time.Minute), of.PersonID); err != nil {
			t.Fatal(err)
		}
		l := looks{at: now}
		o := officer(t, s, duty.CDC, "474")
		if _, err := s.CheckByCode(t.Context(), l.by(o, "check"), duty.Everywhere, of.Code); err != nil {
			t.Fatal(err)
		}
		h := held(daughter, now.Add(time.Hour))
		if len(h.People) != 2 {
			t.Fatalf("held: %+v", h)
		}
		p := h.People[0]
		if p.Name != "Trần Văn Cha" || p.Self || len(p.Declarations) != 1 || !p.Declarations[0].Proxy || p.Declarations[0].Officer || p.Declarations[0].Channel != "telegram" ||
			len(p.Phones) != 2 || p.Phones[0] != "002" && p.Phones[1] != "002" || len(p.Phones[0]) != 3 {
			t.Errorf("of the father: %+v", p)
		}
		if len(p.Looks) != 1 || p.Looks[0].Duty != "cdc" || p.Looks[0].Area != "474" || p.Looks[0].Screen != "check" ||
			len(p.QRs) != 2 || !p.QRs[0].Replaced.IsZero() || !p.QRs[1].Replaced.Equal(now.Add(time.Minute)) || !p.QRs[1].Made.Equal(now.Add(time.Second)) {
			t.Errorf("of the father: looks %+v, QRs %+v", p.Looks, p.QRs)
		}
		if me := h.People[1]; !me.Self || len(me.Looks) != 0 || len(me.Declarations) != 1 || me.Declarations[0].Proxy {
			t.Errorf("of herself: %+v", me)
		}
		if h := held(father, now.Add(time.Hour)); len(h.People) != 0 {
			t.Errorf("a phone that was only named is told %+v", h)
		}
		father.speak(now.Add(2*time.Hour), "Trần Văn Cha", "046055000001", nil)
		if h := held(father, now.Add(3*time.Hour)); len(h.People) != 1 || !h.People[0].Self || len(h.People[0].Declarations) != 2 || len(h.People[0].Looks) != 1 {
			t.Errorf("the father is told %+v", h)
		}
		for _, p := range held(daughter, now.Add(3*time.Hour)).People {
			if p.Name == "Trần Văn Cha" && (len(p.Declarations) != 1 || len(p.Looks) != 0 || len(p.Phones) != 0) {
				t.Errorf("of her father, who speaks for himself, the daughter is told %+v", p)
			}
		}
	})
}
