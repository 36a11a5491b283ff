package flows

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// told writes effects in one line: the keys of what is said, and what is done.
func told(effects []Effect) string {
	var out []string
	for _, effect := range effects {
		switch e := effect.(type) {
		case Reply:
			s := e.Key
			for _, l := range e.Lines {
				s += "+" + l.Line
			}
			for _, c := range e.Choices {
				s += " [" + c.Action + "]"
			}
			out = append(out, s)
		default:
			out = append(out, strings.TrimPrefix(fmt.Sprintf("%T%+v", e, e), "flows."))
		}
	}
	return strings.Join(out, "; ")
}

func TestProofOfThePhone(t *testing.T) {
	at := func(question string, p Proof) Session { return Session{Question: question, Proof: p} }
	code := Proof{Phone: "+84900222333", Next: "resident", Live: true}
	failed := func(n int) Proof { p := code; p.Failed = n; return p }
	both := " [code:resend] [code:phone]"
	tests := []struct {
		name    string
		session Session
		event   Event
		want    string
	}{
		{"a code was sent", at(askedPhone, code), Event{Result: CodeSent{Phone: "+84900222333"}}, "code.sent+code.ask" + both},
		{"too soon", at(askedCode, code), Event{Result: CodeSent{Phone: "+84900222333", Refused: "wait", Wait: 42 * time.Second}}, "code.wait+code.ask" + both},
		{"no more codes: one may go on", at(askedCode, code), Event{Result: CodeSent{Phone: "+84900222333", Refused: "limit"}},
			"code.limit+code.ask" + both + " [code:waive]"},
		{"no more codes, for a QR: never without proof", at(askedCode, Proof{Phone: "+84900222333", Next: nextQR}),
			Event{Result: CodeSent{Phone: "+84900222333", Refused: "limit"}}, "code.limit+code.ask" + both},
		{"not a number that codes go to", at(askedPhone, code), Event{Result: CodeSent{Phone: "+12025550123", Refused: "region"}}, "code.region+phone.ask"},
		{"a wrong code", at(askedCode, code), Event{Result: CodeChecked{Left: 3}}, "code.wrong+code.ask" + both},
		{"five wrong codes are one failure", at(askedCode, code), Event{Result: CodeChecked{Expired: true}}, "code.expired+code.ask" + both},
		{"the second failure", at(askedCode, failed(1)), Event{Result: CodeChecked{Expired: true}}, "code.expired+code.twice+code.ask" + both + " [code:waive]"},
		{"going on is not offered before that", at(askedCode, failed(1)), Event{In: &core.Inbound{Action: "code:waive"}}, "code.wrong_form+code.ask" + both},
		{"nor by typing its number", at(askedCode, failed(0)), Event{In: &core.Inbound{Text: "3"}}, "code.wrong_form+code.ask" + both},
		{"going on", at(askedCode, failed(2)), Event{In: &core.Inbound{Text: "3"}}, "phone.waived+resident.full_name.ask"},
		{"a code with a blank in it", at(askedCode, code), Event{In: &core.Inbound{Text: "123 456"}}, "CheckCode{Phone:+84900222333 Code:123456}"},
		{"another number instead of the code", at(askedCode, code), Event{In: &core.Inbound{Text: "0900 444 555"}}, "SendCode{Phone:+84900444555}"},
		{"change of the number", at(askedCode, code), Event{In: &core.Inbound{Text: "2"}}, "phone.ask"},
		{"back from the code", at(askedCode, code), Event{In: &core.Inbound{Text: "quay lại"}}, "phone.ask"},
		{"the right code for a declaration", at(askedCode, code), Event{Result: CodeChecked{OK: true}},
			"Prove{Phone:+84900222333 How:code}; phone.proved+resident.full_name.ask"},
		{"the right code for a QR", at(askedCode, Proof{Phone: "+84900222333", Next: nextQR}), Event{Result: CodeChecked{OK: true}},
			"Prove{Phone:+84900222333 How:code}; phone.proved; FindQR{Lost:false}"},
		{"a shared number that nobody asked for", Session{}, Event{In: &core.Inbound{Contact: "+84900222333"}},
			"Prove{Phone:+84900222333 How:contact}; phone.proved+menu.ask [menu:declare] [menu:journey] [menu:qr] [menu:help] [menu:en]"},
		{"a shared number in the middle of a form", Session{Form: "resident", Question: "birth", State: State{Question: "birth",
			Answers: []Answer{{ID: "full_name", Value: "Lê Na"}}}, Asked: time.Unix(0, 0)}, Event{In: &core.Inbound{Contact: "+84900222333"}},
			"Prove{Phone:+84900222333 How:contact}; phone.proved+resident.birth.ask"},
		{"a number out of the network's form is proved by a code", at(askedPhone, Proof{Next: "resident"}), Event{In: &core.Inbound{Offered: "84900222333"}},
			"SendCode{Phone:+84900222333}"},
		{"another number out of the form while a code is awaited", at(askedCode, code), Event{In: &core.Inbound{Offered: "0900444555"}}, "SendCode{Phone:+84900444555}"},
		{"no number out of the form", at(askedPhone, Proof{Next: "resident"}), Event{In: &core.Inbound{Offered: "012345688"}}, "wrong.phone+phone.ask"},
		{"an old form answers no other question", Session{Form: "resident", Question: "insurance", State: State{Question: "insurance",
			Answers: []Answer{{ID: "full_name", Value: "Lê Na"}}}, Asked: time.Unix(0, 0)}, Event{In: &core.Inbound{Offered: "84900222333"}},
			"press.other+resident.birth.ask"},
		{"an old form where nothing is asked", Session{}, Event{In: &core.Inbound{Offered: "84900222333"}},
			"press.other+menu.ask [menu:declare] [menu:journey] [menu:qr] [menu:help] [menu:en]"},
		{"somebody else's card comes as nothing", at(askedPhone, Proof{Next: "resident"}), Event{In: &core.Inbound{}}, "wrong.phone+phone.ask"},
	}
	for _, tt := range tests {
		e := tt.event
		e.Now, e.Today, e.Features, e.Setting, e.Known.NoticeSeen = time.Unix(1, 0), "2021-08-15", looks["web"], transcriptSetting, 1
		if _, effects := turnNew(tt.session, e); told(effects) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, told(effects), tt.want)
		}
	}
}

// A stranger learns nothing from asking: known and unknown numbers are answered
// alike up to the proof, since nothing in Known speaks of a typed number.
func TestTypedNumbersAreAnsweredAlike(t *testing.T) {
	e := Event{Now: time.Unix(1, 0), Today: "2021-08-15", Features: looks["web"], Setting: transcriptSetting, Known: Known{NoticeSeen: 1}}
	said := func(number string) string {
		e.In = &core.Inbound{Text: number}
		s, effects := turnNew(Session{Question: askedPhone, Proof: Proof{Next: "resident"}}, e)
		all := told(effects)
		next := e
		next.In, next.Result = nil, CodeSent{Phone: s.Proof.Phone}
		_, effects = Turn(s, next)
		return strings.ReplaceAll(all+told(effects), s.Proof.Phone, "+84…")
	}
	if one, two := said("0900111222"), said("0900333444"); one != two {
		t.Errorf("two numbers are told apart:\n%s\n%s", one, two)
	}
}

func TestUnprovenDeclarationIsListed(t *testing.T) {
	s := Session{Form: "resident", Question: Review, Proof: Proof{Phone: "+84900222333", Waived: true}, State: reviewed}
	e := Event{Now: time.Unix(1, 0), Today: "2021-08-15", Features: looks["web"], Setting: transcriptSetting, In: &core.Inbound{Text: "ok"}}
	s.Asked = e.Now
	_, effects := turnNew(s, e)
	if len(effects) != 2 {
		t.Fatalf("effects %s", told(effects))
	}
	d, isDeclare := effects[0].(Declare)
	if !isDeclare || d.Proven || d.Phone != "+84900222333" {
		t.Errorf("declares %+v", effects[0])
	}
	if task, ok := effects[1].(OpenTask); !ok || task.Kind != "unproven" || task.Area != "19777" {
		t.Errorf("task %+v", effects[1])
	}
}

// reviewed is a whole declaration of a healthy person.
var reviewed = State{Question: Review, Run: 1, Answers: []Answer{
	{ID: "full_name", Value: "Lê Na"}, {ID: "birth", Value: "1990"}, {ID: "id_number", Value: "191234567", Type: "cmnd"}, {ID: "sex", Value: "female"},
	{ID: "permanent", Value: "19777", Sub: "TDP 3"}, {ID: "current", Value: "same"}, {ID: "exposures", Value: "none"},
	{ID: "symptoms", Value: "none"}, {ID: "has_conditions", Value: "no"}, {ID: "more", Value: "no"}}}

func TestEndings(t *testing.T) {
	tests := []struct {
		name      string
		symptoms  []string
		exposures []string
		want      string
	}{
		{"well", nil, nil, "resident.done.well"},
		{"ill", []string{"cough"}, nil, "resident.done.ill"},
		{"exposed", nil, []string{"case"}, "resident.done.exposed"},
		{"ill and exposed", []string{"cough"}, []string{"case"}, "resident.done.ill"},
		{"short of breath comes first", []string{"cough", "short_of_breath"}, []string{"case"}, "resident.done.urgent"},
		{"chest pain too", []string{"chest_pain"}, nil, "resident.done.urgent"},
	}
	for _, tt := range tests {
		answers := append([]Answer{}, reviewed.Answers...)
		answers = put(put(answers, Answer{ID: "symptoms", Set: tt.symptoms}), Answer{ID: "exposures", Set: tt.exposures})
		s := Session{Form: "resident", Question: Review, State: State{Question: Review, Answers: answers}}
		_, effects := turnNew(s, Event{Now: time.Unix(1, 0), Features: looks["telegram"], Setting: transcriptSetting,
			Result: Declared{PersonName: "Lê Na", Code: strings.Repeat("A", 26), Number: "1000000007", Version: 1}})
		want := "done.first; " + tt.want
		if strings.HasSuffix(tt.want, urgently) { // before anything else
			want = tt.want + "; done.first"
		}
		if got := told(effects); got != want {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

func TestCommands(t *testing.T) {
	tests := []struct {
		text string
		want command
	}{
		{"XEM QR", cmdQR}, {"Xem mã QR", cmdQR}, {"/qr@KhaiBaoBot", cmdQR}, {"  khai   báo. ", cmdDeclare}, {"/start abc", cmdStart},
		{"?", cmdHelp}, {"STOP", cmdStop}, {"THOÁT", cmdLeave}, {"quay la\u0323i", cmdBack}, {"English", "en"}, {"tiếng Việt", "vi"},
		{"Dũng", cmdNone}, {"Huy", cmdNone}, {"dung", cmdNone}, {"huy", cmdNone}, {"Vi", cmdNone}, {"Thoát Nguyễn", cmdNone},
		{"!?", cmdNone}, {"", cmdNone}, {"khai báo giúp tôi với nhé các anh chị ơi tôi không biết làm thế nào cả", cmdNone},
	}
	for _, tt := range tests {
		if got := readCommand(tt.text); got != tt.want {
			t.Errorf("readCommand(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	b := bundle(t)
	for _, lang := range []string{"vi", "en"} {
		for _, c := range Commands(lang) {
			if readCommand("/"+c.Name) == cmdNone {
				t.Errorf("the menu's /%s is no command", c.Name)
			}
			if d := b.Text(lang, c.Key, nil); d == c.Key || len(d) > 256 {
				t.Errorf("/%s is described as %q", c.Name, d)
			}
		}
	}
}

// Where the share button gives a number that anybody could have filled in, it is
// not promised to save the code.
func TestShareButtonSaysWhatItDoes(t *testing.T) {
	for channel, want := range map[string]string{"telegram": "phone.share", "zalo": "phone.share.unvouched", "web": "phone.ask"} {
		e := plainEvent("kb")
		e.Features, e.Known.Phone = looks[channel], ""
		_, effects := turnNew(Session{}, e)
		if got := told(effects); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s, want %s at the end", channel, got, want)
		}
	}
}

// Who withdraws consent hears nothing more, what was typed and not sent is
// forgotten, and an officer sees to the rest. Old buttons stay old.
func TestWithdrawal(t *testing.T) {
	s := Session{Form: "resident", Question: "birth", State: State{Run: 3, Question: "birth", Answers: []Answer{{ID: "full_name", Value: "Lê Na"}}},
		Kept: &Kept{Form: "resident"}, Proof: Proof{Phone: "+84900222333"}}
	e := plainEvent("")
	e.In.Control = core.Withdraw
	next, effects := turnNew(s, e)
	if got := told(effects); got != "OptOut{}; OpenTask{Kind:withdrawn Area: Note:}" {
		t.Errorf("got %s", got)
	}
	if want := (Session{State: State{Run: 3}}); !reflect.DeepEqual(next, want) {
		t.Errorf("left %+v", next)
	}
}
