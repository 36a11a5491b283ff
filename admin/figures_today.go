package admin

import (
	"errors"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// figureToday is what a chairman asks of a day, each figure with where it leads.
type figureToday struct {
	Tiles []figureTile
}

// figureTile is one figure with what it is, and what it is made of.
type figureTile struct {
	Name  string
	N     string
	Link  string
	State *Colour // where the figure is of one of the five states
	Parts []figureCell
	Note  string
}

// dayOf is a text that is a day already.
func dayOf(text string) core.Day { return core.Day(text) }

// figuresToday reads what a day is about: who declared, who came, who is watched
// and answers, who is silent, and what is urgent.
func (s *Server) figuresToday(r *request, scope duty.Scope, code string) (*figureToday, error) {
	today := core.DayOf(r.At)
	ask := func(kind string, from, to core.Day, by ...string) ([]store.Figure, error) {
		return s.figures(r, scope, store.FigureQuery{Kind: kind, Area: code, From: from, To: to, By: by})
	}
	declared, err := ask(store.FigureDeclarations, today, today, "form", "stage")
	if err != nil {
		return nil, err
	}
	arrivals, err := ask(store.FigureArrivals, "", "", "verification")
	if err != nil {
		return nil, err
	}
	watched, err := ask(store.FigureMonitorings, "", "", "watch", "state", "colour", "heard", "missed", "noway")
	if err != nil {
		return nil, err
	}
	asked, err := ask(store.FigurePrompts, today, today, promptFlags...)
	if err != nil {
		return nil, err
	}
	_, reds, err := s.Store.WaitingReds(r.Context(), store.Look{Officer: areaOfficer(*r.Officer, code), Screen: "figures", At: r.At}, 1)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return nil, err
	}
	t := &figureToday{}
	t.Tiles = append(t.Tiles, r.redTile(reds, code), r.declaredTile(declared, code, today), r.arrivalTile(arrivals, code))
	t.Tiles = append(t.Tiles, r.watchTiles(watched, code)...)
	t.Tiles = append(t.Tiles, r.askedTile(asked, code))
	return t, nil
}

// areaOfficer is the officer as one of a part of the own area, for what is counted
// by it.
func areaOfficer(o duty.Officer, code string) duty.Officer {
	o.Area = code
	return o
}

// watchLink is a list of the monitored of an area, "" where the officer opens none.
func (r *request) watchLink(list, code string) string {
	if !r.MayDo("watch") {
		return ""
	}
	return watchPath + "?area=" + code + "&list=" + list
}

func (r *request) redTile(reds int, code string) figureTile {
	return figureTile{Name: r.T("admin.figures.today.red"), N: thousands(reds), Link: r.watchLink("red", code), State: r.state("red")}
}

func (r *request) declaredTile(all []store.Figure, code string, today core.Day) figureTile {
	sums := make(map[string]int64)
	for _, f := range all {
		sums[""] += f.N
		sums[f.By[0]] += f.N
		sums[f.By[1]] += f.N
	}
	ask := figureAsk{Kind: store.FigureDeclarations, Area: code, Period: "today"}
	t := figureTile{Name: r.T("admin.figures.today.declared"), N: count(sums[""]), Link: ask.link()}
	for _, form := range []string{"journey", "resident"} {
		t.Parts = append(t.Parts, figureCell{Text: r.FormTitle(form) + ": " + count(sums[form]), Link: ask.of("form", form).link()})
	}
	for _, stage := range []string{"new", "supplement"} {
		t.Parts = append(t.Parts, figureCell{Text: r.figureValue("stage", stage) + ": " + count(sums[stage]), Link: ask.of("stage", stage).link()})
	}
	return t
}

func (r *request) arrivalTile(all []store.Figure, code string) figureTile {
	sums := make(map[string]int64)
	for _, f := range all {
		sums[f.By[0]] += f.N
	}
	ask := figureAsk{Kind: store.FigureArrivals, Area: code, Period: "all"}
	t := figureTile{Name: r.T("admin.figures.today.unverified"), N: count(sums["new"]), Link: r.arrivalLink(ask, "new", code)}
	for _, state := range []string{"unverifiable", "arrived", "moved"} {
		t.Parts = append(t.Parts, figureCell{Text: r.figureValue("verification", state) + ": " + count(sums[state]), Link: r.arrivalLink(ask, state, code)})
	}
	return t
}

// arrivalLink is the work list of a state, for who sees none the figures.
func (r *request) arrivalLink(ask figureAsk, state, code string) string {
	if link := r.listOf(ask.of("verification", state), code); link != "" {
		return link
	}
	return ask.of("verification", state).link()
}

// watchTiles are the watched by kind, and beside the ill of them the silent and
// those who were never reached: who says nothing is not well.
func (r *request) watchTiles(all []store.Figure, code string) []figureTile {
	kinds, colours := make(map[string]int64), make(map[string]int64)
	var total, silent, never, stopped int64
	for _, f := range all {
		watch, state, colour, heard, missed, noway := f.By[0], f.By[1], f.By[2], f.By[3], f.By[4], f.By[5]
		if state != "open" {
			continue
		}
		total += f.N
		kinds[watch] += f.N
		colours[colour] += f.N
		switch {
		case heard == "no" && (missed == "yes" || noway == "yes"):
			never += f.N
		case missed == "yes":
			silent += f.N
		}
		if noway == "yes" {
			stopped += f.N
		}
	}
	ask := figureAsk{Kind: store.FigureMonitorings, Area: code, Period: "all", Only: map[string]string{"state": "open"}}
	watched := figureTile{Name: r.T("admin.figures.today.watched"), N: count(total), Link: ask.link()}
	for _, kind := range []core.Kind{core.KindCentral, core.KindHome, core.KindWatch, core.KindLockdown, core.KindPatient} {
		if n := kinds[string(kind)]; n > 0 {
			watched.Parts = append(watched.Parts, figureCell{Text: r.Kind(kind) + ": " + count(n), Link: ask.of("watch", string(kind)).link()})
		}
	}
	for _, c := range []string{"red", "orange"} {
		watched.Parts = append(watched.Parts, figureCell{Text: r.T("admin.state."+c) + ": " + count(colours[c]), Link: ask.of("colour", c).link()})
	}
	quiet := figureTile{Name: r.T("admin.figures.today.silent"), N: count(silent + never), State: r.state("grey"), Link: r.watchLink("silent", code), Note: r.T("admin.figures.today.silent.note"),
		Parts: []figureCell{{Text: r.T("admin.watch.list.silent") + ": " + count(silent), Link: r.watchLink("silent", code)}, {Text: r.T("admin.watch.list.never") + ": " + count(never), Link: r.watchLink("never", code)}}}
	return []figureTile{watched, quiet}
}

func (r *request) askedTile(all []store.Figure, code string) figureTile {
	sums := make(map[string]int64)
	for _, f := range all {
		yes := func(i int) bool { return f.By[i] == "yes" }
		for _, c := range promptColumns {
			if c.holds(yes(0), yes(1), yes(2), yes(3), yes(4)) {
				sums[c.name] += f.N
			}
		}
	}
	ask := figureAsk{Kind: store.FigurePrompts, Area: code, Period: "today"}
	t := figureTile{Name: r.T("admin.figures.today.answered"), N: r.T("admin.figures.of", "n", count(sums["answered"]), "all", count(sums["asked"])), Link: ask.link()}
	for _, name := range []string{"delivered", "silent", "unreached", "escalated"} {
		t.Parts = append(t.Parts, figureCell{Text: r.T("admin.figures.prompt."+name) + ": " + count(sums[name])})
	}
	return t
}
