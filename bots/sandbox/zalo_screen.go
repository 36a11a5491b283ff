package sandbox

import "time"

// ZaloScreen is what a telephone shows of its chat with the OA.
type ZaloScreen struct {
	OAName  string
	Opened  bool // the person follows, wrote, or pressed "Nhắn tin"
	Follows bool
	Left    bool         // stopped following
	Asked   *ZaloBubble  // the newest request for details that was not answered; nil for none
	Unseen  int          // messages of the OA's that the person has not looked at
	Bubbles []ZaloBubble // oldest first
	Shared  *ZaloInfo    // what the person filled in last
}

// ZaloBubble is one message in a chat.
type ZaloBubble struct {
	ID       string
	Mine     bool // by the person
	At       time.Time
	Text     string // beside the picture when there is one
	Photo    string // file ID, for File
	PhotoURL string // of a picture that is not at Zalo
	Buttons  []ZaloButton
	Rows     []ZaloRow
	Request  *ZaloRequest // asks for the person's details
	Info     *ZaloInfo    // the details that were given
	Place    *[2]float64  // latitude, longitude in degrees
	Quoted   string       // ID of the message that this one answers
	Template string       // its ID, when the message is one

	attachment string
}

// ZaloButton is a button under a message. A query button sends its payload as
// if the person had typed it, the others open something.
type ZaloButton struct {
	Title   string
	Type    string // "oa.query.show", "oa.query.hide", "oa.open.url", "oa.open.phone" or "oa.open.sms"
	Payload string
	URL     string
	Phone   string // 84…
	Content string // of an SMS to write
}

// Sends tells that pressing the button sends its payload.
func (b ZaloButton) Sends() bool { return b.Payload != "" }

// ZaloRow is an entry of a list.
type ZaloRow struct {
	Title, Subtitle string
	Action          *ZaloButton // nil for none
}

// ZaloRequest is a question for the person's details.
type ZaloRequest struct{ Title, Subtitle string }

// Screen is what the telephone of a person shows now.
func (z *Zalo) Screen(phone string) ZaloScreen {
	z.mu.Lock()
	defer z.mu.Unlock()
	p, ok := z.people[phone]
	if !ok {
		return ZaloScreen{}
	}
	s := ZaloScreen{OAName: z.account.OAName, Opened: p.opened || p.follows, Follows: p.follows, Left: p.left, Shared: p.shared}
	for i, b := range p.bubbles {
		s.Bubbles = append(s.Bubbles, *b)
		switch {
		case b.Request != nil:
			asked := *b
			s.Asked = &asked
		case b.Info != nil:
			s.Asked = nil
		}
		if i >= p.seen && !b.Mine {
			s.Unseen++
		}
	}
	return s
}
