package triage

import (
	"encoding/json"
	"reflect"
	"testing"

	"khaibao/core"
)

var journeyFacts = map[string]any{
	"sex": "male", "from": "79", "from_sub": "Khu phố 2", "vehicle": "coach", "departed_on": "2021-06-13", "arrive_on": "2021-06-14",
	"commune": "19801", "sub": "TDP 3",
	"passed":    []map[string]any{{"area": "48", "days": []string{"2021-06-13"}}, {"area": "LA", "days": []string{}}},
	"countries": []string{"LA"}, "exposures": []string{"epidemic_area"}, "exposure_last": "2021-06-12",
	"symptoms": []string{"cough"}, "conditions": []string{}, "doses": "2", "last_dose": "2021-05", "recovered_on": "2021-01-02",
}

func TestFacts(t *testing.T) {
	p := core.PersonFacts{Birth: "1960-06-16", Commune: "19801", District: "474", Province: "46", Sub: "TDP 3"}
	want := Said{
		Form: "journey", Day: "2021-06-15", Age: 60, AgeKnown: true,
		Symptoms: []string{"cough"}, SymptomsKnown: true, Exposures: []string{"epidemic_area"}, ExposuresKnown: true, ExposureLast: "2021-06-12",
		ConditionsKnown: true, Commune: "19801", District: "474", Province: "46", Sub: "TDP 3",
		Passed:    []Stay{{Code: "79", Sub: "Khu phố 2", From: "0001-01-01", Until: "2021-06-13"}, {Code: "48", Days: []core.Day{"2021-06-13"}}, {Code: "LA", Days: []core.Day{}}},
		Countries: []string{"LA"}, ArrivedOn: "2021-06-14", Doses: 2, LastDose: "2021-05", RecoveredOn: "2021-01-02",
	}
	got := Facts("journey", "2021-06-15", p, journeyFacts)
	got.Conditions = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}

	// The same comes back from the store as JSON.
	text, err := json.Marshal(journeyFacts)
	if err != nil {
		t.Fatal(err)
	}
	var stored map[string]any
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	got = Facts("journey", "2021-06-15", p, stored)
	if got.Conditions = nil; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestFactsThatWereNotTold(t *testing.T) {
	tests := []struct {
		why   string
		facts map[string]any
		known bool
		list  int
	}{
		{"no such key", map[string]any{}, false, 0},
		{"said that there were none", map[string]any{"exposures": []any{}}, true, 0},
		{"said one", map[string]any{"exposures": []any{"case"}}, true, 1},
		{"not sure", map[string]any{"exposures": []any{"not_sure"}}, false, 0},
		{"one, and not sure of the others", map[string]any{"exposures": []string{"case", "unknown"}}, false, 1},
		{"something else stands there", map[string]any{"exposures": "case"}, false, 0},
		{"something else stands in it", map[string]any{"exposures": []any{"case", 7.0}}, false, 1},
		{"null", map[string]any{"exposures": nil}, false, 0},
	}
	for _, tt := range tests {
		s := Facts("resident", "2021-06-15", core.PersonFacts{}, tt.facts)
		if s.ExposuresKnown != tt.known || len(s.Exposures) != tt.list {
			t.Errorf("%s: %v, %v", tt.why, s.Exposures, s.ExposuresKnown)
		}
	}
	v := BuiltIn()[1].Judge(nil, Facts("resident", "2021-06-15", core.PersonFacts{}, nil))
	if v.Class != core.ClassUnknown || v.Colour != core.ColourYellow {
		t.Errorf("nothing told: %+v", v)
	}
}

func TestAge(t *testing.T) {
	for _, tt := range []struct {
		birth string
		age   int
		known bool
	}{
		{"1960-06-15", 61, true}, {"1960-06-16", 60, true}, {"1960-06", 61, true}, {"1960-07", 60, true}, {"1960", 61, true},
		{"2021-06-15", 0, true}, {"2021-06-16", 0, false}, {"2022", 0, false}, {"1850", 0, false}, {"", 0, false}, {"abcd", 0, false},
	} {
		age, known := ageOn(tt.birth, "2021-06-15")
		if known != tt.known || known && age != tt.age {
			t.Errorf("%q: %d, %v", tt.birth, age, known)
		}
	}
}

func TestOrdinals(t *testing.T) {
	for day := core.Day("1999-12-25"); day < "2025-01-10"; day = day.Add(1) {
		o := ordinalOf(day)
		if o.day() != day || (o+1).day() != day.Add(1) {
			t.Fatalf("%s is %d, %s", day, o, o.day())
		}
	}
	for _, day := range []core.Day{"", "2021", "2021-06", "2021-13-01", "2021-02-29", "2021-00-10", "2021-06-00", "15/06/2021", "2021-6-015", "-021-06-15"} {
		if o := ordinalOf(day); o != noDay {
			t.Errorf("%q is day %d", day, o)
		}
	}
	if lastOrdinalOf("2024-02").day() != "2024-02-29" || lastOrdinalOf("2021").day() != "2021-12-31" || firstOrdinalOf("2021-02").day() != "2021-02-01" || lastOrdinalOf("2021-14") != noDay {
		t.Error("the ends of months and years")
	}
}
