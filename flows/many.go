package flows

import (
	"slices"

	"khaibao/core"
)

// ticked is the choice that says that all that applies was ticked.
const ticked = "done"

// tick takes one button of a SelectMany: a choice is ticked or unticked, None
// and done end the question.
func (r *run) tick(q *Question, choice string, late bool) {
	var set []string
	if late {
		set = r.s.answer(q.ID).Set
	} else if r.s.Open != nil {
		set = r.s.Open.Set
	}
	switch {
	case choice == q.None && choice != "":
		r.answer(q, Answer{Value: q.None}, late)
	case choice == ticked && late:
		r.repeat(r.noted("press.same", q))
	case choice == ticked && len(set) == 0: // nothing ticked is not "none"
		r.repeat(say("wrong.none_ticked"))
	case choice == ticked:
		r.answer(q, Answer{Set: set}, false)
	case !slices.Contains(q.offered(r.view()), choice):
		r.repeat(say("press.other"))
	case late:
		r.retick(q, toggled(q, set, choice))
	default:
		r.s.Open = &Open{ID: q.ID, Set: toggled(q, set, choice)}
		r.redraw(q)
	}
}

// retick changes an answer that was already given. Unticking all of it is not
// "none" either: the question is asked again.
func (r *run) retick(q *Question, set []string) {
	if len(set) == 0 {
		r.forget(q.ID)
		r.ask()
		return
	}
	r.answer(q, Answer{Set: set}, true)
}

// redraw shows the ticks, in the same message where the network can.
func (r *run) redraw(q *Question) {
	s := r.question(q)
	if r.e.Features.Edits {
		s.Edit = r.e.In.Ref
	}
	r.effects = append(r.effects, Reply{Say: core.Say(s)})
}

// toggled returns a new set with one choice more or less, in the form's order.
func toggled(q *Question, set []string, choice string) []string {
	if i := slices.Index(set, choice); i >= 0 {
		return slices.Delete(slices.Clone(set), i, i+1)
	}
	return q.inOrder(append(slices.Clip(set), choice))
}
