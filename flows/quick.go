package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// cardQuestion asks whether what a card's QR says is right. Its answer is the
// card's text, from which come the answers that name it in By.
const cardQuestion = "card"

// cardIn finds the text of an identity card's QR, or of the Ministry's common
// format, in a photo or in what was pasted. A QR of ours is none: whoever holds
// a stranger's is told nothing by it.
func cardIn(in *core.Inbound, publicURL string) (reading.CardQR, bool) {
	text := in.Text
	if in.Photo != nil {
		text = in.Photo.Text
	}
	if strings.Count(text, "|")+strings.Count(text, "｜") < 4 { // at a glance: most messages are none
		return reading.CardQR{}, false
	}
	c := reading.ReadQR(text, publicURL)
	return c, c.Kind == "cccd" || c.Kind == "ministry"
}

// cardShown holds while a card waits for its yes, and from then on.
func cardShown(v View) bool {
	o := v.State.Open
	return v.Answered(cardQuestion) || o != nil && o.ID == cardQuestion && (o.Of == 0 || o.Of == v.State.At)
}

// card is what the confirmed card of the person asked about says.
func (v View) card() (reading.CardQR, bool) {
	text := v.Value(cardQuestion)
	if text == "" {
		return reading.CardQR{}, false
	}
	return reading.ReadQR(text, v.Event.Setting.PublicURL), true
}

// takesCard takes a card that is shown instead of an answer: at any question
// about who is declared for, and in the place of one more person's name.
func (r *run) takesCard(in *core.Inbound) bool {
	c, ok := cardIn(in, r.e.Setting.PublicURL)
	if !ok || r.form.question(cardQuestion) == nil {
		return false
	}
	if q := r.form.question(r.s.Question); q == nil || !r.form.tellsWho(q) {
		if in.Photo != nil {
			return false
		}
		r.wrong(say("quick.elsewhere"))
		return true
	}
	if r.s.Question == "others" {
		if max(len(r.s.People), 1) == maxPeople {
			r.repeat(say("group.full", "max", strconv.Itoa(maxPeople)))
			return true
		}
		r.addMember()
	}
	r.s.Open = &Open{ID: cardQuestion, Typed: c.Text, Of: r.s.of(r.form.question(cardQuestion))}
	r.ask()
	return true
}

// tellsWho tells whether a question comes before those about health.
func (f *Form) tellsWho(q *Question) bool {
	for i := range f.Questions {
		switch f.Questions[i].ID {
		case q.ID:
			return true
		case "others":
			return false
		}
	}
	return false
}

// askCard asks whether what the card says is right, unless all of it was known.
func (r *run) askCard() {
	var shown reading.CardQR
	if r.s.Open != nil {
		shown = reading.ReadQR(r.s.Open.Typed, r.e.Setting.PublicURL)
	}
	after := r.filled(shown)
	news, differs := r.newsOf(after)
	if len(news) == 0 && after.s.answer(cardQuestion) != nil {
		if r.s = after.s; !r.s.Same {
			r.said = append(r.said, say("quick.same"))
		}
		r.ask()
		return
	}
	lines, place := after.cardLines(shown, news)
	if len(differs) > 0 {
		d := say("quick.differs")
		d.Lists = map[string][]string{"labels": differs}
		place = append(place, d)
	}
	ask := core.Say{Key: "quick.ask", Choices: []core.Choice{
		{Action: r.action(cardQuestion, "yes"), Key: "choice.right", Number: "1"},
		{Action: r.action(cardQuestion, "no"), Key: "quick.no", Number: "0"},
	}}
	ask = r.about(r.form.question(cardQuestion), ask)
	switch short := letters(lines)+letters(place) <= shortCard && len(differs) == 0; {
	case !r.e.Features.Plain || short && !r.missed:
		r.said = append(append(r.said, lines...), place...)
	case r.missed: // the card stands above; what is wrong takes its room
	case len(place) > 0:
		r.said = append(r.said, place[:len(place)-1]...)
		r.say(place[len(place)-1])
		r.said = lines
	default:
		r.said = append(r.said, lines...)
	}
	r.sayEcho()
	r.say(ask)
}

// shortCard is how many letters of a card leave room for the question in the
// same segment of an SMS.
const shortCard = 60

// letters counts what lines are filled with.
func letters(lines []core.Say) int {
	n := 0
	for _, l := range lines {
		for _, text := range l.Args {
			n += len([]rune(text))
		}
	}
	return n
}

// cardNews are the questions whose answers a card shows, in this order.
var cardNews = []string{"full_name", "birth", "id_number", "sex", "permanent", "insurance"}

// newsOf lists which answers a card would change, and of these the short names
// of those that the person had given by hand.
func (r *run) newsOf(after run) (news, differs []string) {
	for _, id := range cardNews {
		old, now := r.s.answer(id), after.s.answer(id)
		switch {
		case now == nil, old != nil && same(old, now):
			continue
		case old != nil && old.By == "" && !old.Kept:
			differs = append(differs, r.form.question(id).inKeys(r.form.ID).name)
		}
		news = append(news, id)
	}
	if c, _ := after.view().card(); len(news) == 0 && r.form.question("permanent") != nil && after.view().mayBring("permanent") {
		if _, open := after.cardPlace(c); open != nil {
			news = append(news, "permanent")
		}
	}
	return news, differs
}

// cardLines say what a card tells: who it is, and apart where at home and what
// else takes room. after is the run with the card's answers; it also shows
// those that were known before.
func (after *run) cardLines(c reading.CardQR, news []string) (lines, place []core.Say) {
	for _, id := range cardNews {
		q, a := after.form.question(id), after.s.answer(id)
		switch {
		case q == nil:
		case id == "permanent" && a == nil && c.Address != "" && !after.e.Features.Plain:
			place = append(place, core.Say{Key: "heard", Args: args{"value": c.Address}, Words: q.inKeys(after.form.ID).label})
		case id == "id_number" && a == nil && hiddenOf(c.ID) > 0:
			lines = append(lines, say("quick.masked", "last", lastDigits(c.ID)))
		case a == nil, id == "sex" && a.By == "id_number", a.By != cardQuestion && !slices.Contains(news, id) && id != "full_name":
		case id == "permanent", id == "insurance":
			place = append(place, after.heard(q))
		default:
			lines = append(lines, after.heard(q))
		}
	}
	return lines, place
}

// filled is the run with the answers that a card gives. What was known more
// exactly stays: a name with its marks, a day where the card has a year.
func (r *run) filled(c reading.CardQR) run {
	after := *r
	after.s.Answers = slices.Clone(r.s.Answers)
	after.close(cardQuestion)
	if c.Kind == "" {
		return after
	}
	kept := after.s.Same
	after.record(r.form.question(cardQuestion), Answer{ID: cardQuestion, Value: c.Text})
	changed := false
	for _, a := range r.cardAnswers(c) {
		q := r.form.question(a.ID)
		if q == nil {
			continue
		}
		if old := after.s.answer(a.ID); old != nil && (same(old, &a) || old.tellsMore(&a)) {
			continue
		}
		if a.By == "" {
			a.By = cardQuestion
		}
		changed = changed || slices.Contains(cardNews, a.ID)
		after.record(q, a)
	}
	after.s.Same = kept && !changed
	return after
}

// tellsMore tells whether an answer says what a card says, and more.
func (a *Answer) tellsMore(card *Answer) bool {
	switch a.ID {
	case "full_name":
		return reading.CompareNames(a.Value, card.Value) == reading.NameSame && fold(card.Value) == strings.ToLower(card.Value)
	case "birth":
		return strings.HasPrefix(a.Value, card.Value)
	case "permanent":
		return a.Value == card.Value && (card.Sub == "" || card.Sub == a.Sub)
	}
	return false
}

// cardAnswers are the answers that a card gives, in the form's order.
func (r *run) cardAnswers(c reading.CardQR) (found []Answer) {
	add := func(id, value string) {
		if value != "" {
			found = append(found, Answer{ID: id, Value: value})
		}
	}
	if n, err := reading.ReadName(c.Name); err == nil && fold(n.Full) == fold(c.Name) {
		add("full_name", n.Full)
	}
	if c.Birth <= string(r.e.Today) {
		add("birth", c.Birth)
	}
	// A number whose year lies ahead is taken too: cards with faults exist, and
	// the clash with the birth date is asked.
	if id, err := reading.ReadID(c.ID, ""); err == nil && hiddenOf(c.ID) == 0 && id.Type != "bhyt" && id.Type != "bhxh" {
		found = append(found, Answer{ID: "id_number", Value: id.Normalized, Type: id.Type, Sex: id.Sex, Year: id.BirthYear})
	}
	if c.OldID != "" {
		found = append(found, Answer{ID: "old_id", Value: c.OldID, By: "id_number"})
	}
	add("qid", c.QID)
	add("sex", c.Sex)
	place, _ := r.cardPlace(c)
	if q := r.form.question("permanent"); q != nil && place.Value != "" && (!r.s.grouped() || r.s.answer(q.ID) == nil) { // one home serves all
		found = append(found, place)
		if place.House != "" && place.Sub == "" { // a house in a street is as fine as a hamlet
			add("permanent_sub", Skipped)
		}
	}
	if id, err := reading.ReadID(c.Insurance, "insurance"); err == nil {
		found = append(found, Answer{ID: "insurance", Value: id.Normalized, Type: id.Type})
	}
	return found
}

// cardPlace reads the address of a card: as an answer, or as what is known of
// it while the rest must be asked. Both are empty when nothing is.
func (r *run) cardPlace(c reading.CardQR) (a Answer, open *Open) {
	if c.Address == "" {
		return Answer{}, nil
	}
	read, err := area.Read(c.Address, area.Context{Province: r.e.Setting.Province, On: string(r.e.Today)})
	o := Open{ID: "permanent", Sub: read.Sub, House: read.Rest, Typed: reading.Clean(c.Address)}
	switch {
	case err != nil && o.Sub == "" && !street(o.House):
		return Answer{}, nil
	case err != nil:
	case len(read.Ambiguous) > 0:
		o.Codes = read.Ambiguous
	case area.Leaf(read.Code):
		return Answer{ID: o.ID, Value: read.Code, Sub: o.Sub, House: o.House, Typed: o.Typed}, nil
	default:
		o.Within = read.Code
	}
	return Answer{}, &o
}

// mayBring tells whether the person's card knows a part of an answer, and has
// not been asked for it yet.
func (v View) mayBring(id string) bool {
	a := v.State.answer(cardQuestion)
	return a != nil && !slices.Contains(a.Set, id) && v.State.answer(id) == nil
}

// bring begins a question with what the card knows of its answer: a part of
// the address, a phone that must be confirmed.
func (r *run) bring(q *Question) {
	if r.s.Open != nil || q.ID != "permanent" && q.ID != "phone" || !r.view().mayBring(q.ID) {
		return
	}
	c, _ := r.view().card()
	if q.ID == "phone" {
		if c.Phone != "" && c.Phone != r.e.Known.Phone {
			r.s.Open = &Open{ID: q.ID, Typed: c.Phone}
		}
	} else {
		_, r.s.Open = r.cardPlace(c)
	}
	card := *r.s.answer(cardQuestion)
	card.Set = append(slices.Clip(card.Set), q.ID) // once: who goes back types it
	r.s.Answers = put(r.s.Answers, card)
}

// hiddenOf counts the characters that a number hides behind asterisks.
func hiddenOf(id string) int { return strings.Count(id, "*") }

// partlyShown asks for a number of which the card shows only the end.
func partlyShown(v View) string {
	if c, ok := v.card(); ok && hiddenOf(c.ID) > 0 {
		return "masked"
	}
	return ""
}

func shownDigits(v View) args {
	c, _ := v.card()
	return args{"last": lastDigits(strings.ReplaceAll(c.ID, "*", ""))}
}

// unhidden puts the hidden beginning of a number, typed alone, before its end.
func (r *run) unhidden(text string) string {
	c, ok := r.view().card()
	hidden := hiddenOf(c.ID)
	if !ok || hidden == 0 {
		return text
	}
	if digits := onlyDigits(text); len(digits) == hidden && strings.HasPrefix(c.ID, strings.Repeat("*", hidden)) {
		return digits + c.ID[hidden:]
	}
	return text
}
