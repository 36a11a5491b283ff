package area

import (
	"slices"
	"strings"
	"unicode/utf8"

	"khaibao/core/reading"
)

// Reading is what a text says of a place.
type Reading struct {
	Code string // GSO code when one unit is meant
	Name string // its full name, "Phường An Cựu"
	// Sub is the part of a commune: "TDP 3", "Thôn Dạ Lê"; several are joined
	// by ", ".
	Sub string
	// Rest is the house and street: what was typed besides units and Sub, as
	// typed. It is private data.
	Rest string
	// Ambiguous lists by code the two to five units to ask about when several
	// fit; Code and Name are then empty.
	Ambiguous []string
}

// Context says what is known when a place is asked for.
type Context struct {
	Within     string // a province or district already chosen; its units come first
	AskedLevel Level  // the level that decides when units of several fit
	Province   string // home province, "46" when empty or unknown
	On         string // civil day of the names, "2021-07-15"; "" is the newest
}

// maxText bounds, in bytes, what is read of a text, from its end.
const maxText = 1000

// maxChoices is the most choices a question offers.
const maxChoices = 5

// Read reads a place as people type it: any part of "house and street, TDP or
// thôn, commune, district, province", with or without marks, commas and type
// words, by today's names and those of before 2020 and 2021.
//
// What is not told by the text is looked for in Context.Within, then in the
// home province, then in the country. A text that names a unit outside Within
// is read all the same: compare with Contains. When several units fit,
// Ambiguous says which; when none does, the error is ErrNotFound and Sub and
// Rest still hold what was typed.
//
// Rules: docs/reference/vietnam.md, section 5.
func Read(text string, c Context) (Reading, error) {
	ix := index()
	text = prepare(text)
	r, found := readPlain(ix, reading.Clean(text), c)
	if unknown := r.unknown(coverOf(found)); unknown > 0 || len(found) == 0 {
		// Only now, as many a plain word could also be Telex (vietnam.md 5.3).
		for _, repaired := range reading.Repairs(text) {
			r2, found2 := readPlain(ix, repaired, c)
			if better(found2, found, r2.unknown(coverOf(found2)), unknown) && r2.repaired(found2[0].cover, text) {
				r, found = r2, found2
				break
			}
		}
	}
	return r.reading(found)
}

// coverOf is the set of tokens that name the units found.
func coverOf(found []candidate) uint64 {
	var cover uint64
	for _, c := range found {
		cover |= c.cover
	}
	return cover
}

// better reports whether a looser reading tells more than the plain one, by
// the levels named, then by how many words mean nothing.
func better(loose, plain []candidate, unknown, plainUnknown int) bool {
	switch {
	case len(loose) == 0:
		return false
	case len(plain) == 0 || loose[0].levels > plain[0].levels:
		return true
	}
	return loose[0].levels == plain[0].levels && loose[0].scope >= plain[0].scope && unknown < plainUnknown
}

// repaired reports whether one of the tokens came about by the repair of a
// text. Else it only broke what stood beside a name: thôn is TCVN3 for thụn.
func (r *reader) repaired(cover uint64, text string) bool {
	for i := range r.toks {
		if word := r.text[r.toks[i].from:r.toks[i].to]; cover>>i&1 != 0 && strings.Count(text, word) < strings.Count(r.text, word) {
			return true
		}
	}
	return false
}

// prepare cuts the beginning of a text too long to be a place, and writes new
// lines, which Clean takes for blanks, as the commas they stand for.
func prepare(text string) string {
	if len(text) > maxText {
		text = text[len(text)-maxText:]
		for len(text) > 0 && !utf8.RuneStart(text[0]) {
			text = text[1:]
		}
	}
	if strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\n", ", ")
	}
	return text
}

// readPlain reads a text as it stands: first as it is spelt, then by ear.
func readPlain(ix *table, text string, c Context) (*reader, []candidate) {
	r := newReader(ix, text, c)
	r.findMentions()
	found := r.choose()
	switch {
	case len(found) == 0, found[0].scope == 0 && found[0].levels == 1 && found[0].level > 1:
		r.addHeard(r.home)
		if heard := r.choose(); len(heard) > 0 && len(found) > 0 {
			found = r.settle(append(heard, found...))
		} else if len(heard) > 0 {
			found = heard
		}
	case found[0].level < 3 && r.unknown(found[0].cover) > 0:
		r.addHeard(ix.province(found[0].unit))
		if heard := r.choose(); better(heard, found, r.unknown(coverOf(heard)), r.unknown(coverOf(found))) {
			found = heard
		}
	}
	return r, found
}

// reading turns candidates into an answer or a question.
func (r *reader) reading(found []candidate) (Reading, error) {
	var codes []int32
	for _, c := range found {
		codes = append(codes, c.unit)
	}
	slices.Sort(codes) // units stand by level
	codes = r.useful(slices.Compact(codes))
	var out Reading
	if len(codes) == 0 {
		out.Sub, out.Rest = r.parts(0)
		return out, ErrNotFound
	}
	out.Sub, out.Rest = r.parts(coverOf(found))
	if len(codes) == 1 {
		u := &r.ix.units[codes[0]]
		out.Code, out.Name = u.code, u.full
		return out, nil
	}
	for _, i := range codes {
		out.Ambiguous = append(out.Ambiguous, r.ix.units[i].code)
	}
	slices.SortFunc(out.Ambiguous, strings.Compare)
	return out, nil
}

// useful cuts units, given from the widest, to those worth a question. Beside a
// province or several districts elsewhere in the country, communes that share
// their name are left out; more communes, or districts, than can be offered are
// no answer: the name must be typed with what it lies in.
func (r *reader) useful(codes []int32) []int32 {
	wide := 0
	for wide < len(codes) && r.ix.units[codes[wide]].level != LevelCommune {
		wide++
	}
	if wide > 0 && r.ix.units[codes[0]].level == LevelProvince || wide > 1 && len(codes) > maxChoices {
		codes = slices.DeleteFunc(codes, func(i int32) bool {
			return r.ix.units[i].level == LevelCommune && r.scope(i) == 0
		})
	}
	if (wide == 0 || wide > maxChoices) && len(codes) > maxChoices {
		return nil
	}
	return codes[:min(len(codes), maxChoices)]
}

// The answers of `khaibao read place`, in the form of the test vectors.
type (
	oneUnit struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Sub  string `json:"sub,omitempty"`
	}
	severalUnits struct {
		Ambiguous []string `json:"ambiguous"`
	}
	noUnit struct {
		Error string `json:"error"`
	}
)

// ReadText reads a place for staff who try their own words. The context may
// hold the strings within, asked_level, province and on. The answer marshals
// to {"code","name","sub"}, {"ambiguous"} or {"error"}.
func ReadText(text string, context map[string]any) any {
	str := func(key string) string { s, _ := context[key].(string); return s }
	got, err := Read(text, Context{
		Within:     str("within"),
		AskedLevel: Level(str("asked_level")),
		Province:   str("province"),
		On:         str("on"),
	})
	switch {
	case err != nil:
		return noUnit{err.Error()}
	case got.Code == "":
		return severalUnits{got.Ambiguous}
	}
	return oneUnit{got.Code, got.Name, got.Sub}
}
