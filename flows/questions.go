package flows

import (
	"strconv"

	"khaibao/core"
	"khaibao/core/reading"
	"khaibao/locales"
)

// Questions that several forms ask, in words of Resident's own.

// identityQuestions tell who declares.
var identityQuestions = []Question{
	// A card's QR answers what follows; it is never asked for, and its old number
	// and the Ministry's key come with nothing else.
	{ID: "card", Kind: Card, Each: true, Relevant: cardShown, Hidden: always},
	{ID: "old_id", Kind: Text, Each: true, Relevant: hasAnswer("old_id"), Hidden: always},
	{ID: "qid", Kind: Text, Each: true, Relevant: hasAnswer("qid"), Hidden: always},
	{ID: "full_name", Kind: Name, Each: true, Wordings: forOther},
	{ID: "birth", Kind: Date, Each: true, Field: string(reading.Birth), Resets: []string{"check_birth", "check_papers"}},
	{ID: "id_number", Kind: Paper, Each: true, Choices: []string{"child"}, Offered: offerChild, Derive: deriveSex,
		Wordings: partlyShown, Args: shownDigits, Resets: []string{"check_birth", "check_sex", "check_papers", "old_id"}},
	// The card's digits tell sex and year of birth. Cards with faults exist, so a clash is a question.
	{ID: "check_birth", Kind: SelectOne, Each: true, Choices: []string{"id_number", "birth", "keep"}, Read: readClash("id_number", "birth"), Recheck: true, Hidden: always,
		Relevant: yearClashes, Args: cardArgs},
	{ID: "check_papers", Kind: SelectOne, Each: true, Choices: []string{"id_number", "keep"}, Read: readHasPapers, Recheck: true, Hidden: always,
		Relevant: grownWithoutPapers},
	{ID: "sex", Kind: SelectOne, Each: true, Choices: []string{"male", "female", "other"}, Read: readSex, Resets: []string{"check_sex"}},
	{ID: "check_sex", Kind: SelectOne, Each: true, Choices: []string{"id_number", "sex", "keep"}, Read: readClash("id_number", "sex"), Recheck: true, Hidden: always,
		Relevant: sexClashes},
	{ID: "nationality", Kind: Country, Each: true, Choices: []string{"VN"}, Relevant: maybeForeign},
	// Whoever is declared for by another is told so, if there is a phone to tell it to.
	{ID: "phone", Kind: Phone, Each: true, Optional: true, Relevant: newProxy},
}

// healthQuestions ask for exposures, symptoms and conditions
// (docs/reference/vietnam.md 2.4), after everybody who is declared for is known.
// Of several people it is first asked whom a thing concerns: most are well.
var healthQuestions = []Question{
	{ID: "others", Kind: Name, Optional: true, Relevant: inParty, Wordings: afterSome, Skip: "resident.others.skip", Hidden: always},
	{ID: "who_exposures", Kind: SelectMany, About: "exposures", None: "none", Words: "who", Args: windowArgs, Relevant: several, Daily: true},
	{ID: "exposures", Kind: SelectMany, Each: true, Choices: []string{"case", "epidemic_area", "person_from_area", "none"}, None: "none",
		Args: windowArgs, ReadMany: readExposures, Daily: true},
	{ID: "exposure_last", Kind: Date, Each: true, Field: string(reading.PastEvent), Relevant: some("exposures"), Constraint: insideWindow, With: []string{"exposures"},
		Optional: true, Skip: "resident.exposure_last.skip", Args: windowArgs, Daily: true},
	{ID: "who_symptoms", Kind: SelectMany, About: "symptoms", None: "none", Words: "who", Relevant: several, Daily: true},
	{ID: "symptoms", Kind: SelectMany, Each: true, Words: "symptom", None: "none", ReadMany: readSymptoms, Daily: true,
		Choices: []string{"fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue", "none"}},
	// First whether there are any: eleven names are much to read for the healthy.
	{ID: "who_conditions", Kind: SelectMany, About: "has_conditions", None: "none", Words: "who", Relevant: several},
	{ID: "has_conditions", Kind: SelectOne, Each: true, Choices: []string{"yes", "no"}, Words: "choice", Read: readYesNo,
		Ahead: "conditions", Hidden: hasAnswer("conditions"), Wordings: forWomen},
	{ID: "conditions", Kind: SelectMany, Each: true, Words: "condition", None: "none", ReadMany: readConditions, Offered: offerPregnant,
		Relevant: is("has_conditions", "yes"),
		Choices: []string{"liver", "blood", "lung", "kidney", "heart", "hypertension", "hiv_immune", "transplant",
			"diabetes", "cancer", "pregnant", "none"}},
}

// healthReviewed are those of them that a review by SMS shows.
var healthReviewed = []string{"exposures", "exposure_last", "symptoms", "has_conditions", "conditions"}

// Of what is asked behind one offer, as none of it is required.
var (
	insuranceQuestion = Question{ID: "insurance", Kind: Insurance, Each: true, Optional: true, Relevant: moreOrTold}
	workQuestions     = []Question{
		{ID: "occupation", Kind: Text, Each: true, Optional: true, Relevant: grownAndMore},
		{ID: "workplace", Kind: Text, Each: true, Optional: true, Relevant: grownAndMore},
	}
)

// moreOrTold holds where more may be asked, and for what a card or the person
// told unasked.
func moreOrTold(v View) bool { return v.Value("more") == "yes" || v.Answered("insurance") }

// grown is the age from which questions about marriage and work make sense,
// and papers is the age by which everybody has some.
const (
	grown  = 15
	papers = 16
)

func always(View) bool { return true }

func hasAnswer(id string) func(View) bool { return func(v View) bool { return v.Answered(id) } }

// some holds when at least one choice was chosen.
func some(id string) func(View) bool { return func(v View) bool { return len(v.Set(id)) > 0 } }

func offerChild(v View, _ string) bool {
	age := v.Age("birth")
	return age < papers
}

// deriveSex takes the sex from a card's number.
func deriveSex(_ View, a Answer) []Answer {
	if a.Sex == "" {
		return nil
	}
	return []Answer{{ID: "sex", Value: a.Sex}}
}

func yearClashes(v View) bool {
	id, birth := v.State.answer("id_number"), v.Value("birth")
	return id != nil && id.Year > 0 && len(birth) >= 4 && birth[:4] != strconv.Itoa(id.Year)
}

func sexClashes(v View) bool {
	id, sex := v.State.answer("id_number"), v.Value("sex")
	return id != nil && id.Sex != "" && sex != "" && sex != id.Sex
}

func grownWithoutPapers(v View) bool {
	id := v.State.answer("id_number")
	return id != nil && id.Type == childPaper.Type && v.Age("birth") >= papers
}

// maybeForeign holds where the paper does not say that its holder is
// Vietnamese: a passport, or nine digits from somebody who speaks English, as
// some foreign passports have nine (docs/reference/vietnam.md 3).
func maybeForeign(v View) bool {
	id := v.State.answer("id_number")
	return id != nil && (id.Type == "passport" || id.Type == "cmnd" && locales.Known(v.Event.Known.Lang) != locales.Langs[0])
}

func cardArgs(v View) args {
	year := ""
	if id := v.State.answer("id_number"); id != nil {
		year = strconv.Itoa(id.Year)
	}
	return args{"card": year, "said": localDate(v.Value("birth"))}
}

// windowArgs names the disease, and the first day that exposures are asked for.
func windowArgs(v View) args {
	return args{"disease": v.Event.Setting.Disease, "from": firstDay(v).Local()}
}

func firstDay(v View) core.Day { return v.Event.Today.Add(-v.Event.Setting.LookBack) }

// insideWindow wants a day, and one that the exposure question asked for.
func insideWindow(v View, a Answer) core.Say {
	switch {
	case len(a.Value) != len("2021-08-15"):
		return say("wrong.date_day")
	case a.Value < string(firstDay(v)):
		return say("wrong.window", "from", firstDay(v).Local())
	}
	return core.Say{}
}

func grownAndMore(v View) bool { return v.Value("more") == "yes" && v.Age("birth") >= grown }

// mayBePregnant leaves out whom the question would only puzzle.
func mayBePregnant(v View) bool {
	age := v.Age("birth")
	return v.Value("sex") != "male" && (age < 0 || age >= 10 && age <= 60)
}

func offerPregnant(v View, choice string) bool { return choice != "pregnant" || mayBePregnant(v) }

func forWomen(v View) string {
	if mayBePregnant(v) {
		return "woman"
	}
	return ""
}

func readSex(text string) string {
	sex, ok := reading.ReadSex(text)
	if !ok {
		return ""
	}
	return string(sex)
}

func readSymptoms(text string, options []string) (chosen []string, none bool) {
	s, ok := reading.ReadSymptoms(text, options)
	if !ok {
		return nil, false
	}
	return s.Present, s.None
}

func readConditions(text string, options []string) (chosen []string, none bool) {
	c, ok := reading.ReadConditions(text, options)
	if !ok {
		return nil, false
	}
	return c.Present, c.None
}
