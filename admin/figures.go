package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

const figuresPath = "/admin/figures"

// seesFigures is for who sees figures of an area.
func seesFigures(o *duty.Officer) bool { return o != nil && o.FigureScope() != duty.Scope{} }

// SeesFigures tells whether the officer sees figures at all.
func (r *request) SeesFigures() bool { return seesFigures(r.Officer) }

func (s *Server) figureRoutes() []route {
	return []route{
		{pattern: "GET " + figuresPath, may: seesFigures, handle: s.showFigures},
		{pattern: "GET " + figuresPath + "/file", may: seesFigures, handle: s.downloadFigures},
	}
}

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

// A choice is a link of several, one of which is where one is.
type choice struct {
	Name, Link string
	Here       bool
}

// figurePage is what the page shows.
type figurePage struct {
	Ask       figureAsk
	Complaint string // locale key of what is wrong with the days
	Crumbs    []choice
	Kinds     []choice
	Periods   []choice
	By        []choice // dimensions; Link is their name
	Narrowed  []choice // values that count alone, each with the link that lets all count
	Today     *figureToday
	Total     string
	Table     figureTable
	Days      *figureChart
	Parts     *figureChart
	Map       *figureMap
	Fields    map[string]string // of the form: what it must not lose
	Chosen    []string          // names of the dimensions that are counted by
}

// figuresAsked reads what a page or a file is asked for, inside the officer's area.
func (r *request) figuresAsked() (ask figureAsk, scope duty.Scope, complaint string, err error) {
	scope = r.Officer.FigureScope()
	ask, complaint = readFigureAsk(r.URL.Query(), scope.Area, core.DayOf(r.At))
	if u, ok := area.Get(ask.Area); !ok || u.Code != ask.Area || !scope.Holds(ask.Area) {
		err = core.ErrNotFound
	}
	return ask, scope, complaint, err
}

func (s *Server) showFigures(r *request) (string, any, error) {
	ask, scope, complaint, err := r.figuresAsked()
	if err != nil {
		return "", nil, err
	}
	page := figurePage{Ask: ask, Complaint: complaint}
	r.figureChoices(&page, scope)
	if complaint != "" {
		return "figures.html", page, status(http.StatusUnprocessableEntity)
	}
	if r.URL.Query().Get("kind") == "" {
		if page.Today, err = s.figuresToday(r, scope, ask.Area); err != nil {
			return "", nil, err
		}
	}
	if page.Table, err = s.figureTable(r, scope, ask); err != nil {
		return "", nil, err
	}
	if page.Total, err = s.figureTotal(r, scope, ask); err != nil {
		return "", nil, err
	}
	if err = s.figureCharts(r, scope, &page); err != nil {
		return "", nil, err
	}
	return "figures.html", page, nil
}

// figureTotal is the one number of what is asked for.
func (s *Server) figureTotal(r *request, scope duty.Scope, a figureAsk) (string, error) {
	all, err := s.figures(r, scope, a.query())
	if err != nil || len(all) == 0 {
		return "0", err
	}
	return thousands(int(all[0].N)), nil
}

// figures asks the store; what a link named that is none is no page.
func (s *Server) figures(r *request, scope duty.Scope, q store.FigureQuery) ([]store.Figure, error) {
	all, err := s.Store.Figures(r.Context(), scope, q)
	if errors.Is(err, store.ErrNoFigure) {
		return nil, core.ErrNotFound
	}
	return all, err
}

// figureChoices fills in what one may press.
func (r *request) figureChoices(p *figurePage, scope duty.Scope) {
	a := p.Ask
	for _, u := range slices.Backward(append([]area.Unit{}, area.Parents(a.Area)...)) {
		if scope.Holds(u.Code) {
			p.Crumbs = append(p.Crumbs, choice{Name: u.FullName, Link: a.in(u.Code).link()})
		}
	}
	u, _ := area.Get(a.Area)
	p.Crumbs = append(p.Crumbs, choice{Name: u.FullName, Here: true})
	for _, k := range figureKinds {
		p.Kinds = append(p.Kinds, choice{r.T("admin.figures.kind." + k), a.as(k).link(), k == a.Kind})
	}
	for _, period := range figurePeriods {
		p.Periods = append(p.Periods, choice{r.T("admin.figures.period." + period.name), a.during(period.name).link(), period.name == a.Period})
	}
	p.Periods = append(p.Periods, choice{r.T("admin.figures.period.all"), a.during("all").link(), a.Period == "all"})
	p.Fields = map[string]string{"kind": a.Kind, "area": a.Area}
	for _, d := range store.Dimensions(a.kind()) {
		if a.offers(d.Name) {
			p.By = append(p.By, choice{r.T("admin.figures.by." + d.Name), d.Name, slices.Contains(a.By, d.Name)})
		}
		if value := a.Only[d.Name]; value != "" && a.offers(d.Name) {
			p.Narrowed = append(p.Narrowed, choice{Name: r.T("admin.figures.by."+d.Name) + ": " + r.figureValue(d.Name, value), Link: a.of(d.Name, "").link()})
			p.Fields["f."+d.Name] = value
		}
	}
}

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
