package store_test

import (
	"context"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// openMany opens a monitoring for n people, and has their welcomes sent.
func openMany(t *testing.T, s *store.Store, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id, _ := person(t, s, i+1, anDong)
		ids = append(ids, open(t, s, morning, wish(id, core.KindHome)).ID)
	}
	sendDue(t, s, morning)
	return ids
}

// A node that dies in the middle of a round leaves nothing half done: the next
// one makes what is left, and each prompt has its one message.
func TestDyingWhilePromptsAreMade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(t)
		ids := openMany(t, s, 21)
		ctx, die := context.WithCancel(t.Context())
		go func() {
			for ctx.Err() == nil {
				made, err := s.Texts(context.Background(), `SELECT monitoring_id FROM prompts WHERE slot = 1`)
				if err == nil && len(made) > 2 {
					die()
				}
			}
		}()
		if _, err := s.MakePrompts(ctx, clock(1, 7, 0)); err == nil {
			t.Log("it was over before it could die")
		}
		die()
		makePrompts(t, s, clock(1, 7, 1))
		everyPromptHasOneMessage(t, s, len(ids))
	})
}

// Thousands without any telephone are no household: they do not come in one
// batch, which would be as large as they are many.
func TestWhoHasNoAddressIsNoHousehold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(t)
		ids := openMany(t, s, 7)
		if err := s.Exec(t.Context(), `UPDATE monitoring SET address_id = ''`); err != nil {
			t.Fatal(err)
		}
		most, err := s.LargestRound(t.Context(), clock(1, 7, 0))
		if err != nil || most != 2 {
			t.Errorf("of %d people the largest batch holds %d, want 2: %v", len(ids), most, err)
		}
	})
}

// everyPromptHasOneMessage wants each prompt of a slot 1 to have its message,
// and no message to be without a prompt.
func everyPromptHasOneMessage(t *testing.T, s *store.Store, n int) {
	t.Helper()
	whole, err := s.Texts(t.Context(), `SELECT q.monitoring_id FROM prompts q JOIN outbox o ON o.id = q.outbox_id WHERE q.slot = 1`)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := s.Texts(t.Context(), `SELECT o.id FROM outbox o LEFT JOIN prompts q ON q.outbox_id = o.id WHERE o.priority = 3 AND q.monitoring_id IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole) != n || len(alone) != 0 {
		t.Errorf("%d prompts with a message, want %d; %d messages without a prompt", len(whole), n, len(alone))
	}
}

// While the database takes no messages, no prompt is written down as made, and
// no step as taken.
func TestDatabaseErrorInTheMiddle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := openMany(t, s, 5)
		breakIt := func(mend bool) {
			text := `ALTER TABLE outbox RENAME TO outbox_away`
			if mend {
				text = `ALTER TABLE outbox_away RENAME TO outbox`
			}
			if err := s.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		breakIt(false)
		if _, err := s.MakePrompts(t.Context(), clock(1, 7, 0)); err == nil {
			t.Error("prompts without messages went unnoticed")
		}
		if _, err := s.ClimbLadder(t.Context(), clock(0, 20, 30), 100); err == nil {
			t.Error("a ladder without messages went unnoticed")
		}
		if _, err := s.EndMonitoring(t.Context(), clock(20, 0, 1), 100); err == nil {
			t.Error("ends without messages went unnoticed")
		}
		breakIt(true)
		if tasks, err := s.Texts(t.Context(), `SELECT id FROM tasks`); err != nil || len(tasks) != 0 {
			t.Errorf("%d tasks are left of it, %v", len(tasks), err)
		}
		if n := makePrompts(t, s, clock(1, 7, 5)); n != len(ids) {
			t.Errorf("%d prompts afterwards, want %d", n, len(ids))
		}
		everyPromptHasOneMessage(t, s, len(ids))
		if c := climb(t, s, clock(0, 20, 30)); c.Listed != len(ids) {
			t.Errorf("climbed %+v", c)
		}
		if e := endOver(t, s, clock(20, 0, 1)); e.Overdue != len(ids) {
			t.Errorf("ended %+v", e)
		}
	})
}

// Whoever must answer twice a day from the afternoon on is asked that afternoon.
func TestKindChangedInTheAfternoon(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		makePrompts(t, s, clock(1, 7, 0))
		makePrompts(t, s, clock(1, 15, 1))
		open(t, s, clock(1, 16, 0), wish(id, core.KindPatient)) // their afternoon round has opened already
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 queued", "2021-07-17/1 queued", "2021-07-17/2 queued")
	})
}

// Tests are due by the rules, told on their day once; without a negative result
// the end is not complete.
func TestTestsAreDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, phone := person(t, s, 1, anDong)
		m := wish(id, core.KindHome)
		m.Days, m.Tests = 3, []core.Day{"2021-07-18", "2021-07-30"}
		o := open(t, s, morning, m)
		open(t, s, clock(0, 9, 0), m) // again: no second test
		sendDue(t, s, clock(0, 9, 0))
		for _, at := range []time.Time{clock(1, 7, 0), clock(2, 7, 0), clock(2, 8, 0)} {
			if _, err := s.RemindTests(t.Context(), at, 10); err != nil {
				t.Fatal(err)
			}
		}
		said := sendDue(t, s, clock(2, 9, 0))
		if len(said) != 1 || said[0].Say.Key != core.MonitorTest || said[0].Say.Args["day"] != "18/07/2021" {
			t.Errorf("said %+v", said)
		}
		answer(t, s, phone, clock(3, 9, 0), well(o.ID))
		if e := endOver(t, s, clock(4, 0, 1)); e.Overdue != 1 {
			t.Errorf("without the test: %+v", e)
		}
	})
}

// Two records of one person that are both watched go on as one: the stricter,
// the longer, with the answers and the urgent tasks of both.
func TestMergedPeopleAreWatchedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, mine, sons := "046155000001", "+84900000001", "+84900000002"
		own, son := chat{t, s, core.TelURN(mine)}, chat{t, s, core.TelURN(sons)}
		own.prove(now, mine)
		son.prove(now, sons)
		kept := own.speak(now, "Trần Thị Một", id, nil)
		gone := son.speak(now, "Trần Thị Một", id, forOther(""))
		if kept.PersonID == gone.PersonID {
			t.Fatal("one record already")
		}
		first := open(t, s, morning, wish(kept.PersonID, core.KindWatch))
		longer := wish(gone.PersonID, core.KindHome)
		longer.Days = 21
		second := open(t, s, morning, longer)
		answer(t, s, sons, clock(0, 9, 0), ill(second.ID, core.ColourRed, "short_of_breath"))
		o := officer(t, s, duty.Station, anDong)
		l := looks{at: clock(0, 10, 0)}
		if err := s.MergePeople(t.Context(), l.by(o, "compare"), o.ListScope(), kept.PersonID, gone.PersonID); err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "tasks", tasksOf(t, s, first.ID), "red "+anDong)
		rows, err := s.Texts(t.Context(), `SELECT kind || ' ' || until_day || ' ' || CAST(colour_rank AS TEXT) || CASE WHEN ended_at = 0 THEN '' ELSE ' ended' END
			FROM monitoring WHERE person_id = $1 ORDER BY opened_at, id`, kept.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		wantTexts(t, "watched", rows, "home 2021-08-06 4", "home 2021-08-06 4 ended")
		if n, err := s.Texts(t.Context(), `SELECT id FROM checkups WHERE person_id = $1`, kept.PersonID); err != nil || len(n) != 1 {
			t.Errorf("%d answers came along, %v", len(n), err)
		}
	})
}
