package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// makePrompts runs the schedule at a moment.
func makePrompts(t *testing.T, s *store.Store, at time.Time) int {
	t.Helper()
	n, err := s.MakePrompts(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func climb(t *testing.T, s *store.Store, at time.Time) store.Climbed {
	t.Helper()
	c, err := s.ClimbLadder(t.Context(), at, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func endOver(t *testing.T, s *store.Store, at time.Time) store.Ended {
	t.Helper()
	e, err := s.EndMonitoring(t.Context(), at, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Each day has its prompts once, on however many nodes and how often they are made.
func TestPromptsAreMadeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		other, _ := person(t, s, 2, anDong)
		o, patient := open(t, s, morning, wish(id, core.KindHome)), open(t, s, morning, wish(other, core.KindPatient))
		if n := makePrompts(t, s, clock(0, 19, 0)); n != 1 { // the patient's afternoon
			t.Errorf("%d prompts on the first day, want 1", n)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for range 8 {
			wg.Go(func() {
				n, err := s.MakePrompts(t.Context(), clock(1, 7, 0))
				mu.Lock()
				defer mu.Unlock()
				if made += n; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made != 2 {
			t.Errorf("%d prompts of the morning, want 2", made)
		}
		makePrompts(t, s, clock(1, 15, 0))
		wantTexts(t, "asked once a day", slots(t, s, o.ID), "2021-07-16/0 queued", "2021-07-17/1 queued")
		wantTexts(t, "asked twice a day", slots(t, s, patient.ID), "2021-07-16/0 queued", "2021-07-16/2 queued", "2021-07-17/1 queued", "2021-07-17/2 queued")
		for _, text := range sendAndTexts(t, s, clock(1, 20, 0)) {
			if text == "" {
				t.Error("a prompt without words")
			}
		}
	})
}

func sendAndTexts(t *testing.T, s *store.Store, at time.Time) (keys []string) {
	t.Helper()
	for _, m := range sendDue(t, s, at) {
		keys = append(keys, m.Say.Key)
	}
	return keys
}

// A household is asked by one message, by number; whoever answered is left out.
func TestHouseholdIsAskedTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phone := "+84900000001"
		proves(t, s, "sms", core.TelURN(phone), phone, now)
		var all []core.OpenedMonitoring
		for _, name := range []string{"Trần Văn An", "Trần Thị Bình", "Trần Thị Châu"} {
			stored := declare(t, s, said{name: name, birth: "1985", phone: phone, commune: anDong})
			all = append(all, open(t, s, morning, wish(stored.PersonID, core.KindHome)))
		}
		sendDue(t, s, morning)
		makePrompts(t, s, clock(1, 7, 0))
		answer(t, s, phone, clock(1, 7, 0), well(all[1].ID))
		said := sendDue(t, s, clock(1, 11, 0))
		if len(said) != 1 || said[0].Say.Key != core.MonitorPrompt+"many" || said[0].Say.Args["list"] != "1 An, 3 Châu" {
			t.Errorf("said %+v", said)
		}
		if all, _ := watched(t, s, phone, clock(1, 11, 0)); len(all) != 3 || all[2].Number != 3 {
			t.Errorf("answers for %+v", all)
		}
	})
}

// The ladder: two hours later on another channel, in the evening the commune's
// list, the second day a call; then an answer ends it all.
func TestTheLadder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		id, phone := person(t, s, 1, anDong)
		proves(t, s, "telegram", "telegram:77", phone, now.Add(time.Hour)) // heard last
		o := open(t, s, morning, wish(id, core.KindHome))
		claimOne(t, s, "telegram", morning)
		markAll(t, s, "telegram", morning)
		if c := climb(t, s, clock(0, 9, 59)); c.Looked != 0 {
			t.Errorf("too early: %+v", c)
		}
		if c := climb(t, s, clock(0, 10, 5)); c.Reminded != 1 {
			t.Errorf("two hours later: %+v", c)
		}
		if said := sendDue(t, s, clock(0, 10, 6)); len(said) != 1 || said[0].Say.Key != core.MonitorReminder+"one" || said[0].URN != core.TelURN(phone) {
			t.Errorf("the reminder: %+v", said)
		}
		if all, known := watched(t, s, phone, clock(0, 10, 7)); !known || len(all) != 1 {
			t.Error("the other channel's answer is not known")
		}
		if c := climb(t, s, clock(0, 20, 1)); c.Listed != 1 {
			t.Errorf("in the evening: %+v", c)
		}
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "silent "+anDong)
		makePrompts(t, s, clock(1, 7, 0))
		markAll(t, s, "telegram", clock(1, 11, 0))
		if c := climb(t, s, clock(1, 13, 1)); c.Called != 1 {
			t.Errorf("the second day: %+v", c)
		}
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "call "+anDong, "silent "+anDong)
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 escalated", "2021-07-17/1 escalated")
		if c := climb(t, s, clock(1, 20, 0)); c.Looked != 0 {
			t.Errorf("an officer has it, and still: %+v", c)
		}
		answer(t, s, phone, clock(1, 21, 0), well(o.ID))
		wantTexts(t, "tasks after the answer", tasksOf(t, s, o.ID))
		makePrompts(t, s, clock(2, 7, 0))
		if said := sendDue(t, s, clock(2, 11, 0)); len(said) != 1 { // where the answer came from
			t.Errorf("the third day: %+v", said)
		}
	})
}

// markAll hands all that is due on a channel to nobody.
func markAll(t *testing.T, s *store.Store, channel string, at time.Time) {
	t.Helper()
	claimed, err := s.ClaimDue(t.Context(), channel, at.Add(2*time.Minute), at.Add(3*time.Minute), 100)
	if err != nil {
		t.Fatal(err)
	}
	var sent []store.Sent
	for _, m := range claimed {
		sent = append(sent, store.Sent{ID: m.ID, Way: channel, Prompt: m.Priority == core.PriorityPrompt})
	}
	if err := s.MarkSent(t.Context(), at, sent); err != nil {
		t.Fatal(err)
	}
}

// A step is taken once, on however many nodes.
func TestLadderOnTwoNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := range 40 {
			id, _ := person(t, s, n, anDong)
			open(t, s, morning, wish(id, core.KindHome))
		}
		sendDue(t, s, morning)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var total store.Climbed
		for range 6 {
			wg.Go(func() {
				for range 12 {
					c, err := s.ClimbLadder(t.Context(), clock(0, 20, 30), 7)
					mu.Lock()
					total.Reminded, total.Listed = total.Reminded+c.Reminded, total.Listed+c.Listed
					mu.Unlock()
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		tasks, err := s.Texts(t.Context(), `SELECT kind FROM tasks WHERE attempts = 0`)
		if err != nil || len(tasks) != 40 || total.Listed != 40 {
			t.Errorf("%+v, %d tasks, %v", total, len(tasks), err)
		}
	})
}

// A dead address makes the next step at once: another one is asked, or an officer is told.
func TestDeadAddressIsTheNextStep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		id, phone := person(t, s, 1, anDong)
		proves(t, s, "telegram", "telegram:77", phone, now.Add(time.Hour))
		o := open(t, s, morning, wish(id, core.KindHome))
		m := claimOne(t, s, "telegram", morning)
		if err := s.AddressGone(t.Context(), morning, m.AddressID); err != nil {
			t.Fatal(err)
		}
		climb(t, s, morning.Add(time.Second))
		said := sendDue(t, s, morning.Add(time.Minute))
		if len(said) != 1 || said[0].URN != core.TelURN(phone) {
			t.Fatalf("asked %+v", said)
		}
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 prompted")
		if err := s.AddressGone(t.Context(), clock(0, 9, 0), said[0].AddressID); err != nil {
			t.Fatal(err)
		}
		climb(t, s, clock(0, 9, 1))
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 escalated")
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "no_way "+anDong)
		makePrompts(t, s, clock(1, 7, 0)) // and the next day is nobody's neither
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 escalated", "2021-07-17/1 escalated")
	})
}

// STOP stops the messages to a household and is a task for each of them.
func TestStopIsATaskForEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		phone := "+84900000001"
		proves(t, s, "sms", core.TelURN(phone), phone, now)
		var all []core.OpenedMonitoring
		for _, name := range []string{"Trần Văn An", "Trần Thị Bình"} {
			stored := declare(t, s, said{name: name, birth: "1985", phone: phone, commune: anDong})
			all = append(all, open(t, s, morning, wish(stored.PersonID, core.KindHome)))
		}
		stop := func(at time.Time, out bool) {
			turnOf(t, s, "sms", core.TelURN(phone), at, func(ctx context.Context, tx *store.Tx, a *core.Address) error {
				return tx.SetOptedOut(ctx, a, out)
			})
		}
		stop(morning, true)
		if said := sendDue(t, s, clock(0, 9, 0)); len(said) != 0 {
			t.Errorf("said %+v", said)
		}
		makePrompts(t, s, clock(1, 7, 0))
		for _, o := range all {
			wantTexts(t, "tasks", tasksOf(t, s, o.ID), "stopped "+anDong)
			wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 escalated", "2021-07-17/1 escalated")
		}
		stop(clock(1, 12, 0), false)
		makePrompts(t, s, clock(2, 7, 0))
		wantTexts(t, "tasks", tasksOf(t, s, all[0].ID))
		wantTexts(t, "slots", slots(t, s, all[0].ID), "2021-07-16/0 escalated", "2021-07-17/1 escalated", "2021-07-18/1 queued")
	})
}

// Three ends: who answered on the last day and is well, who did not, who is ill.
func TestTheEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var all []core.OpenedMonitoring
		var phones []string
		for n := range 3 {
			id, phone := person(t, s, n+1, anDong)
			m := wish(id, core.KindHome)
			m.Days = 1
			all, phones = append(all, open(t, s, morning, m)), append(phones, phone)
		}
		sendDue(t, s, morning)
		answer(t, s, phones[0], clock(1, 8, 0), well(all[0].ID))
		answer(t, s, phones[1], clock(0, 9, 0), well(all[1].ID))
		answer(t, s, phones[2], clock(1, 8, 0), ill(all[2].ID, core.ColourOrange, "fever"))
		answer(t, s, phones[2], clock(1, 9, 0), well(all[2].ID))
		if e := endOver(t, s, clock(1, 23, 59)); e != (store.Ended{}) {
			t.Errorf("on the last day: %+v", e)
		}
		if e := endOver(t, s, monitor.EndsAt("2021-07-17")); e != (store.Ended{Completed: 1, Overdue: 2}) {
			t.Errorf("at midnight: %+v", e)
		}
		wantTexts(t, "ill", tasksOf(t, s, all[2].ID), "ill "+anDong, "overdue "+anDong)
		wantTexts(t, "silent", tasksOf(t, s, all[1].ID), "overdue "+anDong)
		wantTexts(t, "well", tasksOf(t, s, all[0].ID))
		if said := sendDue(t, s, clock(2, 6, 0)); len(said) != 0 {
			t.Errorf("said at night: %+v", said)
		}
		keys := sendAndTexts(t, s, clock(2, 6, 30))
		if len(keys) != 3 {
			t.Errorf("said %v", keys)
		}
		if kept := answer(t, s, phones[0], clock(3, 8, 0), ill(all[0].ID, core.ColourRed, "short_of_breath")); !kept.Over || kept.Task != core.TaskRed {
			t.Errorf("after the end: %+v", kept)
		}
		if all, known := watched(t, s, phones[0], clock(3, 8, 1)); !known || len(all) != 1 || !all[0].Over() || all[0].End != core.EndCompleted {
			t.Errorf("after the end: %+v", all)
		}
		if all, known := watched(t, s, phones[0], clock(17, 8, 1)); known || len(all) != 0 {
			t.Errorf("two weeks after the end: %+v", all)
		}
	})
}

// What nobody could be asked in time is written down, and an officer's.
func TestPromptsThatWereSleptThrough(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id, _ := person(t, s, 1, anDong)
		o := open(t, s, morning, wish(id, core.KindHome))
		makePrompts(t, s, clock(0, 12, 0))
		makePrompts(t, s, clock(2, 13, 0)) // a day and a half later
		wantTexts(t, "slots", slots(t, s, o.ID), "2021-07-16/0 queued", "2021-07-17/1 escalated", "2021-07-18/1 queued")
		wantTexts(t, "tasks", tasksOf(t, s, o.ID), "silent "+anDong)
	})
}
