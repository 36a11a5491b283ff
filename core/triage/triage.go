// Package triage judges what is known of a person by dated rules: a class, a
// colour, a measure with its length, and the reasons.
//
// It is decision support, not diagnosis. Every value stands in a rule file that
// the CDC edits (Parse), never here; what holds for all files is:
//   - rules only raise: of several the worst wins, and lowering is a person's act;
//   - unknown is never "no": what was not told is at least yellow, and a rule that
//     hangs on it says which fact is missing;
//   - F0 to F3 are an officer's word. A rule proposes a nearer or a looser link
//     from what was said, and all that was proposed holds, not the nearest alone.
//
// It is pure: the same rules, areas and facts give the same verdict. Sources:
// docs/reference/follow-up.md 2, docs/reference/vietnam.md 2.4 to 2.7.
package triage

import "khaibao/core"

// Said is what is known of a person. The zero value knows nothing.
type Said struct {
	Form  string   // form of the declaration, for who reads it: no rule asks for it
	Day   core.Day // the day it was said for: the look-back window ends here
	Today core.Day // the day it is judged for, "" for Day: tells which part of a measure runs

	Age      int // whole years; with AgeKnown
	AgeKnown bool

	Symptoms      []string // IDs of Symptoms; any other counts as a symptom that the list does not name
	SymptomsKnown bool     // all that there are were told: with none, the person is well
	Before        []string // symptoms of the check-up before; nil where there was none, so that all are new
	Worse         bool     // said to be worse than before
	PositiveTest  bool     // a test at home, as the person says
	SpO2          int      // %, 0 when not measured
	Temperature   float64  // °C, 0 when not measured

	Exposures      []string // IDs of Exposures
	ExposuresKnown bool     // all were asked for and answered
	ExposureLast   core.Day // day of the last one; "" when not told

	Conditions      []string // IDs of Conditions
	ConditionsKnown bool

	Commune, District, Province string // GSO codes of where the person lives, or will live from ArrivedOn
	Sub                         string // quarter or hamlet there
	Passed                      []Stay // where else the person was
	Countries                   []string
	ArrivedOn                   core.Day // day of arrival in the province, may lie ahead; "" without a journey

	Doses       int      // of vaccine; 0 also when not told
	LastDose    core.Day // "" when not told
	RecoveredOn core.Day // "" when not told

	Class      core.Class // the officer's word, F0 to F3; "" for none
	ClassSince core.Day   // the day of it
	Kind       core.Kind  // how the person is watched; KindNone for not at all
}

// Stay is a place where somebody was. Days are the days, or From and Until the
// first and the last of an unbroken stay ("" for open); without any the stay was
// on some day inside the look-back window.
type Stay struct {
	Code        string // GSO code of any level, or the ISO code of another country
	Sub         string // quarter or hamlet
	Located     bool   // Lat and Lon are known
	Lat, Lon    float64
	Days        []core.Day
	From, Until core.Day
}
