package admin

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
)

// figureTable is figures in rows and columns: a row for each unit of the level
// below, or for each value where there is none.
type figureTable struct {
	Heads   []string // of the names, then of the columns
	Names   int      // how many of them name a row
	Rows    []figureRow
	Left    int // rows that a page does not show
	Caption string
}

type figureRow struct {
	Names []figureCell
	Cells []figureCell
	Sum   bool // of all rows
}

// figureCell is a text with where it leads; "" for nowhere.
type figureCell struct {
	Text, Link string
	n          int64 // of a figure
}

// rowsShown is how many rows a page shows.
const rowsShown = 200

// maxColumns is how many values stand as columns; more stand as rows.
const maxColumns = 9

// cells is the table for a file: numbers as numbers.
func (t figureTable) cells() (heads []sheet.Head, rows [][]sheet.Cell) {
	for i, h := range t.Heads {
		head := sheet.Head{Title: h, Width: 28}
		if i >= t.Names {
			head.Kind, head.Width = sheet.Number, 16
		}
		heads = append(heads, head)
	}
	for _, row := range t.Rows {
		var out []sheet.Cell
		for _, c := range row.Names {
			out = append(out, sheet.Cell{Kind: sheet.Text, Text: c.Text})
		}
		for _, c := range row.Cells {
			out = append(out, sheet.Cell{Kind: sheet.Number, Text: strconv.FormatInt(c.n, 10)})
		}
		rows = append(rows, out)
	}
	return heads, rows
}

// tableMaker makes the table of what is asked for.
type tableMaker struct {
	*request
	ask     figureAsk
	names   []string // dimensions that name rows; "area" first where there is a level below
	columns []string // values of the dimension that stands across
	across  string   // its name; "" for one column
	sums    map[string]map[string]int64
	keys    [][]string
	total   map[string]int64
}

func (s *Server) figureTable(r *request, scope duty.Scope, a figureAsk) (figureTable, figureSums, error) {
	m := tableMaker{request: r, ask: a, sums: make(map[string]map[string]int64), total: make(map[string]int64)}
	if len(area.Children(a.Area)) > 0 {
		m.names = []string{store.ByArea}
	}
	by := slices.Concat(m.names, a.By)
	if a.Kind == store.FigurePrompts {
		by = slices.Concat(m.names, promptFlags)
		if len(m.names) == 0 {
			m.names, by = []string{store.ByDay}, slices.Concat([]string{store.ByDay}, promptFlags)
		}
	} else if len(by) == 0 {
		m.names, by = []string{store.ByDay}, []string{store.ByDay}
	}
	all, err := s.figures(r, scope, a.query(by...))
	if err != nil {
		return figureTable{}, figureSums{}, err
	}
	if a.Kind == store.FigurePrompts {
		m.askedColumns(all)
	} else {
		m.spread(all, by)
	}
	return m.table(), figureSums{by, all}, nil
}

// spread puts the last dimension that has few values across, the rest down.
func (m *tableMaker) spread(all []store.Figure, by []string) {
	at := -1
	for i := len(by) - 1; i >= 0 && at < 0; i-- {
		if d := dimensionOf(m.ask.kind(), by[i]); d.Values != nil && len(by) > 1 {
			for _, v := range append(slices.Clone(d.Values), store.OtherFigure) {
				if slices.ContainsFunc(all, func(f store.Figure) bool { return f.By[i] == v }) {
					m.columns = append(m.columns, v)
				}
			}
			if at, m.across = i, by[i]; len(m.columns) > maxColumns {
				at, m.across, m.columns = -1, "", nil
			}
		}
	}
	m.names = slices.Clone(by)
	if at >= 0 {
		m.names = slices.Delete(m.names, at, at+1)
	}
	for _, f := range all {
		key, column := slices.Clone(f.By), ""
		if at >= 0 {
			column = key[at]
			key = slices.Delete(key, at, at+1)
		}
		m.add(key, column, f.N)
	}
}

func dimensionOf(kind, name string) store.Dimension {
	for _, d := range store.Dimensions(kind) {
		if d.Name == name {
			return d
		}
	}
	return store.Dimension{}
}

// add counts in a row and a column, and in the sums of both; "" is the sum.
func (m *tableMaker) add(key []string, column string, n int64) {
	k := strings.Join(key, "|")
	if m.sums[k] == nil {
		m.sums[k] = make(map[string]int64)
		m.keys = append(m.keys, key)
	}
	m.sums[k][column] += n
	m.total[column] += n
	if column != "" {
		m.sums[k][""] += n
		m.total[""] += n
	}
}

// promptFlags are what is known of a daily question; promptColumns how the page
// counts it, so that silence stands beside the answers.
var (
	promptFlags   = []string{"asked", "delivered", "answered", "escalated", "missed"}
	promptColumns = []struct {
		name  string
		holds func(asked, delivered, answered, escalated, missed bool) bool
	}{
		{"asked", func(asked, _, answered, _, _ bool) bool { return asked || answered }},
		{"delivered", func(_, delivered, _, _, _ bool) bool { return delivered }},
		{"answered", func(_, _, answered, _, _ bool) bool { return answered }},
		{"silent", func(asked, _, answered, _, _ bool) bool { return asked && !answered }},
		{"unreached", func(asked, _, answered, _, missed bool) bool { return !asked && !answered && missed }},
		{"escalated", func(_, _, _, escalated, _ bool) bool { return escalated }},
	}
)

func (m *tableMaker) askedColumns(all []store.Figure) {
	m.across = "prompts"
	for _, c := range promptColumns {
		m.columns = append(m.columns, c.name)
	}
	for _, f := range all {
		flags := f.By[len(f.By)-len(promptFlags):]
		yes := func(i int) bool { return flags[i] == "yes" }
		key := f.By[:len(f.By)-len(promptFlags)]
		for _, c := range promptColumns {
			if c.holds(yes(0), yes(1), yes(2), yes(3), yes(4)) {
				m.add(key, c.name, f.N)
			}
		}
	}
}

// table writes it all: the sum first, then units by their name, values in their
// order, codes by how many they are.
func (m *tableMaker) table() (t figureTable) {
	for _, name := range m.names {
		t.Heads = append(t.Heads, m.T("admin.figures.by."+name))
	}
	t.Names = len(t.Heads)
	for _, c := range m.columns {
		t.Heads = append(t.Heads, m.columnName(c))
	}
	if m.ask.Kind != store.FigurePrompts {
		t.Heads = append(t.Heads, m.T("admin.figures.sum"))
	}
	if len(m.names) == 1 && m.names[0] == store.ByArea { // none is a figure, too
		for _, u := range area.Children(m.ask.Area) {
			if m.sums[u.Code] == nil {
				m.keys = append(m.keys, []string{u.Code})
			}
		}
	}
	slices.SortFunc(m.keys, m.compare)
	sum := figureRow{Sum: true, Cells: m.cells(m.total, m.ask, m.ask.Area)}
	for i := range m.names {
		text := ""
		if i == 0 {
			text = m.T("admin.figures.all")
		}
		sum.Names = append(sum.Names, figureCell{Text: text})
	}
	t.Rows = append(t.Rows, sum)
	for _, key := range m.keys {
		t.Rows = append(t.Rows, m.row(key))
	}
	t.Caption = m.T("admin.figures.caption", "what", m.T("admin.figures.kind."+m.ask.Kind), "area", shortArea(m.ask.Area), "period", m.FigurePeriod(m.ask))
	return t
}

// Shown is the rows of a page, and Left how many are not.
func (t figureTable) Shown() []figureRow { return t.Rows[:min(len(t.Rows), rowsShown)] }

// Hidden is how many rows a page does not show.
func (t figureTable) Hidden() int { return max(0, len(t.Rows)-rowsShown) }

func (m *tableMaker) columnName(value string) string {
	if m.across == "prompts" {
		return m.T("admin.figures.prompt." + value)
	}
	return m.figureValue(m.across, value)
}

func (m *tableMaker) compare(a, b []string) int {
	for i, name := range m.names {
		if a[i] == b[i] {
			continue
		}
		if (a[i] == "") != (b[i] == "") { // what is known no finer comes last
			return cmp.Compare(b[i], a[i])
		}
		d := dimensionOf(m.ask.kind(), name)
		switch {
		case d.Values != nil:
			return slices.Index(d.Values, a[i]) - slices.Index(d.Values, b[i])
		case name == store.ByDay:
			return cmp.Compare(b[i], a[i])
		case name == store.ByArea:
			return cmp.Compare(a[i], b[i])
		}
		return cmp.Or(cmp.Compare(m.sums[strings.Join(b, "|")][""], m.sums[strings.Join(a, "|")][""]), cmp.Compare(a[i], b[i]))
	}
	return 0
}

func (m *tableMaker) row(key []string) (row figureRow) {
	ask, code := m.ask, m.ask.Area
	for i, name := range m.names {
		var c figureCell
		switch name {
		case store.ByArea:
			if c.Text = m.T("admin.figures.unknown"); key[i] != "" {
				code = key[i]
				c = figureCell{Text: shortArea(code), Link: m.ask.in(code).link()}
			} else {
				code = "" // no list holds exactly those
			}
		case store.ByDay:
			day := dayOf(key[i])
			ask = ask.on(day, day)
			c = figureCell{Text: day.Local(), Link: ask.link()}
		default:
			ask = ask.of(name, key[i])
			c = figureCell{Text: m.figureValue(name, key[i]), Link: m.ask.of(name, key[i]).link()}
		}
		row.Names = append(row.Names, c)
	}
	row.Cells = m.cells(m.sums[strings.Join(key, "|")], ask, code)
	return row
}

// cells are the figures of a row, each with the list behind it.
func (m *tableMaker) cells(sums map[string]int64, ask figureAsk, code string) []figureCell {
	var out []figureCell
	add := func(n int64, ask figureAsk) {
		c := figureCell{Text: count(n), n: n}
		if n > 0 && code != "" {
			c.Link = m.listOf(ask, code)
		}
		out = append(out, c)
	}
	for _, column := range m.columns {
		if m.across == "prompts" {
			add(sums[column], ask)
		} else {
			add(sums[column], ask.of(m.across, column))
		}
	}
	if m.ask.Kind != store.FigurePrompts {
		add(sums[""], ask)
	}
	return out
}
