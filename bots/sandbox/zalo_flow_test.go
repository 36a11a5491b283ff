package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestZaloWindows(t *testing.T) {
	p := startZalo(t, nil)
	text := p.cs(`{"text":"x"}`)
	quota := func(answer map[string]any) any { return dig(answer, "data.quota.quota_type") }
	for i, want := range []any{"welcome_msg", "welcome_msg", "welcome_msg", "reply"} {
		if got := p.call(zaloCS, text); code(got) != 0 || quota(got) != want {
			t.Errorf("message %d to a follower who never wrote: %v, want %v", i+1, got, want)
		}
	}
	p.Write(lan, "xin chào")
	p.later(48 * time.Hour)
	p.token = p.refresh(p.Authorize())["access_token"].(string)
	if got := p.call(zaloCS, text); quota(got) != "reply" || p.Billed() != 0 {
		t.Errorf("after 48 hours: %v", got)
	}
	p.later(time.Second)
	if got := p.call(zaloCS, text); code(got) != 0 || dig(got, "data.quota") != nil || p.Billed() != 1 {
		t.Errorf("after more than 48 hours: %v, %d billed", got, p.Billed())
	}
	p.later(5*24*time.Hour - 2*time.Second)
	p.token = p.refresh(p.Authorize())["access_token"].(string)
	if got := p.call(zaloCS, text); code(got) != 0 {
		t.Errorf("before seven days: %v", got)
	}
	p.later(2 * time.Second)
	if got := p.call(zaloCS, text); code(got) != -230 {
		t.Errorf("after seven days: %v", got)
	}
	// What brings the window back, and what does not.
	p.SubmitInfo(lan, ZaloInfo{})
	if got := p.call(zaloCS, text); code(got) != -230 {
		t.Errorf("details that nobody asked for: %v", got)
	}
	for name, act := range map[string]func() bool{
		"a text":       func() bool { return p.Write(lan, "x") },
		"Nhắn tin":     func() bool { return p.ChatNow(lan) },
		"a follow":     func() bool { p.Follow(lan, false); return p.Follow(lan, true) },
		"a location":   func() bool { return p.ShareLocation(lan, 16.46, 107.59) },
		"a picture":    func() bool { return p.SendPicture(lan, picture(20, 20), "") },
		"another text": func() bool { return p.Quote(lan, "", "y") },
	} {
		p.later(8 * 24 * time.Hour)
		p.token = p.refresh(p.Authorize())["access_token"].(string)
		before := code(p.call(zaloCS, text))
		if !act() || before != -230 {
			t.Errorf("%s: the window was %d", name, before)
		}
		if got := p.call(zaloCS, text); code(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}

	send := func(phone string) int {
		return code(p.call(zaloCS, strings.Replace(text, p.UserID(lan), p.UserID(phone), 1)))
	}
	if got := send(minh); got != -213 {
		t.Errorf("to somebody who never heard of us: %d", got)
	}
	if got := send(hoa); got != -213 {
		t.Errorf("to somebody who stopped following: %d", got)
	}
	p.Write(minh, "KB") // one need not follow
	p.Write(hoa, "KB")
	if got := []int{send(minh), send(hoa)}; !slices.Equal(got, []int{0, 0}) {
		t.Errorf("to those who wrote: %v", got)
	}
	for _, refusal := range []int{-217, -218, -227, -232, -244} {
		p.Refuse(minh, refusal)
		if got := send(minh); got != refusal {
			t.Errorf("a person told to answer %d answers %d", refusal, got)
		}
	}
	p.Refuse(minh, 0)
	if got := send(minh); got != 0 {
		t.Errorf("healed: %d", got)
	}
}

func TestZaloKindsOfOA(t *testing.T) {
	usual, province := startZalo(t, nil), startZalo(t, func(a *ZaloAccount) { a.Province = true })
	list := `{"attachment":{"type":"template","payload":{"template_type":"list","elements":[
		{"title":"Khai báo","subtitle":"1 phút","image_url":"https://x.invalid/i.png","default_action":{"type":"oa.query.show","payload":"#kb"}},
		{"title":"Xem","default_action":{"type":"oa.open.url","url":"https://x.invalid/q"}}]}}}`
	tests := []struct {
		name    string
		p       *zaloProgram
		path    string
		message string
		want    int
	}{
		{"v3", usual, zaloCS, `{"text":"x"}`, 0},
		{"v2 is shut down", usual, zaloV2, `{"text":"x"}`, -240},
		{"a province's v3", province, zaloCS, `{"text":"x"}`, -235},
		{"a province's v2", province, zaloV2, `{"text":"x"}`, 0},
		{"a province's list", province, zaloV2, list, 0},
		{"a fault is found first", province, zaloCS, `{"text":5}`, -201},
		{"and in v2", usual, zaloV2, `{"text":5}`, -201},
	}
	for _, tt := range tests {
		if got := tt.p.call(tt.path, tt.p.cs(tt.message)); code(got) != tt.want {
			t.Errorf("%s: %v, want %d", tt.name, got, tt.want)
		}
	}
	shown := province.Screen(lan).Bubbles
	rows := shown[len(shown)-1]
	if len(rows.Rows) != 2 || rows.Rows[1].Action.URL == "" {
		t.Fatalf("the list shows %+v", rows)
	}
	if !province.Press(lan, rows.ID, "#kb") || province.got("user_send_text")[0].at("message.text") != "#kb" {
		t.Error("a row of the list cannot be pressed")
	}
}

// Whoever writes without saying who they are is answered in their one
// conversation, by v2 whatever the OA.
func TestZaloGuests(t *testing.T) {
	p := startZalo(t, nil)
	guest := p.Guest()
	if !p.Write(guest, "Khai báo ở đâu?") || p.Follow(guest, true) || p.ChatNow(guest) || p.Withdraw(guest) {
		t.Error("a guest cannot write, or can do what needs an account")
	}
	asked := p.got("anonymous_send_text")[0]
	if keys := shapeOf(asked.fields); keys != "{app_id event_name message{conversation_id msg_id text} recipient{id} sender{id} timestamp}" {
		t.Errorf("the event has %s", keys)
	}
	to := func(id, conversation any) string {
		return fmt.Sprintf(`{"recipient":{"anonymous_id":%q,"conversation_id":%q},"message":{"text":"Ngay đây."}}`, id, conversation)
	}
	if got := p.call(zaloV2, to(asked.at("sender.id"), asked.at("message.conversation_id"))); code(got) != 0 {
		t.Errorf("the answer: %v", got)
	}
	for name, body := range map[string]string{
		"another conversation": to(asked.at("sender.id"), "1"), "nobody": to("1", asked.at("message.conversation_id")),
		"an account's way": strings.Replace(p.cs(`{"text":"x"}`), p.UserID(lan), p.UserID(guest), 1),
	} {
		path := zaloV2
		if strings.Contains(body, "user_id") {
			path = zaloCS
		}
		if got := p.call(path, body); code(got) != -201 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if b := p.Screen(guest).Bubbles; len(b) != 2 || b[1].Text != "Ngay đây." || len(p.got("oa_send_anonymous_text")) != 1 {
		t.Errorf("the guest sees %+v", b)
	}
	if p.See(guest) || len(p.got("user_received_message")) != 0 || len(p.Faults()) != 0 {
		t.Errorf("a guest's messages are reported on, or faults: %q", p.Faults())
	}
}

func TestZaloPictures(t *testing.T) {
	p := startZalo(t, nil)
	for name, data := range map[string][]byte{
		"nothing": nil, "a text": []byte("<svg/>"), "half a picture": picture(50, 50)[:60],
		"too many bytes": append(picture(50, 50), make([]byte, maxZaloImage)...),
	} {
		if got := p.upload("file", data); code(got) != -201 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if len(p.Faults()) != 0 {
		t.Errorf("faults %q", p.Faults())
	}
	if got := p.upload("image", picture(50, 50)); code(got) != -201 || len(p.Faults()) != 1 {
		t.Errorf("a file in a field of another name: %v", got)
	}
	qr := picture(50, 50)
	id, _ := dig(p.upload("file", qr), "data.attachment_id").(string)
	message := p.cs(fmt.Sprintf(`{"text":"Mã QR","attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":%q}]}}}`, id))
	for range 2 { // it may go out more than once
		if got := p.call(zaloCS, message); code(got) != 0 {
			t.Fatalf("%v", got)
		}
	}
	b := p.Screen(lan).Bubbles[0]
	if b.Text != "Mã QR" || !bytes.Equal(p.File(b.Photo), qr) {
		t.Errorf("the telephone shows %+v", b)
	}
	if echo := p.got("oa_send_image"); len(echo) != 2 || echo[0].at("message.msg_id") != b.ID {
		t.Errorf("the program hears %v", echo)
	}
	p.later(zaloKept + time.Second)
	p.Write(lan, "x")
	p.token = p.refresh(p.Authorize())["access_token"].(string)
	if got := p.call(zaloCS, message); code(got) != -100 {
		t.Errorf("after seven days: %v", got)
	}

	// A person's picture is no attachment, and anybody fetches it by its URL.
	if p.SendPicture(lan, []byte("<svg/>"), "") || !p.SendPicture(lan, picture(3000, 1500), "CCCD") {
		t.Error("what went out was no picture, or a picture did not go out")
	}
	sent := p.got("user_send_image")[0]
	if sent.at("message.text") != "CCCD" || sent.at("message.attachments.type") != "image" {
		t.Errorf("the program hears %v", sent.fields)
	}
	for where, longest := range map[string]int{"url": 1280, "thumbnail": 320} {
		link, _ := sent.at("message.attachments.payload." + where).(string)
		resp, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		config, kind, err := image.DecodeConfig(resp.Body)
		_ = resp.Body.Close()
		if err != nil || kind != "jpeg" || config.Width != longest {
			t.Errorf("%s is a %s of %d pixels: %v", where, kind, config.Width, err)
		}
	}
	if resp, err := http.Get(p.url + "/pictures/Z.jpg"); err != nil || resp.StatusCode != 404 {
		t.Errorf("a picture of nobody: %v %v", resp, err)
	}
}

func TestZaloButtonsComeAsTexts(t *testing.T) {
	p := startZalo(t, nil)
	for _, kind := range []string{"oa.query.show", "oa.query.hide"} {
		p.call(zaloCS, p.cs(`{"text":"Sốt?","attachment":`+zaloButtonList(1, "Có", kind, `"#`+kind+`"`)+`}`))
		before := p.Screen(lan).Bubbles
		asked := before[len(before)-1]
		if p.Press(lan, asked.ID, "#other") || p.Press(lan, "00", "#"+kind) {
			t.Error("what is not there was pressed")
		}
		if !p.Press(lan, asked.ID, "#"+kind) {
			t.Fatal("the button cannot be pressed")
		}
		sent := p.got("user_send_text")
		if got := sent[len(sent)-1].at("message.text"); got != "#"+kind {
			t.Errorf("%s arrives as %v", kind, got)
		}
		if more := len(p.Screen(lan).Bubbles) - len(before); more == 1 != (kind == "oa.query.show") {
			t.Errorf("%s: %d more in the chat", kind, more)
		}
	}
}

func TestZaloFailsAsItIsTold(t *testing.T) {
	p := startZalo(t, func(a *ZaloAccount) { a.PerMinute = 20 })
	text := p.cs(`{"text":"x"}`)
	p.RefuseAll(-221)
	if got := p.call(zaloCS, text); code(got) != -221 {
		t.Errorf("an OA that is not verified: %v", got)
	}
	p.RefuseAll(0)
	p.Fail(Failures{TooMany: time.Second})
	if got := p.call(zaloCS, text); code(got) != -32 {
		t.Errorf("too many: %v", got)
	}
	p.Fail(Failures{Refused: true})
	if got := []int{code(p.call(zaloCS, text)), code(p.call(zaloByPhone, "{}")), code(p.refresh(p.Authorize()))}; !slices.Equal(got, []int{-216, -124, -14004}) {
		t.Errorf("refused: %v", got)
	}
	p.Fail(Failures{Broken: true})
	if resp, err := http.Post(p.url+zaloCS, "application/json", strings.NewReader(text)); err != nil || resp.StatusCode != 502 {
		t.Errorf("broken: %v %v", resp, err)
	}
	p.Fail(Failures{Cut: true})
	if _, err := http.Post(p.url+zaloCS, "application/json", strings.NewReader(text)); err == nil {
		t.Error("the connection was not cut")
	}
	p.Fail(Failures{})
	p.LoseAnswers(1)
	r, err := http.NewRequest("POST", p.url+zaloCS, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("access_token", p.token)
	if _, err := http.DefaultClient.Do(r); err == nil {
		t.Error("the answer was not lost")
	}
	if got := len(p.Screen(lan).Bubbles); got != 1 {
		t.Errorf("%d messages, want the one whose answer was lost", got)
	}
	last := 0
	for range 30 {
		last = code(p.call(zaloCS, text))
	}
	if last != -32 {
		t.Errorf("after more calls than a minute allows: %d", last)
	}
	p.later(time.Minute)
	if got := code(p.call(zaloCS, text)); got != 0 {
		t.Errorf("a minute later: %d", got)
	}
	resp, err := http.DefaultClient.Do(r.Clone(t.Context()))
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if err != nil || resp.Header.Get("X-RateLimit-Limit") != "20" || resp.Header.Get("X-RateLimit-Remain") != "18" {
		t.Errorf("the rate stands in no header: %v %v", resp, err)
	}
}
