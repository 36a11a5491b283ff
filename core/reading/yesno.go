package reading

import "strings"

// Answer is the reading of a yes/no answer.
type Answer string

// The answers. Unknown is never taken for a no.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown" // ask again, never guess
)

var yesnoWords = newLexicon("yesno")

// YesNo reads the answer to a yes/no question. A question sent back ("có
// không"), a hedge ("chắc có"), a contradiction, or any word that could carry
// another meaning is Unknown. The digit 0 is no, any other number Unknown: a
// form that offers numbered choices reads those first. The rules are
// docs/reference/vietnam.md, section 5, rule 4.
func YesNo(s string) Answer {
	switch s { // most answers are one of these
	case "1", "2", "":
		return Unknown
	case "có", "Có", "co", "Co":
		return Yes
	case "không", "Không", "khong", "Khong", "ko", "k", "0":
		return No
	}
	return yesNoIn(s, tokens(s))
}

// yesNoIn is YesNo of a text and its tokens, which it shortens.
func yesNoIn(s string, ts []token) Answer {
	a, strange := yesNo(s, ts)
	if a != Unknown || !strange || len(s) > 200 {
		return a
	}
	for _, t := range Repairs(s) {
		if a, _ := yesNo(t, tokens(t)); a != Unknown {
			return a
		}
	}
	return Unknown
}

// yesNo reads a text as it stands. strange is whether an Unknown comes from not
// understanding, not from doubt, so that it may have been typed in another way.
func yesNo(s string, ts []token) (a Answer, strange bool) {
	if len(ts) == 0 || len(ts) > 40 || strings.HasSuffix(strings.TrimSpace(s), "?") {
		return Unknown, strings.ContainsRune(s, '^')
	}
	for i := range ts {
		ts[i].shorten()
	}
	// Each clause is judged; the first decides, the others may not speak
	// against it.
	answer := Unknown
	for from := 0; from < len(ts); {
		to := from + 1
		for to < len(ts) && !ts[to].breaks() {
			to++
		}
		a, known := clauseAnswer(ts[from:to])
		switch {
		case !known && answer == Unknown:
			return Unknown, true
		case a == contrary(answer), a == doubtful:
			return Unknown, false
		case answer == Unknown:
			answer = a
		}
		from = to
	}
	return answer, true
}

const doubtful Answer = "doubtful"

func contrary(a Answer) Answer {
	switch a {
	case Yes:
		return No
	case No:
		return Yes
	}
	return "nothing"
}

// shorten undoes letters held down: "cóoooo", "okkk", "kooo".
func (t *token) shorten() {
	held := false
	for i := 1; i < len(t.bare); i++ {
		held = held || t.bare[i] == t.bare[i-1]
	}
	if t.num || !held {
		return
	}
	rs := []rune(t.text)
	out := rs[:0]
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && unmarked(string(rs[j])) == unmarked(string(rs[i])) {
			j++
		}
		if j-i >= 3 || j-i == 2 && j == len(rs) && strings.ContainsRune("kghn", rs[i]) {
			out = append(out, rs[i])
		} else {
			out = append(out, rs[i:j]...)
		}
		i = j
	}
	t.text = string(out)
	t.bare = unmarked(t.text)
}

// clauseAnswer reads one clause. known is false when it holds words that are
// not understood.
func clauseAnswer(ts []token) (a Answer, known bool) {
	var seq []string
	all, echo, verb := false, false, false
	before := ""
	known = true
	for i := 0; i < len(ts); {
		id, n := yesnoWords.match(ts, i)
		switch {
		case n == 0 && ts[i].num:
			echo, n = true, 1
		case n == 0:
			known, n = false, 1
		case id == "doubt", id == "sure" && before == "no":
			return doubtful, true
		case id == "sure":
		case id == "all":
			all = true
		case id == "echo":
			echo = true
		case id == "verb":
			echo, verb = true, true
		case id != "polite":
			all = all || id == "deny"
			seq = append(seq, id)
		}
		before = id
		i += n
	}
	a = sequence(seq)
	if a == No && echo && !all {
		return Unknown, false
	}
	return a, known || a == Yes && verb // "có đi Đà Nẵng"
}

// sequence judges the words that answer, in their order.
func sequence(seq []string) Answer {
	count := map[string]int{}
	for _, id := range seq {
		count[id]++
	}
	if len(seq) == count["deny"] { // nothing, or "đi đâu": where to
		return Unknown
	}
	last := seq[len(seq)-1]
	switch {
	case count["deny"] > 0 && count["wrong"] == 0:
		// "đâu" and "mô" deny from either end; between two words they ask where.
		if last == "deny" || seq[0] == "deny" {
			return No
		}
	case count["no"] == 0 && count["wrong"] == 0:
		return Yes
	case count["wrong"] > 0:
		if count["no"] == 0 && seq[0] == "wrong" { // "không sai" is no answer to build on
			return No
		}
	case seq[0] == "no":
		if count["no"] == len(seq) || last == "yes" && count["no"] == 1 { // "không có", "không phải"
			return No
		}
	}
	return doubtful // "có không", "rồi chưa": a question sent back
}
