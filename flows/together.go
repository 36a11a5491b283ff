package flows

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"khaibao/core/reading"
)

// numberOfPaper is the number of a card, passport or nobody's nine zeros, as it
// stands among other words.
var numberOfPaper = regexp.MustCompile(`\b(?:[0-9]{12}|[0-9]{9}|[A-Za-z][0-9]{7})\b`)

// labels end what stands before a number: "Nguyen Thi Hoa, sinh nam 1960".
// Soft ones are also given names, and cut only behind three words in small
// letters or in capitals throughout.
var (
	labels = []string{"ngay sinh", "ngay thang nam sinh", "nam sinh", "sinh ngay", "sinh nam", "sn", "ns", "so cmnd", "so cccd", "cmnd", "cccd",
		"cmt", "so cmt", "can cuoc", "chung minh", "chung minh nhan dan", "ho chieu", "so ho chieu", "dob", "born", "passport"}
	softLabels = []string{"sinh", "nam", "so", "ngay", "tuoi", "la", "id", "mung", "mong"}
)

// readTogether reads several answers of one message, as people type them at
// the first questions: "Nguyen Thi Hoa 02/09/1960 191234567 nu". The question
// asked must be among what is understood; what is not is asked again.
func (r *run) readTogether(q *Question, text string) bool {
	name, rest := "", text
	if q.Kind == Name {
		at := strings.IndexAny(text, "0123456789,;\n")
		if at < 0 || at > 0 && unicode.IsLetter(rune(text[at-1])) && text[at] <= '9' && text[at] >= '0' { // F1
			return false
		}
		head := withoutLabels(text[:at])
		n, err := reading.ReadName(head)
		if err != nil || n.Doubtful || len(strings.Fields(n.Full)) < 2 {
			return false
		}
		name, rest = n.Full, text[len(head):]
	}
	var found []Answer
	papers := append(numberOfPaper.FindAllString(rest, -1), "")
	if len(papers) > 2 {
		return false // two numbers: which?
	}
	paper := papers[0]
	if id, err := reading.ReadID(paper, ""); paper != "" && err == nil && id.BirthYear <= yearOf(r.e.Today) {
		found = append(found, Answer{ID: "id_number", Value: id.Normalized, Type: id.Type, Sex: id.Sex, Year: id.BirthYear})
		rest = strings.Replace(rest, paper, " ", 1)
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	for i, part := range parts {
		if sex := readSex(part); sex != "" && (i > 0 || name != "") {
			found = append(found, Answer{ID: "sex", Value: sex})
			parts[i] = ""
		}
	}
	rest = withoutLabels(strings.Join(parts, " "))
	if d, err := reading.ReadDate(rest, reading.Birth, string(r.e.Today)); err == nil {
		found = append(found, Answer{ID: "birth", Value: d.Date})
	}
	if name != "" {
		found = append(found, Answer{ID: "full_name", Value: name})
	}
	if q.Kind == Name && len(found) == 1 && !strings.ContainsAny(rest, "0123456789") {
		return false // a second name, an address: what else was meant?
	}
	if !slices.ContainsFunc(found, func(a Answer) bool { return a.ID == q.ID }) {
		return false
	}
	r.take(q, found)
	return true
}

// take records several answers in the form's order, and echoes them in one line
// each; answers that stand already are not overwritten by the way.
func (r *run) take(q *Question, found []Answer) {
	for i := range r.form.Questions {
		other := &r.form.Questions[i]
		at := slices.IndexFunc(found, func(a Answer) bool { return a.ID == other.ID })
		if at < 0 {
			continue
		}
		if old := r.s.answer(other.ID); other != q && old != nil && (old.By == "" || old.Value == found[at].Value) {
			continue
		}
		r.record(other, found[at])
		r.echo, r.echoOf = append(r.echo, r.heard(other)), other.ID
	}
	r.ask()
}

// withoutLabels cuts words off the end of a text that only announce what
// follows, and the signs before them.
func withoutLabels(text string) string {
	for {
		text = strings.TrimRight(text, " ,.;:-–=(\t\n")
		words := strings.Fields(text)
		cut := 0
		for _, l := range labels {
			if n := len(strings.Fields(l)); n > cut && len(words) > n && fold(strings.Join(words[len(words)-n:], " ")) == l {
				cut = n
			}
		}
		if n := len(words); cut == 0 && n > 3 && slices.Contains(softLabels, fold(words[n-1])) &&
			(words[n-1] == strings.ToLower(words[n-1]) || text == strings.ToUpper(text)) {
			cut = 1
		}
		if cut == 0 {
			return text
		}
		for range cut {
			text = strings.TrimRight(text[:strings.LastIndexAny(text, " \t\n")+1], " \t\n")
		}
	}
}
