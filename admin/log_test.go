package admin

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store"
)

func TestLogByDuty(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong})
		o, _ := x.officer(duty.Team, anDong, false)
		x.signedIn(o, password).check("046055000123", nil).wants(t, "a check", 200, "Nguyễn Văn An")
		mark := an.PersonID[30:]
		keeper := x.as(duty.Admin, "474")
		keeper.get("/admin/log").wants(t, "who keeps the accounts", 200, "Lê Thị Cán Bộ", "trang Kiểm tra", "kết luận, tên, năm sinh", mark, "bằng mật khẩu", "no:Nguyễn", "no:N. V. A.", "no:046055000123")
		keeper.get("/admin/log?officer="+o.ID).wants(t, "one officer", 200, "Chỉ Lê Thị Cán Bộ")
		keeper.get("/admin/log?kind=task").wants(t, "another kind", 200, "Không có việc nào", "no:trang Kiểm tra")
		keeper.get("/admin/log?kind=nothing").wants(t, "no kind", 404)
		keeper.get("/admin/log?from=2021-08-16&to=2021-08-15").wants(t, "days the wrong way round", http.StatusUnprocessableEntity, `id="wrong-from"`)
		keeper.get("/admin/log?from=x&before=y.z").wants(t, "no day", http.StatusUnprocessableEntity, `id="wrong-from"`)
		keeper.post("/admin/log", url.Values{"q": {"046055000123"}}).wants(t, "by ID number", 200, "trang Kiểm tra", "tìm trong nhật ký", "no:Nguyễn")
		keeper.post("/admin/log", url.Values{"q": {"046055000999"}}).wants(t, "nobody", 200, "không cán bộ nào")
		keeper.post("/admin/log", url.Values{"q": {"xin chào"}}).wants(t, "no number", http.StatusUnprocessableEntity, `id="wrong-q"`)
		x.as(duty.CDC, "46").get("/admin/log").wants(t, "the CDC of the province", 200, "N. V. A.", "no:Nguyễn")
		other := x.as(duty.Admin, "480")
		other.get("/admin/log").wants(t, "another district", 200, "no:trang Kiểm tra", "no:"+mark)
		other.get("/admin/log?officer="+o.ID).wants(t, "an officer of another district", 404)
		other.post("/admin/log", url.Values{"q": {"046055000123"}}).wants(t, "by ID number from there", 200, "no:trang Kiểm tra")
		x.pass(8 * 24 * time.Hour)
		x.as(duty.Admin, "474").get("/admin/log").wants(t, "a week later", 200, "no:trang Kiểm tra")
		for _, d := range []string{"474", "46"} {
			if d == "474" {
				x.as(duty.CDC, d).get("/admin/log").wants(t, "the CDC of a district", 404)
			}
			x.as(duty.Centre, d).get("/admin/log").wants(t, "the centre", 404)
		}
	})
}

// Every kind of the log and every screen on which people are looked up has a
// name that its reader understands.
func TestLogNamesWhatItShows(t *testing.T) {
	r := &request{s: &Server{Options: Options{Text: words(t).Text}}, Lang: "vi"}
	for _, kind := range store.DidKinds() {
		if !r.Has("admin.doors.kind." + kind) {
			t.Errorf("the kind %s has no name", kind)
		}
	}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	screens := map[string]bool{}
	for _, name := range sources {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`Screen: "([a-z_]+)"`).FindAllStringSubmatch(string(body), -1) {
			screens[m[1]] = true
		}
	}
	for _, a := range watchActs {
		screens[a.Name] = true
	}
	if len(screens) < 15 {
		t.Errorf("only %d screens", len(screens))
	}
	for name := range screens {
		if r.screen(name) == name {
			t.Errorf("the screen %s has no name", name)
		}
	}
}
