package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// readField reads one field after those before it.
func (r *run) readField(q *Question, t Typed, kept bool) Field {
	f := r.newField(q)
	f.Typed, f.Chosen, f.Kept = t.first(q.ID), t[q.ID+Pick], kept
	if !f.Text {
		f.Chosen, f.Typed = append(slices.Clone(t[q.ID]), f.Chosen...), ""
	}
	if f.Keep {
		r.readKeep(q, &f)
		return f
	}
	if lead := r.form.leadOf(q); lead != nil && kept && r.s.answer(lead.ID) != nil {
		f.Kept, kept = false, false // what it follows from was said anew
	}
	r.begin(q)
	said := r.fill1(q, &f, t)
	a := r.s.answer(q.ID)
	f.Asked = q.relevant(r.view())
	switch {
	case said && (a == nil || a.Value == Skipped && f.Typed != "" && !passes(q, f.Typed)) && !f.Asked:
		f.Unused = true
		f.Wrong = say("page.unused")
	case a != nil:
		f.Kept = false
		f.hear(r, q, a)
	case r.s.Open != nil && r.s.Open.ID == q.ID:
		r.offer(q, &f)
	case len(r.said) > 0:
		f.Wrong = joined(r.said[:len(r.said)-1], r.said[len(r.said)-1])
	case said: // nothing that its field could have sent
		f.Wrong = say("wrong.choice")
	case f.Asked && q.Optional && !kept:
		r.record(q, Answer{ID: q.ID, Value: Skipped})
	default:
		f.Wants = f.Asked && !q.Optional && !kept
	}
	r.s.Open = nil
	return f
}

// leadOf is the question whose answer yes asks this one; nil for none.
func (f *Form) leadOf(q *Question) *Question {
	for i := range f.Questions {
		if f.Questions[i].Ahead == q.ID {
			return &f.Questions[i]
		}
	}
	return nil
}

// begin makes a question the one that is read.
func (r *run) begin(q *Question) {
	r.s.Question, r.s.Open, r.s.Misses = q.ID, nil, 0
	r.missed, r.said, r.echo, r.effects = false, nil, nil, nil
}

// newField is a field before anything was typed.
func (r *run) newField(q *Question) Field {
	f := Field{ID: q.ID, Kind: q.Kind, Label: q.inKeys(r.form.ID).name, Optional: q.Optional, Depends: q.Relevant != nil,
		Common: !q.Each, Asked: q.relevant(r.view()), Keep: q.Recheck, Ticks: q.Kind == SelectMany, Free: q.Free}
	f.Text = q.Kind != SelectMany && (q.Kind != SelectOne || q.Free)
	f.Long = q.Kind == Stops
	f.Ask = r.question(q)
	f.Ask.Choices = nil
	for _, c := range q.Choices {
		if q.Kind == Date || f.Keep && c != "keep" || !q.understands(r.view(), c) && q.Kind != Place && q.Kind != Paper {
			continue // a day is typed, and what clashes is typed again
		}
		f.Choices = append(f.Choices, core.Choice{Action: c, Key: q.words(r.form.ID, c)})
	}
	return f
}

// readKeep takes that two answers that clash are both right. Else one of them
// is to be typed again.
func (r *run) readKeep(q *Question, f *Field) {
	f.Asked = q.relevant(r.view())
	switch {
	case !f.Asked:
	case slices.Contains(f.Chosen, "keep"):
		r.record(q, Answer{ID: q.ID, Value: "keep"})
	default:
		f.Wrong = f.Ask
	}
}

// fill1 takes what stands in one field, and tells whether anything does.
func (r *run) fill1(q *Question, f *Field, t Typed) (said bool) {
	if words := t.first(q.ID + Words); words != "" {
		f.Typed = words
		r.read(q, words)
		return true
	}
	switch {
	case f.Ticks:
		return r.fillTicks(q, f)
	case !f.Text:
		return r.fillChoice(q, f, t)
	case f.Typed == "":
		at := slices.IndexFunc(f.Chosen, func(c string) bool { return q.hasChoice(c) })
		if at >= 0 && q.Kind != Date && q.understands(r.view(), f.Chosen[at]) {
			r.fillBeside(q, f.Chosen[at])
		}
		return at >= 0
	case q.Kind == Stops:
		r.fillStops(q, f)
	default:
		r.read(q, f.Typed)
		r.fillPicks(q, f.Chosen)
	}
	return true
}

// fillBeside takes a choice that stands beside a text: the same place, no papers.
func (r *run) fillBeside(q *Question, choice string) {
	switch q.Kind {
	case Paper:
		r.choosePaper(q, choice, false)
	case SelectOne:
		r.choose(q, choice, false)
	default:
		r.check(q, Answer{Value: choice})
	}
}

func (r *run) fillTicks(q *Question, f *Field) bool {
	var set []string
	for _, c := range f.Chosen {
		if c != q.None && q.understands(r.view(), c) {
			set = append(set, c)
		}
	}
	switch none := slices.Contains(f.Chosen, q.None); {
	case none && len(set) > 0:
		r.wrong(say("page.none_and_more"))
	case none:
		r.check(q, Answer{Value: q.None})
	case len(set) > 0:
		r.check(q, Answer{Set: q.inOrder(set)})
	}
	return len(f.Chosen) > 0
}

// fillChoice takes one choice. Where the follow-up was answered, that says yes.
func (r *run) fillChoice(q *Question, f *Field, t Typed) bool {
	choice := ""
	if len(f.Chosen) > 0 {
		choice = f.Chosen[0]
	}
	if next := r.form.question(q.Ahead); choice == "" && next != nil && len(t[next.ID]) > 0 {
		choice = yesIf(!slices.Equal(t[next.ID], []string{next.None}))
		f.Chosen = []string{choice}
	}
	if choice != "" && slices.Contains(q.offered(r.view()), choice) {
		r.choose(q, choice, false)
	}
	return choice != ""
}

// fillPicks takes what was picked among what the text may mean.
func (r *run) fillPicks(q *Question, picks []string) {
	if value := r.suggested(q); value != "" && slices.Contains(picks, value) {
		r.said = nil
		r.accept(q, value)
		return
	}
	for range 3 { // a district, then its commune
		o := r.s.Open
		if q.Kind != Place || o == nil || o.ID != q.ID || r.s.answer(q.ID) != nil {
			return
		}
		at := slices.IndexFunc(picks, func(p string) bool {
			if len(o.Codes) > 0 {
				return slices.Contains(o.Codes, p)
			}
			return o.Within != "" && (p == unknownArea || p != o.Within && area.Contains(o.Within, p))
		})
		if at < 0 {
			return
		}
		r.said, r.missed = nil, false
		r.choosePlace(q, picks[at], false)
	}
}

// fillStops takes places passed, a line each. The days of those told without are
// not remembered where that was picked.
func (r *run) fillStops(q *Question, f *Field) {
	lines := strings.FieldsFunc(f.Typed, func(c rune) bool { return c == '\n' || c == ';' || c == '\r' })
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		r.readStops(q, line)
		if o := r.s.Open; o != nil && len(o.Codes) > 0 {
			at := slices.IndexFunc(o.Codes, func(c string) bool { return slices.Contains(f.Chosen, c) })
			if at < 0 {
				return
			}
			r.whichStop(q, *o, at+1)
		}
		if len(r.said) > 0 || r.missed || r.s.answer(q.ID) != nil {
			return
		}
	}
	o := r.s.Open
	if o == nil {
		return
	}
	for pending := dayless(o.Stops); pending >= 0 && slices.Contains(f.Chosen, stopsUnsure); pending = dayless(o.Stops) {
		open := *o
		r.zeroStops(q, open, pending)
		o = r.s.Open
	}
	if dayless(o.Stops) < 0 {
		r.endStops(q, o.Stops, false)
	}
}

// offer says what a text may mean, to be picked beside it.
func (r *run) offer(q *Question, f *Field) {
	o := r.s.Open
	if len(r.said) > 0 {
		f.Wrong = joined(r.said[:len(r.said)-1], r.said[len(r.said)-1])
	} else {
		f.Wrong = r.question(q)
		f.Wrong.Choices = nil
	}
	name := func(code string) core.Choice {
		return core.Choice{Action: code, Text: areaName(code, r.e.Setting.Province)}
	}
	switch {
	case r.suggested(q) != "":
		f.Offer = []core.Choice{{Action: o.Typed, Key: "choice.right"}}
	case len(o.Codes) > 0:
		for _, code := range o.Codes {
			f.Offer = append(f.Offer, name(code))
		}
	case o.Within != "":
		if area.District(o.Within) == o.Within {
			for _, u := range area.Children(o.Within) {
				f.Offer = append(f.Offer, core.Choice{Action: u.Code, Text: u.FullName})
			}
		}
		f.Offer = append(f.Offer, core.Choice{Action: unknownArea, Key: "place.unknown"})
	case q.Kind == Stops && dayless(o.Stops) >= 0:
		f.Offer = []core.Choice{{Action: stopsUnsure, Key: q.words(r.form.ID, stopsUnsure)}}
	}
}

// hear says how a text was understood, where that is not what was typed, and
// marks the choice that was derived from another answer.
func (f *Field) hear(r *run, q *Question, a *Answer) {
	if !f.Text {
		if len(f.Chosen) == 0 && a.Value != Skipped {
			f.Chosen = append(slices.Clone(a.Set), a.Value)
		}
		return
	}
	if a.Value == Skipped || q.hasChoice(a.Value) && f.Typed == "" {
		return
	}
	text := r.typedText(q, a)
	if f.Typed == "" { // told by another field
		f.Typed = text
		return
	}
	if reading.Clean(f.Typed) != text && q.Kind != Quarter && q.Kind != Text || q.Kind == Place {
		f.Heard = r.valued("page.heard", q, a)
	}
	if q.Kind == Place && r.s.Open == nil {
		f.Offer = r.pickedOf(a, f.Chosen)
	}
}

// pickedOf keeps what was picked for a place, so that the next reading of the
// same text needs no new pick.
func (r *run) pickedOf(a *Answer, picks []string) (kept []core.Choice) {
	for _, p := range picks {
		switch {
		case p == unknownArea && !area.Leaf(a.Value) && isCode(a.Value):
			kept = append(kept, core.Choice{Action: p, Key: "place.unknown"})
		case isArea(p) && area.Contains(p, a.Value):
			kept = append(kept, core.Choice{Action: p, Text: areaName(p, r.e.Setting.Province)})
		}
	}
	return kept
}
