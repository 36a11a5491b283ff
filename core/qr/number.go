package qr

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"unicode"
)

// NumberLength is the length of the number that a keypad phone shows instead
// of a QR. No one-time code (6), ID number (9, 12) or place (7) is as long, and
// a phone of ten digits begins with 0, which a number never does.
const NumberLength = 10

// damm is the totally anti-symmetric quasigroup of H. Michael Damm, Total
// anti-symmetrische Quasigruppen, 2004, page 111. It finds each single wrong
// digit and each swap of neighbours.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// NewNumber makes a number: nine random digits, the first not 0, and a Damm
// check digit. It is no secret: only signed-in officers may look one up. Two
// may be alike, so the caller stores it under a unique key.
func NewNumber() string {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000))
	if err != nil {
		panic(fmt.Sprintf("make a number: %v", err)) // crypto/rand never fails since Go 1.24
	}
	digits := fmt.Sprint(100_000_000 + n.Int64())
	return digits + string('0'+checkDigit(digits))
}

// ValidNumber says whether s is ten digits, the first not 0, whose check digit
// is right. What people type goes through CleanNumber first.
func ValidNumber(s string) bool {
	if len(s) != NumberLength || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return checkDigit(s) == 0
}

// CleanNumber takes away what people put between the digits of a number when
// they write it: blanks, dots and dashes. Anything else stays.
func CleanNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '.', r == '\u200b':
			return -1
		}
		return r
	}, s)
}

// checkDigit returns the Damm digit of digits; of digits that end in their
// own check digit it is 0.
func checkDigit(digits string) byte {
	var c byte
	for i := range len(digits) {
		c = damm[c][digits[i]-'0']
	}
	return c
}
