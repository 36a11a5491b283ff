package flows

import (
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
		t.declared(r)
	case QRs:
		t.qrs(r.List)
	}
}

// send completes a form's declaration with what the conversation knows.
func (t *turn) send(form *Form, d Declare) {
	d.Form = form.ID
	d.Phone, d.Proven = t.phone(), true
	if d.Phone == "" {
		d.Phone, d.Proven = t.s.Proof.Phone, false
	}
	d.Notice = t.e.Known.NoticeSeen
	t.do(d)
	if !d.Proven {
		t.do(OpenTask{Kind: "unproven", Area: d.Person.Commune})
	}
}

// declared ends the form: QR first, then what to do next.
func (t *turn) declared(d Declared) {
	form := formByID(t.s.Form)
	if form == nil { // nothing of ours was sent: show the QR all the same
		form = &Resident
	}
	ending := form.Ending(View{Form: form, State: &t.s.State, Event: t.e})
	t.s.Form, t.s.Question = "", ""
	t.s.State, t.s.Proof = State{Run: t.s.State.Run}, Proof{}
	key := "done.first"
	if d.Version > 1 {
		key = "done.again"
	}
	t.showQR(key, QRCode{Name: d.PersonName, Code: d.Code, Number: d.Number, Day: t.e.Today})
	ending.Args = with(ending.Args, "hotline", t.e.Setting.Hotline)
	t.say(ending)
}

// qrs shows the codes asked for, and returns to the question that waits.
func (t *turn) qrs(list []QRCode) {
	waiting := t.s.Form != "" || t.s.Question == askedPhone || t.s.Question == askedCode || t.s.Question == askedReturn
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
	for _, code := range list[:min(len(list), maxQRs)] {
		t.showQR("qr.show", code)
	}
	if waiting {
		t.again()
	}
}

// showQR is one person's QR: a picture, or a link and a number to read out
// where there are no pictures.
func (t *turn) showQR(key string, code QRCode) {
	link := qr.Link(t.e.Setting.PublicURL, code.Code)
	if !t.e.Features.Pictures {
		key += ".link"
	}
	t.say(core.Say{Key: key, QR: link, Args: args{
		"name": code.Name, "link": link, "number": code.Number, "day": code.Day.Local(),
	}})
}
