package flows

import (
	"regexp"
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// after remembers what is to be asked behind an answer.
func (t *turn) after(c reading.Checkup, people []core.Watched) {
	t.s.Daily = Daily{}
	told := make(map[string]bool)
	for _, p := range c.Told {
		w := personAt(people, p.Person)
		if w == nil || p.Ago != 0 {
			continue
		}
		told[w.ID] = true
		switch {
		case (p.Ask == reading.DoubtTemperature || p.Ask == reading.DoubtSpO2) && p.Temperature == 0 && p.SpO2 == 0:
			t.s.Daily.Weigh, t.s.Daily.Signs = w.ID, p.Symptoms
		case vague(p):
			t.s.Daily.Ill = append(t.s.Daily.Ill, w.ID)
		}
	}
	if len(told) == 0 {
		return
	}
	for _, w := range people {
		if !told[w.ID] && w.Answered != t.e.Today {
			t.s.Daily.Rest = append(t.s.Daily.Rest, w.ID)
		}
	}
}

// unclear asks once more for what was not understood. Whoever wants something
// else is served; nothing is ever taken for "well".
func (t *turn) unclear(people []core.Watched) {
	in := t.e.In
	switch cmd := t.meant(in.Text); {
	case t.s.Form != "":
		t.ordinary()
		return
	case cmd != cmdNone && cmd != cmdThanks:
		t.command(cmd)
		return
	case cmd == cmdThanks && !slices.ContainsFunc(people, func(w core.Watched) bool { return w.Answered != t.e.Today }):
		t.say(say("monitor.next.well"))
		return
	case t.e.Known.Told && isWord(bareWords(in.Text), "sai", "sai roi", "nham", "nham roi", "khong phai toi", "wrong", "not me"):
		t.do(Object{})
		return
	case wantsOut(in.Text):
		t.note(say("stop.hint"))
	}
	t.s.Question = ""
	t.miss(t.wrongWay(people), people)
}

// wrongWay says with an example how to answer.
func (t *turn) wrongWay(people []core.Watched) core.Say {
	s := core.PromptSay(asking(people), t.e.Setting.Hotline)
	s.Key = "monitor.wrong.one"
	if len(people) > 1 {
		s.Key = "monitor.wrong.many"
	}
	return s
}

// answerQuestion answers what people ask most, until when, and where to ask all
// else.
func (t *turn) answerQuestion(people []core.Watched) {
	for _, w := range people {
		t.note(say("monitor.until", "given", core.ShortName(givenOf(w)), "until", w.Until.Local()))
	}
	t.say(say("monitor.question", "hotline", t.e.Setting.Hotline))
}

var number = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)?`)

// oddNumber says which figure was not understood.
func oddNumber(text string) core.Say {
	longest := ""
	for _, n := range number.FindAllString(text, -1) {
		if len(n) > len(longest) && len(n) <= 6 {
			longest = n
		}
	}
	if longest == "" {
		return say("monitor.wrong.figure")
	}
	return say("monitor.wrong.number", "figure", longest)
}

// miss asks again; the third time in a row an officer is asked to call.
func (t *turn) miss(again core.Say, people []core.Watched) {
	if t.s.State.Misses++; t.s.State.Misses%MissLimit == 0 {
		t.note(hotline(t.e))
		t.do(OpenTask{Kind: "misunderstood", Area: finestOf(people[0]), Note: "checkup"})
	}
	if t.s.Form != "" {
		t.note(again)
		t.again()
		return
	}
	t.say(again)
}

// finestOf is the area that has the duty for somebody.
func finestOf(w core.Watched) string {
	for _, code := range []string{w.Commune, w.District} {
		if code != "" {
			return code
		}
	}
	return w.Province
}

// asking are people as the daily question names them.
func asking(people []core.Watched) []core.Asked {
	list := make([]core.Asked, len(people))
	for i, w := range people {
		list[i] = core.Asked{MonitoringID: w.ID, Name: givenOf(w), Kind: w.Kind}
		if len(people) > 1 {
			list[i].Number = w.Number
		}
	}
	return list
}

// givenOf is the given name, all of a name that may stand in an SMS.
func givenOf(w core.Watched) string {
	name := strings.TrimSpace(w.Name)
	return name[strings.LastIndex(name, " ")+1:]
}

// askBehind asks the next of what is to be asked behind an answer; false when
// nothing is.
func (t *turn) askBehind(people []core.Watched) bool {
	d := &t.s.Daily
	t.s.Question = ""
	for ; len(d.Ill) > 0; d.Ill = d.Ill[1:] {
		if w := byID(people, d.Ill[0]); w != nil {
			t.ask(askedSigns, t.signsOf(*w))
			return true
		}
	}
	if w := byID(people, d.Weigh); w != nil {
		t.ask(askedMeasure, say(measureKey(*w), "given", core.ShortName(givenOf(*w))))
		return true
	}
	var rest []core.Watched
	for _, id := range d.Rest {
		if w := byID(people, id); w != nil {
			rest = append(rest, *w)
		}
	}
	if len(rest) == 0 {
		return false
	}
	list := asking(rest)
	s := say("monitor.rest.ask")
	s.Typed = true
	s.Choices = append(s.Choices, core.Choice{Action: checkupAction + "rest:", Key: "monitor.well.rest", Number: "0", Wide: true})
	for i := range list {
		list[i].Number = rest[i].Number
		s.Choices = append(s.Choices, core.Choice{Action: core.ActionIll + list[i].MonitoringID, Key: "monitor.ill.of", Args: args{"given": core.ShortName(list[i].Name)}, Wide: true})
	}
	s.Args = args{"list": core.Numbered(list)[0]}
	t.ask(askedRest, s)
	return true
}

// measureKey is what a person's measurements are asked by.
func measureKey(w core.Watched) string {
	if w.Kind == core.KindPatient {
		return "monitor.measure.both"
	}
	return "monitor.measure.temperature"
}

// askHow asks how one of a household is.
func (t *turn) askHow(w core.Watched) {
	s := core.PromptSay([]core.Asked{{MonitoringID: w.ID, Name: givenOf(w)}}, t.e.Setting.Hotline)
	t.ask(askedHow, s)
}

// readBehind takes the answer to what was asked behind the daily question; false
// where it is no answer to that, but may be one to the daily question.
func (t *turn) readBehind(text string, people []core.Watched) bool {
	d := &t.s.Daily
	if n, ok := readNumber(text); ok && n == 0 && askedSince(people) {
		return false
	}
	switch t.s.Question {
	case askedHow:
		w := byID(people, d.How)
		if w == nil || tellsOfMany(text, people) {
			return false
		}
		c := reading.ReadCheckup(text, []string{w.Name})
		keep := t.checkups(c, []core.Watched{*w}, wordsTyped(text))
		if len(keep) == 0 {
			return false
		}
		t.s.State.Misses = 0
		for i := range c.Told {
			c.Told[i].Person = w.Number
		}
		t.after(c, people)
		t.do(KeepCheckups{List: keep, People: people})
		return true
	case askedSigns:
		if len(d.Ill) == 0 || byID(people, d.Ill[0]) == nil {
			return false
		}
		return t.readSigns(text, people)
	case askedMeasure:
		w := byID(people, d.Weigh)
		return w != nil && t.readMeasured(text, *w, people)
	case askedRest:
		c := reading.ReadCheckup(text, nil)
		n, isNumber := readNumber(text)
		if isNumber && n == 0 || !isNumber && len(c.Told) == 1 && c.Ask == reading.DoubtNone && c.Told[0].Health == reading.HealthWell && c.Told[0].Ago == 0 {
			t.restWell(people)
			return true
		}
	}
	return false
}

// tellsOfMany tells whether an answer speaks of several of a household.
func tellsOfMany(text string, people []core.Watched) bool {
	told := make(map[int]bool)
	for _, p := range reading.ReadCheckup(text, placesOf(people)).Told {
		told[p.Person] = p.Health != reading.HealthUnknown
	}
	return len(told) > 1
}

// askedSince tells whether the daily question waits for all of a household: there
// "0" is that all are well, whatever was asked behind an answer of before.
func askedSince(people []core.Watched) bool {
	return len(people) > 1 && !slices.ContainsFunc(people, func(w core.Watched) bool { return w.Asked == "" })
}

// restWell keeps that those are well of whom nothing had been said.
func (t *turn) restWell(people []core.Watched) {
	var keep []core.Checkup
	for _, id := range t.s.Daily.Rest {
		if w := byID(people, id); w != nil {
			keep = append(keep, core.Checkup{MonitoringID: w.ID, PersonID: w.PersonID, Day: t.e.Today, At: t.e.Now, Well: true})
		}
	}
	if len(keep) == 0 {
		t.say(t.wrongWay(people))
		return
	}
	t.s.Daily.Rest, t.s.State.Misses = slices.Clip(t.s.Daily.Rest[:0:0]), 0
	t.do(KeepCheckups{List: keep, People: people})
}
