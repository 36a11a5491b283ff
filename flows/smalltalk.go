package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

// Small talk: what people say to whoever is there, which answers no question
// and is no misunderstanding. A message is small talk only when every word of
// it is; the words are folded.

var (
	greetings = words1("chao hello hi helo hey alo alô lo oi")
	thanking  = words1("cam thank thanks tks thks camon ty")
	// beside are words said beside either: whom one speaks to, and courtesies.
	beside = words1("xin da a thua vang u uh oke ok chau con em anh chi bac si bs ad admin ban nha nhe nghe nhieu lam co chu o me mo " +
		"ong ba di cau quy vi buoi sang trua chieu toi moi nguoi can bo he thong hi ha ho you so much very sir madam there good morning " +
		"afternoon evening on roi duoc tot qua rat vay the thoi luon da het xong dung")
)

func words1(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[fold(w)] = true
	}
	return m
}

// smallTalk finds a greeting, thanks, a request to wait, or a question who asks
// and why.
func smallTalk(text string) command {
	if len(text) > 80 {
		return cmdNone
	}
	return smallTalkIn(fold(text))
}

// smallTalkIn is smallTalk of a folded text.
func smallTalkIn(said string) command {
	if cmd, ok := asides[said]; ok {
		return cmd
	}
	greets, thanks := false, false
	words := strings.Fields(said)
	for i, w := range words {
		switch {
		case w == "cam" && (i+1 == len(words) || words[i+1] != "on"):
			return cmdNone // a cold, a name
		case greetings[w]:
			greets = true
		case thanking[w]:
			thanks = true
		case !beside[w]:
			return cmdNone
		}
	}
	switch {
	case thanks:
		return cmdThanks
	case greets && said != "o oi":
		return cmdGreeting
	}
	return cmdNone
}

// asides are whole messages.
var asides = func() map[string]command {
	waits := []string{"doi ti", "doi chut", "doi xiu", "doi da", "doi mot chut", "doi toi ti", "doi toi chut", "cho ti", "cho chut", "cho xiu", "cho mot chut",
		"cho toi chut", "cho toi mot chut", "doi em ti", "tu tu", "tu tu da", "tu tu de tim", "tu tu toi tim", "de tim da", "de toi tim", "de toi xem", "de xem da",
		"lat nua", "lat nua khai", "ti nua", "khoan", "khoan da", "doi toi tim", "cho chut xiu", "wait", "please wait", "one moment", "a moment", "hold on",
		"wait a minute", "just a moment", "later"}
	whys := []string{"ai day", "ai do", "ai vay", "ai rua", "day la ai", "day la dau", "so ai day", "so cua ai", "so nay cua ai", "ban la ai", "lua dao", "lua dao ha",
		"lua dao a", "co phai lua dao khong", "tai sao", "vi sao", "sao vay", "sao phai khai", "tai sao phai khai", "sao phai khai bao", "khai lam gi", "khai de lam gi",
		"khai lam chi", "hoi lam gi", "hoi lam chi", "hoi chi rua", "hoi de lam gi", "de lam gi", "de lam chi", "lam chi rua", "lam gi vay", "cai gi vay", "cai chi rua",
		"gi vay", "chi rua", "sao hoi nhieu vay", "hoi nhieu qua", "hoi chi nhieu rua", "sao phai cho so", "co mat tien khong", "mat tien khong", "mat phi khong",
		"who is this", "who are you", "why", "what is this", "what for", "is this a scam", "is it free"}
	m := make(map[string]command)
	for _, said := range whys {
		m[said] = cmdWhy
	}
	for _, said := range waits {
		m[said] = cmdWait
	}
	return m
}()

// answers tells whether the question asked takes a text as its answer, though
// the text could be a command or small talk: "ok cảm ơn", and Vietnamese as a
// nationality.
func (t *turn) answers(cmd command, text string) bool {
	form := formByID(t.s.Form)
	if form == nil {
		return false
	}
	q := form.question(t.s.Question)
	switch cmd {
	case cmdThanks, cmdWait, cmdWhy:
		if t.s.Question == Review {
			choice, _ := readReview(text, nil)
			return choice != ""
		}
		return q != nil && q.Read != nil && q.Read(text) != ""
	case cmdJourney: // "ve hue" says where to, too
		return q != nil && (q.Kind == Place || q.Kind == Stops) && t.s.State.Question != Review && !strings.HasPrefix(fold(text), "k")
	}
	if isLanguage(cmd) {
		return q != nil && (q.Kind == Country || q.Free) &&
			(isWord(text, "vietnamese") || t.e.Known.Lang == "en" && isWord(text, "english"))
	}
	return false
}

// friendly answers small talk, and asks again what was asked.
func (t *turn) friendly(cmd command) {
	asked := t.s.Form != "" || t.s.Question == askedPhone || t.s.Question == askedCode || t.s.Question == askedReturn
	switch cmd {
	case cmdGreeting:
		if !asked {
			t.note(say("menu.hello", "province", t.province()))
		}
	case cmdThanks:
		if !asked {
			t.say(say("thanks.done"))
			return
		}
		t.note(say("thanks"))
	case cmdWait:
		if !asked {
			t.say(say("wait.done"))
			return
		}
		t.note(say("wait"))
	case cmdWhy:
		t.say(say("why", "province", t.province(), "hotline", t.e.Setting.Hotline))
	}
	t.again()
}

// province names the home province.
func (t *turn) province() string { return provinceName(t.e.Setting.Province) }

// needsHelp tells whether what was typed cannot wait, where it is no answer:
// nobody in need is left with a menu or a form.
func (t *turn) needsHelp(in *core.Inbound) bool {
	if in.Action != "" || in.Text == "" {
		return false
	}
	if form := formByID(t.s.Form); form != nil {
		if q := form.question(t.s.Question); q != nil && (q.ReadMany != nil || q.Kind == Text || q.Kind == Quarter) {
			return false
		}
	}
	return urgent(in.Text)
}

// urgent tells whether a text speaks of signs that cannot wait for a form.
func urgent(text string) bool {
	said := " " + fold(text) + " "
	for _, w := range []string{" cap cuu ", " cuu voi ", " cuu toi ", " bat tinh ", " ngat xiu ", " hon me ", " emergency ", " cannot breathe ", " cant breathe "} {
		if strings.Contains(said, w) {
			return true
		}
	}
	s, ok := reading.ReadSymptoms(text, nil)
	return ok && (slices.Contains(s.Present, "short_of_breath") || slices.Contains(s.Present, "chest_pain"))
}

// unwell tells whether a text speaks of being ill or of having met a case.
func unwell(text string) bool {
	said := " " + fold(text) + " "
	for _, w := range []string{" f0 ", " f1 ", " duong tinh ", " covid ", " bi benh ", " om ", " positive "} {
		if strings.Contains(said, w) {
			return true
		}
	}
	s, ok := reading.ReadSymptoms(text, nil)
	return ok && len(s.Present) > 0
}

// help is said to whoever cannot wait.
func (t *turn) help() {
	t.say(say("urgent"))
	if t.s.Form == "" {
		t.note(say("menu.ill", "hotline", t.e.Setting.Hotline))
	}
	t.again()
}
