package flows

import (
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/locales"
)

// How long a form waits for an answer before it asks whether to go on, and how
// long a form left half-way is kept.
const (
	Pause   = 30 * time.Minute
	KeptFor = 7 * 24 * time.Hour
)

// The conversation's own questions; all others are a form's.
const (
	askedMenu   = "menu"
	askedPhone  = "phone"
	askedCode   = "code"
	askedReturn = "return"
	askedWho    = "who"
)

// nextQR is what waits for a proof when the person wanted to see a QR.
const nextQR = "qr"

// Turn is the conversation around the forms: commands, menu and the proof of
// the phone. It is pure like Step. A Result of an effect comes back as an
// event of its own, with the session that Turn returned.
func Turn(s Session, e Event) (Session, []Effect) {
	t := turn{s: s, e: &e, effects: make([]Effect, 0, 3)}
	if formByID(s.Form) == nil {
		t.s.Form = ""
	}
	switch {
	case e.Result != nil:
		t.result(e.Result)
	case e.In == nil:
		t.again()
	case e.In.Control != "":
		t.control(e.In.Control)
	default:
		t.message()
	}
	return t.s, t.effects
}

// turn is one Turn at work.
type turn struct {
	s       Session
	e       *Event // Turn's own copy
	effects []Effect
	said    []core.Say // lines to say before the next question
}

func (t *turn) do(e Effect) { t.effects = append(t.effects, e) }

// note is said before whatever comes next, in the same message.
func (t *turn) note(s core.Say) { t.said = append(t.said, s) }

// say queues one message: the notes, and then a line.
func (t *turn) say(last core.Say) {
	t.do(Reply{joined(t.said, last)})
	t.said = nil
}

// ask is say for a question of the conversation's own.
func (t *turn) ask(question string, s core.Say) {
	t.s.Question, t.s.Asked = question, t.e.Now
	t.say(s)
}

// phone is the proved phone of the address, "" when there is none.
func (t *turn) phone() string { return t.e.Known.Phone }

// control answers what the network says about the address.
func (t *turn) control(c core.Control) {
	switch c {
	case core.Start:
		t.believeLang()
		t.start(false)
	case core.Stop: // the network has answered already and takes nothing more from us
		t.leaveForm()
		t.optOut()
	case core.Resume:
		t.resumed()
	case core.Blocked:
		t.leaveForm()
	case core.Withdraw: // what was typed and not sent is forgotten at once; what was sent is for an officer to decide
		t.s = Session{State: State{Run: t.s.State.Run}}
		t.optOut()
		t.do(OpenTask{Kind: "withdrawn"})
	case core.Unblocked: // they will write when they want something
	}
}

// message takes what a person wrote, pressed or sent.
func (t *turn) message() {
	in := t.e.In
	t.proveByNetwork()
	t.believeLang()
	if in.Contact != "" {
		t.contact(in.Contact)
		return
	}
	if in.Offered != "" {
		t.offered(in.Offered)
		return
	}
	if t.officerWord(in) {
		return
	}
	cmd := t.commandOf(in)
	if in.Action == "" && t.answers(cmd, in.Text) || cmd == cmdProxy && t.s.Question == Review || cmd == cmdSame && t.s.Question == askedLost {
		cmd = cmdNone
	}
	if t.s.Form != "" && t.e.Now.Sub(t.s.Asked) >= KeptFor {
		t.leaveForm()
		t.s.Kept = nil
	}
	if t.s.Ahead != "" && t.e.Now.Sub(t.s.Asked) >= Pause { // nobody waited for it
		t.s.Ahead = ""
	}
	if t.ahead(in) || t.checkUp(t.e.In, cmd) {
		return
	}
	if t.paused() && (cmd == cmdNone || cmd == cmdDeclare || cmd == cmdJourney && t.s.Form == Journey.ID || cmd == cmdStart || cmd == cmdGreeting || cmd == cmdBack) {
		t.leaveForm()
		t.offerReturn()
		return
	}
	if cmd != cmdNone && t.command(cmd) {
		t.s.State.Misses = 0
		return
	}
	if cmd == cmdNone && t.needsHelp(in) {
		t.help()
		return
	}
	t.read(in)
}

// commandOf finds the command in a message; the menu's buttons are commands too.
func (t *turn) commandOf(in *core.Inbound) command {
	if in.Action == "" {
		if cmd := readCommand(in.Text); cmd != cmdNone || !meansJourney(in.Text, t.e.Setting.Province, true) {
			return cmd
		}
		return cmdJourney
	}
	if name, ok := strings.CutPrefix(in.Action, "menu:"); ok {
		return command(name)
	}
	return cmdNone
}

// paused tells whether the running form has waited too long. A press on the
// button of the very question still counts as its answer, on the same day.
func (t *turn) paused() bool {
	if t.s.Form == "" || t.e.Now.Sub(t.s.Asked) < Pause {
		return false
	}
	question, _, _ := strings.Cut(t.e.In.Action, ":")
	return question != t.s.Question || core.DayOf(t.s.Asked) != t.e.Today
}

// command does what a command says; false when it is the form's own to do.
func (t *turn) command(cmd command) bool {
	running := t.s.Form != ""
	switch cmd {
	case cmdDeclare:
		t.declare(Intent{Form: Resident.ID})
	case cmdProxy:
		t.declare(Intent{Form: Resident.ID, Proxy: true})
	case cmdSame:
		if running {
			return false
		}
		t.declare(Intent{Form: Resident.ID, Same: true})
	case cmdJourney:
		t.declareJourney()
	case cmdQR:
		t.do(FindQR{})
	case cmdLost:
		t.do(FindQR{Lost: true})
	case cmdHeld:
		t.findHeld()
	case cmdHelp:
		t.say(say("help.text", "hotline", t.e.Setting.Hotline))
		t.say(say("kbyt.help"))
		t.again()
	case cmdLang:
		s := core.Say{Key: "lang.ask"}
		for _, lang := range locales.Langs {
			s.Choices = append(s.Choices, core.Choice{Action: "menu:" + lang, Text: locales.Own(lang)})
		}
		t.say(s)
	case cmdRestart:
		t.restart()
	case cmdLeave:
		t.leave()
	case cmdStop:
		t.leaveForm()
		t.optOut()
		switch {
		case t.e.Known.Watched:
			t.say(say("monitor.stop", "hotline", t.e.Setting.Hotline))
		case running:
			t.say(say("stop.form"))
		default:
			t.say(say("stop.done"))
		}
	case cmdResume:
		t.resumed()
	case cmdStart:
		t.start(true)
	case cmdGreeting, cmdThanks, cmdWait, cmdWhy:
		t.friendly(cmd)
	case cmdBack:
		if running {
			return false
		}
		t.backOutside()
	default: // a language, cmdCorrect and what old buttons may say
		if isLanguage(cmd) {
			t.setLang(string(cmd))
			t.note(say("lang.done"))
			t.again()
			break
		}
		if running && cmd == cmdCorrect {
			return false
		}
		if cmd == cmdCorrect {
			t.note(say("correct.sent"))
		} else {
			t.note(say("press.old"))
		}
		t.again()
	}
	return true
}

func (t *turn) setLang(lang string) {
	t.do(SetLang{lang})
	t.e.Known.Lang = lang
}

// declare begins the declaration, or returns to one that was begun.
func (t *turn) declare(want Intent) {
	switch {
	case t.s.Form != "":
		t.note(say("form.running"))
		t.again()
	case t.s.Kept != nil && t.e.Now.Sub(t.s.Kept.At) < KeptFor:
		t.offerReturn()
	default:
		t.begin(want)
	}
}

// begin starts a declaration: notice and proof of the phone come before its
// first question, and what is known of the phone's people before that.
func (t *turn) begin(want Intent) {
	if t.s.Kept != nil && t.s.Kept.Form == want.Form {
		t.s.Kept = nil
	}
	t.s.Form = ""
	next := want.Form
	if want.Proxy {
		next += forOthers
	}
	if !t.admitted(next) {
		return
	}
	if t.phone() == "" { // not proved: nothing is filled in
		t.fresh(want)
		return
	}
	t.recall(want, true)
}

// restart forgets all answers of this run.
func (t *turn) restart() {
	if t.s.Form == "" {
		t.begin(Intent{Form: Resident.ID})
		return
	}
	t.note(say("restart.done"))
	t.s.State = State{Run: t.s.State.Run + 1, People: t.s.State.fresh(), Party: t.s.State.Party}
	t.step(t.silent())
}

// again asks the current question once more, with the notes before it.
func (t *turn) again() {
	switch {
	case t.s.Form != "":
		t.step(t.silent())
	case t.s.Question == askedPhone:
		t.askPhone(t.s.Proof.Next)
	case t.s.Question == askedCode:
		t.askCode()
	case t.s.Question == askedReturn && t.s.Kept != nil:
		t.offerReturn()
	case t.s.Question == askedWho && len(t.s.Offer) > 0:
		t.askWho()
	case t.s.Question == askedLost && len(t.s.Offer) > 0:
		t.askLost()
	default:
		t.ask(askedMenu, core.Say{Key: "menu.ask", Choices: t.menu()})
	}
}

// wrong is a misunderstanding outside a form.
func (t *turn) wrong(key string) {
	if in := t.e.In; in.Photo != nil || in.Location != nil {
		t.note(unreadable(in))
	} else {
		t.note(say(key))
	}
	if t.s.State.Misses++; t.s.State.Misses%MissLimit == 0 {
		t.note(hotline(t.e))
		t.do(OpenTask{Kind: "misunderstood", Note: t.s.Question})
	}
	t.again()
}

// silent is the event without a message: it makes Step ask.
func (t *turn) silent() Event {
	e := *t.e
	e.In, e.Result = nil, nil
	return e
}

// step hands the event to the running form.
func (t *turn) step(e Event) {
	form := formByID(t.s.Form)
	state, effects := Step(*form, t.s.State, e)
	t.s.State, t.s.Question, t.s.Asked = state, state.Question, t.e.Now
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Reply:
			t.say(effect.Say)
		case Declare:
			effect = t.complete(form, effect)
			t.do(effect)
			t.listUnproven(effect)
		case DeclareAll:
			for i := range effect.List {
				effect.List[i] = t.complete(form, effect.List[i])
			}
			t.do(effect)
			t.listUnproven(effect.List[0])
		case OpenTask:
			effect.Area = form.Area(View{Form: form, State: &t.s.State, Event: t.e})
			t.do(effect)
		default:
			t.do(effect)
		}
	}
}

// isWord tells whether a whole message is one of some words, folded.
func isWord(text string, words ...string) bool { return slices.Contains(words, fold(text)) }
