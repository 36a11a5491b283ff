package sandbox

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// zaloPerson is somebody with Zalo, as the OA sees them.
type zaloPerson struct {
	owner        Owner
	user         string // ID
	conversation string // ID, of a guest's only chat; "" for somebody with Zalo
	follows      bool
	left         bool      // stopped following, and did nothing since
	opened       bool      // the chat, by "Nhắn tin" or by writing
	wrote        bool      // to the OA
	touched      time.Time // the last interaction, which opens the window
	welcomes     int       // messages of the welcome quota that were used
	refuses      int       // the code that messages are refused with
	seen         int       // how many bubbles the person has looked at
	shared       *ZaloInfo
	bubbles      []*ZaloBubble
}

// ZaloInfo is what a person fills in when the OA asks for their details.
type ZaloInfo struct {
	Name, Phone         string // Phone is as typed; the telephone offers the own number, 84…
	Birth, Gender       string // dd/mm/yyyy; "Nam" or "Nữ"
	City, Ward, Address string
}

func (p *zaloPerson) id() map[string]any { return map[string]any{"id": p.user} }

// byApp is the person's ID for the app, another one than for the OA.
func (p *zaloPerson) byApp() string { return zaloUser("app " + p.owner.Phone) }

func (z *Zalo) oa() map[string]any { return map[string]any{"id": z.account.OAID} }

// zaloUser makes an ID of 19 digits, more than a float64 can hold.
func zaloUser(key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
	return strconv.FormatUint(1_000_000_000_000_000_000+h.Sum64()%8_000_000_000_000_000_000, 10)
}

func (p *zaloPerson) find(id string) *ZaloBubble {
	for _, b := range p.bubbles {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// Meet gives a person Zalo, by their phone.
func (z *Zalo) Meet(o Owner) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.people[o.Phone] == nil {
		p := &zaloPerson{owner: o, user: zaloUser("oa " + z.account.OAID + " " + o.Phone)}
		z.people[o.Phone], z.users[p.user] = p, p
	}
}

// Guest is somebody who opens the OA's chat on a web page without saying who
// they are. The key stands for them where others are named by their phone; they
// can write, quote and send pictures.
func (z *Zalo) Guest() (key string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	p := &zaloPerson{user: zaloID(), conversation: zaloID()}
	p.owner.Phone = "guest " + p.user
	z.people[p.owner.Phone], z.guests[p.user] = p, p
	return p.owner.Phone
}

// What a person does. Each tells whether there was anything to do.

// does lets a person act.
func (z *Zalo) does(phone string, act func(*zaloPerson) bool) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	p := z.people[phone]
	if p == nil || !act(p) {
		return false
	}
	z.changed(phone)
	return true
}

// touch is an interaction, which lets the OA write; z.mu is held.
func (z *Zalo) touch(p *zaloPerson) { p.touched, p.left = z.account.Clock(), false }

// Follow presses "Quan tâm", or takes it back.
func (z *Zalo) Follow(phone string, on bool) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		if p.follows == on || p.conversation != "" {
			return false
		}
		p.follows = on
		kind := "unfollow"
		if on {
			kind = "follow"
			z.touch(p)
		} else {
			p.left = true
		}
		z.emit(p, kind, map[string]any{"oa_id": z.account.OAID, "follower": p.id(), "user_id_by_app": p.byApp(), "source": "oa_profile"})
		return true
	})
}

// ChatNow presses "Nhắn tin", which the program hears of the first time only.
func (z *Zalo) ChatNow(phone string) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		if p.conversation != "" {
			return false
		}
		z.touch(p)
		if !p.opened && !p.wrote {
			z.emit(p, "user_click_chatnow", map[string]any{"oa_id": z.account.OAID, "user_id": p.user, "user_id_by_app": p.byApp()})
		}
		p.opened = true
		return true
	})
}

// say sends a person's message to the OA; z.mu is held. A hidden one is not
// shown in the chat.
func (z *Zalo) say(p *zaloPerson, kind string, b *ZaloBubble, hidden bool, attachments []any) bool {
	z.see(p)
	z.touch(p)
	p.wrote, p.opened, b.Mine = true, true, true
	if hidden {
		b.ID, b.At = zaloID(), z.account.Clock()
	} else {
		z.add(p, b)
		p.seen = len(p.bubbles)
	}
	message := map[string]any{"msg_id": b.ID, "text": b.Text}
	if b.Quoted != "" {
		message["quote_msg_id"] = b.Quoted
	}
	if attachments != nil {
		message["attachments"] = attachments
	}
	fields := map[string]any{"sender": p.id(), "recipient": z.oa(), "message": message}
	if p.conversation == "" {
		fields["user_id_by_app"] = p.byApp()
	} else {
		kind = strings.Replace(kind, "user_send_", "anonymous_send_", 1)
		message["conversation_id"] = p.conversation
	}
	z.emit(p, kind, fields)
	return true
}

// Write types a text.
func (z *Zalo) Write(phone, text string) bool { return z.Quote(phone, "", text) }

// Quote types a text as the answer to a message of the chat; "" for none.
func (z *Zalo) Quote(phone, messageID, text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && z.does(phone, func(p *zaloPerson) bool {
		if messageID != "" && p.find(messageID) == nil {
			return false
		}
		return z.say(p, "user_send_text", &ZaloBubble{Text: text, Quoted: messageID}, false, nil)
	})
}

// Press presses a query button of a message, or a row of a list, by its
// payload: Zalo sends the payload as if the person had typed it.
func (z *Zalo) Press(phone, messageID, payload string) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		b := p.find(messageID)
		if b == nil {
			return false
		}
		buttons := b.Buttons
		for _, row := range b.Rows {
			if row.Action != nil {
				buttons = append(buttons[:len(buttons):len(buttons)], *row.Action)
			}
		}
		for _, button := range buttons {
			if button.Payload == payload && strings.HasPrefix(button.Type, "oa.query.") {
				return z.say(p, "user_send_text", &ZaloBubble{Text: payload}, button.Type == "oa.query.hide", nil)
			}
		}
		return false
	})
}

// SendPicture sends a picture with a text. As the apps do, it goes out smaller
// and as JPEG; what is no picture does not go out at all.
func (z *Zalo) SendPicture(phone string, data []byte, text string) bool {
	large, small := shrink(data, 1280), shrink(data, 320)
	if large == nil || small == nil {
		return false
	}
	return z.does(phone, func(p *zaloPerson) bool {
		now := z.account.Clock()
		b := &ZaloBubble{Photo: z.files.keep(large, now, false), Text: strings.TrimSpace(text)}
		return z.say(p, "user_send_image", b, false, zaloAttachment("image", map[string]any{
			"url": z.pictureURL(b.Photo), "thumbnail": z.pictureURL(z.files.keep(small, now, false)),
		}))
	})
}

// ShareLocation sends a point, in degrees.
func (z *Zalo) ShareLocation(phone string, lat, lon float64) bool {
	degrees := func(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }
	return z.does(phone, func(p *zaloPerson) bool {
		return z.say(p, "user_send_location", &ZaloBubble{Place: &[2]float64{lat, lon}}, false, zaloAttachment("location", map[string]any{
			"coordinates": map[string]any{"latitude": degrees(lat), "longitude": degrees(lon)},
		}))
	})
}

// SubmitInfo fills in the details that the OA asked for; without such a
// question there is nothing to fill in. It opens no window: the reference does
// not count it among the interactions.
func (z *Zalo) SubmitInfo(phone string, info ZaloInfo) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		if !p.asked() || p.conversation != "" {
			return false
		}
		p.shared = &info
		z.see(p)
		z.add(p, &ZaloBubble{Mine: true, Info: &info})
		p.seen = len(p.bubbles)
		z.emit(p, "user_submit_info", map[string]any{"sender": p.id(), "recipient": z.oa(), "info": map[string]any{
			"name": info.Name, "phone": info.Phone, "user_dob": info.Birth, "gender": info.Gender,
			"full_address": map[string]any{"user_city": info.City, "user_ward": info.Ward, "user_address": info.Address},
		}})
		return true
	})
}

func (p *zaloPerson) asked() bool {
	for _, b := range p.bubbles {
		if b.Request != nil {
			return true
		}
	}
	return false
}

// See opens the chat: what the OA sent is seen.
func (z *Zalo) See(phone string) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	p := z.people[phone]
	return p != nil && z.see(p)
}

// see tells the program which of its messages were seen now; z.mu is held.
func (z *Zalo) see(p *zaloPerson) bool {
	var ids []any
	for _, b := range p.bubbles[p.seen:] {
		if !b.Mine {
			ids = append(ids, b.ID)
		}
	}
	p.seen = len(p.bubbles)
	if ids == nil || p.conversation != "" {
		return false
	}
	z.emit(p, "user_seen_message", map[string]any{"sender": z.oa(), "recipient": p.id(), "message": map[string]any{"msg_ids": ids}})
	return true
}

// Withdraw takes back the consent to the use of one's data: what was shared
// with the OA is forgotten, and the program has to delete what it holds.
func (z *Zalo) Withdraw(phone string) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		if p.conversation != "" {
			return false
		}
		p.shared = nil
		z.emit(p, "user_withdraw", map[string]any{"oa_id": z.account.OAID, "user_id": p.user, "user_id_by_app": p.byApp()})
		return true
	})
}

// OfficerWrites is somebody who answers a person in the OA's own chat tool,
// beside the program, which hears of it.
func (z *Zalo) OfficerWrites(phone, text string) bool {
	return z.does(phone, func(p *zaloPerson) bool {
		b := &ZaloBubble{Text: text}
		z.add(p, b)
		sender := z.oa()
		sender["admin_id"] = zaloUser("admin")
		z.emit(p, "oa_send_text", map[string]any{"sender": sender, "recipient": p.id(), "user_id_by_app": p.byApp(),
			"message": map[string]any{"msg_id": b.ID, "text": text}})
		return true
	})
}
