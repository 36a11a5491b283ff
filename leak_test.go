package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core/store/storetest"
)

// TestNothingLeaks sends marked names, phones, ID and insurance numbers,
// addresses, answers and texts through every path of the whole program, errors
// included, and searches all that a stranger could come by.
func TestNothingLeaks(t *testing.T) {
	onEachEngine(t, testLeaks)
}

func testLeaks(t *testing.T, database string) {
	addr, metrics := freeAddr(t), freeAddr(t)
	o := newOutside(t, "http://"+addr)
	p := newProcess(t, o.settings(map[string]string{"ADDR": addr, "METRICS_ADDR": metrics, "DATABASE_URL": database, "LOG_LEVEL": "debug", "SECOND_FACTOR": "none"}))
	p.start()
	look := storetest.NewLook(t, database)
	l := &leaks{t: t, o: o, p: p, look: look, marks: &marks{others: []string{outsideToken, outsideSecret, outsideAuth}}}
	l.declareByTelegram()
	l.declareBySMS()
	l.declareOnTheWeb()
	l.checkAsOfficer()
	l.sendGarbage()
	l.failNetworks()

	dump := look.Dump() // while it runs: SQLite has its newest rows in the WAL alone
	scraped := l.page("http://" + metrics + "/metrics")
	if !bytes.Contains(scraped, []byte("khaibao_messages_total")) {
		t.Fatalf("no metrics: %s", scraped)
	}
	if _, err := p.stop(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	findMarks(t, "the log", []byte(p.out.String()), l.marks.all())
	findMarks(t, "/metrics", scraped, l.marks.all())
	// Officers see their own name on every page of theirs.
	findMarks(t, "an error page", bytes.ReplaceAll(l.errorPages.Bytes(), []byte(l.officer), nil), l.marks.all())
	findMarks(t, "a URL", []byte(l.urls()), l.marks.all())
	findMarks(t, "the database", dump, l.marks.others)
	findMarks(t, "the database, at rest", look.Dump(), l.marks.others)
	if n := look.Count(`SELECT COUNT(*) FROM declarations`); n != 3 {
		t.Errorf("%d declarations, want 3: the marks did not go the whole way", n)
	}
	if !strings.Contains(p.out.String(), `"level":"DEBUG"`) {
		t.Error("the log is not at its most talkative")
	}
	for _, name := range l.marks.names { // the search itself must be able to find what is there
		if !bytes.Contains(dump, []byte(name)) {
			t.Errorf("the dump does not hold the name %q, which stands in clear: it is no dump", name)
		}
	}
	for _, code := range l.codes {
		if regexp.MustCompile(`\b` + code + `\b`).MatchString(p.out.String()) {
			t.Errorf("the log holds the code %s that was sent by SMS", code)
		}
	}
}

// leaks walks marked people through the program.
type leaks struct {
	t          *testing.T
	o          *outside
	p          *process
	look       *storetest.Look
	marks      *marks
	officer    string   // name
	codes      []string // sent by SMS
	qrs        []string // codes of QR links
	errorPages bytes.Buffer
}

func (l *leaks) name(mark string) string {
	l.marks.names = append(l.marks.names, mark)
	return mark
}

func (l *leaks) mark(mark string) string {
	l.marks.others = append(l.marks.others, mark)
	return mark
}

// declareByTelegram says what the script of transcripts says, with marks.
func (l *leaks) declareByTelegram() {
	l.t.Helper()
	s := &script{channel: "telegram", steps: []string{"/start", l.mark("khongaihieu một"), "[Khai báo]", "[Gửi số của tôi]", l.name("Hồ Dấu Vết"), "2/9/1955",
		l.mark("046055004567"), "số 77 kiệt 19 đường " + l.mark("Dấu Nhà Kín") + ", tổ 3, phường Vỹ Dạ, TP Huế", "[Như hộ khẩu]", "[Không có]",
		"[Ho]", "[Xong]", "[Không]", "[Khai thêm]", l.mark("GD4464612345671"), "Kinh", "[Bỏ qua]", "[Bỏ qua]", l.mark("nghề dệt dấu kín"), "0", "[Gửi tờ khai]", "xem qr"}}
	one := newPerson(l.o, s)
	l.mark(one.phone[3:])
	l.mark(one.to())
	for i := range s.steps {
		one.say(l.t, i)
		l.settledAfter(one.sent[i])
	}
}

// settledAfter waits until a message is answered and the answers are sent.
func (l *leaks) settledAfter(message string) {
	l.t.Helper()
	eventually(l.t, "the answer to "+message, func() bool {
		id := l.look.Messages()[message].ID
		return id != "" && l.look.Count(`SELECT COUNT(*) FROM outbox WHERE cause = $1 AND state = 0`, id) == 0
	})
}

func (l *leaks) declareBySMS() {
	l.t.Helper()
	s := &script{channel: "sms", steps: []string{"kb", l.name("Tran Thi Vet Den"), "1960", l.mark("191234568"), "nu",
		"12 duong " + l.mark("nhakinhai") + ", xa phu duong, phu vang", "thon duong no dong", "1", "0", "khong", "ko", "0", "ok", l.mark("khongaihieu hai")}}
	one := newPerson(l.o, s)
	l.mark(one.phone[3:])
	for i := range s.steps {
		one.say(l.t, i)
		l.settledAfter(one.sent[i])
	}
	said := strings.Join(l.o.cable.got(one.to()), "\n")
	link := regexp.MustCompile(`/[qQ]/([A-Za-z2-7]{26})`).FindStringSubmatch(said)
	number := regexp.MustCompile(`\b[1-9]\d{9}\b`).FindString(said)
	if link == nil || number == "" {
		l.t.Fatalf("no QR came:\n%s", said)
	}
	l.qrs = append(l.qrs, l.mark(link[1]))
	l.mark(number)
}

func (l *leaks) declareOnTheWeb() {
	l.t.Helper()
	v := newVisitor(l.t, l.o.door.url)
	v.get("/")
	for _, c := range v.cookies() {
		l.mark(c)
	}
	v.say(l.mark("khongaihieu ba"))
	v.say("khai báo")
	phone := "0" + l.mark("900077123")
	v.say(phone)
	code := l.code("+84900077123")
	for _, text := range []string{code, l.name("Tôn Nữ Vết Mờ"), "01021950", l.mark("046150004569"), "số 12 kiệt 5 " + l.mark("Bà Triệu Kín") + ", phường Phú Hội, Huế",
		"tổ 4", "ở 25 " + l.mark("Hùng Vương Kín") + ", TT Phong Điền, Phong Điền", "bỏ qua", "2,3", "hôm qua", "sốt, đau họng", "có", "cao huyết áp",
		"[Khai thêm]", l.mark("GD4461234567893"), "Pa Kô", "[Góa]", "[Bỏ qua]", l.mark("làm nông dấu"), "0", "[Gửi tờ khai]"} {
		v.say(text)
	}
	eventually(l.t, "three declarations", func() bool { return l.look.Count(`SELECT COUNT(*) FROM declarations`) == 3 })
}

// code is the newest code that a phone got by SMS.
func (l *leaks) code(phone string) string {
	l.t.Helper()
	code := ""
	eventually(l.t, "a code", func() bool {
		for _, m := range l.o.twilio.Messages(phone) {
			if found := regexp.MustCompile(`\b\d{6}\b`).FindString(m.Body); found != "" && !m.Mine {
				code = found
			}
		}
		return code != ""
	})
	l.codes = append(l.codes, code)
	return code
}

// checkAsOfficer looks the marked people up in every way there is.
func (l *leaks) checkAsOfficer() {
	l.t.Helper()
	l.officer = l.name("Lê Cán Bộ Dấu")
	out, err := l.p.command("officer", "add", "--name", l.officer, "--duty", "cdc", "--area", "46", "--sign-in", "vet.den")
	found := regexp.MustCompile(`sign in as (\S+) with (\S+)`).FindStringSubmatch(out)
	if err != nil || found == nil {
		l.t.Fatalf("officer add: %v %s", err, out)
	}
	v := newVisitor(l.t, l.o.door.url)
	v.post("/admin/sign-in", "name", "vet.den", "password", l.mark("mot-mat-khau-sai"))
	l.errorPages.WriteString(v.last)
	v.post("/admin/sign-in", "name", l.mark("ten.khong.co"), "password", l.mark("mot-mat-khau-sai-nua"))
	v.post("/admin/sign-in", "name", "vet.den", "password", l.mark(found[2]))
	if code := v.post("/admin/password", "current", found[2], "new", l.mark("mot cau that dai de nho"), "repeat", "mot cau that dai de nho"); code != 200 {
		l.t.Fatalf("the password was not changed: %d", code)
	}
	for _, c := range v.cookies() {
		l.mark(c)
	}
	for _, q := range []string{"0900077123", "046055004567", "GD4464612345671", "046055009999", "/q/" + strings.Repeat("A", 26), "khongaihieu bon"} {
		if code := v.post("/admin/check", "q", q); code/100 == 5 {
			l.t.Errorf("a check of %q answered %d", q, code)
		}
	}
	if !strings.Contains(l.checked(v, "0900077123"), "Tôn Nữ Vết Mờ") {
		l.t.Error("the officer does not find who declared: the marks did not go the whole way")
	}
	v.post("/admin/declarations", "name", "Hồ Dấu Vết")
	link := regexp.MustCompile(`/admin/declarations/[0-9a-f-]{36}`).FindString(v.last)
	if code := v.get(link); link == "" || code != 200 {
		l.t.Errorf("the declaration: %q answered %d", link, code)
	}
	for _, path := range []string{"/admin/declarations/khongaihieu-nam", "/q/khongaihieu-sau", "/khongaihieu-bay", "/admin/khongaihieu-tam?q=0900077123"} {
		if code := v.get(path); code != 404 {
			l.t.Errorf("%s answered %d", path, code)
		}
		l.errorPages.WriteString(v.last)
	}
	for _, code := range l.qrs {
		if got := newVisitor(l.t, l.o.door.url).get("/q/" + code); got != 200 {
			l.t.Errorf("a stranger who opens a QR's link gets %d", got)
		}
		if v.get("/q/" + code); !strings.Contains(v.last, "Vet Den") {
			l.t.Error("the officer does not see who a QR is of")
		}
	}
	l.marks.others = append(l.marks.others, "khongaihieu bon", "khongaihieu-nam", "khongaihieu-sau", "khongaihieu-bay", "khongaihieu-tam")
}

func (l *leaks) checked(v *visitor, q string) string {
	v.post("/admin/check", "q", q)
	return v.last
}

// sendGarbage knocks at every door with what nobody can read, marked.
func (l *leaks) sendGarbage() {
	l.t.Helper()
	mark := l.mark("raccodau-090")
	long := strings.Repeat(mark+" ", 10<<20/len(mark))
	for _, knock := range []struct{ method, path, kind, body, header, value string }{
		{"POST", "/hooks/telegram", "application/json", `{"update_id":1,"message":{"text":"` + mark, "X-Telegram-Bot-Api-Secret-Token", outsideSecret},
		{"POST", "/hooks/telegram", "application/json", `{"update_id":"` + mark + `"}`, "X-Telegram-Bot-Api-Secret-Token", outsideSecret},
		{"POST", "/hooks/telegram", "application/json", `{"update_id":1,"message":{"text":"` + mark + `"}}`, "X-Telegram-Bot-Api-Secret-Token", mark},
		{"POST", "/hooks/telegram", "application/json", long, "X-Telegram-Bot-Api-Secret-Token", outsideSecret},
		{"POST", "/hooks/twilio", "application/x-www-form-urlencoded", "From=%2B84900077123&Body=" + mark, "X-Twilio-Signature", mark},
		{"POST", "/hooks/twilio", "application/x-www-form-urlencoded", "Body=%ZZ" + mark, "X-Twilio-Signature", mark},
		{"POST", "/hooks/twilio/status", "application/x-www-form-urlencoded", "MessageSid=" + mark, "X-Twilio-Signature", mark},
		{"POST", "/chat", "multipart/form-data; boundary=x", "--x\r\n" + mark, "Cookie", "kb=" + mark},
		{"POST", "/chat", "application/x-www-form-urlencoded", "action=" + strings.Repeat(mark, 20), "", ""},
		{"POST", "/admin/sign-in", "application/x-www-form-urlencoded", "name=%ZZ" + mark, "", ""},
		{"GET", "/chat/events?after=" + mark, "", "", "Cookie", "kb=" + strings.Repeat("A", 43)},
		{"GET", "/chat/pictures/" + mark, "", "", "Cookie", "kb=" + strings.Repeat("A", 43)},
		{"PUT", "/" + mark, "", mark, "X-Odd", mark},
		{"POST", "/chat", "application/x-www-form-urlencoded", "text=" + mark, "Origin", "https://" + mark + ".example"},
	} {
		req, err := http.NewRequest(knock.method, l.p.url+knock.path, strings.NewReader(knock.body))
		if err != nil {
			l.t.Fatal(err)
		}
		req.Header.Set("Content-Type", knock.kind)
		if knock.header != "" {
			req.Header.Set(knock.header, knock.value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // it was cut off in the middle of too much
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode < 400 {
			l.t.Errorf("%s %s answered %d", knock.method, knock.path, res.StatusCode)
		}
		l.errorPages.Write(body)
	}
}

// failNetworks has every network fail in every way while people are answered;
// the last way is a network that says back all that it was told.
func (l *leaks) failNetworks() {
	l.t.Helper()
	var s = &script{channel: "telegram", steps: []string{"/start", l.mark("khongaihieu chin"), "khai báo", "[Gửi số của tôi]", l.mark("khongaihieu muoi")}}
	var m = &script{channel: "sms", steps: []string{l.mark("khongaihieu muoi mot")}}
	for _, f := range []sandbox.Failures{{Broken: true}, {Cut: true}, {Refused: true}, {TooMany: time.Second}} {
		one, two := newPerson(l.o, s), newPerson(l.o, m)
		l.mark(one.phone[3:])
		l.mark(two.phone[3:])
		l.mark(one.to())
		before := l.calls()
		l.o.telegram.Fail(f)
		l.o.twilio.Fail(f)
		one.say(l.t, 0)
		one.say(l.t, 1)
		two.say(l.t, 0)
		eventually(l.t, "calls that fail", func() bool { return l.calls() >= before+2 })
		l.o.telegram.Fail(sandbox.Failures{})
		l.o.twilio.Fail(sandbox.Failures{})
	}
	l.o.twilio.LoseAnswers(2)
	two := newPerson(l.o, m)
	l.mark(two.phone[3:])
	two.say(l.t, 0)
	l.settledAfter(two.sent[0])

	dead := newPerson(l.o, m)
	l.mark(dead.phone[3:])
	l.o.twilio.Kill(dead.phone, 21211) // whose answer quotes the number
	dead.say(l.t, 0)
	l.settledAfter(dead.sent[0])

	for _, code := range []int{http.StatusBadRequest, http.StatusInternalServerError, http.StatusFound} {
		one, two := newPerson(l.o, s), newPerson(l.o, m)
		l.mark(one.phone[3:])
		l.mark(two.phone[3:])
		l.mark(one.to())
		before := l.calls()
		l.o.cable.echo(code)
		one.say(l.t, 0)
		two.say(l.t, 0)
		eventually(l.t, "calls that are echoed", func() bool { return l.calls() >= before+2 })
		l.o.cable.echo(0)
	}
}

func (l *leaks) calls() int {
	l.o.cable.mu.Lock()
	defer l.o.cable.mu.Unlock()
	return len(l.o.cable.urls)
}

// urls are those that the program asked for, but for what an API knows no
// other way to ask: the token in the Bot API's path, and the number whose
// messages Twilio is asked to list after an answer was lost.
func (l *leaks) urls() string {
	l.o.cable.mu.Lock()
	defer l.o.cable.mu.Unlock()
	all := strings.Join(l.o.cable.urls, "\n")
	all = strings.ReplaceAll(all, "/bot"+outsideToken+"/", "/bot/")
	return regexp.MustCompile(`([?&]To=)%2B84\d+`).ReplaceAllString(all, "$1")
}

func (l *leaks) page(address string) []byte {
	l.t.Helper()
	res, err := http.Get(address)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return body
}

// command runs another command of the program on the same settings.
func (p *process) command(args ...string) (string, error) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = p.environ()
	out, err := cmd.CombinedOutput()
	return string(out), err
}
