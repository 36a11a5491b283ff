package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// What is counted. Each is a row of one table, in one cell.
const (
	FigureDeclarations = "declarations" // each version once, on its day
	FigureMonitorings  = "monitorings"  // on their first day
	FigureArrivals     = "arrivals"     // journeys that are verified, on the day of arrival
	FigurePrompts      = "prompts"      // daily questions, on their day, where the duty was then
)

// Dimension is one thing by which figures are counted.
type Dimension struct {
	Name   string
	Values []string // all that it can be, in their order; nil for an open list of codes

	at, width int      // its place in a cell
	codes     []string // of Values
	sql       func(row, person string) string
}

// other stands for a value that has no code: it is counted, under "other".
const other = "~"

// OtherFigure is the value of what a dimension has no word for.
const OtherFigure = "other"

// figureKind is one kind of figures: where its rows stand, and its dimensions in
// the order of their places.
type figureKind struct {
	name, code, table, day string
	dimensions             []Dimension
}

// coded is a dimension of one letter each: "value=code" in their order.
func coded(name, values string, sql func(row, person string) string) Dimension {
	d := Dimension{Name: name, width: 1}
	for pair := range strings.FieldsSeq(values) {
		value, code, _ := strings.Cut(pair, "=")
		d.Values, d.codes = append(d.Values, value), append(d.codes, code)
	}
	d.sql = func(row, person string) string {
		var b strings.Builder
		b.WriteString("CASE " + sql(row, person))
		for i, v := range d.Values {
			fmt.Fprintf(&b, " WHEN '%s' THEN '%s'", v, d.codes[i])
		}
		return b.String() + " ELSE '" + other + "' END"
	}
	return d
}

// flag is a dimension of yes and no, by a condition.
func flag(name, condition string) Dimension {
	return Dimension{Name: name, width: 1, Values: []string{"yes", "no"}, codes: []string{"1", "0"}, sql: func(row, _ string) string {
		return "CASE WHEN " + strings.ReplaceAll(condition, "$", row+".") + " THEN '1' ELSE '0' END"
	}}
}

// column reads a column of the counted row.
func column(name string) func(row, person string) string {
	return func(row, _ string) string { return row + "." + name }
}

// inForce reads what is in force for the person where the row is their newest
// declaration, and else what it was given.
func inForce(name string) func(row, person string) string {
	return func(row, person string) string {
		return fmt.Sprintf("(CASE WHEN %[2]s.newest = %[1]s.id THEN %[2]s.%[3]s ELSE %[1]s.%[3]s END)", row, person, name)
	}
}

// rank reads a colour, of which people hold the rank.
func rank(row, person string) string {
	return fmt.Sprintf("(CASE WHEN %[2]s.newest = %[1]s.id THEN CASE %[2]s.colour_rank WHEN 4 THEN 'red' WHEN 3 THEN 'orange' WHEN 2 THEN 'yellow' WHEN 1 THEN 'green' ELSE 'none' END ELSE COALESCE(NULLIF(%[1]s.colour, ''), 'none') END)", row, person)
}

func ownRank(row, _ string) string {
	return "(CASE " + row + ".colour_rank WHEN 4 THEN 'red' WHEN 3 THEN 'orange' WHEN 2 THEN 'yellow' WHEN 1 THEN 'green' ELSE 'none' END)"
}

// originColumn reads the code of a province or of a country.
func originColumn(row, _ string) string {
	return fmt.Sprintf("CASE WHEN LENGTH(%[1]s.origin) = 2 THEN %[1]s.origin ELSE '--' END", row)
}

const (
	colourCodes = "red=4 orange=3 yellow=2 green=1 none=-"
	watchCodes  = "central=c home=h watch=w lockdown=l patient=p"
)

// placed gives each dimension its place in a cell.
func placed(dimensions ...Dimension) []Dimension {
	at := 1
	for i := range dimensions {
		dimensions[i].at = at
		at += dimensions[i].width
	}
	return dimensions
}

// figureKinds are all kinds. A dimension is added at the end of its cell, with a
// migration that makes the triggers again and rebuilds the counts.
var figureKinds = []figureKind{
	{FigureDeclarations, "d", "declarations", "day", placed(
		coded("form", "resident=r journey=j", column("form")),
		Dimension{Name: "stage", width: 1, Values: []string{"new", "supplement"}, codes: []string{"n", "s"}, sql: func(row, _ string) string {
			return "CASE WHEN " + row + ".version > 1 THEN 's' ELSE 'n' END"
		}},
		Dimension{Name: "newest", width: 1, Values: []string{"yes", "no"}, codes: []string{"1", "0"}, sql: func(row, person string) string {
			return fmt.Sprintf("CASE WHEN %s.newest = %s.id THEN '1' ELSE '0' END", person, row)
		}},
		coded("colour", colourCodes, rank),
		coded("class", "F0=0 F1=1 F2=2 F3=3 contact_said=c returnee=r unknown=u none=n unjudged=-", or("unjudged", inForce("class"))),
		coded("measure", "treatment=t central=c home=h watch=w self_watch=s none=n unjudged=-", or("unjudged", inForce("measure"))),
		coded("channel", "telegram=t zalo=z sms=s web=w officer=o paper=p excel=x import=i", column("channel")),
		Dimension{Name: "origin", width: 2, sql: originColumn},
	)},
	{FigureMonitorings, "m", "monitoring", "from_day", placed(
		coded("watch", watchCodes, column("kind")),
		coded("state", "open=- completed=c overdue=o closed=x", or("open", column("ended_how"))),
		coded("colour", colourCodes, ownRank),
		flag("heard", "$answered_at > 0"),
		flag("missed", "$missed > 0"),
		flag("ill", "$ill_at > 0"),
		flag("noway", "$address_id = ''"),
	)},
	{FigureArrivals, "a", "arrivals", "day", placed(
		coded("verification", "new=n unverifiable=u arrived=a moved=m", func(row, _ string) string {
			return "(CASE " + row + ".state WHEN 0 THEN 'new' WHEN 1 THEN 'unverifiable' WHEN 2 THEN 'arrived' WHEN 3 THEN 'moved' END)"
		}),
		coded("surveillance", "treatment=t central=c home=h watch=w self_watch=s none=n ended=e unsaid=-", or("unsaid", column("surveillance"))),
		coded("colour", colourCodes, ownRank),
		Dimension{Name: "origin", width: 2, sql: originColumn},
	)},
	{FigurePrompts, "q", "prompts", "day", placed(
		flag("asked", "$prompted_at > 0"),
		flag("delivered", "$delivered_at > 0"),
		flag("answered", "$answered_at > 0"),
		flag("escalated", "$escalated_at > 0"),
		flag("missed", "$missed_at > 0"),
	)},
}

// or gives what says nothing a word: "none" is a class and a measure of its own.
func or(word string, read func(row, person string) string) func(row, person string) string {
	return func(row, person string) string {
		return "COALESCE(NULLIF(" + read(row, person) + ", ''), '" + word + "')"
	}
}

// kindOf finds a kind of figures by its name or its code.
func kindOf(name string) (figureKind, bool) {
	i := slices.IndexFunc(figureKinds, func(k figureKind) bool { return k.name == name || k.code == name })
	if i < 0 {
		return figureKind{}, false
	}
	return figureKinds[i], true
}

// Dimensions are those of one kind of figures, in their order; nil for no kind.
func Dimensions(kind string) []Dimension {
	k, _ := kindOf(kind)
	return k.dimensions
}

func (k figureKind) dimension(name string) (Dimension, bool) {
	i := slices.IndexFunc(k.dimensions, func(d Dimension) bool { return d.Name == name })
	if i < 0 {
		return Dimension{}, false
	}
	return k.dimensions[i], true
}

// code is a value as cells hold it.
func (d Dimension) code(value string) (string, bool) {
	if d.Values == nil {
		if value == "none" {
			return strings.Repeat("-", d.width), true
		}
		return value, len(value) == d.width
	}
	if i := slices.Index(d.Values, value); i >= 0 {
		return d.codes[i], true
	}
	return other, value == OtherFigure
}

// value is what a code stands for.
func (d Dimension) value(code string) string {
	if d.Values == nil {
		if strings.Trim(code, "-") == "" {
			return "none"
		}
		return code
	}
	if i := slices.Index(d.codes, code); i >= 0 {
		return d.Values[i]
	}
	return OtherFigure
}

// in reads the dimension out of a column that holds a cell.
func (d Dimension) in(cell string) string {
	return "substr(" + cell + ", " + strconv.Itoa(d.at) + ", " + strconv.Itoa(d.width) + ")"
}

// cell is the cell of a row in SQL, of either engine. person is the row of the
// declaration's person, which need not be there.
func (k figureKind) cell(row, person string) string {
	parts := make([]string, len(k.dimensions))
	for i, d := range k.dimensions {
		parts[i] = d.sql(row, person)
	}
	return strings.Join(parts, " || ")
}

// counted is a SELECT of what some rows count for: each n in its cell.
func (k figureKind) counted(row, person, n, from string) string {
	return fmt.Sprintf("SELECT '%s' AS kind, %s.commune AS commune, %[2]s.district AS district, %[2]s.province AS province, %[2]s.%[3]s AS day, %[4]s AS cell, %[5]s AS n %[6]s",
		k.code, row, k.day, k.cell(row, person), n, from)
}

// truth is a SELECT of all that a kind counts, by the tables themselves.
func (k figureKind) truth() string {
	from := "FROM " + k.table + " r"
	if k.name == FigureDeclarations {
		from += " LEFT JOIN people p ON p.id = r.person_id"
	}
	return k.counted("r", "p", "1", from)
}

// originOf is what a declaration says of where a journey came from, as figures
// count it: a province's code or a country's, "" where nothing was said.
func originOf(d core.Declaration) string {
	from, _ := d.Facts["from"].(string)
	return originCode(from)
}
