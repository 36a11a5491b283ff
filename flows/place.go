package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// unknownArea is the choice of somebody who cannot say more than the district.
const unknownArea = "unknown"

// readPlace reads a place down to the commune. What is ambiguous is asked with
// numbered choices; of a district or province its communes are asked; what was
// read before counts for what is typed next.
func (r *run) readPlace(q *Question, text string) {
	open := Open{ID: q.ID}
	if o := r.s.Open; o != nil && o.ID == q.ID {
		open = *o
	}
	if n, ok := readNumber(text); ok {
		r.numberedPlace(q, &open, n)
		return
	}
	if n := len(open.Codes); n > 0 {
		if numbers, ok := reading.ReadChoices(text, n); ok && len(numbers) == 1 {
			r.numberedPlace(q, &open, numbers[0])
			return
		}
	}
	if len(q.Choices) > 0 && q.Read != nil && open.Within == "" && len(open.Codes) == 0 {
		if c := q.Read(text); c != "" && q.understands(r.view(), c) {
			r.choose(q, c, false)
			return
		}
	}
	if c := r.numberedOne(q, text); c != "" && open.Within == "" && len(open.Codes) == 0 {
		r.choose(q, c, false)
		return
	}
	if q.Abroad && len(open.Codes) == 0 {
		if country := countryIn(text); country != "" {
			r.check(q, Answer{Value: country, Typed: reading.Clean(text)})
			return
		}
	}
	context := area.Context{Within: open.Within, Province: r.e.Setting.Province, On: string(r.e.Today)}
	if open.Within != "" {
		context.AskedLevel = area.LevelCommune
	}
	if q.Where != nil && context.Within == "" && q.Where(r.view(), context.Province).Key == "" {
		context.Within = context.Province // the answer lies at home
	}
	read, err := area.Read(text, context)
	if err == nil && q.Where != nil {
		read = r.fitting(q, read)
	}
	if code := oneOf(open.Codes, read); code != "" {
		read = area.Reading{Code: code, Sub: read.Sub, Rest: read.Rest}
	}
	if err != nil && open.Within != "" && reading.NotAtHand(text) {
		r.choose(q, unknownArea, false)
		return
	}
	before := open
	open.Codes = nil
	open.Typed = joinTexts("; ", open.Typed, reading.Clean(text))
	open.Sub = joinTexts(", ", open.Sub, read.Sub)
	open.House = joinTexts(", ", open.House, read.Rest)
	switch {
	case err != nil && open.Within == "" && (open.Sub != before.Sub || street(read.Rest) && open.House != before.House):
		if !street(read.Rest) {
			open.House = before.House
		}
		r.s.Open = &open // a hamlet or a street is a beginning
		r.ask()
	case err != nil && reading.NotAtHand(text):
		r.wrong(say("wrong.place_unknown"))
	case err != nil:
		r.wrongPlace(open.Within)
	case len(read.Ambiguous) > 0:
		open.Codes = read.Ambiguous
		r.s.Open = &open
		r.ask()
	case read.Code == open.Within:
		r.wrongPlace(open.Within)
	default:
		r.settle(q, open, read.Code)
	}
}

// street tells whether the rest of a place is surely a house or a street.
func street(rest string) bool {
	first, _, _ := strings.Cut(fold(rest), " ")
	return strings.IndexAny(first, "0123456789") == 0 || slices.Contains([]string{"so", "kiet", "hem", "ngo", "duong", "nha", "lo", "chung"}, first) && strings.ContainsAny(rest, "0123456789")
}

func (r *run) wrongPlace(within string) {
	if within == "" {
		r.wrong(say("wrong.place"))
		return
	}
	r.wrong(say("wrong.place_within", "area", areaName(within, r.e.Setting.Province)))
}

// numberedPlace takes a number of the choices shown.
func (r *run) numberedPlace(q *Question, open *Open, n int) {
	switch {
	case n >= 1 && n <= len(open.Codes):
		code := open.Codes[n-1]
		open.Codes = nil
		r.settle(q, *open, code)
	case n == 0 && open.Within != "":
		r.choose(q, unknownArea, false)
	case len(open.Codes) == 0 && open.Within == "" && r.choiceByNumber(q, n) != "":
		r.choose(q, r.choiceByNumber(q, n), false)
	default:
		r.wrong(say("wrong.place"))
	}
}

// settle takes one area. Unless it is as fine as areas get, what lies in it is
// asked next.
func (r *run) settle(q *Question, open Open, code string) {
	if q.Where != nil {
		if complaint := q.Where(r.view(), code); complaint.Key != "" {
			r.wrong(complaint)
			return
		}
	}
	if !area.Leaf(code) {
		open.Within = code
		r.s.Open = &open
		r.ask()
		return
	}
	r.check(q, Answer{Value: code, Sub: open.Sub, House: open.House, Typed: open.Typed})
}

// choosePlace takes a button: an area that was offered, or "no more is known".
func (r *run) choosePlace(q *Question, choice string, late bool) {
	open := Open{ID: q.ID}
	switch old := r.s.answer(q.ID); {
	case late:
		open.Sub, open.House, open.Typed = old.Sub, old.House, old.Typed
	case r.s.Open != nil && r.s.Open.ID == q.ID:
		open = *r.s.Open
	}
	switch {
	case choice == unknownArea && open.Within != "":
		r.check(q, Answer{Value: open.Within, Sub: open.Sub, House: open.House, Typed: open.Typed})
	case q.hasChoice(choice):
		r.answer(q, Answer{Value: choice}, late)
	case !isArea(choice):
		r.repeat(say("press.other"))
	case late && area.Leaf(choice) && (q.Where == nil || q.Where(r.view(), choice).Key == ""):
		r.answer(q, Answer{Value: choice, Sub: open.Sub, House: open.House, Typed: open.Typed}, true)
	case late:
		r.repeat(say("press.other"))
	default:
		open.Codes = nil
		r.settle(q, open, choice)
	}
}

// finerPlace asks which of several areas is meant, or for the commune.
func (r *run) finerPlace(q *Question) core.Say {
	open := r.s.Open
	if len(open.Codes) > 0 {
		s := core.Say{Key: "place.which"}
		for i, code := range open.Codes {
			s.Choices = append(s.Choices, core.Choice{
				Action: r.action(q.ID, code), Text: areaName(code, r.e.Setting.Province), Number: strconv.Itoa(i + 1), Wide: true})
		}
		return s
	}
	if open.Within == "" {
		return core.Say{Key: "place.rest", Input: core.InputText}
	}
	s := say("place.commune", "area", areaName(open.Within, r.e.Setting.Province))
	s.Input = core.InputText
	s.Choices = []core.Choice{{Action: r.action(q.ID, unknownArea), Key: "place.unknown", Number: "0", Wide: true}}
	return s
}

// readQuarter reads a quarter or hamlet, and a house and street if they came
// along. What is not surely a quarter is kept as private text.
func (r *run) readQuarter(q *Question, text string) {
	words := freeWords(text)
	n, number := readNumber(words)
	if words == "" || number && n >= 100 || readYesNo(text) != "" || strings.HasPrefix(fold(text), "nhu ") || readSame(text) != "" {
		r.wrong(say("wrong.quarter"))
		return
	}
	if number {
		words = "tổ " + strconv.Itoa(n)
	}
	parent := r.view().Value(q.Under)
	if other, err := area.Read(words, area.Context{Province: r.e.Setting.Province, On: string(r.e.Today)}); err == nil && namesCommune(words) &&
		area.Leaf(other.Code) && other.Code != parent {
		r.readPlace(r.form.question(q.Under), text) // the commune itself is put right
		return
	}
	read, _ := area.Read(words, area.Context{Within: parent, Province: r.e.Setting.Province})
	a := Answer{Value: words, Sub: read.Sub, House: read.Rest, Typed: words}
	if a.Sub == "" {
		a.House = words
	}
	r.check(q, a)
}

// namesCommune tells whether a text says that it names a commune: phường An Cựu.
func namesCommune(text string) bool {
	said := " " + fold(text) + " "
	return slices.ContainsFunc([]string{" phuong ", " xa ", " thi tran ", " p ", " tt "}, func(w string) bool { return strings.Contains(said, w) })
}

// placeWords names a place: house, quarter, commune, district, and the province
// when it is another one.
func (r *run) placeWords(q *Question, a *Answer) string {
	sub, house := a.Sub, a.House
	for i := range r.form.Questions {
		child := &r.form.Questions[i]
		if child.Under == q.ID && child.Kind == Quarter {
			if c := r.s.answer(child.ID); c != nil && c.Value != Skipped {
				sub, house = joinTexts(", ", sub, c.Sub), joinTexts(", ", house, c.House)
			}
		}
	}
	if r.e.Features.Plain { // free words never go out by SMS
		house = ""
	}
	if !isCode(a.Value) {
		return joinTexts(", ", house, countryName(a.Value, r.e.Known.Lang))
	}
	return joinTexts(", ", house, sub, areaName(a.Value, r.e.Setting.Province))
}

// areaName names an area as people at home do: a commune with its district, a
// district alone; with all above it when it lies in another province.
func areaName(code, home string) string {
	switch {
	case !area.Contains(home, code):
		return area.Address(code)
	case area.District(code) == code:
		u, _ := area.Get(code)
		return u.FullName
	}
	return area.Label(code)
}

// oneOf finds the one of the offered areas that a reading speaks of: by itself,
// or by the district that it lies in.
func oneOf(codes []string, read area.Reading) string {
	said := append([]string{read.Code}, read.Ambiguous...)
	found := ""
	for _, code := range codes {
		if !slices.ContainsFunc(said, func(s string) bool { return area.Contains(s, code) }) {
			continue
		}
		if found != "" {
			return ""
		}
		found = code
	}
	return found
}

// fitting leaves of several areas that a text may mean those that may be the
// answer; when none may, one stays, to be complained about.
func (r *run) fitting(q *Question, read area.Reading) area.Reading {
	left := slices.DeleteFunc(slices.Clone(read.Ambiguous), func(code string) bool { return q.Where(r.view(), code).Key != "" })
	switch {
	case len(read.Ambiguous) == 0:
	case len(left) == 0:
		read.Code, read.Ambiguous = read.Ambiguous[0], nil
	case len(left) == 1:
		read.Code, read.Ambiguous = left[0], nil
	default:
		read.Ambiguous = left
	}
	return read
}

func isArea(code string) bool {
	_, ok := area.Get(code)
	return ok
}

// joinTexts joins what is not empty and not there yet.
func joinTexts(by string, texts ...string) string {
	var out []string
	for _, t := range texts {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, by)
}
