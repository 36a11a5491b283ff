package duty

import "strings"

// groups says which group of fields an answer belongs to, by the key it is
// kept under in a declaration. Religion stands with the conditions, as it is
// sensitive by law.
var groups = classed(map[Group]string{
	ExposureSymptoms: `symptoms exposures exposure_last who_exposures who_symptoms
		from vehicle departed_on arrive_on passed countries doses last_dose recovered_on`,
	Conditions: `conditions has_conditions who_conditions religion`,
	FullIdentity: `card old_id qid full_name phone others birth sex id_type id_number insurance nationality
		permanent permanent_commune permanent_sub permanent_house permanent_typed
		current current_sub destination destination_sub commune sub house typed
		from_sub from_house from_typed vehicle_no vehicle_typed seat passed_typed
		ethnicity marital education occupation workplace check_birth check_sex check_papers`,
})

func classed(lists map[Group]string) map[string]Group {
	all := make(map[string]Group)
	for group, list := range lists {
		for key := range strings.FieldsSeq(list) {
			all[key] = group
		}
	}
	return all
}

// GroupOf is the group of fields that an answer belongs to. An answer that
// nobody has classed is shown to the fewest: it stands with the conditions.
func GroupOf(key string) Group {
	if g, ok := groups[key]; ok {
		return g
	}
	return Conditions
}

// Classed tells whether somebody has said which group an answer belongs to.
func Classed(key string) bool { return groups[key] != "" }
