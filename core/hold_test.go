package core

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func randomVerdict(r *rand.Rand) Verdict {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	v := Verdict{Class: classes[1+r.IntN(len(classes)-1)], Colour: Colour(pick("green", "yellow", "orange", "red")), Measure: measures[1+r.IntN(len(measures)-1)],
		Reasons: []Reason{{Rule: pick("A", "B", "C", "D")}}}
	if v.Measure.rank() > MeasureNone.rank() {
		v.From, v.Until = "2021-07-01", Day(pick("", "2021-07-10", "2021-07-19", "2021-07-20", "2021-08-01"))
	}
	return v
}

// What holds from before only adds: never a milder colour or measure, nor an
// earlier end; and twice is as once.
func TestBesideNeverLowers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const today = "2021-07-20"
	added := 0
	for range 20_000 {
		v, earlier := randomVerdict(r), randomVerdict(r)
		both, adds := v.Beside(earlier, today)
		if both.Colour.Rank() < v.Colour.Rank() || both.Measure.Milder(v.Measure) || both.Class.Farther(v.Class) ||
			both.Measure == v.Measure && v.longer(both) {
			t.Fatalf("%+v beside %+v is %+v", v, earlier, both)
		}
		if earlier.Colour.Rank() >= ColourOrange.Rank() && both.Colour.Rank() < earlier.Colour.Rank() {
			t.Fatalf("%s was lowered to %s", earlier.Colour, both.Colour)
		}
		if !adds && !both.Same(v) {
			t.Fatalf("nothing adds, and %+v became %+v", v, both)
		}
		if again, _ := both.Beside(earlier, today); !again.Same(both) {
			t.Fatalf("twice: %+v, once %+v", again, both)
		}
		if adds {
			added++
		}
	}
	if added < 1000 {
		t.Errorf("only %d of the earlier verdicts held", added)
	}
}

// A word raises until it is lowered; it lowers only what it knew of.
func TestWordOver(t *testing.T) {
	v := Verdict{Class: ClassF1, Colour: ColourOrange, Measure: MeasureCentral, From: "2021-07-01", Until: "2021-07-15", Monitor: KindCentral, Reasons: []Reason{{Rule: "A"}, {Rule: "B"}}}
	raised := Word{Raised: ColourRed, Day: "2021-07-02"}.Over(v)
	if raised.Colour != ColourRed || raised.Measure != MeasureCentral || raised.Reasons[0].Rule != ReasonRaised || len(v.Reasons) != 2 {
		t.Errorf("raised: %+v", raised)
	}
	if got := (Word{Raised: ColourYellow}).Over(v); !slices.EqualFunc(got.Reasons, v.Reasons, func(a, b Reason) bool { return a.Rule == b.Rule }) || got.Colour != ColourOrange {
		t.Errorf("raised to less: %+v", got)
	}
	low := Word{Lowered: ColourYellow, Measure: MeasureSelf, Rules: v.RuleIDs(), Day: "2021-07-02"}
	if got := low.Over(v); got.Colour != ColourYellow || got.Measure != MeasureSelf || got.Until != "" || got.Monitor != KindNone || got.Reasons[0].Rule != ReasonLowered {
		t.Errorf("lowered: %+v", got)
	}
	v.Reasons = append(v.Reasons, Reason{Rule: "C"})
	if got := low.Over(v); got.Colour != ColourOrange || got.Measure != MeasureCentral {
		t.Errorf("what the officer did not know of is lowered: %+v", got)
	}
}
