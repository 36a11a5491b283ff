package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store/storetest"
)

// badTexts are what people, or their telephones, might send for a date of
// birth. None is one; each is answered, and the question stays.
func badTexts() map[string]string {
	return map[string]string{
		"a date to come":    time.Now().AddDate(1, 0, 0).Format("02/01/2006"),
		"no date":           "31/02/1960",
		"long ago":          "01/01/1800",
		"emoji":             "🙂🙃🤒",
		"one letter":        "ạ",
		"decomposed":        "Kho\u0302ng nho\u031b\u0301",
		"turned around":     "a\u202e0691",
		"nothing to see":    "\u200b\u200d\ufeff",
		"another script":    "ปีเกิด ๒๕๐๓",
		"a line of dashes":  strings.Repeat("-", 1500),
		"a formula":         `=HYPERLINK("http://x","y")`,
		"a page":            "<script>alert(1)</script>",
		"a template":        "{{.Hotline}} %s %d ${x}",
		"NUL in the middle": "\x00năm\x00",
	}
}

// TestBadMessages sends them by every channel in the middle of a conversation,
// with presses of buttons that are not there, pictures that hold no QR, and
// letters that are no letters. Each is kept, answered and counted once.
func TestBadMessages(t *testing.T) {
	addr, metrics := freeAddr(t), freeAddr(t)
	o := newOutside(t, "http://"+addr)
	r := start(t, o.settings(map[string]string{"ADDR": addr, "METRICS_ADDR": metrics}))
	b := &badTalk{t: t, o: o, site: r.url, metrics: metrics, look: storetest.NewLook(t, "sqlite:"+r.dir+"/khaibao.db")}
	t.Run("sms", b.bySMS)
	t.Run("telegram", b.byTelegram)
	t.Run("web", b.onTheWeb)
}

type badTalk struct {
	t       *testing.T
	o       *outside
	site    string
	metrics string
	look    *storetest.Look
}

// each sends one bad message and looks at what became of it.
func (b *badTalk) each(t *testing.T, why, channel string, session func() string, say func()) {
	t.Helper()
	counter := fmt.Sprintf(`khaibao_messages_total{channel="%s",event="taken"}`, channel)
	kept, replies, taken, before := b.look.Count(`SELECT COUNT(*) FROM messages`), len(b.look.Outbox()), scrape(t, b.metrics)[counter], session()
	say()
	eventually(t, "the end of "+why, func() bool {
		return b.look.Count(`SELECT COUNT(*) FROM messages`) == kept+1 && b.look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0
	})
	if n := len(b.look.Outbox()) - replies; n < 1 {
		t.Errorf("%s: nothing was answered", why)
	}
	if after := session(); after != before || !strings.HasSuffix(before, "birth") {
		t.Errorf("%s: the conversation went from %q to %q", why, before, after)
	}
	if n := scrape(t, b.metrics)[counter] - taken; n != 1 {
		t.Errorf("%s: %v messages were counted", why, n)
	}
}

// session tells where the conversation of a message's sender stands.
func (b *badTalk) session(message string) func() string {
	return func() string { return b.look.Sessions()[b.look.Messages()[message].AddressID] }
}

func (b *badTalk) bySMS(t *testing.T) {
	one := newPerson(b.o, &script{channel: "sms", steps: []string{"kb", "Nguyen Thi Hoa", "1960"}})
	for i := range 2 {
		one.say(t, i)
		settle(t, b.look, one.sent[i])
	}
	texts := badTexts()
	texts["letters that are none"] = "\xff\xfe \xc3("
	texts["ten parts"] = strings.Repeat("khong hieu ", 140)
	for why, text := range texts {
		b.each(t, why, "sms", b.session(one.sent[0]), func() { b.o.twilio.Receive(one.phone, text) })
	}
	one.say(t, 2)
	settle(t, b.look, one.sent[2])
	if got := one.got(); !strings.Contains(got[len(got)-1], "CCCD") {
		t.Errorf("the right answer is answered by %q", got[len(got)-1])
	}
}

func (b *badTalk) byTelegram(t *testing.T) {
	one := newPerson(b.o, &script{channel: "telegram", steps: []string{"/start", "[Khai báo]", "[Gửi số của tôi]", "Nguyễn Văn Thử", "1960"}})
	for i := range 4 {
		one.say(t, i)
		settle(t, b.look, one.sent[i])
	}
	session := b.session(one.sent[0])
	// Written by hand: the apps would not let one send these.
	next := time.Now().UnixMilli()
	update := func(content string) func() {
		return func() {
			next++
			content := strings.ReplaceAll(content, "CHAT", strconv.FormatInt(one.chat, 10))
			req, err := http.NewRequest("POST", b.site+"/hooks/telegram", strings.NewReader(fmt.Sprintf(`{"update_id":%d,%s}`, next, content)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Telegram-Bot-Api-Secret-Token", outsideSecret)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != 200 {
				t.Errorf("answered %d", res.StatusCode)
			}
		}
	}
	const from = `"from":{"id":CHAT},"chat":{"id":CHAT,"type":"private"},"message_id":1,"date":1600000000`
	message := func(text string) string {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		return `"message":{` + from + `,"text":` + string(quoted) + `}`
	}
	for why, text := range badTexts() {
		b.each(t, why, "telegram", session, update(message(text)))
	}
	press := func(data string) string {
		return `"callback_query":{"id":"77","from":{"id":CHAT},"message":{` + from + `},"data":"` + data + `"}`
	}
	for why, content := range map[string]string{
		"half a pair of surrogates": `"message":{` + from + `,"text":"\ud800 ?"}`,
		"no text":                   `"message":{` + from + `}`,
		"a sticker":                 `"message":{` + from + `,"sticker":{"file_id":"x"}}`,
		"half a megabyte":           message(strings.Repeat("ữ", 180_000)),
		"an unknown button":         press("a:button:that:never:was"),
		"a button of another world": press(strings.Repeat("9", 64)),
		"somebody else's card":      `"message":{` + from + `,"contact":{"phone_number":"84900000999","user_id":1}}`,
		"a picture that is gone":    `"message":{` + from + `,"photo":[{"file_id":"gone"}]}`,
		"a point off the earth":     `"message":{` + from + `,"location":{"latitude":1e308,"longitude":-1e308}}`,
	} {
		b.each(t, why, "telegram", session, update(content))
	}
	b.each(t, "a photo that is no QR", "telegram", session, func() { b.o.telegram.SendPicture(one.chat, plainPicture(t), "") })
	one.say(t, 4)
	settle(t, b.look, one.sent[4])
	if got := one.got(); !strings.Contains(got[len(got)-1], "CCCD") {
		t.Errorf("the right answer is answered by %q", got[len(got)-1])
	}
}

func (b *badTalk) onTheWeb(t *testing.T) {
	v := newVisitor(t, b.site)
	v.get("/")
	phone := newPerson(b.o, &script{channel: "sms"}).phone
	known := b.look.Messages()
	for _, text := range []string{"khai báo", "0" + phone[3:]} {
		v.say(text)
	}
	settle(t, b.look, "")
	code := (&leaks{t: t, o: b.o}).code(phone)
	v.say(code)
	v.say("Nguyễn Thị Thử")
	address := ""
	for id, m := range b.look.Messages() {
		if _, before := known[id]; !before && strings.HasPrefix(id, "web ") {
			address = m.AddressID
		}
	}
	session := func() string { return b.look.Sessions()[address] }
	texts := badTexts()
	texts["letters that are none"] = "\xff\xfe"
	texts["more than is kept"] = strings.Repeat("á", core.MaxText+5)
	for why, text := range texts {
		b.each(t, why, "web", session, func() { v.say(text) })
	}
	b.each(t, "an unknown button", "web", session, func() { v.post("/chat", "action", "a:button:that:never:was", "ref", "nothing", "lang", "vi") })
	for why, picture := range map[string][]byte{"a picture that is no QR": plainPicture(t), "no picture": []byte("GIF89a no"), "half a picture": plainPicture(t)[:200]} {
		b.each(t, why, "web", session, func() {
			body, kind := multipartOf(t, picture)
			eventually(t, "room for a picture", func() bool {
				res, err := v.client.Post(b.site+"/chat", kind, strings.NewReader(body))
				return v.open(res, err) == 200
			})
		})
	}
	v.say("1960")
	settle(t, b.look, "")
	if v.get("/"); !strings.Contains(v.words(), "CCCD, CMND") {
		t.Errorf("the right answer is not answered:\n%s", last(v.words(), 400))
	}
	if strings.Contains(v.last, "<script>alert") {
		t.Error("what was typed became part of the page")
	}
}

// plainPicture is a picture with no QR in it.
func plainPicture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range m.Bounds().Dx() {
		m.Set(i, i%200, color.RGBA{R: uint8(i), G: 90, B: 40, A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
