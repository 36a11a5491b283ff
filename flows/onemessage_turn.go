package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// oneAhead stands before all answers of one message while they wait in the
// session for the proof of the phone.
const oneAhead = "KBYT "

// wholeMessage takes a declaration of one message. In a running form only the
// answers count, without the word before them.
func (t *turn) wholeMessage(in *core.Inbound) bool {
	rest, ok := oneMessageIn(in.Text)
	if !ok {
		return false
	}
	if t.paused() {
		t.leaveForm()
	}
	if t.s.Form != "" && (t.s.Question != "full_name" || len(t.s.State.Answers) > 0) {
		said := *in
		said.Text = rest
		t.e.In = &said
		return false
	}
	t.s.Form = ""
	t.s.Ahead, t.s.State.Misses = oneAhead+rest, 0
	if t.s.Question == askedPhone || t.s.Question == askedCode {
		t.again()
		return true
	}
	if !t.admitted(Resident.ID) {
		return true
	}
	if t.phone() == "" {
		t.declareOnce(Intent{Form: Resident.ID}, nil)
		return true
	}
	t.recall(Intent{Form: Resident.ID}, false)
	return true
}

// declareOnce goes on with all answers of one message, now that the people of
// the phone are known; false where it must be asked first who is meant.
func (t *turn) declareOnce(want Intent, people []core.Remembered) bool {
	people = only(people, func(p core.Remembered) bool { return p.Version > 0 })
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = p.Facts.Name
	}
	m := readOneMessage(strings.TrimPrefix(t.s.Ahead, oneAhead), names, string(t.e.Today), t.e.Setting.Province)
	meant, known := m.meant(people, want.Pick)
	if !known {
		return false
	}
	t.s.Ahead = ""
	e := t.silent()
	r := run{form: &Resident, e: &e}
	r.s = State{Run: t.s.State.Run + 1, Once: len(m.left) == 0}
	if len(meant) > 0 {
		r.s.People = nil
		for i, p := range meant {
			r.s.People = append(r.s.People, Member{ID: people[p].PersonID, Proxy: !people[p].Self})
			for _, a := range r.form.Recall(people[p].Facts, people[p].Answers, people[p].Private) {
				a.Kept, a.Of = true, 0
				if len(meant) > 1 {
					a.Of = i + 1
				}
				r.s.Answers = append(r.s.Answers, a)
			}
		}
		r.s.Party = len(meant) > 1
		if len(meant) > 1 {
			r.s.At = 1
			r.s.Answers = append(r.s.Answers, Answer{ID: "others", Value: Skipped, Kept: true})
		}
		r.refill()
	} else if slices.ContainsFunc(people, func(p core.Remembered) bool { return p.Self }) {
		r.s.People = []Member{{Proxy: true}}
	}
	r.applyOnce(m, meant)
	t.s.Form, t.s.State, t.s.Intent, t.s.Offer = r.form.ID, r.s, Intent{}, nil
	if len(m.left) > 0 {
		t.note(say("kbyt.left", "parts", partNumbers(m.left)))
		if t.e.Features.Plain {
			t.flush()
		}
	}
	if r.s.Once && r.next() == nil {
		t.flush()
		t.s.State.Question = Review
		e.In = &core.Inbound{Action: r.action(Review, "send")}
	} else if r.next() != nil && (len(m.answers)+len(m.health) > 0 || m.place != "") {
		t.note(say("kbyt.kept"))
	}
	if q := r.next(); q != nil && m.place != "" && q.ID == "permanent" {
		_, t.s.State.Open = r.cardPlace(reading.CardQR{Address: m.place})
	}
	t.step(e)
	return true
}

// partNumbers writes which parts of a message are meant.
func partNumbers(parts []int) string {
	texts := make([]string, len(parts))
	for i, n := range parts {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}

// meant finds whom of the phone's people a message is about, by their places in
// people; none of them for somebody new. known is false where it must be asked.
func (m *oneMessage) meant(people []core.Remembered, picked []string) (places []int, known bool) {
	add := func(i int) {
		if !slices.Contains(places, i) {
			places = append(places, i)
		}
	}
	for i, p := range people {
		if slices.Contains(picked, p.PersonID) {
			add(i)
		}
	}
	for _, h := range m.health {
		for i := range people {
			if h.who == i+1 || h.who == everybody {
				add(i)
			}
		}
	}
	for i := range people {
		for _, a := range m.answers {
			if (a.ID == "id_number" || a.ID == "insurance") && has(&people[i], a.Value) {
				add(i)
			}
			if a.ID == "full_name" && len(m.answers) == 1 && m.place == "" && reading.CompareNames(a.Value, people[i].Facts.Name) == reading.NameSame {
				add(i)
			}
		}
	}
	if len(places) > 0 {
		slices.Sort(places)
		return places[:min(len(places), maxPeople)], true
	}
	if len(m.answers) > 0 || m.place != "" || len(people) == 0 {
		return nil, true
	}
	for i, p := range people {
		if p.Self {
			add(i)
		}
	}
	if len(places) == 0 && len(people) == 1 {
		add(0)
	}
	return places, len(places) == 1
}

// applyOnce records what one message told.
func (r *run) applyOnce(m oneMessage, meant []int) {
	fresh := len(meant) == 0
	put := func(a Answer) {
		q := r.form.question(a.ID)
		if q == nil || !fresh && r.s.answer(a.ID) != nil && !slices.Contains(r.form.Health, a.ID) {
			return
		}
		if q.Constraint != nil && q.Constraint(r.view(), a).Key != "" {
			return // it is asked
		}
		a.Set = q.inOrder(a.Set)
		if len(a.Set) == 0 {
			a.Set = nil
		}
		r.record(q, a)
	}
	if place, _ := r.cardPlace(reading.CardQR{Address: m.place}); fresh && place.Value != "" {
		put(place)
		if place.House != "" && place.Sub == "" {
			put(Answer{ID: "permanent_sub", Value: Skipped})
		}
		put(Answer{ID: "current", Value: "same"})
	}
	for i := range r.form.Questions {
		for _, a := range m.answers {
			if a.ID == r.form.Questions[i].ID {
				put(a)
			}
		}
	}
	if fresh {
		put(Answer{ID: "phone", Value: Skipped})
	}
	for at := range max(len(r.s.People), 1) {
		if r.s.grouped() {
			r.s.At = at + 1
		}
		for _, h := range m.health {
			if h.who != 0 && h.who != everybody && (at >= len(meant) || h.who != meant[at]+1) {
				continue
			}
			r.applyHealth(h, fresh, put)
		}
	}
	if r.s.grouped() {
		r.s.Answers = drop(r.s.Answers, func(a *Answer) bool {
			q := r.form.question(a.ID)
			return q != nil && q.About != ""
		})
		r.refillWho()
		r.s.At = 1
	}
	r.prune()
}

// applyHealth records what was said of one person's health. Who is new and
// well altogether has met no case and has no conditions, as the help for this
// message says; of who is known that takes nothing away.
func (r *run) applyHealth(h healthSaid, fresh bool, put func(Answer)) {
	order := []string{"exposures", "exposure_last", "symptoms", "has_conditions", "conditions"}
	for _, id := range order {
		for _, a := range h.answers {
			if a.ID == id {
				put(a)
			}
		}
	}
	if !fresh {
		return
	}
	if h.well {
		for _, a := range []Answer{{ID: "symptoms", Value: "none"}, {ID: "exposures", Value: "none"}, {ID: "has_conditions", Value: "no"}} {
			if r.s.answer(a.ID) == nil {
				put(a)
			}
		}
	}
	put(Answer{ID: "more", Value: "no"})
}

// doneOnce answers a declaration of one message: what was taken, with the QR.
// By SMS a name never stands beside an illness.
func (t *turn) doneOnce(r run, list []Declared) {
	var matter []string
	for _, id := range []string{"symptoms", "exposures", "conditions"} {
		q := r.form.question(id)
		for _, c := range r.view().Set(id) {
			matter = append(matter, q.words(r.form.ID, c))
		}
	}
	if list[0].Version == 1 { // who it is, and where at home; the same person's are known
		lines, place := r.cardLines(reading.CardQR{}, cardNews)
		if t.e.Features.Plain && letters(lines)+letters(place) > shortCard {
			t.said = lines
			t.flush()
			lines = nil
		}
		t.said = append(lines, place...)
		t.flush()
	}
	s := t.qrSay("kbyt.done", qrCode(list[0], t.e.Today))
	switch {
	case len(matter) == 0:
		s.Key = strings.Replace(s.Key, "kbyt.done", "kbyt.well", 1)
	case t.e.Features.Plain && len(matter) > maxMatter:
		s.Key = "done.again.link"
	default:
		s.Lists = map[string][]string{"taken": matter}
	}
	t.say(s)
}

// maxMatter is how many things can be named beside a link in one segment.
const maxMatter = 3
