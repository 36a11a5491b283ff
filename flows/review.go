package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// item is one line of a review: a question, and the place of whom it is about
// where each of several people is asked.
type item struct {
	*Question
	of int
}

// items are what a review numbers, in the form's order: relevant, answered, and
// not shown with another; of several people first what is common to them.
func (r *run) items() []item {
	if !r.s.grouped() {
		return r.itemsOf(0, r.view(), func(*Question) bool { return true })
	}
	all := r.views()
	out := r.itemsOf(0, all[0], func(q *Question) bool { return !q.Each && q.About == "" })
	for i, v := range all {
		out = append(out, r.itemsOf(i+1, v, func(q *Question) bool { return q.Each })...)
	}
	return out
}

func (r *run) itemsOf(of int, v View, among func(*Question) bool) []item {
	out := make([]item, 0, len(v.State.Answers))
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		if among(q) && q.Under == "" && v.State.answer(q.ID) != nil && q.relevant(v) && (q.Hidden == nil || !q.Hidden(v)) {
			out = append(out, item{q, of})
		}
	}
	return out
}

// review shows what will be sent. On SMS it is the health answers only: who is
// meant was echoed when it was read, and a name never stands beside an illness.
func (r *run) review() {
	r.s.Question, r.s.Open, r.s.Undo = Review, nil, nil
	if r.s.Once { // what was missing has been told
		r.send()
		return
	}
	if !r.e.Features.Plain || slices.Contains(r.form.Health, r.echoOf) {
		r.echo = nil // it stands in what follows
	}
	if n := len(r.echo); n > 0 && r.e.Features.Plain { // beside a review it would take a second segment
		r.effects = append(r.effects, Reply{joined(r.echo[:n-1], r.echo[n-1])})
		r.echo = nil
	}
	r.sayEcho()
	ask := core.Say{Key: "review.ask"}
	if r.s.Same {
		ask.Key = "review.same"
	}
	if r.e.Features.Plain {
		r.reviewShort(ask) // "OK" and "SUA" are in the words
		return
	}
	ask.Choices = []core.Choice{
		{Action: r.action(Review, "send"), Key: "review.send", Wide: true},
		{Action: r.action(Review, "edit"), Key: "review.edit", Wide: true},
	}
	if r.s.Same {
		ask.Choices[0].Key, ask.Choices[1].Key = "again.send", "again.edit"
	} else if !r.s.grouped() || len(r.s.People) < maxPeople {
		ask.Choices = append(ask.Choices, core.Choice{Action: r.action(Review, "add"), Key: "review.add", Wide: true})
	}
	if r.s.Same {
		r.said = append(r.said, r.greeting())
	} else {
		r.said = append(r.said, say("review.head"))
	}
	at := 0
	for i, it := range r.items() {
		if it.of != at {
			at = it.of
			r.said = append(r.said, say("review.of", "name", r.nameOf(at)))
		}
		r.said = append(r.said, r.item("review.item", i+1, it))
	}
	r.say(ask)
}

// reviewShort is the review in messages of one SMS segment: one message for a
// healthy person, else one more for each thing that is not "none".
func (r *run) reviewShort(ask core.Say) {
	var group []core.Say
	if r.s.grouped() {
		group = r.reviewGroup()
	}
	well := make([]*Question, 0, len(r.form.Health))
	for _, it := range r.items() {
		q := it.Question
		if r.s.grouped() || !slices.Contains(r.form.Health, q.ID) {
			continue
		}
		if a := r.s.answer(q.ID); len(a.Set) > 0 || q.Kind == Date {
			r.say(r.noted("review.health", q))
		} else {
			well = append(well, q)
		}
	}
	if r.s.Same {
		r.greetShort()
	}
	r.said = slices.Grow(r.said, len(group)+len(well))
	r.said = append(r.said, group...)
	for _, q := range well {
		r.said = append(r.said, r.noted("review.health", q))
	}
	r.say(ask)
}

// greeting greets those whose last answers follow, or says whose they are.
func (r *run) greeting() core.Say {
	if slices.ContainsFunc(r.s.People, func(m Member) bool { return m.Proxy }) {
		return say("again.head.other", "name", r.names())
	}
	return say("again.head", "name", r.names())
}

// greetShort greets by name those whose last answers follow; in a message of
// its own where one of them was ill, since a name never stands beside an
// illness on SMS.
func (r *run) greetShort() {
	ill := r.views().some(0, func(v View) bool {
		return slices.ContainsFunc(r.form.Health, func(id string) bool { return len(v.Set(id)) > 0 })
	})
	if !ill {
		r.said = append(r.said, r.greeting())
		return
	}
	r.effects = append([]Effect{Reply{r.greeting()}}, r.effects...)
}

// reviewGroup is the short review of several people: to whom what applies, in a
// message of its own what that is, by the person's number.
func (r *run) reviewGroup() (well []core.Say) {
	at := r.s.At
	for _, it := range r.items() {
		if it.of == 0 || !slices.Contains(r.form.Health, it.ID) {
			continue
		}
		r.s.At = it.of
		if a := r.s.answer(it.ID); len(a.Set) > 0 || it.Kind == Date {
			l := r.noted("review.health.of", it.Question)
			l.Args = with(l.Args, "n", strconv.Itoa(it.of))
			r.say(l)
		}
	}
	r.s.At = at
	for i := range r.form.Questions {
		if q := &r.form.Questions[i]; q.About != "" && r.s.answer(q.ID) != nil {
			a := r.whom(q) // as it is after corrections of one person's answers
			well = append(well, r.valued("review.health", q, &a))
		}
	}
	return append([]core.Say{say("review.people", "count", strconv.Itoa(len(r.s.People)))}, well...)
}

func (r *run) item(key string, n int, it item) core.Say {
	if it.of > 0 {
		r.s.At = it.of
	}
	q := it.Question
	a := r.s.answer(q.ID)
	if by := r.form.question(a.By); by != nil && by.About == "" && by.Kind != Card {
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
	case choice == "add":
		r.addAnother()
	default:
		id, place, _ := strings.Cut(choice, personMark)
		if id == allOf {
			r.correctOf(placeOf(place))
			return
		}
		for _, it := range r.items() {
			if it.ID == id && it.of == placeOf(place) {
				r.correct(it)
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
	if choice == "send" && speaksOfHealth(text) { // "het sot roi" is no yes
		choice = ""
		if q := r.form.question("symptoms"); q != nil && !r.s.grouped() && !r.readNews(text) {
			r.correct(item{Question: q})
			return
		} else if q != nil && !r.s.grouped() {
			return
		}
	}
	switch {
	case choice == "send":
		r.send()
	case choice == "edit":
		r.correctList()
	case choice == "again":
		r.ask()
	case choice == "add":
		r.addAnother()
	case choice == "item" && n >= 1 && n <= len(items):
		r.correct(items[n-1])
	case choice == "item":
		r.wrong(say("wrong.item", "max", strconv.Itoa(len(items))))
	case r.readNews(text):
	default:
		r.wrong(say("wrong.review"))
	}
}

// addAnother asks for one more person, with the common answers as they are.
func (r *run) addAnother() {
	r.s.Party = true
	r.forget("others")
	r.ask()
}

// readNews takes symptoms typed at the review for the answer that changes.
func (r *run) readNews(text string) bool {
	q := r.form.question("symptoms")
	if r.s.grouped() || q == nil || q.ReadMany == nil {
		return false
	}
	set, none := q.ReadMany(text, nil)
	switch {
	case none:
		r.check(q, Answer{Value: q.None})
	case len(set) > 0:
		r.check(q, Answer{Set: q.inOrder(set)})
	default:
		return false
	}
	return true
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
	if r.s.grouped() {
		r.correctWhom()
		return
	}
	r.listItems(0)
}

// listItems offers the items about one person, or those about all.
func (r *run) listItems(of int) {
	r.s.Question = Review
	s := core.Say{Key: "review.which"}
	for i, it := range r.items() {
		if it.of != of {
			continue
		}
		if r.e.Features.Plain && len(s.Choices) == perSMS {
			r.say(s)
			s = core.Say{Key: "review.which.rest"}
		}
		id := it.ID
		if of > 0 {
			id += personMark + strconv.Itoa(of)
		}
		s.Choices = append(s.Choices, core.Choice{
			Action: r.action(Review, id), Key: it.inKeys(r.form.ID).name, Number: strconv.Itoa(i + 1),
		})
	}
	r.say(s)
}

// ReviewWhose is the question whose answers are to be corrected.
const ReviewWhose = "review_whose"

// allOf stands for all items of one person in a button.
const allOf = "of"

// correctWhom asks whose answers are to be corrected.
func (r *run) correctWhom() {
	r.s.Question = ReviewWhose
	s := core.Say{Key: "review.whose", Choices: []core.Choice{
		{Action: r.action(Review, allOf+personMark+"0"), Key: "review.common", Number: "0", Wide: true}}}
	for i := range r.s.People {
		place := strconv.Itoa(i + 1)
		s.Choices = append(s.Choices, core.Choice{Action: r.action(Review, allOf+personMark+place), Text: r.called(i + 1), Number: place})
	}
	r.say(s)
}

// correctOf lists the items of one person, or those about all.
func (r *run) correctOf(place int) {
	if place < 0 || place > len(r.s.People) || !r.s.grouped() {
		r.repeat(say("press.other"))
		return
	}
	r.listItems(place)
}

// textWhose takes what is typed when asked whose answers are to be corrected.
func (r *run) textWhose(text string) {
	if n, ok := readNumber(text); ok && n <= len(r.s.People) {
		r.correctOf(n)
		return
	}
	if set, none := r.readWho(text); !none && len(set) == 1 {
		r.correctOf(placeOf(set[0]))
		return
	}
	r.textReview(text)
}

// perSMS is how many items of a list to correct fit one segment.
const perSMS = 9

// correct forgets an answer, so that its question comes next.
func (r *run) correct(it item) {
	if it.of > 0 {
		r.s.At = it.of
	}
	before := r.s.Answers
	r.forget(it.ID)
	r.s.Undo = before
	r.ask()
}

// send ends the form, unless the form grew a question since the review.
func (r *run) send() {
	if r.next() != nil {
		r.ask()
		return
	}
	if !r.s.grouped() {
		r.effects = append(r.effects, r.declare(r.view()))
		return
	}
	var list []Declare
	for _, v := range r.views() {
		list = append(list, r.declare(v))
	}
	r.effects = append(r.effects, DeclareAll{List: list})
}

// declare is the declaration of one person.
func (r *run) declare(v View) Declare {
	d, m := r.form.Declare(v), v.State.member()
	d.PersonID, d.Proxy = m.ID, m.Proxy
	if phone := v.Value("phone"); phone != Skipped {
		d.Notify = phone
	}
	return d
}
