package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/demo"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/flows"
)

// inventedPeople are the people of a small demo.
func inventedPeople(t *testing.T, people, declarations int) [][]core.Declaration {
	t.Helper()
	g, err := demo.New(demo.Options{Seed: 3, People: people, Declarations: declarations, AsOf: "2021-08-15", Province: "46"})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]core.Declaration
	for n := range g.Parts() {
		all = append(all, g.Part(n)...)
	}
	return all
}

// An invented declaration must be what the form makes of the same answers:
// told to the form question by question, it comes out again word for word, and
// every choice is one that the form offers to that person.
func TestInventedDeclarationsAreTheForms(t *testing.T) {
	for i, declarations := range inventedPeople(t, 3000, 3300) {
		for _, d := range declarations {
			if d.Form != "resident" { // journeys are held to their form by the tests of core/demo
				continue
			}
			answers := answersOf(d)
			event := flows.Event{Today: d.Day, Now: d.At, Setting: flows.Setting{Province: "46", LookBack: 14}}
			view := flows.View{Form: &flows.Resident, State: &flows.State{Answers: answers}, Event: &event}
			made := flows.Resident.Declare(view)
			if !sameJSON(t, made.Facts, d.Facts) || !sameJSON(t, made.Private, d.Private) {
				t.Fatalf("person %d: the form makes\n %v %v\nof\n %v %v", i, made.Facts, made.Private, d.Facts, d.Private)
			}
			p := d.Person
			want := flows.Person{Name: p.Name, Birth: p.Birth, Sex: p.Sex, IDType: p.IDType, ID: p.ID, Insurance: p.Insurance,
				Commune: p.Commune, Sub: p.Sub, House: p.House}
			if made.Person != want {
				t.Fatalf("person %d: the form makes %+v of %+v", i, made.Person, want)
			}
			checkChoices(t, view)
			if t.Failed() {
				t.Fatalf("at person %d, %s", i, p.Birth)
			}
		}
	}
}

func sameJSON(t *testing.T, a, b map[string]any) bool {
	t.Helper()
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	return bytes.Equal(x, y)
}

// answersOf are the answers that a declaration tells of.
func answersOf(d core.Declaration) []flows.Answer {
	text := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	permanent := flows.Answer{ID: "permanent", Value: text(d.Facts, "permanent_commune"), Sub: text(d.Facts, "permanent_sub"),
		House: text(d.Private, "permanent_house"), Typed: text(d.Private, "permanent_typed")}
	current := flows.Answer{ID: "current", Value: d.Person.Commune, Sub: d.Person.Sub, House: d.Person.House, Typed: text(d.Private, "typed")}
	if current.Value == permanent.Value && current.Typed == permanent.Typed {
		current = flows.Answer{ID: "current", Value: "same"}
	}
	answers := []flows.Answer{{ID: "full_name", Value: d.Person.Name}, {ID: "birth", Value: d.Person.Birth},
		{ID: "id_number", Value: d.Person.ID, Type: d.Person.IDType}, {ID: "sex", Value: d.Person.Sex}, permanent, current}
	if n := text(d.Facts, "nationality"); n != "VN" {
		answers = append(answers, flows.Answer{ID: "nationality", Value: n})
	}
	for _, id := range []string{"exposures", "symptoms", "conditions"} {
		set := d.Facts[id].([]string)
		if len(set) == 0 {
			answers = append(answers, flows.Answer{ID: id, Value: "none"})
			continue
		}
		answers = append(answers, flows.Answer{ID: id, Set: set})
	}
	for _, id := range []string{"exposure_last", "ethnicity", "marital", "education"} {
		if v := text(d.Facts, id); v != "" {
			answers = append(answers, flows.Answer{ID: id, Value: v})
		}
	}
	for _, id := range []string{"insurance", "occupation", "workplace"} {
		if v := text(d.Private, id); v != "" {
			answers = append(answers, flows.Answer{ID: id, Value: v})
		}
	}
	more := "no"
	if len(answers) > 0 && slices.ContainsFunc(answers, func(a flows.Answer) bool {
		return slices.Contains([]string{"insurance", "ethnicity", "marital", "education", "occupation", "workplace"}, a.ID)
	}) {
		more = "yes"
	}
	return append(answers, flows.Answer{ID: "more", Value: more})
}

// checkChoices wants each answer to be one that the form asks this person for,
// and each choice one that it offers.
func checkChoices(t *testing.T, v flows.View) {
	t.Helper()
	conditions := "no"
	if len(v.Set("conditions")) > 0 {
		conditions = "yes"
	}
	v.State.Answers = append(v.State.Answers, flows.Answer{ID: "has_conditions", Value: conditions})
	for _, q := range flows.Resident.Questions {
		if !v.Answered(q.ID) || q.ID == "conditions" && conditions == "no" {
			continue
		}
		if q.Relevant != nil && !q.Relevant(v) {
			t.Errorf("%s is answered and was not asked", q.ID)
		}
		for _, answer := range v.State.Answers {
			if answer.ID == q.ID && q.Constraint != nil && q.Constraint(v, answer).Key != "" {
				t.Errorf("%s: %s is refused", q.ID, answer.Value)
			}
		}
		choices := v.Set(q.ID)
		if q.Kind == flows.SelectOne {
			choices = []string{v.Value(q.ID)}
		}
		for _, c := range choices {
			if !slices.Contains(q.Choices, c) || q.Offered != nil && !q.Offered(v, c) {
				t.Errorf("%s has no choice %s for them", q.ID, c)
			}
		}
	}
}

// runDemo runs khaibao demo on a database.
func runDemo(t *testing.T, ctx context.Context, databaseURL, key string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	args = append([]string{"demo", "--database-url", databaseURL, "--key-file", key, "--as-of", "2021-08-15"}, args...)
	err := run(ctx, args, nil, nil, &out)
	return out.String(), err
}

func TestDemoCommand(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			databaseURL := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
			if engine == "postgres" {
				databaseURL = storetest.PostgresURL(t)
			}
			key := filepath.Join(t.TempDir(), "demo.key")
			ask := func(want, wantErr string, args ...string) {
				t.Helper()
				out, err := runDemo(t, t.Context(), databaseURL, key, args...)
				if !strings.Contains(out, want) || (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
					t.Fatalf("demo %v: %q, %v", args, out, err)
				}
			}
			ask("", "at least one", "--people", "0")
			ask("", "declarations", "--people", "100", "--declarations", "99")
			ask("", "as-of", "--as-of", "tomorrow")
			ask("", "unknown argument", "now")
			ask("Stored 1,200 invented people and 1,500 declarations", "", "--people", "1200", "--declarations", "1500")
			ask("in the database already", "", "--people", "1200", "--declarations", "1500")
			ask("", "already holds people", "--people", "1200", "--declarations", "1500", "--seed", "2")
			ask("Stored 24 invented people and 36 declarations", "", "--people", "24", "--seed", "2", "--force")

			s, err := store.Open(t.Context(), store.Options{URL: databaseURL, KeyFile: key})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			state, err := s.LoadState(t.Context(), "demo seed 1 people 1200 declarations 1500 as of 2021-08-15 province 46")
			if err != nil || !reflect.DeepEqual(state, store.LoadState{Done: true, Parts: map[int]bool{}}) {
				t.Errorf("%+v, %v", state, err)
			}
		})
	}
}

// cutAfter cancels a run once its output tells of progress.
type cutAfter struct {
	bytes.Buffer
	cut func()
}

func (c *cutAfter) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(" people")) {
		c.cut()
	}
	return c.Buffer.Write(b)
}

// Somebody who stops the command and starts it again has everybody once.
func TestDemoGoesOn(t *testing.T) {
	databaseURL := storetest.PostgresURL(t) // SQLite needs minutes for as many under the race detector
	key := filepath.Join(t.TempDir(), "demo.key")
	args := []string{"demo", "--database-url", databaseURL, "--key-file", key, "--people", "15000", "--declarations", "15000", "--as-of", "2021-08-15"}
	ctx, cut := context.WithCancel(t.Context())
	out := &cutAfter{cut: cut}
	if err := run(ctx, args, nil, nil, out); err == nil {
		t.Fatalf("a run that was stopped ended well: %s", out.String())
	}
	again, err := runDemo(t, t.Context(), databaseURL, key, "--people", "15000", "--declarations", "15000")
	if err != nil || !strings.Contains(again, "Going on where an earlier run stopped") || !strings.Contains(again, "15,000 of 15,000 people") {
		t.Fatalf("%q, %v", again, err)
	}
	look := storetest.NewLook(t, databaseURL)
	for _, table := range []string{"people", "declarations", "qr_codes", "ties"} {
		if got := look.Count(`SELECT COUNT(*) FROM ` + table); got != 15000 {
			t.Errorf("%d rows in %s, want 15000", got, table)
		}
	}
}
