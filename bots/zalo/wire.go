package zalo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/bots/fetch"
)

const (
	callTime  = 10 * time.Second // one call, the answer read
	maxAnswer = 1 << 20          // bytes of one answer
)

// plain follows no redirects: what we send is for one host only.
var plain = &http.Client{
	Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// host is one of Zalo's interfaces: each numbers its refusals by itself.
type host string

const (
	messages  host = "messages"
	templates host = "templates"
	oauth     host = "oauth"
)

// apiError is a refusal by Zalo. Zalo's words may quote what we sent, so none
// of them is kept.
type apiError struct {
	Host       host
	Code       int    // Zalo's, below zero; or else the HTTP status
	Field      string // of a value that is invalid, one of fields; or ""
	RetryAfter time.Duration
}

func (e *apiError) Error() string {
	if e.Code > 0 {
		return fmt.Sprintf("zalo %s: HTTP %d", e.Host, e.Code)
	}
	text := fmt.Sprintf("zalo %s: code %d", e.Host, e.Code)
	if e.Field != "" {
		text += " for " + e.Field
	}
	return text
}

// noAnswer is a call without an answer of Zalo's, in our own words.
func noAnswer(what string) error { return &fetch.NoAnswer{Network: "zalo", What: what} }

// fields are the names that a refusal may give to what is invalid. No others
// are repeated.
var fields = []string{"user_id", "recipient", "phone", "attachment_id", "text", "template_id", "template_data", "payload", "buttons", "title", "image_url"}

// a call is one request to Zalo.
type call struct {
	host        host
	url         string
	contentType string
	header      map[string]string
	body        []byte
}

// do makes a call and reads what it answers into into.
func (c *Channel) do(ctx context.Context, r call, into any) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return noAnswer("the address is unusable")
	}
	req.Header.Set("Content-Type", r.contentType)
	for name, value := range r.header {
		req.Header[name] = []string{value} // as Zalo writes it: in lower case
	}
	client := http.Client{Transport: plain.Transport, CheckRedirect: plain.CheckRedirect}
	if c.Client != nil {
		client.Transport = c.Client.Transport
	}
	resp, err := client.Do(req)
	if err != nil {
		return fetch.Unanswered(ctx, "zalo", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fetch.Unanswered(ctx, "zalo", err)
	}
	return judge(r.host, resp, body, into)
}

// judge tells a good answer from a refusal.
func judge(h host, resp *http.Response, body []byte, into any) error {
	var answer struct {
		Error   *number `json:"error"`
		Message string  `json:"message"`
	}
	err := json.Unmarshal(body, &answer)
	var code int64
	if err == nil && answer.Error != nil {
		code = int64(*answer.Error)
	}
	switch {
	case len(body) > maxAnswer:
	case code != 0: // Zalo counts below zero
		return &apiError{Host: h, Code: -int(max(code, -code)), Field: fieldIn(answer.Message), RetryAfter: rest(resp.Header)}
	case resp.StatusCode >= 300:
		return &apiError{Host: h, Code: resp.StatusCode, RetryAfter: rest(resp.Header)}
	case err == nil && (answer.Error != nil || h == oauth) && json.Unmarshal(body, into) == nil:
		return nil
	}
	return noAnswer("the answer is none of Zalo's")
}

// number is an integer that may come as a text.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(raw []byte) error {
	v, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	*n = number(v)
	return err
}

// fieldIn finds the name of what is invalid in Zalo's words, such as
// "user_id is invalid!" or, with the way to it, "recipient.user_id is invalid!".
func fieldIn(message string) (field string) {
	way, _, _ := strings.Cut(strings.ToLower(message), " is invalid")
	words := strings.FieldsFunc(way, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
	for _, w := range words {
		if slices.Contains(fields, w) {
			field = w
		}
	}
	return field
}

// rest is how long an answer wants us to wait; 0 when it does not say.
func rest(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// signed is a call's header: the access token, and the proof that whoever has
// it knows the application's secret, too. Zalo asks for the proof where the
// console says so (channels.md, 2.1).
func (c *Channel) signed(access string) map[string]string {
	mac := hmac.New(sha256.New, []byte(c.AppSecret))
	mac.Write([]byte(access))
	return map[string]string{"access_token": access, "appsecret_proof": hex.EncodeToString(mac.Sum(nil))}
}
