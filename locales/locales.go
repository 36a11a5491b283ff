// Package locales holds every word a person reads, in Vietnamese and English:
// vi.json and en.json for conversations, and files of the rooms that have pages
// of their own, web.vi.json and so on. One key stands in one file only.
//
// A key ending in ".sms" is the short wording for networks with plain text;
// vi.json has full marks all the same, they are taken off when it is sent.
// Texts are go-i18n messages with {{.placeholders}}. A text may not do more
// than name placeholders: what is said depends on the form, not on the words.
package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// Langs are the languages, the default first: each has a file of its own for
// conversations, such as en.json. A room's pages in a language that has no file
// for them are in the default one.
var Langs = langsOf(files)

// langsOf lists the languages that have a file for conversations.
func langsOf(files fs.FS) []string {
	names, _ := fs.Glob(files, "??.json") // the pattern is well formed
	langs := []string{"vi", "en"}         // these two there always are
	for _, name := range names {
		if lang := strings.TrimSuffix(name, ".json"); !slices.Contains(langs, lang) {
			langs = append(langs, lang)
		}
	}
	return langs
}

// Known is a language that there are words in: the one asked for or the default.
func Known(lang string) string {
	if slices.Contains(Langs, lang) {
		return lang
	}
	return Langs[0]
}

// Next is the language after one, for a page that offers to change it.
func Next(lang string) string {
	at := slices.Index(Langs, Known(lang))
	return Langs[(at+1)%len(Langs)]
}

// Own is what a language calls itself.
func Own(lang string) string { return embedded().Text(lang, "lang.own", nil) }

// Words are the messages by which people ask for a language, in small letters
// and without marks.
func Words(lang string) []string {
	words := strings.Split(embedded().Text(lang, "lang.words", nil), ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// embedded is the bundle of the embedded files; a fault in them is New's to tell.
var embedded = sync.OnceValue(func() *Bundle {
	b, err := New()
	if err != nil {
		return &Bundle{}
	}
	return b
})

// Bundle is all texts. It is safe for concurrent use.
type Bundle struct {
	texts map[string]map[string]message // language -> key -> text
}

// message is a text cut at its placeholders: literal, name, literal, …
type message []string

// New loads the embedded texts.
func New() (*Bundle, error) { return load(files, Langs) }

func load(files fs.FS, langs []string) (*Bundle, error) {
	b := i18n.NewBundle(language.Vietnamese)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	out := &Bundle{texts: make(map[string]map[string]message, len(langs))}
	for _, lang := range langs {
		out.texts[lang] = map[string]message{}
		names, err := fs.Glob(files, "*"+lang+".json")
		if err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
		for _, name := range names {
			file, err := b.LoadMessageFileFS(files, name)
			if err != nil {
				return nil, fmt.Errorf("locale %s: %w", name, err)
			}
			if err := out.add(lang, file.Messages); err != nil {
				return nil, fmt.Errorf("locale %s: %w", name, err)
			}
		}
	}
	return out, nil
}

func (b *Bundle) add(lang string, messages []*i18n.Message) error {
	texts := b.texts[lang]
	for _, m := range messages {
		if _, twice := texts[m.ID]; twice {
			return fmt.Errorf("%s stands in two files", m.ID)
		}
		text, err := cut(m.Other)
		if err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		texts[m.ID] = text
	}
	return nil
}

// Keys lists a language's keys, sorted.
func (b *Bundle) Keys(lang string) []string {
	return slices.Sorted(maps.Keys(b.texts[lang]))
}

// Placeholders lists the names that a text fills in, sorted, each once.
func (b *Bundle) Placeholders(lang, key string) []string {
	m := b.texts[lang][key]
	names := map[string]bool{}
	for i := 1; i < len(m); i += 2 {
		names[m[i]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// cut parses a text. The template engine reads it first, so that its mistakes
// are found here and not in front of a person.
func cut(text string) (message, error) {
	if _, err := (&template.TextParser{}).Parse(text, "", ""); err != nil {
		return nil, err
	}
	var m message
	for {
		before, rest, found := strings.Cut(text, "{{")
		m = append(m, before)
		if !found {
			return m, nil
		}
		name, after, _ := strings.Cut(rest, "}}")
		name, ok := strings.CutPrefix(strings.TrimSpace(name), ".")
		if !ok || name == "" || strings.ContainsAny(name, " .|") {
			return nil, fmt.Errorf("placeholder %q is more than a name", name)
		}
		m = append(m, name)
		text = after
	}
}

// Has tells whether a language has a key.
func (b *Bundle) Has(lang, key string) bool {
	_, ok := b.texts[lang][key]
	return ok
}

// Text is a key's text with its placeholders filled in. An unknown language is
// the default one; a key that a language lacks is looked for in the default
// one and in the end stands for itself. Args are texts, not templates.
func (b *Bundle) Text(lang, key string, args map[string]string) string {
	m, ok := b.texts[lang][key]
	if !ok {
		if m, ok = b.texts[Langs[0]][key]; !ok {
			return key
		}
	}
	if len(m) == 1 {
		return m[0]
	}
	n := 0
	for i, part := range m {
		if i%2 == 0 {
			n += len(part)
		} else {
			n += len(args[part])
		}
	}
	var text strings.Builder
	text.Grow(n)
	for i, part := range m {
		if i%2 == 1 {
			part = args[part]
		}
		text.WriteString(part)
	}
	return text.String()
}
