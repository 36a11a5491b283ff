package reading

import (
	"slices"
	"strconv"
	"strings"
)

// question finds the clauses that ask, and takes them out.
func (r *checkupReader) question() {
	for from := 0; from < len(r.ts); {
		to := from + 1
		for to < len(r.ts) && !r.ts[to].breaks() {
			to++
		}
		asks := strings.Contains(r.gapAfter(to-1), "?")
		for i := from; i < to && !asks; i++ {
			id, n := checkupWords.match(r.ts, i)
			_, m := feelingWords.match(r.ts, i)
			asks = id == "ask" && n >= m
			i += max(m, 1) - 1
		}
		if asks {
			r.asked = true
			for i := from; i < to; i++ {
				if r.roles[i] == roleFigure {
					r.askedHealth = true
					continue
				}
				r.roles[i] = roleAsked
			}
			for _, it := range items(r.ts[from:to], feelingWords) {
				r.askedHealth = r.askedHealth || it.isTerm() || it.id == "healthy" || it.id == "unwell" || it.id == "took"
			}
		}
		from = to
	}
}

// refer finds of whom it speaks.
func (r *checkupReader) refer() {
	for i := 0; i < len(r.ts); {
		if r.roles[i] != roleText {
			i++
			continue
		}
		f, ok := r.refAt(i)
		if !ok {
			i++
			continue
		}
		for j := i; j < i+f.tokens; j++ {
			r.roles[j] = rolePerson
		}
		f.except = f.except || r.exceptBefore(i)
		r.refs[i] = f
		i += f.tokens
	}
}

// refAt finds a number, a name or a word for several at token i.
func (r *checkupReader) refAt(i int) (f ref, ok bool) {
	health, m := feelingWords.match(r.ts, i)
	if f, ok = r.nameAt(i, health, m); ok {
		return f, true
	}
	id, n := checkupWords.match(r.ts, i)
	if n < m && health != "filler" && health != "have" && health != "all" {
		n = 0
	}
	switch {
	case n == 0:
	case id == "rest" && r.people > 1:
		return ref{rest: true, tokens: n}, true
	case id == "both" && r.people == 2, id == "three" && r.people == 3, id == "all":
		return ref{all: true, tokens: n}, true
	case id == "noone":
		return ref{all: true, noone: true, tokens: n}, true
	case id == "number" && r.at(i+n).num && r.roles[i+n] == roleText && !r.counted(i+n) && r.people > 1:
		if f, ok = r.numberAt(i + n); ok {
			f.tokens += n
			return f, true
		}
	}
	if r.people == 1 {
		return ref{}, false
	}
	if t := r.ts[i]; !t.num && t.caps && m == 0 && n == 0 && (i == 0 || t.breaks()) && r.healthAhead(i+1) {
		r.whom = true // "Tuấn sốt", and there is no Tuấn
		return ref{tokens: 1}, true
	}
	if !r.ts[i].num {
		return ref{}, false
	}
	if f, ok = r.numberAt(i); ok && (r.starts(i) || len(r.refs) > 0 && (r.healthAhead(i+f.tokens) || r.nameFollows(i+f.tokens))) {
		return f, true
	}
	return ref{}, false
}

// numberAt reads one number, or a range of them.
func (r *checkupReader) numberAt(i int) (f ref, ok bool) {
	t := r.ts[i]
	if r.counted(i) || t.glue && i > 0 && !r.ts[i-1].num || countedBy[r.at(i-1).bare] && i > 0 && !t.breaks() || r.dated(i) {
		return f, false
	}
	if next := r.at(i + 1); fits(next.text, "người") && next.text != "" || next.bare == "dua" && next.text != "" { // "2 người sốt": how many, not who
		if v, _ := strconv.Atoi(t.text); v == r.people {
			return ref{all: true, tokens: 2}, true
		}
		r.whom = true
		return ref{tokens: 2}, true
	}
	if t.text == "0" {
		if i+1 == len(r.ts) || r.ts[i+1].breaks() || r.saysNothing(r.upToBreak(i+1)) {
			return ref{all: true, well: true, tokens: 1}, true
		}
		r.whom = true // "0 sốt", "0 khỏe": none, or all?
		return ref{zero: true, tokens: 1}, true
	}
	places := r.placesOf(t.text)
	if len(places) == 0 {
		if t.gap == "" && i == 0 && len(t.text) <= 2 || len(t.text) == 1 && i > 0 && r.roles[i-1] == rolePerson {
			r.whom = true // "5 sốt" of three
			return ref{tokens: 1}, true
		}
		return f, false
	}
	f = ref{places: places, tokens: 1}
	// A range: "1-3" may be a pair, "1 đến 3" is none.
	next := r.upTo(i + 1)
	if next == 0 || r.roles[next] != roleText || r.counted(next) {
		return f, true
	}
	if to := r.placesOf(r.ts[next].text); len(places) == 1 && len(to) == 1 {
		if next == i+1 && to[0] != places[0]+1 || to[0] <= places[0] {
			r.whom = true
			return ref{tokens: next - i + 1}, true
		}
		f.tokens = next - i + 1
		for p := places[0] + 1; p <= to[0]; p++ {
			f.places = append(f.places, p)
		}
	}
	return f, true
}

// upToBreak are the tokens from i to the end of the clause.
func (r *checkupReader) upToBreak(i int) (out []int) {
	for ; i < len(r.ts) && !r.ts[i].breaks(); i++ {
		out = append(out, i)
	}
	return out
}

// placesOf reads "2", or "12" for both where nobody has a number of two digits.
func (r *checkupReader) placesOf(digits string) []int {
	if digits == "" || len(digits) > r.people {
		return nil
	}
	if v, err := strconv.Atoi(digits); err == nil && v >= 1 && v <= r.people && digits[0] != '0' {
		return []int{v}
	}
	var places []int
	for _, d := range digits {
		p := int(d - '0')
		if p < 1 || p > r.people || p > 9 || len(places) > 0 && p <= places[len(places)-1] {
			return nil
		}
		places = append(places, p)
	}
	return places
}

// datedBy stand before a number that is no person's: "ngày 2", "mũi 1".
var datedBy = words("ngay hom mung thang lan mui tuoi")

// dated reports a number of a date: "12/8", "ngày 2".
func (r *checkupReader) dated(i int) bool {
	before := r.at(i - 1)
	if i > 0 && !r.ts[i].breaks() && datedBy[before.bare] {
		return true
	}
	date := func(a, b int) bool {
		return r.at(a).num && r.at(b).num && r.at(b).gap == "/" && (len(r.placesOf(r.at(a).text)) == 0 || len(r.placesOf(r.at(b).text)) == 0)
	}
	return i+1 < len(r.ts) && date(i, i+1) || i > 0 && date(i-1, i)
}

// starts reports that nothing but courtesies and joints stand between token i and
// the beginning of its clause, or the person before it.
func (r *checkupReader) starts(i int) bool {
	for j := i; ; j-- {
		if j == 0 || r.ts[j].breaks() || r.roles[j-1] != roleText {
			return true
		}
		n := r.plainBefore(j)
		if n == 0 {
			return false
		}
		j -= n - 1
	}
}

// plainBefore is the length of a phrase that says nothing and ends right before
// token j.
func (r *checkupReader) plainBefore(j int) int {
	for n := min(4, j); n > 0; n-- {
		for _, lx := range []lexicon{checkupWords, feelingWords} {
			id, m := lx.match(r.ts, j-n)
			if m == n && slices.Contains([]string{"joint", "except", "pronoun", "today", "number", "filler", "have", "and", "but"}, id) {
				return n
			}
		}
	}
	return 0
}

// exceptBefore reports "trừ" right before token i.
func (r *checkupReader) exceptBefore(i int) bool {
	for n := min(3, i); n > 0; n-- {
		if id, m := checkupWords.match(r.ts, i-n); id == "except" && m == n && r.roles[i-n] == roleText {
			return true
		}
	}
	return false
}

// healthAhead reports that words of health, a reading or "bị" come at token i.
func (r *checkupReader) healthAhead(i int) bool {
	if i >= len(r.ts) {
		return false
	}
	if r.roles[i] == roleFigure {
		return true
	}
	if r.roles[i] != roleText || r.ts[i].num {
		return false
	}
	id, n := feelingWords.match(r.ts, i)
	return n > 0 && id != "and" && id != "or"
}
