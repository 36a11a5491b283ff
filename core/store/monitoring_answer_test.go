package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// The time that officers have for a red and for an orange answer is the rule
// file's.
func TestTheRulesSayHowSoonOfficersMustCall(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cdc := officer(t, s, duty.CDC, "46")
		text := bytes.Replace(strictRules(t, "hue-1"), []byte("targets: {red: 15m, orange: 2h,"), []byte("targets: {red: 5m, orange: 45m,"), 1)
		if _, err := s.SaveRules(t.Context(), cdc, morning, text); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SwitchRules(t.Context(), cdc, morning, "hue-1", core.DayOf(morning)); err != nil {
			t.Fatal(err)
		}
		rules, _, err := s.Policy(t.Context(), core.DayOf(morning))
		if err != nil || rules.Version() != "hue-1" {
			t.Fatalf("%v %v", rules, err)
		}
		for n, want := range map[int]core.Checkup{1: ill("", core.ColourRed, "short_of_breath"), 2: ill("", core.ColourOrange, "fever")} {
			id, phone := person(t, s, n, anDong)
			want.MonitoringID = open(t, s, morning, wish(id, core.KindHome)).ID
			answer(t, s, phone, clock(0, 8, 31), want)
		}
		due, err := s.Texts(t.Context(), `SELECT kind || ' ' || CAST((due_at - opened_at) / 60000 AS TEXT) FROM tasks WHERE monitoring_id <> '' ORDER BY kind`)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "minutes", due, "ill 45", "red 5")
	})
}

// A second answer counts however soon, and the worse colour stays; red is a task
// of fifteen minutes.
func TestTheWorseAnswerStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		sendDue(t, s, morning)
		if kept := answer(t, s, phone, clock(0, 8, 30), well(o.ID)); kept.Again || kept.Colour != core.ColourGreen || kept.Task != "" {
			t.Errorf("well: %+v", kept)
		}
		wantTexts(t, "after the first", slots(t, s, o.ID), "2021-07-16/0 answered")
		if kept := answer(t, s, phone, clock(0, 8, 31), ill(o.ID, core.ColourRed, "short_of_breath")); !kept.Worse || kept.Colour != core.ColourRed || kept.Task != core.TaskRed {
			t.Errorf("a minute later: %+v", kept)
		}
		if kept := answer(t, s, phone, clock(0, 9, 0), well(o.ID)); kept.Colour != core.ColourRed || kept.Worse {
			t.Errorf("well again: %+v", kept)
		}
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "red "+anDong)
		due, err := s.Texts(t.Context(), `SELECT CAST((due_at - opened_at) / 60000 AS TEXT) FROM tasks WHERE kind = 'red'`)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "minutes", due, "15")
		if all, _ := watched(t, s, phone, clock(0, 9, 1)); len(all) != 1 || all[0].Colour != core.ColourRed || all[0].Answered != "2021-07-16" {
			t.Errorf("watched %+v", all)
		}
	})
}

// The same message counts once, however often and on however many nodes it comes.
func TestOneMessageIsOneAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		var wg sync.WaitGroup
		var mu sync.Mutex
		fresh := 0
		for range 32 {
			wg.Go(func() {
				m := core.Inbound{Channel: "web", ExternalID: core.NewID(), URN: core.URN("web:" + core.NewID()), Text: "x"}
				err := s.Take(t.Context(), morning, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
					kept, err := tx.KeepCheckup(ctx, core.Checkup{MonitoringID: o.ID, Day: "2021-07-16", At: morning, Symptoms: []string{"fever"}, Colour: core.ColourOrange, MessageID: "M1", Words: "sốt từ đêm"})
					if err == nil && !kept.Again {
						mu.Lock()
						fresh++
						mu.Unlock()
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		rows, err := s.Texts(t.Context(), `SELECT colour FROM checkups`)
		if err != nil || fresh != 1 || len(rows) != 1 {
			t.Errorf("%d counted, %d kept, %v", fresh, len(rows), err)
		}
		attempts, err := s.Texts(t.Context(), `SELECT kind || ' ' || CAST(attempts AS TEXT) FROM tasks`)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "tasks", attempts, "ill 0")
	})
}

// A message that waits to ask somebody who has answered is not sent.
func TestWhoAnsweredIsNotAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		answer(t, s, phone, morning, well(o.ID))
		if said := sendDue(t, s, clock(0, 8, 5)); len(said) != 0 {
			t.Errorf("asked %+v", said)
		}
		waiting, _, err := s.Backlog(t.Context(), "sms", clock(0, 8, 5))
		if err != nil || waiting != 0 {
			t.Errorf("%d wait, %v", waiting, err)
		}
	})
}

// An answer for yesterday answers yesterday's prompt and leaves today's waiting.
func TestAnswerForYesterday(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		c := well(o.ID)
		c.Day = "2021-07-16"
		answer(t, s, phone, clock(1, 8, 0), c)
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 answered")
		if all, _ := watched(t, s, phone, clock(1, 8, 0)); all[0].Answered != "2021-07-16" {
			t.Errorf("answered %v", all[0].Answered)
		}
	})
}

func TestAnswerAboutNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		m := core.Inbound{Channel: "web", ExternalID: "1", URN: "web:1", Text: "x"}
		err := s.Take(t.Context(), morning, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
			_, err := tx.KeepCheckup(ctx, well("nobody"))
			return err
		})
		if !errors.Is(err, core.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// Who lives with an illness is judged as such by the daily answer too: it is
// what the newest declaration said, and of somebody who never said, nothing.
func TestWatchedHaveTheirConditions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const phone = "+84900000126"
		proves(t, s, "sms", core.TelURN(phone), phone, now)
		an := said{name: "Nguyễn Văn An", birth: "1955", id: "046055000126", phone: phone, commune: anDong, conditions: []string{"diabetes", "hypertension"}}
		open(t, s, now, wish(declare(t, s, an).PersonID, core.KindPatient))
		_, other := person(t, s, 1, anDong)
		open(t, s, now, wish(declare(t, s, said{name: "Trần Thị NgườiB", birth: "1985-03-02", id: "046185000001", phone: other, commune: anDong}).PersonID, core.KindHome))
		for of, want := range map[string][]string{phone: an.conditions, other: nil} {
			all, _ := watched(t, s, of, now)
			if len(all) != 1 || !slices.Equal(all[0].Conditions, want) {
				t.Errorf("%s: %+v, want one with %v", of, all, want)
			}
		}
	})
}
