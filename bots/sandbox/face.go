package sandbox

import "time"

// face is one telephone as a template shows it.
type face struct {
	*Telephone
	App     string // "telegram", "zalo" or "sms": what is on its screen
	Alone   bool   // the only one on its page
	Screen  Screen
	Zalo    ZaloScreen
	HasZalo bool
	SMS     []SMS
	HasSMS  bool
	Newest  []announcement // above another app
}

// An announcement is a message that came while another app was open.
type announcement struct{ App, ID, From, Text string }

// fresh is how long a message is announced above the other app.
const fresh = 10 * time.Minute

func (s *Sandbox) face(t *Telephone, app string, alone bool) face {
	f := face{Telephone: t, App: "telegram", Alone: alone, HasSMS: s.sms != nil, HasZalo: s.zalo != nil && !t.Keypad}
	switch {
	case t.Keypad, app == "sms" && f.HasSMS:
		f.App = "sms"
	case app == "zalo" && f.HasZalo:
		f.App = "zalo"
		s.zalo.See(t.Owner.Phone)
	}
	if !t.Keypad {
		f.Screen = s.telegram.Screen(t.Owner.ID)
	}
	if f.HasZalo {
		f.Zalo = s.zalo.Screen(t.Owner.Phone)
		f.Newest = append(f.Newest, f.unseen()...)
	}
	if s.sms != nil {
		f.SMS = s.sms.Messages(t.Owner.Phone)
		f.Newest = append(f.Newest, s.unread(f)...)
	}
	return f
}

// unseen is the OA's message to announce above another app: the newest one,
// until the chat was open.
func (f face) unseen() []announcement {
	if f.Zalo.Unseen == 0 {
		return nil
	}
	last := f.Zalo.Bubbles[len(f.Zalo.Bubbles)-1]
	if last.Mine || time.Since(last.At) >= fresh {
		return nil
	}
	return []announcement{{App: "zalo", ID: last.ID, From: f.Zalo.OAName, Text: last.Text}}
}

// unread is the SMS to announce above another app: the newest one, until the
// messages were open or its owner wrote something after it, a code for one.
func (s *Sandbox) unread(f face) []announcement {
	if len(f.SMS) == 0 {
		return nil
	}
	last := f.SMS[len(f.SMS)-1]
	if f.App == "sms" {
		s.wall.see(f.Key(), last.ID)
	}
	if last.Mine || time.Since(last.At) >= fresh || s.wall.seen(f.Key(), last.ID) {
		return nil
	}
	for _, b := range f.Screen.Bubbles {
		if b.Mine && b.At.After(last.At) {
			return nil
		}
	}
	for _, b := range f.Zalo.Bubbles {
		if b.Mine && b.At.After(last.At) {
			return nil
		}
	}
	return []announcement{{App: "sms", ID: last.ID, From: last.Other, Text: last.Body}}
}
