package triage

import (
	"slices"
	"strings"
	"testing"

	"khaibao/core"
)

// ruled is the small file with another condition in its one colour rule, and
// other measures unless they are "".
func ruled(t *testing.T, when, measures string) *Rules {
	t.Helper()
	text := strings.Replace(small, "{symptoms_any: danger}", when, 1)
	if measures != "" {
		text = text[:strings.Index(text, "measures:\n")] + "measures:\n" + measures
	}
	text = strings.Replace(text, "colours:\n", `vaccination: {doses: 2, after: 14, within: 200, recovered_within: 180}
classes:
  - {id: C-AREA, class: returnee, when: {area: {levels: [red], how: [passed, lives]}}, reason: {vi: x, en: x}, source: own}
  - {id: C-CASE, class: contact_said, when: {exposures_any: case}, reason: {vi: x, en: x}, source: own}
colours:
`, 1)
	r, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return r
}

func has(v core.Verdict, id string) bool {
	return slices.ContainsFunc(v.Reasons, func(r core.Reason) bool { return r.Rule == id })
}

func TestConditionsInsideEachOther(t *testing.T) {
	tests := []struct {
		why, when, said string
		holds           bool
		lacks           string // what is missing, as a rule of the part unknown
	}{
		{"all of two", "{all: [{symptoms_any: fever}, {symptoms_any: cough}]}", "symptoms=fever,cough", true, ""},
		{"one of two", "{all: [{symptoms_any: fever}, {symptoms_any: cough}]}", "symptoms=fever", false, ""},
		{"one of two, where all must hold", "{all: [{symptoms_any: fever}, {age: {from: 61}}]}", "symptoms=fever unknown=age", false, "U-AGE"},
		{"what is not known does not matter beside a no", "{all: [{symptoms_any: fever}, {age: {from: 61}}]}", "unknown=age", false, ""},
		{"any of two", "{any: [{symptoms_any: fever}, {conditions_any: all}]}", "conditions=cancer", true, ""},
		{"none of two", "{any: [{symptoms_any: fever}, {conditions_any: all}]}", "", false, ""},
		{"what is not known does not matter beside a yes", "{any: [{symptoms_any: fever}, {conditions_any: all}]}", "symptoms=fever unknown=conditions", true, ""},
		{"a way that holds beside what is not known", "{any: [{symptoms_any: fever}, {conditions_any: all}], age: {from: 61}}", "symptoms=fever unknown=conditions,age", false, "U-AGE"},
		{"either may hold", "{any: [{symptoms_any: fever}, {conditions_any: all}]}", "unknown=conditions", false, "U-CONDITIONS"},
		{"both keys must hold", "{symptoms_any: fever, conditions_any: cancer}", "symptoms=fever conditions=heart", false, ""},
		{"a class beside two ways", "{class: F2, any: [{worse: true}, {positive_test: true}]}", "class=F2 positive", true, ""},
		{"two ways without the class", "{class: F2, any: [{worse: true}, {positive_test: true}]}", "class=F3 positive", false, ""},
	}
	for _, tt := range tests {
		v := ruled(t, tt.when, "").Judge(nil, saying(t, "2021-06-15", tt.said))
		if has(v, "R-RED-01") != tt.holds {
			t.Errorf("%s: %+v", tt.why, v)
		}
		for _, id := range []string{"U-AGE", "U-CONDITIONS"} {
			if has(v, id) != (id == tt.lacks) {
				t.Errorf("%s: %s: %+v", tt.why, id, v)
			}
		}
	}
}

// What no rule asks for is unknown all the same, where everybody is asked.
func TestUnknownWithoutARule(t *testing.T) {
	r := ruled(t, "{positive_test: true}", "")
	for said, want := range map[string]string{"unknown=symptoms": "U-SYMPTOMS", "unknown=exposures": "U-EXPOSURES", "spo2=20": "U-SYMPTOMS"} {
		if v := r.Judge(nil, saying(t, "2021-06-15", said)); v.Colour != core.ColourYellow || !has(v, want) {
			t.Errorf("%s: %+v", said, v)
		}
	}
}

func TestWhichMeasureCounts(t *testing.T) {
	const one = "  - {id: M-1, when: {class: returnee}, measure: home, days: 7, base: exposure, reason: {vi: x, en: x}, source: own}\n"
	tests := []struct{ why, measures, said, want string }{
		{"the later end", one + strings.NewReplacer("M-1", "M-2", "days: 7", "days: 9").Replace(one), "passed=19801@-2", "returnee green home -2..7"},
		{"the later end, written first", strings.NewReplacer("M-1", "M-2", "days: 7", "days: 9").Replace(one) + one, "passed=19801@-2", "returnee green home -2..7"},
		{"one that nobody ends is the latest", one + "  - {id: M-2, when: {class: returnee}, measure: home, reason: {vi: x, en: x}, source: own}\n", "passed=19801@-2", "returnee green home"},
		{"the stricter, though shorter", one + "  - {id: M-2, when: {class: returnee}, measure: central, days: 3, base: exposure, reason: {vi: x, en: x}, source: own}\n", "passed=19801@-2", "returnee green central -2..1"},
		{"the stricter is over", one + "  - {id: M-2, when: {class: returnee}, measure: central, days: 1, base: exposure, reason: {vi: x, en: x}, source: own}\n", "passed=19801@-2", "returnee green home -2..5"},
		{"the last day", one, "passed=19801@-7", "returnee green home -7..0"},
		{"the day after", one, "passed=19801@-8", "returnee green none"},
		{"a class by an area counts from the stay", one, "passed=19801@-6+-4", "returnee green home -4..3"},
		{"the area was later than the exposure that was told", one, "passed=19801@-2 exposures=case last=-5", "contact_said green home -2..5"},
		{"the exposure was later than the area", one, "passed=19801@-5 exposures=case last=-2", "contact_said green home -2..5"},
		{"an exposure without a day may be today", one, "passed=19801@-5 exposures=case", "contact_said green home 0..7"},
		{"the stay lies ahead", one, "passed=19801@3 exposures=case", "contact_said green home 3..10"},
		{"will live there from then on", one, "lives=19801 arrived=3", "returnee green home 3..10"},
		{"the first day of the window", "  - {id: M-1, when: {class: contact_said}, measure: home, days: 60, base: exposure, reason: {vi: x, en: x}, source: own}\n", "exposures=case last=-21", "contact_said green home -21..39"},
		{"the day before the window", "  - {id: M-1, when: {class: contact_said}, measure: home, days: 60, base: exposure, reason: {vi: x, en: x}, source: own}\n", "exposures=case last=-22", "none green none"},
		{"by the colour", "  - {id: M-1, when: {colour_at_least: red}, measure: home, reason: {vi: x, en: x}, source: own}\n", "positive", "none red home"},
		{"by a milder colour", "  - {id: M-1, when: {colour_at_least: red}, measure: home, reason: {vi: x, en: x}, source: own}\n", "unknown=symptoms", "none yellow none"},
		{"settled by the officer's word of that day", strings.Replace(one, "returnee", "contact_said", 1), "class=F3 exposures=case", "F3 green none"},
		{"said after the officer's word", strings.Replace(one, "returnee", "contact_said", 1), "class=F3 since=-1 exposures=case", "F3 green home 0..7"},
		{"a rule for the officer's class as well is not settled", strings.Replace(one, "returnee", "[contact_said, F3]", 1), "class=F3 exposures=case", "F3 green home 0..7"},
	}
	for _, tt := range tests {
		r := ruled(t, "{positive_test: true}", tt.measures)
		areas := NewAreas([]Area{{ID: "a", Code: redWard, Level: "red", From: "2021-01-01"}})
		s := saying(t, "2021-06-15", tt.said)
		if got := shown(r.Judge(areas, s), "2021-06-15"); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestVaccination(t *testing.T) {
	c := vaccine{doses: 2, after: 14, within: 200, recovered: 180}
	tests := []struct {
		why  string
		said Said
		want uint64
	}{
		{"nothing told", Said{}, vaccinatedNone},
		{"two doses, 14 days ago", Said{Doses: 2, LastDose: "2021-12-01"}, vaccinatedFull},
		{"two doses, 13 days ago", Said{Doses: 2, LastDose: "2021-12-02"}, vaccinatedNone},
		{"one dose", Said{Doses: 1, LastDose: "2021-12-01"}, vaccinatedPartly},
		{"three doses", Said{Doses: 3, LastDose: "2021-11-01"}, vaccinatedFull},
		{"two doses on a day that was not told", Said{Doses: 2}, vaccinatedNone},
		{"two doses, some day in November", Said{Doses: 2, LastDose: "2021-11"}, vaccinatedFull},
		{"two doses, some day in December", Said{Doses: 2, LastDose: "2021-12"}, vaccinatedNone},
		{"two doses, 200 days ago", Said{Doses: 2, LastDose: "2021-05-29"}, vaccinatedFull},
		{"two doses, 201 days ago", Said{Doses: 2, LastDose: "2021-05-28"}, vaccinatedPartly},
		{"a dose that lies ahead", Said{Doses: 2, LastDose: "2022-01-15"}, vaccinatedNone},
		{"recovered 180 days ago", Said{RecoveredOn: "2021-06-18"}, vaccinatedFull},
		{"recovered 181 days ago", Said{RecoveredOn: "2021-06-17"}, vaccinatedNone},
		{"recovers tomorrow", Said{RecoveredOn: "2021-12-16"}, vaccinatedNone},
		{"recovered some day this month, perhaps tomorrow", Said{RecoveredOn: "2021-12"}, vaccinatedNone},
		{"recovered in October", Said{RecoveredOn: "2021-10"}, vaccinatedFull},
		{"words for a day", Said{Doses: 2, LastDose: "hôm qua", RecoveredOn: "lâu rồi"}, vaccinatedNone},
	}
	for _, tt := range tests {
		if got := c.of(&tt.said, ordinalOf("2021-12-15")); got != tt.want {
			t.Errorf("%s: %b, want %b", tt.why, got, tt.want)
		}
	}
}

// A code that a later list renamed is the same place on both sides.
func TestRenamedUnits(t *testing.T) {
	r := BuiltIn()[0]
	for _, pair := range [][2]string{{"11344", "11353"}, {"11353", "11344"}} {
		areas := NewAreas([]Area{{ID: "a", Code: pair[0], Level: "red", From: "2021-01-01"}})
		s := saying(t, "2021-06-15", "")
		s.Passed = []Stay{{Code: pair[1], Days: []core.Day{"2021-06-14"}}}
		if v := r.Judge(areas, s); v.Class != core.ClassReturnee {
			t.Errorf("%v: %+v", pair, v)
		}
	}
}

func TestNewAreasLeavesItsListAlone(t *testing.T) {
	list := []Area{{ID: "b", Code: redWard, Level: "red", From: "2021-01-01"}, {ID: "a", Code: redWard, Level: "red", From: "2021-01-01"}}
	NewAreas(list)
	if list[0].ID != "b" {
		t.Error("the list was sorted")
	}
}

func TestFactsTakeThePlaceFromTheAnswers(t *testing.T) {
	s := Facts("resident", "2021-06-15", core.PersonFacts{}, map[string]any{"commune": redWard, "sub": "TDP 3"})
	if s.Commune != redWard || s.Sub != "TDP 3" {
		t.Errorf("%+v", s)
	}
	s = Facts("resident", "2021-06-15", core.PersonFacts{Commune: quietWard, Sub: "TDP 1"}, map[string]any{"commune": redWard, "sub": "TDP 3"})
	if s.Commune != quietWard || s.Sub != "TDP 1" {
		t.Errorf("%+v", s)
	}
}

// The day of a stay does not tell when an F1 met the case: the measure must not
// begin earlier because an area is known.
func TestAStayDoesNotDateAnotherExposure(t *testing.T) {
	r := BuiltIn()[0]
	for said, want := range map[string]string{
		"class=F1 since=0 passed=79@-12":                "F1 yellow central 0..14 opens=central",
		"class=F1 since=-3 passed=79@-12":               "F1 yellow central -3..11 opens=central",
		"class=F1 since=-3 passed=79@-12 last=-4":       "F1 yellow central -4..10 opens=central",
		"exposures=epidemic_area passed=79@-12":         "returnee yellow home 0..14 opens=home",
		"exposures=epidemic_area passed=79@-12 last=-6": "returnee yellow home -6..8 opens=home",
		"passed=79@-12": "returnee yellow home -12..2 opens=home",
	} {
		if got := shown(r.Judge(tableAreas, saying(t, "2021-06-15", said)), "2021-06-15"); got != want {
			t.Errorf("%s: got %q, want %q", said, got, want)
		}
	}
	s := saying(t, "2021-06-15", "passed=79@-12")
	s.Class = core.ClassF1 // and nobody knows since when
	if got := shown(r.Judge(tableAreas, s), "2021-06-15"); got != "F1 yellow central 0..14 opens=central" {
		t.Error(got)
	}
}
