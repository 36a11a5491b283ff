package telegram

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"khaibao/core"
)

// A person who writes, in the fields that every message of theirs has.
const (
	fromPerson = `"from":{"id":5000000007,"is_bot":false,"first_name":"T","language_code":"vi"},"chat":{"id":5000000007,"type":"private"},"date":1628985600`
	person     = core.URN("telegram:5000000007")
)

func TestTranslate(t *testing.T) {
	sent := time.Unix(1628985600, 0).UTC()
	said := func(m core.Inbound) core.Inbound {
		m.Channel, m.ExternalID, m.URN, m.Lang, m.At = Name, "7", person, "vi", sent
		return m
	}
	pressed := func(m core.Inbound) core.Inbound {
		m.Channel, m.ExternalID, m.URN = Name, "7", person
		return m
	}
	message := func(rest string) string {
		return `{"update_id":7,"message":{"message_id":9,` + fromPerson + rest + `}}`
	}
	tests := []struct {
		name   string
		update string
		ok     bool
		want   core.Inbound
	}{
		{"a text", message(`,"text":"Sốt, ho"`), true, said(core.Inbound{Text: "Sốt, ho"})},
		{"fields of a later Bot API", message(`,"text":"có","mood":{"colour":[1,{}]}`), true, said(core.Inbound{Text: "có"})},
		{"a command", message(`,"text":"/khaibao"`), true, said(core.Inbound{Text: "/khaibao"})},
		{"a command with the bot's name", message(`,"text":"/khaibao@KhaiBaoBot 1 3"`), true, said(core.Inbound{Text: "/khaibao 1 3"})},
		{"a command and a line below", message(`,"text":"/qr@KhaiBaoBot\nxin"`), true, said(core.Inbound{Text: "/qr\nxin"})},
		{"an at sign in the words stays", message(`,"text":"/help an@example.com"`), true, said(core.Inbound{Text: "/help an@example.com"})},
		{"an at sign without a command stays", message(`,"text":"an@example.com"`), true, said(core.Inbound{Text: "an@example.com"})},
		{"START", message(`,"text":"/start"`), true, said(core.Inbound{Text: "/start", Control: core.Start})},
		{"a deep link", message(`,"text":"/start abc_-9"`), true, said(core.Inbound{Text: "/start abc_-9", Control: core.Start})},
		{"no START", message(`,"text":"/starting"`), true, said(core.Inbound{Text: "/starting"})},
		{"a sticker has no words", message(`,"sticker":{"file_id":"x"}`), true, said(core.Inbound{})},
		{"a voice with a caption", message(`,"voice":{"file_id":"x"},"caption":"tôi sốt"`), true, said(core.Inbound{Text: "tôi sốt"})},

		{"the own contact", message(`,"contact":{"phone_number":"84900000001","first_name":"T","user_id":5000000007}`), true, said(core.Inbound{Contact: "+84900000001"})},
		{"the own contact, as some clients write it", message(`,"contact":{"phone_number":"+84 900-000-001","user_id":5000000007}`), true, said(core.Inbound{Contact: "+84900000001"})},
		{"somebody else's card", message(`,"contact":{"phone_number":"84900000001","user_id":5000000008}`), true, said(core.Inbound{})},
		{"a card of nobody on Telegram", message(`,"contact":{"phone_number":"84900000001"}`), true, said(core.Inbound{})},
		{"the own contact, forwarded", message(`,"contact":{"phone_number":"84900000001","user_id":5000000007},"forward_origin":{"type":"user"}`), true, said(core.Inbound{})},
		{"forwarded, before Bot API 7", message(`,"contact":{"phone_number":"84900000001","user_id":5000000007},"forward_date":1`), true, said(core.Inbound{})},
		{"a contact without a country", message(`,"contact":{"phone_number":"0900000001","user_id":5000000007}`), true, said(core.Inbound{})},
		{"a contact that is no number", message(`,"contact":{"phone_number":"84900000001;ext=2","user_id":5000000007}`), true, said(core.Inbound{})},
		{"a contact too short", message(`,"contact":{"phone_number":"8490","user_id":5000000007}`), true, said(core.Inbound{})},

		{"a location", message(`,"location":{"latitude":16.4637,"longitude":107.5909}`), true, said(core.Inbound{Location: &core.Location{Lat: 16.4637, Lon: 107.5909}})},
		{"a photo too big to fetch", message(`,"photo":[{"file_id":"a","file_size":99999999}]`), true, said(core.Inbound{Photo: &core.Photo{Failed: true}})},

		{"a group", `{"update_id":7,"message":{"message_id":9,"from":{"id":5},"chat":{"id":-100,"type":"supergroup"},"text":"/khaibao"}}`, false, core.Inbound{}},
		{"a bot", `{"update_id":7,"message":{"message_id":9,"from":{"id":5,"is_bot":true},"chat":{"id":5,"type":"private"},"text":"x"}}`, false, core.Inbound{}},
		{"an edited message", `{"update_id":7,"edited_message":{"message_id":9,` + fromPerson + `,"text":"không"}}`, false, core.Inbound{}},
		{"a kind not asked for", `{"update_id":7,"poll":{"id":"1"}}`, false, core.Inbound{}},

		{"a press", `{"update_id":7,"callback_query":{"id":"c","from":{"id":5000000007},"data":"yes","message":{"message_id":77,"date":5,"chat":{"id":5000000007,"type":"private"}}}}`,
			true, pressed(core.Inbound{Action: "yes", Ref: "77"})},
		{"a press under a message out of reach", `{"update_id":7,"callback_query":{"id":"c","from":{"id":5000000007},"data":"yes","message":{"message_id":77,"date":0,"chat":{"id":5000000007,"type":"private"}}}}`,
			true, pressed(core.Inbound{Action: "yes"})},
		{"a press without its message", `{"update_id":7,"callback_query":{"id":"c","from":{"id":5000000007},"data":"yes"}}`, true, pressed(core.Inbound{Action: "yes"})},
		{"a press in a group", `{"update_id":7,"callback_query":{"id":"c","from":{"id":5},"data":"yes","message":{"message_id":77,"date":5,"chat":{"id":-100,"type":"group"}}}}`, false, core.Inbound{}},
		{"a game", `{"update_id":7,"callback_query":{"id":"c","from":{"id":5},"game_short_name":"x"}}`, false, core.Inbound{}},

		{"blocked", `{"update_id":7,"my_chat_member":{` + fromPerson + `,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked","until_date":0}}}`, true, said(core.Inbound{Control: core.Blocked})},
		{"let in again", `{"update_id":7,"my_chat_member":{` + fromPerson + `,"new_chat_member":{"status":"member"}}}`, true, said(core.Inbound{Control: core.Unblocked})},
		{"added to a group", `{"update_id":7,"my_chat_member":{"chat":{"id":-100,"type":"group"},"from":{"id":5},"new_chat_member":{"status":"member"}}}`, false, core.Inbound{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := decode([]byte(tt.update))
			if err != nil {
				t.Fatal(err)
			}
			d := translate(u)
			if d.ok != tt.ok {
				t.Fatalf("it is taken: %v, want %v", d.ok, tt.ok)
			}
			if d.ok && !reflect.DeepEqual(d.in, tt.want) {
				t.Errorf("got  %+v\nwant %+v", d.in, tt.want)
			}
		})
	}
}

func TestTranslateChoosesThePicture(t *testing.T) {
	tests := []struct{ name, part, want string }{
		{"the largest size", `"photo":[{"file_id":"a","file_size":900},{"file_id":"b","file_size":90000},{"file_id":"c","file_size":30000}]`, "b"},
		{"sizes not told", `"photo":[{"file_id":"a"},{"file_id":"b"}]`, "b"},
		{"the largest that we would fetch", `"photo":[{"file_id":"a","file_size":900},{"file_id":"b","file_size":10485761}]`, "a"},
		{"a picture sent as a file", `"document":{"file_id":"d","mime_type":"image/png","file_size":5}`, "d"},
		{"a file that is no picture", `"document":{"file_id":"d","mime_type":"application/pdf"}`, ""},
	}
	for _, tt := range tests {
		u, err := decode(fmt.Appendf(nil, `{"update_id":7,"message":{"message_id":9,%s,"caption":"QR của tôi",%s}}`, fromPerson, tt.part))
		if err != nil {
			t.Fatal(err)
		}
		d := translate(u)
		got := ""
		if d.picture != nil {
			got = d.picture.ID
		}
		if got != tt.want || d.in.Text != "QR của tôi" {
			t.Errorf("%s: picture %q with text %q, want %q", tt.name, got, d.in.Text, tt.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]string{"vi": "vi", "vi-VN": "vi", "EN": "en", "en-GB": "en", "fr": "", "": "", "english": ""} {
		if got := language(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}

// FuzzDecode: no body may crash us, and whatever is taken comes from a chat
// that can be answered.
func FuzzDecode(f *testing.F) {
	for _, part := range []string{
		`"text":"/start x"`, `"contact":{"phone_number":"84900000001","user_id":5000000007}`, `"photo":[{"file_id":"a"}]`,
		`"document":{"mime_type":"image/png"}`, `"location":{"latitude":1e308,"longitude":-1}`, `"text":"/@"`, `"text":"/"`,
	} {
		f.Add([]byte(`{"update_id":7,"message":{"message_id":9,` + fromPerson + `,` + part + `}}`))
	}
	f.Add([]byte(`{"update_id":7,"callback_query":{"id":"c","from":{"id":5},"data":"yes","message":null}}`))
	f.Add([]byte(`{"update_id":-1,"my_chat_member":{"chat":{"type":"private"},"new_chat_member":{"status":"kicked"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := decode(body)
		if err != nil {
			return
		}
		d := translate(u)
		if !d.ok {
			return
		}
		if _, err := chatID(d.in.URN); err != nil {
			t.Errorf("a message from %q is taken", d.in.URN)
		}
		if d.in.ExternalID == "" || d.in.Channel != Name {
			t.Errorf("a message without an ID or channel: %+v", d.in)
		}
		if c := d.in.Contact; c != "" && (len(c) < 9 || len(c) > 16 || c[0] != '+') {
			t.Errorf("contact %q", c)
		}
	})
}
