package flows

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/locales"
)

// maxEffects bounds what one event may bring.
const maxEffects = 16

var fuzzTexts = []string{
	"kb", "mất qr", "dữ liệu của tôi", "khai hộ", "như cũ", "thêm", "tất cả", "khai báo", "xem qr", "thoát", "stop", "bật lại", "quay lại", "làm lại", "trợ giúp", "english", "tiếng việt", "/start",
	"sửa", "sửa 3", "ok", "không", "có", "0", "1", "2", "3", "9", "1 3", "12", "Nguyễn Văn An", "02/09/1955", "1990", "2016", "31/02/1955", "hôm qua",
	"046055001234", "046155001234", "46055001234", "191234567", "000000000", "C1234567", "DN4460123456789", "0900123456", "123456", "654321",
	"tổ 3, phường Vỹ Dạ, TP Huế", "hương vân", "phú vang", "quảng trị", "không rõ", "như hộ khẩu", "sốt, ho", "gan, có thai", "nam", "nữ", "Lào", "bỏ qua",
	cardText, cardMinistry, "046155001234||Lê Thị Ba|01011956|Nam|Hương Vân, Thừa Thiên Huế", "sai ngày sinh", "địa chỉ cũ rồi", "GD4464612345678",
	"về huế", "Đà Nẵng 10/8, Quảng Nam 12/8", "huong van 10/8", "xe khách 75B-012.34", "VN1543 12A", "14/8 16/8", "mai", "20", "0 0", "Lào, Thái Lan", "hết", "none:0",
	"khoẻ", "sốt 38.5, ho", "2 sốt", "khó thở", "385", "37.2 97", "hôm qua sốt", "cả nhà khoẻ", "LINK 123456", "DA NHAN ab23", "khi nào hết cách ly",
	"", " ", "🙏🙏", "\x00\xff", strings.Repeat("dài ", 900), "e\u0301\u0323", "{{.name}}", "http://example.vn", "review:send:1", "-1", "99999999999999999999",
}

// FuzzTurn plays any sequence of events: nothing panics, every line can be
// said, the session goes through JSON unharmed, and its question exists.
func FuzzTurn(f *testing.F) {
	f.Add([]byte{0, 0, 1, 26, 1, 26}, "Nguyễn Văn An", uint8(1))
	f.Add([]byte{0, 0, 0, 24, 0, 25, 0, 30, 0, 40, 2, 0, 2, 1, 2, 2, 4, 90}, "", uint8(0))
	f.Add([]byte{0, 0, 0, 37, 5, 0, 2, 0, 5, 1, 2, 0, 2, 2, 0, 24}, "x", uint8(2))
	f.Add([]byte{2, 0, 6, 0, 6, 3, 7, 1, 7, 2, 4, 255, 0, 0, 2, 1}, "symptoms:fever:1", uint8(0))
	b := bundle(f)
	f.Fuzz(func(t *testing.T, script []byte, typed string, look uint8) {
		playScript(t, b, script[:min(len(script), 80)], typed, look)
	})
}

// The same with scripts that mostly answer sensibly, and so come far.
func TestRandomConversations(t *testing.T) {
	b := bundle(t)
	declared := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		script := make([]byte, 160)
		for i := 0; i < len(script); i += 2 {
			script[i] = 1
			if r.IntN(6) == 0 {
				script[i] = byte(r.IntN(8))
			}
			script[i+1] = byte(r.IntN(256))
		}
		declared += playScript(t, b, script, fuzzTexts[r.IntN(len(fuzzTexts))], byte(seed))
	}
	if declared < 50 {
		t.Errorf("only %d declarations: the conversations do not come far", declared)
	}
}

// sensible is an answer to where a session stands.
func sensible(s Session, n int) string {
	question := s.Question
	switch options := possible[question]; {
	case s.Form != "" && s.State.Open != nil && len(s.State.Open.Codes) > 0:
		return "1"
	case s.Form != "" && s.State.Open != nil && s.State.Open.Within != "":
		return "không rõ"
	case s.Form != "" && s.State.Open != nil && question == "passed":
		return []string{"0", "hôm qua", "Quảng Nam 12/8", "không nhớ", "Hương Vân", "hết"}[n%6]
	case len(options) > 0:
		return options[n%len(options)]
	case strings.HasPrefix(question, "checkup_"):
		return []string{"0", "1", "2", "sốt", "37.2 97", "khoẻ", "385", "khó thở"}[n%8]
	case question == askedPhone:
		return "0900123456"
	case question == askedCode:
		return "123456"
	case question == Review:
		return []string{"ok", "ok", "sửa", "3", "thêm", "sốt"}[n%6]
	case strings.HasPrefix(question, "check_"):
		return []string{"2", "3", "1"}[n%3]
	case question == askedReturn:
		return "1"
	case question == ReviewWhose:
		return []string{"0", "1", "2"}[n%3]
	case question == askedWho:
		return []string{"1", "12", "0", "tất cả", "Trần Thị Bé", "tôi"}[n%6]
	case question == "others":
		return []string{"0", "0", "Lê Thị Chín", "Lê Văn Mười 1990 191234569"}[n%4]
	case strings.HasPrefix(question, "who_"):
		return []string{"0", "1", "12", "2"}[n%4]
	case question == "phone":
		return []string{"0", "0900222333"}[n%2]
	}
	return []string{"kb", "về huế", "khai hộ", "như cũ", "không", "ve tinh"}[n%6]
}

// playScript plays events to Turn, two bytes for each: what kind, and which.
func playScript(t *testing.T, b *locales.Bundle, script []byte, typed string, look uint8) (declared int) {
	names := []string{"telegram", "sms", "web", "zalo"}
	typed = bound(typed) // as the dispatcher cuts what comes in
	features := looks[names[int(look)%len(names)]]
	now := time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)
	known := Known{}
	urn := core.URN("web:1")
	if features.Proven {
		urn = core.TelURN(transcriptPhone)
	}
	var s Session
	watching := watchedFor(look)
	known.Watched = len(watching) > 0
	replies := 0
	var actions []string // of buttons seen
	memory := &pure{}
	declare := func(d Declare) Declared {
		checkDeclare(t, d)
		declared++
		known.Declared, known.Told = d.Proven, declared%3 == 0
		if d.Proven {
			memory.remember(d, 1, core.DayOf(now))
		}
		return Declared{PersonName: d.Person.Name, Code: strings.Repeat("A", 26), Number: "1000000007", Version: 1}
	}
	var turn func(e Event, depth int)
	turn = func(e Event, depth int) {
		e.Now, e.Today, e.Features, e.Known, e.Setting = now, core.DayOf(now), features, known, transcriptSetting
		e.Setting.AskReligion = look&8 != 0
		next, effects := Turn(s, e)
		if len(effects) > maxEffects {
			t.Fatalf("%d effects", len(effects))
		}
		if s = stored(t, next); !reflect.DeepEqual(normal(t, s), normal(t, next)) {
			t.Fatalf("the session changed in the store:\n%+v\n%+v", next, s)
		}
		checkQuestion(t, s)
		for _, effect := range effects {
			var result Result
			switch effect := effect.(type) {
			case Reply:
				replies++
				checkSay(t, b, effect.Say)
				channel.Fit(Render(b, withoutQR(effect.Say), "vi", features), features)
				for _, c := range effect.Choices {
					actions = append(actions, c.Action)
				}
			case SendCode:
				refused := []string{"", "wait", "limit", "region"}[len(actions)%4]
				result = CodeSent{Phone: effect.Phone, Refused: refused, Wait: time.Minute}
			case CheckCode:
				result = CodeChecked{OK: effect.Code == "123456", Expired: len(actions)%2 == 0, Left: len(actions) % 5}
			case Prove:
				known.Phone = effect.Phone
			case SetLang:
				known.Lang = effect.Lang
			case OptOut:
				known.OptedOut = true
			case OptIn:
				known.OptedOut = false
			case NoticeShown:
				known.NoticeSeen = effect.Version
			case OpenTask:
				if effect.Kind == "" || len(effect.Note) > 40 || typed != "" && len(typed) > 20 && strings.Contains(effect.Note, typed) {
					t.Fatalf("task %+v", effect)
				}
			case Declare:
				result = declare(effect)
			case DeclareAll:
				if len(effect.List) < 2 || len(effect.List) > maxPeople {
					t.Fatalf("%d declarations at once", len(effect.List))
				}
				var all DeclaredAll
				for _, d := range effect.List {
					all.List = append(all.List, declare(d))
				}
				result = all
			case Recall:
				result = memory.recall(effect)
			case FindWatched:
				want := []string{"", WantPhoto, WantLocation}[len(actions)%3]
				result = Watched{In: effect.In, List: watching, Want: want}
			case KeepCheckups:
				kept := CheckedUp{People: effect.People}
				for _, c := range effect.List {
					w := checkCheckup(t, c, watching, core.DayOf(now))
					c.Colour = c.Colour.Worse([]core.Colour{core.ColourGreen, core.ColourYellow, core.ColourOrange}[len(actions)%3])
					kept.List = append(kept.List, CheckupKept{Said: c, Kept: core.KeptCheckup{Over: w.Over(), Colour: c.Colour}, Of: *w})
				}
				result = kept
			case LinkOfficer:
				result = OfficerSaid{Word: officerLink, OfficerChat: core.OfficerChat{Done: len(actions)%2 == 0, Name: "Lê Thị Y Tá", Area: "19777"}}
			case TakeAlert:
				result = OfficerSaid{Word: officerTake, Task: effect.Task, OfficerChat: core.OfficerChat{Done: len(actions)%2 == 0, Not: len(actions)%3 == 0, Who: "N. V. A."}}
			case ReplaceQR:
				result = QRReplaced{Done: len(actions)%3 > 0, QRCode: QRCode{Name: "Nguyễn Văn An", Code: strings.Repeat("A", 26), Number: "1000000007", Day: "2021-08-15"}}
			case FindHeld:
				looks := slices.Repeat([]core.HeldLook{{At: now, Duty: "police", Area: "46", Screen: "check"}}, len(actions)%7)
				result = Held{core.Holding{People: slices.Repeat([]core.HeldPerson{{Name: "Nguyễn Văn An", Looks: looks}}, len(actions)%3)}}
			case Object:
				known.Told = false
				result = Objected{Count: len(actions) % 2}
			case FindQR:
				qrs := QRs{}
				if len(actions)%2 == 0 {
					qrs.List = slices.Repeat([]QRCode{{Name: "Nguyễn Văn An", Code: strings.Repeat("A", 26), Number: "1000000007", Day: "2021-08-15"}}, len(actions)%16)
				}
				qrs.Lost = effect.Lost
				result = qrs
			}
			if result != nil {
				if depth > 8 {
					t.Fatal("effects without end")
				}
				turn(Event{Result: result}, depth+1)
			}
		}
	}
	for i := 0; i+1 < len(script); i += 2 {
		op, n := script[i]%8, int(script[i+1])
		in := core.Inbound{Channel: "web", URN: urn}
		switch op {
		case 1:
			in.Text = sensible(s, n)
		case 0:
			in.Text = fuzzTexts[n%len(fuzzTexts)]
		case 2:
			if len(actions) > 0 {
				in.Action = actions[len(actions)-1-n%len(actions)]
			}
		case 3:
			in.Text = typed
		case 4:
			now = now.Add(time.Duration(n) * 7 * time.Minute)
			continue
		case 5:
			in.Action = typed
		case 6:
			in.Control = []core.Control{core.Start, core.Stop, core.Resume, core.Blocked, core.Unblocked, core.Withdraw, "odd"}[n%7]
		case 7:
			switch n % 7 {
			case 0:
				in.Photo = &core.Photo{Text: typed}
			case 5:
				in.Photo = &core.Photo{Text: cardText}
			case 6:
				in.Photo = &core.Photo{Text: cardMinistry}
			case 1:
				in.Photo = &core.Photo{Failed: true}
			case 2:
				in.Location = &core.Location{Lat: 16, Lon: 107}
			case 3:
				in.Contact = transcriptPhone
			case 4:
				in.Offered = typed
			}
		}
		now = now.Add(time.Second)
		replies = 0
		if turn(Event{In: &in}, 0); replies == 0 && in.Control == "" {
			t.Fatalf("no answer to %+v at %q", in, s.Question)
		}
	}
	return declared
}

// FuzzStep holds the same of the engine alone, on any text and button.
func FuzzStep(f *testing.F) {
	f.Add("Nguyễn Văn An", "birth", "02/09/1955", uint8(0))
	f.Add("symptoms:fever", "symptoms", "symptoms:done", uint8(3))
	f.Add("permanent:474", "permanent", "1", uint8(1))
	f.Add("review:send", "review", "sửa 2", uint8(5))
	f.Add(cardText, "full_name", "sai địa chỉ", uint8(0))
	f.Add(cardMinistry, "sex", "card:yes:0", uint8(8))
	f.Add("Hương Vân 10/8", "passed", "0", uint8(65))
	f.Add("passed:done:1", "passed", "Đà Nẵng", uint8(68))
	b := bundle(f)
	names := []string{"telegram", "sms", "web", "zalo"}
	f.Fuzz(func(t *testing.T, one, question, two string, flags uint8) {
		e := Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks[names[int(flags)%len(names)]], Setting: transcriptSetting}
		form := forms[int(flags>>6)%len(forms)]
		s := State{Run: int(flags), Question: question}
		for i, text := range []string{one, two, one, two} {
			in := core.Inbound{Text: text}
			if flags>>(i%4+2)&1 == 1 {
				in = core.Inbound{Action: text}
			}
			e.In = &in
			before := clone(t, s)
			next, effects := Step(*form, s, e)
			if !reflect.DeepEqual(clone(t, s), before) {
				t.Fatal("the old state changed")
			}
			if len(effects) == 0 || len(effects) > maxEffects {
				t.Fatalf("%d effects", len(effects))
			}
			for _, effect := range effects {
				if reply, ok := effect.(Reply); ok {
					checkSay(t, b, reply.Say)
				}
			}
			if form.question(next.Question) == nil && next.Question != Review {
				t.Fatalf("no question %q", next.Question)
			}
			s = next
		}
	})
}
