package sheet

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// dangerous are texts that a program might take for something to run.
var dangerous = []string{"=1+1", "+84900000001", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", `=HYPERLINK("http://x","y")`, `=cmd|' /C calc'!A0`, "'=1", `<b>&"x"</b>`, "Nguyễn Văn Ân", "  hai đầu  ", "dòng 1\ndòng 2"}

func written(t testing.TB) ([]byte, [][]Cell) {
	t.Helper()
	rows := [][]Cell{}
	for _, s := range dangerous {
		rows = append(rows, []Cell{{Kind: Text, Text: s}, {Kind: Date, Text: "2021-08-15"}, {Kind: Date, Text: "2021-08-15 07:30"}, {Kind: Number, Text: "42"}, {Kind: Text, Text: "046085001234"}, {}})
	}
	rows = append(rows, []Cell{{Kind: Text, Text: "lạ"}, {Kind: Date, Text: "1955"}, {Kind: Date, Text: "1890-01-01"}, {Kind: Number, Text: "=1"}})
	var b bytes.Buffer
	err := Write(&b, Page{Name: "Tờ khai [1/2]: của tháng tám năm hai nghìn", Above: []string{"Tờ khai y tế", "=lọc: xã An Đông"},
		Heads: []Head{{Title: "Họ tên", Width: 30}, {Title: "Ngày"}, {Title: "Lúc"}, {Title: "Số"}, {Title: "CCCD"}, {Title: "Trống"}}}, rows)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), rows
}

// What we write is read again as it was, by ourselves and by another reader.
func TestWritesWhatIsReadAgain(t *testing.T) {
	file, rows := written(t)
	tab, err := read(file, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tab.Find([]Column{{Key: "name", Names: []string{"ho ten"}, Must: true}}); err != nil || tab.HeaderRow != 4 || tab.Numbers[0] != 5 {
		t.Fatalf("header in row %d, %v", tab.HeaderRow, err)
	}
	for i, want := range rows {
		for j, c := range want {
			if j >= len(tab.Rows[i]) {
				break
			}
			got := tab.Rows[i][j]
			if got.Text != clean(c.Text) || got.Formula {
				t.Errorf("row %d, column %d reads %q, want %q", i, j, got.Text, c.Text)
			}
		}
	}
	if got := tab.Rows[0]; got[1].Kind != Date || got[2].Kind != Date || got[3].Kind != Number || got[4].Kind != Text {
		t.Errorf("kinds of %+v", got)
	}
	if got := tab.Rows[len(rows)-1]; got[1].Kind != Text || got[2].Kind != Text || got[3].Kind != Text {
		t.Errorf("what Excel cannot count is not text: %+v", got)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	for i, s := range dangerous {
		cell, _ := excelize.CoordinatesToCellName(1, i+5)
		if got, err := f.GetCellValue(name, cell); err != nil || got != strings.ReplaceAll(s, "\r", "\n") && got != s {
			t.Errorf("%s holds %q, want %q: %v", cell, got, s, err)
		}
		if formula, err := f.GetCellFormula(name, cell); err != nil || formula != "" {
			t.Errorf("%s holds the formula %q: %v", cell, formula, err)
		}
	}
	if panes, err := f.GetPanes(name); err != nil || !panes.Freeze || panes.YSplit != 4 {
		t.Errorf("the header does not stay: %+v, %v", panes, err)
	}
}

// LibreOffice opens what we write, with the same rows, and runs nothing.
func TestOpensInLibreOffice(t *testing.T) {
	file, rows := written(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "list.xlsx")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	// 44,34,76: commas, quotes, UTF-8; "true" at the end writes cells as they are shown.
	out, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", "--outdir", dir, path).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice (make needs installs it): %v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "list.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(row []string) bool { return row[0] == "Họ tên" })
	if at < 0 || len(all)-at-1 != len(rows) {
		t.Fatalf("%d rows below a header in row %d, want %d:\n%s", len(all)-at-1, at+1, len(rows), text)
	}
	for i, s := range dangerous {
		got := all[at+1+i]
		if clean(got[0]) != clean(s) || got[1] != "15/08/2021" || got[2] != "15/08/2021 07:30" || got[3] != "42" || got[4] != "046085001234" {
			t.Errorf("row of %q reads %q", s, got)
		}
	}
}

// A large list is written by pieces.
func TestWritesALargeList(t *testing.T) {
	row := make([]Cell, 16)
	for i := range row {
		row[i] = Cell{Kind: Text, Text: "Nguyễn Văn Ân"}
	}
	p := Page{Name: "x", Heads: make([]Head, 16)}
	frame, err := Frame(p)
	if err != nil {
		t.Fatal(err)
	}
	var n counter
	began, total := time.Now(), 50_000
	err = Assemble(&n, frame, func(yield func([]byte, error) bool) {
		var buf []byte
		for at := 0; at < total; at += 500 {
			if buf = AppendRows(buf[:0], p.First()+at, slices.Repeat([][]Cell{row}, 500)); !yield(buf, nil) {
				return
			}
		}
	})
	t.Logf("%d rows of 16 columns: %d bytes in %v", total, n, time.Since(began))
	if err != nil || n < 100_000 {
		t.Errorf("%d bytes: %v", n, err)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
