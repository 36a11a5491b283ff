package flows

import (
	"slices"
	"strings"

	"khaibao/locales"
)

// command is a word that is understood at any time, whatever was asked.
type command string

const (
	cmdNone     command = ""
	cmdDeclare  command = "declare"
	cmdJourney  command = "journey"
	cmdQR       command = "qr"
	cmdHelp     command = "help"
	cmdLang     command = "lang"
	cmdRestart  command = "restart"
	cmdBack     command = "back"
	cmdLeave    command = "leave"
	cmdStop     command = "stop"
	cmdResume   command = "resume"
	cmdStart    command = "start"
	cmdGreeting command = "greeting"
	cmdThanks   command = "thanks"
	cmdWait     command = "wait"
	cmdWhy      command = "why"
	cmdCorrect  command = "correct"
	cmdProxy    command = "proxy"
	cmdSame     command = "same"
	cmdLost     command = "lost"
	cmdHeld     command = "held"
)

// commands are whole messages, folded: lower case, no marks, single blanks.
//
// Not "huy" or "dung": unaccented, they are also the names Huy and Dũng.
// Not "vi" or "en" alone either: Vi is a name, and people answer "en" for yes.
var commands = map[string]command{
	"kb": cmdDeclare, "khai bao": cmdDeclare, "khai bao y te": cmdDeclare, "khaibao": cmdDeclare,
	"toi muon khai bao": cmdDeclare, "kbyt": cmdDeclare, "declare": cmdDeclare, "khai": cmdDeclare,
	"k b": cmdDeclare, "muon khai": cmdDeclare, "khai y te": cmdDeclare, "to khai": cmdDeclare,

	"khai ho": cmdProxy, "khaiho": cmdProxy, "khai bao ho": cmdProxy, "khai giup": cmdProxy, "khai cho nguoi khac": cmdProxy,
	"khai cho nguoi nha": cmdProxy, "khai cho gia dinh": cmdProxy, "khai cho ca nha": cmdProxy, "khai cho ba me": cmdProxy, "khai them nguoi": cmdProxy,
	"declare for others": cmdProxy, "declare for family": cmdProxy, "for others": cmdProxy,

	"nhu cu": cmdSame, "nhucu": cmdSame, "nhu lan truoc": cmdSame, "nhu hom qua": cmdSame, "nhu truoc": cmdSame, "khong thay doi": cmdSame,
	"khong co gi thay doi": cmdSame, "ko thay doi": cmdSame, "khong doi": cmdSame, "nhu moi khi": cmdSame, "van nhu cu": cmdSame, "van vay": cmdSame,
	"same as last time": cmdSame, "no change": cmdSame, "no changes": cmdSame, "as before": cmdSame,

	"ve tinh": cmdJourney, "vetinh": cmdJourney, "vehue": cmdJourney, "khai bao ve": cmdJourney, "kb ve": cmdJourney, "khai bao di lai": cmdJourney,
	"khai bao di chuyen": cmdJourney, "journey": cmdJourney, "travel": cmdJourney, "travel declaration": cmdJourney, "declare journey": cmdJourney,
	"declare a journey": cmdJourney, "journey declaration": cmdJourney, "declare travel": cmdJourney,

	"xem qr": cmdQR, "xemqr": cmdQR, "qr": cmdQR, "ma qr": cmdQR, "lay qr": cmdQR, "xem ma qr": cmdQR,
	"lay ma qr": cmdQR, "my qr": cmdQR, "show qr": cmdQR, "get qr": cmdQR, "qr code": cmdQR,

	"doi qr": cmdLost, "doiqr": cmdLost, "mat qr": cmdLost, "matqr": cmdLost, "mat ma qr": cmdLost, "doi ma qr": cmdLost, "lo qr": cmdLost,
	"cap lai qr": cmdLost, "toi mat qr": cmdLost, "toi mat ma qr": cmdLost, "lam lai qr": cmdLost, "lost qr": cmdLost, "replace qr": cmdLost, "new qr": cmdLost, "lost my qr": cmdLost,

	"du lieu": cmdHeld, "dulieu": cmdHeld, "du lieu cua toi": cmdHeld, "thong tin cua toi": cmdHeld, "lich su": cmdHeld, "lich su khai bao": cmdHeld,
	"xem lich su": cmdHeld, "ai da xem": cmdHeld, "ai xem": cmdHeld, "ai xem thong tin cua toi": cmdHeld, "xem thong tin": cmdHeld,
	"my data": cmdHeld, "history": cmdHeld, "my history": cmdHeld, "who looked": cmdHeld, "what do you hold about me": cmdHeld,

	"tro giup": cmdHelp, "trogiup": cmdHelp, "help": cmdHelp, "huong dan": cmdHelp,
	"giup": cmdHelp, "giup toi": cmdHelp, "giup voi": cmdHelp,
	"help me": cmdHelp, "ho tro": cmdHelp, "can ho tro": cmdHelp, "tong dai": cmdHelp, "hotline": cmdHelp, "duong day nong": cmdHelp,
	"so tong dai": cmdHelp, "so dien thoai tong dai": cmdHelp, "goi cho ai": cmdHelp, "goi ai": cmdHelp, "cho hoi": cmdHelp,
	"lam sao": cmdHelp, "lam sao day": cmdHelp, "khong biet lam": cmdHelp, "khong biet lam sao": cmdHelp, "toi khong biet lam": cmdHelp,

	"ngon ngu": cmdLang, "ngonngu": cmdLang, "language": cmdLang,

	"lam lai": cmdRestart, "lamlai": cmdRestart, "lam lai tu dau": cmdRestart, "khai lai": cmdRestart,
	"khai lai tu dau": cmdRestart, "bat dau lai": cmdRestart, "start over": cmdRestart, "restart": cmdRestart,

	"quay lai": cmdBack, "quaylai": cmdBack, "tro lai": cmdBack, "lui lai": cmdBack, "back": cmdBack, "go back": cmdBack,

	"thoat": cmdLeave, "thoat ra": cmdLeave, "huy khai bao": cmdLeave, "dung khai bao": cmdLeave,
	"ngung khai bao": cmdLeave, "exit": cmdLeave, "leave": cmdLeave,

	"stop": cmdStop, "stopall": cmdStop, "unsubscribe": cmdStop, "optout": cmdStop, "opt out": cmdStop,
	"tu choi": cmdStop, "ngung nhan tin": cmdStop, "ngung gui tin": cmdStop, "dung gui tin": cmdStop, "dung gui tin nua": cmdStop,
	"dung nhan tin": cmdStop, "dung nhan tin nua": cmdStop, "dung gui nua": cmdStop, "dung nhan nua": cmdStop, "dung lam phien": cmdStop,
	"khong nhan tin nua": cmdStop, "stop di": cmdStop,
	"bat lai": cmdResume, "batlai": cmdResume, "unstop": cmdResume, "nhan tin lai": cmdResume,

	"start": cmdStart, "bat dau": cmdStart, "menu": cmdStart,

	"sua": cmdCorrect, "sua lai": cmdCorrect, "sua thong tin": cmdCorrect, "correct": cmdCorrect, "edit": cmdCorrect, "change": cmdCorrect,
}

// languageWords are the messages that ask for a language, with its command: the
// language's own code.
var languageWords = func() map[string]command {
	words := make(map[string]command)
	for _, lang := range locales.Langs {
		for _, w := range locales.Words(lang) {
			words[w] = command(lang)
		}
	}
	return words
}()

// isLanguage tells whether a command is a language's.
func isLanguage(cmd command) bool { return slices.Contains(locales.Langs, string(cmd)) }

// readCommand finds the command that a whole message is. Of a message with a
// slash the first word counts, without the bot's name: /start payload, /qr@bot.
func readCommand(text string) command {
	if len(text) > 80 { // longer than any command
		return cmdNone
	}
	if slashed, ok := strings.CutPrefix(text, "/"); ok {
		text, _, _ = strings.Cut(slashed, " ")
		text, _, _ = strings.Cut(text, "@")
	}
	if t := strings.TrimSpace(text); t != "" && strings.Trim(t, "?") == "" {
		return cmdHelp
	}
	said := fold(text)
	if cmd, ok := commands[said]; ok {
		return cmd
	}
	if cmd, ok := languageWords[said]; ok {
		return cmd
	}
	return smallTalkIn(said)
}

// wantsOut tells whether somebody may be looking for the way out with a word
// that is no command, as it could be a name.
func wantsOut(text string) bool {
	return isWord(text, "huy", "dung", "dung lai", "ngung", "thoi", "bo", "cancel", "quit", "end", "no more")
}
