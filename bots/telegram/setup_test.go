package telegram

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/bots/bottest"
	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/qr"
)

var menus = map[string][]Command{
	"vi": {{Name: "khaibao", Description: "Khai báo y tế"}, {Name: "qr", Description: "Xem mã QR"}},
	"en": {{Name: "khaibao", Description: "Declare your health"}},
}

// The whole way: set up, written to, pressed, shown a picture, answered, by
// the imitated Bot API that refuses what it does not know.
func TestEverythingWeCall(t *testing.T) {
	n := newNetwork(t)
	arrived := make(chan core.Inbound, 10)
	program := httptest.NewServer(n.c.Webhook(func(_ context.Context, m core.Inbound) error {
		arrived <- m
		return nil
	}))
	defer program.Close()
	// The web-hook's path belongs to main; here it answers everywhere.
	if err := n.c.Setup(t.Context(), program.URL+"/", menus); err != nil {
		t.Fatal(err)
	}
	next := func(what string) core.Inbound {
		t.Helper()
		select {
		case m := <-arrived:
			return m
		case <-time.After(10 * time.Second):
			t.Fatalf("waited for %s", what)
			return core.Inbound{}
		}
	}
	const id = 5_000_000_042
	n.api.Meet(sandbox.Owner{ID: id, Name: "Lê Văn Thử", Phone: "+84900000042", Lang: "vi"})
	n.api.Write(id, "/start")
	start := next("START")
	if start.Control != core.Start || start.URN != "telegram:5000000042" || start.Lang != "vi" || time.Since(start.At) > time.Minute {
		t.Errorf("START arrived as %+v", start)
	}
	send := func(m core.Outbound) string {
		t.Helper()
		m.URN = start.URN
		sent, err := n.c.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return sent
	}

	send(core.Outbound{Text: "Cho biết số điện thoại", Ask: core.AskContact, AskText: "Chia sẻ số"})
	n.api.ShareContact(id)
	if m := next("the contact"); m.Contact != "+84900000042" {
		t.Errorf("the contact arrived as %+v", m)
	}
	n.api.SendCard(id, sandbox.Card{Phone: "84900000043", Name: "Khác", UserID: id + 1})
	if m := next("a stranger's card"); m.Contact != "" {
		t.Errorf("a stranger's card arrived as %+v", m)
	}
	n.api.ShareLocation(id, 16.5, 107.5)
	if m := next("the location"); m.Location == nil || m.Location.Lat != 16.5 {
		t.Errorf("the location arrived as %+v", m)
	}

	question := send(core.Outbound{Text: "Sốt?", Buttons: [][]core.Button{{{Label: "Có", Action: "yes"}, {Label: "Không", Action: "no"}}}})
	asked := n.api.Screen(id).Bubbles
	n.api.Press(id, asked[len(asked)-1].ID, "no")
	press := next("the press")
	if press.Action != "no" || press.Ref != question {
		t.Errorf("the press arrived as %+v", press)
	}
	answered(t, n, id)
	send(core.Outbound{Text: "Sốt: Không", Edit: press.Ref})

	code, err := qr.PNG("https://khaibao.example/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ", 512)
	if err != nil {
		t.Fatal(err)
	}
	send(core.Outbound{Text: "Mã QR", Photo: code})
	for name, tt := range map[string]struct {
		picture []byte
		want    core.Photo
	}{
		"a QR":                  {code, core.Photo{Text: "https://khaibao.example/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ"}},
		"a picture without one": {bottest.Picture(), core.Photo{}},
	} {
		n.api.SendPicture(id, tt.picture, "đây")
		if m := next(name); m.Photo == nil || *m.Photo != tt.want || m.Text != "đây" {
			t.Errorf("%s arrived as %+v with photo %+v", name, m, m.Photo)
		}
	}

	n.api.Block(id, true)
	if m := next("the block"); m.Control != core.Blocked {
		t.Errorf("the block arrived as %+v", m)
	}
	n.api.Block(id, false)
	if m := next("the unblocking"); m.Control != core.Unblocked {
		t.Errorf("the unblocking arrived as %+v", m)
	}

	if faults := n.api.Faults(); len(faults) > 0 {
		t.Errorf("faults: %q", faults)
	}
	called := n.api.Calls()
	for _, method := range []string{"setWebhook", "setMyCommands", "sendMessage", "sendPhoto", "editMessageText", "answerCallbackQuery", "getFile"} {
		if called[method] == 0 {
			t.Errorf("%s was never called", method)
		}
	}
	if got := n.api.Menu("vi"); len(got) != 2 || got[0].Description != "Khai báo y tế" {
		t.Errorf("the Vietnamese menu is %v", got)
	}
	if got := n.api.Menu("fr"); len(got) != 2 {
		t.Errorf("the menu of a language without one is %v", got)
	}
	if got := n.api.Menu("en"); len(got) != 1 {
		t.Errorf("the English menu is %v", got)
	}
}

// answered waits until the button stops spinning.
func answered(t *testing.T, n *network, id int64) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); n.api.Screen(id).Waiting; {
		if time.Now().After(end) {
			t.Fatal("the press was never answered")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestPollAgainstTheImitation(t *testing.T) {
	n := newNetwork(t)
	ctx, cancel := context.WithCancel(t.Context())
	arrived := make(chan core.Inbound, 10)
	ended := make(chan error)
	go func() {
		ended <- n.c.Poll(ctx, func(_ context.Context, m core.Inbound) error { arrived <- m; return nil })
	}()
	const id = 5_000_000_050
	n.api.Meet(sandbox.Owner{ID: id, Name: "Thử", Lang: "vi"})
	var got []string
	for _, text := range []string{"/start", "một", "hai"} {
		n.api.Write(id, text)
		got = append(got, (<-arrived).Text)
	}
	if want := []string{"/start", "một", "hai"}; !slices.Equal(got, want) {
		t.Errorf("arrived %q", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if faults := n.api.Faults(); len(faults) > 0 {
		t.Errorf("faults: %q", faults)
	}
}

func TestSetupRefusesBadSettings(t *testing.T) {
	tests := []struct{ name, token, secret string }{
		{"no token", "", testSecret},
		{"no token at all", "abc", testSecret},
		{"no secret", testToken, ""},
		{"a secret that Telegram does not take", testToken, "mật khẩu"},
		{"a secret too long", testToken, strings.Repeat("a", 257)},
	}
	for _, tt := range tests {
		c := over(broken(nil))
		c.Token, c.Secret = tt.token, tt.secret
		err := c.Setup(t.Context(), "https://khaibao.example", menus)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		noCanary(t, err)
	}
	refused := over(quoted(401, "Unauthorized", ""))
	if err := refused.Setup(t.Context(), "https://khaibao.example", menus); err == nil {
		t.Error("a refused token: no error")
	} else {
		noCanary(t, err)
	}
}
