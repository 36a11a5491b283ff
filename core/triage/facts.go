package triage

import (
	"slices"

	"khaibao/core"
)

// Facts is what a declaration said, by the facts that the forms keep
// (flows/resident_declare.go, flows/journey_declare.go) or that come back from
// the store as JSON. A fact that is not there was not told; the officer's class
// is for the caller to add.
func Facts(form string, day core.Day, p core.PersonFacts, facts map[string]any) Said {
	s := Said{
		Form: form, Day: day,
		Commune: p.Commune, District: p.District, Province: p.Province, Sub: p.Sub,
		ExposureLast: core.Day(text(facts, "exposure_last")),
		LastDose:     core.Day(text(facts, "last_dose")),
		RecoveredOn:  core.Day(text(facts, "recovered_on")),
		ArrivedOn:    core.Day(text(facts, "arrive_on")),
	}
	if s.Commune == "" {
		s.Commune = text(facts, "commune")
	}
	if s.Sub == "" {
		s.Sub = text(facts, "sub")
	}
	s.Age, s.AgeKnown = ageOn(p.Birth, day)
	s.Symptoms, s.SymptomsKnown = told(facts, "symptoms")
	s.Exposures, s.ExposuresKnown = told(facts, "exposures")
	s.Conditions, s.ConditionsKnown = told(facts, "conditions")
	s.Countries, _ = told(facts, "countries")
	if doses := text(facts, "doses"); len(doses) == 1 {
		s.Doses = max(0, digits(doses))
	}
	if from := text(facts, "from"); from != "" {
		s.Passed = append(s.Passed, Stay{Code: from, Sub: text(facts, "from_sub"), From: core.Day("0001-01-01"), Until: core.Day(text(facts, "departed_on"))})
	}
	for _, stop := range objects(facts["passed"]) {
		days, _ := told(stop, "days")
		s.Passed = append(s.Passed, Stay{Code: text(stop, "area"), Days: daysOf(days)})
	}
	return s
}

// unsure are the answers of somebody who does not know.
var unsure = []string{"unknown", "not_sure"}

// told is a list and whether it is all there is: one that is missing, or says
// that its teller does not know, is not.
func told(facts map[string]any, key string) (list []string, known bool) {
	switch v := facts[key].(type) {
	case []string:
		list, known = v, true
	case []any:
		known = true
		for _, x := range v {
			if s, ok := x.(string); ok {
				list = append(list, s)
			} else {
				known = false
			}
		}
	}
	if slices.ContainsFunc(list, isUnsure) {
		return slices.DeleteFunc(slices.Clone(list), isUnsure), false
	}
	return list, known
}

func isUnsure(id string) bool { return slices.Contains(unsure, id) }

func text(facts map[string]any, key string) string {
	s, _ := facts[key].(string)
	return s
}

// objects are the objects of a list, as Go or JSON made it.
func objects(v any) []map[string]any {
	switch v := v.(type) {
	case []map[string]any:
		return v
	case []any:
		var out []map[string]any
		for _, x := range v {
			if m, ok := x.(map[string]any); ok {
				out = append(out, m)
			}
		}
		return out
	}
	return nil
}

func daysOf(list []string) []core.Day {
	out := make([]core.Day, len(list))
	for i, d := range list {
		out[i] = core.Day(d)
	}
	return out
}

// ageOn is the age in whole years on a day; of a birth cut to its precision the
// age that the person reaches in that year or month.
func ageOn(birth string, day core.Day) (age int, known bool) {
	if len(birth) < 4 || len(day) < len("2021-08-15") {
		return 0, false
	}
	year, now := digits(birth[:4]), digits(string(day[:4]))
	if year < 1 || now < year || now-year > 130 {
		return 0, false
	}
	age = now - year
	if rest := birth[4:]; len(rest) > 0 && rest > string(day[4:min(len(day), len(birth))]) {
		age--
	}
	return age, age >= 0
}
