package triage

import (
	"reflect"
	"testing"

	"khaibao/core"
)

func TestJudgeCheckup(t *testing.T) {
	const day = "2021-06-15"
	tests := []struct {
		why     string
		known   Said
		checkup core.Checkup
		more    Checked
		want    core.Colour
		rule    string
	}{
		{"F1, well", Said{Class: core.ClassF1}, core.Checkup{Well: true}, Checked{}, core.ColourYellow, "R-YEL-02"},
		{"F1 with a cough", Said{Class: core.ClassF1}, core.Checkup{Symptoms: []string{"cough"}}, Checked{}, core.ColourOrange, "R-ORA-02"},
		{"F1, breathless", Said{Class: core.ClassF1}, core.Checkup{Symptoms: []string{"short_of_breath"}}, Checked{}, core.ColourRed, "R-RED-01"},
		{"health watch, well", Said{Kind: core.KindWatch}, core.Checkup{Well: true}, Checked{}, core.ColourGreen, "G-OTHERWISE"},
		{"health watch, one mild symptom", Said{Kind: core.KindWatch}, core.Checkup{Symptoms: []string{"runny_nose"}}, Checked{}, core.ColourYellow, "R-YEL-06"},
		{"health watch, the pattern of the disease", Said{Kind: core.KindWatch}, core.Checkup{Symptoms: []string{"fever", "cough"}}, Checked{}, core.ColourOrange, "R-ORA-04"},
		{"in a facility, a temperature and no symptom", Said{Kind: core.KindCentral}, core.Checkup{Well: true, Temperature: 38}, Checked{}, core.ColourOrange, "R-ORA-11"},
		{"well, but SpO2 93", Said{Kind: core.KindHome}, core.Checkup{Well: true, SpO2: 93}, Checked{}, core.ColourRed, "R-RED-02"},
		{"patient, SpO2 96", Said{Kind: core.KindPatient}, core.Checkup{Well: true, SpO2: 96}, Checked{}, core.ColourOrange, "R-ORA-01"},
		{"patient, a cough as yesterday", Said{Kind: core.KindPatient}, core.Checkup{Symptoms: []string{"cough"}}, Checked{Before: []string{"cough"}}, core.ColourYellow, "R-YEL-01"},
		{"patient, a cough as yesterday, but worse", Said{Kind: core.KindPatient}, core.Checkup{Symptoms: []string{"cough"}}, Checked{Before: []string{"cough"}, Worse: true}, core.ColourOrange, "R-ORA-03"},
		{"patient, a fever beside the cough of yesterday", Said{Kind: core.KindPatient}, core.Checkup{Symptoms: []string{"cough", "fever"}}, Checked{Before: []string{"cough"}}, core.ColourOrange, "R-ORA-03"},
		{"patient, a cough after a day without", Said{Kind: core.KindPatient}, core.Checkup{Symptoms: []string{"cough"}}, Checked{Before: []string{}}, core.ColourOrange, "R-ORA-03"},
		{"patient of forty, well, with an illness beside", Said{Class: core.ClassF0, Age: 40, AgeKnown: true, Conditions: []string{"diabetes"}}, core.Checkup{Well: true}, Checked{}, core.ColourOrange, "R-ORA-09"},
		{"a positive test", Said{Kind: core.KindWatch}, core.Checkup{Well: true}, Checked{Positive: true}, core.ColourOrange, "R-ORA-07"},
		{"words that were not understood", Said{Kind: core.KindWatch}, core.Checkup{Words: "hm"}, Checked{}, core.ColourYellow, "U-SYMPTOMS"},
		{"a measurement alone does not say how they are", Said{Kind: core.KindWatch}, core.Checkup{SpO2: 99}, Checked{}, core.ColourYellow, "U-SYMPTOMS"},
		{"well, with a temperature that cannot be", Said{Kind: core.KindWatch}, core.Checkup{Well: true, Temperature: 3.7}, Checked{}, core.ColourYellow, "U-SYMPTOMS"},
		{"well and ill at once: the worse counts", Said{Kind: core.KindHome}, core.Checkup{Well: true, Symptoms: []string{"cough"}}, Checked{}, core.ColourOrange, "R-ORA-11"},
	}
	r := BuiltIn()[1]
	for _, tt := range tests {
		tt.checkup.Day = day
		v := r.JudgeCheckup(nil, tt.known, tt.checkup, tt.more)
		if v.Colour != tt.want || v.Reasons[0].Rule != tt.rule {
			t.Errorf("%s: %s %v, want %s %s", tt.why, v.Colour, v.Reasons, tt.want, tt.rule)
		}
	}
}

func TestDifferences(t *testing.T) {
	f1 := core.Verdict{Class: core.ClassF1, Colour: core.ColourYellow, Measure: core.MeasureCentral, Until: "2021-08-01"}
	f2 := core.Verdict{Class: core.ClassF2, Colour: core.ColourYellow, Measure: core.MeasureHome, Until: "2021-08-01"}
	free := core.Verdict{Class: core.ClassNone, Colour: core.ColourGreen, Measure: core.MeasureNone}
	until := func(v core.Verdict, day core.Day) core.Verdict { v.Until = day; return v }
	red := func(v core.Verdict) core.Verdict { v.Colour = core.ColourRed; return v }
	tests := []struct {
		why           string
		before, after core.Verdict
		changed       bool
		want          Differences
	}{
		{"nothing", f1, f1, false, Differences{}},
		{"a shorter time", until(f1, "2021-08-08"), f1, true, Differences{Changed: 1, Shorter: 1}},
		{"a longer time", f1, until(f1, "2021-08-08"), true, Differences{Changed: 1, Longer: 1}},
		{"a time without end", f1, until(f1, ""), true, Differences{Changed: 1, Longer: 1}},
		{"an end to it", until(f1, ""), f1, true, Differences{Changed: 1, Shorter: 1}},
		{"a stricter measure", f2, f1, true, Differences{Changed: 1, Raised: 1, Classes: []Move{{"F2", "F1", 1}}, Measures: []Move{{"home", "central", 1}}}},
		{"a milder one", f1, f2, true, Differences{Changed: 1, Lowered: 1, Classes: []Move{{"F1", "F2", 1}}, Measures: []Move{{"central", "home", 1}}}},
		{"all is over", f2, free, true, Differences{Changed: 1, Lowered: 1, Classes: []Move{{"F2", "none", 1}}, Colours: []Move{{"yellow", "green", 1}}, Measures: []Move{{"home", "none", 1}}}},
		{"a worse colour with a milder measure counts as raised", f1, red(f2), true, Differences{Changed: 1, Raised: 1, Classes: []Move{{"F1", "F2", 1}}, Colours: []Move{{"yellow", "red", 1}}, Measures: []Move{{"central", "home", 1}}}},
	}
	for _, tt := range tests {
		var d Differences
		tt.want.People = 1
		if changed := d.Add(tt.before, tt.after); changed != tt.changed || !reflect.DeepEqual(d, tt.want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", tt.why, changed, d, tt.want)
		}
	}

	var d Differences
	d.Add(f1, free)
	d.Add(f2, free)
	d.Add(f2, free)
	if want := []Move{{"home", "none", 2}, {"central", "none", 1}}; !reflect.DeepEqual(d.Measures, want) || d.People != 3 || d.Lowered != 3 {
		t.Errorf("%+v", d)
	}
}
