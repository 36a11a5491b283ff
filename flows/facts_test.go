package flows

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"khaibao/core"
	"khaibao/core/triage"
)

// The rules judge by the facts that the forms keep: a key that is called
// otherwise on one side would be a fact that nobody told.
func TestRulesReadWhatTheFormsKeep(t *testing.T) {
	eachForm(t, func(t *testing.T, f *Form) {
		told := make(map[string]bool)
		for seed := range uint64(60) {
			w := newWalker(t, f, rand.New(rand.NewPCG(seed, 21)))
			for range 60 {
				if w.state.Question == Review {
					break
				}
				w.answer(0.2)
			}
			v := View{Form: f, State: &w.state, Event: &w.event}
			if w.state.Question != Review {
				continue
			}
			d := f.Declare(v)
			p := core.PersonFacts{Birth: d.Person.Birth, Commune: d.Person.Commune, Sub: d.Person.Sub}
			said := triage.Facts(f.ID, w.event.Today, p, d.Facts)

			if !said.SymptomsKnown || !said.ExposuresKnown || !said.ConditionsKnown || !said.AgeKnown || said.Commune == "" {
				t.Fatalf("seed %d: not told: %+v", seed, said)
			}
			for key, pair := range map[string][2]string{
				"exposure_last": {string(said.ExposureLast), v.Value("exposure_last")}, "arrive_on": {string(said.ArrivedOn), v.Value("arrive_on")},
				"last_dose": {string(said.LastDose), v.Value("last_dose")}, "recovered_on": {string(said.RecoveredOn), v.Value("recovered_on")},
			} {
				if said, answered := pair[0], pair[1]; answered != Skipped && said != answered {
					t.Fatalf("seed %d: %s is %q, want %q", seed, key, said, answered)
				}
				told[key] = told[key] || pair[0] != ""
			}
			for key, pair := range map[string][2][]string{
				"symptoms": {said.Symptoms, v.Set("symptoms")}, "exposures": {said.Exposures, v.Set("exposures")}, "conditions": {said.Conditions, v.Set("conditions")},
			} {
				if !slices.Equal(pair[0], pair[1]) {
					t.Fatalf("seed %d: %s are %v, want %v", seed, key, pair[0], pair[1])
				}
				told[key] = told[key] || len(pair[0]) > 0
			}
			if from := v.Value("from"); from != "" {
				first := said.Passed[0]
				if first.Code != from || string(first.Until) != v.Value("departed_on") || len(said.Passed) != 1+len(answerOr(v, "passed").Stops) {
					t.Fatalf("seed %d: from %s, passed %+v", seed, from, said.Passed)
				}
				told["passed"] = told["passed"] || len(said.Passed) > 1
			}

			text, err := json.Marshal(d.Facts)
			if err != nil {
				t.Fatal(err)
			}
			var stored map[string]any
			if err := json.Unmarshal(text, &stored); err != nil {
				t.Fatal(err)
			}
			rules := triage.BuiltIn()[2]
			if now, later := rules.Judge(nil, said), rules.Judge(nil, triage.Facts(f.ID, w.event.Today, p, stored)); !reflect.DeepEqual(now, later) {
				t.Fatalf("seed %d: judged %+v, from the store %+v", seed, now, later)
			}
		}
		want := []string{"exposure_last", "symptoms", "exposures", "conditions"}
		if f.ID == Journey.ID {
			want = append(want, "arrive_on", "passed")
		}
		for _, key := range want {
			if !told[key] {
				t.Errorf("no walk told %s: this test shows nothing of it", key)
			}
		}
	})
}

// What the forms ask for by name, a rule file can name.
func TestRulesKnowEveryChoice(t *testing.T) {
	for question, known := range map[string][]string{"symptoms": triage.Symptoms(), "exposures": triage.Exposures(), "conditions": triage.Conditions()} {
		for _, choice := range Resident.question(question).Choices {
			if choice != "none" && !slices.Contains(known, choice) {
				t.Errorf("%s: no rule can name %s", question, choice)
			}
		}
	}
}
