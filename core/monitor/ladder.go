package monitor

import (
	"time"

	"khaibao/core"
)

// Step is how far the ladder has come about one prompt that was not answered.
// It only grows.
type Step int

// The steps, as rows of prompts hold them. On the last two an officer has it.
const (
	StepWaiting  Step = 0 // prompted, or queued for its time
	StepReminded Step = 1 // asked again on another channel
	StepListed   Step = 2 // on the commune's list of the silent
	StepCall     Step = 3 // a call task
)

// Owned tells whether an officer answers for a prompt that stands on the step.
func (s Step) Owned() bool { return s >= StepListed }

// The times of the ladder (docs/reference/follow-up.md, lesson 3 and 2d).
const (
	// RemindAfter is how long a prompt waits for its answer.
	RemindAfter = 2 * time.Hour
	// Evening is when who was reminded and stays silent goes to the commune's
	// list: early enough for somebody to knock at a door the same evening.
	Evening Clock = 20 * time.Hour
	// lastCall is how long a reminder has at least, so that one of half past
	// eight is not overtaken by the list.
	lastCall = time.Hour
	// lookAgain is how soon a prompt is looked at again that has not left yet.
	lookAgain = time.Hour
)

// Silent is what the ladder needs to know of one prompt.
type Silent struct {
	Kind      core.Kind
	RedBefore bool // had red signs before
	Missed    int  // prompts in a row before this one that were not answered
	Ever      bool // answered at least once in this monitoring
	// Mute: nothing can be sent. No address is known, the person said STOP, or
	// every way has failed.
	Mute bool
	// Unasked: nobody was asked in time, since the program was down (Rounds).
	Unasked bool

	Step     Step
	Due      time.Time // when it was to be sent
	Prompted time.Time // when it was sent; zero while it waits in the outbox
	Answered time.Time // zero: not answered
	Ended    time.Time // of the monitoring; zero while it runs
}

// Action is what is to be done about a prompt now.
type Action struct {
	Step Step // what the row holds from now on; never lower than before

	// Remind is when a reminder on another channel may leave, never in the quiet
	// hours; zero: none is sent.
	Remind time.Time
	List   bool // put on the commune's list, which owns it from now on
	Call   bool // a call task, owned by the commune until an officer takes it
	Miss   bool // counts as missed: the monitoring's missed in a row grows by one
	Never  bool // with List or Call: never reached, rather than stopped answering
	Settle bool // close what List or Call opened: it was answered, or ended

	// Next is when to look again; zero once it is answered, ended or with an
	// officer.
	Next time.Time
}

// Nothing tells whether the action changes nothing but when to look again.
func (a Action) Nothing(was Step) bool {
	return a.Step == was && a.Remind.IsZero() && !a.List && !a.Call && !a.Miss && !a.Settle
}

// Next says what is to be done about a prompt at a moment, and when to look at
// it again. Asked again at the same moment with what it answered written down,
// it answers with nothing to do; asked late, it climbs all the steps at once.
//
//   - Two hours without an answer: once more, on another channel; patients and
//     those with red signs before, and who was silent the day before too, are
//     to be called at once.
//   - The same evening: the commune's list.
//   - What falls into the night goes to the list at once; its message waits for
//     half past six.
//   - Who cannot be sent anything, or was not asked in time, is an officer's at
//     once.
//   - An answer, however late, ends it.
func Next(s Silent, now time.Time) Action {
	a := Action{Step: s.Step}
	switch {
	case !s.Answered.IsZero() || !s.Ended.IsZero():
		a.Settle = s.Step.Owned()
		return a
	case s.Step.Owned():
		return a
	case now.Before(s.Due) && !s.Unasked:
		a.Next = s.remindAt()
		if s.Mute {
			a.Next = s.Due
		}
		return a
	case s.Unasked || s.Mute:
		return s.hand(a, s.Mute || s.urgent(), s.Mute && !s.Unasked)
	case s.Step == StepWaiting:
		return s.first(a, now)
	}
	if at := s.listAt(s.remindAt()); now.Before(at) {
		a.Next = at
		return a
	}
	return s.hand(a, s.urgent(), false)
}

// first takes the first step: from the prompt to the reminder, and further
// where the time for that has come too.
func (s Silent) first(a Action, now time.Time) Action {
	remind := s.remindAt()
	if now.Before(remind) {
		a.Next = remind
		return a
	}
	list, call := s.listAt(remind), s.urgent() || s.Missed > 0
	if s.Prompted.IsZero() { // it has not left: no reminder can overtake it, and nobody is blamed
		if !call && now.Before(list) {
			a.Next = earlier(now.Add(lookAgain), list)
			return a
		}
		return s.hand(a, call, false)
	}
	if at := NotBefore(remind); now.Before(at) || core.DayOf(now) == core.DayOf(at) {
		a.Remind = NotBefore(now) // a reminder of another day is none: that day asks by itself
	}
	if call || Quiet(remind) || Quiet(now) || !now.Before(list) {
		return s.hand(a, call, true)
	}
	a.Step, a.Next, a.Miss = StepReminded, list, true
	return a
}

// hand gives the prompt to an officer.
func (s Silent) hand(a Action, call, miss bool) Action {
	a.Step, a.List = StepListed, true
	if call {
		a.Step, a.List, a.Call = StepCall, false, true
	}
	a.Miss, a.Never, a.Next = miss && s.Step == StepWaiting, !s.Ever, time.Time{}
	return a
}

// urgent are those who are called after the first miss.
func (s Silent) urgent() bool { return s.Kind == core.KindPatient || s.RedBefore }

// remindAt is when the prompt has waited long enough: from when it left, which
// a long queue may make hours later than it was due.
func (s Silent) remindAt() time.Time {
	from := s.Due
	if s.Prompted.After(from) {
		from = s.Prompted
	}
	return from.Add(RemindAfter)
}

// listAt is when the commune's list takes over from a reminder.
func (s Silent) listAt(remind time.Time) time.Time {
	at := At(core.DayOf(remind), Evening)
	if after := remind.Add(lastCall); after.After(at) {
		return after
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
