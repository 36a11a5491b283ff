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

// Who declared for somebody is told what they said themselves, not what that
// person said later by their own phone.
func TestKhaiHoShowsWhatItSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hers, his := "+84900000001", "+84900000002"
		daughter, father := chat{t, s, "telegram:1"}, chat{t, s, core.TelURN(his)}
		daughter.prove(now, hers)
		father.prove(now, his)
		first := daughter.speak(now, "Trần Văn Cha", "", func(d *core.Declaration) {
			d.Proxy, d.Notify, d.Person.Birth, d.Person.Insurance, d.Person.House, d.Private = true, his, "1955", "", "", map[string]any{"typed": "An Đông"}
		})
		own := father.speak(now.Add(time.Hour), "Trần Văn Cha", "046055000001", func(d *core.Declaration) {
			d.Person.Birth, d.Person.Commune, d.Person.District, d.Facts["symptoms"] = "1955-09-02", huongVan, "480", []string{"fever"}
		})
		if own.PersonID != first.PersonID || own.Version != 2 {
			t.Fatalf("the phone that was named does not find its person: %+v", own)
		}
		list := daughter.recall(now.Add(2*time.Hour), "resident")
		if len(list) != 1 {
			t.Fatalf("recalled: %+v", list)
		}
		p := list[0]
		if p.Version != 1 || p.Facts.Name != "Trần Văn Cha" || p.Facts.Birth != "1955" || p.Facts.ID != "" || p.Facts.IDType != "" || p.Facts.House != "" ||
			p.Facts.Insurance != "" || p.Facts.Commune != anDong || p.Private["id_number"] != nil || fmt.Sprint(p.Answers["symptoms"]) != "[]" {
			t.Errorf("the daughter recalls %+v", p)
		}
		if list := daughter.recall(now.Add(2*time.Hour), "journey"); len(list) != 1 || list[0].Answers != nil || list[0].Facts.Commune != anDong || list[0].Facts.ID != "" {
			t.Errorf("for another form: %+v", list)
		}
		again := daughter.speak(now.Add(3*time.Hour), "Trần Văn Cha", "", func(d *core.Declaration) {
			d.Proxy, d.Notify, d.PersonID, d.Person = true, his, p.PersonID, p.Facts
		})
		if again.PersonID != first.PersonID || again.Version != 3 || again.TellPhone {
			t.Errorf("the same as last time: %+v", again)
		}
		list = father.recall(now.Add(4*time.Hour), "resident")
		if len(list) != 1 || !list[0].Self || list[0].Version != 3 || list[0].Facts.ID != "046055000001" || list[0].Facts.Birth != "1955-09-02" {
			t.Errorf("the father recalls %+v", list)
		}
	})
}

// A phone that a declarer names finds the person by the same number or name
// and year, and nobody by anything else.
func TestNamedPhoneProvesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hers, his := "+84900000001", "+84900000002"
		daughter, named := chat{t, s, "telegram:1"}, chat{t, s, core.TelURN(his)}
		daughter.prove(now, hers)
		of := daughter.speak(now, "Trần Văn Cha", "046055000001", forOther(his))
		if after := named.prove(now, his); after.Declared {
			t.Error("the phone that was named is told that somebody declared")
		}
		if got := named.recall(now, "resident"); len(got) != 0 {
			t.Errorf("it recalls %+v", got)
		}
		if other := named.speak(now, "Lê Thị Khác", "", func(d *core.Declaration) { d.PersonID = of.PersonID }); other.PersonID == of.PersonID {
			t.Error("another name, with the person's ID sent along, became the person")
		}
		if got := named.speak(now, "Trần Cha", "046055000001", nil); got.PersonID != of.PersonID || got.Version != 2 {
			t.Errorf("by its number: %+v", got)
		}
		if got := named.qrs(now); got != "Lê Thị Khác, Trần Cha" {
			t.Errorf("afterwards it is shown %q", got)
		}
	})
}

// A recalled person counts only where it was recalled.
func TestPersonIDOfAStranger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		me, stranger, nobody := chat{t, s, "telegram:1"}, chat{t, s, "telegram:2"}, chat{t, s, "web:1"}
		me.prove(now, "+84900000001")
		stranger.prove(now, "+84900000002")
		mine := me.speak(now, "Trần Thị Một", "", nil)
		steal := func(d *core.Declaration) { d.PersonID = mine.PersonID }
		if got := stranger.speak(now, "Trần Thị Một", "", steal); got.PersonID == mine.PersonID {
			t.Error("a stranger's phone declares for my record")
		}
		if got := nobody.speak(now, "Trần Thị Một", "", func(d *core.Declaration) { d.PersonID, d.Proven, d.Phone = mine.PersonID, false, "+84900000001" }); got.PersonID == mine.PersonID {
			t.Error("who proved nothing declares for my record")
		}
		if got := me.speak(now, "Lê Thị Hai", "", steal); got.PersonID != mine.PersonID || got.Version != 2 {
			t.Errorf("I correct my own name: %+v", got)
		}
	})
}

// One phone is told of at most ten khai hộ in a day, of each once, and again
// only after a day when another phone is named.
func TestToldOnceAndNotTooOften(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		me := chat{t, s, "telegram:1"}
		me.prove(now, "+84900000001")
		victim, told := "+84900000002", 0
		for n := range 14 {
			if me.speak(now, "Trần Thị "+string(rune('A'+n)), "", forOther(victim)).TellPhone {
				told++
			}
		}
		if told != 10 {
			t.Errorf("one phone is told %d times in a day", told)
		}
		if me.speak(now, "Trần Thị Một", "", forOther("+84900000001")).TellPhone {
			t.Error("the declarer is told of the own khai ho")
		}
		if !me.speak(now, "Trần Thị Hai", "", forOther("+84900000003")).TellPhone || me.speak(now, "Trần Thị Hai", "", forOther("+84900000004")).TellPhone {
			t.Error("one after the other is told at once")
		}
		tomorrow := now.Add(25 * time.Hour)
		if !me.speak(tomorrow, "Trần Thị N", "", forOther(victim)).TellPhone || !me.speak(tomorrow, "Trần Thị Hai", "", forOther("+84900000004")).TellPhone {
			t.Error("who could not be told is not told the next day")
		}
		me.speak(now, "Trần Thị Ba", "", nil)
		if me.speak(tomorrow, "Trần Thị Ba", "", forOther(victim)).TellPhone {
			t.Error("a person who was declared as the phone's own holder is khai ho now")
		}
	})
}

// An objection takes back also what was declared before the phone was proved,
// and stands when the two records become one; it is too late after 30 days.
func TestObjectionReachesAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		hers, his := "+84900000001", "+84900000002"
		daughter, father := chat{t, s, "web:1"}, chat{t, s, core.TelURN(his)}
		daughter.declare(now, "Trần Văn Cha", hers) // nothing is proved
		daughter.prove(now, hers)
		if got := daughter.speak(now, "Trần Văn Cha", "", forOther(his)); got.Version != 2 || !got.TellPhone {
			t.Errorf("proved afterwards: %+v", got)
		}
		father.prove(now, his)
		if late := father.objects(now.Add(31 * 24 * time.Hour)); len(late) != 0 {
			t.Errorf("after a month: %+v", late)
		}
		if list := father.objects(now.Add(29 * 24 * time.Hour)); len(list) != 1 {
			t.Errorf("within a month: %+v", list)
		}
		if got, list := daughter.qrs(now), daughter.recall(now, "resident"); got != "" || len(list) != 0 {
			t.Errorf("she is shown %q, recalls %+v", got, list)
		}
		if again := father.objects(now.Add(29 * 24 * time.Hour)); len(again) != 0 {
			t.Errorf("objected twice: %+v", again)
		}
		if list := (chat{t, s, "web:2"}).objects(now); len(list) != 0 {
			t.Errorf("who proved nothing objects: %+v", list)
		}
	})
}

// Told is kept for 30 days, also where the address is of the same group.
func TestMarkTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := chat{t, s, core.TelURN("+84900000001")}
		other := core.TelURN("+84900000002")
		c.at(now, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
			id, err := tx.AddressOf(ctx, "tel", other)
			if err != nil {
				return err
			}
			if err := tx.MarkTold(ctx, id); err != nil {
				return err
			}
			return tx.MarkTold(ctx, at.ID)
		})
		for _, urn := range []core.URN{c.urn, other} {
			if !(chat{t, s, urn}).at(now.Add(29*24*time.Hour), nil).Told || (chat{t, s, urn}).at(now.Add(31*24*time.Hour), nil).Told {
				t.Errorf("%s: told of a khai ho for other than 30 days", urn)
			}
		}
	})
}

// Each person whom a phone calls wrong is a task, and the same one twice is one.
func TestTaskForEachObjection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := chat{t, s, core.TelURN("+84900000001")}
		for range 2 {
			c.at(now, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
				for _, person := range []string{"a", "b"} {
					if err := tx.OpenTask(ctx, core.Task{Kind: "objected", PersonID: person, AddressID: at.ID, Province: "46", Due: now}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		got, err := s.Texts(t.Context(), `SELECT person_id || ' ' || CAST(attempts AS TEXT) FROM tasks ORDER BY 1`)
		if err != nil || len(got) != 2 || got[0] != "a 1" || got[1] != "b 1" {
			t.Errorf("tasks: %q, %v", got, err)
		}
	})
}

// Two people declare for each other at once on two nodes: each address is
// marked as told by the turn that holds the other.
func TestToldCrossing(t *testing.T) {
	nodes := twoNodes(t)
	chats := [2]chat{{t, nodes[0], core.TelURN("+84900000001")}, {t, nodes[1], core.TelURN("+84900000002")}}
	var ids [2]string
	for i, c := range chats {
		ids[i] = c.at(now, nil).ID
	}
	var both, done sync.WaitGroup
	both.Add(2)
	for i, c := range chats {
		m := core.Inbound{Channel: c.urn.Scheme(), ExternalID: core.NewID(), URN: c.urn, Text: "x"}
		var once sync.Once // the turn that PostgreSQL undid comes again
		done.Go(func() {
			err := nodes[i].Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
				once.Do(both.Done)
				both.Wait() // each holds its own address now
				return tx.MarkTold(ctx, ids[1-i])
			})
			if err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	done.Wait()
	for i, c := range chats {
		if !c.at(now, nil).Told {
			t.Errorf("address %d was not told", i)
		}
	}
}
