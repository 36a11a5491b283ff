package flows

import (
	"slices"
	"strings"

	"khaibao/core"
)

// Typed is a form as it was typed on one page: the ID of a question -> what
// stands in its field, several for the ticks of a SelectMany. What was picked
// among what a field offered stands under the ID with ".pick" behind it, and
// under "card" the text of an identity card's QR that filled the form.
type Typed map[string][]string

// Pick ends the name under which Typed holds what was picked for a field.
const Pick = ".pick"

// first is the one text of a field, "" when there is none.
func (t Typed) first(name string) string {
	if len(t[name]) == 0 {
		return ""
	}
	return strings.TrimSpace(t[name][0])
}

// Page is a Form of one person on one page, as an officer fills it in
// (docs/reference/vietnam.md 2.2 to 2.4 and 2.6): the questions of the chat in
// its order, read by its readers.
type Page struct {
	Form   *Form
	Fields []Field
	run    run
}

// Field is one question of a Page with what was typed and how it was understood.
type Field struct {
	ID      string
	Kind    Kind
	Label   string        // locale key of its short name
	Ask     core.Say      // the question as the chat asks it, without choices
	Choices []core.Choice // Action is what its field sends
	Free    bool          // Choices are proposed, other words are taken too
	Ticks   bool          // several of Choices, or the one that says none
	Text    bool          // is typed: Choices, if any, stand beside its text
	Long    bool          // its text takes several lines
	Keep    bool          // asks whether two answers that clash are both right

	Typed  string   // the text as typed
	Chosen []string // which of Choices and Offer
	Offer  []core.Choice
	Heard  core.Say // how the text was understood; Key "" where it says nothing new
	Wrong  core.Say // what to type; Key "" when nothing is wrong
	Asked  bool     // it applies to what was said so far
	Wants  bool     // applies, is required, and nothing was said
	Unused bool     // something was said that does not apply
	Kept   bool     // stays as it was said before

	Part     string // "who", "where", "health", "more": what it stands with on the page
	Optional bool
	Depends  bool // applies in some cases only
	Common   bool // one answer serves all who come together
}

// wholly are the questions of a form that its page does not ask: they are the
// chat's way of asking several people, little at a time, or a card's to answer.
func wholly(q *Question) bool {
	return q.Kind != Card && q.About == "" && !slices.Contains([]string{"old_id", "qid", "others", askedMore}, q.ID)
}

// askedMore offers the questions that are not required; a page shows them all.
const askedMore = "more"

// ReadPage reads a form as it was typed. e gives the day, the settings and the
// language; kept are IDs of questions whose answers stay as they were before.
func ReadPage(f *Form, e Event, typed Typed, kept ...string) *Page {
	e.In, e.Result = &core.Inbound{}, nil
	p := &Page{Form: f, run: run{form: f, e: &e, page: true, s: State{People: []Member{{Proxy: true}}}}}
	r := &p.run
	if card, ok := cardIn(&core.Inbound{Text: typed.first(cardQuestion)}, e.Setting.PublicURL); ok {
		r.record(f.question(cardQuestion), Answer{ID: cardQuestion, Value: card.Text})
	}
	part := "who"
	for i := range f.Questions {
		q := &f.Questions[i]
		switch q.ID {
		case "others":
			part = "health"
		case askedMore:
			part = "more"
			if q.relevant(r.view()) {
				r.record(q, Answer{ID: q.ID, Value: "yes"})
			}
		}
		if !wholly(q) {
			continue
		}
		field := r.readField(q, typed, slices.Contains(kept, q.ID))
		field.Part = part
		p.Fields = append(p.Fields, field)
		if q.ID == "phone" {
			part = "where"
		}
	}
	r.cardBeside()
	return p
}

// Kept are the IDs of the questions whose answers stay as they were before.
func (p *Page) Kept() (ids []string) {
	for i := range p.Fields {
		if p.Fields[i].Kept {
			ids = append(ids, p.Fields[i].ID)
		}
	}
	return ids
}

// Said is what a page says in answer to each question, by the question's ID; its
// key fills in "value".
func (p *Page) Said() map[string]core.Say { return p.run.saidAll() }

// SaidBefore is what was said last by a person in answer to each question.
func SaidBefore(f *Form, e Event, p core.Remembered) map[string]core.Say {
	r := &run{form: f, e: &e, page: true}
	r.s.Answers = f.Recall(p.Facts, p.Answers, p.Private)
	return r.saidAll()
}

func (r *run) saidAll() map[string]core.Say {
	all := make(map[string]core.Say)
	for i := range r.form.Questions {
		q := &r.form.Questions[i]
		a := r.s.answer(q.ID)
		if a == nil || !wholly(q) || q.Recheck || a.Value == Skipped {
			continue
		}
		all[q.ID] = r.valued("page.said", q, a)
	}
	return all
}

// cardBeside takes what a card tells beside what is typed, while its number
// stands in the form.
func (r *run) cardBeside() {
	c, ok := r.view().card()
	id := r.view().Value("id_number")
	shown := strings.TrimLeft(c.ID, "*")
	if !ok || id == "" || !strings.HasSuffix(id, strings.ToUpper(shown)) {
		return
	}
	if q := r.form.question("old_id"); q != nil && c.OldID != "" {
		r.record(q, Answer{Value: c.OldID, ID: q.ID, By: "id_number"})
	}
	if q := r.form.question("qid"); q != nil && c.QID != "" {
		r.record(q, Answer{Value: c.QID, ID: q.ID, By: "full_name"})
	}
}

// Ready tells whether all that is required was said and understood.
func (p *Page) Ready() bool {
	return !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Faulty() })
}

// Faulty tells whether a field keeps its page from being stored.
func (f *Field) Faulty() bool { return f.Wrong.Key != "" || f.Wants || f.Unused }

// Missing are the locale keys of the short names of what is required and was
// not said, in the form's order.
func (p *Page) Missing() (labels []string) {
	for i := range p.Fields {
		if p.Fields[i].Wants {
			labels = append(labels, p.Fields[i].Label)
		}
	}
	return labels
}

// Declare makes the declaration of a page that is Ready. Its Phone is the
// person's own as it was said, which proves nothing.
func (p *Page) Declare() Declare {
	p.run.prune()
	d := p.Form.Declare(p.run.view())
	d.Form = p.Form.ID
	if phone := p.run.view().Value("phone"); phone != Skipped {
		d.Phone, d.Notify = phone, phone
	}
	d.Notice = p.run.e.Setting.Notice
	return d
}

// Shared is what of a typed form holds for all who come together: the answers
// that the chat asks once for a whole party, such as the journey.
func Shared(f *Form, typed Typed) Typed {
	out := make(Typed)
	for i := range f.Questions {
		q := &f.Questions[i]
		if !wholly(q) || q.Each {
			continue
		}
		for _, name := range []string{q.ID, q.ID + Pick} {
			if len(typed[name]) > 0 {
				out[name] = typed[name]
			}
		}
	}
	return out
}
