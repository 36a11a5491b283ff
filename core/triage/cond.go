package triage

// truth is what is known of a condition. The order matters: the least of what
// must hold together, the most of what may hold instead.
type truth uint8

const (
	no truth = iota
	maybe
	yes
)

// fact is something that may not have been told, so that a condition is maybe.
type fact uint8

const (
	factSymptoms fact = iota
	factExposures
	factConditions
	factAge
	factArea
	facts int = iota
)

// lacking is a set of facts that were not told.
type lacking uint8

// cond is the "when" of a rule: everything that is set must hold.
type cond struct {
	classes    uint64
	symptoms   uint64 // any of them
	together   uint64 // all of them
	fresh      uint64 // any of them, if the check-up before did not tell it
	atLeast    []count
	exposures  uint64
	conditions uint64
	age        span
	spo2       span
	fever      float64 // temperature from, °C
	area       *areaCond
	vaccinated uint64
	kinds      uint64
	colour     int // at least this rank
	abroad     bool
	positive   bool
	worse      bool
	any, all   []cond
}

// count is at least n symptoms of a group.
type count struct {
	n  int
	of uint64
}

// span is a range of whole numbers, both ends in it. The zero value asks nothing.
type span struct {
	set      bool
	from, to int
}

func (s span) holds(n int) bool { return n >= s.from && n <= s.to }

// areaCond asks for stays in areas.
type areaCond struct {
	levels   uint64 // bits of levelWords
	passed   bool
	lives    bool
	lockdown bool // locked down only
}

// states of vaccination; exactly one holds.
const (
	vaccinatedNone uint64 = 1 << iota // also when not told
	vaccinatedPartly
	vaccinatedFull // or recovered
)

var vaccinatedWords = newVocabulary("none", "partly", "full")

// finding is what an evaluation gathers besides its truth.
type finding struct {
	lacks lacking
	touch touch // of the areas that made it hold, the one of the latest stay
}

// holds evaluates a condition over a view.
func (c *cond) holds(v *view, f *finding) truth {
	out := yes
	and := func(t truth, lack fact) {
		if t == maybe {
			f.lacks |= 1 << lack
		}
		out = min(out, t)
	}
	// The cheapest and the rarest first: most rules end here.
	if c.classes != 0 && c.classes&v.classes == 0 || c.kinds != 0 && c.kinds&v.kind == 0 || v.colour < c.colour ||
		c.vaccinated != 0 && c.vaccinated&v.vaccinated == 0 || c.abroad && !v.abroad || c.positive && !v.said.PositiveTest || c.worse && !v.said.Worse ||
		c.spo2.set && (v.spo2 == 0 || !c.spo2.holds(v.spo2)) || c.fever > 0 && v.temperature < c.fever {
		return no
	}
	if c.symptoms != 0 {
		and(known(c.symptoms&v.symptoms != 0, v.symptomsKnown), factSymptoms)
	}
	if c.together != 0 {
		and(known(c.together&^v.symptoms == 0, v.symptomsKnown), factSymptoms)
	}
	if c.fresh != 0 {
		and(known(c.fresh&v.fresh != 0, v.symptomsKnown), factSymptoms)
	}
	for _, n := range c.atLeast {
		and(known(ones(n.of&v.symptoms) >= n.n, v.symptomsKnown), factSymptoms)
	}
	if c.exposures != 0 {
		and(known(c.exposures&v.exposures != 0, v.said.ExposuresKnown), factExposures)
	}
	if c.conditions != 0 {
		and(known(c.conditions&v.conditions != 0, v.said.ConditionsKnown), factConditions)
	}
	if c.age.set {
		and(known(v.said.AgeKnown && c.age.holds(v.said.Age), v.said.AgeKnown), factAge)
	}
	if out == no {
		return no
	}
	if c.area != nil {
		t := v.touched.of(c.area)
		and(t.is, factArea)
		if t.is == yes && t.last > f.touch.last {
			f.touch = t
		}
	}
	for i := range c.all {
		out = min(out, c.all[i].holds(v, f))
	}
	if len(c.any) > 0 {
		out = min(out, anyOf(c.any, v, f))
	}
	return out
}

// anyOf is the most that one of several conditions holds. What one lacks does
// not matter where another holds.
func anyOf(list []cond, v *view, f *finding) truth {
	best, lacks := no, f.lacks
	for i := range list {
		best = max(best, list[i].holds(v, f))
	}
	if best != maybe {
		f.lacks = lacks
	}
	return best
}

// known is yes for what holds, and no only where all was told.
func known(holds, told bool) truth {
	switch {
	case holds:
		return yes
	case told:
		return no
	}
	return maybe
}
