package sms

import (
	"encoding/binary"
	"errors"
	"net/http"
	"strings"
	"unicode/utf16"

	"khaibao/core"
	"khaibao/core/channel"
)

// statusRule is how a report of a general gateway is read.
type statusRule struct {
	id, status string            // where they stand
	words      map[string]string // the gateway's -> ours
}

// inRule is how an incoming text is read: where its parts stand.
type inRule struct{ from, text, id, charset string }

// pairs reads "name=value name=value".
func pairs(rule string, take func(name, value string) bool) bool {
	for _, pair := range strings.Fields(rule) {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" || value == "" || !take(name, value) {
			return false
		}
	}
	return true
}

func newStatusRule(rule string) (statusRule, error) {
	r := statusRule{words: make(map[string]string)}
	if rule == "" {
		return r, nil
	}
	ok := pairs(rule, func(name, value string) bool {
		switch name {
		case "id":
			r.id = value
		case "status":
			r.status = value
		default:
			r.words[name] = value
			return Rank(value) > 0
		}
		return true
	})
	if !ok || r.id == "" || r.status == "" || len(r.words) == 0 {
		return r, errors.New("want id=PLACE status=PLACE and its words, such as 1=delivered 2=undelivered; ours are " +
			"accepted, queued, sending, sent, delivered, undelivered and failed")
	}
	return r, nil
}

func newInRule(rule string) (inRule, error) {
	var r inRule
	if rule == "" {
		return r, nil
	}
	ok := pairs(rule, func(name, value string) bool {
		switch name {
		case "from":
			r.from = value
		case "text":
			r.text = value
		case "id":
			r.id = value
		case "charset":
			r.charset = value
		default:
			return false
		}
		return true
	})
	if !ok || r.from == "" || r.text == "" {
		return r, errors.New("want from=PLACE text=PLACE, id=PLACE where the gateway has one, charset=PLACE where texts are not always UTF-8")
	}
	return r, nil
}

// delivery reads what a gateway delivers to a path that goes on with the
// secret; false when it was refused.
func (h *HTTP) delivery(w http.ResponseWriter, r *http.Request, path string) (fields, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		h.c.refuse(w, "method", http.StatusMethodNotAllowed)
		return nil, false
	}
	if !knows(r, path, h.c.Secret) {
		h.c.refuse(w, "secret", http.StatusForbidden)
		return nil, false
	}
	body, ok := h.c.body(w, r)
	if !ok {
		return nil, false
	}
	f, ok := readFields(r, body)
	if !ok {
		h.c.refuse(w, "malformed", http.StatusBadRequest)
	}
	return f, ok
}

// Webhook implements Receiver, below HTTPHookPath. Its answer is empty: Kannel
// takes what stands there for the reply.
func (h *HTTP) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := h.delivery(w, r, HTTPHookPath)
		if !ok {
			return
		}
		m, why := h.inbound(f)
		switch {
		case why == "malformed":
			h.c.refuse(w, why, http.StatusBadRequest)
			return
		case why != "":
			h.c.Count(why)
		case !h.c.takes(r.Context(), w, "sms http", in, m):
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusOK)
	})
}

// inbound translates a text. why is a word for the counter when there is
// nothing to take.
func (h *HTTP) inbound(f fields) (m core.Inbound, why string) {
	if h.in.from == "" {
		return m, "malformed" // nothing says how it is to be read
	}
	from := f(h.in.from)
	id := core.NewID()
	if h.in.id != "" {
		id = networkID(f(h.in.id))
	}
	if id == "" || from == "" {
		return m, "malformed"
	}
	phone, ok := homePhone(from)
	if own, _ := homePhone(h.c.From); !ok || phone == own {
		return m, "sender" // a machine, or ourselves: an answer would talk for ever
	}
	text := f(h.in.text)
	if h.in.charset != "" {
		text = decoded(text, f(h.in.charset))
	}
	return core.Inbound{Channel: Name, ExternalID: id, URN: core.TelURN(phone), Text: clip(text)}, ""
}

// decoded is a text in UTF-8. Kannel hands over what telephones send with marks
// as they send it, in UTF-16.
func decoded(text, charset string) string {
	var order binary.ByteOrder
	switch strings.ToUpper(charset) {
	case "UTF-16BE", "UTF-16", "UCS-2", "UCS-2BE", "ISO-10646-UCS-2":
		order = binary.BigEndian
	case "UTF-16LE", "UCS-2LE":
		order = binary.LittleEndian
	default:
		return text
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16([]byte(text[2*i:]))
	}
	return string(utf16.Decode(units))
}

// StatusHook takes what the gateway reports of texts that we sent, below
// HTTPStatusPath.
func (h *HTTP) StatusHook() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := h.delivery(w, r, HTTPStatusPath)
		if !ok {
			return
		}
		rep := report{code: "as the gateway says"}
		if h.status.id != "" {
			rep.names, rep.status = []string{networkID(f(h.status.id))}, h.status.words[f(h.status.status)]
		}
		if rep.status == "" || rep.name() == "" {
			h.c.Count("status_unknown")
			w.WriteHeader(http.StatusOK) // said again, it would be no clearer
			return
		}
		h.c.reports(w, r, "sms http", rep)
	})
}
