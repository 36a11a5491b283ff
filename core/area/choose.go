package area

import (
	"math/bits"
	"slices"
)

// choose returns the candidates that agree best with the text: one, several
// between which only a question can decide, or none.
func (r *reader) choose() []candidate {
	all := r.candidates()
	var best []candidate
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].m == all[0].m {
			n++
		}
		best = r.across(best, r.alike(all[:n]))
		all = all[n:]
	}
	return r.conflict(r.settle(best))
}

// alike keeps the best of the candidates of one mention.
func (r *reader) alike(all []candidate) []candidate {
	if len(all) == 1 {
		return slices.Clip(all)
	}
	top := slices.MinFunc(all, compareAlike)
	var best []candidate
	for _, c := range all {
		if compareAlike(c, top) == 0 {
			best = append(best, c)
		}
	}
	best = r.currentFirst(best)
	if top.scope > 0 && top.q >= folded { // Bình Thạnh is no misspelt Bình Thành
		for _, c := range all {
			if c.scope == 0 && c.q == exact && c.levels == top.levels {
				best = append(best, c)
			}
		}
	}
	return best
}

// compareAlike orders candidates of one mention, best first.
func compareAlike(a, b candidate) int {
	switch {
	case a.levels != b.levels:
		return b.levels - a.levels
	case a.scope != b.scope:
		return b.scope - a.scope
	case a.exact != b.exact:
		return order(a.exact)
	case a.q != b.q:
		return int(a.q) - int(b.q)
	}
	return 0
}

func order(first bool) int {
	if first {
		return -1
	}
	return 1
}

// currentFirst prefers names that hold, and readings that skip no level. An
// old name stays beside a current one when only it skips none: of "Phú Thuận,
// Huế" the old wards lay in the city, today's commune lies in the province.
func (r *reader) currentFirst(all []candidate) []candidate {
	var current, old []candidate
	nearCurrent, nearOld := false, false
	for _, c := range all {
		if c.old {
			old, nearOld = append(old, c), nearOld || c.near
		} else {
			current, nearCurrent = append(current, c), nearCurrent || c.near
		}
	}
	skips := func(near bool) func(candidate) bool {
		return func(c candidate) bool { return near && !c.near }
	}
	current, old = slices.DeleteFunc(current, skips(nearCurrent)), slices.DeleteFunc(old, skips(nearOld))
	if len(current) > 0 && (nearCurrent || !nearOld) {
		return current
	}
	return append(current, old...)
}

// across weighs the candidates of one mention against those of another.
func (r *reader) across(best, next []candidate) []candidate {
	if len(best) == 0 {
		return next
	}
	a, b := &best[0], &next[0]
	overlap := a.m.cover()&b.m.cover() != 0
	ca, cb := bits.OnesCount64(a.cover), bits.OnesCount64(b.cover)
	var keep int // below 0 keeps a, above takes b
	switch {
	case a.levels != b.levels:
		keep = b.levels - a.levels
	case a.scope != b.scope:
		keep = b.scope - a.scope
	case a.q >= folded != (b.q >= folded):
		keep = order(b.q >= folded)
	case a.messy != b.messy:
		keep = order(b.messy)
	case overlap && ca != cb:
		keep = cb - ca
	case a.cover&b.cover != 0 && a.inLine != b.inLine: // Tam Nông, Phú Thọ
		keep = order(a.inLine)
	case a.level != b.level:
		keep = b.level - a.level // the coarser one is asked about: see conflict
	case a.cover&b.cover != 0 && ca != cb:
		keep = cb - ca
	case (a.m.types != 0) != (b.m.types != 0):
		keep = order(a.m.types != 0)
	case a.m.types != 0 && !overlap:
		return append(best, next...) // phường Kim Long, phường Hương Long
	default:
		keep = b.m.to - a.m.to // read from the right: the street comes first
	}
	if keep < 0 {
		return best
	}
	return next
}

// settle takes out what the question itself decides: the level asked, and
// that a street is in the city of Huế rather than in the province.
func (r *reader) settle(best []candidate) []candidate {
	if len(best) < 2 {
		return best
	}
	level := 0
	if asked := r.c.AskedLevel.rank(); asked > 0 {
		level = best[0].level
		for _, c := range best {
			if distance(c.level, asked) < distance(level, asked) {
				level = c.level
			}
		}
	} else if best[0].level+best[len(best)-1].level == 3 && r.finer(best[0].cover) {
		level = 2
	} else if best[0].q == fused { // aluoi: run together, a name is the best known unit's
		level = slices.MinFunc(best, func(a, b candidate) int { return a.level - b.level }).level
	}
	return slices.DeleteFunc(best, func(c candidate) bool { return level > 0 && c.level != level })
}

// distance prefers the level asked, then a finer one.
func distance(level, asked int) int {
	if level < asked {
		return 2*(asked-level) + 1
	}
	return level - asked
}

// conflict adds the province or district that the text names too and that the
// best candidate does not lie in: phường An Cựu, huyện Phú Vang.
func (r *reader) conflict(best []candidate) []candidate {
	if len(best) == 0 {
		return nil
	}
	c := best[0]
	for i := range r.uppers {
		u := &r.uppers[i]
		switch after := u.m.from >= c.m.to; {
		case u.m.cover()&c.cover != 0, u.q > swapped, r.agrees(u.m, best):
		case u.m.types == 0 && !r.beginsPart(u.m.from) && c.cover>>(u.m.from-1)&1 == 0:
		case !r.endsPart(u.m.to, c.cover):
		case r.ix.within(u.unit, r.ix.province(c.unit)),
			after && (r.ix.units[u.unit].level == LevelProvince || u.m.types != 0):
			best = append(best, candidate{fit: u.fit, m: u.m, level: r.ix.units[u.unit].level.rank(), cover: u.m.cover(), scope: r.scope(u.unit)})
		}
	}
	return best
}

// agrees reports whether some unit that the mention may mean is one of best or
// stands above one.
func (r *reader) agrees(m *mention, best []candidate) bool {
	return slices.ContainsFunc(r.uppers, func(u upper) bool {
		return u.m == m && slices.ContainsFunc(best, func(c candidate) bool { return r.above(u.unit, c.unit) })
	})
}
