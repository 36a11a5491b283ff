package flows

import (
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// askWho asks whom to declare for.
func (t *turn) askWho() {
	s := core.Say{Key: "who.ask", Input: core.InputText}
	for i, o := range t.s.Offer {
		s.Choices = append(s.Choices, core.Choice{Action: "who:" + strconv.Itoa(i+1), Text: o.Name, Number: strconv.Itoa(i + 1), Wide: true})
	}
	if len(t.s.Offer) > 1 && t.e.Features.MaxButtons > len(t.s.Offer)+1 { // in a list all are typed at once
		s.Choices = append(s.Choices, core.Choice{Action: "who:all", Key: "who.all", Wide: true})
	}
	s.Choices = append(s.Choices, core.Choice{Action: "who:new", Key: "who.new", Number: "0", Wide: true})
	t.ask(askedWho, s)
}

// readWho takes whom to declare for: numbers, names, or somebody new.
func (t *turn) readWho(in *core.Inbound) {
	want := t.s.Intent
	choice, pressed := strings.CutPrefix(in.Action, "who:")
	var places []string
	switch {
	case choice == "new":
		want.Proxy = true
		t.fresh(want)
		return
	case choice == "all":
		for i := range t.s.Offer {
			places = append(places, strconv.Itoa(i+1))
		}
	case pressed:
		places = []string{choice}
	case in.Action != "":
		t.note(say("press.old"))
		t.again()
		return
	case isWord(in.Text, "toi", "ban than", "cho toi", "chinh toi", "me", "myself"):
		t.fresh(want)
		return
	default:
		none := isWord(in.Text, "khac", "nguoi khac", "moi", "nguoi moi", "somebody else", "new", "other")
		if !none {
			places, none = t.listed().readWho(in.Text)
		}
		if n, number := readNumber(in.Text); none && !(number && n == 0) && !isWord(in.Text, "khac", "nguoi khac", "moi", "nguoi moi", "somebody else", "new", "other") {
			t.s.Question, t.s.Offer, t.s.Intent = "", nil, Intent{} // for nobody
			t.again()
			return
		}
		if none {
			want.Proxy = true
			t.fresh(want)
			return
		}
	}
	for _, place := range places {
		if n := placeOf(place); n >= 1 && n <= len(t.s.Offer) {
			want.Pick = append(want.Pick, t.s.Offer[n-1].ID)
		}
	}
	switch {
	case len(want.Pick) > 0:
		t.recall(want, false)
	case in.Action == "" && isName(in.Text):
		want.Proxy, want.Name = true, in.Text
		t.fresh(want)
	default:
		t.wrong("who.wrong")
	}
}

// listed is a run about the people that were offered, to read their names by.
func (t *turn) listed() *run {
	r := &run{form: &Resident, e: t.e}
	for i, o := range t.s.Offer {
		r.s.People = append(r.s.People, Member{ID: o.ID})
		r.s.Answers = append(r.s.Answers, Answer{ID: "full_name", Value: o.Name, Of: i + 1})
	}
	return r
}

// isName tells whether a text is surely a person's name of two words or more.
func isName(text string) bool {
	n, err := reading.ReadName(text)
	return err == nil && !n.Doubtful && len(strings.Fields(n.Full)) > 1
}
