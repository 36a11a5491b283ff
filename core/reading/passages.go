package reading

import (
	"slices"
	"strings"
	"time"
)

// Passage is a place that somebody passed or stayed at, with its days.
type Passage struct {
	Place string   `json:"place,omitempty"` // as typed, without its days; "" where only days were told
	Days  []string `json:"days,omitempty"`  // ISO, in order, each once; none when not told
	// Unclear says that a date beside it is on no calendar.
	Unclear bool `json:"unclear,omitempty"`
}

var passageWords = newLexicon("passages")

// maxPassageDays bounds the days of one stay, "từ 1/8 đến 14/8".
const maxPassageDays = 62

// ReadPassages splits a list of places with days into one Passage for each:
// "Đà Nẵng 10/8, Quảng Nam 12/8", "10/8 qua Vinh rồi 12/8 Đồng Hới", "ở Sài Gòn
// từ 1/8 đến 5/8". It does not know places: "Liên Chiểu, Đà Nẵng 10/8" gives
// two, and whoever knows them joins them. from and until are the days asked
// about, as 2006-01-02: a day without a year is taken in the year that puts it
// between them, else in that of today.
func ReadPassages(s, from, until, today string) []Passage {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil || len(s) > 2000 {
		return nil
	}
	s = Clean(strings.ReplaceAll(s, "\n", ", "))
	ts := tokens(s)
	if len(ts) > 200 {
		return nil
	}
	r := passageReader{dateParser: dateParser{ts: ts, field: PastEvent, now: now}, text: s, from: from, until: until}
	return r.passages(r.parts())
}

// passageReader finds the days in a list of places.
type passageReader struct {
	dateParser
	text        string
	from, until string
}

// passagePart is a run of words, some days, or the end of a clause.
type passagePart struct {
	from, to int // of words, in the text
	days     []string
	unclear  bool
}

func (p passagePart) isDays() bool  { return p.days != nil || p.unclear }
func (p passagePart) isBreak() bool { return !p.isDays() && p.to == 0 }

// parts cuts the text.
func (r *passageReader) parts() []passagePart {
	var out []passagePart
	for i := 0; i < len(r.ts); {
		if i > 0 && parting(r.ts[i].gap) {
			out = append(out, passagePart{})
		}
		if p, n := r.daysAt(i); n > 0 {
			out = append(out, p)
			i += n
			continue
		}
		if n := r.saying(i, "then"); n > 0 {
			out = append(out, passagePart{})
			i += n
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].to > 0 {
			out[last].to = r.ts[i].to
		} else {
			out = append(out, passagePart{from: r.ts[i].from, to: r.ts[i].to})
		}
		i++
	}
	return out
}

// parting tells whether what stands between two words parts them.
func parting(gap string) bool {
	return strings.ContainsAny(gap, ",;|+>→/\\&:") || gap == "-" || gap == "–" || gap == "—" || gap == "."
}

// passages makes a list of the parts. Days stand behind their place, unless the
// clause, or the list, begins with them.
func (r *passageReader) passages(all []passagePart) []Passage {
	var out []Passage
	var ahead passagePart // days whose place is still to come
	leading := false
	add := func(p *Passage, part passagePart) {
		p.Days = append(p.Days, part.days...)
		p.Unclear = p.Unclear || part.unclear
	}
	for len(all) > 0 {
		n := slices.IndexFunc(all, passagePart.isBreak)
		clause := all
		if n >= 0 {
			clause, all = all[:n], all[n+1:]
		} else {
			all = nil
		}
		if len(clause) == 0 {
			continue
		}
		hasPlace := slices.ContainsFunc(clause, func(p passagePart) bool { return !p.isDays() })
		leads := clause[0].isDays() && (hasPlace || len(out) == 0)
		for _, part := range clause {
			last := len(out) - 1
			switch {
			case !part.isDays():
				out = append(out, Passage{Place: r.text[part.from:part.to]})
				add(&out[len(out)-1], ahead)
				ahead = passagePart{}
			case leads, !hasPlace && leading && len(out[last].Days) > 0 && r.bareNext(all):
				ahead.days = append(ahead.days, part.days...)
				ahead.unclear = ahead.unclear || part.unclear
				leading = true
			default:
				add(&out[last], part)
			}
		}
	}
	if ahead.isDays() {
		out = append(out, Passage{Days: ahead.days, Unclear: ahead.unclear})
	}
	for i := range out {
		slices.Sort(out[i].Days)
		out[i].Days = slices.Compact(out[i].Days)
	}
	return out
}

// bareNext tells whether the next clause is a place without days.
func (r *passageReader) bareNext(all []passagePart) bool {
	n := slices.IndexFunc(all, passagePart.isBreak)
	if n < 0 {
		n = len(all)
	}
	return n == 1 && !all[0].isDays()
}

// daysAt reads the days that begin at token i: one, a range, or several that
// share their month.
func (r *passageReader) daysAt(i int) (passagePart, int) {
	for at := i; at < len(r.ts); {
		if p, n := r.sharing(at); n > 0 {
			return p, at + n - i
		}
		if first, n := r.dayAt(at); n > 0 {
			at += n
			if k, ok := r.rangeAt(at); ok {
				if last, m := r.dateAt(at + k); m > 0 {
					return span(first, last), at + k + m - i
				}
			}
			return oneDay(first), at - i
		}
		n := r.saying(at, "lead") // "từ", "khoảng"
		if n == 0 {
			return passagePart{}, 0
		}
		at += n
	}
	return passagePart{}, 0
}

// saying is the length of the longest phrase of a kind at token i.
func (r *passageReader) saying(i int, id string) (n int) {
	if i >= len(r.ts) {
		return 0
	}
	for _, ph := range passageWords[r.ts[i].bare] {
		if ph.id == id && len(ph.words) > n && len(ph.words) <= len(r.ts)-i && ph.fitsAt(r.ts, i) {
			n = len(ph.words)
		}
	}
	return n
}

// rangeAt tells whether what stands at token i joins the ends of a range, and
// how many tokens that takes: none for a dash.
func (r *passageReader) rangeAt(i int) (int, bool) {
	if i >= len(r.ts) {
		return 0, false
	}
	switch r.ts[i].gap {
	case "-", "–", "—", "~", "->", "→":
		return 0, true
	}
	n := r.saying(i, "until")
	return n, n > 0
}

// sharing reads days that share their month: "10-12/8", "10,11/8", "10 và 12/8".
func (r *passageReader) sharing(i int) (passagePart, int) {
	start, first := i, ""
	var days []string
	through := false
	for {
		if _, ok := r.number(i, 31); !ok || r.counts(i) {
			return passagePart{}, 0
		}
		days = append(days, r.ts[i].text)
		i++
		if i < len(r.ts) && r.ts[i].num && !r.ts[i].glue && (r.ts[i].gap == "/" || r.ts[i].gap == ".") {
			break // the month
		}
		n, joined := r.rangeAt(i)
		if !joined {
			n = r.saying(i, "also")
			joined = n > 0 || i < len(r.ts) && (r.ts[i].gap == "," || r.ts[i].gap == "&" || r.ts[i].gap == ",.")
		} else {
			through = true
		}
		if !joined || len(days) > 10 {
			return passagePart{}, 0
		}
		i += n
	}
	last, n := r.dayAt(i - 1)
	if len(days) < 2 || n == 0 || last == "" {
		return passagePart{}, 0
	}
	p := oneDay(last)
	for k := len(days) - 2; k >= 0; k-- {
		first = last[:8] + ("0" + days[k])[len(days[k])-1:]
		if _, err := time.Parse(time.DateOnly, first); err != nil || first >= p.days[0] {
			return passagePart{unclear: true}, i - 1 + n - start
		}
		p.days = append([]string{first}, p.days...)
	}
	if through && len(days) == 2 {
		p = span(p.days[0], p.days[1])
	}
	return p, i - 1 + n - start
}

// counts tells whether the number at token i counts something else than days:
// quận 10, thôn 3.
func (r *passageReader) counts(i int) bool {
	return i > 0 && (r.ts[i].glue || !r.ts[i].breaks() && r.saying(i-1, "unit") == 1)
}

// loneDays are words for a day that are no part of a place's name.
var loneDays = map[string]bool{"hqua": true, "hnay": true, "hwa": true, "yesterday": true, "today": true, "cn": true}

// dayAt reads the day that begins at token i, unless its number counts
// something else.
func (r *passageReader) dayAt(i int) (day string, n int) {
	if i >= len(r.ts) || r.ts[i].num && r.counts(i) {
		return "", 0
	}
	return r.dateAt(i)
}

// dateAt reads the day that begins at token i; "" with n > 0 for a date that is
// no day.
func (r *passageReader) dateAt(i int) (day string, n int) {
	if i >= len(r.ts) {
		return "", 0
	}
	for _, try := range []func(int) (found, int){r.counting, r.dayMonth, r.english, r.weekdayAt, r.relative, r.dayOnly} {
		if f, n := try(i); n > 1 || n == 1 && loneDays[r.ts[i].text] {
			return r.placedDay(f), n
		}
	}
	sep := r.dash(i + 1)
	if !r.ts[i].num || len(r.ts[i].text) > 2 || sep == "" {
		return "", 0
	}
	d, m := r.ts[i].text, r.ts[i+1].text
	// "10-8-12-8" are two days.
	if r.dash(i+2) == sep && r.dash(i+3) != sep {
		f, ok := r.triple(d, m, r.ts[i+2].text)
		if !ok {
			f = bad
		}
		return r.placedDay(f), 3
	}
	f, ok := r.pair(d, m)
	if !ok {
		f = bad
	}
	return r.placedDay(f), 2
}

// dash is the sign between the number at token i and the one before it, "" when
// there is none that a date has.
func (r *passageReader) dash(i int) string {
	if i >= len(r.ts) || !r.ts[i].num || !r.ts[i-1].num {
		return ""
	}
	switch gap := r.ts[i].gap; gap {
	case "/", ".", "-":
		return gap
	}
	return ""
}

// placedDay puts a day without a year into the year that holds it between from
// and until.
func (r *passageReader) placedDay(f found) string {
	if f.weekday != 0 {
		var err error
		if f, err = r.placed(f); err != nil {
			return ""
		}
	}
	if f == bad || f.d == 0 {
		return ""
	}
	years := []int{f.y}
	if !f.yearTold {
		years = []int{r.now.Year(), r.now.Year() - 1, r.now.Year() + 1}
	}
	day := ""
	for _, f.y = range years {
		if !f.exists() {
			continue
		}
		d := f.time().Format(time.DateOnly)
		if d >= r.from && d <= r.until {
			return d
		}
		if day == "" {
			day = d
		}
	}
	return day
}

func oneDay(day string) passagePart {
	if day == "" {
		return passagePart{unclear: true}
	}
	return passagePart{days: []string{day}}
}

// span is all days from one to another.
func span(first, last string) passagePart {
	a, errA := time.Parse(time.DateOnly, first)
	b, errB := time.Parse(time.DateOnly, last)
	if errA != nil || errB != nil || b.Before(a) || b.Sub(a) > maxPassageDays*24*time.Hour {
		return passagePart{unclear: true}
	}
	var p passagePart
	for d := a; !d.After(b); d = d.AddDate(0, 0, 1) {
		p.days = append(p.days, d.Format(time.DateOnly))
	}
	return p
}
