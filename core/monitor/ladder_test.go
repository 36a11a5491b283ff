package monitor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// done writes an action as the table does.
func done(a Action) string {
	parts := []string{fmt.Sprint(a.Step)}
	clock := func(t time.Time) string { return t.In(core.Zone).Format("2 15:04") }
	if !a.Remind.IsZero() {
		parts = append(parts, "remind "+clock(a.Remind))
	}
	for word, is := range map[string]bool{"list": a.List, "call": a.Call} {
		if is && a.Never {
			word += " never"
		}
		if is {
			parts = append(parts, word)
		}
	}
	if a.Miss {
		parts = append(parts, "miss")
	}
	if a.Settle {
		parts = append(parts, "settle")
	}
	if !a.Next.IsZero() {
		parts = append(parts, "next "+clock(a.Next))
	}
	return strings.Join(parts, ", ")
}

func TestLadder(t *testing.T) {
	day := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		return civil(t, "2021-08-"+clock)
	}
	tests := []struct {
		why      string
		s        Silent
		due      string
		prompted string
		answered string
		ended    string
		now      string
		want     string
	}{
		{"not due yet", Silent{}, "15 08:00", "", "", "", "15 07:00", "0, next 15 10:00"},
		{"two hours have not passed", Silent{}, "15 08:00", "15 08:00", "", "", "15 09:59", "0, next 15 10:00"},
		{"first miss: another channel", Silent{Ever: true}, "15 08:00", "15 08:00", "", "", "15 10:00", "1, remind 15 10:00, miss, next 15 20:00"},
		{"reminded, waiting for the evening", Silent{Step: StepReminded}, "15 08:00", "15 08:00", "", "", "15 12:00", "1, next 15 20:00"},
		{"the same evening: the commune's list", Silent{Step: StepReminded, Ever: true, Missed: 1}, "15 08:00", "15 08:00", "", "", "15 20:00", "2, list"},
		{"never answered is told apart", Silent{Step: StepReminded}, "15 08:00", "15 08:00", "", "", "15 20:00", "2, list never"},
		{"the second day: a call", Silent{Missed: 1, Ever: true}, "16 08:00", "16 08:00", "", "", "16 10:00", "3, remind 16 10:00, call, miss"},
		{"a patient: a call after the first miss", Silent{Kind: core.KindPatient, Ever: true}, "15 08:00", "15 08:00", "", "", "15 10:00", "3, remind 15 10:00, call, miss"},
		{"red before: a call after the first miss", Silent{RedBefore: true}, "15 08:00", "15 08:00", "", "", "15 10:00", "3, remind 15 10:00, call never, miss"},
		{"red while reminded: a call in the evening", Silent{Step: StepReminded, RedBefore: true, Ever: true}, "15 08:00", "15 08:00", "", "", "15 20:00", "3, call"},
		{"a late afternoon: an hour for the reminder", Silent{Ever: true}, "15 18:30", "15 18:30", "", "", "15 20:30", "1, remind 15 20:30, miss, next 15 21:30"},
		{"its list needs no message and comes at night", Silent{Step: StepReminded, Ever: true}, "15 18:30", "15 18:30", "", "", "15 21:30", "2, list"},
		{"the step falls into the night: listed at once, the message waits", Silent{Ever: true}, "15 19:00", "15 19:00", "", "", "15 21:00", "2, remind 16 06:30, list, miss"},
		{"made up at 20:59", Silent{Ever: true}, "15 20:59", "15 20:59", "", "", "15 22:59", "2, remind 16 06:30, list, miss"},
		{"a patient at night", Silent{Kind: core.KindPatient, Ever: true}, "15 19:30", "15 19:30", "", "", "15 21:30", "3, remind 16 06:30, call, miss"},
		{"sent two hours late: counted from then", Silent{}, "15 08:00", "15 10:30", "", "", "15 12:00", "0, next 15 12:30"},
		{"still in the outbox: nobody is blamed, looked at again", Silent{}, "15 08:00", "", "", "", "15 10:00", "0, next 15 11:00"},
		{"still in the outbox in the evening: listed all the same", Silent{Ever: true}, "15 08:00", "", "", "", "15 20:00", "2, list"},
		{"a patient whose prompt never left is called in time", Silent{Kind: core.KindPatient}, "15 08:00", "", "", "", "15 10:00", "3, call never"},
		{"looked at late: both steps at once", Silent{Ever: true}, "15 08:00", "15 08:00", "", "", "15 20:30", "2, remind 15 20:30, list, miss"},
		{"looked at days later: no reminder of another day", Silent{Ever: true}, "15 08:00", "15 08:00", "", "", "18 12:00", "2, list, miss"},
		{"looked at in the night: the message waits", Silent{Ever: true}, "15 18:00", "15 18:00", "", "", "15 23:59", "2, remind 16 06:30, list, miss"},
		{"no way to send: a call when due", Silent{Mute: true}, "15 08:00", "", "", "", "15 08:00", "3, call never, miss"},
		{"no way to send, not due yet", Silent{Mute: true}, "15 08:00", "", "", "", "15 07:00", "0, next 15 08:00"},
		{"STOP after the reminder: a call, missed once only", Silent{Mute: true, Step: StepReminded, Ever: true}, "15 08:00", "15 08:00", "", "", "15 12:00", "3, call"},
		{"not asked in time: listed, nobody's miss", Silent{Unasked: true, Ever: true}, "15 08:00", "", "", "", "16 09:00", "2, list"},
		{"a patient who was not asked", Silent{Unasked: true, Ever: true, Kind: core.KindPatient}, "15 08:00", "", "", "", "16 09:00", "3, call"},
		{"answered in time", Silent{}, "15 08:00", "15 08:00", "15 09:00", "", "15 10:00", "0"},
		{"answered while on the list: settled", Silent{Step: StepListed}, "15 08:00", "15 08:00", "15 22:00", "", "15 22:00", "2, settle"},
		{"answered days later while to be called: settled", Silent{Step: StepCall}, "15 08:00", "15 08:00", "18 22:00", "", "18 22:00", "3, settle"},
		{"ended while waiting", Silent{}, "15 08:00", "15 08:00", "", "15 09:00", "15 12:00", "0"},
		{"with an officer: nothing more", Silent{Step: StepListed}, "15 08:00", "15 08:00", "", "", "19 12:00", "2"},
	}
	for _, test := range tests {
		for _, zone := range zones {
			s := test.s
			s.Due, s.Prompted, s.Answered, s.Ended = day(test.due).In(zone), day(test.prompted), day(test.answered), day(test.ended)
			if got := done(Next(s, day(test.now).In(zone))); got != test.want {
				t.Errorf("%s, seen from %s: %s, want %s", test.why, zone, got, test.want)
			}
		}
	}
}

// Whatever happens, in whatever order: nobody is left without a next moment
// unless answered, ended or with an officer; steps never go back; a miss counts
// once; nothing is sent at night; asked twice, nothing is done twice; and an
// answer at any moment ends it.
func TestNobodySlipsThrough(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2021))
	start := At("2021-08-15", 0)
	within := func(d time.Duration) time.Duration { return time.Duration(rnd.Int64N(int64(d))) }
	kinds := Plans()
	for run := range 20_000 {
		s := Silent{Kind: kinds[rnd.IntN(len(kinds))].Kind, RedBefore: rnd.IntN(8) == 0, Missed: rnd.IntN(3), Ever: rnd.IntN(2) == 0, Mute: rnd.IntN(10) == 0, Unasked: rnd.IntN(20) == 0}
		s.Due = start.Add(within(24 * time.Hour))
		sent, answer, end, stop := s.Due.Add(within(6*time.Hour)), s.Due.Add(within(48*time.Hour)), s.Due.Add(within(60*time.Hour)), s.Due.Add(within(30*time.Hour))
		leaves, answers, ends, stops := rnd.IntN(5) > 0, rnd.IntN(3) == 0, rnd.IntN(6) == 0, rnd.IntN(12) == 0
		now := s.Due.Add(-within(time.Hour))
		misses, owned := 0, false
		for looks := 0; ; looks++ {
			if looks > 40 {
				t.Fatalf("run %d: looked at 40 times: %+v", run, s)
			}
			if leaves && !s.Mute && !now.Before(sent) {
				s.Prompted = sent
			}
			if answers && !now.Before(answer) {
				s.Answered = answer
			}
			if ends && !now.Before(end) {
				s.Ended = end
			}
			s.Mute = s.Mute || stops && !now.Before(stop)
			a := Next(s, now)
			if a.Step < s.Step {
				t.Fatalf("run %d: from step %d back to %d", run, s.Step, a.Step)
			}
			if !a.Remind.IsZero() && (Quiet(a.Remind) || a.Remind.Before(now) || s.Mute || s.Prompted.IsZero()) {
				t.Fatalf("run %d: at %v a reminder for %v: %+v", run, now, a.Remind, s)
			}
			if (a.List || a.Call) != (a.Step.Owned() && !s.Step.Owned()) || a.List && a.Call {
				t.Fatalf("run %d: step %d to %d, list %v, call %v", run, s.Step, a.Step, a.List, a.Call)
			}
			if a.Miss {
				misses++
			}
			over := !s.Answered.IsZero() || !s.Ended.IsZero()
			if over && (a.List || a.Call || a.Miss || !a.Remind.IsZero() || !a.Next.IsZero() || a.Settle != s.Step.Owned()) {
				t.Fatalf("run %d: after the answer or end: %+v", run, a)
			}
			s.Step = a.Step
			owned = owned || a.Step.Owned()
			if again := Next(s, now); !again.Nothing(s.Step) && !over || again.Next != a.Next {
				t.Fatalf("run %d: asked again at %v: %+v after %+v", run, now, again, a)
			}
			if a.Next.IsZero() {
				if !over && !owned {
					t.Fatalf("run %d: nobody has it at %v: %+v", run, now, s)
				}
				break
			}
			if !a.Next.After(now) {
				t.Fatalf("run %d: at %v next at %v", run, now, a.Next)
			}
			now = a.Next
			if rnd.IntN(4) == 0 { // the program was busy, or down
				now = now.Add(within(30 * time.Hour))
			}
		}
		if misses > 1 {
			t.Fatalf("run %d: missed %d times", run, misses)
		}
	}
}

// An answer at any moment of the ladder ends it, whatever its step.
func TestALateAnswerEndsTheLadder(t *testing.T) {
	due := civil(t, "2021-08-15 08:00")
	for step := StepWaiting; step <= StepCall; step++ {
		for after := time.Duration(0); after < 72*time.Hour; after += 7 * time.Minute {
			at := due.Add(after)
			a := Next(Silent{Kind: core.KindPatient, Step: step, Due: due, Prompted: due, Missed: 5, Answered: at}, at)
			if a.Step != step || !a.Next.IsZero() || a.List || a.Call || a.Miss || !a.Remind.IsZero() || a.Settle != step.Owned() {
				t.Fatalf("step %d, answered %v later: %+v", step, after, a)
			}
		}
	}
}

// Asked on time, who is silent is with an officer before the day is over, and a
// patient within two hours.
func TestSilenceReachesAnOfficerTheSameDay(t *testing.T) {
	for _, p := range Plans() {
		for _, w := range []core.Window{core.WindowMorning, core.WindowAfternoon} {
			for slot := SlotDay; slot <= p.PerDay; slot++ {
				for range 500 {
					s := Silent{Kind: p.Kind, Due: DueAt(p.Kind, w, "2021-08-15", slot, core.NewID())}
					s.Prompted = s.Due
					now := s.Due
					for !s.Step.Owned() {
						a := Next(s, now)
						if s.Step = a.Step; s.Step.Owned() {
							break
						}
						now = a.Next
					}
					if core.DayOf(now) != "2021-08-15" || p.Kind == core.KindPatient && now.Sub(s.Due) > RemindAfter {
						t.Fatalf("%s due at %v is an officer's at %v", p.Kind, s.Due, now)
					}
				}
			}
		}
	}
}
