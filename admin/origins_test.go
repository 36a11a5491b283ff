package admin

import (
	"net/http"
	"net/url"
	"testing"

	"khaibao/core/duty"
	"khaibao/core/store"
)

// A file tells no more than its page: what a leader may not filter by is not
// filtered by, and what the figure counted that led there is named on top.
func TestExportFiltersAsItsPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		x.arrive("Trần Thị Bình", "+84900000002", anDong, "LA", "2021-08-14")
		cdc, leader := x.as(duty.CDC, "46"), x.as(duty.Leader, "46")
		cdc.get("/admin/declarations?origin=LA").wants(t, "from abroad", http.StatusOK, "Trần Thị Bình", "no:Nguyễn Văn An", `<option value="LA" selected>Lào</option>`)
		cdc.get("/admin/declarations?origin=79").wants(t, "from a province", http.StatusOK, "Nguyễn Văn An", "no:Trần Thị Bình", `<option value="79" selected>`)
		cdc.get("/admin/declarations?origin=xx").wants(t, "from nowhere", http.StatusOK, "Nguyễn Văn An", "Trần Thị Bình")
		leader.get("/admin/declarations?origin=LA").wants(t, "what a leader does not see does not filter", http.StatusOK, "N.V.A.", "T.T.B.", `no:id="origin"`)
		own := cdc.export("declarations", url.Values{"origin": {"LA"}, "f.form": {"journey"}})
		masked := leader.export("declarations", url.Values{"origin": {"LA"}, "f.symptom": {"fever"}, "f.colour": {"red"}})
		for range 2 {
			x.steps(store.JobExport, 100, x.server.ExportStep)
		}
		cdc.get(own).wants(t, "its filters", http.StatusOK, "Đi từ (chuyến đi): Lào", "Khai báo chuyến đi", "1 trong 1 dòng")
		if tab, _ := leader.table(masked, "Họ tên"); len(tab.Rows) != 3 {
			t.Errorf("a leader's file by what leaders do not see has %d rows of 2", len(tab.Rows)-1)
		}
	})
}
