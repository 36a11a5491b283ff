package duty

import (
	"slices"
	"testing"

	"khaibao/core/area"
)

// The whole truth: every duty x where x group. Rows not named are all "no".
func TestMay(t *testing.T) {
	// lists, conclusion, exposure and symptoms, conditions, full identity, figures
	type line [6]Answer
	none := line{}
	check := line{No, Yes, Yes, No, Reveal, No}
	full := line{Yes, Yes, Yes, No, Yes, OwnArea}
	answers := line{TicketsOnly, Yes, NeedsTicket, No, Reveal, AllAreas}
	own := line{Own, Own, No, No, Own, Own}
	tests := []struct {
		duty                       Duty
		elsewhere, atCheck, inArea line
	}{
		{Team, none, check, full},
		{Police, none, check, none}, // has no area of its own: only checks
		{Station, none, check, full},
		{Digitisation, none, check, full},
		{CDC, none, check, line{Yes, Yes, Yes, Yes, Yes, OwnArea}},
		{Leader, none, none, line{Masked, Yes, No, No, No, OwnArea}},
		{Centre, none, answers, answers},
		{Admin, none, none, line{OfficersOnly, No, No, No, No, No}},
		{PlaceOwner, none, none, own},
		{Lodging, none, none, own},
		{"", none, none, none},
		{"mayor", none, none, none},
	}
	var named []Duty
	for _, test := range tests {
		named = append(named, test.duty)
		for where, want := range map[Where]line{Elsewhere: test.elsewhere, AtCheck: test.atCheck, InArea: test.inArea, 99: none} {
			for i, group := range Groups() {
				if got := May(test.duty, where, group); got != want[i] {
					t.Errorf("%s, where %d, %s: answer %d, want %d", test.duty, where, group, got, want[i])
				}
			}
			if got := May(test.duty, where, "everything"); got != No {
				t.Errorf("%s, where %d, an unknown group: answer %d", test.duty, where, got)
			}
		}
	}
	for _, d := range All() {
		if !slices.Contains(named, d) {
			t.Errorf("the table of this test says nothing of %s", d)
		}
	}
}

func TestMayCheckAndList(t *testing.T) {
	checks := []Duty{Team, Police, Station, Digitisation, CDC, Centre}
	lists := []Duty{Team, Station, Digitisation, CDC, Leader}
	corrects := []Duty{Team, Station, Digitisation, CDC}
	for _, d := range append(All(), "", "mayor") {
		if MayCheck(d) != slices.Contains(checks, d) || MayList(d) != slices.Contains(lists, d) {
			t.Errorf("%q: checks %v, lists %v", d, MayCheck(d), MayList(d))
		}
		if MayCorrect(d) != slices.Contains(corrects, d) {
			t.Errorf("%q: corrects %v", d, MayCorrect(d))
		}
		o := Officer{Duty: d, Area: "474"}
		figures := Scope{}
		switch {
		case slices.Contains(append([]Duty{Leader}, corrects...), d):
			figures = Scope{Area: "474"}
		case d == Centre:
			figures = Scope{Area: "46"}
		}
		if o.FigureScope() != figures {
			t.Errorf("%q: figures of %v", d, o.FigureScope())
		}
		if (o.CheckScope() == Everywhere) != MayCheck(d) || (o.ListScope() == Scope{Area: "474"}) != MayList(d) {
			t.Errorf("%q: scopes %v and %v", d, o.CheckScope(), o.ListScope())
		}
	}
}

func TestWhereIs(t *testing.T) {
	ward := area.Children("474")[0].Code
	tests := []struct {
		name       string
		officer    Officer
		code       string
		inHand     bool
		want       Where
		full       []Group
		fullReveal []Group
	}{
		{"team in its ward", Officer{Duty: Team, Area: ward}, ward, false, InArea,
			[]Group{Conclusion, ExposureSymptoms, FullIdentity}, []Group{Conclusion, ExposureSymptoms, FullIdentity}},
		{"team in its ward with the QR in hand", Officer{Duty: Team, Area: ward}, ward, true, InArea,
			[]Group{Conclusion, ExposureSymptoms, FullIdentity}, []Group{Conclusion, ExposureSymptoms, FullIdentity}},
		{"someone whose ward is not known is not the ward's", Officer{Duty: Team, Area: ward}, "474", false, Elsewhere, nil, nil},
		{"someone of another district at a check", Officer{Duty: Team, Area: ward}, "480", true, AtCheck,
			[]Group{Conclusion, ExposureSymptoms}, []Group{Conclusion, ExposureSymptoms, FullIdentity}},
		{"police have no lists even at home", Officer{Duty: Police, Area: "474"}, ward, false, Elsewhere, nil, nil},
		{"police at a check at home", Officer{Duty: Police, Area: "474"}, ward, true, AtCheck,
			[]Group{Conclusion, ExposureSymptoms}, []Group{Conclusion, ExposureSymptoms, FullIdentity}},
		{"cdc of the province", Officer{Duty: CDC, Area: "46"}, ward, false, InArea,
			[]Group{Conclusion, ExposureSymptoms, Conditions, FullIdentity}, []Group{Conclusion, ExposureSymptoms, Conditions, FullIdentity}},
		{"leader of the district", Officer{Duty: Leader, Area: "474"}, ward, false, InArea, []Group{Conclusion}, []Group{Conclusion}},
		{"leader of another district, even with a QR", Officer{Duty: Leader, Area: "480"}, ward, true, AtCheck, nil, nil},
		{"centre at a check", Officer{Duty: Centre, Area: "46"}, ward, true, InArea, []Group{Conclusion}, []Group{Conclusion, FullIdentity}},
		{"accounts see nobody", Officer{Duty: Admin, Area: "46"}, ward, true, InArea, nil, nil},
		{"a visitor from another province at a check", Officer{Duty: CDC, Area: "46"}, "01", true, AtCheck,
			[]Group{Conclusion, ExposureSymptoms}, []Group{Conclusion, ExposureSymptoms, FullIdentity}},
		{"an unknown area", Officer{Duty: CDC, Area: "46"}, "", false, Elsewhere, nil, nil},
	}
	for _, test := range tests {
		got := test.officer.WhereIs(test.code, test.inHand)
		if got != test.want {
			t.Errorf("%s: where %d, want %d", test.name, got, test.want)
		}
		if got := Shown(test.officer.Duty, got, false); !slices.Equal(got, test.full) {
			t.Errorf("%s: shown %v, want %v", test.name, got, test.full)
		}
		if got := Shown(test.officer.Duty, got, true); !slices.Equal(got, test.fullReveal) {
			t.Errorf("%s: revealed %v, want %v", test.name, got, test.fullReveal)
		}
	}
}

func TestScopeHolds(t *testing.T) {
	if (Scope{}).Holds("474") || (Scope{Area: "474"}).Holds("480") || (Scope{Area: "474"}).Holds("46") || (Scope{}).Holds("") {
		t.Error("a scope holds what lies outside it")
	}
	if !(Scope{Area: "46"}).Holds("474") || !Everywhere.Holds("") {
		t.Error("a scope does not hold what lies inside it")
	}
}

func TestGroupOf(t *testing.T) {
	for question, want := range map[string]Group{
		"symptoms": ExposureSymptoms, "exposures": ExposureSymptoms, "exposure_last": ExposureSymptoms,
		"conditions": Conditions, "religion": Conditions, "a question of next year": Conditions,
		"occupation": FullIdentity, "id_number": FullIdentity, "house": FullIdentity,
	} {
		if got := GroupOf(question); got != want {
			t.Errorf("%s is of %s, want %s", question, got, want)
		}
		if Classed(question) != (question != "a question of next year") {
			t.Errorf("%s: classed %v", question, Classed(question))
		}
	}
}
