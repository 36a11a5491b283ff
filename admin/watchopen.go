package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
)

const openPath = watchPath + "/open"

// maxPasted bounds a pasted list, in bytes.
const maxPasted = 48 << 10

// openForm is the form that opens monitorings, for one or for many, as it was
// filled in.
type openForm struct {
	Value  map[string]string
	Errors map[string]string
	Person *store.Person // the one that the officer came from
	Lines  []openLine    // what the pasted list named
	Living *store.Living // who lives in the quarter
	Count  int           // how many would be opened
	Sure   bool          // all could be read: ask
	Opened bool          // it was done
	NoWay  int           // of those opened, whom no message reaches
	ids    []string
	wish   core.Monitoring
}

// openLine is one line of a pasted list, and what it names.
type openLine struct {
	N      int
	People []store.Candidate
	Error  string // locale key
	Done   string // locale key, once it was opened
	ID     string // of the monitoring
}

// V is what was filled in.
func (f *openForm) V(name string) string { return f.Value[name] }

// Kinds and Windows are what it chooses among.
func (f *openForm) Kinds() []core.Kind     { return kinds }
func (f *openForm) Windows() []core.Window { return windows }

func (s *Server) showOpen(r *request) (string, any, error) {
	q := r.URL.Query()
	f := &openForm{Value: map[string]string{"kind": string(core.KindHome), "window": string(core.WindowMorning), "base": string(core.DayOf(r.At)), "days": "14",
		"person": q.Get("person"), "commune": q.Get("commune"), "how": q.Get("how")}, Errors: map[string]string{}}
	if f.Value["person"] != "" {
		if err := s.openPerson(r, f); err != nil {
			return "", nil, err
		}
	}
	return "open.html", f, nil
}

// openPerson finds the one person that the officer came from.
func (s *Server) openPerson(r *request, f *openForm) error {
	look := store.Look{Officer: *r.Officer, Screen: "open", At: r.At}
	found, err := s.Store.FindToWatch(r.Context(), look, r.Officer.WatchScope(), []store.InHand{{Person: f.Value["person"]}})
	if err != nil {
		return err
	}
	if len(found[0]) != 1 {
		return core.ErrNotFound
	}
	if c := found[0][0]; c.Monitoring != "" {
		return redirect(watchPath + "/" + c.Monitoring)
	}
	f.Person, f.ids = found[0][0].Person, []string{found[0][0].ID}
	return nil
}

// doOpen takes the form: first it says who it is about and asks, then it opens.
func (s *Server) doOpen(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f := &openForm{Value: map[string]string{}, Errors: map[string]string{}}
	for key := range r.PostForm {
		f.Value[key] = strings.ToValidUTF8(r.PostFormValue(key), "")
	}
	f.readWish(r)
	if err := s.findWho(r, f); err != nil {
		return "", nil, err
	}
	if f.Count = len(f.ids); f.Count == 0 && len(f.Errors) == 0 {
		f.Errors["list"] = "admin.open.nobody"
	}
	if len(f.Errors) > 0 {
		return "open.html", f, status(http.StatusUnprocessableEntity)
	}
	if f.Value["sure"] != "1" {
		f.Sure = true
		return "open.html", f, nil
	}
	return s.openAll(r, f)
}

// readWish reads what shall be opened.
func (f *openForm) readWish(r *request) {
	today := core.DayOf(r.At)
	a := actForm{Value: f.Value, Errors: f.Errors}
	m := &f.wish
	m.Kind, m.Window = one(&a, "kind", kinds), one(&a, "window", windows)
	m.Base = a.day("base", today.Add(-60), today.Add(7))
	days, err := strconv.Atoi(strings.TrimSpace(f.Value["days"]))
	if err != nil || days < 1 || days > maxExtend {
		a.wrong("days", "days")
	} else if m.Base != "" && m.Base.Add(days) < today {
		a.wrong("days", "past")
	}
	m.Days, m.From, m.Origin = days, today, core.OpenedByOfficer
	m.Facility, m.Room = strings.TrimSpace(f.Value["facility"]), strings.TrimSpace(f.Value["room"])
	a.readPlace(m.Kind)
	if f.Value["person"] == "" {
		m.Batch = core.NewID()
	}
}

// findWho finds whom the form is about: one person, a pasted list, or those who
// live in a commune or a quarter of it.
func (s *Server) findWho(r *request, f *openForm) error {
	switch {
	case f.Value["person"] != "":
		return s.openPerson(r, f)
	case f.Value["how"] == "area":
		return s.findLiving(r, f)
	}
	return s.findList(r, f)
}

func (s *Server) findLiving(r *request, f *openForm) error {
	commune, sub := f.Value["commune"], strings.TrimSpace(f.Value["sub"])
	if u, ok := area.Get(commune); !ok || u.Level != area.LevelCommune {
		f.Errors["commune"] = "admin.act.wrong.commune"
		return nil
	}
	look := store.Look{Officer: *r.Officer, Screen: "open", At: r.At}
	living, err := s.Store.LivingIn(r.Context(), look, r.Officer.WatchScope(), commune, sub)
	if err != nil {
		return err
	}
	f.Living, f.ids, f.wish.Origin = &living, living.IDs, core.OpenedByArea
	if living.Count == 0 {
		f.Errors["commune"] = "admin.open.none"
	}
	return nil
}

func (s *Server) findList(r *request, f *openForm) error {
	text := f.Value["list"]
	if len(text) > maxPasted {
		f.Errors["list"] = "admin.open.long"
		return nil
	}
	var hands []store.InHand
	var at []int // line of each hand
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		l := openLine{N: len(f.Lines) + 1}
		hand, complaint := readInHand(line)
		if l.Error = complaint; complaint == "" {
			hands, at = append(hands, store.InHand{Code: hand.Code, Number: hand.Number, ID: hand.ID, Phone: hand.Phone}), append(at, len(f.Lines))
		}
		f.Lines = append(f.Lines, l)
	}
	if len(f.Lines) > store.MaxOpened {
		f.Errors["list"] = "admin.open.long"
		return nil
	}
	if len(hands) == 0 {
		return nil
	}
	look := store.Look{Officer: *r.Officer, Screen: "open", At: r.At}
	found, err := s.Store.FindToWatch(r.Context(), look, r.Officer.WatchScope(), hands)
	if err != nil {
		return err
	}
	for i, people := range found {
		f.name(&f.Lines[at[i]], people)
	}
	return nil
}

// name says whom a line names: one person is opened; of several, one must be
// named by their own number.
func (f *openForm) name(l *openLine, people []store.Candidate) {
	l.People = people
	switch {
	case len(people) == 0:
		l.Error = "admin.open.line.none"
	case len(people) > 1:
		l.Error = "admin.open.line.several"
	case people[0].Monitoring != "":
		l.Error, l.ID = "admin.open.line.open", people[0].Monitoring
	case slices.Contains(f.ids, people[0].ID):
		l.Error = "admin.open.line.twice"
	default:
		f.ids = append(f.ids, people[0].ID)
	}
}

// openAll opens them in one transaction, and says of each line what became of it.
func (s *Server) openAll(r *request, f *openForm) (string, any, error) {
	wishes := make([]core.Monitoring, len(f.ids))
	for i, id := range f.ids {
		wishes[i] = f.wish
		wishes[i].PersonID = id
	}
	look := store.Look{Officer: *r.Officer, Screen: "open", At: r.At}
	opened, err := s.Store.OpenWatch(r.Context(), look, r.Officer.WatchScope(), wishes)
	if err != nil {
		return "", nil, err
	}
	if f.Person != nil && len(opened) == 1 {
		return "", nil, redirect(watchPath + "/" + opened[0].ID + "?done=open")
	}
	f.Opened, f.Count = true, len(opened)
	for _, o := range opened {
		if o.NoWay {
			f.NoWay++
		}
		for i := range f.Lines {
			if l := &f.Lines[i]; l.Error == "" && len(l.People) == 1 && l.People[0].ID == o.PersonID {
				if l.ID, l.Done = o.ID, "admin.open.line.done"; o.NoWay {
					l.Done = "admin.open.line.noway"
				}
			}
		}
	}
	return "open.html", f, nil
}
