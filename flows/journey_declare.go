package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
)

// declareJourney splits the answers as declareResident does. Where the person
// lives now is where the journey ends: its commune's team sees the declaration.
func declareJourney(v View) Declare {
	paper, nationality := paperOf(v)
	from, to := homeOf(v, "from"), homeOf(v, "destination")
	facts := kept{
		"sex":         v.Value("sex"),
		"id_type":     paper.Type,
		"nationality": nationality,
		"from":        from.area,
		"vehicle":     v.Value("vehicle"),
		"departed_on": v.Value("departed_on"),
		"arrive_on":   v.Value("arrive_on"),
		"commune":     to.area,
		"passed":      []map[string]any{},
		"countries":   []string{},
		"exposures":   setOf(v, "exposures"),
		"symptoms":    setOf(v, "symptoms"),
		"conditions":  setOf(v, "conditions"),
	}
	facts.add("from_sub", from.sub)
	facts.add("sub", to.sub)
	for _, q := range []string{"exposure_last", "doses", "last_dose", "recovered_on", "check_birth", "check_sex", "check_papers"} {
		facts.add(q, v.Value(q))
	}
	countries := slices.Concat(countriesKnown(v), setOf(v, "countries"))
	slices.Sort(countries)
	if countries = slices.Compact(countries); len(countries) > 0 {
		facts["countries"] = countries
	}

	private := kept{}
	if stops := answerOr(v, "passed").Stops; len(stops) > 0 {
		coded, typed := make([]map[string]any, len(stops)), make([]string, len(stops))
		for i, s := range stops {
			coded[i], typed[i] = map[string]any{"area": s.Area, "days": append([]string{}, s.Days...)}, s.Typed
		}
		facts["passed"], private["passed_typed"] = coded, typed
	}
	private.add("id_number", paper.Value)
	private.add("from_house", from.house)
	private.add("from_typed", from.typed)
	private.add("house", to.house)
	private.add("typed", to.typed)
	private.add("vehicle_typed", joinTexts("; ", answerOr(v, "vehicle").Typed, answerOr(v, "vehicle_no").Typed))
	for _, q := range []string{"old_id", "qid", "vehicle_no", "seat", "insurance", "occupation", "workplace"} {
		private.add(q, v.Value(q))
	}

	insurance, _ := private["insurance"].(string)
	return Declare{
		Facts:   facts,
		Private: private,
		Person: Person{
			Name: v.Value("full_name"), Birth: v.Value("birth"), Sex: v.Value("sex"),
			IDType: paper.Type, ID: paper.Value, OldID: v.Value("old_id"), Insurance: insurance,
			Commune: to.area, Sub: to.sub, House: to.house,
		},
	}
}

// endJourney says what to do on arrival by what was said, the worst first.
func endJourney(v View) core.Say {
	symptoms, today := v.Set("symptoms"), string(v.Event.Today)
	key := "journey.done.well"
	switch {
	case slices.Contains(symptoms, "short_of_breath") || slices.Contains(symptoms, "chest_pain"):
		return say("resident.done.urgent")
	case len(symptoms) > 0:
		key = "journey.done.ill"
	case len(v.Set("exposures")) > 0:
		key = "journey.done.exposed"
	case v.Value("arrive_on") < today:
		key = "journey.done.here"
	}
	to, _ := area.Get(v.Value("destination"))
	return say(key, "commune", strings.ToLower(to.Type)+strings.TrimPrefix(to.FullName, to.Type))
}
