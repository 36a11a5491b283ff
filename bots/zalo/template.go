package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// sendTemplate sends a text that Zalo approved, which reaches people at any
// time (channels.md, 2.2 and 2.5): by the person where the address is a zalo:
// one, else by the phone. By phone the outbox ID goes with it and comes back in
// the report of its delivery; by person Zalo takes none.
func (c *Channel) sendTemplate(ctx context.Context, m core.Outbound) (string, error) {
	t := *m.Template
	if t.ID == "" || t.Data == nil {
		return "", refusal("a template without a name or its data")
	}
	if m.URN.Scheme() != "tel" {
		to, err := recipientOf(m.URN)
		if err != nil {
			return "", err
		}
		if to.UserID == "" {
			return "", &channel.SendError{Elsewhere: true, Err: errNameless}
		}
		return c.sendApproved(ctx, call{host: messages, url: base(c.API, API) + "/v3.0/oa/message/template"},
			map[string]any{"user_id": to.UserID, "template_id": t.ID, "template_data": t.Data})
	}
	phone, ok := strings.CutPrefix(m.URN.Path(), "+")
	if !ok || !digits(phone) {
		return "", refusal("no phone to send a template to")
	}
	body := map[string]any{"phone": phone, "template_id": t.ID, "template_data": t.Data}
	if m.ID != "" && len(m.ID) <= maxTracking {
		body["tracking_id"] = m.ID
	}
	return c.sendApproved(ctx, call{host: templates, url: base(c.TemplateAPI, TemplateAPI) + "/message/template"}, body)
}

// maxTracking is the longest ID of ours that Zalo carries.
const maxTracking = 48

var errNameless = noAnswer("nobody without a name is sent templates")

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (c *Channel) sendApproved(ctx context.Context, r call, body map[string]any) (string, error) {
	r.contentType = "application/json"
	var err error
	if r.body, err = json.Marshal(body); err != nil {
		return "", refusal("a template that is no JSON")
	}
	var answer struct {
		Data struct {
			ByUser  text `json:"message_id"`
			ByPhone text `json:"msg_id"`
		} `json:"data"`
	}
	if err := c.authorised(ctx, r, &answer); err != nil {
		return "", openElsewhere(err)
	}
	id := answer.Data.ByUser
	if id == "" {
		id = answer.Data.ByPhone
	}
	if id == "" {
		return "", noAnswer("the answer has no message ID")
	}
	return string(id), nil
}

// openElsewhere says of a fault of our set-up that another way is open: what a
// template says is worth saying by another network now, and not by this one
// once the fault is mended.
func openElsewhere(err error) error {
	var e *channel.SendError
	if err = sendError(err); errors.As(err, &e) && e.Config {
		return &channel.SendError{Config: true, Elsewhere: true, Err: e.Err}
	}
	return err
}
