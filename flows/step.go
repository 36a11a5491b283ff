package flows

import (
	"slices"
	"strings"

	"khaibao/core"
)

// Review is the question that ends every form: send, or correct an answer.
const Review = "review"

// MissLimit is how many misunderstandings in a row bring an offer of help and
// a task for officers.
const MissLimit = 3

// Step is the whole engine: a pure function of form, state and event. The event
// holds a message, or none to ask the current question again. When the person
// sends the form, the last effect is its Declare.
func Step(f Form, s State, e Event) (State, []Effect) {
	w := work{form: f, event: e}
	w.run = run{form: &w.form, s: s, e: &w.event, effects: make([]Effect, 0, 2)}
	w.run.step()
	return w.run.s, w.run.effects
}

// work is all that the form's functions are shown during a step, in one piece of
// memory.
type work struct {
	form  Form
	event Event
	run   run
}

// run is one Step at work. It owns its copy of the state, but not the slices
// in it: those are replaced, never written to.
type run struct {
	form    *Form
	s       State
	e       *Event
	effects []Effect
	said    []core.Say // lines to say before the next question
	echo    []core.Say // what was understood, to say before that
	echoOf  string     // ID of the question it answers
	missed  bool
	page    bool // all questions are shown at once: none is asked next
}

func (r *run) view() View { return View{Form: r.form, State: &r.s, Event: r.e} }

func (r *run) step() {
	in := r.e.In
	if in == nil || r.s.Question == "" {
		r.ask()
		return
	}
	switch {
	case in.Action != "":
		r.press(in.Action)
	case r.takesCard(in):
	case in.Photo != nil || in.Location != nil:
		r.wrong(unreadable(in))
	default:
		r.text(in.Text)
	}
	if !r.missed {
		r.s.Misses = 0
	}
}

// press takes a button: "<question>:<choice>:<run>". The run is left out by
// whoever presses without having been shown a button.
func (r *run) press(action string) {
	id, choice, ok := strings.Cut(action, ":")
	choice, mark, marked := strings.Cut(choice, ":")
	if !ok || marked && mark != runMark(r.s.Run) {
		r.repeat(say("press.old"))
		return
	}
	id, place, _ := strings.Cut(id, personMark)
	if id == Review {
		r.pressReview(choice)
		return
	}
	of, at := placeOf(place), r.s.At
	if of > len(r.s.People) || r.s.grouped() == (of == 0) && r.each(id) {
		r.repeat(say("press.old"))
		return
	}
	q, late := r.form.question(id), r.s.Question != id || of > 0 && of != at
	if of > 0 {
		r.s.At = of
	}
	if q == nil || !q.relevant(r.view()) || late && r.s.answer(id) == nil {
		r.repeat(say("press.other"))
		return
	}
	r.choose(q, choice, late)
}

// choose takes a choice of a question; late says that its message is not the
// last one any more.
func (r *run) choose(q *Question, choice string, late bool) {
	switch {
	case choice == Skipped && q.Optional:
		r.answer(q, Answer{ID: q.ID, Value: Skipped}, late)
	case q.Kind == SelectMany:
		r.tick(q, choice, late)
	case q.Kind == Place:
		r.choosePlace(q, choice, late)
	case q.Kind == Paper:
		r.choosePaper(q, choice, late)
	case q.Kind == Card:
		r.chooseCard(choice, late)
	case q.Kind == Date && slices.Contains(q.offered(r.view()), choice):
		r.chooseDay(q, choice, late)
	case q.Kind == Stops:
		r.chooseStop(q, choice, late)
	case q.Kind == Name, q.Kind == Date, q.Kind == Phone:
		r.pressSuggested(q, choice, late)
	case q.Recheck && r.form.question(choice) != nil && slices.Contains(q.Choices, choice):
		r.forget(choice)
		r.ask()
	case slices.Contains(q.offered(r.view()), choice):
		r.answer(q, Answer{ID: q.ID, Value: choice}, late)
	default:
		r.repeat(say("press.other"))
	}
}

// text takes typed words for the current question.
func (r *run) text(text string) {
	switch readCommand(text) {
	case cmdBack:
		if r.s.Open != nil && len(r.s.Open.Set) == 0 { // a place half told: tell it anew
			r.s.Open = nil
			r.ask()
			return
		}
		r.back()
		return
	case cmdCorrect:
		if r.s.Question == cardQuestion && r.s.Open != nil {
			r.decline()
			return
		}
		r.correctList()
		return
	}
	switch r.s.Question {
	case Review:
		r.textReview(text)
		return
	case ReviewWhose:
		r.textWhose(text)
		return
	}
	q := r.form.question(r.s.Question)
	if q == nil { // the form lost this question since it was asked
		r.ask()
		return
	}
	r.read(q, text)
}

// answer records an answer, forgets what it makes void, and goes on.
func (r *run) answer(q *Question, a Answer, late bool) {
	a.ID = q.ID
	if old := r.s.answer(q.ID); late && old != nil && same(old, &a) {
		r.repeat(r.noted("press.same", q))
		return
	}
	r.record(q, a)
	switch {
	case late:
		r.s.Undo = nil
		r.said = append(r.said, r.noted("press.changed", q))
	case r.e.Features.Plain && q.Kind == SelectOne && q.Hidden == nil:
		r.echo, r.echoOf = []core.Say{r.heard(q)}, q.ID // a review by SMS does not show it
	}
	r.ask()
}

// record sets an answer with all that follows from it: answers it makes void
// go, answers it gives come, and follow-ups that are not asked any more go
// too, so that none survives its question.
func (r *run) record(q *Question, a Answer) {
	a.Of, r.s.Same = r.s.of(q), false
	r.s.Answers = put(r.s.Answers, a)
	r.s.Answers = drop(r.s.Answers, func(old *Answer) bool {
		return (a.Of == 0 || old.Of == a.Of) && (old.By == q.ID || slices.Contains(q.Resets, old.ID))
	})
	if q.Derive != nil {
		for _, d := range q.Derive(r.view(), a) {
			if r.s.answer(d.ID) == nil {
				d.By, d.Of = q.ID, a.Of
				r.s.Answers = put(r.s.Answers, d)
			}
		}
	}
	if q.About != "" {
		r.spread(q, a)
	}
	r.prune()
	r.close(q.ID)
}

// close ends an answer in the making, if it is one to this question.
func (r *run) close(id string) {
	if r.s.Open != nil && r.s.Open.ID == id {
		r.s.Open = nil
	}
}

// prune drops answers whose questions are no longer relevant, and "as above"
// where nothing stands above any more; again and again, as one may have been
// all that kept another relevant.
func (r *run) prune() {
	for {
		views := r.views()
		left := drop(r.s.Answers, func(a *Answer) bool {
			q := r.form.question(a.ID)
			return q == nil || !views.some(a.Of, func(v View) bool {
				return q.relevant(v) && (q.Kind != Place || !q.hasChoice(a.Value) || q.understands(v, a.Value))
			})
		})
		if len(left) == len(r.s.Answers) {
			return
		}
		r.s.Answers = left
	}
}

// forget drops a question's answer, and those that stand under it; of the
// person asked about, if it is one for each.
func (r *run) forget(id string) {
	of := r.s.of(r.form.question(id))
	r.s.Same = false
	r.s.Answers = drop(r.s.Answers, func(a *Answer) bool {
		if of > 0 && a.Of != of {
			return false
		}
		if a.ID == id || a.By == id {
			return true
		}
		q := r.form.question(a.ID)
		return q != nil && q.Under == id
	})
	r.close(id)
}

// back goes to the question answered last by the person.
func (r *run) back() {
	r.s.Once = false
	if r.dropUnnamed() {
		r.said = append(r.said, say("back.done"))
		r.ask()
		return
	}
	for i := len(r.s.Answers) - 1; i >= 0; i-- {
		a := r.s.Answers[i]
		if a.By == "" && !a.Kept {
			if r.undo(&a) {
				return
			}
			r.s.At = max(a.Of, min(r.s.At, len(r.s.People)))
			r.forget(a.ID)
			r.dropUnnamed()
			r.said = append(r.said, say("back.done"))
			r.ask()
			return
		}
	}
	if !r.undo(nil) {
		r.repeat(say("back.first"))
	}
}

// undo gives up a correction, once nothing that was said since is left to go
// back to: all stays as it was. last is what was answered last.
func (r *run) undo(last *Answer) bool {
	before := State{Answers: r.s.Undo}
	if r.s.Undo == nil {
		return false
	}
	if last != nil {
		before.At = last.Of
		if old := before.answer(last.ID); old == nil || old.Of != last.Of || !same(old, last) {
			return false
		}
	}
	r.s.Answers, r.s.Undo, r.s.Open = r.s.Undo, nil, nil
	r.ask()
	return true
}

// next is the first question that is relevant and unanswered; nil at the end.
// Of several people it becomes the one that is asked about.
func (r *run) next() *Question {
	if r.s.grouped() {
		return r.nextOf()
	}
	v := r.view()
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		if r.s.answer(q.ID) == nil && q.relevant(v) {
			return q
		}
	}
	return nil
}

// ask says what is to be said, and then the question that comes next.
func (r *run) ask() {
	if r.page {
		return
	}
	at := r.s.At
	q := r.next()
	if o := r.s.Open; o != nil && o.ID == cardQuestion { // a card that waits for its yes comes first
		q, r.s.At = r.form.question(o.ID), o.Of
		at = o.Of
	}
	if q == nil {
		r.review()
		return
	}
	r.s.Question = q.ID
	if r.s.Open != nil && (r.s.Open.ID != q.ID || r.s.At != at) {
		r.s.Open = nil
	}
	r.bring(q)
	if q.Kind == Card {
		r.askCard()
		return
	}
	r.sayEcho()
	r.say(r.question(q))
}

// sayEcho puts the echo in front of what is said next; on SMS in a message of
// its own when the two would hardly fit one segment.
func (r *run) sayEcho() {
	if len(r.echo) == 0 {
		return
	}
	echo := r.echo
	r.echo = nil
	if answered := r.form.question(r.echoOf); r.e.Features.Plain && answered.longEcho(r.s.answer(r.echoOf)) {
		r.effects = append(r.effects, Reply{joined(echo[:len(echo)-1], echo[len(echo)-1])})
		return
	}
	r.said = append(echo, r.said...)
}

// longEcho tells whether an answer takes many letters to say back.
func (q *Question) longEcho(a *Answer) bool {
	return q != nil && a != nil && (q.Kind == Place || len(a.Set) > 3 || q.Kind == Countries && len(a.Set) > 0)
}

// say queues one message: what was said before, and then a line.
func (r *run) say(last core.Say) {
	r.effects = append(r.effects, Reply{joined(r.said, last)})
	r.said = nil
}

// repeat says a note and asks the current question again; it is not counted as
// a misunderstanding.
func (r *run) repeat(note core.Say) {
	r.said = append(r.said, note)
	r.ask()
}

// wrong is a misunderstanding: it says what was wrong and asks again. The third
// in a row offers the hotline and makes a task.
func (r *run) wrong(complaint core.Say) {
	r.missed = true
	r.s.Misses++
	r.said = append(r.said, complaint)
	if wantsOut(r.e.In.Text) {
		r.said = append(r.said, say("leave.hint"))
	}
	if r.s.Misses%MissLimit == 0 {
		r.said = append(r.said, hotline(r.e))
		r.effects = append(r.effects, OpenTask{Kind: "misunderstood", Note: r.form.ID + "." + r.s.Question})
	}
	r.ask()
}
