package flows

import (
	"maps"
	"slices"
	"strconv"

	"khaibao/core"
)

// args are placeholders and their texts.
type args = map[string]string

// say is a line without choices; the pairs are placeholders and their texts.
func say(key string, pairs ...string) core.Say {
	s := core.Say{Key: key}
	if len(pairs) > 0 {
		s.Args = make(args, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			s.Args[pairs[i]] = pairs[i+1]
		}
	}
	return s
}

// joined makes one message of several lines; all but the words is of the last.
// It takes first over for the lines of the message.
func joined(first []core.Say, last core.Say) core.Say {
	if len(first) == 0 {
		return last
	}
	m := first[0]
	m.Lines = first[:0]
	for _, l := range first[1:] {
		m.Lines = append(m.Lines, line(l))
	}
	m.Lines = append(m.Lines, line(last))
	m.Lines = append(m.Lines, last.Lines...)
	m.Choices, m.Multi, m.Typed, m.Edit = last.Choices, last.Multi, last.Typed, last.Edit
	m.QR, m.Ask, m.AskKey, m.Input = last.QR, last.Ask, last.AskKey, last.Input
	return m
}

// line is a Say as it stands inside Lines: words only.
func line(s core.Say) core.Say {
	return core.Say{Line: s.Key, Args: s.Args, Words: s.Words, Lists: s.Lists}
}

// hotline offers a call.
func hotline(e *Event) core.Say { return say("help.call", "hotline", e.Setting.Hotline) }

// unreadable says what became of something that is not text.
func unreadable(in *core.Inbound) core.Say {
	switch {
	case in.Location != nil:
		return say("input.location")
	case in.Photo.Failed:
		return say("input.photo_failed")
	case in.Photo.Text == "":
		return say("input.photo_no_qr")
	}
	return say("input.photo_qr")
}

// question is a question in words, with its choices.
func (r *run) question(q *Question) core.Say {
	switch {
	case q.Kind == Place && r.s.Open != nil:
		return r.about(q, r.finerPlace(q))
	case q.Kind == Stops && r.s.Open != nil:
		return r.about(q, r.moreStops(q))
	case r.suggested(q) != "":
		return r.about(q, r.suggestion(q))
	}
	v := r.view()
	s := core.Say{Key: q.inKeys(r.form.ID).ask, Multi: q.Kind == SelectMany, Input: q.input()}
	if q.Wordings != nil {
		if w := q.Wordings(v); w != "" {
			s.Key += "." + w
		}
	}
	if q.Args != nil {
		s.Args = q.Args(v)
	}
	offered := q.offered(v)
	listed := q.Kind == SelectMany && r.e.Features.MaxButtons <= len(offered)
	extra := 0
	if q.Kind == SelectMany && !listed {
		extra++
	}
	if q.Optional {
		extra++
	}
	s.Choices = make([]core.Choice, 0, len(offered)+extra)
	number := 0
	for _, c := range offered {
		choice := core.Choice{Key: q.words(r.form.ID, c)}
		if q.About != "" && c != q.None {
			choice.Key, choice.Text = "", r.called(placeOf(c))
		}
		if zero(q, c) {
			choice.Number = "0"
		} else {
			number++
			choice.Number = strconv.Itoa(number)
		}
		if !listed || zero(q, c) { // in a list all is typed at once, but for none
			choice.Action = r.action(q.ID, c)
		}
		if r.s.Open != nil {
			choice.Chosen = slices.Contains(r.s.Open.Set, c)
		}
		s.Choices = append(s.Choices, choice)
	}
	if q.Kind == SelectMany && !listed {
		s.Choices = append(s.Choices, core.Choice{Action: r.action(q.ID, ticked), Key: "choice.done", Wide: true})
	}
	if q.Optional {
		s.Choices = append(s.Choices, core.Choice{Action: r.action(q.ID, Skipped), Key: q.words(r.form.ID, Skipped), Number: "0", Wide: true})
	}
	return r.about(q, s)
}

// runMark is a run as buttons carry it.
func runMark(n int) string { return strconv.FormatInt(int64(n), 36) }

// action is what a button sends back: at most 64 bytes, by the test of all forms.
func (r *run) action(question, choice string) string {
	if r.s.grouped() && r.each(question) {
		question += personMark + strconv.Itoa(r.s.At)
	}
	return question + ":" + choice + ":" + runMark(r.s.Run)
}

// zero tells whether a choice is the 0 of a numbered list: people send 0 for no.
func zero(q *Question, choice string) bool {
	return choice == "no" || q.None != "" && choice == q.None
}

// choiceByNumber finds the choice that a number stands for, as question shows them.
func (r *run) choiceByNumber(q *Question, n int) string {
	if n == 0 && q.Optional {
		return Skipped
	}
	number := 0
	for _, c := range q.offered(r.view()) {
		if zero(q, c) {
			if n == 0 {
				return c
			}
			continue
		}
		if number++; number == n {
			return c
		}
	}
	return ""
}

// valued is a line with the name of a question as "label" and the words of an
// answer as "value".
func (r *run) valued(key string, q *Question, a *Answer) core.Say {
	keys := q.inKeys(r.form.ID)
	s := core.Say{Key: key, Words: keys.label}
	var set []string
	if a != nil && q.Kind == SelectMany {
		set = q.still(r.view(), a.Set)
	}
	word := func(key string) { s.Words = args{"label": keys.name, "value": key} }
	choice := func(c string) {
		if i := slices.Index(q.Choices, c); i >= 0 {
			s.Words = keys.said[i]
			return
		}
		word(q.words(r.form.ID, c))
	}
	text := func(t string) { s.Args = with(s.Args, "value", t) }
	switch {
	case a != nil && a.Value == Skipped && q.Skip != "":
		word(q.Skip)
	case a == nil, a.Value == Skipped:
		word("choice.skip_done")
	case q.Kind == Stops && len(a.Stops) > 0:
		text(r.stopsText(a.Stops))
	case q.Kind == Countries && len(a.Set) > 0:
		text(countryNames(a.Set, r.e.Known.Lang))
	case q.Kind == SelectMany && len(set) == 0:
		choice(q.None)
	case q.About != "":
		text(r.whoseWords(set))
	case q.Kind == SelectMany:
		keys := make([]string, len(set))
		for i, c := range set {
			keys[i] = q.words(r.form.ID, c)
		}
		s.Lists = map[string][]string{"value": keys}
	case q.Kind == Date:
		text(localDate(a.Value))
	case q.Kind == Sign && r.e.Features.Plain && a.Type == "": // free words never go out by SMS
		word("choice.noted")
	case q.Kind == Paper && a.Type == childPaper.Type:
		word("paper." + a.Type)
	case q.Kind == Paper:
		s.Key += ".paper"
		word("paper." + a.Type)
		s.Args = with(s.Args, "last", lastDigits(a.Value))
	case q.Kind == Place && a.Value != "" && !q.hasChoice(a.Value):
		text(r.placeWords(q, a))
	case q.Kind == Quarter:
		text(joinTexts(", ", a.Sub, a.House))
	case q.Kind == Phone:
		text(localPhone(a.Value))
	case q.Kind == Country:
		text(countryName(a.Value, r.e.Known.Lang))
	case q.Kind == Insurance:
		text("…" + lastDigits(a.Value))
	case q.hasChoice(a.Value):
		choice(a.Value)
	default:
		text(a.Value)
	}
	return s
}

// input is the keyboard that fits an answer.
func (q *Question) input() core.Input {
	switch q.Kind {
	case SelectOne, SelectMany:
		return core.InputNothing
	case Date:
		return core.InputDate
	}
	return core.InputText
}

func (q *Question) hasChoice(c string) bool { return slices.Contains(q.Choices, c) }

// noted is a line that names a question and its answer.
func (r *run) noted(key string, q *Question) core.Say {
	return r.valued(key, q, r.s.answer(q.ID))
}

// with returns a copy of a map with one more pair.
func with(m args, key, value string) args {
	out := make(args, len(m)+1)
	maps.Copy(out, m)
	out[key] = value
	return out
}

// localDate writes an ISO date of any precision as people do: 15/08/2021, 08/2021, 2021.
func localDate(iso string) string {
	switch len(iso) {
	case 10:
		return core.Day(iso).Local()
	case 7:
		return iso[5:] + "/" + iso[:4]
	}
	return iso
}

// lastDigits is all that is shown of a number.
func lastDigits(number string) string {
	if len(number) <= 4 {
		return number
	}
	return number[len(number)-4:]
}
