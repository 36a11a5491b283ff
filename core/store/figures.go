package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
)

// FigureQuery asks for figures of one area in a period.
type FigureQuery struct {
	Kind     string            // FigureDeclarations, …
	Area     string            // GSO code of a province, district or commune
	From, To core.Day          // both included; both "": all that is counted
	By       []string          // what to count by: names of Dimensions, ByArea, ByDay, ByMonth; none: one figure
	Only     map[string]string // name of a dimension -> the one value that counts
}

// What figures are counted by beside the dimensions of their kind.
const (
	ByArea  = "area"  // the level below; "" for what is known no finer than the area
	ByDay   = "day"   // a civil day, 2021-08-15
	ByMonth = "month" // 2021-08
)

// Figure is one count.
type Figure struct {
	By []string // values in the order of FigureQuery.By: of a dimension, a GSO code, a day, a month
	N  int64
}

// ErrNoFigure says that a query names no kind, no dimension or no value that
// there is, or a period that is none.
var ErrNoFigure = errors.New("no such figure")

// Figures counts in one moment: what was folded and what was not yet. The
// figures come sorted by their values, and none is zero. An area outside the
// scope is core.ErrNotFound.
//
// Whole months are read as such, so that a year costs little more than a month.
func (s *Store) Figures(ctx context.Context, scope duty.Scope, f FigureQuery) ([]Figure, error) {
	if u, ok := area.Get(f.Area); !ok || u.Code != f.Area || !scope.Holds(f.Area) || scope == duty.Everywhere {
		return nil, core.ErrNotFound
	}
	q, err := newFiguring(s, f)
	if err != nil {
		return nil, err
	}
	r, err := s.q.query(ctx, q.text, q.args...)
	all, err := collect(r, err, q.scan)
	if err != nil {
		return nil, fmt.Errorf("figures of %s: %w", f.Kind, err)
	}
	return q.finish(all), nil
}

// figuring is a query in the making.
type figuring struct {
	FigureQuery
	s       *Store
	kind    figureKind
	by      []Dimension // of By; zero for area, day and month
	areaAt  int         // place of ByArea in By; -1 for none
	below   []string    // codes of the level below
	column  string      // that holds the code of the area; belowColumn that of the level below
	belowIn string

	text string
	args []any
}

func newFiguring(s *Store, f FigureQuery) (*figuring, error) {
	q := &figuring{FigureQuery: f, s: s, areaAt: slices.Index(f.By, ByArea)}
	var ok bool
	if q.kind, ok = kindOf(f.Kind); !ok || f.Kind != q.kind.name || !goodPeriod(f.From, f.To) {
		return nil, ErrNoFigure
	}
	q.column, _ = scopeColumn(f.Area)
	if q.areaAt >= 0 {
		for _, u := range area.Children(f.Area) {
			q.below = append(q.below, u.Code)
		}
		q.belowIn = map[string]string{"province": "district", "district": "commune"}[q.column]
		if len(q.below) == 0 {
			return nil, ErrNoFigure
		}
	}
	for i, name := range f.By {
		d, ok := q.kind.dimension(name)
		if name != ByArea && name != ByDay && name != ByMonth && !ok || slices.Contains(f.By[:i], name) {
			return nil, ErrNoFigure
		}
		q.by = append(q.by, d)
	}
	return q, q.write()
}

// goodPeriod wants two days in their order, or none.
func goodPeriod(from, to core.Day) bool {
	if from == "" && to == "" {
		return true
	}
	return !startOf(from).IsZero() && !startOf(to).IsZero() && from <= to
}

// arg adds an argument and gives its name.
func (q *figuring) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// write makes the statement: a part for each stretch of days or months, and one
// for what is not folded yet, all of one moment.
func (q *figuring) write() error {
	only, err := q.only()
	if err != nil {
		return err
	}
	in := ""
	if q.areaAt >= 0 {
		in = q.s.anyOf(q.arg(q.s.among(append([]string{q.Area}, q.below...))))
	} else {
		in = ` = ` + q.arg(q.Area)
	}
	kind := q.arg(q.kind.code)
	var parts []string
	for _, stretch := range q.stretches() {
		parts = append(parts, `SELECT area, day, cell, n FROM figures WHERE kind = `+kind+` AND area`+in+` AND day BETWEEN `+q.arg(stretch[0])+` AND `+q.arg(stretch[1])+only)
	}
	late := ` FROM figure_deltas WHERE kind = ` + kind
	if q.From != "" {
		late += ` AND day BETWEEN ` + q.arg(string(q.From)) + ` AND ` + q.arg(string(q.To))
	}
	parts = append(parts, `SELECT `+q.column+`, day, cell, n`+late+` AND `+q.column+` = `+q.arg(q.Area)+only)
	if q.areaAt >= 0 {
		parts = append(parts, `SELECT `+q.belowIn+`, day, cell, n`+late+` AND `+q.belowIn+q.s.anyOf(q.arg(q.s.among(q.below)))+only)
	}
	columns := make([]string, 0, len(q.By)+1)
	for i, name := range q.By {
		switch name {
		case ByArea:
			columns = append(columns, "area")
		case ByDay:
			columns = append(columns, "day")
		case ByMonth:
			columns = append(columns, "CASE WHEN day < 'm' THEN substr(day, 1, 7) ELSE substr(day, 2, 7) END")
		default:
			columns = append(columns, q.by[i].in("cell"))
		}
	}
	q.text = `SELECT ` + strings.Join(append(slices.Clone(columns), "CAST(SUM(n) AS BIGINT)"), ", ") + ` FROM (` + strings.Join(parts, ` UNION ALL `) + `) f`
	if len(columns) > 0 {
		numbers := make([]string, len(columns))
		for i := range numbers {
			numbers[i] = strconv.Itoa(i + 1)
		}
		q.text += ` GROUP BY ` + strings.Join(numbers, ", ") + ` HAVING SUM(n) <> 0 ORDER BY ` + strings.Join(numbers, ", ")
	}
	return nil
}

// only is the condition of the values that count.
func (q *figuring) only() (string, error) {
	var text strings.Builder
	for _, d := range q.kind.dimensions { // in one order: the same question is the same statement
		value, asked := q.Only[d.Name]
		if !asked {
			continue
		}
		code, ok := d.code(value)
		if !ok || !goodText(code) {
			return "", ErrNoFigure
		}
		text.WriteString(` AND ` + d.in("cell") + ` = ` + q.arg(code))
	}
	for name := range q.Only {
		if _, ok := q.kind.dimension(name); !ok {
			return "", ErrNoFigure
		}
	}
	return text.String(), nil
}

// stretches cuts the period into whole months and the days before and after
// them; figures by day are read by day.
func (q *figuring) stretches() [][2]string {
	switch {
	case q.From == "" && slices.Contains(q.By, ByDay):
		return [][2]string{{"0", "l"}}
	case q.From == "":
		return [][2]string{{"m", "n"}}
	}
	from, to := startOf(q.From), startOf(q.To)
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, from.Location())
	if first.Before(from) {
		first = first.AddDate(0, 1, 0)
	}
	end := to.AddDate(0, 0, 1) // the day behind
	last := time.Date(end.Year(), end.Month(), 1, 0, 0, 0, 0, from.Location())
	if slices.Contains(q.By, ByDay) || !first.Before(last) {
		return [][2]string{{string(q.From), string(q.To)}}
	}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	out := [][2]string{{month(day(first)), month(day(last.AddDate(0, 0, -1)))}}
	if from.Before(first) {
		out = append(out, [2]string{day(from), day(first.AddDate(0, 0, -1))})
	}
	if last.Before(end) {
		out = append(out, [2]string{day(last), day(to)})
	}
	return out
}

func (q *figuring) scan(r scanner) (f Figure, err error) {
	f.By = make([]string, len(q.By))
	into := make([]any, 0, len(q.By)+1)
	for i := range f.By {
		into = append(into, &f.By[i])
	}
	var n *int64 // of no rows at all there is no sum
	if err := r.Scan(append(into, &n)...); err != nil {
		return f, err
	}
	if n != nil {
		f.N = *n
	}
	for i, d := range q.by {
		if d.Name != "" {
			f.By[i] = d.value(f.By[i])
		}
	}
	return f, nil
}

// finish makes of the area's own figures what is not among those of the level
// below: known no finer.
func (q *figuring) finish(all []Figure) []Figure {
	if q.areaAt >= 0 {
		rest := make(map[string]*Figure)
		key := func(f Figure) string {
			return strings.Join(slices.Delete(slices.Clone(f.By), q.areaAt, q.areaAt+1), "|")
		}
		for i := range all {
			if f := &all[i]; f.By[q.areaAt] == q.Area {
				f.By[q.areaAt] = ""
				rest[key(*f)] = f
			}
		}
		for _, f := range all {
			if own := rest[key(f)]; f.By[q.areaAt] != "" && own != nil {
				own.N -= f.N
			}
		}
	}
	all = slices.DeleteFunc(all, func(f Figure) bool { return f.N == 0 && len(q.By) > 0 })
	slices.SortFunc(all, func(a, b Figure) int { return slices.Compare(a.By, b.By) })
	return all
}
