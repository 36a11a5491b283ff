package triage

import (
	"khaibao/core"
)

// Checked is what a check-up said beside core.Checkup.
type Checked struct {
	Before   []string // symptoms of the check-up before; nil where there was none
	Worse    bool     // said to be worse than before
	Positive bool     // said that a test at home was positive
}

// JudgeCheckup judges an answer to the daily question by the same rules. known
// is what is known of the person: Facts of the newest declaration, or the zero
// Said, with Class, ClassSince and Kind. What the daily question does not ask
// for (exposures, conditions, age) does not count as unknown in it; an answer
// in words that were not understood does.
func (r *Rules) JudgeCheckup(a *Areas, known Said, c core.Checkup, more Checked) core.Verdict {
	s := known
	s.Today = c.Day
	if s.Day == "" {
		s.Day = c.Day
	}
	s.Symptoms, s.SymptomsKnown = c.Symptoms, c.Well || len(c.Symptoms) > 0
	s.Temperature, s.SpO2 = c.Temperature, c.SpO2
	s.Before, s.Worse, s.PositiveTest = more.Before, more.Worse, more.Positive
	s.ExposuresKnown, s.ConditionsKnown = true, true
	if !s.AgeKnown {
		s.Age, s.AgeKnown = middleAge, true
	}
	return r.Judge(a, s)
}

// middleAge meets no rule for the old or for children.
const middleAge = 30
