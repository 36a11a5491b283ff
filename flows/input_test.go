package flows

import (
	"testing"

	"khaibao/core"
)

// The keyboard that a screen offers must fit what is asked last in a message,
// also behind an echo, and never shut anybody out: what cannot be typed on it
// is a button.
func TestInputFitsTheQuestion(t *testing.T) {
	passport := standing("id_number")
	passport.State.Open = &Open{ID: "id_number", Paper: "passport"}
	code := Session{Question: askedCode, Proof: Proof{Phone: "+84900111222", Next: Resident.ID, Live: true}}
	tests := []struct {
		name, lang string
		s          Session
		typed      string
		want       core.Input
	}{
		{"a name, behind the proof of the phone", "vi", Session{Question: askedMenu}, "kb", core.InputText},
		{"a date, behind the echo of the name", "vi", standing("full_name"), "Nguyễn Thị Hoa", core.InputDate},
		{"a number, behind the echo of the date", "vi", standing("birth"), "1960", core.InputNumber},
		{"the number again, behind a complaint", "vi", standing("id_number"), "12345", core.InputNumber},
		{"a passport has letters", "vi", passport, "abc", core.InputText},
		{"English speakers have passports", "en", standing("birth"), "1960", core.InputText},
		{"buttons only", "vi", standing("id_number"), "191234567", core.InputNothing},
		{"a place", "vi", standing("sex"), "nữ", core.InputText},
		{"a part of a place", "vi", standing("permanent"), "phú vang", core.InputText},
		{"the insurance number", "vi", standing("more"), "có", core.InputNumber},
		{"the day of an exposure", "vi", standing("exposures"), "1", core.InputDate},
		{"a phone", "vi", code, "đổi số", core.InputPhone},
		{"a code, behind a complaint", "vi", code, "12", core.InputCode},
	}
	for _, tt := range tests {
		e := unproven(tt.typed)
		e.Known.Lang = tt.lang
		if tt.s.Question == askedMenu {
			e.Known.Phone = transcriptPhone
		}
		_, effects := Turn(tt.s, e)
		last, ok := effects[len(effects)-1].(Reply)
		if !ok || last.Input != tt.want {
			t.Errorf("%s: %+v, want %q", tt.name, effects[len(effects)-1], tt.want)
		}
		if last.Input == core.InputNumber && len(last.Choices) == 0 {
			t.Errorf("%s: digits alone, and no button beside", tt.name)
		}
	}
}

// A passport is reached by a button, and its nine digits are no CMND.
func TestPassportByItsButton(t *testing.T) {
	e := unproven("")
	e.In.Action = "id_number:passport:" + runMark(1)
	s, _ := Turn(standing("id_number"), e)
	for typed, want := range map[string]string{
		"488123456": "488123456 | passport", "B1234567": "B1234567 | passport", "046160001234": "046160001234 | cccd; sex=female",
		"khong co": "000000000 | child_placeholder", "12": "wrong.paper", "quay lai": "resident.id_number.ask",
	} {
		if got := outcome(s, unproven(typed)); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}
