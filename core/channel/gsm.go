package channel

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The letters of GSM 03.38: the basic set takes one septet each, the extension
// two. À, é, ù and a few more are in the basic set; most Vietnamese letters are
// not, and one of them makes a whole message UCS-2.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// septets is how much room a letter takes; 0 when GSM lacks it.
var septets = func() map[rune]int {
	m := make(map[rune]int, 140)
	for _, r := range gsmBasic {
		m[r] = 1
	}
	for _, r := range gsmExtended {
		m[r] = 2
	}
	return m
}()

// replaced are signs that GSM lacks and that have a plain way to be written.
var replaced = map[rune]string{
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '″': `"`,
	'‘': "'", '’': "'", '‚': "'", '‹': "'", '›': "'", '`': "'", '´': "'", '′': "'",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '•': "-", '·': "-", '●': "-",
	'…': "...", '×': "x", '÷': "/", '⁄': "/", '→': "->", '←': "<-", '≤': "<=", '≥': ">=",
	'₫': "d", '№': "No.", '™': "TM", '©': "(c)", '®': "(R)", '✓': "x", '✔': "x",
	'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'ł': "l", 'Ł': "L", 'ø': "o", 'Ø': "O", 'ı': "i",
	'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ß': "ss", 'þ': "th", 'Þ': "Th",
}

// Unaccent takes the marks off Latin letters: Đặng Thị Mỹ to Dang Thi My.
// Letters of other scripts and all signs stay as they are.
func Unaccent(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	base := ' '
	for _, r := range norm.NFD.String(s) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
			if base >= 0x80 && !unicode.Is(unicode.Latin, base) {
				b.WriteRune(r) // a mark of another script is part of its letter
			}
			continue
		case unicode.IsLetter(r) && replaced[r] != "":
			b.WriteString(replaced[r])
			r = 'd' // what follows belongs to a Latin letter
		default:
			b.WriteRune(r)
		}
		base = r
	}
	return norm.NFC.String(b.String())
}

// Plain writes a text in the letters of GSM 03.38: marks off, typographic signs
// as people type them, emoji and other signs left out, and ? for each letter or
// digit of another script. Every character of the result fits one septet or two.
func Plain(s string) string {
	if isASCII(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == '`' || r == 0x7f }) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range Unaccent(norm.NFKC.String(strings.ToValidUTF8(s, ""))) {
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == '\r':
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsControl(r):
		case r == '`':
			b.WriteByte('\'')
		case septets[r] > 0:
			b.WriteRune(r)
		case replaced[r] != "":
			b.WriteString(replaced[r])
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteByte('?')
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
