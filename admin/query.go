package admin

import (
	"strings"
	"unicode"

	"khaibao/core"
	"khaibao/core/qr"
	"khaibao/core/reading"
)

// inHand is what an officer has in hand of the person: exactly what can be
// looked up. More than one is set where a text may be either.
type inHand struct {
	Code   string // of a QR
	Number string // ten digits
	ID     string // identity number
	Phone  string // E.164
}

// readInHand reads what was typed, pasted or scanned into the one box of a
// check. complaint is a locale key when it is nothing that can be looked up.
//
// Ten digits that do not begin with 0 are a number of ours and nothing else.
// Nine digits may be an old ID or a phone without its zero: both are looked up.
func readInHand(text string) (found inHand, complaint string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return found, "admin.check.empty"
	}
	if code, ok := qr.CodeFromText(text); ok {
		return inHand{Code: code}, ""
	}
	if strings.Count(text, "|") >= 4 {
		return readCard(text)
	}
	number := qr.CleanNumber(text)
	if qr.ValidNumber(number) {
		return inHand{Number: number}, ""
	}
	if len(number) == qr.NumberLength && number[0] != '0' && digitsOnly(number) {
		return found, "admin.check.number"
	}
	id, err := reading.ReadID(text, "")
	switch {
	case err == nil && id.Normalized == core.NobodysID:
		return found, "admin.check.nobody"
	case err == nil && (id.Type == "cccd" || id.Type == "cmnd" || id.Type == "passport"):
		found.ID = id.Normalized
	}
	// A CCCD begins with 0 as a phone does but is longer; nothing is both.
	if phone, err := reading.ReadPhone(text); err == nil && len(found.ID) < 12 {
		found.Phone = phone.E164
	}
	if found == (inHand{}) {
		if mangled(text) {
			return found, "admin.check.ime"
		}
		return found, "admin.check.unread"
	}
	return found, ""
}

// readCard takes the ID number out of the text of a chip ID card or of the
// Ministry's QR, which often hides it.
func readCard(text string) (found inHand, complaint string) {
	card := reading.ReadQR(text, "")
	switch {
	case card.Kind == "ministry" && (card.Masked || card.ID == ""):
		return found, "admin.check.none.masked"
	case card.ID == core.NobodysID:
		return found, "admin.check.nobody"
	case card.ID == "":
		return found, "admin.check.unread"
	}
	return inHand{ID: strings.ToUpper(card.ID)}, ""
}

// mangled tells the text of a scan that a Vietnamese typing tool made other
// letters of, as it does with what a barcode reader types: "DD" came as "Đ". The
// letters cannot be told back, as "S" after any vowel came as its accent.
func mangled(text string) bool {
	fields := strings.Fields(text)
	return len(fields) == 1 && len([]rune(text)) >= 20 && strings.ContainsAny(text, "0123456789/:|") &&
		strings.ContainsFunc(text, func(c rune) bool { return c > unicode.MaxASCII && unicode.IsLetter(c) })
}

func digitsOnly(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
