package flows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/locales"
)

const (
	cardText     = "046160001234|191234567|Nguyễn Thị Hoa|02091960|Nữ|TDP 3, Vỹ Dạ, Thành phố Huế, Thừa Thiên Huế|10052021"
	cardMinistry = "******001234|NGUYEN VAN AN|1985-**-**|0|q-12|x<1<DN4464612345678<0900222333<sig"
)

// cardAsked is a session at the question whether a card is right.
func cardAsked(card string, before ...Answer) Session {
	s := standing("full_name", before...)
	s.Question, s.State.Question = cardQuestion, cardQuestion
	s.State.Open = &Open{ID: cardQuestion, Typed: card}
	return s
}

func TestAnswersToACard(t *testing.T) {
	const filled = cardText + "; full_name=Nguyễn Thị Hoa; birth=1960-09-02; id_number=046160001234 | cccd; sex=female; old_id=191234567; permanent=19777 | TDP 3"
	but := func(part string) string { // with one answer left out; the card keeps which
		id, _, _ := strings.Cut(part, "=")
		return strings.TrimPrefix(strings.Replace(filled, "; "+part, "", 1), cardText+"; ") + "; " + id
	}
	none := "> full_name"
	hear(t, cardAsked(cardText), []said{
		{"by number", "1", filled}, {"number and dot", "1.", filled}, {"yes", "đúng", filled}, {"yes", "dung roi con", filled}, {"ok", "ok", filled}, {"a thumb", "👍", filled}, {"yes", "vâng ạ", filled},
		{"yes", "chinh xac", filled}, {"it is me", "dung la toi", filled}, {"English", "yes", filled},
		{"by number", "0", none}, {"the second", "2", none}, {"no", "không", none}, {"no", "sai", none}, {"no", "khong dung", none}, {"not mine", "khong phai toi", none}, {"to type", "tu nhap", none}, {"to correct", "sửa", none}, {"back", "quay lai", none},
		{"one part is wrong", "sai ngày sinh", but("birth=1960-09-02")}, {"one part is wrong", "địa chỉ cũ rồi", but("permanent=19777 | TDP 3")}, {"one part is wrong", "ten khong dung", but("full_name=Nguyễn Thị Hoa")}, {"all but one", "dung het tru dia chi", but("permanent=19777 | TDP 3")},
		{"the number is wrong", "so cccd sai", "full_name=Nguyễn Thị Hoa; birth=1960-09-02; permanent=19777 | TDP 3; id_number; sex=female"},
		{"the right day at once", "3/9/1960", strings.Replace(filled, "; birth=1960-09-02", "", 1) + "; birth=1960-09-03"}, {"the right number at once", "046160001235", cardText + "; full_name=Nguyễn Thị Hoa; birth=1960-09-02; permanent=19777 | TDP 3; id_number=046160001235 | cccd; sex=female"},
		{"unclear", "hinh nhu", "quick.wrong"}, {"another number", "5", "quick.wrong"}, {"a question", "sao biet ten toi", "quick.wrong"}, {"nothing", "", "quick.wrong"}, {"no place", "3 4", "quick.wrong"},
		{"thanks", "cam on", "thanks"}, {"why", "lua dao ha", "why"}, {"out", "thoat", "leave.done"}, {"the QR", "xem qr", "FindQR"},
	})
}

// What was typed stays until the card is found right, and an answer that says
// more than the card stays then too.
func TestCardOverWhatWasTyped(t *testing.T) {
	s := standing("sex", Answer{ID: "full_name", Value: "Trần Thị Lan"}, Answer{ID: "birth", Value: "1960-09-03"})
	e := plainEvent(cardText)
	after, effects := turnNew(s, e)
	if got := fmt.Sprint(after.State.Answers); got != fmt.Sprint(s.State.Answers) {
		t.Fatalf("answers changed before a yes: %s", got)
	}
	said := fmt.Sprint(effects)
	for _, part := range []string{"quick.differs", "resident.full_name.name", "resident.birth.name", "resident.id_number.name"} {
		if !strings.Contains(said, part) {
			t.Errorf("%s is not said: %s", part, said)
		}
	}
	s = standing("permanent", Answer{ID: "full_name", Value: "Nguyễn Thị Hoà"}, Answer{ID: "birth", Value: "1985-03-04"}, Answer{ID: "id_number", Value: "046085001234", Type: "cccd", Sex: "male", Year: 1985}, Answer{ID: "sex", Value: "male"})
	s.Question, s.State.Question = "permanent", "permanent"
	e = plainEvent("046085001234||NGUYEN THI HOA|1985|Nam|TDP 3, Vỹ Dạ, Huế")
	after, _ = turnNew(s, e)
	e.In = &core.Inbound{Channel: "sms", URN: core.TelURN(transcriptPhone), Text: "1"}
	after, _ = turnNew(after, e)
	v := View{Form: &Resident, State: &after.State, Event: &e}
	if v.Value("full_name") != "Nguyễn Thị Hoà" || v.Value("birth") != "1985-03-04" || v.Value("permanent") != "19777" {
		t.Errorf("kept %q, %q, %q", v.Value("full_name"), v.Value("birth"), v.Value("permanent"))
	}
}

// A card where it is of no use is said to be; ours and others' codes fill
// nothing in.
func TestCodesThatFillNothingIn(t *testing.T) {
	link := "https://khaibao.example.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	photo := func(text string) Event {
		e := plainEvent("")
		e.In.Photo = &core.Photo{Text: text}
		return e
	}
	tests := []struct {
		why     string
		session Session
		event   Event
		want    string
	}{
		{"a card at a question about health", standing("symptoms"), photo(cardText), "input.photo_qr"},
		{"the same pasted", standing("symptoms"), plainEvent(cardText), "quick.elsewhere"},
		{"pasted where anything may be typed", standing("occupation"), plainEvent(cardText), "quick.elsewhere"},
		{"pasted at the review", standing(Review), plainEvent(cardText), "quick.elsewhere"},
		{"our own code at the name", standing("full_name"), photo(link), "input.photo_qr"},
		{"our own code at the menu", Session{Question: askedMenu}, photo(link), "input.photo_qr"},
		{"its link typed at the menu", Session{Question: askedMenu}, plainEvent(link), "FindQR"},
		{"another code at the name", standing("full_name"), photo("HC1:6BFOXN"), "input.photo_qr"},
		{"a card that says nothing", standing("full_name"), photo("||||||"), "input.photo_qr"},
	}
	for _, tt := range tests {
		if got := outcome(tt.session, tt.event); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.why, got, tt.want)
		}
	}
}

// What a scanned text claims to be a name is taken only where a typed one would
// be: whatever is read is said back under our name.
func TestNamesOnCards(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"NGUYỄN THỊ HOA", "Nguyễn Thị Hoa"}, {"NGUYEN THI HOA", "Nguyen Thi Hoa"}, {"Hồ A Nun", "Hồ A Nun"}, {"Công Tằng Tôn Nữ Hoàng Mai", "Công Tằng Tôn Nữ Hoàng Mai"},
		{"http://evil.example", ""}, {"Trúng thưởng 100 triệu", ""}, {"", ""}, {"Hoa", ""},
	} {
		r := run{form: &Resident, e: &Event{Today: "2021-08-15", Setting: transcriptSetting}}
		got := ""
		c, _ := cardIn(&core.Inbound{Text: "046160001234||" + tt.name + "|02091960|Nữ|Vỹ Dạ, Huế"}, "")
		for _, a := range r.cardAnswers(c) {
			if a.ID == "full_name" {
				got = a.Value
			}
		}
		if got != tt.want {
			t.Errorf("%q is read as %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Each message about a card is one segment by SMS, whatever is on it.
func TestCardFitsSMS(t *testing.T) {
	b := bundle(t)
	names := []string{"Lê Na", "Nguyễn Thị Hoa", "Nguyễn Thị Thanh Hương", "Công Tằng Tôn Nữ Hoàng Mai", longest()["name"]}
	places := []string{"", "An Cựu, Huế", "TDP 3, Vỹ Dạ, Thành phố Huế", "Phường Đúc, Huế", "Thị trấn Phong Điền, Phong Điền, Thừa Thiên Huế", "Thôn Dưỡng Mong, Xã Vinh Hà, Phú Vang", "Thị trấn Nông trường Trần Phú, Văn Chấn, Yên Bái"}
	for _, lang := range locales.Langs {
		for _, name := range names {
			for _, place := range places {
				for _, number := range []string{"046160001234", "046060001234"} { // the second clashes with the sex
					for _, q := range []string{"full_name", "permanent"} {
						e := plainEvent(number + "|191234567|" + name + "|02091960|Nữ|" + place)
						e.Known.Lang = lang
						s, effects := turnNew(standing(q), e)
						e.In.Text = "hinh nhu"
						_, again := turnNew(s, e)
						for _, effect := range append(effects, again...) {
							reply, ok := effect.(Reply)
							if !ok {
								continue
							}
							for _, out := range channel.Fit(Render(b, reply.Say, lang, looks["sms"]), looks["sms"]) {
								if n, gsm7 := channel.Segments(out.Text); n > 1 || !gsm7 {
									t.Errorf("%s: %d segments, %d letters:\n%s", lang, n, channel.Count(out.Text, looks["sms"]), out.Text)
								}
							}
						}
					}
				}
			}
		}
	}
}

// Somebody else's number is answered as one that nobody has, byte by byte, also
// by who declared for people of their own.
func TestStrangersNumbersAreAnsweredAlike(t *testing.T) {
	b := bundle(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWhole(t, s, b)
		sent := 0
		talk := func(phone string, texts ...string) string {
			var all strings.Builder
			for _, text := range texts {
				sent++
				in := core.Inbound{Channel: "sms", ExternalID: fmt.Sprint(sent), URN: core.TelURN(phone), Text: text}
				shown, _ := w.take(t, in, time.Date(2021, 8, 15, 1, sent, 0, 0, time.UTC))
				for _, m := range shown {
					all.WriteString(m.out.Text + "\n")
				}
			}
			return all.String()
		}
		talk("+84900111222", "KBYT Nguyen Thi Hoa, 1960, 191234567, GD4464612345678, nu, to 3 Vy Da Hue, khoe")
		for n, numbers := range [][2]string{{"191234567", "191234598"}, {"GD4464612345678", "GD4464612345699"}, {"4612345678", "4612345699"}} {
			var said [2]string
			for i, number := range numbers {
				phone := fmt.Sprintf("+849001113%d%d", n, i)
				talk(phone, fmt.Sprintf("KBYT Tran Van Binh, 1961, 19123456%d, nam, to 3 Vy Da Hue, khoe", n*2+i))
				said[i] = talk(phone, "khai ho", number, "Le Thi Na", "1990", "lam lai", number, "thoat", "KBYT "+number+", khoe", "thoat", "khai ho", "2", number)
				said[i] = strings.ReplaceAll(said[i], lastDigits(number), "....")
			}
			if said[0] != said[1] {
				t.Errorf("%s is told from %s:\n%s\n%s", numbers[0], numbers[1], said[0], said[1])
			}
		}
		own := talk("+84900111222", "khai ho", "4612345678")
		if !strings.Contains(own, "Hoa") {
			t.Errorf("the own number is not known: %s", own)
		}
	})
}
