package ways

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// Templates are the approved texts, by the locale key of what they say.
type Templates map[string]Template

// Template is one approved text, on the networks where it was approved.
type Template struct {
	// SMS is the text that is registered for the brand name, by language, with
	// {name:most} where something is filled in: a placeholder of the locale
	// text and the most letters that it may take.
	SMS  map[string]string `json:"sms,omitempty"`
	Zalo *ZaloTemplate     `json:"zalo,omitempty"`
}

// ZaloTemplate is a template of Zalo's (docs/reference/channels.md, 2.5).
type ZaloTemplate struct {
	ID     string            `json:"template_id"`
	Params map[string]string `json:"params"`          // our placeholder -> their parameter and its most letters, "name:30"
	By     string            `json:"by,omitempty"`    // "user" or "phone" when it can be sent in one of the two ways only
	Price  *int64            `json:"price,omitempty"` // in đồng, when it has a price of its own
}

// What ZaloTemplate.By may say.
const (
	byUser  = "user"
	byPhone = "phone"
)

//go:embed templates.json
var embedded string

// Defaults are the texts to have registered for a brand name: those of this
// version of the program.
func Defaults() Templates {
	t, err := ReadTemplates(strings.NewReader(embedded))
	if err != nil {
		panic("ways: the embedded templates: " + err.Error()) // a test reads them
	}
	return t
}

// ReadTemplates reads a file of templates: a JSON object of Template by locale
// key. A name that it does not know is an error, since a misspelt one would
// send nothing.
func ReadTemplates(r io.Reader) (Templates, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var t Templates
	if err := d.Decode(&t); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("templates: more than one JSON object")
	}
	for key, one := range t {
		for lang, text := range one.SMS {
			if _, err := parse(text); err != nil {
				return nil, fmt.Errorf("templates: %s, sms %s: %w", key, lang, err)
			}
		}
		if err := one.Zalo.check(); err != nil {
			return nil, fmt.Errorf("templates: %s, zalo: %w", key, err)
		}
	}
	return t, nil
}

// With is t with what other has put in its place, SMS and Zalo each.
func (t Templates) With(other Templates) Templates {
	all := make(Templates, len(t)+len(other))
	for key, one := range t {
		all[key] = one
	}
	for key, one := range other {
		both := all[key]
		if one.SMS != nil {
			both.SMS = one.SMS
		}
		if one.Zalo != nil {
			both.Zalo = one.Zalo
		}
		all[key] = both
	}
	return all
}

func (z *ZaloTemplate) check() error {
	switch {
	case z == nil:
		return nil
	case z.ID == "" || strings.Trim(z.ID, "0123456789") != "":
		return errors.New("template_id: want the number that Zalo gave it")
	case z.By != "" && z.By != byUser && z.By != byPhone:
		return errors.New("by: want user, phone or nothing")
	case len(z.Params) == 0:
		return errors.New("params: want at least one")
	case z.Price != nil && *z.Price < 0:
		return errors.New("price: want đồng")
	}
	for ours, theirs := range z.Params {
		if _, err := readHole(theirs); err != nil {
			return fmt.Errorf("params: %s: %w", ours, err)
		}
	}
	return nil
}

// hole is a place where something is filled in.
type hole struct {
	name string
	most int // letters
}

// text is a registered text cut at its holes: words, hole, words, … words.
type text struct {
	words []string // one more than holes
	holes []hole
}

var (
	holes    = regexp.MustCompile(`\{([^{}]*)\}`)
	holeName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// readHole reads "name:most".
func readHole(s string) (hole, error) {
	name, most, _ := strings.Cut(s, ":")
	n, err := strconv.Atoi(most)
	if !holeName.MatchString(name) || err != nil || n < 1 || n > 400 {
		return hole{}, fmt.Errorf("%q: want a name and the most letters that it takes, name:30", s)
	}
	return hole{name, n}, nil
}

func parse(s string) (text, error) {
	var t text
	from := 0
	for _, at := range holes.FindAllStringSubmatchIndex(s, -1) {
		h, err := readHole(s[at[2]:at[3]])
		if err != nil {
			return t, err
		}
		t.words, t.holes = append(t.words, s[from:at[0]]), append(t.holes, h)
		from = at[1]
	}
	t.words = append(t.words, s[from:])
	if strings.ContainsAny(strings.Join(t.words, ""), "{}") {
		return t, errors.New("a brace that belongs to no placeholder")
	}
	return t, nil
}

// fill puts values in, each cut to its hole.
func (t text) fill(values map[string]string) string {
	var b strings.Builder
	for i, words := range t.words {
		b.WriteString(words)
		if i < len(t.holes) {
			b.WriteString(bounded(plain(values[t.holes[i].name]), t.holes[i].most))
		}
	}
	return b.String()
}

// plain writes a value in letters of one septet each, so that its length is
// what it takes.
func plain(value string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\f^{}\\[~]|€", r) {
			return -1
		}
		return r
	}, channel.Plain(value))
}

// bounded cuts a value to the most letters that its place takes, between words
// where it can; its place takes one line.
func bounded(value string, most int) string {
	letters := []rune(strings.Join(strings.Fields(value), " "))
	if len(letters) <= most {
		return string(letters)
	}
	cut := letters[:most]
	if letters[most] != ' ' {
		if i := strings.LastIndexByte(string(cut), ' '); i > 0 {
			return string(cut)[:i]
		}
	}
	return strings.TrimSpace(string(cut))
}

// registered is the text that is registered for a message, and its language:
// the message's own, or the first language where it is registered only there.
func (b *Book) registered(m core.Queued) (t text, lang string, ok bool) {
	if !wordsAlone(m.Say) {
		return t, "", false
	}
	for _, lang := range []string{m.Lang, firstLang} {
		if s, has := b.Templates[m.Say.Key].SMS[lang]; has {
			t, err := parse(s)
			return t, lang, err == nil
		}
	}
	return t, "", false
}

// firstLang is the language in which texts are registered.
const firstLang = "vi"
