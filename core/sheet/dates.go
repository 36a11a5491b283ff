package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// styleOf is the style of a number format: by its code where the book gives one,
// else by the numbers that every Excel knows (ECMA-376, part 1, 18.8.30; 27 to 36
// and 50 to 58 are days in the languages of East Asia).
func styleOf(id int, code string) style {
	if code == "" {
		return style{date: 14 <= id && id <= 22 || 27 <= id && id <= 36 || 45 <= id && id <= 47 || 50 <= id && id <= 58}
	}
	if strings.Trim(code, "0") == "" {
		return style{zeros: min(len(code), 20)}
	}
	return style{date: dateCode(code)}
}

// dateCode tells whether a format code shows a day or a time: it has a letter of
// one outside of quotes, brackets and what a backslash or a width mark names.
func dateCode(code string) bool {
	code, _, _ = strings.Cut(code, ";")
	if strings.EqualFold(code, "general") {
		return false
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				return false
			}
			i += n + 1
		case '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				return false
			}
			if in := strings.ToLower(code[i+1 : i+n]); in == "h" || in == "hh" || in == "m" || in == "mm" || in == "s" || in == "ss" {
				return true
			}
			i += n
		case '\\', '_', '*':
			i++
		case 'd', 'D', 'm', 'M', 'y', 'Y', 'h', 'H', 's', 'S':
			return true
		}
	}
	return false
}

const lastSerial = 2958466 // the day after 9999-12-31

// dayText shows a number of days as a day, a time of day or both; false for one
// that is neither.
func dayText(days float64, since1904 bool) (string, bool) {
	if !(days >= 0) || days >= lastSerial {
		return "", false
	}
	minutes := int(math.Round((days - math.Floor(days)) * 24 * 60))
	whole := int(math.Floor(days))
	if minutes == 24*60 {
		whole, minutes = whole+1, 0
	}
	clock := time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC).Format("15:04")
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case since1904:
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case whole == 0:
		return clock, true
	case whole < 60: // before 29 February 1900, which Excel believes in
		from = from.AddDate(0, 0, 1)
	case whole == 60:
		return "", false
	}
	day := from.AddDate(0, 0, whole).Format(time.DateOnly)
	if minutes == 0 {
		return day, true
	}
	return day + " " + clock, true
}

// numberCell reads a number as a cell of its style shows it.
func (b *book) numberCell(v string, styleIndex int) Cell {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return Cell{Kind: Text, Text: v}
	}
	var st style
	if 0 <= styleIndex && styleIndex < len(b.styles) {
		st = b.styles[styleIndex]
	}
	if st.date {
		if s, ok := dayText(x, b.date04); ok {
			return Cell{Kind: Date, Text: s}
		}
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if math.Abs(x) >= 1e21 {
		s = strconv.FormatFloat(x, 'g', -1, 64)
	}
	if x >= 0 && x == math.Trunc(x) && len(s) < st.zeros {
		s = strings.Repeat("0", st.zeros-len(s)) + s
	}
	return Cell{Kind: Number, Text: s}
}
