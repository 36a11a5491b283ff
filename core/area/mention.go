package area

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxWords is the most words a name may have, as typed.
const maxWords = 6

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
// Huế in Thừa Thiên Huế. A name that another runs out of hides nothing: Tân Phú
// Đông in "tan phu dong nai".
func (r *reader) dropInner() {
	var outer []mention
	for _, m := range r.mentions {
		if m.to-m.name > 1 && r.isUpper(&m) {
			outer = append(outer, m)
		}
	}
	outer = slices.DeleteFunc(slices.Clone(outer), func(m mention) bool {
		return slices.ContainsFunc(outer, func(x mention) bool { return m.name < x.name && x.name < m.to && m.to < x.to })
	})
	r.mentions = slices.DeleteFunc(r.mentions, func(in mention) bool {
		return slices.ContainsFunc(outer, func(out mention) bool {
			return out.name <= in.name && in.to <= out.to && in.to-in.name < out.to-out.name
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
	known := len(r.mentions)
	r.addTyped(mention{from: begin, name: from, to: to, types: types}, list)
	if len(r.mentions) == known && begin < from && r.endsOther(begin) {
		r.addTyped(mention{from: from, name: from, to: to}, slices.DeleteFunc(slices.Clone(list), func(n name) bool {
			return !r.ix.within(n.unit, r.home)
		}))
	}
	for cut := begin + 1; cut <= from; cut++ {
		if r.covered(cut) {
			types, begin := r.typesBefore(from, cut)
			r.addTyped(mention{from: begin, name: from, to: to, types: types}, list)
		}
	}
}

// endsOther reports whether what looks like a type word at i may be the last
// word of a street or village typed without marks: thanh tinh vi da.
func (r *reader) endsOther(i int) bool {
	return i > 0 && r.toks[i].gap == blank && !r.toks[i].marked && !r.toks[i-1].number && r.edge>>(i-1)&1 == 0
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
	if q == no || n.needs && m.types&n.typ == 0 && !r.asked(n) {
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

// asked reports whether a bare number answers the question for a unit of just
// that level in a place already known: 7 in Hồ Chí Minh.
func (r *reader) asked(n *name) bool {
	u := &r.ix.units[n.unit]
	return len(r.toks) == 1 && r.toks[0].number && u.level == r.c.AskedLevel && r.within >= 0 && r.ix.within(n.unit, r.within)
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

// addHeard adds names that sound as what was typed: of provinces, and of units
// within one. They must fill a part of an address, as sounds alone prove little.
func (r *reader) addHeard(province int32) {
	known := len(r.mentions)
	for i := range r.toks {
		for k := 1; k <= maxWords && i+k <= len(r.toks) && !r.crosses(i, i+k, hard) && !r.toks[i].number; k++ {
			at, ok := r.ix.names.byLoose[r.heardKey(i, i+k)]
			if !ok {
				continue
			}
			m := mention{name: i, to: i + k}
			m.types, m.from = r.typesBefore(i, 0)
			for _, at := range r.ix.names.loose[at[0]:at[1]] {
				n := &r.ix.names.list[at]
				near := r.ix.units[n.unit].level == LevelProvince || r.ix.within(n.unit, province)
				if near && n.key != string(r.joined(i, i+k)) {
					r.addFit(&m, n, n.compareHeard(r.toks[i:i+k]))
				}
			}
			if len(m.fits) > 0 {
				r.mentions = append(r.mentions, m)
			}
		}
	}
	r.freeTypes(known)
	r.block()
}

// heardKey runs tokens together without the differences of their finals.
func (r *reader) heardKey(from, to int) string {
	r.key = r.key[:0]
	for i := from; i < to; i++ {
		r.key = append(r.key, loosen(r.toks[i].key)...)
	}
	return string(r.key)
}

// freeTypes reads again the known mentions whose type words may be the end of
// a name heard since: "thuong quan nam dong" is Thượng Quảng in Nam Đông.
func (r *reader) freeTypes(known int) {
	for _, h := range r.mentions[known:] {
		for _, m := range r.mentions[:known] {
			if m.from < h.to && h.to <= m.name && h.name < m.from {
				at := r.ix.names.byKey[string(r.joined(m.name, m.to))]
				types, from := r.typesBefore(m.name, h.to)
				r.addTyped(mention{from: from, name: m.name, to: m.to, types: types}, r.ix.names.list[at[0]:at[1]])
			}
		}
	}
}

// stands reports whether a mention fills a part of the address by itself.
func (r *reader) stands(from, to int) bool {
	begins := r.beginsPart(from) || r.toks[from-1].number // quận 12 SG
	return begins && (to == len(r.toks) || r.toks[to].gap != blank || r.noise>>to&1 != 0)
}

func (r *reader) beginsPart(i int) bool {
	return i == 0 || r.toks[i].gap != blank || (r.noise|r.sub)>>(i-1)&1 != 0
}

// block marks the mentions that name something else than a unit: what follows
// đường, số, kiệt, thôn or a house number, and streets named after people.
func (r *reader) block() {
	for i := range r.mentions {
		m := &r.mentions[i]
		switch {
		case m.from == 0:
		case m.types != 0: // số 5 phường An Cựu; but đường Phường Đúc
			m.blocked = r.afterMarker(m.from, "đường")
		default:
			m.blocked = r.afterMarker(m.from, "") || r.afterNumber(m.from) || r.afterFamily(m.from)
		}
	}
	for i := range r.mentions { // Nhâm in "đường Quảng Nhâm"
		in := &r.mentions[i]
		in.blocked = in.blocked || in.types == 0 && slices.ContainsFunc(r.mentions, func(out mention) bool {
			return out.blocked && out.from <= in.from && in.to <= out.to && out.to-out.from > in.to-in.from
		})
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

// afterMarker reports whether the word before token i is a marker with the
// label, "" for any.
func (r *reader) afterMarker(i int, label string) bool {
	if r.toks[i].gap == hard || r.covered(i) {
		return false
	}
	return slices.ContainsFunc(r.spans, func(s span) bool { return s.to == i && (label == "" || s.label == label) })
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
