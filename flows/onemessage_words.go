package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/reading"
)

func coreDay(iso string) core.Day { return core.Day(iso) }

// readHealthSaid reads words that speak of health and of nothing else: of
// symptoms, of having met a case with its day, of long-term conditions.
func readHealthSaid(text, today string) (h healthSaid, ok bool) {
	if readYesNo(text) != "" { // no to what?
		return h, false
	}
	if s, read := reading.ReadSymptoms(text, nil); read && reading.OnlySymptoms(text) {
		switch {
		case s.None:
			h.well = saysWell(text)
			h.answers = []Answer{{ID: "symptoms", Value: "none"}}
		case len(s.Present) > 0:
			h.answers = []Answer{{ID: "symptoms", Set: s.Present}}
		}
		if len(h.answers) > 0 {
			return h, true
		}
	}
	if h.answers = exposureSaid(text, today); len(h.answers) > 0 {
		return h, true
	}
	if c, read := reading.ReadConditions(text, nil); read && reading.OnlyConditions(text) {
		switch {
		case c.None:
			h.answers = []Answer{{ID: "has_conditions", Value: "no"}}
		case len(c.Present) > 0:
			h.answers = []Answer{{ID: "has_conditions", Value: "yes"}, {ID: "conditions", Set: c.Present}}
		}
	}
	return h, len(h.answers) > 0
}

// saysWell tells whether somebody is said to be well altogether, which is more
// than to have no symptoms.
func saysWell(text string) bool {
	said := " " + fold(text) + " "
	return slices.ContainsFunc([]string{" khoe ", " khoe manh ", " binh thuong ", " on ", " khong sao ", " ko sao ", " well ", " fine ", " healthy "},
		func(w string) bool { return strings.Contains(said, w) })
}

// exposureSaid reads an exposure with the day behind it: "F1 15/8", "gặp F0 hôm
// qua". F2 and beyond are no exposure that the form asks for.
func exposureSaid(text, today string) []Answer {
	words := strings.Fields(text)
	if nowhereAndNobody(text) {
		return []Answer{{ID: "exposures", Value: "none"}}
	}
	for k := min(4, len(words)-1); k >= 0; k-- {
		c := saidExposure(strings.Join(words[:len(words)-k], " "))
		if c == "" {
			continue
		}
		out := []Answer{{ID: "exposures", Set: []string{c}}}
		if k == 0 {
			return out
		}
		d, err := reading.ReadDate(strings.Join(words[len(words)-k:], " "), reading.PastEvent, today)
		if err == nil && d.Precision == "day" {
			return append(out, Answer{ID: "exposure_last", Value: d.Date})
		}
	}
	return nil
}
