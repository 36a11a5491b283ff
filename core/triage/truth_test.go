package triage

import (
	"slices"
	"strings"
	"testing"

	"khaibao/core"
)

// row is one line of a truth table: what was said, and whether the rule holds.
// want is the verdict as shown writes it, "" where the table of another rule says it.
type row struct{ why, said, rule, want string }

// colourRows hold in every version that has the rule; there is no version in
// which a rule of one ID means something else.
var colourRows = []row{
	{"met a case", "exposures=case", "C-CASE", ""},
	{"met somebody from an area only", "exposures=person_from_area", "!C-CASE", ""},
	{"met a case, but before the look-back window", "exposures=case last=-40", "!C-CASE", ""},
	{"said to come from an area", "exposures=epidemic_area", "C-AREA-SAID", ""},
	{"met a case and was nowhere", "exposures=case", "!C-AREA-SAID", ""},
	{"passed an orange city", "passed=79@-3", "C-AREA-PASSED", ""},
	{"passed a ward of it", "passed=26734@-3", "C-AREA-PASSED", ""},
	{"passed it on no day that is remembered: in force all the time", "passed=79", "C-AREA-PASSED", ""},
	{"passed it before the window", "passed=79@-40", "!C-AREA-PASSED", ""},
	{"passed the part of a ward", "passed=19753/TDP_5@-1", "C-AREA-PASSED", ""},
	{"passed another part of the ward", "passed=19753/TDP_6@-1", "!C-AREA-PASSED", ""},
	{"lives in an orange city, has been nowhere", "lives=26734", "!C-AREA-PASSED", ""},
	{"lives in a red ward", "lives=19801", "C-AREA-LIVES", ""},
	{"lives in a locked-down ward", "lives=19815", "C-AREA-LIVES", ""},
	{"was in a locked-down ward", "passed=19815@-2", "C-AREA-LIVES", ""},
	{"lives in an orange ward", "lives=26734", "!C-AREA-LIVES", ""},
	{"lives next to a red ward", "", "!C-AREA-LIVES", ""},
	{"was in Laos", "countries=LA", "C-ABROAD", ""},
	{"began the journey in Laos", "passed=LA@-2", "C-ABROAD", ""},
	{"Vietnam is not abroad", "countries=VN", "!C-ABROAD", ""},
	{"met a traveller", "exposures=person_from_area", "C-MET-TRAVELLER", "unknown yellow self_watch"},
	{"met a case", "exposures=case", "!C-MET-TRAVELLER", ""},

	{"breathless", "symptoms=short_of_breath", "R-RED-01", "none red self_watch"},
	{"blue lips, of a child", "symptoms=blue_lips age=2", "R-RED-01", "none red self_watch"},
	{"fever and cough are no danger sign", "symptoms=fever,cough", "!R-RED-01", ""},
	{"SpO2 94", "spo2=94", "R-RED-02", "none red self_watch"},
	{"SpO2 95 is not red", "spo2=95", "!R-RED-02", ""},
	{"SpO2 not measured", "", "!R-RED-02", ""},
	{"SpO2 95", "spo2=95", "R-ORA-01", "none orange self_watch"},
	{"SpO2 96", "spo2=96", "R-ORA-01", "none orange self_watch"},
	{"SpO2 97", "spo2=97", "!R-ORA-01", "none green none"},
	{"F1 with a sore throat", "class=F1 symptoms=sore_throat", "R-ORA-02", ""},
	{"F1 who is well", "class=F1", "!R-ORA-02", ""},
	{"F2 with a sore throat", "class=F2 symptoms=sore_throat", "!R-ORA-02", ""},
	{"F0 whose cough is new", "class=F0 symptoms=cough before=fever", "R-ORA-03", ""},
	{"F0 whose cough never was asked about before", "class=F0 symptoms=cough", "R-ORA-03", ""},
	{"F0 who says it is worse", "class=F0 symptoms=cough before=cough worse", "R-ORA-03", ""},
	{"F0 whose cough is as before", "class=F0 symptoms=cough before=cough", "!R-ORA-03", ""},
	{"F0 who has recovered from a cough", "class=F0 before=cough", "!R-ORA-03", ""},
	{"fever and cough, from an area", "symptoms=fever,cough exposures=epidemic_area", "R-ORA-04", ""},
	{"fever and cough in a health watch", "symptoms=fever,cough kind=watch", "R-ORA-04", ""},
	{"a temperature is a fever", "symptoms=cough temperature=38.2 exposures=epidemic_area", "R-ORA-04", ""},
	{"fever and cough without a link", "symptoms=fever,cough", "!R-ORA-04", ""},
	{"fever alone, from an area", "symptoms=fever exposures=epidemic_area", "!R-ORA-04", ""},
	{"three of the nine, from an area", "symptoms=headache,fatigue,nausea exposures=epidemic_area", "R-ORA-05", ""},
	{"three without a link", "symptoms=headache,fatigue,nausea", "!R-ORA-05", ""},
	{"two of the nine", "symptoms=headache,fatigue exposures=epidemic_area", "!R-ORA-05", ""},
	{"a rash is none of the nine", "symptoms=headache,fatigue,rash exposures=epidemic_area", "!R-ORA-05", ""},
	{"cannot smell, from an area", "symptoms=loss_of_smell passed=79@-1", "R-ORA-06", ""},
	{"cannot smell, without a link", "symptoms=loss_of_smell", "!R-ORA-06", ""},
	{"a positive test at home", "positive", "R-ORA-07", "none orange self_watch"},
	{"no test", "", "!R-ORA-07", ""},
	{"F0 of 61", "class=F0 age=61", "R-ORA-08", ""},
	{"F0 of 60", "class=F0 age=60", "!R-ORA-08", ""},
	{"61, but no F0", "class=F2 age=61", "!R-ORA-08", ""},
	{"F0 with diabetes", "class=F0 conditions=diabetes", "R-ORA-09", ""},
	{"F0 with child", "class=F0 conditions=pregnant", "R-ORA-09", ""},
	{"F0 without", "class=F0", "!R-ORA-09", ""},
	{"a cough, and met a case", "symptoms=cough exposures=case", "R-ORA-10", ""},
	{"well, and met a case", "exposures=case", "!R-ORA-10", ""},
	{"a cough in quarantine", "symptoms=cough kind=central", "R-ORA-11", "none orange self_watch"},
	{"a cough in quarantine at home", "symptoms=cough kind=home", "R-ORA-11", "none orange self_watch"},
	{"a cough in a health watch", "symptoms=cough kind=watch", "!R-ORA-11", "none yellow none"},
	{"pneumonia", "symptoms=pneumonia", "R-ORA-12", "none orange self_watch"},
	{"a cough", "symptoms=cough", "!R-ORA-12", "none yellow none"},
	{"F0 without signs", "class=F0", "R-YEL-01", ""},
	{"F1, no F0", "class=F1", "!R-YEL-01", ""},
	{"a patient at home is an F0", "kind=patient", "R-YEL-01", ""},
	{"F1 without signs", "class=F1", "R-YEL-02", ""},
	{"F2, no F1", "class=F2", "!R-YEL-02", ""},
	{"F2", "class=F2", "R-YEL-03", ""},
	{"F3, no F2", "class=F3", "!R-YEL-03", "F3 green self_watch"},
	{"met a case", "exposures=case", "R-YEL-04", ""},
	{"met nobody", "", "!R-YEL-04", "none green none"},
	{"from an area", "exposures=epidemic_area", "R-YEL-05", ""},
	{"from no area", "exposures=case", "!R-YEL-05", ""},
	{"one mild symptom, no link", "symptoms=cough", "R-YEL-06", "none yellow none"},
	{"a symptom that no list names", "symptoms=itching", "R-YEL-06", "none yellow none"},
	{"a temperature of 37.5", "temperature=37.5", "R-YEL-06", "none yellow none"},
	{"a temperature of 37.4", "temperature=37.4", "!R-YEL-06", "none green none"},
	{"well", "", "!R-YEL-06", "none green none"},
	{"met a traveller", "exposures=person_from_area", "R-YEL-07", ""},
	{"met nobody", "", "!R-YEL-07", ""},

	{"symptoms not told", "unknown=symptoms", "U-SYMPTOMS", "none yellow none"},
	{"SpO2 9 is a slip", "spo2=9", "U-SYMPTOMS", "none yellow none"},
	{"a temperature of 370 is a slip", "temperature=370", "U-SYMPTOMS", "none yellow none"},
	{"told to be well", "", "!U-SYMPTOMS", "none green none"},
	{"exposures not told", "unknown=exposures", "U-EXPOSURES", "unknown yellow self_watch"},
	{"one told, the others not", "unknown=exposures exposures=case", "U-EXPOSURES", ""},
	{"told that there were none", "", "!U-EXPOSURES", "none green none"},
	{"F0 whose diseases were not told", "class=F0 unknown=conditions", "U-CONDITIONS", ""},
	{"no rule hangs on them", "unknown=conditions", "!U-CONDITIONS", "none green none"},
	{"F0 of unknown age", "class=F0 unknown=age", "U-AGE", ""},
	{"no rule hangs on it", "unknown=age", "!U-AGE", "none green none"},
	{"was in a province with a red ward", "passed=46@-2", "U-AREA", "unknown yellow self_watch"},
	{"was in a ward with a red market", "passed=20143@-2", "U-AREA", "unknown yellow self_watch"},
	{"was in a ward, part of which is orange", "passed=19753@-2", "U-AREA", "unknown yellow self_watch"},
	{"lives somewhere in a province with a red ward", "province=46", "U-AREA", "unknown yellow self_watch"},
	{"was in a quiet ward", "passed=20194@-2", "!U-AREA", "none green none"},
	{"well and without a link", "", "G-OTHERWISE", "none green none"},
	{"a symptom", "symptoms=rash", "!G-OTHERWISE", "none yellow none"},
}

func TestColoursOfEveryVersion(t *testing.T) {
	for _, r := range BuiltIn() {
		for _, tt := range colourRows {
			if _, has := r.Rule(strings.TrimPrefix(tt.rule, "!")); has {
				check(t, r, tt)
			}
		}
	}
}

// check judges a row and compares.
func check(t *testing.T, r *Rules, tt row) {
	t.Helper()
	const day = "2021-06-15"
	v := r.Judge(tableAreas, saying(t, day, tt.said))
	id, not := strings.CutPrefix(tt.rule, "!")
	holds := slices.ContainsFunc(v.Reasons, func(x core.Reason) bool { return x.Rule == id })
	if holds == not {
		t.Errorf("%s: %s (%s): %s holds: %v\n%v", r.Version(), tt.why, tt.said, id, holds, v.Reasons)
	}
	if want := tt.want; want != "" && shown(v, day) != want {
		t.Errorf("%s: %s (%s): got %q, want %q", r.Version(), tt.why, tt.said, shown(v, day), want)
	}
}

// No rule stands in a built-in file without a row in which it holds and one in
// which it does not.
func TestEveryRuleHasRows(t *testing.T) {
	for _, r := range BuiltIn() {
		rows := slices.Concat(colourRows, commonRows, measureRows[r.Version()])
		for _, rule := range r.Rules() {
			for _, want := range []string{rule.ID, "!" + rule.ID} {
				if !slices.ContainsFunc(rows, func(x row) bool { return x.rule == want }) {
					t.Errorf("%s: no row for %s (line %d)", r.Version(), want, rule.Line)
				}
			}
		}
	}
	for version := range measureRows {
		if !slices.ContainsFunc(BuiltIn(), func(r *Rules) bool { return r.Version() == version }) {
			t.Errorf("rows for %s, which is no version", version)
		}
	}
}
