package admin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestListAndItsFilter(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		crowd(x)
		cdc, team, leader := x.as(duty.CDC, "46"), x.as(duty.Team, huongVan), x.as(duty.Leader, "46")
		cdc.get("/admin/declarations").wants(t, "the province", 200, "Nguyễn Văn An", "Hồ Đắc Dũng", "Sốt, Ho", "Đi về từ vùng có dịch", "Chưa xác minh", "Sức khỏe</th>", "phút trước", `title="09:48 15/08/2021"`)
		team.get("/admin/declarations").wants(t, "a ward", 200, "Hồ Đắc Dũng", "no:Nguyễn Văn An")
		leader.get("/admin/declarations").wants(t, "a leader", 200, "N.V.A.", "no:Nguyễn", "no:Sốt", "no:1955", "no:vùng có dịch", `no:id="name"`,
			"no:Sức khỏe</th>", "Chưa xác minh</span>")
		cdc.get("/admin/declarations?show=symptomatic").wants(t, "symptomatic", 200, "Nguyễn Văn An", "no:Hồ Đắc Dũng")
		leader.get("/admin/declarations?show=symptomatic").wants(t, "symptomatic for a leader", 200, "H.Đ.D.")
		cdc.get("/admin/declarations?area=480").wants(t, "a district", 200, "Hồ Đắc Dũng", "no:Nguyễn Văn An", `<option value="480" selected>`)
		cdc.get("/admin/declarations?proof=unproven").wants(t, "not proved", 200, "Phan Văn Em", "no:Nguyễn Văn An")
		cdc.get("/admin/declarations?to=2021-08-14").wants(t, "until a day", 200, "Phan Văn Em", "no:Nguyễn Văn An")
		cdc.get("/admin/declarations?form=journey").wants(t, "no journeys", 200, "Không có tờ khai nào khớp", `<option value="journey" selected>`)
		cdc.get("/admin/declarations?form=resident").wants(t, "residents", 200, "Nguyễn Văn An")
		if body := cdc.get("/admin/declarations?order=oldest").body; strings.Index(body, "Phan Văn Em") > strings.Index(body, "Nguyễn Văn An") {
			t.Error("the oldest do not come first")
		}
		cdc.get("/admin/declarations?channel=sms").wants(t, "nothing found", 200, "Không có tờ khai nào khớp", "Bỏ lọc")
		cdc.get("/admin/declarations?name=nhung").wants(t, "a name in a link is not taken", 200, "Nguyễn Văn An")
		cdc.get("/admin/declarations?from=31/02/2021").wants(t, "no day", 422, "Chưa rõ ngày", `value="31/02/2021"`)
		cdc.get("/admin/declarations?from=2021-08-15&to=2021-08-14").wants(t, "days the wrong way round", 422, "đứng trước ngày đầu")
		for _, area := range []string{"48", "nothing", "46' --", "\x00"} {
			cdc.get("/admin/declarations?area="+url.QueryEscape(area)).wants(t, "area "+area, http.StatusNotFound)
		}
		team.get("/admin/declarations?area="+anDong).wants(t, "an area outside", http.StatusNotFound)
		cdc.get("/admin/declarations?after=nonsense&channel=%00&proof=x&show=y&form=z&order=z").wants(t, "what no filter knows", 200, "Nguyễn Văn An")

		search := func(name string) reply { return cdc.post("/admin/declarations", url.Values{"name": {name}}) }
		search("Nhung").wants(t, "a word of a name", 200, "Công Tằng Tôn Nữ Thị Hồng Nhung", "no:Nguyễn Văn An", "Tìm thấy 1 tờ khai", `value="Nhung"`)
		search("ho dac").wants(t, "the beginning of a name without marks", 200, "Hồ Đắc Dũng")
		search("%").wants(t, "no name", 422, "nhập họ tên")
		search("Không Ai").wants(t, "nobody", 200, "Không có tờ khai nào khớp")
		if got := cdc.post("/admin/declarations", url.Values{"area": {"480"}, "newest": {"1"}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/admin/declarations?area=480&newest=1" {
			t.Errorf("a filter without a name: %d to %q", got.status, got.header.Get("Location"))
		}
	})
}

// A part of a commune is stored short and shown written out, in each
// language; what stands beside it stays.
func TestQuarterIsWrittenOut(t *testing.T) {
	for lang, want := range map[string]map[string]string{
		"vi": {"TDP 3": "Tổ dân phố 3", "TDP 12, Khu vực 5": "Tổ dân phố 12, Khu vực 5", "Thôn Dạ Lê": "Thôn Dạ Lê", "TDP": "TDP", "": ""},
		"en": {"TDP 7B": "Quarter 7B"},
	} {
		r := &request{s: &Server{Options: Options{Text: words(t).Text}}, Lang: lang}
		for sub, text := range want {
			if got := r.Quarter(sub); got != text {
				t.Errorf("%q in %s: %q, want %q", sub, lang, got, text)
			}
			if got := r.word("resident", "permanent_sub", sub); got != text {
				t.Errorf("the answer %q in %s: %q, want %q", sub, lang, got, text)
			}
		}
	}
	x := newSite(t, storetest.SQLite(t))
	an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều"})
	x.as(duty.CDC, "46").get("/admin/declarations/"+an.DeclarationID).wants(t, "the record", 200, "7 Hải Triều, Tổ dân phố 3", "no:TDP")
}

func TestTheTabOfThePageIsMarked(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.CDC, "46")
	for path, tab := range map[string]string{"/admin/": "/admin/", "/admin/triage": "/admin/triage", "/admin/monitoring/open": "/admin/monitoring", "/admin/tasks": "/admin/tasks"} {
		page := b.get(path)
		page.wants(t, path, 200, `href="`+tab+`" aria-current="page"`)
		if n := strings.Count(page.body, `aria-current="page"`); n != 1 {
			t.Errorf("%s marks %d tabs, want 1", path, n)
		}
	}
	b.get("/admin/policy").wants(t, "a tab behind the last one", 200, `<summary aria-current="true">Thêm</summary>`)
	x.as(duty.Police, "46").get("/admin/").wants(t, "who only checks needs no menu", 200, "data-check", `no:class="tabs"`)
}

// A menu holds what the duty may open and nothing else; on a phone at most five
// stand side by side.
func TestMenuByDuty(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	for _, d := range duty.All() {
		r := &request{s: x.server, Officer: &duty.Officer{Duty: d, Area: "46"}, Request: httptest.NewRequest("GET", "/admin/check", nil)}
		near := 0
		for _, tab := range r.Tabs() {
			if !tab.Far {
				near++
			}
			i := slices.IndexFunc(x.server.routes(), func(rt route) bool {
				return rt.pattern == "GET "+tab.Path || rt.pattern == "GET "+tab.Path+"{$}"
			})
			if i < 0 || !x.server.routes()[i].may(r.Officer) {
				t.Errorf("%s: the tab %s leads nowhere", d, tab.Path)
			}
		}
		if near+min(len(r.FarTabs()), 1) > nearTabs+1 {
			t.Errorf("%s: %d tabs and the last one side by side on a phone", d, near)
		}
		for _, path := range firstTabs[d] {
			if !slices.ContainsFunc(r.Tabs(), func(t shownTab) bool { return t.Path == path }) {
				t.Errorf("%s: %s comes first and is not in the menu", d, path)
			}
		}
	}
}

func TestListTurnsItsPages(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	for i := range 2*store.PageSize + 3 {
		x.declare(said{name: "Nguyễn Thị Trang", birth: "1990", phone: "+849000" + twoDigits(i/100) + twoDigits(i%100) + "0"[:1], commune: anDong,
			at: started.Add(-time.Duration(i) * time.Minute)})
	}
	b := x.as(duty.Team, anDong)
	record := regexp.MustCompile(`href="/admin/declarations/([0-9a-f-]{36})"`)
	walk := func(first reply, next func(page reply) (reply, bool)) int {
		seen := map[string]bool{}
		for page, more := first, true; more; page, more = next(page) {
			for _, m := range record.FindAllStringSubmatch(page.body, -1) {
				if seen[m[1]] {
					t.Errorf("%s comes twice", m[1])
				}
				seen[m[1]] = true
			}
		}
		return len(seen)
	}
	older := regexp.MustCompile(`href="([^"]*)" rel="next"`)
	byLink := walk(b.get("/admin/declarations"), func(page reply) (reply, bool) {
		m := older.FindStringSubmatch(page.body)
		if m == nil {
			return reply{}, false
		}
		return b.get(strings.ReplaceAll(m[1], "&amp;", "&")), true
	})
	after := regexp.MustCompile(`name="after" value="([^"]+)"`)
	byName := walk(b.post("/admin/declarations", url.Values{"name": {"Trang"}}), func(page reply) (reply, bool) {
		m := after.FindStringSubmatch(page.body)
		if m == nil {
			return reply{}, false
		}
		return b.post("/admin/declarations", url.Values{"name": {"Trang"}, "after": {m[1]}}), true
	})
	if want := 2*store.PageSize + 3; byLink != want || byName != want {
		t.Errorf("%d by links, %d by name, want %d", byLink, byName, want)
	}
}

func twoDigits(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestHistoryShowsBeforeAndAfter(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	an := said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, symptoms: []string{"fever"}, at: started.Add(-48 * time.Hour)}
	first := x.declare(an)
	an.symptoms, an.house, an.at = []string{}, "7 Hải Triều", started.Add(-time.Hour)
	x.declare(an)
	x.as(duty.CDC, "46").get("/admin/declarations/"+first.DeclarationID).wants(t, "the first version", 200,
		"Khai báo y tế, khai ngày 13/08/2021", "Lần 1", "Lần 2", "Triệu chứng: <del>Sốt</del> → <ins>Không có</ins>", "Số nhà, đường: <del>Không có</del> → <ins>7 Hải Triều</ins>", "Người dân tự khai")
	x.as(duty.Leader, "46").get("/admin/declarations/"+first.DeclarationID).wants(t, "a leader", 200, "Lần 2", "no:Sốt", "no:Hải Triều")
}

func TestTasksByDuty(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	b := x.as(duty.Team, anDong)
	b.get("/admin/tasks").wants(t, "no tasks", 200, "Không có việc nào")
	id := x.openTask("misunderstood", anDong, "symptoms")
	b.get("/admin/tasks").wants(t, "a task", 200, "ba lần chưa hiểu", "Triệu chứng", "Phường An Đông", "Quá hạn")
	x.as(duty.Team, huongVan).get("/admin/tasks").wants(t, "another ward", 200, "no:ba lần chưa hiểu")
	b.get("/admin/tasks/"+id).wants(t, "whom to call", 200, "0900 000 777", "chưa xác minh", "SMS", "Triệu chứng")
	x.as(duty.Team, huongVan).get("/admin/tasks/"+id).wants(t, "whom to call, from another ward", 404, "no:777")
	b.get("/admin/tasks/%00").wants(t, "no task", 404)
	x.as(duty.Admin, "46").get("/admin/tasks").wants(t, "accounts", 200, "no:ba lần chưa hiểu")
	x.as(duty.CDC, "46").get("/admin/tasks").wants(t, "the province", 200, "ba lần chưa hiểu")
}

// A task is taken, tried and closed on its page; who comes second is told.
func TestATaskIsDone(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	path := "/admin/tasks/" + x.openTask("misunderstood", anDong, "symptoms")
	one, two := x.as(duty.Station, anDong), x.as(duty.CDC, "46")
	seen := hidden(two.get(path).body)
	one.act(path, url.Values{"do": {"taken"}}).wants(t, "taken", 303)
	one.get(path).wants(t, "mine", 200, "Trả lại", "nhận việc")
	two.get("/admin/tasks").wants(t, "on the list", 200, "Lê Thị Cán Bộ đã nhận")
	seen.Set("do", "taken")
	two.post(path, seen).wants(t, "the second", 409, "Có người vừa nhận")
	one.act(path, url.Values{"do": {"attempt"}, "note": {"bận"}}).wants(t, "no outcome", 422, "chọn một kết quả", "bận</textarea>")
	one.act(path, url.Values{"do": {"attempt"}, "outcome": {"no_answer"}, "note": {"bận"}}).wants(t, "tried", 303)
	one.get(path).wants(t, "tried", 200, "Không nghe máy", "“bận”")
	one.act(path, url.Values{"do": {"closed"}, "outcome": {"reached"}}).wants(t, "closed", 303)
	one.get(path).wants(t, "afterwards", 404)
	two.get("/admin/tasks?done=1").wants(t, "the list", 200, "Đã ghi.", "Không có việc nào")
}
