package flows

import (
	"slices"
	"strings"

	"khaibao/core/area"
	"khaibao/core/reading"
)

// passed is a place as it was told, with what it may be.
type passed struct {
	reading.Passage
	code  string   // GSO code, or ISO code of another country; "" when not known
	codes []string // several areas that it may be
	noise bool     // it holds no words of a place
}

// besidePlace are words that change no place, at its ends. Some are also in
// names (Đà Nẵng, Hồ Chí Minh), so they are taken off only where the whole text
// names no place.
var besidePlace = words1("toi tui em con chau minh anh chi gia dinh nha ba me bo vo chong co da o tai ngu nghi dung lai ghe cho choi an com uong tham di den ve qua tu ra vo vao len xuong " +
	"sang tren duong chay xe dem a thua nhe nha roi xong thi la hoi luc khoang cung voi mot hai ngay hom bua dau tien sau do truoc i was at in stayed passed through went visited from the")

// stopsIn joins what belongs to one place, "Liên Chiểu, Đà Nẵng", and finds the
// area of each. What holds no place gives its days to the next that has none.
func stopsIn(list []reading.Passage, e *Event) []passed {
	read := func(text string) (area.Reading, error) {
		return area.Read(text, area.Context{Province: e.Setting.Province, On: string(e.Today)})
	}
	var out []passed
	for i := 0; i < len(list); {
		p := passed{Passage: list[i], noise: onlyWords(fold(list[i].Place), besidePlace)}
		n := 1
		for k := min(3, len(list)-i); k > 1 && !p.noise; k-- {
			if whole, ok := joinedStop(list[i:i+k], read); ok {
				p, n = whole, k
				break
			}
		}
		i += n
		switch last := len(out) - 1; {
		case p.noise && last >= 0 && out[last].noise:
			out[last].Days = append(out[last].Days, p.Days...)
			continue
		case p.noise && i == len(list) && last >= 0 && len(out[last].Days) == 0:
			out[last].Days = p.Days
			continue
		case p.code == "" && !p.noise:
			p.code, p.codes = stopArea(p.Place, read)
		}
		if last := len(out) - 1; last >= 0 && out[last].noise && !p.noise {
			if len(p.Days) == 0 {
				p.Days = out[last].Days
			}
			out = out[:last]
		}
		out = append(out, p)
	}
	if last := len(out) - 1; last > 0 && out[last].noise && len(out[last].Days) == 0 { // "... nhé"
		out = out[:last]
	}
	return out
}

// joinedStop reads several as one place, if the smaller lie in the greater and
// no more than one of them, at an end, has days.
func joinedStop(list []reading.Passage, read func(string) (area.Reading, error)) (passed, bool) {
	whole := passed{}
	var places []string
	for i, p := range list {
		if len(p.Days) > 0 || p.Unclear {
			if len(whole.Days) > 0 || whole.Unclear || i > 0 && i < len(list)-1 {
				return passed{}, false
			}
			whole.Days, whole.Unclear = p.Days, p.Unclear
		}
		if onlyWords(fold(p.Place), besidePlace) {
			return passed{}, false
		}
		places = append(places, p.Place)
	}
	whole.Place = strings.Join(places, ", ")
	if whole.code = oneArea(places, read); whole.code != "" { // Bà Rịa - Vũng Tàu
		return whole, true
	}
	if whole.code = countryOf(places, read); whole.code != "" { // Bangkok, Thái Lan
		return whole, true
	}
	r, err := read(whole.Place)
	if err != nil || r.Code == "" {
		return passed{}, false
	}
	for _, end := range []string{places[len(places)-1], places[0]} {
		wide, codes := stopArea(end, read)
		if wide == "" && len(codes) > 0 {
			wide = codes[0]
		}
		if wide != r.Code && area.Contains(wide, r.Code) {
			whole.code = r.Code
			return whole, true
		}
	}
	return passed{}, false
}

// oneArea is the area that each of several names means by itself; "" when they
// mean different ones.
func oneArea(places []string, read func(string) (area.Reading, error)) string {
	code := ""
	for i, place := range places {
		c, _ := stopArea(place, read)
		if c == "" || i > 0 && c != code {
			return ""
		}
		code = c
	}
	return code
}

// countryOf is the other country that a list ends with, if all before it are no
// places of ours.
func countryOf(places []string, read func(string) (area.Reading, error)) string {
	last := len(places) - 1
	code := bareCountry(places[last])
	if code == "" || code == "VN" || slices.ContainsFunc(places[:last], func(place string) bool {
		c, codes := stopArea(place, read)
		return c != "" || codes != nil
	}) {
		return ""
	}
	return code
}

// deniesStop tells whether a text says where somebody was not: what is left of
// it must not be taken for where they were.
func deniesStop(text string) bool {
	said := " " + fold(text) + " "
	return strings.Contains(said, " khong ") || strings.Contains(said, " ko ") || strings.Contains(strings.ToLower(reading.Clean(text)), "chưa ")
}

// stopArea finds the area or country of one place; several codes when it may be
// one of them. Of an area and its parts that share a name the whole is meant.
func stopArea(text string, read func(string) (area.Reading, error)) (code string, codes []string) {
	if c := bareCountry(text); c != "" {
		return c, nil
	}
	r, err := read(text)
	for words := strings.Fields(text); err != nil && len(words) > 1; r, err = read(strings.Join(words, " ")) {
		switch last := len(words) - 1; {
		case besidePlace[fold(words[0])]:
			words = words[1:]
		case besidePlace[fold(words[last])]:
			words = words[:last]
		default:
			return "", nil
		}
	}
	if err != nil {
		return "", nil
	}
	for _, whole := range r.Ambiguous {
		if !slices.ContainsFunc(r.Ambiguous, func(c string) bool { return !area.Contains(whole, c) }) {
			return whole, nil
		}
	}
	return r.Code, r.Ambiguous
}

// oneStop finds which of the areas asked about a text names.
func oneStop(codes []string, told []passed) string {
	if len(codes) == 0 || len(told) != 1 {
		return ""
	}
	return oneOf(codes, area.Reading{Code: told[0].code, Ambiguous: told[0].codes})
}

// withoutUnsure cuts off that the day is not remembered: "Đà Nẵng, không nhớ ngày".
func withoutUnsure(text string) (words string, unsure bool) {
	fields := strings.Fields(text)
	for i := 1; i < len(fields); i++ {
		if rest := strings.Join(fields[i:], " "); reading.NotAtHand(rest) {
			return strings.Join(fields[:i], " "), true
		}
	}
	return text, false
}

// saysNowhere reads that no place was passed.
func saysNowhere(text string) bool {
	return readYesNo(text) == "no" || nowhereAndNobody(text) || isWord(text, "0", "di thang", "chay thang", "bay thang", "di thang ve", "di thang luon", "chay mot mach", "di mot mach",
		"khong co noi nao", "khong noi nao", "khong qua noi nao", "khong co nuoc nao", "khong nuoc nao", "khong ghe dau", "khong dung o dau", "khong dung dau", "khong qua dau ca", "khong ra nuoc ngoai",
		"khong di nuoc ngoai", "chua ra nuoc ngoai", "chua di nuoc ngoai", "chua di nuoc nao", "chi o viet nam", "trong nuoc", "chi trong nuoc", "o viet nam", "o viet nam thoi",
		"none", "nowhere", "no", "direct", "only vietnam", "no other country", "not abroad", "only in vietnam", "never")
}

// saysNoMore reads that the list is whole.
func saysNoMore(text string) bool {
	return isWord(text, "het", "het roi", "xong", "xong roi", "thoi", "du roi", "vay thoi", "rua thoi", "the thoi", "khong con", "khong con noi nao", "khong con dau", "done", "no more", "that is all", "thats all", "end") ||
		readYesNo(text) == "no"
}
