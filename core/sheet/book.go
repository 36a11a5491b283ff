package sheet

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// shown is a sheet that may be seen, and its part.
type shown struct{ name, part string }

// table reads the first sheet that may be seen and holds anything.
func (b *book) table() (*Table, error) {
	sheets, err := b.sheets()
	if err != nil {
		return nil, err
	}
	if err := b.readStyles(); err != nil {
		return nil, err
	}
	if err := b.readStrings(); err != nil {
		return nil, err
	}
	for i, s := range sheets {
		t, err := b.readRows(s)
		if err != nil {
			return nil, err
		}
		if len(t.all) == 0 {
			continue
		}
		for _, other := range sheets[i+1:] {
			t.Others = append(t.Others, other.name)
		}
		t.headerAt(0)
		return t, nil
	}
	return nil, refuse(Empty)
}

// bookPart is the part of the workbook: it need not have its usual name.
func (b *book) bookPart() (string, error) {
	part := "xl/workbook.xml"
	if b.parts["_rels/.rels"] == nil {
		return part, nil
	}
	t, err := b.part("_rels/.rels")
	if err != nil {
		return "", err
	}
	defer t.close()
	err = t.each(func(e xml.StartElement) bool {
		if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
			part = strings.TrimPrefix(attr(e, "Target"), "/")
			return true
		}
		return false
	})
	return part, err
}

// sheets lists the sheets that may be seen, in their order.
func (b *book) sheets() ([]shown, error) {
	main, err := b.bookPart()
	if err != nil {
		return nil, err
	}
	type named struct{ name, id string }
	var list []named
	t, err := b.part(main)
	if err != nil {
		return nil, refuse(NotExcel)
	}
	defer t.close()
	err = t.each(func(e xml.StartElement) bool {
		switch e.Name.Local {
		case "workbookPr":
			b.date04 = isTrue(attr(e, "date1904"))
		case "sheet":
			if state := attr(e, "state"); state == "" || state == "visible" {
				list = append(list, named{attr(e, "name"), attr(e, "id")})
			}
		}
		return len(list) > maxParts
	})
	if err != nil {
		return nil, err
	}
	dir, file := path.Split(main)
	targets := map[string]string{}
	t, err = b.part(dir + "_rels/" + file + ".rels")
	if err != nil {
		return nil, err
	}
	defer t.close()
	err = t.each(func(e xml.StartElement) bool {
		if target := attr(e, "Target"); e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/worksheet") {
			if !strings.HasPrefix(target, "/") {
				target = path.Join(dir, target)
			}
			targets[attr(e, "Id")] = target
		}
		return len(targets) > maxParts
	})
	var sheets []shown
	for _, s := range list {
		if part := targets[s.id]; part != "" { // a sheet that is one chart has none
			sheets = append(sheets, shown{s.name, part})
		}
	}
	return sheets, err
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// readStrings reads the texts that cells name by number. A book may have none.
func (b *book) readStrings() error {
	if b.parts["xl/sharedstrings.xml"] == nil {
		return nil
	}
	t, err := b.part("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	defer t.close()
	for {
		token, err := t.next()
		if token == nil || err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "si" {
			if len(b.strings) >= maxStrings {
				return beyond(TooManyCells, maxStrings)
			}
			s, err := t.rich("si")
			if err != nil {
				return err
			}
			b.strings = append(b.strings, s)
		}
	}
}

// rich is the text of the runs inside a tag, without how they are pronounced.
func (t *tags) rich(end string) (string, error) {
	var s []byte
	for {
		token, err := t.next()
		if token == nil || err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				run, err := t.text()
				if err != nil {
					return "", err
				}
				if len(s) < maxText {
					s = append(s, run...)
				}
			case "rPh":
				if _, err := t.text(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			if e.Name.Local == end {
				return clean(string(s)), nil
			}
		}
	}
}

// style is what matters of how a cell's number is shown.
type style struct {
	date  bool
	zeros int // at least so many digits
}

// readStyles reads which styles make a number a day. A book may have none.
func (b *book) readStyles() error {
	if b.parts["xl/styles.xml"] == nil {
		return nil
	}
	t, err := b.part("xl/styles.xml")
	if err != nil {
		return err
	}
	defer t.close()
	formats := map[int]string{}
	inCells := false
	for {
		token, err := t.next()
		if token == nil || err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "numFmt":
				if n, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
					formats[n] = attr(e, "formatCode")
				}
			case "cellXfs":
				inCells = true
			case "xf":
				if n, err := strconv.Atoi(attr(e, "numFmtId")); inCells && err == nil {
					b.styles = append(b.styles, styleOf(n, formats[n]))
				} else if inCells {
					b.styles = append(b.styles, style{})
				}
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				return nil // number formats stand before
			}
		}
	}
}
