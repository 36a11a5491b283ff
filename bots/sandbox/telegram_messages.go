package sandbox

import (
	"strconv"
	"strings"
)

func (t *Telegram) sendMessage(c call) (any, *refusal) {
	markup, refused := checkMarkup(c)
	if refused != nil {
		return nil, refused
	}
	text := strings.TrimSpace(c.text("text")) // as Telegram does
	if text == "" {
		return nil, &refusal{Code: 400, Text: "Bad Request: message text is empty"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, refused := t.to(c)
	if refused != nil {
		return nil, refused
	}
	m := &message{text: text}
	m.apply(ch, markup)
	return t.json(ch, t.add(ch, m)), nil
}

func (t *Telegram) sendPhoto(c call) (any, *refusal) {
	markup, refused := checkMarkup(c)
	if refused != nil {
		return nil, refused
	}
	data, refused := c.picture("photo")
	if refused != nil {
		return nil, refused
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, refused := t.to(c)
	if refused != nil {
		return nil, refused
	}
	id := c.text("photo")
	if data != nil {
		id = t.keep("photos", data)
	} else if t.files[id] == nil {
		return nil, &refusal{Code: 400, Text: "Bad Request: wrong file identifier/HTTP URL specified"}
	}
	m := &message{photo: id, text: strings.TrimSpace(c.text("caption"))}
	m.apply(ch, markup)
	return t.json(ch, t.add(ch, m)), nil
}

// picture is the file that a field attaches; nil when the field names one that
// was sent before.
func (c call) picture(where string) ([]byte, *refusal) {
	name, ok := strings.CutPrefix(c.text(where), "attach://")
	if !ok {
		return nil, nil
	}
	file, ok := c.uploads[name]
	if !ok {
		return nil, &refusal{Code: 400, Text: "Bad Request: file must be non-empty"}
	}
	return file, checkPhoto(file)
}

// sendMediaGroup sends two to ten photos that the chat shows as one album. Each
// is a message of its own, with an ID of its own; none can have buttons.
func (t *Telegram) sendMediaGroup(c call) (any, *refusal) {
	media, _ := c.fields["media"].([]any)
	if len(media) < 2 || len(media) > 10 {
		return nil, &refusal{Code: 400, Text: "Bad Request: group send failed: want 2 to 10 items"}
	}
	type item struct {
		data        []byte
		id, caption string
	}
	var items []item
	for _, e := range media {
		fields, _ := e.(map[string]any)
		if fields["type"] != "photo" {
			return nil, &refusal{Code: 501, Text: "Not Implemented: the sandbox takes groups of photos only"}
		}
		one := call{fields: fields, uploads: c.uploads}
		data, refused := one.picture("media")
		if refused != nil {
			return nil, refused
		}
		items = append(items, item{data, one.text("media"), strings.TrimSpace(one.text("caption"))})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, refused := t.to(c)
	if refused != nil {
		return nil, refused
	}
	for _, i := range items {
		if i.data == nil && t.files[i.id] == nil {
			return nil, &refusal{Code: 400, Text: "Bad Request: wrong file identifier/HTTP URL specified"}
		}
	}
	album := strconv.FormatInt(t.lastID.message+1, 10)
	var out []any
	for _, i := range items {
		if i.data != nil {
			i.id = t.keep("photos", i.data)
		}
		out = append(out, t.json(ch, t.add(ch, &message{photo: i.id, text: i.caption, album: album})))
	}
	return out, nil
}

// own finds the message of ours that a call would change; t.mu is held.
func (t *Telegram) own(c call) (*chat, *message, *refusal) {
	ch, refused := t.to(c)
	if refused != nil {
		return nil, nil, refused
	}
	id := c.number("message_id")
	if id <= 0 {
		return nil, nil, &refusal{Code: 400, Text: "Bad Request: message identifier is not specified"}
	}
	m := ch.find(id)
	switch {
	case m == nil:
		return nil, nil, &refusal{Code: 400, Text: "Bad Request: message to edit not found"}
	case m.mine, m.keyboard:
		return nil, nil, &refusal{Code: 400, Text: "Bad Request: message can't be edited"}
	}
	return ch, m, nil
}

func (t *Telegram) editMessageText(c call) (any, *refusal) {
	text := strings.TrimSpace(c.text("text"))
	if text == "" {
		return nil, &refusal{Code: 400, Text: "Bad Request: message text is empty"}
	}
	return t.edit(c, func(m *message) (string, *refusal) {
		if m.photo != "" {
			return "", &refusal{Code: 400, Text: "Bad Request: there is no text in the message to edit"}
		}
		return text, nil
	})
}

func (t *Telegram) editMessageCaption(c call) (any, *refusal) {
	return t.edit(c, func(m *message) (string, *refusal) {
		if m.photo == "" {
			return "", &refusal{Code: 400, Text: "Bad Request: there is no caption in the message to edit"}
		}
		return strings.TrimSpace(c.text("caption")), nil
	})
}

func (t *Telegram) editMessageReplyMarkup(c call) (any, *refusal) {
	return t.edit(c, func(m *message) (string, *refusal) { return m.text, nil })
}

// edit changes a message in place; an absent keyboard takes its buttons away.
func (t *Telegram) edit(c call, text func(*message) (string, *refusal)) (any, *refusal) {
	markup, refused := checkMarkup(c)
	if refused != nil {
		return nil, refused
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, m, refused := t.own(c)
	if refused != nil {
		return nil, refused
	}
	now, refused := text(m)
	if refused != nil {
		return nil, refused
	}
	buttons := keys(markup["inline_keyboard"])
	if m.same(now, buttons) {
		return nil, &refusal{Code: 400, Text: "Bad Request: message is not modified: specified new message content " +
			"and reply markup are exactly the same as a current content and reply markup of the message"}
	}
	m.text, m.buttons, m.edited = now, buttons, true
	t.changed(ch.id)
	return t.json(ch, m), nil
}

func (t *Telegram) deleteMessage(c call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, refused := t.to(c)
	if refused != nil {
		return nil, refused
	}
	for i, m := range ch.messages {
		if m.id == c.number("message_id") {
			ch.messages = append(ch.messages[:i:i], ch.messages[i+1:]...)
			t.changed(ch.id)
			return true, nil
		}
	}
	return nil, &refusal{Code: 400, Text: "Bad Request: message to delete not found"}
}
