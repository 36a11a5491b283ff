package telegram

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/locales"
)

// An update is one delivery, of which only what we use is read: the Bot API
// adds fields and kinds faster than any library follows, and a field that we
// never look at must not make a person's message unreadable.
type update struct {
	ID           *int64        `json:"update_id"`
	Message      *message      `json:"message"`
	Callback     *callback     `json:"callback_query"`
	MyChatMember *memberChange `json:"my_chat_member"`
}

type message struct {
	ID       int64     `json:"message_id"`
	From     *user     `json:"from"`
	Chat     chat      `json:"chat"`
	Date     int64     `json:"date"` // 0 marks a message that bots can no longer reach
	Text     string    `json:"text"`
	Caption  string    `json:"caption"`
	Contact  *contact  `json:"contact"`
	Location *location `json:"location"`
	Photo    []file    `json:"photo"`
	Document *file     `json:"document"`
	// Either of these two marks a forwarded message, the second one before
	// Bot API 7.0.
	ForwardOrigin json.RawMessage `json:"forward_origin"`
	ForwardDate   int64           `json:"forward_date"`
	// Telegram tells both chats when a group becomes a supergroup; groups are
	// not served yet.
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type user struct {
	ID    int64  `json:"id"`
	IsBot bool   `json:"is_bot"`
	Lang  string `json:"language_code"`
}

type contact struct {
	Phone  string `json:"phone_number"`
	UserID int64  `json:"user_id"`
}

type location struct {
	Lat float64 `json:"latitude"`
	Lon float64 `json:"longitude"`
}

// A file is a picture as sent, or one of the sizes that Telegram made of it.
type file struct {
	ID   string `json:"file_id"`
	Size int64  `json:"file_size"` // bytes; 0 when not told
	MIME string `json:"mime_type"` // of documents only
}

type callback struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type memberChange struct {
	Chat chat  `json:"chat"`
	From user  `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// errGarbled is a body that no Telegram sends.
var errGarbled = errors.New("no update that can be read")

// decode reads one update. An update without an ID cannot be told from its
// repetition, so it is none.
func decode(body []byte) (update, error) {
	var u update
	if err := json.Unmarshal(body, &u); err != nil || u.ID == nil {
		return update{}, errGarbled
	}
	return u, nil
}

// A delivery is what an update says to us.
type delivery struct {
	in       core.Inbound
	ok       bool   // false: it says nothing to us
	picture  *file  // still to be fetched and read
	callback string // the press to answer, whether ok or not
}

// translate is pure: it fetches nothing. Stickers, voice and whatever else
// holds no words become an empty text, so that the person is told what to
// send instead. An edited message is nothing: its first text was taken
// already, and taken again it would answer the wrong question.
func translate(u update) delivery {
	d := delivery{in: core.Inbound{Channel: Name, ExternalID: strconv.FormatInt(*u.ID, 10)}}
	switch {
	case u.Message != nil:
		d.message(*u.Message)
	case u.Callback != nil:
		d.press(*u.Callback)
	case u.MyChatMember != nil:
		d.member(*u.MyChatMember)
	}
	return d
}

func (d *delivery) message(m message) {
	if m.From == nil || m.From.IsBot || !d.from(m.Chat) {
		return
	}
	d.in.Lang = language(m.From.Lang)
	d.in.At = at(m.Date)
	d.in.Text = command(m.Text)
	if name, _, _ := strings.Cut(d.in.Text, " "); name == "/start" {
		d.in.Control = core.Start
	}
	switch {
	case m.Contact != nil:
		d.in.Contact = own(m)
	case m.Location != nil:
		d.in.Location = &core.Location{Lat: m.Location.Lat, Lon: m.Location.Lon}
	case len(m.Photo) > 0:
		d.in.Text, d.picture = m.Caption, largest(m.Photo)
	case m.Document != nil && strings.HasPrefix(m.Document.MIME, "image/"):
		d.in.Text, d.picture = m.Caption, largest([]file{*m.Document})
	case d.in.Text == "":
		d.in.Text = m.Caption
	}
	if d.picture != nil && d.picture.ID == "" {
		d.picture, d.in.Photo = nil, &core.Photo{Failed: true}
	}
}

// own is the phone of a contact that the sender shared of themselves, in
// E.164; "" for anybody else's card. Telegram fills user_id by the number, not
// by what the sender's client claims.
func own(m message) string {
	if m.Contact.UserID == 0 || m.Contact.UserID != m.From.ID || m.Chat.ID != m.From.ID {
		return ""
	}
	if len(m.ForwardOrigin) > 0 || m.ForwardDate != 0 {
		return ""
	}
	var digits strings.Builder
	for _, r := range m.Contact.Phone {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case !strings.ContainsRune("+ -().", r):
			return ""
		}
	}
	// Telegram gives the country code always, the plus by some clients only.
	d := digits.String()
	if len(d) < 8 || len(d) > 15 || d[0] == '0' {
		return ""
	}
	return "+" + d
}

func (d *delivery) press(c callback) {
	d.callback = c.ID
	where := chat{ID: c.From.ID, Type: "private"} // unless the message tells
	if c.Message != nil {
		where = c.Message.Chat
	}
	if c.Data == "" || c.From.IsBot || !d.from(where) {
		return
	}
	if c.Message != nil && c.Message.Date != 0 {
		d.in.Ref = strconv.FormatInt(c.Message.ID, 10)
	}
	d.in.Action = c.Data
	d.in.Lang = language(c.From.Lang)
}

func (d *delivery) member(m memberChange) {
	switch m.New.Status {
	case "kicked", "left":
		d.in.Control = core.Blocked
	case "member":
		d.in.Control = core.Unblocked
	default:
		return
	}
	if !d.from(m.Chat) {
		return
	}
	d.in.Lang = language(m.From.Lang)
	d.in.At = at(m.Date)
}

// from takes a delivery as one from this chat; false for groups and channels,
// whose IDs are negative.
func (d *delivery) from(c chat) bool {
	d.ok = c.Type == "private" && c.ID > 0
	d.in.URN = core.URN(Name + ":" + strconv.FormatInt(c.ID, 10))
	return d.ok
}

func at(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// language is the part of an IETF tag that we have words for.
func language(tag string) string {
	if lang, _, _ := strings.Cut(strings.ToLower(tag), "-"); slices.Contains(locales.Langs, lang) {
		return lang
	}
	return ""
}

// command takes the bot's name off a command: "/qr@KhaiBaoBot x" is "/qr x".
func command(text string) string {
	if !strings.HasPrefix(text, "/") {
		return text
	}
	end := strings.IndexAny(text, " \n")
	if end < 0 {
		end = len(text)
	}
	name, _, _ := strings.Cut(text[:end], "@")
	return name + text[end:]
}

// largest is the biggest picture that we would fetch; a file without an ID
// when each is too big.
func largest(sizes []file) *file {
	best := &file{}
	for _, f := range sizes {
		if f.Size <= maxPicture && (best.ID == "" || f.Size >= best.Size) {
			best = &f
		}
	}
	return best
}
