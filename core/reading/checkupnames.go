package reading

import "slices"

// householdName is one way to name a person of a household.
type householdName struct {
	words []string // lower case, with their marks
	place int
}

// householdNames are the ways to name each: the given name, the last two words,
// the whole name.
func householdNames(people []string) []householdName {
	var names []householdName
	for i, name := range people {
		var words []string
		for _, t := range tokens(name) {
			words = append(words, t.text)
		}
		lengths := []int{1, 2, len(words)}
		slices.Sort(lengths)
		for _, n := range slices.Compact(lengths) {
			if n > 0 && n <= len(words) {
				names = append(names, householdName{words[len(words)-n:], i + 1})
			}
		}
	}
	return names
}

// namesAt finds the longest name at token i and whose it may be: several people's
// where the text does not tell them apart.
func (r *checkupReader) namesAt(i int) (words []string, places []int) {
	marked := false
	for _, name := range r.names {
		n := len(name.words)
		if n < len(words) || i+n > len(r.ts) || !r.spells(i, name.words) {
			continue
		}
		exact := false
		for j, w := range name.words {
			exact = exact || hasMarks(w) && r.ts[i+j].text == w
		}
		switch {
		case n > len(words) || exact && !marked:
			words, places, marked = name.words, []int{name.place}, exact
		case exact == marked && !slices.Contains(places, name.place):
			places = append(places, name.place)
		}
	}
	return words, places
}

// nameAt finds a name of the household at token i. health is what the m tokens
// there say of health.
func (r *checkupReader) nameAt(i int, health string, m int) (f ref, ok bool) {
	words, places := r.namesAt(i)
	n := len(words)
	if n == 0 {
		return f, false
	}
	if n == 1 {
		exact := r.ts[i].text == words[0] && hasMarks(r.ts[i].text)
		weak := slices.Contains([]string{"", "filler", "have", "and", "or", "all", "but"}, health)
		id, k := checkupWords.match(r.ts, i)
		switch {
		case m > 1 && !(weak && r.surelyNamed(i)) || k > 1 && !exact: // "bình thường", "còn lại"
			return f, false
		case exact && m == 0:
		case m == 1 && !weak:
			return f, false // somebody named Khỏe
		case id == "pronoun" && k == 1 && !exact && !r.surelyNamed(i):
			if r.people == 1 || r.nameBegins(i+1) { // "chị Bình"
				return f, false
			}
			r.whom = true // is it "Anh", or whoever writes?
			return ref{tokens: 1}, true
		case m == 1 && !exact && !(r.starts(i) && (r.healthAhead(i+1) || r.nameEnds(i+1))):
			return f, false // "lần", not Lan
		}
	}
	if len(places) > 1 {
		r.whom = true // two of that name
		return ref{tokens: n}, true
	}
	return ref{places: places, tokens: n}, true
}

// surelyNamed reports that a name which is a form of address too is meant as a
// name: "Chi: sốt", or with a capital within the text.
func (r *checkupReader) surelyNamed(i int) bool {
	colon := i+1 < len(r.ts) && (r.ts[i+1].gap == ":" || r.ts[i+1].gap == "=")
	return colon || i > 0 && r.ts[i].caps && !r.ts[i-1].caps
}

// nameBegins reports a name at token i in the same clause, whatever else it may
// be.
func (r *checkupReader) nameBegins(i int) bool {
	return i < len(r.ts) && !r.ts[i].breaks() && r.nameFollows(i)
}

// nameFollows reports a name at token i, as in "2. Bình".
func (r *checkupReader) nameFollows(i int) bool {
	words, _ := r.namesAt(i)
	return len(words) > 0
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
	return id == "joint" || r.nameBegins(i)
}
