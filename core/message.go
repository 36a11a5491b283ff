package core

import "time"

// Inbound is one message in, as a channel translated it. What a network did
// not say is left zero; nothing in it has been believed yet but Contact.
type Inbound struct {
	Channel    string    // "telegram", "sms", "web", "chat"
	ExternalID string    // the network's own ID of the message, unique within the channel
	URN        URN       // who wrote
	Text       string    // as typed
	Action     string    // payload of the pressed button; "" when text was typed
	Ref        string    // the network's ID of the message whose button was pressed
	Contact    string    // E.164; only when the network vouches that the number is the sender's own
	Offered    string    // a number as the sender put it into the network's own form; nobody vouches for it
	Location   *Location // a point that was sent
	Photo      *Photo    // a picture that was sent
	Control    Control   // something the network says about the address
	Network    string    // where the sender's machine stands, an IPv4 /24 or IPv6 /48; "" when not known
	Lang       string    // the language the network believes in: "vi", "en" or ""
	At         time.Time // when it was sent, by the network; zero when not told
	// Waits is how long the first reply is held back for the network's own
	// answer, which can carry it; 0 where replies are only sent.
	Waits time.Duration
}

// MaxText bounds what is kept of one message, in runes. Longer texts are cut
// before they are stored; no answer to any question is longer.
const MaxText = 4000

// Control is what a network tells about an address, beside messages.
type Control string

// What networks tell.
const (
	Start     Control = "start"     // the conversation was opened
	Blocked   Control = "blocked"   // the person blocked us or left: stop sending
	Unblocked Control = "unblocked" // the person let us in again
	Stop      Control = "stop"      // opted out by the network's own word
	Resume    Control = "resume"    // opted in again by the network's own word
	Withdraw  Control = "withdraw"  // withdrew the consent to our having their data, by the network's own means
)

// Location is a point in degrees, WGS 84.
type Location struct{ Lat, Lon float64 }

// Photo is what a channel made of a picture. The picture itself is not kept.
type Photo struct {
	Text   string // what its QR says; "" when it holds none
	Failed bool   // the picture could not be fetched or was no picture
}

// Outbound is one message out, fitted to what its network can show.
type Outbound struct {
	ID      string     // the outbox ID, given to gateways that take a client reference
	URN     URN        // to whom
	Text    string     // ready to send, in the network's letters
	Buttons [][]Button // rows of buttons under the text
	Ask     Ask        // a button of the network that shares something
	AskText string     // its label
	Photo   []byte     // a PNG to show above the text
	Album   []Shown    // pictures to show as one, at least two; no other field shows anything then
	Edit    string     // the network's ID of an earlier message to change in place
	Multi   bool       // several buttons may be pressed; Chosen tells which were
	Input   Input      // what is best typed as the answer
	Lang    string     // the language of Text, "vi" or "en"; "" when not known

	// Template, when set, is sent in the place of all the above: the one thing
	// that a network lets us begin with once a person has long been silent.
	Template *Template
}

// Template is a text that a network approved beforehand, with what fills it.
type Template struct {
	ID   string            // as the network names it
	Data map[string]string // its parameters, in the letters and lengths it was approved with
}

// Shown is one picture of an album.
type Shown struct {
	Photo   []byte // a PNG
	Caption string // under it; "" for none
}

// Button is a choice as a network shows it.
type Button struct {
	Label  string // as shown, with its mark when chosen
	Action string // comes back as Inbound.Action; at most 64 bytes
	Chosen bool   // of several that may be chosen, this one is
}

// Input hints at what an answer is made of, so that a screen can offer the
// fitting keyboard. It promises nothing about what comes back.
type Input string

// The inputs.
const (
	InputNothing Input = ""       // nothing in particular
	InputText    Input = "text"   // free text
	InputCode    Input = "code"   // a code that was sent by SMS
	InputPhone   Input = "phone"  // a phone number
	InputNumber  Input = "number" // digits only
	InputDate    Input = "date"   // a date, 02/09/1955
)

// Ask names what a network's own button can share.
type Ask string

// What may be shared.
const (
	AskNothing  Ask = ""
	AskContact  Ask = "contact"
	AskLocation Ask = "location"
)

// Priority orders the outbox; lower goes first. In the quiet hours, 21:00 to
// 06:30, what is less urgent than a reply waits for the morning.
type Priority int

// The priorities, the most urgent first.
const (
	PriorityCode   Priority = iota // codes by SMS
	PriorityRed                    // red alerts, officers' alerts and notices that cannot wait for the morning
	PriorityReply                  // replies to what was just said
	PriorityPrompt                 // daily prompts
	PriorityNotice                 // ordinary notices
)

// Say is one line to say, before words: a locale key and its arguments. It is
// kept, sealed but for the key, until it is sent; its text is made then.
type Say struct {
	Key     string              `json:"-"`
	Args    map[string]string   `json:"args,omitempty"`    // placeholder -> text as it is
	Words   map[string]string   `json:"words,omitempty"`   // placeholder -> locale key of its text
	Lists   map[string][]string `json:"lists,omitempty"`   // placeholder -> locale keys, joined by commas
	Choices []Choice            `json:"choices,omitempty"` // what may be answered, in order
	Multi   bool                `json:"multi,omitempty"`   // several choices may be chosen; Chosen shows which are
	Lines   []Say               `json:"lines,omitempty"`   // further lines of the same message; their keys are in Line
	Line    string              `json:"line,omitempty"`    // the key of a Say inside Lines
	QR      string              `json:"qr,omitempty"`      // text to draw as a QR picture
	Album   []Picture           `json:"album,omitempty"`   // pictures shown before the line, as one where the network can
	Ask     Ask                 `json:"ask,omitempty"`     // share button to offer
	AskKey  string              `json:"ask_key,omitempty"` // locale key of its label
	Edit    string              `json:"edit,omitempty"`    // the network's message to change in place, where it can
	Input   Input               `json:"input,omitempty"`   // what is best typed as the answer
	Typed   bool                `json:"typed,omitempty"`   // the text says itself what to type: without buttons the choices are not listed
}

// Picture is one of an album: a QR with its caption.
type Picture struct {
	QR   string            `json:"qr"`             // text to draw
	Key  string            `json:"key"`            // locale key of the caption
	Args map[string]string `json:"args,omitempty"` // its placeholders
}

// Choice is one thing that may be answered.
type Choice struct {
	Action string            `json:"action"`           // comes back when pressed
	Key    string            `json:"key,omitempty"`    // locale key of the label
	Args   map[string]string `json:"args,omitempty"`   // its placeholders
	Text   string            `json:"text,omitempty"`   // label as it is, when Key is empty
	Number string            `json:"number,omitempty"` // what to type where there are no buttons; "" numbers them from 1
	Chosen bool              `json:"chosen,omitempty"`
	Wide   bool              `json:"wide,omitempty"` // wants a row of its own
}
