package channel

import (
	"strings"

	"khaibao/core"
)

// album fits the pictures that come before a line. They are spread evenly over
// as few messages as the network needs, so that none of eleven is left alone.
// Captions are bounded; what is left of them is returned, to be said below,
// since an album can have no text between its pictures. Where there are no
// pictures, or none was drawn, the words of each caption are a message.
func album(l Line, f Features) (out []core.Outbound, rest string) {
	limit := captionLimit(f)
	var left []string
	var shown []core.Shown
	send := func() {
		out = append(out, albums(shown, f.Album, l.Lang)...)
		shown = nil
	}
	for _, p := range l.Album {
		text := fitted(tidy(p.Caption), f)
		if !f.Pictures || p.Photo == nil {
			send() // in their order
			for _, part := range split(text, f) {
				out = append(out, core.Outbound{Text: part, Lang: l.Lang})
			}
			continue
		}
		caption, more := cut(text, limit, f)
		if more != "" {
			left = append(left, more)
		}
		shown = append(shown, core.Shown{Photo: p.Photo, Caption: caption})
	}
	send()
	return out, strings.Join(left, "\n")
}

// albums spreads pictures over messages of at most n; a lone one is a picture
// like any other.
func albums(shown []core.Shown, n int, lang string) []core.Outbound {
	n = max(n, 1)
	count := (len(shown) + n - 1) / n
	var out []core.Outbound
	for i := range count {
		part := shown[i*len(shown)/count : (i+1)*len(shown)/count]
		if len(part) == 1 {
			out = append(out, core.Outbound{Photo: part[0].Photo, Text: part[0].Caption, Lang: lang})
			continue
		}
		out = append(out, core.Outbound{Album: part, Lang: lang})
	}
	return out
}

// captionLimit is the room under a picture, in the units of Count.
func captionLimit(f Features) int {
	if f.MaxCaption > 0 {
		return f.MaxCaption
	}
	return f.MaxText
}
