package reading

import "strings"

// spelledDigits finds a number that is spoken digit by digit, "không chín một
// hai…", with words of the given table before it. It returns "" when the text
// is anything else, or shorter than nine digits.
func spelledDigits(ts []token, before lexicon) string {
	if len(ts) < 9 || len(ts) > 40 {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(ts); {
		if d, ok := spelledDigit(ts[i].text); ok {
			b.WriteByte('0' + byte(d))
			i++
			continue
		}
		_, n := before.match(ts, i)
		if n == 0 || b.Len() > 0 {
			return ""
		}
		i += n
	}
	if b.Len() < 9 {
		return ""
	}
	return b.String()
}

// spelledDigit reads the name of a digit.
func spelledDigit(word string) (int, bool) {
	for name, d := range digitNames {
		if fits(word, name) {
			return d, true
		}
	}
	return 0, false
}
