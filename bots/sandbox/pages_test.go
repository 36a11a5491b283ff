package sandbox

import (
	"bufio"
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestWallIsSafeAndWhole(t *testing.T) {
	s := newStand(t)
	resp, err := http.Get(s.web.URL + "/sandbox/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || strings.Contains(got, "unsafe") {
		t.Errorf("policy %q", got)
	}
	for lang, want := range map[string][]string{
		"":         {`lang="vi"`, "BẮT ĐẦU", "Nguyễn Văn Thử", "0900 000 103", "hoa sen &lt;tím&gt;", "Đăng nhập tại"},
		"?lang=en": {`lang="en"`, "START", "Sam Sample", "0900 000 101", "Sign in at"},
	} {
		status, page := s.get("/sandbox/" + lang)
		if status != 200 {
			t.Errorf("status %d", status)
		}
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%q: the wall lacks %q", lang, w)
			}
		}
		// The policy would refuse these without a word.
		if bad := regexp.MustCompile(`(?i)<style|\sstyle=|<script(?: type="module")?>|\son[a-z]+=|javascript:`).FindString(page); bad != "" {
			t.Errorf("%q: inline code: %q", lang, bad)
		}
	}
	for _, path := range []string{"/sandbox/style.css", "/sandbox/phones.js", "/sandbox/tel/1", "/sandbox/tel/1/screen?app=sms", "/sandbox/networks"} {
		if status, _ := s.get(path); status != 200 {
			t.Errorf("%s: status %d", path, status)
		}
	}
	for _, path := range []string{"/sandbox/tel/99", "/sandbox/tel/99/screen", "/sandbox/wall.html", "/sandbox/page/", "/sandbox/picture/x", "/sandbox/x"} {
		if status, _ := s.get(path); status != 404 {
			t.Errorf("%s: status %d, want 404", path, status)
		}
	}
}

func TestTelephonesWithoutAScript(t *testing.T) {
	s := newStand(t)
	tel := s.wall.byKey("1")
	id := tel.Owner.ID
	status, page, at := s.submit("/sandbox/tel/1/text", url.Values{"text": {"/start"}})
	if status != 200 || at != "/sandbox/" || !strings.Contains(page, "/start") {
		t.Errorf("START ended on %s with %d", at, status)
	}
	server := httptest.NewServer(s.API())
	defer server.Close()
	base := server.URL + "/telegram"
	e := callForm(t, base, "sendMessage", fv("chat_id", fmt.Sprint(id), "text", "<script>alert(1)</script> https://khaibao.example/q/x.",
		"reply_markup", buttons(1, "yes")), nil)
	if !e.OK {
		t.Fatal(e.Description)
	}
	_, page = s.get("/sandbox/tel/1")
	for _, want := range []string{
		"&lt;script&gt;alert(1)&lt;/script&gt;", `<a href="https://khaibao.example/q/x" target="_blank" rel="noopener noreferrer">`,
		`name="action" value="yes"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the telephone lacks %q", want)
		}
	}
	message := regexp.MustCompile(`name="message" value="(\d+)"`).FindStringSubmatch(page)[1]
	if status, _, at := s.submit("/sandbox/tel/1/press", url.Values{"message": {message}, "action": {"yes"}, "alone": {"1"}, "lang": {"en"}}); status != 200 || at != "/sandbox/tel/1?lang=en" {
		t.Errorf("a press ended on %s with %d", at, status)
	}
	if !s.telegram.Screen(id).Waiting {
		t.Error("the press was not made")
	}
	s.submit("/sandbox/tel/1/contact", nil)
	s.submit("/sandbox/tel/1/card", nil)
	s.submit("/sandbox/tel/1/location", nil)
	said := s.telegram.Screen(id).Bubbles
	last := said[len(said)-3:]
	if c := last[0].Contact; c == nil || c.UserID != id || c.Phone != "84900000101" {
		t.Errorf("the own contact is %+v", c)
	}
	if c := last[1].Contact; c == nil || c.UserID == id {
		t.Errorf("somebody else's card is %+v", c)
	}
	if last[2].Place == nil {
		t.Error("there is no location")
	}

	s.submit("/sandbox/tel/1/block", url.Values{"on": {"1"}})
	if status, _, _ := s.submit("/sandbox/tel/1/text", url.Values{"text": {"x"}}); status != 422 || !s.telegram.Screen(id).Blocked {
		t.Errorf("a text to a blocked bot: status %d", status)
	}
	if e := callForm(t, base, "sendMessage", fv("chat_id", fmt.Sprint(id), "text", "x"), nil); e.ErrorCode != 403 {
		t.Errorf("a message to a telephone that blocked us: %+v", e)
	}

	for name, values := range map[string]url.Values{"nothing": {}, "blanks": {"text": {" \n"}}, "too long": {"text": {strings.Repeat("a", 4097)}}} {
		if status, _, _ := s.submit("/sandbox/tel/2/text", values); status != 422 {
			t.Errorf("%s: status %d, want 422", name, status)
		}
	}
	if status, _, _ := s.submit("/sandbox/tel/3/text", url.Values{"text": {"x"}}); status != 422 {
		t.Errorf("a keypad telephone has Telegram: status %d", status)
	}
}

func TestTelephoneSendsAPicture(t *testing.T) {
	s := newStand(t)
	send := func(data []byte) int {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		w, err := form.CreateFormFile("picture", "x.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(s.web.URL+"/sandbox/tel/1/picture", form.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for name, data := range map[string][]byte{"a text": []byte("<svg/>"), "nothing": nil, "half a picture": picture(50, 50)[:50]} {
		if status := send(data); status != 422 {
			t.Errorf("%s: status %d, want 422", name, status)
		}
	}
	if status := send(picture(3000, 1500)); status != 200 {
		t.Fatalf("status %d", status)
	}
	b := s.telegram.Screen(s.wall.byKey("1").Owner.ID).Bubbles
	sent := s.telegram.File(b[len(b)-1].Photo)
	if !bytes.HasPrefix(sent, []byte("\xff\xd8")) {
		t.Error("what went out is no JPEG")
	}
	if status, _ := s.get("/sandbox/picture/" + b[len(b)-1].Photo); status != 200 {
		t.Errorf("the picture shows with status %d", status)
	}
}

func TestSMSTelephones(t *testing.T) {
	s := newStand(t)
	if status, _, at := s.submit("/sandbox/tel/3/sms", url.Values{"text": {"KB\r\n1"}}); status != 200 || at != "/sandbox/" {
		t.Errorf("an SMS ended on %s with %d", at, status)
	}
	if got := s.air.Messages("+84900000103"); len(got) != 1 || got[0].Body != "KB\n1" {
		t.Errorf("sent %+v", got)
	}
	s.air.ToPhone("+84900000101", "Ma xac thuc: 123456")
	_, page := s.get("/sandbox/tel/1")
	if !strings.Contains(page, "Ma xac thuc: 123456") {
		t.Error("a new SMS is not announced above the other app")
	}
	s.air.ToPhone("+84900000555", "Ma xac thuc: 654321")
	if _, page := s.get("/sandbox/"); !strings.Contains(page, "654321") || !strings.Contains(page, "0900 000 555") {
		t.Error("an SMS to a number nobody has brings no telephone up")
	}
	for name, text := range map[string]string{"blanks": "  ", "too long": strings.Repeat("a", 1601)} {
		if status, _, _ := s.submit("/sandbox/tel/3/sms", url.Values{"text": {text}}); status != 422 {
			t.Errorf("%s: status %d, want 422", name, status)
		}
	}
}

// An SMS is announced above the other app once: not after its owner has written
// on, and not after the messages were open.
func TestAnnouncementGoesOnceRead(t *testing.T) {
	s := newStand(t)
	s.submit("/sandbox/tel/1/text", url.Values{"text": {"/start"}})
	announced := func(path string) bool {
		_, page := s.get(path)
		return strings.Contains(page, `class="notice"`)
	}
	expect := func(what string, want bool) {
		t.Helper()
		for _, path := range []string{"/sandbox/", "/sandbox/tel/1", "/sandbox/tel/1/screen?app=telegram"} {
			if got := announced(path); got != want {
				t.Errorf("%s: announced on %s is %v, want %v", what, path, got, want)
			}
		}
	}
	s.air.ToPhone("+84900000101", "Ma: 123456")
	expect("a new SMS", true)
	s.submit("/sandbox/tel/1/text", url.Values{"text": {"123456"}})
	expect("its code was sent", false)
	s.air.ToPhone("+84900000101", "Ma: 654321")
	expect("the next SMS", true)
	s.get("/sandbox/tel/2/screen?app=sms")
	expect("another telephone's messages were open", true)
	if announced("/sandbox/tel/1/screen?app=sms") {
		t.Error("the messages announce what they show")
	}
	expect("the messages were open", false)
	s.air.ToPhone("+84900000101", "Ma: 111111")
	expect("one that came after", true)
}

func TestAddTelephone(t *testing.T) {
	s := newStand(t)
	status, page, at := s.submit("/sandbox/tel", url.Values{"phone": {"0900 000 222"}, "name": {"Lê <b>Thử</b>"}, "kind": {"smart"}})
	if status != 200 || at != "/sandbox/" || !strings.Contains(page, "Lê &lt;b&gt;Thử&lt;/b&gt;") {
		t.Errorf("ended on %s with %d", at, status)
	}
	again := s.wall.byPhone("+84900000222")
	s.submit("/sandbox/tel", url.Values{"phone": {"+84900000222"}, "kind": {"keypad"}})
	if s.wall.byPhone("+84900000222") != again || len(s.wall.all()) != 4 {
		t.Errorf("%d telephones, want one for each number", len(s.wall.all()))
	}
	for i := range 2 * maxTelephones {
		status, _, _ = s.submit("/sandbox/tel", url.Values{"phone": {fmt.Sprintf("09000003%02d", i)}})
	}
	if status != 409 || len(s.wall.all()) != maxTelephones {
		t.Errorf("a full wall: status %d with %d telephones", status, len(s.wall.all()))
	}
	for text, want := range map[string]string{
		"0900000001": "+84900000001", "+84 900.000.001": "+84900000001", "84900000001": "+84900000001",
		"": "", "abc": "", "0900": "", "+84+900000001": "", "900000001": "", strings.Repeat("9", 40): "",
	} {
		if got := readNumber(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestSwitches(t *testing.T) {
	s := newStand(t)
	server := httptest.NewServer(s.API())
	defer server.Close()
	for _, h := range hows {
		if status, _, _ := s.submit("/sandbox/networks", url.Values{"network": {"sms"}, "how": {h.Key}}); status != 200 || s.air.failures != h.failures {
			t.Errorf("%s: status %d, SMS fails as %+v", h.Key, status, s.air.failures)
		}
	}
	_, page, _ := s.submit("/sandbox/networks", url.Values{"network": {"telegram"}, "how": {"many"}})
	if !strings.Contains(page, `value="many" aria-pressed="true"`) {
		t.Error("the switch does not show what is on")
	}
	if e := callForm(t, server.URL+"/telegram", "getMe", nil, nil); e.ErrorCode != 429 || e.Parameters.RetryAfter != 5 {
		t.Errorf("the Bot API answers %+v", e)
	}
	for _, values := range []url.Values{{"network": {"telegram"}, "how": {"x"}}, {"network": {"x"}, "how": {"ok"}}, {}} {
		if status, _, _ := s.submit("/sandbox/networks", values); status != 422 {
			t.Errorf("%v: status %d, want 422", values, status)
		}
	}
}

func TestOtherSitesPressNothing(t *testing.T) {
	s := newStand(t)
	r, err := http.NewRequest(http.MethodPost, s.web.URL+"/sandbox/tel/1/text", strings.NewReader("text=x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || s.telegram.Screen(s.wall.byKey("1").Owner.ID).Started {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestNewsReachOpenPages(t *testing.T) {
	s := newStand(t)
	resp, err := http.Get(s.web.URL + "/sandbox/news")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		return "end"
	}
	if got := next(); got != "all" {
		t.Errorf("the first news are %q, want all", got)
	}
	s.telegram.Write(s.wall.byKey("2").Owner.ID, "x")
	if got := next(); got != "2" {
		t.Errorf("a message on telephone 2 tells %q", got)
	}
	s.air.ToPhone("+84900000777", "x")
	if got := []string{next(), next()}; !slices.Contains(got, "wall") || !slices.Contains(got, "4") {
		t.Errorf("an SMS to a new number tells %q", got)
	}
	s.Close()
	if got := next(); got != "end" {
		t.Errorf("after the end there is %q", got)
	}
}

func TestLinks(t *testing.T) {
	tests := []struct {
		text string
		want []part
	}{
		{"", []part{{}}},
		{"không có", []part{{Text: "không có"}}},
		{"QR: https://x.example/q/A.", []part{{Text: "QR: "}, {"https://x.example/q/A", "https://x.example/q/A"}, {Text: "."}}},
		{"http và https://", []part{{Text: "http"}, {Text: " và http"}, {Text: "s://"}}},
		{"javascript:alert(1) httpx://x", []part{{Text: "javascript:alert(1) http"}, {Text: "x://x"}}},
	}
	for _, tt := range tests {
		if got := links(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
