package triage

import (
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"khaibao/core"
)

// invented makes facts of every kind, often few, sometimes what cannot be.
func invented(r *rand.Rand) Said {
	s := Said{Day: pick(r, core.Day("2021-06-15"), "2021-12-20", "2022-03-01", "2021-06"),
		Age: r.IntN(100), AgeKnown: r.IntN(8) > 0,
		SymptomsKnown: r.IntN(5) > 0, ExposuresKnown: r.IntN(5) > 0, ConditionsKnown: r.IntN(5) > 0,
		Commune: pick(r, quietWard, redWard, lockedWard, partWard, circleWard, orangeWard, ""), District: pick(r, "474", ""), Province: pick(r, "46", ""),
		Class: pick(r, "", "", "", core.ClassF3, core.ClassF2, core.ClassF1, core.ClassF0), Kind: pick(r, core.KindNone, core.KindNone, core.KindCentral, core.KindHome, core.KindWatch, core.KindPatient),
		Worse: r.IntN(9) == 0, PositiveTest: r.IntN(9) == 0, SpO2: pick(r, 0, 0, 93, 95, 98, 9), Temperature: pick(r, 0, 0, 36.6, 38.5, 385),
		Doses: r.IntN(4), LastDose: pick(r, "", core.Day("2021-05-01"), "2021-09", "2022-02-25"), RecoveredOn: pick(r, "", "", core.Day("2021-11")),
	}
	s.Symptoms, s.Exposures, s.Conditions = some(r, append(Symptoms(), "itching"), 3), some(r, Exposures(), 2), some(r, Conditions(), 2)
	if r.IntN(2) == 0 {
		s.Before = some(r, Symptoms(), 3)
	}
	if r.IntN(2) == 0 {
		s.ExposureLast = s.Day.Add(-r.IntN(30))
	}
	if r.IntN(2) == 0 {
		s.ClassSince = s.Day.Add(3 - r.IntN(10))
	}
	if r.IntN(3) == 0 {
		s.Today = s.Day.Add(r.IntN(40))
	}
	if r.IntN(3) == 0 {
		s.ArrivedOn, s.Countries = s.Day.Add(3-r.IntN(10)), some(r, []string{"LA", "VN"}, 2)
	}
	for range r.IntN(3) {
		s.Passed = append(s.Passed, inventedStay(r, s.Day))
	}
	return s
}

func inventedStay(r *rand.Rand, day core.Day) Stay {
	stay := Stay{Code: pick(r, quietWard, redWard, partWard, circleWard, "46", "474", orangeWard, "48", "LA"), Sub: pick(r, "", "TDP 5", "Tổ 5", "Thôn Dạ Lê")}
	switch r.IntN(3) {
	case 0:
		stay.Days = []core.Day{day.Add(-r.IntN(25)), day.Add(-r.IntN(25))}
	case 1:
		stay.From, stay.Until = day.Add(-10-r.IntN(20)), day.Add(-r.IntN(10))
	}
	return stay
}

func inventedArea(r *rand.Rand, id string) Area {
	a := Area{ID: id, Code: pick(r, quietWard, redWard, partWard, circleWard, "46", "474", orangeWard, "48", "LA"), Level: pick(r, Levels()...), Lockdown: r.IntN(4) == 0,
		From: core.Day("2021-06-01").Add(r.IntN(200))}
	if r.IntN(2) == 0 {
		a.Until = a.From.Add(r.IntN(60))
	}
	if len(a.Code) == 5 && r.IntN(3) == 0 {
		a.Sub = pick(r, "TDP 5", "Thôn Dạ Lê")
	}
	return a
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func some(r *rand.Rand, of []string, most int) []string {
	var out []string
	for range r.IntN(most + 1) {
		out = append(out, pick(r, of...))
	}
	return out
}

// least fails when b asks for less than a.
func least(t *testing.T, what string, r *Rules, s Said, a, b core.Verdict) {
	t.Helper()
	if b.Colour.Rank() < a.Colour.Rank() || b.Measure.Milder(a.Measure) || b.Class.Farther(a.Class) {
		t.Fatalf("%s: %s lowers\n%+v\nfrom %+v\nto   %+v", r.Version(), what, s, a, b)
	}
}

// rounds of each property; with KHAIBAO_SOAK more.
var rounds = func() int {
	if os.Getenv("KHAIBAO_SOAK") != "" {
		return 300_000
	}
	return 4000
}()

func TestAddingNeverLowers(t *testing.T) {
	random := rand.New(rand.NewPCG(20210505, 1))
	for range rounds {
		rules := pick(random, BuiltIn()...)
		s := invented(random)
		list := []Area{inventedArea(random, "1"), inventedArea(random, "2"), inventedArea(random, "3")}
		areas := NewAreas(list)
		before := rules.Judge(areas, s)

		more := s
		more.Symptoms = append(slices.Clone(s.Symptoms), pick(random, append(Symptoms(), "itching")...))
		least(t, "a symptom", rules, more, before, rules.Judge(areas, more))

		more = s
		more.Exposures = append(slices.Clone(s.Exposures), pick(random, Exposures()...))
		least(t, "an exposure", rules, more, before, rules.Judge(areas, more))

		more = s
		more.Passed = append(slices.Clone(s.Passed), inventedStay(random, s.Day))
		least(t, "a stay", rules, more, before, rules.Judge(areas, more))

		list = append(list, inventedArea(random, "4"))
		least(t, "an area", rules, s, before, rules.Judge(NewAreas(list), s))
	}
}

// What was not told weighs at least as much as its "no", and is never green.
func TestUnknownIsNeverNo(t *testing.T) {
	random := rand.New(rand.NewPCG(20210505, 2))
	forget := map[string]func(s *Said){
		"symptoms":   func(s *Said) { s.Symptoms, s.SymptomsKnown = nil, false },
		"exposures":  func(s *Said) { s.Exposures, s.ExposureLast, s.ExposuresKnown = nil, "", false },
		"conditions": func(s *Said) { s.Conditions, s.ConditionsKnown = nil, false },
	}
	deny := map[string]func(s *Said){
		"symptoms":   func(s *Said) { s.Symptoms, s.SymptomsKnown = nil, true },
		"exposures":  func(s *Said) { s.Exposures, s.ExposureLast, s.ExposuresKnown = nil, "", true },
		"conditions": func(s *Said) { s.Conditions, s.ConditionsKnown = nil, true },
	}
	for range rounds {
		rules, areas := pick(random, BuiltIn()...), NewAreas([]Area{inventedArea(random, "1"), inventedArea(random, "2")})
		s := invented(random)
		for what := range forget {
			no, unknown := s, s
			deny[what](&no)
			forget[what](&unknown)
			denied, v := rules.Judge(areas, no), rules.Judge(areas, unknown)
			least(t, "not to tell "+what, rules, unknown, denied, v)
			if what != "conditions" && v.Colour == core.ColourGreen {
				t.Fatalf("%s: %s unknown, and green: %+v", rules.Version(), what, unknown)
			}
			if what == "exposures" && v.Class == core.ClassNone {
				t.Fatalf("%s: exposures unknown, and no class: %+v", rules.Version(), unknown)
			}
		}
	}
}

func TestTheSameGivesTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(20210505, 3))
	anew := make(map[string]*Rules)
	for _, r := range BuiltIn() {
		again, err := Parse([]byte(r.Text()))
		if err != nil {
			t.Fatal(err)
		}
		anew[r.Version()] = again
	}
	for range 2000 {
		rules, list, s := pick(random, BuiltIn()...), []Area{inventedArea(random, "1"), inventedArea(random, "2"), inventedArea(random, "3")}, invented(random)
		a, b := NewAreas(list), NewAreas([]Area{list[2], list[0], list[1]})
		x, y := rules.Judge(a, s), anew[rules.Version()].Judge(b, s)
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("%+v\n%+v", x, y)
		}
		if len(x.Reasons) == 0 || x.Colour == core.ColourNone {
			t.Fatalf("no reason or no colour: %+v", x)
		}
		for i, reason := range x.Reasons {
			if rules.Words(reason, "vi") == "" || rules.Words(reason, "en") == "" {
				t.Fatalf("no words for %+v", reason)
			}
			first, _ := rules.Rule(reason.Rule)
			if i > 0 {
				before, _ := rules.Rule(x.Reasons[i-1].Rule)
				if first.Colour.Rank() > before.Colour.Rank() {
					t.Fatalf("%s stands behind %s", first.ID, before.ID)
				}
			}
		}
	}
}
