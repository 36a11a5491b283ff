package store

import (
	"time"

	"khaibao/core"
	"khaibao/core/duty"
)

// Filter narrows a list of declarations; its zero value narrows nothing.
type Filter struct {
	From, To    core.Day // the days on which they were made, both included
	Area        string   // GSO code inside the scope
	Name        string   // folded: a name, a given name, the beginning of one
	Form        string   // "resident", "journey"
	Origin      string   // of a journey: GSO code of a province, ISO 3166 code of a country
	Channel     string
	Symptomatic bool
	Exposed     bool
	Proof       string      // "proven", "unproven"
	Colour      core.Colour // that it was given
	NewestOnly  bool        // no declaration that has a newer version
	OldestFirst bool        // the order

	// Figure narrows the list to what one figure counts: a dimension of
	// FigureDeclarations -> its value.
	Figure map[string]string
}

// masked is the filter without what a duty that sees the list masked does not
// see, as to filter by it would tell it.
func (f Filter) masked() Filter {
	f.Name, f.Origin, f.Symptomatic, f.Exposed, f.Colour = "", "", false, false, core.ColourNone
	f.Figure = maskedFigure(f.Figure)
	return f
}

// and adds a condition to one of the three, in which each ? stands for the next
// argument.
func (w *walk) and(to *string, text string, args ...any) {
	c := conditions{args: w.args}
	c.and(text, args...)
	*to += c.text.String()
	w.args = c.args
}

// walkOf is the walk of a filter inside a scope; not ok when the filter asks for
// an area outside it.
func (s *Store) walkOf(scope duty.Scope, f Filter) (*walk, bool) {
	code := scope.Area
	if f.Area != "" {
		code = f.Area
	}
	column, ok := scopeColumn(code)
	if !ok || !scope.Holds(code) || scope == duty.Everywhere {
		return nil, false
	}
	w := &walk{level: column, patience: s.listTime, oldest: f.OldestFirst}
	w.and(&w.area, "d."+column+" = ?", code)
	if start, err := time.ParseInLocation(time.DateOnly, string(f.From), core.Zone); err == nil {
		w.from = start.UnixMilli()
	}
	if end, err := time.ParseInLocation(time.DateOnly, string(f.To), core.Zone); err == nil {
		w.end = end.AddDate(0, 0, 1).UnixMilli()
	}
	if f.Form != "" {
		w.and(&w.kept, "d.form = ?", f.Form)
	}
	if f.Origin != "" {
		w.and(&w.kept, "d.origin = ?", f.Origin)
	}
	if f.Channel != "" {
		w.and(&w.kept, "d.channel = ?", f.Channel)
	}
	if f.Symptomatic {
		w.and(&w.kept, "d.symptoms > 0")
	}
	if f.Exposed {
		w.and(&w.kept, "d.exposures > 0")
	}
	if f.Proof != "" {
		w.and(&w.kept, "d.proven = ?", bit(f.Proof == "proven"))
	}
	if f.Colour != core.ColourNone {
		w.and(&w.kept, "d.colour = ?", string(f.Colour))
	}
	if !w.figure(f.Figure) {
		return nil, false
	}
	if f.NewestOnly {
		// A join here lets PostgreSQL read a million people before the first row.
		w.and(&w.looked, "d.id = (SELECT p.newest FROM people p WHERE p.id = d.person_id)")
	}
	return w, true
}
