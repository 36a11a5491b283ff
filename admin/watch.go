package admin

import (
	"net/url"
	"slices"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

const watchPath = "/admin/monitoring"

// may makes a rule of an act of the duty table.
func may(a duty.Act) rule {
	return func(o *duty.Officer) bool { return o != nil && o.MayDo(a) }
}

// watchListPage is what the lists of the monitored show.
type watchListPage struct {
	Filter store.WatchFilter
	Page   store.WatchedPage
	Lists  []string
	Areas  []area.Unit
	First  bool
}

// With is the link to these lists with one field changed.
func (p watchListPage) With(field, value string) string {
	v := url.Values{}
	for key, old := range map[string]string{"list": p.Filter.List, "area": p.Filter.Area} {
		if old != "" {
			v.Set(key, old)
		}
	}
	v.Set(field, value)
	if value == "" {
		v.Del(field)
	}
	if len(v) == 0 {
		return watchPath
	}
	return watchPath + "?" + v.Encode()
}

// Count says how many are on a list.
func (p watchListPage) Count(list string) string { return counted(p.Page.Counts[list]) }

// showWatch shows one of the lists; without a choice the most urgent one that
// holds somebody.
func (s *Server) showWatch(r *request) (string, any, error) {
	q := r.URL.Query()
	page := watchListPage{Filter: store.WatchFilter{List: q.Get("list"), Area: q.Get("area")}, Lists: store.WatchLists(), Areas: areasIn(r.Officer.Area), First: q.Get("after") == ""}
	if !slices.Contains(store.WatchLists(), page.Filter.List) {
		page.Filter.List = "all"
	}
	look := store.Look{Officer: *r.Officer, Screen: "monitoring", At: r.At}
	var err error
	page.Page, err = s.Store.WatchList(r.Context(), look, r.Officer.WatchScope(), page.Filter, q.Get("after"))
	return "monitoring.html", page, err
}

// Colour is a colour as a page shows it: one of five, each with a shape and a
// word (grey for silence).
type Colour struct{ Class, Shape, Word string }

// shapes are the shapes of the five states.
var shapes = map[string]string{"red": "■", "orange": "▲", "yellow": "◆", "green": "●", "grey": "○"}

// State is a colour with its shape and its word; "" gives nothing.
func (r *request) State(c core.Colour) *Colour { return r.state(string(c)) }

// Grey is the state of silence.
func (r *request) Grey() *Colour { return r.state("grey") }

func (r *request) state(name string) *Colour {
	shape, ok := shapes[name]
	if !ok {
		return nil
	}
	return &Colour{name, shape, r.T("admin.state." + name)}
}

// RowState is how a monitored person stands: silent where a question was not
// answered, unless what was heard before was worse than mild; nil before the
// first answer.
func (r *request) RowState(row store.WatchedRow) *Colour {
	if row.Missed > 0 && row.Colour.Rank() < core.ColourOrange.Rank() {
		return r.state("grey")
	}
	return r.State(row.Colour)
}

// Kind names a kind of monitoring, Window a window, Class a class.
func (r *request) Kind(k core.Kind) string     { return r.T("admin.kind." + string(k)) }
func (r *request) Window(w core.Window) string { return r.T("admin.window." + string(w)) }
func (r *request) Class(c core.Class) string   { return r.T("admin.class." + string(c)) }

// SymptomList puts symptoms into words.
func (r *request) SymptomList(ids []string) string { return r.listed("resident", "symptoms", ids) }

// Place is where somebody is watched: facility and room, or the quarter.
func (r *request) Place(m core.Monitoring) string {
	if m.Facility != "" {
		room := ""
		if m.Room != "" {
			room = r.T("admin.watch.room", "room", m.Room)
		}
		return joined(m.Facility, room)
	}
	return r.Quarter(m.Sub)
}

// Left says how long a monitoring lasts still.
func (r *request) Left(m core.Monitoring) string {
	today := core.DayOf(r.At)
	switch {
	case !m.Ended.IsZero():
		return r.T("admin.end." + string(m.End))
	case m.Until < today:
		return r.T("admin.watch.over", "day", m.Until.Local())
	case m.Until == today:
		return r.T("admin.watch.today")
	}
	return r.T("admin.watch.until", "day", m.Until.Local())
}
