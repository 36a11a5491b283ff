package monitor

import (
	"time"

	"khaibao/core"
)

// The quiet hours: nothing that can wait is sent from 21:00 to 06:30, civil time
// (docs/reference/follow-up.md 2d).
const (
	QuietFrom  Clock = 21 * time.Hour
	QuietUntil Clock = 6*time.Hour + 30*time.Minute
)

// At is the moment of a civil day at a time of day. A malformed day gives the
// zero time.
func At(day core.Day, c Clock) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(day), core.Zone)
	if err != nil {
		return time.Time{}
	}
	return t.Add(c)
}

// clockOf is the time of the civil day at a moment.
func clockOf(t time.Time) Clock {
	t = t.In(core.Zone)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// Quiet tells whether a moment lies in the quiet hours.
func Quiet(t time.Time) bool {
	c := clockOf(t)
	return c >= QuietFrom || c < QuietUntil
}

// NotBefore is the first moment from t on that is not in the quiet hours: t
// itself, or half past six of the morning that follows.
func NotBefore(t time.Time) time.Time {
	day := core.DayOf(t)
	switch c := clockOf(t); {
	case c >= QuietFrom:
		return At(day.Add(1), QuietUntil)
	case c < QuietUntil:
		return At(day, QuietUntil)
	}
	return t
}

// Waits tells whether messages of a priority respect the quiet hours: prompts
// and ordinary notices do. Codes and replies were asked for just now, and what
// is red is worth waking up for; urgent notices to citizens and alerts to
// officers go as PriorityRed.
func Waits(p core.Priority) bool { return p >= core.PriorityPrompt }

// Due is the first moment from t on at which a message of a priority may leave.
// It holds when a message is queued and again when it is taken to be sent: what
// was queued at 20:59 for a network that answers at 23:00 still waits.
func Due(p core.Priority, t time.Time) time.Time {
	if Waits(p) {
		return NotBefore(t)
	}
	return t
}

// Spread is how many places Jitter tells apart.
const Spread = 1_000_000

// Jitter is where in a window somebody is asked: from 0 to Spread-1, the same
// each day for the same key (a monitoring's ID), spread evenly over many keys so
// that no network's limit is met by the bare minute. The moment is
//
//	start of the hours + length of the hours * Jitter / Spread
//
// in whole milliseconds, which a statement can reckon over many rows.
func Jitter(key string) int64 {
	h := uint64(14695981039346656037) // FNV-1a, then the last mixing of MurmurHash3: keys made in a row differ in few letters
	for i := 0; i < len(key); i++ {
		h ^= uint64(key[i])
		h *= 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return int64(h % Spread)
}

// DueAt is when a slot of a civil day is asked: in the hours that the plan of
// the kind and the person's window give it, at the key's own place in them. It
// is never in the quiet hours. A kind or slot without hours, the welcome among
// them, gives the zero time.
func DueAt(kind core.Kind, w core.Window, day core.Day, slot int, key string) time.Time {
	p, _ := PlanOf(kind)
	h, ok := p.Hours(w, slot)
	if !ok {
		return time.Time{}
	}
	start := At(day, h.From)
	if start.IsZero() {
		return start
	}
	return start.Add(h.at(key))
}

// at is a key's place in the hours, in whole milliseconds from their start.
func (h Hours) at(key string) time.Duration {
	return time.Duration((h.To-h.From).Milliseconds()*Jitter(key)/Spread) * time.Millisecond
}

// catchUp is over how long prompts are spread that are made up.
const catchUp = 15 * time.Minute

// Late is when a prompt is sent that is made at this moment though it was due
// before: within a quarter of an hour, at the key's own place in it, and still
// before the quiet hours. What is not due yet keeps its time; what cannot be
// sent this evening waits as NotBefore says.
func Late(due, now time.Time, key string) time.Time {
	if due.After(now) {
		return due
	}
	room := catchUp
	if night := At(core.DayOf(now), QuietFrom); now.Before(night) {
		room = min(room, night.Sub(now))
	}
	return NotBefore(now.Add(time.Duration(room.Milliseconds()*Jitter(key)/Spread) * time.Millisecond))
}
