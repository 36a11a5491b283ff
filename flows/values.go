package flows

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/reading"
)

// maxWords bounds a free answer, in runes.
const maxWords = 100

// readYesNo is "yes", "no", or "" in doubt.
func readYesNo(text string) string {
	switch reading.YesNo(text) {
	case reading.Yes:
		return "yes"
	case reading.No:
		return "no"
	}
	return ""
}

// readPhone reads a phone as E.164; complaint is a locale key when it is none.
func readPhone(text string) (phone, complaint string) {
	p, err := reading.ReadPhone(text)
	switch {
	case err == nil:
		return p.E164, ""
	case errors.Is(err, reading.ErrNotPersonal):
		return "", "wrong.phone_public"
	}
	return "", "wrong.phone"
}

// readValue takes an answer that is no choice.
func (r *run) readValue(q *Question, text string) {
	if r.confirmed(q, text) {
		return
	}
	if q.Optional && passes(q, text) {
		r.answer(q, Answer{Value: Skipped}, false)
		return
	}
	switch q.Kind {
	case Card:
		r.readShown(text)
	case Name:
		r.readName(q, text)
	case Date:
		r.readDate(q, text)
	case Paper:
		r.readPaper(q, text)
	case Insurance:
		id, err := reading.ReadID(text, "insurance")
		if err != nil || id.Type != "bhyt" && id.Type != "bhxh" {
			r.wrong(say("wrong.insurance"))
			return
		}
		r.check(q, Answer{Value: id.Normalized, Type: id.Type})
	case Phone:
		phone, complaint := readPhone(text)
		if complaint != "" {
			r.wrong(say(complaint))
			return
		}
		r.check(q, Answer{Value: phone})
	case Country:
		code := readCountry(text)
		if code == "" {
			r.wrong(say("wrong.country"))
			return
		}
		r.check(q, Answer{Value: code})
	case Place:
		r.readPlace(q, text)
	case Quarter:
		r.readQuarter(q, text)
	case Sign:
		r.readSign(q, text)
	case Stops:
		r.readStops(q, text)
	case Countries:
		r.readCountries(q, text)
	default:
		if words := freeWords(text); words != "" {
			r.check(q, Answer{Value: words})
			return
		}
		r.wrong(say("wrong.text"))
	}
}

// freeWords is a free answer as it is kept, "" when the text holds no words or
// too many.
func freeWords(text string) string {
	t := reading.Clean(text)
	if utf8.RuneCountInString(t) > maxWords || !strings.ContainsFunc(t, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	return t
}

// check records a typed answer, with an echo of what was understood, unless the
// question's Constraint complains.
func (r *run) check(q *Question, a Answer) {
	a.ID = q.ID
	if r.refuses(q, a) {
		return
	}
	if q.Doubt != nil && q.Doubt(r.view(), a) {
		r.suggest(q, a.Value)
		return
	}
	r.sure(q, a)
}

// refuses complains about an answer that the question's Constraint does not allow.
func (r *run) refuses(q *Question, a Answer) bool {
	if q.Constraint == nil {
		return false
	}
	complaint := q.Constraint(r.view(), a)
	if complaint.Key != "" {
		r.wrong(complaint)
	}
	return complaint.Key != ""
}

// sure records a typed answer that nothing speaks against.
func (r *run) sure(q *Question, a Answer) {
	a.ID = q.ID
	r.record(q, a)
	if q.echoes(&a) {
		r.echo, r.echoOf = []core.Say{r.heard(q)}, q.ID
	}
	r.ask()
}

// echoes tells whether an answer is said back. Free words are not: the sender
// of an SMS can be forged, and nobody's words may go out under our name.
func (q *Question) echoes(a *Answer) bool {
	return q.Kind != Text && q.Kind != Quarter && q.Kind != SelectOne && (q.Kind != Sign || a.Type != "")
}

// heard echoes an answer; with a card's number goes what its digits tell.
func (r *run) heard(q *Question) core.Say {
	s := r.noted("heard", q)
	var derived []string
	for i := range r.s.Answers {
		a := &r.s.Answers[i]
		if d := r.form.question(a.ID); a.By == q.ID && a.Of == r.s.of(q) && q.About == "" && d != nil && d.hasChoice(a.Value) {
			derived = append(derived, d.words(r.form.ID, a.Value))
		}
	}
	if len(derived) > 0 {
		s.Key += ".derived"
		s.Lists = map[string][]string{"derived": derived}
	}
	return s
}

func (r *run) readDate(q *Question, text string) {
	field := reading.DateField(q.Field)
	d, err := reading.ReadDate(text, field, string(r.e.Today))
	if err != nil {
		if meant, ok := reading.SuggestDate(text, field, string(r.e.Today)); ok {
			r.suggest(q, meant.Date)
			return
		}
	}
	switch {
	case err == nil:
		r.check(q, Answer{Value: d.Date})
	case field == reading.Birth && reading.NotAtHand(text):
		r.wrong(say("wrong.date_year"))
	case errors.Is(err, reading.ErrFuture):
		r.wrong(say("wrong.date_future"))
	case errors.Is(err, reading.ErrUnsupported):
		r.wrong(say("wrong.date_lunar"))
	case field == reading.Birth && r.readTogether(q, text):
	default:
		if numeric(text) { // only what is surely no message to somebody else is said back
			r.wrong(say("wrong.date_read", "text", strings.TrimSpace(text)))
			return
		}
		r.wrong(say("wrong.date"))
	}
}

// numeric tells whether a text is a few digits and signs of a date.
func numeric(text string) bool {
	return len(text) <= 12 && strings.Trim(text, "0123456789/-. ") == "" && strings.ContainsAny(text, "0123456789")
}

func yearOf(d core.Day) int {
	n, _ := readNumber(string(d[:min(4, len(d))]))
	return n
}
