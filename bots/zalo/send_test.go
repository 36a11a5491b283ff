package zalo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/qr"
)

func TestSendRefusesWhatIsNoMessage(t *testing.T) {
	called := false
	c := over(func(*http.Request, string) (*http.Response, error) { called = true; return respond(500, ""), nil })
	press := func(n int, label string) (rows [][]core.Button) {
		for range n {
			rows = append(rows, []core.Button{{Label: label, Action: "a"}})
		}
		return rows
	}
	for name, tt := range map[string]struct {
		m    core.Outbound
		want string
	}{
		"nothing to say":              {core.Outbound{URN: "zalo:5"}, "refused"},
		"another network's address":   {core.Outbound{URN: "telegram:5", Text: "x"}, "gone"},
		"a phone":                     {core.Outbound{URN: "tel:+84900000001", Text: "x"}, "refused"},
		"no address":                  {core.Outbound{URN: "zalo:", Text: "x"}, "gone"},
		"an address with more in it":  {core.Outbound{URN: "zalo:5/../6", Text: "x"}, "gone"},
		"nobody in no conversation":   {core.Outbound{URN: "zalo:anonymous/5", Text: "x"}, "gone"},
		"an album":                    {core.Outbound{URN: "zalo:5", Album: []core.Shown{{}, {}}, Text: "x"}, "refused"},
		"a picture with buttons":      {core.Outbound{URN: "zalo:5", Photo: []byte("x"), Buttons: press(1, "a")}, "refused"},
		"six buttons":                 {core.Outbound{URN: "zalo:5", Text: "x", Buttons: press(6, "a")}, "refused"},
		"a label too long":            {core.Outbound{URN: "zalo:5", Text: "x", Buttons: press(1, strings.Repeat("ơ", 101))}, "refused"},
		"a picture too big":           {core.Outbound{URN: "zalo:5", Photo: make([]byte, maxUpload+1)}, "refused"},
		"a template without a name":   {core.Outbound{URN: "zalo:5", Template: &core.Template{Data: map[string]string{}}}, "refused"},
		"a template to no phone":      {core.Outbound{URN: "tel:0900000001", Template: &core.Template{ID: "1", Data: map[string]string{}}}, "refused"},
		"a template to one unnamed":   {core.Outbound{URN: "zalo:anonymous/5/6", Template: &core.Template{ID: "1", Data: map[string]string{}}}, "elsewhere"},
		"a template to somewhere odd": {core.Outbound{URN: "web:5", Template: &core.Template{ID: "1", Data: map[string]string{}}}, "gone"},
	} {
		_, err := c.Send(t.Context(), tt.m)
		if got := verdict(err); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	if called {
		t.Error("Zalo was asked")
	}
}

// recorded keeps what was sent, and takes all of it.
func recorded(calls *[]string) answers {
	return func(r *http.Request, body string) (*http.Response, error) {
		if kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
			part, err := multipart.NewReader(strings.NewReader(body), params["boundary"]).NextPart()
			if err != nil {
				return nil, err
			}
			data, _ := io.ReadAll(part)
			body = fmt.Sprintf("%s %q %d bytes", part.FormName(), part.FileName(), len(data))
		}
		*calls = append(*calls, r.URL.Host+r.URL.Path+" "+body)
		return respond(200, `{"error":0,"message":"Success","data":{"message_id":"m1","msg_id":"p1","attachment_id":"at1","user_id":"5"}}`), nil
	}
}

func TestWhatIsSent(t *testing.T) {
	const cs = "openapi.zalo.me/v3.0/oa/message/cs "
	long := strings.Repeat("Dài. ", 120)
	tests := []struct {
		name string
		m    core.Outbound
		id   string
		want []string
	}{
		{"a text", core.Outbound{URN: "zalo:5", Text: `"Xin" <chào>`}, "m1", []string{cs + `{"message":{"text":"\"Xin\" \u003cchào\u003e"},"recipient":{"user_id":"5"}}`}},
		{"buttons", core.Outbound{URN: "zalo:5", Text: "Sốt?", Buttons: [][]core.Button{{{Label: "Có", Action: "q:yes"}}, {{Label: "Không", Action: "q:no"}}}}, "m1",
			[]string{cs + `{"message":{"text":"Sốt?","attachment":{"type":"template","payload":{"buttons":[{"title":"Có","type":"oa.query.hide","payload":"#kb:q:yes"},{"title":"Không","type":"oa.query.hide","payload":"#kb:q:no"}]}}},"recipient":{"user_id":"5"}}`}},
		{"a picture", core.Outbound{URN: "zalo:5", Text: "QR", Photo: []byte("png")}, "m1", []string{
			`openapi.zalo.me/v2.0/oa/upload/image file "qr.png" 3 bytes`,
			cs + `{"message":{"text":"QR","attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":"at1"}]}}},"recipient":{"user_id":"5"}}`}},
		{"a request for the number", core.Outbound{URN: "zalo:5", Text: "Số?", Ask: core.AskContact, AskText: "Gửi số"}, "m1",
			[]string{cs + `{"message":{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[{"title":"Gửi số","subtitle":"Số?","image_url":"https://khaibao.example.vn/hooks/zalo/card.png"}]}}},"recipient":{"user_id":"5"}}`}},
		{"a request with more to say than its card holds", core.Outbound{URN: "zalo:5", Text: long, Ask: core.AskContact, AskText: "Gửi số"}, "m1", []string{
			cs + `{"message":{"text":"` + long + `"},"recipient":{"user_id":"5"}}`,
			cs + `{"message":{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[{"title":"Gửi số","subtitle":"Gửi số","image_url":"https://khaibao.example.vn/hooks/zalo/card.png"}]}}},"recipient":{"user_id":"5"}}`}},
		{"to somebody without a name", core.Outbound{URN: "zalo:anonymous/5/6", Text: "Sốt?", Buttons: [][]core.Button{{{Label: "Có", Action: "q:yes"}}}}, "m1",
			[]string{`openapi.zalo.me/v2.0/oa/message {"message":{"text":"Sốt?\n– Có"},"recipient":{"anonymous_id":"5","conversation_id":"6"}}`}},
		{"a template by person", core.Outbound{ID: "o1", URN: "zalo:5", Template: &core.Template{ID: "77", Data: map[string]string{"name": "An"}}}, "m1",
			[]string{`openapi.zalo.me/v3.0/oa/message/template {"template_data":{"name":"An"},"template_id":"77","user_id":"5"}`}},
		{"a template by phone", core.Outbound{ID: "o1.2", URN: "tel:+84900000001", Template: &core.Template{ID: "77", Data: map[string]string{"otp": "123456"}}}, "m1",
			[]string{`business.openapi.zalo.me/message/template {"phone":"84900000001","template_data":{"otp":"123456"},"template_id":"77","tracking_id":"o1.2"}`}},
	}
	for _, tt := range tests {
		var calls []string
		id, err := over(recorded(&calls)).Send(t.Context(), tt.m)
		if err != nil || id != tt.id || !slices.Equal(calls, tt.want) {
			t.Errorf("%s: %q, %v\n got %s\nwant %s", tt.name, id, err, strings.Join(calls, "\n     "), strings.Join(tt.want, "\n     "))
		}
	}
}

// A state agency's account: version 2 is found once, known to the next node and
// after a restart, and left again when Zalo closes it.
func TestOlderVersionIsRemembered(t *testing.T) {
	n := newNetwork(t, func(a *sandbox.ZaloAccount) { a.Province = true })
	m := core.Outbound{URN: n.Person(1), Text: "Xin chào"}
	calls := func() string {
		all := n.api.Calls()
		return fmt.Sprint(all["openapi/v3.0/oa/message/cs"], " of 3, ", all["openapi/v2.0/oa/message"], " of 2")
	}
	send := func(c *Channel, want string) {
		t.Helper()
		if _, err := c.Send(t.Context(), m); err != nil || calls() != want {
			t.Errorf("%v, calls %s, want %s", err, calls(), want)
		}
	}
	send(n.c, "1 of 3, 1 of 2")
	send(n.c, "1 of 3, 2 of 2")
	again := &Channel{AppID: n.c.AppID, AppSecret: n.c.AppSecret, OASecret: n.c.OASecret, Vault: n.v, API: n.c.API, OAuth: n.c.OAuth}
	send(again, "1 of 3, 3 of 2")

	// Somebody who cannot be reached says nothing about the version.
	other := newNetwork(t, func(a *sandbox.ZaloAccount) { a.Province = true })
	who := other.Person(2)
	other.api.Refuse(other.phone(who), -230)
	if _, err := other.c.Send(t.Context(), core.Outbound{URN: who, Text: "x"}); verdict(err) != "elsewhere" || other.v.learned[learnedVersion] != "v2" {
		t.Errorf("%v, learned %v", err, other.v.learned)
	}

	// The account became another, or version 2 was shut down at last.
	open := newNetwork(t, nil)
	open.v.learned = map[string]string{learnedVersion: "v2"}
	m.URN = open.Person(1)
	if _, err := open.c.Send(t.Context(), m); err != nil || open.v.learned[learnedVersion] != "" {
		t.Errorf("%v, learned %v", err, open.v.learned)
	}
	if _, err := open.c.Send(t.Context(), m); err != nil || open.api.Calls()["openapi/v2.0/oa/message"] != 1 {
		t.Errorf("%v, calls %v", err, open.api.Calls())
	}
}

func TestPicturesAreUploadedOnce(t *testing.T) {
	now := time.Now()
	n := newNetwork(t, func(a *sandbox.ZaloAccount) { a.Clock = func() time.Time { return now } })
	n.c.now = func() time.Time { return now }
	who := n.Person(1)
	send := func(photo []byte, want int) {
		t.Helper()
		_, err := n.c.Send(t.Context(), core.Outbound{URN: who, Text: "QR", Photo: photo})
		if got := n.api.Calls()["openapi/v2.0/oa/upload/image"]; err != nil || got != want {
			t.Errorf("%v, %d uploads, want %d", err, got, want)
		}
	}
	one, two := picture(t, 10), picture(t, 11)
	send(one, 1)
	send(one, 1)
	send(two, 2)
	now = now.Add(uploadLife + time.Hour)
	n.api.Write(n.phone(who), "xem qr")
	send(one, 3)
	// One that Zalo lost is uploaded again.
	n.c.uploads.known = nil
	n.c.uploads.put(sha(one), "lost", now)
	send(one, 4)
}

// Where Zalo takes no pictures, who asks for a QR still gets one.
func TestLinkWhereNoPictureIsTaken(t *testing.T) {
	link := "https://khaibao.example.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	photo, err := qr.PNG(link, 512)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{-211, -209, -201, -224} {
		var said []string
		c := over(func(r *http.Request, body string) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/upload/") {
				return respond(200, fmt.Sprintf(`{"error":%d,"message":"file is invalid!"}`, code)), nil
			}
			var m struct{ Message struct{ Text string } }
			if err := json.Unmarshal([]byte(body), &m); err != nil {
				t.Error(err)
			}
			said = append(said, m.Message.Text)
			return respond(200, `{"error":0,"data":{"message_id":"m1"}}`), nil
		})
		for _, text := range []string{"Mã QR của An", ""} {
			if _, err := c.Send(t.Context(), core.Outbound{URN: "zalo:5", Text: text, Photo: photo}); err != nil {
				t.Errorf("%d: %v", code, err)
			}
		}
		if want := []string{"Mã QR của An\n" + link, link}; !slices.Equal(said, want) {
			t.Errorf("%d: said %q", code, said)
		}
	}
}

func picture(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Templates reach people who have been silent for long, by person and by phone,
// and what became of them is told by our own ID.
func TestTemplatesOutsideTheWindow(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	n := newNetwork(t, func(a *sandbox.ZaloAccount) {
		a.Clock = clock
		a.Templates = []sandbox.ZaloTemplate{{ID: "77", Text: "Mời <name> khai báo.", Params: []sandbox.ZaloParam{{Name: "name", Max: 10}}},
			{ID: "78", Text: "Mã <otp>", Params: []sandbox.ZaloParam{{Name: "otp"}}, OTP: true, PhoneOnly: true}}
	})
	n.c.now = clock
	who := n.Person(1)
	now = now.Add(8 * 24 * time.Hour)
	n.c.Vault.(*memory).t.Busy = time.Time{}
	if _, err := n.c.Send(t.Context(), core.Outbound{URN: who, Text: "x"}); verdict(err) != "elsewhere" {
		t.Errorf("after eight days: %v", err)
	}
	invite := &core.Template{ID: "77", Data: map[string]string{"name": "An"}}
	for _, to := range []core.URN{who, core.TelURN(n.phone(who))} {
		id, err := n.c.Send(t.Context(), core.Outbound{ID: core.NewID(), URN: to, Template: invite})
		if got := n.Seen(who); err != nil || got[len(got)-1].Text != "Mời An khai báo." || got[len(got)-1].ID != id {
			t.Errorf("%s: %q, %v, seen %+v", to.Scheme(), id, err, got)
		}
	}
	for name, tt := range map[string]struct {
		m    core.Outbound
		want string
	}{
		"a parameter too long":          {core.Outbound{URN: who, Template: &core.Template{ID: "77", Data: map[string]string{"name": "Nguyễn Thị Mười Một"}}}, "config, elsewhere"},
		"a parameter too long, phone":   {core.Outbound{ID: "o", URN: core.TelURN(n.phone(who)), Template: &core.Template{ID: "77", Data: map[string]string{"name": "Nguyễn Thị Mười Một"}}}, "config, elsewhere"},
		"a code by person":              {core.Outbound{URN: who, Template: &core.Template{ID: "78", Data: map[string]string{"otp": "123456"}}}, "config, elsewhere"},
		"a phone without Zalo":          {core.Outbound{ID: "o", URN: "tel:+84900099999", Template: invite}, "elsewhere"},
		"a template that nobody let in": {core.Outbound{ID: "o", URN: core.TelURN(n.phone(who)), Template: &core.Template{ID: "79", Data: map[string]string{}}}, "config, elsewhere"},
	} {
		if _, err := n.c.Send(t.Context(), tt.m); verdict(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	if faults := n.api.Faults(); len(faults) > 0 {
		t.Errorf("calls that Zalo does not have: %q", faults)
	}
}

// No secret shows, whatever prints the channel.
func TestNothingPrintsASecret(t *testing.T) {
	c := over(nil)
	c.RefreshToken = testRefresh
	marshalled, err := json.Marshal(struct{ C *Channel }{c})
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s %q %d %x", c, c, c, c, c, c, c) + string(marshalled); strings.Contains(shown, "CANARY") ||
		strings.Contains(shown, fmt.Sprintf("%x", "CANARY")) {
		t.Errorf("a secret shows: %s", shown)
	}
	for name, spoil := range map[string]func(*Channel){
		"no application":      func(c *Channel) { c.AppID = "" },
		"an application name": func(c *Channel) { c.AppID = "CANARY" },
		"no secret":           func(c *Channel) { c.AppSecret = "" },
		"no account secret":   func(c *Channel) { c.OASecret = "" },
		"a torn secret":       func(c *Channel) { c.OASecret = "CANARY secret\n" },
		"a torn token":        func(c *Channel) { c.RefreshToken = "CANARY\r\ntoken" },
		"an address":          func(c *Channel) { c.API = "ftp://CANARY" },
		"no vault":            func(c *Channel) { c.Vault = nil },
	} {
		c := over(nil)
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		spoil(c)
		if err := c.Check(); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
