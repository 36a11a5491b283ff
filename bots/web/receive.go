package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// patience is how long a page without JavaScript waits for the answer to what
// it posted, so that the answer is there when it comes back.
const patience = 3 * time.Second

// receive takes one message from a page.
//
// Mailbox first, then Inbox: the answer is put by whichever node is first, and
// must come to lie behind what it answers. When the Inbox fails, the page hides
// what was not taken; sent again it is the same item.
func (c *Channel) receive(w http.ResponseWriter, r *http.Request, in channel.Inbox) {
	urn, ok := c.browser(r)
	if !ok {
		// A message whose sender is not known again could never be answered.
		c.greet(w, r)
		p, _ := c.read(w, r)
		c.refuse(w, r, p, "", http.StatusForbidden, "web.error.cookie")
		return
	}
	cost := 1
	if large(r) {
		cost = pictureCost
	}
	if wait := c.rates.take(urn, network(r), cost, time.Now()); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds()+0.999)))
		p, _ := c.read(w, r)
		c.refuse(w, r, p, urn, http.StatusTooManyRequests, "web.error.fast")
		return
	}
	p, err := c.read(w, r)
	switch {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		c.refuse(w, r, p, urn, http.StatusServiceUnavailable, "web.error.busy")
		return
	case errors.Is(err, errTooBig):
		c.refuse(w, r, p, urn, http.StatusRequestEntityTooLarge, "web.error.big")
		return
	case err != nil:
		c.refuse(w, r, p, urn, http.StatusBadRequest, "web.error.form")
		return
	case p.empty():
		c.refuse(w, r, p, urn, http.StatusUnprocessableEntity, "web.error.empty")
		return
	}
	p.network = network(r)
	id, err := c.take(r.Context(), urn, p, in)
	if err != nil {
		c.Log.Warn("web chat: a message was not stored; the browser was told to send it again", "err", err)
		w.Header().Set("Retry-After", "5")
		p.item = id
		c.refuse(w, r, p, urn, http.StatusServiceUnavailable, "web.error.away")
		return
	}
	if byScript(r) {
		writeJSON(w, http.StatusOK, answer{Item: id})
		return
	}
	c.await(r.Context(), urn, id)
	http.Redirect(w, r, "/?lang="+p.lang, http.StatusSeeOther)
}

// take stores one message and returns the ID of its item.
func (c *Channel) take(ctx context.Context, urn core.URN, p post, in channel.Inbox) (id string, err error) {
	m, said, err := c.translate(ctx, urn, p)
	if err != nil {
		return "", err
	}
	if said.Text == "" && !said.Picture {
		return "", in(ctx, m) // the button is no longer shown: there are no words for it
	}
	it := Item{ID: m.ExternalID, Body: encode(said), Mine: true, At: time.Now()}
	if err := c.Mail.Put(ctx, urn, it); err != nil {
		return "", err
	}
	return it.ID, in(ctx, m)
}

// answer is what chat.js gets for what it posted.
type answer struct {
	Error string `json:"error,omitempty"` // why it was not taken, in words
	Item  string `json:"item,omitempty"`  // what the page shows of it
}

// translate makes a message of what was posted, and what the page shows of it.
func (c *Channel) translate(ctx context.Context, urn core.URN, p post) (core.Inbound, mail, error) {
	m := core.Inbound{
		Channel: "web", URN: urn, Text: p.text, Action: p.action, Ref: p.ref,
		Network: p.network, Lang: p.lang, At: time.Now(), ExternalID: externalID(urn, p),
	}
	said := mail{Text: p.text, Lang: p.lang}
	switch {
	case p.start:
		m.Text, m.Ref = c.Words(p.lang, "web.start.command", nil), ""
		said.Text = c.Words(p.lang, "web.start", nil)
	case p.action != "":
		items, err := c.Mail.Latest(ctx, urn, history)
		if err != nil {
			return m, said, err
		}
		b, label := button(fold(items), p.ref, p.action)
		said.Ref, said.Text = p.ref, label
		said.Toggle = b != nil && b.Multi
	case p.picture != nil:
		m.Ref, said.Picture = "", true
		text, err := c.ReadQR(ctx, p.picture)
		if ctx.Err() != nil {
			return m, said, ctx.Err()
		}
		if m.Photo = (&core.Photo{Text: text}); err != nil {
			m.Photo = &core.Photo{Failed: true}
		}
	default:
		m.Ref = ""
	}
	return m, said, nil
}

// externalID is the same when a page sends the same again, after a double tap
// or a lost answer, and differs for everything else. The page's own ID is
// random, never stored, and known to that browser alone, so that nothing can
// be guessed from this one.
func externalID(urn core.URN, p post) string {
	if p.id == "" {
		p.id = newToken()
	}
	picture := sha256.Sum256(p.picture)
	return short(string(urn), p.id, p.text, p.action, p.ref, strconv.FormatBool(p.start), string(picture[:]))
}

// await returns when something of ours lies behind an item, or after patience.
func (c *Channel) await(ctx context.Context, urn core.URN, id string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	said, err := c.Mail.Item(ctx, urn, id)
	if err != nil {
		return
	}
	wake, stop := c.Mail.Watch(urn)
	defer stop()
	look := time.NewTicker(patience / 10)
	defer look.Stop()
	for {
		items, err := c.Mail.After(ctx, urn, said.Seq, 10)
		if err != nil {
			return
		}
		for _, it := range items {
			if !it.Mine {
				return
			}
		}
		select {
		case <-wake:
		case <-look.C:
		case <-c.closed:
			return
		case <-ctx.Done():
			return
		}
	}
}

// errBusy says that too many pictures are being taken in at once.
var errBusy = errors.New("too many pictures at once")

// large tells whether a body may be more than a form of fields.
func large(r *http.Request) bool { return r.ContentLength > maxForm || r.ContentLength < 0 }

// read decodes a posted form; of large ones only so many at once.
func (c *Channel) read(w http.ResponseWriter, r *http.Request) (post, error) {
	if large(r) && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		wait := time.NewTimer(patience)
		defer wait.Stop()
		select {
		case c.uploads <- struct{}{}:
			defer func() { <-c.uploads }()
		case <-wait.C:
			return post{lang: "vi"}, errBusy
		}
		// A phone on a slow network needs longer than the server's own limit.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(2 * time.Minute))
	}
	return decode(w, r)
}

// leave forgets a browser, for those who share one. The network is told as of
// a person who left, so that nothing is sent where nobody reads.
func (c *Channel) leave(w http.ResponseWriter, r *http.Request, in channel.Inbox) {
	if urn, ok := c.browser(r); ok && c.rates.take(urn, network(r), 1, time.Now()) == 0 {
		m := core.Inbound{
			Channel: "web", URN: urn, Control: core.Blocked, At: time.Now(),
			ExternalID: short(string(urn), "leave", newToken()),
		}
		if err := in(r.Context(), m); err != nil {
			c.Log.Warn("web chat: that somebody left was not stored", "err", err)
			w.Header().Set("Retry-After", "5")
			c.showPlain(w, r, http.StatusServiceUnavailable, "web.away.title", "web.away.text")
			return
		}
	}
	http.SetCookie(w, c.cookie("", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// byScript tells whether chat.js asks, which wants words and no page.
func byScript(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the browser went away: there is no one to tell
}
