package flows

import (
	"slices"
	"strings"

	"khaibao/core"
)

// strict tells whether a measure asks something of a person beyond minding
// their own health.
func strict(m core.Measure) bool {
	switch m {
	case core.MeasureWatch, core.MeasureHome, core.MeasureCentral, core.MeasureTreatment:
		return true
	}
	return false
}

// dangerous tells whether somebody is to be told of 115 before anything else: a
// danger sign was told, now or before, or an officer says so.
func dangerous(ending core.Say, list []Declared) bool {
	return strings.HasSuffix(ending.Key, urgently) ||
		slices.ContainsFunc(list, func(d Declared) bool { return d.Verdict.Colour == core.ColourRed })
}

// tellMeaning is what is said at the end of a declaration: what the form says by
// what was answered, "" for nothing, and what the verdict means for the person.
// Nobody hears a colour or a class.
func (t *turn) tellMeaning(ending core.Say, d Declared) {
	measure, asked := t.measure(d)
	resident := strings.HasPrefix(ending.Key, Resident.ID+".")
	// What the measure asks for says all that these say, and more.
	covered := asked && resident && (strings.HasSuffix(ending.Key, ".exposed") || strings.HasSuffix(ending.Key, well))
	if !covered {
		t.sayEnding(ending, d.Verdict.Colour)
	}
	if asked {
		t.say(measure)
		t.because(d)
	}
}

// sayEnding says the form's own ending. To whom is orange, of an earlier day or
// by an officer's word, it does not say that all is well.
func (t *turn) sayEnding(ending core.Say, worst core.Colour) {
	if ending.Key == "" {
		return
	}
	if form, calm := strings.CutSuffix(ending.Key, well); calm && worst.Rank() >= core.ColourOrange.Rank() {
		ending.Key = form + ".exposed"
	}
	ending.Args = with(ending.Args, "hotline", t.e.Setting.Hotline)
	t.say(ending)
}

// measure puts what is asked of one person into words, with its days; not
// asked where it is nothing, or what the form's own ending says already.
func (t *turn) measure(d Declared) (s core.Say, asked bool) {
	v := d.Verdict
	if !strict(v.Measure) {
		return s, false
	}
	s = say("verdict."+string(v.Measure), "from", v.From.Local(), "until", v.Until.Local(), "hotline", t.e.Setting.Hotline)
	if v.Until == "" || v.From == "" {
		s.Key += ".open"
	}
	if why := whyText(d); !t.e.Features.Plain && why != "" {
		s.Lines = []core.Say{{Line: "verdict.why", Args: args{"why": why}}}
	}
	return s, true
}

// whyText is what the measure follows from, after what makes it urgent.
func whyText(d Declared) string {
	if len(d.Why) == 0 || d.WhyMeasure != "" && d.Verdict.Colour.Rank() < core.ColourOrange.Rank() {
		return d.WhyMeasure
	}
	if d.WhyMeasure == "" || d.WhyMeasure == d.Why[0] {
		return d.Why[0]
	}
	return d.Why[0] + ". " + d.WhyMeasure
}

// longestWhy bounds a reason in an SMS, in letters.
const longestWhy = 150

// because gives the reason of the measure in an SMS of its own, where there is
// no room beside it.
func (t *turn) because(d Declared) {
	why := d.WhyMeasure
	if why == "" && len(d.Why) > 0 {
		why = d.Why[0]
	}
	if t.e.Features.Plain && why != "" {
		t.say(say("verdict.why", "why", shortened(why, longestWhy)))
	}
}

// shortened cuts a text at a word.
func shortened(text string, letters int) string {
	r := []rune(text)
	if len(r) <= letters {
		return text
	}
	cut := string(r[:letters-3])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "..."
}

// tellMeanings says for each of several people in a line what is asked of them, and
// then what the form says, by the worst.
func (t *turn) tellMeanings(ending core.Say, list []Declared) {
	worst := core.ColourNone
	var lines []core.Say
	for _, d := range list {
		worst = worst.Worse(d.Verdict.Colour)
		if what := briefMeasure(d.Verdict); what != "" {
			name := d.PersonName
			if t.e.Features.Plain { // no full name beside a quarantine
				name = givenName(name)
			}
			lines = append(lines, core.Say{Key: "verdict.of", Args: args{"name": name, "until": d.Verdict.Until.Local()}, Words: args{"what": what}})
		}
	}
	t.sayEnding(ending, worst)
	switch {
	case len(lines) == 0:
	case t.e.Features.Plain:
		for _, l := range lines {
			t.say(l)
		}
	default:
		t.say(joined(lines[:len(lines)-1], lines[len(lines)-1]))
	}
}

// briefMeasure is the locale key of a measure in a few words, "" for none.
func briefMeasure(v core.Verdict) string {
	if !strict(v.Measure) {
		return ""
	}
	key := "verdict.brief." + string(v.Measure)
	if v.Until == "" {
		key += ".open"
	}
	return key
}

// givenName is the last word of a name, as people call each other.
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return name
	}
	return words[len(words)-1]
}

// longestGiven bounds a given name in an SMS, in letters.
const longestGiven = 12

// The locale keys of what is told when rules or areas changed: to the person,
// and to who declared for them.
const (
	measureChanged   = "verdict.changed"
	measureChangedOf = "verdict.changed.of"
)

// MeasureChanged is what a person is told whose measure is another by new rules
// or areas; not ok where nothing that is asked of them changed. name is whom the
// phone declared for, "" for its holder.
func MeasureChanged(before, now core.Verdict, name, hotline string) (s core.Say, ok bool) {
	if !strict(before.Measure) && !strict(now.Measure) || before.Measure == now.Measure && before.Until == now.Until {
		return s, false
	}
	s = say(measureChanged, "until", now.Until.Local(), "hotline", hotline)
	s.Words = args{"what": briefMeasure(now)}
	if s.Words["what"] == "" {
		s.Words["what"] = "verdict.brief.none"
	}
	if name != "" {
		s.Key = measureChangedOf
		s.Args["given"] = shortened(givenName(name), longestGiven)
	}
	return s, true
}
