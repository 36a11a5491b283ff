package sandbox

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/qr"
)

// zaloStand is a sandbox with Zalo, its pages open, and the program's side.
type zaloStand struct {
	*stand
	p *zaloProgram
}

func newZaloStand(t *testing.T) *zaloStand {
	s := &zaloStand{stand: &stand{t: t, air: newAir()}}
	s.p = startZalo(t, func(a *ZaloAccount) { a.OAName, a.Clock = "Khai báo y tế Huế", time.Now })
	s.Sandbox = New(Options{TelegramToken: botToken, SMS: s.air, Zalo: s.p.Zalo})
	s.web = httptest.NewServer(s.Pages())
	t.Cleanup(func() { s.Close(); s.web.Close() })
	return s
}

// to sends a message of the OA's to a telephone.
func (s *zaloStand) to(phone, message string) map[string]any {
	s.t.Helper()
	got := s.p.call(zaloCS, fmt.Sprintf(`{"recipient":{"user_id":%q},"message":%s}`, s.p.UserID(phone), message))
	if code(got) != 0 {
		s.t.Fatalf("%v", got)
	}
	return got
}

const (
	thu    = "+84900000101" // telephone 1
	asks   = `{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[{"title":"Khai báo","subtitle":"Họ tên, số điện thoại","image_url":"https://x.invalid/i.png"}]}}}`
	always = `{"text":"Sốt? <b>","attachment":{"type":"template","payload":{"buttons":[
		{"title":"Có","type":"oa.query.show","payload":"#yes"},{"title":"Không","type":"oa.query.hide","payload":"#no"},
		{"title":"Xem","type":"oa.open.url","payload":{"url":"https://khaibao.example/q/x"}},
		{"title":"Gọi","type":"oa.open.phone","payload":{"phone_code":"8419001075"}},
		{"title":"Nhắn","type":"oa.open.sms","payload":{"phone_code":"84900000000","content":"KB"}}]}}}`
)

func TestZaloTelephoneWithoutAScript(t *testing.T) {
	s := newZaloStand(t)
	if _, page := s.get("/sandbox/tel/1?app=zalo"); !strings.Contains(page, "QUAN TÂM") || !strings.Contains(page, "Khai báo y tế Huế") {
		t.Error("the first sight of the OA offers nothing to begin with")
	}
	alone := url.Values{"alone": {"1"}, "app": {"zalo"}}
	with := func(pairs ...string) url.Values {
		v := url.Values{}
		for name, value := range alone {
			v[name] = value
		}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	status, page, at := s.submit("/sandbox/tel/1/zalo-follow", with("on", "1"))
	if status != 200 || at != "/sandbox/tel/1?app=zalo" || !strings.Contains(page, "Bỏ quan tâm") {
		t.Errorf("following ended on %s with %d", at, status)
	}
	s.to(thu, always)
	s.to(thu, asks)
	_, page = s.get("/sandbox/tel/1?app=zalo")
	for _, want := range []string{
		"Sốt? &lt;b&gt;", `name="payload" value="#yes"`, `href="https://khaibao.example/q/x"`, `href="tel:+8419001075"`, `href="sms:+84900000000?body=KB"`,
		`<summary>Khai báo</summary>`, `value="84900000101"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the telephone lacks %q", want)
		}
	}
	message := s.p.Screen(thu).Bubbles[0].ID
	for _, act := range []struct {
		path   string
		values url.Values
	}{
		{"text", with("text", "xin\r\nchào")}, {"press", with("message", message, "payload", "#yes")}, {"press", with("message", message, "payload", "#no")},
		{"location", with()}, {"id-card", with("whose", "mother")}, {"withdraw", with()},
		{"info", with("name", "Thử", "phone", "84900000777", "ward", "Vỹ Dạ")}, {"chat", with()}, {"follow", with("on", "0")},
	} {
		if status, _, at := s.submit("/sandbox/tel/1/zalo-"+act.path, act.values); status != 200 || at != "/sandbox/tel/1?app=zalo" {
			t.Errorf("%s ended on %s with %d", act.path, at, status)
		}
	}
	for kind, want := range map[string]int{"user_send_text": 3, "user_send_location": 1, "user_send_image": 1, "user_withdraw": 1, "user_submit_info": 1} {
		if got := len(s.p.got(kind)); got != want {
			t.Errorf("the program hears %s %d times, want %d", kind, got, want)
		}
	}
	if s.p.Screen(thu).Follows {
		t.Error("the telephone follows still")
	}
	if got := s.p.got("user_submit_info")[0]; got.at("info.phone") != "84900000777" || got.at("info.full_address.user_ward") != "Vỹ Dạ" {
		t.Errorf("the details are %v", got.fields)
	}
	_, page = s.get("/sandbox/tel/1?app=zalo")
	if strings.Contains(page, "Đồng ý chia sẻ") || !strings.Contains(page, "84900000777") {
		t.Error("the details that were given are asked for again, or do not show")
	}
	for path, values := range map[string]url.Values{
		"/sandbox/tel/1/zalo-text":    {"text": {strings.Repeat("a", 4097)}},
		"/sandbox/tel/1/zalo-picture": {},
		"/sandbox/tel/1/zalo-id-card": {"whose": {"x"}},
		"/sandbox/tel/1/zalo-x":       {},
		"/sandbox/tel/2/zalo-info":    {"name": {"x"}},
		"/sandbox/tel/3/zalo-text":    {"text": {"a keypad telephone has no Zalo"}},
	} {
		if status, _, _ := s.submit(path, values); status != 422 {
			t.Errorf("%s: status %d, want 422", path, status)
		}
	}
	plain := newStand(t)
	if status, _, _ := plain.submit("/sandbox/tel/1/zalo-text", url.Values{"text": {"x"}}); status != 422 {
		t.Errorf("without Zalo there is one: status %d", status)
	}
	if _, page := plain.get("/sandbox/tel/1?app=zalo"); strings.Contains(page, "Zalo") {
		t.Error("without Zalo the telephone speaks of it")
	}
	if bad := strings.Count(page, "ZgotmplZ"); bad > 0 {
		t.Error("a link was refused by the template")
	}
}

// A template by phone arrives at somebody who never heard of the OA, and is
// announced above the other app until Zalo was open.
func TestZaloTemplateIsAnnounced(t *testing.T) {
	s := newZaloStand(t)
	got := s.p.call(zaloByPhone, `{"phone":"84900000101","template_id":"10001","template_data":{"otp":"654321"},"tracking_id":"t"}`)
	if code(got) != 0 {
		t.Fatalf("%v", got)
	}
	if got := s.p.call(zaloByPhone, `{"phone":"84900000103","template_id":"10001","template_data":{"otp":"654321"},"tracking_id":"t"}`); code(got) != -118 {
		t.Errorf("a keypad telephone has Zalo: %v", got)
	}
	for _, path := range []string{"/sandbox/tel/1", "/sandbox/tel/1?app=sms"} {
		if _, page := s.get(path); !strings.Contains(page, `class="notice"`) || !strings.Contains(page, "654321") {
			t.Errorf("%s does not announce the code", path)
		}
	}
	if _, page := s.get("/sandbox/tel/1?app=zalo"); strings.Contains(page, `class="notice"`) || !strings.Contains(page, "654321") || !strings.Contains(page, "QUAN TÂM") {
		t.Error("the chat announces what it shows, or does not show it")
	}
	if _, page := s.get("/sandbox/tel/1"); strings.Contains(page, `class="notice"`) {
		t.Error("what was seen is announced again")
	}
	if seen := s.p.got("user_seen_message"); len(seen) != 1 {
		t.Errorf("the program hears that it was seen %d times", len(seen))
	}
}

func TestZaloSwitches(t *testing.T) {
	s := newZaloStand(t)
	s.p.Settle()
	s.p.mu.Lock()
	s.p.answer = func(zaloGot) int { return 500 }
	s.p.mu.Unlock()
	s.p.Write(thu, "x")
	waitFor(t, "the web-hook to be given up", s.p.Stopped)
	if _, page := s.get("/sandbox/networks"); !strings.Contains(page, "Zalo đã ngừng giao tin") {
		t.Error("the switches do not say that Zalo stopped")
	}
	if _, page, _ := s.submit("/sandbox/networks", url.Values{"network": {"zalo"}, "how": {"many"}}); !strings.Contains(page, `value="many" aria-pressed="true"`) || !s.p.Stopped() {
		t.Error("the switch does not show what is on")
	}
	api := httptest.NewServer(s.API())
	defer api.Close()
	resp, err := http.Post(api.URL+"/zalo"+zaloCS, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 || s.p.failures.TooMany == 0 {
		t.Errorf("the hosts are not below /zalo/: status %d", resp.StatusCode)
	}
	if _, page, _ := s.submit("/sandbox/networks", url.Values{"network": {"zalo"}, "how": {"ok"}}); strings.Contains(page, "Zalo đã ngừng giao tin") || s.p.Stopped() {
		t.Error("Works does not turn it on again")
	}
}

// What a telephone sends as a photo of a card can be read, as small as it goes
// out.
func TestIDCardsCanBeRead(t *testing.T) {
	for _, o := range []Owner{
		{Name: "Nguyễn Văn Thử", Phone: thu, Lang: "vi"}, {Name: "Sam Sample", Phone: "+84900000102", Lang: "en"},
		{Phone: "+84900000555", Lang: "vi"}, {Name: "0900 000 123", Phone: "+84900000123", Lang: "vi"}, {Name: "Trần Thị Mẫu", Phone: "+84900000103", Lang: "vi"},
	} {
		cards := cardsOf(o)
		for _, c := range cards {
			if c.Key == "mother" || o.Phone == thu { // reading takes its time
				text, err := qr.Read(t.Context(), shrink(cardPhoto(o, c.Key), 1280))
				if err != nil || text != c.text {
					t.Errorf("%s of %s: read %q, %v\nwant %q", c.Key, o.Phone, text, err, c.text)
				}
			}
			if f := strings.Split(c.text, "|"); len(f) != 7 || len(f[0]) != 12 || !strings.HasPrefix(f[0], "046") || len(f[3]) != 8 || f[2] != c.Name {
				t.Errorf("%s of %s is %q", c.Key, o.Phone, c.text)
			}
		}
		if again := cardsOf(o); again[0] != cards[0] {
			t.Error("a person has two cards")
		}
	}
	if cardPhoto(Owner{}, "x") != nil {
		t.Error("there is a card of nobody")
	}
	if _, err := jpeg.Decode(bytes.NewReader(cardPhoto(Owner{Phone: thu}, "own"))); err != nil {
		t.Error(err)
	}
}

// The Zalo-like telephone by keyboard, alive: what arrives shows, what is typed
// stays.
func TestLiveZaloTelephone(t *testing.T) {
	s := newZaloStand(t)
	b := newTab(t)
	b.do("open", chromedp.Navigate(s.web.URL+"/sandbox/"))
	b.do("open Zalo by keyboard", chromedp.Focus(`#tel-1 [data-open="zalo"]`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`#tel-1 [data-k="composer-zalo-closed"]`))
	b.do("follow by keyboard", chromedp.Focus(`#tel-1 [data-k="composer-zalo-closed"] button`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`#zalo-1`))
	if len(s.p.got("follow")) == 0 {
		t.Error("the program does not hear of it")
	}
	b.do("type half a text", chromedp.SendKeys(`#zalo-1`, "Nguyễn"))
	s.to(thu, always)
	b.do("see the question", chromedp.WaitVisible(`#tel-1 .inline button`))
	if got := b.read(`document.querySelector('#zalo-1').value`); got != "Nguyễn" {
		t.Errorf("the half-typed text became %q", got)
	}
	b.do("press a button by keyboard", chromedp.Focus(`#tel-1 .inline button`), chromedp.KeyEvent(kb.Enter))
	b.until("the payload in the chat", `[...document.querySelectorAll('#tel-1 .mine .text')].some((p) => p.textContent === '#yes')`)
	b.do("send the text with Enter", chromedp.SendKeys(`#zalo-1`, " Văn Thử"), chromedp.KeyEvent(kb.Enter))
	b.until("the text in the chat", `[...document.querySelectorAll('#tel-1 .mine .text')].some((p) => p.textContent === 'Nguyễn Văn Thử')`)
	s.p.Settle()

	s.to(thu, asks)
	b.do("open the form", chromedp.WaitVisible(`#tel-1 .sheet`), chromedp.Focus(`#tel-1 .sheet summary`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`#tel-1 .sheet input[name="ward"]`))
	b.do("fill it in", chromedp.SendKeys(`#tel-1 .sheet input[name="ward"]`, "Vỹ"))
	s.to(thu, `{"text":"Còn đó không?"}`)
	b.until("the next message", `document.querySelector('#tel-1 .log').textContent.includes('Còn đó không?')`)
	b.do("go on", chromedp.SendKeys(`#tel-1 .sheet input[name="ward"]`, " Dạ"), chromedp.KeyEvent(kb.Enter))
	b.until("the form to go", `!document.querySelector('#tel-1 .sheet')`)
	waitFor(t, "the details", func() bool { return len(s.p.got("user_submit_info")) == 1 })
	if got := s.p.got("user_submit_info")[0]; got.at("info.full_address.user_ward") != "Vỹ Dạ" || got.at("info.phone") != "84900000101" {
		t.Errorf("the details are %v", got.fields)
	}

	b.do("open what can be sent", chromedp.Click(`#tel-1 .attach summary`), chromedp.WaitVisible(`#tel-1 select[name="whose"]`))
	b.do("send the mother's card", chromedp.SetValue(`#tel-1 select[name="whose"]`, "mother"), chromedp.Click(`#tel-1 form[action$="zalo-id-card"] button`))
	b.until("the photo", `document.querySelector('#tel-1 .mine img')?.naturalWidth > 300`)
	waitFor(t, "the picture to arrive", func() bool { return len(s.p.got("user_send_image")) == 1 })
	link, _ := s.p.got("user_send_image")[0].at("message.attachments.payload.url").(string)
	resp, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	_, err = photo.ReadFrom(resp.Body)
	resp.Body.Close()
	if text, bad := qr.Read(t.Context(), photo.Bytes()); err != nil || bad != nil || text != cardsOf(s.wall.byKey("1").Owner)[1].text {
		t.Errorf("the program reads %q: %v %v", text, err, bad)
	}

	id, _ := dig(s.p.upload("file", picture(200, 200)), "data.attachment_id").(string)
	s.to(thu, fmt.Sprintf(`{"text":"Mã QR của Anh/Chị","attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":%q}]}}}`, id))
	b.until("the QR", `document.querySelector('#tel-1 .theirs img')?.naturalWidth === 200`)
	b.do("open Telegram", chromedp.Click(`#tel-1 [data-open="telegram"]`), chromedp.WaitVisible(`#tel-1 [data-k="composer-start"]`))
	s.to(thu, `{"text":"Tin mới"}`)
	b.until("the announcement", `document.querySelector('#tel-1 .notice')?.textContent.includes('Tin mới')`)
	b.until("how many are new", `document.querySelector('#tel-1 [data-open="zalo"]').textContent.includes('1 mới')`)
	if faults := s.p.Faults(); len(faults) > 0 {
		t.Errorf("faults %q", faults)
	}
}
