package admin

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// declareRed stores a declaration that the rules call red, and returns its person.
func (x *site) declareRed(name, phone, commune string) string {
	x.t.Helper()
	return x.declare(said{name: name, birth: "1990", phone: phone, commune: commune, symptoms: []string{"short_of_breath"}, at: started.Add(-40 * time.Minute), judged: true}).PersonID
}

var hiddenFields = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// hiddenOf are the hidden fields of a form of a page, by where it is sent.
func hiddenOf(body, action string) url.Values {
	v := url.Values{}
	_, form, _ := strings.Cut(body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	for _, m := range hiddenFields.FindAllStringSubmatch(form, -1) {
		v.Set(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	return v
}

func plus(v url.Values, more ...string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return v
}

func TestTriageIsWorkedOff(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an, binh := x.declareRed("Nguyễn Văn An", "+84900000001", anDong), x.declareRed("Trần Thị Bình", "+84900000002", huongVan)
		x.declare(said{name: "Lê Thị Khỏe", birth: "1990", phone: "+84900000003", commune: anDong, judged: true})
		cdc, team := x.as(duty.CDC, "46"), x.as(duty.Team, anDong)
		cdc.get("/admin/triage").wants(t, "the list", 200, "Nguyễn Văn An", "Trần Thị Bình", "■", "khó thở", "40 phút trước", "Chưa gọi <b>2</b>", "Bắt đầu gọi", "no:Lê Thị Khỏe", "Im lặng")
		team.get("/admin/triage").wants(t, "a ward's", 200, "Nguyễn Văn An", "no:Trần Thị Bình")
		cdc.get("/admin/triage?colour=yellow").wants(t, "another colour", 200, "Chưa có ai ở mức này", "no:Bắt đầu gọi")
		begin := cdc.post("/admin/triage", url.Values{"from": {"colour=red"}})
		if to := begin.header.Get("Location"); begin.status != http.StatusSeeOther || !strings.HasPrefix(to, "/admin/people/"+an) {
			t.Fatalf("begin: %d to %q", begin.status, to)
		}
		page := cdc.get(begin.header.Get("Location"))
		page.wants(t, "the person", 200, "Gọi xác minh biểu hiện", "0900 000 001", "Khó thở", "Lưu và người tiếp theo", "Khai báo y tế")
		team.get("/admin/triage").wants(t, "who is at it", 200, "Lê Thị Cán Bộ đang gọi")
		call := hiddenOf(page.body, "/admin/people/"+an+"/call")
		cdc.post("/admin/people/"+an+"/call", plus(hiddenOf(page.body, "/admin/people/"+an+"/call"), "note", "giữ lại")).wants(t, "nothing chosen", 422, "giữ lại", `id="wrong-outcome"`)
		done := cdc.post("/admin/people/"+an+"/call", plus(call, "outcome", "ill", "symptoms", "fever", "temperature", "38,5", "surveillance", "home", "days", "14", "note", "mệt, sốt nhẹ", "next", "1"))
		if to := done.header.Get("Location"); done.status != http.StatusSeeOther || !strings.HasPrefix(to, "/admin/people/"+binh) {
			t.Fatalf("save and next: %d to %q\n%s", done.status, to, done.body)
		}
		cdc.get(done.header.Get("Location")).wants(t, "the next one", 200, "Trần Thị Bình", "Đã ghi cuộc gọi", `href="/admin/people/`+an)
		record := cdc.get("/admin/people/" + an)
		record.wants(t, "the record", 200, "Gọi điện", "Kết quả cuộc gọi: <del>Không có</del> → <ins>Nghe máy, có triệu chứng</ins>", "Sốt", "“mệt, sốt nhẹ”", "Mở theo dõi", "Hỏi hằng ngày", "Cách ly y tế tại nhà")
		if strings.Count(record.body, "“mệt, sốt nhẹ”") != 1 {
			t.Error("one call is told twice")
		}
		// The team had the page open before.
		team.post("/admin/people/"+an+"/call", url.Values{"once": {core.NewID()}, "version": {"1"}, "outcome": {"no_answer"}, "note": {"máy bận"}}).wants(t, "late", http.StatusConflict, "máy bận")
		last := cdc.post("/admin/people/"+binh+"/call", plus(hiddenOf(cdc.get("/admin/people/"+binh+"?from=colour%3Dred").body, "/admin/people/"+binh+"/call"), "outcome", "wrong_number", "next", "1"))
		if to := last.header.Get("Location"); to != "/admin/triage?colour=red&done=1" {
			t.Errorf("after the last one: %q", to)
		}
		cdc.get("/admin/triage?colour=red&done=1").wants(t, "the end", 200, "Không còn ai cần gọi", "Gọi chưa được <b>1</b>", "Đã xác minh <b>1</b>")
		cdc.get("/admin/people/"+binh).wants(t, "a visit is asked for", 200, "Đến nhà xác minh sức khỏe")
		x.as(duty.Digitisation, anDong).get("/admin/people/"+an).wants(t, "who does not watch", 200, "Nguyễn Văn An", "no:mệt, sốt nhẹ", "no:Ghi kết quả cuộc gọi")
		x.as(duty.Leader, anDong).get("/admin/people/"+an).wants(t, "a leader", 200, "Nguyễn Văn An", "no:Khó thở", "no:0900 000 001", "no:mệt, sốt nhẹ")
	})
}

func TestColourIsChangedOnThePage(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	an := x.declareRed("Nguyễn Văn An", "+84900000001", anDong)
	cdc := x.as(duty.CDC, "46")
	form := func() url.Values { return hiddenOf(cdc.get("/admin/people/"+an).body, "/admin/people/"+an+"/colour") }
	cdc.post("/admin/people/"+an+"/colour", plus(form(), "colour", "yellow")).wants(t, "without a reason", 422, `id="wrong-why"`)
	old := form()
	if got := cdc.post("/admin/people/"+an+"/colour", plus(form(), "colour", "yellow", "why", "đã khám")); got.status != http.StatusSeeOther {
		t.Fatalf("lower: %d %s", got.status, got.body)
	}
	cdc.get("/admin/people/"+an).wants(t, "after it", 200, "Hạ mức", "“đã khám”", "Theo dõi")
	cdc.post("/admin/people/"+an+"/colour", plus(old, "colour", "orange", "why", "nghi ngờ")).wants(t, "by what was seen before", http.StatusConflict, "nghi ngờ")
	x.as(duty.Station, anDong).post("/admin/people/"+an+"/colour", plus(form(), "colour", "green", "why", "x")).wants(t, "a station lowers nobody", 422)
}

// Who objected to a khai hộ is a task that leads to what was declared, and to who
// declared it.
func TestObjectionLeadsToTheDeclaration(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000009", commune: anDong, proxy: true, notify: "+84900000001"})
		task := x.openTaskOf("objected", an.PersonID, anDong)
		x.as(duty.Team, anDong).get("/admin/tasks/"+task).wants(t, "the task", 200, `href="/admin/declarations/`+an.DeclarationID, `href="/admin/people/`+an.PersonID)
	})
}

// openTaskOf opens a task about a person.
func (x *site) openTaskOf(kind, person, code string) string {
	x.t.Helper()
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: "tel:+84900000778", Text: "x", At: started}
	err := x.s.Take(x.t.Context(), started, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		return tx.OpenTask(ctx, core.Task{Kind: kind, PersonID: person, AddressID: at.ID, Commune: code, District: area.District(code), Province: area.Province(code), Due: started})
	})
	if err != nil {
		x.t.Fatal(err)
	}
	o, _ := x.officer(duty.CDC, "46", false)
	tasks, err := x.s.Tasks(x.t.Context(), o, duty.Scope{Area: "46"}, store.OpenTask{}, 100)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, task := range tasks {
		if task.Kind == kind && task.PersonID == person {
			return task.ID
		}
	}
	x.t.Fatal("no task")
	return ""
}

// The list opens where somebody waits: a ward without anything red does not see
// an empty page while others are to be called.
func TestTriageOpensWhereSomebodyWaits(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.declare(said{name: "Nguyễn Thị Ho", birth: "1990", phone: "+84900000001", commune: anDong, symptoms: []string{"cough"}, judged: true})
		team := x.as(duty.Team, anDong)
		team.get("/admin/triage").wants(t, "the list", 200, "Nguyễn Thị Ho", "Bắt đầu gọi", `name="colour" value="yellow"`)
		team.get("/admin/triage?colour=red").wants(t, "a colour that was asked for", 200, "Chưa có ai ở mức này", "no:Nguyễn Thị Ho")
		x.declareRed("Trần Thị Bình", "+84900000002", anDong)
		team.get("/admin/triage").wants(t, "the gravest first", 200, "Trần Thị Bình", "no:Nguyễn Thị Ho")
	})
}
