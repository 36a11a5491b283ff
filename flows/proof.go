package flows

import (
	"strconv"
	"strings"
	"time"

	"khaibao/core"
)

// codeLimit is how many codes may fail or never come before one may go on
// without proof.
const codeLimit = 2

// proveByNetwork takes the network's own word for the phone: whoever sends an
// SMS holds its number.
func (t *turn) proveByNetwork() {
	if !t.e.Features.Proven || t.e.Known.Phone != "" || t.e.In.URN.Scheme() != "tel" {
		return
	}
	t.prove(t.e.In.URN.Path(), "sms")
}

func (t *turn) prove(phone, how string) {
	t.do(Prove{Phone: phone, How: how})
	t.e.Known.Phone = phone // as it will be from the next event on
}

// notice shows the privacy notice before the first personal question.
func (t *turn) notice() {
	if t.e.Known.NoticeSeen >= t.e.Setting.Notice {
		return
	}
	key := "notice.text"
	pairs := []string{"url", t.e.Setting.NoticeURL}
	if t.e.Features.Proven && t.phone() != "" { // confirm the number instead of asking for it
		key, pairs = "notice.phone", append(pairs, "phone", localPhone(t.phone()))
	}
	t.say(say(key, pairs...))
	t.do(NoticeShown{t.e.Setting.Notice})
	t.e.Known.NoticeSeen = t.e.Setting.Notice
}

// admitted shows the notice and tells whether personal questions may follow;
// if not, it asks for the phone.
func (t *turn) admitted(next string) bool {
	t.notice()
	if t.phone() == "" && !t.s.Proof.Waived {
		t.askPhone(next)
		return false
	}
	return true
}

func (t *turn) askPhone(next string) {
	if next == "" {
		next = Resident.ID
	}
	t.s.Proof.Next = next
	s := core.Say{Key: "phone.ask", Input: core.InputPhone}
	if t.e.Features.AskContact {
		s = core.Say{Key: "phone.share", Ask: core.AskContact, AskKey: "phone.share.button", Input: core.InputPhone}
		if t.e.Features.Unvouched {
			s.Key = "phone.share.unvouched"
		}
	}
	t.ask(askedPhone, s)
}

// contact takes a number that the network vouches for.
func (t *turn) contact(phone string) {
	t.prove(phone, "contact")
	t.note(say("phone.proved", "phone", localPhone(phone)))
	t.proved()
}

// offered takes a number out of a network's own form. Whoever fills such a form
// may write any number into it, so it counts as typed: a code goes to it. An old
// form may be sent at any time; it answers nothing but the question for the phone.
func (t *turn) offered(number string) {
	if t.s.Question != askedPhone && t.s.Question != askedCode {
		t.note(say("press.other"))
		t.again()
		return
	}
	phone, complaint := readPhone(number)
	if complaint != "" {
		t.wrong(complaint)
		return
	}
	t.sendCode(phone)
}

// proved goes on with what waited for the proof.
func (t *turn) proved() {
	next := t.s.Proof.Next
	t.s.Proof = Proof{}
	t.s.State.Misses = 0
	if t.s.Question == askedPhone || t.s.Question == askedCode {
		t.s.Question = ""
	}
	switch {
	case t.s.Form != "" || next == "":
		t.again()
	case next == nextQR:
		t.flush()
		t.do(FindQR{})
	case next == nextHeld:
		t.flush()
		t.do(FindHeld{})
	case t.s.Kept != nil && t.s.Kept.Form == intentOf(next).Form:
		t.comeBack()
	default:
		t.begin(intentOf(next))
	}
}

// flush says the notes as a message of their own.
func (t *turn) flush() {
	if n := len(t.said); n > 0 {
		last := t.said[n-1]
		t.said = t.said[:n-1]
		t.say(last)
	}
}

func (t *turn) readPhone(in *core.Inbound) {
	if in.Action == "code:waive" && t.mayWaive() {
		t.waive()
		return
	}
	if in.Action != "" {
		t.note(say("press.old"))
		t.again()
		return
	}
	phone, complaint := readPhone(in.Text)
	switch {
	case complaint == "":
		t.sendCode(phone)
	case hasNoPhone(in.Text):
		t.note(say("phone.none", "hotline", t.e.Setting.Hotline))
		t.again()
	default:
		t.wrong(complaint)
	}
}

func (t *turn) sendCode(phone string) {
	if phone != t.s.Proof.Phone {
		t.s.Proof.Live = false
	}
	t.s.Proof.Phone = phone
	t.s.State.Misses = 0
	t.do(SendCode{Phone: phone})
}

// codeSent tells how the sending went.
func (t *turn) codeSent(c CodeSent) {
	switch c.Refused {
	case "":
		t.s.Proof.Live = true
		t.note(say("code.sent", "phone", localPhone(c.Phone), "minutes", minutes(t.e.Setting.CodeLifetime)))
	case "wait":
		t.note(say("code.wait", "seconds", strconv.Itoa(int(c.Wait.Round(time.Second)/time.Second))))
	case "region":
		t.note(say("code.region"))
		t.askPhone(t.s.Proof.Next)
		return
	default:
		t.s.Proof.Failed = codeLimit // no more codes will come: do not leave them standing
		t.note(say("code.limit", "hotline", t.e.Setting.Hotline))
	}
	t.askCode()
}

// mayWaive tells whether going on without proof is offered. A QR is never
// shown without it.
func (t *turn) mayWaive() bool {
	return t.s.Proof.Failed >= codeLimit && t.s.Proof.Next != nextQR && t.s.Proof.Next != nextHeld
}

func (t *turn) askCode() {
	s := core.Say{Key: "code.ask", Input: core.InputCode, Choices: []core.Choice{
		{Action: "code:resend", Key: "code.resend"},
		{Action: "code:phone", Key: "code.phone"},
	}}
	if t.mayWaive() {
		s.Choices = append(s.Choices, core.Choice{Action: "code:waive", Key: "code.waive"})
	}
	t.ask(askedCode, s)
}

func (t *turn) readCode(in *core.Inbound) {
	choice, _ := strings.CutPrefix(in.Action, "code:")
	if in.Action == "" {
		if code := codeIn(in.Text); code != "" {
			t.do(CheckCode{Phone: t.s.Proof.Phone, Code: code})
			return
		}
		switch onlyDigits(in.Text) {
		case "1":
			choice = "resend"
		case "2":
			choice = "phone"
		case "3":
			choice = "waive"
		default:
			choice = readCodeTrouble(in.Text)
		}
		if phone, complaint := readPhone(in.Text); complaint == "" {
			t.sendCode(phone)
			return
		}
	}
	switch {
	case choice == "resend":
		t.resend()
	case choice == "phone":
		t.askPhone(t.s.Proof.Next)
	case choice == "waive" && t.mayWaive():
		t.waive()
	default:
		t.wrong("code.wrong_form")
	}
}

// resend counts a code that never came. After the second the person chooses
// whether to try once more.
func (t *turn) resend() {
	if t.s.Proof.Live {
		t.s.Proof.Live = false
		t.s.Proof.Failed++
		if t.s.Proof.Failed == codeLimit && t.mayWaive() {
			t.note(say("code.twice"))
			t.askCode()
			return
		}
	}
	t.sendCode(t.s.Proof.Phone)
}

func (t *turn) codeChecked(c CodeChecked) {
	switch {
	case c.OK:
		phone := t.s.Proof.Phone
		t.prove(phone, "code")
		t.note(say("phone.proved", "phone", localPhone(phone)))
		t.proved()
		return
	case c.Expired || c.Left <= 0:
		if t.s.Proof.Live {
			t.s.Proof.Live = false
			t.s.Proof.Failed++
		}
		t.note(say("code.expired"))
		if t.mayWaive() {
			t.note(say("code.twice"))
		}
	default:
		t.note(say("code.wrong", "left", strconv.Itoa(c.Left)))
	}
	t.askCode()
}

// waive goes on without proof: marked so, nothing filled in, listed for officers.
func (t *turn) waive() {
	t.s.Proof.Waived = true
	t.s.Question = ""
	t.note(say("phone.waived"))
	if t.s.Kept != nil && t.s.Kept.Form == intentOf(t.s.Proof.Next).Form {
		t.comeBack()
		return
	}
	t.begin(intentOf(t.s.Proof.Next))
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

// onlyDigits returns the digits of a code typed with blanks or hyphens, "" when
// there is anything else.
func onlyDigits(text string) string {
	out := make([]byte, 0, 8)
	for _, c := range []byte(strings.TrimSpace(text)) {
		switch {
		case c >= '0' && c <= '9':
			out = append(out, c)
		case c != ' ' && c != '-' && c != '.':
			return ""
		}
	}
	return string(out)
}

// localPhone writes a Vietnamese number as people do, 0900 123 456.
func localPhone(e164 string) string {
	if n, ok := strings.CutPrefix(e164, "+84"); ok && len(n) == 9 {
		return "0" + n[:3] + " " + n[3:6] + " " + n[6:]
	}
	return e164
}
