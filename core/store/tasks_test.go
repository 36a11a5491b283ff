package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestTasksAndWhomToCall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		open := func(kind, code string, urn core.URN, proven string, due time.Duration) {
			t.Helper()
			turn := func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
				if proven != "" {
					if err := tx.Prove(ctx, at, proven, "code"); err != nil {
						return err
					}
				}
				return tx.OpenTask(ctx, core.Task{Kind: kind, AddressID: at.ID, Commune: code, District: area.District(code),
					Province: area.Province(code), Note: "symptoms", Due: now.Add(due)})
			}
			m := core.Inbound{Channel: urn.Scheme(), ExternalID: core.NewID(), URN: urn, At: now}
			if err := s.Take(t.Context(), now, []core.Inbound{m}, turn); err != nil {
				t.Fatal(err)
			}
		}
		open("misunderstood", anDong, "tel:+84900000001", "", 3*time.Hour)
		open("unproven", anDong, "telegram:77", "", time.Hour)
		open("misunderstood", anDong, "telegram:78", "+84900000002", 2*time.Hour)
		open("misunderstood", huongVan, "tel:+84900000003", "", time.Hour)

		team := officer(t, s, duty.Team, anDong)
		var l looks
		var after store.OpenTask
		var phones []string
		for page := range 4 {
			list, err := s.Tasks(t.Context(), team, team.ListScope(), after, 1)
			if err != nil || len(list) != 1 && page < 3 || len(list) > 0 && list[0].Area != anDong {
				t.Fatalf("page %d: %+v, %v", page, list, err)
			}
			if page == 3 {
				if len(list) != 0 {
					t.Fatalf("a fourth task: %+v", list)
				}
				break
			}
			after = list[0]
			c, err := s.TaskContact(t.Context(), l.by(team, "task"), team.ListScope(), after.ID)
			if err != nil || c.Kind != after.Kind || c.Note != "symptoms" {
				t.Fatalf("%+v, %v", c, err)
			}
			if c.Proven {
				c.Phone += " proven"
			}
			phones = append(phones, c.Channel+" "+c.Phone)
		}
		if phones[0] != "telegram " || phones[1] != "telegram +84900000002 proven" || phones[2] != "tel +84900000001" {
			t.Errorf("whom to call: %q", phones)
		}
		for _, d := range []duty.Duty{duty.Police, duty.Leader, duty.Centre, duty.Admin, duty.PlaceOwner, duty.Lodging} {
			o := officer(t, s, d, "46")
			if c, err := s.TaskContact(t.Context(), l.by(o, "task"), duty.Scope{Area: "46"}, after.ID); !errors.Is(err, core.ErrNotFound) || c.Phone != "" {
				t.Errorf("%s: %+v, %v", d, c, err)
			}
		}
		other := officer(t, s, duty.Team, huongVan)
		for _, scope := range []duty.Scope{other.ListScope(), {}, duty.Everywhere} {
			if c, err := s.TaskContact(t.Context(), l.by(other, "task"), scope, after.ID); !errors.Is(err, core.ErrNotFound) || c.Phone != "" {
				t.Errorf("another ward by scope %v: %+v, %v", scope, c, err)
			}
		}
		for _, scope := range []duty.Scope{{}, duty.Everywhere} {
			if list, err := s.Tasks(t.Context(), team, scope, store.OpenTask{}, 10); err != nil || list != nil {
				t.Errorf("tasks of scope %v: %+v, %v", scope, list, err)
			}
		}
		rows := readRows(t, s)
		if rows[0] != "team task nobody [full_identity] 1" || rows[len(rows)-1] != "team task nobody [] 0" || len(rows) != 3+6+3 {
			t.Errorf("reads %q", rows)
		}
	})
}

// Who could not prove a phone is called at the one that was typed.
func TestWhomToCallAboutAnUnprovenDeclaration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := chat{t, s, "web:1"}
		stored := c.declare(now, "Trần Thị Một", "+84900000001")
		c.at(now, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
			return tx.OpenTask(ctx, core.Task{Kind: "unproven", AddressID: at.ID, Commune: anDong, District: "474", Province: "46", Due: now})
		})
		o := officer(t, s, duty.Team, anDong)
		var l looks
		list, err := s.Tasks(t.Context(), o, o.ListScope(), store.OpenTask{}, 9)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		got, err := s.TaskContact(t.Context(), l.by(o, "task"), o.ListScope(), list[0].ID)
		if err != nil || got.Phone != "+84900000001" || got.Proven {
			t.Errorf("call %+v, %v", got, err)
		}
		if rows := readRows(t, s); len(rows) != 1 || rows[0] != "team task "+stored.PersonID+" [full_identity] 1" {
			t.Errorf("reads %q", rows)
		}
	})
}
