package area

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// gap is what stands before a word.
type gap uint8

const (
	blank gap = iota
	soft      // . - / : _ stand inside names and between them
	hard      // , ; ( ) and a new line end a part of an address
)

// token is one word or number of a text.
type token struct {
	from, to int    // bytes of the text
	key      string // "cuu"
	form     string // "cưu", its tone apart
	tone     byte
	marked   bool
	number   bool // begins with a digit: "12", "12a"
	gap      gap
}

// tokenize takes a text (NFC) apart. A number parts from letters before it
// (q1, tdp3) and keeps one letter behind it (12a).
func tokenize(text string) []token {
	var s speller
	s.key = make([]byte, 0, len(text))
	s.form = make([]byte, 0, len(text)+8)
	words := make([]word, 0, 16)
	toks := make([]token, 0, len(text)/4+2)
	g := blank
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			g = max(g, gapOf(r))
			i += size
			continue
		}
		end := wordEnd(text, i)
		w := s.spell(text[i:end])
		if w.key[1] > w.key[0] {
			words = append(words, w)
			toks = append(toks, token{from: i, to: end, tone: w.tone, marked: w.marked, number: unicode.IsDigit(r), gap: g})
		}
		i, g = end, blank
	}
	key, form := string(s.key), string(s.form)
	for i, w := range words {
		toks[i].key, toks[i].form = key[w.key[0]:w.key[1]], form[w.form[0]:w.form[1]]
		if toks[i].number {
			toks[i].key = trimZeros(toks[i].key)
		}
	}
	return toks
}

func gapOf(r rune) gap {
	switch {
	case unicode.IsSpace(r) && r != '\n' && r != '\r':
		return blank
	case strings.ContainsRune(".-/:_–—+&\\", r):
		return soft
	case unicode.IsMark(r) || isApostrophe(r):
		return blank
	}
	return hard
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == '`' || r == '´' || r == 'ʼ'
}

// wordEnd returns the end of the word that begins at i.
func wordEnd(text string, i int) int {
	first, size := utf8.DecodeRuneInString(text[i:])
	digits := unicode.IsDigit(first)
	for i += size; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsMark(r):
		case digits && unicode.IsDigit(r):
		case digits && unicode.IsLetter(r):
			if next, _ := utf8.DecodeRuneInString(text[i+size:]); unicode.IsLetter(next) {
				return i
			}
			return i + size
		case !digits && unicode.IsLetter(r):
		case !digits && isApostrophe(r): // Cư M'gar
			if next, _ := utf8.DecodeRuneInString(text[i+size:]); !unicode.IsLetter(next) {
				return i
			}
		default:
			return i
		}
	}
	return i
}

// trimZeros makes 05 into 5, as the list has Phường 05 and people type p5.
func trimZeros(digits string) string {
	for len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9' {
		digits = digits[1:]
	}
	return digits
}
