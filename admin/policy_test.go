package admin

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/triage"
)

// rulesText is the rules in force under another name, with one change.
func rulesText(version string) string {
	rules := triage.BuiltIn()
	for i := len(rules) - 1; i >= 0; i-- {
		if rules[i].From() <= core.DayOf(started) {
			return strings.Replace(rules[i].Text(), "version: "+rules[i].Version(), "version: "+version, 1)
		}
	}
	return ""
}

// upload sends a form with files as a browser does.
func (b *browser) upload(path string, fields map[string]string) reply {
	b.x.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			b.x.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.x.t.Fatal(err)
	}
	return b.do(b.request("POST", path, w.FormDataContentType(), &body))
}

// work runs the jobs that are due to their end.
func (x *site) work() {
	x.t.Helper()
	judging := &store.Judging{Store: x.s, Tell: func(_, _ core.Verdict, _ string) (core.Say, bool) { return core.Say{}, false }}
	for range 20 {
		now := x.tick()
		j, found, err := x.s.TakeJob(x.t.Context(), now, now.Add(time.Minute), []string{store.JobJudge, store.JobRehearse})
		if err != nil {
			x.t.Fatal(err)
		}
		if !found {
			return
		}
		step := judging.Step
		if j.Kind == store.JobRehearse {
			step = x.s.RehearseStep
		}
		for steps := 0; j.Ended.IsZero() && !j.Due.After(now) && steps < 1000; steps++ {
			if j, err = step(x.t.Context(), now, now.Add(time.Minute), j); err != nil {
				x.t.Fatal(err)
			}
		}
	}
}

func TestRulesFromDraftToForce(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong, symptoms: []string{"fever", "short_of_breath"}})
		one, two, ward := x.as(duty.CDC, "46"), x.as(duty.Centre, "46"), x.as(duty.Station, anDong)
		one.get("/admin/policy").wants(t, "the policy", 200, "2021-07-14", "đang áp dụng", "Tải bản quy định mới", "Không có vùng dịch nào")
		ward.get("/admin/policy").wants(t, "a ward", 200, "2021-07-14", "no:Tải bản quy định mới")
		ward.get("/admin/policy/rules").wants(t, "a ward edits", 404)
		one.get("/admin/policy/rules").wants(t, "the form", 200, "version: 2021-07-14")

		text := rulesText("2021-08-hue")
		wrong := strings.Replace(text, "measure: central", "measure: prison", 1)
		line := 1 + strings.Count(wrong[:strings.Index(wrong, "measure: prison")], "\n")
		one.upload("/admin/policy/rules", map[string]string{"text": wrong}).wants(t, "a mistake", 422, "chưa được lưu", fmt.Sprintf("Dòng %d:", line), "measure: prison", "prison</code>", "Không có prison. Dùng được: self_watch, watch")
		one.upload("/admin/policy/rules", map[string]string{"text": strings.Replace(text, "2021-08-hue", "2021-07-14", 1) + "\n# khác\n"}).wants(t, "a name in use", 422, "đã dùng cho nội dung khác")
		one.upload("/admin/policy/rules", map[string]string{"text": strings.Repeat("#", maxRules+1)}).wants(t, "too large", 413)
		one.post("/admin/policy/rules", url.Values{"text": {text}}).wants(t, "no form with files", 400)
		saved := one.upload("/admin/policy/rules", map[string]string{"text": text, "file": ""})
		if at := saved.header.Get("Location"); saved.status != 303 || at != "/admin/policy/rules/2021-08-hue" {
			t.Fatalf("saved: %d to %q\n%s", saved.status, at, saved.body)
		}
		path := "/admin/policy/rules/2021-08-hue"
		one.get(path).wants(t, "the draft", 200, "bản nháp", "Người soạn không tự bật được")
		one.get("/admin/policy/rules/never").wants(t, "no version", 404)
		job := one.post(path, url.Values{"do": {"rehearse"}})
		if job.status != 303 {
			t.Fatalf("rehearsal: %d", job.status)
		}
		one.get(job.header.Get("Location")).wants(t, "before its first step", 200, "Đang chờ", "Anh/Chị có thể rời trang này", "data-again")
		x.work()
		one.get(job.header.Get("Location")).wants(t, "done", 200, "Xong", "100 %", "Số người sẽ đổi", "Nguyễn Văn An", "no:data-again")
		two.get(job.header.Get("Location")).wants(t, "figures only for the centre", 200, "Số người sẽ đổi", "no:Nguyễn Văn An")
		ward.get(job.header.Get("Location")).wants(t, "the ward's own people", 200, "Nguyễn Văn An")
		x.as(duty.Station, huongVan).get(job.header.Get("Location")).wants(t, "another ward", 200, "no:Nguyễn Văn An")
		ward.get("/admin/policy/jobs/"+core.NewID()).wants(t, "no job", 404)

		on := url.Values{"do": {"on"}}
		one.post(path, on).wants(t, "who drafted it", 403, "nhờ một cán bộ khác", "no:Xác nhận</button>")
		one.post(path, url.Values{"do": {"on"}, "sure": {"1"}}).wants(t, "who drafted it, without the page", 403)
		ask := two.post(path, on)
		ask.wants(t, "a second officer", 200, "<td>2021-07-14</td><td><ins>2021-08-hue</ins></td>")
		done := two.sure(path, ask)
		if done.status != 303 {
			t.Fatalf("switched on: %d\n%s", done.status, done.body)
		}
		two.post(path, hidden(ask.body)).wants(t, "switched on again", 409)
		x.pass(time.Minute)
		x.work()
		two.get(done.header.Get("Location")).wants(t, "judged again", 200, "Xét lại tờ khai", "Số người đã được nhắn")
		ask = one.post(path, url.Values{"do": {"off"}})
		one.sure(path, ask).wants(t, "taken back", 303)
		one.get(path).wants(t, "ended", 200, "đã kết thúc")
		x.as(duty.Admin, "46").get("/admin/log?kind=policy").wants(t, "the log", 200, "soạn quy định: 2021-08-hue", "bật quy định: 2021-08-hue", "kết thúc quy định: 2021-08-hue")
	})
}

func TestEpidemicAreas(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		one, two := x.as(duty.CDC, "46"), x.as(duty.Centre, "46")
		add := func(v url.Values) reply { return one.post("/admin/policy/areas/new", v) }
		add(url.Values{"place": {"xyz abc"}, "level": {"red"}, "from": {"2021-08-10"}}).wants(t, "no place", 422, "Chưa rõ nơi này", `value="xyz abc"`)
		add(url.Values{"place": {"phường An Đông"}, "level": {"red"}, "from": {"31/02/2021"}}).wants(t, "no day", 422, "Chưa rõ ngày")
		add(url.Values{"place": {"phường An Đông, Huế"}, "level": {"purple"}, "from": {"2021-08-10"}}).wants(t, "no level", 422, "Chưa đúng")
		add(url.Values{"place": {"phường An Đông, Huế"}, "level": {"red"}, "from": {"2021-08-10"}, "lat": {"16"}}).wants(t, "half a point", 422, "vĩ độ, kinh độ và bán kính")
		ask := add(url.Values{"place": {"phường An Đông, thành phố Huế"}, "sub": {"TDP 3"}, "level": {"red"}, "lockdown": {"1"}, "from": {"10/08/2021"}})
		ask.wants(t, "understood", 200, "Phường An Đông", "Tổ dân phố 3", "Vùng đỏ", "10/08/2021", "chưa kết thúc")
		one.sure("/admin/policy/areas/new", ask).wants(t, "saved", 303)
		page := one.get("/admin/policy")
		page.wants(t, "the draft", 200, "Tổ dân phố 3", "bản nháp", "Bật<span")
		id := regexp.MustCompile(`action="(/admin/policy/areas/[0-9a-f-]{36})"`).FindStringSubmatch(page.body)
		if id == nil {
			t.Fatal("no area")
		}
		path := id[1]
		job := one.post(path, url.Values{"do": {"rehearse"}})
		x.work()
		one.get(job.header.Get("Location")).wants(t, "rehearsed", 200, "Xong")
		one.post(path, url.Values{"do": {"on"}, "sure": {"1"}}).wants(t, "who drafted it", 403)
		two.sure(path, two.post(path, url.Values{"do": {"on"}})).wants(t, "on", 303)
		two.get("/admin/policy").wants(t, "in force", 200, "đã bật", "Thử kết thúc")
		two.post(path, url.Values{"do": {"on"}}).wants(t, "on again", 409)
		one.sure(path, one.post(path, url.Values{"do": {"end"}})).wants(t, "ended", 303)
		one.get("/admin/policy/areas").wants(t, "history", 200, "15/08/2021", "đã kết thúc")
		x.as(duty.Admin, "46").get("/admin/log?kind=policy").wants(t, "the log", 200, "soạn vùng dịch: Phường An Đông", "bật vùng dịch: Phường An Đông", "kết thúc vùng dịch: Phường An Đông", "no:soạn quy định")
		one.post("/admin/policy/areas/"+core.NewID(), url.Values{"do": {"on"}}).wants(t, "no area", 404)

		one.sure("/admin/policy/areas/new", add(url.Values{"place": {"thị xã Hương Trà"}, "level": {"orange"}, "from": {"2021-08-15"}})).wants(t, "another draft", 303)
		id = regexp.MustCompile(`action="(/admin/policy/areas/[0-9a-f-]{36})"`).FindStringSubmatch(one.get("/admin/policy").body)
		one.sure(id[1], one.post(id[1], url.Values{"do": {"end"}})).wants(t, "dropped", 303)
	})
}

// Only officers of the province change the policy; who may not gets the page of
// what is not there.
func TestPolicyByDuty(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	for _, d := range duty.All() {
		b := x.as(d, "46")
		edit, see := d == duty.CDC || d == duty.Centre, d == duty.CDC || d == duty.Centre || d == duty.Leader || d == duty.Station
		for path, may := range map[string]bool{"/admin/policy": see, "/admin/policy/areas": see, "/admin/policy/rules/2021-07-14": see, "/admin/policy/rules": edit, "/admin/policy/areas/new": edit} {
			want := 404
			if may {
				want = 200
			}
			if got := b.get(path); got.status != want {
				t.Errorf("%s as %s: %d, want %d", path, d, got.status, want)
			}
		}
		for _, path := range []string{"/admin/policy/rules", "/admin/policy/rules/2021-07-14", "/admin/policy/areas/new", "/admin/policy/areas/" + core.NewID(), "/admin/policy/jobs/" + core.NewID()} {
			if got := b.post(path, url.Values{"do": {"off"}, "sure": {"1"}, "place": {"x"}}); !edit && got.status != 404 {
				t.Errorf("POST %s as %s: %d", path, d, got.status)
			}
		}
	}
}
