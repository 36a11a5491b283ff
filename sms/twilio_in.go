package sms

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"khaibao/core"
	"khaibao/core/channel"
)

// maxHook bounds the body of a web-hook. The longest SMS, ten parts of
// Vietnamese escaped to three bytes a letter and more, is far below it.
const maxHook = 64 << 10

// Webhook implements Receiver, at HookPath. Twilio does not send again what is
// answered with 503; Missed finds it.
func (t *Twilio) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, code := t.signedForm(w, r, HookPath)
		if code != 0 {
			http.Error(w, http.StatusText(code), code)
			return
		}
		if m, why := t.inbound(form); why != "" {
			t.c.Count(why)
		} else if err := in(r.Context(), m); err != nil {
			t.c.Count("not_stored")
			if !errors.Is(err, channel.ErrUnavailable) { // which is told once, not for each message
				t.c.Log.Error("take a message of twilio", "sid", m.ExternalID, "err", err)
			}
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		// Replies go through the outbox, so there is nothing to say here.
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Response/>`)
	})
}

// signedForm reads a web-hook's form and checks that it is Twilio's. Where it
// is not, code is the status to answer with.
func (t *Twilio) signedForm(w http.ResponseWriter, r *http.Request, path string) (form url.Values, code int) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed
	}
	signature := r.Header.Get("X-Twilio-Signature")
	if signature == "" {
		t.c.Count("signature")
		return nil, http.StatusUnauthorized
	}
	if r.ContentLength > maxHook {
		t.c.Count("too_large")
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			t.c.Count("too_large")
			return nil, http.StatusRequestEntityTooLarge
		}
		t.c.Count("malformed")
		return nil, http.StatusBadRequest
	}
	// The URL that Twilio signed is the one it was given. The request's own
	// Host and scheme are those behind a proxy, or whatever a forger likes.
	public := t.c.PublicURL + path
	if r.URL.RawQuery != "" {
		public += "?" + r.URL.RawQuery
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		if !ValidSignature(t.c.AuthToken, public, nil, body, signature) {
			t.c.Count("signature")
			return nil, http.StatusUnauthorized
		}
		t.c.Count("malformed")
		return nil, http.StatusUnsupportedMediaType
	}
	form, err = url.ParseQuery(string(body))
	if err != nil { // unreadable, it cannot have been signed
		t.c.Count("malformed")
		return nil, http.StatusBadRequest
	}
	if !ValidSignature(t.c.AuthToken, public, form, nil, signature) {
		t.c.Count("signature")
		return nil, http.StatusUnauthorized
	}
	if sid := form.Get("AccountSid"); sid != "" && sid != t.c.AccountSID {
		t.c.Count("signature")
		return nil, http.StatusUnauthorized
	}
	return form, 0
}

// inbound translates a delivered message. why is a word for the counter when
// there is nothing to take.
func (t *Twilio) inbound(form url.Values) (m core.Inbound, why string) {
	sid := form.Get("MessageSid")
	if sid == "" {
		sid = form.Get("SmsSid") // what older numbers are set up to send
	}
	m, why = t.message(sid, form.Get("From"), form.Get("Body"))
	if status := form.Get("SmsStatus"); why == "" && status != "" && status != "received" && status != "receiving" {
		// A status call-back that was set up for the wrong path. Its sender is
		// ourselves, and answering would talk to ourselves for ever.
		return core.Inbound{}, "not_received"
	}
	switch strings.ToUpper(form.Get("OptOutType")) {
	case "STOP":
		m.Control = core.Stop
	case "START":
		m.Control = core.Resume
	}
	return m, why
}

// message is an incoming text, however Twilio told of it. Pictures of an MMS
// are left where they are: nothing we ask is answered by one over SMS.
func (t *Twilio) message(sid, from, body string) (m core.Inbound, why string) {
	if sid == "" || len(sid) > 64 {
		return core.Inbound{}, "malformed"
	}
	phone, ok := phoneOf(from)
	if !ok || phone == t.c.From {
		return core.Inbound{}, "sender"
	}
	return core.Inbound{
		Channel:    Name,
		ExternalID: sid,
		URN:        core.TelURN(phone),
		Text:       clip(body),
	}, ""
}

// phoneOf is the canonical E.164 of a number as Twilio writes it. Short codes,
// sender names and other networks' addresses (whatsapp:+84…) are no phones: a
// person holds none of them, and most are machines that answer each other.
func phoneOf(from string) (string, bool) {
	if !strings.HasPrefix(from, "+") || len(from) > 20 {
		return "", false
	}
	number, err := phonenumbers.Parse(from, "")
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return "", false
	}
	canonical := phonenumbers.Format(number, phonenumbers.E164)
	return canonical, e164.MatchString(canonical)
}

// clip bounds a text and takes out what no database can keep.
func clip(body string) string {
	body = strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\x00", "")
	n := 0
	for i := range body {
		if n == core.MaxText {
			return body[:i]
		}
		n++
	}
	return body
}
