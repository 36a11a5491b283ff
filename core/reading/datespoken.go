package reading

import (
	"strconv"
	"strings"
	"time"
)

// Years as they are spoken, and what may be a date but must be asked.

// digitNames are the names of digits within a spoken number.
var digitNames = map[string]int{"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5,
	"sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}

// spells reports whether the token at i can be one of some words.
func (p *dateParser) spells(i int, words ...string) bool {
	if i >= len(p.ts) || p.ts[i].num || i > 0 && p.ts[i].breaks() {
		return false
	}
	for _, w := range words {
		if fits(p.ts[i].text, w) {
			return true
		}
	}
	return false
}

// digitAt reads the name of one digit.
func (p *dateParser) digitAt(i int) (int, bool) {
	for word, v := range digitNames {
		if p.spells(i, word) {
			return v, true
		}
	}
	return 0, false
}

// tens reads a number of two digits in words: "sáu mươi", "sáu mươi mốt", "sáu
// mốt", "mười hai", "sáu không". n is the number of tokens.
func (p *dateParser) tens(i int) (v, n int) {
	if p.spells(i, "mười") {
		if d, ok := p.digitAt(i + 1); ok && d > 0 {
			return 10 + d, 2
		}
		return 10, 1
	}
	d, ok := p.digitAt(i)
	if !ok {
		return 0, 0
	}
	if p.spells(i+1, "mươi") {
		if e, ok := p.digitAt(i + 2); ok && e > 0 {
			return 10*d + e, 3
		}
		return 10 * d, 2
	}
	if e, ok := p.digitAt(i + 1); ok {
		return 10*d + e, 2
	}
	return 0, 0
}

// spokenYear reads a birth year in words: "một nghìn chín trăm sáu mươi", "hai
// nghìn không trăm lẻ một", "một chín sáu hai".
func (p *dateParser) spokenYear(i int) (y, n int) {
	if p.field != Birth || i >= len(p.ts) || p.ts[i].num {
		return 0, 0
	}
	from, century := i, 0
	switch {
	case p.spells(i, "một") && p.spells(i+1, "nghìn", "ngàn", "ngìn") && p.spells(i+2, "chín") && p.spells(i+3, "trăm"):
		century, i = 1900, i+4
	case p.spells(i, "hai") && p.spells(i+1, "nghìn", "ngàn", "ngìn"):
		century, i = 2000, i+2
		if p.spells(i, "không") && p.spells(i+1, "trăm") {
			i += 2
		}
	case p.spells(i, "một") && p.spells(i+1, "chín"):
		if v, k := p.tens(i + 2); k > 0 {
			return 1900 + v, 2 + k
		}
		return 0, 0
	default:
		return 0, 0
	}
	if p.spells(i, "linh", "lẻ", "lẽ") {
		if d, ok := p.digitAt(i + 1); ok && d > 0 {
			return century + d, i + 2 - from
		}
		return 0, 0
	}
	v, k := p.tens(i)
	return century + v, i + k - from
}

// spokenShort reads the last two digits of a birth year in words, as they
// stand behind "năm" or a month: "năm sáu hai".
func (p *dateParser) spokenShort(i int) (y, n int) {
	if p.field != Birth {
		return 0, 0
	}
	v, n := p.tens(i)
	if n < 2 {
		return 0, 0
	}
	y, _ = p.year(strconv.Itoa(100 + v)[1:], true)
	return y, n
}

// slang reads a birth year as the young write it: k95, 2k1.
func (p *dateParser) slang(i int) (found, int) {
	if p.field != Birth {
		return found{}, 0
	}
	glued := func(i, most int) bool {
		return i < len(p.ts) && p.ts[i].glue && p.ts[i].num && len(p.ts[i].text) <= most
	}
	switch {
	case p.ts[i].text == "k" && !p.ts[i].glue && glued(i+1, 2) && len(p.ts[i+1].text) == 2:
		y, _ := p.year(p.ts[i+1].text, true)
		return found{y: y, yearTold: true}, 2
	case p.ts[i].text == "2" && i+1 < len(p.ts) && p.ts[i+1].text == "k" && p.ts[i+1].glue:
		y, n := 2000, 2
		if glued(i+2, 2) {
			v, _ := strconv.Atoi(p.ts[i+2].text)
			y, n = y+v, 3
		}
		if i+n < len(p.ts) && p.ts[i+n].glue {
			return found{}, 0
		}
		return found{y: y, yearTold: true}, n
	}
	return found{}, 0
}

// digitByDigit joins a year or day typed digit by digit: 1 9 6 0.
func digitByDigit(ts []token) (string, bool) {
	if len(ts) != 4 && len(ts) != 8 {
		return "", false
	}
	var b strings.Builder
	for i, t := range ts {
		if !t.num || len(t.text) != 1 || i > 0 && t.gap != "" {
			return "", false
		}
		b.WriteString(t.text)
	}
	return b.String(), true
}

// SuggestDate finds the day or year that a text may mean but does not say, so
// that a form can ask "do you mean 1960?": an age (as of today), the last two
// digits of a birth year, a day with zeros for what is not known (00/00/1960),
// or the bare day of a month: the last one for an event, the next one for an
// arrival.
func SuggestDate(s string, field DateField, today string) (Date, bool) {
	now, err := time.Parse(time.DateOnly, today)
	ts := tokens(digitsForLetters(Clean(s)))
	if err != nil || len(ts) == 0 || len(ts) > 20 {
		return Date{}, false
	}
	if _, err := ReadDate(s, field, today); err == nil {
		return Date{}, false
	}
	if field == Birth {
		return suggestBirth(ts, now)
	}
	p := dateParser{ts: ts, field: field, now: now}
	d, ok := p.number(0, 31)
	if len(ts) != 1 || !ok || d == 0 {
		return Date{}, false
	}
	f := found{y: now.Year(), m: int(now.Month()), d: d}
	switch {
	case field == PastEvent && d > now.Day():
		before := now.AddDate(0, 0, -now.Day())
		f.y, f.m = before.Year(), int(before.Month())
	case field == Arrival && d < now.Day():
		next := now.AddDate(0, 0, 32-now.Day())
		f.y, f.m = next.Year(), int(next.Month())
	}
	return Date{f.time().Format(time.DateOnly), "day"}, f.exists()
}

func suggestBirth(ts []token, now time.Time) (Date, bool) {
	p := dateParser{ts: ts, field: Birth, now: now}
	at := -1
	var numbers []string
	for i, t := range ts {
		if t.num {
			numbers = append(numbers, t.text)
			at = i
		}
	}
	switch {
	case len(numbers) == 3 && len(numbers[2]) == 4 && strings.Trim(numbers[0], "0") == "" && len(ts) == 3:
		f := found{y: 0, yearTold: true}
		f.y, _ = strconv.Atoi(numbers[2])
		f.m, _ = strconv.Atoi(numbers[1])
		d, err := f.check(Birth, now)
		return d, err == nil
	case len(numbers) != 1 || len(ts[at].text) > 2:
		return Date{}, false
	}
	n, _ := strconv.Atoi(ts[at].text)
	behind := func(i int) string {
		if at+i < len(ts) && !ts[at+i].breaks() {
			return ts[at+i].text
		}
		return ""
	}
	old := func(i int) bool {
		return behind(i) != "" && fits(behind(i), "tuổi") || behind(i) == "t" && ts[at+i].glue
	}
	switch {
	case old(1), behind(1) == "years", behind(1) == "yrs":
		return Date{strconv.Itoa(now.Year() - n), "year"}, n > 0 && n <= oldest
	case fits(behind(1), "tháng") && behind(1) != "" && old(2):
		return Date{now.AddDate(0, -n, 0).Format("2006-01"), "month"}, n > 0 && n < 36
	case len(ts) == 1 && len(ts[0].text) == 2:
		y, _ := p.year(ts[0].text, true)
		return Date{strconv.Itoa(y), "year"}, true
	}
	return Date{}, false
}
