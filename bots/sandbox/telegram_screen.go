package sandbox

import "time"

// A Screen is what a telephone shows of its chat with the bot.
type Screen struct {
	Owner    Owner
	Started  bool // the person wrote, or pressed START
	Blocked  bool
	Bubbles  []Bubble // oldest first
	Keyboard [][]Key  // under the text field; nil when there is none
	Menu     []MenuEntry
	Toast    string // what the last press was answered with
	Waiting  bool   // a press was not answered yet
}

// A Bubble is one message in a chat.
type Bubble struct {
	ID      int64
	Mine    bool // by the person
	At      time.Time
	Text    string // under the picture when there is one
	Photo   string // file ID, for File
	Album   string // the same for all pictures of one album; "" outside of any
	Buttons [][]Key
	Edited  bool
	Contact *Card
	Place   *[2]float64 // latitude, longitude in degrees
}

// An album is what a chat shows as one: pictures that were sent together, or
// one message of any other kind.
type album []Bubble

// Albums puts the pictures of each album together.
func (s Screen) Albums() []album {
	var all []album
	for _, b := range s.Bubbles {
		if last := len(all) - 1; b.Album != "" && last >= 0 && all[last][0].Album == b.Album {
			all[last] = append(all[last], b)
			continue
		}
		all = append(all, album{b})
	}
	return all
}

// Captions are those of an album's pictures. The apps show the only one under
// the album; of several each shows when its picture is opened.
func (a album) Captions() []string {
	var all []string
	for _, b := range a {
		if b.Text != "" {
			all = append(all, b.Text)
		}
	}
	return all
}

// Screen is what the telephone of a chat shows now.
func (t *Telegram) Screen(id int64) Screen {
	t.mu.Lock()
	defer t.mu.Unlock()
	ch, ok := t.chats[id]
	if !ok {
		return Screen{}
	}
	s := Screen{
		Owner: ch.owner, Started: ch.wrote, Blocked: ch.blocked, Keyboard: ch.keyboard,
		Menu: t.menu(ch.owner.Lang), Toast: ch.toast, Waiting: len(ch.waiting) > 0,
	}
	for _, m := range ch.messages {
		s.Bubbles = append(s.Bubbles, Bubble{
			ID: m.id, Mine: m.mine, At: m.at, Text: m.text, Photo: m.photo, Album: m.album, Buttons: m.buttons,
			Edited: m.edited, Contact: m.contact, Place: m.place,
		})
	}
	return s
}

// File is a picture of a chat, nil when it is gone.
func (t *Telegram) File(id string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.files[id]; f != nil {
		return f.data
	}
	return nil
}

// Menu is the command menu that a person with this language sees.
func (t *Telegram) Menu(lang string) []MenuEntry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.menu(lang)
}

func (t *Telegram) menu(lang string) []MenuEntry {
	if menu, ok := t.menus[lang]; ok {
		return menu
	}
	return t.menus[""]
}

// Pending is how many updates wait to be taken, and how many were given up.
func (t *Telegram) Pending() (waiting, lost int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queue), t.lost
}
