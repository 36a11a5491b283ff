package flows

// Resident is the health declaration of people who live, study or work in the
// province (khai báo y tế toàn dân): docs/reference/vietnam.md 2.2, 2.3, 2.4.
var Resident = Form{
	ID:     "resident",
	Health: []string{"symptoms"},
	Questions: []Question{
		{ID: "full_name", Kind: Name},
		{ID: "birth", Kind: Text},
		{ID: "symptoms", Kind: SelectMany, Words: "symptom", None: "none", Daily: true,
			Choices:  []string{"fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue", "none"},
			ReadMany: readSymptoms},
	},
	Declare: declareResident,
	Ending:  func(v View) string { return "resident.done.well" },
}

func declareResident(v View) Declare {
	symptoms := v.Set("symptoms")
	if symptoms == nil {
		symptoms = []string{}
	}
	return Declare{
		Person: Person{Name: v.Value("full_name"), Birth: v.Value("birth")},
		Facts:  map[string]any{"symptoms": symptoms},
	}
}

func readSymptoms(text string, options []string) (chosen []string, none bool) {
	if n, ok := readNumber(text); ok && n <= len(options) {
		if n == 0 {
			return nil, true
		}
		return options[n-1 : n], false
	}
	return nil, readYesNo(text) == "no"
}
