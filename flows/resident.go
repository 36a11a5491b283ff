package flows

// Resident is the health declaration of people who live, study or work in the
// province (khai báo y tế toàn dân). Fields and wording follow
// docs/reference/vietnam.md 2.2, 2.3 and 2.4; the phone is proved before the
// first question, and sending attests that all of it is true.
var Resident = Form{
	ID:     "resident",
	Health: healthReviewed,
	Questions: questionsOf("resident", identityQuestions, []Question{
		{ID: "permanent", Kind: Place, Choices: []string{"abroad", "none"}, Offered: offerAbroad, Unshown: []string{"abroad", "none"}, Read: readElsewhere},
		{ID: "permanent_sub", Kind: Quarter, Under: "permanent", Optional: true, Relevant: coarse("permanent"),
			Args: areaArgs("permanent"), Wordings: withoutHouse("permanent")},
		{ID: "current", Kind: Place, Choices: []string{"same"}, Offered: offerSame, Read: readSame},
		{ID: "current_sub", Kind: Quarter, Under: "current", Optional: true, Relevant: coarse("current"),
			Args: areaArgs("current"), Wordings: withoutHouse("current")},
	}, healthQuestions, []Question{
		{ID: "more", Kind: SelectOne, Each: true, Choices: []string{"yes", "no"}, Read: readMore, Hidden: is("more", "yes"), Relevant: mayAskMore},
		insuranceQuestion,
		// Keyed by name, as two official code lists of ethnic groups disagree.
		{ID: "ethnicity", Kind: SelectOne, Each: true, Optional: true, Free: true, Read: readEthnicity, Relevant: is("more", "yes"),
			Choices: []string{"kinh", "ta_oi", "co_tu", "bru_van_kieu", "hoa", "tay", "thai", "muong", "nung", "khmer"}},
		{ID: "religion", Kind: SelectOne, Each: true, Optional: true, Free: true, Read: readReligion, Relevant: mayAskReligion,
			Choices: []string{"none", "buddhist", "catholic", "protestant", "cao_dai", "hoa_hao"}},
		{ID: "marital", Kind: SelectOne, Each: true, Optional: true, Read: readMarital, Relevant: grownAndMore,
			Choices: []string{"single", "married", "divorced", "widowed"}},
		{ID: "education", Kind: SelectOne, Each: true, Optional: true, Read: readEducation, Relevant: grownAndMore,
			Choices: []string{"untrained", "elementary", "intermediate", "college", "university", "postgraduate"}},
	}, workQuestions),
	Area:    homeArea,
	Declare: declareResident,
	Recall:  recallResident,
	Ending:  endResident,
}

// coarse holds when a place was told without quarter or hamlet.
func coarse(id string) func(View) bool {
	return func(v View) bool {
		a := v.State.answer(id)
		return a != nil && a.Sub == "" && isCode(a.Value)
	}
}

// isCode tells an area code from a choice without looking it up.
func isCode(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func areaArgs(id string) func(View) args {
	return func(v View) args { return args{"area": areaName(v.Value(id), v.Event.Setting.Province)} }
}

// withoutHouse asks for the quarter only where the house was told already.
func withoutHouse(id string) func(View) string {
	return func(v View) string {
		if a := v.State.answer(id); a != nil && a.House != "" {
			return "quarter"
		}
		return ""
	}
}

func homeArea(v View) string {
	for _, id := range []string{"current", "permanent"} {
		if code := v.Value(id); isCode(code) {
			return code
		}
	}
	return ""
}

// offerAbroad offers foreigners to live elsewhere; that one has no registered
// residence is understood and not offered.
func offerAbroad(v View, choice string) bool {
	nationality := v.Value("nationality")
	return choice == "abroad" && nationality != "" && nationality != "VN"
}

// offerSame needs a registered residence that one can live at.
func offerSame(v View, _ string) bool { return isCode(v.Value("permanent")) }

func mayAskReligion(v View) bool {
	return v.Event.Setting.AskReligion && v.Value("more") == "yes"
}
