package admin

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// watchAct is one thing that an officer may do about a monitored person.
type watchAct struct {
	Name  string
	may   duty.Act
	ended bool // also after the end
	late  bool // also when it ended as overdue
	adds  bool // it only adds to the record: nothing is overwritten, and it is done at once
	read  func(*request, *actForm)
}

// watchActs are all of them, in the order of the buttons.
var watchActs = []watchAct{
	{Name: "take", may: duty.Call, adds: true, read: func(*request, *actForm) {}},
	{Name: "call", may: duty.Call, adds: true, ended: true, read: readCall},
	{Name: "ask", may: duty.Call, adds: true, read: readAsk},
	{Name: "extend", may: duty.Manage, late: true, read: readExtend},
	{Name: "test", may: duty.Manage, read: readTest},
	{Name: "lower", may: duty.Manage, read: readLower},
	{Name: "class", may: duty.Classify, read: readClass},
	{Name: "change", may: duty.Manage, read: readChange},
	{Name: "move", may: duty.Manage, read: readMove},
	{Name: "close", may: duty.Manage, late: true, read: readClose},
}

// open tells whether an act can be done as a record stands.
func open(rec *store.WatchedRecord, a watchAct) bool {
	return rec.Ended.IsZero() || a.ended || a.late && rec.End == core.EndOverdue
}

// What the forms choose among.
var (
	outcomes = []string{"well", "ill", "no_answer", "wrong_number", "visited", "hospital", "refused"}
	results  = []string{"negative", "positive", "unclear"}
	reasons  = []string{"done", "moved_away", "hospital", "positive", "mistake", "died", "other"}
	kinds    = []core.Kind{core.KindHome, core.KindCentral, core.KindWatch, core.KindLockdown, core.KindPatient}
	windows  = []core.Window{core.WindowMorning, core.WindowAfternoon}
	classes  = []core.Class{core.ClassF0, core.ClassF1, core.ClassF2, core.ClassF3}
	asks     = []string{"photo", "location"}
	// symptoms are what an officer ticks while on the telephone.
	symptoms = []string{"fever", "cough", "short_of_breath", "chest_pain", "sore_throat", "fatigue", "loss_of_smell", "loss_of_taste",
		"headache", "muscle_pain", "runny_nose", "chills", "nausea", "diarrhea"}
)

// maxNote bounds an officer's words, in bytes.
const maxNote = 2000

// actForm is the form of one act as it was filled in. What cannot be read
// stays in its field, with the reason beside it.
type actForm struct {
	Act    string
	Record *store.WatchedRecord
	Value  map[string]string
	Ticked []string          // symptoms
	Errors map[string]string // field -> locale key
	// Sure is set when all could be read: what it was and what it becomes.
	Sure    []fieldChange
	Changed bool // somebody else changed the record since the officer opened it
	change  store.WatchChange
	class   core.Class // of the act class, with since
	since   core.Day
}

// V is what was filled in, or what stands in the record.
func (f *actForm) V(name string) string { return f.Value[name] }

// Has tells whether a symptom was ticked.
func (f *actForm) Has(symptom string) bool { return slices.Contains(f.Ticked, symptom) }

func (f *actForm) wrong(field, key string) { f.Errors[field] = "admin.act.wrong." + key }

// becomes adds a line to what the officer is asked to confirm.
func (f *actForm) becomes(r *request, field, before, after string) {
	f.Sure = append(f.Sure, fieldChange{r.T("admin.field." + field), r.field(field, before), r.field(field, after)})
}

// note takes an officer's words; wanted where there must be some.
func (f *actForm) note(wanted bool) {
	f.change.Note = strings.TrimSpace(f.Value["note"])
	switch {
	case wanted && f.change.Note == "":
		f.wrong("note", "note")
	case len(f.change.Note) > maxNote:
		f.wrong("note", "long")
	}
}

// day reads a civil day between two others.
func (f *actForm) day(field string, first, last core.Day) core.Day {
	day, ok := readDay(f.Value[field])
	switch {
	case !ok || day == "":
		f.wrong(field, "day")
		return ""
	case day < first || day > last:
		f.wrong(field, "range")
		return ""
	}
	f.Value[field] = string(day)
	return day
}

// readDay reads a day as a browser or a person writes it; "" is no day.
func readDay(text string) (core.Day, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return core.Day(t.Format(time.DateOnly)), true
		}
	}
	return "", false
}

// one reads a choice.
func one[T ~string](f *actForm, field string, list []T) T {
	v := T(f.Value[field])
	if !slices.Contains(list, v) {
		f.wrong(field, "choice")
		return ""
	}
	return v
}

func readCall(r *request, f *actForm) {
	c := &f.change
	c.Outcome = one(f, "outcome", outcomes)
	f.note(false)
	for _, s := range f.Ticked {
		if !slices.Contains(symptoms, s) {
			f.wrong("symptoms", "choice")
		}
	}
	temperature, spo2 := f.number("temperature", 34, 43), f.number("spo2", 50, 100)
	if c.Outcome == "ill" && len(f.Ticked) == 0 && temperature == 0 && spo2 == 0 {
		f.wrong("symptoms", "symptoms")
	}
	if c.Outcome == "well" && len(f.Ticked) > 0 {
		f.wrong("outcome", "well")
	}
	if c.Outcome == "well" || c.Outcome == "ill" {
		c.Checkup = &core.Checkup{MonitoringID: f.Record.ID, PersonID: f.Record.PersonID, Day: core.DayOf(r.At), At: r.At,
			Symptoms: f.Ticked, Well: c.Outcome == "well", Temperature: temperature, SpO2: int(spo2), OfficerID: r.Officer.ID}
	}
}

// number reads a reading that may be left out; 0 is none.
func (f *actForm) number(field string, low, high float64) float64 {
	text := strings.ReplaceAll(strings.TrimSpace(f.Value[field]), ",", ".")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < low || n > high {
		f.wrong(field, field)
		return 0
	}
	return n
}

func readAsk(_ *request, f *actForm) { f.change.Ask = one(f, "ask", asks) }

// maxExtend is the longest extension at once, in days.
const maxExtend = 60

func readExtend(r *request, f *actForm) {
	n, err := strconv.Atoi(strings.TrimSpace(f.Value["days"]))
	if err != nil || n < 1 || n > maxExtend {
		f.wrong("days", "days")
		return
	}
	f.note(true)
	f.change.Days = n
	f.becomes(r, "until", string(f.Record.Until), string(store.ExtendedUntil(f.Record.Monitoring, n, core.DayOf(r.At))))
}

func readMove(r *request, f *actForm) {
	u, ok := area.Get(f.Value["commune"])
	switch {
	case !ok || u.Level != area.LevelCommune:
		f.wrong("commune", "commune")
	case u.Code == f.Record.Commune:
		f.wrong("commune", "same")
	default:
		f.change.Commune = u.Code
		f.becomes(r, "commune", f.Record.Commune, u.Code)
	}
	f.note(false)
}

func readClose(r *request, f *actForm) {
	f.change.Outcome = one(f, "reason", reasons)
	f.note(f.change.Outcome == "other" || f.change.Outcome == "mistake")
	f.becomes(r, "end", "", string(core.EndClosed))
}

func readLower(r *request, f *actForm) {
	f.note(true)
	to := core.Colour(f.Value["colour"])
	if to.Rank() == 0 || to.Rank() >= f.Record.Colour.Rank() {
		f.wrong("colour", "lower")
		return
	}
	f.change.Colour = to
	f.becomes(r, "colour", string(f.Record.Colour), string(to))
}

func readClass(r *request, f *actForm) {
	f.class = one(f, "class", classes)
	f.since = f.day("since", core.DayOf(r.At).Add(-60), core.DayOf(r.At))
	f.note(f.class.Farther(f.Record.ByClass))
	f.becomes(r, "class", string(f.Record.Class), string(f.class))
	f.becomes(r, "since", "", string(f.since))
}

func readTest(r *request, f *actForm) {
	f.change.Test, f.change.Result = f.Value["test"], one(f, "result", results)
	if f.change.Test != "" && !slices.ContainsFunc(f.Record.Tests, func(t store.WatchedTest) bool { return t.ID == f.change.Test }) {
		f.wrong("test", "choice")
	}
	f.change.Taken = f.day("taken", core.DayOf(r.At).Add(-30), core.DayOf(r.At))
	f.note(false)
	before := ""
	for _, t := range f.Record.Tests {
		if t.ID == f.change.Test {
			before = t.Result
		}
	}
	f.becomes(r, "result", before, f.change.Result)
	f.becomes(r, "taken", "", string(f.change.Taken))
}

func readChange(r *request, f *actForm) {
	c, m := &f.change, f.Record.Monitoring
	c.Kind, c.Window = one(f, "kind", kinds), one(f, "window", windows)
	c.Facility, c.Room = strings.TrimSpace(f.Value["facility"]), strings.TrimSpace(f.Value["room"])
	f.readPlace(c.Kind)
	f.note(false)
	for _, line := range [][3]string{{"kind", string(m.Kind), string(c.Kind)}, {"window", string(m.Window), string(c.Window)},
		{"facility", m.Facility, c.Facility}, {"room", m.Room, c.Room}} {
		if line[1] != line[2] {
			f.becomes(r, line[0], line[1], line[2])
		}
	}
	if len(f.Sure) == 0 && len(f.Errors) == 0 {
		f.wrong("kind", "nothing")
	}
}

// readPlace holds a facility and a room to what a kind needs.
func (f *actForm) readPlace(k core.Kind) {
	facility := strings.TrimSpace(f.Value["facility"])
	switch {
	case k == core.KindCentral && facility == "":
		f.wrong("facility", "facility")
	case len(facility) > 200:
		f.wrong("facility", "long")
	}
	if len(f.Value["room"]) > 50 {
		f.wrong("room", "long")
	}
}

func findAct(name string) watchAct {
	i := slices.IndexFunc(watchActs, func(a watchAct) bool { return a.Name == name })
	return watchActs[i]
}

// showAct shows the form of an act, filled in with what stands now.
func (s *Server) showAct(name string) handler {
	return func(r *request) (string, any, error) {
		rec, err := s.openWatched(r, "monitored")
		if err != nil {
			return "", nil, err
		}
		if !open(rec, findAct(name)) {
			return "", nil, redirect(watchPath + "/" + rec.ID)
		}
		m := rec.Monitoring
		f := &actForm{Act: name, Record: rec, Value: map[string]string{"once": core.NewID(), "kind": string(m.Kind), "window": string(m.Window), "facility": m.Facility, "room": m.Room, "class": string(rec.Class),
			"taken": string(core.DayOf(r.At)), "since": string(core.DayOf(r.At))}}
		f.Value["version"] = f.version()
		for _, t := range rec.Tests {
			if t.Result == "" && f.Value["test"] == "" {
				f.Value["test"] = t.ID
			}
		}
		return "act.html", f, nil
	}
}

// doAct takes the form of an act. First it shows what was and what would be,
// and asks; when the officer is sure, it is done over the version that was
// shown, or shown anew when somebody else has changed it meanwhile.
func (s *Server) doAct(name string) handler {
	return func(r *request) (string, any, error) {
		if err := parseForm(r); err != nil {
			return "", nil, err
		}
		rec, err := s.openWatched(r, "monitored")
		if err != nil {
			return "", nil, err
		}
		a := findAct(name)
		f := &actForm{Act: name, Record: rec, Value: map[string]string{}, Errors: map[string]string{}, Ticked: r.PostForm["symptoms"]}
		for key := range r.PostForm {
			f.Value[key] = strings.ToValidUTF8(r.PostFormValue(key), "")
		}
		f.change = store.WatchChange{Act: name, ID: f.Value["once"], Version: rec.Version}
		a.read(r, f)
		if len(f.Errors) > 0 {
			f.Sure = nil
			return "act.html", f, status(http.StatusUnprocessableEntity)
		}
		if !open(rec, a) {
			f.Changed, f.Sure = true, nil
			return "act.html", f, status(http.StatusConflict)
		}
		if !a.adds && f.Value["version"] != f.version() {
			return f.again()
		}
		if !a.adds && f.Value["sure"] != "1" {
			return "sure.html", f, nil
		}
		look := store.Look{Officer: *r.Officer, Screen: name, At: r.At}
		err = s.change(r, look, rec, f)
		if errors.Is(err, store.ErrChanged) {
			if f.Record, err = s.openWatched(r, "monitored"); err != nil {
				return "", nil, err
			}
			f.Sure = nil
			a.read(r, f)
			return f.again()
		}
		if err != nil {
			return "", nil, err
		}
		return "", nil, redirect(watchPath + "/" + rec.ID + "?done=" + name)
	}
}

// change does what the officer is sure of.
func (s *Server) change(r *request, look store.Look, rec *store.WatchedRecord, f *actForm) error {
	if f.Act == "class" {
		return s.Store.SetClass(r.Context(), look, r.Officer.WatchScope(), rec.PersonID, rec.Judged, f.class, f.since, f.change.Note)
	}
	if c := f.change.Checkup; c != nil {
		if err := s.judgeCheckup(r, rec, c); err != nil {
			return err
		}
	}
	return s.Store.ChangeWatch(r.Context(), look, r.Officer.WatchScope(), rec.ID, f.change)
}

// version is what a form carries of the record that it was made of.
func (f *actForm) version() string {
	if f.Act == "class" {
		return strconv.FormatInt(f.Record.Judged.UnixMilli(), 10)
	}
	return strconv.Itoa(f.Record.Version)
}

// again asks once more: the record is not what the officer saw.
func (f *actForm) again() (string, any, error) {
	f.Changed = true
	f.Value["version"] = f.version()
	return "sure.html", f, status(http.StatusConflict)
}
