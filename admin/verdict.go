package admin

import (
	"strings"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// Reasons puts the reasons of a verdict into words, the worst first, by the
// rules in force: a rule that they do not have any more is named by its ID.
func (r *request) Reasons(v core.Verdict) []string {
	rules, _, err := r.s.Store.Policy(r.Context(), core.DayOf(r.At))
	var words []string
	for _, reason := range v.Reasons {
		text := ""
		switch {
		case reason.Rule == core.ReasonRaised || reason.Rule == core.ReasonLowered:
			text = r.T("admin.reason.by."+strings.TrimPrefix(reason.Rule, "officer."), "day", core.Day(reason.Args["day"]).Local())
		case err == nil:
			text = rules.Words(reason, r.Lang)
		}
		if text == "" {
			text = reason.Rule
		}
		words = append(words, text)
	}
	return words
}

// Demand is what the policy asks of somebody today, in one line.
func (r *request) Demand(v core.Verdict) string {
	text := r.Measure(v.Measure)
	if v.Measure == core.MeasureNone && v.Colour.Rank() > core.ColourGreen.Rank() {
		text = r.T("admin.demand.free") // beside a colour that warns, "nothing to be done" would be wrong
	}
	if v.Until != "" && v.Measure != core.MeasureNone {
		text += " " + r.T("admin.watch.until", "day", v.Until.Local())
	}
	return text
}

// judgeCheckup gives an answer that an officer heard its colour, by the rules in
// force and what is known of the person.
func (s *Server) judgeCheckup(r *request, rec *store.WatchedRecord, c *core.Checkup) error {
	rules, areas, err := s.Store.Policy(r.Context(), c.Day)
	if err != nil {
		return err
	}
	known := triage.Said{Class: rec.ByClass, Kind: rec.Kind}
	c.Colour = rules.JudgeCheckup(areas, known, *c, triage.Checked{Before: rec.Symptoms}).Colour
	return nil
}
