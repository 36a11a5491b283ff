package triage

import (
	"strings"
	"testing"
)

// commonRows hold in every version that has the rule.
var commonRows = []row{
	{"F1 is not treated", "class=F1", "!M-F0", ""},
	{"F2 is no F1", "class=F2", "!M-F1", ""},
	{"from Laos by way of nowhere else", "countries=VN", "!M-ABROAD", ""},
	{"F3 is no F2", "class=F3", "!M-F2", ""},
	{"lives in an orange city", "lives=26734", "!M-RETURNEE", ""},
	{"met a case, as an officer knew who called it F3", "class=F3 exposures=case", "!M-CONTACT", "F3 yellow self_watch"},
	{"was in a locked-down ward, does not live there", "passed=19815@-2", "!M-LOCKDOWN", ""},
	{"lives in a locked-down ward", "lives=19815", "M-LOCKDOWN", "returnee yellow watch 0..14 opens=lockdown"},
	{"F3", "class=F3", "M-F3", "F3 green self_watch"},
	{"F2 is stricter", "class=F2", "!M-F3", ""},
	{"a danger sign, no link", "symptoms=chest_pain", "M-ILL", "none red self_watch"},
	{"one mild symptom, no link", "symptoms=cough", "!M-ILL", "none yellow none"},
	{"exposures not told", "unknown=exposures", "M-UNKNOWN", "unknown yellow self_watch"},
	{"well and without a link", "", "!M-UNKNOWN", "none green none"},
	{"well and without a link", "", "!M-F1-THEN", ""},
	{"well and without a link", "", "!M-F1-FULL-THEN", ""},
	{"well and without a link", "", "!M-ABROAD-THEN", ""},
	{"well and without a link", "", "!M-RETURNEE-THEN", ""},
	{"well and without a link", "", "!M-RETURNEE-NONE-THEN", ""},
	{"well and without a link", "", "!M-RETURNEE-PARTLY-THEN", ""},
	{"F1 without a dose", "class=F1", "!M-F1-FULL", ""},
	{"two doses, the last one too fresh", "class=F1 doses=2 lastdose=-13", "!M-F1-FULL", ""},
	{"two doses on days that were not told", "class=F1 doses=2", "!M-F1-FULL", ""},
	{"recovered too long ago", "class=F1 recovered=-200", "!M-F1-FULL", ""},
	{"from an area with two doses", "exposures=epidemic_area doses=2 lastdose=-30", "!M-RETURNEE-NONE", ""},
	{"from an area with two doses", "exposures=epidemic_area doses=2 lastdose=-30", "!M-RETURNEE-PARTLY", ""},
	{"from an area with one dose", "exposures=epidemic_area doses=1 lastdose=-30", "!M-RETURNEE-FULL", ""},
}

// measureRows are those of each version: the lengths differ.
var measureRows = map[string][]row{
	"2020-before": {
		{"F0", "class=F0", "M-F0", "F0 yellow treatment"},
		{"F1, met the case two days ago", "class=F1 last=-2", "M-F1", "F1 yellow central -2..12 opens=central"},
		{"F1 on the last day in the facility", "class=F1 last=-14", "M-F1", "F1 yellow central -14..0 opens=central"},
		{"F1 on the first day at home", "class=F1 last=-15", "M-F1-THEN", "F1 yellow home -1..13 opens=home"},
		{"F1 when all is over", "class=F1 last=-29", "!M-F1-THEN", "F1 yellow none"},
		{"F1 who did not tell when: from the officer's word", "class=F1 since=-3", "M-F1", "F1 yellow central -3..11 opens=central"},
		{"came from Laos", "countries=LA arrived=-1", "M-ABROAD", "returnee yellow central -1..13 opens=central"},
		{"will come from Laos", "countries=LA arrived=2", "M-ABROAD", "returnee yellow central 2..16 opens=central"},
		{"came from Laos, the facility is over", "countries=LA arrived=-20", "M-ABROAD-THEN", "returnee yellow home -6..8 opens=home"},
		{"F2", "class=F2 last=-1", "M-F2", "F2 yellow home -1..13 opens=home"},
		{"said to come from an area, on a day", "exposures=epidemic_area last=-3", "M-RETURNEE", "returnee yellow home -3..11 opens=home"},
		{"passed an orange city", "passed=79@-4", "M-RETURNEE", "returnee yellow home -4..10 opens=home"},
		{"passed it, no day is remembered: counted from the latest", "passed=79", "M-RETURNEE", "returnee yellow home 0..14 opens=home"},
		{"passed two: counted from the last", "passed=79@-4,19801@-1", "M-RETURNEE", "returnee yellow home -1..13 opens=home"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..9 opens=home"},
		{"met a case, no day is remembered", "exposures=case", "M-CONTACT", "contact_said yellow home 0..14 opens=home"},
		{"met a case after the officer's word", "class=F3 since=-2 exposures=case last=-1", "M-CONTACT", "F3 yellow home -1..13 opens=home"},
	},
	"2021-05-05": {
		{"F0", "class=F0", "M-F0", "F0 yellow treatment"},
		{"F1, met the case two days ago", "class=F1 last=-2", "M-F1", "F1 yellow central -2..19 tests=-1,12,18 opens=central"},
		{"F1 on the first day at home", "class=F1 last=-22", "M-F1-THEN", "F1 yellow home -1..6 tests=6 opens=home"},
		{"F1 when all is over", "class=F1 last=-29", "!M-F1-THEN", "F1 yellow none"},
		{"came from Laos", "countries=LA arrived=-1", "M-ABROAD", "returnee yellow central -1..20 tests=0,13,19 opens=central"},
		{"came from Laos, the facility is over", "countries=LA arrived=-25", "M-ABROAD-THEN", "returnee yellow home -4..3 tests=3 opens=home"},
		{"F2", "class=F2 last=-1", "M-F2", "F2 yellow home -1..20 opens=home"},
		{"from an area", "exposures=epidemic_area last=-20", "M-RETURNEE", "returnee yellow home -20..1 opens=home"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..16 opens=home"},
	},
	"2021-07-14": {
		{"F0", "class=F0", "M-F0", "F0 yellow treatment"},
		{"F1, met the case two days ago", "class=F1 last=-2", "M-F1", "F1 yellow central -2..12 opens=central"},
		{"F1 after the facility", "class=F1 last=-15", "M-F1-THEN", "F1 yellow watch -1..13 opens=watch"},
		{"came from Laos", "countries=LA arrived=-1", "M-ABROAD", "returnee yellow central -1..13 opens=central"},
		{"came from Laos, the facility is over", "countries=LA arrived=-20", "M-ABROAD-THEN", "returnee yellow watch -6..8 opens=watch"},
		{"F2", "class=F2 last=-1", "M-F2", "F2 yellow home -1..13 opens=home"},
		{"from an area", "exposures=epidemic_area last=-3", "M-RETURNEE", "returnee yellow home -3..11 opens=home"},
		{"from an area, as judged later", "exposures=epidemic_area last=-3 today=12", "M-RETURNEE-THEN", "returnee yellow watch 11..25 opens=watch"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..9 opens=home"},
	},
	"2021-10-06": {
		{"F0", "class=F0", "M-F0", "F0 yellow treatment"},
		{"F1, two doses change nothing yet", "class=F1 last=-2 doses=2 lastdose=-30", "M-F1", "F1 yellow central -2..12 opens=central"},
		{"F1 after the facility", "class=F1 last=-15", "M-F1-THEN", "F1 yellow watch -1..13 opens=watch"},
		{"came from Laos", "countries=LA arrived=-1", "M-ABROAD", "returnee yellow central -1..13 opens=central"},
		{"came from Laos, the facility is over", "countries=LA arrived=-20", "M-ABROAD-THEN", "returnee yellow watch -6..8 opens=watch"},
		{"F2", "class=F2 last=-1", "M-F2", "F2 yellow home -1..13 opens=home"},
		{"from an area, doses not told", "passed=79@-3", "M-RETURNEE-NONE", "returnee yellow home -3..11 opens=home"},
		{"from an area, not vaccinated, later", "passed=79@-3 today=12", "M-RETURNEE-NONE-THEN", "returnee yellow watch 11..25 opens=watch"},
		{"from an area, one dose", "passed=79@-3 doses=1 lastdose=-20", "M-RETURNEE-PARTLY", "returnee yellow home -3..4 opens=home"},
		{"from an area, one dose, later", "passed=79@-3 doses=1 lastdose=-20 today=5", "M-RETURNEE-PARTLY-THEN", "returnee yellow watch 4..11 opens=watch"},
		{"from an area, two doses", "passed=79@-3 doses=2 lastdose=-20", "M-RETURNEE-FULL", "returnee yellow watch -3..4 opens=watch"},
		{"from an area, recovered", "passed=79@-3 recovered=-90", "M-RETURNEE-FULL", "returnee yellow watch -3..4 opens=watch"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..9 opens=home"},
	},
	"2021-12-16": {
		{"F0", "class=F0", "M-F0", "F0 yellow treatment"},
		{"F1, two doses", "class=F1 last=-2 doses=2 lastdose=-30", "M-F1-FULL", "F1 yellow home -2..5 opens=home"},
		{"F1, recovered", "class=F1 last=-2 recovered=-100", "M-F1-FULL", "F1 yellow home -2..5 opens=home"},
		{"F1, two doses, after home", "class=F1 last=-8 doses=3 lastdose=-30", "M-F1-FULL-THEN", "F1 yellow watch -1..6 opens=watch"},
		{"F1, one dose", "class=F1 last=-2 doses=1 lastdose=-30", "M-F1", "F1 yellow central -2..12 opens=central"},
		{"F1 after the facility", "class=F1 last=-15", "M-F1-THEN", "F1 yellow watch -1..13 opens=watch"},
		{"came from Laos", "countries=LA arrived=-1", "M-ABROAD", "returnee yellow central -1..13 opens=central"},
		{"came from Laos, the facility is over", "countries=LA arrived=-20", "M-ABROAD-THEN", "returnee yellow watch -6..8 opens=watch"},
		{"F2", "class=F2 last=-1", "M-F2", "F2 yellow home -1..13 opens=home"},
		{"from an area, doses not told", "passed=79@-3", "M-RETURNEE-NONE", "returnee yellow home -3..11 opens=home"},
		{"from an area, not vaccinated, later", "passed=79@-3 today=12", "M-RETURNEE-NONE-THEN", "returnee yellow watch 11..25 opens=watch"},
		{"from an area, one dose", "passed=79@-3 doses=1 lastdose=-20", "M-RETURNEE-PARTLY", "returnee yellow home -3..4 opens=home"},
		{"from an area, one dose, later", "passed=79@-3 doses=1 lastdose=-20 today=5", "M-RETURNEE-PARTLY-THEN", "returnee yellow watch 4..11 opens=watch"},
		{"from an area, two doses", "passed=79@-3 doses=2 lastdose=-20", "M-RETURNEE-FULL", "returnee yellow watch -3..4 opens=watch"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..9 opens=home"},
	},
	"2022-02-21": {
		{"F0, from the day of the officer's word", "class=F0 since=-2", "M-F0", "F0 yellow treatment -2..5 tests=5 opens=patient"},
		{"F1, two doses", "class=F1 last=-2 doses=2 lastdose=-30", "M-F1-FULL", "F1 yellow home -2..3 opens=home"},
		{"F1, two doses, after home", "class=F1 last=-6 doses=2 lastdose=-30", "M-F1-FULL-THEN", "F1 yellow watch -1..4 opens=watch"},
		{"F1, not vaccinated", "class=F1 last=-2", "M-F1", "F1 yellow home -2..5 opens=home"},
		{"F1, not vaccinated, after home", "class=F1 last=-8", "M-F1-THEN", "F1 yellow watch -1..2 opens=watch"},
		{"F2", "class=F2", "M-F2", "F2 yellow self_watch"},
		{"from an area", "exposures=epidemic_area", "M-RETURNEE", "returnee yellow self_watch"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow home -5..2 opens=home"},
	},
	"2022-04": {
		{"F0, from the day of the officer's word", "class=F0 since=-2", "M-F0", "F0 yellow treatment -2..5 tests=5 opens=patient"},
		{"F1", "class=F1 last=-2", "M-F1", "F1 yellow self_watch -2..8"},
		{"F1 when it is over", "class=F1 last=-11", "!M-F1", "F1 yellow none"},
		{"met a case", "exposures=case last=-5", "M-CONTACT", "contact_said yellow self_watch"},
		{"from an area", "exposures=epidemic_area", "M-UNKNOWN", "returnee yellow self_watch"},
	},
}

func TestMeasuresOfEveryVersion(t *testing.T) {
	for _, r := range BuiltIn() {
		for _, tt := range measureRows[r.Version()] {
			check(t, r, tt)
		}
		for _, tt := range commonRows {
			if _, has := r.Rule(strings.TrimPrefix(tt.rule, "!")); has {
				check(t, r, tt)
			}
		}
	}
}
