package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/monitor"
	"khaibao/core/store"
)

// temper is how somebody answers.
type temper string

const (
	well      temper = "well"      // answers that all are well
	late      temper = "late"      // answers the reminder
	silent    temper = "silent"    // never answers
	tires     temper = "tires"     // answers for six days, then no more
	returns   temper = "returns"   // is silent from the fourth day to the eighth, then answers
	ill       temper = "ill"       // falls ill on the fifth day
	red       temper = "red"       // has red signs on the seventh
	wrong     temper = "wrong"     // types something that says nothing, then answers
	stops     temper = "stops"     // answers for five days, then STOP
	blocks    temper = "blocks"    // blocks the bot on the third day: nothing arrives by chat any more
	hasty     temper = "hasty"     // says everything twice
	yesterday temper = "yesterday" // tells how yesterday was, then today
	moves     temper = "moves"     // declares from another commune on the fifth day, and is silent from then
)

// tempers are the shares of a province.
var tempers = []temper{well, well, well, well, well, late, well, silent, well, ill, well, tires, wrong, well, red, returns, stops, well, blocks, hasty, moves, yesterday, well}

// home is one address and those it answers for.
type home struct {
	n       int
	channel string
	urn     core.URN
	phone   string
	temper  temper
	members int
	kind    core.Kind
	window  core.Window
	opened  time.Duration // after the first midnight of the simulation
	commune string
	base    core.Day // of the first declaration

	mu      sync.Mutex
	asked   []time.Time // questions that arrived
	told    core.Day    // on which they told of illness
	said    int
	pending []saying
}

// saying is what somebody will say.
type saying struct {
	at   time.Time
	from core.URN
	text string
}

var provinceChannels = []string{"sms", "sms", "telegram", "zalo", "sms", "telegram", "web", "sms", "zalo", "telegram"}

var provinceKinds = []core.Kind{core.KindHome, core.KindHome, core.KindWatch, core.KindPatient, core.KindHome, core.KindCentral, core.KindWatch, core.KindLockdown}

func newHome(n int) *home {
	h := &home{n: n, channel: provinceChannels[n*7%len(provinceChannels)], phone: fmt.Sprintf("+84900%06d", n),
		temper: tempers[n%len(tempers)], members: 1, kind: provinceKinds[n*3%len(provinceKinds)], window: core.WindowMorning, commune: "19801"}
	// What a household with one ill person is asked behind their answer hangs on
	// which of its messages came first; transcripts have that.
	if n%5 == 4 && h.temper != ill && h.temper != red && h.temper != wrong {
		h.members = 3
	}
	// Whether who is asked at seven in the evening is reminded that evening hangs
	// on their place in the hour, which another run gives anew.
	if n%3 == 1 && h.temper != late && h.temper != blocks {
		h.window = core.WindowAfternoon
	}
	h.urn = core.URN(fmt.Sprintf("%s:%d", h.channel, 1_000_000+n))
	if h.channel == "sms" {
		h.urn = core.TelURN(h.phone)
	}
	// Over the first five days, by night as well.
	h.opened = time.Duration(n%5)*24*time.Hour + time.Duration(n*37%24)*time.Hour
	return h
}

// declare has the home prove its phone and declare for its members, in one
// turn, and opens their monitoring.
func (h *home) declare(ctx context.Context, s *store.Store, now time.Time, days int) error {
	if h.base == "" {
		h.base = core.DayOf(now)
	}
	m := core.Inbound{Channel: h.channel, ExternalID: fmt.Sprintf("declares %d %s", h.n, h.commune), URN: h.urn, Text: "x"}
	return s.Take(ctx, now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		if h.channel != "sms" {
			if err := tx.Prove(ctx, at, h.phone, "contact"); err != nil {
				return err
			}
		}
		at.Notice = 1
		tx.SaveSession(at)
		for i := range h.members {
			name := fmt.Sprintf("Lê Thị %c%c %s", 'A'+h.n%26, 'a'+h.n/26%26, []string{"An", "Bình", "Hoa"}[i])
			stored, err := tx.Declare(ctx, core.Declaration{Form: "resident", Day: core.DayOf(now), At: now, Channel: h.channel, AddressID: at.ID,
				Phone: h.phone, Proven: true, Notice: 1, Proxy: i > 0,
				Person: core.PersonFacts{Name: name, Folded: strings.ToLower(channel.Unaccent(name)), SortKey: name, Birth: fmt.Sprint(1950 + h.n%50), Sex: "female",
					IDType: "cccd", ID: fmt.Sprintf("046%09d", 10*h.n+i), Commune: h.commune, District: "474", Province: "46"}})
			if err != nil {
				return err
			}
			opened, err := tx.OpenMonitoring(ctx, core.Monitoring{PersonID: stored.PersonID, Kind: h.kind, Window: h.window, Base: h.base,
				Days: days, Rules: "simulated", Origin: core.OpenedByVerdict})
			if over := h.base.Add(days) < core.DayOf(now); err != nil || opened.ID == "" && !over {
				return fmt.Errorf("open the monitoring of home %d: %q, %w", h.n, opened.ID, err)
			}
		}
		return nil
	})
}

// hears is a message that reached the home; what it answers comes later.
func (h *home) hears(from core.URN, key string, at time.Time) {
	reminder := strings.HasPrefix(key, core.MonitorReminder)
	if !reminder && !strings.HasPrefix(key, core.MonitorPrompt) && !strings.HasPrefix(key, core.MonitorWelcome) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !reminder {
		h.asked = append(h.asked, at)
	}
	day := dayBetween(h.asked[0], at) + 1
	all := "1"
	if h.members > 1 {
		all = "0"
	}
	after := time.Duration(5+h.n%90) * time.Minute
	say := func(after time.Duration, text string) {
		h.pending = append(h.pending, saying{at.Add(after), from, text})
	}
	switch h.temper {
	case silent:
	case late:
		if reminder {
			say(10*time.Minute, all)
		}
	case moves:
		if day <= 4 {
			say(after, all)
		}
	case tires:
		if day <= 6 {
			say(after, all)
		}
	case returns:
		if day < 4 || day > 8 {
			say(after, all)
		}
	case ill, red:
		// Once: whoever is asked again, since a node died before it wrote down that
		// it had asked, need not say it again.
		if h.told == core.DayOf(at) {
			return
		}
		if h.temper == ill && day == 5 {
			h.told = core.DayOf(at)
			say(after, map[bool]string{true: "2 sot 38.5 ho", false: "sot 38.5 ho"}[h.members > 1])
			return
		}
		if h.temper == red && day == 7 {
			h.told = core.DayOf(at)
			say(after, map[bool]string{true: "1 kho tho", false: "kho tho"}[h.members > 1])
			return
		}
		say(after, all)
	case wrong:
		say(after, "alo alo cho hoi chut")
		say(after+5*time.Minute, all)
	case stops:
		if day == 6 {
			say(after, "STOP")
		} else if day < 6 {
			say(after, all)
		}
	case hasty:
		say(after, all)
		say(after, all)
	case yesterday:
		say(after, "hom qua khoe")
		say(after+10*time.Minute, all)
	default:
		say(after, all)
	}
}

// due are the sayings whose time has come.
func (h *home) due(now time.Time) (all []saying) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var later []saying
	for _, s := range h.pending {
		if s.at.After(now) {
			later = append(later, s)
		} else {
			all = append(all, s)
		}
	}
	h.pending = later
	return all
}

// away tells whether the network says that the home is not to be reached there.
func (h *home) away(from core.URN, at time.Time) bool {
	if h.temper != blocks || h.channel == "sms" || from != h.urn {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked) > 0 && dayBetween(h.asked[0], at) >= 2
}

// dayBetween is how many civil days lie between two moments.
func dayBetween(from, to time.Time) int {
	return int(monitor.At(core.DayOf(to), 0).Sub(monitor.At(core.DayOf(from), 0)) / (24 * time.Hour))
}
