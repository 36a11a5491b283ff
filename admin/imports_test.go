package admin

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// sent sends a file as a browser does.
func (b *browser) sendFile(road, name string, file []byte, fields ...string) reply {
	b.x.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			b.x.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.x.t.Fatal(err)
	}
	return b.do(b.request("POST", road, w.FormDataContentType(), &body))
}

// listOf makes a file with a title, a header of its own words and order, and rows.
func listOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	f.SetCellValue("Sheet1", "A1", "DANH SÁCH TỔ 3")
	f.SetSheetRow("Sheet1", "A3", &[]any{"STT", "Năm sinh", "HO VA TEN", "Nam/Nữ", "CCCD", "SĐT", "Thôn/tổ", "Xã/phường", "Quận/huyện", "Dịch tễ", "Triệu chứng", "Bệnh nền", "Ghi chú"})
	for i, row := range rows {
		f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+4), &row)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lineOf is a good row.
func lineOf(i int, change ...func(row []any)) []any {
	row := []any{i + 1, 1960 + i%40, fmt.Sprintf("Nguyễn Văn %c%c%c", 'A'+i%26, 'a'+i/26%26, 'a'+i/676%26), "Nam", fmt.Sprintf("0460%02d%06d", (60+i%40)%100, i), "",
		"Tổ 3", "An Đông", "Thành phố Huế", "Không", "Không", "Không", "x"}
	for _, c := range change {
		c(row)
	}
	return row
}

func (x *site) importJobs(most int) (done int) {
	for kind, step := range x.server.ImportSteps() {
		done += x.steps(kind, most, step)
	}
	return done
}

func (x *site) counted(b *browser, area string) int {
	x.t.Helper()
	o, _ := x.officer(duty.CDC, area, false)
	n, err := x.s.CountDeclarations(x.t.Context(), store.Look{Officer: o, At: x.now}, o.ListScope(), store.Filter{}, 100_000)
	if err != nil {
		x.t.Fatal(err)
	}
	return n
}

// A list in its own words is read, shown, kept, and taken back.
func TestImportFromReadingToUndoing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Station, anDong)
		b.get("/admin/imports").wants(t, "the page", 200, "Tệp mẫu", "20.000 dòng", "10 MB")
		file := listOf(t,
			lineOf(0, func(r []any) { r[5] = 900000111; r[10] = "Sốt, ho" }),              // a phone that lost its zero
			lineOf(1, func(r []any) { r[4] = 46061000001 }),                               // a card that lost its zero
			lineOf(2, func(r []any) { r[1] = "31/02/1990"; r[3] = "abc" }),                // two faults
			lineOf(3, func(r []any) { r[10] = "" }),                                       // not said
			[]any{}, lineOf(4, func(r []any) { r[1], r[4] = lineOf(0)[1], lineOf(0)[4] }), // the first one's card
			lineOf(5, func(r []any) { r[2] = "=1+1" }), lineOf(6, func(r []any) { r[7] = "Nơi Không Có"; r[8] = "" }))
		sent := b.sendFile("/admin/imports", "tổ 3.xlsx", file, "once", "k1")
		road := sent.header.Get("Location")
		if !strings.HasPrefix(road, "/admin/imports/") {
			t.Fatalf("sent: %d %s", sent.status, sent.body)
		}
		if again := b.sendFile("/admin/imports", "tổ 3.xlsx", file, "once", "k1").header.Get("Location"); again != road {
			t.Errorf("the same form sent twice leads to %q, not %q", again, road)
		}
		x.as(duty.Station, huongVan).get(road).wants(t, "another area", http.StatusNotFound)
		b.get(road).wants(t, "at first", 200, "Đang đọc thử", "data-again")
		x.importJobs(100)
		b.get(road).wants(t, "read", 200, "Đã đọc, chưa nhập", "Nhập 2 dòng đọc được", "Trùng số giấy tờ với dòng 4", "Ghi “Không” nếu không có", "“Ghi chú”", "Nguyễn Văn Aaa", "CCCD …0001",
			"Dòng 4", "no:Rút lại danh sách")
		if n := x.counted(b, "46"); n != 0 {
			t.Errorf("%d declarations were kept before it was said", n)
		}
		got := b.get(road + "/errors")
		tab, err := sheet.Read(strings.NewReader(got.body), int64(len(got.body)), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tab.Find([]sheet.Column{{Key: "row", Names: []string{"Cần sửa gì"}, Must: true}}); err != nil {
			t.Fatal(err)
		}
		var bad []string
		for _, row := range tab.Rows {
			bad = append(bad, row[0].Text)
		}
		if strings.Join(bad, " ") != "6 7 9 10 11" {
			t.Errorf("bad rows %v:\n%s", bad, got.body[:0])
		}

		b.post(road, url.Values{"do": {"undo"}}).wants(t, "nothing to undo", http.StatusConflict)
		b.post(road, url.Values{"do": {"start"}})
		b.post(road, url.Values{"do": {"start"}})
		x.importJobs(100)
		b.get(road).wants(t, "kept", 200, "Đã nhập", "Tờ khai đã lưu", "Rút lại danh sách này", "no:Nhập 2")
		b.get("/admin/declarations").wants(t, "the list", 200, "Nguyễn Văn Aaa", "Nguyễn Văn Baa", "Sốt, Ho")
		b.sendFile("/admin/imports", "tên khác.xlsx", file, "once", "k2").wants(t, "the same file", 422, "đã được nhập trước đây", road, `name="again"`)

		// One of the two declares again, and stays.
		x.pass(10 * time.Minute)
		check := b.post("/admin/check", url.Values{"q": {"046061000001"}})
		check.wants(t, "found by the mended number", 200, "Nguyễn Văn Baa")
		x.again(t, "Nguyễn Văn Aaa")
		b.post(road, url.Values{"do": {"undo"}})
		x.importJobs(100)
		b.get(road).wants(t, "undone", 200, "Đã rút lại", "Giữ lại, vì")
		x.as(duty.Admin, "46").get("/admin/log?kind=imported").wants(t, "the log", 200, "đọc thử một danh sách", "nhập một danh sách", "rút lại một danh sách", "no:Aaa")
		b.get("/admin/declarations").wants(t, "the list after", 200, "Nguyễn Văn Aaa", "no:Nguyễn Văn Baa")
		b.post("/admin/check", url.Values{"q": {"046061000001"}}).wants(t, "who was taken back is not found", 200, "no:Nguyễn Văn Baa")
		if err := x.s.DropImports(t.Context(), x.now, x.now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.get(road).wants(t, "its rows removed", 200, "Đã rút lại", "no:Trùng số")
	})
}

// again has somebody be watched, so that the record is worked on.
func (x *site) again(t *testing.T, name string) {
	t.Helper()
	o, _ := x.officer(duty.CDC, "46", false)
	rows, _, err := x.s.ExportDeclarations(t.Context(), store.Look{Officer: o, At: x.now}, o.ListScope(), store.Filter{}, store.Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Name == name {
			x.monitor(x.now, atHome(row.PersonID, anDong))
			return
		}
	}
	t.Fatalf("%s is on no list", name)
}

func TestImportRefusesInWords(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.Team, anDong)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"50 MB", make([]byte, 50<<20), "Tệp quá lớn"}, {"nothing", nil, "không có dòng nào"}, {"CSV", []byte("a,b\n1,2\n"), "tệp văn bản"},
		{"another template", listFor(t, "Mã hàng", "Giá"), "Không thấy cột: Họ và tên, Ngày sinh, Giới tính"}, {"a header alone", listOf(t), "không có dòng nào"},
	} {
		b.sendFile("/admin/imports", "x.xlsx", c.file, "once", c.name).wants(t, c.name, http.StatusUnprocessableEntity, c.want)
	}
}

func listFor(t testing.TB, cells ...any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	f.SetSheetRow("Sheet1", "A1", &cells)
	f.SetSheetRow("Sheet1", "A2", &cells)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The template is filled in as its example says, and is read.
func TestTemplateFilledInIsRead(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.Digitisation, anDong)
	got := b.get("/admin/imports/template")
	f, err := excelize.OpenReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	checks, err := f.GetDataValidations("Tờ khai")
	if err != nil || len(checks) != 14 {
		t.Errorf("%d columns tell what to type: %v", len(checks), err)
	}
	rows, err := f.GetRows("Ví dụ")
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range rows[4] {
		cell, _ := excelize.CoordinatesToCellName(i+1, 2)
		f.SetCellStr("Tờ khai", cell, text)
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		t.Fatal(err)
	}
	road := b.sendFile("/admin/imports", "x.xlsx", file.Bytes(), "once", "k").header.Get("Location")
	x.importJobs(10)
	b.get(road).wants(t, "read", 200, "Nhập 1 dòng đọc được", "Nguyễn Văn An", "Các trang khác không được nhập", "no:Cần sửa gì")
}

// 10,000 rows with 300 bad ones report exactly those, keep the others once each
// though a step was cut off in the middle, and are taken back; in short 200 rows
// with 6 bad ones.
func TestImportOfTenThousand(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { importOfMany(t, "sqlite:"+filepath.Join(t.TempDir(), "k.db")) })
	t.Run("postgres", func(t *testing.T) { importOfMany(t, storetest.PostgresURL(t)) })
}

func importOfMany(t *testing.T, url string) {
	total, each := 200, 33
	if os.Getenv("KHAIBAO_SOAK") == "1" {
		total = 10_000
	}
	x := newSite(t, storetest.Open(t, url))
	rows := make([][]any, total)
	bad := map[int]bool{}
	for i := range rows {
		rows[i] = lineOf(i)
		if i%each == 7 && len(bad) < total*3/100 {
			bad[i+4] = true
			switch i % 3 {
			case 0:
				rows[i][1] = "không nhớ"
			case 1:
				rows[i][4] = "12345"
			case 2:
				rows[i][2] = ""
			}
		}
	}
	b := x.as(duty.Digitisation, anDong)
	file := listOf(t, rows...)
	before, began := held(), time.Now()
	sent := b.sendFile("/admin/imports", "x.xlsx", file, "once", "k")
	road := sent.header.Get("Location")
	took := map[string]time.Duration{"sent": time.Since(began)}
	began = time.Now()
	x.importJobs(2) // and the node stops
	x.importJobs(1000)
	took["read"] = time.Since(began)
	got := b.get(road + "/errors")
	tab, err := sheet.Read(strings.NewReader(got.body), int64(len(got.body)), sheet.Limits{})
	if err != nil {
		t.Fatalf("%v: %s", err, b.get(road).body)
	}
	if _, err := tab.Find([]sheet.Column{{Key: "row", Names: []string{"Cần sửa gì"}, Must: true}}); err != nil {
		t.Fatal(err)
	}
	for _, row := range tab.Rows {
		n := 0
		fmt.Sscan(row[0].Text, &n)
		if !bad[n] {
			t.Errorf("row %s is told to be bad: %s", row[0].Text, row[1].Text)
		}
	}
	if len(tab.Rows) != len(bad) {
		t.Errorf("%d bad rows, want %d", len(tab.Rows), len(bad))
	}
	began = time.Now()
	b.post(road, map[string][]string{"do": {"start"}})
	x.importJobs(2)
	x.importJobs(1000)
	took["kept"] = time.Since(began)
	if n := x.counted(b, "46"); n != total-len(bad) {
		t.Errorf("%d declarations, want %d", n, total-len(bad))
	}
	look := storetest.NewLook(t, url)
	if n := look.Count("SELECT COUNT(*) FROM people"); n != total-len(bad) {
		t.Errorf("%d people, want %d", n, total-len(bad))
	}
	if n := look.Count("SELECT COUNT(*) FROM declarations WHERE officer_id <> '' AND channel = 'officer'"); n != total-len(bad) {
		t.Errorf("%d declarations typed in by the officer", n)
	}
	most := held()
	began = time.Now()
	b.post(road, map[string][]string{"do": {"undo"}})
	x.importJobs(2)
	x.importJobs(1000)
	took["undone"] = time.Since(began)
	if n := x.counted(b, "46"); n != 0 {
		t.Errorf("%d declarations are left", n)
	}
	if n := look.Count("SELECT COUNT(*) FROM declarations"); n != total-len(bad) {
		t.Errorf("%d rows of declarations stand, want all %d", n, total-len(bad))
	}
	t.Logf("%d rows, %d KB: %v, %d MB held beside %d MB", total, len(file)>>10, took, (most-min(most, before))>>20, before>>20)
}
