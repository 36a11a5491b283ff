package flows

import (
	"cmp"
	"slices"

	"khaibao/core"
)

// declareResident splits the answers into facts, kept in clear, and private
// answers, kept sealed. Every fact of health is a list that may be empty, since
// "none" was said too.
func declareResident(v View) Declare {
	paper, nationality := paperOf(v)
	permanent := homeOf(v, "permanent")
	current := permanent
	if v.Value("current") != "same" {
		current = homeOf(v, "current")
	}

	facts := kept{
		"sex":               v.Value("sex"),
		"id_type":           paper.Type,
		"nationality":       nationality,
		"permanent_commune": permanent.area,
		"commune":           current.area,
		"exposures":         setOf(v, "exposures"),
		"symptoms":          setOf(v, "symptoms"),
		"conditions":        setOf(v, "conditions"),
	}
	facts.add("permanent_sub", permanent.sub)
	facts.add("sub", current.sub)
	facts.add("exposure_last", v.Value("exposure_last"))
	for _, q := range []string{"check_birth", "check_sex", "check_papers"} {
		facts.add(q, v.Value(q)) // "keep": the person stands by what clashes
	}

	private := kept{}
	private.add("id_number", paper.Value)
	private.add("permanent_house", permanent.house)
	private.add("permanent_typed", permanent.typed)
	private.add("house", current.house)
	private.add("typed", current.typed)
	for _, q := range []string{"old_id", "qid", "insurance", "occupation", "workplace"} {
		private.add(q, v.Value(q))
	}
	for _, q := range []string{"ethnicity", "religion", "marital", "education"} {
		if v.Form.question(q).hasChoice(v.Value(q)) {
			facts.add(q, v.Value(q))
		} else {
			private.add(q, v.Value(q)) // in the person's own words
		}
	}

	insurance, _ := private["insurance"].(string)
	return Declare{
		Facts:   facts,
		Private: private,
		Person: Person{
			Name: v.Value("full_name"), Birth: v.Value("birth"), Sex: v.Value("sex"),
			IDType: paper.Type, ID: paper.Value, OldID: v.Value("old_id"), Insurance: insurance,
			Commune: current.area, Sub: current.sub, House: current.house,
		},
	}
}

// kept is one half of a declaration's answers.
type kept map[string]any

// add keeps an answer, and nothing of a question that was passed over.
func (k kept) add(key, value string) {
	if value != "" && value != Skipped {
		k[key] = value
	}
}

// paperOf is the identity paper by what else was said of its holder, and the
// nationality, Vietnam's unless another was told.
func paperOf(v View) (paper Answer, nationality string) {
	paper, nationality = answerOr(v, "id_number"), cmp.Or(v.Value("nationality"), "VN")
	switch {
	case paper.Type == "cmnd" && nationality != "VN":
		paper.Type = "passport"
	case paper.Type == childPaper.Type && v.Age("birth") >= papers: // nine zeros are a child's
		paper.Value, paper.Type = "", "unknown"
	}
	return paper, nationality
}

// endResident says what to do next by what was said, the worst first.
func endResident(v View) core.Say {
	symptoms := v.Set("symptoms")
	switch {
	case slices.Contains(symptoms, "short_of_breath") || slices.Contains(symptoms, "chest_pain"):
		return say("resident.done.urgent")
	case len(symptoms) > 0:
		return say("resident.done.ill")
	case len(v.Set("exposures")) > 0:
		return say("resident.done.exposed")
	}
	return say("resident.done.well")
}

// home is where a person lives.
type home struct{ area, sub, house, typed string }

// homeOf is a place with what its follow-up question told.
func homeOf(v View, id string) home {
	a, finer := answerOr(v, id), answerOr(v, id+"_sub")
	return home{area: a.Value, sub: cmp.Or(a.Sub, finer.Sub), house: joinTexts(", ", a.House, finer.House), typed: a.Typed}
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
