package admin

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store/storetest"
)

func TestReadInHand(t *testing.T) {
	code := qr.NewCode()
	number := qr.NewNumber()
	wrong := number[:9] + string('0'+(number[9]-'0'+1)%10)
	tests := []struct {
		name, text string
		want       inHand
		complaint  string
	}{
		{"nothing", " \n", inHand{}, "admin.check.empty"},
		{"code", code, inHand{Code: code}, ""},
		{"code in small letters", strings.ToLower(code), inHand{Code: code}, ""},
		{"our link", "https://khaibao.example/q/" + code, inHand{Code: code}, ""},
		{"our link in capitals, as a reader types it", "HTTPS://KHAIBAO.EXAMPLE/Q/" + code, inHand{Code: code}, ""},
		{"our number", number, inHand{Number: number}, ""},
		{"our number in groups", number[:3] + " " + number[3:6] + " " + number[6:], inHand{Number: number}, ""},
		{"our number with a wrong digit", wrong, inHand{}, "admin.check.number"},
		{"CCCD", "046055000123", inHand{ID: "046055000123"}, ""},
		{"CCCD in groups", "046 055 000 123", inHand{ID: "046055000123"}, ""},
		{"CMND, or a phone without its zero", "900000123", inHand{ID: "900000123", Phone: "+84900000123"}, ""},
		{"CMND alone", "191234567", inHand{ID: "191234567"}, ""},
		{"passport", "b1234567", inHand{ID: "B1234567"}, ""},
		{"phone", "0900 000 123", inHand{Phone: "+84900000123"}, ""},
		{"phone abroad's way", "+84 900 000 123", inHand{Phone: "+84900000123"}, ""},
		{"nobody's number", "000000000", inHand{}, "admin.check.nobody"},
		{"chip card", "046055000123|191234567|Nguyễn Văn An|02091955|Nam|7 Hải Triều, Huế|01012021", inHand{ID: "046055000123"}, ""},
		{"the Ministry's QR with its ID hidden", "******000123|NGUYEN VAN AN|1955-**-**|0|QID123|", inHand{}, "admin.check.none.masked"},
		{"the Ministry's QR in full", "046055000123|NGUYEN VAN AN|1955-09-02|0|QID123|", inHand{ID: "046055000123"}, ""},
		{"some other QR", "https://example.com/menu", inHand{}, "admin.check.unread"},
		{"a name is nothing to look up by", "Nguyễn Văn An", inHand{}, "admin.check.unread"},
		{"our link that a Vietnamese typing tool changed", "https://khaibao.êxample/q/ĐFGHÍKLM2345", inHand{}, "admin.check.ime"},
		{"a hotline", "115", inHand{}, "admin.check.unread"},
		{"marks of SQL", "' OR 1=1 --", inHand{}, "admin.check.unread"},
	}
	for _, test := range tests {
		if got, complaint := readInHand(test.text); got != test.want || complaint != test.complaint {
			t.Errorf("%s: %+v, %q; want %+v, %q", test.name, got, complaint, test.want, test.complaint)
		}
	}
}

func FuzzReadInHand(f *testing.F) {
	for _, seed := range []string{"", "046055000123", "0900 000 123", "a|b|c|d|e", "\xff\x00", qr.NewNumber(), "https://x/q/" + qr.NewCode()} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, complaint := readInHand(text)
		if (got == inHand{}) != (complaint != "") {
			t.Errorf("%q: %+v and %q", text, got, complaint)
		}
		if got.ID == core.NobodysID || strings.ContainsAny(got.ID+got.Phone, " \x00") {
			t.Errorf("%q: %+v", text, got)
		}
	})
}

func TestCheckByEachWay(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều",
			symptoms: []string{"fever"}, conditions: []string{"diabetes"}})
		b := x.as(duty.Police, "480")
		seen := []string{"Đã khai báo", "12 phút trước", "Nguyễn Văn An", "1955", "Sốt", "•••• 0123", "Xem đủ số giấy tờ", "Chưa có địa điểm",
			"no:046055000123<", "no:Hải Triều", "no:Tiểu đường", "no:href=\"tel:", "no:02/09/1955", "no:chợ Đông Ba"}
		link := qr.Link(x.server.PublicURL, an.Code)
		picture, err := qr.PNG(link, 300)
		if err != nil {
			t.Fatal(err)
		}
		for what, typed := range map[string]string{"link": link, "code": an.Code, "number": an.Number, "ID": "046 055 000 123", "phone": "0900 000 001"} {
			b.check(typed, nil).wants(t, what, 200, seen...)
			b.post("/admin/check", url.Values{"q": {typed}}).wants(t, what+", a plain form", 200, seen...)
		}
		b.check("", picture).wants(t, "photo", 200, seen...)
		b.get("/q/"+an.Code).wants(t, "QR opened", 200, seen...)
		b.get("/Q/"+strings.ToLower(an.Code)).wants(t, "QR opened in capitals", 200, seen...)
		x.pass(2 * time.Minute)
		b.post("/admin/check", url.Values{"q": {an.Number}, "reveal": {an.PersonID}}).wants(t, "revealed", 200,
			"046055000123", "7 Hải Triều", "0900 000 001", "02/09/1955", "no:Tiểu đường", "no:Xem đủ số giấy tờ")
		b.post("/admin/check", url.Values{"q": {an.Number}, "reveal": {core.NewID()}}).wants(t, "somebody else revealed", 200, "no:046055000123<", "no:Hải Triều")
		x.as(duty.Centre, "46").check(an.Number, nil).wants(t, "the centre", 200, "Nguyễn Văn An", "no:Sốt", "no:triệu chứng")
		x.as(duty.CDC, "46").check(an.Number, nil).wants(t, "the CDC", 200, "Nguyễn Văn An", "Tiểu đường", "046055000123")
	})
}

func TestCheckThatFindsNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		tests := []struct {
			what, typed string
			photo       []byte
			status      int
			want        string
		}{
			{"unknown number", qr.NewNumber(), nil, 200, "Không có tờ khai nào mang dãy 10 số này"},
			{"unknown code", qr.NewCode(), nil, 200, "Không có tờ khai nào mang mã QR này"},
			{"unknown ID", "046055000999", nil, 200, "Không có tờ khai nào mang số giấy tờ này"},
			{"unknown phone", "0900000999", nil, 200, "Không có tờ khai nào từ số điện thoại này"},
			{"empty", "", nil, 422, "chưa nhập gì"},
			{"nonsense", "chào <b>anh</b>", nil, 422, `value="chào &lt;b&gt;anh&lt;/b&gt;"`},
			{"no picture", "", []byte("not a picture"), 415, "không phải ảnh"},
			{"a picture without a QR", "", blank(t, 200, 200), 422, "Không thấy mã QR"},
			{"a picture of too many pixels", "", blank(t, 10_001, 2), 413, "lớn quá"},
			{"a picture of too many bytes", "", bytes.Repeat([]byte{7}, qr.MaxBytes+1), 413, "lớn quá"},
			{"far too many bytes", "", bytes.Repeat([]byte{7}, maxUpload+1), 413, "lớn quá"},
			{"a QR of something else", "", picture(t, "https://example.com/menu"), 422, "không phải của Khai Báo"},
			{"NUL", "\x00", nil, 422, "Chưa đọc được"},
			{"no UTF-8", "\xff\xfe", nil, 422, "Chưa đọc được"},
			{"a long text", strings.Repeat("x", 20_000), nil, 413, "lớn quá"},
		}
		for _, test := range tests {
			b.check(test.typed, test.photo).wants(t, test.what, test.status, test.want)
		}
		for what, kind := range map[string]string{"JSON": "application/json", "no boundary": "multipart/form-data", "nothing": ""} {
			b.do(b.request("POST", "/admin/check", kind, strings.NewReader(`{"q":1}`))).wants(t, what, http.StatusBadRequest, "Chưa đọc được nội dung")
		}
		b.do(b.request("POST", "/admin/check", "multipart/form-data; boundary=x", strings.NewReader("--x\r\ngarbage"))).
			wants(t, "a broken form", http.StatusBadRequest)
		many := "--x\r\n" + strings.Repeat("Content-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x\r\n", 50)
		b.do(b.request("POST", "/admin/check", "multipart/form-data; boundary=x", strings.NewReader(many))).wants(t, "fifty parts", http.StatusBadRequest)
		b.do(b.request("POST", "/admin/sign-out", "application/x-www-form-urlencoded", strings.NewReader("%zz"))).wants(t, "sign-out reads no form", 303)
	})
}

func blank(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func picture(t *testing.T, text string) []byte {
	t.Helper()
	b, err := qr.PNG(text, 300)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTooManyLooksSayWhatToDo(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.Team, anDong)
	var last reply
	x.step = time.Second
	for range 40 {
		last = b.check("0900000999", nil)
		if last.status != 200 {
			break
		}
	}
	last.wants(t, "too many", http.StatusTooManyRequests, "Đợi một phút")
}

// A stranger's page is the same, byte for byte, whatever became of the code.
func TestStrangersPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		live := x.declare(said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000001", commune: anDong})
		unknown := qr.NewCode()
		masked := func(r reply, code string) string {
			body := strings.ReplaceAll(r.body, code, "CODE")
			from := strings.Index(body, "data:image/png;base64,")
			to := from + strings.IndexByte(body[from:], '"')
			return body[:from] + "PICTURE" + body[to:]
		}
		headers := func(r reply) string {
			h := maps.Clone(r.header)
			delete(h, "Date")
			delete(h, "Content-Length") // the picture's own
			return fmt.Sprint(h)
		}
		b := x.browser()
		first := b.get("/q/" + live.Code)
		other := b.get("/q/" + unknown)
		if first.status != 200 || other.status != 200 || masked(first, live.Code) != masked(other, unknown) || headers(first) != headers(other) {
			t.Errorf("live and unknown codes differ:\n%s\n%s", first.body, other.body)
		}
		for what, r := range map[string]reply{
			"small letters": b.get("/q/" + strings.ToLower(live.Code)), "Q": b.get("/Q/" + live.Code), "again": b.get("/q/" + live.Code),
			"a leader": x.as(duty.Leader, "46").get("/q/" + live.Code), "accounts": x.as(duty.Admin, "46").get("/q/" + live.Code),
		} {
			if r.body != first.body || headers(r) != headers(first) {
				t.Errorf("%s: another page or other headers than a stranger's", what)
			}
		}
		head := b.do(b.request("HEAD", "/q/"+live.Code, "", nil))
		if head.status != 200 || head.body != "" || head.header.Get("Content-Length") != first.header.Get("Content-Length") {
			t.Errorf("HEAD: %d, %v", head.status, head.header)
		}
		first.wants(t, "a stranger", 200, "Đưa mã này cho cán bộ", "Show this to an officer", "no:Nguyễn", "no:referrer")
		broken := b.get("/q/ABC")
		for _, path := range []string{"/q/" + live.Code + "A", "/q/", "/Q/x/y", "/q/" + strings.Repeat("1", 26), "/q/%00"} {
			got := b.get(path)
			got.wants(t, path, http.StatusNotFound, "Đường dẫn chưa đủ")
			if got.body != broken.body {
				t.Errorf("%s: another page than of any link that is not whole", path)
			}
		}
		b.do(b.request("POST", "/q/"+live.Code, "", nil)).wants(t, "a POST", http.StatusNotFound, "no:Nguyễn")
		x.as(duty.Team, anDong).get("/q/"+unknown).wants(t, "an officer, unknown code", 200, "Không có tờ khai nào mang mã QR này")
	})
}

// What people typed shows as text, wherever it stands.
func TestMarkupShowsAsText(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>"'`
	d := x.declare(said{name: evil, birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, house: evil,
		symptoms: []string{evil}, exposures: []string{evil}, conditions: []string{evil}})
	b := x.as(duty.CDC, "46")
	for what, r := range map[string]reply{
		"list": b.get("/admin/declarations"), "record": b.get("/admin/declarations/" + d.DeclarationID), "check": b.check(d.Number, nil),
		"search": b.post("/admin/declarations", url.Values{"name": {evil}}),
	} {
		r.wants(t, what, 200, "&lt;script&gt;", "no:<script>alert", "no:<img src=x")
	}
}

// A whole day's work of an officer leaves no person in the log.
func TestLogHoldsNoPerson(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	d := x.declare(said{name: "Nguyễn Văn Dấu", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều"})
	b := x.as(duty.CDC, "46")
	b.get("/q/" + d.Code)
	b.check("046055000123", nil)
	b.check("0900000001", nil)
	b.check("xin chào Dấu", nil)
	b.post("/admin/declarations", url.Values{"name": {"Dấu"}})
	b.get("/admin/declarations/" + d.DeclarationID)
	b.get("/admin/declarations/Dấu")
	b.get("/admin/" + d.Code)
	x.browser().get("/q/" + d.Code)
	x.browser().get("/q/x" + d.Code)
	b.post("/admin/sign-in", url.Values{"name": {"Dấu"}, "password": {"mật khẩu lộ ra"}})
	text := x.log.String()
	if strings.Count(text, "\n") < 12 {
		t.Fatalf("only so much in the log:\n%s", text)
	}
	for _, mark := range []string{"Dấu", "D%E1%BA%A5u", "046055000123", "900000001", d.Code, strings.ToLower(d.Code), d.Number, "Hải Triều", "lộ ra", d.PersonID} {
		if strings.Contains(text, mark) {
			t.Errorf("the log holds %q:\n%s", mark, text)
		}
	}
}

// What a card leaves open is asked for in red, and filled in from there (O2).
func TestCardOfWhoHasNotDeclared(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	team := x.as(duty.Team, anDong)
	const ministry = "046055000123|NGUYEN VAN AN|1955-09-02|0|QID123|"
	page := team.check(ministry, nil)
	page.wants(t, "the Ministry's QR", 200, "Chưa khai báo", "NGUYEN VAN AN", "02/09/1955", `class="lacks"`, "Triệu chứng", `action="/admin/enter/resident"`, `action="/admin/enter/journey"`)
	form := team.post("/admin/enter/resident", url.Values{"_card": {ministry}, "_step": {"card"}})
	form.wants(t, "the form that its button leads to", 200, "046055000123", "Còn thiếu")
	team.check("******000123|NGUYEN VAN AN|1955-**-**|0|QID123|", nil).wants(t, "with its number hidden", 200, "Chưa tra được", "gõ số ghi trên giấy tờ", `class="lacks"`)
	x.as(duty.Police, "46").check(ministry, nil).wants(t, "police, who type nothing in", 200, "Chưa khai báo", "NGUYEN VAN AN", "no:/admin/enter")
	x.declare(said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong})
	team.check(ministry, nil).wants(t, "once there is a declaration", 200, "Nguyễn Văn An", `no:class="lacks"`)
}
