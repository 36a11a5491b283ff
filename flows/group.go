package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// maxPeople is how many one run declares for: each has a number of one digit.
const maxPeople = 9

// personMark stands in a button's action between the question and the place of
// the person it is about.
const personMark = "~"

// placeOf reads a place in a group; 0 for none.
func placeOf(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// places are the numbers of a run's people, from 1.
func (s *State) places() []string {
	out := make([]string, len(s.People), len(s.People)+1)
	for i := range out {
		out[i] = strconv.Itoa(i + 1)
	}
	return out
}

// of is whose answer one to this question is.
func (s *State) of(q *Question) int {
	if q == nil || !q.Each || !s.grouped() {
		return 0
	}
	return s.At
}

// member is the person asked about.
func (s *State) member() Member {
	switch {
	case len(s.People) == 0:
		return Member{}
	case s.grouped() && s.At > 0 && s.At <= len(s.People):
		return s.People[s.At-1]
	}
	return s.People[0]
}

// each tells whether a question is asked of each person.
func (r *run) each(id string) bool {
	q := r.form.question(id)
	return q != nil && q.Each
}

// views are the form as each of its people sees it.
type views []View

func (r *run) views() views {
	if !r.s.grouped() {
		return views{r.view()}
	}
	all := make(views, len(r.s.People))
	for i := range all {
		s := r.s
		s.At = i + 1
		all[i] = View{Form: r.form, State: &s, Event: r.e}
	}
	return all
}

// some tells whether something holds for one of the people: the one at place
// of or, where that is 0, any.
func (all views) some(of int, holds func(View) bool) bool {
	if of > 0 && of <= len(all) {
		return holds(all[of-1])
	}
	return of == 0 && slices.ContainsFunc(all, holds)
}

// nextOf is next for several people: question by question, each person in turn.
func (r *run) nextOf() *Question {
	all := r.views()
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		for at, v := range all {
			if v.State.answer(q.ID) == nil && q.relevant(v) {
				r.s.At = at + 1
				return q
			}
		}
	}
	return nil
}

// spread gives those who were not named the answer "none" to what a question
// about people was about; who was named is asked.
func (r *run) spread(q *Question, a Answer) {
	about := r.form.question(q.About)
	for i := range r.s.People {
		given := Answer{ID: about.ID, Of: i + 1, By: q.ID, Value: about.None}
		named := slices.Contains(a.Set, strconv.Itoa(i+1))
		switch {
		case about.Kind == SelectOne && named:
			given.Value = "yes"
		case about.Kind == SelectOne:
			given.Value = "no"
		case named:
			r.s.Answers = drop(r.s.Answers, func(old *Answer) bool { return old.ID == about.ID && old.Of == i+1 })
			continue
		}
		r.s.Answers = put(r.s.Answers, given)
	}
}

// whom is the answer to a question about people as it follows from theirs.
func (r *run) whom(q *Question) Answer {
	about := r.form.question(q.About)
	a := Answer{ID: q.ID, Value: q.None}
	for place, v := range r.views() {
		if len(v.Set(about.ID)) > 0 || v.Value(about.ID) == "yes" && len(v.Set(about.Ahead)) > 0 {
			a.Set, a.Value = append(a.Set, strconv.Itoa(place+1)), ""
		}
	}
	return a
}

// addMember makes room for one more person, about whom comes next.
func (r *run) addMember() {
	s := &r.s
	switch len(s.People) {
	case 0:
		s.People = []Member{{}, {Proxy: true}}
	default:
		s.People = append(slices.Clip(s.People), Member{Proxy: true})
	}
	if len(s.People) == 2 { // what was the only person's is now the first one's
		answers := slices.Clone(s.Answers)
		for i := range answers {
			if q := r.form.question(answers[i].ID); q != nil && q.Each {
				answers[i].Of = 1
			}
		}
		s.Answers = answers
	}
	s.Answers = drop(s.Answers, func(a *Answer) bool { // to whom does it apply? there is one more
		q := r.form.question(a.ID)
		return q != nil && q.About != ""
	})
	s.At, s.Same, s.Open = len(s.People), false, nil
}

// dropUnnamed takes the last person away again, if nothing is known of it.
func (r *run) dropUnnamed() bool {
	s, last := &r.s, len(r.s.People)
	if last < 2 || slices.ContainsFunc(s.Answers, func(a Answer) bool { return a.Of == last && a.ID == "full_name" }) {
		return false
	}
	s.Answers = drop(s.Answers, func(a *Answer) bool { return a.Of == last })
	s.People = s.People[:last-1]
	s.At, s.Open = min(s.At, last-1), nil
	if last == 2 {
		answers := slices.Clone(s.Answers)
		for i := range answers {
			answers[i].Of = 0
		}
		s.Answers = answers
		s.At = 0
		r.s.Answers = drop(r.s.Answers, func(a *Answer) bool {
			q := r.form.question(a.ID)
			return q != nil && q.About != ""
		})
	}
	return true
}

// readOthers takes the name of one more person, with what else was typed, or
// that there are no more.
func (r *run) readOthers(q *Question, text string) {
	if n, ok := readNumber(text); ok && n == 0 || passes(q, text) ||
		isWord(text, "het", "het roi", "du", "du roi", "xong", "xong roi", "khong con ai", "khong con", "the thoi", "the la du", "khong ai", "thoi", "done", "nobody", "no one", "that is all", "thats all") {
		r.answer(q, Answer{Value: Skipped}, false)
		return
	}
	if max(len(r.s.People), 1) == maxPeople {
		r.repeat(say("group.full", "max", strconv.Itoa(maxPeople)))
		return
	}
	before := r.s
	r.addMember()
	r.readName(r.form.question("full_name"), text)
	if r.missed { // it was no name: nobody is added
		misses := r.s.Misses
		r.s = before
		r.s.Misses = misses
	}
}

// readWho reads to whom of several people something applies: "1", "12", "1 va
// 2", a name, "ca hai", "0". none says to nobody.
func (r *run) readWho(text string) (set []string, none bool) {
	said := bareWords(text)
	if isWord(said, "0", "khong", "ko", "khong ai", "khong ai ca", "khong co ai", "khoe", "khoe ca", "deu khoe", "tat ca khoe", "ca nha khoe", "none", "nobody", "no", "no one", "all well") {
		return nil, true
	}
	whole := fold(text)
	if isWord(said, "tat ca", "het", "moi nguoi", "all", "everyone", "everybody") || whole == "ca nha" || whole == "ca nha toi" ||
		len(r.s.People) == 2 && isWord(whole, "ca hai", "ca 2", "ca hai nguoi", "both") || len(r.s.People) == 3 && isWord(whole, "ca ba", "ca 3", "ca ba nguoi") {
		return r.s.places(), false
	}
	if digits := onlyDigits(text); len(digits) > 1 { // "12" is both: nobody has a number of two digits
		text = strings.Join(strings.Split(digits, ""), " ")
	}
	if numbers, ok := reading.ReadChoices(text, len(r.s.People)); ok && len(numbers) > 0 {
		for _, n := range numbers {
			if place := strconv.Itoa(n); n > 0 && !slices.Contains(set, place) {
				set = append(set, place)
			}
		}
		slices.Sort(set)
		return set, false
	}
	said = " " + fold(text) + " "
	for i := range r.s.People {
		name := fold(r.nameOf(i + 1))
		given := name[strings.LastIndex(name, " ")+1:]
		if name != "" && (strings.Contains(said, " "+name+" ") || strings.Contains(said, " "+given+" ") && !r.shared(given, i+1)) {
			set = append(set, strconv.Itoa(i+1))
		}
	}
	return set, false
}

// shared tells whether another person has the same given name.
func (r *run) shared(given string, but int) bool {
	for i := range r.s.People {
		name := fold(r.nameOf(i + 1))
		if i+1 != but && name[strings.LastIndex(name, " ")+1:] == given {
			return true
		}
	}
	return false
}

// nameOf is the name of the person at a place, "" while it is not known.
func (r *run) nameOf(place int) string {
	for i := range r.s.Answers {
		if a := &r.s.Answers[i]; a.ID == "full_name" && a.Of == place {
			return a.Value
		}
	}
	return ""
}

// called is what the person at a place is called in a list: the given name or,
// where two share it, the whole.
func (r *run) called(place int) string {
	name := r.nameOf(place)
	given := name[strings.LastIndex(name, " ")+1:]
	if r.shared(fold(given), place) {
		return name
	}
	return given
}

// about says whom a question is about, where that is not plain.
func (r *run) about(q *Question, s core.Say) core.Say {
	if r.page { // it is about one person, whose name stands on it
		return s
	}
	if !r.s.grouped() && !r.s.member().Proxy || r.s.grouped() && !q.Each || q.ID == "others" {
		return s
	}
	name := r.called(r.s.At)
	if name == "" {
		return s
	}
	return joined([]core.Say{say("group.about", "name", name)}, s)
}

// whoseWords names the people of an answer about people. On SMS they are
// numbers: a name never stands beside an illness.
func (r *run) whoseWords(set []string) string {
	names := make([]string, len(set))
	for i, place := range set {
		names[i] = place
		if !r.e.Features.Plain {
			names[i] = r.called(placeOf(place))
		}
	}
	return strings.Join(names, ", ")
}

// several holds when more than one person is declared for.
func several(v View) bool { return v.State.grouped() }

// mayAskMore leaves the optional questions out where people are declared for by
// another, but keeps what was told before.
func mayAskMore(v View) bool { return !v.State.Party && !several(v) || v.Answered("more") }

// inParty holds when more people may be added to the run.
func inParty(v View) bool { return v.State.Party }

// newProxy holds for a person whom another declares for the first time.
func newProxy(v View) bool {
	m := v.State.member()
	return m.Proxy && m.ID == ""
}

// forOther asks for somebody else's name in other words than for one's own.
func forOther(v View) string {
	if v.State.member().Proxy {
		return "other"
	}
	return ""
}

// afterSome asks for one more person once there are several.
func afterSome(v View) string {
	if v.State.grouped() {
		return "more"
	}
	return ""
}
