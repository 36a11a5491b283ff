package reading

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// SameName is how near two written names are to each other.
type SameName int

// How near, the nearest last.
const (
	NameDiffers SameName = iota
	NameTurned           // the same with the family name at the other end: "An Nguyen Van", "An Văn Nguyễn"
	NameSame             // the same, marks left out in one of them or not
)

// CompareNames compares two names as they are displayed. A name without any
// mark was written in plain letters and is the same as its marked form. Where
// both bear marks these must agree, but for where in its syllable a tone stands
// (Hòa, Hoà): Tuấn and Tuân are as two as Lan and Lân, and may be twins.
func CompareNames(a, b string) SameName {
	wa, wb := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	if len(wa) != len(wb) || len(wa) == 0 {
		return NameDiffers
	}
	spell := spelling
	if !hasMarks(a) || !hasMarks(b) {
		spell = Fold
	}
	for _, words := range [][]string{wa, wb} {
		for i, w := range words {
			words[i] = spell(w)
		}
	}
	if slices.Equal(wa, wb) {
		return NameSame
	}
	back := slices.Clone(wb)
	slices.Reverse(back)
	if len(wa) > 2 && slices.Equal(wa, back) || slices.Equal(turned(wa), wb) || slices.Equal(turned(wb), wa) {
		return NameTurned
	}
	return NameDiffers
}

// turned is a name with its first word last.
func turned(words []string) []string {
	return append(slices.Clone(words[1:]), words[0])
}

// spelling is a word's letters with its tone behind them.
func spelling(word string) string {
	var letters, tones strings.Builder
	for _, r := range norm.NFD.String(word) {
		switch r {
		case '\u0300', '\u0301', '\u0303', '\u0309', '\u0323':
			tones.WriteRune(r)
		default:
			letters.WriteRune(r)
		}
	}
	return letters.String() + tones.String()
}
