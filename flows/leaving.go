package flows

import (
	"strings"

	"khaibao/core"
)

// leave is THOAT: the form is kept for return.
func (t *turn) leave() {
	t.s.Ahead = ""
	switch {
	case t.s.Form != "":
		t.leaveForm()
		t.say(say("leave.done"))
	case t.s.Question == askedPhone || t.s.Question == askedCode:
		t.s.Question, t.s.Proof = "", Proof{Failed: t.s.Proof.Failed}
		t.say(say("leave.proof"))
	default:
		t.s.Question = ""
		t.note(say("leave.nothing"))
		t.again()
	}
}

// leaveForm puts the running form aside, if there is one.
func (t *turn) leaveForm() {
	if t.s.Form == "" {
		return
	}
	t.s.State.Once = false
	t.s.Kept = &Kept{Form: t.s.Form, State: t.s.State, At: t.s.Asked}
	t.s.Form, t.s.Question, t.s.State = "", "", State{Run: t.s.State.Run}
}

// offerReturn asks whether to go on with the form that was put aside.
func (t *turn) offerReturn() {
	k := t.s.Kept
	s := core.Say{Key: "return.ask", Choices: []core.Choice{
		{Action: "return:continue", Key: "return.continue"},
		{Action: "return:restart", Key: "return.restart"},
	}}
	s.Words = args{"question": nameOf(k.Form, k.State.Question)}
	t.ask(askedReturn, s)
}

func (t *turn) readReturn(in *core.Inbound) {
	if t.s.Kept == nil {
		t.readMenu(in)
		return
	}
	choice, _ := strings.CutPrefix(in.Action, "return:")
	if in.Action == "" {
		switch n, _ := readNumber(in.Text); {
		case n == 1 || readYesOrThumb(in.Text) == "yes" || isWord(in.Text, "tiep tuc", "tiep", "khai tiep", "lam tiep", "so 1", "mot", "continue", "go on", "resume"):
			choice = "continue"
		case n == 2 || isWord(in.Text, "tu dau", "khai moi", "moi", "so 2", "hai", "again", "new"):
			choice = "restart"
		}
	}
	switch choice {
	case "continue":
		t.comeBack()
	case "restart":
		t.begin(Intent{Form: t.s.Kept.Form, Proxy: t.s.Kept.State.member().Proxy})
	default:
		t.wrong("return.wrong")
	}
}

// comeBack goes on with the kept form. Answers that hold for one day only are
// asked again on another day.
func (t *turn) comeBack() {
	k := *t.s.Kept
	form := formByID(k.Form)
	if form == nil {
		t.begin(Intent{Form: Resident.ID})
		return
	}
	if !t.admitted(k.Form) {
		return
	}
	t.s.Kept = nil
	t.s.Form, t.s.State = k.Form, k.State
	if core.DayOf(k.At) != t.e.Today {
		t.s.State.Answers = drop(k.State.Answers, func(a *Answer) bool {
			q := form.question(a.ID)
			return q != nil && q.Daily
		})
		if len(t.s.State.Answers) < len(k.State.Answers) {
			t.note(say("return.daily"))
		}
	}
	t.stepAhead()
}

// backOutside is QUAY LAI where no form runs.
func (t *turn) backOutside() {
	if t.s.Question == askedCode {
		t.askPhone(t.s.Proof.Next)
		return
	}
	t.note(say("back.first"))
	t.again()
}
