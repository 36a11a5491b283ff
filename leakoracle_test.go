package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"khaibao/core/store/storetest"
)

// TestNoOracle has two strangers go the same way, one with the phone, ID and
// insurance number of somebody who declared before, one with numbers that
// nobody has. What they read must be the same, byte for byte, once their own
// numbers, codes, links and times are replaced by marks; so must what is sent
// to the two phones whose numbers they typed (docs/reference/security.md, 5).
func TestNoOracle(t *testing.T) {
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	r := start(t, o.settings(map[string]string{"ADDR": addr}))
	look := storetest.NewLook(t, "sqlite:"+r.dir+"/khaibao.db")
	known := numbers{phone: "+84900031001", id: "046055007771", insurance: "GD4464612377711"}
	unknown := numbers{phone: "+84900032002", id: "046055008882", insurance: "GD4464612388822"}
	declareKnown(t, o, look, known)

	t.Run("telegram", func(t *testing.T) {
		var said [2]string
		for i, n := range []numbers{known, unknown} {
			said[i] = askOnTelegram(t, o, look, n)
		}
		sameWords(t, said, known)
	})
	t.Run("web", func(t *testing.T) {
		var said [2]string
		for i, n := range []numbers{known, unknown} {
			said[i] = askOnTheWeb(t, o, look, n)
		}
		sameWords(t, said, known)
	})
	t.Run("the phones that were typed", func(t *testing.T) {
		var said [2]string
		for i, n := range []numbers{known, unknown} {
			for _, m := range o.twilio.Messages(n.phone) {
				if !m.Mine && regexp.MustCompile(`^\d{6} `).MatchString(m.Body) {
					said[i] += n.masked(m.Body) + "\n"
				}
			}
		}
		sameWords(t, said, known)
	})
	if n := look.Count(`SELECT COUNT(*) FROM declarations`); n != 5 {
		t.Errorf("%d declarations, want 5: the strangers did not go the whole way", n)
	}
}

// numbers are what a stranger types of somebody.
type numbers struct{ phone, id, insurance string }

func (n numbers) local() string { return "0" + n.phone[3:] }

var marksOfTime = []struct {
	is  *regexp.Regexp
	and string
}{
	{regexp.MustCompile(`https?://[^\s"<]+`), "{link}"},
	{regexp.MustCompile(`\b[1-9]\d{9}\b`), "{number}"},
	{regexp.MustCompile(`\b[1-9]\d{3} \d{3} \d{3}\b`), "{number}"},
	{regexp.MustCompile(`\b\d{6}\b`), "{code}"},
	{regexp.MustCompile(`\b\d{1,2}[:h]\d{2}\b`), "{time}"},
	{regexp.MustCompile(`\b\d+ (giây|giay|phút|phut)\b`), "{time}"},
}

// masked replaces what may differ.
func (n numbers) masked(text string) string {
	l := n.local()
	text = strings.NewReplacer(l, "{phone}", l[:4]+" "+l[4:7]+" "+l[7:], "{phone}", n.id, "{id}", "…"+n.id[8:], "…{id}", "..."+n.id[8:], "…{id}",
		n.insurance, "{insurance}", n.insurance[len(n.insurance)-4:], "{insurance}").Replace(text)
	for _, m := range marksOfTime {
		text = m.is.ReplaceAllString(text, m.and)
	}
	return text
}

// sameWords compares two transcripts, which must hold something, and none of
// what should have been masked.
func sameWords(t *testing.T, said [2]string, known numbers) {
	t.Helper()
	if said[0] == said[1] {
		if len(said[0]) < 40 {
			t.Errorf("nothing was said: %q", said[0])
		}
		for _, n := range []string{known.local(), known.id, known.insurance} {
			if strings.Contains(said[0], n) {
				t.Errorf("%q was not masked", n)
			}
		}
		return
	}
	one, two := strings.Split(said[0], "\n"), strings.Split(said[1], "\n")
	for i := range max(len(one), len(two)) {
		a, b := at(one, i), at(two, i)
		if a != b {
			t.Errorf("line %d tells who is known:\nknown:   %s\nunknown: %s", i+1, a, b)
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// settle waits until all that was said is answered and read.
func settle(t *testing.T, look *storetest.Look, message string) {
	t.Helper()
	eventually(t, "the answer to "+message, func() bool {
		return (message == "" || look.Messages()[message].ID != "") && look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0
	})
}

// declareKnown has somebody declare by Telegram, with all three numbers.
func declareKnown(t *testing.T, o *outside, look *storetest.Look, n numbers) {
	t.Helper()
	one := newPerson(o, &script{channel: "telegram", steps: append([]string{"/start", "[Khai báo]", "[Gửi số của tôi]"}, declaration(n)...)})
	one.phone = n.phone
	o.telegram.Forget(one.chat)
	one.meet()
	for i := range one.script.steps {
		one.say(t, i)
		settle(t, look, one.sent[i])
	}
	if look.Count(`SELECT COUNT(*) FROM declarations`) != 1 {
		t.Fatalf("nobody is known:\n%s", strings.Join(one.got(), "\n"))
	}
}

// declaration are the answers from the name on, with an insurance number.
func declaration(n numbers) []string {
	return []string{"Nguyễn Văn Quen", "2/9/1955", n.id, "số 5 kiệt 7 đường Trong, tổ 3, phường Vỹ Dạ, TP Huế", "[Như hộ khẩu]", "[Không có]",
		"[Không có]", "[Không]", "[Khai thêm]", n.insurance, "Kinh", "[Bỏ qua]", "[Bỏ qua]", "[Bỏ qua]", "0", "[Gửi tờ khai]"}
}

// askOnTelegram types somebody's phone where one's own is asked for, guesses
// the code, then proves an own phone and declares with the other numbers.
func askOnTelegram(t *testing.T, o *outside, look *storetest.Look, n numbers) string {
	t.Helper()
	steps := append([]string{"/start", "xem qr", "[Khai báo]", n.local(), "000000", "111111", "xem qr", "[Chưa nhận được mã]", "[Đổi số điện thoại]", "[Gửi số của tôi]"},
		append(declaration(n), "xem qr", "khai báo", "thoát", n.id, n.insurance, n.local())...)
	one := newPerson(o, &script{channel: "telegram", steps: steps})
	for i := range steps {
		one.say(t, i)
		settle(t, look, one.sent[i])
	}
	lines := o.cable.got(strconv.FormatInt(one.chat, 10))
	for i, line := range lines {
		lines[i] = n.masked(numbers{phone: one.phone, id: n.id, insurance: n.insurance}.masked(line))
	}
	return strings.Join(lines, "\n")
}

// askOnTheWeb does the same in a browser, whose own phone gets a code.
func askOnTheWeb(t *testing.T, o *outside, look *storetest.Look, n numbers) string {
	t.Helper()
	one := newPerson(o, &script{channel: "sms"})
	own := numbers{phone: one.phone, id: n.id, insurance: n.insurance}
	v := newVisitor(t, o.door.url)
	v.get("/")
	say := func(texts ...string) {
		t.Helper()
		for _, text := range texts {
			v.say(text)
			settle(t, look, "")
			v.get("/")
		}
	}
	say("xem qr", "khai báo", n.local(), "000000", "111111", "xem qr", "[Chưa nhận được mã]", "[Đổi số điện thoại]", own.local())
	code := ""
	for _, m := range o.twilio.Messages(one.phone) {
		code = regexp.MustCompile(`\b\d{6}\b`).FindString(m.Body)
	}
	say(code)
	say(declaration(n)...)
	say("xem qr", "khai báo", "thoát", n.id, n.insurance, n.local())
	return n.masked(own.masked(v.words()))
}
