package admin

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/locales"
)

//go:embed templates/*.html
var templateFiles embed.FS

func parsePages() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"asset": assetURL, "pair": pair, "choices": choices, "wanted": wanted}).ParseFS(templateFiles, "templates/*.html")
}

// view is what a template is given.
type view struct {
	*request
	Data any
}

// pair hands a template both the page and one item of it.
func pair(root *view, item any) any {
	return struct {
		Root *view
		Item any
	}{root, item}
}

// In gives words in a language whatever the page's own.
func (r *request) In(lang, key string) string { return r.s.Text(lang, key, nil) }

// Asked tells an empty answer, which is a no, from a question not asked or not
// shown.
func (r *request) Asked(list []string) bool { return list != nil }

// T gives words; args are placeholder, value, placeholder, value.
func (r *request) T(key string, args ...string) string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return r.s.Text(r.Lang, key, m)
}

// Has tells whether there are words for a key.
func (r *request) Has(key string) bool { return r.s.Text(r.Lang, key, nil) != key }

func (r *request) Hotline() string   { return r.s.Hotline }
func (r *request) PublicURL() string { return r.s.PublicURL }

// Host is the public address as people type it.
func (r *request) Host() string {
	_, host, _ := strings.Cut(r.s.PublicURL, "://")
	return host
}

// OtherLang is the language one may change to.
func (r *request) OtherLang() string {
	return locales.Next(r.Lang)
}

// OtherName is what that language calls itself.
func (r *request) OtherName() string { return locales.Own(r.OtherLang()) }

// Back is where a change of language leads: the page itself, where it can be
// asked for again.
func (r *request) Back() string {
	switch {
	case r.failed != 0: // the same words whatever was asked for
		return homePath
	case r.Method == http.MethodGet:
		return r.URL.RequestURI()
	}
	return r.URL.Path
}

// InArea tells whether a person lives in the officer's area, where all of their
// record may be opened.
func (r *request) InArea(p *store.Person) bool { return r.MayList() && p.Where == duty.InArea }

func (r *request) MayCheck() bool { return checks(r.Officer) }
func (r *request) MayList() bool  { return lists(r.Officer) }

// MayDo tells whether the officer may do something at all, for menus and buttons.
func (r *request) MayDo(a string) bool { return may(duty.Act(a))(r.Officer) }

// Here tells whether the page lies under a road, for the mark in the menu.
func (r *request) Here(path string) bool {
	return r.URL.Path == path || path != homePath && strings.HasPrefix(r.URL.Path, path)
}

// Area names an area with the one above it.
func (r *request) Area(code string) string {
	if code == "" {
		return r.T("admin.unknown")
	}
	return area.Label(code)
}

// Duty names a duty.
func (r *request) Duty(d duty.Duty) string { return r.T("admin.duty." + string(d)) }

// Channel names a channel.
func (r *request) Channel(name string) string { return r.orKey("admin.channel."+name, name) }

// Sex names a sex.
func (r *request) Sex(sex string) string { return r.orKey("admin.sex."+sex, "") }

// orKey gives the words for a key, or another text when there are none.
func (r *request) orKey(key, other string) string {
	if text := r.T(key); text != key {
		return text
	}
	return other
}

// Moment is a time as a page shows it: how long ago, exactly, and for machines,
// with the time of the page.
type Moment struct{ Since, Exact, ISO, Now string }

// Moment is a time seen from now.
func (r *request) Moment(t time.Time) Moment {
	local := t.In(core.Zone)
	return Moment{Since: r.since(t), Exact: local.Format("15:04 02/01/2006"), ISO: local.Format(time.RFC3339), Now: r.At.In(core.Zone).Format(time.RFC3339)}
}

func (r *request) since(t time.Time) string {
	ago := r.At.Sub(t)
	key := "admin.ago."
	if ago < 0 {
		ago, key = -ago, "admin.in."
	}
	switch n := int(ago / time.Minute); {
	case n < 1:
		return r.T("admin.now")
	case n < 60:
		return r.T(key+"minutes", "n", strconv.Itoa(n))
	case n < 24*60:
		return r.T(key+"hours", "n", strconv.Itoa(n/60))
	default:
		return r.T(key+"days", "n", strconv.Itoa(n/60/24))
	}
}

// langOf is the language a browser chose; Vietnamese until it chose.
func langOf(r *http.Request) string {
	if c, err := r.Cookie("officer_lang"); err == nil {
		return locales.Known(c.Value)
	}
	return locales.Langs[0]
}

func (s *Server) changeLanguage(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	lang := locales.Known(r.PostFormValue("lang"))
	c := http.Cookie{Name: "officer_lang", Value: lang, Path: "/", MaxAge: 365 * 24 * 60 * 60, Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	r.header.Add("Set-Cookie", c.String())
	back := r.PostFormValue("back")
	if strings.HasPrefix(back, signInPath) && !strings.ContainsAny(back, `\`) {
		return "", nil, redirect(back)
	}
	return "", nil, redirect(safeNext(back))
}

// parseForm reads a form without files. A form that cannot be read is the
// sender's mistake.
func parseForm(r *request) error {
	err := r.ParseForm()
	var large *http.MaxBytesError
	if err == nil || errors.As(err, &large) {
		return err
	}
	return refusal{http.StatusBadRequest, "admin.error.form"}
}
