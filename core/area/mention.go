package area

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxWords is the most words a name may have, as typed.
const maxWords = 6

// span is a marker found in the text: tokens from (included) to to.
type span struct {
	marker
	from, to int
	marked   bool
}

// mention is a run of tokens that spells the name of one or more units.
type mention struct {
	from     int // with the type words before the name
	name, to int
	types    types // of the type words; 0 when there are none
	blocked  bool  // names a street, a person or a village
	fits     []fit
}

func (m *mention) cover() uint64 { return span64(m.from, m.to) }

// fit is one unit that a mention may mean.
type fit struct {
	*name
	q     quality
	exact bool // the type words are the unit's own
}

// reader holds one text while it is read.
type reader struct {
	ix         *table
	c          Context
	text       string
	toks       []token
	marked     bool // some word has marks
	home       int32
	within     int32
	spans      []span
	units      []span // type words
	mentions   []mention
	uppers     []upper
	sub, noise uint64 // tokens of numbered parts (tổ 3); words that say nothing
	edge       uint64 // tokens that begin something else than a name
	key        []byte
}

// maxTokens bounds what is read of a text. Units stand at the end.
const maxTokens = 63

func newReader(ix *table, text string, c Context) *reader {
	r := &reader{ix: ix, c: c, text: text, toks: tokenize(text), home: ix.find(c.Province), within: ix.find(c.Within)}
	if n := len(r.toks); n > maxTokens {
		r.toks = r.toks[n-maxTokens:]
	}
	if r.home < 0 {
		r.home = ix.find("46")
	}
	if r.within >= 0 {
		r.home = ix.province(r.within)
	}
	for i := range r.toks {
		r.marked = r.marked || r.toks[i].marked
	}
	r.findMarkers()
	return r
}

// joined returns the key of tokens run together. It holds until the next call.
func (r *reader) joined(from, to int) []byte {
	r.key = r.key[:0]
	for i := from; i < to; i++ {
		r.key = append(r.key, r.toks[i].key...)
	}
	return r.key
}

// findMarkers notes the words that say what other words are.
func (r *reader) findMarkers() {
	n := len(r.toks)
	for i := 0; i < n; i++ {
		if r.toks[i].number {
			r.edge |= 1 << i
			continue
		}
		for k := min(maxMarker, n-i); k > 0; k-- {
			m, ok := markers[string(r.joined(i, i+k))]
			if !ok || r.crosses(i, i+k, hard) {
				continue
			}
			fits, marked := m.fits(r.toks[i : i+k])
			if !fits {
				continue
			}
			s := span{marker: m, from: i, to: i + k, marked: marked}
			r.note(s)
			if k > 1 { // "thị xã" is no "xã"
				i += k - 1
			}
			break
		}
	}
}

// note keeps a marker, with the number after it where it has one.
func (r *reader) note(s span) {
	switch s.kind {
	case unitWord:
		r.units = append(r.units, s)
		r.edge |= 1 << s.from
		return
	case noiseWord:
		r.noise |= span64(s.from, s.to)
		r.edge |= 1 << s.from
		return
	case partWord:
		if num := r.numberAt(s.to); num >= 0 {
			r.sub |= span64(s.from, num+1)
		} else if s.number && !(s.marked && s.label != "TDP") {
			return
		}
	}
	r.edge |= 1 << s.from
	r.spans = append(r.spans, s)
}

// numberAt returns the place of a number at i or after "số" at i, else -1.
func (r *reader) numberAt(i int) int {
	if i < len(r.toks) && r.toks[i].key == "so" && r.toks[i].gap != hard {
		i++
	}
	if i < len(r.toks) && r.toks[i].number && r.toks[i].gap != hard {
		return i
	}
	return -1
}

// crosses reports whether a gap at least g lies inside tokens.
func (r *reader) crosses(from, to int, g gap) bool {
	for i := from + 1; i < to; i++ {
		if r.toks[i].gap >= g {
			return true
		}
	}
	return false
}

// span64 is the set of tokens from (included) to to.
func span64(from, to int) uint64 {
	return (1<<to - 1) &^ (1<<from - 1)
}

// findMentions lists every run of tokens that spells a name.
func (r *reader) findMentions() {
	n := len(r.toks)
	for i := 0; i < n; i++ {
		for k := 1; k <= maxWords && i+k <= n; k++ {
			if k > 1 && r.toks[i+k-1].gap == hard {
				break
			}
			if at, ok := r.ix.names.byKey[string(r.joined(i, i+k))]; ok {
				r.addMention(i, i+k, r.ix.names.list[at[0]:at[1]])
			} else if !r.toks[i].number && len(r.toks[i].key) > 3 {
				r.addPrefixed(i, i+k)
			}
		}
	}
	r.dropInner()
	r.block()
}

// dropInner takes out the names inside the name of a province or district:
// Huế in Thừa Thiên Huế.
func (r *reader) dropInner() {
	r.mentions = slices.DeleteFunc(r.mentions, func(in mention) bool {
		return slices.ContainsFunc(r.mentions, func(out mention) bool {
			return out.name <= in.name && in.to <= out.to && in.to-in.name < out.to-out.name && r.isUpper(&out)
		})
	})
}

// isUpper reports whether a mention may well mean a province or district.
func (r *reader) isUpper(m *mention) bool {
	return slices.ContainsFunc(m.fits, func(f fit) bool {
		return r.ix.units[f.unit].level != LevelCommune && f.q < folded
	})
}

// addMention keeps the run when it may mean some unit. A type word before it
// may also end another name: of "thuy phuong huong thuy" both readings stay.
func (r *reader) addMention(from, to int, list []name) {
	types, begin := r.typesBefore(from, 0)
	r.addTyped(mention{from: begin, name: from, to: to, types: types}, list)
	for cut := begin + 1; cut <= from; cut++ {
		if r.covered(cut) {
			types, begin := r.typesBefore(from, cut)
			r.addTyped(mention{from: begin, name: from, to: to, types: types}, list)
		}
	}
}

func (r *reader) addTyped(m mention, list []name) {
	toks := r.toks[m.name:m.to]
	for i := range list {
		n := &list[i]
		q := n.compare(toks, r.marked)
		if q == no && r.mayFuse(n, m.name, m.to) {
			q = n.compareFused(toks)
		}
		r.addFit(&m, n, q)
	}
	if len(m.fits) > 0 {
		r.mentions = append(r.mentions, m)
	}
}

// typesBefore returns the types of the type words that end at token i and
// begin at low or later, and where they begin: "Xã/phường: An Cựu" has two.
func (r *reader) typesBefore(i, low int) (all types, begin int) {
	begin = i
	for k := len(r.units) - 1; k >= 0 && begin < len(r.toks) && r.toks[begin].gap != hard; k-- {
		if u := &r.units[k]; u.to == begin && u.from >= low {
			all, begin = all|u.types, u.from
		}
	}
	return all, begin
}

// mayFuse reports whether words stand apart otherwise than in the name in a
// way that people type: joined, or parted as in P Rao and Ch ơm.
func (r *reader) mayFuse(n *name, from, to int) bool {
	if strings.Count(n.form, " ")+1 > to-from {
		return true
	}
	for i := from; i < to; i++ {
		if len(r.toks[i].key) <= 2 {
			return true
		}
	}
	return false
}

func (r *reader) addFit(m *mention, n *name, q quality) {
	if q == no || n.needs && m.types&n.typ == 0 {
		return
	}
	if m.types != 0 && m.types.sameLevel()&n.typ == 0 {
		return
	}
	if n.short && !r.stands(m.from, m.to) {
		return
	}
	m.fits = append(m.fits, fit{name: n, q: q, exact: m.types&n.typ != 0 || m.types == 0})
}

// addPrefixed reads a type word typed without a blank before the name: tphue.
func (r *reader) addPrefixed(from, to int) {
	key := string(r.joined(from, to))
	for _, p := range typePrefixes {
		if !strings.HasPrefix(key, p.key) || len(p.key) >= len(r.toks[from].key) || len(p.key) == 1 && to-from > 1 {
			continue
		}
		at, ok := r.ix.names.byKey[key[len(p.key):]]
		if !ok {
			continue
		}
		m := mention{from: from, name: from, to: to, types: p.types}
		toks := append([]token(nil), r.toks[from:to]...)
		toks[0] = r.without(toks[0], len(p.key))
		for i := at[0]; i < at[1]; i++ {
			n := &r.ix.names.list[i]
			q := n.compare(toks, r.marked)
			if q == no {
				q = n.compareFused(toks)
			}
			r.addFit(&m, n, q)
		}
		if len(m.fits) > 0 {
			r.mentions = append(r.mentions, m)
			return
		}
	}
}

// without spells a token again without its first letters.
func (r *reader) without(t token, letters int) token {
	text := r.text[t.from:t.to]
	for ; letters > 0; letters-- {
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	if again := tokenize(text); len(again) == 1 {
		return again[0]
	}
	return t
}

// addHeard adds, within a province, names that sound as what was typed. They
// must fill a part of an address, since sounds alone prove little.
func (r *reader) addHeard(province int32) {
	n := len(r.toks)
	for i := 0; i < n; i++ {
		r.key = r.key[:0]
		for k := 1; k <= maxWords && i+k <= n; k++ {
			if k > 1 && r.toks[i+k-1].gap == hard {
				break
			}
			r.key = append(r.key, loosen(r.toks[i+k-1].key)...)
			at, ok := r.ix.names.byLoose[string(r.key)]
			if !ok || r.toks[i].number {
				continue
			}
			m := mention{name: i, to: i + k}
			m.types, m.from = r.typesBefore(i, 0)
			for _, at := range r.ix.names.loose[at[0]:at[1]] {
				name := &r.ix.names.list[at]
				if name.key != string(r.joined(i, i+k)) && r.ix.within(name.unit, province) {
					r.addFit(&m, name, name.compareHeard(r.toks[i:i+k]))
				}
			}
			r.key = r.key[:0]
			for j := i; j < i+k; j++ {
				r.key = append(r.key, loosen(r.toks[j].key)...)
			}
			if len(m.fits) > 0 {
				r.mentions = append(r.mentions, m)
			}
		}
	}
	r.block()
}

// stands reports whether a mention fills a part of the address by itself.
func (r *reader) stands(from, to int) bool {
	return r.beginsPart(from) && (to == len(r.toks) || r.toks[to].gap != blank || r.edge>>to&1 != 0)
}

func (r *reader) beginsPart(i int) bool {
	return i == 0 || r.toks[i].gap != blank || (r.noise|r.sub)>>(i-1)&1 != 0
}

// block marks the mentions that name something else than a unit: what follows
// đường, số, kiệt, thôn or a house number, and streets named after people.
func (r *reader) block() {
	for i := range r.mentions {
		m := &r.mentions[i]
		typed := m.types != 0
		m.blocked = !typed && m.from > 0 && (r.afterMarker(m.from) || r.afterNumber(m.from) || r.afterFamily(m.from))
	}
}

// covered reports whether a longer name ends just before i, so that its last
// word is no marker: "A Ngo, A Lưới", "Hương Sơ Huế".
func (r *reader) covered(i int) bool {
	for j := range r.mentions {
		if m := &r.mentions[j]; m.to == i && m.to-m.from > 1 {
			return true
		}
	}
	return false
}

func (r *reader) afterMarker(i int) bool {
	if r.toks[i].gap == hard {
		return false
	}
	for _, s := range r.spans {
		if s.to == i && !r.covered(i) {
			return true
		}
	}
	return false
}

func (r *reader) afterNumber(i int) bool {
	t := &r.toks[i-1]
	if !t.number || r.toks[i].gap == hard || r.sub>>(i-1)&1 != 0 || len(t.key) >= 8 || r.covered(i) {
		return false
	}
	for _, s := range r.spans {
		if s.kind == roadWord && s.to == i-1 {
			return false
		}
	}
	return true
}

func (r *reader) afterFamily(i int) bool {
	t := &r.toks[i-1]
	if r.toks[i].gap != blank || !familyNames[t.key] || r.covered(i) {
		return false
	}
	if i == 1 || t.gap != blank || r.toks[i-2].number {
		return true
	}
	for _, s := range r.spans {
		if s.to == i-1 && s.kind == streetWord {
			return true
		}
	}
	return false
}
