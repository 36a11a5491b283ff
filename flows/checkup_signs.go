package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// shownSigns are the signs that are offered to whoever is not well: first those
// of the forms, by the same numbers.
var shownSigns = []string{"fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue", "chest_pain", "loss_of_smell"}

// signsOf asks which signs somebody has.
func (t *turn) signsOf(w core.Watched) core.Say {
	s := say("monitor.signs.ask", "given", core.ShortName(givenOf(w)))
	s.Multi = true
	for i, id := range shownSigns {
		s.Choices = append(s.Choices, core.Choice{Action: checkupAction + "tick:" + id, Key: "symptom." + id, Number: strconv.Itoa(i + 1),
			Chosen: slices.Contains(t.s.Daily.Ticked, id)})
	}
	s.Choices = append(s.Choices, core.Choice{Action: checkupAction + "tick:" + otherSign, Key: "monitor.signs.other", Number: "0"})
	if t.e.Features.MaxButtons > len(s.Choices) {
		s.Choices = append(s.Choices, core.Choice{Action: checkupAction + "tick:done", Key: "choice.done", Wide: true})
	}
	return s
}

// readSigns takes which signs somebody has. That the person is not well is kept
// already, so nothing is lost when no answer is understood.
func (t *turn) readSigns(text string, people []core.Watched) bool {
	w := *byID(people, t.s.Daily.Ill[0])
	if n, ok := readNumber(text); ok && n == 0 {
		t.signs(w, nil, text, people)
		return true
	}
	if s, ok := reading.ReadSymptoms(text, shownSigns); ok && len(s.Present) > 0 && strings.Trim(text, "0123456789 .,;") == "" {
		t.signs(w, s.Present, text, people)
		return true
	}
	c := reading.ReadCheckup(text, placesOf(people))
	if len(people) > 1 && len(t.checkups(c, people, "")) > 0 {
		return false // says by number or name whom it is about
	}
	if c = reading.ReadCheckup(text, []string{w.Name}); len(c.Told) > 0 && !vague(c.Told[0]) || c.Red {
		if keep := t.checkups(c, []core.Watched{w}, wordsTyped(text)); len(keep) > 0 {
			t.nextIll()
			t.do(KeepCheckups{List: keep, People: people})
			return true
		}
	}
	if t.s.State.Misses++; t.s.State.Misses%MissLimit == 0 { // an officer asks, and here it is not asked for ever
		t.nextIll()
		t.do(OpenTask{Kind: "misunderstood", Area: finestOf(w), Note: "checkup"})
		if t.note(hotline(t.e)); !t.askBehind(people) {
			t.say(say("monitor.next.well"))
		}
		return true
	}
	t.note(say("monitor.signs.wrong", "given", core.ShortName(givenOf(w))))
	t.ask(askedSigns, t.signsOf(w))
	return true
}

// nextIll goes on to whoever else is not well.
func (t *turn) nextIll() {
	t.s.Daily.Ill, t.s.Daily.Ticked = t.s.Daily.Ill[1:], nil
}

// signs keeps the signs of the one asked about.
func (t *turn) signs(w core.Watched, signs []string, text string, people []core.Watched) {
	t.nextIll()
	t.s.State.Misses = 0
	if len(signs) == 0 {
		signs = []string{otherSign}
	}
	c := core.Checkup{MonitoringID: w.ID, PersonID: w.PersonID, Day: t.e.Today, At: t.e.Now, Symptoms: signs, Words: wordsTyped(text)}
	if red(c) {
		c.Colour = core.ColourRed
	}
	t.do(KeepCheckups{List: []core.Checkup{c}, People: people})
}

// readMeasured takes temperature and SpO2, together with what was said before.
func (t *turn) readMeasured(text string, w core.Watched, people []core.Watched) bool {
	d := &t.s.Daily
	if n, ok := readNumber(text); ok && n == 0 || reading.NotAtHand(text) || readYesNo(text) == "no" {
		d.Weigh, t.s.State.Misses = "", 0
		if !t.askBehind(people) {
			t.say(say("monitor.next.well"))
		}
		return true
	}
	c := reading.ReadCheckup(text, []string{w.Name})
	if len(c.Told) > 0 && c.Ask != reading.DoubtTemperature && c.Ask != reading.DoubtSpO2 {
		p := c.Told[0]
		if p.Temperature == 0 && p.SpO2 == 0 {
			return false
		}
		if p.Health == reading.HealthUnknown && d.Well {
			p.Health = reading.HealthWell
		}
		for _, id := range d.Signs {
			if !slices.Contains(p.Symptoms, id) {
				p.Symptoms, p.Health = append(slices.Clone(p.Symptoms), id), reading.HealthIll
			}
		}
		d.Weigh, t.s.State.Misses = "", 0
		t.do(KeepCheckups{List: []core.Checkup{t.checkup(w, p, wordsTyped(text))}, People: people})
		return true
	}
	if c.Ask == reading.DoubtTemperature || c.Ask == reading.DoubtSpO2 {
		t.miss(oddNumber(text), []core.Watched{w})
		return true
	}
	return false
}

// pressCheckup takes a button of the daily question or of what is asked behind it.
func (t *turn) pressCheckup(action string, people []core.Watched) {
	kind, id, _ := strings.Cut(strings.TrimPrefix(action, checkupAction), ":")
	one, c := byID(people, id), reading.Checkup{}
	switch {
	case len(people) == 0:
		t.note(say("press.old"))
		t.again()
		return
	case kind == "tick":
		t.tickSign(id, people)
		return
	case kind == "rest":
		t.restWell(people)
		return
	case kind == "well" && id == "":
		for _, w := range people {
			c.Told = append(c.Told, reading.Told{Person: w.Number, Health: reading.HealthWell})
		}
	case kind == "well" && one != nil:
		c.Told = []reading.Told{{Person: one.Number, Health: reading.HealthWell}}
	case kind == "ill" && one != nil:
		c.Told = []reading.Told{{Person: one.Number, Health: reading.HealthIll}}
	default: // of a monitoring that is over
		t.say(t.wrongWay(people))
		return
	}
	t.s.State.Misses = 0
	rest := t.s.Daily.Rest
	t.after(c, people)
	if kind == "ill" && t.s.Question == askedRest { // the others are still to be told of
		t.s.Daily.Rest = slices.DeleteFunc(slices.Clone(rest), func(r string) bool { return r == id })
	}
	t.do(KeepCheckups{List: t.checkups(c, people, ""), People: people})
}

// tickSign ticks one sign of whoever is asked about, or takes those ticked.
func (t *turn) tickSign(id string, people []core.Watched) {
	d := &t.s.Daily
	if t.s.Question != askedSigns || len(d.Ill) == 0 || byID(people, d.Ill[0]) == nil {
		t.say(t.wrongWay(people))
		return
	}
	w := *byID(people, d.Ill[0])
	switch {
	case id == "done" && len(d.Ticked) > 0:
		t.signs(w, d.Ticked, "", people)
	case id == "done":
		t.note(say("wrong.none_ticked"))
		t.ask(askedSigns, t.signsOf(w))
	case id == otherSign:
		t.signs(w, append(slices.Clone(d.Ticked), otherSign), "", people)
	case slices.Contains(shownSigns, id):
		if i := slices.Index(d.Ticked, id); i >= 0 {
			d.Ticked = slices.Delete(slices.Clone(d.Ticked), i, i+1)
		} else {
			d.Ticked = append(slices.Clone(d.Ticked), id)
		}
		s := t.signsOf(w)
		if t.e.Features.Edits {
			s.Edit = t.e.In.Ref
		}
		t.ask(askedSigns, s)
	default:
		t.note(say("press.old"))
		t.ask(askedSigns, t.signsOf(w))
	}
}

// sent takes a photo or a location. What it shows is not looked at, and a photo
// is not kept.
func (t *turn) sent(in *core.Inbound, want string) {
	switch {
	case t.s.Form != "":
		t.ordinary()
	case in.Location != nil && want == WantLocation:
		t.do(KeepSent{What: WantLocation, At: in.Location})
		t.say(say("monitor.location.done"))
	case in.Photo != nil && want == WantPhoto && !in.Photo.Failed:
		t.do(KeepSent{What: WantPhoto})
		t.say(say("monitor.photo.done"))
	case in.Photo != nil && !in.Photo.Failed:
		t.say(say("monitor.photo.unasked"))
	default:
		t.say(unreadable(in))
	}
}
