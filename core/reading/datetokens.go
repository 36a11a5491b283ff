package reading

import "strconv"

// code reports a number that is part of a code (VN1547, F1) or an age.
func (p *dateParser) code(i int) bool {
	if i+1 < len(p.ts) && !p.ts[i+1].breaks() && (p.isAge(i+1) || p.ts[i+1].text == "t" && p.ts[i+1].glue) {
		p.aged = true
		return true
	}
	return i > 0 && p.ts[i].glue && !p.ts[i-1].num
}

func (p *dateParser) isAge(i int) bool { return fits(p.ts[i].text, "tuổi") }

// clock skips a time of day: 8h30, 08:30, 8 giờ 30 phút, 10h sáng.
func (p *dateParser) clock(i int) int {
	if _, ok := p.number(i, 24); !ok || i+1 >= len(p.ts) {
		return 0
	}
	next := p.ts[i+1]
	if next.num && next.gap == ":" && len(next.text) == 2 {
		n := 2
		if i+2 < len(p.ts) && p.ts[i+2].num && p.ts[i+2].gap == ":" {
			n++
		}
		return n
	}
	isHour := next.text == "h" || next.text == "g" && next.glue || fits(next.text, "giờ") && !next.breaks()
	if !isHour {
		return 0
	}
	n := 2
	if _, ok := p.number(i+2, 59); ok && !p.ts[i+2].breaks() && (p.ts[i+2].glue || !p.joined(i+3)) {
		n++
		if p.is(i+3, "minute") {
			n++
		}
	}
	return n
}

// joined reports whether the token at i goes on with the date before it.
func (p *dateParser) joined(i int) bool {
	if i >= len(p.ts) {
		return false
	}
	return isDateSeparator(p.ts, i) || p.is(i, "month")
}

// number returns the digits at i when they are at most two and at most most.
func (p *dateParser) number(i, most int) (int, bool) {
	if i >= len(p.ts) || !p.ts[i].num || len(p.ts[i].text) > 2 {
		return 0, false
	}
	n, _ := strconv.Atoi(p.ts[i].text)
	return n, n <= most
}

// counted reads a number in digits or words, as it stands behind "ngày",
// "tháng" or before "ngày trước". n is the number of tokens.
func (p *dateParser) counted(i int) (v, n int) {
	if i >= len(p.ts) {
		return 0, 0
	}
	if v, ok := p.number(i, 99); ok {
		return v, 1
	}
	id, n := numberWords.match(p.ts, i)
	v, _ = strconv.Atoi(id)
	return v, n
}

func (p *dateParser) is(i int, ids ...string) bool {
	_, n := p.word(i, ids...)
	return n > 0
}

// word matches one of the given kinds of words at i. Words of another kind
// that are longer do not hide it, so "tháng" is found in "tháng trước" too.
func (p *dateParser) word(i int, ids ...string) (id string, n int) {
	if i >= len(p.ts) {
		return "", 0
	}
	for _, ph := range dateWords[p.ts[i].bare] {
		for _, want := range ids {
			if ph.id == want && len(ph.words) > n && len(ph.words) <= len(p.ts)-i && ph.fitsAt(p.ts, i) {
				id, n = ph.id, len(ph.words)
			}
		}
	}
	return id, n
}

func (ph phrase) fitsAt(ts []token, i int) bool {
	for j, w := range ph.words {
		if j > 0 && ts[i+j].breaks() || ph.exact[j] && ts[i+j].text != w || !fits(ts[i+j].text, w) {
			return false
		}
	}
	return true
}

// yearText reads a year of four digits, or of two when short is allowed.
func (p *dateParser) yearText(i int, short bool) (y int, ok bool) {
	if i >= len(p.ts) || !p.ts[i].num {
		return 0, false
	}
	return p.year(p.ts[i].text, short)
}

func (p *dateParser) year(text string, short bool) (int, bool) {
	y, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, false
	case len(text) == 4:
		return y, true
	case len(text) != 2 || !short:
		return 0, false
	case p.field == Birth && y > p.now.Year()%100:
		return 1900 + y, true
	}
	return 2000 + y, true
}

// separator returns what joins two numbers of one date, and whether it can.
func (p *dateParser) separator(i int) (string, bool) {
	if i >= len(p.ts) || !p.ts[i].num || p.ts[i].glue {
		return "", false
	}
	switch gap := p.ts[i].gap; gap {
	case "", "/", ".", "-", ",", "\\", "_", "–", "//", "|":
		return gap, true
	}
	return "", false
}
