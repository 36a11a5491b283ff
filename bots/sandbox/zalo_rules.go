package sandbox

import (
	"net/url"
	"regexp"
	"slices"
)

// The shapes of what can be sent (docs/reference/channels.md, 2.2 and 2.5).
var (
	zaloMessage = zaloObject{
		"recipient": {kind: "object", must: true, of: zaloObject{"user_id": {kind: "text", must: true}}},
		"message": {kind: "object", must: true, of: zaloObject{
			"text":             {kind: "text", max: 2000},
			"quote_message_id": {kind: "text"},
			"attachment": {kind: "object", of: zaloObject{
				"type":    {kind: "text", must: true},
				"payload": {kind: "object", must: true},
			}},
		}},
	}
	zaloMessageToGuest = zaloObject{
		"recipient": {kind: "object", must: true, of: zaloObject{"anonymous_id": {kind: "text", must: true}, "conversation_id": {kind: "text", must: true}}},
		"message":   zaloMessage["message"],
	}
	// The second version takes more, which the imitation does not play.
	zaloMessageV2 = zaloObject{
		"recipient":     {kind: "object", must: true},
		"message":       zaloMessage["message"].optional(),
		"sender_action": {kind: "object"},
	}
	zaloTemplateByUser = zaloObject{
		"user_id":       {kind: "text", must: true},
		"template_id":   {kind: "text", must: true},
		"template_data": {kind: "object", must: true},
	}
	zaloTemplateByPhone = zaloObject{
		"phone":         {kind: "text", must: true},
		"template_id":   {kind: "text", must: true},
		"template_data": {kind: "object", must: true},
		"tracking_id":   {kind: "text", must: true, max: 48},
		"mode":          {kind: "text"},
		"sending_mode":  {kind: "text"},
	}
	zaloOneUser = zaloObject{"user_id": {kind: "text", must: true}}
	zaloQuota   = zaloObject{"user_id": {kind: "text"}, "quota_owner": {kind: "text"}, "product_type": {kind: "text"}, "quota_type": {kind: "text"}}
)

func (f zaloField) optional() zaloField {
	f.must = false
	return f
}

// zaloButtons are at most five under a message.
var zaloButtons = zaloField{kind: "list", must: true, max: 5, of: zaloObject{
	"title":   {kind: "text", must: true, max: 100},
	"type":    {kind: "text", must: true},
	"payload": {kind: "any", must: true},
}}

// zaloPayloads are an attachment's payloads by template_type; buttons have none.
var zaloPayloads = map[string]zaloObject{
	"": {"buttons": zaloButtons},
	"media": {"template_type": {kind: "text", must: true}, "elements": {kind: "list", must: true, max: 1, of: zaloObject{
		"media_type":    {kind: "text", must: true},
		"url":           {kind: "text"},
		"attachment_id": {kind: "text"},
	}}},
	"request_user_info": {"template_type": {kind: "text", must: true}, "elements": {kind: "list", must: true, max: 1, of: zaloObject{
		"title":     {kind: "text", must: true, max: 100},
		"subtitle":  {kind: "text", must: true, max: 500},
		"image_url": {kind: "text", must: true},
	}}},
	"list": {"template_type": {kind: "text", must: true}, "elements": {kind: "list", must: true, max: 5, of: zaloObject{
		"title":          {kind: "text", must: true, max: 100},
		"subtitle":       {kind: "text", max: 500},
		"image_url":      {kind: "text"},
		"default_action": {kind: "object", of: zaloObject{"type": {kind: "text", must: true}, "url": {kind: "text"}, "payload": {kind: "any"}}},
	}}},
}

// zaloActions are the payloads of a button by its type.
var zaloActions = map[string]zaloField{
	"oa.query.show": {kind: "text", max: 1000},
	"oa.query.hide": {kind: "text", max: 1000},
	"oa.open.url":   {kind: "object", of: zaloObject{"url": {kind: "text", must: true}}},
	"oa.open.phone": {kind: "object", of: zaloObject{"phone_code": {kind: "text", must: true}}},
	"oa.open.sms":   {kind: "object", of: zaloObject{"content": {kind: "text", must: true, max: 160}, "phone_code": {kind: "text", must: true}}},
}

var zaloPhone = regexp.MustCompile(`^84[0-9]{7,10}$`)

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// zaloParse makes of a message what a telephone shows. Its shape was checked.
func zaloParse(message map[string]any, v2 bool) (*ZaloBubble, *zaloError) {
	b := &ZaloBubble{}
	b.Text, _ = message["text"].(string)
	b.Quoted, _ = message["quote_message_id"].(string)
	attachment, ok := message["attachment"].(map[string]any)
	if !ok {
		if b.Text == "" {
			return nil, zaloInvalid("message.text", true)
		}
		return b, nil
	}
	payload, _ := attachment["payload"].(map[string]any)
	switch attachment["type"] {
	case "template":
	case "file":
		return nil, &zaloError{Code: -233, Text: "sandbox: files are not imitated"}
	default:
		return nil, zaloInvalid("message.attachment.type", true)
	}
	const at = "message.attachment.payload."
	kind, given := payload["template_type"].(string)
	shape, ok := zaloPayloads[kind]
	if !ok || given && kind == "" || kind == "list" && !v2 {
		return nil, zaloInvalid(at+"template_type", true)
	}
	if refused := shape.check(at, payload); refused != nil {
		return nil, refused
	}
	elements, _ := payload["elements"].([]any)
	switch kind {
	case "":
		if b.Text == "" {
			return nil, zaloInvalid("message.text", true)
		}
		return b, b.addButtons(at+"buttons", payload["buttons"])
	case "media":
		return b, b.addMedia(at+"elements[0]", elements[0])
	case "request_user_info":
		return b, b.addRequest(at+"elements[0]", elements[0])
	}
	return b, b.addList(at+"elements", elements)
}

func (b *ZaloBubble) addButtons(at string, list any) *zaloError {
	buttons, _ := list.([]any)
	for i, e := range buttons {
		fields, _ := e.(map[string]any)
		path := index(at, i)
		title, _ := fields["title"].(string)
		button, refused := zaloButton(path, fields)
		if refused != nil {
			return refused
		}
		button.Title = title
		b.Buttons = append(b.Buttons, button)
	}
	return nil
}

// zaloButton reads the type and payload of a button.
func zaloButton(at string, fields map[string]any) (ZaloButton, *zaloError) {
	kind, _ := fields["type"].(string)
	action, ok := zaloActions[kind]
	if !ok {
		return ZaloButton{}, zaloInvalid(at+".type", true)
	}
	if refused := action.check(at+".payload", fields["payload"]); refused != nil {
		return ZaloButton{}, refused
	}
	button := ZaloButton{Type: kind}
	button.Payload, _ = fields["payload"].(string)
	more, _ := fields["payload"].(map[string]any)
	button.URL, _ = more["url"].(string)
	button.Phone, _ = more["phone_code"].(string)
	button.Content, _ = more["content"].(string)
	switch {
	case kind == "oa.open.url" && !isWebURL(button.URL):
		return button, zaloInvalid(at+".payload.url", true)
	case button.Phone != "" && !zaloPhone.MatchString(button.Phone):
		return button, zaloInvalid(at+".payload.phone_code", true)
	}
	return button, nil
}

func (b *ZaloBubble) addMedia(at string, element any) *zaloError {
	fields, _ := element.(map[string]any)
	kind, _ := fields["media_type"].(string)
	if slices.Contains([]string{"gif", "sticker"}, kind) {
		return &zaloError{Code: -233, Text: "sandbox: " + kind + "s are not imitated"}
	}
	if kind != "image" {
		return zaloInvalid(at+".media_type", true)
	}
	b.attachment, _ = fields["attachment_id"].(string)
	b.PhotoURL, _ = fields["url"].(string)
	switch {
	case (b.attachment == "") == (b.PhotoURL == ""): // one of the two
		return zaloInvalid(at+".attachment_id", true)
	case b.PhotoURL != "" && !isWebURL(b.PhotoURL):
		return zaloInvalid(at+".url", true)
	}
	return nil
}

func (b *ZaloBubble) addRequest(at string, element any) *zaloError {
	fields, _ := element.(map[string]any)
	b.Request = &ZaloRequest{}
	b.Request.Title, _ = fields["title"].(string)
	b.Request.Subtitle, _ = fields["subtitle"].(string)
	if image, _ := fields["image_url"].(string); !isWebURL(image) {
		return zaloInvalid(at+".image_url", true)
	}
	return nil
}

func (b *ZaloBubble) addList(at string, elements []any) *zaloError {
	for i, e := range elements {
		fields, _ := e.(map[string]any)
		row := ZaloRow{}
		row.Title, _ = fields["title"].(string)
		row.Subtitle, _ = fields["subtitle"].(string)
		if action, ok := fields["default_action"].(map[string]any); ok {
			// A link's URL stands beside its type, not in a payload.
			if action["type"] == "oa.open.url" && action["payload"] == nil {
				action = map[string]any{"type": action["type"], "payload": map[string]any{"url": action["url"]}}
			}
			button, refused := zaloButton(index(at, i)+".default_action", action)
			if refused != nil {
				return refused
			}
			row.Action = &button
		}
		b.Rows = append(b.Rows, row)
	}
	return nil
}
