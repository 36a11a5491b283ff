package admin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store/storetest"
)

// excelOf is a file with a header and lines of text.
func excelOf(t *testing.T, head []string, lines ...[]string) []byte {
	t.Helper()
	p := sheet.Page{Name: "Tài khoản", Above: []string{"Danh sách cán bộ"}}
	for _, h := range head {
		p.Heads = append(p.Heads, sheet.Head{Title: h})
	}
	rows := make([][]sheet.Cell, len(lines))
	for i, line := range lines {
		for _, text := range line {
			rows[i] = append(rows[i], sheet.Cell{Text: text, Kind: sheet.Text})
		}
	}
	var out bytes.Buffer
	if err := sheet.Write(&out, p, rows); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// uploadList sends a list as a browser does.
func (b *browser) uploadList(path string, file []byte) reply {
	b.x.t.Helper()
	return b.sendFile(path, "danh sách.xlsx", file)
}

const accountListURL = "/admin/accounts/list"

var listHead = []string{"Họ và tên", "Nhiệm vụ", "Địa bàn", "Tên đăng nhập"}

func TestAccountsFromExcel(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Admin, "474")
		file := excelOf(t, listHead,
			[]string{"Nguyễn Văn An", "Trạm y tế", "Phường An Đông", ""},
			[]string{"Trần Thị Bình", "team", "19815", "binh.team"},
			[]string{"nguyễn văn an", "trạm Y tế", anDong, ""},
			[]string{"Nguyễn Văn An", "Công an", "an dong", ""},
			[]string{"123", "Trạm y tế", anDong, ""},
			[]string{"Lê Văn Cường", "Chủ tịch", anDong, ""},
			[]string{"Lê Văn Cường", "Trạm y tế", "trên trời", ""},
			[]string{"Lê Văn Cường", "Trạm y tế", huongVan, ""},
			[]string{"Lê Văn Cường", "Trạm y tế", anDong, "Cường!"},
			[]string{"Phạm Thị Dung", "Tổ số hóa", "474", "BINH.TEAM"},
			[]string{"=1+1 <b>", "Trạm y tế", anDong, ""})
		look := b.uploadList(accountListURL, file)
		look.wants(t, "the preview", 200, "3 dòng thêm được, 8 dòng có lỗi", "nguyen.van.an<", "nguyen.van.an.2<", "binh.team<",
			"Trùng với dòng 4", "họ và tên đầy đủ", "Nhiệm vụ không có", "Chưa rõ địa bàn", "ngoài phạm vi", "Tên đăng nhập có từ 2", "Trùng với dòng 5", "no:<b>", "no:onetime")
		form := url.Values{"once": {look.hidden(t, "once")}, "rows": {html.UnescapeString(look.hidden(t, "rows"))}}
		done := b.post(accountListURL, form)
		done.wants(t, "added", 200, "Đã thêm 3 tài khoản", "Tải bảng mật khẩu")
		link := regexp.MustCompile(`href="data:[^"]*base64,([^"]+)" download="mat-khau-dau-tien.xlsx"`).FindStringSubmatch(done.body)
		if link == nil {
			t.Fatalf("no sheet of passwords\n%s", done.body)
		}
		body, err := base64.StdEncoding.DecodeString(html.UnescapeString(link[1]))
		if err != nil {
			t.Fatal(err)
		}
		table, err := sheet.Read(bytes.NewReader(body), int64(len(body)), sheet.Limits{})
		if err == nil {
			_, err = table.Find([]sheet.Column{{Key: "p", Names: []string{"Mật khẩu đầu tiên"}, Must: true}})
		}
		if err != nil || len(table.Rows) != 3 {
			t.Fatalf("the sheet of passwords: %v, %v", table, err)
		}
		for _, row := range table.Rows {
			if in := x.browser().post("/admin/sign-in", url.Values{"name": {row[3].Text}, "password": {row[4].Text}}); in.header.Get("Location") != passwordPath {
				t.Errorf("%s cannot sign in by the sheet: %d", row[3].Text, in.status)
			}
		}
		b.post(accountListURL, form).wants(t, "the form again", http.StatusConflict, "no:data:", "Đã thêm ở lần gửi trước")
		again := b.uploadList(accountListURL, file)
		again.wants(t, "the file again", 200, "0 dòng thêm được, 11 dòng có lỗi", "Đã có tài khoản cùng tên", "đã có người dùng")
		if strings.Contains(again.body, `name="rows"`) {
			t.Error("nothing can be added, and yet there is a button")
		}
		list := b.get("/admin/accounts?state=never")
		if n := strings.Count(list.body, `<td class="who">`); n != 0 {
			t.Errorf("%d accounts too many", n)
		}
		for what, rows := range map[string]string{
			"an area outside": fmt.Sprintf(`[{"N":1,"Name":"Nguyễn Văn Ác","Duty":"cdc","Area":%q,"SignIn":"ac"}]`, huongVan),
			"a duty":          `[{"N":1,"Name":"Nguyễn Văn Ác","Duty":"mayor","Area":"474","SignIn":"ac"}]`,
			"no JSON":         `[{`,
		} {
			got := b.post(accountListURL, url.Values{"once": {"x" + what}, "rows": {rows}})
			if got.status == 200 || strings.Contains(got.body, "data:app") {
				t.Errorf("a browser that lies about %s: %d", what, got.status)
			}
		}
	})
}

func TestListsThatAreNotRead(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.Admin, "46")
	many := make([][]string, maxAccounts+1)
	for i := range many {
		many[i] = []string{"Nguyễn Văn An", "team", anDong, fmt.Sprintf("an.%d", i)}
	}
	for want, file := range map[string][]byte{
		"chọn một tệp":           nil,
		"tệp văn bản":            []byte("Họ và tên,Nhiệm vụ\nAn,team\n"),
		"Không đọc được":         []byte("PK\x03\x04 nothing"),
		"Thiếu dòng tiêu đề":     excelOf(t, []string{"Tên", "Tuổi"}, []string{"An", "7"}),
		"hơn 300 dòng":           excelOf(t, listHead, many...),
		"Tệp quá lớn":            bytes.Repeat([]byte("PK\x03\x04"), 1<<20),
		"Không đọc được tệp này": {1, 2, 3},
	} {
		b.uploadList(accountListURL, file).wants(t, want, http.StatusUnprocessableEntity, want, `id="wrong-file"`)
	}
	template := b.get("/admin/accounts/template.xlsx")
	if template.header.Get("Content-Type") != excel || !strings.Contains(template.header.Get("Content-Disposition"), ".xlsx") {
		t.Errorf("the template: %v", template.header)
	}
	b.uploadList(accountListURL, []byte(template.body)).wants(t, "the empty template", http.StatusUnprocessableEntity, "không có dòng nào")
}
