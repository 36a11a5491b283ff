package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"khaibao/core"
)

func TestWebhookStatusAndCount(t *testing.T) {
	message := `{"update_id":7,"message":{"message_id":9,` + fromPerson + `,"text":"có"}}`
	tests := []struct {
		name   string
		method string
		secret string
		body   string
		err    error
		status int
		count  string
	}{
		{"a message", "POST", testSecret, message, nil, 200, Taken},
		{"the store away", "POST", testSecret, message, errors.New("away"), 503, Unavailable},
		{"nothing for us", "POST", testSecret, `{"update_id":7}`, nil, 200, Ignored},
		{"garbage", "POST", testSecret, `{`, nil, 400, Garbled},
		{"too much", "POST", testSecret, `{"x":"` + strings.Repeat("x", maxBody) + `"}`, nil, 413, TooLarge},
		{"forged", "POST", "x", message, nil, 401, Forged},
		{"forged garbage", "POST", "", `{`, nil, 401, Forged},
		{"no delivery", "GET", testSecret, ``, nil, 405, Garbled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			counted := ""
			c := &Channel{Secret: testSecret, Count: func(o string) { counted += o }}
			r := httptest.NewRequest(tt.method, HookPath, strings.NewReader(tt.body))
			r.Header.Set(secretHeader, tt.secret)
			w := httptest.NewRecorder()
			c.Webhook(func(context.Context, core.Inbound) error { return tt.err }).ServeHTTP(w, r)
			if w.Code != tt.status || counted != tt.count {
				t.Errorf("status %d, counted %q; want %d, %q", w.Code, counted, tt.status, tt.count)
			}
			if w.Body.Len() > 0 {
				t.Errorf("the answer tells %q", w.Body)
			}
		})
	}
}

// A channel whose secret was forgotten must not take anything from anybody.
func TestWebhookWithoutASecretIsShut(t *testing.T) {
	for name, header := range map[string][]string{"no header": nil, "an empty header": {""}, "some header": {"x"}} {
		r := post(`{"update_id":7,"message":{"message_id":9,` + fromPerson + `,"text":"có"}}`)
		r.Header.Del(secretHeader)
		if header != nil {
			r.Header[http.CanonicalHeaderKey(secretHeader)] = header
		}
		w := httptest.NewRecorder()
		(&Channel{}).Webhook(func(context.Context, core.Inbound) error {
			t.Errorf("%s: it arrived", name)
			return nil
		}).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%s: status %d, want 401", name, w.Code)
		}
	}
}

// A press is answered in the body of the acknowledgement, so that it costs no
// call and delays nothing; not before it is stored.
func TestWebhookAnswersThePress(t *testing.T) {
	press := func(chat string) *http.Request {
		return post(fmt.Sprintf(`{"update_id":7,"callback_query":{"id":"4382","from":{"id":5},"data":"yes",`+
			`"message":{"message_id":77,"date":5,"chat":%s}}}`, chat))
	}
	c := &Channel{Secret: testSecret}
	for name, chat := range map[string]string{"private": `{"id":5,"type":"private"}`, "a group": `{"id":-100,"type":"group"}`} {
		w := httptest.NewRecorder()
		c.Webhook(func(context.Context, core.Inbound) error { return nil }).ServeHTTP(w, press(chat))
		var call map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &call); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if call["method"] != "answerCallbackQuery" || call["callback_query_id"] != "4382" || len(call) != 2 {
			t.Errorf("%s: answered %v", name, call)
		}
		if kind := w.Header().Get("Content-Type"); kind != "application/json" {
			t.Errorf("%s: answered as %q", name, kind)
		}
	}
	w := httptest.NewRecorder()
	c.Webhook(func(context.Context, core.Inbound) error { return errors.New("away") }).ServeHTTP(w, press(`{"id":5,"type":"private"}`))
	if w.Code != http.StatusServiceUnavailable || w.Body.Len() > 0 {
		t.Errorf("while the store is away: status %d, answered %q", w.Code, w.Body)
	}
}
