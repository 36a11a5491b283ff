package area

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letter is a Vietnamese letter taken apart: ẫ is a, â and the tilde.
type letter struct {
	base byte // unmarked and lower case; 0 is no letter
	tone byte // 0 or one of the tones
	own  rune // lower case without its tone
}

// The five written tones. Hỏi and ngã sound alike in Huế.
const (
	toneHuyen = '`'
	toneSac   = '\''
	toneHoi   = '?'
	toneNga   = '~'
	toneNang  = '.'
)

var tones = map[rune]byte{0x300: toneHuyen, 0x301: toneSac, 0x309: toneHoi, 0x303: toneNga, 0x323: toneNang}

// letters holds every Latin letter that Vietnamese text uses, by rune.
var letters = newLetters()

func newLetters() *[0x1F00]letter {
	var out [0x1F00]letter
	add := func(from, to rune) {
		for r := from; r <= to; r++ {
			if unicode.IsLetter(r) {
				out[r] = takeApart(unicode.ToLower(r))
			}
		}
	}
	add('A', 'z')
	add(0xC0, 0x1B4)
	add(0x1EA0, 0x1EF9)
	return &out
}

func takeApart(lower rune) letter {
	if lower == 'đ' || lower == 'ð' { // Ð (U+00D0) is often typed for Đ
		return letter{base: 'd', own: 'đ'}
	}
	var l letter
	var own []rune
	for _, r := range norm.NFD.String(string(lower)) {
		switch tone, ok := tones[r]; {
		case ok:
			l.tone = tone
		case r < utf8.RuneSelf:
			l.base = byte(r)
			own = append(own, r)
		default:
			own = append(own, r)
		}
	}
	if l.base == 0 {
		return letter{}
	}
	l.own, _ = utf8.DecodeRuneInString(norm.NFC.String(string(own)))
	return l
}

func letterOf(r rune) letter {
	if r >= 0 && int(r) < len(letters) {
		return letters[r]
	}
	return letter{}
}

// speller collects the letters of words in two shapes. The key tells words
// apart as people without marks do: lower case, no marks, y as i. The form
// keeps marks, its tone set apart so that hoà is hòa.
type speller struct {
	key, form []byte
}

// word is where a word lies in a speller, and its tone.
type word struct {
	key, form [2]int
	tone      byte
	marked    bool
}

// spell adds a word of letters and digits.
func (s *speller) spell(text string) word {
	w := word{key: [2]int{len(s.key)}, form: [2]int{len(s.form)}}
	for _, r := range text {
		switch l := letterOf(r); {
		case l.base != 0:
			s.key = append(s.key, l.base)
			s.form = utf8.AppendRune(s.form, l.own)
			if l.tone != 0 {
				w.tone = l.tone
			}
			w.marked = w.marked || l.tone != 0 || l.own != rune(l.base)
			if l.base == 'y' {
				s.key[len(s.key)-1] = 'i'
			}
		case '0' <= r && r <= '9':
			s.key = append(s.key, byte(r))
			s.form = append(s.form, byte(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			s.key = append(s.key, '*') // another script: no name has it
			s.form = utf8.AppendRune(s.form, r)
		}
	}
	w.key[1], w.form[1] = len(s.key), len(s.form)
	s.finalY(w)
	return w
}

// finalY writes a last y that is the whole rhyme as i: Vỹ is Vĩ, Quý is Quí,
// but Thủy is not Thủi.
func (s *speller) finalY(w word) {
	form := s.form[w.form[0]:w.form[1]]
	n := len(form)
	if n == 0 || form[n-1] != 'y' {
		return
	}
	if n == 1 || !isVowel(form[n-2]) || n > 2 && form[n-2] == 'u' && form[n-3] == 'q' {
		form[n-1] = 'i'
	}
}

// isVowel reports whether the last byte of a letter is that of a vowel. Marked
// vowels end in a byte that is not ASCII.
func isVowel(b byte) bool {
	return b >= utf8.RuneSelf || b == 'a' || b == 'e' || b == 'i' || b == 'o' || b == 'u'
}

// loosen cuts the differences that Huế speech does not make at the end of a
// word: n, ng and nh are one, and so are t, c and ch.
func loosen(w string) string {
	switch {
	case strings.HasSuffix(w, "ng"), strings.HasSuffix(w, "nh"):
		return w[:len(w)-1]
	case strings.HasSuffix(w, "ch"):
		return w[:len(w)-2] + "t"
	case strings.HasSuffix(w, "c"):
		return w[:len(w)-1] + "t"
	}
	return w
}

// sameTone reports whether two tones are one to an ear of Huế.
func sameTone(a, b byte) bool {
	return a == b || (a == toneHoi || a == toneNga) && (b == toneHoi || b == toneNga)
}
