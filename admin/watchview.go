package admin

import (
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
)

// part is what a template of one field is given: the page, the field's name
// and what it chooses among, or an example of what to type.
type part struct {
	Root *view
	Name string
	List any
}

func choices(root *view, name string, list any) part { return part{root, name, list} }

// What the forms of the acts choose among.
func (f *actForm) Outcomes() []string     { return outcomes }
func (f *actForm) Symptoms() []string     { return symptoms }
func (f *actForm) Asks() []string         { return asks }
func (f *actForm) Reasons() []string      { return reasons }
func (f *actForm) Results() []string      { return results }
func (f *actForm) Kinds() []core.Kind     { return kinds }
func (f *actForm) Windows() []core.Window { return windows }
func (f *actForm) Classes() []core.Class  { return classes }

// Lower are the colours below the one that stands.
func (f *actForm) Lower() (list []core.Colour) {
	for _, c := range []core.Colour{core.ColourOrange, core.ColourYellow, core.ColourGreen} {
		if c.Rank() < f.Record.Colour.Rank() {
			list = append(list, c)
		}
	}
	return list
}

// Adds tells whether the act only adds to the record.
func (f *actForm) Adds() bool { return findAct(f.Act).adds }

// Last is what an officer did last, to be told to who comes second.
func (f *actForm) Last() *store.Happening {
	for i := range f.Record.Events {
		if h := &f.Record.Events[i]; h.Officer != "" && len(h.After) > 0 {
			return h
		}
	}
	return nil
}

// Choice names one of the choices of a field.
func (r *request) Choice(field, value string) string { return r.T(coded[field] + value) }

// Symptom names one symptom.
func (r *request) Symptom(id string) string { return r.word("resident", "symptoms", id) }

// Measure names a measure.
func (r *request) Measure(m core.Measure) string { return r.T("admin.measure." + string(m)) }

// district is one district with its communes.
type district struct {
	area.Unit
	Communes []area.Unit
}

// Communes are those of the officer's province, by district.
func (r *request) Communes() (list []district) {
	for _, d := range area.Children(area.Province(r.Officer.Area)) {
		list = append(list, district{d, area.Children(d.Code)})
	}
	return list
}

// Today is the civil day of the page.
func (r *request) Today() core.Day { return core.DayOf(r.At) }

// clock is the time of a moment's civil day.
func clock(t time.Time) string { return t.In(core.Zone).Format("15:04") }

// showPrint is the confirmation of an end, for paper.
func (s *Server) showPrint(r *request) (string, any, error) {
	rec, err := s.openWatched(r, "confirmation")
	if err != nil {
		return "", nil, err
	}
	if rec.Ended.IsZero() {
		return "", nil, core.ErrNotFound
	}
	return "print.html", rec, nil
}

// OwnCommunes are the communes of the officer's own area.
func (r *request) OwnCommunes() (list []area.Unit) {
	if u, ok := area.Get(r.Officer.Area); ok && u.Level == area.LevelCommune {
		return []area.Unit{u}
	}
	for _, u := range areasIn(r.Officer.Area) {
		if u.Level == area.LevelCommune {
			list = append(list, u)
		}
	}
	return list
}

// Others are how many of those who live in an area are not named.
func (f *openForm) Others() int { return len(f.Living.IDs) - len(f.Living.First) }
