package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long a person's interaction lets the OA write: free for the first time,
// billed up to the second.
const (
	zaloFree   = 48 * time.Hour
	zaloWindow = 7 * 24 * time.Hour
)

func (z *Zalo) sendV3(c zaloCall) (map[string]any, *zaloError) {
	if z.account.Province {
		return nil, zaloCode(-235)
	}
	return z.send(c, false)
}

// sendV2 takes messages to guests, and those to users where v3 is not open.
func (z *Zalo) sendV2(c zaloCall) (map[string]any, *zaloError) {
	recipient, _ := c.fields["recipient"].(map[string]any)
	_, acts := c.fields["sender_action"]
	_, guest := recipient["anonymous_id"]
	_, many := recipient["target"]
	shape := zaloMessage
	switch {
	case acts || many:
		return nil, &zaloError{Code: -233, Text: "sandbox: only messages to one person are imitated"}
	case guest:
		shape = zaloMessageToGuest
	}
	if refused := shape.check("", c.fields); refused != nil {
		return nil, refused
	}
	if !guest && !z.account.Province {
		return nil, zaloCode(-240)
	}
	return z.send(c, true)
}

// recipient finds whom a message is for; z.mu is held.
func (z *Zalo) recipient(c zaloCall) (*zaloPerson, *zaloError) {
	to, _ := c.fields["recipient"].(map[string]any)
	if id, ok := to["anonymous_id"].(string); ok {
		p := z.guests[id]
		if p == nil || to["conversation_id"] != p.conversation {
			return nil, zaloInvalid("recipient.anonymous_id", false)
		}
		return p, nil
	}
	user, _ := to["user_id"].(string)
	if p := z.users[user]; p != nil {
		return p, nil
	}
	return nil, zaloInvalid("recipient.user_id", false)
}

// send takes a consultation message.
func (z *Zalo) send(c zaloCall, v2 bool) (map[string]any, *zaloError) {
	message, _ := c.fields["message"].(map[string]any)
	b, refused := zaloParse(message, v2)
	if refused != nil {
		return nil, refused
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	p, refused := z.recipient(c)
	if refused != nil {
		return nil, refused
	}
	quota, refused := z.window(p)
	if refused != nil {
		return nil, refused
	}
	if b.Quoted != "" && p.find(b.Quoted) == nil {
		return nil, zaloInvalid("message.quote_message_id", false)
	}
	if b.attachment != "" {
		f := z.files.byID[b.attachment]
		switch {
		case f == nil || !f.uploaded:
			return nil, zaloInvalid("message.attachment.payload.elements[0].attachment_id", false)
		case z.account.Clock().Sub(f.at) > zaloKept:
			return nil, zaloCode(-100)
		}
		b.Photo = b.attachment
	}
	switch quota {
	case "":
		z.billed++
	case "welcome_msg":
		p.welcomes++
	}
	z.deliver(p, b)
	data := map[string]any{"message_id": b.ID, "user_id": p.user, "sent_time": millis(b.At)}
	if quota != "" {
		data["quota"] = map[string]any{"quota_type": quota, "owner_type": "OA"}
	}
	return data, nil
}

// window tells whether the OA may write to a person now, and of which free
// quota, "" for none of them; z.mu is held.
func (z *Zalo) window(p *zaloPerson) (quota string, refused *zaloError) {
	since := z.account.Clock().Sub(p.touched)
	switch {
	case p.refuses != 0:
		return "", zaloCode(p.refuses)
	case p.touched.IsZero() || p.left:
		return "", zaloCode(-213)
	case since > zaloWindow:
		return "", zaloCode(-230)
	case since > zaloFree:
		return "", nil
	case !p.wrote && p.welcomes < 3:
		return "welcome_msg", nil
	}
	return "reply", nil
}

// deliver shows a message of the OA's on a telephone, and tells the program
// that it went out and arrived; z.mu is held.
func (z *Zalo) deliver(p *zaloPerson, b *ZaloBubble) {
	z.add(p, b)
	kind, message := "oa_send_text", map[string]any{"msg_id": b.ID}
	if b.Text != "" {
		message["text"] = b.Text
	}
	switch {
	case b.Photo != "":
		kind = "oa_send_image"
		picture := z.pictureURL(b.Photo)
		message["attachments"] = zaloAttachment("image", map[string]any{"thumbnail": picture, "url": picture})
	case b.PhotoURL != "":
		kind = "oa_send_image"
		message["attachments"] = zaloAttachment("image", map[string]any{"thumbnail": b.PhotoURL, "url": b.PhotoURL})
	case len(b.Rows) > 0:
		kind = "oa_send_list"
	}
	if p.conversation != "" {
		message["conversation_id"] = p.conversation
		z.emit(p, strings.Replace(kind, "oa_send_", "oa_send_anonymous_", 1), map[string]any{"sender": z.oa(), "recipient": p.id(), "message": message})
		return
	}
	z.emit(p, kind, map[string]any{"sender": z.oa(), "recipient": p.id(), "user_id_by_app": p.byApp(), "message": message})
	z.emit(p, "user_received_message", map[string]any{"sender": z.oa(), "recipient": p.id(), "message": map[string]any{"msg_id": b.ID}})
}

// add puts a message into a person's chat; z.mu is held.
func (z *Zalo) add(p *zaloPerson, b *ZaloBubble) {
	b.ID, b.At = zaloID(), z.account.Clock()
	p.bubbles = append(p.bubbles, b)
	if gone := len(p.bubbles) - maxMessages; gone > 0 {
		p.bubbles = slices.Delete(p.bubbles, 0, gone)
		p.seen = max(0, p.seen-gone)
	}
	z.changed(p.owner.Phone)
}

// zaloID is a message's ID, new after a restart too.
func zaloID() string {
	var b [10]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// millis is a moment as Zalo writes it.
func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func zaloAttachment(kind string, payload map[string]any) []any {
	return []any{map[string]any{"type": kind, "payload": payload}}
}
