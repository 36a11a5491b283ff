package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core/reading"
)

// fold is the key by which words are compared.
func fold(s string) string { return reading.Fold(s) }

// readNumber reads a message that is one number and nothing else.
func readNumber(text string) (int, bool) {
	digits := strings.Trim(text, " .)")
	if digits == "" || digits[0] < '0' || digits[0] > '9' { // most messages: an error is dear
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// read takes typed words as the answer to a question.
func (r *run) read(q *Question, text string) {
	if n, ok := readNumber(text); ok && (q.Kind == SelectOne || q.Kind == Country || q.Kind == Countries || q.Kind == Date && r.s.Open == nil ||
		q.Kind == Paper && n < 10 && r.s.Open == nil || q.Optional && n == 0 && r.suggested(q) == "") {
		if c := r.choiceByNumber(q, n); c != "" {
			r.choose(q, c, false)
			return
		}
	}
	if r.readSeveral(q, text) {
		return
	}
	switch {
	case q.ID == "others":
		r.readOthers(q, text)
	case q.Kind == SelectOne:
		r.readOne(q, text)
	case q.Kind == SelectMany:
		r.readMany(q, text)
	default:
		r.readValue(q, text)
	}
}

func (r *run) readOne(q *Question, text string) {
	if q.Read != nil {
		if c := q.Read(text); slices.Contains(q.offered(r.view()), c) {
			r.choose(q, c, false)
			return
		}
	}
	if c := r.numberedOne(q, text); c != "" {
		r.choose(q, c, false)
		return
	}
	if q.Optional && passes(q, text) {
		r.choose(q, Skipped, false)
		return
	}
	if q.Free {
		if _, number := readNumber(text); !number && freeWords(text) != "" {
			r.check(q, Answer{Value: freeWords(text)})
			return
		}
	}
	if r.readAhead(q, text) || q.Recheck && r.readAgain(q, text) {
		return
	}
	if q.Words == "choice" {
		r.wrong(say("wrong.yesno"))
		return
	}
	r.wrong(say("wrong.choice"))
}

// numberedOne reads one number among words: "số 2", "2 nữ" where 2 is nữ.
func (r *run) numberedOne(q *Question, text string) string {
	if n := len(r.numbered(q)); n > 0 {
		if numbers, ok := reading.ReadChoices(text, n); ok && len(numbers) == 1 {
			return r.choiceByNumber(q, numbers[0])
		}
	}
	words := strings.Fields(fold(text))
	if len(words) < 2 || q.Read == nil {
		return ""
	}
	for _, at := range []int{0, len(words) - 1} {
		n, ok := readNumber(words[at])
		if !ok {
			continue
		}
		rest := strings.Join(slices.Delete(slices.Clone(words), at, at+1), " ")
		if c := r.choiceByNumber(q, n); c != "" && q.Read(rest) == c {
			return c
		}
	}
	return ""
}

// readAhead takes the answer to a follow-up question for a yes: "tiểu đường"
// when asked whether there are any conditions.
func (r *run) readAhead(q *Question, text string) bool {
	next := r.form.question(q.Ahead)
	if next == nil || next.ReadMany == nil {
		return false
	}
	set, none := next.ReadMany(text, nil)
	switch {
	case none:
		r.answer(q, Answer{Value: "no"}, false)
	case len(set) > 0:
		r.record(q, Answer{ID: q.ID, Value: "yes"})
		r.check(next, Answer{Set: next.inOrder(set)})
	default:
		return false
	}
	return true
}

// readAgain takes the right value, typed where only a choice was asked for.
func (r *run) readAgain(q *Question, text string) bool {
	for _, id := range q.Choices {
		again := r.form.question(id)
		if again == nil {
			continue
		}
		if again.Kind == Paper && reading.SuggestID(text) != "" {
			r.forget(id)
			r.readPaper(again, text)
			return true
		}
		_, errPaper := reading.ReadID(text, "")
		_, errDate := reading.ReadDate(text, reading.DateField(again.Field), string(r.e.Today))
		if again.Kind == Paper && errPaper == nil || again.Kind == Date && errDate == nil {
			r.readValue(again, text)
			return true
		}
	}
	return false
}

func (r *run) readMany(q *Question, text string) {
	offered := r.numbered(q)
	if q.About != "" {
		switch set, none := r.readWho(text); {
		case none:
			r.check(q, Answer{Value: q.None})
			return
		case len(set) > 0:
			r.check(q, Answer{Set: set})
			return
		}
	}
	if q.ReadMany != nil {
		if set, none := q.ReadMany(text, offered); none {
			r.check(q, Answer{Value: q.None})
			return
		} else if len(set) > 0 {
			r.check(q, Answer{Set: q.inOrder(set)})
			return
		}
	}
	if isWord(bareWords(text), "co", "yes", "y", "ok", "oke", "dung", "phai", "u", "uh", "vang", "co day", "co het") {
		r.repeat(say("many.which"))
		return
	}
	r.wrong(say("wrong.many"))
}

// inOrder sorts a set as the question lists it; words beyond the list come last.
func (q *Question) inOrder(set []string) []string {
	out := make([]string, 0, len(set))
	for _, c := range q.Choices {
		if slices.Contains(set, c) {
			out = append(out, c)
		}
	}
	for _, c := range set {
		if !q.hasChoice(c) {
			out = append(out, c)
		}
	}
	return out
}

// numbered are the choices that count from 1.
func (r *run) numbered(q *Question) []string {
	offered := q.offered(r.view())
	out := make([]string, 0, len(offered))
	for _, c := range offered {
		if !zero(q, c) {
			out = append(out, c)
		}
	}
	return out
}
