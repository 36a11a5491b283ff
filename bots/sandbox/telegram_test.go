package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	botToken = "900000001:abcdefghijklmnopqrstuvwxyz"
	alice    = int64(6_000_000_001) // wrote to the bot
	bob      = int64(6_000_000_002) // did not
	carol    = int64(6_000_000_003) // wrote, and blocked it
)

// startTelegram is an imitation with three people.
func startTelegram(t *testing.T, retry Retry) (*Telegram, string) {
	tg := NewTelegram(botToken, retry)
	for i, id := range []int64{alice, bob, carol} {
		tg.Meet(Owner{ID: id, Name: "Thử", Phone: fmt.Sprintf("+8490000000%d", i), Lang: "vi"})
	}
	tg.Write(alice, "/start")
	tg.Write(carol, "/start")
	tg.Block(carol, true)
	server := httptest.NewServer(tg)
	t.Cleanup(func() { tg.Close(); server.Close() })
	return tg, server.URL
}

// envelope is what every call is answered in.
type envelope struct {
	OK          bool
	ErrorCode   int `json:"error_code"`
	Description string
	Result      json.RawMessage
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	}
}

// callForm makes a call as go-telegram/bot does: a multipart form.
func callForm(t *testing.T, base, method string, values map[string]string, files map[string][]byte) envelope {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range values {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		w, err := form.CreateFormFile(name, "qr.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return post(t, base+"/bot"+botToken+"/"+method, form.FormDataContentType(), &body)
}

func post(t *testing.T, url, kind string, body io.Reader) envelope {
	t.Helper()
	resp, err := http.Post(url, kind, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var e envelope
	if err := json.NewDecoder(resp.Body).Decode(&e); err != nil {
		t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	if e.OK != (resp.StatusCode == 200) || !e.OK && e.ErrorCode != resp.StatusCode {
		t.Errorf("status %d with %+v", resp.StatusCode, e)
	}
	return e
}

func picture(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func photograph(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// buttons is a keyboard of n buttons with this data.
func buttons(n int, data string) string {
	var rows []string
	for range n {
		rows = append(rows, fmt.Sprintf(`[{"text":"Có","callback_data":%q}]`, data))
	}
	return `{"inline_keyboard":[` + strings.Join(rows, ",") + `]}`
}

func TestBotAPIIsStrict(t *testing.T) {
	to := fmt.Sprint(alice)
	tests := []struct {
		name, method string
		values       map[string]string
		files        map[string][]byte
		want         string // "" means it is taken
		fault        bool
	}{
		{"a text", "sendMessage", fv("chat_id", to, "text", "Sốt?"), nil, "", false},
		{"the longest text", "sendMessage", fv("chat_id", to, "text", strings.Repeat("ă", 4096)), nil, "", false},
		{"a text too long", "sendMessage", fv("chat_id", to, "text", strings.Repeat("ă", 4097)), nil, "message is too long", false},
		{"emoji count twice", "sendMessage", fv("chat_id", to, "text", strings.Repeat("😷", 2049)), nil, "message is too long", false},
		{"no text", "sendMessage", fv("chat_id", to), nil, `field "text" is missing`, true},
		{"an empty text", "sendMessage", fv("chat_id", to, "text", ""), nil, "message text is empty", false},
		{"a blank text", "sendMessage", fv("chat_id", to, "text", " \n "), nil, "message text is empty", false},
		{"a text that is no UTF-8", "sendMessage", fv("chat_id", to, "text", "\xff"), nil, "UTF-8", false},
		{"no chat", "sendMessage", fv("text", "x"), nil, `field "chat_id" is missing`, true},
		{"a chat that never wrote", "sendMessage", fv("chat_id", fmt.Sprint(bob), "text", "x"), nil, "chat not found", false},
		{"a chat of nobody", "sendMessage", fv("chat_id", "77", "text", "x"), nil, "chat not found", false},
		{"a channel", "sendMessage", fv("chat_id", "@khaibao", "text", "x"), nil, "chat not found", false},
		{"a chat that blocked us", "sendMessage", fv("chat_id", fmt.Sprint(carol), "text", "x"), nil, "bot was blocked by the user", false},
		{"a field that does not exist", "sendMessage", fv("chat_id", to, "text", "x", "colour", "red"), nil, `field "colour" is not known`, true},
		{"a method that does not exist", "sendText", fv("chat_id", to), nil, "not known", true},
		{"a method that is not imitated", "sendVenue", fv("chat_id", to, "latitude", "1", "longitude", "1", "title", "x", "address", "x"), nil, "does not imitate", false},
		{"a flag that is none", "sendMessage", fv("chat_id", to, "text", "x", "disable_notification", "maybe"), nil, "want a boolean", true},
		{"a field of the library's own", "sendMessage", fv("chat_id", to, "text", "x", "disable_web_page_preview", "true"), nil, "", false},

		{"buttons", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(2, "yes")), nil, "", false},
		{"a hundred buttons", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(100, "yes")), nil, "", false},
		{"more buttons", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(101, "yes")), nil, "REPLY_MARKUP_TOO_LONG", false},
		{"data of 64 bytes", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(1, strings.Repeat("ă", 32))), nil, "", false},
		{"data of 65 bytes", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(1, strings.Repeat("ă", 32)+"a")), nil, "BUTTON_DATA_INVALID", false},
		{"no data", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", buttons(1, "")), nil, "BUTTON_DATA_INVALID", false},
		{"a button that does nothing", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x"}]]}`), nil, "text buttons are unallowed", false},
		{"a button that does two things", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"a","url":"https://x.invalid"}]]}`), nil, "text buttons are unallowed", false},
		{"a button without a label", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":" ","callback_data":"a"}]]}`), nil, "button text is empty", false},
		{"the library's empty copy_text", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"a","copy_text":{"text":""}}]]}`), nil, "", false},
		{"a full copy_text beside data", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"a","copy_text":{"text":"y"}}]]}`), nil, "text buttons are unallowed", false},
		{"a field inside a button", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"x","data":"a"}]]}`), nil, `field "data" is not known`, true},
		{"a label that is a number", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":5,"callback_data":"a"}]]}`), nil, "want a string", true},
		{"rows that are none", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"inline_keyboard":[{"text":"x","callback_data":"a"}]}`), nil, "want an array", true},
		{"markup that is no JSON", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{`), nil, "reply_markup", true},
		{"a keyboard that asks for the contact", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"keyboard":[[{"text":"x","request_contact":true}]],"one_time_keyboard":true}`), nil, "", false},
		{"a keyboard without buttons", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"keyboard":[]}`), nil, "keyboard is empty", false},
		{"a keyboard taken away", "sendMessage", fv("chat_id", to, "text", "x", "reply_markup", `{"remove_keyboard":true}`), nil, "", false},

		{"a picture", "sendPhoto", fv("chat_id", to, "caption", "QR"), files("photo", picture(50, 50)), "", false},
		{"a JPEG", "sendPhoto", fv("chat_id", to), files("photo", photograph(50, 50)), "", false},
		{"no picture", "sendPhoto", fv("chat_id", to), nil, `field "photo" is missing`, true},
		{"a picture that is none", "sendPhoto", fv("chat_id", to), files("photo", []byte("<svg/>")), "IMAGE_PROCESS_FAILED", false},
		{"half a picture", "sendPhoto", fv("chat_id", to), files("photo", picture(50, 50)[:60]), "IMAGE_PROCESS_FAILED", false},
		{"a picture too large", "sendPhoto", fv("chat_id", to), files("photo", picture(9000, 1001)), "PHOTO_INVALID_DIMENSIONS", false},
		{"a picture too thin", "sendPhoto", fv("chat_id", to), files("photo", picture(210, 10)), "PHOTO_INVALID_DIMENSIONS", false},
		{"a picture of too many bytes", "sendPhoto", fv("chat_id", to), files("photo", append(picture(50, 50), make([]byte, 10_000_000)...)), "Request Entity Too Large", false},
		{"a picture by a name that nobody gave", "sendPhoto", fv("chat_id", to, "photo", "AgACAg"), nil, "wrong file identifier", false},
		{"a caption too long", "sendPhoto", fv("chat_id", to, "caption", strings.Repeat("x", 1025)), files("photo", picture(50, 50)), "caption is too long", false},
		{"a file in no field", "sendMessage", fv("chat_id", to, "text", "x"), files("picture", picture(5, 5)), "attached to nothing", true},
		{"an album", "sendMediaGroup", fv("chat_id", to, "media", `[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]`),
			map[string][]byte{"a": picture(5, 5), "b": picture(6, 6)}, "", false},
		{"an album of one", "sendMediaGroup", fv("chat_id", to, "media", `[{"type":"photo","media":"attach://a"}]`), files("a", picture(5, 5)), "want 2 to 10", false},
		{"an album with a caption too long", "sendMediaGroup", fv("chat_id", to, "media", `[{"type":"photo","media":"attach://a","caption":"`+strings.Repeat("x", 1025)+`"},{"type":"photo","media":"attach://a"}]`),
			files("a", picture(5, 5)), "caption is too long", false},

		{"an edit of nothing", "editMessageText", fv("chat_id", to, "message_id", "5", "text", "x"), nil, "message to edit not found", false},
		{"an edit without a message", "editMessageText", fv("chat_id", to, "text", "x"), nil, "message identifier is not specified", false},
		{"an answer to no press", "answerCallbackQuery", fv("callback_query_id", "5"), nil, "query is too old", false},
		{"an answer too long", "answerCallbackQuery", fv("callback_query_id", "5", "text", strings.Repeat("x", 201)), nil, "wrong length", true},
		{"a delete of nothing", "deleteMessage", fv("chat_id", to, "message_id", "5"), nil, "message to delete not found", false},
		{"a file of nobody", "getFile", fv("file_id", "x"), nil, "wrong file_id", false},
		{"typing", "sendChatAction", fv("chat_id", to, "action", "typing"), nil, "", false},

		{"a menu", "setMyCommands", fv("commands", `[{"command":"qr","description":"Xem QR"}]`, "scope", `{"type":"all_private_chats"}`, "language_code", "vi"), nil, "", false},
		{"a command in capitals", "setMyCommands", fv("commands", `[{"command":"QR","description":"x"}]`), nil, "BOT_COMMAND_INVALID", false},
		{"a command without a description", "setMyCommands", fv("commands", `[{"command":"qr"}]`), nil, `field "description" is missing`, true},
		{"a scope that does not exist", "setMyCommands", fv("commands", `[]`, "scope", `{"type":"everywhere"}`), nil, "scope", true},
		{"a hook nowhere", "setWebhook", fv("url", "khaibao"), nil, "invalid URL", false},
		{"a secret with a blank", "setWebhook", fv("url", "https://x.invalid/", "secret_token", "a b"), nil, "unallowed characters", false},
		{"an empty secret", "setWebhook", fv("url", "https://x.invalid/", "secret_token", ""), nil, "wrong length", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tg, base := startTelegram(t, Retry{})
			e := callForm(t, base, tt.method, tt.values, tt.files)
			switch {
			case tt.want == "" && !e.OK:
				t.Errorf("refused: %s", e.Description)
			case tt.want != "" && !strings.Contains(e.Description, tt.want):
				t.Errorf("answered %v %q, want %q", e.OK, e.Description, tt.want)
			}
			if faults := tg.Faults(); len(faults) > 0 != tt.fault {
				t.Errorf("faults %q, want some: %v", faults, tt.fault)
			}
		})
	}
}

func fv(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func files(name string, data []byte) map[string][]byte { return map[string][]byte{name: data} }

func TestBotAPIDoors(t *testing.T) {
	tg, base := startTelegram(t, Retry{})
	tests := []struct {
		name, path, kind, body string
		code                   int
	}{
		{"no fields, as the library's getMe", "/bot" + botToken + "/getMe", "multipart/form-data; boundary=x", "", 200},
		{"JSON", "/bot" + botToken + "/sendMessage", "application/json", fmt.Sprintf(`{"chat_id":%d,"text":"x"}`, alice), 200},
		{"an ordinary form", "/bot" + botToken + "/sendMessage", "application/x-www-form-urlencoded", fmt.Sprintf("chat_id=%d&text=x", alice), 200},
		{"a query", "/bot" + botToken + "/sendMessage?" + fmt.Sprintf("chat_id=%d&text=x", alice), "", "", 200},
		{"a field twice", "/bot" + botToken + "/sendMessage?" + fmt.Sprintf("chat_id=%d&text=x&text=y", alice), "", "", 400},
		{"another bot's token", "/bot900000002:abc/getMe", "", "", 401},
		{"no token", "/bot/getMe", "", "", 404},
		{"no bot", "/getMe", "", "", 404},
		{"no method", "/bot" + botToken, "", "", 404},
		{"JSON that is none", "/bot" + botToken + "/sendMessage", "application/json", "{", 400},
		{"a file of nobody", "/file/bot" + botToken + "/photos/x.jpg", "", "", 404},
		{"a body too long", "/bot" + botToken + "/sendMessage", "application/x-www-form-urlencoded", "text=" + strings.Repeat("x", maxCall), 413},
	}
	for _, tt := range tests {
		e := post(t, base+tt.path, tt.kind, strings.NewReader(tt.body))
		if e.OK != (tt.code == 200) || !e.OK && e.ErrorCode != tt.code {
			t.Errorf("%s: %+v, want %d", tt.name, e, tt.code)
		}
	}
	if n := tg.Calls()["getMe"]; n != 1 {
		t.Errorf("getMe was counted %d times, want 1", n)
	}
}

func TestBotAPIEdits(t *testing.T) {
	tg, base := startTelegram(t, Retry{})
	to := fmt.Sprint(alice)
	sent := func(e envelope) string {
		t.Helper()
		var m struct {
			ID int64 `json:"message_id"`
		}
		if err := json.Unmarshal(e.Result, &m); err != nil || !e.OK {
			t.Fatalf("%+v: %v", e, err)
		}
		return fmt.Sprint(m.ID)
	}
	text := sent(callForm(t, base, "sendMessage", fv("chat_id", to, "text", "Sốt?", "reply_markup", buttons(2, "yes")), nil))
	photo := sent(callForm(t, base, "sendPhoto", fv("chat_id", to, "caption", "QR"), files("photo", picture(9, 9))))
	asked := sent(callForm(t, base, "sendMessage", fv("chat_id", to, "text", "Số?", "reply_markup", `{"keyboard":[[{"text":"x","request_contact":true}]]}`), nil))
	mine := fmt.Sprint(tg.Screen(alice).Bubbles[0].ID)
	tests := []struct {
		name, method string
		values       map[string]string
		want         string
	}{
		{"nothing changes", "editMessageText", fv("chat_id", to, "message_id", text, "text", "Sốt?", "reply_markup", buttons(2, "yes")), "message is not modified"},
		{"the buttons change", "editMessageText", fv("chat_id", to, "message_id", text, "text", "Sốt?", "reply_markup", buttons(2, "no")), ""},
		{"the buttons go", "editMessageReplyMarkup", fv("chat_id", to, "message_id", text), ""},
		{"they are gone", "editMessageReplyMarkup", fv("chat_id", to, "message_id", text), "message is not modified"},
		{"the text changes", "editMessageText", fv("chat_id", to, "message_id", text, "text", "Sốt: Có"), ""},
		{"a picture has no text", "editMessageText", fv("chat_id", to, "message_id", photo, "text", "x"), "there is no text in the message to edit"},
		{"its caption changes", "editMessageCaption", fv("chat_id", to, "message_id", photo, "caption", "Mã QR"), ""},
		{"a text has no caption", "editMessageCaption", fv("chat_id", to, "message_id", text, "caption", "x"), "no caption"},
		{"the person's message", "editMessageText", fv("chat_id", to, "message_id", mine, "text", "x"), "message can't be edited"},
		{"a message with a keyboard", "editMessageText", fv("chat_id", to, "message_id", asked, "text", "x"), "message can't be edited"},
		{"a reply keyboard by editing", "editMessageText", fv("chat_id", to, "message_id", text, "text", "x", "reply_markup", `{"remove_keyboard":true}`), "not known"},
		{"a text grown too long", "editMessageText", fv("chat_id", to, "message_id", text, "text", strings.Repeat("x", 4097)), "message is too long"},
		{"gone", "deleteMessage", fv("chat_id", to, "message_id", text), ""},
		{"gone already", "editMessageText", fv("chat_id", to, "message_id", text, "text", "x"), "message to edit not found"},
	}
	for _, tt := range tests {
		e := callForm(t, base, tt.method, tt.values, nil)
		if e.OK != (tt.want == "") || !strings.Contains(e.Description, tt.want) {
			t.Errorf("%s: answered %v %q, want %q", tt.name, e.OK, e.Description, tt.want)
		}
	}
}
