package sandbox

import (
	"sync"
	"time"
)

// Rates are what a network lets us send before it answers 429. The zero Rates
// let everything pass, and it is counted all the same.
type Rates struct {
	// PerSecond is how many messages go in one second of the clock, to everybody;
	// 0 any number. What alone counts as more goes in a second of its own.
	PerSecond int
	// Burst is how many messages one chat may get at once; it may have one more
	// each second. 0 any number. Telegram says that "short bursts" pass and does
	// not say how short (channels.md, section 1.2).
	Burst int
}

// TelegramRates are Telegram's: about 30 messages a second, one a second in one
// chat (channels.md, section 1.2).
var TelegramRates = Rates{PerSecond: 30, Burst: 20}

// Pace is what a network saw of our pace.
type Pace struct {
	Taken   int // messages
	Busiest int // most messages in one second of the clock
	Refused int // calls that were answered 429 since there were too many
}

// meter counts what is sent over a network.
type meter struct {
	mu     sync.Mutex
	rates  Rates
	pace   Pace
	second int64
	count  int                  // in that second
	chats  map[string]time.Time // until when each chat's messages are paid, a second each
}

func (m *meter) set(r Rates) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rates = r
}

func (m *meter) seen() Pace {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pace
}

// take counts n messages to a chat, and tells whether the network takes them.
func (m *meter) take(now time.Time, chat string, n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := now.Unix(); s != m.second {
		m.second, m.count = s, 0
	}
	paid := m.chats[chat]
	if paid.Before(now) {
		paid = now
	}
	paid = paid.Add(time.Duration(n) * time.Second)
	if r := m.rates; r.PerSecond > 0 && m.count+n > max(n, r.PerSecond) || r.Burst > 0 && paid.Sub(now) > time.Duration(max(n, r.Burst))*time.Second {
		m.pace.Refused++
		return false
	}
	if m.rates.Burst > 0 {
		if m.chats == nil || len(m.chats) > 100_000 { // of an imitation nobody needs the old ones
			m.chats = make(map[string]time.Time)
		}
		m.chats[chat] = paid
	}
	m.count += n
	m.pace.Taken += n
	m.pace.Busiest = max(m.pace.Busiest, m.count)
	return true
}
