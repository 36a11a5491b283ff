package flows

import (
	"testing"
	"time"
)

// household is a session at a question about three people, with all that comes
// before it answered.
func household(question string, at int) Session {
	s := Session{Form: Resident.ID, Question: question, Asked: time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)}
	s.State = State{Run: 1, Question: question, Party: true, At: at, People: []Member{{Proxy: true}, {Proxy: true}, {Proxy: true}}}
	for i, name := range []string{"Lê Văn An", "Nguyễn Thị Hoa", "Lê Thị Bình"} {
		for _, a := range []Answer{{ID: "full_name", Value: name}, {ID: "birth", Value: "1960"}, {ID: "id_number", Value: "191234567", Type: "cmnd"},
			{ID: "sex", Value: "female"}, {ID: "phone", Value: Skipped}} {
			a.Of = i + 1
			s.State.Answers = append(s.State.Answers, a)
		}
	}
	if question == "phone" {
		s.State.Answers = s.State.Answers[:len(s.State.Answers)-1]
	}
	for _, a := range []Answer{{ID: "permanent", Value: "19777", Sub: "TDP 3"}, {ID: "current", Value: "same"}} {
		s.State.Answers = append(s.State.Answers, a)
	}
	if question == "others" {
		return s
	}
	s.State.Answers = append(s.State.Answers, Answer{ID: "others", Value: Skipped})
	if question == "who_symptoms" {
		s.State.Answers = append(s.State.Answers, Answer{ID: "who_exposures", Value: "none"})
		for i := range 3 {
			s.State.Answers = append(s.State.Answers, Answer{ID: "exposures", Value: "none", By: "who_exposures", Of: i + 1})
		}
	}
	return s
}

func TestAnswersToAnybodyElse(t *testing.T) {
	hear(t, household("others", 3), []said{
		{"nobody, by number", "0", "skip"}, {"nobody", "khong", "skip"}, {"enough", "du roi", "skip"}, {"enough", "hết rồi", "skip"}, {"done", "xong", "skip"}, {"nobody else", "khong con ai", "skip"}, {"English", "that is all", "skip"},
		{"a name", "Le Van Cuong", "full_name=Le Van Cuong"}, {"a name with marks", "Lê Văn Cường", "full_name=Lê Văn Cường"}, {"announced", "con toi la Le Van Cuong", "full_name=Le Van Cuong"}, {"with the year", "Le Van Cuong 2012", "full_name=Le Van Cuong; birth=2012"}, {"with year and card", "Le Thi Dao 1960 046160001239", "full_name=Le Thi Dao; birth=1960; id_number=046160001239 | cccd; sex=female"},
		{"one word: a name?", "Cuong", "wrong.name"}, {"a number that is nobody", "5", "wrong.name"}, {"yes: who?", "co", "wrong.name"}, {"a sentence", "toi khong biet", "skip"}, {"back", "quay lai", "> current"}, {"help", "tro giup", "help.text"}, {"out", "thoat", "leave.done"}, {"nonsense", "123abc", "wrong.name"},
	})
}

func TestAnswersToWhoHasSymptoms(t *testing.T) {
	hear(t, household("who_symptoms", 1), []said{
		{"nobody, by number", "0", "none; symptoms=none; symptoms=none; symptoms=none"}, {"nobody", "khong ai", "none; symptoms=none; symptoms=none; symptoms=none"}, {"all well", "ca nha khoe", "none; symptoms=none; symptoms=none; symptoms=none"}, {"well", "khỏe", "none; symptoms=none; symptoms=none; symptoms=none"}, {"English", "nobody", "none; symptoms=none; symptoms=none; symptoms=none"},
		{"one", "1", "1; symptoms=none; symptoms=none"}, {"two in one", "12", "1 2; symptoms=none"}, {"two apart", "1 2", "1 2; symptoms=none"}, {"two with words", "1 va 3", "1 3; symptoms=none"}, {"with commas", "1,3", "1 3; symptoms=none"}, {"all by number", "123", "1 2 3"}, {"all", "ca nha", "1 2 3"}, {"all", "tất cả", "1 2 3"},
		{"by name", "An", "1; symptoms=none; symptoms=none"}, {"two names", "An va Binh", "1 3; symptoms=none"}, {"the whole name", "Nguyễn Thị Hoa", "2; symptoms=none; symptoms=none"}, {"number of nobody", "4", "wrong.many"}, {"yes: who?", "co", "many.which"}, {"a symptom: whose?", "sot", "wrong.many"}, {"unknown", "khong biet", "wrong.many"}, {"both of three", "ca hai", "wrong.many"},
		{"a name with its sign", "hoa bi sot", "2; symptoms=none; symptoms=none"}, {"back", "quay lai", "> who_exposures"},
	})
}

func TestAnswersToTheOthersPhone(t *testing.T) {
	hear(t, household("phone", 3), []said{
		{"none, by number", "0", "skip"}, {"none", "khong co", "skip"}, {"none", "không có số", "skip"}, {"skip", "bo qua", "skip"}, {"a phone", "0900222333", "+84900222333"}, {"in groups", "0900 222 333", "+84900222333"}, {"international", "+84900222333", "+84900222333"}, {"a lost zero", "900222333", "+84900222333"},
		{"a hotline", "19001075", "wrong.phone_public"}, {"too short", "09002", "wrong.phone"}, {"not known", "khong biet", "skip"}, {"a name", "Nguyen Van A", "wrong.phone"}, {"with words", "so ba la 0900222333", "+84900222333"}, {"the police", "113", "wrong.phone_public"}, {"with dots", "0900.222.333", "+84900222333"}, {"yes", "co", "wrong.phone"},
		{"two numbers", "0900222333 0900222334", "wrong.phone"}, {"the same as mine", "nhu tren", "wrong.phone"}, {"back", "quay lai", "back.done"}, {"letters", "abc", "wrong.phone"},
	})
}

func TestAnswersToForWhom(t *testing.T) {
	s := Session{Question: askedWho, Intent: Intent{Form: Resident.ID}, Offer: []Offered{{"a", "Lê Văn An"}, {"b", "Nguyễn Thị Hoa"}}}
	hear(t, s, []said{
		{"one", "1", "resident.full_name.ask"}, {"both by numbers", "12", "resident.full_name.ask"}, {"both", "ca hai", "resident.full_name.ask"}, {"all", "ca nha", "resident.full_name.ask"}, {"by name", "Hoa", "resident.full_name.ask"}, {"names", "An, Hoa", "resident.full_name.ask"}, {"somebody else", "0", "resident.full_name.ask.other"}, {"somebody else", "nguoi khac", "resident.full_name.ask.other"}, {"myself", "toi", "resident.full_name.ask"}, {"myself", "cho toi", "resident.full_name.ask"},
		{"a new name", "Tran Van Cuong", "full_name=Tran Van Cuong"}, {"a number of nobody", "7", "who.wrong"}, {"no", "khong", "> menu"}, {"yes", "co", "who.wrong"}, {"the QR", "xem qr", "FindQR"}, {"out", "thoat", "> menu"}, {"declare again", "kb", "resident.full_name.ask"}, {"nonsense", "zzz", "who.wrong"}, {"back", "quay lai", "back.first"}, {"thanks", "cam on", "thanks.done"},
	})
}

func TestAnswersToTheLostCode(t *testing.T) {
	s := Session{Question: askedLost, Offer: []Offered{{"a", "Lê Văn An"}, {"b", "Nguyễn Thị Hoa"}}}
	hear(t, s, []said{
		{"one", "1", "ReplaceQR; > "}, {"by name", "An", "ReplaceQR; > "}, {"by whole name", "Nguyen Thi Hoa", "ReplaceQR; > "}, {"keep", "0", "> menu"}, {"keep", "khong", "> menu"}, {"keep", "khong doi", "> menu"}, {"keep", "thoi", "> menu"}, {"both: one after the other", "12", "ReplaceQR; ReplaceQR; > "}, {"both", "ca hai", "ReplaceQR; ReplaceQR; > "}, {"nobody's number", "3", "who.wrong"},
		{"yes: whose?", "co", "who.wrong"}, {"found it", "tim thay roi", "> menu"}, {"out", "thoat", "> menu"}, {"again", "mat qr", "FindQR"}, {"see it", "xem qr", "FindQR"}, {"declare", "kb", "resident.full_name.ask"}, {"nonsense", "zzz", "who.wrong"}, {"help", "tro giup", "help.text"}, {"back", "quay lai", "back.first"}, {"thanks", "cam on", "thanks.done"},
	})
}

func TestAnswersToLastTime(t *testing.T) {
	s := standing(Review)
	s.State.Same = true
	hear(t, s, []said{
		{"as asked", "OK", "Declare"}, {"the same", "nhu cu", "Declare"}, {"the same", "nhu lan truoc", "Declare"}, {"nothing new", "khong co gi thay doi", "Declare"}, {"right", "dung", "Declare"}, {"send", "gui", "Declare"}, {"a thumb", "👍", "Declare"}, {"yes", "co", "Declare"}, {"English", "no change", "Declare"},
		{"changed", "SUA", "review.which"}, {"changed", "co thay doi", "review.which"}, {"no", "khong", "review.which"}, {"a new sign", "sot", "symptoms=fever"}, {"two", "ho, dau hong", "symptoms=cough sore_throat"}, {"well", "khoe", "review.health"}, {"by number", "8", "> symptoms"}, {"by name", "noi o", "> current"}, {"one more person", "them", "> others"},
		{"unclear", "abc", "wrong.review"}, {"not known", "khong biet", "wrong.review"}, {"out", "thoat", "leave.done"}, {"the QR", "xem qr", "FindQR"}, {"over", "het sot roi", "> symptoms"},
	})
}

func TestAnswersToTheNewsOfADeclaration(t *testing.T) {
	told := func(text string) string {
		e := plainEvent(text)
		e.Known.Told = true
		return outcome(Session{}, e)
	}
	for _, row := range []said{
		{"as asked", "KHONG", "Object"}, {"with a mark", "Không", "Object"}, {"short", "ko", "Object"}, {"not right", "khong dung", "Object"}, {"wrong", "sai", "Object"}, {"a mistake", "nham roi", "Object"}, {"not me", "khong phai toi", "Object"}, {"polite", "da khong a", "Object"}, {"English", "no", "Object"}, {"wrong", "wrong", "Object"},
		{"right", "dung", "thanks.done"}, {"thanks", "cam on", "thanks.done"}, {"yes", "co", "thanks.done"}, {"who", "ai day", "> menu"}, {"declares", "kb", "resident.full_name.ask"}, {"stop", "stop", "OptOut; stop.done"}, {"nonsense", "zzz", "> menu"}, {"a sentence", "khong biet", "> menu"}, {"the QR", "xem qr", "FindQR"}, {"ill", "toi bi sot", "> menu"},
	} {
		if got := told(row.typed); got != row.want {
			t.Errorf("%s: %q\n got %s\nwant %s", row.why, row.typed, got, row.want)
		}
	}
}
