package flows

import (
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// nextHeld is what waits for a proof when the person asked what is held.
const nextHeld = "held"

// shownHeld is how many declarations and looks are told of one person, the
// newest first; the rest are counted.
const shownHeld = 5

// findHeld asks for what is held; only a proved phone is told.
func (t *turn) findHeld() {
	switch {
	case t.phone() != "":
		t.do(FindHeld{})
	case t.s.Form != "" || t.s.Question == askedPhone || t.s.Question == askedCode:
		t.note(say("held.later"))
		t.again()
	default:
		t.notice()
		t.note(say("held.prove"))
		t.askPhone(nextHeld)
	}
}

// heldAll tells what is held about the people of the phone, who looked at it,
// and how to have it put right.
func (t *turn) heldAll(h core.Holding) {
	if len(h.People) == 0 {
		t.note(say("held.none"))
		t.again()
		return
	}
	for _, p := range h.People[:min(len(h.People), maxPeople)] {
		t.held(p)
	}
	t.say(say("held.correct", "hotline", t.e.Setting.Hotline))
}

// held tells what is held about one person; by SMS in one segment for what was
// declared and one for who looked.
func (t *turn) held(p core.HeldPerson) {
	declared := say("held.person", "name", p.Name, "count", strconv.Itoa(len(p.Declarations)))
	if len(p.Declarations) > 0 {
		declared.Args["day"] = p.Declarations[0].Day.Local()
	} else {
		declared.Key = "held.person.empty"
	}
	looks := say("held.looks", "count", strconv.Itoa(len(p.Looks)))
	if len(p.Looks) == 0 {
		looks.Key = "held.looks.none"
	}
	if t.e.Features.Plain {
		t.say(declared)
		if len(p.Looks) > 0 {
			looks.Key, looks.Args["at"] = "held.looks.newest", moment(p.Looks[0].At)
			looks.Words = args{"duty": "admin.duty." + p.Looks[0].Duty}
		}
		t.say(looks)
		return
	}
	t.note(declared)
	for _, d := range p.Declarations[:min(len(p.Declarations), shownHeld)] {
		l := say("held.declaration", "day", d.Day.Local())
		l.Words = args{"form": d.Form + ".title", "channel": "admin.channel." + d.Channel}
		switch {
		case d.Officer:
			l.Key = "held.declaration.officer"
		case d.Proxy:
			l.Key = "held.declaration.proxy"
		}
		t.note(l)
	}
	if len(p.Phones) > 0 {
		t.note(say("held.phones", "last", joinTexts(", …", p.Phones...)))
	}
	for _, q := range p.QRs[:min(len(p.QRs), 1)] {
		t.note(say("held.qr", "at", moment(q.Made)))
	}
	t.note(looks)
	for _, l := range p.Looks[:min(len(p.Looks), shownHeld)] {
		s := say("held.look", "at", moment(l.At), "area", areaOf(l.Area))
		s.Words = args{"duty": "admin.duty." + l.Duty, "screen": "held.screen." + l.Screen}
		t.note(s)
	}
	t.flush()
}

// areaOf names an officer's area; the whole country has no code.
func areaOf(code string) string {
	if u, ok := area.Get(code); ok {
		return u.FullName
	}
	return "–"
}

// moment writes a time as people at home read it.
func moment(at time.Time) string { return at.In(core.Zone).Format("02/01/2006 15:04") }
