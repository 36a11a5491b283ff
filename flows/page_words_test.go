package flows

import (
	"regexp"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/locales"
)

// What a chat alone can say: the person addressed, something to send, a button
// that no page has.
var chatOnly = map[string]*regexp.Regexp{
	"vi": regexp.MustCompile(`Anh/Chị|QUAY LẠI|[Nn]hắn |bấm`),
	"en": regexp.MustCompile(`\b[Yy]our\b|you (said|come|have)|BACK|press|[Ss]end |Skip`),
}

// Whoever types in what another says is not spoken to as if they were the one who
// declares, and is told to do nothing that their page cannot.
func TestPagesSpeakToWhoTypes(t *testing.T) {
	b := bundle(t)
	never := map[string]bool{"wrong.review": true, "wrong.item": true, "wrong.none_ticked": true, "page.said": true} // of chats only, and no words of its own
	said := 0
	for _, lang := range locales.Langs {
		for _, key := range b.Keys(lang) {
			of := strings.HasPrefix(key, "wrong.") || strings.HasPrefix(key, "page.") || strings.HasPrefix(key, "place.") ||
				strings.Contains(key, ".check_") && strings.HasSuffix(key, ".ask")
			if !of || never[key] || strings.HasSuffix(key, ".sms") || strings.HasSuffix(key, ".list") || strings.HasSuffix(key, ".page") {
				continue
			}
			said++
			if text := RenderPage(b, core.Say{Key: key}, lang); text == "" || chatOnly[lang].MatchString(text) {
				t.Errorf("%s: a page says of %s: %q", lang, key, text)
			}
		}
	}
	if said < 60 {
		t.Fatalf("only %d texts were looked at", said)
	}
}
