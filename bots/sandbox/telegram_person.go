package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What a person does with the telephone. Each returns the ID of the update it
// made, 0 when there was nothing to make one of.

// Meet puts a person's telephone on the network. Nothing reaches it before the
// person writes.
func (t *Telegram) Meet(o Owner) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.chats[o.ID]; !ok {
		t.chats[o.ID] = &chat{id: o.ID, owner: o, waiting: map[string]bool{}}
	}
}

// MeetAgain is Meet for a person who wrote to the bot before.
func (t *Telegram) MeetAgain(o Owner) {
	t.Meet(o)
	t.does(o.ID, func(ch *chat) int64 {
		ch.wrote = true
		return 0
	})
}

// does lets a person act in their chat.
func (t *Telegram) does(id int64, act func(*chat) int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, ok := t.chats[id]
	if !ok {
		return 0
	}
	return act(ch)
}

// say sends a person's message to the bot; t.mu is held.
func (t *Telegram) say(ch *chat, m *message) int64 {
	if ch.blocked { // the app has one unblock the bot first
		return 0
	}
	ch.wrote, ch.toast, m.mine = true, "", true
	t.add(ch, m)
	return t.deliver(ch.id, "message", t.json(ch, m))
}

// Write types a text.
func (t *Telegram) Write(id int64, text string) int64 {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	return t.does(id, func(ch *chat) int64 { return t.say(ch, &message{text: text}) })
}

// ShareContact presses the button that shares one's own number.
func (t *Telegram) ShareContact(id int64) int64 {
	return t.does(id, func(ch *chat) int64 {
		ch.keyboard = nil // it was asked for one time
		return t.say(ch, &message{contact: &Card{Phone: strings.TrimPrefix(ch.owner.Phone, "+"), Name: ch.owner.Name, UserID: ch.owner.ID}})
	})
}

// SendCard sends a contact card from the address book, anybody's.
func (t *Telegram) SendCard(id int64, card Card) int64 {
	return t.does(id, func(ch *chat) int64 { return t.say(ch, &message{contact: &card}) })
}

// ShareLocation sends a point, in degrees.
func (t *Telegram) ShareLocation(id int64, lat, lon float64) int64 {
	return t.does(id, func(ch *chat) int64 {
		ch.keyboard = nil
		return t.say(ch, &message{place: &[2]float64{lat, lon}})
	})
}

// SendPicture sends a picture with a caption. As the apps do, it goes out
// smaller and as JPEG; what is no picture does not go out at all.
func (t *Telegram) SendPicture(id int64, data []byte, caption string) int64 {
	large, small := shrink(data, 1280), shrink(data, 320)
	if large == nil || small == nil {
		return 0
	}
	return t.does(id, func(ch *chat) int64 {
		if ch.blocked {
			return 0
		}
		m := &message{photo: t.keep("photos", large), small: t.keep("photos", small), text: strings.TrimSpace(caption)}
		return t.say(ch, m)
	})
}

// Press presses an inline button of a message.
func (t *Telegram) Press(id, messageID int64, action string) int64 {
	return t.does(id, func(ch *chat) int64 {
		m := ch.find(messageID)
		if m == nil || ch.blocked || !hasAction(m.buttons, action) {
			return 0
		}
		t.lastID.query++
		query := strconv.FormatInt(t.lastID.query, 10)
		if len(t.queries) >= maxQueries { // they are too old by now
			clear(t.queries)
			for _, other := range t.chats {
				clear(other.waiting)
			}
		}
		t.queries[query] = ch.id
		ch.waiting[query], ch.toast = true, ""
		t.changed(ch.id)
		return t.deliver(ch.id, "callback_query", map[string]any{
			"id": query, "from": ch.user(), "message": t.json(ch, m),
			"chat_instance": strconv.FormatInt(ch.id*31, 10), "data": action,
		})
	})
}

func hasAction(rows [][]Key, action string) bool {
	for _, row := range rows {
		for _, k := range row {
			if k.Action == action {
				return true
			}
		}
	}
	return false
}

// Block stops the bot, or lets it in again.
func (t *Telegram) Block(id int64, on bool) int64 {
	return t.does(id, func(ch *chat) int64 {
		if ch.blocked == on || !ch.wrote {
			return 0
		}
		ch.blocked = on
		before, now := "member", "kicked"
		if !on {
			before, now = now, before
		}
		me, _ := t.getMe(call{})
		t.changed(ch.id)
		status := func(s string) map[string]any { return map[string]any{"status": s, "user": me, "until_date": 0} }
		return t.deliver(ch.id, "my_chat_member", map[string]any{
			"chat": ch.json(), "from": ch.user(), "date": time.Now().Unix(),
			"old_chat_member": status(before), "new_chat_member": status(now),
		})
	})
}

// getFile tells where a file can be fetched.
func (t *Telegram) getFile(c call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := c.text("file_id")
	f, ok := t.files[id]
	if !ok {
		return nil, &refusal{Code: 400, Text: "Bad Request: wrong file_id or the file is temporarily unavailable"}
	}
	out := t.size(id)
	delete(out, "width")
	delete(out, "height")
	out["file_path"] = f.path
	return out, nil
}

func (t *Telegram) serveFile(w http.ResponseWriter, path string) {
	t.mu.Lock()
	var data []byte
	for _, f := range t.files {
		if f.path == path {
			data = f.data
		}
	}
	t.mu.Unlock()
	if data == nil {
		answer(w, nil, &refusal{Code: 404, Text: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // a caller that left wants no file
}

// tellAll has every telephone show what is new.
func (t *Telegram) tellAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.chats {
		t.changed(id)
	}
}

// Forget takes a telephone off the network, its chat with it.
func (t *Telegram) Forget(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.chats, id)
}
