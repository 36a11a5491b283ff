package admin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
)

// watchedPage is what one monitored person's page shows.
type watchedPage struct {
	*store.WatchedRecord
	Done string // locale key of what was just done
	Next nextStep
	Acts []watchAct // those open to the officer
}

// nextStep is what to do now, one press away; Act "" when there is nothing.
type nextStep struct {
	Key string // locale key
	Act string
}

func (s *Server) showWatched(r *request) (string, any, error) {
	rec, err := s.openWatched(r, "monitored")
	if err != nil {
		return "", nil, err
	}
	page := watchedPage{WatchedRecord: rec, Next: r.nextStep(rec)}
	if done := r.URL.Query().Get("done"); slices.ContainsFunc(watchActs, func(a watchAct) bool { return a.Name == done }) || done == "open" {
		page.Done = "admin.act." + done + ".done"
	}
	for _, a := range watchActs {
		if r.Officer.MayDo(a.may) && open(rec, a) {
			page.Acts = append(page.Acts, a)
		}
	}
	return "monitored.html", page, nil
}

func (s *Server) openWatched(r *request, screen string) (*store.WatchedRecord, error) {
	look := store.Look{Officer: *r.Officer, Screen: screen, At: r.At}
	return s.Store.WatchRecord(r.Context(), look, r.Officer.WatchScope(), r.PathValue("id"))
}

// nextStep is the most urgent thing to do about somebody.
func (r *request) nextStep(rec *store.WatchedRecord) nextStep {
	today := core.DayOf(r.At)
	switch {
	case rec.End == core.EndOverdue:
		return nextStep{"admin.next.overdue", "close"}
	case !rec.Ended.IsZero():
		return nextStep{Key: "admin.next.ended"}
	case rec.Colour == core.ColourRed && rec.Taken == "" && !rec.Red.IsZero():
		return nextStep{"admin.next.red", "take"}
	case rec.Colour.Rank() >= core.ColourOrange.Rank():
		return nextStep{"admin.next.ill", "call"}
	case rec.Until < today:
		return nextStep{"admin.next.overdue", "close"}
	case slices.ContainsFunc(rec.Tests, func(t store.WatchedTest) bool { return t.Result == "" && t.Due <= today }):
		return nextStep{"admin.next.test", "test"}
	case rec.Answered.IsZero() && (rec.Missed > 0 || rec.Address == ""):
		return nextStep{"admin.next.never", "call"}
	case rec.Missed > 0:
		return nextStep{"admin.next.silent", "call"}
	case rec.Until == today:
		return nextStep{"admin.next.ending", "extend"}
	}
	return nextStep{Key: "admin.next.nothing"}
}

// DayOf says which day of how many a monitoring has come to.
func (r *request) DayOf(m core.Monitoring) string {
	n, all := 1, 1
	for d := m.From; d < m.Until && all < 1000; d = d.Add(1) {
		all++
		if d < core.DayOf(r.At) {
			n++
		}
	}
	return r.T("admin.watch.day", "n", strconv.Itoa(n), "of", strconv.Itoa(all))
}

// cell is one day of the grid as it is shown.
type cell struct {
	Day   string
	State *Colour
	Words []string // one for each prompt of the day
	Today bool
}

// Grid is the days of a monitoring, the newest first, each with a colour and
// in words what became of its prompts.
func (r *request) Grid(rec *store.WatchedRecord) []cell {
	var cells []cell
	for _, d := range slices.Backward(rec.Days) {
		c := cell{Day: d.Day.Local(), State: r.State(d.Colour), Today: d.Day == core.DayOf(r.At)}
		for _, slot := range d.Slots {
			c.Words = append(c.Words, r.SlotWord(slot))
		}
		if len(d.Slots) == 0 && c.State == nil {
			c.Words = []string{r.T("admin.slot.none")}
		}
		if c.State == nil && slices.ContainsFunc(d.Slots, func(s store.WatchedSlot) bool { return s.Answered.IsZero() && !s.Due.After(r.At) }) {
			c.State = r.state("grey")
		}
		cells = append(cells, c)
	}
	return cells
}

// SlotWord says the last of the four facts of a prompt.
func (r *request) SlotWord(s store.WatchedSlot) string {
	switch {
	case !s.Answered.IsZero():
		return r.T("admin.slot.answered", "at", clock(s.Answered))
	case !s.Escalated.IsZero():
		return r.T("admin.slot.escalated", "at", clock(s.Escalated))
	case !s.Missed.IsZero():
		return r.T("admin.slot.missed")
	case !s.Delivered.IsZero():
		return r.T("admin.slot.delivered", "at", clock(s.Delivered))
	case !s.Prompted.IsZero():
		return r.T("admin.slot.prompted", "at", clock(s.Prompted))
	}
	return r.T("admin.slot.queued", "at", clock(s.Due))
}

// Happened names a kind of happening.
func (r *request) Happened(kind string) string { return r.orKey("admin.event."+kind, kind) }

// Changed lists what a happening changed, before and after in words.
func (r *request) Changed(h store.Happening) []fieldChange {
	var list []fieldChange
	fields := slices.Sorted(maps.Keys(h.After))
	for field := range h.Before {
		if _, both := h.After[field]; !both {
			fields = append(fields, field)
		}
	}
	for _, field := range fields {
		was, is := plain(h.Before[field]), plain(h.After[field])
		if isID(was) || isID(is) { // tells an officer nothing
			continue
		}
		before, after := r.field(field, was), r.field(field, is)
		if before != after {
			list = append(list, fieldChange{r.orKey("admin.field."+field, field), before, after})
		}
	}
	return list
}

// isID tells an ID of ours, of a task or an address, from words.
func isID(value string) bool { return len(value) == 36 && !strings.ContainsFunc(value, notOfID) }

// plain is a value of a change as text.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// coded are the fields whose values are codes, with the words for them.
var coded = map[string]string{"kind": "admin.kind.", "window": "admin.window.", "class": "admin.class.", "end": "admin.end.", "outcome": "admin.outcome.",
	"result": "admin.result.", "reason": "admin.reason.", "measure": "admin.measure.", "ask": "admin.ask.", "colour": "admin.state.", "state": "admin.verify.state.", "surveillance": "admin.surveillance."}

// field puts one value of a change into words.
func (r *request) field(name, value string) string {
	if value == "" {
		return r.T("admin.none")
	}
	if prefix := coded[name]; prefix != "" {
		return r.orKey(prefix+value, value)
	}
	if name == "origin" {
		return r.From(value)
	}
	switch name {
	case "commune", "district", "province", "area", "owner", "moved", "came":
		if _, known := area.Get(value); known {
			return area.Address(value)
		}
	}
	return core.Day(value).Local()
}

// Checkup says one answer in words.
func (r *request) Checkup(c *core.Checkup) string {
	var parts []string
	switch {
	case len(c.Symptoms) > 0:
		parts = append(parts, r.SymptomList(c.Symptoms))
	case c.Well:
		parts = append(parts, r.T("admin.checkup.well"))
	default:
		parts = append(parts, r.T("admin.checkup.unclear"))
	}
	if c.Temperature > 0 {
		parts = append(parts, r.T("admin.checkup.temperature", "n", strconv.FormatFloat(c.Temperature, 'f', -1, 64)))
	}
	if c.SpO2 > 0 {
		parts = append(parts, r.T("admin.checkup.oxygen", "n", strconv.Itoa(c.SpO2)))
	}
	return joined(parts...)
}
