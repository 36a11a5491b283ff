package reading

import "strings"

// Plate is the sign of a vehicle.
type Plate struct {
	Normalized string `json:"normalized"` // 75A-12345, 75B1-12345, VN1547, SE3
	Kind       string `json:"kind"`       // car, motorbike, flight, train
}

var (
	vehicleWords = newLexicon("vehicles")
	carriers     = func() map[string]map[string]bool {
		m := map[string]map[string]bool{}
		for _, line := range tableLines("carriers") {
			kind, rest, _ := strings.Cut(line, ":")
			if m[kind] == nil {
				m[kind] = map[string]bool{}
			}
			for _, code := range strings.Fields(rest) {
				m[kind][code] = true
			}
		}
		return m
	}()
)

// ReadPlate reads a vehicle plate, flight or train number. A part of one is
// ErrPartial: real records hold such, keep it as free text. The rules are
// docs/reference/vietnam.md, section 5, rule 13.
func ReadPlate(s string) (Plate, error) {
	ts := tokens(Clean(s))
	if len(ts) > 24 {
		return Plate{}, ErrInvalid
	}
	if hasNone(s) {
		return Plate{}, ErrNone
	}
	var groups []string // the parts of the number; what touches is one part
	lead := ""
	for i := 0; i < len(ts); {
		id, n := vehicleWords.match(ts, i)
		// "bs" is a word, but 75BS1 and VN1547 hold letters of the number.
		touched := i+n < len(ts) && ts[i+n].glue || i > 0 && ts[i].glue
		if n > 0 && !(n == 1 && touched) {
			if id != "filler" {
				lead = id
			}
			i += n
			continue
		}
		t := ts[i]
		last := i == len(ts)-1 && (t.text == "a" || t.text == "ah") && !t.glue && len(groups) > 0
		switch {
		case last:
		case !t.num && (len([]rune(t.text)) > 3 || hasMarks(strings.ReplaceAll(t.text, "đ", "d"))):
			return Plate{}, ErrInvalid
		case strings.Trim(t.gap, " .-–:") != "":
			return Plate{}, ErrInvalid
		case t.glue && len(groups) > 0:
			groups[len(groups)-1] += strings.ToUpper(t.text)
		default:
			groups = append(groups, strings.ToUpper(t.text))
		}
		i++
	}
	if len(groups) == 0 {
		return Plate{}, ErrInvalid
	}
	all := strings.Join(groups, "")
	if p, ok := readCarrier(all, groups[len(groups)-1], lead); ok {
		return p, nil
	}
	if lead != "" {
		return Plate{}, partial(all)
	}
	return roadPlate(all, groups)
}

// readCarrier reads a flight or train number, whose digits are all in the last
// group; military plates (TC 12-34) are none.
func readCarrier(s, last, lead string) (Plate, bool) {
	at := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if at == 0 && len(s) > 2 && !isDigit(s[1]) { // airlines such as 5J
		at = 2
	}
	if at < 1 || at > 3 || !allDigits(s[at:]) || len(s)-at > 4 || len(last) < len(s)-at {
		return Plate{}, false
	}
	letters, digits := s[:at], len(s)-at
	switch {
	case lead == "train":
		return Plate{s, "train"}, !isDigit(s[0]) && digits <= 3
	case lead == "flight":
		return Plate{s, "flight"}, len(letters) == 2
	case carriers["train"][letters] && digits <= 2:
		return Plate{s, "train"}, true
	case carriers["airline"][letters] && digits >= 2:
		return Plate{s, "flight"}, true
	case len(letters) == 2 && !isDigit(s[0]) && digits >= 3:
		return Plate{s, "flight"}, true
	}
	return Plate{}, false
}

// roadPlate reads 75A-123.45, 75B1-123.45, 75AA-123.45, 75MĐ1-123.45. Where
// the groups leave it open, a letter and five digits is a car.
func roadPlate(all string, groups []string) (Plate, error) {
	if len(all) < 2 || !allDigits(all[:2]) || all[:2] < "11" {
		return Plate{}, partial(all)
	}
	rest := strings.ReplaceAll(all[2:], "Đ", "D")
	letters := 0
	for letters < len(rest) && isUpper(rest[letters]) {
		letters++
	}
	series, digits := rest[:letters], rest[letters:]
	if letters == 0 && digits != "" || letters > 2 || digits != "" && !allDigits(digits) || len(digits) > 6 {
		return Plate{}, partial(all)
	}
	if len(digits) < 4 {
		return Plate{}, ErrPartial
	}
	// The digits of the number, without one that belongs to the series: told by
	// the last groups (75B1 1234, 75B1 123.45), else by their count.
	number := 5
	tail := groups[len(groups)-1]
	if len(groups) > 1 && allDigits(tail) {
		if len(tail) == 2 && len(groups) > 2 && len(groups[len(groups)-2]) == 3 {
			tail = groups[len(groups)-2] + tail
		}
		switch len(tail) {
		case 4, 5:
			number = len(tail)
		case 6:
			return Plate{}, ErrPartial
		}
	} else if letters == 2 && len(digits) == 5 || len(digits) == 4 {
		number = len(digits)
	}
	switch len(digits) - number {
	case 0:
	case 1:
		series, digits = series+digits[:1], digits[1:]
	case -1:
		if len(digits) != 4 {
			return Plate{}, ErrPartial
		}
	default:
		return Plate{}, ErrPartial
	}
	kind := "motorbike"
	if len(series) == 1 || carriers["car"][series] {
		kind = "car"
	}
	if strings.Contains(all, "MĐ") {
		series = strings.Replace(series, "MD", "MĐ", 1)
	}
	return Plate{all[:2] + series + "-" + digits, kind}, nil
}

// partial tells a piece of a sign from what is none.
func partial(s string) error {
	letters, digits := 0, 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		} else {
			letters++
		}
	}
	if digits > 0 && digits <= 6 && letters <= 3 {
		return ErrPartial
	}
	return ErrInvalid
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
