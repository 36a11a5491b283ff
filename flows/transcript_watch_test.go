package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// officer is what an officer or the schedule does, as far as the telephone shows
// it. Everybody watched is asked by "schedule" once a day, whenever it strikes.
func (p *pure) officer(t *testing.T, what, how string, to core.URN, now time.Time) ([]shownMessage, []string) {
	t.Helper()
	p.shown, p.did = nil, nil
	today, hotline := core.DayOf(now), transcriptSetting.Hotline
	tell := func(s core.Say) { p.show(s, "vi", p.features, to, "") }
	var open []core.Watched
	for _, w := range p.watch {
		if !w.Over() {
			open = append(open, w)
		}
	}
	names := core.GivenNames(asking(open))
	switch what {
	case "watch":
		p.beginWatch(t, how, now)
		first := p.watch[0]
		tell(core.WelcomeSay(asking(p.watch), first.Kind, first.Until, core.WindowMorning, unitOf(first.Commune), hotline))
	case "schedule":
		var due []core.Watched
		for i := range p.watch {
			w := &p.watch[i]
			switch {
			case w.Over() || w.Stopped || p.known.OptedOut:
			case w.Until < today:
				w.Ended, w.End = now, core.EndOverdue
				if w.Answered == w.Until && w.Colour.Rank() < core.ColourOrange.Rank() {
					w.End = core.EndCompleted
				}
				tell(say(core.MonitorEnd+string(w.End), "names", core.ShortName(givenOf(*w)), "day", w.Until.Local(), "hotline", hotline))
			case w.Answered != today:
				w.Asked = today
				due = append(due, *w)
			}
		}
		if len(due) > 0 {
			list := asking(due)
			for i := range list {
				list[i].Number = due[i].Number
				if len(open) == 1 {
					list[i].Number = 0
				}
			}
			tell(core.PromptSay(list, hotline))
		}
	case "extend":
		for i := range p.watch {
			p.watch[i].Until = core.Day(how)
		}
		tell(say(core.MonitorExtended, "names", names, "until", core.Day(how).Local(), "hotline", hotline))
	case "move":
		tell(say(core.MonitorMoved, "names", names, "commune", unitOf(how), "hotline", hotline))
	case "close":
		for i := range p.watch {
			p.watch[i].Ended, p.watch[i].End = now, core.EndClosed
		}
		tell(say(core.MonitorEnd+string(core.EndClosed), "names", names, "day", today.Local(), "hotline", hotline))
	case "code":
		return nil, []string{"123456"}
	case "want":
		p.want = how
		key := core.MonitorPhotoAsk
		s := core.Say{}
		if how == WantLocation {
			key, s.Ask, s.AskKey = core.MonitorLocationAsk, core.AskLocation, "monitor.location.button"
		}
		s.Key, s.Args = key, args{"given": core.ShortName(givenOf(open[0])), "hotline": hotline}
		tell(s)
	}
	return p.shown, p.did
}

// beginWatch reads "home 2021-08-29: Nguyễn Văn An, Trần Thị Bình".
func (p *pure) beginWatch(t *testing.T, how string, now time.Time) {
	t.Helper()
	head, names, ok := strings.Cut(how, ": ")
	kind, until, _ := strings.Cut(head, " ")
	if !ok || until == "" {
		t.Fatalf("nobody to watch in %q", how)
	}
	p.known.Watched, p.known.Phone, p.known.Declared, p.watch, p.signs = true, transcriptPhone, true, nil, map[string][]string{}
	for i, name := range strings.Split(names, ", ") {
		p.declare(Declare{Form: Resident.ID, Phone: transcriptPhone, Proven: true, Proxy: i > 0, Facts: map[string]any{}, Private: map[string]any{},
			Person: Person{Name: name, Birth: "1985", Sex: "other", Commune: "19777"}}, now)
		p.did = nil
		p.watch = append(p.watch, core.Watched{Number: i + 1, Name: name, Class: core.ClassNone, Monitoring: core.Monitoring{
			ID: "m" + strconv.Itoa(i+1), PersonID: "p" + strconv.Itoa(i+1), Kind: core.Kind(kind), From: core.DayOf(now), Until: core.Day(until),
			Commune: "19777", District: "474", Province: "46"}})
	}
}

func unitOf(code string) string {
	u, _ := area.Get(code)
	return u.FullName
}

// keepCheckups keeps answers with the colours of the built-in rules.
func (p *pure) keepCheckups(e KeepCheckups, now time.Time) Result {
	result := CheckedUp{People: e.People}
	for _, c := range e.List {
		at := slices.IndexFunc(p.watch, func(w core.Watched) bool { return w.ID == c.MonitoringID })
		w := &p.watch[at]
		c.Colour = c.Colour.Worse(judgeOn(core.DayOf(now)).checkup(c, *w, p.signs[w.ID]))
		p.signs[w.ID] = c.Symptoms
		kept := core.KeptCheckup{Over: w.Over(), Colour: w.Colour.Worse(c.Colour), Worse: c.Colour.Rank() > w.Colour.Rank()}
		w.Colour, w.Last = kept.Colour, now
		w.Answered = max(w.Answered, c.Day)
		if c.Day >= w.Asked { // the question waits no more
			w.Asked = ""
		}
		line := "answer: " + w.Name + " " + string(c.Day)
		if c.Well {
			line += " well"
		}
		for _, id := range c.Symptoms {
			line += " " + id
		}
		if c.Temperature > 0 {
			line += fmt.Sprintf(" %gC", c.Temperature)
		}
		if c.SpO2 > 0 {
			line += fmt.Sprintf(" %d%%", c.SpO2)
		}
		p.did = append(p.did, line+", "+string(c.Colour))
		if c.Colour == core.ColourRed {
			p.did = append(p.did, "task: red")
			p.alert(*w, c)
		}
		result.List = append(result.List, CheckupKept{Said: c, Kept: kept, Of: *w})
	}
	return result
}

// alert tells the officer of a red answer, once their chat is linked.
func (p *pure) alert(w core.Watched, c core.Checkup) {
	p.alerted, p.taken = w.Name, false
	if p.linked {
		before := p.shown
		p.shown = nil
		p.show(core.RedAlert(core.Initials(w.Name), unitOf(w.Commune), alertSigns(c), "AB23", transcriptSetting.PublicURL+"/admin/tasks/1"), "vi", looks["telegram"], officerURN, "")
		p.told = append(p.told, p.shown...)
		p.shown = before
	}
}

// officerSays does what an officer says in their own chat.
func (p *pure) officerSays(effect Effect) Result {
	switch e := effect.(type) {
	case LinkOfficer:
		p.linked = e.Code == "123456"
		return OfficerSaid{Word: officerLink, OfficerChat: core.OfficerChat{Done: p.linked, Name: watcher.Name, Area: watcher.Area}}
	case UnlinkOfficer:
		was := p.linked
		p.linked = false
		return OfficerSaid{Word: officerUnlink, OfficerChat: core.OfficerChat{Done: was, Not: !was}}
	case TakeAlert:
		said := OfficerSaid{Word: officerTake, Task: e.Task, OfficerChat: core.OfficerChat{Not: !p.linked, Done: p.linked, Who: core.Initials(p.alerted), Area: watcher.Area}}
		if p.linked && !p.taken {
			p.taken = true
			p.did = append(p.did, "taken by "+watcher.Name)
		}
		return said
	}
	return nil
}
