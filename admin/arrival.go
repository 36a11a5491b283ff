package admin

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/monitor"
	"khaibao/core/store"
)

// arrivalForm is the page of one arrival, or of many that were chosen, with what
// was filled in.
type arrivalForm struct {
	Record    *store.ArrivalRecord // of one
	Chosen    []store.ArrivalRow   // of many
	Filter    arrivalFilter        // of the list that the officer came from
	Value     map[string]string
	Errors    map[string]string // field -> locale key
	Changed   bool              // somebody else changed it since the officer opened it
	Done      arrivalDone
	Corrected bool     // what was declared was corrected a moment ago
	Changes   []change // versions of the declaration, the newest first
	change    store.ArrivalChange
}

// arrivalDone is what was saved a moment ago, maybe about somebody else.
type arrivalDone struct {
	Key, Was, Now, Last string
	Monitoring          string
	Over                bool
}

// readDone reads what was saved from the link that verifyOne led to.
func readDone(q url.Values) arrivalDone {
	done := arrivalDone{Was: q.Get("was"), Now: q.Get("now"), Last: q.Get("last"), Monitoring: q.Get("monitoring"), Over: q.Get("over") == "1"}
	if core.Verification(done.Was).Rank() < 0 || core.Verification(done.Now).Rank() < 0 || strings.ContainsFunc(done.Last+done.Monitoring, notOfID) {
		return arrivalDone{}
	}
	switch done.Key = "admin.verify.done"; {
	case done.Last != "" && done.Was == done.Now:
		done.Key = "admin.verify.kept.last"
	case done.Last != "": // the page is of the next one already
		done.Key = "admin.verify.done.last"
	case done.Was == done.Now: // another kind of surveillance, a further note
		done.Key = "admin.verify.kept"
	}
	return done
}

// V is what was filled in.
func (f *arrivalForm) V(name string) string { return f.Value[name] }

// What the form chooses among.
func (f *arrivalForm) Surveillances() []monitor.Surveillance { return monitor.Surveillances() }

// May tells whether a state can be reached from the one that stands.
func (f *arrivalForm) May(state string) bool {
	if f.Record == nil {
		return state != "new"
	}
	settled := f.Record.State == core.VerifyArrived || f.Record.State == core.VerifyMoved
	switch core.Verification(state) {
	case core.VerifyNew:
		return f.Record.State != core.VerifyNew
	case core.VerifyArrived:
		return f.Record.State != core.VerifyMoved
	case core.VerifyUnverifiable:
		return !settled && (f.Record.State != core.VerifyUnverifiable || f.Record.Owner != f.Record.Province)
	}
	return !settled
}

// Open tells whether the form of a state is unfolded.
func (f *arrivalForm) Open(state string) bool {
	if chosen := f.Value["state"]; chosen != "" {
		return chosen == state
	}
	return state == string(core.VerifyArrived)
}

func (s *Server) openArrival(r *request) (*arrivalForm, error) {
	look := store.Look{Officer: *r.Officer, Screen: "arrival", At: r.At}
	rec, err := s.Store.Arrival(r.Context(), look, r.Officer.ListScope(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	f := &arrivalForm{Record: rec, Value: map[string]string{}, Errors: map[string]string{}}
	f.Changes = r.changes(rec.Said)
	return f, nil
}

func (s *Server) showArrival(r *request) (string, any, error) {
	f, err := s.openArrival(r)
	if err != nil {
		return "", nil, err
	}
	q := r.URL.Query()
	f.readFrom(q.Get("from"))
	f.Value["once"], f.Value["version"] = core.NewID(), strconv.Itoa(f.Record.Version)
	f.propose()
	f.Done = readDone(q)
	f.Corrected = q.Get("corrected") == "1"
	return "arrival.html", f, nil
}

// notOfID tells whether a letter is in no ID.
func notOfID(c rune) bool { return !strings.ContainsRune("0123456789abcdef-", c) }

// readFrom takes the filter of the list that the officer came from.
func (f *arrivalForm) readFrom(text string) {
	v, err := url.ParseQuery(text)
	if err != nil {
		v = nil
	}
	f.Filter = readArrivalFilter(v.Get)
	f.Value["from"] = f.Filter.Text()
}

// propose fills in what the policy asks for of who arrives.
func (f *arrivalForm) propose() {
	if f.Record.Surveillance != "" {
		f.Value["surveillance"] = f.Record.Surveillance
		return
	}
	for _, t := range monitor.Ties() {
		if t.Measure == f.Record.Standing.Verdict.Measure {
			f.Value["surveillance"] = string(t.Form)
			return
		}
	}
}

// readForm takes what was filled in.
func (f *arrivalForm) readForm(r *request) {
	for key := range r.PostForm {
		f.Value[key] = strings.ToValidUTF8(r.PostFormValue(key), "")
	}
	f.readFrom(f.Value["from"])
	c := &f.change
	c.ID, c.State, c.Note = f.Value["once"], core.Verification(f.Value["state"]), strings.TrimSpace(f.Value["note"])
	c.Version, _ = strconv.Atoi(f.Value["version"])
	wrong := func(field, key string) { f.Errors[field] = key }
	if len(c.ID) != 36 || strings.ContainsFunc(c.ID, notOfID) {
		c.ID = core.NewID()
	}
	if len(c.Note) > maxNote {
		wrong("note", "admin.act.wrong.long")
	}
	switch c.State {
	case core.VerifyArrived:
		f.readArrived(wrong)
	case core.VerifyMoved:
		if c.To = f.Value["to"]; c.To == "" {
			wrong("to", "admin.act.wrong.commune")
		}
	case core.VerifyNew, core.VerifyUnverifiable:
		if c.Note == "" {
			wrong("note", "admin.act.wrong.note")
		}
	default:
		wrong("state", "admin.act.wrong.choice")
	}
}

func (f *arrivalForm) readArrived(wrong func(field, key string)) {
	c := &f.change
	c.Surveillance, c.Facility, c.Room = monitor.Surveillance(f.Value["surveillance"]), strings.TrimSpace(f.Value["facility"]), strings.TrimSpace(f.Value["room"])
	switch {
	case !slices.Contains(monitor.Surveillances(), c.Surveillance):
		wrong("surveillance", "admin.act.wrong.choice")
	case c.Surveillance == monitor.SurveillanceCentral && c.Facility == "":
		wrong("facility", "admin.act.wrong.facility")
	case len(c.Facility) > 200 || len(c.Room) > 50:
		wrong("facility", "admin.act.wrong.long")
	}
	if text := strings.TrimSpace(f.Value["days"]); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxExtend {
			wrong("days", "admin.act.wrong.days")
		}
		c.Days = n
	}
}

// refused puts into words why the store did not do it; "" where the reason is
// none of these.
func refused(err error) (field, key string) {
	switch {
	case errors.Is(err, store.ErrNoNote):
		return "note", "admin.act.wrong.note"
	case errors.Is(err, store.ErrNoSuchForm):
		return "surveillance", "admin.act.wrong.choice"
	case errors.Is(err, store.ErrNoSuchArea):
		return "to", "admin.verify.wrong.to"
	case errors.Is(err, store.ErrTop):
		return "state", "admin.verify.wrong.top"
	}
	return "", ""
}

// verifyOne settles one arrival, and goes on to the next one of the list where
// the officer wants to.
func (s *Server) verifyOne(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f, err := s.openArrival(r)
	if err != nil {
		return "", nil, err
	}
	f.readForm(r)
	if len(f.Errors) > 0 {
		return "arrival.html", f, status(http.StatusUnprocessableEntity)
	}
	look := store.Look{Officer: *r.Officer, Screen: "arrival", At: r.At}
	done, err := s.Store.Verify(r.Context(), look, r.Officer.ListScope(), f.Record.ID, f.change)
	if field, key := refused(err); field != "" {
		f.Errors[field] = key
		return "arrival.html", f, status(http.StatusUnprocessableEntity)
	}
	if errors.Is(err, store.ErrChanged) {
		if f.Record, err = s.Store.Arrival(r.Context(), look, r.Officer.ListScope(), f.Record.ID); err != nil {
			return "", nil, err
		}
		f.Changed, f.Value["version"], f.Value["once"] = true, strconv.Itoa(f.Record.Version), core.NewID()
		return "arrival.html", f, status(http.StatusConflict)
	}
	if err != nil {
		return "", nil, err
	}
	v := url.Values{"was": {string(f.Record.State)}, "now": {string(f.change.State)}}
	if done.Monitoring != "" && r.MayDo(string(duty.Watch)) {
		v.Set("monitoring", done.Monitoring)
	}
	if done.Over {
		v.Set("over", "1")
	}
	to := f.Record.ID
	if f.Value["next"] != "" {
		if to, err = s.nextArrival(r, f); err != nil {
			return "", nil, err
		}
		v.Set("last", f.Record.ID)
	}
	if to == "" { // the list is done
		maps.Copy(v, f.Filter.Values())
		return "", nil, redirect(withQuery(arrivalsPath, v))
	}
	if from := f.Filter.Text(); from != "" {
		v.Set("from", from)
	}
	return "", nil, redirect(withQuery(arrivalsPath+"/"+to, v))
}

// nextArrival is the next one of the officer's list, its first one at its end, ""
// when nobody else is on it: two who work on one list go on where each is.
func (s *Server) nextArrival(r *request, f *arrivalForm) (string, error) {
	look := store.Look{Officer: *r.Officer, Screen: "arrivals", At: r.At}
	for _, after := range []string{string(f.Record.Day) + "." + f.Record.ID, ""} {
		page, err := s.Store.Arrivals(r.Context(), look, r.Officer.ListScope(), f.Filter.ArrivalFilter, after)
		if err != nil {
			return "", err
		}
		for _, row := range page.Rows {
			if row.ID != f.Record.ID {
				return row.ID, nil
			}
		}
	}
	return "", nil
}

// Provinces are all but the officer's own.
func (r *request) Provinces() (list []area.Unit) {
	for _, u := range area.Children("") {
		if u.Code != area.Province(r.Officer.Area) {
			list = append(list, u)
		}
	}
	return list
}
