package reading

import (
	"slices"
	"strconv"
	"strings"
)

// householdName is one way to name a person of a household.
type householdName struct {
	words []string // lower case, with their marks
	place int      // 0: more than one has it
}

// householdNames are the ways to name each: the whole name, its last two words,
// the given name.
func householdNames(people []string) []householdName {
	var names []householdName
	for i, name := range people {
		ts := tokens(name)
		for _, n := range []int{len(ts), 2, 1} {
			if n == 0 || n > len(ts) || n == 2 && len(ts) == 2 || n == 1 && len(ts) == 1 {
				if n != len(ts) || n == 0 {
					continue
				}
			}
			var words []string
			for _, t := range ts[len(ts)-n:] {
				words = append(words, t.text)
			}
			place := i + 1
			for j := range names {
				if names[j].place != place && sameWords(names[j].words, words) {
					names[j].place, place = 0, 0
				}
			}
			names = append(names, householdName{words, place})
		}
	}
	return names
}

// sameWords reports names that a text without marks cannot tell apart.
func sameWords(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return unmarked(x) == unmarked(y) })
}

// ref is of whom the words behind it speak.
type ref struct {
	places []int
	all    bool
	rest   bool // all who are not spoken of elsewhere
	except bool // "trừ An": not as the others
	noone  bool // "không ai": of all, denied
	well   bool // 0: all are well
	tokens int
}

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
	r.refs = map[int]ref{}
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
	if !r.ts[i].num {
		return ref{}, false
	}
	if r.people == 1 {
		return ref{}, false
	}
	if f, ok = r.numberAt(i); ok && (r.starts(i) || r.healthAhead(i+f.tokens) && len(r.refs) > 0) {
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
		alone := i+1 == len(r.ts) || r.at(i+1).breaks() || r.roles[i+1] == roleAsked
		return ref{all: true, well: alone, tokens: 1}, alone || r.healthAhead(i+1)
	}
	places := r.placesOf(t.text)
	if len(places) == 0 {
		if t.gap == "" && i == 0 && len(t.text) <= 2 || i > 0 && r.roles[i-1] == rolePerson {
			r.whom = true // "5 sốt" of three
			return ref{tokens: 1}, true
		}
		return f, false
	}
	f = ref{places: places, tokens: 1}
	// A range: "1-3" may be a pair, "1 đến 3" is none.
	next, dash := i+1, strings.ContainsAny(r.at(i+1).gap, "-–—~")
	word := false
	if id, n := checkupWords.match(r.ts, min(i+1, len(r.ts)-1)); i+1 < len(r.ts) && id == "upto" {
		next, word = i+1+n, true
	}
	if to := r.placesOf(r.at(next).text); (dash || word) && len(places) == 1 && len(to) == 1 && r.roles[next] == roleText && !r.counted(next) {
		if !word && to[0] != places[0]+1 || to[0] <= places[0] {
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

// dated reports a number of a date: "12/8", "ngày 2".
func (r *checkupReader) dated(i int) bool {
	before := r.at(i - 1)
	if i > 0 && !r.ts[i].breaks() && (fits(before.text, "ngày") || fits(before.text, "hôm") || fits(before.text, "mùng") || fits(before.text, "tháng") || fits(before.text, "lần") || fits(before.text, "mũi") || fits(before.text, "tuổi")) {
		return true
	}
	date := func(a, b int) bool {
		return r.at(a).num && r.at(b).num && r.at(b).gap == "/" && (len(r.placesOf(r.at(a).text)) == 0 || len(r.placesOf(r.at(b).text)) == 0)
	}
	return i+1 < len(r.ts) && date(i, i+1) || i > 0 && date(i-1, i)
}

// nameAt finds a name of the household at token i. health is what the m tokens
// there say of health.
func (r *checkupReader) nameAt(i int, health string, m int) (f ref, ok bool) {
	var best householdName
	for _, name := range r.names {
		if len(name.words) > len(best.words) && i+len(name.words) <= len(r.ts) && r.spells(i, name.words) {
			best = name
		}
	}
	n := len(best.words)
	if n == 0 {
		return f, false
	}
	if n == 1 {
		exact := r.ts[i].text == best.words[0] && hasMarks(r.ts[i].text)
		id, k := checkupWords.match(r.ts, i)
		switch {
		case m > 1 || k > 1 && !exact: // "bình thường", "còn lại"
			return f, false
		case exact && m == 0:
		case m == 1 && health != "filler" && health != "have" && health != "and" && health != "or" && health != "all" && health != "but":
			return f, false // somebody named Khỏe
		case id == "pronoun" && k == 1 && !exact:
			if r.people == 1 {
				return f, false
			}
			if next, ok := r.nameAt2(i + 1); ok && len(next.words) > 0 {
				return f, false // "chị Bình"
			}
			r.whom = true // is it "Anh", or whoever writes?
			return ref{tokens: 1}, true
		case m == 1 && !exact && !(r.starts(i) && (r.healthAhead(i+1) || r.nameEnds(i+1))):
			return f, false // "lần", not Lan
		}
	}
	if best.place == 0 {
		r.whom = true // two of that name
		return ref{tokens: n}, true
	}
	return ref{places: []int{best.place}, tokens: n}, true
}

// nameAt2 finds a name at token i in the same clause, whatever else it may be.
func (r *checkupReader) nameAt2(i int) (householdName, bool) {
	if i < len(r.ts) && !r.ts[i].breaks() {
		for _, name := range r.names {
			if i+len(name.words) <= len(r.ts) && r.spells(i, name.words) {
				return name, true
			}
		}
	}
	return householdName{}, false
}

func (r *checkupReader) spells(i int, words []string) bool {
	for j, w := range words {
		t := r.ts[i+j]
		if r.roles[i+j] != roleText || j > 0 && t.breaks() || !fits(t.text, w) && unmarked(w) != t.text {
			return false
		}
	}
	return true
}

// nameEnds reports that at token i the clause ends, or another person or a joint
// comes.
func (r *checkupReader) nameEnds(i int) bool {
	if i >= len(r.ts) || r.ts[i].breaks() || r.ts[i].num {
		return true
	}
	id, _ := checkupWords.match(r.ts, i)
	if id == "joint" {
		return true
	}
	_, ok := r.nameAt2(i)
	return ok
}

// starts reports that nothing but courtesies and joints stand between token i and
// the beginning of its clause, or the person before it.
func (r *checkupReader) starts(i int) bool {
	for j := i; ; j-- {
		if j == 0 || r.ts[j].breaks() || r.roles[j-1] != roleText {
			return true
		}
		id, n := r.plainBefore(j)
		if n == 0 {
			return false
		}
		_ = id
		j -= n - 1
	}
}

// plainBefore finds a phrase that says nothing and ends right before token j.
func (r *checkupReader) plainBefore(j int) (id string, n int) {
	for n := min(4, j); n > 0; n-- {
		for _, lx := range []lexicon{checkupWords, feelingWords} {
			id, m := lx.match(r.ts, j-n)
			if m == n && slices.Contains([]string{"joint", "except", "pronoun", "today", "number", "filler", "have", "and", "but"}, id) {
				return id, n
			}
		}
	}
	return "", 0
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
