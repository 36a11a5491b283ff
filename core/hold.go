package core

import "slices"

// Standing is what is known of a person besides the declaration that is judged.
type Standing struct {
	Class Class // an officer's word F0 to F3; "" for none
	Since Day   // from which day the class counts
	// Verdict is the one in force; its zero value where nothing was judged.
	Verdict Verdict
	// Held are earlier declarations, by ID, whose verdict still holds beside the
	// newest's.
	Held []string
	Word Word
}

// Word is what an officer decided about a colour over what the rules say.
type Word struct {
	Raised Colour `json:"raised,omitempty"` // at least this, until an officer lowers it
	// Lowered is at most this, for as long as no rule matches that had not
	// matched when it was said: Rules.
	Lowered Colour   `json:"lowered,omitempty"`
	Measure Measure  `json:"measure,omitempty"` // with Lowered: at most this; "" where the measure stays
	Rules   []string `json:"rules,omitempty"`
	Day     Day      `json:"day"` // on which it was said
}

// IsZero tells whether no officer decided anything.
func (w Word) IsZero() bool { return w.Raised == "" && w.Lowered == "" }

// The IDs of reasons that are not of a rule file: what an officer decided, and
// what an earlier declaration said. Their args hold the day.
const (
	ReasonRaised  = "officer.raised"
	ReasonLowered = "officer.lowered"
)

// Over is a verdict of the rules with an officer's word over it.
func (w Word) Over(v Verdict) Verdict {
	day := map[string]string{"day": string(w.Day)}
	switch {
	case w.Raised != "" && w.Raised.Rank() > v.Colour.Rank():
		v.Colour = w.Raised
		v.Reasons = slices.Insert(slices.Clone(v.Reasons), 0, Reason{Rule: ReasonRaised, Args: day})
	case w.Lowered != "" && w.covers(v):
		stays := v.Colour.Rank() <= w.Lowered.Rank()
		if !stays {
			v.Colour = w.Lowered
		}
		if w.Measure != "" && v.Measure.rank() > w.Measure.rank() {
			v.Measure, v.From, v.Until, v.Tests, v.Monitor, stays = w.Measure, "", "", nil, KindNone, false
		}
		if !stays {
			v.Reasons = slices.Insert(slices.Clone(v.Reasons), 0, Reason{Rule: ReasonLowered, Args: day})
		}
	}
	return v
}

// covers tells whether nothing matched but what the officer knew of.
func (w Word) covers(v Verdict) bool {
	return !slices.ContainsFunc(v.Reasons, func(r Reason) bool { return !slices.Contains(w.Rules, r.Rule) })
}

// byOfficer tells whether a reason is none of a rule file.
func (r Reason) byOfficer() bool { return r.Rule == ReasonRaised || r.Rule == ReasonLowered }

// RuleIDs are the rules that a verdict gives as its reasons.
func (v Verdict) RuleIDs() []string {
	var ids []string
	for _, r := range v.Reasons {
		if !r.byOfficer() && !slices.Contains(ids, r.Rule) {
			ids = append(ids, r.Rule)
		}
	}
	return ids
}

// IsZero tells whether nothing was judged.
func (v Verdict) IsZero() bool { return v.Colour == ColourNone }

// running tells whether the measure asks something of a person on a day. One
// without a last day runs until an officer ends it. The day after the last still
// counts: until then the verdict is made again, and knows what follows.
func (v Verdict) running(today Day) bool {
	return v.Measure.rank() > MeasureSelf.rank() && (v.Until == "" || v.Until.Add(1) >= today)
}

// longer tells whether of two verdicts with one measure v's ends last.
func (v Verdict) longer(o Verdict) bool {
	return v.Until != o.Until && o.Until != "" && (v.Until == "" || v.Until > o.Until)
}

// Beside is the newest verdict with one that an earlier declaration gave, since
// what a later one does not mention is not undone by it: orange and red hold
// until a person lowers them, a measure to its last day. Of the two it takes the
// worse colour, the nearer class, the stricter measure, of equal ones the
// longer. adds tells whether the earlier one still counts for anything.
func (v Verdict) Beside(earlier Verdict, today Day) (both Verdict, adds bool) {
	both = v
	if earlier.running(today) && (earlier.Measure.rank() > v.Measure.rank() || earlier.Measure == v.Measure && earlier.longer(v)) {
		adds = true
		both.Measure, both.From, both.Until, both.Tests = earlier.Measure, earlier.From, earlier.Until, earlier.Tests
		if earlier.Monitor != KindNone {
			both.Monitor = earlier.Monitor
		}
	}
	first, second := v.Reasons, slices.DeleteFunc(slices.Clone(earlier.Reasons), Reason.byOfficer) // these are said anew
	if earlier.Colour.Rank() > v.Colour.Rank() && (adds || earlier.Colour.Rank() >= ColourOrange.Rank()) {
		adds, both.Colour = true, earlier.Colour
		first, second = second, first
	}
	if !adds {
		return v, false
	}
	if earlier.Class.rank() > v.Class.rank() && !earlier.Class.ByOfficer() {
		both.Class = earlier.Class
	}
	both.Reasons = slices.Clone(first)
	for _, r := range second {
		if !slices.ContainsFunc(both.Reasons, func(o Reason) bool { return o.Rule == r.Rule }) {
			both.Reasons = append(both.Reasons, r)
		}
	}
	return both, true
}

// Repeating is the verdict of a declaration that says once more what an earlier
// one said: a measure that was counted from the day of the declaration, for want
// of another, goes on and does not begin anew each day. said is the day of the
// declaration; as it was, and false, where something else is said.
func (v Verdict) Repeating(earlier Verdict, said, today Day) (Verdict, bool) {
	if v.From != said || v.Measure != earlier.Measure || !earlier.running(today) || !v.longer(earlier) || !slices.Equal(v.RuleIDs(), earlier.RuleIDs()) {
		return v, false
	}
	v.From, v.Until, v.Tests = earlier.From, earlier.Until, earlier.Tests
	return v, true
}

// Same tells whether two verdicts ask the same of a person: class, colour,
// measure and its last day.
func (v Verdict) Same(o Verdict) bool {
	return v.Class == o.Class && v.Colour == o.Colour && v.Measure == o.Measure && v.Until == o.Until
}

var measures = []Measure{"", MeasureNone, MeasureSelf, MeasureWatch, MeasureHome, MeasureCentral, MeasureTreatment}

func (m Measure) rank() int { return slices.Index(measures, m) }

var classes = []Class{"", ClassNone, ClassUnknown, ClassReturnee, ClassContact, ClassF3, ClassF2, ClassF1, ClassF0}

func (c Class) rank() int { return slices.Index(classes, c) }

// ByOfficer tells whether a class is one that only an officer says.
func (c Class) ByOfficer() bool { return c.rank() >= ClassF3.rank() }

// Farther tells whether a class stands less near to the disease than another.
func (c Class) Farther(o Class) bool { return c.rank() < o.rank() }

// Milder tells whether a measure asks less of a person than another.
func (m Measure) Milder(o Measure) bool { return m.rank() < o.rank() && m.rank() >= 0 }
