package sms

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/subtle"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// How long eSMS may be kept waiting for an answer, and how long replies are
// held back for it: whatever became of the answer, it is sent then.
const (
	esmsPatience = 5 * time.Second
	esmsHold     = 8 * time.Second
)

// esmsFresh is how old a text may be, and how far ahead: days, since the
// documentation tells neither the zone of its time nor how long it tries again.
const esmsFresh = 72 * time.Hour

// Webhook implements Receiver, at ESMSHookPath. The answer is the reply: a
// short code has no other way back to the person.
func (e *ESMS) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			e.c.refuse(w, "method", http.StatusMethodNotAllowed)
			return
		}
		if _, ok := e.c.body(w, r); !ok { // there is nothing in it
			return
		}
		q, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil { // unreadable, it cannot have been signed
			e.c.refuse(w, "malformed", http.StatusBadRequest)
			return
		}
		if !esmsSigned(q, e.c.CPID, e.c.PrivateKey) {
			e.c.refuse(w, "signature", http.StatusForbidden)
			return
		}
		m, why := e.inbound(q, time.Now())
		switch why {
		case "":
		case "malformed", "stale":
			e.c.refuse(w, why, http.StatusBadRequest)
			return
		default: // a machine, which gets no answer
			e.c.Count(why)
			esmsSay(w, q, "")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), esmsPatience)
		defer cancel()
		if e.c.takes(ctx, w, "esms", in, m) {
			e.answer(ctx, w, q, m.ExternalID)
		}
	})
}

// esmsSigned tells whether a text is eSMS's own: sign is base64(MD5(cpid + smsid
// + content + receiverTime + private key)) of the values as they are meant. The
// sender is not signed, nor where one value ends and the next begins: whoever
// reads one such URL could make up others of the same sign, for as long as a
// text counts as fresh. That is eSMS's own scheme; the proxies' logs matter.
func esmsSigned(q url.Values, cpid, privateKey string) bool {
	if privateKey == "" {
		return false
	}
	sum := md5.Sum([]byte(q.Get("cpid") + q.Get("smsid") + q.Get("content") + esmsTime(q) + privateKey))
	want := base64.StdEncoding.EncodeToString(sum[:])
	// A + that was not escaped arrives as a blank.
	given := strings.ReplaceAll(q.Get("sign"), " ", "+")
	ok := subtle.ConstantTimeCompare([]byte(given), []byte(want))
	ok &= subtle.ConstantTimeCompare([]byte(q.Get("cpid")), []byte(cpid))
	return ok == 1
}

// esmsTime is when the text was received, by either of the names that the
// documentation has for it.
func esmsTime(q url.Values) string {
	if at := q.Get("receiverTime"); at != "" {
		return at
	}
	return q.Get("receiveTime")
}

var vietnam = time.FixedZone("ICT", 7*60*60)

// inbound translates a text. why is a word for the counter when there is
// nothing to take.
func (e *ESMS) inbound(q url.Values, now time.Time) (m core.Inbound, why string) {
	id := networkID(q.Get("smsid"))
	at, err := time.ParseInLocation("20060102150405", esmsTime(q), vietnam)
	if id == "" || err != nil {
		return m, "malformed"
	}
	if age := now.Sub(at); age > esmsFresh || age < -esmsFresh {
		return m, "stale"
	}
	phone, ok := homePhone(q.Get("sender"))
	if !ok {
		return m, "sender"
	}
	return core.Inbound{Channel: Name, ExternalID: id, URN: core.TelURN(phone), At: at,
		Text: clip(withoutKeyword(q.Get("content"), e.c.Keyword)), Waits: esmsHold}, ""
}

// withoutKeyword takes off the word that a shared short code tells its owners
// apart by. Alone, it stays: it is all that was said.
func withoutKeyword(content, keyword string) string {
	said := strings.TrimSpace(content)
	if keyword == "" || len(said) <= len(keyword) || !strings.EqualFold(said[:len(keyword)], keyword) {
		return content
	}
	rest := said[len(keyword):]
	if trimmed := strings.TrimLeft(rest, " \t\r\n"); trimmed != rest {
		return trimmed
	}
	return content // KBA is not KB
}

// answer says what there is to reply. What it cannot say is sent by the outbox.
func (e *ESMS) answer(ctx context.Context, w http.ResponseWriter, q url.Values, externalID string) {
	if e.c.Replies == nil {
		esmsSay(w, q, "")
		return
	}
	reply, err := e.c.Replies.ReplyTo(ctx, externalID)
	if err != nil {
		if !errors.Is(err, core.ErrNotFound) {
			e.c.Log.Error("find the reply to a text of esms", "external", externalID, "err", err)
		}
		esmsSay(w, q, "")
		return
	}
	// Whoever hung up reads no answer. One that is lost later counts as said:
	// nobody tells us.
	said := ctx.Err() == nil && esmsSay(w, q, reply.Text) == nil && ctx.Err() == nil
	done, cancel := context.WithTimeout(context.WithoutCancel(ctx), esmsPatience)
	defer cancel()
	if err := reply.Done(done, said); err != nil {
		e.c.Log.Error("keep that a text of esms was answered", "external", externalID, "said", said, "err", err)
	}
}

// clientResponse is the answer to a text; an empty message is no reply.
type clientResponse struct {
	XMLName  xml.Name `xml:"ClientResponse"`
	Message  string
	Smsid    string
	Receiver string
}

// esmsSay writes an answer out to the connection.
func esmsSay(w http.ResponseWriter, q url.Values, text string) error {
	var b bytes.Buffer
	if err := xml.NewEncoder(&b).Encode(clientResponse{Message: text, Smsid: q.Get("smsid"), Receiver: q.Get("sender")}); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
