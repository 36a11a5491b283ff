package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	zaloApp     = "1000000000000000001"
	zaloAppKey  = "made-up-app-secret"
	zaloOA      = "1000000000000000002"
	zaloOAKey   = "made-up-oa-secret-key-for-tests-only"
	zaloFirst   = "first-refresh-token"
	lan, minh   = "+84900000201", "+84900000202" // lan follows, minh never heard of us
	hoa         = "+84900000203"                 // followed, and stopped
	nobodysUser = "1234567890123456789"
)

// zaloProgram is the program's side: it calls the API and takes the events.
type zaloProgram struct {
	*Zalo
	t     *testing.T
	url   string
	token string

	mu     sync.Mutex
	now    time.Time
	events []zaloGot
	answer func(zaloGot) int // status for a delivery
}

// zaloGot is an event as it arrived.
type zaloGot struct {
	header http.Header
	fields map[string]any
	gone   <-chan struct{} // the network waits no longer
}

func (g zaloGot) kind() string { kind, _ := g.fields["event_name"].(string); return kind }

// at is the value at a path of an event: "message.text".
func (g zaloGot) at(path string) any { return dig(g.fields, path) }

func dig(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch of := v.(type) {
		case map[string]any:
			v = of[name]
		case []any:
			v = dig(of[0], name)
		default:
			return nil
		}
	}
	return v
}

// startZalo is an OA with a program that listens.
func startZalo(t *testing.T, change func(*ZaloAccount)) *zaloProgram {
	t.Helper()
	p := &zaloProgram{t: t, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), answer: func(zaloGot) int { return 200 }}
	mux := http.NewServeMux()
	mux.Handle("/zalo/", http.StripPrefix("/zalo", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.API().ServeHTTP(w, r) })))
	mux.HandleFunc("/hooks/zalo", p.take)
	server := httptest.NewServer(mux)
	p.url = server.URL + "/zalo"
	a := ZaloAccount{
		AppID: zaloApp, AppSecret: zaloAppKey, OAID: zaloOA, OASecret: zaloOAKey, RefreshToken: zaloFirst,
		Base: p.url, Hook: server.URL + "/hooks/zalo", Clock: p.clock, Ladder: []time.Duration{time.Millisecond, time.Millisecond},
		Templates: []ZaloTemplate{
			{ID: "10001", Text: "Mã xác thực: <otp>", Params: []ZaloParam{{Name: "otp", Format: "[0-9]+"}}, OTP: true},
			{ID: "10002", Text: "<name> đã khai báo cho Anh/Chị.", Params: []ZaloParam{{Name: "name"}}},
			{ID: "10003", Pending: true}, {ID: "10004", Off: true}, {ID: "10005", PhoneOnly: true},
		},
	}
	if change != nil {
		change(&a)
	}
	p.Zalo = NewZalo(a)
	for _, phone := range []string{lan, minh, hoa} {
		p.Meet(Owner{Name: "Thử", Phone: phone, Lang: "vi"})
	}
	p.Follow(lan, true)
	p.Follow(hoa, true)
	p.Follow(hoa, false)
	t.Cleanup(func() { p.Close(); server.Close() })
	p.token, _ = p.refresh(zaloFirst)["access_token"].(string)
	return p
}

func (p *zaloProgram) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *zaloProgram) later(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

// take is the program's web-hook.
func (p *zaloProgram) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	got := zaloGot{header: r.Header, gone: r.Context().Done()}
	if r.Method == http.MethodGet || err != nil { // a probe, or the test is over
		return
	}
	if json.Unmarshal(body, &got.fields) != nil {
		p.t.Errorf("an event that is no JSON: %q", body)
	}
	stamp, _ := got.fields["timestamp"].(string)
	if want := ZaloSignature(zaloApp, zaloOAKey, stamp, body); r.Header.Get("X-ZEvent-Signature") != want || stamp == "" {
		p.t.Errorf("the event is not signed: %s", body)
	}
	p.mu.Lock()
	answer := p.answer
	p.mu.Unlock()
	status := answer(got)
	p.mu.Lock()
	defer p.mu.Unlock()
	if status == 200 {
		p.events = append(p.events, got)
	}
	w.WriteHeader(status)
}

// got are the events that were taken, of one kind.
func (p *zaloProgram) got(kind string) (all []zaloGot) {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e.kind() == kind {
			all = append(all, e)
		}
	}
	return all
}

// do makes a call and reads its answer.
func (p *zaloProgram) do(method, path, kind string, body io.Reader, header ...string) map[string]any {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var fields map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&fields); err != nil {
		p.t.Fatalf("%s %s: status %d: %v", method, path, resp.StatusCode, err)
	}
	return fields
}

// refresh asks for a new pair of tokens.
func (p *zaloProgram) refresh(token string) map[string]any {
	p.t.Helper()
	form := url.Values{"refresh_token": {token}, "app_id": {zaloApp}, "grant_type": {"refresh_token"}}
	return p.do("POST", "/oauth/v4/oa/access_token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), "secret_key", zaloAppKey)
}

// call makes a call with the program's token; its body is JSON.
func (p *zaloProgram) call(path, body string) map[string]any {
	p.t.Helper()
	return p.do("POST", path, "application/json", strings.NewReader(body), "access_token", p.token)
}

// get makes a call without a body.
func (p *zaloProgram) get(path string) map[string]any {
	p.t.Helper()
	return p.do("GET", path, "", nil, "access_token", p.token)
}

const (
	zaloCS       = "/openapi/v3.0/oa/message/cs"
	zaloV2       = "/openapi/v2.0/oa/message"
	zaloByUser   = "/openapi/v3.0/oa/message/template"
	zaloByPhone  = "/business/message/template"
	zaloImage    = "/openapi/v2.0/oa/upload/image"
	zaloUserPath = "/openapi/v3.0/oa/user/detail?data="
)

// cs is the body of a consultation message to lan.
func (p *zaloProgram) cs(message string) string {
	return fmt.Sprintf(`{"recipient":{"user_id":%q},"message":%s}`, p.UserID(lan), message)
}

// upload sends a file.
func (p *zaloProgram) upload(field string, data []byte) map[string]any {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile(field, "qr.png")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		p.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.t.Fatal(err)
	}
	return p.do("POST", zaloImage, form.FormDataContentType(), &body, "access_token", p.token)
}

// code is the code of an answer.
func code(answer map[string]any) int { n, _ := answer["error"].(float64); return int(n) }

// zaloButtonList is an attachment of n buttons of one kind.
func zaloButtonList(n int, title, kind, payload string) string {
	one := fmt.Sprintf(`{"title":%q,"type":%q,"payload":%s}`, title, kind, payload)
	return `{"type":"template","payload":{"buttons":[` + strings.Join(slices.Repeat([]string{one}, n), ",") + `]}}`
}

func TestZaloIsStrict(t *testing.T) {
	text := func(s string) string { return fmt.Sprintf(`{"text":%q}`, s) }
	with := func(attachment string) string { return `{"text":"Sốt?","attachment":` + attachment + `}` }
	press := func(n int, title, payload string) string {
		return with(zaloButtonList(n, title, "oa.query.show", fmt.Sprintf("%q", payload)))
	}
	media := func(element string) string {
		return `{"attachment":{"type":"template","payload":{"template_type":"media","elements":[` + element + `]}}}`
	}
	request := func(element string) string {
		return `{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[` + element + `]}}}`
	}
	list := `{"attachment":{"type":"template","payload":{"template_type":"list","elements":[{"title":"x"}]}}}`
	const image = `"image_url":"https://x.invalid/i.png"`
	tests := []struct {
		name, message string
		want          int // 0 means it is taken
		fault         bool
	}{
		{"a text", text("Anh/Chị có sốt không?"), 0, false},
		{"the longest text", text(strings.Repeat("ă", 2000)), 0, false},
		{"a text too long", text(strings.Repeat("ă", 2001)), -201, false},
		{"emoji count twice", text(strings.Repeat("😷", 1001)), -201, false},
		{"an empty text", text(""), -201, false},
		{"a blank text", text(" \n"), -201, false},
		{"no message", `{}`, -201, true},
		{"a text that is a number", `{"text":5}`, -201, true},
		{"a text that is null", `{"text":null}`, -201, true},
		{"a field that does not exist", `{"text":"x","colour":"red"}`, -201, true},
		{"a quote of nothing", `{"text":"x","quote_message_id":"00"}`, -201, false},

		{"buttons", press(1, "Có", "#yes"), 0, false},
		{"five buttons", press(5, "Có", "#yes"), 0, false},
		{"six buttons", press(6, "Có", "#yes"), -201, false},
		{"no buttons", with(`{"type":"template","payload":{"buttons":[]}}`), -201, false},
		{"buttons under nothing", `{"attachment":` + zaloButtonList(1, "Có", "oa.query.show", `"#yes"`) + `}`, -201, true},
		{"the longest title", press(1, strings.Repeat("ă", 100), "#yes"), 0, false},
		{"a title too long", press(1, strings.Repeat("ă", 101), "#yes"), -201, false},
		{"no title", press(1, "", "#yes"), -201, false},
		{"the longest payload", press(1, "Có", strings.Repeat("x", 1000)), 0, false},
		{"a payload too long", press(1, "Có", strings.Repeat("x", 1001)), -201, false},
		{"a payload that is an object", with(zaloButtonList(1, "Có", "oa.query.show", `{"x":"y"}`)), -201, true},
		{"a hidden query", with(zaloButtonList(1, "Có", "oa.query.hide", `"#yes"`)), 0, false},
		{"a button of another kind", with(zaloButtonList(1, "Có", "oa.query", `"#yes"`)), -201, true},
		{"a link", with(zaloButtonList(1, "Xem", "oa.open.url", `{"url":"https://x.invalid/q/A"}`)), 0, false},
		{"a link to nowhere", with(zaloButtonList(1, "Xem", "oa.open.url", `{"url":"x"}`)), -201, true},
		{"a link that is a text", with(zaloButtonList(1, "Xem", "oa.open.url", `"https://x.invalid"`)), -201, true},
		{"a call", with(zaloButtonList(1, "Gọi", "oa.open.phone", `{"phone_code":"8419001075"}`)), 0, false},
		{"a call as people write it", with(zaloButtonList(1, "Gọi", "oa.open.phone", `{"phone_code":"19001075"}`)), -201, true},
		{"an SMS", with(zaloButtonList(1, "Nhắn", "oa.open.sms", `{"phone_code":"84900000000","content":"KB"}`)), 0, false},
		{"an SMS too long", with(zaloButtonList(1, "Nhắn", "oa.open.sms", `{"phone_code":"84900000000","content":"`+strings.Repeat("x", 161)+`"}`)), -201, false},
		{"a field in a button", with(`{"type":"template","payload":{"buttons":[{"title":"Có","type":"oa.query.show","payload":"x","image":"y"}]}}`), -201, true},
		{"an empty template_type", with(`{"type":"template","payload":{"template_type":"","buttons":[]}}`), -201, true},
		{"a template_type beside buttons", with(`{"type":"template","payload":{"template_type":"buttons","buttons":[]}}`), -201, true},
		{"an attachment of another kind", with(`{"type":"image","payload":{}}`), -201, true},
		{"a file, which is not imitated", with(`{"type":"file","payload":{"token":"x"}}`), -233, false},

		{"a picture by its URL", media(`{"media_type":"image","url":"https://x.invalid/qr.png"}`), 0, false},
		{"a picture by URL and ID", media(`{"media_type":"image","url":"https://x.invalid/qr.png","attachment_id":"x"}`), -201, true},
		{"a picture by neither", media(`{"media_type":"image"}`), -201, true},
		{"a picture that nobody uploaded", media(`{"media_type":"image","attachment_id":"x"}`), -201, false},
		{"two pictures", media(`{"media_type":"image","url":"https://x.invalid/1.png"},{"media_type":"image","url":"https://x.invalid/2.png"}`), -201, false},
		{"a film", media(`{"media_type":"video","url":"https://x.invalid/v.mp4"}`), -201, true},
		{"a sticker, which is not imitated", media(`{"media_type":"sticker","attachment_id":"x"}`), -233, false},

		{"a request for details", request(`{"title":"Khai báo","subtitle":"Họ tên, số điện thoại",` + image + `}`), 0, false},
		{"its title too long", request(`{"title":"` + strings.Repeat("x", 101) + `","subtitle":"x",` + image + `}`), -201, false},
		{"its subtitle too long", request(`{"title":"x","subtitle":"` + strings.Repeat("x", 501) + `",` + image + `}`), -201, false},
		{"without a picture", request(`{"title":"x","subtitle":"x"}`), -201, true},
		{"with a picture that is nowhere", request(`{"title":"x","subtitle":"x","image_url":"i.png"}`), -201, true},
		{"a list, which is of v2", list, -201, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := startZalo(t, nil)
			if got := p.call(zaloCS, p.cs(tt.message)); code(got) != tt.want {
				t.Errorf("answered %v, want %d", got, tt.want)
			}
			if faults := p.Faults(); len(faults) > 0 != tt.fault {
				t.Errorf("faults %q, want some: %v", faults, tt.fault)
			}
			if shown := len(p.Screen(lan).Bubbles); shown == 1 != (tt.want == 0) {
				t.Errorf("%d messages on the telephone", shown)
			}
		})
	}
}

// A message that is not understood at all, to nobody, from nobody.
func TestZaloDoors(t *testing.T) {
	p := startZalo(t, nil)
	good := p.cs(`{"text":"x"}`)
	tests := []struct {
		name, method, path, kind, body string
		header                         []string
		want                           int
		fault                          bool
	}{
		{"as it should be", "POST", zaloCS, "application/json", good, []string{"access_token", p.token}, 0, false},
		{"no token", "POST", zaloCS, "application/json", good, nil, -216, false},
		{"a token of nobody", "POST", zaloCS, "application/json", good, []string{"access_token", p.token + "x"}, -216, false},
		{"a refresh token", "POST", zaloCS, "application/json", good, []string{"access_token", zaloFirst}, -216, false},
		{"a bearer", "POST", zaloCS, "application/json", good, []string{"Authorization", "Bearer " + p.token, "access_token", p.token}, -201, true},
		{"a token in the URL", "POST", zaloCS + "?access_token=" + p.token, "application/json", good, []string{"access_token", p.token}, -201, true},
		{"a wrong proof", "POST", zaloCS, "application/json", good, []string{"access_token", p.token, "appsecret_proof", "00"}, -242, false},
		{"a form", "POST", zaloCS, "application/x-www-form-urlencoded", "x=y", []string{"access_token", p.token}, -201, true},
		{"no JSON", "POST", zaloCS, "application/json", "{", []string{"access_token", p.token}, -201, true},
		{"JSON of another kind", "POST", zaloCS, "application/json", "[]", []string{"access_token", p.token}, -201, true},
		{"two messages", "POST", zaloCS, "application/json", good + good, []string{"access_token", p.token}, -201, true},
		{"no UTF-8", "POST", zaloCS, "application/json", strings.Replace(good, `"x"`, "\"\xff\"", 1), []string{"access_token", p.token}, -201, true},
		{"an ID that is a number", "POST", zaloCS, "application/json", strings.Replace(good, `"`+p.UserID(lan)+`"`, p.UserID(lan), 1), []string{"access_token", p.token}, -201, true},
		{"nobody", "POST", zaloCS, "application/json", strings.Replace(good, p.UserID(lan), nobodysUser, 1), []string{"access_token", p.token}, -201, false},
		{"no recipient", "POST", zaloCS, "application/json", `{"message":{"text":"x"}}`, []string{"access_token", p.token}, -201, true},
		{"a GET", "GET", zaloCS, "", "", []string{"access_token", p.token}, 404, true},
		{"a path that is not there", "POST", "/openapi/v3.0/oa/message", "application/json", good, []string{"access_token", p.token}, 404, true},
		{"a path that is not imitated", "POST", "/openapi/v3.0/oa/group/message", "application/json", good, []string{"access_token", p.token}, -200, false},
		{"the business host, another code", "POST", zaloByPhone, "application/json", "{}", nil, -124, false},
		{"user detail without data", "GET", "/openapi/v3.0/oa/user/detail", "", "", []string{"access_token", p.token}, -201, true},
		{"user detail with a plain ID", "GET", "/openapi/v3.0/oa/user/detail?user_id=" + p.UserID(lan), "", "", []string{"access_token", p.token}, -201, true},
	}
	for _, tt := range tests {
		before := len(p.Faults())
		got := p.do(tt.method, tt.path, tt.kind, strings.NewReader(tt.body), tt.header...)
		if code(got) != tt.want {
			t.Errorf("%s: answered %v, want %d", tt.name, got, tt.want)
		}
		if fault := len(p.Faults()) > before; fault != tt.fault {
			t.Errorf("%s: a fault is %v, want %v", tt.name, fault, tt.fault)
		}
	}
	for _, fault := range p.Faults() {
		if strings.Contains(fault, p.token) || strings.Contains(fault, p.UserID(lan)) {
			t.Errorf("a fault tells what was said: %s", fault)
		}
	}
	if n := p.Calls()["openapi/v3.0/oa/message/cs"]; n < 10 {
		t.Errorf("%d calls were counted", n)
	}
}
