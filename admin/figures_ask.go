package admin

import (
	"net/url"
	"slices"

	"khaibao/core"
	"khaibao/core/store"
)

// What can be counted on the page: people are the declarations that nothing
// newer followed.
const peopleFigures = "people"

var figureKinds = []string{store.FigureDeclarations, peopleFigures, store.FigureArrivals, store.FigureMonitorings, store.FigurePrompts}

// figurePeriods are the periods that one may press, by their names: how many
// days back they begin.
var figurePeriods = []struct {
	name string
	days int
}{{"today", 0}, {"7", 6}, {"14", 13}, {"30", 29}, {"90", 89}}

// maxBy is by how many dimensions one page counts: more is no table that
// anybody reads.
const maxBy = 3

// figureAsk is what the page is asked for, as its links and its form say it.
type figureAsk struct {
	Kind, Area string
	Period     string // one of figurePeriods, "all", or "" for From and To
	From, To   core.Day
	By         []string
	Only       map[string]string
	today      core.Day
}

// readFigureAsk reads the query of a page. What is none of its words is left out,
// but for the days: complaint is the locale key of what is wrong with them.
func readFigureAsk(v url.Values, own string, today core.Day) (a figureAsk, complaint string) {
	a = figureAsk{Kind: v.Get("kind"), Area: v.Get("area"), Period: v.Get("period"), today: today, Only: make(map[string]string)}
	if !slices.Contains(figureKinds, a.Kind) {
		a.Kind = store.FigureDeclarations
	}
	if a.Area == "" {
		a.Area = own
	}
	for _, d := range store.Dimensions(a.kind()) {
		if value := v.Get("f." + d.Name); value != "" && len(value) <= 20 {
			a.Only[d.Name] = value
		}
		if slices.Contains(v["by"], d.Name) && len(a.By) < maxBy && a.offers(d.Name) {
			a.By = append(a.By, d.Name)
		}
	}
	if a.Kind == peopleFigures {
		a.Only["newest"] = "yes"
	}
	if a.Period == "" {
		a.From, a.To, complaint = readDays(v.Get("from"), v.Get("to"))
		if a.From == "" && a.To == "" && complaint == "" {
			a.Period = "7"
		}
	}
	for _, p := range figurePeriods {
		if a.Period == p.name {
			a.From, a.To = today.Add(-p.days), today
		}
	}
	if a.Period == "all" {
		a.From, a.To = "", ""
	} else if a.From == "" && complaint == "" { // a name that is none
		a.Period, a.From, a.To = "7", today.Add(-6), today
	}
	return a, complaint
}

// readDays reads a period from a day to a day; one alone is that day.
func readDays(from, to string) (first, last core.Day, complaint string) {
	f := filterForm{From: from, To: to}
	days := f.read()
	for _, wrong := range f.Errors {
		complaint = wrong
	}
	if days.From == "" {
		days.From = days.To
	}
	if days.To == "" {
		days.To = days.From
	}
	return days.From, days.To, complaint
}

// kind is what the store calls what is counted.
func (a figureAsk) kind() string {
	if a.Kind == peopleFigures {
		return store.FigureDeclarations
	}
	return a.Kind
}

// offers tells whether the page counts by a dimension: people are their newest
// declaration anyhow, and daily questions have their own columns.
func (a figureAsk) offers(name string) bool {
	return a.Kind != store.FigurePrompts && (a.Kind != peopleFigures || name != "newest" && name != "stage")
}

// query asks the store, counted by some more than the page's own.
func (a figureAsk) query(by ...string) store.FigureQuery {
	return store.FigureQuery{Kind: a.kind(), Area: a.Area, From: a.From, To: a.To, By: by, Only: a.Only}
}

// values is the page as the query of a link.
func (a figureAsk) values() url.Values {
	v := url.Values{"kind": {a.Kind}, "area": {a.Area}}
	if a.Period != "" {
		v.Set("period", a.Period)
	} else {
		v.Set("from", string(a.From))
		v.Set("to", string(a.To))
	}
	for _, by := range a.By {
		v.Add("by", by)
	}
	for name, value := range a.Only {
		if a.Kind != peopleFigures || name != "newest" {
			v.Set("f."+name, value)
		}
	}
	return v
}

func (a figureAsk) link() string { return figuresPath + "?" + a.values().Encode() }

// File is the link to the table as an Excel file.
func (a figureAsk) File() string { return figuresPath + "/file?" + a.values().Encode() }

// in is the same of another area, on of some days, of narrowed by a value.
func (a figureAsk) in(code string) figureAsk {
	a.Area = code
	return a
}

func (a figureAsk) on(from, to core.Day) figureAsk {
	a.Period, a.From, a.To = "", from, to
	return a
}

func (a figureAsk) of(name, value string) figureAsk {
	only := make(map[string]string, len(a.Only)+1)
	for k, v := range a.Only {
		only[k] = v
	}
	if only[name] = value; value == "" {
		delete(only, name)
	}
	a.Only = only
	return a
}

func (a figureAsk) as(kind string) figureAsk {
	a.Kind, a.By, a.Only = kind, nil, nil
	if kind == store.FigureMonitorings || kind == store.FigureArrivals { // most began before; some come tomorrow
		a.Period = "all"
	}
	return a
}

func (a figureAsk) during(period string) figureAsk {
	a.Period = period
	return a
}
