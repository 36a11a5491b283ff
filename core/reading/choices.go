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
// "2 đến 4", "số hai", "cả 3" for all of three. 0, or a plain "không", is the empty choice. ok is false for
// anything else, and for what can be taken in two ways: "1-3" (a range or a
// pair), "13" where 1 and 3 are on the list but 13 is not. The numbers come
// sorted, each once.
func ReadChoices(s string, n int) (numbers []int, ok bool) {
	if len(s) > 1000 {
		return nil, false
	}
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 60 || n < 0 || strings.ContainsAny(s, "%°*=<>") {
		return nil, false
	}
	spelledNumbers(ts)
	none, to, every, dashes := false, false, false, 0
	for i := 0; i < len(ts); {
		t := ts[i]
		if t.num {
			v, err := strconv.Atoi(t.text)
			if err != nil || v > n || len(t.text) > 3 || v == 0 && t.text != "0" || len(t.text) > 2 && t.text[0] == '0' {
				return nil, false
			}
			if i > 0 && ts[i-1].num {
				switch t.gap {
				case "", ",", ".", ";", "/", "&", "+", "|", ",.", "..", ")", "),", ").", ") (", "),(":
				case "-", "–", "—", "->", "~":
					dashes++
				default:
					return nil, false
				}
			} else if strings.ContainsAny(t.gap, "-+*/%=<>") {
				return nil, false
			}
			switch {
			case v == 0:
				none = true
			case to:
				from := numbers[len(numbers)-1]
				if v <= from {
					return nil, false
				}
				for k := from + 1; k <= v; k++ {
					numbers = append(numbers, k)
				}
				to = false
			default:
				numbers = append(numbers, v)
			}
			i++
			continue
		}
		id, m := choiceWords.match(ts, i)
		switch {
		case m == 0 || to:
			return nil, false
		case id == "to":
			if len(numbers) == 0 || i == 0 || !ts[i-1].num {
				return nil, false
			}
			to = true
		case id == "none":
			none = true
		case id == "every":
			every = true
		}
		i += m
	}
	counted := 0
	for _, t := range ts {
		if t.num {
			counted++
		}
	}
	// "1-3-5" lists three; "1-3" could be a range.
	if to || dashes > 0 && (dashes != counted-1 || counted < 3) {
		return nil, false
	}
	if none {
		return []int{}, len(numbers) == 0
	}
	if every && len(numbers) == 1 { // all of them, or a slip?
		if numbers[0] != n {
			return nil, false
		}
		for k := 1; k < n; k++ {
			numbers = append(numbers, k)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), len(numbers) > 0
}
