package reading

var notAtHandWords = newLexicon("nothand")

// NotAtHand reports somebody who cannot tell what was asked just now: forgotten,
// not known, not with them. "không nhớ ngày" is more than that.
func NotAtHand(s string) bool {
	if notAtHand(s) {
		return true
	}
	for _, t := range Repairs(s) {
		if notAtHand(t) {
			return true
		}
	}
	return false
}

func notAtHand(s string) bool {
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 16 {
		return false
	}
	away := false
	for i := 0; i < len(ts); {
		id, n := notAtHandWords.match(ts, i)
		if n == 0 {
			return false
		}
		away = away || id == "away"
		i += n
	}
	return away
}
