package ways

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"khaibao/core/channel"
)

// Words are the texts of the program, as locales.Bundle has them.
type Words interface {
	Has(lang, key string) bool
	Text(lang, key string, args map[string]string) string
	Placeholders(lang, key string) []string
}

// maxSegments is the most of a registered text, with all it may fill in: what a
// gateway takes in one message (docs/reference/channels.md, 4).
const maxSegments = 3

// Check holds the templates against the words that they stand for: each
// registered text must be those words, letter for letter but for what is
// filled in, or the carriers would refuse every message. keys are what may go
// out to people who did not write; under a brand name each must be registered.
// longest is the longest value of a placeholder that must not be cut, such as a
// link. All that is wrong is told at once.
func (b *Book) Check(words Words, keys []string, longest map[string]int) error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(b.Templates)) {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("templates: "+key+": "+format, args...))
		}
		if !slices.Contains(keys, key) {
			bad("no message of this name goes out unasked")
			continue
		}
		one := b.Templates[key]
		for _, lang := range slices.Sorted(maps.Keys(one.SMS)) {
			if err := checkSMS(words, lang, key, one.SMS[lang], longest); err != nil {
				bad("sms %s: %w", lang, err)
			}
		}
		if one.Zalo != nil {
			if err := one.Zalo.checkWords(words, key, longest); err != nil {
				bad("zalo: %w", err)
			}
		}
	}
	for _, key := range keys {
		if b.Brand && b.Templates[key].SMS[firstLang] == "" {
			errs = append(errs, fmt.Errorf("templates: %s: under a brand name a text must be registered for it, in %q", key, firstLang))
		}
	}
	return errors.Join(errs...)
}

func checkSMS(words Words, lang, key, registered string, longest map[string]int) error {
	said := wordsOf(words, lang, key)
	if said == "" {
		return errors.New("there are no words for it in this language")
	}
	t, err := parse(registered)
	if err != nil {
		return err
	}
	var unbounded strings.Builder
	filled := 0 // septets
	for i, w := range t.words {
		unbounded.WriteString(w)
		if i == len(t.holes) {
			break
		}
		h := t.holes[i]
		unbounded.WriteString("{" + h.name + "}")
		filled += h.most
		if h.most < longest[h.name] {
			return fmt.Errorf("{%s:%d}: takes up to %d letters", h.name, h.most, longest[h.name])
		}
	}
	if unbounded.String() != said {
		return fmt.Errorf("registered is %q, but the program says %q", unbounded.String(), said)
	}
	// What is filled in has no letters of two septets: it is counted as it is.
	if n, _ := channel.Segments(strings.Join(t.words, "") + strings.Repeat("a", filled)); n > maxSegments {
		return fmt.Errorf("with all that it fills in it takes %d SMS, and may take %d", n, maxSegments)
	}
	return nil
}

// wordsOf are the words of a key as an SMS says them, with {name} where
// something is filled in.
func wordsOf(words Words, lang, key string) string {
	if words.Has(lang, key+".sms") {
		key += ".sms"
	}
	if !words.Has(lang, key) {
		return ""
	}
	names := make(map[string]string)
	for _, name := range words.Placeholders(lang, key) {
		names[name] = "{" + name + "}"
	}
	return strings.TrimSpace(channel.Plain(words.Text(lang, key, names)))
}

func (z *ZaloTemplate) checkWords(words Words, key string, longest map[string]int) error {
	names := append(words.Placeholders(firstLang, key), words.Placeholders(firstLang, key+".sms")...)
	for _, ours := range slices.Sorted(maps.Keys(z.Params)) {
		if !slices.Contains(names, ours) {
			return fmt.Errorf("params: the words have no placeholder %q", ours)
		}
		h, err := readHole(z.Params[ours])
		if err != nil {
			return err
		}
		if h.most < longest[ours] {
			return fmt.Errorf("params: %s: takes up to %d letters", ours, longest[ours])
		}
	}
	return nil
}
