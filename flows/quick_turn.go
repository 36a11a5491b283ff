package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// ahead takes what tells who is meant before it was asked: a card at any time
// that a declaration may begin, and the number of somebody whom the phone's
// people may know. The rest is the form's own to read.
func (t *turn) ahead(in *core.Inbound) bool {
	if in.Action != "" {
		return false
	}
	if c, ok := cardIn(in, t.e.Setting.PublicURL); ok {
		return t.card(c.Text)
	}
	if t.wholeMessage(in) {
		return true
	}
	in = t.e.In
	if _, ok := numberIn(in.Text); !ok || t.paused() {
		return false
	}
	switch {
	case t.s.Form != "":
		return t.lookUp(in.Text)
	case t.s.Question == askedWho && len(t.s.Offer) > 0:
		t.s.Ahead = in.Text
		t.recall(t.s.Intent, false)
		return true
	}
	return false
}

// card takes a card; false where the running form is to take it. Until the
// phone is proved it waits in the session.
func (t *turn) card(text string) bool {
	if t.paused() {
		t.leaveForm()
	}
	if t.s.Form != "" {
		return t.lookUp(text)
	}
	t.s.Ahead, t.s.State.Misses = text, 0
	switch {
	case t.s.Question == askedPhone, t.s.Question == askedCode, t.s.Question == askedReturn && t.s.Kept != nil:
		t.note(say("quick.kept"))
		t.again()
	case t.s.Question == askedWho && len(t.s.Offer) > 0:
		t.recall(t.s.Intent, false)
	default:
		if t.phone() == "" && !t.s.Proof.Waived {
			t.note(say("quick.kept"))
		}
		t.declare(Intent{Form: Resident.ID})
	}
	return true
}

// lookUp asks whether somebody shown or told where a form asks for a name is
// one of the phone's people.
func (t *turn) lookUp(text string) bool {
	s := &t.s.State
	asked := t.s.Question == "others" || t.s.Question == "full_name" && s.member().ID == "" && s.answer("birth") == nil && s.answer("id_number") == nil
	if t.phone() == "" || !asked {
		return false
	}
	t.s.Ahead = text
	t.do(Recall{Form: t.s.Form})
	return true
}

// aheadMessage is what was shown ahead as a message to the form.
func aheadMessage(text string) *core.Inbound {
	if strings.ContainsAny(text, "|｜") {
		return &core.Inbound{Photo: &core.Photo{Text: text}}
	}
	return &core.Inbound{Text: text}
}

// stepAhead begins or goes on with a form, and with what was shown ahead of it.
func (t *turn) stepAhead() {
	e, form := t.silent(), formByID(t.s.Form)
	if strings.HasPrefix(t.s.Ahead, oneAhead) {
		t.declareOnce(Intent{Form: Resident.ID}, nil)
		return
	}
	text := t.s.Ahead
	t.s.Ahead = ""
	if text != "" && t.s.State.Question == "" {
		t.s.State.Question = "full_name"
	}
	if q := form.question(t.s.State.Question); text != "" && q != nil && form.tellsWho(q) {
		e.In = aheadMessage(text)
	}
	t.step(e)
}

// knowsAhead goes on with whom a card or a number tells of, now that the people
// of the phone are known; false where it must be asked who is meant. A number
// that is none of theirs is treated alike, whether anybody has it or not.
func (t *turn) knowsAhead(want Intent, people []core.Remembered) bool {
	text := t.s.Ahead
	if strings.HasPrefix(text, oneAhead) {
		return t.declareOnce(want, people)
	}
	p := knownBy(people, text, t.e.Setting.PublicURL)
	if t.s.Form != "" {
		t.s.Ahead = ""
		t.inside(text, p)
		return true
	}
	switch {
	case len(want.Pick) > 0:
		return false
	case p != nil:
		if _, number := numberIn(text); number {
			t.s.Ahead = ""
		}
		t.resume(want, []core.Remembered{*p})
	case slices.ContainsFunc(people, func(p core.Remembered) bool { return p.Self && namedIn(p, text, t.e.Setting.PublicURL) }):
		return false // the same name, and yet not the same: who?
	default:
		want.Proxy = want.Proxy || len(people) > 0
		t.fresh(want)
	}
	return true
}

// inside goes on with a running form that asked for a name.
func (t *turn) inside(text string, p *core.Remembered) {
	e := t.silent()
	r := run{form: formByID(t.s.Form), s: t.s.State, e: &e}
	switch {
	case p == nil:
		e.In = aheadMessage(text)
	case slices.ContainsFunc(r.s.People, func(m Member) bool { return m.ID == p.PersonID }):
		t.note(say("quick.already", "name", p.Facts.Name))
	case t.s.Question == "others" && max(len(r.s.People), 1) == maxPeople:
		e.In = &core.Inbound{Text: p.Facts.Name} // the form says that it is full
	default:
		r.include(*p)
		t.s.State = r.s
		if !r.s.Same {
			t.note(say("quick.known", "name", r.calledNow()))
		}
		if _, number := numberIn(text); !number {
			e.In = aheadMessage(text)
		}
	}
	t.step(e)
}

// calledNow is what the person asked about is called.
func (r *run) calledNow() string {
	name := r.view().Value("full_name")
	return name[strings.LastIndex(name, " ")+1:]
}

// include takes somebody known for the person asked about, with what was said
// of them last; what is common to all stays as this run has it.
func (r *run) include(p core.Remembered) {
	if r.s.Question == "others" {
		r.addMember()
	}
	r.s.Question = "full_name"
	people := slices.Clone(r.s.People)
	if len(people) == 0 {
		people = []Member{{}}
	}
	people[max(r.s.At, 1)-1] = Member{ID: p.PersonID, Proxy: !p.Self}
	r.s.People = people
	for _, a := range r.form.Recall(p.Facts, p.Answers, p.Private) {
		q := r.form.question(a.ID)
		if q == nil || !q.Each && r.s.grouped() && r.s.answer(a.ID) != nil {
			continue
		}
		a.Kept, a.Of = true, r.s.of(q)
		r.s.Answers = put(r.s.Answers, a)
	}
	r.refill()
	r.s.Same = !r.s.grouped() && !r.s.Party && p.Version > 0 && r.next() == nil
}

// numberIn reads a message that is the number of a paper or an insurance card
// and nothing else.
func numberIn(text string) (reading.IDNumber, bool) {
	if len(text) > 80 || !strings.ContainsAny(text, "0123456789") {
		return reading.IDNumber{}, false
	}
	id, err := reading.ReadID(text, "insurance")
	ok := err == nil && (id.Type != "passport" || len(id.Normalized) == 8) && id.Type != childPaper.Type
	return id, ok
}

// takesNumber takes the number of a paper where a name was asked for. Ten
// digits alone may be a telephone as well as an insurance number.
func (r *run) takesNumber(text string) bool {
	id, ok := numberIn(text)
	if _, err := reading.ReadID(text, ""); !ok || err != nil || id.BirthYear > yearOf(r.e.Today) {
		return false
	}
	q := r.form.question("id_number")
	if id.Type == "bhyt" || id.Type == "bhxh" {
		q = r.form.question("insurance")
	}
	if q == nil {
		return false
	}
	r.record(q, Answer{ID: q.ID, Value: id.Normalized, Type: id.Type, Sex: id.Sex, Year: id.BirthYear})
	r.echo, r.echoOf = []core.Say{r.heard(q)}, q.ID
	r.ask()
	return true
}

// knownBy finds whom of the phone's people a card or number tells of; nil for
// nobody of them.
func knownBy(people []core.Remembered, text, publicURL string) *core.Remembered {
	c, isCard := cardIn(&core.Inbound{Text: text}, publicURL)
	id, _ := numberIn(text)
	for _, sure := range []bool{true, false} {
		for i := range people {
			p := &people[i]
			if !isCard && sure && has(p, id.Normalized) || isCard && shows(p, c, sure) {
				return p
			}
		}
	}
	return nil
}

// has tells whether a person is known by a number, of paper or insurance.
func has(p *core.Remembered, number string) bool {
	said := func(key string) string { s, _ := p.Private[key].(string); return s }
	if number == "" || number == core.NobodysID {
		return false
	}
	return slices.Contains([]string{p.Facts.ID, said("id_number"), said("old_id")}, number) ||
		socialNumber(number) != "" && (socialNumber(number) == socialNumber(p.Facts.Insurance) || socialNumber(number) == socialNumber(said("insurance")))
}

// socialNumber is the part of an insurance card's number that later cards show
// alone; "" of another number.
func socialNumber(number string) string {
	if n := len(number); n == 10 || n == 15 {
		return number[n-10:]
	}
	return ""
}

// shows tells whether a card is a known person's: by its numbers or, where that
// is not sure, by name and birth.
func shows(p *core.Remembered, c reading.CardQR, sure bool) bool {
	qid, _ := p.Private["qid"].(string)
	if sure {
		return has(p, c.ID) || has(p, c.OldID) || has(p, c.Insurance) || c.QID != "" && c.QID == qid
	}
	if reading.CompareNames(p.Facts.Name, c.Name) != reading.NameSame {
		return false
	}
	id, err := reading.ReadID(c.ID, "")
	switch {
	case err == nil && hiddenOf(c.ID) == 0 && id.Type == p.Facts.IDType && p.Facts.ID != "":
		return false // two numbers of one kind are two people's
	case len(c.Birth) < 4:
		return hiddenOf(c.ID) > 0 && len(c.ID) == len(p.Facts.ID) && strings.HasSuffix(p.Facts.ID, strings.TrimLeft(c.ID, "*"))
	}
	return len(p.Facts.Birth) >= 4 && p.Facts.Birth[:4] == c.Birth[:4]
}

// namedIn tells whether a card bears a person's name.
func namedIn(p core.Remembered, text, publicURL string) bool {
	c, ok := cardIn(&core.Inbound{Text: text}, publicURL)
	return ok && reading.CompareNames(p.Facts.Name, c.Name) != reading.NameDiffers
}
