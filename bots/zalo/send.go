package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/channel"
)

// Limits of what is sent (channels.md, 2.2), in letters.
const (
	maxTitle    = 100
	maxSubtitle = 500
	maxButtons  = 5
)

// Send sends one message, and returns Zalo's ID for it. A message with a
// Template is sent as that, to a zalo: or a tel: address; all others are the
// answers for which Zalo leaves seven days.
func (c *Channel) Send(ctx context.Context, m core.Outbound) (string, error) {
	c.ready()
	if m.Template != nil {
		id, err := c.sendTemplate(ctx, m)
		return id, sendError(err)
	}
	if m.URN.Scheme() == "tel" { // the phone is not to blame: templates reach it
		return "", refusal("words of our own to a phone")
	}
	to, err := recipientOf(m.URN)
	switch {
	case err != nil:
		return "", err
	case m.Text == "" && m.Photo == nil:
		return "", refusal("an empty message")
	case len(m.Album) > 0 || m.Photo != nil && (len(m.Buttons) > 0 || m.Ask != core.AskNothing):
		return "", refusal("more than one message shows")
	}
	id, err := c.deliver(ctx, to, m)
	return id, sendError(err)
}

func (c *Channel) deliver(ctx context.Context, to recipient, m core.Outbound) (string, error) {
	switch {
	case m.Photo != nil:
		return c.sendPicture(ctx, to, m)
	case to.AnonymousID != "":
		return c.say(ctx, to, message{Text: inWords(m)})
	case m.Ask == core.AskContact:
		return c.askContact(ctx, to, m)
	case len(m.Buttons) > 0:
		buttons, err := buttonsOf(m.Buttons)
		if err != nil {
			return "", err
		}
		return c.say(ctx, to, message{Text: m.Text, Attachment: template(payload{Buttons: buttons})})
	}
	return c.say(ctx, to, message{Text: m.Text})
}

func refusal(what string) error {
	return &channel.SendError{Refused: true, Err: errors.New("zalo: " + what)}
}

// A recipient is a person as our account knows them, or one who did not say who
// they are, in one conversation.
type recipient struct {
	UserID         string `json:"user_id,omitempty"`
	AnonymousID    string `json:"anonymous_id,omitempty"`
	ConversationID string `json:"conversation_id,omitempty"`
}

// anonymous begins the path of the address of somebody who wrote without
// saying who they are: zalo:anonymous/<id>/<conversation>.
const anonymous = "anonymous/"

var goodName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

func recipientOf(u core.URN) (recipient, error) {
	if u.Scheme() == Name {
		path, nameless := strings.CutPrefix(u.Path(), anonymous)
		if !nameless && goodName.MatchString(path) {
			return recipient{UserID: path}, nil
		}
		id, conversation, _ := strings.Cut(path, "/")
		if nameless && goodName.MatchString(id) && goodName.MatchString(conversation) {
			return recipient{AnonymousID: id, ConversationID: conversation}, nil
		}
	}
	return recipient{}, &channel.SendError{Gone: true, Err: errors.New("zalo: no address of ours")}
}

// The JSON of messages (channels.md, 2.2).
type (
	message struct {
		Text       string      `json:"text,omitempty"`
		Attachment *attachment `json:"attachment,omitempty"`
	}
	attachment struct {
		Type    string  `json:"type"`
		Payload payload `json:"payload"`
	}
	payload struct {
		TemplateType string    `json:"template_type,omitempty"` // buttons have none
		Elements     []element `json:"elements,omitempty"`
		Buttons      []button  `json:"buttons,omitempty"`
	}
	element struct {
		Title        string `json:"title,omitempty"`
		Subtitle     string `json:"subtitle,omitempty"`
		ImageURL     string `json:"image_url,omitempty"`
		MediaType    string `json:"media_type,omitempty"`
		AttachmentID string `json:"attachment_id,omitempty"`
	}
	button struct {
		Title   string `json:"title"`
		Type    string `json:"type"`
		Payload string `json:"payload"`
	}
)

func template(p payload) *attachment { return &attachment{Type: "template", Payload: p} }

// buttonsOf are buttons that bring back their action, unseen in the chat. Zalo
// puts each into a row of its own.
func buttonsOf(rows [][]core.Button) ([]button, error) {
	var all []button
	for _, row := range rows {
		for _, b := range row {
			if utf8.RuneCountInString(b.Label) > maxTitle {
				return nil, refusal("a label that is too long")
			}
			all = append(all, button{Title: b.Label, Type: "oa.query.hide", Payload: pressOf(b.Action)})
		}
	}
	if len(all) > maxButtons {
		return nil, refusal("too many buttons")
	}
	return all, nil
}

// inWords is a message for somebody without a name, to whom Zalo is known to
// send texts and pictures only: labels can be typed as well.
func inWords(m core.Outbound) string {
	var b strings.Builder
	b.WriteString(m.Text)
	for _, row := range m.Buttons {
		for _, button := range row {
			b.WriteString("\n– " + button.Label)
		}
	}
	return b.String()
}

// askContact asks for the number by Zalo's form. What the card has no room for
// is a message before it.
func (c *Channel) askContact(ctx context.Context, to recipient, m core.Outbound) (string, error) {
	title, subtitle := cut(m.AskText, maxTitle), m.Text
	if utf8.RuneCountInString(subtitle) > maxSubtitle {
		if _, err := c.say(ctx, to, message{Text: m.Text}); err != nil {
			return "", err
		}
		subtitle = title
	}
	card := element{Title: title, Subtitle: subtitle, ImageURL: strings.TrimSuffix(c.PublicURL, "/") + CardPath}
	return c.say(ctx, to, message{Attachment: template(payload{TemplateType: "request_user_info", Elements: []element{card}})})
}

func cut(text string, letters int) string {
	for i := range text {
		if letters == 0 {
			return text[:i]
		}
		letters--
	}
	return text
}

// say sends a message and returns its ID.
func (c *Channel) say(ctx context.Context, to recipient, m message) (string, error) {
	body, err := json.Marshal(map[string]any{"recipient": to, "message": m})
	if err != nil {
		return "", refusal("a message that is no JSON")
	}
	return c.sayAt(ctx, to, func(path string) (string, error) {
		var answer struct {
			Data struct {
				MessageID text `json:"message_id"`
			} `json:"data"`
		}
		err := c.authorised(ctx, call{host: messages, url: base(c.API, API) + path, contentType: "application/json", body: body}, &answer)
		if err != nil {
			return "", err
		}
		if answer.Data.MessageID == "" {
			return "", noAnswer("the answer has no message ID")
		}
		return string(answer.Data.MessageID), nil
	})
}

// text is a text that may come as a number.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(t))
	}
	var n json.Number
	err := json.Unmarshal(raw, &n)
	*t = text(n)
	return err
}

// authorised makes a call with our access token; one that is not taken any more
// is renewed, once.
func (c *Channel) authorised(ctx context.Context, r call, into any) error {
	t, err := c.access(ctx)
	if err != nil {
		return err
	}
	r.header = c.signed(t.Access)
	err = c.do(ctx, r, into)
	if err == nil || classOf(err) != stale {
		return err
	}
	if t, err = c.renewed(ctx, t); err != nil {
		return err
	}
	r.header = c.signed(t.Access)
	return c.do(ctx, r, into)
}
