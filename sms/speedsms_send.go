package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// speedText is one text as SpeedSMS takes it.
type speedText struct {
	To      []string `json:"to"`
	Content string   `json:"content"`
	Type    int      `json:"sms_type"`
	Sender  string   `json:"sender,omitempty"`
}

// speedAnswer is what SpeedSMS says to it.
type speedAnswer struct {
	Status string `json:"status"`
	Code   word   `json:"code"`
	Data   struct {
		TranID       word   `json:"tranId"`
		TotalSMS     word   `json:"totalSMS"`
		TotalPrice   word   `json:"totalPrice"`
		InvalidPhone []word `json:"invalidPhone"`
	} `json:"data"`
}

// speedClasses are the codes of SpeedSMS (docs/reference/channels.md, 5.2). One
// not heard of is our set-up's: to drop every message would be worse.
var speedClasses = map[string]class{
	"105": gone, // no telephone number

	"110": refused, // letters that it does not send
	"113": refused, // too long

	"500": again, // theirs

	"007": config, // our address is locked out
	"008": config, // the account is blocked
	"009": config, // the account may not use the API
	"101": config, // a parameter is missing or wrong
	"300": config, // nothing left on the account
}

// Send implements Gateway.
func (s *SpeedSMS) Send(ctx context.Context, m core.Outbound) (string, error) {
	if s.c.Token == "" {
		return "", &channel.SendError{Config: true, Err: errors.New("speedsms: no token is set up for sending")}
	}
	kind, _ := strconv.Atoi(s.c.Type)
	to := strings.TrimPrefix(m.URN.Path(), "+")
	body, err := json.Marshal(speedText{To: []string{to}, Content: m.Text, Type: kind, Sender: s.c.Sender})
	if err != nil {
		return "", &channel.SendError{Refused: true, Err: errors.New("speedsms: the text cannot be written as JSON")}
	}
	r, err := http.NewRequest(http.MethodPost, strings.TrimRight(s.api.String(), "/")+"/sms/send", bytes.NewReader(body))
	if err != nil {
		return "", &channel.SendError{Config: true, Err: errors.New("speedsms: the API URL makes no request")}
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(s.c.Token, "x")
	a, err := s.caller.do(ctx, r, m.URN.Path(), to, m.Text)
	if err != nil {
		return "", err
	}
	if a.status/100 != 2 {
		return "", s.caller.refusal(a)
	}
	said, err := speedTaken(a.body)
	if err != nil {
		return "", err
	}
	cost, segments := number(string(said.Data.TotalPrice)), int(min(number(string(said.Data.TotalSMS)), 100))
	if err := s.c.keepCost(ctx, "speedsms", m.ID, cost, segments); err != nil { // the text is on its way all the same
		s.c.Log.Error("keep what a text cost", "outbox", m.ID, "err", err)
	}
	return networkID(string(said.Data.TranID)), nil
}

// speedTaken reads the answer to a text: an error unless it was taken, with an ID.
func speedTaken(body []byte) (speedAnswer, error) {
	var said speedAnswer
	if json.Unmarshal(body, &said) != nil {
		return said, errors.New("speedsms: an answer that cannot be read")
	}
	code := string(said.Code)
	if said.Status != "success" {
		class, ok := speedClasses[code]
		if !ok {
			class = config
		}
		return said, sendError(class, 0, fmt.Errorf("speedsms: code %s", shortCodeOnly(code)))
	}
	if len(said.Data.InvalidPhone) > 0 { // it was the only one
		return said, &channel.SendError{Gone: true, Err: errors.New("speedsms: the number is called invalid")}
	}
	if networkID(string(said.Data.TranID)) == "" {
		return said, errors.New("speedsms: no tranId in the answer")
	}
	return said, nil
}
