package demo

import (
	"reflect"
	"testing"

	"khaibao/core"
	"khaibao/core/area"
)

// Who came declares the journey first, from a place outside, and nobody else is
// watched; of those who are, some are silent, ill, overdue.
func TestWhoCameIsWatched(t *testing.T) {
	o := options(20_000, 40_000)
	g := generator(t, o)
	came, watched := 0, map[string]int{}
	for _, declarations := range everybody(t, o) {
		for i, d := range declarations {
			if (d.Form == "journey") && i > 0 {
				t.Fatal("a journey behind another declaration")
			}
		}
		p, ok := g.Watched(declarations)
		if again, _ := g.Watched(declarations); !reflect.DeepEqual(p, again) {
			t.Fatal("watched in one way, then in another")
		}
		d := declarations[0]
		if d.Form != "journey" {
			if ok {
				t.Fatal("somebody is watched who did not come")
			}
			continue
		}
		came++
		from := d.Facts["from"].(string)
		if _, known := area.Get(from); (!known && len(from) != 2) || area.Contains("46", from) || d.Facts["departed_on"].(string) > string(d.Day) {
			t.Fatalf("came from %q, left on %v, declared on %s", from, d.Facts["departed_on"], d.Day)
		}
		if !ok {
			watched["not"]++
			continue
		}
		if p.From > o.AsOf || p.Until != p.From.Add(p.Days) || p.Answered != "" && (p.Answered < p.From || p.Answered >= o.AsOf) || (p.End == core.EndNone) != (p.Until >= o.AsOf) {
			t.Fatalf("watched as %+v", p)
		}
		watched[string(p.End)]++
		watched["silent"] += int(yes(p.Missed > 0))
		watched["ill"] += int(yes(p.Ill))
		watched["never"] += int(yes(p.Answered == ""))
	}
	if came < 1000 || came > 4000 {
		t.Errorf("%d of 20000 came", came)
	}
	for _, how := range []string{"not", "", "completed", "overdue", "closed", "silent", "ill", "never"} {
		if watched[how] == 0 {
			t.Errorf("nobody is %q: %v", how, watched)
		}
	}
}
