package flows

import (
	"slices"
	"strings"

	"khaibao/core"
)

// forOthers stands behind the ID of a form in Proof.Next where others are to
// be declared for.
const forOthers = "+others"

// intentOf is the declaration that waited for a proof.
func intentOf(next string) Intent {
	form, proxy := strings.CutSuffix(next, forOthers)
	return Intent{Form: form, Proxy: proxy}
}

// fresh begins a form of which nothing is known yet.
func (t *turn) fresh(want Intent) {
	s := State{Run: t.s.State.Run + 1, Answers: want.Carry}
	if want.Proxy {
		s.People, s.Party = []Member{{Proxy: true}}, true
	}
	t.s.Form, t.s.State, t.s.Intent, t.s.Offer = want.Form, s, Intent{}, nil
	if want.Name == "" {
		t.stepAhead()
		return
	}
	t.s.Ahead = ""
	t.s.State.Question = "full_name"
	e := *t.e
	e.In, e.Result = &core.Inbound{Text: want.Name}, nil
	t.step(e)
}

// fresh are the people of a run that is begun again.
func (s *State) fresh() []Member {
	if !s.Party {
		return s.People
	}
	return s.People[:min(1, len(s.People))]
}

// recall asks what is known of the people of the phone; recalled goes on.
func (t *turn) recall(want Intent, moved bool) {
	for _, s := range t.said {
		want.Said = append(want.Said, line(s))
	}
	t.said, t.s.Intent = nil, want
	t.do(Recall{Form: want.Form, Moved: moved})
}

// recalled goes on with a declaration once it is known who may be meant.
func (t *turn) recalled(r Recalled) {
	want := t.s.Intent
	t.s.Intent, t.s.Offer = Intent{}, nil
	for _, s := range want.Said {
		s.Key = s.Line
		t.note(s)
	}
	want.Said = nil
	if formByID(want.Form) == nil {
		want.Form = Resident.ID
	}
	if r.Kept != nil && formByID(r.Kept.Form) != nil && t.e.Now.Sub(r.Kept.At) < KeptFor {
		t.s.Kept = r.Kept
		t.note(say("return.moved"))
		t.offerReturn()
		return
	}
	if t.s.Ahead != "" && t.knowsAhead(want, r.People) {
		return
	}
	if picked := only(r.People, func(p core.Remembered) bool { return slices.Contains(want.Pick, p.PersonID) }); len(picked) > 0 {
		t.resume(want, picked)
		return
	}
	own := only(r.People, func(p core.Remembered) bool { return p.Self })
	switch {
	case len(r.People) == 0, want.Proxy && len(own) == len(r.People):
		t.fresh(want)
	case want.Same && len(r.People) == 1 && len(own) == 1:
		t.resume(want, own)
	case !want.Proxy && len(r.People) == 1 && len(own) == 1:
		t.resume(Intent{Form: want.Form}, own)
	default:
		t.s.Intent = Intent{Form: want.Form, Same: want.Same}
		for _, p := range r.People[:min(len(r.People), maxPeople)] {
			t.s.Offer = append(t.s.Offer, Offered{ID: p.PersonID, Name: p.Facts.Name})
		}
		t.askWho()
	}
}

func only(people []core.Remembered, which func(core.Remembered) bool) []core.Remembered {
	return slices.DeleteFunc(slices.Clone(people), func(p core.Remembered) bool { return !which(p) })
}

// resume begins a form with what was declared before. Where that leaves nothing
// to ask, it is offered as it is, or sent at once to whoever wants that.
func (t *turn) resume(want Intent, people []core.Remembered) {
	form := formByID(want.Form)
	s := State{Run: t.s.State.Run + 1, Party: len(people) > 1}
	known := true
	for i, p := range people {
		s.People = append(s.People, Member{ID: p.PersonID, Proxy: !p.Self})
		known = known && p.Version > 0
		for _, a := range form.Recall(p.Facts, p.Answers, p.Private) {
			a.Kept, a.Of = true, 0
			if len(people) > 1 {
				a.Of = i + 1
			}
			s.Answers = append(s.Answers, a)
		}
	}
	if len(people) > 1 {
		s.At = 1
		s.Answers = append(s.Answers, Answer{ID: "others", Value: Skipped, Kept: true})
	}
	e := t.silent()
	r := run{form: form, s: s, e: &e}
	r.refill()
	r.s.Same = known && r.next() == nil
	t.s.Form, t.s.State, t.s.Intent, t.s.Offer = form.ID, r.s, Intent{}, nil
	switch {
	case want.Same && r.s.Same:
		t.s.State.Question = Review
		e.In = &core.Inbound{Action: r.action(Review, "send")}
	case !r.s.Same:
		t.note(say("again.known", "name", r.names()))
	}
	if t.s.Ahead != "" && len(people) == 1 && e.In == nil {
		t.stepAhead()
		return
	}
	t.s.Ahead = ""
	t.step(e)
}

// refill drops what does not hold any more of answers given before: what is no
// longer asked, and days outside today's window. To whom of several people
// something applied follows from their answers.
func (r *run) refill() {
	r.prune()
	for _, v := range r.views() {
		for i := range r.form.Questions {
			q := &r.form.Questions[i]
			a := v.State.answer(q.ID)
			if a == nil || a.Value == Skipped || q.holds(v, *a) {
				continue
			}
			of := a.Of
			r.s.Answers = drop(r.s.Answers, func(old *Answer) bool {
				return old.Of == of && (old.ID == q.ID || slices.Contains(q.With, old.ID))
			})
		}
	}
	r.prune()
	if r.s.grouped() {
		r.refillWho()
	}
}

// holds tells whether nothing speaks against an answer given before.
func (q *Question) holds(v View, a Answer) bool {
	return (q.Constraint == nil || q.Constraint(v, a).Key == "") && (q.Doubt == nil || !q.Doubt(v, a))
}

func (r *run) refillWho() {
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		if q.About == "" {
			continue
		}
		unknown := r.views().some(0, func(v View) bool { return !v.Answered(q.About) })
		if who := r.whom(q); !unknown {
			who.Kept = true
			r.s.Answers = append(r.s.Answers, who)
		}
	}
}

// names are the given names of the people of a run, for a greeting.
func (r *run) names() string {
	if !r.s.grouped() {
		name := r.view().Value("full_name")
		return name[strings.LastIndex(name, " ")+1:]
	}
	names := make([]string, len(r.s.People))
	for i := range names {
		names[i] = r.called(i + 1)
	}
	return strings.Join(names, ", ")
}

// objected tells what comes of an objection.
func (t *turn) objected(o Objected) {
	if o.Count == 0 {
		t.note(say("menu.wrong"))
		t.again()
		return
	}
	t.say(say("object.done", "hotline", t.e.Setting.Hotline))
}
