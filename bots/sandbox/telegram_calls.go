package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// A call is one method call whose fields passed the specification.
type call struct {
	r       *http.Request // nil for a call made in the answer to a delivery
	fields  map[string]any
	uploads map[string][]byte // file by its field's name
}

func (c call) text(name string) string {
	s, _ := c.fields[name].(string)
	return s
}

func (c call) number(name string) int64 {
	n, _ := c.fields[name].(int64)
	return n
}

func (c call) flag(name string) bool {
	b, _ := c.fields[name].(bool)
	return b
}

// methods are those that the imitation plays. Others of the specification are
// answered as not imitated, which is no fault of the program.
func (t *Telegram) plays() map[string]func(call) (any, *refusal) {
	return map[string]func(call) (any, *refusal){
		"getMe":                  t.getMe,
		"getUpdates":             t.getUpdates,
		"setWebhook":             t.setWebhook,
		"deleteWebhook":          t.deleteWebhook,
		"getWebhookInfo":         t.getWebhookInfo,
		"setMyCommands":          t.setMyCommands,
		"getFile":                t.getFile,
		"sendMessage":            t.sendMessage,
		"sendPhoto":              t.sendPhoto,
		"sendMediaGroup":         t.sendMediaGroup,
		"sendChatAction":         t.sendChatAction,
		"editMessageText":        t.editMessageText,
		"editMessageCaption":     t.editMessageCaption,
		"editMessageReplyMarkup": t.editMessageReplyMarkup,
		"deleteMessage":          t.deleteMessage,
		"answerCallbackQuery":    t.answerCallbackQuery,
	}
}

// call checks one call against the specification and plays it.
func (t *Telegram) call(r *http.Request, method string, values map[string]any, uploads map[string][]byte) (any, *refusal) {
	given := maps.Clone(values)
	for name := range uploads {
		// A file stands in the field of its name, or is attached to another.
		if t.spec.has(method, name) {
			given[name] = "attach://" + name
		} else if !attached(values, name) {
			return nil, t.note(method, badCall("%s: file %q is attached to nothing", method, name))
		}
	}
	fields, refused := t.spec.check(method, given)
	if refused != nil {
		return nil, t.note(method, refused)
	}
	play, ok := t.plays()[method]
	if !ok {
		return nil, t.note(method, &refusal{Code: 501, Text: "Not Implemented: the sandbox does not imitate " + method})
	}
	if n := messagesOf(method, fields); n > 0 && !t.meter.take(time.Now(), strconv.FormatInt(call{fields: fields}.number("chat_id"), 10), n) {
		return nil, t.note(method, &refusal{Code: 429, Text: "Too Many Requests: retry after 1", RetryAfter: 1})
	}
	result, refused := play(call{r: r, fields: fields, uploads: uploads})
	return result, t.note(method, refused)
}

// messagesOf is how many messages a call sends; each photo of an album is one.
func messagesOf(method string, fields map[string]any) int {
	switch method {
	case "sendMessage", "sendPhoto":
		return 1
	case "sendMediaGroup":
		media, _ := fields["media"].([]any)
		return len(media)
	}
	return 0
}

func attached(values map[string]any, name string) bool {
	text, err := json.Marshal(values)
	// Where the field is JSON inside a form, its quotes are escaped.
	return err == nil && (bytes.Contains(text, []byte("attach://"+name+`"`)) || bytes.Contains(text, []byte("attach://"+name+`\"`)))
}

func (s spec) has(method, name string) bool {
	return slices.ContainsFunc(s.Methods[method].Fields, func(f field) bool { return f.Name == name })
}

// note counts a call and keeps what is wrong with it.
func (t *Telegram) note(method string, refused *refusal) *refusal {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.spec.Methods[method]; known {
		t.calls[method]++
	}
	if refused != nil && refused.Fault && len(t.faults) < 1000 {
		t.faults = append(t.faults, refused.Text)
	}
	return refused
}

// to finds the chat that a call speaks to; t.mu is held.
func (t *Telegram) to(c call) (*chat, *refusal) {
	id, ok := c.fields["chat_id"].(int64)
	if !ok {
		// "@channel", which the imitation has none of
		return nil, &refusal{Code: 400, Text: "Bad Request: chat not found"}
	}
	ch, ok := t.chats[id]
	switch {
	case !ok || !ch.wrote: // a bot cannot write first
		return nil, &refusal{Code: 400, Text: "Bad Request: chat not found"}
	case ch.blocked:
		return nil, &refusal{Code: 403, Text: "Forbidden: bot was blocked by the user"}
	}
	return ch, nil
}

func (t *Telegram) getMe(call) (any, *refusal) {
	id, _ := strconv.ParseInt(t.token[:max(0, indexByte(t.token, ':'))], 10, 64)
	return map[string]any{
		"id": id, "is_bot": true, "first_name": "Khai Báo", "username": "KhaiBaoSandboxBot",
		"can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
	}, nil
}

func indexByte(s string, b byte) int { return slices.Index([]byte(s), b) }

func (t *Telegram) setMyCommands(c call) (any, *refusal) {
	commands, _ := c.fields["commands"].([]any)
	if len(commands) > 100 {
		return nil, &refusal{Code: 400, Text: "Bad Request: BOT_COMMANDS_TOO_MUCH"}
	}
	var menu []MenuEntry
	for _, e := range commands {
		entry, _ := e.(map[string]any)
		name, _ := entry["command"].(string)
		description, _ := entry["description"].(string)
		for _, r := range name {
			if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_') {
				return nil, &refusal{Code: 400, Text: "Bad Request: BOT_COMMAND_INVALID"}
			}
		}
		menu = append(menu, MenuEntry{name, description})
	}
	t.mu.Lock()
	t.menus[c.text("language_code")] = menu
	t.mu.Unlock()
	t.tellAll()
	return true, nil
}

func (t *Telegram) answerCallbackQuery(c call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := c.text("callback_query_id")
	chatID, ok := t.queries[id]
	if !ok {
		return nil, &refusal{Code: 400, Text: "Bad Request: query is too old and response timeout expired or query ID is invalid"}
	}
	delete(t.queries, id)
	if ch := t.chats[chatID]; ch != nil {
		delete(ch.waiting, id)
		ch.toast = c.text("text")
	}
	t.changed(chatID)
	return true, nil
}

func (t *Telegram) sendChatAction(c call) (any, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, refused := t.to(c); refused != nil {
		return nil, refused
	}
	return true, nil
}
