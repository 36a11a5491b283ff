package reading

import (
	"fmt"
	"strings"
	"time"
)

// Date is a day as precisely as it was told.
type Date struct {
	Date      string `json:"date"`      // ISO, cut to the precision: 1950-02-01, 1950-02, 1950
	Precision string `json:"precision"` // day, month or year
}

// DateField says what was asked, which decides how a year is filled in and
// whether a day may lie ahead.
type DateField string

const (
	Birth     DateField = "birth"      // never ahead, at most 130 years ago, its year must be told
	PastEvent DateField = "past_event" // never ahead; without a year it is this year's
	Arrival   DateField = "arrival"    // may lie ahead
)

// oldest is the highest age in years that a birth date may tell.
const oldest = 130

// ReadDate reads a day, month or year. Numbers are day, month, year in this
// order only; a date that works out only in another order is ErrInvalid. Events
// never slide into last year: a day of this year still to come is ErrFuture.
// Lunar dates are ErrUnsupported. today is the civil day in Asia/Ho_Chi_Minh,
// as 2006-01-02. The rules are docs/reference/vietnam.md, section 5, rule 6.
func ReadDate(s string, field DateField, today string) (Date, error) {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return Date{}, fmt.Errorf("today %q: %w", today, err)
	}
	d, strange, err := readDate(s, field, now)
	if err != ErrInvalid || !strange || len(s) > 300 {
		return d, err
	}
	for _, t := range Repairs(s) {
		if d, _, err := readDate(t, field, now); err != ErrInvalid {
			return d, err
		}
	}
	return Date{}, ErrInvalid
}

// readDate reads a text as it stands. strange is whether words of it were not
// known, so that it may have been typed in another way.
func readDate(s string, field DateField, now time.Time) (d Date, strange bool, err error) {
	ts := tokens(digitsForLetters(Clean(s)))
	if spelt, ok := digitByDigit(ts); ok {
		ts = tokens(spelt)
	}
	if len(ts) == 0 || len(ts) > 60 {
		return Date{}, false, ErrInvalid
	}
	p := dateParser{ts: ts, field: field, now: now}
	f, err := p.parse()
	if err == nil {
		d, err = f.check(field, now)
	}
	return d, p.strange && !p.doubt && !p.clash, err
}

// zeroForO reads the letter O among digits as a zero: O1/O2/195O.
func zeroForO(s string) string { return digitFor(s, "oO", "00") }

// digitsForLetters reads l and I as a one too: l96O.
func digitsForLetters(s string) string { return digitFor(s, "oOlI", "0011") }

// digitFor reads letters that look like a digit as that digit, in runs of
// digits that no other letter touches.
func digitFor(s, letters, digits string) string {
	if !strings.ContainsAny(s, letters) {
		return s
	}
	b := []byte(s)
	isO := func(c byte) bool { return strings.IndexByte(letters, c) >= 0 }
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	letter := func(i int) bool {
		return i >= 0 && i < len(b) && (b[i] >= 0x80 || b[i]|' ' >= 'a' && b[i]|' ' <= 'z')
	}
	for i := 0; i < len(b); {
		if !isO(b[i]) && !isDigit(b[i]) {
			i++
			continue
		}
		j, count := i, 0
		for j < len(b) && (isO(b[j]) || isDigit(b[j])) {
			if isDigit(b[j]) {
				count++
			}
			j++
		}
		if count > 0 && !letter(i-1) && !letter(j) {
			for k := i; k < j; k++ {
				if isO(b[k]) {
					b[k] = digits[strings.IndexByte(letters, b[k])]
				}
			}
		}
		i = j
	}
	return string(b)
}

// found is a date expression: parts that were not told are 0.
type found struct {
	y, m, d   int
	yearTold  bool // y was typed or follows from the words
	relative  bool // told by its distance from today
	weekday   int  // 1 Monday .. 7 Sunday: a bare weekday, to be checked or placed
	week      int  // for a weekday: its week from this one
	weekTold  bool
	direction int // for a weekday: -1 "vừa rồi", +1 "tới"
}

func (f found) precision() string {
	switch {
	case f.d != 0:
		return "day"
	case f.m != 0:
		return "month"
	}
	return "year"
}

func dayOf(t time.Time) found {
	return found{y: t.Year(), m: int(t.Month()), d: t.Day(), yearTold: true}
}

func (f found) time() time.Time {
	return time.Date(f.y, time.Month(max(f.m, 1)), max(f.d, 1), 0, 0, 0, 0, time.UTC)
}

// exists reports whether the day is on the calendar.
func (f found) exists() bool {
	if f.m < 0 || f.m > 12 || f.d < 0 || f.d > 31 {
		return false
	}
	t := f.time()
	return f.d == 0 || t.Day() == f.d && int(t.Month()) == f.m
}

// check places a date without a year, and holds it against what was asked.
func (f found) check(field DateField, now time.Time) (Date, error) {
	if !f.yearTold {
		if field == Birth {
			return Date{}, ErrInvalid
		}
		f.y = now.Year()
		// Only an arrival can mean next year: 5/1 said at the end of December.
		if next := f; field == Arrival && f.m != 0 {
			next.y++
			if now.Sub(f.time()) > 180*24*time.Hour && next.exists() && next.time().Sub(now) < 90*24*time.Hour {
				f = next
			}
		}
	}
	if !f.exists() {
		return Date{}, ErrInvalid
	}
	first := 1900
	if field == Birth {
		first = now.Year() - oldest
	}
	if f.y < first || f.y > 2100 {
		return Date{}, ErrInvalid
	}
	ahead := f.time().After(now) // the first day of a month or year decides
	if field == Birth && now.AddDate(-oldest, 0, 0).After(f.time()) && f.d != 0 {
		return Date{}, ErrInvalid
	}
	if ahead && field != Arrival {
		return Date{}, ErrFuture
	}
	switch f.precision() {
	case "day":
		return Date{f.time().Format(time.DateOnly), "day"}, nil
	case "month":
		return Date{f.time().Format("2006-01"), "month"}, nil
	}
	return Date{f.time().Format("2006"), "year"}, nil
}
