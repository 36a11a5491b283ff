package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// items are the questions a review numbers, in the form's order: relevant,
// answered, and not shown with another.
func (r *run) items() []*Question {
	v := r.view()
	var out []*Question
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		if q.Under == "" && r.s.answer(q.ID) != nil && q.relevant(v) && (q.Hidden == nil || !q.Hidden(v)) {
			out = append(out, q)
		}
	}
	return out
}

// review shows what will be sent. On SMS it is the health answers only: who is
// meant was echoed when it was read, and a name never stands beside an illness.
func (r *run) review() {
	r.s.Question, r.s.Open = Review, nil
	if !r.e.Features.Plain || slices.Contains(r.form.Health, r.echoOf) {
		r.echo = nil // it stands in what follows
	}
	r.sayEcho()
	ask := core.Say{Key: "review.ask", Choices: []core.Choice{
		{Action: r.action(Review, "send"), Key: "review.send", Wide: true},
		{Action: r.action(Review, "edit"), Key: "review.edit", Wide: true},
	}}
	if r.e.Features.Plain {
		r.reviewShort(ask)
		return
	}
	r.said = append(r.said, say("review.head"))
	for i, q := range r.items() {
		item := r.item("review.item", i+1, q)
		r.said = append(r.said, item)
	}
	r.say(ask)
}

// reviewShort is the review in messages of one SMS segment: one message for a
// healthy person, else one more for each thing that is not "none".
func (r *run) reviewShort(ask core.Say) {
	ask.Choices = nil // "OK" and "SUA" are in the words
	var well []core.Say
	for _, q := range r.items() {
		if !slices.Contains(r.form.Health, q.ID) {
			continue
		}
		l := r.noted("review.health", q)
		if a := r.s.answer(q.ID); len(a.Set) > 0 || q.Kind == Date {
			r.say(l)
		} else {
			well = append(well, l)
		}
	}
	r.said = append(r.said, well...)
	r.say(ask)
}

func (r *run) item(key string, n int, q *Question) core.Say {
	a := r.s.answer(q.ID)
	if a.By != "" {
		key = "review.derived"
	}
	s := r.noted(key, q)
	s.Args = with(s.Args, "n", strconv.Itoa(n))
	return s
}

// pressReview takes a button of the review: send, edit, or a question's ID.
func (r *run) pressReview(choice string) {
	switch {
	case r.next() != nil: // an older review, while something is being corrected
		r.repeat(say("press.other"))
	case choice == "send":
		r.send()
	case choice == "edit":
		r.correctList()
	default:
		for _, q := range r.items() {
			if q.ID == choice {
				r.correct(q)
				return
			}
		}
		r.repeat(say("press.other"))
	}
}

// textReview takes what is typed at the review: yes, no, or what to correct.
func (r *run) textReview(text string) {
	items := r.items()
	choice, n := readReview(text, items)
	switch {
	case choice == "send":
		r.send()
	case choice == "edit":
		r.correctList()
	case choice == "again":
		r.ask()
	case choice == "item" && n >= 1 && n <= len(items):
		r.correct(items[n-1])
	case choice == "item":
		r.wrong(say("wrong.item", "max", strconv.Itoa(len(items))))
	default:
		r.wrong(say("wrong.review"))
	}
}

// readItem reads which item to correct: "7", "sửa 7", "câu số 7".
func readItem(text string) (int, bool) {
	if len(text) > 32 {
		return 0, false
	}
	words := strings.Fields(fold(text))
	for len(words) > 1 && slices.Contains([]string{"sua", "cau", "so", "muc", "edit", "change", "number", "no"}, words[0]) {
		words = words[1:]
	}
	if len(words) != 1 {
		return 0, false
	}
	return readNumber(words[0])
}

// correctList offers all items to correct.
func (r *run) correctList() {
	if r.next() != nil { // not at the review yet: go back instead
		r.back()
		return
	}
	r.s.Question = Review
	s := core.Say{Key: "review.which"}
	for i, q := range r.items() {
		if r.e.Features.Plain && len(s.Choices) == perSMS {
			r.say(s)
			s = core.Say{Key: "review.which.rest"}
		}
		s.Choices = append(s.Choices, core.Choice{
			Action: r.action(Review, q.ID), Key: q.key(r.form.ID) + ".name", Number: strconv.Itoa(i + 1),
		})
	}
	r.say(s)
}

// perSMS is how many items of a list to correct fit one segment.
const perSMS = 9

// correct forgets an answer, so that its question comes next.
func (r *run) correct(q *Question) {
	r.forget(q.ID)
	r.ask()
}

// send ends the form, unless the form grew a question since the review.
func (r *run) send() {
	if r.next() != nil {
		r.ask()
		return
	}
	r.effects = append(r.effects, r.form.Declare(r.view()))
}
