package flows

import (
	"regexp"
	"slices"
	"strings"

	"khaibao/core/reading"
)

var digitRuns = regexp.MustCompile(`[0-9]+`)

// codeIn finds a code in what was typed or pasted: "ma la 123456", or the whole
// SMS. A text with another run of as many digits holds none for sure.
func codeIn(text string) string {
	if digits := onlyDigits(text); len(digits) >= 6 && len(digits) <= 8 {
		return digits
	}
	var found string
	for _, run := range digitRuns.FindAllString(text, -1) {
		switch {
		case len(run) > 8:
			return "" // a telephone
		case len(run) >= 6 && found != "":
			return ""
		case len(run) >= 6:
			found = run
		}
	}
	return found
}

// readCodeTrouble reads what is the matter with a code: "resend" when it never
// came, "phone" when it went to another number, "waive" to go on without; ""
// when not understood.
func readCodeTrouble(text string) string {
	said := " " + fold(text) + " "
	has := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(said, " "+p+" ") })
	}
	switch {
	case has("doi so", "sai so", "nham so", "so khac", "khong phai so", "change number", "wrong number", "another number", "change the number"):
		return "phone"
	case has("khai tiep", "xac minh sau", "bo qua", "skip", "go on without", "verify later"):
		return "waive"
	case has("gui lai", "chua nhan", "khong nhan", "ko nhan", "chua thay", "khong thay", "ko thay", "chua co", "khong co", "ko co", "chua toi", "chua den", "khong toi", "cho ma moi",
		"ma moi", "lay ma moi", "het han", "resend", "again", "not receive", "didn t get", "did not get", "didnt get", "no code", "no sms", "never came", "new code", "expired") ||
		isWord(text, "chua", "ma dau", "ma o dau", "ma mo", "dau co ma"):
		return "resend"
	}
	return ""
}

// hasNoPhone tells whether somebody says to have no telephone of their own, or
// not to know its number.
func hasNoPhone(text string) bool {
	_, err := reading.ReadPhone(text)
	return err == reading.ErrNone || err != nil && reading.NotAtHand(text)
}
