package triage

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// manyAreas are the communes of some provinces at all levels: more than any
// province had at once.
func manyAreas() *Areas {
	var list []Area
	for _, province := range area.Children("") {
		for _, district := range area.Children(province.Code) {
			for i, commune := range area.Children(district.Code) {
				if len(list) < 4000 {
					list = append(list, Area{ID: fmt.Sprint("a", len(list)), Code: commune.Code, Level: Levels()[i%4], Lockdown: i%7 == 0, From: "2021-04-30"})
				}
			}
		}
	}
	return NewAreas(list)
}

// traveller said all that a declaration of a journey can hold.
var traveller = Said{
	Form: "journey", Day: "2021-12-20", Age: 64, AgeKnown: true,
	Symptoms: []string{"fever", "cough", "sore_throat"}, SymptomsKnown: true,
	Exposures: []string{"case", "epidemic_area"}, ExposuresKnown: true, ExposureLast: "2021-12-15",
	Conditions: []string{"diabetes"}, ConditionsKnown: true,
	Commune: "19801", District: "474", Province: "46", Sub: "TDP 3", ArrivedOn: "2021-12-21",
	Passed: []Stay{{Code: "79", From: "2021-12-01", Until: "2021-12-18"}, {Code: "490", Days: []core.Day{"2021-12-18", "2021-12-19"}}, {Code: "20194", Days: []core.Day{"2021-12-19"}}},
	Doses:  2, LastDose: "2021-09-01", Class: core.ClassF1, ClassSince: "2021-12-19",
}

func BenchmarkJudge(b *testing.B) {
	r, areas := BuiltIn()[4], manyAreas()
	for name, s := range map[string]Said{"well": {Form: "resident", Day: "2021-12-20", SymptomsKnown: true, ExposuresKnown: true, ConditionsKnown: true, Commune: "19801", District: "474", Province: "46"}, "traveller": traveller} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before, n := processorTime(b), 0
			for b.Loop() {
				r.Judge(areas, s)
				n++
			}
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(n), "cpu-ns/op")
		})
	}
}

// processorTime is what this process used, so that a busy machine does not count.
func processorTime(t testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A declaration is judged in its own transaction: it must cost next to nothing.
func TestJudgeTakesLessThan20Microseconds(t *testing.T) {
	r, areas := BuiltIn()[4], manyAreas()
	limit, rounds := 20*time.Microsecond, time.Duration(2000)
	if race {
		limit *= 20
	}
	best := time.Duration(1 << 62)
	for range 5 { // the garbage of the tests before may fall into one
		before := processorTime(t)
		for range rounds {
			r.Judge(areas, traveller)
		}
		best = min(best, (processorTime(t)-before)/rounds)
	}
	if best > limit {
		t.Errorf("%v a verdict, more than %v", best, limit)
	}
}
