package flows

import (
	"khaibao/core"
	"khaibao/core/reading"
)

// readYesNo is "yes", "no" or "" in doubt.
func readYesNo(text string) string {
	switch reading.YesNo(text) {
	case "yes":
		return "yes"
	case "no":
		return "no"
	}
	return ""
}

// readPhone reads a phone as E.164; complaint is a locale key when it is none.
func readPhone(text string) (phone, complaint string) {
	d := onlyDigits(text)
	if len(d) != 10 || d[0] != '0' {
		return "", "wrong.phone"
	}
	return "+84" + d[1:], ""
}

// readValue takes an answer that is no choice.
func (r *run) readValue(q *Question, text string) {
	t := reading.Clean(text)
	if t == "" {
		r.wrong(say("wrong.text"))
		return
	}
	r.check(q, Answer{Value: t})
}

// check records an answer unless the question's Constraint complains.
func (r *run) check(q *Question, a Answer) {
	a.ID = q.ID
	if q.Constraint != nil {
		if complaint := q.Constraint(r.view(), a); complaint.Key != "" {
			r.wrong(complaint)
			return
		}
	}
	r.answer(q, a, false)
}

func (r *run) finerPlace(q *Question) core.Say                   { return core.Say{} }
func (r *run) choosePlace(q *Question, choice string, late bool) {}
func (r *run) placeWords(q *Question, a *Answer) string          { return a.Value }
func (q *Question) isArea(choice string) bool                    { return false }
