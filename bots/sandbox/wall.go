package sandbox

import (
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
)

// A Telephone has a number and an owner. A smart one has a Telegram-like app
// and SMS, a keypad one SMS only.
type Telephone struct {
	ID     int
	Owner  Owner
	Keypad bool
}

// Key names the telephone in pages and news.
func (t *Telephone) Key() string { return strconv.Itoa(t.ID) }

// wall holds the telephones, in the order in which they came, and the switches
// beside them.
type wall struct {
	mu   sync.Mutex
	tels []*Telephone
	how  map[string]string // the failure each network is switched to
	read map[string]string // the SMS that each telephone's owner has seen last, by key
}

const maxTelephones = 40

func newWall() *wall { return &wall{how: map[string]string{}, read: map[string]string{}} }

// add hangs a telephone; it is the one that is there when the number is taken,
// nil when the wall is full.
func (w *wall) add(o Owner, keypad bool) *Telephone {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tels {
		if t.Owner.Phone == o.Phone {
			return t
		}
	}
	if len(w.tels) >= maxTelephones {
		return nil
	}
	o.ID = chatOf(o.Phone)
	t := &Telephone{ID: len(w.tels) + 1, Owner: o, Keypad: keypad}
	w.tels = append(w.tels, t)
	return t
}

// chatOf is the chat ID of a number's owner: the same after a restart, so that
// the program knows them again.
func chatOf(phone string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(phone)) // never fails
	return telegramBase + int64(h.Sum32())
}

func (w *wall) all() []*Telephone {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.tels)
}

func (w *wall) byKey(key string) *Telephone {
	return w.first(func(t *Telephone) bool { return t.Key() == key })
}

func (w *wall) byChat(chat int64) *Telephone {
	return w.first(func(t *Telephone) bool { return t.Owner.ID == chat && !t.Keypad })
}

func (w *wall) byPhone(phone string) *Telephone {
	return w.first(func(t *Telephone) bool { return t.Owner.Phone == phone })
}

func (w *wall) first(is func(*Telephone) bool) *Telephone {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tels {
		if is(t) {
			return t
		}
	}
	return nil
}

// see notes that a telephone's messages were open with this SMS the newest.
func (w *wall) see(key, sms string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read[key] = sms
}

func (w *wall) seen(key, sms string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read[key] == sms
}

func (w *wall) setSwitch(network, how string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.how[network] = how
}

func (w *wall) switched(network string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if how := w.how[network]; how != "" {
		return how
	}
	return "ok"
}
