package sms

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// SpeedSMS speaks to SpeedSMS: a registered sender name, one that it shares, or
// a telephone of one's own with its app.
//
// It relies on two things: nothing that it calls us with is signed, so that our
// URL holds a secret; and it knows a text by no name of ours, so that what
// timed out may be sent twice (docs/reference/channels.md, 5.2).
type SpeedSMS struct {
	c      SpeedSMSConfig
	api    *url.URL
	caller caller
}

// SpeedSMSConfig is what SpeedSMS needs.
type SpeedSMSConfig struct {
	Common
	Token  string // of the account; needed to send
	Type   string // sms_type: 2 from any number, 3 by our sender name, 4 by a shared one, 5 by our telephone; "" for 3
	Sender string // the sender name, or the telephone's ID; needed with 3 and 5
	API    string // "" for https://api.speedsms.vn/index.php
	Secret string // that the URL of the web-hook ends with; needed to hear of anything
}

// SpeedSMSHookPath is the path under PublicURL that SpeedSMS calls for reports
// and incoming texts alike. It goes on with the secret.
const SpeedSMSHookPath = "/hooks/speedsms/"

const (
	speedAPI  = "https://api.speedsms.vn/index.php"
	speedRate = 1 // a second: 60 requests in 60 s
)

// speedTypes are what sms_type may be; true for those that need a sender.
var speedTypes = map[string]bool{"2": false, "3": true, "4": false, "5": true}

// NewSpeedSMS checks the settings; it calls nobody. Its errors name settings
// and never quote them.
func NewSpeedSMS(c SpeedSMSConfig) (*SpeedSMS, error) {
	if err := c.check(speedRate); err != nil {
		return nil, fmt.Errorf("speedsms: %w", err)
	}
	if c.API == "" {
		c.API = speedAPI
	}
	api, err := baseURL(c.API)
	if err != nil {
		return nil, fmt.Errorf("speedsms: the API URL %w", err)
	}
	if c.Type == "" {
		c.Type = "3"
	}
	needsSender, known := speedTypes[c.Type]
	if !known {
		return nil, errors.New("speedsms: the type must be 2, 3, 4 or 5")
	}
	if c.Token != "" && needsSender && c.Sender == "" {
		return nil, errors.New("speedsms: the sender is needed with type 3 and 5")
	}
	if c.Token == "" && c.Secret == "" {
		return nil, errors.New("speedsms: the token to send or the secret to receive is needed")
	}
	if c.Secret != "" && !HookSecret(c.Secret) {
		return nil, errors.New("speedsms: the secret must be 16 to 256 letters, digits, _ or -")
	}
	return &SpeedSMS{c: c, api: api, caller: caller{gateway: "speedsms", client: newTransport(), timeout: c.Timeout,
		secrets: []string{c.Token, c.Secret}}}, nil
}

// Rate implements Gateway.
func (s *SpeedSMS) Rate() float64 { return s.c.Rate }

// Format prints no token, whatever the verb.
func (s *SpeedSMS) Format(f fmt.State, _ rune) { fmt.Fprint(f, "speedsms") }

// Webhook implements Receiver, below SpeedSMSHookPath. Reports come there, too:
// with in nil they alone are taken.
func (s *SpeedSMS) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			s.c.refuse(w, "method", http.StatusMethodNotAllowed)
			return
		}
		if !knows(r, SpeedSMSHookPath, s.c.Secret) {
			s.c.refuse(w, "secret", http.StatusForbidden)
			return
		}
		body, ok := s.c.body(w, r)
		if !ok {
			return
		}
		f, ok := readFields(r, body)
		if !ok {
			s.c.refuse(w, "malformed", http.StatusBadRequest)
			return
		}
		switch kind := f("type"); {
		case kind == "report":
			s.report(w, r, f)
		case kind == "sms" || kind == "incoming":
			s.incoming(w, r, f, in)
		default:
			s.c.refuse(w, "malformed", http.StatusBadRequest)
		}
	})
}

func (s *SpeedSMS) report(w http.ResponseWriter, r *http.Request, f fields) {
	rep, ok := speedReport(f)
	if !ok {
		s.c.Count("status_unknown")
		w.WriteHeader(http.StatusOK) // said again, it would be no clearer
		return
	}
	s.c.reports(w, r, "speedsms", rep)
}

// speedReport reads a report: 0 is delivered, up to 63 it is tried again, from
// 64 on it has failed.
func speedReport(f fields) (report, bool) {
	r := report{names: []string{networkID(f("tranId"))}}
	status, err := strconv.Atoi(f("status"))
	switch {
	case err != nil || status < 0:
		return r, false
	case status == 0:
		r.status = "delivered"
	case status < 64:
		r.status = "sent"
	default:
		r.status, r.code = "undelivered", strconv.Itoa(status)
	}
	return r, r.name() != ""
}

func (s *SpeedSMS) incoming(w http.ResponseWriter, r *http.Request, f fields, in channel.Inbox) {
	m, why := speedInbound(f)
	switch {
	case why != "":
		s.c.Count(why)
	case in == nil:
		s.c.Count("not_wanted") // another gateway is set up for receiving
	case !s.c.takes(r.Context(), w, "speedsms", in, m):
		return
	}
	w.WriteHeader(http.StatusOK)
}

// speedInbound translates a text. Nothing that is documented tells two texts
// with the same words apart, so each delivery is one: an answer taken twice does
// less harm than one that is lost.
func speedInbound(f fields) (m core.Inbound, why string) {
	phone, ok := homePhone(strings.TrimSpace(f("phone")))
	if !ok {
		return m, "sender"
	}
	return core.Inbound{Channel: Name, ExternalID: core.NewID(), URN: core.TelURN(phone), Text: clip(f("content"))}, ""
}
