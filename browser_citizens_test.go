package main

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/looktest"
)

// Every page that a citizen sees, in both languages, from the first one to the
// QR and away again, with what is said when something went wrong: no rule of
// axe-core is broken, nothing is too wide, too small or too heavy, all of it is
// reached by Tab, and what it shows is seen without scripts, too.
func TestCitizenPagesAreForEverybody(t *testing.T) {
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	start(t, o.settings(map[string]string{"ADDR": addr}))
	w := &citizens{t: t, o: o}
	w.walk("vi", "0900000611", "+84900000611")
	w.walk("en", "0900000612", "+84900000612")
	if len(w.pages) < 15 {
		t.Errorf("only %d pages", len(w.pages))
	}
	began := time.Now()
	looktest.Pages(t, looktest.Browser(t), w, w.pages)
	t.Logf("%d pages in %s", len(w.pages), time.Since(began).Round(time.Millisecond))
}

// citizens are people on the web chat whose pages are kept to be looked at.
type citizens struct {
	t     *testing.T
	o     *outside
	all   []*visitor
	pages []looktest.Page
}

// walk declares in a language, as whoever has this phone.
func (w *citizens) walk(lang, phone, tel string) {
	w.t.Helper()
	v := newVisitor(w.t, w.o.door.url)
	v.lang = lang
	w.all = append(w.all, v)
	label := func(key string) string { return "[" + w.word(lang, key) + "]" }
	says := func(name, text string) {
		w.t.Helper()
		v.say(text)
		w.keep(v, name)
	}
	opens := func(name, path string, want int) {
		w.t.Helper()
		if got := v.get(path); got != want {
			w.t.Errorf("%s in %s answered %d, want %d", path, lang, got, want)
		}
		w.keep(v, name)
	}
	posts := func(name string, want int, path string, fields ...string) {
		w.t.Helper()
		if got := v.post(path, append(fields, "lang", lang)...); got != want {
			w.t.Errorf("%s in %s answered %d, want %d", name, lang, got, want)
		}
		w.keep(v, name)
	}

	posts("before a cookie", http.StatusForbidden, "/chat", "text", "a")
	opens("the first page", "/?lang="+lang, http.StatusOK)
	w.variant("the first page with its menu open", `<details class="more">`, `<details class="more" open>`)
	posts("the start", http.StatusOK, "/chat", "start", "1")
	posts("nothing typed", http.StatusUnprocessableEntity, "/chat", "text", "")
	v.say("12345")
	says("the code asked", phone)
	v.say(w.code(tel))
	v.say("Nguyễn Thị Hương Giang")
	v.say("01/02/1960")
	v.say("046160001234")
	v.say("tổ 3, phường Vỹ Dạ, TP Huế")
	v.say(label("resident.current.same"))
	v.say(label("resident.exposures.none"))
	says("a choice made", label("symptom.cough"))
	says("a question of yes and no", label("choice.done"))
	v.say(label("choice.no"))
	says("the review", label("resident.more.no"))
	says("the QR", label("review.send"))
	if !strings.Contains(v.last, "<img") {
		w.t.Fatalf("no QR on the last page:\n%s", v.words())
	}
	says("what can be done next", "?")
	opens("the privacy notice", "/privacy?lang="+lang, http.StatusOK)
	opens("no page", "/nothing?lang="+lang, http.StatusNotFound)
	if lang == "vi" { // pages behind a QR speak both, and are the same for each code
		opens("behind a QR", "/q/"+strings.Repeat("A", 26), http.StatusOK)
		opens("behind half a QR", "/q/AAAA", http.StatusNotFound)
	}
}

// again are the pages looked at in English, too: they are built as in Vietnamese,
// and hold the words that could be too long for their places.
var again = []string{"the first page", "a choice made", "the QR", "the privacy notice", "no page"}

// keep looks at the open page later.
func (w *citizens) keep(v *visitor, name string) {
	if v.lang != "vi" && !slices.Contains(again, name) {
		return
	}
	w.pages = append(w.pages, looktest.Page{Name: name + " in " + v.lang, Header: v.header, Body: v.last, Keys: v.lang == "vi"})
}

// variant keeps the last page once more, with something in it changed.
func (w *citizens) variant(name, old, now string) {
	w.t.Helper()
	last := w.pages[len(w.pages)-1]
	body := strings.Replace(last.Body, old, now, 1)
	if body == last.Body {
		w.t.Errorf("%s: there is no %s", name, old)
	}
	last.Name, last.Body = name, body
	w.pages = append(w.pages, last)
}

// word is what people read in a language.
func (w *citizens) word(lang, key string) string {
	w.t.Helper()
	bundle, err := words()
	if err != nil {
		w.t.Fatal(err)
	}
	return bundle.Text(lang, key, nil)
}

// code is the one that came to a phone by SMS.
func (w *citizens) code(tel string) (code string) {
	w.t.Helper()
	eventually(w.t, "a code", func() bool {
		for _, m := range w.o.twilio.Messages(tel) {
			if found := sixDigits.FindString(m.Body); found != "" && !m.Mine {
				code = found
			}
		}
		return code != ""
	})
	return code
}

// ServeHTTP gives the assets of the pages, and to each picture the browser that
// it was sent to. The stream of what comes is at its end.
func (w *citizens) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/chat/events" {
		out.WriteHeader(http.StatusNoContent)
		return
	}
	for _, v := range w.all {
		res, err := v.client.Get(v.site + (&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).String())
		if err != nil {
			w.t.Errorf("%s: %v", r.URL.Path, err)
			return
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			continue
		}
		out.Header().Set("Content-Type", res.Header.Get("Content-Type"))
		out.Write(body)
		return
	}
	http.NotFound(out, r)
}
