package flows

import (
	"slices"

	"khaibao/core"
)

// declareJourney begins the declaration of a journey, or returns to one that
// was begun. Who changes over from another form, running or left the same day,
// takes along what both ask.
func (t *turn) declareJourney() {
	switch {
	case t.s.Form == Journey.ID:
		t.note(say("form.running"))
		t.again()
	case t.s.Form == "" && t.s.Kept != nil && t.s.Kept.Form == Journey.ID && t.e.Now.Sub(t.s.Kept.At) < KeptFor:
		t.offerReturn()
	default:
		t.leaveForm()
		var shared []Answer
		if k := t.s.Kept; k != nil && core.DayOf(k.At) == t.e.Today && len(k.State.People) == 0 { // of others it is asked for whom this is
			shared = sharedAnswers(formByID(k.Form), &Journey, k.State.Answers)
		}
		t.begin(Intent{Form: Journey.ID, Carry: shared})
	}
}

// sharedAnswers are the answers of one form that another asks in the same words.
func sharedAnswers(from, to *Form, answers []Answer) []Answer {
	if from == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(answers), func(a Answer) bool {
		asked, again := from.question(a.ID), to.question(a.ID)
		return asked == nil || again == nil || asked.key(from.ID) != again.key(to.ID)
	})
}
