package web

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// words reads the locale files of this package as they are, so that a page of
// a test shows what people will read.
func words(t testing.TB) func(lang, key string, args map[string]string) string {
	t.Helper()
	texts := map[string]map[string]string{}
	for _, lang := range []string{"vi", "en"} {
		raw, err := os.ReadFile("../../locales/web." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatalf("web.%s.json: %v", lang, err)
		}
		texts[lang] = all
	}
	return func(lang, key string, args map[string]string) string {
		text, ok := texts[lang][key]
		if !ok {
			t.Errorf("no words for %s in %s", key, lang)
		}
		for name, value := range args {
			text = strings.ReplaceAll(text, "{{."+name+"}}", value)
		}
		if strings.Contains(text, "{{") {
			t.Errorf("a placeholder of %s is not filled", key)
		}
		return text
	}
}

func TestWordsAreTheSameInBothLanguages(t *testing.T) {
	read := func(lang string) map[string]string {
		raw, err := os.ReadFile("../../locales/web." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	vi, en := read("vi"), read("en")
	if a, b := slices.Sorted(maps.Keys(vi)), slices.Sorted(maps.Keys(en)); !slices.Equal(a, b) {
		t.Errorf("vi has %v\nen has %v", a, b)
	}
	used := map[string]bool{}
	key := regexp.MustCompile(`"(web\.[a-z0-9.]*[a-z0-9])"`)
	for _, dir := range []string{".", "templates"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			raw, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllStringSubmatch(string(raw), -1) {
				used[m[1]] = true
				if _, ok := vi[m[1]]; !ok {
					t.Errorf("%s wants %s, which has no words", f.Name(), m[1])
				}
			}
		}
	}
	placeholder := regexp.MustCompile(`\{\{\.\w+\}\}`)
	for k := range vi {
		if !used[k] && !strings.HasPrefix(k, "web.notice.") {
			t.Errorf("nothing says %s", k)
		}
		if a, b := placeholder.FindAllString(vi[k], -1), placeholder.FindAllString(en[k], -1); !slices.Equal(a, b) {
			t.Errorf("%s has placeholders %v and %v", k, a, b)
		}
	}
}
