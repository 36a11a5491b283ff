package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/channel"
	"khaibao/core/reading"
	"khaibao/locales"
)

func bundle(t testing.TB) *locales.Bundle {
	t.Helper()
	b, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// longestArea is the area whose name is the longest, of all the country.
var longestArea = sync.OnceValue(func() string {
	code, letters := "", 0
	for _, province := range area.Children("") {
		for _, district := range area.Children(province.Code) {
			for _, unit := range append(area.Children(district.Code), district) {
				if n := len(channel.Plain(areaName(unit.Code, "46"))); n > letters {
					code, letters = unit.Code, n
				}
			}
		}
	}
	return code
})

// longestCommune is the longest name of an area without what it lies in.
var longestCommune = sync.OnceValue(func() string {
	longest := ""
	for _, province := range area.Children("") {
		for _, district := range area.Children(province.Code) {
			for _, unit := range append(area.Children(district.Code), district) {
				if len([]rune(unit.FullName)) > len([]rune(longest)) {
					longest = unit.FullName
				}
			}
		}
	}
	return longest
})

// longest are the longest values that texts are filled with by SMS.
func longest() map[string]string {
	longName := "Công Tằng Tôn Nữ Thị Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Ngân" // 60 letters
	longArea := areaName(longestArea(), "46")
	return map[string]string{
		"name": longName, "area": longArea, "province": "Thừa Thiên Huế", "hotline": "19001075",
		"url":  "https://khaibao.thuathienhue.gov.vn/privacy",
		"link": "https://khaibao.thuathienhue.gov.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"from": "01/08/2021", "disease": "cúm gia cầm A(H5N1)", "day": "15/08/2021", "phone": "0900 123 456", "number": "1000000007", "code": "123456789",
		"commune": longestCommune(), "countries": "Các Tiểu vương quốc Ả Rập Thống nhất...",
		"card": "1955", "said": "02/09/1955", "text": "31-02-1955", "last": "1234", "max": "20", "n": "20",
		"left": "4", "seconds": "3600", "minutes": "10", "question": "Thôn/tổ của hộ khẩu", "label": "Tiếp xúc, vùng dịch",
		"value": longName, "parts": "1, 3, 4, 6", "taken": "Gặp người về từ vùng dịch, Đi về từ vùng dịch, Suy giảm miễn dịch", "labels": "Họ tên, Ngày sinh, Giấy tờ, Giới tính, Hộ khẩu", "derived": "Nam", "count": "20", "channel": "Tin nhắn SMS", "form": "Khai báo y tế", "at": "15/08/2021 08:15", "duty": "Tổ phòng, chống dịch cộng đồng",
		"why": strings.Repeat("n", longestWhy), "what": "quarantine in a facility; health staff will call", "screen": "kiểm tra", "by": "Công Tằng Tôn Nữ Nguyễn Ngân Hà",
		"names": "Nghiêng, Phương, Khuyên +9", "given": "Khuyênkhuy", "list": strings.Repeat("1 Khuyên, ", 6) + "8 An", "until": "15/08/2021", "when": "7-9 và 15-17 giờ", "kind": "khu vực phong toả",
		"initials": "C. T. T. N. N.", "signs": "Khó thở, Đau ngực", "task": "AB12", "measured": "38.5C, SpO2 100%", "figure": "385.55", "red": "1234", "ill": "1234", "silent": "12345", "never": "12345", "overdue": "1234", "ending": "1234", "in": "123", "out": "123",
	}
}

// neverBySMS are keys of lines that are not said where texts are plain: a sender
// of SMS has proved the phone, and sees links instead of pictures.
var neverBySMS = []string{"phone.", "code.sent", "code.wait", "code.limit", "code.region", "code.ask", "code.resend",
	"code.phone", "code.waive", "code.wrong", "code.expired", "code.twice", "review.item", "review.of", "review.derived", "review.head",
	"web.", "admin.", "rules.wrong.", "menu.command.", "notice.text"}

func TestEveryTextFitsOneSMS(t *testing.T) {
	b := bundle(t)
	values := longest()
	for _, lang := range locales.Langs {
		for _, key := range b.Keys(lang) {
			if slices.ContainsFunc(neverBySMS, func(p string) bool { return strings.HasPrefix(key, p) }) || b.Has(lang, key+".sms") || strings.HasSuffix(key, ".list") || strings.HasSuffix(key, ".page") ||
				(strings.HasPrefix(key, "done.") || strings.HasPrefix(key, "kbyt.done") || strings.HasPrefix(key, "kbyt.well") || strings.HasPrefix(key, "qr.show")) && !strings.Contains(key, ".link") {
				continue
			}
			for _, name := range b.Placeholders(lang, key) {
				if values[name] == "" {
					t.Fatalf("%s: no longest value for %s", key, name)
				}
			}
			text := channel.Plain(b.Text(lang, key, values))
			if n, gsm7 := channel.Segments(text); n > 1 || !gsm7 {
				t.Errorf("%s: %s takes %d segments (%d letters): %s", lang, key, n, channel.Count(text, looks["sms"]), text)
			}
		}
	}
}

// asked is a run that stands at a question, with the answers that make all its
// words as long as they get.
func asked(f *Form, q *Question, lang string) *run {
	code := longestArea()
	e := &Event{Now: time.Unix(0, 0), Today: "2021-08-15", Features: looks["sms"], Setting: transcriptSetting, Known: Known{Lang: lang}}
	e.Setting.Disease = longest()["disease"]
	s := State{Question: q.ID, Answers: []Answer{
		{ID: "birth", Value: "1990-09-02"}, {ID: "sex", Value: "female"},
		{ID: "id_number", Value: "046155001234", Type: "cccd", Year: 1955, Sex: "female"},
		{ID: "permanent", Value: code}, {ID: "current", Value: code}, {ID: "from", Value: code}, {ID: "destination", Value: code},
		{ID: "vehicle", Value: "coach"}, {ID: "departed_on", Value: "2021-08-15"}}}
	return &run{form: f, s: s, e: e}
}

func TestEveryQuestionFitsOneSMS(t *testing.T) {
	b := bundle(t)
	check := func(lang, id string, s core.Say) {
		t.Helper()
		out := channel.Fit(Render(b, s, lang, looks["sms"]), looks["sms"])
		if len(out) != 1 {
			t.Fatalf("%s: %s became %d messages", lang, id, len(out))
		}
		if n, gsm7 := channel.Segments(out[0].Text); n > 1 || !gsm7 {
			t.Errorf("%s: %s takes %d segments (%d letters):\n%s", lang, id, n, channel.Count(out[0].Text, looks["sms"]), out[0].Text)
		}
	}
	for _, lang := range locales.Langs {
		for f, q := range allQuestions {
			if q.Kind == Card || q.ID == "old_id" || q.ID == "qid" {
				continue // never asked: what a card says is looked at by itself
			}
			r := asked(f, q, lang)
			check(lang, q.ID, r.question(q))
			switch q.Kind {
			case Sign:
				for _, vehicle := range f.question("vehicle").Choices {
					r.s.answer("vehicle").Value = vehicle
					check(lang, q.ID+" of "+vehicle, r.question(q))
				}
			case Stops:
				many := slices.Repeat([]Stop{{Area: longestArea(), Days: []string{"2021-08-01", "2021-08-03"}}}, maxStops)
				r.s.Open = &Open{ID: q.ID, Stops: many}
				check(lang, q.ID+" told", r.question(q))
				r.s.Open = &Open{ID: q.ID, Stops: []Stop{{Area: longestArea()}}}
				check(lang, q.ID+" without its day", r.question(q))
				r.s.Open = &Open{ID: q.ID, Codes: []string{"20002", "20080"}}
				check(lang, q.ID+" which", r.question(q))
			case Countries:
				r.s.answer("from").Value = "AE"
				r.s.Answers = append(r.s.Answers, Answer{ID: "passed", Stops: []Stop{{Area: "BA"}, {Area: "VC"}, {Area: "GS"}}})
				check(lang, q.ID+" besides", r.question(q))
			case Date:
				if q.Day != nil || q.Field == string(reading.PastEvent) {
					r.s.Open = &Open{ID: q.ID, Typed: "2021-08-20"}
					check(lang, q.ID+" suggested", r.question(q))
				}
			case Place:
				r.s.Open = &Open{ID: q.ID, Within: "001"} // Quận Ba Đình, Thành phố Hà Nội
				check(lang, q.ID+" within", r.question(q))
				r.s.Open = &Open{ID: q.ID, Codes: []string{"20002", "20080"}}
				check(lang, q.ID+" which", r.question(q))
			case Paper:
				r.s.Open = &Open{ID: q.ID, Typed: "046085001234"}
				check(lang, q.ID+" suggested", r.question(q))
			}
		}
	}
}

// allQuestions goes through the questions of all forms.
func allQuestions(yield func(*Form, *Question) bool) {
	for _, f := range forms {
		for i := range f.Questions {
			if !yield(f, &f.Questions[i]) {
				return
			}
		}
	}
}

// The list of what can be corrected, with every question answered, and the
// whole review of somebody well.
func TestReviewFitsSMS(t *testing.T) {
	b := bundle(t)
	for f, lang := range formsAndLanguages {
		r := asked(f, &f.Questions[0], lang)
		for _, q := range f.Questions {
			if r.s.answer(q.ID) == nil {
				value := "none"
				if slices.Contains(q.Choices, "no") {
					value = "no"
				}
				r.s.Answers = append(r.s.Answers, Answer{ID: q.ID, Value: value})
			}
		}
		r.effects = nil
		r.review()
		for _, effect := range r.effects {
			out := channel.Fit(Render(b, effect.(Reply).Say, lang, looks["sms"]), looks["sms"])
			for _, o := range out {
				if n, gsm7 := channel.Segments(o.Text); n > 1 || !gsm7 {
					t.Errorf("%s: a review of %d segments:\n%s", lang, n, o.Text)
				}
			}
		}
	}
}

func TestListOfCorrectionsFitsSMS(t *testing.T) {
	b := bundle(t)
	for f, lang := range formsAndLanguages {
		r := asked(f, &f.Questions[0], lang)
		r.e.Setting.AskReligion, r.e.Setting.AskVaccination = true, true
		r.s.Answers = append(r.s.Answers, Answer{ID: "more", Value: "yes"}, Answer{ID: "has_conditions", Value: "yes"},
			Answer{ID: "exposures", Set: []string{"case"}}, Answer{ID: "conditions", Set: []string{"lung"}}, Answer{ID: "doses", Value: "2"})
		r.s.answer("id_number").Type = "passport"
		for _, q := range f.Questions {
			if r.s.answer(q.ID) == nil {
				r.s.Answers = append(r.s.Answers, Answer{ID: q.ID, Value: Skipped})
			}
		}
		r.correctList()
		items := 0
		for _, effect := range r.effects {
			s := effect.(Reply).Say
			items += len(s.Choices)
			out := channel.Fit(Render(b, s, lang, looks["sms"]), looks["sms"])
			if n, gsm7 := channel.Segments(out[0].Text); len(out) > 1 || n > 1 || !gsm7 {
				t.Errorf("%s: %d segments, %d letters:\n%s", lang, n, channel.Count(out[0].Text, looks["sms"]), out[0].Text)
			}
		}
		if want := map[string]int{Resident.ID: 18, Journey.ID: 24}[f.ID]; items != want {
			t.Errorf("%s: %d items, want %d", f.ID, items, want)
		}
	}
}

func formsAndLanguages(yield func(*Form, string) bool) {
	for _, f := range forms {
		for _, lang := range locales.Langs {
			if !yield(f, lang) {
				return
			}
		}
	}
}

// TestWorkOfAHealthyPerson counts what a first declaration by SMS takes: the
// shortest way, and the longest that somebody without symptoms can go.
func TestWorkOfAHealthyPerson(t *testing.T) {
	tests := []struct {
		name    string
		lang    string
		answers []string
	}{
		{"a card tells the sex, the address its quarter", "vi", []string{"Nguyen Van An", "02/09/1955", "046055001234", "to 3, p vy da, tp hue",
			"1", "0", "0", "0", "0", "ok"}},
		{"old papers, and two addresses told bit by bit", "vi", []string{"Cong Tang Ton Nu Thi Hoang Mai", "02/09/1955", "191234567", "nu",
			"xa phu duong", "thon duong no dong", "thi tran phong dien huyen phong dien", "to 12", "0", "0", "0", "0", "ok"}},
		{"in English, with a passport", "en", []string{"Alexander Montgomery Wellington-Smythe", "02/09/1955", "C1234567", "female", "laos",
			"phuong thuan hoa", "to 3", "xa loc tri phu loc", "skip", "0", "no", "no", "0", "ok"}},
	}
	for _, tt := range tests {
		p := newPure(bundle(t), "sms")
		p.known.Lang = tt.lang
		now := time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)
		questions := 0
		for i, text := range append([]string{"kb"}, tt.answers...) {
			now = now.Add(time.Minute)
			shown, _ := p.take(t, core.Inbound{Channel: "sms", URN: core.TelURN(transcriptPhone), Text: text}, now)
			for _, m := range shown {
				if n, gsm7 := channel.Segments(m.out.Text); n > 1 || !gsm7 {
					t.Errorf("%s: %d segments after %q:\n%s", tt.name, n, text, m.out.Text)
				}
			}
			if p.session.State.Misses > 0 {
				t.Fatalf("%s: %q was not understood: %s", tt.name, text, shown[len(shown)-1].out.Text)
			}
			if p.session.Form != "" {
				questions++
			} else if i < len(tt.answers) {
				t.Fatalf("%s: over after %q", tt.name, text)
			}
		}
		if len(p.persons) != 1 {
			t.Fatalf("%s: nothing was declared, stands at %q", tt.name, p.session.Question)
		}
		if t.Logf("%s: %d questions", tt.name, questions); questions > 14 {
			t.Errorf("%s: %d questions, at most 14", tt.name, questions)
		}
	}
}

func TestActionsFitAButton(t *testing.T) {
	for _, q := range allQuestions {
		for _, choice := range append(slices.Clone(q.Choices), ticked, Skipped, stopsUnsure, "19900") {
			if a := fmt.Sprintf("%s:%s:%s", q.ID, choice, runMark(1<<40)); len(a) > 64 {
				t.Errorf("%s is %d bytes", a, len(a))
			}
		}
	}
}

// Where choices are too many for buttons there is no button "Done" to press:
// each text that names it has another wording.
func TestListsNameNoButtonThatIsNotThere(t *testing.T) {
	b := bundle(t)
	checked := 0
	for _, lang := range locales.Langs {
		press := map[string]string{"vi": "bấm ", "en": "press "}[lang] + b.Text(lang, "choice.done", nil)
		for _, key := range b.Keys(lang) {
			if !strings.Contains(b.Text(lang, key, nil), press) {
				continue
			}
			if checked++; !b.Has(lang, key+".list") {
				t.Errorf("%s: %s says %q, and has no wording for a list", lang, key, press)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d texts were looked at", checked)
	}
}

// A question names a button as the button names itself.
func TestQuestionsNameTheirOwnButtons(t *testing.T) {
	b, checked := bundle(t), 0
	pressed := map[string]*regexp.Regexp{"vi": regexp.MustCompile(`bấm ([^,.\n]+)`), "en": regexp.MustCompile(`[Pp]ress ([^,.\n]+)`)}
	for f, lang := range formsAndLanguages {
		for i := range f.Questions {
			q := &f.Questions[i]
			labels := []string{b.Text(lang, "choice.done", nil)}
			for _, choice := range append(slices.Clone(q.Choices), q.None, Skipped, ticked) {
				labels = append(labels, b.Text(lang, q.words(f.ID, choice), nil))
			}
			for _, key := range b.Keys(lang) {
				if !strings.HasPrefix(key, q.key(f.ID)+".ask") || strings.HasSuffix(key, ".sms") {
					continue
				}
				for _, m := range pressed[lang].FindAllStringSubmatch(b.Text(lang, key, nil), -1) {
					if checked++; !slices.Contains(labels, m[1]) {
						t.Errorf("%s: %s says to press %q, and the buttons are %q", lang, key, m[1], labels)
					}
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d texts were looked at", checked)
	}
}
