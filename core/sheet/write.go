package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// MIME is the type of an .xlsx file.
const MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Head is a column of a sheet that we write.
type Head struct {
	Title string
	Width float64 // in digits of the usual font; 0 takes 18
	Kind  Kind    // Text, Number or Date; what does not fit it is written as text
}

// Page is a sheet to be written, without its rows.
type Page struct {
	Name  string   // of the sheet: 31 letters at most
	Above []string // lines above the header: what this is, by which filters, when
	Heads []Head
}

// First is the number of the first row below the header.
func (p Page) First() int {
	if len(p.Above) == 0 {
		return 2
	}
	return len(p.Above) + 3 // a blank row between
}

// The styles of cells in a file of ours, in the order in which Frame makes them.
const (
	styleText = iota + 1
	styleNumber
	styleDay
	styleMoment
	styleTitle
	styleHead
)

// Frame is a file with all of a page but its rows: widths, styles, the lines
// above, and a header that stays in sight. Rows are put in by Assemble.
//
// The library makes it. Its own stream of rows would keep a large sheet in a
// file of the machine in clear, and could not go on after a restart.
func Frame(p Page) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	name := sheetName(p.Name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("name a sheet: %w", err)
	}
	if err := makeStyles(f); err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("begin a sheet: %w", err)
	}
	header := p.First() - 1
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: header, TopLeftCell: fmt.Sprintf("A%d", header+1), ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("freeze the header: %w", err)
	}
	heads := make([]any, len(p.Heads))
	for i, h := range p.Heads {
		width := h.Width
		if width == 0 {
			width = 18
		}
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return nil, fmt.Errorf("set a width: %w", err)
		}
		heads[i] = excelize.Cell{StyleID: styleHead, Value: h.Title}
	}
	for i, line := range p.Above {
		style := styleText
		if i == 0 {
			style = styleTitle
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), []any{excelize.Cell{StyleID: style, Value: line}}); err != nil {
			return nil, fmt.Errorf("write above the header: %w", err)
		}
	}
	if err := w.SetRow(fmt.Sprintf("A%d", header), heads); err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("end a sheet: %w", err)
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// makeStyles makes the styles that rows name by number. Text is text for Excel
// too, so that it stays text when somebody edits it: no formula runs, and no
// zero is lost.
func makeStyles(f *excelize.File) error {
	day, moment := "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
	for want, style := range []*excelize.Style{
		styleText:   {NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: false}},
		styleNumber: {NumFmt: 0, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right"}},
		styleDay:    {CustomNumFmt: &day, Alignment: &excelize.Alignment{Vertical: "top"}},
		styleMoment: {CustomNumFmt: &moment, Alignment: &excelize.Alignment{Vertical: "top"}},
		styleTitle:  {NumFmt: 49, Font: &excelize.Font{Family: "Calibri", Bold: true, Size: 14}},
		styleHead: {NumFmt: 49, Font: &excelize.Font{Family: "Calibri", Bold: true, Size: 11}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EFE6F7"}}, Border: []excelize.Border{{Type: "bottom", Color: "5B2A86", Style: 1}}},
	} {
		if style == nil {
			continue
		}
		got, err := f.NewStyle(style)
		if err != nil {
			return fmt.Errorf("make a style: %w", err)
		}
		if got != want {
			return fmt.Errorf("make a style: it is number %d, not %d", got, want)
		}
	}
	return nil
}

// sheetName is a name that Excel takes.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(c rune) rune {
		if strings.ContainsRune(`:\/?*[]`, c) {
			return ' '
		}
		return c
	}, s), " '")
	if s == "" {
		return "Sheet1"
	}
	for utf8.RuneCountInString(s) > 31 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// AppendRows adds rows to a piece of a sheet, the first of them with a row
// number, as Assemble puts it in.
func AppendRows(dst []byte, number int, rows [][]Cell) []byte {
	for _, row := range rows {
		dst = append(dst, `<row r="`...)
		dst = strconv.AppendInt(dst, int64(number), 10)
		dst = append(dst, `">`...)
		for i, c := range row {
			dst = appendCell(dst, i, number, c)
		}
		dst = append(dst, `</row>`...)
		number++
	}
	return dst
}

func appendCell(dst []byte, col, number int, c Cell) []byte {
	if c.Kind == Blank || c.Text == "" {
		return dst
	}
	value, style := "", styleText
	switch c.Kind {
	case Number:
		if _, err := strconv.ParseFloat(c.Text, 64); err == nil && strings.Trim(c.Text, "0123456789.-") == "" {
			value, style = c.Text, styleNumber
		}
	case Date:
		value, style = serial(c.Text)
	}
	dst = append(dst, `<c r="`...)
	dst = appendColumn(dst, col)
	dst = strconv.AppendInt(dst, int64(number), 10)
	dst = append(dst, `" s="`...)
	dst = strconv.AppendInt(dst, int64(style), 10)
	if value != "" {
		dst = append(dst, `"><v>`...)
		dst = append(dst, value...)
		return append(dst, `</v></c>`...)
	}
	dst = append(dst, `" t="inlineStr"><is><t xml:space="preserve">`...)
	dst = appendText(dst, c.Text)
	return append(dst, `</t></is></c>`...)
}

// serial is a day, or a day and a time, as Excel counts them; styleText with ""
// for what it cannot count.
func serial(text string) (string, int) {
	layout, style := time.DateOnly, styleDay
	if len(text) > len(layout) {
		layout, style = "2006-01-02 15:04", styleMoment
	}
	t, err := time.Parse(layout, text)
	days := t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	if err != nil || days < 61 || days >= lastSerial {
		return "", styleText
	}
	return strconv.FormatFloat(days, 'f', -1, 64), style
}

func appendColumn(dst []byte, col int) []byte {
	if col >= 26 {
		dst = appendColumn(dst, col/26-1)
	}
	return append(dst, byte('A'+col%26))
}

// appendText writes text as XML, 32,767 letters of it: Excel takes no more.
// Letters that XML has no sign for become a mark of replacement.
func appendText(dst []byte, s string) []byte {
	const most = 32_767
	if len(s) > most {
		n := 0
		for i := range s {
			if n++; n > most {
				s = s[:i]
				break
			}
		}
	}
	w := bytes.NewBuffer(dst)
	_ = xml.EscapeText(w, []byte(s)) // a buffer does not fail
	return w.Bytes()
}

// Assemble writes a file of a frame and pieces of rows, one after the other.
func Assemble(w io.Writer, frame []byte, pieces iter.Seq2[[]byte, error]) error {
	from, err := zip.NewReader(bytes.NewReader(frame), int64(len(frame)))
	if err != nil {
		return fmt.Errorf("open the frame: %w", err)
	}
	to := zip.NewWriter(w)
	for _, f := range from.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := to.Copy(f); err != nil {
				return fmt.Errorf("copy a part of the frame: %w", err)
			}
			continue
		}
		if err := putIn(to, f, pieces); err != nil {
			return err
		}
	}
	return to.Close()
}

func putIn(to *zip.Writer, f *zip.File, pieces iter.Seq2[[]byte, error]) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("open the frame: %w", err)
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("open the frame: %w", err)
	}
	head, tail, ok := bytes.Cut(all, []byte("</sheetData>"))
	if !ok {
		return fmt.Errorf("open the frame: it has no place for rows")
	}
	part, err := to.Create(f.Name)
	if err != nil {
		return err
	}
	if _, err := part.Write(head); err != nil {
		return err
	}
	for piece, err := range pieces {
		if err != nil {
			return err
		}
		if _, err := part.Write(piece); err != nil {
			return err
		}
	}
	_, err = part.Write(append([]byte("</sheetData>"), tail...))
	return err
}

// Write writes a whole file whose rows are at hand.
func Write(w io.Writer, p Page, rows [][]Cell) error {
	frame, err := Frame(p)
	if err != nil {
		return err
	}
	return Assemble(w, frame, func(yield func([]byte, error) bool) { yield(AppendRows(nil, p.First(), rows), nil) })
}
