package triage

import (
	"slices"
	"strconv"

	"khaibao/core"
)

// Judge is what the rules make of what is known of a person. It changes nothing
// and needs no clock; a nil index holds no areas.
func (r *Rules) Judge(a *Areas, s Said) core.Verdict {
	var v view
	v.look(r, a, &s)
	j := judging{rules: r, areas: a, view: &v}
	j.found = j.room[:0]
	j.proposals()
	j.colours()
	j.measures()
	j.out.Rules = r.version + "+" + a.Version()
	return j.out
}

// judging is one Judge on its way.
type judging struct {
	rules *Rules
	areas *Areas
	view  *view
	given uint64 // classes that hold by the officer's word, or by how the person is watched
	lacks lacking
	found []hit // rules that hold
	room  [16]hit
	out   core.Verdict
}

// hit is a rule that holds.
type hit struct {
	rule  *rule
	touch touch
	from  ordinal // of a measure
	until ordinal
}

func (j *judging) keep(h hit) { j.found = append(j.found, h) }

// proposals gathers every class that holds. What was proposed goes on to hold
// beside the officer's word, so that a new exposure is never overlooked.
func (j *judging) proposals() {
	v := j.view
	class := core.ClassNone
	if said := v.said.Class; said.ByOfficer() {
		class = said
	}
	v.classes = classWords.bits[string(class)]
	if v.said.Kind == core.KindPatient {
		v.classes |= classWords.bits[string(core.ClassF0)]
	}
	j.given = v.classes
	proposed := core.ClassNone
	for i := range j.rules.classes {
		rule := &j.rules.classes[i]
		f := finding{touch: touch{last: noDay}}
		switch rule.when.holds(v, &f) {
		case yes:
			v.classes |= classWords.bits[string(rule.class)]
			if proposed.Farther(rule.class) {
				proposed = rule.class
			}
			v.lastInside = max(v.lastInside, f.touch.last)
			j.keep(hit{rule: rule, touch: f.touch})
		case maybe:
			j.lacks |= f.lacks
		}
	}
	if !v.said.ExposuresKnown {
		j.lacks |= 1 << factExposures
	}
	if !v.symptomsKnown {
		j.lacks |= 1 << factSymptoms
	}
	unsure := j.lacks&(1<<factExposures|1<<factArea) != 0
	if class == core.ClassNone {
		if class = proposed; class == core.ClassNone && unsure {
			class = core.ClassUnknown
		}
	}
	// Whatever holds for who may have a link holds for who has one.
	if unsure || v.classes != classWords.bits[string(core.ClassNone)] {
		v.classes |= classWords.bits[string(core.ClassUnknown)]
	}
	j.out.Class = class
}

// colours weighs the colour rules; what is not known counts at least as the
// file says.
func (j *judging) colours() {
	v := j.view
	for i := range j.rules.colours {
		rule := &j.rules.colours[i]
		f := finding{touch: touch{last: noDay}}
		switch rule.when.holds(v, &f) {
		case yes:
			j.keep(hit{rule: rule, touch: f.touch})
		case maybe:
			j.lacks |= f.lacks
		}
	}
	colour := core.ColourNone
	for i := range j.rules.unknown {
		if j.lacks&(1<<i) != 0 {
			j.keep(hit{rule: &j.rules.unknown[i]})
		}
	}
	for _, h := range j.found {
		colour = colour.Worse(h.rule.colour)
	}
	if colour == core.ColourNone {
		colour = j.rules.otherwise.colour
		j.keep(hit{rule: &j.rules.otherwise})
	}
	// The worst first; what gave the class comes behind what gave a colour.
	slices.SortStableFunc(j.found, func(a, b hit) int { return b.rule.colour.Rank() - a.rule.colour.Rank() })
	v.colour, j.out.Colour = colour.Rank(), colour
}

// measures takes the strictest measure that runs today, of several the one
// that ends last.
func (j *judging) measures() {
	v := j.view
	var best hit
	for i := range j.rules.measures {
		rule := &j.rules.measures[i]
		f := finding{touch: touch{last: noDay}}
		if rule.when.holds(v, &f) != yes || j.settled(rule) {
			continue
		}
		h := hit{rule: rule, touch: f.touch}
		if !j.runs(&h) {
			continue
		}
		if best.rule == nil || stricter(h, best) {
			best = h
		}
	}
	if best.rule == nil {
		j.out.Measure = core.MeasureNone
	} else {
		p := &best.rule.phase
		j.out.Measure, j.out.Monitor, j.out.From = p.measure, p.opens, best.from.day()
		if p.days > 0 {
			j.out.Until = best.until.day()
		}
		for _, n := range p.tests {
			j.out.Tests = append(j.out.Tests, (best.from + ordinal(n)).day())
		}
		j.keep(best)
	}
	j.out.Reasons = make([]core.Reason, len(j.found))
	for i := range j.found {
		j.out.Reasons[i] = core.Reason{Rule: j.found[i].rule.id, Args: j.args(&j.found[i])}
	}
}

// stricter tells which of two running measures counts.
func stricter(a, b hit) bool {
	if a, b := a.rule.phase.measure, b.rule.phase.measure; a != b {
		return b.Milder(a)
	}
	return a.until > b.until
}

// settled tells of a measure that only a proposed class asks for, where an
// officer has classed the person since it was said: the officer's word counts.
func (j *judging) settled(rule *rule) bool {
	v := j.view
	if rule.when.classes == 0 || !v.said.Class.ByOfficer() {
		return false
	}
	if rule.when.classes&classWords.bits[string(v.said.Class)] != 0 {
		return false
	}
	since := ordinalOf(v.said.ClassSince)
	return since != noDay && since >= v.day
}

// runs finds the stretch of a measure that holds today, false when all are over.
func (j *judging) runs(h *hit) bool {
	h.from = j.baseOf(h)
	for h.rule != nil {
		h.until = farAhead
		if h.rule.phase.days == 0 {
			return true
		}
		if h.until = h.from + ordinal(h.rule.phase.days); j.view.today <= h.until {
			return true
		}
		h.from, h.rule = h.until, h.rule.then
	}
	return false
}

// baseOf is the day that a measure is counted from: the latest that it may be,
// where it was not told.
func (j *judging) baseOf(h *hit) ordinal {
	v := j.view
	switch h.rule.base {
	case baseEntry:
		if arrived := ordinalOf(v.said.ArrivedOn); arrived != noDay {
			return arrived
		}
	case baseClass:
		if since := ordinalOf(v.said.ClassSince); since != noDay {
			return since
		}
	case baseExposure:
		last := max(v.lastInside, h.touch.last)
		if said := ordinalOf(v.said.ExposureLast); said != noDay {
			return max(last, said)
		}
		if last == noDay || v.exposures != 0 || j.anyway(h.rule) {
			last = max(last, j.latest())
		}
		return last
	}
	return v.day
}

// latest is the latest day on which an exposure may have been, where it was not
// told: the day of the declaration, or that of the officer's word.
func (j *judging) latest() ordinal {
	v := j.view
	since := ordinalOf(v.said.ClassSince)
	switch {
	case !v.said.Class.ByOfficer() || since == noDay:
		return v.day
	case v.exposures == 0:
		return since
	}
	return max(v.day, since)
}

// anyway tells whether a rule would hold had the person been in no area: then
// the day of a stay does not say when the exposure was.
func (j *judging) anyway(rule *rule) bool {
	bare := *j.view
	bare.touched, bare.classes = touched{}, j.given|classWords.bits[string(core.ClassUnknown)]
	for i := range j.rules.classes {
		if proposal := &j.rules.classes[i]; proposal.when.holds(&bare, &finding{}) == yes {
			bare.classes |= classWords.bits[string(proposal.class)]
		}
	}
	return rule.when.holds(&bare, &finding{}) == yes
}

// args fills the placeholders that a rule's words have.
func (j *judging) args(h *hit) map[string]string {
	if h.rule.args == 0 {
		return nil
	}
	out := make(map[string]string, 2)
	if h.rule.args&argArea != 0 && h.touch.is == yes {
		x := &j.areas.list[h.touch.area]
		if out["area"] = x.Name; x.Name == "" {
			out["area"] = x.Code
		}
	}
	if h.rule.args&argDay != 0 {
		day := h.from
		if h.rule.part != PartMeasure {
			day = h.touch.last
		}
		out["day"] = string(day.day())
	}
	if h.rule.part == PartMeasure {
		if h.rule.args&argUntil != 0 {
			out["until"] = string(h.until.day())
		}
		if h.rule.args&argDays != 0 {
			out["days"] = strconv.Itoa(h.rule.phase.days)
		}
	}
	return out
}
