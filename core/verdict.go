package core

// Class says how near a person stands to the disease. A rule proposes one of
// the first four from what was said; F0 to F3 are an officer's word, and then
// feed the rules (docs/reference/follow-up.md 2a; docs/reference/vietnam.md 2.7).
type Class string

// The classes, the nearest to the disease last.
const (
	ClassNone     Class = "none"         // nothing said that links to the disease
	ClassUnknown  Class = "unknown"      // not told, or not sure: never the same as none
	ClassReturnee Class = "returnee"     // was in an epidemic area within the look-back window
	ClassContact  Class = "contact_said" // says to have met a case
	ClassF3       Class = "F3"
	ClassF2       Class = "F2"
	ClassF1       Class = "F1"
	ClassF0       Class = "F0"
)

// Colour is how urgent a person is: the colours of docs/reference/follow-up.md
// 2c, without grey, which is silence and belongs to monitoring.
type Colour string

// The colours; ColourNone stands where nothing was judged.
const (
	ColourNone   Colour = ""
	ColourGreen  Colour = "green"
	ColourYellow Colour = "yellow"
	ColourOrange Colour = "orange"
	ColourRed    Colour = "red"
)

// Rank orders colours: 0 for none, 4 for red.
func (c Colour) Rank() int {
	switch c {
	case ColourGreen:
		return 1
	case ColourYellow:
		return 2
	case ColourOrange:
		return 3
	case ColourRed:
		return 4
	}
	return 0
}

// Worse is the worse of two colours.
func (c Colour) Worse(d Colour) Colour {
	if d.Rank() > c.Rank() {
		return d
	}
	return c
}

// Measure is what a person must do by the rules in force.
type Measure string

// The measures, the strictest last.
const (
	MeasureNone      Measure = "none"
	MeasureSelf      Measure = "self_watch" // watches their own health and declares again on change
	MeasureWatch     Measure = "watch"      // is watched: answers the daily question
	MeasureHome      Measure = "home"       // quarantine at home
	MeasureCentral   Measure = "central"    // quarantine in a facility
	MeasureTreatment Measure = "treatment"  // is treated
)

// Verdict is what the rules make of what is known of a person.
type Verdict struct {
	Class   Class    `json:"class"`
	Colour  Colour   `json:"colour"`
	Measure Measure  `json:"measure"`
	From    Day      `json:"from,omitempty"`    // first day that the measure is counted from; "" without a measure
	Until   Day      `json:"until,omitempty"`   // last day of the measure; "" without a measure
	Tests   []Day    `json:"tests,omitempty"`   // days on which a test is due
	Monitor Kind     `json:"monitor,omitempty"` // the kind of monitoring that the policy opens by itself; "" for none
	Reasons []Reason `json:"reasons"`           // why, the worst first; never empty in a verdict that was made
	Rules   string   `json:"rules"`             // version of the rules, with that of the areas behind a plus sign
}

// Reason is one rule that matched. Its words stand in that version of the rules.
type Reason struct {
	Rule string            `json:"rule"`           // ID of the rule
	Args map[string]string `json:"args,omitempty"` // placeholder of its words -> text, a GSO code or a day
}
