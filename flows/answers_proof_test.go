package flows

import (
	"testing"
	"time"
)

// unproven is a message on the web from a browser that proved no phone yet.
func unproven(text string) Event {
	e := plainEvent(text)
	e.Features, e.Known.Phone = looks["web"], ""
	e.In.URN, e.In.Channel = "web:1", "web"
	return e
}

func hearUnproven(t *testing.T, s Session, rows []said) {
	t.Helper()
	for _, row := range rows {
		if got := outcome(s, unproven(row.typed)); got != row.want {
			t.Errorf("%s: %s: %q\n got %s\nwant %s", s.Question, row.why, row.typed, got, row.want)
		}
	}
}

func TestAnswersToThePhone(t *testing.T) {
	hearUnproven(t, Session{Question: askedPhone, Proof: Proof{Next: Resident.ID}}, []said{
		{"as it is", "0900111222", "send to +84900111222"}, {"in groups", "0900 111 222", "send to +84900111222"}, {"international", "+84 900 111 222", "send to +84900111222"}, {"a lost zero", "900111222", "send to +84900111222"},
		{"with words", "so cua toi la 0900111222 a", "send to +84900111222"}, {"letters for digits", "O9OO111222", "send to +84900111222"}, {"an old number of eleven digits", "0123 456 7890", "send to +84834567890"}, {"a daughter's", "dien thoai con toi 0900111222", "send to +84900111222"},
		{"two: which?", "0900111222 hoac 0900333444", "wrong.phone"}, {"a digit short", "090011122", "wrong.phone"}, {"a digit too many", "09001112223", "wrong.phone"}, {"a hotline", "19001075", "wrong.phone_public"}, {"115", "115", "wrong.phone_public"},
		{"has none", "khong co dien thoai", "phone.none"}, {"forgot it", "khong nho so", "phone.none"}, {"why", "sao phai cho so", "why"}, {"a name", "Nguyen Thi Hoa", "wrong.phone"}, {"a greeting", "alo", "phone.ask"}, {"thanks", "cam on", "thanks"},
		{"KB again", "kb", "phone.ask"}, {"out", "thoat", "> "}, {"the QR", "xem qr", "FindQR"}, {"English", "english", "language en; lang.done"},
	})
}

func TestAnswersToTheCode(t *testing.T) {
	s := Session{Question: askedCode, Proof: Proof{Phone: "+84900111222", Next: Resident.ID, Live: true}}
	hearUnproven(t, s, []said{
		{"as it is", "123456", "check 123456"}, {"in groups", "123 456", "check 123456"}, {"with a hyphen", "123-456", "check 123456"}, {"with words", "ma la 123456 a", "check 123456"}, {"as others send it", "G-123456", "check 123456"},
		{"the whole SMS", "123456 la ma xac minh khai bao y te cua Anh/Chi. Khong dua ma nay cho nguoi khac.", "check 123456"},
		{"too short", "12345", "code.wrong_form"}, {"two codes", "123456 654321", "code.wrong_form"}, {"nothing", "khong", "code.wrong_form"}, {"yes", "ok", "code.wrong_form"},
		{"again, by number", "1", "send to +84900111222"}, {"again", "gửi lại mã", "send to +84900111222"}, {"never came", "chua nhan duoc", "send to +84900111222"}, {"where is it", "khong thay ma dau", "send to +84900111222"}, {"English", "I did not receive it, resend", "send to +84900111222"},
		{"another number, by number", "2", "> phone"}, {"another number", "nhầm số", "> phone"}, {"the other number at once", "0900333444", "send to +84900333444"}, {"not offered yet", "3", "code.wrong_form"}, {"not offered yet", "bo qua", "code.wrong_form"},
		{"wait", "cho chut", "wait"}, {"thanks", "cam on", "thanks"}, {"back", "quay lai", "> phone"}, {"out", "thoat", "> "}, {"the QR", "xem qr", "FindQR"}, {"stop", "STOP", "OptOut; stop.done"},
	})
	s.Proof.Failed = codeLimit
	hearUnproven(t, s, []said{
		{"go on without", "3", "phone.waived"}, {"go on without", "khai tiep", "phone.waived"}, {"go on without", "bo qua", "phone.waived"},
	})
}

func TestAnswersToTheReturn(t *testing.T) {
	s := Session{Question: askedReturn, Kept: &Kept{Form: Resident.ID, State: State{Run: 1, Question: "birth", Answers: []Answer{{ID: "full_name", Value: "Nguyễn Thị Hoa"}}},
		At: time.Date(2021, 8, 15, 0, 0, 0, 0, time.UTC)}}
	on, anew := "full_name=Nguyễn Thị Hoa", "resident.full_name.ask"
	hear(t, s, []said{
		{"by number", "1", on}, {"yes", "co", on}, {"go on", "khai tiep", on}, {"go on", "tiếp tục", on}, {"ok", "ok", on}, {"a thumb", "👍", on}, {"English", "continue", on},
		{"by number", "2", anew}, {"anew", "khai lai", anew}, {"anew", "lam lai", anew}, {"anew", "tu dau", anew}, {"English", "start over", anew},
		{"neither", "khong", "return.wrong"}, {"3 is not offered", "3", "return.wrong"}, {"unclear", "abc", "return.wrong"}, {"KB", "kb", "return.ask"}, {"thanks", "cam on", "thanks"}, {"a greeting", "alo", "return.ask"}, {"a date for the question", "1960", "return.wrong"},
	})
}

func TestAnswersWhereNothingWasAsked(t *testing.T) {
	const begun = "resident.full_name.ask"
	hear(t, Session{Question: askedMenu}, []said{
		{"as told", "KB", begun}, {"in words", "khai báo y tế", begun}, {"a sentence", "em muon khai bao y te a", begun}, {"apart", "K B", begun}, {"with the name", "KB Nguyen Thi Hoa", begun}, {"for the mother", "khai báo cho mẹ", begun}, {"by number", "1", begun}, {"English", "I want to declare", begun},
		{"the QR", "xem qr", "FindQR"}, {"lost it", "mat ma qr", "FindQR"}, {"by another word", "gui lai ma", "FindQR"}, {"its link", "https://khaibao.example.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "FindQR"}, {"by number", "3", "FindQR"},
		{"help", "tro giup", "help.text"}, {"help", "???", "help.text"}, {"whom to call", "tong dai", "help.text"}, {"by number", "4", "help.text"},
		{"a greeting", "alo con oi", "menu.hello"}, {"thanks", "cam on con", "thanks.done"}, {"ok", "ok", "thanks.done"}, {"who", "ai day", "why"}, {"wait", "doi ti", "wait.done"},
		{"to correct", "sua", "correct.sent"}, {"to correct", "toi khai sai roi", "correct.sent"}, {"English", "English please", "language en; lang.done"}, {"stop", "dung gui tin nua", "OptOut; stop.done"}, {"stop", "STOP", "OptOut; stop.done"},
		{"ill", "toi bi sot", "menu.ill"}, {"a case", "con toi la F0", "menu.ill"}, {"in need", "kho tho qua", "urgent"}, {"Dung may want out", "DUNG", "stop.hint"}, {"no", "khong muon khai bao", "menu.wrong"}, {"a number", "123456", "menu.wrong"}, {"nothing", "", "menu.wrong"}, {"a picture of a thumb", "👍", "menu.wrong"},
	})
}

// A telephone shared by its network ends the question of the code too.
func TestContactWhileACodeIsAsked(t *testing.T) {
	s := Session{Question: askedCode, Proof: Proof{Phone: "+84900111222", Next: Resident.ID, Live: true}}
	e := unproven("")
	e.In.Contact = "+84900333444"
	after, _ := turnNew(s, e)
	if after.Form != Resident.ID || after.Proof != (Proof{}) {
		t.Errorf("stands at %s %s, %+v", after.Form, after.Question, after.Proof)
	}
}
