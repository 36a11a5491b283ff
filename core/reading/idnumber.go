package reading

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IDNumber is an identity document's number with the facts that its digits
// carry.
type IDNumber struct {
	Type       string `json:"type"`                 // cmnd, cccd, passport, bhyt, bhxh, child_placeholder
	Normalized string `json:"normalized"`           // digits and capital letters, no blanks
	Province   string `json:"province,omitempty"`   // cccd: GSO code of the birth registration; empty for a birth abroad
	Sex        string `json:"sex,omitempty"`        // cccd: male or female
	BirthYear  int    `json:"birth_year,omitempty"` // cccd; may lie ahead on a mistyped number: ask
}

const childPlaceholder = "000000000"

var (
	idWords   = newLexicon("ids")
	provinces = func() map[string]bool {
		m := map[string]bool{}
		for _, code := range wordList("provinces") {
			m[code] = true
		}
		return m
	}()
)

// strokesAsOnes reads the letters that look like a one.
var strokesAsOnes = strings.NewReplacer("L", "1", "I", "1")

// ReadID reads the number of a CMND, CCCD, passport or health insurance card.
// field is "insurance" where a card number was asked for: only then are ten
// digits one. The rules are docs/reference/vietnam.md, section 3.
//
// Of the country codes "above the provinces" the reference gives no list; codes
// 101 to 399 are taken as a birth registered abroad.
func ReadID(s string, field string) (IDNumber, error) {
	s = Clean(s)
	if len(s) > 200 {
		return IDNumber{}, ErrInvalid
	}
	ts := tokens(s)
	switch {
	case nineZeros(ts):
		return IDNumber{Type: "child_placeholder", Normalized: childPlaceholder}, nil
	case hasNone(s):
		return IDNumber{}, ErrNone
	}
	if digits := spelledDigits(ts, idWords); digits != "" {
		return readIDDigits(digits, speaksOfPassport(ts), field == "insurance")
	}
	if bare := withoutIssue(s, ts); bare != s {
		s, ts = bare, tokens(bare)
	}
	text, passport, insurance, ok := idText(ts)
	if ok {
		digits := strings.ReplaceAll(text, "O", "0")
		if ones := strokesAsOnes.Replace(digits); len(ones) == 9 || len(ones) == 12 {
			digits = ones // 19l234567; no passport is of digits and an L within
		}
		if id, err := readDigitsOf(digits, passport, insurance || field == "insurance"); err == nil {
			return id, nil
		}
	}
	if !ok || !isInsuranceCard(text) && !isPassport(text, passport) {
		if id, err := readDigitsOf(loneDigits(s), speaksOfPassport(ts), insurance || field == "insurance"); err == nil {
			return id, nil
		}
	}
	switch {
	case !ok:
	case isInsuranceCard(text):
		return IDNumber{Type: "bhyt", Normalized: text}, nil
	case isPassport(text, passport):
		return IDNumber{Type: "passport", Normalized: text}, nil
	}
	return IDNumber{}, ErrInvalid
}

// nineZeros reads the number of a child without papers as it may be told: zero
// by zero, or "chín số không".
func nineZeros(ts []token) bool {
	var b strings.Builder
	for _, t := range ts {
		switch {
		case t.num:
			b.WriteString(t.text)
		case len(ts) == 3 && fits(t.text, "chín"):
			b.WriteByte('9')
		case len(ts) == 3 && fits(t.text, "không"):
			b.WriteByte('0')
		case len(ts) != 3 || !fits(t.text, "số"):
			return false
		}
	}
	return b.String() == childPlaceholder || b.String() == "90" && len(ts) == 3
}

func readDigitsOf(digits string, passport, insurance bool) (IDNumber, error) {
	if !allDigits(digits) {
		return IDNumber{}, ErrInvalid
	}
	return readIDDigits(digits, passport, insurance)
}

// withoutIssue cuts off when and where a card was issued, as it stands behind
// the number: "191234567 cấp ngày 1/2/2010".
func withoutIssue(s string, ts []token) string {
	seen := 0 // digits so far
	for i, t := range ts {
		switch {
		case t.num:
			seen += len(t.text)
		case seen >= 9 && (t.text == "cấp" || t.text == "cap") && !t.glue:
			for i > 0 && (fits(ts[i-1].text, "ngày") || fits(ts[i-1].text, "nơi")) {
				i--
			}
			return strings.TrimRight(s[:len(s)-len(fromToken(s, i))], " ,.;-–(")
		}
	}
	return s
}

// fromToken is the text from token n on.
func fromToken(s string, n int) string {
	var kind, prev byte
	seen := -1
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			kind = '0'
		case unicode.IsLetter(r), unicode.Is(unicode.M, r):
			kind = 'a'
		default:
			kind = 0
		}
		if kind != prev && kind != 0 {
			if seen++; seen == n {
				return s[i:]
			}
		}
		prev = kind
	}
	return ""
}

// speaksOfPassport reports the word for a passport anywhere.
func speaksOfPassport(ts []token) bool {
	for i := range ts {
		if id, _ := idWords.match(ts, i); id == "passport" {
			return true
		}
	}
	return false
}

// idText joins the parts of the number and drops the words around it. ok is
// false when other words or a second number stand beside it.
func idText(ts []token) (text string, passport, insurance, ok bool) {
	var b strings.Builder
	last := -1 // the last part of the number
	for i := 0; i < len(ts); {
		id, n := idWords.match(ts, i)
		// A word is no part of the number, unless digits touch it: "CC" is a
		// card, CC1234567 a passport.
		if n == 1 && i+1 < len(ts) && ts[i+1].glue && id == "filler" && len(ts[i].text) <= 2 {
			n = 0
		}
		if n > 0 {
			passport = passport || id == "passport"
			insurance = insurance || id == "insurance"
			i += n
			continue
		}
		t := ts[i]
		final := i == len(ts)-1 && (t.text == "a" || t.text == "ah") && !t.glue && b.Len() > 0
		switch {
		case final: // "ạ" without its mark
		case hasMarks(t.text) || !t.num && len(t.text) > 3:
			return "", false, false, false
		case last >= 0 && i != last+1, last >= 0 && strings.Trim(t.gap, " .-–()") != "":
			return "", false, false, false
		default:
			b.WriteString(strings.ToUpper(t.text))
			last = i
		}
		i++
	}
	return b.String(), passport, insurance, b.Len() > 0
}

// loneDigits returns the one number of a text in which other words stand, as in
// "cmnd cũ 191234567 nghe em". A "không" among them may deny it.
func loneDigits(s string) string {
	var digits string
	last := -1
	ts := tokens(zeroForO(s))
	for i, t := range ts {
		switch {
		case t.num && (t.text == "9" || t.text == "12") && i+1 < len(ts) && fits(ts[i+1].text, "số"): // "chứng minh 9 số"
		case !t.num:
			if t.glue || utf8.RuneCountInString(t.text) < 2 || fits(t.text, "không") || noWords[t.text] {
				return ""
			}
		case t.glue, last >= 0 && (i != last+1 || strings.Trim(t.gap, " .-–") != ""):
			return ""
		default:
			digits += t.text
			last = i
		}
	}
	return digits
}

// noWords are the short forms of không.
var noWords = map[string]bool{"ko": true, "kg": true, "khg": true, "hok": true, "not": true}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func readIDDigits(digits string, passport, insurance bool) (IDNumber, error) {
	switch {
	case len(digits) == 9 && digits == childPlaceholder:
		return IDNumber{Type: "child_placeholder", Normalized: digits}, nil
	case len(digits) == 9 && passport:
		return IDNumber{Type: "passport", Normalized: digits}, nil
	case len(digits) == 9:
		return IDNumber{Type: "cmnd", Normalized: digits}, nil
	case len(digits) == 10 && insurance && strings.Trim(digits, "0") != "":
		return IDNumber{Type: "bhxh", Normalized: digits}, nil
	case len(digits) == 12:
		return readCitizen(digits)
	}
	return IDNumber{}, ErrInvalid
}

// readCitizen takes a twelve-digit number apart: three digits for the place of
// birth registration, one for century and sex, two for the year, six random.
func readCitizen(digits string) (IDNumber, error) {
	id := IDNumber{Type: "cccd", Normalized: digits, Sex: "male"}
	switch place := digits[:3]; {
	case place[0] == '0' && provinces[place[1:]]:
		id.Province = place[1:]
	case place < "101" || place > "399":
		return IDNumber{}, ErrInvalid
	}
	century := int(digits[3] - '0')
	if century%2 == 1 {
		id.Sex = "female"
	}
	year, _ := strconv.Atoi(digits[4:6])
	id.BirthYear = 1900 + century/2*100 + year
	return id, nil
}

// isInsuranceCard reports fifteen characters: group, benefit 1-5, province,
// ten digits.
func isInsuranceCard(s string) bool {
	return len(s) == 15 && isUpper(s[0]) && isUpper(s[1]) && s[2] >= '1' && s[2] <= '5' && allDigits(s[3:])
}

// isPassport reports a Vietnamese passport (a letter and seven digits) or one of
// six to nine letters and digits from elsewhere. Without the word passport
// beside it a foreign one must begin with a letter: 19123456A is a mistyped
// CMND.
func isPassport(s string, told bool) bool {
	if len(s) < 6 || len(s) > 9 {
		return false
	}
	digits, run := 0, 0 // run is of letters: no country has more than three together
	for i := 0; i < len(s); i++ {
		switch {
		case isDigit(s[i]):
			digits++
			run = 0
		case !isUpper(s[i]) || run == 3:
			return false
		default:
			run++
		}
	}
	if !strings.ContainsAny(s, "123456789") {
		return false
	}
	return told && digits >= 2 || isUpper(s[0]) && digits >= 4
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// SuggestID returns the twelve-digit number to offer for confirmation when
// eleven digits were typed and a lost leading zero explains them, else "".
func SuggestID(s string) string {
	text, _, _, ok := idText(tokens(zeroForO(Clean(s))))
	if !ok || len(text) != 11 || !allDigits(text) {
		return ""
	}
	id, err := readCitizen("0" + text)
	if err != nil {
		return ""
	}
	return id.Normalized
}
