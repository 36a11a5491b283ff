package sheet

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Asked is a column of a file to be filled in.
type Asked struct {
	Title, Help, Example string
	Choices              []string // that a cell may be picked from; other words are taken too
	Must                 bool
}

// Template is a file to be filled in: a sheet with headers alone, which tell
// what to type when one goes to a cell below them, and a sheet with an example.
type Template struct {
	Name, Example, Help string
	Columns             []Asked
}

// templateRows is how many rows are set to text and hold choices.
const templateRows = 5000

// File makes the file.
func (t Template) File() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := makeStyles(f); err != nil {
		return nil, err
	}
	name, example := sheetName(t.Name), sheetName(t.Example)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("name a sheet: %w", err)
	}
	if _, err := f.NewSheet(example); err != nil {
		return nil, fmt.Errorf("add a sheet: %w", err)
	}
	if err := f.SetCellStr(example, "A1", t.Help); err != nil {
		return nil, fmt.Errorf("write a template: %w", err)
	}
	for i, c := range t.Columns {
		column := string(appendColumn(nil, i))
		for sheet, row := range map[string]int{name: 1, example: 3} {
			cell := fmt.Sprint(column, row)
			err := f.SetColStyle(sheet, column, styleText)
			if err == nil {
				err = f.SetColWidth(sheet, column, column, 22)
			}
			if err == nil {
				err = f.SetCellStr(sheet, cell, c.Title)
			}
			if err == nil {
				err = f.SetCellStyle(sheet, cell, cell, styleHead)
			}
			if err != nil {
				return nil, fmt.Errorf("write a template: %w", err)
			}
		}
		err := f.SetCellStr(example, column+"4", c.Help)
		if err == nil {
			err = f.SetCellStr(example, column+"5", c.Example)
		}
		if err == nil {
			err = f.AddDataValidation(name, asking(column, c))
		}
		if err != nil {
			return nil, fmt.Errorf("write a template: %w", err)
		}
	}
	if err := f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("freeze the header: %w", err)
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// asking tells what to type in the cells of a column, and offers choices. What
// is typed beside them is taken: the reader understands more than one word.
func asking(column string, c Asked) *excelize.DataValidation {
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s2:%s%d", column, column, templateRows)
	v.SetInput(short(c.Title, 32), short(c.Help, 255))
	if len(c.Choices) > 0 && v.SetDropList(c.Choices) == nil {
		v.ShowErrorMessage = false
	}
	return v
}

// short cuts a text to what Excel takes.
func short(s string, most int) string {
	if all := []rune(s); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return s
}
