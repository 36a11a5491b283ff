package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/locales"
)

//go:embed templates/*.html
var templates embed.FS

// history is how many items a page shows at most.
const history = 120

func parsePages() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"asset": assetURL}).ParseFS(templates, "templates/*.html")
}

// page is what a template shows.
type page struct {
	c       *Channel
	Lang    string
	Bubbles []*bubble
	After   int64  // the Seq up to which Bubbles tell
	Live    bool   // the history could be read
	ID      string // of the next message
	Text    string // kept from a message that was not taken
	Error   string
	Input   core.Input // what the newest question wants

	Heading  string // of a page without chat
	Sections []section
}

// section is a part of a longer text.
type section struct {
	Heading string
	Texts   []string
}

// T gives words; args are placeholder, value, placeholder, value.
func (p *page) T(key string, args ...string) string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return p.c.Words(p.Lang, key, m)
}

func (p *page) Hotline() string { return p.c.Config.Hotline }

// Other is the language one may change to.
func (p *page) Other() string {
	return locales.Next(p.Lang)
}

// OtherName is what that language calls itself, and OtherCommand what to send
// for it.
func (p *page) OtherName() string    { return locales.Own(p.Other()) }
func (p *page) OtherCommand() string { return strings.ToUpper(locales.Words(p.Other())[0]) }

// Fresh tells whether nothing was said yet.
func (p *page) Fresh() bool { return p.Live && len(p.Bubbles) == 0 }

// load fills a page with what a browser's mailbox holds.
func (c *Channel) load(r *http.Request, urn core.URN) (*page, error) {
	p := &page{c: c, Lang: known(r.URL.Query().Get("lang")), ID: newToken()}
	items, err := c.Mail.Latest(r.Context(), urn, history)
	if err != nil {
		return p, err
	}
	p.Live, p.Bubbles = true, fold(items)
	for _, b := range p.Bubbles {
		b.Page = p
		if b.Lang != "" {
			p.Lang = known(b.Lang)
		}
		if !b.Mine && b.asks() {
			p.Input = b.Input
		}
	}
	if n := len(items); n > 0 {
		p.After = items[n-1].Seq
	}
	return p, nil
}

func (c *Channel) showChat(w http.ResponseWriter, r *http.Request) {
	p, err := c.load(r, c.greet(w, r))
	if err != nil {
		c.Log.Warn("web chat: a mailbox could not be read", "err", err)
		c.showPlain(w, r, http.StatusServiceUnavailable, "web.away.title", "web.away.text")
		return
	}
	c.render(w, http.StatusOK, "chat.html", p)
}

// refuse tells why a message was not taken and what to do, with the message
// still in its box.
func (c *Channel) refuse(w http.ResponseWriter, r *http.Request, sent post, urn core.URN, status int, key string) {
	lang := known(sent.lang)
	if byScript(r) {
		writeJSON(w, status, answer{c.Words(lang, key, map[string]string{"hotline": c.Config.Hotline}), sent.item})
		return
	}
	p := &page{c: c, ID: newToken()}
	if urn != "" {
		p, _ = c.load(r, urn) // without its history the page still has the box
		p.Bubbles = slices.DeleteFunc(p.Bubbles, func(b *bubble) bool { return b.ID == sent.item })
	}
	p.Lang, p.Text = lang, sent.text
	if sent.id != "" {
		p.ID = sent.id
	}
	p.Error = p.T(key, "hotline", p.Hotline())
	c.render(w, status, "chat.html", p)
}

// showPlain shows a heading and a text.
func (c *Channel) showPlain(w http.ResponseWriter, r *http.Request, status int, heading, text string) {
	p := &page{c: c, Lang: known(r.URL.Query().Get("lang"))}
	p.Heading = p.T(heading)
	p.Sections = []section{{Texts: []string{p.T(text, "hotline", p.Hotline())}}}
	c.render(w, status, "plain.html", p)
}

// showPrivacy shows the privacy notice in force, or with ?v= an older one:
// declarations name the version that was shown.
func (c *Channel) showPrivacy(w http.ResponseWriter, r *http.Request) {
	newest, err := c.Notice(r.Context())
	if err != nil {
		c.Log.Warn("web chat: no version of the privacy notice", "err", err)
		c.showPlain(w, r, http.StatusServiceUnavailable, "web.away.title", "web.away.text")
		return
	}
	version := newest
	if v := r.URL.Query().Get("v"); v != "" {
		version, _ = strconv.Atoi(v) // 0, which none is, when it is no number
	}
	if version < 1 || version > newest {
		c.showPlain(w, r, http.StatusNotFound, "web.missing.title", "web.missing.text")
		return
	}
	key := fmt.Sprintf("web.notice.%d.", version)
	p := &page{c: c, Lang: known(r.URL.Query().Get("lang"))}
	p.Heading = p.T(key + "title")
	for _, part := range strings.Split(p.T(key+"text", "hotline", p.Hotline()), "\n\n") {
		s := section{}
		for _, line := range strings.Split(part, "\n") {
			if heading, ok := strings.CutPrefix(line, "# "); ok {
				s.Heading = heading
			} else {
				s.Texts = append(s.Texts, line)
			}
		}
		p.Sections = append(p.Sections, s)
	}
	c.render(w, http.StatusOK, "plain.html", p)
}

// showPicture gives a picture to the browser it was sent to, and to no other.
func (c *Channel) showPicture(w http.ResponseWriter, r *http.Request) {
	urn, ok := c.browser(r)
	if !ok {
		c.showPlain(w, r, http.StatusNotFound, "web.missing.title", "web.missing.text")
		return
	}
	it, err := c.Mail.Item(r.Context(), urn, r.PathValue("id"))
	m, readable := it.open()
	switch {
	case err != nil && !errors.Is(err, core.ErrNotFound):
		c.Log.Warn("web chat: a picture could not be read", "err", err)
		c.showPlain(w, r, http.StatusServiceUnavailable, "web.away.title", "web.away.text")
	case err != nil || !readable || len(m.Photo) == 0 || it.Mine:
		c.showPlain(w, r, http.StatusNotFound, "web.missing.title", "web.missing.text")
	default:
		h := w.Header()
		h.Set("Content-Type", "image/png")
		h.Set("Content-Disposition", `inline; filename="khai-bao-qr.png"`)
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		w.Write(m.Photo)
	}
}

func (c *Channel) render(w http.ResponseWriter, status int, name string, p *page) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, p); err != nil {
		c.Log.Error("web chat: a page was not made", "page", name, "err", err)
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// piece is a stretch of a text, or a link in it.
type piece struct{ Text, Link string }

// Pieces cuts a text at the links to our own pages. Nothing else becomes a
// link: what people type must never look like ours.
func (b *bubble) Pieces() []piece {
	if b.Mine {
		return []piece{{Text: b.Text}}
	}
	var all []piece
	rest := b.Text
	for _, at := range links(b.Page.c.PublicURL, rest) {
		before := len(b.Text) - len(rest)
		all = append(all, piece{Text: rest[:at[0]-before]}, piece{Link: b.Text[at[0]:at[1]]})
		rest = b.Text[at[1]:]
	}
	return append(all, piece{Text: rest})
}

var linkTail = regexp.MustCompile(`^/[\w/?=&%#.~-]*`)

// links finds where links to base begin and end.
func links(base, text string) (all [][2]int) {
	for from := 0; ; {
		i := strings.Index(text[from:], base)
		if i < 0 {
			return all
		}
		start := from + i
		from = start + len(base)
		tail := strings.TrimRight(linkTail.FindString(text[from:]), ".?")
		if tail == "" { // khaibao.example.evil.com begins like us
			continue
		}
		from += len(tail)
		all = append(all, [2]int{start, from})
	}
}
