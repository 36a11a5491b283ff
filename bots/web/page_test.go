package web

import (
	"bytes"
	"context"
	"errors"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"khaibao/core"
)

// shown is a bubble as it stands in the HTML of a page.
type shown struct {
	id, text, picture string
	mine, open        bool
	actions, labels   []string
}

var (
	anItem   = regexp.MustCompile(`(?s)<li id="m-([^"]*)" class="([^"]*)">(.*?)</li>`)
	aText    = regexp.MustCompile(`(?s)<p class="text"[^>]*>(.*?)</p>`)
	aTag     = regexp.MustCompile(`<[^>]*>`)
	aPicture = regexp.MustCompile(`<img src="([^"]*)"`)
	aButton  = regexp.MustCompile(`(?s)<button name="action" value="([^"]*)"[^>]*>(.*?)</button>`)
	anID     = regexp.MustCompile(`name="id" value="([^"]*)"`)
	anError  = regexp.MustCompile(`(?s)<p id="error"[^>]*>(.*?)</p>`)
	aBox     = regexp.MustCompile(`(<input id="text"[^>]*>)`)
	aLang    = regexp.MustCompile(`<html lang="(..)">`)
)

// first is what a pattern finds first, unescaped.
func first(re *regexp.Regexp, page string) string {
	if m := re.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func bubbles(page string) (all []shown) {
	for _, m := range anItem.FindAllStringSubmatch(page, -1) {
		b := shown{
			id: html.UnescapeString(m[1]), mine: strings.Contains(m[2], "mine"), open: strings.Contains(m[2], "open"),
			picture: first(aPicture, m[3]),
		}
		if text := aText.FindStringSubmatch(m[3]); text != nil {
			b.text = html.UnescapeString(aTag.ReplaceAllString(text[1], ""))
		}
		for _, x := range aButton.FindAllStringSubmatch(m[3], -1) {
			b.actions = append(b.actions, html.UnescapeString(x[1]))
			b.labels = append(b.labels, html.UnescapeString(x[2]))
		}
		all = append(all, b)
	}
	return all
}

// send puts something of ours into a mailbox and returns its ID.
func send(t *testing.T, c *Channel, m core.Outbound) string {
	t.Helper()
	m.ID = core.NewID()
	id, err := c.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	c, _ := newChannel(t, newMemory(), func(c *Config) { c.PublicURL = "https://khaibao.example.vn" })
	h := c.Routes(newClinic(c).take)
	posted := form(1, "text", "có")
	posted.AddCookie(&http.Cookie{Name: "__Host-kb", Value: secretOf(1)})
	for name, r := range map[string]*http.Request{
		"page": get(1, "/"), "notice": get(1, "/privacy"), "nothing": get(1, "/nothing"), "picture": get(1, "/chat/pictures/x"),
		"script": get(1, mustAsset("chat.js")), "posted": posted, "no cookie": form(1), "events": get(1, "/chat/events"),
	} {
		w := do(h, r)
		for header, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
			"Strict-Transport-Security": "max-age=31536000", "Content-Security-Policy": policy,
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if cache := w.Header().Get("Cache-Control"); cache != "no-store" && name != "script" {
			t.Errorf("%s: may be kept: %q", name, cache)
		}
		if body := w.Body.String(); strings.Contains(body, "<style") || strings.Contains(body, "style=") ||
			regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=`).MatchString(body) {
			t.Errorf("%s: inline code or style", name)
		}
	}
}

func mustAsset(file string) string {
	u, err := assetURL(file)
	if err != nil {
		panic(err)
	}
	return u
}

func TestCookie(t *testing.T) {
	for _, tt := range []struct {
		url, name string
		secure    bool
	}{{"https://khaibao.example.vn", "__Host-kb", true}, {"http://127.0.0.1:8080", "kb", false}} {
		c, _ := newChannel(t, newMemory(), func(c *Config) { c.PublicURL = tt.url })
		r := get(1, "/")
		r.Header.Del("Cookie")
		set := do(c.Routes(nil), r).Result().Cookies()
		if len(set) != 1 || set[0].Name != tt.name || set[0].Secure != tt.secure || !set[0].HttpOnly ||
			set[0].SameSite != http.SameSiteLaxMode || set[0].Path != "/" || set[0].Domain != "" || len(set[0].Value) != 43 {
			t.Fatalf("%s: cookies %+v", tt.url, set)
		}
		r.AddCookie(set[0])
		again := do(c.Routes(nil), r).Result().Cookies()
		if len(again) != 1 || again[0].Value != set[0].Value {
			t.Errorf("%s: a browser that is known got another cookie", tt.url)
		}
		if urn := urnOf(set[0].Value); len(urn.Path()) != 26 || strings.Contains(set[0].Value, urn.Path()) {
			t.Errorf("%s: the address is %s", tt.url, urn)
		}
	}
}

func TestPictureIsForItsBrowserAlone(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	h := c.Routes(nil)
	id := send(t, c, core.Outbound{URN: urnOf(secretOf(1)), Text: "Mã QR", Photo: square(120)})
	all := bubbles(do(h, get(1, "/")).Body.String())
	if len(all) != 1 || all[0].picture != "/chat/pictures/"+id {
		t.Fatalf("the page shows %+v", all)
	}
	w := do(h, get(1, all[0].picture))
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), square(120)) || w.Header().Get("Content-Type") != "image/png" ||
		w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, headers %v", w.Code, w.Header())
	}
	stranger, unknown := get(1, all[0].picture), do(h, get(1, "/chat/pictures/unknown"))
	stranger.Header.Del("Cookie")
	for name, r := range map[string]*http.Request{"another browser": get(2, all[0].picture), "no browser": stranger} {
		if w := do(h, r); w.Code != http.StatusNotFound || w.Body.String() != unknown.Body.String() {
			t.Errorf("%s: status %d, or another page than for an unknown picture", name, w.Code)
		}
	}
}

func TestTextsStayTexts(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	urn, evil := urnOf(secretOf(1)), `"><script>alert(1)</script>'&#39;`
	send(t, c, core.Outbound{URN: urn, Text: evil, Lang: `en"><b>`, Buttons: [][]core.Button{{{Label: evil, Action: evil}}}})
	page := do(c.Routes(nil), get(1, "/?lang="+`%22%3E%3Cscript%3E`)).Body.String()
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>") {
		t.Error("a text became markup")
	}
	if all := bubbles(page); len(all) != 1 || all[0].text != evil || !slices.Equal(all[0].labels, []string{evil}) || !slices.Equal(all[0].actions, []string{evil}) {
		t.Errorf("the page shows %+v", all)
	}
}

func TestOnlyOurOwnLinksAreLinks(t *testing.T) {
	const base = "http://khaibao.example.vn"
	tests := []struct{ text, want string }{
		{"Xem " + base + "/q/ABC.", "Xem [" + base + "/q/ABC]."},
		{base + "/q/A và " + base + "/privacy?v=1, hết", "[" + base + "/q/A] và [" + base + "/privacy?v=1], hết"},
		{base + ".evil.com/q/A", base + ".evil.com/q/A"},
		{base + "@evil.com/q/A", base + "@evil.com/q/A"},
		{base, base},
		{"http://evil.com " + base + "/", "http://evil.com [" + base + "/]"},
		{"không có gì", "không có gì"},
	}
	for _, tt := range tests {
		b := &bubble{mail: mail{Text: tt.text}, Page: &page{c: &Channel{Config: Config{PublicURL: base}}}}
		got := ""
		for _, p := range b.Pieces() {
			if p.Link != "" {
				got += "[" + p.Link + "]"
			}
			got += p.Text
		}
		if got != tt.want {
			t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
		}
		b.Mine = true
		if pieces := b.Pieces(); len(pieces) != 1 || pieces[0].Link != "" {
			t.Errorf("%q typed by the person became %+v", tt.text, pieces)
		}
	}
}

func TestPageSpeaksTheLanguageOfTheConversation(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	if lang := first(aLang, do(h, get(1, "/")).Body.String()); lang != "vi" {
		t.Errorf("a stranger's page is in %q, want Vietnamese first", lang)
	}
	page := do(h, get(1, "/?lang=en")).Body.String()
	if first(aLang, page) != "en" || !strings.Contains(page, "Press Start") {
		t.Error("no English page on request")
	}
	do(h, form(1, "start", "1", "lang", "en"))
	if took := k.all(); len(took) != 1 || took[0].Lang != "en" || took[0].Text != "DECLARE" {
		t.Errorf("taken as %+v", took)
	}
	send(t, c, core.Outbound{URN: urnOf(secretOf(1)), Text: "Your name?", Lang: "en"})
	if lang := first(aLang, do(h, get(1, "/")).Body.String()); lang != "en" {
		t.Errorf("after an English answer the page is in %q", lang)
	}
}

func TestKeyboardFitsTheAnswer(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	for i, tt := range []struct {
		input core.Input
		want  string
	}{
		{core.InputCode, `inputmode="numeric" autocomplete="one-time-code"`},
		{core.InputPhone, `inputmode="tel" autocomplete="tel"`},
		{core.InputNumber, `inputmode="numeric" autocomplete="off"`},
		{core.InputText, `autocomplete="off"`},
	} {
		urn := urnOf(secretOf(i))
		send(t, c, core.Outbound{URN: urn, Text: "?", Input: tt.input})
		send(t, c, core.Outbound{URN: urn, Text: "Nhắc: cuối tuần trạm nghỉ."}) // asks nothing
		box := aBox.FindString(do(c.Routes(nil), get(i, "/")).Body.String())
		if !strings.Contains(box, tt.want) || tt.input == core.InputText && strings.Contains(box, "inputmode") {
			t.Errorf("%s: %s", tt.input, box)
		}
	}
}

func TestPlainPages(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	h := c.Routes(nil)
	for path, want := range map[string]struct {
		code int
		text string
	}{
		"/privacy": {200, "Quyền của Anh/Chị"}, "/privacy?v=1&lang=en": {200, "Your rights"},
		"/privacy?v=2": {404, "Không có trang này"}, "/privacy?v=-1": {404, ""}, "/privacy?v=x": {404, ""},
		"/nothing": {404, "19001075"}, "/web/chat.js": {404, ""}, "/chat": {303, ""},
	} {
		if w := do(h, get(1, path)); w.Code != want.code || path != "/nothing" && !strings.Contains(w.Body.String(), want.text) {
			t.Errorf("%s: status %d\n%s", path, w.Code, w.Body)
		}
	}
}

func TestPrivacyNoticeInForce(t *testing.T) {
	tests := []struct {
		name   string
		notice func(context.Context) (int, error)
		path   string
		code   int
	}{
		{"the one in force", inForce(1, nil), "/privacy", 200},
		{"an older one", inForce(2, nil), "/privacy?v=1", 200},
		{"one that is not in force yet", inForce(1, nil), "/privacy?v=2", 404},
		{"which is in force is not known", inForce(0, errors.New("the database is away")), "/privacy", 503},
	}
	for _, tt := range tests {
		c, _ := newChannel(t, newMemory(), func(c *Config) { c.Notice = tt.notice })
		if w := do(c.Routes(nil), get(1, tt.path)); w.Code != tt.code {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.code)
		}
	}
}

func TestAssetsAreSmallAndKept(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	h := c.Routes(nil)
	total := do(h, get(1, "/")).Body.Len()
	for _, file := range []string{"chat.js", "chat.css", "icon.svg"} {
		w := do(h, get(1, mustAsset(file)))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, kept %q", file, w.Code, w.Header().Get("Cache-Control"))
		}
		total += w.Body.Len()
	}
	if total > 60<<10 {
		t.Errorf("the first page needs %d bytes, want at most 60 KB", total)
	}
	t.Logf("the first page needs %d bytes", total)
}

func TestStoreAwayShowsWhatToDo(t *testing.T) {
	mail := newMemory()
	c, _ := newChannel(t, mail, nil)
	mail.broken("", down)
	w := do(c.Routes(nil), get(1, "/"))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "19001075") {
		t.Errorf("status %d\n%s", w.Code, w.Body)
	}
	if w := do(c.Routes(nil), get(1, "/chat/pictures/x")); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a picture: status %d", w.Code)
	}
}

func TestNewRefusesABadSetUp(t *testing.T) {
	good, _ := newChannel(t, newMemory(), nil)
	for name, change := range map[string]func(*Config){
		"no mailbox": func(c *Config) { c.Mail = nil }, "no words": func(c *Config) { c.Words = nil },
		"no reader": func(c *Config) { c.ReadQR = nil }, "no URL": func(c *Config) { c.PublicURL = "" },
		"no host": func(c *Config) { c.PublicURL = "https:///x" }, "another scheme": func(c *Config) { c.PublicURL = "ftp://a.vn" },
		"no notice": func(c *Config) { c.Notice = nil },
	} {
		config := good.Config
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
