package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/locales"
)

// Command is an entry of a network's own menu of commands.
type Command struct {
	Name string // as typed behind a slash
	Key  string // locale key of what it does
}

// Commands are what a network's own menu offers in a language.
func Commands(lang string) []Command {
	names := [][2]string{{"khaibao", "declare"}, {"vetinh", "journey"}, {"qr", "qr"}, {"trogiup", "help"}, {"ngonngu", "language"}, {"thoat", "exit"}}
	out := make([]Command, len(names))
	for i, n := range names {
		out[i] = Command{Name: n[0], Key: "menu.command." + n[0]}
		if lang != locales.Langs[0] {
			out[i].Name = n[1]
		}
	}
	return out
}

// believeLang takes the language that the network believes in, until the person
// chooses one.
func (t *turn) believeLang() {
	if lang := t.e.In.Lang; t.e.Known.Lang == "" && lang != locales.Langs[0] && isLanguage(command(lang)) {
		t.setLang(lang)
	}
}

// start greets; START also undoes STOP.
func (t *turn) start(typed bool) {
	if t.e.Known.OptedOut && typed {
		t.optIn()
	}
	if t.s.Form != "" || t.s.Question == askedPhone || t.s.Question == askedCode {
		t.note(say("form.running"))
		t.again()
		return
	}
	t.note(say("menu.hello", "province", t.province()))
	t.again()
}

// read takes a message as the answer to what was asked.
func (t *turn) read(in *core.Inbound) {
	switch {
	case t.s.Form != "":
		t.step(*t.e)
	case t.s.Question == askedPhone:
		t.readPhone(in)
	case t.s.Question == askedCode:
		t.readCode(in)
	case t.s.Question == askedReturn:
		t.readReturn(in)
	case t.s.Question == askedWho && len(t.s.Offer) > 0:
		t.readWho(in)
	case t.s.Question == askedLost && len(t.s.Offer) > 0:
		t.readLost(in)
	default:
		t.readMenu(in)
	}
}

// readMenu takes what is typed where nothing was asked but the menu.
func (t *turn) readMenu(in *core.Inbound) {
	if in.Action != "" {
		t.note(say("press.old"))
		t.again()
		return
	}
	menu := t.menu()
	if n, ok := readNumber(in.Text); ok && t.s.Question == askedMenu && n >= 1 && n <= len(menu) {
		cmd, _ := strings.CutPrefix(menu[n-1].Action, "menu:")
		t.command(command(cmd))
		return
	}
	if t.e.Known.Told && isWord(bareWords(in.Text), "khong", "ko", "k", "khong phai", "khong dung", "sai", "sai roi", "nham", "nham roi", "khong phai toi", "no", "wrong", "not me") {
		t.do(Object{})
		return
	}
	if t.e.Known.Told && readYesOrThumb(in.Text) == "yes" {
		t.say(say("thanks.done"))
		return
	}
	if cmd := t.meant(in.Text); cmd != cmdNone {
		t.command(cmd)
		return
	}
	switch {
	case unwell(in.Text):
		t.note(say("menu.ill", "hotline", t.e.Setting.Hotline))
		if tellsMeasured(in.Text) { // measured: an answer to a question that went to another telephone
			t.note(say("monitor.stranger", "hotline", t.e.Setting.Hotline))
		}
		t.again()
		return
	case tellsHealth(in.Text), tellsMeasured(in.Text):
		t.say(say("monitor.stranger", "hotline", t.e.Setting.Hotline))
		return
	case wantsOut(in.Text):
		t.note(say("stop.hint"))
	}
	t.wrong("menu.wrong")
}

// meant finds what somebody may want in a sentence, where nothing was asked:
// "cho toi khai bao y te voi". Thanks want no more than a friendly answer, and
// must not count as misunderstood until an officer is sent to help.
func (t *turn) meant(text string) command {
	cmd := meant(text)
	if (cmd == cmdNone || cmd == cmdDeclare) && !refuses(text) && meansJourney(text, t.e.Setting.Province, false) {
		return cmdJourney
	}
	return cmd
}

func meant(text string) command {
	said := " " + fold(text) + " "
	holds := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(said, " "+p+" ") })
	}
	switch {
	case refuses(text):
		return cmdNone
	case holds("qr"):
		return cmdQR
	case strings.Contains(text, "/q/"): // a link of a QR: everyone is shown their own
		return cmdQR
	case holds("khai sai", "khai nham", "sua", "change my"):
		return cmdCorrect
	case holds("khai bao", "khai y te", "kb", "declare"):
		return cmdDeclare
	case holds("gui lai ma", "lay lai ma", "mat ma", "ma cua toi", "xem ma", "xin ma", "xin lai ma", "my code"):
		return cmdQR
	case holds("cam on", "thanks", "thank") || isWord(text, "ok", "oke", "da", "vang", "u", "uh", "duoc roi", "tot", "roi", "biet roi", "dung roi"):
		return cmdThanks
	}
	return cmdNone
}

// refuses tells whether somebody says what they do not want.
func refuses(text string) bool {
	said := " " + fold(text) + " "
	return slices.ContainsFunc([]string{"khong muon", "ko muon", "khong can", "ko can", "khong khai", "ko khai", "not", "dont"},
		func(p string) bool { return strings.Contains(said, " "+p+" ") })
}

// menu is what one can do; its last choice is the other language, or the way to
// all others where there are several.
func (t *turn) menu() []core.Choice {
	next := locales.Next(t.e.Known.Lang)
	other := core.Choice{Action: "menu:" + next, Text: locales.Own(next)}
	if len(locales.Langs) > 2 {
		other = core.Choice{Action: "menu:" + string(cmdLang), Key: "menu.command.ngonngu"}
	}
	return []core.Choice{
		{Action: "menu:declare", Key: "menu.declare"},
		{Action: "menu:journey", Key: "menu.journey", Args: args{"province": shortProvince(t.e.Setting.Province)}, Wide: true},
		{Action: "menu:qr", Key: "menu.qr"},
		{Action: "menu:help", Key: "menu.help"},
		other,
	}
}
