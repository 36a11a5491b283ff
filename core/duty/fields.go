package duty

import "strings"

// identity are the answers that say who a person is, beyond what a check shows.
var identity = words(`phone proxy name full_name id id_type id_number insurance birth sex nationality country
	occupation workplace ethnicity marital education permanent permanent_house permanent_sub current current_house
	current_sub home house sub place quarter relation`)

// health are the answers about exposures and symptoms.
var health = words(`symptoms exposures symptom exposure symptoms_since symptoms_other since fever_since
	exposed_on exposures_on last_exposure exposure_last exposure_note countries returned`)

// GroupOf is the group of fields that an answer belongs to, by the ID of its
// question. An answer nobody has classed is shown to the fewest: it stands
// with the conditions, and so does religion, which is sensitive by law.
func GroupOf(question string) Group {
	switch {
	case identity[question]:
		return FullIdentity
	case health[question], strings.HasPrefix(question, "exposure_"), strings.HasPrefix(question, "symptom_"):
		return ExposureSymptoms
	}
	return Conditions
}

func words(list string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
