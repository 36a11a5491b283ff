package flows

import (
	"slices"
	"strings"

	"khaibao/core/reading"
)

// readShown takes what is typed when a card was shown: right, not right, which
// part is not, or the right value itself.
func (r *run) readShown(text string) {
	if r.s.Open == nil || r.s.Open.ID != cardQuestion {
		r.ask()
		return
	}
	n, number := readNumber(text)
	faults := r.faultsIn(text)
	switch answer := readYesOrThumb(text); {
	case number && n == 1:
		r.fill()
	case number && (n == 0 || n == 2):
		r.decline()
	case number && n < 10:
		r.wrong(say("quick.wrong"))
	case len(faults) > 0:
		r.fill(faults...)
	case answer == "yes" || isWord(text, "chinh xac", "chuan", "chuan roi", "khop", "giong", "dung thong tin", "thong tin dung", "dung la toi", "la toi", "correct", "thats right", "that is right"):
		r.fill()
	case answer == "no" || isWord(text, "tu nhap", "nhap tay", "nhap lai", "tu go", "de toi nhap", "khong phai toi", "khong phai the toi", "khong phai cua toi", "khong phai the cua toi", "nham the", "the khac",
		"the cua nguoi khac", "the nguoi khac", "type it myself", "not mine", "not me", "wrong card"):
		r.decline()
	case r.readOver(text):
	default:
		r.wrong(say("quick.wrong"))
	}
}

// fill takes over what the card says, but for the answers named, which are
// asked.
func (r *run) fill(but ...string) {
	c := reading.ReadQR(r.s.Open.Typed, r.e.Setting.PublicURL)
	r.s = r.filled(c).s
	for _, id := range but {
		card := *r.s.answer(cardQuestion)
		card.Set = append(slices.Clip(card.Set), id)
		r.s.Answers = put(r.s.Answers, card)
		r.forget(id)
		if id == "id_number" && c.Sex != "" && r.s.answer("sex") == nil { // told by the card itself too
			r.record(r.form.question("sex"), Answer{Value: c.Sex, ID: "sex", By: cardQuestion})
		}
	}
	r.ask()
}

// decline puts the card away: all is typed.
func (r *run) decline() {
	r.close(cardQuestion)
	r.said = append(r.said, say("quick.declined"))
	r.ask()
}

// faultsIn finds which of the answers shown a text calls wrong: "sai ngày
// sinh", "địa chỉ cũ rồi".
func (r *run) faultsIn(text string) (faults []string) {
	words := strings.Fields(fold(text))
	if len(words) > 12 || readYesNo(text) != "" {
		return nil
	}
	said := " " + strings.Join(words, " ") + " "
	c := reading.ReadQR(r.s.Open.Typed, r.e.Setting.PublicURL)
	named := false // and nothing else was said
	for _, id := range cardNews {
		names := called[id]
		switch {
		case id == "insurance" && c.Insurance == "", id == "permanent" && c.Address == "":
			continue
		case id == "permanent":
			names = append([]string{"dia chi", "address"}, names...)
		case id == "id_number":
			names = append([]string{"so the", "so"}, names...)
		}
		if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(said, " "+n+" ") }) {
			faults = append(faults, id)
			named = named || slices.Contains(names, bareWords(text))
		}
	}
	if !named && !slices.ContainsFunc(words, func(w string) bool { return faulty[w] }) {
		return nil
	}
	return faults
}

// faulty are words that say that something is not right.
var faulty = words1("sai nham khong ko k chua cu khac tru sua doi wrong old not except but")

// readOver takes the right birth date or number, typed where a card was shown.
func (r *run) readOver(text string) bool {
	for _, id := range []string{"id_number", "birth"} {
		q := r.form.question(id)
		_, errPaper := reading.ReadID(text, "")
		_, errDate := reading.ReadDate(text, reading.DateField(q.Field), string(r.e.Today))
		if q.Kind == Paper && errPaper == nil || q.Kind == Date && errDate == nil {
			r.s = r.filled(reading.ReadQR(r.s.Open.Typed, r.e.Setting.PublicURL)).s
			r.readValue(q, text)
			return true
		}
	}
	return false
}

// chooseCard takes a button of the question about a card.
func (r *run) chooseCard(choice string, late bool) {
	switch {
	case late || r.s.Open == nil || r.s.Open.ID != cardQuestion:
		r.repeat(say("press.other"))
	case choice == "yes":
		r.fill()
	default:
		r.decline()
	}
}
