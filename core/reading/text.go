package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds every text: longer than any answer, short enough that a
// hostile message costs nothing.
const maxRunes = 2000

// keycap follows a digit in the picture of a key (1️⃣): two such are two numbers.
const keycap = '\u20e3'

// Clean returns the text as it is kept: valid UTF-8 in NFC, Ð (U+00D0) as Đ and ð as đ,
// full-width forms as ASCII, zero-width characters gone, every kind of blank a
// single space, no blanks at the ends, at most 2000 runes. Clean is idempotent.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	if len(s) > 16*maxRunes {
		s = s[:16*maxRunes]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	var b strings.Builder
	b.Grow(len(s))
	n, blank := 0, false
	for _, r := range s {
		switch {
		case dropped(r):
			continue
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == keycap:
			blank = n > 0
			continue
		case r == 'Ð':
			r = 'Đ'
		case r == 'ð':
			r = 'đ'
		case r >= '！' && r <= '～': // full-width ASCII of East Asian keyboards
			r -= '！' - '!'
		}
		if blank {
			if n+2 > maxRunes {
				break
			}
			b.WriteByte(' ')
			n, blank = n+1, false
		}
		if n == maxRunes {
			break
		}
		b.WriteRune(r)
		n++
	}
	// Dropping a zero-width joiner can bring a letter and its mark together.
	out := b.String()
	if norm.NFC.IsNormalString(out) {
		return out
	}
	return norm.NFC.String(out)
}

// isClean reports texts that Clean leaves alone, as far as a glance can tell:
// short, of ASCII and the Latin letters that are NFC by themselves.
func isClean(s string) bool {
	if len(s) > maxRunes {
		return false
	}
	for i, r := range s {
		switch {
		case r == ' ':
			if i == 0 || i == len(s)-1 || s[i-1] == ' ' {
				return false
			}
		case r > ' ' && r < 0x7f:
		case r < 0xc0 || r == 'Ð' || r == 'ð' || place(r) < 0:
			return false
		}
	}
	return true
}

// dropped reports characters that take no room on the screen: format
// characters (zero-width, bidi, soft hyphen, BOM) and variation selectors.
func dropped(r rune) bool {
	if r < 0xad {
		return false
	}
	return unicode.Is(unicode.Cf, r) || r >= 0xfe00 && r <= 0xfe0f || r == utf8.RuneError
}

// Fold returns the key by which texts are compared: lower case, marks off, đ as
// d, everything that is no letter and no digit a blank, blanks single. Letters
// of other scripts stay. Fold is idempotent.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	if len(s) > 16*maxRunes {
		s = strings.ToValidUTF8(s[:16*maxRunes], "")
	}
	b := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r >= 'A' && r <= 'Z':
			b = append(b, byte(r)+'a'-'A')
		case r < utf8.RuneSelf || r == keycap:
			b = appendBlank(b)
		case isCombining(r) || dropped(r):
		default:
			if p := place(r); p >= 0 && folded[p] != 0 {
				b = append(b, folded[p])
				continue
			}
			return foldRest(b, s[i:])
		}
	}
	return strings.TrimSuffix(string(b), " ")
}

func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			continue
		}
		if c != ' ' || i == 0 || i == len(s)-1 || s[i-1] == ' ' {
			return false
		}
	}
	return true
}

func appendBlank(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] != ' ' {
		return append(b, ' ')
	}
	return b
}

// foldRest is the slow half of Fold, for letters that are not Vietnamese.
func foldRest(b []byte, s string) string {
	for _, r := range norm.NFD.String(strings.ToValidUTF8(s, "")) {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		r = unicode.ToLower(r)
		switch {
		case r == keycap:
			b = appendBlank(b)
		case isCombining(r) || dropped(r):
		case r == 'đ' || r == 'ð':
			b = append(b, 'd')
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r) && len(b) > 0 && b[len(b)-1] != ' ':
			b = utf8.AppendRune(b, r)
		default:
			b = appendBlank(b)
		}
	}
	out := strings.TrimSuffix(string(b), " ")
	return norm.NFC.String(out)
}

// isCombining reports the marks that Latin letters carry. Vowel signs of other
// scripts are no such marks: without them a Lao or Thai word is another word.
func isCombining(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x1ab0 && r <= 0x1aff || r >= 0x1dc0 && r <= 0x1dff || r >= 0x20d0 && r <= 0x20ff && r != keycap
}
