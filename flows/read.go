package flows

import (
	"strconv"
	"strings"

	"khaibao/core/reading"
)

// fold is the key by which words are compared.
func fold(s string) string { return reading.Fold(s) }

// readNumber reads a message that is one number and nothing else.
func readNumber(text string) (int, bool) {
	digits := strings.Trim(text, " .)")
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 0 && digits[0] != '+'
}

// read takes typed words as the answer to a question.
func (r *run) read(q *Question, text string) {
	if n, ok := readNumber(text); ok && (q.Kind == SelectOne || q.Kind == Country || q.Kind == Paper && n < 10 || q.Optional && n == 0) {
		if c := r.choiceByNumber(q, n); c != "" {
			r.choose(q, c, false)
			return
		}
	}
	switch q.Kind {
	case SelectOne:
		r.readOne(q, text)
	case SelectMany:
		r.readMany(q, text)
	default:
		r.readValue(q, text)
	}
}

func (r *run) readOne(q *Question, text string) {
	if q.Read != nil {
		if c := q.Read(text); contains(q.offered(r.view()), c) {
			r.choose(q, c, false)
			return
		}
	}
	if q.Free {
		if t := freeWords(text); t != "" {
			r.check(q, Answer{Value: t})
			return
		}
	}
	r.wrong(say("wrong.choice"))
}

func (r *run) readMany(q *Question, text string) {
	offered := r.numbered(q)
	if q.ReadMany != nil {
		if set, none := q.ReadMany(text, offered); none {
			r.check(q, Answer{Value: q.None})
			return
		} else if len(set) > 0 {
			r.check(q, Answer{Set: set})
			return
		}
	}
	r.wrong(say("wrong.many"))
}

// numbered are the choices that count from 1.
func (r *run) numbered(q *Question) []string {
	var out []string
	for _, c := range q.offered(r.view()) {
		if !zero(q, c) {
			out = append(out, c)
		}
	}
	return out
}
