package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// book makes a file by another program's hand.
func saved(t testing.TB, make func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	make(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte, l Limits) (*Table, error) { return Read(bytes.NewReader(b), int64(len(b)), l) }

func texts(row []Cell) (s []string) {
	for _, c := range row {
		s = append(s, c.Text)
	}
	return s
}

// What people's lists look like: a title above, a header in their own words and
// order, blank rows, days and telephones as numbers, joined cells, a formula.
func TestReadsAListAsPeopleKeepIt(t *testing.T) {
	b := saved(t, func(f *excelize.File) {
		day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		own, _ := f.NewStyle(&excelize.Style{CustomNumFmt: new("dd\\/mm\\/yyyy")})
		zeros, _ := f.NewStyle(&excelize.Style{CustomNumFmt: new("000000000000")})
		f.SetCellValue("Sheet1", "A1", "UBND xã Lộc Thủy")
		f.SetSheetRow("Sheet1", "A3", &[]any{"STT", "NGÀY SINH (ngày/tháng/năm)", "Ho  ten*", "Điện thoại", "CCCD", "Địa chỉ", "Tuổi"})
		f.SetSheetRow("Sheet1", "A4", &[]any{1, 31060, " Nguyễn Văn Ân ", 900123456, 46085001234, "Thôn An Bằng"})
		f.SetCellStyle("Sheet1", "B4", "B4", day)
		f.SetCellStyle("Sheet1", "E4", "E4", zeros)
		f.SetCellFormula("Sheet1", "G4", "2021-YEAR(B4)")
		f.SetCellValue("Sheet1", "G5", 36)
		f.SetSheetRow("Sheet1", "A7", &[]any{2, time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC), "Lê Thị Bé\u00a0", "0900 000 001", "001301000001", ""})
		f.SetCellStyle("Sheet1", "B7", "B7", own)
		f.MergeCell("Sheet1", "F4", "F7")
		f.NewSheet("Ẩn")
		f.SetCellValue("Ẩn", "A1", "bí mật")
		f.SetSheetVisible("Ẩn", false)
		f.NewSheet("Khác")
		f.SetCellValue("Khác", "A1", "x")
	})
	tab, err := read(b, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	columns := []Column{
		{Key: "name", Names: []string{"Họ tên", "Họ và tên"}, Must: true}, {Key: "birth", Names: []string{"Ngày sinh"}},
		{Key: "phone", Names: []string{"Điện thoại"}}, {Key: "id", Names: []string{"CCCD"}}, {Key: "none", Names: []string{"Nghề"}}, {Key: "house", Names: []string{"dia chi"}},
	}
	at, err := tab.Find(columns)
	if err != nil || !slices.Equal(at, []int{2, 1, 3, 4, -1, 5}) {
		t.Fatalf("columns at %v: %v, header %q", at, err, tab.Header)
	}
	if tab.HeaderRow != 3 || !slices.Equal(tab.Numbers, []int{4, 5, 7}) || tab.Sheet != "Sheet1" || !slices.Equal(tab.Others, []string{"Khác"}) {
		t.Errorf("header in row %d, rows %v of %s, others %v", tab.HeaderRow, tab.Numbers, tab.Sheet, tab.Others)
	}
	want := []string{"1", "1985-01-13", "Nguyễn Văn Ân", "900123456", "046085001234", "Thôn An Bằng"}
	if got := texts(tab.Rows[0]); !slices.Equal(got[:6], want) || tab.Rows[0][1].Kind != Date || tab.Rows[0][3].Kind != Number {
		t.Errorf("row 4 reads %q, want %q", got, want)
	}
	want = []string{"2", "2001-02-03", "Lê Thị Bé", "0900 000 001", "001301000001", "Thôn An Bằng"}
	if got := texts(tab.Rows[2]); !slices.Equal(got[:6], want) || !tab.Rows[2][5].Merged {
		t.Errorf("row 7 reads %q, want %q", got, want)
	}
	if s, repaired := tab.Rows[0][3].Padded(10); s != "0900123456" || !repaired {
		t.Errorf("the telephone reads %q", s)
	}
	if s, repaired := (Cell{Kind: Number, Text: "1085001234"}).Padded(9, 12); s != "001085001234" || !repaired {
		t.Errorf("the number of a card reads %q", s)
	}
	_, err = tab.Find([]Column{{Key: "name", Names: []string{"Họ tên"}}, {Key: "job", Names: []string{"Nghề"}, Must: true}})
	var refused *Error
	if !errors.As(err, &refused) || refused.Reason != NoHeader || !slices.Equal(refused.Missing, []string{"job"}) {
		t.Errorf("a missing column: %v", err)
	}
}

func TestDays(t *testing.T) {
	for _, c := range []struct {
		days    float64
		from04  bool
		want    string
		noDay   bool
		because string
	}{
		{44423, false, "2021-08-15", false, "a day"}, {44423.3125, false, "2021-08-15 07:30", false, "a day and a time"},
		{0.3125, false, "07:30", false, "a time"}, {1, false, "1900-01-01", false, "the first"}, {59, false, "1900-02-28", false, "the last right one"},
		{60, false, "", true, "no such day"}, {61, false, "1900-03-01", false, "the day after it"}, {42961, true, "2021-08-15", false, "from 1904"},
		{0, true, "1904-01-01", false, "the first of 1904"}, {44422.99999, false, "2021-08-15", false, "rounded to the minute"},
		{-1, false, "", true, "before all"}, {1e300, false, "", true, "after all"}, {2958465, false, "9999-12-31", false, "the last"},
	} {
		if got, ok := dayText(c.days, c.from04); got != c.want || ok == c.noDay {
			t.Errorf("%s: %v is %q %v", c.because, c.days, got, ok)
		}
	}
	for code, want := range map[string]bool{"dd/mm/yyyy": true, "[$-42A]d mmmm yyyy": true, "0.00": false, `0" d"`: false, "[Red]0": false, "General": false,
		"[h]:mm": true, `\d0`: false, "0;dd": false, `"`: false, "[": false} {
		if dateCode(code) != want {
			t.Errorf("%q shows a day: %v", code, !want)
		}
	}
}

// zipped makes a file of parts as a hostile hand would.
func zipped(parts map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, s := range parts {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		w.Write([]byte(s))
	}
	z.Close()
	return b.Bytes()
}

// parts are those of a file with one sheet.
func parts(rows string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"xl/workbook.xml":            `<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

func TestRefusesWhatItCannotRead(t *testing.T) {
	with := func(rows, name, s string) []byte {
		p := parts(rows)
		p[name] = s
		return zipped(p)
	}
	one := `<row r="1"><c t="inlineStr"><is><t>a</t></is></c></row>`
	wide := `<row r="1">` + strings.Repeat(`<c><v>1</v></c>`, 201) + `</row>`
	var long strings.Builder
	for i := range 60 {
		fmt.Fprintf(&long, `<row r="%d"><c><v>1</v></c></row>`, i+1)
	}
	strings64 := `<sst><si>` + strings.Repeat(`<r><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></r>`, 10_000) + `</si></sst>`
	small := Limits{Bytes: 1 << 20, Unzipped: 1 << 20, Rows: 50, Columns: 200, Cells: 5000}
	for _, c := range []struct {
		name string
		file []byte
		want Reason
	}{
		{"more bytes than allowed", make([]byte, 1<<20+1), TooBig},
		{"unpacks to more than allowed", with(one, "xl/sharedStrings.xml", "<sst>"+strings.Repeat(" <!-- -->", 200_000)), TooBig},
		{"one text without an end", with(one, "xl/sharedStrings.xml", "<sst><si><t>"+strings.Repeat("a", 1<<20)), TooBig},
		{"more rows than allowed", zipped(parts(long.String())), TooManyRows},
		{"more columns than allowed", zipped(parts(wide)), TooManyColumns},
		{"one cell at the end of the world", zipped(parts(`<row r="1"><c r="XFD1"><v>1</v></c></row>`)), TooManyColumns},
		{"more cells than allowed", zipped(parts(strings.Repeat(`<row><c r="GR1"><v>1</v></c></row>`, 40))), TooManyCells},
		{"rows that go back", zipped(parts(`<row r="9"><c><v>1</v></c></row><row r="2"/>`)), Damaged},
		{"a row after the last", zipped(parts(`<row r="1048577"><c><v>1</v></c></row>`)), Damaged},
		{"cut off", saved(t, func(f *excelize.File) { f.SetCellValue("Sheet1", "A1", 1) })[:3000], Damaged},
		{"no rows", zipped(parts("")), Empty},
		{"spaces only", zipped(parts(`<row r="1"><c t="inlineStr"><is><t>   </t></is></c></row>`)), Empty},
		{"a doctype", with(one, "xl/workbook.xml", `<!DOCTYPE x [<!ENTITY a "b">]><workbook/>`), Damaged},
		{"macros", with(one, "xl/vbaProject.bin", "x"), Macros},
		{"a binary book", with(one, "xl/workbook.bin", "x"), Binary},
		{"a text document", with(one, "word/document.xml", "x"), NotExcel},
		{"OpenDocument", zipped(map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "x"}), OpenDocument},
		{"any zip", zipped(map[string]string{"a.txt": "b"}), NotExcel},
		{"old Excel", append(slices.Clone(oleMark), make([]byte, 9000)...), OldExcel},
		{"a password", append(append(slices.Clone(oleMark), make([]byte, 70_000)...), encryptedMark...), Encrypted},
		{"CSV", []byte("họ tên,ngày sinh\nA,1990\n"), PlainText},
		{"CSV of an old Windows", []byte("h\xf4 t\xean;ng\xe0y sinh\r\nA;1990\r\n"), PlainText},
		{"a web page with another name", []byte("<html><table></table></html>"), PlainText},
		{"PDF", []byte("%PDF-1.4\n%....\n"), NotExcel},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), NotExcel},
		{"nothing", nil, Empty},
	} {
		_, err := read(c.file, small)
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	p := parts(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>9</v></c></row>`)
	p["xl/sharedStrings.xml"] = strings64
	tab, err := read(zipped(p), small)
	if err != nil || len(tab.Header[0]) < maxText || len(tab.Header[0]) > maxText+100 {
		t.Errorf("a text longer than Excel's: %v", err)
	}
}

// Joined cells in a hostile number cost no more than the limits.
func TestManyJoinedCells(t *testing.T) {
	var rows, joined strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&rows, `<row r="%d"><c><v>1</v></c></row>`, i+1)
	}
	for range 20_000 {
		joined.WriteString(`<mergeCell ref="A1:XFD1048576"/>`)
	}
	p := parts(rows.String())
	p["xl/worksheets/sheet1.xml"] = strings.TrimSuffix(p["xl/worksheets/sheet1.xml"], "</worksheet>") + "<mergeCells>" + joined.String() + "</mergeCells></worksheet>"
	began := time.Now()
	tab, err := read(zipped(p), Limits{})
	if err != nil || len(tab.Rows) != 1999 || time.Since(began) > time.Minute {
		t.Errorf("%v in %v", err, time.Since(began))
	}
}

func FuzzRead(f *testing.F) {
	// Small ones: the fuzzer makes what is new smaller before it goes on.
	for _, rows := range []string{`<row r="1"><c r="B1" t="s" s="1"><v>0</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2021-08-15T07:30:00</v></c></row>`,
		`<row><c><f>1+1</f><v>2</v></c></row>`, `<row r="1"><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`} {
		f.Add([]byte(rows))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Most changes break a zip: they are tried as the sheet's rows, too.
		for _, file := range [][]byte{b, zipped(parts(string(b)))} {
			tab, err := read(file, Limits{Unzipped: 1 << 20, Rows: 100, Columns: 50})
			var refused *Error
			if err != nil {
				if !errors.As(err, &refused) {
					t.Fatalf("an error without a reason: %v", err)
				}
				continue
			}
			tab.Find([]Column{{Key: "name", Names: []string{"Họ tên"}}})
			if len(tab.Numbers) != len(tab.Rows) {
				t.Fatal("rows without numbers")
			}
			for _, row := range tab.Rows {
				if len(row) < len(tab.Header) {
					t.Fatal("a row is shorter than its header")
				}
				for _, c := range row {
					if (c.Kind == Blank) != (c.Text == "") {
						t.Fatalf("kind %d of %q", c.Kind, c.Text)
					}
				}
			}
		}
	})
}
