package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letter is a Vietnamese letter taken apart: ă is a with a breve, ằ the same
// with the huyền tone.
type letter struct {
	base    byte
	quality byte // ^ hat, ( breve, + horn, d stroke, 0 none
	tone    byte // ' sắc, ` huyền, ? hỏi, ~ ngã, . nặng, 0 none
}

const tones = "'`?~."

var (
	toneMarks    = map[byte]string{0: "", '\'': "\u0301", '`': "\u0300", '?': "\u0309", '~': "\u0303", '.': "\u0323"}
	qualityMarks = map[byte]string{0: "", '^': "\u0302", '(': "\u0306", '+': "\u031b"}

	// letters holds every Vietnamese lower-case letter beyond ASCII; letterTable
	// is the same by its place, and folded the bare letter of either case.
	letters     = makeLetters()
	letterTable = makeLetterTable()
	folded      = makeFolded()
	// composed is the way back.
	composed = makeComposed()
)

// place puts the two blocks of Latin letters that Vietnamese uses side by side.
func place(r rune) int {
	switch {
	case r >= 0xc0 && r < 0x1c0:
		return int(r - 0xc0)
	case r >= 0x1ea0 && r < 0x1f00:
		return int(r-0x1ea0) + 0x100
	}
	return -1
}

func makeLetterTable() (table [0x160]letter) {
	for r, l := range letters {
		table[place(r)] = l
	}
	return table
}

func makeFolded() (table [0x160]byte) {
	for r, l := range letters {
		table[place(r)] = l.base
		table[place(unicode.ToUpper(r))] = l.base
	}
	return table
}

func makeLetters() map[rune]letter {
	m := map[rune]letter{'đ': {'d', 'd', 0}, 'Ð': {'d', 'd', 0}, 'ð': {'d', 'd', 0}}
	for base, qualities := range map[byte]string{'a': "^(", 'e': "^", 'i': "", 'o': "^+", 'u': "+", 'y': ""} {
		for _, q := range append([]byte(qualities), 0) {
			for _, t := range append([]byte(tones), 0) {
				r, _ := utf8.DecodeRuneInString(norm.NFC.String(string(base) + qualityMarks[q] + toneMarks[t]))
				if r >= utf8.RuneSelf {
					m[r] = letter{base, q, t}
				}
			}
		}
	}
	return m
}

func makeComposed() map[letter]rune {
	m := make(map[letter]rune, len(letters))
	for r, l := range letters {
		if l.base != 'd' {
			m[l] = r
		}
	}
	m[letter{'d', 'd', 0}] = 'đ'
	return m
}

// letterOf takes a lower-case letter apart; ok is false for what is no letter
// of the Latin alphabet.
func letterOf(r rune) (l letter, ok bool) {
	if r >= 'a' && r <= 'z' {
		return letter{base: byte(r)}, true
	}
	if i := place(r); i >= 0 {
		l = letterTable[i]
	}
	return l, l.base != 0
}

func (l letter) rune() rune {
	if r, ok := composed[l]; ok {
		return r
	}
	return rune(l.base)
}

// fits reports whether a typed word can stand for a word of our tables: the
// same letters, and every mark that was typed is the word's own. Marks may be
// missing; hỏi and ngã count as one; the tone may sit on either vowel (hòa,
// hoà). Both are in lower case and NFC.
func fits(typed, word string) bool {
	if typed == word {
		return true
	}
	var typedTone, wordTone byte
	for typed != "" && word != "" {
		tr, tn := utf8.DecodeRuneInString(typed)
		wr, wn := utf8.DecodeRuneInString(word)
		typed, word = typed[tn:], word[wn:]
		t, ok1 := letterOf(tr)
		w, ok2 := letterOf(wr)
		if !ok1 || !ok2 {
			if tr != wr {
				return false
			}
			continue
		}
		if t.base != w.base || t.quality != 0 && t.quality != w.quality {
			return false
		}
		if t.tone != 0 {
			typedTone = t.tone
		}
		if w.tone != 0 {
			wordTone = w.tone
		}
	}
	if typed != "" || word != "" {
		return false
	}
	return typedTone == 0 || typedTone == wordTone || hookOrTilde(typedTone) && hookOrTilde(wordTone)
}

func hookOrTilde(t byte) bool { return t == '?' || t == '~' }

// hasMarks reports whether a word carries any Vietnamese mark.
func hasMarks(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// isSyllable reports whether a lower-case NFC word is built as Vietnamese
// syllables are: onset, rhyme, tone, and only sắc or nặng before a final
// c, ch, p or t. Missing marks are allowed, and so is a missing tone.
func isSyllable(word string) bool {
	var plain, rhymed strings.Builder
	var tone byte
	for _, r := range word {
		l, ok := letterOf(r)
		if !ok || l.tone != 0 && tone != 0 {
			return false
		}
		if l.tone != 0 {
			tone = l.tone
		}
		l.tone = 0
		plain.WriteByte(l.base)
		rhymed.WriteRune(l.rune())
	}
	bare, full := plain.String(), rhymed.String()
	if bare == "" || len(bare) > 7 {
		return false
	}
	for _, onset := range onsets {
		if !strings.HasPrefix(full, onset) {
			continue
		}
		rhyme := full[len(onset):]
		if onset == "gi" && rhyme == "" {
			return true
		}
		if !rhymes[rhyme] {
			continue
		}
		if tone != 0 && tone != '\'' && tone != '.' && stopped(bare) {
			continue
		}
		return true
	}
	return false
}

func stopped(bare string) bool {
	return strings.HasSuffix(bare, "c") || strings.HasSuffix(bare, "ch") || strings.HasSuffix(bare, "p") || strings.HasSuffix(bare, "t")
}
