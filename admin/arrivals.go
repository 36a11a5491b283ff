package admin

import (
	"fmt"
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

const arrivalsPath = "/admin/arrivals"

// arrivalRoutes are the work list of arrivals and what is done there.
func (s *Server) arrivalRoutes() []route {
	return []route{
		{pattern: "GET " + arrivalsPath, may: lists, handle: s.showArrivals},
		{pattern: "POST " + arrivalsPath, may: may(duty.Verify), handle: s.verifyMany},
		{pattern: "GET " + arrivalsPath + "/{id}", may: lists, handle: s.showArrival},
		{pattern: "POST " + arrivalsPath + "/{id}", may: may(duty.Verify), handle: s.verifyOne},
		{pattern: "GET " + arrivalsPath + "/{id}/correct", may: may(duty.Verify), handle: s.showCorrection},
		{pattern: "POST " + arrivalsPath + "/{id}/correct", may: may(duty.Verify), handle: s.correct},
	}
}

// arrivalFilter is the filter of the work list as a link carries it.
type arrivalFilter struct{ store.ArrivalFilter }

func readArrivalFilter(get func(string) string) arrivalFilter {
	f := arrivalFilter{store.ArrivalFilter{List: get("list"), Area: get("area"), Sub: get("sub"), When: get("when"), Origin: get("origin"), Colour: core.Colour(get("colour"))}}
	if !slices.Contains(store.ArrivalLists(), f.List) {
		f.List = string(core.VerifyNew)
	}
	if !slices.Contains(store.ArrivalWhens(), f.When) {
		f.When = ""
	}
	if f.Colour.Rank() == 0 {
		f.Colour = ""
	}
	return f
}

// Values is the filter as the query of a link.
func (f arrivalFilter) Values() url.Values {
	v := url.Values{}
	for key, value := range map[string]string{"list": f.List, "area": f.Area, "sub": f.Sub, "when": f.When, "origin": f.Origin, "colour": string(f.Colour)} {
		if value != "" && (key != "list" || value != string(core.VerifyNew)) {
			v.Set(key, value)
		}
	}
	return v
}

// Text is the filter in one field, as the page of one arrival carries it on.
func (f arrivalFilter) Text() string { return f.Values().Encode() }

// With is the link to this list with one field changed.
func (f arrivalFilter) With(field, value string) string {
	v := f.Values()
	v.Set(field, value)
	if value == "" {
		v.Del(field)
	}
	if field == "area" {
		v.Del("sub")
	}
	return withQuery(arrivalsPath, v)
}

func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// Narrowed tells whether anything but the list was chosen.
func (f arrivalFilter) Narrowed() bool {
	f.List = string(core.VerifyNew)
	return len(f.Values()) > 0
}

// arrivalsPage is what the work list shows.
type arrivalsPage struct {
	Filter  arrivalFilter
	Page    store.ArrivalPage
	Lists   []string
	Whens   []string
	Colours []core.Colour
	Origins []string // those on the list, the most frequent first
	Subs    []string
	Areas   []area.Unit
	First   bool
	Once    string
	Done    []manyDone  // what came of a form about many
	Last    arrivalDone // of the last one that was on the list
	Failed  int
	Error   string // locale key of what was wrong with such a form
}

// Count says how many are on a list.
func (p arrivalsPage) Count(list string) string { return counted(p.Page.Lists[list]) }

// Some says how many a filter leaves, at least that many where counting stopped.
func (p arrivalsPage) Some(n int) string {
	if p.Page.Counts.Capped && n > 0 {
		return thousands(n) + "+"
	}
	return thousands(n)
}

// When, Colour, Origin and Sub count what their choices leave.
func (p arrivalsPage) When(when string) string     { return p.Some(p.Page.Counts.Whens[when]) }
func (p arrivalsPage) Colour(c core.Colour) string { return p.Some(p.Page.Counts.Colours[c]) }
func (p arrivalsPage) Origin(origin string) string { return p.Some(p.Page.Counts.Origins[origin]) }
func (p arrivalsPage) InSub(sub string) string     { return p.Some(p.Page.Counts.Subs[sub]) }
func (p arrivalsPage) All() string                 { return p.Some(p.Page.Counts.All) }
func (p arrivalsPage) Chooses(state string) bool {
	return state == "new" || state == "up" || state == "unverifiable"
}
func (p arrivalsPage) Settled(done []manyDone) int   { return len(done) - p.Failed }
func (p arrivalsPage) Shown(list string, n int) bool { return list != "up" || n > 0 }

func (s *Server) showArrivals(r *request) (string, any, error) {
	q := r.URL.Query()
	return s.arrivals(r, arrivalsPage{Filter: readArrivalFilter(q.Get), Last: readDone(q)}, q.Get("after"))
}

func (s *Server) arrivals(r *request, page arrivalsPage, after string) (string, any, error) {
	page.Lists, page.Whens, page.Areas, page.First, page.Once = store.ArrivalLists(), store.ArrivalWhens(), areasIn(r.Officer.Area), after == "", core.NewID()
	page.Colours = colours
	look := store.Look{Officer: *r.Officer, Screen: "arrivals", At: r.At}
	var err error
	page.Page, err = s.Store.Arrivals(r.Context(), look, r.Officer.ListScope(), page.Filter.ArrivalFilter, after)
	if err != nil {
		return "", nil, err
	}
	page.Origins, page.Subs = mostFirst(page.Page.Counts.Origins), mostFirst(page.Page.Counts.Subs)
	switch {
	case page.Error != "":
		return "arrivals.html", page, status(http.StatusUnprocessableEntity)
	case page.Failed > 0:
		return "arrivals.html", page, status(http.StatusConflict)
	}
	return "arrivals.html", page, nil
}

// mostFirst are the keys of counts that are named, the largest count first.
func mostFirst(counts map[string]int) (keys []string) {
	for key := range counts {
		if key != "" {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return keys
}

// Verification names a state of verification, Surveillance a form of it.
func (r *request) Verification(v any) string       { return r.T("admin.verify.state." + fmt.Sprint(v)) }
func (r *request) Surveillance(form string) string { return r.orKey("admin.surveillance."+form, form) }

// From names where somebody comes from: a province or a country.
func (r *request) From(origin string) string {
	if origin == "" {
		return r.T("admin.unknown")
	}
	if u, known := area.Get(origin); known {
		return u.FullName
	}
	return r.country(origin)
}

// Level says whose turn an arrival is, where it is not the commune's.
func (r *request) Level(a core.Arrival) string {
	u, known := area.Get(a.Owner)
	if a.State != core.VerifyUnverifiable || !known {
		return ""
	}
	return r.T("admin.verify.with", "area", u.FullName)
}

// ArrivalDay says when somebody comes, seen from today.
func (r *request) ArrivalDay(d core.Day) string {
	today := core.DayOf(r.At)
	switch {
	case d == "":
		return r.T("admin.unknown")
	case d == today:
		return r.T("admin.verify.today", "day", d.Local())
	case d < today:
		return r.T("admin.verify.since", "day", d.Local(), "n", strconv.Itoa(daysBetween(d, today)))
	}
	return r.T("admin.verify.in", "day", d.Local(), "n", strconv.Itoa(daysBetween(today, d)))
}

// daysBetween counts the days from one to a later one, a thousand at most.
func daysBetween(a, b core.Day) (n int) {
	for ; a < b && n < 1000; a = a.Add(1) {
		n++
	}
	return n
}
