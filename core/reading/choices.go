package reading

import (
	"slices"
	"strconv"
	"strings"
)

var choiceWords = newLexicon("choices")

// ReadChoices reads numbers of a list of n choices: "1,3,5", "1 3 5", "1va3",
// "2 đến 4". 0, or a plain "không", is the empty choice. ok is false for
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
	none, to, dashes := false, false, 0
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
	slices.Sort(numbers)
	return slices.Compact(numbers), len(numbers) > 0
}
