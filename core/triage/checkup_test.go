package triage

import (
	"iter"
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

func people(list ...core.Verdict) iter.Seq2[Said, core.Verdict] {
	return func(yield func(Said, core.Verdict) bool) {
		for _, v := range list {
			if !yield(Said{Day: "2021-07-20", SymptomsKnown: true, ExposuresKnown: true, Class: v.Class, ClassSince: "2021-07-18"}, v) {
				return
			}
		}
	}
}

func TestRehearse(t *testing.T) {
	f1 := core.Verdict{Class: core.ClassF1, Colour: core.ColourYellow, Measure: core.MeasureCentral, Until: "2021-08-08"}
	same := core.Verdict{Class: core.ClassF1, Colour: core.ColourYellow, Measure: core.MeasureCentral, Until: "2021-08-01"}
	short := core.Verdict{Class: core.ClassF1, Colour: core.ColourYellow, Measure: core.MeasureCentral, Until: "2021-07-30"}
	low := core.Verdict{Class: core.ClassF2, Colour: core.ColourGreen, Measure: core.MeasureSelf}
	high := core.Verdict{Class: core.ClassF3, Colour: core.ColourRed, Measure: core.MeasureCentral, Until: "2021-08-01"}
	var changed int
	d := Rehearse(BuiltIn()[2], nil, people(f1, f1, same, short, low, high), func(_ Said, before, after core.Verdict) {
		changed++
		if reflect.DeepEqual(before, after) {
			t.Errorf("no difference: %+v", before)
		}
	})
	want := Differences{People: 6, Changed: 5, Raised: 1, Lowered: 1, Longer: 1, Shorter: 2,
		Colours:  []Move{{"green", "yellow", 1}, {"red", "green", 1}},
		Measures: []Move{{"self_watch", "home", 1}, {"central", "self_watch", 1}}}
	if !reflect.DeepEqual(d, want) || changed != 5 {
		t.Errorf("%d\ngot  %+v\nwant %+v", changed, d, want)
	}
}
