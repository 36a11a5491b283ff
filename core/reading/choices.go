package reading

import (
	"slices"
	"strconv"
	"strings"
)

var choiceWords = newLexicon("choices")

// loneNumbers are words that can be a number by themselves; others only behind
// "số" or "câu", as ba, năm and sau say other things too.
var loneNumbers = map[string]bool{"một": true, "mot": true, "hai": true, "bốn": true, "bon": true, "sáu": true, "bảy": true, "bay": true,
	"tám": true, "chín": true, "chin": true}

// spelledNumbers writes number words as digits: "số hai", "hai".
func spelledNumbers(ts []token) {
	for i := range ts {
		if ts[i].num || i+1 < len(ts) && ts[i+1].glue {
			continue
		}
		led := false
		if i > 0 {
			id, n := choiceWords.match(ts, i-1)
			led = id == "before" && n == 1
		}
		if !led && !loneNumbers[ts[i].text] {
			continue
		}
		for word, v := range digitNames {
			if v > 0 && fits(ts[i].text, word) {
				ts[i].text, ts[i].num = strconv.Itoa(v), true
				break
			}
		}
	}
}

// ReadChoices reads numbers of a list of n choices: "1,3,5", "1 3 5", "1va3",
// "2 đến 4", "số hai", "cả 3" for all of three. 0, or a plain "không", is the
// empty choice. ok is false for anything else, and for what can be taken in two
// ways: "1-3" (a range or a pair), "13" where 1 and 3 are on the list but 13 is
// not. The numbers come sorted, each once.
func ReadChoices(s string, n int) (numbers []int, ok bool) {
	if len(s) > 1000 {
		return nil, false
	}
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 60 || n < 0 || strings.ContainsAny(s, "%°*=<>") {
		return nil, false
	}
	if t := ts[0]; !t.num && !loneNumbers[t.text] && !choiceWords.begins(t) { // most texts are no choice
		return nil, false
	}
	spelledNumbers(ts)
	l := listed{ts: ts, n: n}
	for i := 0; i < len(ts); {
		if ts[i].num {
			if !l.number(i) {
				return nil, false
			}
			i++
			continue
		}
		id, m := choiceWords.match(ts, i)
		if m == 0 || !l.word(id, i) {
			return nil, false
		}
		i += m
	}
	return l.choices()
}

// listed is what was read so far of numbers of a list of n.
type listed struct {
	ts      []token
	n       int
	numbers []int
	typed   int  // numbers typed, 0 and the ends of ranges among them
	dashes  int  // between two numbers
	none    bool // 0, or a word for it
	to      bool // a range wants its end
	every   bool // "cả", "hết"
}

// number takes the number at i.
func (l *listed) number(i int) bool {
	t := l.ts[i]
	v, err := strconv.Atoi(t.text)
	if err != nil || v > l.n || len(t.text) > 3 || v == 0 && t.text != "0" || len(t.text) > 2 && t.text[0] == '0' {
		return false
	}
	l.typed++
	if !l.parted(i) {
		return false
	}
	switch {
	case v == 0:
		l.none = true
	case l.to:
		from := l.numbers[len(l.numbers)-1]
		if v <= from {
			return false
		}
		for k := from + 1; k <= v; k++ {
			l.numbers = append(l.numbers, k)
		}
		l.to = false
	default:
		l.numbers = append(l.numbers, v)
	}
	return true
}

// parted tells whether the number at i stands apart from what is before it.
func (l *listed) parted(i int) bool {
	gap := l.ts[i].gap
	if i == 0 || !l.ts[i-1].num {
		return !strings.ContainsAny(gap, "-+*/%=<>")
	}
	switch gap {
	case "", ",", ".", ";", "/", "&", "+", "|", ",.", "..", ")", "),", ").", ") (", "),(":
		return true
	case "-", "–", "—", "->", "~":
		l.dashes++
		return true
	}
	return false
}

// word takes a word at i.
func (l *listed) word(id string, i int) bool {
	switch {
	case l.to:
		return false
	case id == "to":
		l.to = true
		return len(l.numbers) > 0 && i > 0 && l.ts[i-1].num
	case id == "none":
		l.none = true
	case id == "every":
		l.every = true
	}
	return true
}

// choices are the numbers, once all was read.
func (l *listed) choices() (numbers []int, ok bool) {
	// "1-3-5" lists three; "1-3" could be a range.
	if l.to || l.dashes > 0 && (l.dashes != l.typed-1 || l.typed < 3) {
		return nil, false
	}
	if l.none {
		return []int{}, len(l.numbers) == 0
	}
	numbers = l.numbers
	if l.every && len(numbers) == 1 { // all of them, or a slip?
		if numbers[0] != l.n {
			return nil, false
		}
		for k := 1; k < l.n; k++ {
			numbers = append(numbers, k)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), len(numbers) > 0
}
