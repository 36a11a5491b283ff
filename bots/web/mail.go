package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"slices"
	"time"

	"khaibao/core"
)

// mail is the body of an item.
type mail struct {
	Text string `json:"text,omitempty"`
	Lang string `json:"lang,omitempty"`

	// What we said.
	Buttons [][]core.Button `json:"buttons,omitempty"`
	Multi   bool            `json:"multi,omitempty"`
	Input   core.Input      `json:"input,omitempty"`
	Edit    string          `json:"edit,omitempty"`
	Photo   []byte          `json:"photo,omitempty"`
	Side    int             `json:"side,omitempty"` // pixels across the photo

	// What the person said.
	Ref     string `json:"ref,omitempty"`     // the message whose button was pressed
	Toggle  bool   `json:"toggle,omitempty"`  // it was one of several that may be chosen
	Picture bool   `json:"picture,omitempty"` // a picture was sent; it is not kept
}

func encode(m mail) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("web: a mail does not encode: %v", err)) // it holds only texts and numbers
	}
	return b
}

func encodeOurs(m core.Outbound) []byte {
	out := mail{Text: m.Text, Lang: m.Lang, Buttons: m.Buttons, Multi: m.Multi, Input: m.Input, Edit: m.Edit, Photo: m.Photo}
	if c, err := png.DecodeConfig(bytes.NewReader(m.Photo)); err == nil {
		out.Side = c.Width
	}
	return encode(out)
}

// A bubble is one message as the page shows it.
type bubble struct {
	mail
	ID   string // of the item it began as; buttons name it
	Item string // of the item it shows now; pictures name it
	Mine bool
	Open bool // its buttons can be pressed
	At   time.Time
	Day  string // set on the first bubble of a civil day

	Page *page
}

// asks tells whether a message waits for an answer of its own.
func (m mail) asks() bool { return len(m.Buttons) > 0 || m.Input != core.InputNothing }

// open makes the body of an item readable. A body that is not is dropped from
// the page rather than taking the page down.
func (it Item) open() (m mail, ok bool) {
	return m, json.Unmarshal(it.Body, &m) == nil
}

// fold makes bubbles of items: an edit takes the place of what it edits, and
// only the newest question can be pressed. chat.js does the same to what comes
// live (place).
//
// A text the person types closes nothing: after XEM QR in the middle of a form
// the question still stands, and its buttons are wanted. A toggle is shown by
// the edit that answers it; where something else answers (to "none" or
// "done"), the press is shown as any other.
func fold(items []Item) []*bubble {
	var all []*bubble
	by := make(map[string]*bubble, len(items))
	settle := func() {
		for _, b := range all {
			b.Open = false
		}
	}
	var toggles []*bubble // not yet answered
	add := func(b *bubble) {
		if b.Mine && b.Ref != "" || !b.Mine && b.asks() {
			settle()
		}
		by[b.ID] = b
		all = append(all, b)
	}
	for _, it := range items {
		m, ok := it.open()
		if !ok {
			continue
		}
		if b := by[m.Edit]; b != nil && !b.Mine && !it.Mine {
			b.mail, b.Item, b.Open = m, it.ID, len(m.Buttons) > 0
			by[it.ID] = b
			if i := slices.IndexFunc(toggles, func(t *bubble) bool { return t.Ref == b.ID }); i >= 0 {
				toggles = slices.Delete(toggles, i, i+1)
			}
			continue
		}
		b := &bubble{mail: m, ID: it.ID, Item: it.ID, Mine: it.Mine, Open: len(m.Buttons) > 0, At: it.At}
		if b.Mine && b.Toggle {
			toggles = append(toggles, b)
			continue
		}
		if !b.Mine {
			for _, t := range toggles {
				add(t)
			}
			toggles = nil
		}
		add(b)
	}
	for _, t := range toggles {
		add(t)
	}
	var day core.Day
	for _, b := range all {
		if d := core.DayOf(b.At); d != day {
			day, b.Day = d, d.Local()
		}
	}
	return all
}

// button finds what a pressed button said, by the message it stands under.
func button(all []*bubble, ref, action string) (b *bubble, label string) {
	for _, b := range all {
		if b.ID != ref || b.Mine {
			continue
		}
		for _, row := range b.Buttons {
			for _, x := range row {
				if x.Action == action {
					return b, x.Label
				}
			}
		}
		return b, ""
	}
	return nil, ""
}
