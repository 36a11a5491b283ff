package reading

import "time"

var englishMonths = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// yearWord reads "năm 1950", "năm 62", "năm ngoái", or a bare year of four
// digits behind a day or month.
func (p *dateParser) yearWord(i int) (y, n int) {
	if i >= len(p.ts) {
		return 0, 0
	}
	if id, n := p.word(i, "y0", "y-1", "y-2", "y1"); n > 0 {
		by, _ := offset(id, "y")
		return p.now.Year() + by, n
	}
	if _, n := p.word(i, "year"); n > 0 {
		if y, ok := p.yearText(i+n, true); ok {
			return y, n + 1
		}
		if y, k := p.spokenYear(i + n); k > 0 {
			return y, n + k
		}
		y, k := p.spokenShort(i + n)
		return y, n*min(k, 1) + k
	}
	if y, n := p.spokenYear(i); n > 0 {
		return y, n
	}
	if y, n := p.spokenShort(i); n > 0 {
		return y, n
	}
	if !p.ts[i].num || p.ts[i].glue {
		return 0, 0
	}
	slash := p.ts[i].gap == "/" || p.ts[i].gap == "-" || p.ts[i].gap == "."
	if y, ok := p.yearText(i, slash); ok {
		return y, 1
	}
	return 0, 0
}

// dayMonth reads "ngày 1 tháng 2 năm 1950", "mùng ba tháng năm", "1 tháng 2".
func (p *dateParser) dayMonth(i int) (found, int) {
	from := i
	if _, n := p.word(i, "day"); n > 0 {
		i += n
	}
	d, n := p.counted(i)
	if n == 0 {
		return found{}, 0
	}
	i += n
	_, n = p.word(i, "month")
	if n == 0 {
		return found{}, 0
	}
	m, k := p.counted(i + n)
	if k == 0 {
		// "ngày 10 tháng trước": only with the word for day before it.
		if id, n := p.word(i, "m0", "m-1", "m1"); n > 0 && p.is(from, "day") {
			by, _ := offset(id, "m")
			month := time.Date(p.now.Year(), p.now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, by, 0)
			f := found{y: month.Year(), m: int(month.Month()), d: d, yearTold: true}
			if !f.exists() {
				f = bad
			}
			return f, i + n - from
		}
		return found{}, 0
	}
	i += n + k
	f := found{m: m, d: d}
	if y, n := p.yearWord(i); n > 0 {
		f.y, f.yearTold = y, true
		i += n
	}
	if m < 1 || d < 1 || !(found{y: 2000, m: m, d: d}).exists() {
		f = bad
	}
	return f, i - from
}

// monthFirst reads "tháng 2 năm 1950", "tháng 2/1950", "tháng 7 ngày 10",
// "tháng trước".
func (p *dateParser) monthFirst(i int) (found, int) {
	if id, n := p.word(i, "m0", "m-1", "m1"); n > 0 {
		by, _ := offset(id, "m")
		month := time.Date(p.now.Year(), p.now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, by, 0)
		return found{y: month.Year(), m: int(month.Month()), yearTold: true}, n
	}
	from := i
	_, n := p.word(i, "month")
	if n == 0 {
		return found{}, 0
	}
	m, k := p.counted(i + n)
	if k == 0 {
		return found{}, 0
	}
	i += n + k
	f := found{m: m}
	if _, n := p.word(i, "day"); n > 0 {
		if d, k := p.counted(i + n); k > 0 {
			f.d = d
			i += n + k
		}
	}
	if y, n := p.yearWord(i); n > 0 {
		f.y, f.yearTold = y, true
		i += n
	}
	if m < 1 || m > 12 || f.d != 0 && !(found{y: 2000, m: m, d: f.d}).exists() {
		f = bad
	}
	return f, i - from
}

// dayOnly reads "ngày 10", "mồng năm" as a day of this month.
func (p *dateParser) dayOnly(i int) (found, int) {
	_, n := p.word(i, "day")
	if n == 0 || p.field == Birth {
		return found{}, 0
	}
	d, k := p.counted(i + n)
	if k == 0 || i+n+1 < len(p.ts) && p.ts[i+n].num && isDateSeparator(p.ts, i+n+1) {
		return found{}, 0
	}
	n += k
	if _, k := p.word(i+n, "this"); k > 0 {
		n += k
	}
	f := found{y: p.now.Year(), m: int(p.now.Month()), d: d, yearTold: true}
	if d == 0 || !f.exists() {
		f = bad
	}
	return f, n
}

func isDateSeparator(ts []token, i int) bool {
	return ts[i].num && (ts[i].gap == "/" || ts[i].gap == "-" || ts[i].gap == ".")
}

// yearOnly reads "năm 62", "sn 1983", "năm ngoái".
func (p *dateParser) yearOnly(i int) (found, int) {
	if id, n := p.word(i, "y0", "y-1", "y-2", "y1"); n > 0 {
		by, _ := offset(id, "y")
		return found{y: p.now.Year() + by, yearTold: true, relative: true}, n
	}
	_, n := p.word(i, "year")
	if n == 0 {
		return found{}, 0
	}
	if i+n+1 < len(p.ts) && isDateSeparator(p.ts, i+n+1) || p.is(i+n+1, "month", "days", "age") {
		return found{}, 0
	}
	if y, ok := p.yearText(i+n, p.field == Birth); ok {
		return found{y: y, yearTold: true}, n + 1
	}
	if y, k := p.spokenYear(i + n); k > 0 {
		return found{y: y, yearTold: true}, n + k
	}
	if y, k := p.spokenShort(i + n); k > 0 {
		return found{y: y, yearTold: true}, n + k
	}
	return found{}, 0
}

// counting reads "3 ngày trước", "cách đây hai tuần", "5 ngày nữa".
func (p *dateParser) counting(i int) (found, int) {
	from, sign := i, 0
	if _, n := p.word(i, "before"); n > 0 {
		sign = -1
		i += n
	} else if _, n := p.word(i, "after"); n > 0 {
		sign = 1
		i += n
	}
	before := sign
	count, n := p.counted(i)
	if n == 0 {
		return found{}, 0
	}
	i += n
	unit, n := p.word(i, "days", "weeks", "months", "years")
	if n == 0 || p.ts[i].breaks() {
		return found{}, 0
	}
	i += n
	if _, n := p.word(i, "ahead"); n > 0 && !fits(p.ts[i].text, "trước") {
		sign = 1
		i += n
	} else if _, n := p.word(i, "ago"); n > 0 {
		sign = -1
		i += n
	}
	switch {
	case sign == 0:
		return found{}, 0
	case sign < 0 && p.field == Birth, count > 99:
		return bad, i - from
	}
	count *= sign
	switch unit {
	case "days":
		return dayOf(p.now.AddDate(0, 0, count)), i - from
	case "weeks":
		return dayOf(p.now.AddDate(0, 0, 7*count)), i - from
	case "months":
		if before == 0 && sign < 0 {
			return bad, i - from // "10 tháng trước": ten months ago, or the 10th of last month?
		}
		month := time.Date(p.now.Year(), p.now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, count, 0)
		return found{y: month.Year(), m: int(month.Month()), yearTold: true}, i - from
	}
	return found{y: p.now.Year() + count, yearTold: true}, i - from
}

// relative reads "hôm qua", "bữa ni", "ngày mai".
func (p *dateParser) relative(i int) (found, int) {
	id, n := dateWords.match(p.ts, i)
	if n == 0 {
		return found{}, 0
	}
	if by, ok := offset(id, "d"); ok {
		f := dayOf(p.now.AddDate(0, 0, by))
		f.relative = true
		return f, n
	}
	return found{}, 0
}

// weekdayAt reads "thứ 2 tuần này", "CN vừa rồi", "t7".
func (p *dateParser) weekdayAt(i int) (found, int) {
	from := i
	f := found{}
	if id, n := p.word(i, "wd1", "wd2", "wd3", "wd4", "wd5", "wd6", "wd7"); n > 0 {
		f.weekday, _ = offset(id, "wd")
		i += n
	} else if _, n := p.word(i, "wd"); n > 0 || p.ts[i].text == "t" && i+1 < len(p.ts) && p.ts[i+1].glue {
		v, k := p.counted(i + 1)
		if k == 0 || v < 2 || v > 7 {
			return found{}, 0
		}
		if _, years := p.yearWord(i + 2); n == 0 && years > 0 {
			return found{}, 0 // t2/1950 is February
		}
		f.weekday = v - 1
		i += 1 + k
	} else {
		return found{}, 0
	}
	if id, n := p.word(i, "w0", "w-1", "w1"); n > 0 {
		f.week, f.weekTold = 0, true
		by, _ := offset(id, "w")
		f.week = by
		i += n
	} else if id, n := p.word(i, "last", "this", "next"); n > 0 {
		switch id {
		case "last":
			f.direction = -1
		case "next":
			f.direction = 1
		default:
			f.weekTold = true
		}
		i += n
	}
	return f, i - from
}

// ordinal skips what makes an English ordinal of the number before i: 5th.
func (p *dateParser) ordinal(i int) int {
	if i < len(p.ts) && p.ts[i].glue && (p.ts[i].text == "st" || p.ts[i].text == "nd" || p.ts[i].text == "rd" || p.ts[i].text == "th") {
		return i + 1
	}
	return i
}

// english reads "1 Feb 1950", "February 1, 1950", "Feb 1950".
func (p *dateParser) english(i int) (found, int) {
	from := i
	d, ok := p.number(i, 31)
	if ok {
		i = p.ordinal(i + 1)
		if i < len(p.ts) && p.ts[i].text == "of" {
			i++
		}
	}
	id, n := p.word(i, englishMonths...)
	if n == 0 {
		return found{}, 0
	}
	f := found{d: d}
	for k, name := range englishMonths {
		if name == id {
			f.m = k + 1
		}
	}
	i += n
	if !ok {
		if d, is := p.number(i, 31); is {
			f.d = d
			i = p.ordinal(i + 1)
		}
	}
	if y, told := p.yearText(i, p.field == Birth); told && !p.ts[i].glue {
		f.y, f.yearTold = y, true
		i++
	}
	if f.d == 0 && !f.yearTold {
		return found{}, 0 // "may" alone is no month
	}
	if f.d != 0 && !(found{y: 2000, m: f.m, d: f.d}).exists() {
		f = bad
	}
	return f, i - from
}
