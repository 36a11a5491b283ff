package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// checkedUp says what was understood, what to do now and who will call; red
// signs and 115 come before all else.
func (t *turn) checkedUp(r CheckedUp) {
	if len(r.List) == 0 { // nothing was kept, as nobody is watched any more
		t.say(say("thanks.done"))
		return
	}
	if r.List[0].Kept.Over {
		t.checkedOver(r.List)
		return
	}
	worst, yesterday := core.ColourNone, core.Day("")
	for _, k := range r.List {
		worst = worst.Worse(k.Said.Colour)
		if k.Said.Day != t.e.Today {
			yesterday = k.Said.Day
		}
	}
	if worst == core.ColourRed {
		t.note(say("monitor.red", "hotline", t.e.Setting.Hotline))
	}
	t.noteChecked(r.List)
	if yesterday != "" {
		t.note(say("monitor.yesterday", "day", yesterday.Local()))
	}
	t.wantMeasured(r.List)
	t.closeCheckup(worst, yesterday, r)
}

// closeCheckup ends a reply: with what is asked next, or with what to do.
func (t *turn) closeCheckup(worst core.Colour, yesterday core.Day, r CheckedUp) {
	last := say("monitor.next.well")
	switch worst {
	case core.ColourOrange:
		last = say("monitor.next.orange", "hotline", t.e.Setting.Hotline)
	case core.ColourYellow: // that a patient is well is no news
		if slices.ContainsFunc(r.List, func(k CheckupKept) bool { return len(k.Said.Symptoms) > 0 }) {
			last = say("monitor.next.yellow", "hotline", t.e.Setting.Hotline)
		}
	}
	switch {
	case t.s.Form != "": // a form waits: it goes on, unless it has waited too long
		t.s.Daily = Daily{}
		if worst != core.ColourRed {
			t.note(last)
		}
		if t.e.Now.Sub(t.s.Asked) < Pause {
			t.again()
			return
		}
		t.leaveForm()
		t.sayNoted()
	case worst == core.ColourRed: // nothing more is asked of whoever must call now
		t.s.Question, t.s.Daily = "", Daily{}
		t.sayNoted()
	case t.askBehind(r.People):
	case yesterday != "" && !slices.ContainsFunc(r.List, func(k CheckupKept) bool { return k.Said.Day == t.e.Today }):
		t.say(t.prompt(r.People))
	default:
		t.say(last)
	}
}

// sayNoted says the notes with nothing behind them.
func (t *turn) sayNoted() {
	if n := len(t.said); n > 0 {
		last := t.said[n-1]
		t.said = t.said[:n-1]
		t.say(last)
	}
}

// prompt is the daily question.
func (t *turn) prompt(people []core.Watched) core.Say {
	return core.PromptSay(asking(people), t.e.Setting.Hotline)
}

// noteChecked says what was understood: who is well in one line, and of each
// other what was told.
func (t *turn) noteChecked(list []CheckupKept) {
	var well []core.Asked
	for _, k := range list {
		measured := t.measuredText(k.Said)
		given := core.ShortName(givenOf(k.Of))
		switch {
		case len(k.Said.Symptoms) > 0:
			s := say("monitor.noted.ill", "given", given)
			if measured != "" {
				s = say("monitor.noted.both", "given", given, "measured", measured)
			}
			s.Lists = map[string][]string{"what": t.signWords(k.Said.Symptoms)}
			t.note(s)
		case measured != "" && k.Said.Well:
			t.note(say("monitor.noted.well_measured", "given", given, "measured", measured))
		case measured != "":
			t.note(say("monitor.noted.measured", "given", given, "measured", measured))
		default:
			well = append(well, core.Asked{Name: givenOf(k.Of)})
		}
	}
	if len(well) > 0 {
		t.note(say("monitor.noted.well", "names", core.GivenNames(well)))
	}
}

// shortSigns is how many signs an SMS says back, the worst first.
const shortSigns = 3

// signWords are the locale keys of signs, the red ones first.
func (t *turn) signWords(signs []string) []string {
	signs = slices.Clone(signs)
	slices.SortStableFunc(signs, func(a, b string) int { return rankSign(a) - rankSign(b) })
	if t.e.Features.Plain && len(signs) > shortSigns {
		signs = signs[:shortSigns]
	}
	keys := make([]string, len(signs))
	for i, id := range signs {
		keys[i] = "symptom." + id
		if id == otherSign {
			keys[i] = "monitor.other"
		}
	}
	return keys
}

func rankSign(id string) int {
	if i := slices.Index(redSigns, id); i >= 0 {
		return i
	}
	return len(redSigns)
}

// measuredText writes measurements as every language does: "38.5 °C, SpO2 97%".
// An SMS has no sign for degrees.
func (t *turn) measuredText(c core.Checkup) string {
	text := ""
	if c.Temperature > 0 {
		text = strconv.FormatFloat(c.Temperature, 'f', -1, 64) + " °C"
		if t.e.Features.Plain {
			text = strings.Replace(text, " °", "", 1)
		}
	}
	if c.SpO2 > 0 {
		if text != "" {
			text += ", "
		}
		text += "SpO2 " + strconv.Itoa(c.SpO2) + "%"
	}
	return text
}

// wantMeasured has the measurements of a patient asked for, once, where some are
// missing.
func (t *turn) wantMeasured(list []CheckupKept) {
	for _, k := range list {
		if k.Of.Kind != core.KindPatient || k.Said.Day != t.e.Today || k.Said.Temperature > 0 || k.Said.SpO2 > 0 || t.s.Daily.Weigh != "" {
			continue
		}
		t.s.Daily.Weigh, t.s.Daily.Well, t.s.Daily.Signs = k.Of.ID, k.Said.Well, k.Said.Symptoms
	}
}

// checkedOver answers whoever wrote after the end.
func (t *turn) checkedOver(list []CheckupKept) {
	key := "monitor.after.well"
	for _, k := range list {
		if len(k.Said.Symptoms) > 0 {
			key = "monitor.after.ill"
		}
		if k.Said.Colour == core.ColourRed {
			t.note(say("monitor.red", "hotline", t.e.Setting.Hotline))
			break
		}
	}
	w := list[0].Of
	last := say(key, "given", core.ShortName(givenOf(w)), "day", min(core.DayOf(w.Ended), w.Until).Local(), "hotline", t.e.Setting.Hotline)
	if t.s.Form != "" && t.e.Now.Sub(t.s.Asked) < Pause {
		t.note(last)
		t.again()
		return
	}
	t.leaveForm()
	t.s.Question = ""
	t.say(last)
}
