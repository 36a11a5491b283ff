package admin

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/flows"
)

// Every key that a page names has words in both languages, with the same
// placeholders; and no words are kept that no page says.
func TestEveryWordIsThere(t *testing.T) {
	bundle := words(t)
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := fs.Glob(os.DirFS("."), "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"(admin\.[a-z_.%]+)"`)
	used := map[string]bool{}
	prefixes := []string{"admin.duty.", "admin.channel.", "admin.sex.", "admin.answer.", "admin.task."}
	for _, name := range append(sources, pages...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(body), -1) {
			if m[1] == "admin.js" || m[1] == "admin.css" {
				continue // assets
			}
			if before, _, format := strings.Cut(m[1], "%"); format || strings.HasSuffix(m[1], ".") {
				prefixes = append(prefixes, before)
			} else {
				used[m[1]] = true
			}
		}
	}
	if len(used) < 100 {
		t.Fatalf("only %d keys are used", len(used))
	}
	for k := range used {
		for _, lang := range []string{"vi", "en"} {
			if !bundle.Has(lang, k) {
				t.Errorf("%s has no words for %s", lang, k)
			}
		}
	}
	placeholder := regexp.MustCompile(`\{\{\.\w+\}\}`)
	files := [2]string{}
	for i, lang := range []string{"vi", "en"} {
		for _, room := range []string{"admin", "doors", "figures"} {
			body, err := os.ReadFile("../locales/" + room + "." + lang + ".json")
			if err != nil {
				t.Fatal(err)
			}
			files[i] += string(body)
		}
	}
	line := regexp.MustCompile(`(?m)^  "(admin\.[^"]+)": (".*"),?$`)
	english := map[string]string{}
	for _, m := range line.FindAllStringSubmatch(files[1], -1) {
		english[m[1]] = m[2]
	}
	for _, m := range line.FindAllStringSubmatch(files[0], -1) {
		other, there := english[m[1]]
		if a, b := placeholder.FindAllString(m[2], -1), placeholder.FindAllString(other, -1); !there || len(a) != len(b) || strings.Join(a, "") != strings.Join(b, "") {
			t.Errorf("%s: %s in Vietnamese, %s in English", m[1], m[2], other)
		}
		delete(english, m[1])
		said := used[m[1]]
		for _, p := range prefixes {
			said = said || strings.HasPrefix(m[1], p)
		}
		if !said {
			t.Errorf("nothing says %s", m[1])
		}
	}
	for k := range english {
		t.Errorf("%s is in English only", k)
	}
	for _, d := range duty.All() {
		if !bundle.Has("vi", "admin.duty."+string(d)) {
			t.Errorf("the duty %s has no name", d)
		}
	}
}

// Whatever a form asks is classed by who may see it, and has a name.
func TestEveryAnswerIsClassed(t *testing.T) {
	r := &request{s: &Server{Options: Options{Text: words(t).Text}}, Lang: "vi"}
	for _, f := range flows.Forms() {
		for _, q := range f.Questions {
			if q.ID == "more" {
				continue // how to go on; not an answer that is kept
			}
			if !duty.Classed(q.ID) {
				t.Errorf("%s: nobody has said who may see the answer to %s", f.ID, q.ID)
			}
			if r.question(f.ID, q.ID) == q.ID {
				t.Errorf("%s: the answer to %s has no name on a page", f.ID, q.ID)
			}
			if note := r.TaskNote(store.OpenTask{Kind: "misunderstood", Note: f.ID + "." + q.ID}); note != r.question(f.ID, q.ID) {
				t.Errorf("%s: a task tells of %s as %q", f.ID, q.ID, note)
			}
		}
	}
}
