package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"khaibao/bots/bottest"
	"khaibao/core"
	"khaibao/core/channel"
)

func TestConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network {
		mail := newMemory()
		c, _ := newChannel(t, mail, nil)
		return &pages{c: c, mail: mail}
	})
}

// pages are the browsers of invented people.
type pages struct {
	c    *Channel
	mail *memory
}

func (p *pages) Channel() channel.Channel { return p.c }
func (p *pages) Person(n int) core.URN    { return urnOf(secretOf(n)) }

// who is the number of a person.
func (p *pages) who(urn core.URN) int {
	for n := range 100 {
		if p.Person(n) == urn {
			return n
		}
	}
	panic("nobody has " + string(urn))
}

func (p *pages) Text(id int, from core.URN, text string) *http.Request {
	r := form(p.who(from), "id", fmt.Sprint("message", id), "text", text)
	r.Header.Set("Accept", "application/json")
	return r
}

func (p *pages) Press(id int, from core.URN, action, ref string) *http.Request {
	r := form(p.who(from), "id", fmt.Sprint("message", id), "action", action, "ref", ref)
	r.Header.Set("Accept", "application/json")
	return r
}

func (p *pages) Forged() map[string]*http.Request {
	site := form(1, "text", "có")
	site.Header.Set("Sec-Fetch-Site", "cross-site")
	old := form(1, "text", "có")
	old.Header.Del("Sec-Fetch-Site")
	old.Header.Set("Origin", "https://evil.example")
	none := form(1, "text", "có")
	none.Header.Del("Cookie")
	guess := form(1, "text", "có")
	guess.Header.Set("Cookie", "kb="+p.Person(1).Path())
	long := form(1, "text", "có")
	long.Header.Set("Cookie", "kb="+strings.Repeat("A", 44))
	return map[string]*http.Request{
		"posted by another site":                 site,
		"posted by another site, an old browser": old,
		"no cookie":                              none,
		"the address as cookie":                  guess,
		"a cookie that is too long":              long,
	}
}

func (p *pages) Garbage() map[string]*http.Request {
	all := map[string]*http.Request{
		"nothing":        form(1),
		"blanks":         form(1, "text", " \n"),
		"a long action":  form(1, "action", strings.Repeat("a", 65)),
		"a NUL in an ID": form(1, "action", "yes", "ref", "a\x00b"),
	}
	for name, kind := range map[string]string{
		"JSON": "application/json", "no boundary": "multipart/form-data", "no kind": "", "bad kind": ";;",
		"broken parts": "multipart/form-data; boundary=x",
	} {
		r := form(1, "text", "có")
		r.Header.Set("Content-Type", kind)
		all[name] = r
	}
	return all
}

// Seen reads the page as it is without JavaScript.
func (p *pages) Seen(by core.URN) []bottest.Seen {
	w := do(p.c.Routes(nil), get(p.who(by), "/"))
	if w.Code != http.StatusOK {
		panic(fmt.Sprint("the page has status ", w.Code))
	}
	var seen []bottest.Seen
	for _, b := range bubbles(w.Body.String()) {
		if !b.mine {
			seen = append(seen, bottest.Seen{ID: b.id, Text: b.text, Picture: b.picture != "", Buttons: b.actions})
		}
	}
	return seen
}

func (p *pages) Fail(how bottest.Failure, to core.URN) bool {
	switch how {
	case bottest.Broken, bottest.Cut:
		p.mail.broken(to, down)
	case bottest.Slow:
		p.mail.broken(to, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
	default:
		return false
	}
	return true
}

func (p *pages) Secrets() []string { return []string{secretOf(1)} }
