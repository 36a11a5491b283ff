package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"khaibao/bots/fetch"
	"khaibao/core/channel"
)

const (
	callTime  = 10 * time.Second // one call, the answer read
	maxAnswer = 8 << 20          // bytes of one answer; 100 long updates are a tenth of it
)

// wire carries the library's calls. It turns every failure into an apiError or
// a fetch.NoAnswer before the library sees it, because the library's own errors
// quote bodies, and Go's quote the URL, which holds the token.
type wire struct{ client *http.Client }

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

// apiError is a refusal by the Bot API.
type apiError struct {
	Code        int
	Description string // Telegram's words; may quote what we sent, so never shown
	RetryAfter  time.Duration
}

func (e *apiError) Error() string {
	return fmt.Sprintf("telegram answers %d%s", e.Code, reason(e.Description))
}

// noAnswer is a call without an answer of Telegram's, in our own words.
func noAnswer(what string) error { return &fetch.NoAnswer{Network: "telegram", What: what} }

// Do makes one call of the Bot API.
func (w wire) Do(r *http.Request) (*http.Response, error) {
	resp, err := w.raw(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fetch.Unanswered(r.Context(), "telegram", err)
	}
	if len(body) > maxAnswer {
		return nil, noAnswer("the answer is too long")
	}
	var answer struct {
		OK          bool   `json:"ok"`
		Code        int    `json:"error_code"`
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || !answer.OK {
		e := &apiError{Code: answer.Code, Description: answer.Description}
		if e.Code == 0 { // a proxy or a gateway between us and the Bot API
			e.Code = resp.StatusCode
		}
		if e.Code < 300 {
			return nil, noAnswer("the answer is no Bot API answer")
		}
		if e.Code == http.StatusTooManyRequests {
			e.RetryAfter = wait(answer.Parameters.RetryAfter, resp.Header.Get("Retry-After"))
		}
		return nil, e
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// raw sends a request and strips what fails of it.
func (w wire) raw(r *http.Request) (*http.Response, error) {
	client := http.Client{
		Transport:     plain.Transport,
		CheckRedirect: plain.CheckRedirect,
	}
	if w.client != nil {
		client.Transport = w.client.Transport
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, fetch.Unanswered(r.Context(), "telegram", err)
	}
	return resp, nil
}

// wait is how long a 429 wants us to wait, bounded to what can be meant.
func wait(seconds int, header string) time.Duration {
	if seconds <= 0 {
		seconds, _ = strconv.Atoi(header)
	}
	return min(max(time.Duration(seconds)*time.Second, time.Second), time.Hour)
}

// reasons are the descriptions that tell somebody what to mend. Only these are
// repeated, since others may quote what we sent.
var reasons = []string{
	"bot was blocked by the user", "user is deactivated", "bot can't initiate conversation",
	"bot was kicked", "chat not found", "message is not modified", "message to edit not found",
	"message can't be edited", "there is no text in the message to edit", "message identifier is not specified",
	"message is too long", "message text is empty", "message caption is too long",
	"BUTTON_DATA_INVALID", "REPLY_MARKUP_TOO_LONG", "can't parse entities",
	"IMAGE_PROCESS_FAILED", "PHOTO_INVALID_DIMENSIONS", "query is too old",
	"bad webhook", "terminated by other getUpdates", "can't use getUpdates method while webhook is active",
}

func reason(description string) string {
	for _, r := range reasons {
		if strings.Contains(strings.ToLower(description), strings.ToLower(r)) {
			return ": " + r
		}
	}
	return ""
}

// says tells whether an error is a refusal with one of these words.
func says(err error, words ...string) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	for _, w := range words {
		if strings.Contains(strings.ToLower(e.Description), strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// clean is an error that holds only our own words.
func clean(err error) error {
	var api *apiError
	var call *fetch.NoAnswer
	switch {
	case errors.As(err, &api):
		return api
	case errors.As(err, &call):
		return call
	}
	// The library's own complaint, made before anything was sent or after a
	// good answer was read.
	return noAnswer("the call failed")
}

// classify is what the outbox should do about an error.
func classify(err error) error {
	e := clean(err)
	var api *apiError
	if !errors.As(e, &api) {
		return e
	}
	switch {
	case api.Code == http.StatusTooManyRequests:
		return &channel.SendError{RetryAfter: api.RetryAfter, Err: e}
	case api.Code == http.StatusForbidden, says(e, "chat not found", "user not found", "PEER_ID_INVALID", "user is deactivated"):
		return &channel.SendError{Gone: true, Err: e}
	case api.Code == http.StatusUnauthorized, api.Code == http.StatusNotFound:
		return &channel.SendError{Config: true, Err: e}
	case api.Code/100 == 3:
		return &channel.SendError{Config: true, Err: e} // TELEGRAM_API_URL names another host
	case api.Code == http.StatusBadRequest, api.Code == http.StatusRequestEntityTooLarge:
		return &channel.SendError{Refused: true, Err: e}
	}
	return e
}
