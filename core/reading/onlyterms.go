package reading

// OnlySymptoms reports whether every word of a text is one that ReadSymptoms
// knows: "sot ho" is, "Hue sot ho" is not. Where a text may speak of other
// things as well, the part that speaks of health is found by it.
func OnlySymptoms(s string) bool { return onlyTerms(s, symptomWords) }

// OnlyConditions reports the same of ReadConditions.
func OnlyConditions(s string) bool { return onlyTerms(s, conditionWords) }

func onlyTerms(s string, lx lexicon) bool {
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 40 {
		return false
	}
	for _, it := range items(ts, lx) {
		if it.id == "unknown" {
			return false
		}
	}
	return true
}
