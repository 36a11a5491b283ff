package core

// Way is one way for a message to reach a person.
type Way struct {
	Name      string `json:"name"` // one of the ways below
	Channel   string `json:"channel"`
	AddressID string `json:"address"`
	URN       URN    `json:"to"`
	Template  string `json:"template,omitempty"` // the registered text that it goes as; "" for words of our own
	Price     int64  `json:"price,omitempty"`    // what one message or segment is expected to cost, in đồng
}

// The ways, as the outbox, metrics and the table of prices name them.
const (
	WayReply     = "reply"               // an answer, in the channel where the person wrote
	WayZalo      = "zalo_cs"             // Zalo, while the person wrote not long ago
	WayZaloUser  = "zalo_template_user"  // a template that Zalo approved, to a person who wrote once
	WayZaloPhone = "zalo_template_phone" // the same, to whoever has the telephone number
	WayTelegram  = "telegram"
	WaySMS       = "sms"
	WayWeb       = "web" // into the chat on the web page, seen when it is looked at
)

// WayNames lists the ways.
func WayNames() []string {
	return []string{WayReply, WayZalo, WayZaloUser, WayZaloPhone, WayTelegram, WaySMS, WayWeb}
}

// TakeWay puts the message on the first of some ways, and keeps the others for
// when it fails. Without any it stays as it is and is told so.
func (m *Queued) TakeWay(ways []Way) bool {
	if len(ways) == 0 {
		return false
	}
	m.Way, m.Ways = ways[0], ways[1:]
	m.Channel, m.AddressID, m.URN = m.Way.Channel, m.Way.AddressID, m.Way.URN
	return true
}

// WayTaken names the way of a message: that of one sent to a phone, or what the
// channel of any other says.
func (m *Queued) WayTaken() string {
	switch {
	case m.Way.Name != "":
		return m.Way.Name
	case m.Priority == PriorityReply:
		return WayReply
	case m.Channel == "zalo":
		return WayZalo
	}
	return m.Channel
}

// TaskUnreached is the kind of a task about somebody whom a notice could not
// reach by any way: its Note is the locale key of the notice.
const TaskUnreached = "unreached"
