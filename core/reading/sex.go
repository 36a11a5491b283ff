package reading

// Sex as the forms ask it.
type Sex string

// The answers that the forms offer.
const (
	Male   Sex = "male"
	Female Sex = "female"
	Other  Sex = "other"
)

var sexWords = newLexicon("sex")

// ReadSex reads a sex or a form of address that tells it. ok is false when the
// text tells none, or both.
func ReadSex(s string) (sex Sex, ok bool) {
	if sex, ok = readSex(s); ok {
		return sex, true
	}
	for _, t := range Repairs(s) {
		if sex, ok = readSex(t); ok {
			return sex, true
		}
	}
	return "", false
}

func readSex(s string) (Sex, bool) {
	ts := tokens(s)
	if len(ts) > 12 {
		return "", false
	}
	var found Sex
	for i := 0; i < len(ts); {
		id, n := sexWords.match(ts, i)
		switch {
		case n == 0:
			return "", false
		case id == "filler":
		case found != "" && found != Sex(id):
			return "", false
		default:
			found = Sex(id)
		}
		i += n
	}
	return found, found != ""
}
