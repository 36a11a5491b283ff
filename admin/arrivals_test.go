package admin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// arrive stores a journey and returns the ID of its arrival.
func (x *site) arrive(name, phone, commune, from string, day core.Day) string {
	x.t.Helper()
	stored := x.declare(said{name: name, birth: "1990", phone: phone, commune: commune, form: "journey",
		facts: map[string]any{"from": from, "arrive_on": string(day), "departed_on": string(day), "vehicle": "coach"}})
	o, _ := x.officer(duty.CDC, "46", false)
	page, err := x.s.Arrivals(x.t.Context(), store.Look{Officer: o, At: started}, o.ListScope(), store.ArrivalFilter{List: "new", Area: commune}, "")
	if err != nil {
		x.t.Fatal(err)
	}
	for _, row := range page.Rows {
		if row.PersonID == stored.PersonID {
			return row.ID
		}
	}
	x.t.Fatalf("%s is on no list", name)
	return ""
}

var hiddenOnce = regexp.MustCompile(`name="once" value="([^"]+)"`)

// verifyForm is the form of one arrival as its page shows it.
func (x *site) verifyForm(b *browser, id string, more url.Values) url.Values {
	x.t.Helper()
	body := b.get("/admin/arrivals/" + id).body
	m := hiddenOnce.FindStringSubmatch(body)
	version := regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(body)
	if m == nil || version == nil {
		x.t.Fatalf("no form: %s", body)
	}
	form := url.Values{"once": {m[1]}, "version": {version[1]}}
	for k, v := range more {
		form[k] = v
	}
	return form
}

func TestArrivalIsVerifiedOnItsPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		binh := x.arrive("Trần Thị Bình", "+84900000002", anDong, "LA", "2021-08-14")
		b := x.as(duty.Digitisation, anDong)
		b.get("/admin/").wants(t, "the way there", 200, `href="/admin/arrivals"`)
		b.get("/admin/arrivals").wants(t, "the list", 200, "Chưa xác minh <b>2</b>", "Đã về địa phương <b>0</b>", "Nguyễn Văn An", "Trần Thị Bình", "Lào", "Thành phố Hồ Chí Minh (1)",
			"14/08/2021, đã 1 ngày", "Hôm nay, 15/08/2021", "Hôm nay (1)", "no:Cấp dưới chuyển lên")
		b.get("/admin/arrivals?when=today").wants(t, "filtered", 200, "Nguyễn Văn An", "no:Trần Thị Bình", "Khớp phần lọc: 1", "Bỏ lọc")
		page := b.get("/admin/arrivals/" + binh)
		page.wants(t, "one arrival", 200, "Trần Thị Bình", "0900 000 002", "Cách ly y tế tại nhà", "Khai hành trình lần đầu", "no:Đưa về chưa xác minh</summary>")
		form := x.verifyForm(b, binh, url.Values{"state": {"arrived"}, "surveillance": {"home"}, "days": {"7"}, "note": {"đã gặp"}, "next": {"1"}})
		wrong := url.Values{"state": {"arrived"}, "surveillance": {"central"}, "note": {"giữ lại câu này"}}
		b.post("/admin/arrivals/"+binh, wrong).wants(t, "without a facility", 422, "giữ lại câu này", `aria-describedby="wrong-facility"`)
		got := b.post("/admin/arrivals/"+binh, form)
		if to := got.header.Get("Location"); got.status != http.StatusSeeOther || !strings.HasPrefix(to, "/admin/arrivals/"+an+"?") {
			t.Fatalf("saved: %d to %q", got.status, to)
		}
		b.get(got.header.Get("Location")).wants(t, "the next one", 200, "Nguyễn Văn An", "Đã lưu người vừa rồi: ", "<del>Chưa xác minh</del> → <ins>Đã về địa phương</ins>", `href="/admin/arrivals/`+binh)
		if again := b.post("/admin/arrivals/"+binh, form); again.status != http.StatusSeeOther {
			t.Errorf("the same form again: %d", again.status)
		}
		b.get("/admin/arrivals/"+binh).wants(t, "its history", 200, "Xác minh đã về", "Tình trạng: <del>Chưa xác minh</del> → <ins>Đã về địa phương</ins>", "“đã gặp”", "Lê Thị Cán Bộ",
			"Loại hình giám sát: <del>Không có</del> → <ins>Cách ly y tế tại nhà, nơi lưu trú</ins>", "Đưa về chưa xác minh")
		// Told again with nothing changed but a note, nothing is shown as changed.
		same := x.verifyForm(b, an, url.Values{"state": {"arrived"}, "surveillance": {"none"}})
		for range 2 {
			if got := b.post("/admin/arrivals/"+an, same); got.status != http.StatusSeeOther {
				t.Fatalf("saved: %d", got.status)
			}
			same = x.verifyForm(b, an, url.Values{"state": {"arrived"}, "surveillance": {"none"}, "note": {"gọi lại, đã ở nhà"}})
		}
		b.get("/admin/arrivals/"+an+"?was=arrived&now=arrived").wants(t, "told again", 200, "gọi lại, đã ở nhà", "Đã lưu.", "no:Đã về địa phương</del>", "no:Địa bàn: <del>Không có</del>", "no:Tình trạng: <del>Không có</del>")
		// Another officer had the page open all the time.
		form.Set("once", core.NewID())
		form.Set("state", "unverifiable")
		form.Set("note", "không có ai")
		x.as(duty.Team, anDong).post("/admin/arrivals/"+binh, form).wants(t, "over what another did", http.StatusConflict, "không có ai", "Đã về địa phương")
		x.as(duty.CDC, "46").get("/admin/arrivals?list=arrived").wants(t, "the province", 200, "Trần Thị Bình", "Cách ly y tế tại nhà", "đã gặp")
		x.as(duty.Leader, "46").get("/admin/arrivals/"+binh).wants(t, "a leader", 200, "no:đã gặp", "no:0900 000 002", "no:<form method=\"post\" action=\"/admin/arrivals")
		x.as(duty.Leader, "46").get("/admin/arrivals?list=arrived").wants(t, "a leader's list", 200, "T.T.B.", "no:Trần", "no:đã gặp", "no:Lào", "no:14/08/2021", `no:id="origin"`)
		x.as(duty.Leader, "46").get("/admin/arrivals?list=arrived&origin=79").wants(t, "what a leader does not see does not filter", 200, "T.T.B.")
		x.as(duty.Leader, "46").get("/admin/arrivals/"+binh).wants(t, "a leader's record", 200, "no:Lào", "no:14/08/2021")
	})
}

func TestMoveAndGoUpOnThePage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		binh := x.arrive("Trần Thị Bình", "+84900000002", anDong, "79", "2021-08-15")
		here, there, district := x.as(duty.Digitisation, anDong), x.as(duty.Digitisation, huongVan), x.as(duty.Station, "474")
		here.post("/admin/arrivals/"+an, x.verifyForm(here, an, url.Values{"state": {"moved"}})).wants(t, "nowhere", 422, `id="wrong-to"`)
		if got := here.post("/admin/arrivals/"+an, x.verifyForm(here, an, url.Values{"state": {"moved"}, "to": {huongVan}, "note": {"khai nhầm"}})); got.status != http.StatusSeeOther {
			t.Fatalf("move: %d %s", got.status, got.body)
		}
		there.get("/admin/arrivals").wants(t, "there", 200, "Nguyễn Văn An", "Chuyển đến từ", "khai nhầm", "Lê Thị Cán Bộ")
		here.get("/admin/arrivals?list=moved").wants(t, "here", 200, "Nguyễn Văn An", "Đã chuyển sang")
		if got := here.post("/admin/arrivals/"+binh, x.verifyForm(here, binh, url.Values{"state": {"unverifiable"}, "note": {"nhà khóa cửa"}})); got.status != http.StatusSeeOther {
			t.Fatalf("up: %d %s", got.status, got.body)
		}
		district.get("/admin/arrivals?list=up").wants(t, "the district", 200, "Cấp dưới chuyển lên <b>1</b>", "Trần Thị Bình", "nhà khóa cửa", "Đang ở Thành phố Huế")
	})
}

func TestManyArrivalsAtOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		binh := x.arrive("Trần Thị Bình", "+84900000002", anDong, "79", "2021-08-15")
		far := x.arrive("Lê Thị Xa", "+84900000003", huongVan, "79", "2021-08-15")
		b := x.as(duty.Team, anDong)
		chosen := url.Values{"chosen": {an + ".1", binh + ".1", far + ".1"}}
		page := b.post("/admin/arrivals", chosen)
		page.wants(t, "what shall become of them", 200, "Nguyễn Văn An", "Trần Thị Bình", "Xác minh 2 người", "no:Lê Thị Xa")
		// Somebody settles one of them meanwhile.
		b.post("/admin/arrivals/"+an, x.verifyForm(b, an, url.Values{"state": {"arrived"}, "surveillance": {"none"}}))
		form := url.Values{"chosen": chosen["chosen"], "once": {hiddenOnce.FindStringSubmatch(page.body)[1]}, "state": {"arrived"}, "surveillance": {"self_watch"}}
		b.post("/admin/arrivals", form).wants(t, "done", http.StatusConflict, "Đã lưu 1 trên 2 người", "Người khác vừa thay đổi")
		b.post("/admin/arrivals", form).wants(t, "sent twice", http.StatusConflict, "Đã lưu 1 trên 2 người")
		b.get("/admin/arrivals?list=arrived").wants(t, "the list", 200, "Tự theo dõi sức khỏe", "Không phải giám sát", "Đã về địa phương <b>2</b>")
		b.post("/admin/arrivals", url.Values{}).wants(t, "nobody", 422, "chọn ít nhất một dòng")
	})
}

func TestArrivalIsCorrected(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		b := x.as(duty.Digitisation, anDong)
		path := "/admin/arrivals/" + an + "/correct"
		page := b.get(path)
		page.wants(t, "the page", 200, "Đã khai:", "<strong>Nguyễn Văn An</strong>", `value="2021-08-15"`, "Xe khách", "/admin/enter/journey/of/")
		form := func() url.Values {
			v := hiddenOf(b.get(path).body, path)
			for _, m := range regexp.MustCompile(`<input id="([a-z_]+)" name="[a-z_]+" value="([^"]*)"`).FindAllStringSubmatch(b.get(path).body, -1) {
				v.Set(m[1], m[2])
			}
			v.Set("from", "79")
			v.Set("vehicle", "coach")
			v.Set("sex", "female")
			return v
		}
		b.post(path, form()).wants(t, "nothing is another", 422)
		wrong := form()
		wrong.Set("name", "12")
		wrong.Set("arrive_on", "2031-01-01")
		wrong.Set("house", "8 Hải Triều")
		b.post(path, wrong).wants(t, "wrong fields", 422, `id="wrong-name"`, `id="wrong-arrive_on"`, `value="8 Hải Triều"`)
		stale, right := form(), form()
		right.Set("name", "Nguyễn Văn Ân")
		right.Set("birth", "02/03/1990")
		right.Set("arrive_on", "2021-08-14")
		right.Set("from", "01")
		right.Set("note", "theo CCCD")
		for range 2 { // sent twice it is one version
			if got := b.post(path, right); got.status != http.StatusSeeOther {
				t.Fatalf("correct: %d %s", got.status, got.body)
			}
		}
		b.get("/admin/arrivals/"+an+"?corrected=1").wants(t, "the record", 200, "<h1>Nguyễn Văn Ân</h1>", "02/03/1990", "Đã lưu bản sửa", "Sửa tờ khai", "“theo CCCD”", "Về từ: <del>Thành phố Hồ Chí Minh</del> → <ins>Thành phố Hà Nội</ins>",
			"Họ và tên: <del>Nguyễn Văn An</del> → <ins>Nguyễn Văn Ân</ins>", "Ngày sinh: <del>1990</del> → <ins>02/03/1990</ins>",
			"Ngày về: <del>15/08/2021</del> → <ins>14/08/2021</ins>", "Lần 2", "Lê Thị Cán Bộ", "no:Lần 3")
		b.get("/admin/arrivals?origin=01&when=late").wants(t, "the list", 200, "Nguyễn Văn Ân")
		stale.Set("name", "Trần Văn Sai")
		x.as(duty.Team, anDong).post(path, stale).wants(t, "over what another corrected", http.StatusConflict, "Trần Văn Sai", "<strong>Nguyễn Văn Ân</strong>")
	})
}
