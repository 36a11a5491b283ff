package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a person's name as typed, without what stood around it.
type Name struct {
	Full       string `json:"full"`             // NFC, words capitalised, marks as typed
	UpperASCII string `json:"upper_ascii"`      // NGUYEN VAN AN
	Family     string `json:"family,omitempty"` // empty when the name is not built as Vietnamese names are
	Given      string `json:"given,omitempty"`  // the last word

	// Doubtful is whether the words may be no name at all: all are Vietnamese
	// syllables, yet the first is no family name that we know. Ask before it counts.
	Doubtful bool `json:"-"`
}

// maxName is the longest name in runes.
const maxName = 60

var (
	nameWords   = newLexicon("names")
	familyWords = newLexicon("families")
)

// ReadName reads a full name: letters of any script, single blanks, and ' - .
// inside; at least two words, or one that is no Vietnamese syllable. Lead-ins
// and courtesies are dropped, capitals set, marks kept as typed and never
// invented. The rules are docs/reference/vietnam.md, section 5, rule 7, and
// docs/reference/security.md, section 5.
func ReadName(s string) (Name, error) {
	if len(s) > 1000 || hasHidden(s) {
		return Name{}, ErrInvalid
	}
	n, err := readName(Clean(s))
	if err == nil && n.Family != "" {
		return n, nil
	}
	// "Nguyeenx Vawn An", "NguyÔn V¨n An": only when the family name comes out
	// with its own marks, so that no foreign name is bent.
	for _, t := range Repairs(s) {
		fixed, e := readName(t)
		if e == nil && fixed.Family != "" && isFamily(strings.ToLower(fixed.Family)) && (err == nil || hasMarks(fixed.Family) || n == Name{}) {
			return fixed, nil
		}
	}
	return n, err
}

// hasHidden reports control and bidi characters, which no keyboard makes in a
// name. Zero-width joiners and line ends are Clean's to drop.
func hasHidden(s string) bool {
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
		case unicode.IsControl(r), r >= 0x200e && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x061c:
			return true
		}
	}
	return false
}

func readName(s string) (Name, error) {
	words, ts, ok := nameParts(s)
	if !ok {
		return Name{}, ErrInvalid
	}
	full := strings.Join(capitalised(words), " ")
	if utf8.RuneCountInString(full) > maxName || isNoName(full) {
		return Name{}, ErrInvalid
	}
	if len(words) == 1 {
		// One syllable is a part of a Vietnamese name: ask for the whole.
		if utf8.RuneCountInString(full) < 2 || isSyllable(strings.ToLower(full)) || !hasVowel(full) || runTogether(full) {
			return Name{}, ErrInvalid
		}
	}
	n := Name{Full: full, UpperASCII: upperASCII(full)}
	family, known := familyIn(words, ts)
	half := len(words) == 2 && isAddress(words[0]) // "mệ Hoa" is half a name, Ông Hoa may be a whole one
	if half && !known {
		return Name{}, ErrInvalid
	}
	n.Doubtful = family > 0 && !known || half || len(words) == 2 && (isMiddle(words[0]) || isMiddle(words[1]))
	if family > 0 && family < len(words) {
		split := strings.Fields(full)
		n.Family = strings.Join(split[:family], " ")
		n.Given = split[len(split)-1]
	}
	return n, nil
}

// plainSigns writes the apostrophes and hyphens of phones as a keyboard has them.
var plainSigns = strings.NewReplacer("’", "'", "ʼ", "'", "‘", "'", "`", "'", "‐", "-", "‑", "-")

// nameParts drops what stands around the name and returns its words and their
// tokens. ok is false when a character is in no name.
func nameParts(s string) (words []string, ts []token, ok bool) {
	s = strings.TrimFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r)
	})
	ts = tokens(s)
	cut := func(rest string) bool {
		if rest == s {
			return false
		}
		s, ts = rest, tokens(rest)
		return true
	}
	cut(nameBehind(s, ts))
	for cut(dropThanks(s, ts)) {
	}
	led := false
	for cut(dropLead(s, ts)) {
		led = true
	}
	words = strings.Fields(plainSigns.Replace(apart(s)))
	words = dropTail(words, led)
	for _, w := range words {
		if !isNameWord(w) {
			return nil, nil, false
		}
	}
	cut(strings.Join(words, " "))
	long := false // "A B" is no name
	for _, w := range words {
		long = long || utf8.RuneCountInString(w) > 1
	}
	return words, ts, long && len(words) <= 12
}

// isNameWord reports letters with ' - . inside. A dot ends a word or stands
// behind single letters (J.R.), so that no address of a web page passes.
func isNameWord(w string) bool {
	letters, run := 0, 0 // letters in all, and since the last sign
	dotted := false
	for i, r := range w {
		switch {
		case unicode.IsLetter(r):
			letters++
			run++
			if dotted && run > 1 {
				return false
			}
		case unicode.Is(unicode.M, r):
			if letters == 0 {
				return false
			}
		case r == '.':
			if run == 0 || run > 1 && i != len(w)-1 {
				return false
			}
			dotted, run = true, 0
		case r == '\'' || r == '-':
			if run == 0 && r == '-' || i == len(w)-1 && r == '-' {
				return false
			}
			run = 0
		default:
			return false
		}
	}
	return letters > 0
}

// capitalised sets capitals, but leaves a word of mixed case as it was typed.
func capitalised(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		if changes(w, unicode.ToLower) && changes(w, unicode.ToUpper) {
			out[i] = w
			continue
		}
		var b strings.Builder
		first := true
		for _, r := range strings.ToLower(w) {
			if first && unicode.IsLetter(r) {
				r = unicode.ToUpper(r)
				first = false
			}
			if r == '\'' || r == '-' || r == '.' {
				first = true
			}
			b.WriteRune(r)
		}
		out[i] = Clean(b.String())
	}
	return out
}

// changes reports whether a word holds a letter that is another in that case.
func changes(w string, to func(rune) rune) bool {
	return strings.ContainsFunc(w, func(r rune) bool { return to(r) != r })
}

// upperASCII is the key printed in capitals; letters of other scripts stay.
func upperASCII(s string) string {
	var b strings.Builder
	for s != "" {
		n := strings.IndexAny(s, "'-. ")
		if n < 0 {
			n = len(s)
		}
		b.WriteString(strings.ToUpper(Fold(s[:n])))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return b.String()
}

// isNoName reports commands, answers and sentences.
func isNoName(full string) bool {
	ts := tokens(full)
	for _, p := range nameWords[ts[0].bare] {
		if p.id == "not" && len(p.words) == len(ts) && p.fitsAt(ts, 0) {
			return true
		}
	}
	for _, t := range ts {
		for _, p := range nameWords[t.bare] {
			if p.id == "never" && p.words[0] == t.text {
				return true
			}
		}
	}
	switch ts[0].text {
	case "ko", "toi":
		return true
	case "khong": // also the family Khổng
		if len(ts) < 3 {
			return true
		}
		if hasEntry(ts[1], "afterno") {
			return true
		}
	}
	return yesNoIn(full, ts) != Unknown
}

// hasVowel reports a letter that can be spoken: NTH is a word of initials.
func hasVowel(s string) bool {
	return strings.ContainsFunc(strings.ToLower(s), func(r rune) bool {
		l, ok := letterOf(r)
		return !ok || strings.IndexByte("aeiouy", l.base) >= 0
	})
}

// familyLength is the number of words of the family name, 0 when the name is
// not built as Vietnamese names are; known says that it is one of our table.
func familyLength(words []string) (n int, known bool) {
	return familyIn(words, tokens(strings.Join(words, " ")))
}

// familyIn is familyLength of words and their tokens.
func familyIn(words []string, ts []token) (n int, known bool) {
	if len(ts) == len(words) {
		best := 0
		for _, p := range familyWords[ts[0].bare] {
			if len(p.words) > best && len(p.words) < len(ts) && p.fitsAt(ts, 0) {
				best = len(p.words)
			}
		}
		if best > 0 {
			return best, true
		}
	}
	for _, w := range words {
		if !isSyllable(strings.ToLower(w)) {
			return 0, false
		}
	}
	return 1, false
}

// isFamily reports a family name with its marks as they should be.
func isFamily(family string) bool {
	for _, p := range familyWords[unmarked(strings.Fields(family)[0])] {
		if strings.Join(p.words, " ") == family {
			return true
		}
	}
	return false
}

// SortKey is the key by which lists are sorted: the folded given name, then the
// rest of the folded name. full is Name.Full.
func SortKey(full string) string {
	key := Fold(full[:min(len(full), 16*maxRunes)])
	at := strings.LastIndexByte(key, ' ')
	if at < 0 || len(full) > 16*maxRunes {
		return key
	}
	if family, _ := familyLength(strings.Fields(full)); family == 0 {
		return key
	}
	return key[at+1:] + " " + key[:at]
}
