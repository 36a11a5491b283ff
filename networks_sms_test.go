package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/sms"
	"khaibao/sms/smstest"
)

func TestBadSMSSettingsStopTheStart(t *testing.T) {
	for name, settings := range map[string]string{
		"eSMS out without its account":      "SMS_OUT=esms ESMS_API_KEY=abcdefghij",
		"eSMS out without a brandname":      "SMS_OUT=esms ESMS_API_KEY=abcdefghij ESMS_SECRET_KEY=abcdefghij",
		"eSMS in without its short code":    "SMS_IN=esms ESMS_API_KEY=abcdefghij ESMS_SECRET_KEY=abcdefghij ESMS_BRANDNAME=X",
		"SpeedSMS out without its token":    "SMS_OUT=speedsms SPEEDSMS_SECRET=abcdefghijabcdefghij",
		"SpeedSMS out without a sender":     "SMS_OUT=speedsms SPEEDSMS_TOKEN=abcdefghij",
		"SpeedSMS in without a secret":      "SMS_IN=speedsms SPEEDSMS_TOKEN=abcdefghij SPEEDSMS_SENDER=X",
		"SpeedSMS of another type":          "SMS_OUT=speedsms SPEEDSMS_TOKEN=abcdefghij SPEEDSMS_TYPE=9",
		"a gateway without its URL":         "SMS_OUT=http",
		"a gateway without its text":        "SMS_OUT=http SMS_HTTP_URL=http://127.0.0.1/?to={to}&key=abcdefghij",
		"a gateway in without how":          "SMS_IN=http SMS_HTTP_SECRET=abcdefghijabcdefghij",
		"a gateway in without a secret":     "SMS_IN=http SMS_HTTP_IN=from=f|text=t",
		"a rate that is none":               "SMS_OUT=http SMS_HTTP_URL=http://127.0.0.1/?to={to}&text={text} SMS_RATE=many",
		"a rate of Telegram's that is none": "TELEGRAM_RATE=many",
		"a rate of Zalo's below nothing":    "ZALO_RATE=-1",
		"a rate of nothing":                 "SMS_OUT=http SMS_HTTP_URL=http://127.0.0.1/?to={to}&text={text} SMS_RATE=0",
		"an eSMS that is nowhere":           "ESMS_API_URL=rest.esms.vn",
		"the sandbox beside a real gateway": "SANDBOX=1 SPEEDSMS_TOKEN=abcdefghij",
	} {
		dir := t.TempDir()
		environ := []string{envPrefix + "ADDR=" + freeAddr(t), envPrefix + "METRICS_ADDR=off", envPrefix + "KEY_FILE=" + filepath.Join(dir, "key"),
			envPrefix + "DATABASE_URL=sqlite:" + filepath.Join(dir, "db")}
		for _, s := range strings.Fields(settings) {
			environ = append(environ, envPrefix+strings.ReplaceAll(s, "|", " "))
		}
		out := &lockedBuffer{}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err := run(ctx, nil, environ, strings.NewReader(""), out)
		cancel()
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: it started", name)
			continue
		}
		if shown := fmt.Sprint(err) + out.String(); strings.Contains(shown, "abcdefghij") {
			t.Errorf("%s: the message shows a secret: %s", name, shown)
		}
	}
}

// Texts by one gateway, answers by another: each with its own web-hooks.
func TestOneGatewayOutAnotherIn(t *testing.T) {
	const secret, phone = "secret-of-the-web-hooks", "+84900000001"
	speed := &smstest.SpeedSMS{Token: "token", Senders: []string{"SOYTE"}, Price: 350}
	tel := &smstest.Phone{}
	api := httptest.NewServer(speed)
	defer api.Close()
	database := "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db")
	r := start(t, map[string]string{"DATABASE_URL": database, "SMS_OUT": "speedsms", "SPEEDSMS_TOKEN": "token", "SPEEDSMS_SENDER": "SOYTE",
		"SPEEDSMS_SECRET": secret, "SPEEDSMS_API_URL": api.URL + "/index.php", "SMS_RATE": "50", "SMS_ROUTE": "two-way",
		"SMS_IN": "http", "SMS_HTTP_SECRET": secret, "SMS_HTTP_IN": "id=id from=payload.sender text=payload.message"})
	speed.Hook, tel.Hook = r.url+"/hooks/speedsms/"+secret, r.url+"/hooks/sms/"+secret
	for range 2 { // delivered twice
		if code, err := tel.Receive("event-1", phone, "KB"); err != nil || code != http.StatusOK {
			t.Fatal(code, err)
		}
	}
	eventually(t, "the reply", func() bool { return len(speed.Texts(phone)) > 0 })
	look := storetest.NewLook(t, database)
	eventually(t, "what it cost, and that it was delivered", func() bool {
		for _, text := range speed.Texts(phone) {
			if code, err := speed.Report(text.ID, 0); err != nil || code != http.StatusOK {
				t.Fatal(code, err)
			}
		}
		return look.Count(`SELECT COUNT(*) FROM outbox WHERE network_state = 'delivered' AND cost = 350 * segments`) > 0
	})
	if n := look.Count(`SELECT COUNT(*) FROM messages`); n != 1 {
		t.Errorf("%d texts are recorded", n)
	}
	if faults := append(speed.Faults(), tel.Faults()...); len(faults) > 0 {
		t.Errorf("calls that the gateways do not allow: %v", faults)
	}
}

// says is what a text's turn queues: each a reply.
func says(texts ...string) store.TurnFunc {
	return func(_ context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, id string) error {
		for _, text := range texts {
			tx.Queue(core.Queued{Channel: at.Channel, AddressID: at.ID, URN: at.URN, Cause: id, Priority: core.PriorityReply, Lang: "vi",
				Say: core.Say{Key: "k", Args: map[string]string{"text": text}}})
		}
		return nil
	}
}

func TestRepliesAreSaidTogether(t *testing.T) {
	s := storetest.SQLite(t)
	now := time.Now()
	counted := 0
	r := replies{store: s, channel: &sms.Channel{}, now: func() time.Time { return now }, count: func(string, string) { counted++ },
		render: func(m core.Queued, _ channel.Features) channel.Line {
			if m.Say.Args["text"] == "panic" {
				panic("a fault of ours")
			}
			return channel.Line{Text: m.Say.Args["text"]}
		}}
	long := strings.TrimSpace(strings.Repeat("chin chu ", 30)) // 269 letters, two messages
	for i, tt := range []struct {
		name string
		says []string
		want string
		left int // that go out by the outbox
	}{
		{"one", []string{"Chao"}, "Chao", 0},
		{"several", []string{"Chao", "Ho va ten?"}, "Chao\nHo va ten?", 0},
		{"one of two messages", []string{long}, long, 0},
		{"no room for the last", []string{"Chao", long, long}, "Chao\n" + long, 1},
		{"no room for the first", []string{long + " " + long, "Chao"}, "", 2},
		{"one that cannot be said", []string{"Chao", "panic", "Ho va ten?"}, "Chao", 2},
		{"nothing", nil, "", 0},
	} {
		id, phone := fmt.Sprint("mo", i), core.TelURN(fmt.Sprintf("+849000000%02d", i))
		m := core.Inbound{Channel: "sms", ExternalID: id, URN: phone, Text: "KB", Waits: time.Minute}
		if err := s.Take(t.Context(), now, []core.Inbound{m}, says(tt.says...)); err != nil {
			t.Fatal(err)
		}
		for _, said := range []bool{false, true} {
			counted = 0
			reply, err := r.ReplyTo(t.Context(), id)
			if tt.want == "" {
				if !errors.Is(err, core.ErrNotFound) {
					t.Errorf("%s: %q, %v", tt.name, reply.Text, err)
				}
				continue
			}
			if err != nil || strings.ReplaceAll(reply.Text, "\n", " ") != strings.ReplaceAll(tt.want, "\n", " ") {
				t.Errorf("%s: %q, %v", tt.name, reply.Text, err)
				continue
			}
			if err := reply.Done(t.Context(), said); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if want := len(tt.says) - tt.left; counted != want && said || counted != 0 && !said {
				t.Errorf("%s: %d counted as sent, want %d", tt.name, counted, want)
			}
		}
		if got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Second), 9); err != nil || len(got) != tt.left {
			t.Errorf("%s: %d go out by the outbox, %v; want %d", tt.name, len(got), err, tt.left)
		}
	}
}
