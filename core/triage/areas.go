package triage

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
)

// Area is an epidemic area in force from a day until a day (the last one, "" for
// open): a unit, a part of a commune, or a circle inside one. Areas do not
// overrule each other: of several that a stay touches the worst counts, so a
// green commune inside an orange province is told by its neighbours' codes.
type Area struct {
	ID       string
	Code     string  // GSO code of a commune, district or province; ISO code of another country
	Sub      string  // part of the commune Code, "TDP 3"; "" for all of it
	Lat, Lon float64 // degrees, with Radius
	Radius   int     // metres around a point inside the commune Code; 0 for no circle
	Name     string  // what people call it; "" for the unit's name
	Level    string  // of Levels
	Lockdown bool
	From     core.Day
	Until    core.Day
}

// maxRadius keeps a circle to what one commune may hold; a wider area is a unit.
const maxRadius = 20_000

// Check says what is wrong with an area, nil for nothing.
func (a Area) Check() error {
	unit, known := area.Get(a.Code)
	commune := known && area.Leaf(a.Code)
	from, until := ordinalOf(a.From), ordinalOf(a.Until)
	switch {
	case a.ID == "":
		return errors.New("area without an ID")
	case !known && !country(a.Code):
		return fmt.Errorf("area %s: no unit has the code %q", a.ID, a.Code)
	case levelWords.bits[a.Level] == 0:
		return fmt.Errorf("area %s: no level %q", a.ID, a.Level)
	case a.Sub != "" && !commune:
		return fmt.Errorf("area %s: a part needs its commune, %q is a %s", a.ID, a.Code, unit.Level)
	case a.Radius != 0 && !commune:
		return fmt.Errorf("area %s: a circle needs the commune of its point", a.ID)
	case a.Radius < 0 || a.Radius > maxRadius:
		return fmt.Errorf("area %s: a radius of %d m", a.ID, a.Radius)
	case a.Radius > 0 && !(a.Lat >= -90 && a.Lat <= 90 && a.Lon >= -180 && a.Lon <= 180):
		return fmt.Errorf("area %s: no such point", a.ID)
	case a.Radius > 0 && a.Sub != "":
		return fmt.Errorf("area %s: either a part of a commune or a circle", a.ID)
	case from == noDay:
		return fmt.Errorf("area %s: no first day", a.ID)
	case a.Until != "" && (until == noDay || until < from):
		return fmt.Errorf("area %s: ends before it begins", a.ID)
	}
	return nil
}

// country tells an ISO 3166 code from a GSO code, which is all digits.
func country(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}

// Areas is an immutable index of areas. The nil index holds none.
type Areas struct {
	list    []indexed
	at      map[string][]int32 // by their own code
	inside  map[string][]int32 // by the codes of the units above them
	version string
}

// indexed is an area, ready to be compared.
type indexed struct {
	Area
	level       int // from 0
	from, until ordinal
	parts       []string // of Sub
}

// NewAreas indexes areas, whatever their days. An area that Check refuses is
// left out: it could never be told apart from a mistake.
func NewAreas(list []Area) *Areas {
	out := &Areas{at: make(map[string][]int32), inside: make(map[string][]int32)}
	sum := sha256.New()
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Area) int { return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Code, b.Code)) })
	for _, a := range sorted {
		if a.Check() != nil {
			continue
		}
		fmt.Fprintf(sum, "%q\n", fmt.Sprint(a.ID, "|", a.Code, "|", a.Sub, "|", a.Lat, "|", a.Lon, "|", a.Radius, "|", a.Name, "|", a.Level, "|", a.Lockdown, "|", a.From, "|", a.Until))
		i := int32(len(out.list))
		x := indexed{Area: a, level: slices.Index(levelWords.ids, a.Level), from: ordinalOf(a.From), until: farAhead, parts: partsOf(a.Sub)}
		if a.Until != "" {
			x.until = ordinalOf(a.Until)
		}
		out.list = append(out.list, x)
		code := a.Code
		if unit, ok := area.Get(code); ok {
			code = unit.Code
		}
		out.at[code] = append(out.at[code], i)
		for _, above := range area.Parents(code) {
			out.inside[above.Code] = append(out.inside[above.Code], i)
		}
	}
	out.version = hex.EncodeToString(sum.Sum(nil))[:8]
	return out
}

// Version is a hash of the areas: it changes with any of them. That of no areas
// is "0".
func (a *Areas) Version() string {
	if a == nil || len(a.list) == 0 {
		return "0"
	}
	return a.version
}

// Len is how many areas there are.
func (a *Areas) Len() int {
	if a == nil {
		return 0
	}
	return len(a.list)
}
