package area

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed data/old-names.csv
var oldNamesCSV string

//go:embed data/aliases.csv
var aliasesCSV string

// name is one name of one unit.
type name struct {
	unit  int32
	key   string // words run together, "ancuu"
	form  string // "an0 cưu.", each word followed by its tone
	typ   types  // the type that goes with the name
	needs bool   // counts only after a word of its type: a number, Đúc
	short bool   // one or two letters: counts only as a whole part of an address
	until string // first day on which an old name no longer held; "" holds
}

// names finds names by what was typed, exactly or as a Huế ear hears it.
type names struct {
	list    []name              // by key
	byKey   map[string][2]int32 // range of list
	loose   []int32             // places in list, by loose key
	byLoose map[string][2]int32 // range of loose

	oldDistricts map[int32]int32 // of communes that were moved
}

// source is a name still to be spelt.
type source struct {
	name
	text string
}

func newNames(t *table) names {
	var all []source
	oldDistricts := map[int32]int32{}
	for i, u := range t.units {
		all = append(all, source{name{unit: int32(i), typ: typeOf(u.typ, u.level)}, u.name})
	}
	for row := range rows(oldNamesCSV) {
		// old_name,old_type,old_code,old_district,until,new_code,new_name,remark
		n := name{unit: t.find(row[5]), typ: typeOf(row[1], LevelCommune), until: row[4]}
		oldDistricts[n.unit] = t.find(row[3])
		all = append(all, source{n, row[0]})
	}
	for row := range rows(aliasesCSV) {
		// alias,type,code,remark
		n := name{unit: t.find(row[2])}
		u := t.units[n.unit]
		n.typ = typeOf(u.typ, u.level)
		if row[1] != "" {
			n.typ, n.needs = typeOf(row[1], u.level), true
		}
		all = append(all, source{n, row[0]})
	}
	out := spellNames(all)
	out.oldDistricts = oldDistricts
	return out
}

func spellNames(all []source) names {
	s := speller{key: make([]byte, 0, 16*len(all)), form: make([]byte, 0, 20*len(all))}
	loose := make([]byte, 0, 16*len(all))
	type place struct{ key, form, loose int }
	at := make([]place, len(all)+1)
	for i := range all {
		for _, tok := range tokenize(all[i].text) {
			s.key = append(s.key, tok.key...)
			s.form = append(append(s.form, tok.form...), toneDigit(tok.tone), ' ')
			loose = append(loose, loosen(tok.key)...)
			all[i].needs = all[i].needs || tok.number && tok.to-tok.from == len(all[i].text)
		}
		at[i+1] = place{len(s.key), len(s.form), len(loose)}
		all[i].short = !all[i].needs && at[i+1].key-at[i].key <= 2 && all[i].text == strings.ToUpper(all[i].text)
	}
	keys, forms, looseKeys := string(s.key), string(s.form), string(loose)

	order := make([]int32, len(all))
	for i := range all {
		order[i] = int32(i)
		all[i].key, all[i].form = keys[at[i].key:at[i+1].key], forms[at[i].form:at[i+1].form-1]
	}
	slices.SortFunc(order, func(a, b int32) int {
		if c := strings.Compare(all[a].key, all[b].key); c != 0 {
			return c
		}
		return int(a - b)
	})
	n := names{list: make([]name, len(all)), loose: make([]int32, len(all))}
	looseOf := make([]string, len(all))
	for i, o := range order {
		n.list[i] = all[o].name
		n.loose[i] = int32(i)
		looseOf[i] = looseKeys[at[o].loose:at[o+1].loose]
	}
	slices.SortFunc(n.loose, func(a, b int32) int {
		if c := strings.Compare(looseOf[a], looseOf[b]); c != 0 {
			return c
		}
		return int(a - b)
	})
	n.byKey = ranges(len(all), func(i int) string { return n.list[i].key })
	n.byLoose = ranges(len(all), func(i int) string { return looseOf[n.loose[i]] })
	return n
}

// ranges maps each key of a sorted list to where it stands.
func ranges(n int, key func(int) string) map[string][2]int32 {
	out := make(map[string][2]int32, n*2/3)
	for i := 0; i < n; {
		j := i + 1
		for j < n && key(j) == key(i) {
			j++
		}
		out[key(i)] = [2]int32{int32(i), int32(j)}
		i = j
	}
	return out
}

func toneDigit(tone byte) byte {
	if tone == 0 {
		return '0'
	}
	return tone
}
