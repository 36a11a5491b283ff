package reading

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// tcvn3 maps the Latin-1 characters that TCVN3 bytes are shown as.
var tcvn3 = func() map[rune]rune {
	m := map[rune]rune{}
	for _, pair := range wordList("tcvn3") {
		from, n := utf8.DecodeRuneInString(pair)
		to, _ := utf8.DecodeRuneInString(pair[n:])
		m[from] = to
	}
	return m
}()

// Repairs returns what a text says when it is taken for TCVN3 shown as
// Latin-1, VNI, Telex or VIQR that no keyboard program turned into letters, in
// that order. Only readings that differ from the text and consist of
// well-formed syllables where they do are returned. They are guesses: try them
// only after the text itself could not be read. s is the text as it came, since
// Clean takes a TCVN3 ư for a soft hyphen.
func Repairs(s string) []string {
	if len(s) > 16*maxRunes {
		return nil
	}
	clean := Clean(s)
	var out []string
	add := func(t string, ok bool) {
		if !ok {
			return
		}
		if t = Clean(t); t != clean && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	add(fromTCVN3(s))
	add(eachWord(clean, isVNI, fromVNI))
	add(eachWord(clean, unicode.IsLetter, fromTelex))
	add(eachWord(clean, isVIQR, fromVIQR))
	return out
}

// fromTCVN3 decodes a text whose characters beyond ASCII are all of TCVN3.
func fromTCVN3(s string) (string, bool) {
	beyond, lone := false, false
	for _, r := range s {
		if r < utf8.RuneSelf || r == 0xa0 {
			continue
		}
		if _, ok := tcvn3[r]; !ok {
			return "", false
		}
		beyond = true
	}
	if !beyond {
		return "", false
	}
	switch wellFormed(s) {
	case 0:
	case 1: // "cã" is no word, but has the form of one; "thôn" is one
		lone = true
	default:
		return "", false
	}
	out := strings.Map(func(r rune) rune {
		if to, ok := tcvn3[r]; ok {
			return to
		}
		return r
	}, s)
	for _, w := range strings.FieldsFunc(strings.ToLower(out), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if hasMarks(w) && (!isSyllable(w) || lone && !tableWords()[w]) {
			return "", false
		}
	}
	return out, true
}

// tableWords are all words of the tables of answers, marks and all.
var tableWords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, lx := range []lexicon{yesnoWords, symptomWords, conditionWords, sexWords, dateWords, numberWords} {
		for _, phrases := range lx {
			for _, p := range phrases {
				for _, w := range p.words {
					m[w] = true
				}
			}
		}
	}
	return m
})

// wellFormed counts the words of a text that is well formed as it stands; 0
// when a word with marks is not.
func wellFormed(s string) int {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < utf8.RuneSelf && !unicode.IsLetter(r) })
	for _, w := range words {
		if !isSyllable(w) && hasMarks(w) {
			return 0
		}
	}
	return len(words)
}

// eachWord decodes the words of a text, a word being a run of runes that part
// accepts. A word that decodes to no syllable stays; when none changes, the
// text is not of this kind.
func eachWord(s string, part func(rune) bool, decode func(string) (string, bool)) (text string, changed bool) {
	var b strings.Builder
	done := 0 // up to where b holds the text
	for at := 0; at < len(s); {
		n := strings.IndexFunc(s[at:], func(r rune) bool { return !part(r) })
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
			continue
		}
		if n < 0 {
			n = len(s) - at
		}
		if word, ok := decode(s[at : at+n]); ok {
			b.WriteString(s[done:at])
			b.WriteString(word)
			done = at + n
		}
		at += n
	}
	if done == 0 {
		return "", false
	}
	b.WriteString(s[done:])
	return b.String(), true
}

// maxSyllable is the most letters in a syllable.
const maxSyllable = 7

// syllable is a word being typed: its letters so far and its tone.
type syllable struct {
	room    [maxSyllable]letter
	upper   [maxSyllable]bool
	n       int
	tone    byte
	changed bool
}

func (y *syllable) letters() []letter { return y.room[:y.n] }

// add adds a letter as typed; it fails on what can be in no syllable.
func (y *syllable) add(r rune) bool {
	l, ok := letterOf(unicode.ToLower(r))
	return ok && y.put(l, unicode.IsUpper(r))
}

func (y *syllable) put(l letter, upper bool) bool {
	if y.n == maxSyllable {
		return false
	}
	y.room[y.n], y.upper[y.n] = l, upper
	y.n++
	return true
}

func (y *syllable) hasVowel() bool {
	for _, l := range y.letters() {
		if strings.IndexByte("aeiouy", l.base) >= 0 {
			return true
		}
	}
	return false
}

// mark puts a quality on the last letter that is one of bases and has none.
func (y *syllable) mark(bases string, quality byte) bool {
	for i := y.n - 1; i >= 0; i-- {
		l := &y.room[i]
		if strings.IndexByte(bases, l.base) < 0 || l.quality != 0 {
			continue
		}
		l.quality, y.changed = quality, true
		return true
	}
	return false
}

// word returns the finished word, when it changed and is a syllable.
func (y *syllable) word() (string, bool) {
	if !y.changed {
		return "", false
	}
	// One horn is enough for the two of ươ, but not in quở and thuở.
	letters := y.letters()
	for i := 0; i+2 < len(letters); i++ {
		u, o := &letters[i], &letters[i+1]
		if u.base == 'u' && o.base == 'o' && u.quality+o.quality == '+' && (i == 0 || letters[i-1].base != 'q') {
			u.quality, o.quality = '+', '+'
		}
	}
	if y.tone != 0 {
		at := y.toneSeat()
		if at < 0 {
			return "", false
		}
		letters[at].tone = y.tone
	}
	var b strings.Builder
	for i, l := range letters {
		if y.upper[i] {
			b.WriteRune(unicode.ToUpper(l.rune()))
		} else {
			b.WriteRune(l.rune())
		}
	}
	return b.String(), isSyllable(strings.ToLower(b.String()))
}

// toneSeat finds the vowel that carries the tone: a vowel with a mark, else
// the second of two before a final consonant, else the first.
func (y *syllable) toneSeat() int {
	letters := y.letters()
	first, last := -1, -1
	for i, l := range letters {
		if strings.IndexByte("aeiouy", l.base) < 0 {
			continue
		}
		if i > 0 && i < len(letters)-1 && (letters[i-1].base == 'q' && l.base == 'u' || letters[i-1].base == 'g' && l.base == 'i' && i == 1) &&
			strings.IndexByte("aeiouy", letters[i+1].base) >= 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
	}
	for i := last; i >= 0 && i >= first && first >= 0; i-- {
		if q := letters[i].quality; q != 0 && q != 'd' {
			return i
		}
	}
	switch {
	case first < 0 || first == last:
		return first
	case last < len(letters)-1, last-first == 2:
		return first + 1
	default:
		return first
	}
}

// telexTone is the tone that a key stands for, 0 for none.
func telexTone(r rune) byte {
	switch r {
	case 's':
		return '\''
	case 'f':
		return '`'
	case 'r':
		return '?'
	case 'x':
		return '~'
	case 'j':
		return '.'
	}
	return 0
}

// fromTelex reads one word as typed for Telex: khoong, cos, ddau, nuwowcs.
func fromTelex(word string) (string, bool) {
	var y syllable
	for _, r := range word {
		low := unicode.ToLower(r)
		switch {
		case telexTone(low) != 0 && y.hasVowel():
			y.tone, y.changed = telexTone(low), true
			continue
		case low == 'w' && y.hasVowel() && (y.mark("ou", '+') || y.mark("a", '(')):
			continue
		case low == 'w' && y.n > 0 && !y.hasVowel(): // w alone is ư: ddwcs
			if !y.put(letter{base: 'u', quality: '+'}, unicode.IsUpper(r)) {
				return "", false
			}
			y.changed = true
			continue
		case low == 'd' && y.n > 0 && y.room[0] == letter{base: 'd'}:
			y.room[0].quality, y.changed = 'd', true
			continue
		case (low == 'a' || low == 'e' || low == 'o') && doubles(y.letters(), byte(low)) && y.mark(string(low), '^'):
			continue
		}
		if !y.add(r) {
			return "", false
		}
	}
	return y.word()
}

// doubles reports whether the vowel was typed before in this syllable with
// nothing but final consonants between: "khoong" and "khongo".
func doubles(ls []letter, vowel byte) bool {
	for i := len(ls) - 1; i >= 0; i-- {
		if ls[i].base == vowel {
			return ls[i].quality == 0
		}
		if strings.IndexByte("ngchmpt", ls[i].base) < 0 {
			return false
		}
	}
	return false
}

func isVNI(r rune) bool { return unicode.IsLetter(r) || r >= '0' && r <= '9' }

// fromVNI reads one word as typed for VNI: kho6ng, co1, d9au.
func fromVNI(word string) (string, bool) {
	var y syllable
	for _, r := range word {
		ok := true
		switch {
		case r >= '1' && r <= '5' && y.hasVowel():
			y.tone, y.changed = tones[r-'1'], true
		case r == '6':
			ok = y.mark("aeo", '^')
		case r == '7':
			ok = y.mark("ou", '+')
		case r == '8':
			ok = y.mark("a", '(')
		case r == '9':
			ok = y.mark("d", 'd')
		default:
			ok = y.add(r)
		}
		if !ok {
			return "", false
		}
	}
	return y.word()
}

func isVIQR(r rune) bool { return unicode.IsLetter(r) || strings.ContainsRune("^(+'`?~.", r) }

// fromVIQR reads one word as typed for VIQR: kho^ng, co', ddau. A final ? or .
// alone is punctuation.
func fromVIQR(word string) (string, bool) {
	tail := ""
	if !strings.ContainsAny(word, "^(+'`~") {
		trimmed := strings.TrimRight(word, "?.")
		word, tail = trimmed, word[len(trimmed):]
	}
	var y syllable
	for _, r := range word {
		ok := true
		switch {
		case r == '^':
			ok = y.mark("aeo", '^')
		case r == '(':
			ok = y.mark("a", '(')
		case r == '+':
			ok = y.mark("ou", '+')
		case strings.ContainsRune(tones, r) && y.hasVowel():
			y.tone, y.changed = byte(r), true
		case (r == 'd' || r == 'D') && y.n == 1 && y.room[0] == letter{base: 'd'}:
			y.room[0].quality, y.changed = 'd', true
		default:
			ok = y.add(r)
		}
		if !ok {
			return "", false
		}
	}
	out, ok := y.word()
	return out + tail, ok
}
