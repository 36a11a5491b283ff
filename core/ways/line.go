package ways

import (
	"errors"

	"khaibao/core"
	"khaibao/core/channel"
)

// Values are what a line fills in, by placeholder, in a language; short for
// networks with plain text.
type Values func(lang string, short bool) map[string]string

// Line is what a message says on a way where only approved texts go; false
// where it says words of our own. A text that is approved no more, as it was
// when the message was queued, gives an empty line, which is never sent.
func (b *Book) Line(m core.Queued, values Values) (channel.Line, bool) {
	switch {
	case m.Way.Name == core.WayZaloUser || m.Way.Name == core.WayZaloPhone:
		z := b.Templates[m.Say.Key].Zalo
		if z == nil || z.ID != m.Way.Template {
			return channel.Line{}, true
		}
		data, all := make(map[string]string, len(z.Params)), values(firstLang, false)
		for ours, theirs := range z.Params {
			h, err := readHole(theirs)
			if err != nil { // ReadTemplates has seen to it
				return channel.Line{}, true
			}
			data[h.name] = bounded(all[ours], h.most)
		}
		return channel.Line{Template: &core.Template{ID: z.ID, Data: data}, Lang: firstLang}, true
	case m.Way.Name == core.WaySMS && b.Brand:
		t, lang, ok := b.registered(m)
		if !ok {
			return channel.Line{}, true
		}
		return channel.Line{Text: t.fill(values(lang, true)), Lang: lang}, true
	}
	return channel.Line{}, false
}

// errUnregistered is about a reply: the gateway would refuse it, or bill it and
// never deliver it.
var errUnregistered = errors.New("words of our own cannot go out under a brand name")

// Bar tells why a message must not be handed to its network; nil when it may.
// A brand name carries registered texts only: who writes by SMS is answered
// where the gateway's own answer carries the reply, and otherwise not at all.
func (b *Book) Bar(m core.Queued) error {
	if b.Brand && m.Channel == b.SMS && m.Way.Name != core.WaySMS {
		return &channel.SendError{Elsewhere: true, Err: errUnregistered}
	}
	return nil
}
