package flows

import (
	"cmp"
	"slices"
	"time"

	"khaibao/core"
)

// Form is a questionnaire as data. Questions are asked in order: next comes
// the first that is relevant and unanswered.
type Form struct {
	ID        string
	Questions []Question
	Health    []string // questions that a review by SMS shows
	// Area is where the person is at home, as far as is known.
	Area func(v View) string
	// Declare makes the declaration out of the relevant answers.
	Declare func(v View) Declare
	// Recall makes answers out of a stored declaration; the inverse of Declare.
	Recall func(p core.PersonFacts, facts, private map[string]any) []Answer
	// Ending says what to do next, once it is stored; the hotline may be named in it.
	Ending func(v View) core.Say
}

// Kind is how a question is answered.
type Kind int

const (
	SelectOne  Kind = iota // one of Choices
	SelectMany             // some of Choices, or None
	Date                   // a day, a month or a year; in the past unless its Field says otherwise
	Text                   // a few words
	Name                   // a person's name
	Paper                  // the number of an identity paper
	Insurance              // the number of a health insurance card
	Country                // a country
	Phone                  // a person's phone number
	Place                  // an area down to the commune, with what is finer
	Quarter                // a quarter or hamlet and house within the area of the question it stands Under
	Sign                   // the number of a vehicle: a plate, a flight, a train
	Stops                  // places passed, each with its days, or None
	Countries              // some countries, or None
	Card                   // the text of an identity card's QR: is what it says right?
)

// Question is one question of a Form. Its words are locale keys made of the
// form's ID and its own: resident.birth.ask asks it, resident.birth.name is
// its short name in a review, resident.sex.male is a choice. What several
// forms ask is defined once and asked in the words of one of them.
type Question struct {
	ID      string
	Of      string // ID of the form in whose words it is asked; "" for the form it stands in
	Kind    Kind
	Choices []string // in order
	None    string   // the choice of a SelectMany, Stops or Countries that excludes all others; of a SelectOne, the one sent as 0
	Words   string   // prefix of the choices' locale keys; "" for form and question
	Field   string   // what a Date means to the reader: "birth", "past_event"

	Relevant   func(v View) bool                // is it asked; nil: always
	Offered    func(v View, choice string) bool // is this choice offered; nil: all are
	Constraint func(v View, a Answer) core.Say  // what is wrong with an answer; Key "" when nothing
	Derive     func(v View, a Answer) []Answer  // what an answer tells about other questions
	Args       func(v View) map[string]string   // placeholders of its words
	Read       func(text string) string         // a choice in words; "" when not understood
	ReadMany   func(text string, options []string) (chosen []string, none bool)
	Together   func(v View, text string) []Answer   // several answers that one text gives, its own among them; nil when it gives no more than one
	Where      func(v View, code string) core.Say   // what is wrong with an area, however coarse; Key "" when nothing
	Doubt      func(v View, a Answer) bool          // may an answer be a slip: it is asked before it counts
	Day        func(v View, choice string) core.Day // the day that a choice of a Date stands for
	Days       func(v View) (from, until core.Day)  // the days that Stops are asked for

	Recheck  bool                // its choices are questions to go back to, or "keep"
	Wordings func(v View) string // another wording of the question: added to its key; "" for none
	Each     bool                // is asked of each of several people; else one answer serves all
	About    string              // a SelectMany of people: to whom of them the question About applies
	Optional bool                // may be passed over
	Unshown  []string            // choices that are understood and not shown
	Skip     string              // locale key of passing over an Optional; "" for choice.skip
	Free     bool                // a SelectOne that takes other words too
	Abroad   bool                // a Place that may be another country, kept as its ISO code
	Daily    bool                // holds only for the day it was given
	Ahead    string              // the follow-up whose answer means yes to this one
	Under    string              // the question it belongs to: shown and forgotten with it
	With     []string            // questions that are asked again when an earlier answer to this one holds no more
	Resets   []string            // questions whose answers an answer to this one makes void
	Hidden   func(v View) bool   // not shown in a review

	keys *keys // in the form it stands in; nil where they were not made yet
}

// View is what a form may look at: the answers so far, and the event for its
// day and settings.
type View struct {
	Form  *Form
	State *State
	Event *Event
}

// Value is the value of an answer, "" when there is none.
func (v View) Value(id string) string {
	if a := v.State.answer(id); a != nil {
		return a.Value
	}
	return ""
}

// Set is the chosen set of a SelectMany: the choices that are offered to this
// person, and words beyond the list. What was chosen before it stopped being
// offered is kept in the answer, in case that was a mistake.
func (v View) Set(id string) []string {
	a, q := v.State.answer(id), v.Form.question(id)
	if a == nil || q == nil {
		return nil
	}
	return q.still(v, a.Set)
}

// Answered tells whether a question was answered, skipping included.
func (v View) Answered(id string) bool { return v.State.answer(id) != nil }

// Age is the person's age in whole years by the birth date or year given in
// the answer id; -1 when not known.
func (v View) Age(id string) int {
	birth := v.Value(id)
	if len(birth) < 4 {
		return -1
	}
	born, err := time.Parse(time.DateOnly, (birth + "-01-01")[:10])
	today, errToday := time.Parse(time.DateOnly, string(v.Event.Today))
	if err != nil || errToday != nil {
		return -1
	}
	age := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		age--
	}
	return age
}

// is makes a Relevant that holds when a question was answered with a value.
func is(id, value string) func(View) bool {
	return func(v View) bool { return v.Value(id) == value }
}

// question finds a question by ID; nil when the form has none.
func (f *Form) question(id string) *Question {
	for i := range f.Questions {
		if f.Questions[i].ID == id {
			return &f.Questions[i]
		}
	}
	return nil
}

func (q *Question) relevant(v View) bool { return q.Relevant == nil || q.Relevant(v) }

// offered lists the choices that make sense for this person; of a question
// about several people, their places from 1.
func (q *Question) offered(v View) []string {
	if q.About != "" {
		return append(v.State.places(), q.None)
	}
	if q.Offered == nil {
		return q.Choices
	}
	out := make([]string, 0, len(q.Choices))
	for _, c := range q.Choices {
		if q.Offered(v, c) {
			out = append(out, c)
		}
	}
	return out
}

// understands tells whether a choice may be taken from this person, shown or not.
func (q *Question) understands(v View, choice string) bool {
	return slices.Contains(q.offered(v), choice) || slices.Contains(q.Unshown, choice)
}

// still are the members of a set that are offered, and words beyond the list.
func (q *Question) still(v View, set []string) []string {
	if q.Offered == nil {
		return set
	}
	left := make([]string, 0, len(set))
	for _, c := range set {
		if !q.hasChoice(c) || q.Offered(v, c) {
			left = append(left, c)
		}
	}
	return left
}

// key begins the locale keys of a question as a form asks it.
func (q *Question) key(form string) string { return cmp.Or(q.Of, form) + "." + q.ID }

// keys are locale keys of a question. Every answer is said with them: they are
// made once.
type keys struct {
	ask, name string
	choices   []string // of Choices, in their order

	// The words of a line that names the question, and one of Choices with it.
	// They are shared by all lines, so never written to.
	label args
	said  []args
}

// inKeys are the keys of a question as a form asks it.
func (q *Question) inKeys(form string) *keys {
	if q.keys != nil {
		return q.keys
	}
	key := q.key(form)
	k := &keys{ask: key + ".ask", name: key + ".name", label: args{"label": key + ".name"}}
	for _, c := range q.Choices {
		c = q.choiceKey(form, c)
		k.choices = append(k.choices, c)
		k.said = append(k.said, args{"label": k.name, "value": c})
	}
	return k
}

// questionsOf are the questions of a form, with their keys.
func questionsOf(form string, parts ...[]Question) []Question {
	out := slices.Concat(parts...)
	for i := range out {
		out[i].keys = out[i].inKeys(form)
	}
	return out
}

// inWordsOf are questions as another form asks them: in the words of form.
func inWordsOf(form string, questions ...Question) []Question {
	out := slices.Clone(questions)
	for i := range out {
		out[i].Of = form
	}
	return out
}

// words is the locale key of a choice.
func (q *Question) words(form, choice string) string {
	switch {
	case choice == Skipped && q.Skip != "":
		return q.Skip
	case choice == Skipped:
		return "choice.skip"
	}
	if i := slices.Index(q.Choices, choice); i >= 0 && q.keys != nil {
		return q.keys.choices[i]
	}
	return q.choiceKey(form, choice)
}

func (q *Question) choiceKey(form, choice string) string {
	return cmp.Or(q.Words, q.key(form)) + "." + choice
}
