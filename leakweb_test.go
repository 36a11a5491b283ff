package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is a browser without scripts, on the chat page or the officers'.
type visitor struct {
	t      testing.TB
	site   string
	client *http.Client
	lang   string      // of the page
	last   string      // the page that is open
	header http.Header // and what came with it
}

func newVisitor(t testing.TB, site string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, site: site, client: &http.Client{Jar: jar}, lang: "vi"}
}

// get opens a page and returns its status.
func (v *visitor) get(path string) int {
	v.t.Helper()
	res, err := v.client.Get(v.site + path)
	return v.open(res, err)
}

// post sends a form and follows where it leads.
func (v *visitor) post(path string, fields ...string) int {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, err := v.client.PostForm(v.site+path, form)
	return v.open(res, err)
}

func (v *visitor) open(res *http.Response, err error) int {
	v.t.Helper()
	if err != nil {
		v.t.Fatalf("a page: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatalf("a page: %v", err)
	}
	v.last, v.header = string(body), res.Header
	return res.StatusCode
}

// say types a message into the chat, or with "[Label]" presses a button. The
// page comes back with the answer.
func (v *visitor) say(text string) {
	v.t.Helper()
	fields := []string{"text", text, "lang", v.lang}
	if label, ok := strings.CutPrefix(text, "["); ok {
		action, ref := v.button(strings.TrimSuffix(label, "]"))
		fields = []string{"action", action, "ref", ref, "lang", v.lang}
	}
	eventually(v.t, "an answer of the chat to "+text, func() bool {
		code := v.post("/chat", fields...)
		if code != http.StatusOK && code != http.StatusTooManyRequests { // nobody writes this fast
			v.t.Fatalf("the chat answered %d to %q", code, text)
		}
		return code == http.StatusOK
	})
}

var (
	buttonPattern = regexp.MustCompile(`name="action" value="([^"]*)"[^>]*>([^<]*)</button>`)
	refPattern    = regexp.MustCompile(`name="ref" value="([^"]*)"`)
)

// button finds the newest button with a label that can be pressed.
func (v *visitor) button(label string) (action, ref string) {
	v.t.Helper()
	all := buttonPattern.FindAllStringSubmatchIndex(v.last, -1)
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		if strings.TrimLeft(html.UnescapeString(v.last[m[4]:m[5]]), "✓✔☑☐✅⬜ ") != label || strings.Contains(v.last[m[0]:m[1]], " disabled") {
			continue
		}
		refs := refPattern.FindAllStringSubmatch(v.last[:m[0]], -1)
		return html.UnescapeString(v.last[m[2]:m[3]]), refs[len(refs)-1][1]
	}
	v.t.Fatalf("no button %q on the page:\n%s", label, v.words())
	return "", ""
}

var (
	listPattern = regexp.MustCompile(`(?s)<ol id="list">.*</ol>`)
	tagPattern  = regexp.MustCompile(`(?s)<[^>]*>`)
	gapPattern  = regexp.MustCompile(`\n\s*\n`)
)

// words are what the chat shows, a line for each bubble and button.
func (v *visitor) words() string {
	list := listPattern.FindString(v.last)
	return strings.TrimSpace(gapPattern.ReplaceAllString(html.UnescapeString(tagPattern.ReplaceAllString(list, "\n")), "\n"))
}

// cookies are the values that this browser holds.
func (v *visitor) cookies() (all []string) {
	u, err := url.Parse(v.site)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, path := range []string{"/", "/admin/"} {
		for _, c := range v.client.Jar.Cookies(u.JoinPath(path)) {
			all = append(all, c.Value)
		}
	}
	return all
}
