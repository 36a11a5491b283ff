package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// FillCard fills a typed form from the text of a card's QR, the chip ID card's
// or the Ministry's common one (docs/reference/vietnam.md 3). What was typed and
// says more stays. ok is false when the text is no such card.
func FillCard(f *Form, e Event, typed Typed, text string) (filled Typed, ok bool) {
	c, ok := cardIn(&core.Inbound{Text: text}, e.Setting.PublicURL)
	if !ok {
		return typed, false
	}
	filled = make(Typed, len(typed)+8)
	for name, values := range typed {
		filled[name] = values
	}
	filled[cardQuestion] = []string{c.Text}
	r := &ReadPage(f, e, typed).run
	for _, a := range r.cardAnswers(c) {
		q := f.question(a.ID)
		if q == nil || !wholly(q) || a.Value == Skipped {
			continue
		}
		if old := r.s.answer(a.ID); old != nil && typed.first(a.ID) != "" && (same(old, &a) || old.tellsMore(&a)) {
			continue
		}
		filled[q.ID] = []string{r.typedText(q, &a)}
		delete(filled, q.ID+Pick)
	}
	for id, text := range map[string]string{"permanent": c.Address, "phone": localPhone(c.Phone)} {
		if text != "" && f.question(id) != nil && len(filled[id]) == 0 {
			filled[id] = []string{text}
		}
	}
	return filled, true
}

// TypedOf is a typed form of what a person said last; without a declaration of
// the form, of who the person is. What holds only for the day it was said is
// left out, as are the questions named.
func TypedOf(f *Form, e Event, p core.Remembered, but ...string) Typed {
	t := make(Typed)
	r := &run{form: f, e: &e, page: true}
	r.s.Answers = f.Recall(p.Facts, p.Answers, p.Private)
	for i := range r.s.Answers {
		a := &r.s.Answers[i]
		q := f.question(a.ID)
		if q == nil || !wholly(q) || q.Daily || slices.Contains(but, q.ID) {
			continue
		}
		switch {
		case a.Value == Skipped:
		case q.Recheck, q.Kind == Paper && a.Type == childPaper.Type, q.Kind != SelectOne && q.hasChoice(a.Value) && len(a.Set) == 0:
			t[q.ID+Pick] = []string{cmpChild(a)}
			if q.Kind == SelectMany {
				t[q.ID], t[q.ID+Pick] = t[q.ID+Pick], nil
			}
		case q.Kind == SelectMany:
			t[q.ID] = slices.Clone(a.Set)
		default:
			t[q.ID] = []string{r.typedText(q, a)}
			if q.Kind == Place && isCode(a.Value) {
				t[q.ID+Pick] = picksOf(a.Value)
			}
		}
	}
	return t
}

// cmpChild is the choice that an answer stands for.
func cmpChild(a *Answer) string {
	if a.Type == childPaper.Type {
		return "child"
	}
	return a.Value
}

// picksOf are the picks that lead to an area.
func picksOf(code string) []string {
	if area.Leaf(code) {
		return []string{code}
	}
	return []string{code, unknownArea}
}

// typedText is an answer as one would type it.
func (r *run) typedText(q *Question, a *Answer) string {
	switch {
	case q.Kind == Date:
		return localDate(a.Value)
	case q.Kind == Phone:
		return localPhone(a.Value)
	case q.Kind == Country, q.Kind == Place && a.Value != "" && !isCode(a.Value) && !q.hasChoice(a.Value):
		return joinTexts(", ", a.House, countryName(a.Value, r.e.Known.Lang))
	case q.Kind == Place && isCode(a.Value):
		return joinTexts(", ", a.House, a.Sub, area.Address(a.Value))
	case q.Kind == Countries:
		return countryNames(a.Set, r.e.Known.Lang)
	case q.Kind == Stops:
		lines := make([]string, len(a.Stops))
		for i, s := range a.Stops {
			lines[i] = r.stopName(s.Area)
			if len(s.Days) > 0 {
				lines[i] += " " + strings.Join(localDays(s.Days), ", ")
			}
		}
		return strings.Join(lines, "\n")
	case q.Kind == Quarter:
		return a.Value
	}
	return reading.Clean(a.Value)
}

func localDays(days []string) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = localDate(d)
	}
	return out
}
