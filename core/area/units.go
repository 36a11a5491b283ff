package area

import (
	_ "embed"
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:embed data/admin-units.csv
var unitsCSV string

// unit is a row of admin-units.csv. Its strings are parts of the embedded
// text, so that they take no memory of their own.
type unit struct {
	code, name, full, typ string
	level                 Level
	parent                int32 // place in units, -1 for a province
}

// table holds the units by level, then code, and what finds them.
type table struct {
	units    []unit
	start    [5]int32 // start[r] is the first unit of the level of rank r
	children []int32  // units by parent, then code
	first    []int32  // first[p+1] is where the children of p begin
	names    names
}

// index is built at its first use, in a few hundredths of a second.
var index = sync.OnceValue(newTable)

func newTable() *table {
	t := &table{units: make([]unit, 0, strings.Count(unitsCSV, "\n"))}
	for row := range rows(unitsCSV) {
		u := unit{level: Level(row[0]), code: row[1], name: row[3], full: row[4], typ: row[5], parent: -1}
		if u.level != LevelProvince {
			u.parent = t.findAt(u.level.rank()-1, row[2])
		}
		t.units = append(t.units, u)
		for r := u.level.rank() + 1; r < len(t.start); r++ {
			t.start[r] = int32(len(t.units))
		}
	}
	t.link()
	t.names = newNames(t)
	return t
}

// link lists the children of each unit.
func (t *table) link() {
	t.children = make([]int32, len(t.units))
	for i := range t.children {
		t.children[i] = int32(i)
	}
	slices.SortStableFunc(t.children, func(a, b int32) int { return int(t.units[a].parent - t.units[b].parent) })
	t.first = make([]int32, len(t.units)+2)
	for _, u := range t.units {
		t.first[u.parent+2]++
	}
	for i := 1; i < len(t.first); i++ {
		t.first[i] += t.first[i-1]
	}
}

func (t *table) childrenOf(parent int32) []int32 {
	return t.children[t.first[parent+1]:t.first[parent+2]]
}

// find returns the place of a code in units, -1 when it is none.
func (t *table) find(code string) int32 {
	switch len(code) {
	case 2:
		return t.findAt(1, code)
	case 3:
		return t.findAt(2, code)
	case 5:
		if code == "11344" {
			code = "11353" // Cầu Đất, Hải Phòng, as a list of 2022 has it
		}
		return t.findAt(3, code)
	}
	return -1
}

func (t *table) findAt(rank int, code string) int32 {
	units := t.units[t.start[rank]:t.start[rank+1]]
	i := sort.Search(len(units), func(i int) bool { return units[i].code >= code })
	if i == len(units) || units[i].code != code {
		return -1
	}
	return t.start[rank] + int32(i)
}

func (t *table) unit(i int32) Unit {
	u := &t.units[i]
	out := Unit{Code: u.code, Name: u.name, FullName: u.full, Type: u.typ, Level: u.level}
	if u.parent >= 0 {
		out.Parent = t.units[u.parent].code
	}
	return out
}

// within reports whether i is o or lies under it.
func (t *table) within(i, o int32) bool {
	for ; i >= 0; i = t.units[i].parent {
		if i == o {
			return true
		}
	}
	return false
}

// province returns the province of i.
func (t *table) province(i int32) int32 {
	for t.units[i].parent >= 0 {
		i = t.units[i].parent
	}
	return i
}

// rows yields the rows of a CSV text after its header line. The files hold no
// quotes, which a test checks, so that a row is parts of the text itself.
func rows(csv string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		var row []string
		_, rest, _ := strings.Cut(csv, "\n")
		for line := range strings.Lines(rest) {
			row = row[:0]
			line = strings.TrimSuffix(line, "\n")
			for more := true; more; {
				var cell string
				cell, line, more = strings.Cut(line, ",")
				row = append(row, cell)
			}
			if !yield(row) {
				return
			}
		}
	}
}
