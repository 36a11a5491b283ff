package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// Stop is a place that somebody passed.
type Stop struct {
	Area   string   `json:"area"`             // GSO code, or ISO code of another country
	Typed  string   `json:"typed,omitempty"`  // as typed
	Days   []string `json:"days,omitempty"`   // ISO, in order
	Unsure bool     `json:"unsure,omitempty"` // the days are not remembered
}

func (s Stop) same(o Stop) bool { return s.Area == o.Area && slices.Equal(s.Days, o.Days) }

// maxStops bounds how many places one answer holds.
const maxStops = 20

// The buttons of Stops beside None.
const (
	stopsDone   = "done"
	stopsUnsure = "unsure"
)

// readStops takes places with their days, all in one message or one after the
// other until the person says that there are no more. A place that may be
// several is asked, as is the day of one told without.
func (r *run) readStops(q *Question, text string) {
	open := Open{ID: q.ID}
	if o := r.s.Open; o != nil && o.ID == q.ID {
		open = *o
	}
	n, number := readNumber(text)
	pending := dayless(open.Stops)
	switch {
	case len(open.Codes) > 0 && number:
		r.whichStop(q, open, n)
	case number && n == 0, saysNowhere(text), open.Stops != nil && saysNoMore(text):
		r.zeroStops(q, open, pending)
	case pending >= 0 && len(open.Codes) == 0 && reading.NotAtHand(text):
		r.zeroStops(q, open, pending)
	case number && pending < 0:
		r.wrong(say("wrong.stops"))
	default:
		r.addStops(q, open, pending, text)
	}
}

// zeroStops takes the 0 of what was asked: leave the unclear place out, the day
// is not remembered, no more places.
func (r *run) zeroStops(q *Question, open Open, pending int) {
	switch {
	case len(open.Codes) > 0:
		open.Codes, open.Typed, open.Set = nil, "", nil
	case pending >= 0:
		open.Stops = slices.Clone(open.Stops)
		open.Stops[pending].Unsure = true
	default:
		r.endStops(q, open.Stops, false)
		return
	}
	r.goOn(open)
}

// goOn asks what comes next of a list; from its beginning while nothing is told.
func (r *run) goOn(open Open) {
	r.s.Open = &open
	if len(open.Stops) == 0 && len(open.Codes) == 0 {
		r.s.Open = nil
	}
	r.ask()
}

// endStops ends the list.
func (r *run) endStops(q *Question, stops []Stop, late bool) {
	a := Answer{ID: q.ID, Stops: stops}
	if len(stops) == 0 {
		a = Answer{ID: q.ID, Value: q.None}
	}
	if late || len(stops) > 0 { // they were shown as they were told
		r.answer(q, a, late)
		return
	}
	r.check(q, a)
}

// chooseStop takes a button: none, no more, the day is not remembered, or one of
// several areas.
func (r *run) chooseStop(q *Question, choice string, late bool) {
	open := Open{ID: q.ID}
	if o := r.s.Open; o != nil && o.ID == q.ID {
		open = *o
	}
	pending := dayless(open.Stops)
	at := slices.Index(open.Codes, choice)
	switch {
	case choice == q.None:
		r.endStops(q, nil, late)
	case late:
		r.repeat(say("press.other"))
	case at >= 0:
		r.whichStop(q, open, at+1)
	case choice == stopsDone && len(open.Codes) == 0 && pending < 0 && len(open.Stops) > 0,
		choice == stopsUnsure && len(open.Codes) == 0 && pending >= 0:
		r.zeroStops(q, open, pending)
	default:
		r.repeat(say("press.other"))
	}
}

// whichStop takes the number of one of several areas.
func (r *run) whichStop(q *Question, open Open, n int) {
	switch {
	case n == 0:
		r.zeroStops(q, open, -1)
	case n > len(open.Codes):
		r.wrong(say("wrong.choice"))
	default:
		open.Stops = withStop(open.Stops, Stop{Area: open.Codes[n-1], Typed: open.Typed, Days: open.Set})
		open.Codes, open.Typed, open.Set = nil, "", nil
		r.goOn(open)
	}
}

// addStops reads places and days out of a text, and says what of it was not
// understood.
func (r *run) addStops(q *Question, open Open, pending int, text string) {
	from, until := q.Days(r.view())
	words, unsure := withoutUnsure(text)
	if deniesStop(words) {
		r.wrong(say("wrong.stops"))
		return
	}
	told := stopsIn(reading.ReadPassages(words, string(from), string(until), string(r.e.Today)), r.e)
	if len(told) == 1 && told[0].code == "" && told[0].codes == nil && told[0].noise && len(told[0].Days) > 0 && pending >= 0 {
		told[0].code, told[0].Place = open.Stops[pending].Area, "" // the day that was asked for
	}
	if code := oneStop(open.Codes, told); code != "" {
		told[0].code, told[0].codes, told[0].Place = code, nil, open.Typed
		told[0].Days = append(told[0].Days, open.Set...)
		open.Codes, open.Typed, open.Set = nil, "", nil
	}
	early, unclear, understood := false, 0, false
	for _, t := range told {
		days := slices.DeleteFunc(slices.Clone(t.Days), func(d string) bool { return d < string(from) || d > string(until) })
		switch {
		case len(days) == 0 && len(t.Days) > 0 && t.Days[0] < string(from):
			early = true
		case t.code == "" && (t.codes == nil || len(open.Codes) > 0):
			unclear++
		case len(open.Stops) >= maxStops:
		case t.code == "":
			open.Codes, open.Typed, open.Set = t.codes, t.Place, days
			understood = true
		default:
			understood = true
			open.Stops = withStop(open.Stops, Stop{Area: t.code, Typed: t.Place, Days: days, Unsure: unsure && len(days) == 0})
		}
	}
	switch {
	case early && unclear == 0:
		r.said = append(r.said, say("stops.early", "from", from.Local()))
	case understood && unclear > 0:
		r.said = append(r.said, say("stops.unclear"))
	}
	switch {
	case understood || early && unclear == 0:
		r.goOn(open)
	default:
		r.wrong(say("wrong.stops"))
	}
}

// dayless is the first place whose days are still to be told, -1 for none.
func dayless(stops []Stop) int {
	return slices.IndexFunc(stops, func(s Stop) bool { return len(s.Days) == 0 && !s.Unsure })
}

// withStop adds a place, or days to one that stands already, without touching
// the old slice.
func withStop(stops []Stop, s Stop) []Stop {
	out := slices.Clone(stops)
	at := slices.IndexFunc(out, func(o Stop) bool { return o.Area == s.Area })
	if at < 0 {
		return append(out, s)
	}
	old := out[at]
	old.Days = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(old.Days), s.Days...))))
	old.Typed = joinTexts("; ", old.Typed, s.Typed)
	old.Unsure = (old.Unsure || s.Unsure) && len(old.Days) == 0
	out[at] = old
	return out
}

// moreStops asks on while the list is being told.
func (r *run) moreStops(q *Question) core.Say {
	open, key := r.s.Open, q.inKeys(r.form.ID).ask
	if len(open.Codes) > 0 {
		s := core.Say{Key: "place.which"}
		for i, code := range open.Codes {
			s.Choices = append(s.Choices, core.Choice{
				Action: r.action(q.ID, code), Text: areaName(code, r.e.Setting.Province), Number: strconv.Itoa(i + 1), Wide: true})
		}
		return s
	}
	if at := dayless(open.Stops); at >= 0 {
		return core.Say{Key: key + ".day", Args: args{"area": r.stopName(open.Stops[at].Area)}, Input: core.InputDate,
			Choices: []core.Choice{{Action: r.action(q.ID, stopsUnsure), Key: q.words(r.form.ID, stopsUnsure), Number: "0", Wide: true}}}
	}
	return core.Say{Key: key + ".more", Args: args{"value": r.stopsText(open.Stops)}, Input: core.InputText,
		Choices: []core.Choice{{Action: r.action(q.ID, stopsDone), Key: q.words(r.form.ID, stopsDone), Number: "0", Wide: true}}}
}

// stopsRoom is how many letters of a list of places go into one SMS.
const stopsRoom = 80

// stopsText names places with their days; on SMS as many of the last as fit.
func (r *run) stopsText(stops []Stop) string {
	texts := make([]string, len(stops))
	for i, s := range stops {
		texts[i] = r.stopName(s.Area)
		if len(s.Days) > 0 {
			texts[i] += " " + daysText(s.Days)
		}
	}
	if !r.e.Features.Plain {
		return strings.Join(texts, "; ")
	}
	room, first := stopsRoom, len(texts)-1
	for i := len(texts) - 1; i >= 0 && room > 0; i-- {
		if room -= len([]rune(texts[i])) + 2; room >= 0 {
			first = i
		}
	}
	out := strings.Join(texts[first:], "; ")
	if first > 0 {
		out = "+" + strconv.Itoa(first) + "; " + out
	}
	return out
}

// stopName names a place in few letters: "Đà Nẵng", "Liên Chiểu, Đà Nẵng",
// "Quận 1, Hồ Chí Minh".
func (r *run) stopName(code string) string {
	u, ok := area.Get(code)
	if !ok {
		return countryName(code, r.e.Known.Lang)
	}
	var names []string
	for _, u := range append([]area.Unit{u}, area.Parents(code)...) {
		switch name := u.Name; {
		case u.Code == r.e.Setting.Province && code != u.Code: // at home it need not be said
		case name[0] >= '0' && name[0] <= '9':
			names = append(names, u.FullName)
		default:
			names = append(names, name)
		}
	}
	if r.e.Features.Plain && len(names) > 2 {
		names = []string{names[0], names[2]}
	}
	return strings.Join(names, ", ")
}

// daysText writes days in short: "10/08", "10-12/08", "10/08, 12/08".
func daysText(days []string) string {
	first, last := days[0], days[len(days)-1]
	short := func(d string) string { return d[8:10] + "/" + d[5:7] }
	if len(days) > 2 && core.Day(first).Add(len(days)-1) == core.Day(last) {
		return short(first) + "-" + short(last)
	}
	texts := make([]string, len(days))
	for i, d := range days {
		texts[i] = short(d)
	}
	return strings.Join(texts, ", ")
}
