package triage

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Who edits a rule file finds every word of it in docs/rules.md.
func TestEveryWordIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	keys := slices.Concat(whenKeys, Symptoms(), Exposures(), Conditions(), factNames[:], kindWords.ids, measureWords.ids[1:], vaccinatedWords.ids, howWords.ids,
		[]string{"version", "from", "title", "window", "fever_from", "vaccination", "targets", "sources", "groups", "classes", "colours", "unknown", "otherwise", "measures",
			"doses", "after", "within", "recovered_within", "id", "when", "reason", "source", "days", "base", "tests", "monitor", "then", "levels", "lockdown", "how",
			"exposure", "entry", "declaration", "{area}", "{day}", "{days}", "{until}"})
	words := regexp.MustCompile(`\{[a-z]+\}|[a-z0-9_]+`).FindAllString(string(text), -1)
	for _, key := range keys {
		if !slices.Contains(words, key) {
			t.Errorf("%s is not in docs/rules.md", key)
		}
	}
}

// What the reference marks with *verify* is marked in the file as well.
func TestWhatWasNotVerifiedSaysSo(t *testing.T) {
	for _, r := range BuiltIn() {
		var marked, sources int
		for _, line := range strings.Split(r.Text(), "\n") {
			if strings.Contains(line, "# verify:") {
				marked++
			}
		}
		for _, rule := range r.Rules() {
			for _, s := range rule.Sources {
				if s == "" {
					t.Errorf("%s: %s has an empty source", r.Version(), rule.ID)
				}
				if strings.HasPrefix(s, "not verified") {
					sources++
				}
			}
		}
		if marked == 0 || sources == 0 {
			t.Errorf("%s: %d remarks and %d sources say what was not verified", r.Version(), marked, sources)
		}
	}
}

// The periods follow each other: on each day one is in force.
func TestBuiltInPeriods(t *testing.T) {
	var got []string
	for _, r := range BuiltIn() {
		got = append(got, string(r.From())+" "+r.Version())
	}
	want := []string{"2020-01-23 2020-before", "2021-05-05 2021-05-05", "2021-07-14 2021-07-14", "2021-10-06 2021-10-06", "2021-12-16 2021-12-16", "2022-02-21 2022-02-21", "2022-04-01 2022-04"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	windows := map[string]int{"2021-05-05": 21}
	for _, r := range BuiltIn() {
		if want := max(14, windows[r.Version()]); r.Window() != want {
			t.Errorf("%s looks back %d days, want %d", r.Version(), r.Window(), want)
		}
	}
}
