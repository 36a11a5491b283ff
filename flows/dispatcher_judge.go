package flows

import (
	"context"
	"errors"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// judge is what is in force on a day: it gives declarations their verdicts. Its
// zero value gives none.
type judge struct {
	rules *triage.Rules
	areas *triage.Areas
}

// judge reads what is in force. Where no rules are, people declare all the same.
func (d *Dispatcher) judge(ctx context.Context, day core.Day) (judge, error) {
	rules, areas, err := d.Store.Policy(ctx, day)
	if errors.Is(err, store.ErrNoPolicy) {
		return judge{}, nil
	}
	return judge{rules, areas}, err
}

// of makes the judge of one declaration: by who the person is with what was
// known before, and by an officer's word.
func (j judge) of(d Declare, day core.Day) func(core.PersonFacts, core.Class, core.Day) core.Verdict {
	if j.rules == nil {
		return nil
	}
	return func(p core.PersonFacts, class core.Class, since core.Day) core.Verdict {
		said := triage.Facts(d.Form, day, p, d.Facts)
		said.Class, said.ClassSince = class, since
		return j.rules.Judge(j.areas, said)
	}
}

// why puts the reasons of a verdict into words, the worst first, and the one of
// its measure, "" for none. What an officer decided has no words here: a citizen
// hears what it asks of them.
func (j judge) why(v core.Verdict, lang string) (all []string, measure string) {
	if j.rules == nil {
		return nil, ""
	}
	for _, reason := range v.Reasons {
		text := j.rules.Words(reason, lang)
		if text == "" {
			continue
		}
		all = append(all, text)
		if rule, _ := j.rules.Rule(reason.Rule); rule.Part == triage.PartMeasure && rule.Measure == v.Measure || measure == "" && rule.Part == triage.PartMeasure {
			measure = text
		}
	}
	return all, measure
}

// checkup is the colour of an answer to the daily question; before are the
// symptoms of the answer before. Where no rules are, nobody ill is green.
func (j judge) checkup(c core.Checkup, w core.Watched, before []string) core.Colour {
	switch {
	case j.rules == nil && len(c.Symptoms) > 0:
		return core.ColourYellow
	case j.rules == nil:
		return core.ColourGreen
	}
	known := triage.Said{Day: c.Day, Kind: w.Kind, Commune: w.Commune, District: w.District, Province: w.Province, Sub: w.Sub, Conditions: w.Conditions}
	if w.Class != core.ClassNone {
		known.Class = w.Class
	}
	if year := yearOf(c.Day); w.BirthYear > 0 && year >= w.BirthYear {
		known.Age, known.AgeKnown = year-w.BirthYear, true
	}
	return j.rules.JudgeCheckup(j.areas, known, c, triage.Checked{Before: before}).Colour
}
