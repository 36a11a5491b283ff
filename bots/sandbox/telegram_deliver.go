package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// hook is the registered web-hook; the zero value is none.
type hook struct {
	url, secret string
	allowed     []string
	max         int // deliveries at a time
	active      int
	lastError   string
	lastErrorAt time.Time
}

// pending is an update that was not yet taken.
type pending struct {
	id    int64
	chat  int64
	kind  string
	body  []byte
	tries int
	since time.Time
}

// usual are the kinds that a bot gets without asking, of those we make.
var usual = []string{"message", "edited_message", "callback_query", "my_chat_member"}

const maxQueue = 10_000

// deliver queues an update; t.mu is held.
func (t *Telegram) deliver(chat int64, kind string, content any) int64 {
	t.lastID.update++
	id := t.lastID.update
	if !slices.Contains(t.wanted(), kind) {
		return id
	}
	body, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		panic(fmt.Sprintf("an update of our own making: %v", err))
	}
	if len(t.queue) >= maxQueue {
		t.queue = t.queue[1:]
		t.lost++
	}
	t.queue = append(t.queue, &pending{id: id, chat: chat, kind: kind, body: body, since: time.Now()})
	close(t.woken)
	t.woken = make(chan struct{})
	t.work(chat)
	return id
}

func (t *Telegram) wanted() []string {
	if len(t.hook.allowed) > 0 {
		return t.hook.allowed
	}
	return usual
}

// work starts the deliveries of one chat, unless somebody is at it; t.mu is
// held. Within a chat updates go in order, chats go side by side, as at
// Telegram.
func (t *Telegram) work(chat int64) {
	if t.life.Err() != nil || t.hook.url == "" || t.busy[chat] {
		return
	}
	t.busy[chat] = true
	t.working.Go(func() { t.workChat(chat) })
}

func (t *Telegram) workChat(chat int64) {
	pause := t.retry.First
	for {
		t.mu.Lock()
		next := t.next(chat)
		if next == nil || t.hook.url == "" {
			delete(t.busy, chat)
			t.mu.Unlock()
			return
		}
		h := t.hook
		full := h.active >= h.max
		if !full {
			t.hook.active++
			next.tries++
		}
		t.mu.Unlock()

		var err error
		if !full {
			err = t.post(h, next)
			t.mu.Lock()
			t.hook.active--
			t.mu.Unlock()
			if t.settle(next, err) {
				pause = t.retry.First
				continue
			}
		}
		select {
		case <-t.life.Done():
			return
		case <-time.After(pause):
		}
		if err != nil {
			pause = min(2*pause, t.retry.Longest)
		}
	}
}

// next is the oldest update of a chat; t.mu is held.
func (t *Telegram) next(chat int64) *pending {
	for _, p := range t.queue {
		if p.chat == chat {
			return p
		}
	}
	return nil
}

// settle takes a delivered update off the queue, or one that was tried too
// often; false when it must go again.
func (t *Telegram) settle(p *pending, err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	done := err == nil
	if err != nil {
		t.hook.lastError, t.hook.lastErrorAt = err.Error(), time.Now()
		if p.tries >= t.retry.Times || time.Since(p.since) >= t.retry.For {
			t.lost++
			done = true
		}
	}
	if done {
		t.queue = slices.DeleteFunc(t.queue, func(q *pending) bool { return q == p })
	}
	t.changed(p.chat)
	return done
}

// post delivers one update; the answer may hold a call to make.
func (t *Telegram) post(h hook, p *pending) error {
	r, err := http.NewRequestWithContext(t.life, http.MethodPost, h.url, bytes.NewReader(p.body))
	if err != nil {
		return fmt.Errorf("bad web-hook address")
	}
	r.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := t.hooks.Do(r)
	if err != nil {
		return fmt.Errorf("connection failed")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("the answer was cut off")
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("wrong response from the webhook: %s", resp.Status)
	}
	t.callBack(resp.Header.Get("Content-Type"), body)
	return nil
}

// callBack makes the call that the answer to a delivery holds.
func (t *Telegram) callBack(contentType string, body []byte) {
	kind, _, _ := mime.ParseMediaType(contentType)
	var values map[string]any
	if kind != "application/json" || json.Unmarshal(body, &values) != nil {
		return
	}
	method, ok := values["method"].(string)
	if !ok {
		return
	}
	delete(values, "method")
	if method == "getUpdates" {
		return // it would wait for a caller that is not there
	}
	// Nobody is told how it went, as at Telegram.
	_, _ = t.call(nil, method, values, nil)
}

var secretChars = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func (t *Telegram) setWebhook(c call) (any, *refusal) {
	to, err := url.Parse(c.text("url"))
	// Telegram wants https and ports 443, 80, 88 or 8443. The program under
	// trial listens beside the sandbox, without a certificate.
	if c.text("url") != "" && (err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http") {
		return nil, &refusal{Code: 400, Text: "Bad Request: bad webhook: invalid URL"}
	}
	if !secretChars.MatchString(c.text("secret_token")) {
		return nil, &refusal{Code: 400, Text: "Bad Request: secret token contains unallowed characters"}
	}
	h := hook{url: c.text("url"), secret: c.text("secret_token"), max: 40}
	if _, ok := c.fields["max_connections"]; ok {
		h.max = int(min(max(c.number("max_connections"), 1), 100))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	h.allowed, h.active = t.kinds(c), t.hook.active
	t.hook = h
	if c.flag("drop_pending_updates") {
		t.queue = nil
	}
	for _, p := range t.queue {
		t.work(p.chat)
	}
	return true, nil
}

// kinds are the kinds of updates a call asks for; those asked for before when
// it says nothing. t.mu is held.
func (t *Telegram) kinds(c call) []string {
	list, ok := c.fields["allowed_updates"].([]any)
	if !ok {
		return t.hook.allowed
	}
	var kinds []string
	for _, k := range list {
		if name, ok := k.(string); ok {
			kinds = append(kinds, name)
		}
	}
	return kinds
}

func (t *Telegram) deleteWebhook(c call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hook = hook{allowed: t.hook.allowed, active: t.hook.active}
	if c.flag("drop_pending_updates") {
		t.queue = nil
	}
	return true, nil
}

func (t *Telegram) getWebhookInfo(call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	info := map[string]any{"url": t.hook.url, "has_custom_certificate": false, "pending_update_count": len(t.queue)}
	if t.hook.url != "" {
		info["max_connections"] = t.hook.max
	}
	if len(t.hook.allowed) > 0 {
		info["allowed_updates"] = t.hook.allowed
	}
	if t.hook.lastError != "" {
		info["last_error_date"], info["last_error_message"] = t.hook.lastErrorAt.Unix(), t.hook.lastError
	}
	return info, nil
}

// getUpdates hands out the queue and forgets what lies before the offset.
func (t *Telegram) getUpdates(c call) (any, *refusal) {
	limit := int(c.number("limit"))
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	offset := c.number("offset")
	end := time.NewTimer(time.Duration(min(max(c.number("timeout"), 0), 50)) * time.Second)
	defer end.Stop()
	t.mu.Lock()
	t.polling++
	me := t.polling
	t.hook.allowed = t.kinds(c)
	close(t.woken) // an older call ends
	t.woken = make(chan struct{})
	t.mu.Unlock()
	for {
		t.mu.Lock()
		woken, mine, hooked := t.woken, t.polling == me, t.hook.url != ""
		t.queue = slices.DeleteFunc(t.queue, func(p *pending) bool { return p.id < offset })
		out := []json.RawMessage{}
		for _, p := range t.queue[:min(limit, len(t.queue))] {
			out = append(out, p.body)
		}
		t.mu.Unlock()
		switch {
		case hooked:
			return nil, &refusal{Code: 409, Text: "Conflict: can't use getUpdates method while webhook is active; " +
				"use deleteWebhook to delete the webhook first"}
		case !mine:
			return nil, &refusal{Code: 409, Text: "Conflict: terminated by other getUpdates request; " +
				"make sure that only one bot instance is running"}
		case len(out) > 0:
			return out, nil
		}
		select {
		case <-woken:
		case <-end.C:
			return out, nil
		case <-c.r.Context().Done():
			return out, nil
		case <-t.life.Done():
			return out, nil
		}
	}
}
