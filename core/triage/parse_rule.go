package triage

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"khaibao/core"
	"khaibao/core/monitor"
)

// rule reads one row of a part.
func (p *parser) rule(n *yaml.Node, part Part) rule {
	out := rule{part: part, line: n.Line}
	var m map[string]*yaml.Node
	switch part {
	case PartClass:
		m = p.mapping(n, "id", "when", "class", "reason", "source")
		out.class = p.proposed(p.need(n, m, "class"))
	case PartColour:
		m = p.mapping(n, "id", "when", "colour", "reason", "source")
		out.colour = p.raising(p.need(n, m, "colour"))
	case PartMeasure:
		m = p.mapping(n, "id", "when", "measure", "days", "base", "tests", "monitor", "then", "reason", "source")
		out.phase = p.phase(n, m)
		out.base = p.base(n, m, out.phase)
	}
	if v := p.need(n, m, "id"); v != nil {
		out.id = p.id(v)
	}
	if v := p.need(n, m, "when"); v != nil {
		out.when = p.when(v, part, 0)
	}
	p.told(n, m, &out)
	if then := m["then"]; part == PartMeasure && then != nil {
		out.then = p.then(then, &out)
	}
	return out
}

// plainRule reads a row without a condition. Where it says no colour of its own,
// colour is meant.
func (p *parser) plainRule(n *yaml.Node, part Part, id string, colour core.Colour) rule {
	out := rule{id: id, part: part, line: n.Line, colour: colour}
	allowed := []string{"reason", "source"}
	if colour == core.ColourNone {
		allowed = append(allowed, "colour")
	}
	m := p.mapping(n, allowed...)
	if colour == core.ColourNone {
		out.colour = p.raising(p.need(n, m, "colour"))
	}
	p.told(n, m, &out)
	return out
}

// told reads the words of a rule and where it comes from.
func (p *parser) told(n *yaml.Node, m map[string]*yaml.Node, out *rule) {
	if v := p.need(n, m, "reason"); v != nil {
		out.reason, out.args = p.words(v, out.mayTell())
	}
	if v := p.need(n, m, "source"); v != nil {
		for _, item := range p.scalars(v) {
			if p.out.sources[item.Value] == "" {
				p.wrong(item, "unknown_source", "word", item.Value)
			}
			out.sources = append(out.sources, item.Value)
		}
	}
}

// mayTell are the placeholders that the words of a rule may have: what Judge
// surely knows when it holds.
func (r *rule) mayTell() (may argument) {
	if r.when.alwaysArea() {
		may = argArea | argDay
	}
	if r.part == PartMeasure {
		may |= argDay
		if r.phase.days > 0 {
			may |= argUntil | argDays
		}
	}
	return may
}

// alwaysArea tells whether a condition cannot hold without a stay in an area.
func (c *cond) alwaysArea() bool {
	if c.area != nil {
		return true
	}
	for i := range c.all {
		if c.all[i].alwaysArea() {
			return true
		}
	}
	for i := range c.any {
		if !c.any[i].alwaysArea() {
			return false
		}
	}
	return len(c.any) > 0
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// words reads a text in both languages, with the same placeholders.
func (p *parser) words(n *yaml.Node, may argument) (words, argument) {
	m := p.mapping(n, "vi", "en")
	vi, en := p.need(n, m, "vi"), p.need(n, m, "en")
	if p.err != nil {
		return words{}, 0
	}
	out := words{p.text(vi, maxWords), p.text(en, maxWords)}
	has := p.placeholders(vi, may)
	if has != p.placeholders(en, may) {
		p.wrong(en, "placeholders_differ")
	}
	return out, has
}

func (p *parser) placeholders(n *yaml.Node, may argument) (has argument) {
	for _, m := range placeholder.FindAllStringSubmatch(n.Value, -1) {
		arg := arguments[m[1]]
		switch {
		case arg == 0:
			p.wrong(n, "unknown_word", "word", "{"+m[1]+"}", "allowed", "{area}, {day}, {until}, {days}")
		case may&arg == 0:
			p.wrong(n, "placeholder", "word", "{"+m[1]+"}")
		}
		has |= arg
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(n.Value, ""), "{}") {
		p.wrong(n, "brace")
	}
	return has
}

func (p *parser) id(n *yaml.Node) string {
	id := n.Value
	line, twice := p.ids[id]
	switch {
	case n.Kind != yaml.ScalarNode || len(id) > 40 || !ruleForm.MatchString(id):
		p.wrong(n, "id")
	case strings.HasPrefix(id, "U-") || strings.HasPrefix(id, "G-") || strings.HasSuffix(id, Then):
		p.wrong(n, "id_taken")
	case twice:
		p.wrong(n, "twice", "word", id, "line", strconv.Itoa(line))
	}
	if p.ids == nil {
		p.ids = make(map[string]int)
	}
	p.ids[id] = n.Line
	return id
}

// proposed is a class that a rule may propose.
func (p *parser) proposed(n *yaml.Node) core.Class {
	if n == nil {
		return core.ClassNone
	}
	switch class := core.Class(n.Value); {
	case class.ByOfficer():
		p.wrong(n, "officers_class")
	case class == core.ClassNone:
		p.wrong(n, "class_none")
	}
	return core.Class(p.one(n, proposedWords))
}

// raising is a colour that a rule may give.
func (p *parser) raising(n *yaml.Node) core.Colour {
	if n == nil {
		return core.ColourNone
	}
	c := core.Colour(n.Value)
	switch {
	case c == core.ColourGreen:
		p.wrong(n, "green")
	case c.Rank() == 0:
		p.wrong(n, "unknown_word", "word", n.Value, "allowed", "yellow, orange, red")
	}
	return c
}

// base is the day that the days of a measure are counted from.
func (p *parser) base(n *yaml.Node, m map[string]*yaml.Node, of phase) base {
	v := m["base"]
	if v == nil {
		if of.days > 0 {
			p.wrong(n, "missing", "key", "base")
		}
		return baseExposure
	}
	b, ok := bases[v.Value]
	if !ok {
		p.wrong(v, "unknown_word", "word", v.Value, "allowed", "exposure, entry, declaration, class")
	}
	return b
}

// then reads what follows a measure, counted from its last day.
func (p *parser) then(n *yaml.Node, first *rule) *rule {
	m := p.mapping(n, "measure", "days", "tests", "monitor", "reason")
	second := rule{id: first.id + Then, part: PartMeasure, line: n.Line, base: first.base, sources: first.sources, phase: p.phase(n, m)}
	if v := p.need(n, m, "reason"); v != nil {
		second.reason, second.args = p.words(v, second.mayTell())
	}
	switch {
	case first.phase.days == 0:
		p.wrong(n, "then_open")
	case first.phase.measure.Milder(second.phase.measure):
		p.wrong(n, "then_stricter")
	}
	return &second
}

func (p *parser) phase(n *yaml.Node, m map[string]*yaml.Node) (out phase) {
	v := p.need(n, m, "measure")
	if v == nil {
		return out
	}
	if core.Measure(v.Value) == core.MeasureNone {
		p.wrong(v, "measure_none")
	}
	out.measure = core.Measure(p.one(v, askedWords))
	if v := m["days"]; v != nil {
		out.days = p.number(v, 1, 365)
	}
	if v := m["tests"]; v != nil {
		for _, item := range p.scalars(v) {
			day := p.number(item, 0, 365)
			switch {
			case out.days > 0 && day > out.days:
				p.wrong(item, "test_day", "day", strconv.Itoa(day), "days", strconv.Itoa(out.days))
			case len(out.tests) > 0 && day <= out.tests[len(out.tests)-1]:
				p.wrong(item, "test_order")
			}
			out.tests = append(out.tests, day)
		}
	}
	if v := m["monitor"]; v != nil {
		out.opens = core.Kind(p.one(v, kindWords))
		if monitor.MeasureOf(out.opens) != out.measure {
			p.wrong(v, "monitor", "word", string(out.opens), "measure", string(out.measure))
		}
		if out.days == 0 {
			p.wrong(v, "monitor_days")
		}
	}
	return out
}
