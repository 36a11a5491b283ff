package store_test

import (
	"context"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// speak stores a declaration of this chat by its proved phone.
func (c chat) speak(moment time.Time, name, id string, change func(*core.Declaration)) (stored store.Stored) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		stored, err = tx.Declare(ctx, statement(name, id, at.Phone, moment, func(d *core.Declaration) {
			d.AddressID, d.Channel = at.ID, at.Channel
			if change != nil {
				change(d)
			}
		}))
		return err
	})
	return stored
}

// forOther declares as khai hộ, with the phone that the declarer says is the person's.
func forOther(notify string) func(*core.Declaration) {
	return func(d *core.Declaration) { d.Proxy, d.Notify = true, notify }
}

func (c chat) recall(moment time.Time, form string) (list []core.Remembered) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		list, err = tx.Recall(ctx, at, form)
		return err
	})
	return list
}

func (c chat) objects(moment time.Time) (list []core.Objection) {
	c.t.Helper()
	c.at(moment, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
		list, err = tx.Objects(ctx, at)
		return err
	})
	return list
}

// A daughter declares for her father, who is told once. He objects: she is
// shown nothing of him any more.
func TestObjectionToKhaiHo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hers, his := "+84900000001", "+84900000002"
		daughter, father := chat{t, s, "telegram:1"}, chat{t, s, core.TelURN(his)}
		daughter.prove(now, hers)
		daughter.speak(now, "Trần Thị Một", "046185000001", nil)
		first := daughter.speak(now, "Trần Văn Cha", "046055000001", forOther(his))
		if !first.TellPhone || first.Version != 1 {
			t.Errorf("first khai ho: %+v", first)
		}
		again := daughter.speak(now.Add(25*time.Hour), "Trần Văn Cha", "046055000001", forOther(his))
		if again.TellPhone || again.PersonID != first.PersonID || again.Version != 2 || again.Code != first.Code {
			t.Errorf("the next day: %+v", again)
		}
		list := daughter.recall(now, "resident")
		if len(list) != 2 || list[0].PersonID != first.PersonID || list[0].Self || !list[1].Self || list[0].Facts.ID != "046055000001" ||
			list[0].Private["id_number"] != "046055000001" || list[0].Version != 2 {
			t.Errorf("recalled: %+v", list)
		}
		if list = daughter.recall(now, "journey"); len(list) != 2 || list[0].Answers != nil || list[0].Form != "" || list[0].Facts.House == "" {
			t.Errorf("recalled for another form: %+v", list)
		}
		father.prove(now, his)
		father.at(now, func(ctx context.Context, tx *store.Tx, at *core.Address) error { return tx.MarkTold(ctx, at.ID) })
		if found := father.at(now, nil); !found.Told {
			t.Error("the address does not know that it was told")
		}
		if got := father.qrs(now); got != "" {
			t.Errorf("a phone that was only named is shown %q", got)
		}
		if got := father.objects(now.Add(time.Hour)); len(got) != 1 || got[0].PersonID != first.PersonID || got[0].Commune != anDong || got[0].Province != "46" {
			t.Errorf("objected: %+v", got)
		}
		if found := father.at(now, nil); found.Told {
			t.Error("told still, after the objection")
		}
		if got := daughter.qrs(now); got != "Trần Thị Một" {
			t.Errorf("after the objection she is shown %q", got)
		}
		if list := daughter.recall(now, "resident"); len(list) != 1 {
			t.Errorf("after the objection she recalls %+v", list)
		}
		if own := father.speak(now.Add(2*time.Hour), "Trần Văn Cha", "", nil); own.PersonID != first.PersonID || own.Version != 3 {
			t.Errorf("his own declaration: %+v", own)
		}
		if other := daughter.speak(now.Add(3*time.Hour), "Trần Văn Cha", "046055000001", func(d *core.Declaration) {
			d.Proxy, d.Notify, d.PersonID = true, his, first.PersonID
		}); other.PersonID == first.PersonID {
			t.Error("who was objected to declares for the same record again")
		}
	})
}
