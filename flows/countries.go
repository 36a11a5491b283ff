package flows

import (
	"regexp"
	"slices"
	"strings"
)

// apart is what stands between the names of a list.
var apart = regexp.MustCompile(`[,;/&+|\n]|(?i:\s(?:và|va|rồi|roi|and)\s)`)

// besideCountry are words that change no country, at its ends.
var besideCountry = words1("tu tai o ben di qua ghe den ve sang nuoc co da toi tui em con minh quoc gia a da roi va from in to via i was been visited the")

// bareCountry reads a country among words that say nothing.
func bareCountry(text string) string {
	if code := readCountry(text); code != "" {
		return code
	}
	words := strings.Fields(text)
	for len(words) > 1 && besideCountry[fold(words[0])] {
		words = words[1:]
	}
	for len(words) > 1 && besideCountry[fold(words[len(words)-1])] {
		words = words[:len(words)-1]
	}
	return readCountry(strings.Join(words, " "))
}

// countryIn reads the country other than Vietnam that a place lies in: "Lào",
// "Savannakhet, Lào".
func countryIn(text string) string {
	parts := strings.Split(text, ",")
	if code := bareCountry(parts[len(parts)-1]); code != "VN" {
		return code
	}
	return ""
}

// readCountries reads a list of countries; all of it must be understood.
func (r *run) readCountries(q *Question, text string) {
	if saysNowhere(text) {
		r.check(q, Answer{Value: q.None})
		return
	}
	var set []string
	named := false
	for _, part := range apart.Split(text, -1) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		code := bareCountry(part)
		if code == "" {
			r.wrong(say("wrong.countries"))
			return
		}
		if named = true; code != "VN" && !slices.Contains(set, code) {
			set = append(set, code)
		}
	}
	switch {
	case len(set) > 0:
		slices.Sort(set)
		r.check(q, Answer{Set: set})
	case named: // Vietnam alone
		r.check(q, Answer{Value: q.None})
	default:
		r.wrong(say("wrong.countries"))
	}
}

// countryNames names countries in a language.
func countryNames(codes []string, lang string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = countryName(code, lang)
	}
	return strings.Join(names, ", ")
}
