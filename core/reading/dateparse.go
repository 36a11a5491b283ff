package reading

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	dateWords   = newLexicon("dates")
	numberWords = newLexicon("numbers")
)

// dateParser finds the date expressions of a text, one after the other.
type dateParser struct {
	ts    []token
	field DateField
	now   time.Time
	lunar bool
	doubt bool // a word of doubt was found
	clash bool // two dates were found that differ
	aged  bool // an age was told
	part  bool // the day is said not to be known

	strange bool // a word was not known
}

// parse returns the one date that the text tells. Two that differ, a number
// that belongs to nothing, or a word of doubt make it invalid.
func (p *dateParser) parse() (found, error) {
	var all []found
	var leftover bool
	for i := 0; i < len(p.ts); {
		if n := p.clock(i); n > 0 {
			i += n
			continue
		}
		if f, n := p.at(i); n > 0 {
			if f != (found{}) {
				all = append(all, f)
			}
			i += n
			continue
		}
		if !p.ts[i].num {
			p.strange = p.strange || !p.isAge(i)
		} else if !p.code(i) {
			leftover = true
		}
		i++
	}
	if p.lunar {
		return found{}, ErrUnsupported
	}
	if p.aged && p.field == Birth { // "năm nay 61 tuổi" tells no year of birth
		all = slices.DeleteFunc(all, func(f found) bool { return f.relative })
	}
	if leftover || p.doubt || len(all) == 0 {
		return found{}, ErrInvalid
	}
	f, err := p.join(all)
	if p.part && f.d != 0 {
		return found{}, ErrInvalid
	}
	return f, err
}

// at reads the date expression that begins at i. A zero found with n > 0 is a
// word without a date of its own.
func (p *dateParser) at(i int) (f found, n int) {
	if f, n := p.slang(i); n > 0 {
		return f, n
	}
	if p.ts[i].num {
		if f, n := p.numeric(i); n > 0 {
			return f, n
		}
	}
	if _, n := p.word(i, "part"); n > 0 && p.field == Birth {
		p.part = true
		return found{}, n
	}
	if y, n := p.spokenYear(i); n > 0 {
		return found{y: y, yearTold: true}, n
	}
	for _, try := range []func(int) (found, int){p.counting, p.dayMonth, p.english, p.weekdayAt, p.relative, p.monthFirst, p.dayOnly, p.yearOnly} {
		if f, n := try(i); n > 0 {
			return f, n
		}
	}
	if _, n := p.word(i, "lunar"); n > 0 {
		// "ta" is also "we", and stems are also names: only beside a date.
		p.lunar = p.lunar || n > 1 || p.isLunar(i)
		return found{}, n
	}
	if _, n := p.word(i, "doubt"); n > 0 {
		p.doubt = true
		return found{}, n
	}
	return found{}, 0
}

// isLunar reports whether the lunar word at i speaks of the date.
func (p *dateParser) isLunar(i int) bool {
	switch p.ts[i].bare {
	case "am", "al", "ta":
		return i > 0 && p.ts[i-1].num
	case "canh", "giap", "at", "binh", "dinh", "mau", "tan", "nham", "quy":
		return i > 0 && fits(p.ts[i-1].text, "năm") || i+1 < len(p.ts) && yearBeasts[p.ts[i+1].bare]
	}
	return true
}

// yearBeasts end the name of a lunar year: Canh Tý.
var yearBeasts = map[string]bool{"ty": true, "suu": true, "dan": true, "mao": true, "meo": true, "thin": true, "ti": true, "ngo": true,
	"mui": true, "than": true, "dau": true, "tuat": true, "hoi": true}

// numeric reads dates in digits: 1/2/1950, 1-2-50, 01021950, 2/1950, 10/7, 1950.
func (p *dateParser) numeric(i int) (found, int) {
	text := p.ts[i].text
	if i > 0 && p.ts[i].glue && !p.is(i-1, "day", "month", "year") {
		return found{}, 0 // VN1547
	}
	if sep, ok := p.separator(i + 1); ok {
		sep2, ok2 := p.separator(i + 2)
		if ok2 && sep2 == sep {
			if f, ok := p.triple(text, p.ts[i+1].text, p.ts[i+2].text); ok {
				return f, 3
			}
			return bad, 3
		}
		// A pair stands alone: no word of count or month behind it.
		if !p.is(i+2, "month", "days", "weeks") || sep != "" {
			if y, n := p.yearWord(i + 2); n > 0 && len(text) <= 2 && len(p.ts[i+1].text) <= 2 {
				if f, ok := p.made(y, p.ts[i+1].text, text); ok {
					return f, 2 + n
				}
				return bad, 2 + n
			}
			if f, ok := p.pair(text, p.ts[i+1].text); ok {
				return f, 2
			}
			if y, ok := p.yearText(i+1, true); ok && sep == "" && p.field == Birth && (text == "19" || text == "20") {
				return found{y: 100*int(10*(text[0]-'0')+text[1]-'0') + y%100, yearTold: true}, 2 // 19 60
			}
			if sep != "" {
				return bad, 2
			}
		}
	}
	if len(text) <= 2 && i+1 < len(p.ts) && p.is(i+1, "days", "weeks", "months", "age") && !p.ts[i+1].breaks() {
		return found{}, 0
	}
	if f, ok := p.run(text, p.ts[i].gap); ok {
		return f, 1
	}
	return found{}, 0
}

// bad is a date that is on no calendar.
var bad = found{y: 1, m: 13, d: 32, yearTold: true}

func (p *dateParser) triple(a, b, c string) (found, bool) {
	if len(a) == 4 { // ISO, the one order that begins with the year
		y, _ := strconv.Atoi(a)
		return p.made(y, b, c)
	}
	y, ok := p.year(c, true)
	if !ok {
		return found{}, false
	}
	return p.made(y, b, a)
}

func (p *dateParser) made(y int, month, day string) (found, bool) {
	m, err1 := strconv.Atoi(month)
	d, err2 := strconv.Atoi(day)
	f := found{y: y, m: m, d: d, yearTold: true}
	ok := err1 == nil && err2 == nil && len(month) <= 2 && len(day) <= 2 && m > 0 && d > 0 && f.exists()
	return f, ok
}

// pair reads month and year, year and month, or day and month.
func (p *dateParser) pair(a, b string) (found, bool) {
	m, _ := strconv.Atoi(a)
	n, _ := strconv.Atoi(b)
	switch {
	case len(a) <= 2 && len(b) == 4:
		return found{y: n, m: m, yearTold: true}, m >= 1 && m <= 12
	case len(a) == 4 && len(b) <= 2:
		return found{y: m, m: n, yearTold: true}, n >= 1 && n <= 12 && m >= 1900
	case len(a) > 2 || len(b) > 2 || m == 0 || n == 0:
		return found{}, false
	case p.field == Birth:
		// Without a year there is no birth date; 2/50 can only be month and year.
		y, _ := p.year(b, true)
		return found{y: y, m: m, yearTold: true}, n > 31 && m <= 12
	}
	// 29/2 stands in any year until the year is known.
	return found{m: n, d: m}, n <= 12 && found{y: 2000, m: n, d: m}.exists()
}

// run reads a date in one run of digits.
func (p *dateParser) run(text, gap string) (found, bool) {
	if len(text) == 2 && p.field == Birth && strings.ContainsAny(gap, "'’") {
		y, _ := p.year(text, true) // '62
		return found{y: y, yearTold: true}, true
	}
	switch len(text) {
	case 8:
		f, ok := p.triple(text[:2], text[2:4], text[4:])
		if !ok {
			return bad, true
		}
		return f, true
	case 6:
		if f, ok := p.triple(text[:2], text[2:4], text[4:]); ok {
			return f, true
		}
		if f, ok := p.pair(text[:2], text[2:]); ok && (text[2:4] == "19" || text[2:4] == "20") {
			return f, true
		}
		return bad, true
	case 4:
		y, _ := strconv.Atoi(text)
		near := y >= p.now.Year()-2 && y <= p.now.Year()+1
		if p.field == Birth || near {
			return found{y: y, yearTold: true}, y > 0
		}
		if y < 1900 || y > 2100 {
			return p.pair(text[:2], text[2:])
		}
	}
	return found{}, false
}

// join makes one date of all expressions: they must agree, and a weekday beside
// a day must be that day's.
func (p *dateParser) join(all []found) (found, error) {
	var date, weekday found
	for _, f := range all {
		switch {
		case f == bad:
			return found{}, ErrInvalid
		case f.weekday != 0:
			if weekday.weekday != 0 && weekday != f {
				return found{}, ErrInvalid
			}
			weekday = f
		case date == (found{}):
			date = f
		case date.m == 0 && !f.yearTold: // "năm 1950, tháng 2"
			date = found{y: date.y, m: f.m, d: f.d, yearTold: true}
		case f.m == 0 && !date.yearTold:
			date.y, date.yearTold = f.y, true
		default:
			if !p.same(date, f) {
				p.clash = true
				return found{}, ErrInvalid
			}
			if f.d != 0 && f.yearTold || date.d == 0 {
				date = f
			}
		}
	}
	if weekday.weekday == 0 {
		return date, nil
	}
	if date == (found{}) {
		return p.placed(weekday)
	}
	if date.d == 0 {
		return found{}, ErrInvalid
	}
	if !date.yearTold {
		date.y = p.now.Year()
	}
	if !date.exists() || (int(date.time().Weekday())+6)%7+1 != weekday.weekday {
		return found{}, ErrInvalid
	}
	return date, nil
}

// same reports whether two expressions tell one date: "hôm qua, 14/7".
func (p *dateParser) same(a, b found) bool {
	for _, f := range []*found{&a, &b} {
		if !f.yearTold {
			f.y = p.now.Year()
		}
	}
	if a.y != b.y {
		return false
	}
	return (a.m == b.m || a.m == 0 || b.m == 0) && (a.d == b.d || a.d == 0 || b.d == 0)
}

// placed finds the day of a weekday. Weeks begin on Monday.
func (p *dateParser) placed(f found) (found, error) {
	today := (int(p.now.Weekday())+6)%7 + 1
	monday := p.now.AddDate(0, 0, 1-today)
	day := monday.AddDate(0, 0, f.weekday-1)
	switch {
	case f.weekTold:
		day = day.AddDate(0, 0, 7*f.week)
	case f.direction < 0:
		if !day.Before(p.now) {
			day = day.AddDate(0, 0, -7)
		}
	case f.direction > 0:
		if !day.After(p.now) {
			day = day.AddDate(0, 0, 7)
		}
	case f.weekday == today:
		return found{}, ErrInvalid // today, or a week away?
	case p.field == Arrival:
		if day.Before(p.now) {
			day = day.AddDate(0, 0, 7)
		}
	default:
		if day.After(p.now) {
			day = day.AddDate(0, 0, -7)
		}
	}
	return dayOf(day), nil
}

func offset(id, kind string) (int, bool) {
	if !strings.HasPrefix(id, kind) {
		return 0, false
	}
	n, err := strconv.Atoi(id[len(kind):])
	return n, err == nil
}
