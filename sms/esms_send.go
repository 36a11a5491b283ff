package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// esmsSend is the path of the call that sends one text of customer care.
const esmsSend = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"

// careType is eSMS's number for customer care, which is what people asked for:
// no advertising, at any hour.
const careType = "2"

// esmsText is one text as eSMS takes it: every field is a string.
type esmsText struct {
	APIKey      string `json:"ApiKey"`
	SecretKey   string `json:"SecretKey"`
	Phone       string `json:"Phone"`
	Content     string `json:"Content"`
	Brandname   string `json:"Brandname"`
	SmsType     string `json:"SmsType"`
	IsUnicode   string `json:"IsUnicode"`
	RequestID   string `json:"RequestId,omitempty"`
	CallbackURL string `json:"CallbackUrl,omitempty"`
}

// esmsAnswer is what eSMS says to it.
type esmsAnswer struct {
	CodeResult word
	SMSID      word
	SendStatus word // of a request that was taken before: what became of it
}

// word is a JSON text or number, as the services of this country give either.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*w = word(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("neither text nor number")
	}
	*w = word(n)
	return nil
}

// Send implements Gateway.
func (e *ESMS) Send(ctx context.Context, m core.Outbound) (string, error) {
	text := esmsText{
		APIKey: e.c.APIKey, SecretKey: e.c.SecretKey, Brandname: e.c.Brandname,
		Phone: strings.TrimPrefix(m.URN.Path(), "+"), Content: m.Text, SmsType: careType, IsUnicode: "0",
		RequestID: e.again.name(m.ID), CallbackURL: e.status,
	}
	if _, gsm7 := channel.Segments(m.Text); !gsm7 {
		text.IsUnicode = "1"
	}
	body, err := json.Marshal(text)
	if err != nil {
		return "", &channel.SendError{Refused: true, Err: errors.New("esms: the text cannot be written as JSON")}
	}
	r, err := http.NewRequest(http.MethodPost, strings.TrimRight(e.api.String(), "/")+esmsSend, bytes.NewReader(body))
	if err != nil {
		return "", &channel.SendError{Config: true, Err: errors.New("esms: the API URL makes no request")}
	}
	r.Header.Set("Content-Type", "application/json")
	a, err := e.caller.do(ctx, r, m.URN.Path(), text.Phone, m.Text)
	if err != nil {
		return "", err
	}
	if a.status/100 != 2 {
		return "", e.caller.refusal(a)
	}
	return e.taken(m.ID, a.body)
}

// taken reads the answer to a text that was sent.
func (e *ESMS) taken(id string, body []byte) (string, error) {
	var said esmsAnswer
	if json.Unmarshal(body, &said) != nil {
		return "", errors.New("esms: an answer that cannot be read")
	}
	code := string(said.CodeResult)
	switch code {
	case esmsTakenBefore:
		if said.SendStatus == esmsRefused { // and we have forgotten it: the next try goes by another name
			e.again.refuse(id)
			return "", errors.New("esms: the request was refused before")
		}
		fallthrough
	case esmsTaken:
		e.again.settle(id)
		if smsID := networkID(string(said.SMSID)); smsID != "" {
			return smsID, nil
		}
		return id, nil // reports name it, too
	case "": // {"error":"Invalid request"}
		return "", &channel.SendError{Config: true, Err: errors.New("esms: the request is called invalid")}
	}
	class := esmsClass(code)
	if class != again && id != "" {
		e.again.refuse(id)
	}
	return "", sendError(class, 0, fmt.Errorf("esms: code %s%s", shortCodeOnly(code), esmsMeaning[code]))
}

// networkID is a gateway's ID of a message as we keep it, or "" when it is none.
func networkID(s string) string {
	if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

// shortCodeOnly is a code fit for a log: a gateway that is none may say anything.
func shortCodeOnly(code string) string {
	if !shortNumber.MatchString(code) {
		return "of another kind"
	}
	return code
}
