package area

import (
	"math/bits"
)

// candidate is one unit that the text may mean, with the units above it that
// the text names too.
type candidate struct {
	*fit
	m      *mention
	level  int    // rank of its level
	levels int    // how many levels the text names: 1 to 3
	near   bool   // the unit directly above is among them, or nothing is
	inLine bool   // all of them stand behind the name
	cover  uint64 // tokens of all these names
	scope  int    // 2 in Context.Within, 1 in the home province, else 0
	old    bool   // by a name that no longer held on the day
	messy  bool   // unknown words follow the name
}

// upper is a province or district that a mention may mean.
type upper struct {
	*fit
	m *mention
}

// candidates lists what the mentions may mean, each with its evidence.
func (r *reader) candidates() []candidate {
	r.uppers = r.findUppers()
	var starts uint64
	for _, u := range r.uppers {
		starts |= 1 << u.m.from
	}
	var out []candidate
	for i := range r.mentions {
		m := &r.mentions[i]
		if m.blocked {
			continue
		}
		own := r.suitsHome(m)
		for j := range m.fits {
			c := candidate{fit: &m.fits[j], m: m}
			c.scope = r.scope(c.unit)
			if own && !c.exact && c.scope > 0 {
				continue
			}
			c.level = r.ix.units[c.unit].level.rank()
			c.old = c.until != "" && (r.c.On == "" || r.c.On >= c.until)
			r.gather(&c)
			if r.accept(&c, starts) {
				out = append(out, c)
			}
		}
	}
	return out
}

// findUppers lists the mentions that may stand above another unit.
func (r *reader) findUppers() []upper {
	var out []upper
	for i := range r.mentions {
		m := &r.mentions[i]
		if m.blocked {
			continue
		}
		own := r.suitsHome(m)
		for j := range m.fits {
			f := &m.fits[j]
			switch {
			case r.ix.units[f.unit].level == LevelCommune:
			case own && !f.exact && r.ix.within(f.unit, r.home):
			case f.q >= folded && (m.types == 0 && !r.beginsPart(m.from) || m.fits[m.bestFit()].q < folded):
			default:
				out = append(out, upper{f, m})
			}
		}
	}
	return out
}

// suitsHome reports whether the type words are those of some unit of the home
// province: then "TP Huế" is not the province.
func (r *reader) suitsHome(m *mention) bool {
	for i := range m.fits {
		if m.types != 0 && m.fits[i].exact && r.ix.within(m.fits[i].unit, r.home) {
			return true
		}
	}
	return false
}

// bestFit is the place of the fit that agrees best with what was typed.
func (m *mention) bestFit() int {
	best := 0
	for i := range m.fits {
		if m.fits[i].q < m.fits[best].q {
			best = i
		}
	}
	return best
}

// gather finds the units above c in the text.
func (r *reader) gather(c *candidate) {
	c.levels, c.cover = 1, c.m.cover()
	district := r.cover(c, 2) // before the province: Huế, Thừa Thiên Huế
	r.cover(c, 1)
	c.near = c.levels == 1 || c.level == 2 || district
	c.inLine = c.cover&^c.m.cover()&span64(0, c.m.to) == 0
}

// cover adds the longest mention of the unit of a level that c lies in.
func (r *reader) cover(c *candidate, rank int) bool {
	var best uint64
	for i := range r.uppers {
		u := &r.uppers[i]
		if r.ix.units[u.unit].level.rank() == rank && u.unit != c.unit && r.above(u.unit, c.unit) {
			if span := u.m.cover(); span&c.cover == 0 && bits.OnesCount64(span) > bits.OnesCount64(best) {
				best = span
			}
		}
	}
	if best == 0 {
		return false
	}
	c.cover |= best
	c.levels++
	return true
}

// above reports whether a unit lies in u, or lay in it before it was moved.
func (r *reader) above(u, unit int32) bool {
	old, moved := r.ix.names.oldDistricts[unit]
	return r.ix.within(unit, u) || moved && old == u
}

// scope says how near a unit is to what the question is about.
func (r *reader) scope(unit int32) int {
	switch {
	case r.within >= 0 && unit != r.within && r.ix.within(unit, r.within),
		r.within < 0 && r.c.AskedLevel == LevelProvince && r.ix.units[unit].level == LevelProvince:
		return 2
	case r.ix.within(unit, r.home):
		return 1
	}
	return 0
}

// accept tells a unit from words that only look like one.
func (r *reader) accept(c *candidate, starts uint64) bool {
	m := c.m
	typed := m.types != 0
	clean := r.endsPart(m.to, c.cover|starts)
	c.messy = !clean
	switch {
	case !clean && !typed:
		return false
	case c.q >= folded && !(clean && (typed || r.beginsPart(m.from) || m.from > 0 && c.cover>>(m.from-1)&1 != 0)):
		return false
	case c.scope > 0 || c.levels > 1 || c.level == 1 && (c.q <= swapped || c.q == heard && r.stands(m.from, m.to)):
		return true
	case c.q >= swapped: // the rest is elsewhere in the country, by one name alone
		return false
	case c.level == 2 && (typed || r.stands(m.from, m.to)):
		return true
	case !typed && m.to-m.name == 1 && !(c.q == exact && r.marked): // "o que" is quê, not thị trấn Quế
		return false
	}
	return r.onlyNoise(^c.cover)
}

// endsPart reports whether no unknown word follows directly at token i.
func (r *reader) endsPart(i int, known uint64) bool {
	return i == len(r.toks) || r.toks[i].gap != blank || (known|r.edge)>>i&1 != 0
}

// onlyNoise reports whether the tokens of a set tell nothing but numbered parts
// of a commune and words such as "em ở".
func (r *reader) onlyNoise(set uint64) bool {
	return set&span64(0, len(r.toks))&^(r.noise|r.sub) == 0
}
