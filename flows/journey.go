package flows

import (
	"cmp"
	"slices"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// Journey is the declaration of a journey into the province (khai báo về Huế),
// made before one comes, or late by who has come already. Fields and wording
// follow docs/reference/vietnam.md 2.2, 2.4 and 2.5, where it is hue_entry; who
// declares and how they are is asked as in Resident.
var Journey = Form{
	ID:     "journey",
	Health: healthReviewed,
	Questions: questionsOf("journey", inWordsOf("resident", identityQuestions...), []Question{
		{ID: "from", Kind: Place, Abroad: true, Where: notAtHome},
		{ID: "from_sub", Kind: Quarter, Under: "from", Optional: true, Relevant: coarseCommune("from"),
			Args: areaArgs("from"), Wordings: withoutHouse("from")},
		{ID: "vehicle", Kind: SelectOne, Read: readVehicle, Together: vehicleAndNumber, Resets: []string{"vehicle_no", "seat"},
			Choices: []string{"plane", "train", "coach", "car", "motorbike", "taxi", "boat", "other"}},
		{ID: "vehicle_no", Kind: Sign, Field: "vehicle", Optional: true, Relevant: hasNumber, Wordings: byVehicle, Together: numberAndSeat},
		{ID: "departed_on", Kind: Date, Field: string(reading.Arrival), Choices: []string{"today", "tomorrow"}, Day: dayChosen,
			Constraint: departsInTime, Together: twoDays, Args: travelArgs, Resets: []string{"arrive_on"}},
		{ID: "arrive_on", Kind: Date, Field: string(reading.Arrival), Choices: []string{"same", "next", "today", "tomorrow"}, Offered: offerArrival,
			Day: dayChosen, Constraint: arrivesInTime, Doubt: hasArrived, Args: travelArgs, With: ofOneJourney},
		{ID: "destination", Kind: Place, Where: atHome, Args: travelArgs},
		{ID: "destination_sub", Kind: Quarter, Under: "destination", Optional: true, Relevant: coarse("destination"),
			Args: areaArgs("destination"), Wordings: withoutHouse("destination")},
		{ID: "passed", Kind: Stops, Choices: []string{"none"}, None: "none", Days: passedDays, Args: windowArgs},
		{ID: "countries", Kind: Countries, Choices: []string{"none"}, None: "none", Wordings: besidesKnown, Args: countriesArgs},
	}, inWordsOf("resident", healthQuestions...), []Question{
		{ID: "doses", Kind: SelectOne, Each: true, Choices: []string{"1", "2", "3", "0"}, None: "0", Read: readDoses, Relevant: mayAskVaccination,
			Resets: []string{"last_dose"}, Args: windowArgs},
		{ID: "last_dose", Kind: Date, Each: true, Field: string(reading.PastEvent), Optional: true, Skip: "resident.exposure_last.skip", Relevant: vaccinated},
		{ID: "recovered_on", Kind: Date, Each: true, Field: string(reading.PastEvent), Optional: true, Skip: "journey.recovered_on.skip",
			Relevant: mayAskVaccination, Args: windowArgs},
		{ID: "more", Kind: SelectOne, Each: true, Choices: []string{"yes", "no"}, Read: readMore, Hidden: is("more", "yes"), Relevant: mayAskMore, Wordings: withSeat},
		{ID: "seat", Kind: Text, Each: true, Optional: true, Relevant: hasSeat},
	}, inWordsOf("resident", insuranceQuestion), inWordsOf("resident", workQuestions...)),
	Area:    destinationArea,
	Declare: declareJourney,
	Recall:  recallJourney,
	Ending:  endJourney,
}

// travelAhead is how many days ahead a journey may be declared, and how many
// days it may have lasted.
const travelAhead = 30

// ofOneJourney are asked again once an earlier journey is over.
var ofOneJourney = []string{"from", "from_sub", "vehicle", "vehicle_no", "seat", "departed_on", "passed", "countries"}

// coarseCommune holds when a commune was told without quarter or hamlet. Who
// cannot name the commune they come from is not asked for more.
func coarseCommune(id string) func(View) bool {
	finer := coarse(id)
	return func(v View) bool { return finer(v) && area.Leaf(v.Value(id)) }
}

// notAtHome wants a place outside the province: who was in it all the time
// declares as a resident.
func notAtHome(v View, code string) core.Say {
	home := v.Event.Setting.Province
	if area.Contains(home, code) {
		return say("wrong.from_home", "province", shortProvince(home))
	}
	return core.Say{}
}

// atHome wants a place in the province.
func atHome(v View, code string) core.Say {
	home := v.Event.Setting.Province
	if !area.Contains(home, code) {
		return say("wrong.not_home", "province", shortProvince(home))
	}
	return core.Say{}
}

// Vehicles with a number that is asked for, and with seats that have one. The
// number of any other is taken where it is told.
var (
	numbered = []string{"plane", "train", "coach", "car"}
	seated   = []string{"plane", "train", "coach"}
)

func hasNumber(v View) bool {
	return slices.Contains(numbered, v.Value("vehicle")) || v.Answered("vehicle_no")
}

// hasSeat asks for the seat among what is not required, where it was not told
// with the number.
func hasSeat(v View) bool {
	return slices.Contains(seated, v.Value("vehicle")) && (v.Value("more") == "yes" || v.Answered("seat"))
}

func withSeat(v View) string {
	if slices.Contains(seated, v.Value("vehicle")) && !v.Answered("seat") {
		return "seat"
	}
	return ""
}

func byVehicle(v View) string {
	if kind := v.Value("vehicle"); slices.Contains(seated, kind) {
		return kind
	}
	return ""
}

// dayChosen is the day that a button or number stands for.
func dayChosen(v View, choice string) core.Day {
	switch choice {
	case "tomorrow":
		return v.Event.Today.Add(1)
	case "same":
		return core.Day(v.Value("departed_on"))
	case "next":
		return core.Day(v.Value("departed_on")).Add(1)
	}
	return v.Event.Today
}

// offerArrival offers the day of departure and the next, or today and tomorrow
// to who is on the way.
func offerArrival(v View, choice string) bool {
	underWay := v.Value("departed_on") < string(v.Event.Today)
	return underWay == (choice == "today" || choice == "tomorrow")
}

// departsInTime wants a day, in the last thirty days or the next.
func departsInTime(v View, a Answer) core.Say {
	today := v.Event.Today
	switch {
	case len(a.Value) != len(today):
		return say("wrong.date_day")
	case a.Value < string(today.Add(-travelAhead)):
		return say("wrong.travel_old")
	case a.Value > string(today.Add(travelAhead)):
		return say("wrong.travel_far")
	}
	return core.Say{}
}

// arrivesInTime wants a day not before the departure, in the next thirty days.
// Who has come already says so, within the days that are looked back.
func arrivesInTime(v View, a Answer) core.Say {
	today, departed := v.Event.Today, v.Value("departed_on")
	switch {
	case len(a.Value) != len(today):
		return say("wrong.date_day")
	case a.Value < departed:
		return say("wrong.arrive_before", "day", localDate(departed))
	case a.Value < string(firstDay(v)):
		return say("wrong.travel_old")
	case a.Value > string(today.Add(travelAhead)):
		return say("wrong.travel_far")
	}
	return core.Say{}
}

// hasArrived doubts an arrival that lies behind: it may be a slip.
func hasArrived(v View, a Answer) bool { return a.Value < string(v.Event.Today) }

// passedDays are those of the look-back, and those until the arrival: who
// declares ahead knows the way already.
func passedDays(v View) (from, until core.Day) {
	return firstDay(v), max(v.Event.Today, core.Day(v.Value("arrive_on")))
}

func travelArgs(v View) args {
	return args{"province": shortProvince(v.Event.Setting.Province)}
}

// countriesKnown are those told before the question for them: where the journey
// began, and where it led.
func countriesKnown(v View) []string {
	var known []string
	add := func(code string) {
		if code != "" && !isCode(code) && !slices.Contains(known, code) {
			known = append(known, code)
		}
	}
	add(v.Value("from"))
	for _, s := range answerOr(v, "passed").Stops {
		add(s.Area)
	}
	return known
}

func besidesKnown(v View) string {
	if len(countriesKnown(v)) > 0 {
		return "besides"
	}
	return ""
}

func countriesArgs(v View) args {
	known, more := countriesKnown(v), ""
	if len(known) > 1 && v.Event.Features.Plain {
		known, more = known[:1], "..."
	}
	return with(windowArgs(v), "countries", countryNames(known, v.Event.Known.Lang)+more)
}

func mayAskVaccination(v View) bool { return v.Event.Setting.AskVaccination }

func vaccinated(v View) bool {
	return mayAskVaccination(v) && slices.Contains([]string{"1", "2", "3"}, v.Value("doses"))
}

func destinationArea(v View) string { return v.Value("destination") }

// briefly are provinces that people call by another name than their own.
var briefly = map[string]string{"46": "Huế", "79": "TP HCM"}

// shortProvince names a province as people do.
func shortProvince(code string) string { return cmp.Or(briefly[code], provinceName(code)) }

func provinceName(code string) string {
	u, _ := area.Get(code)
	return u.Name
}
