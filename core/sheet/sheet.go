// Package sheet reads Excel files that others made, within bounds, and writes
// our own as a stream.
//
// Reading is our own, over archive/zip and encoding/xml: the library that writes
// either fills every hole of a sheet, so that one far cell costs gigabytes, or
// gives text that no longer tells a number from a text. Both matter here. The
// format is ECMA-376, part 1, section 18 (SpreadsheetML).
//
// What a newcomer would learn the hard way: a day is a number that only its
// style makes a day, counted from 1900 (with a 29 February that never was) or
// from 1904; a telephone typed as a number has lost its leading zero; and a
// formula is read by the value that was saved with it, never computed.
package sheet

import "strings"

// Kind is what a cell holds.
type Kind uint8

// The kinds of a cell.
const (
	Blank  Kind = iota
	Text        // as it was typed
	Number      // a number; digits typed into a cell that was not set to text are one
	Date        // a day, a time of day or both
	Bool        // "TRUE" or "FALSE"
	Broken      // a formula that failed: "#REF!", "#N/A"
)

// Cell is one cell. Its zero value is a blank one.
type Cell struct {
	// Text is what the cell shows, without spaces at its ends: a whole number
	// by all its digits ("900123456"), with the zeros that its format puts before
	// it; a day as 2021-08-15, with its time as 2021-08-15 07:30, a time of day
	// as 07:30.
	Text    string
	Kind    Kind
	Formula bool // its value was computed by the program that saved the file
	Merged  bool // its value is that of the joined cells that it is one of
}

// Padded is the text of a cell with the leading zeros that Excel dropped when
// it took the digits for a number: those that are missing from the shortest of
// the lengths that one or two zeros reach. Lengths are in digits, the shortest
// first. Text that was typed as text stays as it is.
func (c Cell) Padded(lengths ...int) (text string, repaired bool) {
	if c.Kind != Number || c.Text == "" || strings.Trim(c.Text, "0123456789") != "" {
		return c.Text, false
	}
	for _, n := range lengths {
		if missing := n - len(c.Text); missing == 0 {
			return c.Text, false
		} else if missing == 1 || missing == 2 {
			return strings.Repeat("0", missing) + c.Text, true
		}
	}
	return c.Text, false
}

// Table is the first sheet of a file that may be seen and holds anything.
type Table struct {
	Sheet   string   // its name
	Others  []string // further sheets that may be seen and were not read
	Header  []string // texts of the header row; "" where a column has none
	Rows    [][]Cell // below the header, blank rows left out; each as wide as Header at least
	Numbers []int    // the row number of each of Rows, as Excel shows it, from 1
	// HeaderRow is the number of the header's row.
	HeaderRow int

	all [][]Cell // with the header and what stands above it
	at  []int
}

// Limits bound what Read takes. A zero field takes that of Usual.
type Limits struct {
	Bytes    int64 // of the file
	Unzipped int64 // of all that is read of it, in bytes
	Rows     int   // that are not blank, header included
	Columns  int   // up to the last that holds anything
	Cells    int   // rows by columns, blank ones between too
}

// Usual are the limits for a list that a person works with: 20 MB, 160 MB
// unzipped, 50,000 rows, 200 columns.
var Usual = Limits{Bytes: 20 << 20, Unzipped: 160 << 20, Rows: 50_000, Columns: 200, Cells: 2_000_000}

func (l Limits) orUsual() Limits {
	if l.Bytes == 0 {
		l.Bytes = Usual.Bytes
	}
	if l.Unzipped == 0 {
		l.Unzipped = Usual.Unzipped
	}
	if l.Rows == 0 {
		l.Rows = Usual.Rows
	}
	if l.Columns == 0 {
		l.Columns = Usual.Columns
	}
	if l.Cells == 0 {
		l.Cells = Usual.Cells
	}
	return l
}

// Reason is why a file was not read; a page says it with what to do instead.
type Reason string

// The reasons.
const (
	TooBig         Reason = "too_big"          // more bytes, packed or unpacked, than allowed
	TooManyRows    Reason = "too_many_rows"    //
	TooManyColumns Reason = "too_many_columns" //
	TooManyCells   Reason = "too_many_cells"   //
	OldExcel       Reason = "old_excel"        // .xls of before 2007
	Binary         Reason = "binary"           // .xlsb
	Encrypted      Reason = "encrypted"        // opened by a password only
	Macros         Reason = "macros"           // .xlsm: it carries a program
	OpenDocument   Reason = "open_document"    // .ods and its like
	PlainText      Reason = "plain_text"       // .csv, or a web page with another name
	NotExcel       Reason = "not_excel"        // anything else
	Damaged        Reason = "damaged"          // an Excel file that cannot be read to its end
	Empty          Reason = "empty"            // no sheet that may be seen holds anything
	NoHeader       Reason = "no_header"        // columns that must be there are not named
)

// Error says why a file was not read. It holds nothing of what stands in the file
// but, with NoHeader, our own names of the columns that are missing.
type Error struct {
	Reason  Reason
	Limit   int64    // what was exceeded, for the reasons that begin with "too"
	Missing []string // keys of the columns, for NoHeader
}

func (e *Error) Error() string {
	if len(e.Missing) > 0 {
		return "excel file: " + string(e.Reason) + ": " + strings.Join(e.Missing, ", ")
	}
	return "excel file: " + string(e.Reason)
}

func refuse(r Reason) error { return &Error{Reason: r} }

func beyond(r Reason, limit int64) error { return &Error{Reason: r, Limit: limit} }
