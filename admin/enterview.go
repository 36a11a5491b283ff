package admin

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
	"khaibao/flows"
)

// enterView is what the page of an entry shows.
type enterView struct {
	Form, Once, Of, Seen, By string
	CardText                 string // that filled the form, carried along
	Parts                    []enterPart
	Notice, Problem, Card    string // locale keys: what is so; what is wrong, of all and of the card
	CardTyped                string // what could not be read as a card
	Lacking                  bool   // what is missing is shown in red
	Missing                  []string
	After                    string // ID of the declaration that was stored just before
	Carry                    bool

	Alike   []store.Alike // who may be the same; the officer says who it is
	Update  *store.Entering
	Rows    []fieldChange // before and after, to be confirmed
	Sure    string        // of what was typed when they were shown
	Changed bool          // somebody else declared for the person since the form was shown
}

// enterPart is what stands together on the page.
type enterPart struct {
	Key    string // "who", "where", "health", "more"
	Fields []enterField
}

// enterField is one question as the page shows it.
type enterField struct {
	flows.Field
	Label, Hint, When, Heard, Wrong string
	Choices, Offer                  []enterChoice
	Select                          bool // its choices fold into a list
	Lacks, First                    bool // it is missing; it has the focus
}

// enterChoice is one choice: what is sent, what is read, is it chosen.
type enterChoice struct {
	Value, Label string
	On           bool
}

// IDs of what stands beside a field, for those who hear the page.
func (f enterField) Told() string { return "told-" + f.ID }

// shortList is how many choices stand open on the page; more fold into a list.
const shortList = 4

// words puts what the forms say into words.
func (e *entering) words(s core.Say) string {
	if s.Key == "" {
		return ""
	}
	return flows.RenderPage(e.s.Words, s, e.Lang)
}

// show is the page as it was read. A status goes with it where it is not 200.
func (e *entering) show(with error) (string, any, error) {
	v := e.view
	v.Once, v.Of, v.Seen, v.By, v.Carry = e.sent.Once, e.sent.Of, e.sent.Seen, e.Officer.ID, e.sent.Carry
	v.CardTyped = e.sent.Card
	if card := e.sent.Typed["card"]; len(card) > 0 {
		v.CardText = card[0]
	}
	first := ""
	for _, f := range e.page.Fields {
		if f.Wrong.Key != "" || v.Lacking && f.Wants {
			first = f.ID
			break
		}
	}
	if v.Card != "" || len(v.Alike) > 0 || len(v.Rows) > 0 {
		first = "-" // what stands on top is to be seen first
	}
	for _, f := range e.page.Fields {
		field := e.field(f, v.Lacking)
		if field.First = f.ID == first || first == "" && f.ID == e.page.Fields[0].ID; field.Lacks {
			v.Missing = append(v.Missing, field.Label)
		}
		if n := len(v.Parts); n == 0 || v.Parts[n-1].Key != f.Part {
			v.Parts = append(v.Parts, enterPart{Key: f.Part})
		}
		part := &v.Parts[len(v.Parts)-1]
		part.Fields = append(part.Fields, field)
	}
	return "enter.html", v, with
}

func (e *entering) field(f flows.Field, lacking bool) enterField {
	out := enterField{Field: f, Label: e.T(f.Label), Heard: e.words(f.Heard), Wrong: e.words(f.Wrong)}
	out.Hint = e.orKeyWith("admin.enter.hint."+f.ID, "", f.Ask.Args)
	if out.Hint == "" && (f.Ticks || f.Text) {
		out.Hint = e.words(f.Ask)
	}
	if f.Depends {
		out.When = e.orKey("admin.enter.when."+f.ID, "")
	}
	if out.Lacks = lacking && f.Wants; out.Lacks {
		out.Wrong = e.T("admin.enter.missing")
	}
	for _, c := range f.Choices {
		out.Choices = append(out.Choices, e.choice(c, f.Chosen))
	}
	for _, c := range f.Offer {
		out.Offer = append(out.Offer, e.choice(c, f.Chosen))
	}
	out.Select = !f.Text && !f.Ticks && !f.Keep && (f.Optional || len(f.Choices) > shortList)
	return out
}

func (e *entering) choice(c core.Choice, chosen []string) enterChoice {
	label := c.Text
	if c.Key != "" {
		label = e.s.Text(e.Lang, c.Key, c.Args)
	}
	return enterChoice{c.Action, label, slices.Contains(chosen, c.Action)}
}

// orKeyWith is orKey for words with placeholders.
func (r *request) orKeyWith(key, other string, args map[string]string) string {
	if text := r.s.Text(r.Lang, key, args); text != key {
		return text
	}
	return other
}

// compare shows what an update changes, to be confirmed.
func (e *entering) compare(with error) (string, any, error) {
	before, after := flows.SaidBefore(e.form, e.event, e.rec.Remembered), e.page.Said()
	for _, f := range e.page.Fields {
		was, now := e.words(before[f.ID]), e.words(after[f.ID])
		if f.Kept || was == now {
			continue
		}
		e.view.Rows = append(e.view.Rows, fieldChange{e.T(f.Label), dash(was), dash(now)})
	}
	e.view.Sure = e.sent.digest()
	if len(e.view.Rows) == 0 {
		e.view.Rows = []fieldChange{{e.T("admin.enter.nothing"), "–", "–"}}
	}
	return e.show(with)
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// slipView is the page from which a QR is printed.
type slipView struct {
	*store.Slip
	Paper string // "58", "80", "a4"
	New   bool   // it was stored just now
	QR    template.URL
	Away  bool // the person lives outside the officer's area
}

var papers = []string{"58", "80", "a4"}

// showSlip shows the QR of a declaration's person to be printed, for who has no
// telephone to carry it.
func (s *Server) showSlip(r *request) (string, any, error) {
	slip, err := s.Store.Slip(r.Context(), store.Look{Officer: *r.Officer, Screen: "slip", At: r.At}, r.Officer.ListScope(), r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	v := slipView{Slip: slip, Paper: r.URL.Query().Get("paper"), New: r.URL.Query().Has("new"), Away: !slip.InArea}
	if !slices.Contains(papers, v.Paper) {
		v.Paper = "80"
	}
	v.QR, err = s.drawQR(slip.Code)
	return "slip.html", v, err
}

// Papers are what a slip can be printed on.
func (v slipView) Papers() []string { return papers }

// Spaced is the number in groups, as it is read out.
func (v slipView) Spaced() string {
	n := v.Number
	if len(n) != 10 {
		return n
	}
	return n[:4] + " " + n[4:7] + " " + n[7:]
}

// Day is when the declaration was made, as it is printed.
func (v slipView) Day() string { return v.At.In(core.Zone).Format("15:04 02/01/2006") }

// Forms are the IDs of the forms that can be entered.
func (e enterView) Forms() (ids []string) {
	for _, f := range flows.Forms() {
		ids = append(ids, f.ID)
	}
	return ids
}

// Place names where somebody lives, with the quarter where it is shown.
func (e enterView) Place(a store.Alike) string {
	return strings.TrimPrefix(a.Sub+", "+area.Label(a.Area), ", ")
}

// When is when somebody declared last.
func (e enterView) When(a store.Alike) time.Time { return a.At }
