package triage

import (
	"go.yaml.in/yaml/v3"
	"strconv"

	"khaibao/core"
)

// maxAny is how deep conditions may stand inside each other.
const maxAny = 3

// whenKeys are what a condition may ask. There is no "not": what is not told
// would then count as told.
var whenKeys = []string{"class", "symptoms_any", "symptoms_all", "symptoms_new_any", "symptoms_at_least", "exposures_any", "conditions_any", "age", "spo2", "temperature",
	"area", "vaccinated", "monitoring", "colour_at_least", "abroad", "positive_test", "worse", "any", "all"}

// when reads a condition: everything in it must hold.
func (p *parser) when(n *yaml.Node, part Part, depth int) (c cond) {
	m := p.mapping(n, whenKeys...)
	if len(m) == 0 {
		p.wrong(n, "no_condition")
		return c
	}
	for _, key := range whenKeys {
		if v := m[key]; v != nil {
			p.condition(key, v, part, depth, &c)
		}
	}
	return c
}

func (p *parser) condition(key string, v *yaml.Node, part Part, depth int, c *cond) {
	switch key {
	case "class":
		c.classes = p.heldClasses(v, part)
	case "symptoms_any":
		c.symptoms = p.symptoms(v)
	case "symptoms_all":
		c.together = p.symptoms(v)
	case "symptoms_new_any":
		c.fresh = p.symptoms(v)
	case "symptoms_at_least":
		c.atLeast = []count{p.count(v)}
	case "exposures_any":
		c.exposures = p.some(v, exposureWords)
	case "conditions_any":
		if c.conditions = 1<<len(conditionWords.ids) - 1; v.Value != "all" {
			c.conditions = p.some(v, conditionWords)
		}
	case "age":
		c.age = p.span(v, 0, 130)
	case "spo2":
		c.spo2 = p.span(v, leastSpO2, mostSpO2)
	case "temperature":
		m := p.mapping(v, "from")
		if from := p.need(v, m, "from"); from != nil {
			c.fever = p.decimal(from, 36, 42)
		}
	case "area":
		c.area = p.areaCond(v)
	case "vaccinated":
		c.vaccinated = p.some(v, vaccinatedWords)
	case "monitoring":
		c.kinds = p.some(v, kindWords)
	case "colour_at_least":
		if part != PartMeasure {
			p.wrong(v, "colour_measures")
		}
		c.colour = p.raising(v).Rank()
	case "abroad":
		c.abroad = p.only(v)
	case "positive_test":
		c.positive = p.only(v)
	case "worse":
		c.worse = p.only(v)
	case "any", "all":
		p.nested(key, v, part, depth, c)
	}
}

func (p *parser) nested(key string, v *yaml.Node, part Part, depth int, c *cond) {
	if depth >= maxAny {
		p.wrong(v, "any_deep", "most", strconv.Itoa(maxAny))
		return
	}
	list := make([]cond, 0, len(v.Content))
	for _, item := range p.items(v, 16) {
		list = append(list, p.when(item, part, depth+1))
	}
	if key == "any" {
		c.any = list
	} else {
		c.all = list
	}
}

// heldClasses are the classes that a condition asks for. None is no class to
// ask for: a new exposure would take the rule away again.
func (p *parser) heldClasses(n *yaml.Node, part Part) uint64 {
	set := p.some(n, classWords)
	if set&classWords.bits[string(core.ClassNone)] != 0 {
		p.wrong(n, "class_none")
	}
	if part == PartClass && set&^officers != 0 {
		p.wrong(n, "proposal_class")
	}
	return set
}

// officers are the classes that an officer gives.
var officers = classWords.set([]string{string(core.ClassF0), string(core.ClassF1), string(core.ClassF2), string(core.ClassF3)}, 0)

func (p *parser) count(n *yaml.Node) (c count) {
	m := p.mapping(n, "count", "of")
	if v := p.need(n, m, "of"); v != nil {
		c.of = p.symptoms(v)
	}
	if v := p.need(n, m, "count"); v != nil {
		c.n = p.number(v, 1, max(1, ones(c.of)))
	}
	return c
}

func (p *parser) span(n *yaml.Node, least, most int) span {
	m := p.mapping(n, "from", "until")
	s := span{set: true, from: least, to: most}
	if v := m["from"]; v != nil {
		s.from = p.number(v, least, most)
	}
	if v := m["until"]; v != nil {
		s.to = p.number(v, least, most)
	}
	if len(m) == 0 || s.from > s.to {
		p.wrong(n, "span")
	}
	return s
}

func (p *parser) areaCond(n *yaml.Node) *areaCond {
	m := p.mapping(n, "levels", "how", "lockdown")
	c := &areaCond{levels: 1<<len(levelWords.ids) - 1}
	if v := m["levels"]; v != nil {
		c.levels = p.some(v, levelWords)
	}
	if v := m["lockdown"]; v != nil {
		c.lockdown = p.only(v)
	}
	if m["levels"] == nil && m["lockdown"] == nil {
		p.wrong(n, "area")
	}
	if v := p.need(n, m, "how"); v != nil {
		how := p.some(v, howWords)
		c.passed, c.lives = how&howWords.bits["passed"] != 0, how&howWords.bits["lives"] != 0
	}
	return c
}

var howWords = newVocabulary("passed", "lives")
