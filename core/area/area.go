// Package area knows the administrative units of Vietnam and reads a place as
// people type it.
//
// The units are those of 1 August 2021 with their codes of the General
// Statistics Office (GSO): 63 provinces, 705 districts, 10,599 communes. What a
// newcomer would learn the hard way, with sources, is in data/README.md:
//   - codes are text (01 is Hà Nội) and were used again: 19756 was Phú Hiệp and
//     is Gia Hội since 1 July 2021, so keep the day and the words beside a code;
//   - five island districts have no communes: ask Leaf, not the level, whether
//     an answer is as fine as it can get;
//   - two wards of Hương Trà, Hương Vân and Hương Văn, are one word without marks.
//
// Nothing here knows the clock, a database or the network.
package area

import (
	"strings"

	"khaibao/core/reading"
)

// ErrNotFound says that a text names no unit.
const ErrNotFound = reading.ErrNotFound

// Level is one of the three levels of units that stood in 2021.
type Level string

// The levels, from the widest.
const (
	LevelProvince Level = "province"
	LevelDistrict Level = "district"
	LevelCommune  Level = "commune"
)

// rank orders levels from the widest: 1, 2, 3; 0 is any level.
func (l Level) rank() int {
	switch l {
	case LevelProvince:
		return 1
	case LevelDistrict:
		return 2
	case LevelCommune:
		return 3
	}
	return 0
}

// Unit is one administrative unit.
type Unit struct {
	Code     string // GSO code: 2 digits for a province, 3 for a district, 5 for a commune
	Parent   string // code of the unit above, "" for a province
	Name     string // "An Cựu"
	FullName string // with its type, "Phường An Cựu"
	Type     string // "Phường", "Thành phố Trung ương", ...
	Level    Level
}

// Get returns the unit of a code. 11344, which a later list gives to the ward
// 11353, is answered with that ward.
func Get(code string) (Unit, bool) {
	ix := index()
	i := ix.find(code)
	if i < 0 {
		return Unit{}, false
	}
	return ix.unit(i), true
}

// Parents returns the units above a code, nearest first.
func Parents(code string) []Unit {
	ix := index()
	var out []Unit
	if i := ix.find(code); i >= 0 {
		for p := ix.units[i].parent; p >= 0; p = ix.units[p].parent {
			out = append(out, ix.unit(p))
		}
	}
	return out
}

// Children returns the units directly under a code, by code; under "" the
// provinces. A commune and five island districts have none.
func Children(code string) []Unit {
	ix := index()
	parent := int32(-1)
	if code != "" {
		if parent = ix.find(code); parent < 0 {
			return nil
		}
	}
	ids := ix.childrenOf(parent)
	out := make([]Unit, len(ids))
	for i, id := range ids {
		out[i] = ix.unit(id)
	}
	return out
}

// Leaf reports whether a code names a unit with none below it: a commune, or a
// district without communes (318, 471, 498, 536, 755).
func Leaf(code string) bool {
	ix := index()
	i := ix.find(code)
	return i >= 0 && len(ix.childrenOf(i)) == 0
}

// Contains reports whether the unit inner lies in the unit outer. A unit
// contains itself; an empty or unknown code contains nothing and lies nowhere.
func Contains(outer, inner string) bool {
	ix := index()
	o, i := ix.find(outer), ix.find(inner)
	return o >= 0 && i >= 0 && ix.within(i, o)
}

// Province returns the code of the province a code lies in, "" when unknown.
func Province(code string) string { return ancestor(code, LevelProvince) }

// District returns the code of the district a code lies in, "" for a province.
func District(code string) string { return ancestor(code, LevelDistrict) }

func ancestor(code string, level Level) string {
	ix := index()
	for i := ix.find(code); i >= 0; i = ix.units[i].parent {
		if ix.units[i].level == level {
			return ix.units[i].code
		}
	}
	return ""
}

// Label names a unit with the one above it, for a list of choices:
// "Phường An Cựu, Thành phố Huế". An unknown code is returned as it is.
func Label(code string) string {
	return label(code, 2)
}

// Address names a unit with all above it:
// "Phường An Cựu, Thành phố Huế, Tỉnh Thừa Thiên Huế".
func Address(code string) string {
	return label(code, 3)
}

func label(code string, parts int) string {
	ix := index()
	i := ix.find(code)
	if i < 0 {
		return code
	}
	var b strings.Builder
	for ; i >= 0 && parts > 0; i, parts = ix.units[i].parent, parts-1 {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		u := &ix.units[i]
		if strings.HasPrefix(u.name, u.typ+" ") { // Phường Phường Đúc
			b.WriteString(u.name)
		} else {
			b.WriteString(u.full)
		}
	}
	return b.String()
}
