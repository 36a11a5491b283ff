package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What Twilio does by itself about a long code's STOP, START and HELP: it keeps
// a list of who wants nothing, answers in English, and delivers the text to the
// program all the same (docs/reference/channels.md, 3.3).
var (
	stopWords  = []string{"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
	startWords = []string{"START", "UNSTOP", "YES"}
	helpWords  = []string{"HELP", "INFO"}
)

const (
	stopped = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
	started = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	helped  = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)

// FromPhone implements SMSNetwork.
func (t *Twilio) FromPhone(phone, body string) { t.Receive(phone, body) }

// Receive is FromPhone, and tells the SID of the message.
func (t *Twilio) Receive(phone, body string) (sid string) {
	m := &twilioMessage{sid: twilioSID("SM"), inbound: true, from: phone, to: t.account.Number, body: body, status: "received"}
	t.keep(m)
	t.mu.Lock()
	m.sent = m.made
	t.mu.Unlock()
	kind := t.optOut(phone, body)
	t.tell(phone)
	t.lanes.add(phone, func() { t.push(m, kind) })
	return m.sid
}

// optOut keeps what a text says about further messages, and answers it.
func (t *Twilio) optOut(phone, body string) (kind string) {
	word := strings.ToUpper(strings.TrimSpace(body))
	answer := ""
	t.mu.Lock()
	switch {
	case slices.Contains(stopWords, word):
		kind, answer = "STOP", stopped
		t.out[phone] = true
	case slices.Contains(startWords, word) && t.out[phone]:
		kind, answer = "START", started
		t.out[phone] = false
	case slices.Contains(helpWords, word):
		kind, answer = "HELP", helped
	}
	t.mu.Unlock()
	if answer != "" {
		t.keep(&twilioMessage{sid: twilioSID("SM"), from: t.account.Number, to: phone, body: answer, status: "delivered"})
	}
	return kind
}

// push delivers an incoming message once. Whatever becomes of it, it is not
// delivered again.
func (t *Twilio) push(m *twilioMessage, optOut string) {
	form := url.Values{
		"MessageSid": {m.sid}, "SmsSid": {m.sid}, "SmsMessageSid": {m.sid}, "AccountSid": {t.account.SID},
		"From": {m.from}, "To": {m.to}, "Body": {m.body}, "NumMedia": {"0"}, "NumSegments": {strconv.Itoa(twilioParts(m.body))},
		"SmsStatus": {"received"}, "ApiVersion": {twilioVersion},
		"FromCountry": {"VN"}, "FromCity": {""}, "FromState": {""}, "FromZip": {""},
		"ToCountry": {"VN"}, "ToCity": {""}, "ToState": {""}, "ToZip": {""},
	}
	if t.account.Advanced && optOut != "" {
		form.Set("OptOutType", optOut)
	}
	if t.account.Hook == "" {
		return
	}
	resp, err := t.post(t.account.Hook, form)
	if err != nil {
		t.miss()
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil || resp.StatusCode/100 != 2 {
		t.miss()
		return
	}
	t.checkTwiML(resp.Header.Get("Content-Type"), body)
}

// checkTwiML looks at the answer to a delivery, which must be TwiML or nothing.
func (t *Twilio) checkTwiML(contentType string, body []byte) {
	if len(body) == 0 {
		return
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	var answer struct {
		XMLName  xml.Name `xml:"Response"`
		Messages []string `xml:"Message"`
	}
	switch err := xml.Unmarshal(body, &answer); {
	case kind != "text/xml" && kind != "application/xml":
		t.fault("12300: the answer is %q, not text/xml", kind)
	case err != nil:
		t.fault("12200: the answer is no TwiML")
	case len(answer.Messages) > 0:
		t.fault("the answer holds messages, which this sandbox does not send")
	}
}

func (t *Twilio) miss() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost++
}

// process carries an outgoing message to its end, telling the program.
func (t *Twilio) process(m *twilioMessage) {
	t.mu.Lock()
	steps := []string{"sent", "delivered"}
	if m.fate != 0 {
		steps = []string{"sent", "undelivered"}
	}
	if m.service != "" {
		steps = append([]string{"queued"}, steps...)
	}
	last := steps[len(steps)-1]
	if t.backwards {
		slices.Reverse(steps)
	}
	t.mu.Unlock()
	t.tell(m.to)
	t.lanes.add(m.to, func() {
		for _, status := range steps {
			t.mu.Lock()
			if now := t.now().UTC(); m.status != last {
				m.status, m.updated = status, now
				if m.sent.IsZero() && status != "queued" {
					m.sent = now
				}
				if status == "undelivered" {
					m.code = m.fate
				}
			}
			t.mu.Unlock()
			t.tell(m.to)
			if m.callback != "" {
				t.callBack(m, status)
			}
		}
	})
}

func (t *Twilio) callBack(m *twilioMessage, status string) {
	form := url.Values{
		"MessageSid": {m.sid}, "SmsSid": {m.sid}, "AccountSid": {t.account.SID}, "From": {m.from}, "To": {m.to},
		"MessageStatus": {status}, "SmsStatus": {status}, "ApiVersion": {twilioVersion},
	}
	if status == "undelivered" {
		form.Set("ErrorCode", strconv.Itoa(m.fate))
	}
	resp, err := t.post(m.callback, form)
	if err != nil {
		t.miss()
		return
	}
	resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		t.miss()
	}
}

func (t *Twilio) post(to string, form url.Values) (*http.Response, error) {
	r, err := http.NewRequestWithContext(t.life, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("bad web-hook address")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Twilio-Signature", TwilioSignature(t.account.Token, to, form))
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	return t.hooks.Do(r)
}

// TwilioSignature signs a web-hook as Twilio does. It is written apart from the
// check of the channel, so that one proves the other.
func TwilioSignature(token, to string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	io.WriteString(mac, to)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (t *Twilio) tell(phone string) {
	t.mu.Lock()
	changed := t.changed
	t.mu.Unlock()
	changed(phone)
}

// Messages implements SMSNetwork. What never reached the telephone is not
// among them.
func (t *Twilio) Messages(phone string) []SMS {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []SMS
	for _, m := range t.byPhone[phone] {
		if m.fate != 0 {
			continue
		}
		sms := SMS{ID: m.sid, Mine: m.inbound, Other: m.from, Body: m.body, At: m.made, Parts: twilioParts(m.body), Status: m.status}
		if m.inbound {
			sms.Other = m.to
		}
		all = append(all, sms)
	}
	return all
}
