package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameBehind returns what stands behind "tên là" within a text, when that
// begins with a family name and the text does not: "con oi me ten la Le Thi Hoa".
func nameBehind(s string, ts []token) string {
	if len(ts) > 16 {
		return s
	}
	for i := 1; i+2 < len(ts); i++ {
		id, n := nameWords.match(ts, i)
		if id != "lead" || n == 0 || i+n+2 > len(ts) || !fits(ts[i].text, "tên") && n < 2 {
			continue
		}
		if _, k := familyWords.match(ts, i+n); k == 0 {
			continue
		}
		if _, k := familyWords.match(ts, 0); k == 0 || n > 1 {
			return strings.TrimLeft(afterTokens(s, i+n), ".:,;-–= \"'")
		}
	}
	return s
}

// dropThanks drops what is said behind a whole name: "Le Thi Hoa cam on con".
func dropThanks(s string, ts []token) string {
	if len(ts) < 3 || len(ts) > 16 {
		return s
	}
	for i := 2; i < len(ts); i++ {
		for _, p := range nameWords[ts[i].bare] {
			if p.id == "thanks" && i+len(p.words) == len(ts) && p.fitsAt(ts, i) {
				return strings.TrimRight(s[:len(s)-len(afterTokens(s, i))], " ,.;-–")
			}
		}
	}
	return s
}

// isAddress reports a form of address: mệ, bà, chị.
func isAddress(word string) bool {
	ts := tokens(word)
	if len(ts) != 1 {
		return false
	}
	for _, p := range nameWords[ts[0].bare] {
		if (p.id == "honour" || p.id == "kin") && len(p.words) == 1 && p.fitsAt(ts, 0) {
			return true
		}
	}
	return false
}

// dropLead drops one lead-in or form of address.
func dropLead(s string, ts []token) string {
	if len(ts) < 2 {
		return s
	}
	id, n := nameWords.match(ts, 0)
	if len(ts) >= 4 && hasEntry(ts[0], "softhonour") && hasEntry(ts[1], "great") {
		id, n = "honour", 1
	}
	if n == 0 || n >= len(ts) {
		return s
	}
	rest := strings.TrimLeft(afterTokens(s, n), ".:,;-–= \"'")
	switch id {
	case "lead":
		// La and Ten begin names too; a lone "là" does so unless it is marked.
		if n == 1 && ts[0].text == "la" {
			return s
		}
		return rest
	case "polite":
		return rest
	case "honour", "kin":
		if _, k := familyWords.match(ts, n); k > 0 && len(ts)-n >= 2 {
			return rest
		}
	}
	return s
}

// afterTokens cuts the first n words off a text.
func afterTokens(s string, n int) string {
	in := false
	for i, r := range s {
		letter := unicode.IsLetter(r) || unicode.Is(unicode.M, r) || r >= '0' && r <= '9'
		if in && !letter {
			if n--; n == 0 {
				return s[i:]
			}
		}
		in = letter
	}
	return ""
}

// dropTail drops "ạ", "nhé" and the like. Written without marks they may be a
// given name, so then only in small letters behind a capitalised name, or where
// led tells that a lead-in of courtesy stood in front.
func dropTail(words []string, led bool) []string {
	for len(words) > 2 {
		last := words[len(words)-1]
		t := tokens(last)
		if len(t) != 1 {
			return words
		}
		id, n := nameWords.match(t, 0)
		switch {
		case n == 1 && id == "tail":
		case hasEntry(t[0], "softtail") && !t[0].caps && allCapitalised(words[:len(words)-1]):
		case led && (last == "a" || last == "ah" || last == "nhe"):
		default:
			return words
		}
		words = words[:len(words)-1]
		words[len(words)-1] = strings.TrimRight(words[len(words)-1], ",")
	}
	return words
}

// hasEntry reports whether a token is a single-word entry of nameWords.
func hasEntry(t token, id string) bool {
	for _, p := range nameWords[t.bare] {
		if p.id == id && len(p.words) == 1 && fits(t.text, p.words[0]) {
			return true
		}
	}
	return false
}

func allCapitalised(words []string) bool {
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(r) {
			return false
		}
	}
	return true
}

// isMiddle reports Thị and Văn, which stand between a family and a given name:
// of two words with one of them the third is missing, or one is a rare family.
func isMiddle(word string) bool {
	w := strings.ToLower(word)
	return fits(w, "thị") || fits(w, "văn")
}

// apart takes Vietnamese names apart that were typed without blanks:
// Nguyen-Thi-Hoa, NguyenThiHoa. A word in brackets behind it is dropped.
func apart(s string) string {
	if head, rest, ok := strings.Cut(s, "("); ok && head != "" && !strings.ContainsAny(strings.TrimSuffix(rest, ")"), "()0123456789@/.:") {
		s = strings.TrimSpace(head)
	}
	if strings.Contains(s, " ") {
		return s
	}
	var words []string
	if parts := strings.Split(s, "-"); len(parts) > 2 {
		words = parts
	} else if s != strings.ToUpper(s) {
		words = strings.Fields(camelCase(s))
	}
	if len(words) < 2 {
		return s
	}
	for _, w := range words {
		if !isSyllable(strings.ToLower(w)) {
			return s
		}
	}
	if _, known := familyLength(words); !known {
		return s
	}
	return strings.Join(words, " ")
}

// camelCase puts a blank before each capital that follows a small letter.
func camelCase(s string) string {
	var b strings.Builder
	small := false
	for _, r := range s {
		if small && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		small = unicode.IsLower(r)
		b.WriteRune(r)
	}
	return b.String()
}

// runTogether reports three syllables or more, of which the first is a great
// family, in one word: nguyenthihoa. They can often be cut in several ways, so
// they are asked again.
func runTogether(word string) bool {
	w := strings.ToLower(word)
	for i := range w {
		if i == 0 || i > 10 {
			continue
		}
		if ts := tokens(w[:i]); len(ts) == 1 && hasEntry(ts[0], "great") && syllables(w[i:]) >= 2 {
			return true
		}
	}
	return false
}

// syllables is the least number of syllables that a word is made of, 0 when it
// is made of none.
func syllables(w string) int {
	least := make([]int, len(w)+1) // by where they end, plus one; 0: never
	least[0] = 1
	for end := range len(w) + 1 {
		for begin := max(0, end-14); begin < end; begin++ { // seven letters of two bytes
			if least[begin] > 0 && (least[end] == 0 || least[begin]+1 < least[end]) && isSyllable(w[begin:end]) {
				least[end] = least[begin] + 1
			}
		}
	}
	return max(least[len(w)]-1, 0)
}
