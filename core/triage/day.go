package triage

import (
	"time"

	"khaibao/core"
)

// ordinal counts civil days, so that a rule adds and compares without text.
type ordinal int32

const (
	noDay    ordinal = -1 << 30 // not told
	farAhead ordinal = 1 << 30  // open
)

// ordinalOf reads a whole day; anything else, such as a month, is noDay.
func ordinalOf(d core.Day) ordinal {
	if len(d) != len("2021-08-15") || d[4] != '-' || d[7] != '-' {
		return noDay
	}
	y, m, day := digits(string(d[:4])), digits(string(d[5:7])), digits(string(d[8:]))
	if y < 1 || m < 1 || m > 12 || day < 1 || day > daysIn(y, m) {
		return noDay
	}
	// Days from 1970 in the proleptic Gregorian calendar, years beginning in March.
	if m <= 2 {
		y--
		m += 12
	}
	return ordinal(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + day - 1 - 719468)
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// lastOrdinalOf is the last day that a day cut to its precision may be: of
// 2021-08 the 31st. An unreadable one is noDay.
func lastOrdinalOf(d core.Day) ordinal {
	switch len(d) {
	case len("2021"):
		return ordinalOf(d + "-12-31")
	case len("2021-08"):
		first := ordinalOf(d + "-01")
		if first == noDay {
			return noDay
		}
		return first + ordinal(daysIn(digits(string(d[:4])), digits(string(d[5:])))) - 1
	}
	return ordinalOf(d)
}

// day is the ordinal as text, "" where there is none.
func (o ordinal) day() core.Day {
	if o == noDay || o == farAhead {
		return ""
	}
	return core.Day(time.Unix(int64(o)*24*60*60, 0).UTC().Format(time.DateOnly))
}

// firstOrdinalOf is the first day that a day cut to its precision may be.
func firstOrdinalOf(d core.Day) ordinal {
	switch len(d) {
	case len("2021"):
		return ordinalOf(d + "-01-01")
	case len("2021-08"):
		return ordinalOf(d + "-01")
	}
	return ordinalOf(d)
}
