package sheet

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	maxMerged = 20_000 // ranges of joined cells
	maxRow    = 1 << 20
)

// readRows reads the rows of one sheet that are not blank.
func (b *book) readRows(s shown) (*Table, error) {
	t, err := b.part(s.part)
	if err != nil {
		return nil, err
	}
	defer t.close()
	w := &rowReader{book: b, tags: t, table: &Table{Sheet: s.name}}
	for {
		token, err := t.next()
		if token == nil || err != nil {
			w.fillMerged()
			return w.table, err
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "row":
			last := w.number
			w.number++
			if n, err := strconv.Atoi(attr(e, "r")); err == nil {
				w.number = n
			}
			if w.number <= last || w.number > maxRow {
				return nil, refuse(Damaged)
			}
			if err := w.row(); err != nil {
				return nil, err
			}
		case "mergeCell":
			if m, ok := parseRange(attr(e, "ref")); ok && len(w.merged) < maxMerged {
				w.merged = append(w.merged, m)
			}
		}
	}
}

type rowReader struct {
	book   *book
	tags   *tags
	table  *Table
	number int // of the row in hand
	widest int // row so far
	merged []area
}

// row reads the cells of the row that was just opened.
func (w *rowReader) row() error {
	var cells []Cell
	for col := -1; ; {
		token, err := w.tags.next()
		if err != nil {
			return err
		}
		if token == nil {
			return refuse(Damaged)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local != "row" {
				continue
			}
			if len(cells) == 0 {
				return nil
			}
			if len(w.table.all) >= w.book.limits.Rows {
				return beyond(TooManyRows, int64(w.book.limits.Rows))
			}
			if w.widest = max(w.widest, len(cells)); (len(w.table.all)+1)*w.widest > w.book.limits.Cells {
				return beyond(TooManyCells, int64(w.book.limits.Cells))
			}
			w.table.all = append(w.table.all, cells)
			w.table.at = append(w.table.at, w.number)
			return nil
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			col++
			if c, _, ok := parseCell(attr(e, "r")); ok {
				col = c
			}
			cell, err := w.cell(e)
			if err != nil {
				return err
			}
			if cell.Kind == Blank {
				continue
			}
			if col >= w.book.limits.Columns {
				return beyond(TooManyColumns, int64(w.book.limits.Columns))
			}
			for len(cells) <= col {
				cells = append(cells, Cell{})
			}
			cells[col] = cell
		}
	}
}

// cell reads what stands in the cell that was just opened.
func (w *rowReader) cell(e xml.StartElement) (c Cell, err error) {
	kind := attr(e, "t")
	styleIndex, _ := strconv.Atoi(attr(e, "s"))
	var v string
	var formula bool
	for {
		token, err := w.tags.next()
		if err != nil {
			return c, err
		}
		if token == nil {
			return c, refuse(Damaged)
		}
		switch in := token.(type) {
		case xml.StartElement:
			switch in.Name.Local {
			case "v":
				v, err = w.tags.text()
			case "is":
				v, err = w.tags.rich("is")
			case "f":
				formula = true
				_, err = w.tags.text()
			}
			if err != nil {
				return c, err
			}
		case xml.EndElement:
			if in.Name.Local == "c" {
				c = w.value(kind, v, styleIndex)
				c.Formula = formula && c.Kind != Blank
				return c, nil
			}
		}
	}
}

func (w *rowReader) value(kind, v string, styleIndex int) Cell {
	c := Cell{Kind: Text, Text: v}
	switch kind {
	case "s":
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n >= len(w.book.strings) {
			return Cell{}
		}
		if c.Text = w.book.strings[n]; c.Text == "" {
			return Cell{}
		}
		return c
	case "b":
		c = Cell{Kind: Bool, Text: "FALSE"}
		if isTrue(v) {
			c.Text = "TRUE"
		}
	case "e":
		c.Kind = Broken
	case "d": // a day as text, ISO 8601
		c.Kind = Date
		day, clock, _ := strings.Cut(v, "T")
		if c.Text = day; len(clock) >= 5 && clock[:5] != "00:00" {
			c.Text += " " + clock[:5]
		}
	case "", "n":
		if v = strings.TrimSpace(v); v != "" {
			c = w.book.numberCell(v, styleIndex)
		}
	}
	if c.Text = clean(c.Text); c.Text == "" {
		return Cell{}
	}
	return c
}

// clean drops spaces at the ends, the unbreakable ones of copied web pages and
// letters without a width too. A line break inside a cell stays.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	return strings.TrimFunc(s, func(c rune) bool { return unicode.IsSpace(c) || unicode.Is(unicode.Cf, c) || unicode.IsControl(c) })
}

// area is a range of cells, ends included: columns from 0, rows from 1.
type area struct{ left, top, right, bottom int }

// parseCell reads "AB12".
func parseCell(s string) (col, row int, ok bool) {
	s = strings.ReplaceAll(s, "$", "")
	n := 0
	for n < len(s) && 'A' <= s[n]&^0x20 && s[n]&^0x20 <= 'Z' {
		if col = col*26 + int(s[n]&^0x20-'A') + 1; n > 3 {
			return 0, 0, false
		}
		n++
	}
	row, err := strconv.Atoi(s[n:])
	return col - 1, row, n > 0 && err == nil && row > 0
}

func parseRange(s string) (a area, ok bool) {
	from, to, cut := strings.Cut(s, ":")
	if !cut {
		return a, false
	}
	var ok1, ok2 bool
	a.left, a.top, ok1 = parseCell(from)
	a.right, a.bottom, ok2 = parseCell(to)
	return a, ok1 && ok2 && a.left <= a.right && a.top <= a.bottom
}

// fillMerged gives the value of joined cells to each of them in the rows that
// are there: an address joined over a household is each one's. A row that has
// nothing but such values stays blank.
func (w *rowReader) fillMerged() {
	filled := 0
	for _, m := range w.merged {
		first, found := slices.BinarySearch(w.table.at, m.top)
		if !found || m.left >= len(w.table.all[first]) {
			continue
		}
		value := w.table.all[first][m.left]
		if value.Kind == Blank {
			continue
		}
		value.Merged = true
		for i := first; i < len(w.table.at) && w.table.at[i] <= m.bottom; i++ {
			for col := m.left; col <= m.right && col < w.book.limits.Columns; col++ {
				if filled++; filled > w.book.limits.Cells {
					return
				}
				for len(w.table.all[i]) <= col {
					w.table.all[i] = append(w.table.all[i], Cell{})
				}
				if c := &w.table.all[i][col]; c.Kind == Blank {
					*c = value
				}
			}
		}
	}
}
