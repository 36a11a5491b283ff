package zalo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"khaibao/core"
)

// An event is one delivery, of which only what we use is read (channels.md,
// 2.3). IDs and times are texts, as numbers they would be too large for others;
// what comes as a number is read all the same.
type event struct {
	Name      text       `json:"event_name"`
	Timestamp text       `json:"timestamp"` // milliseconds
	Sender    party      `json:"sender"`
	Recipient party      `json:"recipient"`
	Follower  party      `json:"follower"`
	UserID    text       `json:"user_id"`
	Message   said       `json:"message"`
	Info      sharedInfo `json:"info"`
}

type party struct {
	ID      text `json:"id"`
	AdminID text `json:"admin_id"` // of the officer who wrote by Zalo's own tool
}

type said struct {
	ID           text       `json:"msg_id"`
	IDs          []text     `json:"msg_ids"`
	Text         text       `json:"text"`
	Conversation text       `json:"conversation_id"` // of somebody without a name
	Tracking     text       `json:"tracking_id"`     // of a template by phone
	Attachments  []attached `json:"attachments"`
}

type attached struct {
	Type    text `json:"type"`
	Payload struct {
		URL         text   `json:"url"`
		Type        text   `json:"type"` // of a file: pdf, jpg
		Size        text   `json:"size"` // of a file, in bytes
		Coordinates *point `json:"coordinates"`
	} `json:"payload"`
}

type point struct {
	Lat text `json:"latitude"`
	Lon text `json:"longitude"`
}

// sharedInfo is what somebody put into the form that asks for it. Both of its
// shapes have the phone at one place, and nothing else of it is read: names and
// addresses are asked for by the declaration that they are for.
type sharedInfo struct {
	Phone text `json:"phone"`
}

// errGarbled is a signed body that is no event.
var errGarbled = errors.New("no event that can be read")

func decode(body []byte) (event, error) {
	var e event
	if json.Unmarshal(body, &e) != nil || e.Name == "" {
		return e, errGarbled
	}
	return e, nil
}

// A delivery is what an event says to us.
type delivery struct {
	in      core.Inbound
	outcome string // Taken when in is for the inbox
	picture string // address of a picture, still to be fetched and read
	moved   []moved
}

// moved is what became of a message that we sent.
type moved struct {
	id, status string
	rank       int
}

// translate is pure: it fetches nothing. Stickers, voice, files and whatever
// else holds no words become an empty text, so that the person is told what to
// send instead. A kind of event that is new to us says nothing, unless it is a
// message.
func (c *Channel) translate(e event) (delivery, error) {
	d := delivery{outcome: Ignored}
	var from text
	switch name := string(e.Name); {
	case strings.HasPrefix(name, "user_send_group_"): // groups are not served
		return d, nil
	case strings.HasPrefix(name, "user_send_"):
		from = e.Sender.ID
		d.message(e.Message)
	case strings.HasPrefix(name, "anonymous_send_"):
		from = anonymous + e.Sender.ID + "/" + e.Message.Conversation
		d.message(e.Message)
	case name == "user_submit_info":
		// Not a Contact, which would prove the number: people type into the
		// form, and nothing that Zalo publishes says that it checks what they
		// type. With another's number a stranger would be shown what its holder
		// declared. So a code goes to it, as to a number typed in the chat.
		from = e.Sender.ID
		d.in.Offered = string(e.Info.Phone)
	case name == "follow":
		from, d.in.Control = e.Follower.ID, core.Start
	case name == "user_click_chatnow": // opened the chat, for the first time ever
		from, d.in.Control = e.UserID, core.Start
	case name == "unfollow":
		from, d.in.Control = e.Follower.ID, core.Blocked
	case name == "user_withdraw":
		from, d.in.Control = e.UserID, core.Withdraw
	case strings.HasPrefix(name, "oa_send_") && e.Sender.AdminID != "":
		d.outcome = Answered
		return d, nil
	case name == "user_received_message":
		d.report("delivered", 7, e.Message.Tracking, e.Message.ID)
		return d, nil
	case name == "user_seen_message":
		d.report("read", 8, e.Message.IDs...)
		return d, nil
	default:
		return d, nil
	}
	d.in.URN = core.URN(Name + ":" + string(from))
	if _, err := recipientOf(d.in.URN); err != nil {
		return d, errGarbled
	}
	d.outcome, d.in.Channel, d.in.At = Taken, Name, at(e.Timestamp)
	d.in.ExternalID = c.externalID(e, from)
	return d, nil
}

// maxID is the longest ID that is kept as it came, in bytes.
const maxID = 100

// externalID names an event, the same whenever it is sent: by the ID of its
// message, else by what it says, keyed since the person is a part of it.
func (c *Channel) externalID(e event, from text) string {
	id := string(e.Message.ID)
	if id != "" && len(id) <= maxID && !strings.ContainsFunc(id, unprintable) {
		return id
	}
	mac := hmac.New(sha256.New, []byte(c.OASecret))
	for _, part := range []text{e.Name, from, e.Timestamp, e.Message.ID, e.Message.Text, e.Info.Phone} {
		mac.Write(append([]byte(part), 0))
	}
	return "event:" + hex.EncodeToString(mac.Sum(nil)[:16])
}

func (d *delivery) message(m said) {
	d.in.Text = string(m.Text)
	if action, ok := actionOf(d.in.Text); ok {
		d.in.Text, d.in.Action = "", action
	}
	for _, a := range m.Attachments {
		switch {
		case a.Type == "location" && a.Payload.Coordinates != nil:
			d.in.Location = locationOf(*a.Payload.Coordinates)
		case d.picture == "" && isPicture(a):
			d.picture = string(a.Payload.URL)
		}
	}
}

// isPicture tells whether something attached is a picture; a file may be one,
// sent so that it is not made smaller.
func isPicture(a attached) bool {
	switch {
	case a.Payload.URL == "":
		return false
	case a.Type == "file":
		return slices.Contains([]string{"jpg", "jpeg", "png", "webp"}, strings.ToLower(string(a.Payload.Type)))
	}
	return a.Type == "image"
}

func locationOf(p point) *core.Location {
	lat, err1 := strconv.ParseFloat(string(p.Lat), 64)
	lon, err2 := strconv.ParseFloat(string(p.Lon), 64)
	if err1 != nil || err2 != nil || !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) { // also what is no number
		return nil
	}
	return &core.Location{Lat: lat, Lon: lon}
}

// maxReports bounds how many messages one event tells of.
const maxReports = 50

func (d *delivery) report(status string, rank int, ids ...text) {
	d.outcome = Reported
	for _, id := range ids {
		if id != "" && len(id) <= maxID && len(d.moved) < maxReports && !strings.ContainsFunc(string(id), unprintable) {
			d.moved = append(d.moved, moved{string(id), status, rank})
		}
	}
}

// pressMark begins what a button of ours brings back. A pressed button comes as
// a text that says so (channels.md, 2.2), which anybody may type as well: an
// action is believed no more than a text.
const pressMark = "#kb:"

func pressOf(action string) string { return pressMark + action }

// maxAction is the longest action of a button, in bytes.
const maxAction = 64

// actionOf finds the action in the text of a pressed button. What is not as
// pressOf writes it was typed.
func actionOf(typed string) (action string, ok bool) {
	action, ok = strings.CutPrefix(typed, pressMark)
	if !ok || action == "" || len(action) > maxAction || !utf8.ValidString(action) || strings.ContainsFunc(action, unicode.IsControl) ||
		strings.TrimSpace(action) != action {
		return "", false
	}
	return action, true
}

// at is a moment in milliseconds, as a text; zero when it can be none of ours.
func at(millis text) time.Time {
	n, err := strconv.ParseInt(string(millis), 10, 64)
	if err != nil || n < 1_500_000_000_000 || n > 5_000_000_000_000 { // 2017 to 2128
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
