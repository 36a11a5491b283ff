package smstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// SpeedSMS imitates SpeedSMS for one account.
type SpeedSMS struct {
	Gateway
	Token   string
	Senders []string // sender names that are registered
	Hook    string   // where reports and incoming texts are told
	Price   int      // of one text, in đồng
}

// ServeHTTP is the API, below /index.php.
func (s *SpeedSMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	goesOn := s.survives(w, r, func(f Failures) {
		if f.Refused {
			speedSays(w, http.StatusOK, map[string]any{"status": "error", "code": "008", "message": "account blocked"})
			return
		}
		w.Header().Set("X-Rate-Limit-Limit", "60")
		w.Header().Set("X-Rate-Limit-Remaining", "0")
		w.Header().Set("X-Rate-Limit-Reset", "17")
		speedSays(w, http.StatusTooManyRequests, map[string]any{"name": "Too Many Requests", "message": "Rate limit exceeded.", "status": 429})
	})
	if !goesOn {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name, password, ok := r.BasicAuth()
	if !ok || name != s.Token || password != "x" {
		speedSays(w, http.StatusUnauthorized, map[string]any{"name": "Unauthorized", "status": 401})
		return
	}
	if r.URL.Path != "/index.php/sms/send" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		s.faultf("no such call: %s %s of %q", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		http.NotFound(w, r)
		return
	}
	var q struct {
		To      []string `json:"to"`
		Content string   `json:"content"`
		Type    int      `json:"sms_type"`
		Sender  string   `json:"sender"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if d.Decode(&q) != nil || len(q.To) != 1 || q.Content == "" {
		s.faultf("a request that SpeedSMS does not take")
		speedSays(w, http.StatusOK, map[string]any{"status": "error", "code": "101", "message": "Invalid or missing parameters"})
		return
	}
	code := s.codes["+"+q.To[0]]
	switch {
	case code != "":
	case q.Type < 2 || q.Type > 5, q.Type == 3 && !slices.Contains(s.Senders, q.Sender):
		code = "101"
	case !homePhone.MatchString(q.To[0]) || q.To[0][0] == '0':
		code = "105"
	case len(q.Content) > 1000:
		code = "113"
	}
	if code == "invalid" {
		speedSays(w, http.StatusOK, map[string]any{"status": "success", "code": "00",
			"data": map[string]any{"tranId": 0, "totalSMS": 0, "totalPrice": 0, "invalidPhone": q.To}})
		return
	}
	if code != "" {
		speedSays(w, http.StatusOK, map[string]any{"status": "error", "code": code, "message": "error description of " + q.To[0]})
		return
	}
	id := 20370000 + len(s.texts)
	s.keep(Text{ID: strconv.Itoa(id), Phone: "+" + q.To[0], Content: q.Content}, s.Hook)
	speedSays(w, http.StatusOK, map[string]any{"status": "success", "code": "00",
		"data": map[string]any{"tranId": id, "totalSMS": 1, "totalPrice": s.Price, "invalidPhone": []string{}}})
}

func speedSays(w http.ResponseWriter, status int, said map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // a caller that left wants no answer
}

// Incoming is the body that delivers a text from a phone, in E.164. kind is
// "sms" or "incoming": the sources differ.
func (s *SpeedSMS) Incoming(kind, phone, text string) []byte {
	body, err := json.Marshal(map[string]any{"type": kind, "phone": strings.TrimPrefix(phone, "+"), "content": text})
	if err != nil {
		panic(err) // a test's own mistake
	}
	return body
}

// Report tells the fate of a text: 0 delivered, below 64 tried again, from 64
// on failed. It tells the status of the answer.
func (s *SpeedSMS) Report(id string, status int) (int, error) {
	tran, err := strconv.Atoi(id)
	if err != nil {
		return 0, fmt.Errorf("no text %s", id)
	}
	body, err := json.Marshal(map[string]any{"type": "report", "tranId": tran, "phone": "84900000001", "status": status})
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequest(http.MethodPost, s.Hook, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	return s.visit(r)
}
