package admin

import (
	"errors"
	"maps"
	"net/http"
	"slices"

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
	table, sums, err := s.figureTable(r, scope, ask)
	if err != nil {
		return "", nil, err
	}
	page.Table, page.Total = table, sums.total()
	if err = s.figureCharts(r, scope, &page, sums); err != nil {
		return "", nil, err
	}
	return "figures.html", page, nil
}

// figureSums are the figures of a page's table, from which its total and its
// charts are made: the store is asked once for what it would count again.
type figureSums struct {
	by  []string // what they are counted by
	all []store.Figure
}

func (c figureSums) total() string {
	var n int64
	for _, f := range c.all {
		n += f.N
	}
	return thousands(int(n))
}

// of counts by one of by alone, sorted by its values.
func (c figureSums) of(name string) []store.Figure {
	at := slices.Index(c.by, name)
	if at < 0 {
		return nil
	}
	sums := make(map[string]int64)
	for _, f := range c.all {
		sums[f.By[at]] += f.N
	}
	var all []store.Figure
	for _, value := range slices.Sorted(maps.Keys(sums)) {
		if n := sums[value]; n != 0 {
			all = append(all, store.Figure{By: []string{value}, N: n})
		}
	}
	return all
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
