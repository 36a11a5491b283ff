package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// said is one answer that somebody would give, and what becomes of it.
type said struct {
	why   string
	typed string
	want  string // as outcome writes it
}

// standing is a session at a question of a woman's first declaration, with all
// that comes before it answered; answers given here take the place of hers.
func standing(question string, other ...Answer) Session {
	hers := []Answer{
		{ID: "full_name", Value: "Nguyễn Thị Hoa"}, {ID: "birth", Value: "1960"},
		{ID: "id_number", Value: "191234567", Type: "cmnd"}, {ID: "sex", Value: "female"},
		{ID: "permanent", Value: "19906"}, {ID: "permanent_sub", Value: "thôn Dưỡng Mong", Sub: "Thôn Dưỡng Mong"}, {ID: "current", Value: "same"},
		{ID: "exposures", Value: "none"}, {ID: "symptoms", Value: "none"}, {ID: "has_conditions", Value: "no"}, {ID: "more", Value: "yes"},
	}
	s := Session{Form: Resident.ID, Question: question, Asked: time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)}
	s.State = State{Run: 1, Question: question}
	place := func(id string) int {
		return slices.IndexFunc(Resident.Questions, func(q Question) bool { return q.ID == id })
	}
	for _, a := range hers {
		if place(a.ID) < place(question) || question == Review && a.ID != "more" {
			s.State.Answers = append(s.State.Answers, a)
		}
	}
	if question == Review {
		s.State.Answers = append(s.State.Answers, Answer{ID: "more", Value: "no"})
	}
	for _, q := range Resident.Questions[:max(place(question), 0)] {
		if q.Optional && s.State.answer(q.ID) == nil && place(q.ID) > place("more") {
			s.State.Answers = append(s.State.Answers, Answer{ID: q.ID, Value: Skipped})
		}
	}
	for _, a := range other {
		s.State.Answers = put(s.State.Answers, a)
	}
	slices.SortStableFunc(s.State.Answers, func(a, b Answer) int { return place(a.ID) - place(b.ID) })
	return s
}

// plainEvent is a message by SMS from a proved phone, on a day in Hue.
func plainEvent(text string) Event {
	return Event{Now: time.Date(2021, 8, 15, 1, 1, 0, 0, time.UTC), Today: "2021-08-15", Features: looks["sms"],
		Known:   Known{Phone: transcriptPhone, NoticeSeen: 1, Lang: "vi"},
		Setting: transcriptSetting, In: &core.Inbound{Channel: "sms", URN: core.TelURN(transcriptPhone), Text: text}}
}

// outcome tells in one line what a message brought about: what was done, which
// answers it gave ("value", or "question=value" for another question than the
// one asked), what is still to be told, else the first line of the reply.
func outcome(before Session, e Event) string {
	after, effects := turnNew(before, e)
	var out []string
	first := ""
	for _, effect := range effects {
		switch effect := effect.(type) {
		case Reply:
			if first == "" {
				first = effect.Key
			}
		case NoticeShown:
		case OpenTask:
			out = append(out, "task "+effect.Kind)
		case CheckCode:
			out = append(out, "check "+effect.Code)
		case SendCode:
			out = append(out, "send to "+effect.Phone)
		case SetLang:
			out = append(out, "language "+effect.Lang)
		default:
			out = append(out, strings.TrimPrefix(fmt.Sprintf("%T", effect), "flows."))
		}
	}
	changed := false
	for i := range after.State.Answers {
		a := &after.State.Answers[i]
		there := before.State
		there.At = a.Of
		if old := there.answer(a.ID); old != nil && fmt.Sprint(*old) == fmt.Sprint(*a) {
			continue
		}
		changed = true
		text := inShort(a)
		if a.ID != before.Question {
			text = a.ID + "=" + text
		}
		out = append(out, text)
	}
	switch open := after.State.Open; {
	case open == nil || fmt.Sprint(open) == fmt.Sprint(before.State.Open):
	case open.Stops != nil && len(open.Codes) == 0:
		if strings.HasPrefix(first, "stops.") {
			out = append(out, first)
		}
		out = append(out, "so far "+stopsInShort(open.Stops))
		changed = true
	case len(open.Codes) > 0:
		out = append(out, "which? "+strings.Join(open.Codes, " "))
		changed = true
	case open.Within != "":
		out = append(out, "in "+open.Within+"?")
		changed = true
	case open.Typed != "":
		out = append(out, open.Typed+"?")
		changed = true
	}
	if after.Form == before.Form && after.Question != before.Question && !changed {
		out = append(out, "> "+after.Question)
	}
	if len(out) == 0 || !changed && after.Question == before.Question && first != "" {
		out = append(out, first)
	}
	return strings.Join(out, "; ")
}

// inShort is an answer in short.
func inShort(a *Answer) string {
	parts := []string{a.Value}
	if len(a.Set) > 0 {
		parts = []string{strings.Join(a.Set, " ")}
	}
	if len(a.Stops) > 0 {
		parts = []string{stopsInShort(a.Stops)}
	}
	for _, p := range []string{a.Type, a.Sub, a.House} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " | ")
}

// stopsInShort writes places passed as "48 10/8, LA ?": the question mark is for
// days still to be told, nothing for days that are not remembered.
func stopsInShort(stops []Stop) string {
	texts := make([]string, len(stops))
	for i, s := range stops {
		texts[i] = s.Area
		for _, d := range s.Days {
			texts[i] += " " + strings.TrimPrefix(d[8:], "0") + "/" + strings.TrimPrefix(d[5:7], "0")
		}
		if len(s.Days) == 0 && !s.Unsure {
			texts[i] += " ?"
		}
	}
	return strings.Join(texts, ", ")
}

// hear checks what becomes of answers to one question.
func hear(t *testing.T, s Session, rows []said) {
	t.Helper()
	for _, row := range rows {
		if got := outcome(s, plainEvent(row.typed)); got != row.want {
			t.Errorf("%s: %s: %q\n got %s\nwant %s", s.Question, row.why, row.typed, got, row.want)
		}
	}
}

// of is an answer as one to a question.
func (a Answer) of(question string) Answer {
	a.ID = question
	return a
}
