// Package ways orders the ways by which a message can reach a person who did
// not just write: a code, a notice, a prompt. It is pure: what is known of the
// telephone is passed in.
//
// An answer needs none of this: it goes back to where the person wrote. Beyond
// that, networks let us begin only with texts that they approved beforehand,
// which are data here, too (docs/reference/channels.md, 0, 2.2, 2.5 and 7).
package ways

import (
	"slices"
	"time"

	"khaibao/core"
)

// Book is what the ways of a deployment are: set once, before the first
// message. The zero value has no way at all.
type Book struct {
	SMS       string // name of the channel that sends SMS; "" where none does
	Brand     bool   // SMS go out under a brand name: in registered texts only
	Telegram  bool   // there is a Telegram channel
	Zalo      bool   // there is a Zalo channel
	Templates Templates
	Prices    Prices
	Province  string // GSO code: whose task it is when no area is known
}

// Known is an address that proved the phone, or by which the phone itself is
// reached.
type Known struct {
	ID       string
	Channel  string
	URN      core.URN
	Heard    time.Time // when it last wrote or proved the phone
	OptedOut bool      // it wants nothing but replies and codes
	Gone     bool      // its network said that it is blocked or dead
}

// Why there is no way.
const (
	OptedOut = "opted_out" // the person wants nothing but replies and codes
	NoWay    = "no_way"
)

// The names of channels that have rules of their own; their addresses' schemes
// are the same.
const (
	telegram = "telegram"
	zalo     = "zalo"
)

// How long after a person's last word a chat is a way (channels.md, 2.2).
const (
	zaloFree   = 48 * time.Hour      // Zalo takes any text, and bills none
	zaloWindow = 7 * 24 * time.Hour  // Zalo takes any text
	chatFresh  = 30 * 24 * time.Hour // people may have left a chat where they were silent for longer
	chatHeld   = 180 * 24 * time.Hour
	// After chatHeld the phone may have a new holder, and the chat be the former's.
)

// Order lists the ways of a message to a phone (E.164), the best first: the
// chat where the person wrote last, as long as that costs nothing, then what is
// billed, the cheaper first as a rule, and SMS, which reaches every telephone.
// A code goes to the telephone alone, never to a chat. Whoever opted out
// anywhere by this phone gets codes and red alerts only. Without any way why
// says so. The ways by telephone number may have no AddressID yet.
func (b *Book) Order(m core.Queued, phone string, known []Known, now time.Time) (all []core.Way, why string) {
	if m.Priority == core.PriorityCode {
		all = b.codeWays(m, phone)
	} else {
		if m.Priority != core.PriorityRed && slices.ContainsFunc(known, func(k Known) bool { return k.OptedOut }) {
			return nil, OptedOut
		}
		all = b.noticeWays(m, phone, known, now)
	}
	if len(all) == 0 {
		return nil, NoWay
	}
	for i := range all {
		if k, ok := at(known, all[i].Channel, all[i].URN); ok {
			all[i].AddressID = k.ID
		}
	}
	return all, ""
}

// codeWays prove that the telephone is in the asker's hand. Somebody asked for
// the code just now, so that a number once called dead is tried again.
func (b *Book) codeWays(m core.Queued, phone string) (all []core.Way) {
	if t, ok := b.zaloTemplate(m, byPhone); ok && m.Asker != zalo {
		all = append(all, b.templateWay(core.WayZaloPhone, core.TelURN(phone), t))
	}
	return append(all, b.smsWay(m, phone)...)
}

func (b *Book) noticeWays(m core.Queued, phone string, known []Known, now time.Time) (all []core.Way) {
	silent := func(k Known) time.Duration { return now.Sub(k.Heard) }
	z, hasZalo := newest(known, zalo, now)
	t, hasTelegram := newest(known, telegram, now)
	hasZalo, hasTelegram = hasZalo && b.Zalo, hasTelegram && b.Telegram

	var free []Known
	if hasZalo && silent(z) <= zaloFree {
		free = append(free, z)
	}
	if hasTelegram && silent(t) <= chatFresh {
		free = append(free, t)
	}
	slices.SortFunc(free, func(a, b Known) int { return b.Heard.Compare(a.Heard) })
	for _, k := range free {
		name := core.WayTelegram
		if k.Channel == zalo {
			name = core.WayZalo
		}
		all = append(all, core.Way{Name: name, Channel: k.Channel, URN: k.URN})
	}
	if hasZalo && silent(z) > zaloFree && silent(z) <= zaloWindow {
		all = append(all, b.way(core.WayZalo, zalo, z.URN))
	}
	if tpl, ok := b.zaloTemplate(m, byUser); ok && hasZalo {
		all = append(all, b.templateWay(core.WayZaloUser, z.URN, tpl))
	}
	if tpl, ok := b.zaloTemplate(m, byPhone); ok && alive(known, zalo, core.TelURN(phone)) {
		all = append(all, b.templateWay(core.WayZaloPhone, core.TelURN(phone), tpl))
	}
	if alive(known, b.SMS, core.TelURN(phone)) {
		all = append(all, b.smsWay(m, phone)...)
	}
	if hasTelegram && silent(t) > chatFresh { // better than nothing
		all = append(all, b.way(core.WayTelegram, telegram, t.URN))
	}
	return all
}

func (b *Book) way(name, channel string, urn core.URN) core.Way {
	return core.Way{Name: name, Channel: channel, URN: urn, Price: b.Prices[name]}
}

// templateWay costs what its template costs, when that has a price of its own.
func (b *Book) templateWay(name string, urn core.URN, t ZaloTemplate) core.Way {
	w := b.way(name, zalo, urn)
	w.Template = t.ID
	if t.Price != nil {
		w.Price = *t.Price
	}
	return w
}

func (b *Book) smsWay(m core.Queued, phone string) []core.Way {
	if b.SMS == "" {
		return nil
	}
	w := b.way(core.WaySMS, b.SMS, core.TelURN(phone))
	if b.Brand {
		if _, _, ok := b.registered(m); !ok {
			return nil
		}
		w.Template = m.Say.Key
	}
	return []core.Way{w}
}

// zaloTemplate is the template that Zalo approved for a message, when it can go
// to this kind of address.
func (b *Book) zaloTemplate(m core.Queued, to string) (ZaloTemplate, bool) {
	t := b.Templates[m.Say.Key].Zalo
	if !b.Zalo || t == nil || t.By != "" && t.By != to || !wordsAlone(m.Say) {
		return ZaloTemplate{}, false
	}
	return *t, true
}

// wordsAlone tells whether a line is one text, as every registered one is.
// Choices are no loss: such a text says itself what to answer.
func wordsAlone(s core.Say) bool { return len(s.Lines) == 0 && s.QR == "" && len(s.Album) == 0 }

// newest is the address of a channel where a person wrote last, among those
// that still reach its owner.
func newest(known []Known, channel string, now time.Time) (best Known, ok bool) {
	for _, k := range known {
		if k.Channel != channel || k.URN.Scheme() != channel || k.Gone || now.Sub(k.Heard) > chatHeld {
			continue
		}
		if !ok || k.Heard.After(best.Heard) {
			best, ok = k, true
		}
	}
	return best, ok
}

func at(known []Known, channel string, urn core.URN) (Known, bool) {
	i := slices.IndexFunc(known, func(k Known) bool { return k.Channel == channel && k.URN == urn })
	if i < 0 {
		return Known{}, false
	}
	return known[i], true
}

// alive tells whether nothing speaks against an address; nobody may have tried it.
func alive(known []Known, channel string, urn core.URN) bool {
	k, ok := at(known, channel, urn)
	return !ok || !k.Gone
}

// SendsCodes tells whether a code can reach a telephone that is typed in a
// channel.
func (b *Book) SendsCodes(asker, key string) bool {
	m := core.Queued{Priority: core.PriorityCode, Lang: "vi", Asker: asker, Say: core.Say{Key: key}}
	return len(b.codeWays(m, "")) > 0
}
