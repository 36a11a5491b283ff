package admin

import (
	"net/url"
	"slices"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

const triagePath = "/admin/triage"

// triageRoutes are the lists by colour and the pages of people.
func (s *Server) triageRoutes() []route {
	return []route{
		{pattern: "GET " + triagePath, may: may(duty.Watch), handle: s.showTriage},
		{pattern: "POST " + triagePath, may: may(duty.Call), handle: s.nextTriage},
		{pattern: "GET /admin/people/{id}", may: lists, handle: s.showPerson},
		{pattern: "POST /admin/people/{id}/call", may: may(duty.Call), handle: s.keepCall},
		{pattern: "POST /admin/people/{id}/colour", may: may(duty.Manage), handle: s.changeColour},
	}
}

// triageFilter is the filter of the lists by colour as a link carries it.
type triageFilter struct{ store.TriageFilter }

func readTriageFilter(get func(string) string) triageFilter {
	f := triageFilter{store.TriageFilter{Colour: core.Colour(get("colour")), State: get("state"), Area: get("area")}}
	if f.Colour.Rank() == 0 {
		f.Colour = core.ColourRed
	}
	if !slices.Contains(store.TriageStates(), f.State) {
		f.State = ""
	}
	return f
}

// Values is the filter as the query of a link.
func (f triageFilter) Values() url.Values {
	v := url.Values{"colour": {string(f.Colour)}}
	for key, value := range map[string]string{"state": f.State, "area": f.Area} {
		if value != "" {
			v.Set(key, value)
		}
	}
	return v
}

// Text is the filter in one field, as a person's page carries it on.
func (f triageFilter) Text() string { return f.Values().Encode() }

// With is the link to this list with one field changed.
func (f triageFilter) With(field string, value any) string {
	v := f.Values()
	text, _ := value.(string)
	if c, ok := value.(core.Colour); ok {
		text = string(c)
	}
	v.Set(field, text)
	if text == "" {
		v.Del(field)
	}
	if field == "colour" {
		v.Del("state")
	}
	return withQuery(triagePath, v)
}

// triagePage is what the lists by colour show.
type triagePage struct {
	Filter  triageFilter
	Page    store.TriagePage
	Colours []core.Colour
	States  []string
	Areas   []area.Unit
	First   bool
	Worked  bool // nobody is left to be called
}

// Waiting, InState and Silent say how many there are.
func (p triagePage) Waiting(c core.Colour) string { return counted(p.Page.Waiting[c]) }
func (p triagePage) InState(state string) string  { return counted(p.Page.States[state]) }
func (p triagePage) Silent() string               { return counted(p.Page.Silent) }
func (p triagePage) Left() bool                   { return p.Page.States["waits"]+p.Page.States["tried"] > 0 }

// worst is the gravest colour in which somebody waits; red where nobody does.
// Green ones are no work.
func (p triagePage) worst() core.Colour {
	for _, c := range []core.Colour{core.ColourRed, core.ColourOrange, core.ColourYellow} {
		if p.Page.Waiting[c] > 0 {
			return c
		}
	}
	return core.ColourRed
}

func (s *Server) showTriage(r *request) (string, any, error) {
	q := r.URL.Query()
	page := triagePage{Filter: readTriageFilter(q.Get), Colours: colours, States: store.TriageStates(), Areas: areasIn(r.Officer.Area),
		First: q.Get("after") == "", Worked: q.Get("done") == "1"}
	look := store.Look{Officer: *r.Officer, Screen: "triage", At: r.At}
	var err error
	page.Page, err = s.Store.Triage(r.Context(), look, r.Officer.WatchScope(), page.Filter.TriageFilter, q.Get("after"))
	if worst := page.worst(); err == nil && q.Get("colour") == "" && worst != page.Filter.Colour {
		page.Filter.Colour = worst
		page.Page, err = s.Store.Triage(r.Context(), look, r.Officer.WatchScope(), page.Filter.TriageFilter, "")
	}
	return "triage.html", page, err
}

// nextTriage leads to the next person of a list, who is the officer's for a
// while.
func (s *Server) nextTriage(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	return "", nil, s.toNext(r, readTriageFrom(r.PostFormValue("from")), "", url.Values{})
}

// readTriageFrom reads what Text wrote.
func readTriageFrom(text string) triageFilter {
	v, err := url.ParseQuery(text)
	if err != nil {
		v = nil
	}
	return readTriageFilter(v.Get)
}

// toNext redirects to the next one of a list but one, or to the list where
// nobody is left.
func (s *Server) toNext(r *request, f triageFilter, but string, v url.Values) error {
	look := store.Look{Officer: *r.Officer, Screen: "triage", At: r.At}
	next, err := s.Store.NextTriage(r.Context(), look, r.Officer.WatchScope(), f.TriageFilter, but)
	if err != nil {
		return err
	}
	if next == "" {
		return redirect(f.With("done", "1"))
	}
	v.Set("from", f.Text())
	return redirect(withQuery(personPath+next, v))
}
