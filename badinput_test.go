package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khaibao/bots/sandbox"
	"khaibao/core/store/storetest"
)

// knock is one bad request at a door, and what must come of it.
type knock struct {
	why     string
	method  string // POST when empty
	path    string
	kind    string // Content-Type
	body    string
	headers map[string]string
	want    int
	counted string // metric that grows by one
}

var withSecret = map[string]string{"X-Telegram-Bot-Api-Secret-Token": outsideSecret}

const jsonType, formType = "application/json", "application/x-www-form-urlencoded"

func telegramKnocks() []knock {
	outcome := func(word string) string {
		return fmt.Sprintf(`khaibao_deliveries_total{channel="telegram",outcome="%s"}`, word)
	}
	hook := func(why, body string, want int, counted string) knock {
		return knock{why: why, path: "/hooks/telegram", kind: jsonType, body: body, headers: withSecret, want: want, counted: outcome(counted)}
	}
	all := []knock{
		hook("garbage", `{"update_id":1,"mess`, 400, "garbled"),
		hook("no JSON", "\xff\xfe\x00", 400, "garbled"),
		hook("nothing", "", 400, "garbled"),
		hook("null", "null", 400, "garbled"),
		hook("a list", "[]", 400, "garbled"),
		hook("no ID", `{"message":{"text":"x"}}`, 400, "garbled"),
		hook("an ID that is no number", `{"update_id":"7"}`, 400, "garbled"),
		hook("an ID beyond all numbers", `{"update_id":1e400}`, 400, "garbled"),
		hook("deep", strings.Repeat("[", 500_000), 400, "garbled"),
		hook("10 MB", `{"update_id":2,"message":{"text":"`+strings.Repeat("a", 10<<20)+`"}}`, 413, "too_large"),
		hook("a group", `{"update_id":3,"message":{"chat":{"id":-5,"type":"group"},"from":{"id":5},"text":"x"}}`, 200, "ignored"),
		hook("an edit", `{"update_id":4,"edited_message":{"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"x"}}`, 200, "ignored"),
		hook("a kind of tomorrow", `{"update_id":5,"telepathy":{"from":{"id":5}}}`, 200, "ignored"),
		hook("a press without a button", `{"update_id":6,"callback_query":{"id":"1","from":{"id":5}}}`, 200, "ignored"),
	}
	for why, secret := range map[string]map[string]string{"no secret": nil, "an empty secret": {"X-Telegram-Bot-Api-Secret-Token": ""},
		"a wrong secret": {"X-Telegram-Bot-Api-Secret-Token": outsideSecret + "x"}} {
		k := hook(why, `{"update_id":7}`, 401, "forged")
		k.headers = secret
		all = append(all, k)
	}
	get := hook("a wrong method", "", 405, "garbled")
	get.method = "GET"
	return append(all, get)
}

func twilioKnocks(site string) []knock {
	outcome := func(word string) string {
		return fmt.Sprintf(`khaibao_deliveries_total{channel="sms",outcome="%s"}`, word)
	}
	signed := func(path string, form url.Values) map[string]string {
		return map[string]string{"X-Twilio-Signature": sandbox.TwilioSignature(outsideAuth, site+path, form)}
	}
	hook := func(why, body string, headers map[string]string, want int, counted string) knock {
		return knock{why: why, path: "/hooks/twilio", kind: formType, body: body, headers: headers, want: want, counted: outcome(counted)}
	}
	name := url.Values{"MessageSid": {"SM1"}, "From": {"BANK"}, "Body": {"x"}}
	all := []knock{
		hook("no signature", "Body=x", nil, 401, "signature"),
		hook("a wrong signature", "Body=x", map[string]string{"X-Twilio-Signature": "AAAA"}, 401, "signature"),
		hook("no form", "%ZZ", map[string]string{"X-Twilio-Signature": "AAAA"}, 400, "malformed"),
		hook("10 MB", "Body="+strings.Repeat("a", 10<<20), map[string]string{"X-Twilio-Signature": "AAAA"}, 413, "too_large"),
		hook("a sender that is no telephone", name.Encode(), signed("/hooks/twilio", name), 200, "sender"),
		hook("no message", "", signed("/hooks/twilio", nil), 200, "malformed"),
		{why: "a status without a signature", path: "/hooks/twilio/status", kind: formType, body: "MessageSid=SM1&MessageStatus=sent", want: 401, counted: outcome("signature")},
	}
	json := hook("JSON, unsigned", `{"Body":"x"}`, map[string]string{"X-Twilio-Signature": "AAAA"}, 401, "signature")
	json.kind = jsonType
	get := hook("a wrong method", "", nil, 405, "")
	get.method, get.counted = "GET", `khaibao_answers_total{route="/hooks/twilio",status="405"}`
	return append(all, json, get)
}

// webKnocks are those at the doors that browsers use; cookie is one of ours.
func webKnocks(t *testing.T, cookie string) []knock {
	answer := func(route string, status int) string {
		return fmt.Sprintf(`khaibao_answers_total{route="%s",status="%d"}`, route, status)
	}
	known := map[string]string{"Cookie": cookie}
	chat := func(why, kind, body string, want int) knock {
		return knock{why: why, path: "/chat", kind: kind, body: body, headers: known, want: want, counted: answer("POST /chat", want)}
	}
	big, bigType := multipartOf(t, bytes.Repeat([]byte{0x89}, 11<<20))
	all := []knock{
		{why: "no cookie", path: "/chat", kind: formType, body: "text=x", want: 403, counted: answer("POST /chat", 403)},
		{why: "a forged cookie", path: "/chat", kind: formType, body: "text=x", headers: map[string]string{"Cookie": "kb=%00%ff"}, want: 403, counted: answer("POST /chat", 403)},
		chat("garbage for a form", "multipart/form-data; boundary=x", "--x\r\nrubbish", 400),
		chat("a form without its boundary", "multipart/form-data", "x", 400),
		chat("JSON", jsonType, `{"text":"x"}`, 400),
		chat("no type", "", "text=x", 400),
		chat("nothing said", formType, "text=+++", 422),
		chat("a button longer than any", formType, "action="+strings.Repeat("a", 100), 400),
		chat("a button with NUL", formType, "action=a%00b", 400),
		chat("10 MB of text", formType, "text="+strings.Repeat("a", 10<<20), 413),
		chat("a picture of 11 MB", bigType, big, 413),
		{why: "another site", path: "/chat", kind: formType, body: "text=x", headers: map[string]string{"Cookie": cookie, "Origin": "https://evil.example"}, want: 403,
			counted: answer("/", 403)},
		{why: "a wrong method", method: "DELETE", path: "/chat", headers: known, want: 404, counted: answer("/", 404)},
		{why: "a place that is no number", method: "GET", path: "/chat/events?after=x", headers: known, want: 400, counted: answer("GET /chat/events", 400)},
		{why: "a picture that never was", method: "GET", path: "/chat/pictures/x", headers: known, want: 404, counted: answer("GET /chat/pictures/{id}", 404)},
		{why: "no page", method: "GET", path: "/nowhere", want: 404, counted: answer("/", 404)},
		{why: "no code", method: "GET", path: "/q/short", want: 404, counted: answer("GET /q/{code}", 404)},
		{why: "a sign-in that is no form", path: "/admin/sign-in", kind: formType, body: "name=%ZZ", want: 400, counted: answer("POST /admin/sign-in", 400)},
		{why: "a sign-in of 10 MB", path: "/admin/sign-in", kind: formType, body: "name=" + strings.Repeat("a", 10<<20), want: 413, counted: answer("POST /admin/sign-in", 413)},
		{why: "a check by a stranger", path: "/admin/check", kind: formType, body: "q=0900000001", want: 303, counted: answer("POST /admin/check", 303)},
		{why: "headers without end", method: "GET", path: "/", headers: map[string]string{"X-Long": strings.Repeat("a", 64<<10)}, want: 431},
	}
	return all
}

func multipartOf(t *testing.T, picture []byte) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("photo", "a.png")
	if err == nil {
		_, err = part.Write(picture)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// TestBadRequests knocks at every door with what nobody can read. Each gets a
// clear status and is counted; nothing is stored of it, and the people in the
// middle of a conversation do not notice.
func TestBadRequests(t *testing.T) {
	addr, metrics := freeAddr(t), freeAddr(t)
	o := newOutside(t, "http://"+addr)
	r := start(t, o.settings(map[string]string{"ADDR": addr, "METRICS_ADDR": metrics}))
	look := storetest.NewLook(t, "sqlite:"+r.dir+"/khaibao.db")
	one := newPerson(o, &script{channel: "sms", steps: []string{"kb", "Nguyen Thi Hoa", "1960"}})
	for i := range 2 {
		one.say(t, i)
		settle(t, look, one.sent[i])
	}
	page := newVisitor(t, r.url)
	page.get("/")
	page.say("khai báo")
	settle(t, look, "")
	kept := look.Count(`SELECT COUNT(*) FROM messages`)

	knocks := append(telegramKnocks(), twilioKnocks(o.door.url)...)
	for _, k := range append(knocks, webKnocks(t, "kb="+page.cookies()[0])...) {
		t.Run(k.path+" "+k.why, func(t *testing.T) {
			before := scrape(t, metrics)[k.counted]
			if k.method == "" {
				k.method = "POST"
			}
			req, err := http.NewRequest(k.method, r.url+k.path, strings.NewReader(k.body))
			if err != nil {
				t.Fatal(err)
			}
			if k.kind != "" {
				req.Header.Set("Content-Type", k.kind)
			}
			for name, value := range k.headers {
				req.Header.Set(name, value)
			}
			res, err := (&http.Transport{}).RoundTrip(req)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			defer res.Body.Close()
			if res.StatusCode != k.want {
				body, _ := io.ReadAll(res.Body)
				t.Errorf("answered %d, want %d: %.200s", res.StatusCode, k.want, body)
			}
			if k.counted != "" { // after the answer has left
				eventually(t, k.counted+" to grow by one", func() bool { return scrape(t, metrics)[k.counted] == before+1 })
			}
		})
	}
	if n := look.Count(`SELECT COUNT(*) FROM messages`); n != kept {
		t.Errorf("%d bad requests were kept as messages", n-kept)
	}
	one.say(t, 2)
	settle(t, look, one.sent[2])
	if lines := strings.Join(one.got(), "\n"); !strings.Contains(lines, "Ngay sinh: 1960") {
		t.Errorf("the conversation did not go on:\n%s", lines)
	}
}

// scrape reads the metrics, by name and labels as they are printed.
func scrape(t *testing.T, addr string) map[string]float64 {
	t.Helper()
	res, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for line := range strings.Lines(string(body)) {
		name, value := line, 0.0
		if i := strings.LastIndex(line, " "); i > 0 && line[0] != '#' {
			name = line[:i]
			if _, err := fmt.Sscan(line[i:], &value); err == nil {
				all[name] = value
			}
		}
	}
	return all
}
