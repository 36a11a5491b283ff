package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/qr"
)

// maxQRs bounds how many persons' codes one request shows.
const maxQRs = 10

// result takes the outcome of an effect.
func (t *turn) result(r Result) {
	switch r := r.(type) {
	case CodeSent:
		t.codeSent(r)
	case CodeChecked:
		t.codeChecked(r)
	case Declared:
		t.declared([]Declared{r})
	case DeclaredAll:
		t.declared(r.List)
	case Recalled:
		t.recalled(r)
	case Objected:
		t.objected(r)
	case QRs:
		t.qrs(r)
	case QRReplaced:
		t.replaced(r)
	case Held:
		t.heldAll(r.Holding)
	case Watched:
		t.watched(r)
	case CheckedUp:
		t.checkedUp(r)
	case OfficerSaid:
		t.officerSaid(r)
	}
}

// complete adds to a form's declaration what the conversation knows.
func (t *turn) complete(form *Form, d Declare) Declare {
	d.Form = form.ID
	d.Phone, d.Proven = t.phone(), true
	if d.Phone == "" {
		d.Phone, d.Proven = t.s.Proof.Phone, false
	}
	d.Notice = t.e.Known.NoticeSeen
	return d
}

// listUnproven has officers look at who declared without proof of the phone.
func (t *turn) listUnproven(d Declare) {
	if !d.Proven {
		t.do(OpenTask{Kind: "unproven", Area: d.Person.Commune})
	}
}

// declared ends the form: what a danger sign asks for, then the QR, then what to
// do next.
func (t *turn) declared(list []Declared) {
	form := formByID(t.s.Form)
	if form == nil { // nothing of ours was sent: show the QR all the same
		form = &Resident
	}
	r := run{form: form, s: t.s.State, e: t.e}
	ending, same, once := r.ending(), t.s.State.Same, t.s.State.Once
	t.s.Form, t.s.Question = "", ""
	t.s.State, t.s.Proof = State{Run: t.s.State.Run}, Proof{}
	d := list[0]
	if dangerous(ending, list) {
		t.say(say(Resident.ID+".done"+urgently, "hotline", t.e.Setting.Hotline))
		ending = core.Say{} // nothing else matters as much
	}
	calm := strings.HasSuffix(ending.Key, well) && !strict(d.Verdict.Measure) && d.Verdict.Colour.Rank() < core.ColourOrange.Rank()
	switch {
	case len(list) > 1:
		t.showAll(list)
		t.tellMeanings(ending, list)
		return
	case once:
		t.doneOnce(r, list)
		if calm {
			return // one message each way
		}
	case same:
		t.showQR("done.same", qrCode(d, t.e.Today))
		if calm {
			return // one message each way
		}
	case d.Version > 1:
		t.showQR("done.again", qrCode(d, t.e.Today))
	default:
		t.showQR("done.first", qrCode(d, t.e.Today))
	}
	t.tellMeaning(ending, d)
}

// The ends of the keys of endings where nothing is wrong, and where a danger
// sign was told.
const (
	well     = ".well"
	urgently = ".urgent"
)

// endings are the ends of endings' keys, the worst first.
var endings = []string{urgently, ".ill", ".exposed"}

// ending is what is said at the end; of several people by the worst.
func (r *run) ending() core.Say {
	worst, at := core.Say{}, len(endings)+1
	for _, v := range r.views() {
		end := r.form.Ending(v)
		rank := slices.IndexFunc(endings, func(suffix string) bool { return strings.HasSuffix(end.Key, suffix) })
		if rank < 0 {
			rank = len(endings)
		}
		if rank < at {
			worst, at = end, rank
		}
	}
	return worst
}

func qrCode(d Declared, day core.Day) QRCode {
	return QRCode{Name: d.PersonName, Code: d.Code, Number: d.Number, Day: day}
}

// showAll shows the QR codes of several people.
func (t *turn) showAll(list []Declared) {
	s := say("done.group", "count", strconv.Itoa(len(list)))
	for _, d := range list {
		q := t.qrSay("done.of", qrCode(d, t.e.Today))
		s.Album = append(s.Album, core.Picture{QR: q.QR, Key: q.Key, Args: q.Args})
	}
	t.say(s)
}

// qrs shows the codes asked for, and returns to the question that waits.
func (t *turn) qrs(r QRs) {
	list := r.List
	waiting := t.s.Form != "" || t.s.Question == askedPhone || t.s.Question == askedCode || t.s.Question == askedReturn || t.s.Question == askedWho
	switch {
	case len(list) == 0 && t.phone() == "" && !waiting:
		t.notice()
		t.note(say("qr.prove"))
		t.askPhone(nextQR)
		return
	case len(list) == 0 && waiting:
		t.note(say("qr.later"))
		t.again()
		return
	case len(list) == 0:
		t.note(say("qr.none"))
		t.again()
		return
	}
	if r.Lost && !waiting {
		t.lost(list)
		return
	}
	for _, code := range list[:min(len(list), maxQRs)] {
		t.showQR("qr.show", code)
	}
	if waiting {
		t.again()
	}
}

// showQR is one person's QR: a picture, or a link and a number to read out
// where there are no pictures.
func (t *turn) showQR(key string, code QRCode) { t.say(t.qrSay(key, code)) }

func (t *turn) qrSay(key string, code QRCode) core.Say {
	link := qr.Link(t.e.Setting.PublicURL, code.Code)
	if !t.e.Features.Pictures {
		key += ".link"
	}
	return core.Say{Key: key, QR: link, Args: args{
		"name": code.Name, "link": link, "number": code.Number, "day": code.Day.Local(),
	}}
}
