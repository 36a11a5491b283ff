package admin

import (
	"net/url"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// figureValue puts a value of a dimension into words.
func (r *request) figureValue(dimension, value string) string {
	if value == "other" {
		return r.T("admin.figures.other")
	}
	switch dimension {
	case "form":
		return r.FormTitle(value)
	case "channel":
		return r.Channel(value)
	case "origin":
		if value == "none" {
			return r.T("admin.figures.origin.none")
		}
		return r.origin(value)
	case "colour":
		if value == "none" {
			return r.T("admin.figures.unjudged")
		}
		return r.T("admin.state." + value)
	case "class":
		if value == "unjudged" {
			return r.T("admin.figures.unjudged")
		}
		return r.Class(core.Class(value))
	case "measure":
		if value == "unjudged" {
			return r.T("admin.figures.unjudged")
		}
		return r.T("admin.measure." + value)
	case "watch":
		return r.Kind(core.Kind(value))
	}
	return r.T("admin.figures." + dimension + "." + value)
}

// Period says of which days the figures are.
func (r *request) FigurePeriod(a figureAsk) string {
	switch {
	case a.From == "":
		return r.T("admin.figures.ever")
	case a.From == a.To:
		return a.From.Local()
	}
	return r.T("admin.figures.days", "from", a.From.Local(), "to", a.To.Local())
}

// count puts a figure into words of its table.
func count(n int64) string { return thousands(int(n)) }

// listOf is the list behind a figure, "" where the officer may open none that
// shows exactly what it counts.
func (r *request) listOf(a figureAsk, code string) string {
	v := url.Values{"area": {code}}
	days := func() {
		if a.From != "" {
			v.Set("from", string(a.From))
			v.Set("to", string(a.To))
		}
	}
	switch a.Kind {
	case store.FigureMonitorings:
		if !r.MayDo("watch") {
			return ""
		}
		list := watchListOf(a.Only)
		if list == "" || a.From != "" {
			return ""
		}
		v.Set("list", list)
		return watchPath + "?" + v.Encode()
	case store.FigureArrivals:
		only := a.of("verification", "")
		masked := duty.May(r.Officer.Duty, duty.InArea, duty.Lists) == duty.Masked
		if !r.MayList() || masked && len(only.Only) > 0 || a.From != "" || a.Only["verification"] == "" || a.Only["surveillance"] != "" ||
			a.Only["origin"] == "none" || a.Only["colour"] == "none" {
			return ""
		}
		v.Set("list", a.Only["verification"])
		for name, value := range only.Only {
			v.Set(name, value)
		}
		return arrivalsPath + "?" + v.Encode()
	case store.FigureDeclarations, peopleFigures:
		masked := duty.May(r.Officer.Duty, duty.InArea, duty.Lists) == duty.Masked
		if !r.MayList() || !store.MayListFigure(a.Only, masked) {
			return ""
		}
		for name, value := range a.Only {
			v.Set("f."+name, value)
		}
		days()
		return listURL(v)
	}
	return ""
}

// watchListOf is the list of the monitored that holds exactly those of some
// values; "" for none.
func watchListOf(only map[string]string) string {
	if len(only) == 1 && only["state"] == "open" {
		return "all"
	}
	if len(only) == 1 && only["state"] == "overdue" {
		return "overdue"
	}
	if only["state"] != "open" || len(only) != 2 {
		return ""
	}
	switch {
	case only["colour"] == "red":
		return "red"
	case only["ill"] == "yes":
		return "symptomatic"
	}
	return ""
}

// shortArea names a unit without the one above it.
func shortArea(code string) string {
	if u, ok := area.Get(code); ok {
		return u.FullName
	}
	return code
}

// percent is a share in words.
func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return strings.Replace(strconv.FormatFloat(float64(part)*100/float64(whole), 'f', 0, 64), ".", ",", 1) + " %"
}

// origin names a province or a country.
func (r *request) origin(code string) string {
	if u, ok := area.Get(code); ok {
		return u.FullName
	}
	return r.country(code)
}

// FigureChips are what a figure counts that a list was opened from, each with
// the list without it.
func (r *request) FigureChips(f filterForm) (chips []choice) {
	for _, d := range store.Dimensions(store.FigureDeclarations) {
		if value := f.Figure[d.Name]; value != "" {
			chips = append(chips, choice{Name: r.T("admin.figures.by."+d.Name) + ": " + r.figureValue(d.Name, value), Link: f.With("f."+d.Name, "")})
		}
	}
	return chips
}
