package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/flows"
)

// filterForm is the filter of the list as it was filled in. What cannot be
// read stays in its field with the reason beside it.
type filterForm struct {
	From, To, Area, Name, Form, Origin, Channel, Show, Proof, Colour, Order string

	NewestOnly bool
	Figure     map[string]string // what the figure counts that leads here
	Errors     map[string]string // field -> locale key
}

// What the filter may choose among.
var (
	forms    = []string{"resident", "journey"}
	channels = []string{"telegram", "zalo", "sms", "web", "officer"}
	proofs   = []string{"proven", "unproven"}
	colours  = []core.Colour{core.ColourRed, core.ColourOrange, core.ColourYellow, core.ColourGreen}
)

func readFilter(get func(string) string) filterForm {
	f := filterForm{From: get("from"), To: get("to"), Area: get("area"), Name: strings.TrimSpace(get("name")), Form: get("form"), Origin: get("origin"),
		Channel: get("channel"), Show: get("show"), Proof: get("proof"), Colour: get("colour"), Order: get("order"), NewestOnly: get("newest") == "1", Figure: make(map[string]string)}
	for _, d := range store.Dimensions(store.FigureDeclarations) {
		if value := get("f." + d.Name); value != "" {
			f.Figure[d.Name] = value
		}
	}
	if f.Order != "oldest" {
		f.Order = ""
	}
	return f
}

// read makes the store's filter of the form.
func (f *filterForm) read() (out store.Filter) {
	f.Errors = make(map[string]string)
	day := func(field, text string) core.Day {
		if text == "" {
			return ""
		}
		for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
			if t, err := time.Parse(layout, text); err == nil {
				return core.Day(t.Format(time.DateOnly))
			}
		}
		f.Errors[field] = "admin.filter.day"
		return ""
	}
	out.From, out.To = day("from", f.From), day("to", f.To)
	if f.From != "" && out.From != "" {
		f.From = string(out.From)
	}
	if f.To != "" && out.To != "" {
		f.To = string(out.To)
	}
	if out.From != "" && out.To != "" && out.To < out.From {
		f.Errors["to"] = "admin.filter.order"
	}
	out.Area, out.NewestOnly, out.OldestFirst, out.Figure = f.Area, f.NewestOnly, f.Order == "oldest", f.Figure
	out.Name = reading.Fold(f.Name)
	if f.Name != "" && out.Name == "" {
		f.Errors["name"] = "admin.filter.name"
	}
	if slices.Contains(forms, f.Form) {
		out.Form = f.Form
	}
	if _, country := slices.BinarySearch(flows.Abroad(), f.Origin); country || area.Province(f.Origin) == f.Origin {
		out.Origin = f.Origin
	} else {
		f.Origin = "" // nobody's: it narrows nothing
	}
	if slices.Contains(channels, f.Channel) {
		out.Channel = f.Channel
	}
	out.Symptomatic, out.Exposed = f.Show == "symptomatic", f.Show == "exposed"
	if slices.Contains(proofs, f.Proof) {
		out.Proof = f.Proof
	}
	if core.Colour(f.Colour).Rank() > 0 {
		out.Colour = core.Colour(f.Colour)
	}
	return out
}

// Values is the filter as the query of a link. A name is not in it: it would
// stay in the browser's history.
func (f filterForm) Values() url.Values {
	v := url.Values{}
	for key, value := range map[string]string{"from": f.From, "to": f.To, "area": f.Area, "form": f.Form, "origin": f.Origin, "channel": f.Channel,
		"show": f.Show, "proof": f.Proof, "colour": f.Colour, "order": f.Order} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if f.NewestOnly {
		v.Set("newest", "1")
	}
	for name, value := range f.Figure {
		v.Set("f."+name, value)
	}
	return v
}

// Active tells whether anything is filtered.
func (f filterForm) Active() bool { return len(f.Values()) > 0 || f.Name != "" }

// With is the link to this filter with one field changed.
func (f filterForm) With(field, value string) string {
	v := f.Values()
	v.Set(field, value)
	if value == "" {
		v.Del(field)
	}
	return listURL(v)
}

func listURL(v url.Values) string {
	if len(v) == 0 {
		return "/admin/declarations"
	}
	return "/admin/declarations?" + v.Encode()
}

// listPage is what the list shows.
type listPage struct {
	Filter    filterForm
	Page      store.Page
	Areas     []area.Unit // those inside the officer's area that one may choose
	Forms     []string
	Channels  []string
	Proofs    []string
	Colours   []core.Colour
	Reached   *Moment // how far was looked, where the page ends for the time it took
	Older     string  // link to the next page, "" when the list was searched by name or ends
	Next      string  // cursor of the next page for a search by name
	FirstPage bool
}

// Counted says a count, with a + where there may be more.
func (l listPage) Counted(n int) string {
	if l.Page.Counts.More {
		return thousands(n) + "+"
	}
	return thousands(n)
}

// On is the locale key of the way to the next page.
func (l listPage) On() string {
	switch {
	case l.Reached != nil:
		return "admin.list.further"
	case l.Filter.Order == "oldest":
		return "admin.list.newer"
	}
	return "admin.list.older"
}

func counted(n int) string {
	if n >= store.CountedAtMost {
		return thousands(store.CountedAtMost) + "+"
	}
	return thousands(n)
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "." + text[i:]
	}
	return text
}

func (s *Server) showDeclarations(r *request) (string, any, error) {
	q := r.URL.Query()
	f := readFilter(q.Get)
	f.Name = ""
	return s.list(r, f, q.Get("after"))
}

// searchDeclarations takes the filter's form: without a name it leads to the
// page that has a link of its own, with one it answers at once.
func (s *Server) searchDeclarations(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f := readFilter(r.PostFormValue)
	if f.Name == "" {
		return "", nil, redirect(listURL(f.Values()))
	}
	return s.list(r, f, r.PostFormValue("after"))
}

func (s *Server) list(r *request, f filterForm, after string) (string, any, error) {
	filter := f.read()
	page := listPage{Filter: f, Areas: areasIn(r.Officer.Area), Forms: forms, Channels: channels, Proofs: proofs, Colours: colours, FirstPage: after == ""}
	if len(f.Errors) > 0 {
		return "declarations.html", page, status(http.StatusUnprocessableEntity)
	}
	look := store.Look{Officer: *r.Officer, Screen: "declarations", At: r.At}
	var err error
	page.Page, err = s.Store.Declarations(r.Context(), look, r.Officer.ListScope(), filter, parseCursor(after))
	if err != nil {
		return "", nil, err
	}
	if reached := page.Page.Reached; !reached.IsZero() {
		m := r.Moment(reached)
		page.Reached = &m
	}
	if next := page.Page.Next; next != (store.Cursor{}) {
		page.Next = cursorText(next)
		if f.Name == "" {
			page.Older = f.With("after", page.Next)
		}
	}
	return "declarations.html", page, nil
}

func cursorText(c store.Cursor) string { return strconv.FormatInt(c.At, 10) + "." + c.ID }

// parseCursor reads where a page begins; what is no cursor begins anew.
func parseCursor(text string) store.Cursor {
	at, id, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || strings.Trim(id, "0123456789abcdef-") != "" {
		return store.Cursor{}
	}
	return store.Cursor{At: n, ID: id}
}

// areasIn lists an area's units: districts and their communes for a province,
// communes for a district.
func areasIn(code string) []area.Unit {
	var all []area.Unit
	for _, u := range area.Children(code) {
		all = append(all, u)
		all = append(all, area.Children(u.Code)...)
	}
	return all
}

// recordPage is what one declaration's page shows.
type recordPage struct {
	*store.Declaration
	Changes []change   // the history, the newest first
	Likely  []likePair // with whom the person may be one
	Watched string     // ID of the open monitoring of the person, where the officer may see it
	MayOpen bool       // the officer may open one
}

// change is one version and what it changed.
type change struct {
	store.Version
	This   bool
	Fields []fieldChange // against the version before; nil for the first
}

type fieldChange struct{ Label, Before, After string }

func (s *Server) showDeclaration(r *request) (string, any, error) {
	look := store.Look{Officer: *r.Officer, Screen: "declaration", At: r.At}
	d, err := s.Store.Declaration(r.Context(), look, r.Officer.ListScope(), r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	watched, err := s.Store.OpenWatchOf(r.Context(), *r.Officer, r.Officer.WatchScope(), d.Person.ID)
	if err != nil {
		return "", nil, err
	}
	page := recordPage{Declaration: d, Watched: watched, MayOpen: r.Officer.MayDo(duty.Manage) && r.Officer.WatchScope().Holds(d.Person.Area),
		Likely: likePairs(d.Alike, func(id string) string { return d.Names[id] })}
	page.Changes = r.changes(d)
	return "declaration.html", page, nil
}

// changes are the versions of a declaration with what each changed.
func (r *request) changes(d *store.Declaration) (all []change) {
	for i, v := range d.History {
		c := change{Version: v, This: v.ID == d.ID}
		if i+1 < len(d.History) {
			c.Fields = r.compare(d.History[i+1], v)
		}
		all = append(all, c)
	}
	return all
}
