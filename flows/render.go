package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/qr"
	"khaibao/locales"
)

// pictureSize is the side of a QR picture in pixels: large enough to be scanned
// from a cracked screen, small enough for a slow network.
const pictureSize = 512

// Render puts a Say into words, and draws its QR where pictures can be shown.
// Networks with plain text get the short wordings, whose keys end in ".sms",
// where there are any; where choices are too many for buttons, the wordings
// that end in ".list" say to type. A Say of another version of the program, whose key there
// are no words for, gives an empty line: nobody is shown a key.
func Render(b *locales.Bundle, s core.Say, lang string, f channel.Features) channel.Line {
	return words{bundle: b, lang: lang, short: f.Plain, listed: !f.Plain && f.MaxButtons > 0 && listed(s.Choices, f)}.render(s, f)
}

// RenderPage puts what a Page says into words. Who reads it is the officer, who
// is not whom it is about, and there is nothing to send or to pass over: where
// the wording for a chat will not do, the one that ends in ".page" stands in.
func RenderPage(b *locales.Bundle, s core.Say, lang string) string {
	f := channel.Features{MaxText: 4000, MaxButtons: 100}
	return words{bundle: b, lang: lang, page: true}.render(s, f).Text
}

func (w words) render(s core.Say, f channel.Features) channel.Line {
	if !w.know(s.Key) {
		return channel.Line{}
	}
	var text strings.Builder
	text.WriteString(w.say(s.Key, &s))
	for i := range s.Lines {
		if !w.know(s.Lines[i].Line) {
			continue
		}
		text.WriteByte('\n')
		text.WriteString(w.say(s.Lines[i].Line, &s.Lines[i]))
	}
	l := channel.Line{Text: text.String(), Multi: s.Multi, Ask: s.Ask, Edit: s.Edit, Input: s.Input, Lang: w.lang}
	if s.QR != "" && f.Pictures {
		png, err := qr.PNG(s.QR, pictureSize)
		if err != nil { // too long for a QR, as none of ours is: the link does as well
			l.Text += "\n" + s.QR
		}
		l.Picture = png
	}
	for _, p := range s.Album {
		l.Album = append(l.Album, w.shown(p, f))
	}
	if s.AskKey != "" {
		l.AskText = w.text(s.AskKey, nil)
	}
	choices := s.Choices
	if s.Typed && (f.MaxButtons == 0 || len(choices) > f.MaxButtons) {
		choices = nil
	}
	for _, c := range choices {
		label := c.Text
		if c.Key != "" {
			label = w.text(c.Key, c.Args)
		}
		l.Choices = append(l.Choices, channel.Choice{Label: label, Action: c.Action, Number: c.Number, Chosen: c.Chosen, Wide: c.Wide})
	}
	return l
}

// shown draws one picture of an album. Where there are none, or it cannot be
// drawn, its caption holds what it would have said: for a QR of ours, the link.
func (w words) shown(p core.Picture, f channel.Features) core.Shown {
	var one core.Shown
	if w.know(p.Key) {
		one.Caption = w.text(p.Key, p.Args)
	}
	if f.Pictures {
		if png, err := qr.PNG(p.QR, pictureSize); err == nil {
			one.Photo = png
			return one
		}
	}
	if !strings.Contains(one.Caption, p.QR) {
		one.Caption = strings.TrimSpace(one.Caption + "\n" + p.QR)
	}
	return one
}

type words struct {
	bundle *locales.Bundle
	lang   string
	short  bool // for a network with plain text
	page   bool // for who types in what another says
	listed bool // the choices are a list to type from
}

// listed tells whether choices become a list where there are buttons.
func listed(choices []core.Choice, f channel.Features) bool {
	return len(choices) > f.MaxButtons || slices.ContainsFunc(choices, func(c core.Choice) bool { return c.Action == "" })
}

// know tells whether there are words for a key, in the language or the default.
func (w words) know(key string) bool {
	return slices.ContainsFunc([]string{w.lang, locales.Langs[0]}, func(lang string) bool {
		return w.bundle.Has(lang, key) || w.short && w.bundle.Has(lang, key+".sms")
	})
}

func (w words) say(key string, s *core.Say) string { return w.text(key, w.values(s)) }

// values are what a line fills in, as it is shown.
func (w words) values(s *core.Say) map[string]string {
	if len(s.Words) == 0 && len(s.Lists) == 0 {
		return s.Args
	}
	all := make(map[string]string, len(s.Args)+len(s.Words)+len(s.Lists))
	for k, v := range s.Args {
		all[k] = v
	}
	for k, v := range s.Words {
		all[k] = w.text(v, s.Args)
	}
	for k, list := range s.Lists {
		texts := make([]string, len(list))
		for i, key := range list {
			texts[i] = w.text(key, nil)
		}
		all[k] = strings.Join(texts, ", ")
	}
	return all
}

// Values are what a Say fills in, by placeholder, in the words of a language;
// short for networks with plain text. Texts that a network approved are made of
// them, in the place of the words of the bundle.
func Values(b *locales.Bundle, s core.Say, lang string, short bool) map[string]string {
	return words{bundle: b, lang: lang, short: short}.values(&s)
}

func (w words) text(key string, args map[string]string) string {
	switch {
	case w.short && w.bundle.Has(w.lang, key+".sms"):
		key += ".sms"
	case w.page && w.bundle.Has(w.lang, key+".page"):
		key += ".page"
	case w.listed && w.bundle.Has(w.lang, key+".list"):
		key += ".list"
	}
	return w.bundle.Text(w.lang, key, args)
}
