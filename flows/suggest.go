package flows

import (
	"errors"
	"slices"

	"khaibao/core"
	"khaibao/core/reading"
)

// suggest asks whether something is meant that was not quite said: a name that
// may be a sentence, an age, a number that lost its zero.
func (r *run) suggest(q *Question, value string) {
	r.s.Open = &Open{ID: q.ID, Typed: value}
	r.ask()
}

// suggested is the open suggestion of a question, "" when there is none.
func (r *run) suggested(q *Question) string {
	if open := r.s.Open; open != nil && open.ID == q.ID && slices.Contains([]Kind{Name, Date, Paper, Phone}, q.Kind) {
		return open.Typed
	}
	return ""
}

// confirmed takes the answer to a suggestion. Anything but yes and no is an
// answer to the question itself.
func (r *run) confirmed(q *Question, text string) bool {
	value := r.suggested(q)
	if value == "" {
		return false
	}
	answer := readYesOrThumb(text)
	switch n, ok := readNumber(text); {
	case answer == "yes" || ok && n == 1:
		r.accept(q, value)
	case answer == "no": // and 0
		r.s.Open = nil
		r.ask()
	default:
		r.s.Open = nil
		return false
	}
	return true
}

// accept takes what was suggested.
func (r *run) accept(q *Question, value string) {
	r.s.Open = nil
	if q.Kind == Paper {
		r.readPaper(q, value)
		return
	}
	if a := (Answer{ID: q.ID, Value: value}); !r.refuses(q, a) {
		r.sure(q, a)
	}
}

// pressSuggested takes a button of a suggestion.
func (r *run) pressSuggested(q *Question, choice string, late bool) {
	value := r.suggested(q)
	switch {
	case late || value == "":
		r.repeat(say("press.other"))
	case choice == "yes":
		r.accept(q, value)
	default:
		r.s.Open = nil
		r.ask()
	}
}

// suggestion asks whether a value is meant.
func (r *run) suggestion(q *Question) core.Say {
	value := r.s.Open.Typed
	s := core.Say{Choices: []core.Choice{
		{Action: r.action(q.ID, "yes"), Key: "choice.right", Number: "1"},
		{Action: r.action(q.ID, "no"), Key: "choice.retype", Number: "0"},
	}}
	switch q.Kind {
	case Paper:
		s.Key, s.Args = "paper.suggest", args{"last": lastDigits(value)}
	case Date:
		s.Key, s.Args = q.key(r.form.ID)+".suggest", args{"value": localDate(value)}
	case Phone:
		s.Key, s.Args = q.key(r.form.ID)+".suggest", args{"value": localPhone(value)}
	default:
		s.Key, s.Args = q.key(r.form.ID)+".suggest", args{"value": value}
	}
	return s
}

// readName reads a name. What may be a sentence is asked before it counts, and
// what stands behind a name may be the birth date and the paper.
func (r *run) readName(q *Question, text string) {
	n, err := reading.ReadName(text)
	switch {
	case err == nil && n.Doubtful:
		r.suggest(q, n.Full)
	case err == nil:
		r.check(q, Answer{Value: n.Full})
	case r.readTogether(q, text), r.takesNumber(text):
	default:
		r.wrong(say("wrong.name"))
	}
}

// passes tells whether a text passes an optional question over.
func passes(q *Question, text string) bool {
	if isWord(text, "bo qua", "khong", "ko", "k", "khong co", "ko co", "chua co", "khong can", "khong muon", "khong noi", "skip", "none", "no", "not now",
		"chua mac", "chua tung mac", "chua bi", "chua tung bi", "khong mac", "khong bi", "never", "never had it") {
		return true
	}
	if _, err := reading.ReadID(text, "insurance"); q.Kind == Insurance && errors.Is(err, reading.ErrNone) {
		return true
	}
	if q.Kind == Phone && hasNoPhone(text) {
		return true
	}
	if q.Kind == Text || q.Free {
		return isWord(text, "khong biet", "ko biet", "khong nho", "khong ro", "quen", "quen roi")
	}
	return reading.NotAtHand(text)
}

// readPaper reads the number of an identity paper. Eleven digits may be a card
// whose leading zero got lost: that is asked, not guessed. Who has none, or not
// with them, is asked about that where papers are to be expected.
func (r *run) readPaper(q *Question, text string) {
	text = r.unhidden(text)
	id, err := reading.ReadID(text, "")
	switch {
	case errors.Is(err, reading.ErrNone), err != nil && reading.NotAtHand(text):
		r.check(q, childPaper)
		return
	case err != nil:
		if suggested := reading.SuggestID(text); suggested != "" {
			r.suggest(q, suggested)
			return
		}
		if !r.readTogether(q, text) {
			r.wrong(say("wrong.paper"))
		}
		return
	case id.Type == "bhyt" || id.Type == "bhxh":
		r.wrong(say("wrong.paper_insurance"))
		return
	}
	r.s.Open = nil
	a := Answer{Value: id.Normalized, Type: id.Type, Sex: id.Sex, Year: id.BirthYear}
	if a.Year > yearOf(r.e.Today) {
		r.wrong(say("wrong.paper"))
		return
	}
	r.check(q, a)
}

// childPaper is what stands for the paper of who has none.
var childPaper = Answer{Value: "000000000", Type: "child_placeholder"}

// choosePaper takes a button of a Paper: no papers yet, or yes and no to a
// number that was offered.
func (r *run) choosePaper(q *Question, choice string, late bool) {
	if choice == "child" && q.hasChoice(choice) {
		r.answer(q, childPaper, late)
		return
	}
	r.pressSuggested(q, choice, late)
}
