package triage

import (
	"cmp"
	"strconv"
	"strings"
	"testing"

	"khaibao/core"
)

// saying reads what a person said from a short text, so that a truth table is
// read by people: "symptoms=fever,cough exposures=case last=-3". Without a word
// the person is well, known in everything, 30 years old, and lives in a quiet
// ward. Days count from the day of the declaration; unknown=… names what was not
// told.
func saying(t testing.TB, day core.Day, text string) Said {
	t.Helper()
	s := Said{Form: "resident", Day: day, Age: 30, AgeKnown: true, SymptomsKnown: true, ExposuresKnown: true, ConditionsKnown: true,
		Commune: quietWard, District: "474", Province: "46"}
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, "=")
		list := strings.Split(value, ",")
		n, err := strconv.Atoi(value)
		on := day.Add(n)
		numbers := []string{"age", "spo2", "doses", "last", "since", "arrived", "lastdose", "recovered", "today"}
		for _, k := range numbers {
			if k == key && err != nil {
				t.Fatalf("%s: %v", word, err)
			}
		}
		switch key {
		case "symptoms":
			s.Symptoms = list
		case "before":
			s.Before = list
		case "worse":
			s.Worse = true
		case "positive":
			s.PositiveTest = true
		case "spo2":
			s.SpO2 = n
		case "temperature":
			s.Temperature, _ = strconv.ParseFloat(value, 64)
		case "exposures":
			s.Exposures = list
		case "last":
			s.ExposureLast = on
		case "conditions":
			s.Conditions = list
		case "age":
			s.Age = n
		case "lives":
			s.Commune, s.Sub, _ = strings.Cut(strings.ReplaceAll(value, "_", " "), "/")
		case "province":
			s.Commune, s.District, s.Province = "", "", value
		case "passed":
			for _, place := range list {
				s.Passed = append(s.Passed, stayed(t, day, place))
			}
		case "countries":
			s.Countries = list
		case "arrived":
			s.ArrivedOn = on
		case "doses":
			s.Doses = n
		case "lastdose":
			s.LastDose = on
		case "recovered":
			s.RecoveredOn = on
		case "class":
			s.Class, s.ClassSince = core.Class(value), cmp.Or(s.ClassSince, day)
		case "since":
			s.ClassSince = on
		case "kind":
			s.Kind = core.Kind(value)
		case "today":
			s.Today = on
		case "unknown":
			for _, what := range list {
				switch what {
				case "symptoms":
					s.SymptomsKnown = false
				case "exposures":
					s.ExposuresKnown = false
				case "conditions":
					s.ConditionsKnown = false
				case "age":
					s.Age, s.AgeKnown = 0, false
				default:
					t.Fatalf("nothing is called %s", what)
				}
			}
		default:
			t.Fatalf("no word %s", key)
		}
	}
	return s
}

// stayed reads "19801/TDP_3@-3+-2": a code, its part, and the days.
func stayed(t testing.TB, day core.Day, text string) (s Stay) {
	t.Helper()
	place, days, _ := strings.Cut(strings.ReplaceAll(text, "_", " "), "@")
	s.Code, s.Sub, _ = strings.Cut(place, "/")
	if days == "" {
		return s
	}
	for d := range strings.SplitSeq(days, "+") {
		n, err := strconv.Atoi(d)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		s.Days = append(s.Days, day.Add(n))
	}
	return s
}

// The areas of the tables, open since before the first of the rules.
const (
	quietWard  = "19774" // Phường Kim Long
	redWard    = "19801" // Phường An Cựu
	lockedWard = "19815" // Phường An Đông, yellow and locked down
	partWard   = "19753" // Phường Thuận Lộc, orange in TDP 5 only
	circleWard = "20143" // Xã Lộc Điền, red around one point
	orangeCity = "79"    // Thành phố Hồ Chí Minh
	orangeWard = "26734" // Phường Tân Định in it
)

var tableAreas = NewAreas([]Area{
	{ID: "red", Code: redWard, Level: "red", From: "2020-01-01"},
	{ID: "locked", Code: lockedWard, Level: "yellow", Lockdown: true, From: "2020-01-01"},
	{ID: "part", Code: partWard, Sub: "TDP 5", Level: "orange", From: "2020-01-01"},
	{ID: "circle", Code: circleWard, Lat: 16.3, Lon: 107.8, Radius: 300, Name: "Chợ Truồi", Level: "red", From: "2020-01-01"},
	{ID: "city", Code: orangeCity, Level: "orange", From: "2020-01-01"},
})

// shown is a verdict as the tables write it: class, colour, measure, the days it
// is counted from and to, tests and the monitoring that it opens.
func shown(v core.Verdict, day core.Day) string {
	out := string(v.Class) + " " + string(v.Colour) + " " + string(v.Measure)
	if v.Until != "" {
		out += " " + offset(v.From, day) + ".." + offset(v.Until, day)
	}
	for i, d := range v.Tests {
		out += map[bool]string{true: " tests=", false: ","}[i == 0] + offset(d, day)
	}
	if v.Monitor != core.KindNone {
		out += " opens=" + string(v.Monitor)
	}
	return out
}

func offset(d, day core.Day) string {
	return strconv.Itoa(int(ordinalOf(d) - ordinalOf(day)))
}
