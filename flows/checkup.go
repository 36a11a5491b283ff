package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// The conversation's own questions behind an answer to the daily question.
const (
	askedHow     = "checkup_how"     // how one of a household is of whom only the number was sent
	askedSigns   = "checkup_signs"   // which signs somebody has who is not well
	askedMeasure = "checkup_measure" // temperature and SpO2
	askedRest    = "checkup_rest"    // how those of a household are of whom nothing was said
)

// checkupAction begins the actions of all buttons of the daily question.
const checkupAction = "checkup."

// otherSign is kept of whoever is not well, while it is not known how.
const otherSign = "other"

// Daily is what is still asked behind an answer to the daily question; people
// are the IDs of their monitorings.
type Daily struct {
	How    string   `json:"how,omitempty"`    // who is not known to be well or ill
	Ill    []string `json:"ill,omitempty"`    // not well, their signs not told; the first is asked about
	Ticked []string `json:"ticked,omitempty"` // the signs ticked of the first
	Rest   []string `json:"rest,omitempty"`   // nothing was said of them

	Weigh string   `json:"weigh,omitempty"` // whose temperature and SpO2 are asked for
	Well  bool     `json:"well,omitempty"`  // what was said of them before
	Signs []string `json:"signs,omitempty"`
}

// IsZero tells whether nothing is still asked.
func (d Daily) IsZero() bool {
	return d.How == "" && d.Weigh == "" && !d.Well && len(d.Ill)+len(d.Ticked)+len(d.Rest)+len(d.Signs) == 0
}

// checkUp hands a message that may answer the daily question to whom it may be
// about; false where it is a form's or the conversation's own to read.
func (t *turn) checkUp(in *core.Inbound, cmd command) bool {
	if !t.e.Known.Watched || cmd != cmdNone || !t.mayCheckUp(in) {
		return false
	}
	t.do(FindWatched{In: *in})
	return true
}

// mayCheckUp tells whether a message may be an answer to the daily question. A
// number, and whatever a running form understands, is the form's; a danger sign
// is the form's only where it asks for signs.
func (t *turn) mayCheckUp(in *core.Inbound) bool {
	if in.Action != "" {
		return strings.HasPrefix(in.Action, checkupAction)
	}
	form := formByID(t.s.Form)
	switch {
	case form != nil && t.paused():
		return in.Text != ""
	case form != nil:
		return in.Text != "" && (t.needsHelp(in) || tellsHealth(in.Text) && t.strange(form))
	case slices.Contains([]string{askedPhone, askedCode, askedReturn, askedWho, askedLost}, t.s.Question):
		return tellsHealth(in.Text)
	case t.s.Question == askedMenu && t.e.Now.Sub(t.s.Asked) < Pause:
		n, ok := readNumber(in.Text)
		return !ok || n < 1 || n > len(t.menu())
	}
	return true
}

// strange tells whether the running form does not understand the message, or
// would take it for somebody's name.
func (t *turn) strange(form *Form) bool {
	if q := form.question(t.s.Question); q != nil && q.Kind == Name {
		return true
	}
	next, _ := Step(*form, t.s.State, *t.e)
	return next.Misses > t.s.State.Misses
}

// tellsHealth tells whether words say how somebody is.
func tellsHealth(text string) bool {
	if text == "" || strings.Trim(text, "0123456789 .,;") == "" {
		return false
	}
	c := reading.ReadCheckup(text, nil)
	return c.Red || slices.ContainsFunc(c.Told, func(p reading.Told) bool {
		return p.Health != reading.HealthUnknown || p.Temperature > 0 || p.SpO2 > 0
	})
}

// tellsMeasured tells whether a text holds a temperature or an SpO2.
func tellsMeasured(text string) bool {
	return slices.ContainsFunc(reading.ReadCheckup(text, nil).Told, func(p reading.Told) bool { return p.Temperature > 0 || p.SpO2 > 0 })
}

// watched reads the message that waited for the people it may be about. When
// nobody is watched any more it is an ordinary message.
func (t *turn) watched(r Watched) {
	t.e.In = &r.In
	in := t.e.In
	var open, over []core.Watched
	for _, w := range r.List {
		if w.Over() {
			over = append(over, w)
		} else {
			open = append(open, w)
		}
	}
	switch {
	case len(open) == 0 && len(over) == 0:
		t.ordinary()
	case in.Action != "":
		t.pressCheckup(in.Action, open)
	case len(open) == 0:
		t.readOver(in.Text, over)
	case in.Photo != nil || in.Location != nil:
		t.sent(in, r.Want)
	default:
		t.readOpen(in.Text, open)
	}
}

// readOpen reads an answer about people who are watched now.
func (t *turn) readOpen(text string, people []core.Watched) {
	if t.s.Form == "" && t.readBehind(text, people) {
		return
	}
	c := read(text, people)
	if keep := t.checkups(c, people, wordsTyped(text)); len(keep) > 0 {
		t.s.State.Misses = 0
		t.after(c, people)
		t.do(KeepCheckups{List: keep, People: people})
		return
	}
	switch {
	case c.Ask == reading.DoubtTemperature, c.Ask == reading.DoubtSpO2, c.Ask == reading.DoubtWhat && len(people) == 1 && wordsTyped(text) == "" && text != "":
		t.between()
		t.miss(oddNumber(text), people)
	case c.Ask == reading.DoubtQuestion && t.s.Form == "":
		t.answerQuestion(people)
	case c.Ask == reading.DoubtWhat && t.s.Form == "":
		for _, p := range c.Told {
			if w := personAt(people, p.Person); w != nil && len(people) > 1 {
				t.s.Daily = Daily{How: w.ID}
				t.askHow(*w)
				return
			}
		}
		t.unclear(people)
	default:
		t.unclear(people)
	}
}

// between forgets what was asked behind the daily question; a form's question
// stays.
func (t *turn) between() {
	if t.s.Form == "" {
		t.s.Question = ""
	}
}

// read reads an answer. A bare 0 is "none" for one person too, as in every form.
func read(text string, people []core.Watched) reading.Checkup {
	if n, ok := readNumber(text); ok && n == 0 && len(people) == 1 {
		return reading.Checkup{Told: []reading.Told{{Person: 1, Health: reading.HealthWell}}}
	}
	return reading.ReadCheckup(text, placesOf(people))
}

// placesOf are the names of a household at the places of their numbers, as
// reading.ReadCheckup wants them.
func placesOf(people []core.Watched) []string {
	if len(people) == 1 {
		return []string{people[0].Name}
	}
	var names []string
	for _, w := range people {
		for len(names) < w.Number {
			names = append(names, "")
		}
		names[w.Number-1] = w.Name
	}
	return names
}

// personAt finds somebody by the number in an answer; nil when nobody has it.
func personAt(people []core.Watched, number int) *core.Watched {
	if len(people) == 1 && number <= 1 {
		return &people[0]
	}
	for i := range people {
		if people[i].Number == number {
			return &people[i]
		}
	}
	return nil
}

// byID finds somebody by the ID of the monitoring; nil when it is over.
func byID(people []core.Watched, id string) *core.Watched {
	for i := range people {
		if people[i].ID == id {
			return &people[i]
		}
	}
	return nil
}

// checkups are what is kept of an answer: of yesterday and of today, and only
// what was surely said. A call for help that is not understood is somebody's all
// the same.
func (t *turn) checkups(c reading.Checkup, people []core.Watched, words string) (keep []core.Checkup) {
	anyRed := false
	for _, p := range c.Told {
		w := personAt(people, p.Person)
		if w == nil || p.Ago < 0 || p.Ago > 1 || p.Health == reading.HealthUnknown && p.Temperature == 0 && p.SpO2 == 0 {
			continue
		}
		one := t.checkup(*w, p, words)
		anyRed = anyRed || one.Colour == core.ColourRed
		keep = append(keep, one)
	}
	if c.Red && !anyRed { // one message is one answer about each: who is ill in it is who needs help
		for i := range keep {
			if keep[i].Day == t.e.Today && !keep[i].Well {
				keep[i].Colour = core.ColourRed
				return keep
			}
		}
		whose := people[0]
		for _, w := range people {
			if !slices.ContainsFunc(keep, func(k core.Checkup) bool { return k.MonitoringID == w.ID && k.Day == t.e.Today }) {
				whose = w
				break
			}
		}
		keep = slices.DeleteFunc(keep, func(k core.Checkup) bool { return k.MonitoringID == whose.ID && k.Day == t.e.Today })
		keep = append(keep, t.redFor(whose, words))
	}
	return keep
}

// redFor is a call for help by whom it is not known for whom.
func (t *turn) redFor(w core.Watched, words string) core.Checkup {
	return core.Checkup{MonitoringID: w.ID, PersonID: w.PersonID, Day: t.e.Today, At: t.e.Now, Symptoms: []string{otherSign}, Words: words, Colour: core.ColourRed}
}

// checkup is what is kept of one person's part of an answer. Its colour is only
// what the words alone make red: the rules judge the rest.
func (t *turn) checkup(w core.Watched, p reading.Told, words string) core.Checkup {
	c := core.Checkup{MonitoringID: w.ID, PersonID: w.PersonID, Day: t.e.Today.Add(-p.Ago), At: t.e.Now,
		Well: p.Health == reading.HealthWell, Symptoms: p.Symptoms, Temperature: p.Temperature, SpO2: p.SpO2, Words: words}
	if vague(p) {
		c.Symptoms = []string{otherSign}
	}
	if red(c) {
		c.Colour = core.ColourRed
	}
	return c
}

// vague tells whether somebody is not well, and it is not said how.
func vague(p reading.Told) bool { return p.Health == reading.HealthIll && len(p.Symptoms) == 0 }

// redSigns cannot wait, whatever the rules in force are, and neither can an SpO2
// of lowSpO2 or less (docs/reference/follow-up.md 2c).
var redSigns = []string{"short_of_breath", "chest_pain", "confusion", "hard_to_wake", "convulsion", "blue_lips", "cannot_drink", "child_breathing"}

const lowSpO2 = 94

func red(c core.Checkup) bool {
	return c.SpO2 > 0 && c.SpO2 <= lowSpO2 || slices.ContainsFunc(c.Symptoms, func(id string) bool { return slices.Contains(redSigns, id) })
}

// wordsTyped is what is kept of an answer as it was typed: figures alone say no
// more than what was read.
func wordsTyped(text string) string {
	if strings.Trim(text, "0123456789 .,;") == "" {
		return ""
	}
	return text
}

// readOver answers whoever goes on writing after the end. That somebody is ill
// is kept all the same.
func (t *turn) readOver(text string, people []core.Watched) {
	c := read(text, people)
	keep := t.checkups(c, people, wordsTyped(text))
	if len(keep) == 0 {
		t.ordinary()
		return
	}
	t.s.State.Misses, t.s.Daily = 0, Daily{}
	t.do(KeepCheckups{List: keep, People: people})
}

// ordinary goes on with a message that is no answer to the daily question.
func (t *turn) ordinary() {
	in := t.e.In
	t.e.Known.Watched = false
	switch {
	case in.Action != "":
		t.note(say("press.old"))
		t.again()
	case t.paused():
		t.leaveForm()
		t.offerReturn()
	case t.needsHelp(in):
		t.help()
	default:
		t.read(in)
	}
}

// optOut ends all messages but replies and codes. For whoever is watched the
// monitoring goes on without them: the store makes it an officer's.
func (t *turn) optOut() {
	t.s.Daily = Daily{}
	t.do(OptOut{})
}

// optIn undoes optOut.
func (t *turn) optIn() {
	t.do(OptIn{})
	if t.e.Known.Watched {
		t.note(say("monitor.resumed"))
	} else {
		t.note(say("resume.done"))
	}
}

// resumed says that messages are on again. Whoever is watched is not shown the
// menu, whose numbers could be taken for an answer's.
func (t *turn) resumed() {
	t.optIn()
	if t.e.Known.Watched && t.s.Form == "" {
		t.s.Question = ""
		t.sayNoted()
		return
	}
	t.again()
}
