package main

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"khaibao/core/channel"
)

// turn is what a person says, and words of which the last message of the answer
// has one, parted by "|".
type turn struct{ say, want string }

// aboutMember are the questions of a person, from the birth to the last of
// those that only this person is asked.
func aboutMember(m member, then string) []turn {
	return []turn{{m.name, "ngay sinh"}, {m.birth, "cccd"}, {m.paper, "gioi tinh"}, {m.sex, then}}
}

// form is the resident form for a household, without how it begins. half is
// where those who change their channel do.
func (h *household) form() (turns []turn, half int) {
	turns = aboutMember(h.members[0], "ho khau")
	turns = append(turns, turn{"to 3 phuong vy da hue", "noi o"}, turn{"1", "covid"}, turn{"0", "dau hieu"}, turn{"khong", "benh nen"})
	half = 5
	turns = append(turns, turn{"ko", "khai them"}, turn{"0", sendIt})
	return turns, half
}

// declare goes through the whole form.
func (h *household) declare() {
	turns, half := h.form()
	at := h.channels[0]
	if !h.prove(at, "ho va ten") {
		return
	}
	for i, t := range turns {
		if i == half && len(h.channels) == 2 {
			at = h.channels[1]
			if !h.prove(at, "den cau") || !h.say(at, "tiep tuc", "noi o hien nay") {
				return
			}
		}
		if !h.say(at, t.say, t.want) {
			return
		}
	}
	h.others(at)
}

// prove begins on a channel and proves the phone there; then is asked what is
// to be answered next.
func (h *household) prove(at, then string) bool {
	switch at {
	case "sms":
		return h.say(at, "kb", then)
	case "telegram":
		return h.say(at, "kb", "gui so") && h.say(at, contact, then)
	}
	if !h.say(at, "kb", "so dien thoai") || !h.say(at, "0"+strings.TrimPrefix(h.phone, "+84"), "ma") {
		return false
	}
	code := ""
	if !h.await("sms", func(b bubble) bool {
		code = codeIn.FindString(b.text)
		return code != ""
	}) {
		h.w.t.Errorf("household %d by %s: no code came by SMS", h.n, at)
		return false
	}
	return h.say(at, code, then)
}

var codeIn = regexp.MustCompile(`^\d{6}\b`)

// contact is the button that shares one's number.
const contact = "(contact)"

// say sends a message and waits for the end of its answer.
func (h *household) say(at, text, want string) bool {
	h.said++
	h.send(at, text)
	began := time.Now()
	ok := h.await(at, func(b bubble) bool {
		plain := strings.ToLower(channel.Unaccent(b.text))
		return slices.ContainsFunc(strings.Split(want, "|"), func(words string) bool { return strings.Contains(plain, words) })
	})
	if !ok {
		h.w.t.Errorf("household %d by %s: %q was not answered with %q; the last that came is %q", h.n, at, text, want, h.shows[at].last)
	}
	for waited := int64(time.Since(began)); ; {
		if old := h.w.longest.Load(); waited <= old || h.w.longest.CompareAndSwap(old, waited) {
			return ok
		}
	}
}

// others adds the rest of the household, and sends the form.
func (h *household) others(at string) {
	if len(h.members) > 1 {
		if !h.say(at, "them", "khai cho ai nua") {
			return
		}
		for _, m := range h.members[1:] {
			for _, t := range append(aboutMember(m, "so dien thoai"), turn{"0", "con ai nua"}) {
				if !h.say(at, t.say, t.want) {
					return
				}
			}
		}
		for _, t := range []turn{{"0", "gap nguoi"}, {"0", "hom nay ai"}, {"0", "ai co benh nen"}, {"0", sendIt}} {
			if !h.say(at, t.say, t.want) {
				return
			}
		}
	}
	h.say(at, "ok", "nhan nhu cu")
}

// sayAgain declares the same on another day.
func (h *household) sayAgain() {
	at := h.last()
	if len(h.members) > 1 {
		if !h.say(at, "nhu cu", "khai cho ai") {
			return
		}
		h.say(at, "tat ca", "nhan kb|nhan khai bao")
		return
	}
	h.say(at, "nhu cu", "nhan kb|nhan khai bao")
}

// sendIt are the last words of a review, by SMS and on chats.
const sendIt = "ok = gui|gui to khai"
