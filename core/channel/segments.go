package channel

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Room in one SMS, and in each part of a longer one, whose header takes the
// rest: in septets for GSM 7-bit, in UTF-16 units for UCS-2
// (docs/reference/channels.md 4).
const (
	gsmSingle, gsmPart   = 160, 153
	ucs2Single, ucs2Part = 70, 67
)

// Segments counts the SMS that a text takes, and tells whether it goes as GSM
// 7-bit. An empty text takes one. A letter of two units is never cut in half,
// so a part may stay one unit short.
func Segments(s string) (n int, gsm7 bool) {
	gsm7 = true
	for _, r := range s {
		if septets[r] == 0 {
			gsm7 = false
			break
		}
	}
	single, part := gsmSingle, gsmPart
	if !gsm7 {
		single, part = ucs2Single, ucs2Part
	}
	total, parts, room := 0, 1, part
	for _, r := range s {
		units := septets[r]
		if !gsm7 {
			units = utf16Len(r)
		}
		total += units
		if room < units {
			parts, room = parts+1, part
		}
		room -= units
	}
	if total <= single {
		return 1, gsm7
	}
	return parts, gsm7
}

// Count is the length of a text in the units that a network counts: septets
// for GSM 7-bit networks, UTF-16 units for all others.
func Count(s string, f Features) int {
	n := 0
	for _, r := range s {
		n += units(r, f)
	}
	return n
}

func units(r rune, f Features) int {
	if f.Plain {
		if n := septets[r]; n > 0 {
			return n
		}
	}
	return utf16Len(r)
}

func utf16Len(r rune) int {
	if r == utf8.RuneError {
		return 1
	}
	return utf16.RuneLen(r)
}
