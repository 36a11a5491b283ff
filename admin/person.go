package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/store"
)

const personPath = "/admin/people/"

// personPage is one person's page, with the forms as they were filled in.
type personPage struct {
	*store.PersonRecord
	Value   map[string]string
	Errors  map[string]string // field -> locale key
	Ticked  []string          // symptoms
	Changed bool              // somebody else called, or the person declared, since the officer looked
	Done    string            // locale key of what was just done
	Visit   bool              // a task to visit the person was opened by it
	Over    bool              // the period of surveillance is over already
	Last    string            // ID of the person that Done is about, where it is another
	Calling bool              // the form of a call is unfolded
	Colours bool              // that of a colour is
	Next    personStep
	Story   []storyEvent
	Likely  []likePair
}

// personStep is what to do now, one press away.
type personStep struct{ Key, Href, Act string }

// V is what was filled in, Has tells whether a symptom was ticked.
func (p *personPage) V(name string) string    { return p.Value[name] }
func (p *personPage) Has(symptom string) bool { return slices.Contains(p.Ticked, symptom) }

// What the forms choose among.
func (p *personPage) Outcomes() []string                    { return outcomes }
func (p *personPage) Symptoms() []string                    { return symptoms }
func (p *personPage) Surveillances() []monitor.Surveillance { return monitor.Surveillances() }

// Higher and Lower are the colours to which the person may be raised or lowered.
func (p *personPage) Higher() []core.Colour {
	return p.colours(func(c int, now int) bool { return c > now })
}
func (p *personPage) Lower() []core.Colour {
	return p.colours(func(c int, now int) bool { return c < now })
}

func (p *personPage) colours(fits func(c, now int) bool) (list []core.Colour) {
	for _, c := range colours {
		if fits(c.Rank(), p.Standing.Verdict.Colour.Rank()) {
			list = append(list, c)
		}
	}
	return list
}

// Watched is the open monitoring, nil for none.
func (p *personPage) Watched() *store.WatchedRecord {
	if len(p.Monitorings) > 0 && p.Monitorings[0].Ended.IsZero() {
		return &p.Monitorings[0]
	}
	return nil
}

// Waits tells whether the person stands on a list by colour and was not verified.
func (p *personPage) Waits() bool {
	return p.Triage.Version > 0 && p.Triage.State != store.TriageVerified
}

// Arrives is the arrival that waits to be verified, nil for none.
func (p *personPage) Arrives() *store.ArrivalRow {
	for i := range p.Arrivals {
		if s := p.Arrivals[i].State; s == core.VerifyNew || s == core.VerifyUnverifiable {
			return &p.Arrivals[i]
		}
	}
	return nil
}

func (s *Server) openPersonPage(r *request) (*personPage, error) {
	look := store.Look{Officer: *r.Officer, Screen: "person", At: r.At}
	rec, err := s.Store.PersonRecord(r.Context(), look, r.Officer.ListScope(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	p := &personPage{PersonRecord: rec, Value: map[string]string{}, Errors: map[string]string{}, Story: r.story(rec)}
	p.Likely = likePairs(rec.Alike, func(id string) string { return rec.Names[id] })
	p.Next = r.personStep(p)
	return p, nil
}

func (s *Server) showPerson(r *request) (string, any, error) {
	p, err := s.openPersonPage(r)
	if err != nil {
		return "", nil, err
	}
	q := r.URL.Query()
	p.Value["from"] = ""
	if q.Has("from") {
		p.Value["from"] = readTriageFrom(q.Get("from")).Text()
	}
	p.fill()
	if done := q.Get("done"); done == "call" || done == "colour" {
		p.Done, p.Visit, p.Over = "admin.person.done."+done, q.Get("visit") == "1", q.Get("over") == "1"
	}
	if last := q.Get("last"); !strings.ContainsFunc(last, notOfID) {
		p.Last = last
	}
	p.Calling = p.Waits()
	return "person.html", p, nil
}

// fill gives the forms their hidden fields.
func (p *personPage) fill() {
	p.Value["once"], p.Value["version"], p.Value["seen"] = core.NewID(), strconv.Itoa(p.Triage.Version), strconv.FormatInt(p.Standing.Seen.UnixMilli(), 10)
	if p.Standing.Seen.IsZero() {
		p.Value["seen"] = "0"
	}
}

// read takes a form as it was filled in.
func (p *personPage) read(r *request) {
	for key := range r.PostForm {
		p.Value[key] = strings.ToValidUTF8(r.PostFormValue(key), "")
	}
	p.Ticked = r.PostForm["symptoms"]
	if p.Value["from"] != "" {
		p.Value["from"] = readTriageFrom(p.Value["from"]).Text()
	}
}

// personStep is the most urgent thing to do about somebody.
func (r *request) personStep(p *personPage) personStep {
	watched, arrives := p.Watched(), p.Arrives()
	switch {
	case watched != nil && watched.Colour == core.ColourRed:
		return personStep{"admin.next.red", watchPath + "/" + watched.ID, "admin.watch.record"}
	case p.Waits() && p.Triage.Colour.Rank() > core.ColourGreen.Rank() && r.MayDo(string(duty.Call)):
		return personStep{"admin.person.next.call", "#call", "admin.person.call"}
	case arrives != nil && r.MayDo(string(duty.Verify)):
		return personStep{"admin.person.next.verify", arrivalsPath + "/" + arrives.ID, "admin.verify.go"}
	case watched == nil && p.Triage.Outcome == "ill" && r.MayDo(string(duty.Manage)):
		return personStep{"admin.person.next.open", watchPath + "/open?person=" + p.Person.ID, "admin.open.title"}
	case watched != nil && watched.Missed > 0:
		return personStep{"admin.next.silent", watchPath + "/" + watched.ID, "admin.watch.record"}
	case len(p.Tasks) > 0:
		return personStep{"admin.person.next.task", "/admin/tasks/" + p.Tasks[0].ID, "admin.task.go"}
	}
	return personStep{Key: "admin.next.nothing"}
}

// keepCall keeps what came of a call, and goes on to the next one of the list
// that the officer came from.
func (s *Server) keepCall(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	p, err := s.openPersonPage(r)
	if err != nil {
		return "", nil, err
	}
	p.read(r)
	p.Calling = true
	c, rec := p.readCall(r)
	if len(p.Errors) > 0 {
		return "person.html", p, status(http.StatusUnprocessableEntity)
	}
	if c.Checkup != nil && rec.ID != "" {
		if err := s.judgeCheckup(r, rec, c.Checkup); err != nil {
			return "", nil, err
		}
	}
	look := store.Look{Officer: *r.Officer, Screen: "call", At: r.At}
	done, err := s.Store.KeepCall(r.Context(), look, r.Officer.WatchScope(), p.Person.ID, c)
	switch {
	case errors.Is(err, store.ErrChanged):
		return s.personChanged(r, p)
	case errors.Is(err, store.ErrNoSuchForm):
		p.Errors["surveillance"] = "admin.act.wrong.choice"
		return "person.html", p, status(http.StatusUnprocessableEntity)
	case err != nil:
		return "", nil, err
	}
	v := url.Values{"done": {"call"}}
	if done.Visit {
		v.Set("visit", "1")
	}
	if done.Over {
		v.Set("over", "1")
	}
	if p.Value["next"] != "" && p.Value["from"] != "" {
		v.Set("last", p.Person.ID)
		return "", nil, s.toNext(r, readTriageFrom(p.Value["from"]), p.Person.ID, v)
	}
	if p.Value["from"] != "" {
		v.Set("from", p.Value["from"])
	}
	return "", nil, redirect(withQuery(personPath+p.Person.ID, v))
}

// personChanged shows the page as it is now, with what was typed.
func (s *Server) personChanged(r *request, was *personPage) (string, any, error) {
	p, err := s.openPersonPage(r)
	if err != nil {
		return "", nil, err
	}
	p.Value, p.Ticked, p.Calling, p.Colours, p.Changed = was.Value, was.Ticked, was.Calling, was.Colours, true
	p.fill()
	return "person.html", p, status(http.StatusConflict)
}

// readCall reads the form of a call; rec is the open monitoring that the answer
// is for, without an ID where there is none.
func (p *personPage) readCall(r *request) (c store.Call, rec *store.WatchedRecord) {
	rec = &store.WatchedRecord{Person: p.Person}
	if w := p.Watched(); w != nil {
		*rec = *w
		rec.ByClass = p.Standing.Class
		for _, e := range w.Events {
			if e.Checkup != nil && len(e.Checkup.Symptoms) > 0 {
				rec.Symptoms = e.Checkup.Symptoms
				break
			}
		}
	}
	rec.PersonID = p.Person.ID
	f := &actForm{Record: rec, Value: p.Value, Errors: p.Errors, Ticked: p.Ticked}
	readCall(r, f)
	c = store.Call{ID: p.Value["once"], Outcome: f.change.Outcome, Note: f.change.Note, Checkup: f.change.Checkup, Facility: strings.TrimSpace(p.Value["facility"])}
	c.Version, _ = strconv.Atoi(p.Value["version"])
	if len(c.ID) != 36 || strings.ContainsFunc(c.ID, notOfID) {
		c.ID = core.NewID()
	}
	if !r.MayDo(string(duty.Manage)) {
		return c, rec
	}
	c.Surveillance = monitor.Surveillance(p.Value["surveillance"])
	switch {
	case c.Surveillance != "" && !slices.Contains(monitor.Surveillances(), c.Surveillance):
		f.wrong("surveillance", "choice")
	case c.Surveillance == monitor.SurveillanceCentral && c.Facility == "":
		f.wrong("facility", "facility")
	case len(c.Facility) > 200:
		f.wrong("facility", "long")
	}
	if text := strings.TrimSpace(p.Value["days"]); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxExtend {
			f.wrong("days", "days")
		}
		c.Days = n
	}
	return c, rec
}

// changeColour raises or lowers somebody's colour, with a note.
func (s *Server) changeColour(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	p, err := s.openPersonPage(r)
	if err != nil {
		return "", nil, err
	}
	p.read(r)
	p.Colours = true
	to := core.Colour(p.Value["colour"])
	lowers := slices.Contains(p.Lower(), to)
	switch {
	case !lowers && !slices.Contains(p.Higher(), to) || lowers && !r.MayDo(string(duty.Classify)):
		p.Errors["colour"] = "admin.act.wrong.choice"
	case strings.TrimSpace(p.Value["why"]) == "":
		p.Errors["why"] = "admin.act.wrong.note"
	case len(p.Value["why"]) > maxNote:
		p.Errors["why"] = "admin.act.wrong.long"
	}
	if len(p.Errors) > 0 {
		return "person.html", p, status(http.StatusUnprocessableEntity)
	}
	var seen time.Time
	if n, err := strconv.ParseInt(p.Value["seen"], 10, 64); err == nil && n > 0 {
		seen = time.UnixMilli(n)
	}
	look := store.Look{Officer: *r.Officer, Screen: "colour", At: r.At}
	if lowers {
		err = s.Store.Lower(r.Context(), look, r.Officer.ListScope(), p.Person.ID, seen, to, "", p.Value["why"])
	} else {
		err = s.Store.Raise(r.Context(), look, r.Officer.ListScope(), p.Person.ID, seen, to, p.Value["why"])
	}
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNoClass) {
		return s.personChanged(r, p)
	}
	if err != nil {
		return "", nil, err
	}
	v := url.Values{"done": {"colour"}}
	if p.Value["from"] != "" {
		v.Set("from", p.Value["from"])
	}
	return "", nil, redirect(withQuery(personPath+p.Person.ID, v))
}
