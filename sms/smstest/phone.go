package smstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Phone imitates a telephone used as a modem: SMS Gateway for Android, in its
// local mode (docs.sms-gate.app, Sending Messages and Webhooks).
type Phone struct {
	Gateway
	User, Password string
	Hook, Status   string // where incoming texts, and the fate of outgoing ones, are told
	Number         string // its own
}

// ServeHTTP is the API: POST /messages.
func (p *Phone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	goesOn := p.survives(w, r, func(f Failures) {
		if f.Refused {
			http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
			return
		}
		w.Header().Set("Retry-After", "7")
		http.Error(w, `{"message":"Too Many Requests"}`, http.StatusTooManyRequests)
	})
	if !goesOn {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if name, password, ok := r.BasicAuth(); !ok || name != p.User || password != p.Password {
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	if r.URL.Path != "/messages" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		p.faultf("no such call: %s %s of %q", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		http.NotFound(w, r)
		return
	}
	var q struct {
		ID          string `json:"id"`
		TextMessage struct {
			Text string `json:"text"`
		} `json:"textMessage"`
		PhoneNumbers []string `json:"phoneNumbers"`
		TTL          int      `json:"ttl"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil || q.TextMessage.Text == "" || len(q.PhoneNumbers) != 1 || !e164.MatchString(q.PhoneNumbers[0]) {
		p.faultf("a request that the app does not take: %T", err)
		http.Error(w, `{"message":"Bad Request"}`, http.StatusBadRequest)
		return
	}
	if code, _ := strconv.Atoi(p.codes[q.PhoneNumbers[0]]); code > 0 {
		http.Error(w, `{"message":"No"}`, code)
		return
	}
	id := q.ID
	if id == "" {
		id = fmt.Sprint("phone-", len(p.texts)+1)
	}
	p.keep(Text{ID: id, Ref: q.ID, Phone: q.PhoneNumbers[0], Content: q.TextMessage.Text}, p.Status)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, `{"id":%q,"state":"Pending","recipients":[{"phoneNumber":%q,"state":"Pending"}]}`, id, q.PhoneNumbers[0])
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Event is the body of a call of the app's: event is sms:received, sms:sent,
// sms:delivered or sms:failed.
func (p *Phone) Event(id, event string, payload map[string]any) []byte {
	body, err := json.Marshal(map[string]any{"deviceId": "ffffffffceb0b1db0000018e937c815b", "event": event, "id": id,
		"payload": payload, "webhookId": "1"})
	if err != nil {
		panic(err) // a test's own mistake
	}
	return body
}

// Incoming is the body that delivers a text from a phone, in E.164.
func (p *Phone) Incoming(id, phone, text string) []byte {
	return p.Event(id, "sms:received", map[string]any{"messageId": "by its content, so not unique", "message": text, "sender": phone,
		"recipient": nil, "phoneNumber": phone, "simNumber": 1, "receivedAt": time.Now().Format(time.RFC3339)})
}

// Receive delivers a text and tells the status of the answer.
func (p *Phone) Receive(id, phone, text string) (int, error) {
	return p.post(p.Hook, p.Incoming(id, phone, text))
}

// Report tells the fate of a text: "sms:delivered" and the like.
func (p *Phone) Report(id, event string) (int, error) {
	return p.post(p.Status, p.Event("event of "+id, event, map[string]any{"messageId": id, "sender": p.Number, "recipient": nil, "simNumber": 1}))
}

func (p *Phone) post(hook string, body []byte) (int, error) {
	r, err := http.NewRequest(http.MethodPost, hook, io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	return p.visit(r)
}
