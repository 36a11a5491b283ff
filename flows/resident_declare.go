package flows

import (
	"cmp"
	"slices"
)

// declareResident splits the answers into facts, kept in clear, and private
// answers, kept sealed. Every fact of health is a list that may be empty, since
// "none" was said too.
func declareResident(v View) Declare {
	id := answerOr(v, "id_number")
	permanent, permanentSub, permanentHouse := placeOf(v, "permanent")
	commune, sub, house := permanent, permanentSub, permanentHouse
	typed := answerOr(v, "permanent").Typed
	if v.Value("current") != "same" {
		commune, sub, house = placeOf(v, "current")
		typed = answerOr(v, "current").Typed
	}
	nationality := v.Value("nationality")
	if nationality == "" {
		nationality = "VN"
	}
	idType := id.Type
	if idType == "cmnd" && nationality != "VN" {
		idType = "passport"
	}
	if idType == childPaper.Type && v.Age("birth") >= papers { // nine zeros are a child's
		id.Value, idType = "", "unknown"
	}

	facts := map[string]any{
		"sex":               v.Value("sex"),
		"id_type":           idType,
		"nationality":       nationality,
		"permanent_commune": permanent,
		"commune":           commune,
		"exposures":         setOf(v, "exposures"),
		"symptoms":          setOf(v, "symptoms"),
		"conditions":        setOf(v, "conditions"),
	}
	fact := func(key, value string) {
		if value != "" && value != Skipped {
			facts[key] = value
		}
	}
	fact("permanent_sub", permanentSub)
	fact("sub", sub)
	fact("exposure_last", v.Value("exposure_last"))
	for _, q := range []string{"check_birth", "check_sex", "check_papers"} {
		fact(q, v.Value(q)) // "keep": the person stands by what clashes
	}

	private := map[string]any{}
	secret := func(key, value string) {
		if value != "" && value != Skipped {
			private[key] = value
		}
	}
	secret("id_number", id.Value)
	secret("insurance", v.Value("insurance"))
	secret("permanent_house", permanentHouse)
	secret("permanent_typed", answerOr(v, "permanent").Typed)
	secret("house", house)
	secret("typed", typed)
	secret("occupation", v.Value("occupation"))
	secret("workplace", v.Value("workplace"))
	for _, key := range []string{"ethnicity", "religion", "marital", "education"} {
		if v.Form.question(key).hasChoice(v.Value(key)) {
			fact(key, v.Value(key))
		} else {
			secret(key, v.Value(key)) // in the person's own words
		}
	}

	insurance := v.Value("insurance")
	if insurance == Skipped {
		insurance = ""
	}
	return Declare{
		Facts:   facts,
		Private: private,
		Person: Person{
			Name: v.Value("full_name"), Birth: v.Value("birth"), Sex: v.Value("sex"),
			IDType: idType, ID: id.Value, Insurance: insurance,
			Commune: commune, Sub: sub, House: house,
		},
	}
}

// endResident says what to do next by what was said, the worst first.
func endResident(v View) string {
	symptoms := v.Set("symptoms")
	switch {
	case slices.Contains(symptoms, "short_of_breath") || slices.Contains(symptoms, "chest_pain"):
		return "resident.done.urgent"
	case len(symptoms) > 0:
		return "resident.done.ill"
	case len(v.Set("exposures")) > 0:
		return "resident.done.exposed"
	}
	return "resident.done.well"
}

// placeOf is a place with what its follow-up question told.
func placeOf(v View, id string) (code, sub, house string) {
	a, finer := answerOr(v, id), answerOr(v, id+"_sub")
	return a.Value, cmp.Or(a.Sub, finer.Sub), joinTexts(", ", a.House, finer.House)
}

func answerOr(v View, id string) Answer {
	if a := v.State.answer(id); a != nil {
		return *a
	}
	return Answer{}
}

// setOf is the set of a SelectMany, never nil.
func setOf(v View, id string) []string {
	if set := v.Set(id); set != nil {
		return set
	}
	return []string{}
}
