package triage

import (
	"cmp"
	"slices"

	"khaibao/core"
)

// Move is how many people would go from one thing to another.
type Move struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// Differences are what other rules or areas would change: the rehearsal before
// they are switched on. The zero value is ready; it marshals to JSON, so that a
// job can go on with it after a restart.
type Differences struct {
	People   int    `json:"people"`
	Changed  int    `json:"changed"`  // a person whose class, colour, measure or last day changed
	Raised   int    `json:"raised"`   // worse colour or stricter measure
	Lowered  int    `json:"lowered"`  // milder colour or measure, and neither worse
	Longer   int    `json:"longer"`   // same measure, later last day
	Shorter  int    `json:"shorter"`  // same measure, earlier last day
	Colours  []Move `json:"colours"`  // only what differs, the most first
	Classes  []Move `json:"classes"`  // likewise
	Measures []Move `json:"measures"` // likewise
}

// Add counts one person, and tells whether anything that the person hears
// changed. The order of the lists is kept at each call.
func (d *Differences) Add(before, after core.Verdict) (changed bool) {
	d.People++
	changed = before.Class != after.Class || before.Colour != after.Colour || before.Measure != after.Measure || before.Until != after.Until
	if !changed {
		return false
	}
	d.Changed++
	d.Classes = counted(d.Classes, string(before.Class), string(after.Class))
	d.Colours = counted(d.Colours, string(before.Colour), string(after.Colour))
	d.Measures = counted(d.Measures, string(before.Measure), string(after.Measure))
	colour := after.Colour.Rank() - before.Colour.Rank()
	switch {
	case colour > 0 || before.Measure.Milder(after.Measure):
		d.Raised++
	case colour < 0 || after.Measure.Milder(before.Measure):
		d.Lowered++
	case before.Measure == after.Measure && later(after.Until, before.Until):
		d.Longer++
	case before.Measure == after.Measure && later(before.Until, after.Until):
		d.Shorter++
	}
	return true
}

// later compares last days, where none is open.
func later(a, b core.Day) bool { return a != b && (a == "" || b != "" && a > b) }

func counted(list []Move, from, to string) []Move {
	if from == to {
		return list
	}
	i := slices.IndexFunc(list, func(m Move) bool { return m.From == from && m.To == to })
	if i < 0 {
		i = len(list)
		list = append(list, Move{From: from, To: to})
	}
	list[i].Count++
	slices.SortStableFunc(list, func(a, b Move) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
