package web

import (
	"html"
	"regexp"
	"strings"
)

// shown is a bubble as it stands in the HTML of a page.
type shown struct {
	id, text, picture string
	mine, open        bool
	actions, labels   []string
}

var (
	anItem    = regexp.MustCompile(`(?s)<li id="m-([^"]*)" class="([^"]*)">(.*?)</li>`)
	aText     = regexp.MustCompile(`(?s)<p class="text"[^>]*>(.*?)</p>`)
	aTag      = regexp.MustCompile(`<[^>]*>`)
	aPicture  = regexp.MustCompile(`<img src="([^"]*)"`)
	aButton   = regexp.MustCompile(`(?s)<button name="action" value="([^"]*)"[^>]*>(.*?)</button>`)
	aMessage  = regexp.MustCompile(`name="id" value="([^"]*)"`)
	anError   = regexp.MustCompile(`(?s)<p id="error"[^>]*>(.*?)</p>`)
	aTextBox  = regexp.MustCompile(`<input id="text"[^>]*>`)
	aPageLang = regexp.MustCompile(`<html lang="(..)">`)
)

func first(re *regexp.Regexp, page string) string {
	if m := re.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[len(m)-1])
	}
	return ""
}

func bubbles(page string) (all []shown) {
	for _, m := range anItem.FindAllStringSubmatch(page, -1) {
		b := shown{
			id: html.UnescapeString(m[1]), mine: strings.Contains(m[2], "mine"), open: strings.Contains(m[2], "open"),
			text:    html.UnescapeString(aTag.ReplaceAllString(strings.Join(aText.FindStringSubmatch(m[3])[min(1, len(aText.FindStringSubmatch(m[3]))):], ""), "")),
			picture: first(aPicture, m[3]),
		}
		for _, x := range aButton.FindAllStringSubmatch(m[3], -1) {
			b.actions = append(b.actions, html.UnescapeString(x[1]))
			b.labels = append(b.labels, html.UnescapeString(x[2]))
		}
		all = append(all, b)
	}
	return all
}
