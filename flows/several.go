package flows

import (
	"slices"

	"khaibao/core/reading"
)

// readSeveral takes a text that answers more than was asked: "xe khách
// 75B-012.34" where the vehicle was asked for, "14/8 15/8" where the day of
// departure was. What speaks against the answer itself is left to the reading
// of that answer alone.
func (r *run) readSeveral(q *Question, text string) bool {
	if q.Together == nil || r.s.Open != nil {
		return false
	}
	found := q.Together(r.view(), text)
	own := slices.IndexFunc(found, func(a Answer) bool { return a.ID == q.ID })
	if own < 0 {
		return false
	}
	v, a := r.view(), found[own]
	if q.Constraint != nil && q.Constraint(v, a).Key != "" || q.Doubt != nil && q.Doubt(v, a) {
		return false
	}
	r.take(q, found)
	return true
}

// chooseDay takes a choice of a Date: today, the same day.
func (r *run) chooseDay(q *Question, choice string, late bool) {
	a := Answer{ID: q.ID, Value: string(q.Day(r.view(), choice))}
	switch {
	case !late:
		r.check(q, a)
	case !r.refuses(q, a):
		r.answer(q, a, true)
	}
}

// readSign takes the number of a vehicle that could not be read as one: the name
// of a coach's company, a part of a plate. It is kept as it was typed.
func (r *run) readSign(q *Question, text string) {
	words := freeWords(text)
	n, number := readNumber(words)
	_, errPhone := reading.ReadPhone(text)
	if words == "" || number && n < 10 || readYesNo(text) != "" || errPhone == nil {
		r.wrong(say("wrong.sign"))
		return
	}
	r.check(q, Answer{Value: words})
}
