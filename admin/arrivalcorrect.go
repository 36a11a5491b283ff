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
	"khaibao/core/reading"
	"khaibao/core/store"
)

// correction is the page on which what was declared stands beside what the
// officer found, as it was filled in.
type correction struct {
	Record  *store.ArrivalRecord
	Fields  []correctField
	Value   map[string]string
	Errors  map[string]string // field -> locale key
	Changed bool              // somebody else changed it since the officer opened it
}

// correctField is one fact: as it was declared, in words, and as it is typed.
type correctField struct {
	Name, Label, Said string
	Day               bool
	Options           []correctOption // nil for a text
}

type correctOption struct{ Value, Label string }

// V is what was filled in.
func (c *correction) V(name string) string { return c.Value[name] }

// vehicles are those of the journey declaration.
var vehicles = []string{"plane", "train", "coach", "car", "motorbike", "taxi", "boat", "other"}

// openCorrection opens what was declared of an arrival.
func (s *Server) openCorrection(r *request) (*correction, error) {
	look := store.Look{Officer: *r.Officer, Screen: "correct", At: r.At}
	rec, err := s.Store.Arrival(r.Context(), look, r.Officer.ListScope(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	p, said := rec.Said.Person, rec.Said.Version
	c := &correction{Record: rec, Errors: map[string]string{}, Value: map[string]string{"name": p.Name, "birth": r.Day(p.Birth), "sex": p.Sex, "id_number": p.IDNumber,
		"sub": p.Sub, "house": p.House, "from": rec.Origin, "once": core.NewID(), "version": strconv.Itoa(rec.Version)}}
	for _, key := range []string{"departed_on", "arrive_on", "vehicle", "vehicle_no"} {
		c.Value[key], _ = said.Said[key].(string)
	}
	add := func(name, label, shown string, options ...correctOption) {
		c.Fields = append(c.Fields, correctField{Name: name, Label: label, Said: shown, Options: options, Day: strings.HasSuffix(name, "_on")})
	}
	words := func(list []string, word func(string) string) (all []correctOption) {
		for _, v := range list {
			all = append(all, correctOption{v, word(v)})
		}
		return all
	}
	add("name", r.T("admin.compare.name"), p.Name)
	add("birth", r.T("admin.birth"), r.Day(p.Birth))
	add("sex", r.T("admin.compare.sex"), r.Sex(p.Sex), words([]string{"male", "female", "other"}, r.Sex)...)
	add("id_number", r.T("admin.id"), p.IDNumber)
	add("sub", r.T("admin.field.sub"), r.Quarter(p.Sub))
	add("house", r.T("admin.house"), p.House)
	origins := []correctOption{}
	if _, known := area.Get(rec.Origin); !known && rec.Origin != "" {
		origins = append(origins, correctOption{rec.Origin, r.From(rec.Origin)})
	}
	for _, u := range r.Provinces() {
		origins = append(origins, correctOption{u.Code, u.FullName})
	}
	add("from", r.T("admin.verify.origin"), r.From(rec.Origin), origins...)
	for _, key := range []string{"departed_on", "arrive_on", "vehicle", "vehicle_no"} {
		var options []correctOption
		if key == "vehicle" {
			options = words(vehicles, func(v string) string { return r.word(said.Form, "vehicle", v) })
		}
		add(key, r.question(said.Form, key), r.said(said.Form, key, said.Said[key]), options...)
	}
	return c, nil
}

func (s *Server) showCorrection(r *request) (string, any, error) {
	c, err := s.openCorrection(r)
	return "correct.html", c, err
}

// correct keeps what the officer found as a new version of the declaration.
func (s *Server) correct(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	c, err := s.openCorrection(r)
	if err != nil {
		return "", nil, err
	}
	was := c.Value
	c.Value = make(map[string]string)
	for key := range r.PostForm {
		c.Value[key] = strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue(key), ""))
	}
	change := c.read(r, was)
	if len(c.Errors) == 0 && change == nil {
		if c.Value["version"] != "" && c.Value["version"] != was["version"] { // sent twice, or another corrected the same
			return "", nil, redirect(withQuery(arrivalsPath+"/"+c.Record.ID, url.Values{"corrected": {"1"}}))
		}
		c.Errors["name"] = "admin.act.wrong.nothing"
	}
	if len(c.Errors) > 0 {
		return "correct.html", c, status(http.StatusUnprocessableEntity)
	}
	made := store.ArrivalCorrection{ID: c.Value["once"], Note: c.Value["note"], Change: change}
	made.Version, _ = strconv.Atoi(c.Value["version"])
	if len(made.ID) != 36 || strings.ContainsFunc(made.ID, notOfID) {
		made.ID = core.NewID()
	}
	look := store.Look{Officer: *r.Officer, Screen: "correct", At: r.At}
	err = s.Store.CorrectArrival(r.Context(), look, r.Officer.ListScope(), c.Record.ID, made)
	if errors.Is(err, store.ErrChanged) {
		typed := c.Value
		if c, err = s.openCorrection(r); err != nil {
			return "", nil, err
		}
		typed["once"], typed["version"], c.Changed = c.Value["once"], c.Value["version"], true
		c.Value = typed
		return "correct.html", c, status(http.StatusConflict)
	}
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(withQuery(arrivalsPath+"/"+c.Record.ID, url.Values{"corrected": {"1"}}))
}

// read reads what differs from what was declared; nil where nothing does.
func (c *correction) read(r *request, was map[string]string) func(d *core.Declaration) {
	var changes []func(d *core.Declaration)
	differs := func(field string) (string, bool) {
		v, sent := c.Value[field]
		if len(v) > 300 {
			c.Errors[field] = "admin.act.wrong.long"
		}
		return v, sent && v != was[field]
	}
	do := func(f func(d *core.Declaration)) { changes = append(changes, f) }
	if v, ok := differs("name"); ok {
		name, err := reading.ReadName(v)
		if err != nil {
			c.Errors["name"] = "admin.correct.name"
		}
		do(func(d *core.Declaration) {
			d.Person.Name, d.Person.Folded, d.Person.SortKey = name.Full, reading.Fold(name.Full), reading.SortKey(name.Full)
		})
	}
	if v, ok := differs("birth"); ok {
		birth := readBirth(v)
		if birth == "" || birth > string(core.DayOf(r.At)) || birth < "1900" {
			c.Errors["birth"] = "admin.act.wrong.day"
		}
		do(func(d *core.Declaration) { d.Person.Birth = birth })
	}
	if v, ok := differs("sex"); ok {
		if !slices.Contains([]string{"male", "female", "other"}, v) {
			c.Errors["sex"] = "admin.act.wrong.choice"
		}
		do(func(d *core.Declaration) { d.Person.Sex, d.Facts["sex"] = v, v })
	}
	if v, ok := differs("id_number"); ok {
		id, err := reading.ReadID(v, "")
		if err != nil || id.Normalized == "" {
			c.Errors["id_number"] = "admin.correct.id"
		}
		do(func(d *core.Declaration) {
			d.Person.ID, d.Person.IDType = id.Normalized, id.Type
			d.Facts["id_type"], d.Private["id_number"] = id.Type, id.Normalized
		})
	}
	if v, ok := differs("sub"); ok {
		do(func(d *core.Declaration) { d.Person.Sub = v; keepOr(d.Facts, "sub", v) })
	}
	if v, ok := differs("house"); ok {
		do(func(d *core.Declaration) { d.Person.House = v; keepOr(d.Private, "house", v) })
	}
	if v, ok := differs("from"); ok {
		if u, known := area.Get(v); !known || u.Level != area.LevelProvince || v == area.Province(r.Officer.Area) {
			c.Errors["from"] = "admin.act.wrong.choice"
		}
		do(func(d *core.Declaration) {
			d.Facts["from"] = v
			delete(d.Facts, "from_sub")
			delete(d.Private, "from_house")
		})
	}
	today := core.DayOf(r.At)
	for _, field := range []string{"departed_on", "arrive_on"} {
		if v, ok := differs(field); ok {
			day, read := readDay(v)
			if !read || day == "" || day < today.Add(-90) || day > today.Add(60) {
				c.Errors[field] = "admin.act.wrong.day"
			}
			do(func(d *core.Declaration) { d.Facts[field] = string(day) })
		}
	}
	if v, ok := differs("vehicle"); ok {
		if !slices.Contains(vehicles, v) {
			c.Errors["vehicle"] = "admin.act.wrong.choice"
		}
		do(func(d *core.Declaration) { d.Facts["vehicle"] = v })
	}
	if v, ok := differs("vehicle_no"); ok {
		do(func(d *core.Declaration) { keepOr(d.Private, "vehicle_no", v) })
	}
	if len(c.Value["note"]) > maxNote {
		c.Errors["note"] = "admin.act.wrong.long"
	}
	if len(changes) == 0 {
		return nil
	}
	return func(d *core.Declaration) {
		for _, change := range changes {
			change(d)
		}
	}
}

// keepOr keeps an answer, or none where it is empty.
func keepOr(answers map[string]any, key, value string) {
	if answers[key] = value; value == "" {
		delete(answers, key)
	}
}

// readBirth reads a birth as exactly as it is known: a day, a month or a year;
// "" for none of these.
func readBirth(text string) string {
	if day, ok := readDay(text); ok && day != "" {
		return string(day)
	}
	month, year, found := strings.Cut(text, "/")
	if !found {
		month, year = "", text
	}
	y, err := strconv.Atoi(year)
	if err != nil || y < 1900 || len(year) != 4 {
		return ""
	}
	if !found {
		return year
	}
	m, err := strconv.Atoi(month)
	if err != nil || m < 1 || m > 12 {
		return ""
	}
	return year + "-" + twoDigit(m)
}

func twoDigit(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
