package sandbox

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A chat is a person's private chat with the bot.
type chat struct {
	id       int64
	owner    Owner
	wrote    bool // the person wrote first, or pressed START
	blocked  bool
	messages []*message
	keyboard [][]Key         // the keyboard under the text field; nil when there is none
	waiting  map[string]bool // presses not answered yet
	toast    string          // what the last press was answered with
}

// Owner is the invented person a telephone belongs to. ID is also the ID of
// the chat, as at Telegram.
type Owner struct {
	ID    int64
	Name  string
	Phone string // E.164
	Lang  string // of the telephone: "vi", "en", …
}

type message struct {
	id       int64
	mine     bool // by the person
	at       time.Time
	text     string
	photo    string // file ID; text is then its caption
	small    string // file ID of a smaller size; "" when there is none
	album    string // the same for all pictures of one; "" outside of any
	buttons  [][]Key
	keyboard bool // came with a keyboard under the text field
	edited   bool
	contact  *Card
	place    *[2]float64
}

// Card is a contact card in a chat.
type Card struct {
	Phone, Name string
	UserID      int64
}

// Key is one button of either kind of keyboard.
type Key struct {
	Label  string
	Action string // of inline buttons
	Ask    string // "contact" or "location"
}

type stored struct {
	path string
	data []byte
}

// What one chat and the imitation keep at most.
const (
	maxMessages = 400
	maxFiles    = 200
	maxQueries  = 1000
)

// add puts a message into a chat; t.mu is held.
func (t *Telegram) add(ch *chat, m *message) *message {
	t.lastID.message++
	m.id, m.at = t.lastID.message, time.Now()
	ch.messages = append(ch.messages, m)
	if len(ch.messages) > maxMessages {
		ch.messages = slices.Delete(ch.messages, 0, len(ch.messages)-maxMessages)
	}
	t.changed(ch.id)
	return m
}

// keep stores a file and returns its ID; t.mu is held.
func (t *Telegram) keep(folder string, data []byte) string {
	id := "SANDBOX" + rand.Text()
	t.files[id] = &stored{path: folder + "/" + rand.Text()[:8] + extension(data), data: data}
	t.order = append(t.order, id)
	for len(t.order) > maxFiles {
		delete(t.files, t.order[0])
		t.order = t.order[1:]
	}
	return id
}

func extension(data []byte) string {
	switch http.DetectContentType(data) {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	}
	return ".bin"
}

// apply shows what a new message's reply_markup says; t.mu is held.
func (m *message) apply(ch *chat, markup map[string]any) {
	switch {
	case markup == nil:
	case markup["inline_keyboard"] != nil:
		m.buttons = keys(markup["inline_keyboard"])
	case markup["keyboard"] != nil:
		ch.keyboard, m.keyboard = keys(markup["keyboard"]), true
	case markup["remove_keyboard"] == true:
		ch.keyboard = nil
	}
}

func keys(rows any) [][]Key {
	var out [][]Key
	list, _ := rows.([]any)
	for _, row := range list {
		var line []Key
		buttons, _ := row.([]any)
		for _, b := range buttons {
			fields, _ := b.(map[string]any)
			k := Key{}
			k.Label, _ = fields["text"].(string)
			k.Action, _ = fields["callback_data"].(string)
			switch {
			case fields["request_contact"] == true:
				k.Ask = "contact"
			case fields["request_location"] == true:
				k.Ask = "location"
			}
			line = append(line, k)
		}
		if len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

// checkMarkup refuses keyboards that the specification's types let through.
func checkMarkup(c call) (map[string]any, *refusal) {
	markup, _ := c.fields["reply_markup"].(map[string]any)
	refuse := func(text string) (map[string]any, *refusal) {
		return nil, &refusal{Code: 400, Text: "Bad Request: " + text}
	}
	n := 0
	for name, kinds := range map[string][]string{"inline_keyboard": inlineKinds, "keyboard": nil} {
		rows, _ := markup[name].([]any)
		if name == "keyboard" && markup[name] != nil && len(rows) == 0 {
			return refuse("reply keyboard is empty")
		}
		for _, row := range rows {
			buttons, _ := row.([]any)
			for _, b := range buttons {
				n++
				fields, _ := b.(map[string]any)
				if label, _ := fields["text"].(string); strings.TrimSpace(label) == "" {
					return refuse("button text is empty")
				}
				used := 0
				for _, k := range kinds {
					if _, ok := fields[k]; ok {
						used++
					}
				}
				if kinds != nil && used != 1 {
					return refuse("text buttons are unallowed in the inline keyboard")
				}
			}
		}
	}
	if n > 100 {
		return refuse("REPLY_MARKUP_TOO_LONG")
	}
	if encoded, err := json.Marshal(markup); err != nil || len(encoded) > 10_000 {
		return refuse("REPLY_MARKUP_TOO_LONG")
	}
	return markup, nil
}

// inlineKinds are the fields of which an inline button has exactly one.
var inlineKinds = []string{
	"url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
	"switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}

// checkPhoto refuses pictures as Telegram does: 10 MB, width and height 10000
// together, one at most 20 times the other.
func checkPhoto(data []byte) *refusal {
	if len(data) > 10_000_000 {
		return &refusal{Code: 413, Text: "Request Entity Too Large"}
	}
	config, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "png" && kind != "jpeg" {
		return &refusal{Code: 400, Text: "Bad Request: IMAGE_PROCESS_FAILED"}
	}
	w, h := config.Width, config.Height
	if w+h > 10_000 || w > 20*h || h > 20*w {
		return &refusal{Code: 400, Text: "Bad Request: PHOTO_INVALID_DIMENSIONS"}
	}
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return &refusal{Code: 400, Text: "Bad Request: IMAGE_PROCESS_FAILED"}
	}
	return nil
}

// json is a message as the Bot API tells it; t.mu is held.
func (t *Telegram) json(ch *chat, m *message) map[string]any {
	out := map[string]any{"message_id": m.id, "date": m.at.Unix(), "chat": ch.json()}
	if m.mine {
		out["from"] = ch.user()
	} else {
		me, _ := t.getMe(call{})
		from, _ := me.(map[string]any)
		out["from"] = map[string]any{"id": from["id"], "is_bot": true, "first_name": from["first_name"], "username": from["username"]}
	}
	if m.edited {
		out["edit_date"] = time.Now().Unix()
	}
	switch {
	case m.photo != "":
		sizes := []any{t.size(m.photo)}
		if m.small != "" {
			sizes = append([]any{t.size(m.small)}, sizes...)
		}
		out["photo"] = sizes
		if m.album != "" {
			out["media_group_id"] = m.album
		}
		if m.text != "" {
			out["caption"] = m.text
		}
	case m.contact != nil:
		card := map[string]any{"phone_number": m.contact.Phone, "first_name": m.contact.Name}
		if m.contact.UserID != 0 {
			card["user_id"] = m.contact.UserID
		}
		out["contact"] = card
	case m.place != nil:
		out["location"] = map[string]any{"latitude": m.place[0], "longitude": m.place[1]}
	default:
		out["text"] = m.text
		if strings.HasPrefix(m.text, "/") {
			end := strings.IndexAny(m.text+" ", " \n")
			out["entities"] = []any{map[string]any{"type": "bot_command", "offset": 0, "length": units(m.text[:end])}}
		}
	}
	if len(m.buttons) > 0 {
		var rows []any
		for _, row := range m.buttons {
			var line []any
			for _, k := range row {
				line = append(line, map[string]any{"text": k.Label, "callback_data": k.Action})
			}
			rows = append(rows, line)
		}
		out["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	return out
}

func (t *Telegram) size(id string) map[string]any {
	size := map[string]any{"file_id": id, "file_unique_id": id[len(id)-8:], "width": 1, "height": 1}
	if f := t.files[id]; f != nil {
		size["file_size"] = len(f.data)
		if config, _, err := image.DecodeConfig(bytes.NewReader(f.data)); err == nil {
			size["width"], size["height"] = config.Width, config.Height
		}
	}
	return size
}

func (ch *chat) json() map[string]any {
	return map[string]any{"id": ch.id, "type": "private", "first_name": ch.owner.Name}
}

func (ch *chat) user() map[string]any {
	return map[string]any{"id": ch.owner.ID, "is_bot": false, "first_name": ch.owner.Name, "language_code": ch.owner.Lang}
}

func (ch *chat) find(id int64) *message {
	for _, m := range ch.messages {
		if m.id == id {
			return m
		}
	}
	return nil
}

// same tells whether an edit would change nothing.
func (m *message) same(text string, buttons [][]Key) bool {
	return m.text == text && (len(m.buttons) == 0 && len(buttons) == 0 || reflect.DeepEqual(m.buttons, buttons))
}
