// Package web is the chat for those with a browser only: one page at "/".
//
// Unlike the other networks this one is ours, so there is no one to push to:
// Send puts a message into the mailbox of a browser, and whichever node holds
// a page of that browser open reads it from there. What the person said goes
// into the same mailbox, so that the page shows it again after a reload.
//
// A browser is known by a cookie that nobody else ever sees. Its URN is a hash
// of that cookie: who reads an address in the database or a log cannot make
// the cookie from it. The page works without JavaScript; with it, answers
// appear by themselves (events.go).
package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// Config is what the web chat needs from outside.
type Config struct {
	Mail Mailbox
	// Words gives the words of a locale key, "web.send", in "vi" or "en".
	Words func(lang, key string, args map[string]string) string
	// ReadQR gives the text of the QR code in a picture, "" when it holds none,
	// and an error when the bytes are no picture.
	ReadQR func(ctx context.Context, picture []byte) (string, error)
	// PublicURL is where people reach the program. When it is https the cookie
	// is Secure and browsers are told to stay with https.
	PublicURL string
	Hotline   string // as dialled
	// Notice is the version of the privacy notice in force, from 1.
	Notice func(ctx context.Context) (version int, err error)
	Limits Limits // the zero value stands for DefaultLimits
	Log    *slog.Logger
}

// Channel is the web chat. The zero value is of no use; see New.
type Channel struct {
	Config
	secure  bool
	pages   *template.Template
	rates   *rates
	streams *streams
	uploads chan struct{}
	closed  chan struct{}
	close   func()
}

// New makes the web chat, or tells what is wrong with its set-up.
func New(c Config) (*Channel, error) {
	if c.Mail == nil || c.Words == nil || c.ReadQR == nil || c.Notice == nil {
		return nil, errors.New("web chat: a mailbox, words, a reader of pictures and the version of the privacy notice are needed")
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("web chat: the public URL is not one of http or https")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	ch := &Channel{
		Config:  c,
		secure:  u.Scheme == "https",
		rates:   newRates(c.Limits),
		streams: newStreams(c.Limits),
		uploads: make(chan struct{}, c.Limits.Uploads),
		closed:  make(chan struct{}),
	}
	ch.close = sync.OnceFunc(func() { close(ch.closed) })
	ch.pages, err = parsePages()
	return ch, err
}

// Close ends every open stream; browsers come back by themselves. Give it to
// http.Server.RegisterOnShutdown, which does not wait for streams otherwise.
func (c *Channel) Close() { c.close() }

// Name is "web".
func (c *Channel) Name() string { return "web" }

// Features are those of a page: it can show whatever it likes.
func (c *Channel) Features() channel.Features {
	return channel.Features{MaxButtons: 40, MaxColumns: 2, Pictures: true, Edits: true}
}

// Send puts a message into the mailbox of its browser. m.ID makes it once,
// however often it is sent.
func (c *Channel) Send(ctx context.Context, m core.Outbound) (string, error) {
	if m.URN.Scheme() != "web" || m.URN.Path() == "" {
		return "", &channel.SendError{Gone: true, Err: errors.New("not an address of the web chat")}
	}
	if m.ID == "" {
		m.ID = core.NewID()
	}
	id := m.ID
	if m.Edit != "" {
		switch old, err := c.Mail.Item(ctx, m.URN, m.Edit); {
		case err == nil && !old.Mine:
			id = m.Edit
		case err == nil, errors.Is(err, core.ErrNotFound):
			m.Edit = "" // it was purged, or never ours: say it anew
		default:
			return "", fmt.Errorf("look up mail: %w", err)
		}
	}
	it := Item{ID: m.ID, Body: encodeOurs(m), At: time.Now()}
	if err := c.Mail.Put(ctx, m.URN, it); err != nil {
		return "", fmt.Errorf("put mail: %w", err)
	}
	return id, nil
}

// Webhook is the page itself: see Routes.
func (c *Channel) Webhook(in channel.Inbox) http.Handler { return c.Routes(in) }

// Routes serves the chat page, what it posts, its live events and pictures,
// the privacy notice, and the assets of them all. The client's own address is
// expected in RemoteAddr, also behind a proxy.
func (c *Channel) Routes(in channel.Inbox) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.showChat)
	mux.HandleFunc("POST /chat", func(w http.ResponseWriter, r *http.Request) { c.receive(w, r, in) })
	mux.HandleFunc("POST /chat/leave", func(w http.ResponseWriter, r *http.Request) { c.leave(w, r, in) })
	mux.HandleFunc("GET /chat", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /chat/events", c.events)
	mux.HandleFunc("GET /chat/pictures/{id}", c.showPicture)
	mux.HandleFunc("GET /privacy", c.showPrivacy)
	mux.HandleFunc("GET /web/{asset}", showAsset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.showPlain(w, r, http.StatusNotFound, "web.missing.title", "web.missing.text")
	})

	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(c.PublicURL); err != nil {
		c.Log.Warn("web chat: the public URL is no origin, so only its own host may post", "err", err)
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.showPlain(w, r, http.StatusForbidden, "web.cross.title", "web.cross.text")
	}))
	return c.headers(cross.Handler(mux))
}

// policy allows nothing but our own files; there is no inline code or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers guards every answer. The referrer policy is same-origin, which tells
// others as little as no-referrer does: under no-referrer a posted form says
// "Origin: null", and browsers that send no Sec-Fetch-Site (Safari before 16.4,
// and all of them over plain http) would be refused as cross-origin.
func (c *Channel) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), otp-credentials=(self)")
		h.Set("Cache-Control", "no-store")
		if c.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
