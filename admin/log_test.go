package admin

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"khaibao/core/duty"
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
