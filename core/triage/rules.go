package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// Rules are one version of a rule file. They never change, and may be used by
// many at once.
type Rules struct {
	version string
	from    core.Day
	text    string
	hash    string
	title   words
	window  int

	feverFrom float64
	vaccine   vaccine
	target    [5]time.Duration // by the colour's rank
	sources   map[string]string
	classes   []rule
	colours   []rule
	measures  []rule
	unknown   [facts]rule
	otherwise rule
	byID      map[string]*rule
	groups    map[string]uint64
}

// vaccine says who counts as vaccinated, in doses and days.
type vaccine struct {
	doses     int // full with so many,
	after     int // so many days after the last one
	within    int // and not longer ago than this
	recovered int // or recovered at most so many days ago
}

// words are what a person reads, by language.
type words struct{ vi, en string }

func (w words) in(lang string) string {
	if lang == "en" {
		return w.en
	}
	return w.vi
}

// Part is a part of the rule file that a rule stands in.
type Part string

// The parts.
const (
	PartClass     Part = "classes"
	PartColour    Part = "colours"
	PartMeasure   Part = "measures"
	PartUnknown   Part = "unknown"
	PartOtherwise Part = "otherwise"
)

// rule is one row of the file, compiled.
type rule struct {
	id      string
	part    Part
	line    int
	when    cond
	class   core.Class
	colour  core.Colour
	phase   phase // of a measure
	then    *rule // what follows it; nil for nothing
	base    base
	reason  words
	args    argument // which placeholders the words have
	sources []string
}

// phase is one stretch of a measure.
type phase struct {
	measure core.Measure
	days    int   // 0: until an officer ends it
	tests   []int // days after the stretch begins
	opens   core.Kind
}

// base is the day that a measure is counted from.
type base uint8

const (
	baseExposure base = iota
	baseEntry
	baseDeclaration
	baseClass
)

var bases = map[string]base{"exposure": baseExposure, "entry": baseEntry, "declaration": baseDeclaration, "class": baseClass}

// argument is a set of placeholders.
type argument uint8

const (
	argArea argument = 1 << iota
	argDay
	argUntil
	argDays
)

var arguments = map[string]argument{"area": argArea, "day": argDay, "until": argUntil, "days": argDays}

// Then ends the ID of what follows a measure.
const Then = "-THEN"

// Rule is one rule as a page shows it.
type Rule struct {
	ID      string
	Part    Part
	Line    int         // in the file, from 1
	Class   core.Class  // that it proposes
	Colour  core.Colour // that it gives
	Measure core.Measure
	Days    int       // of the measure, 0 for until an officer ends it
	Tests   []int     // days of it on which a test is due
	Opens   core.Kind // monitoring that it opens by itself
	Sources []string  // their texts
}

// Version is the name of the version, as verdicts carry it.
func (r *Rules) Version() string { return r.version }

// String is the version: a log or a failed test must not print the whole file.
func (r *Rules) String() string { return "rules " + r.version }

// From is the first day that the rules are in force.
func (r *Rules) From() core.Day { return r.from }

// Text is the file as it was parsed.
func (r *Rules) Text() string { return r.text }

// Hash is the SHA-256 of the text in hexadecimal: two files of one version are
// told apart by it (docs/reference/follow-up.md, lesson 11).
func (r *Rules) Hash() string { return r.hash }

// Title says what the version is, in lang.
func (r *Rules) Title(lang string) string { return r.title.in(lang) }

// Window is the look-back window in days.
func (r *Rules) Window() int { return r.window }

// Target is within what time an officer should have reached a person of a
// colour; 0 where nobody need.
func (r *Rules) Target(c core.Colour) time.Duration { return r.target[c.Rank()] }

// Rules lists every rule, each part in the order of the file. What follows
// a measure stands behind it, with Then at the end of its ID.
func (r *Rules) Rules() []Rule {
	var out []Rule
	for _, list := range [][]rule{r.classes, r.colours, r.unknown[:], {r.otherwise}, r.measures} {
		for i := range list {
			for one := &list[i]; one != nil; one = one.then {
				out = append(out, r.shown(one))
			}
		}
	}
	return out
}

// Rule is the rule of an ID.
func (r *Rules) Rule(id string) (Rule, bool) {
	found := r.byID[id]
	if found == nil {
		return Rule{}, false
	}
	return r.shown(found), true
}

func (r *Rules) shown(of *rule) Rule {
	out := Rule{ID: of.id, Part: of.part, Line: of.line, Class: of.class, Colour: of.colour,
		Measure: of.phase.measure, Days: of.phase.days, Tests: slices.Clone(of.phase.tests), Opens: of.phase.opens}
	for _, s := range of.sources {
		out.Sources = append(out.Sources, r.sources[s])
	}
	return out
}

// Words is a reason as a person reads it, in lang ("en", or "vi" for any other);
// "" when this version has no such rule.
func (r *Rules) Words(reason core.Reason, lang string) string {
	found := r.byID[reason.Rule]
	if found == nil {
		return ""
	}
	text := found.reason.in(lang)
	if found.args == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(arguments))
	for name := range arguments {
		pairs = append(pairs, "{"+name+"}", readable(name, reason.Args[name]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// readable is an argument as people write it.
func readable(name, value string) string {
	switch {
	case value == "":
		return "?"
	case name == "area":
		if u, ok := area.Get(value); ok {
			return u.FullName
		}
	case name == "day" || name == "until":
		return core.Day(value).Local()
	}
	return value
}

// An Error is why a rule file was refused, whole.
type Error struct {
	Line   int               // from 1
	Reason string            // one word: unknown_key
	Args   map[string]string // what it is about: the word that is wrong, what is allowed there
}

// Key is the locale key of the reason, whose placeholders are Args.
func (e *Error) Key() string { return "rules.wrong." + e.Reason }

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s %v", e.Line, e.Reason, e.Args) }

// refuse makes an Error of a reason with the names and values of its arguments.
func refuse(line int, reason string, args ...string) *Error {
	e := &Error{Line: line, Reason: reason, Args: make(map[string]string, len(args)/2)}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i]] = args[i+1]
	}
	return e
}
