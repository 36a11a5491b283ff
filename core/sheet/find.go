package sheet

import (
	"slices"
	"strings"
	"unicode"

	"khaibao/core/reading"
)

// searched is in how many rows the header is looked for: above it may stand a
// title, an office and a help text.
const searched = 30

// Column is a column that a caller looks for.
type Column struct {
	Key   string   // the caller's own name
	Names []string // what its header may say, with or without marks, in any case
	Must  bool     // without it the table is of no use
}

// Find makes the row that names most of the columns the header of the table, and
// gives the index of each column in its rows, -1 for one that is not there. A
// name that stands twice is that of the first. An *Error NoHeader names the
// columns that must be there and are not.
func (t *Table) Find(columns []Column) ([]int, error) {
	names := make(map[string]int)
	for i, c := range columns {
		for _, n := range c.Names {
			if key := headerKey(n); key != "" {
				names[key] = i
			}
		}
	}
	best, most := 0, 0
	for i := range min(len(t.all), searched) {
		seen := make(map[int]bool)
		for _, c := range t.all[i] {
			if n, ok := names[headerKey(c.Text)]; ok && c.Kind == Text {
				seen[n] = true
			}
		}
		if len(seen) > most {
			best, most = i, len(seen)
		}
	}
	t.headerAt(best)
	at := slices.Repeat([]int{-1}, len(columns))
	for i, h := range t.Header {
		if n, ok := names[headerKey(h)]; ok && at[n] < 0 {
			at[n] = i
		}
	}
	var missing []string
	for i, c := range columns {
		if c.Must && at[i] < 0 {
			missing = append(missing, c.Key)
		}
	}
	if len(missing) > 0 {
		return at, &Error{Reason: NoHeader, Missing: missing}
	}
	return at, nil
}

// headerKey is what two headers have in common that mean one column: letters and
// digits without marks, up to a bracket or a line break, after which help stands.
func headerKey(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "(\n\r*"); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, reading.Fold(s))
}

// headerAt makes one of the rows the header.
func (t *Table) headerAt(i int) {
	t.Header, t.Rows, t.Numbers, t.HeaderRow = nil, nil, nil, t.at[i]
	for _, c := range t.all[i] {
		t.Header = append(t.Header, c.Text)
	}
	t.Numbers = t.at[i+1:]
	t.Rows = t.all[i+1:]
	for j, row := range t.Rows {
		if short := len(t.Header) - len(row); short > 0 {
			t.Rows[j] = append(row, make([]Cell, short)...)
		}
	}
}
