package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// The work lists go out as files as they stand on their pages: the same rows, the
// filters on top, and no column that the duty does not see.
func TestExportOfArrivals(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		x.arrive("Trần Thị Bình", "+84900000002", anDong, "LA", "2021-08-14")
		x.arrive("Lê Thị Chi", "+84900000003", huongVan, "79", "2021-08-15")
		b, leader := x.as(duty.Team, anDong), x.as(duty.Leader, "46")
		b.post("/admin/arrivals/"+an, x.verifyForm(b, an, url.Values{"state": {"arrived"}, "surveillance": {"home"}, "note": {"đã gặp"}}))
		page := b.get("/admin/arrivals?list=arrived&origin=79")
		page.wants(t, "the list", http.StatusOK, "Tải về Excel", `name="list" value="arrivals"`, `name="which" value="arrived"`, `name="origin" value="79"`)
		road := b.export("arrivals", url.Values{"which": {"arrived"}, "origin": {"79"}})
		waiting := b.export("arrivals", url.Values{})
		masked := leader.export("arrivals", url.Values{"origin": {"LA"}, "which": {"new"}})
		for range 3 {
			x.steps(store.JobExport, 100, x.server.ExportStep)
		}
		b.get(road).wants(t, "done", http.StatusOK, "Đã về địa phương", "Về từ: Thành phố Hồ Chí Minh", "1 trong 1 dòng")
		tab, at := b.table(road, "Họ tên", "Về từ", "Ngày về", "Loại hình giám sát", "Cán bộ làm sau cùng", "Ghi chú")
		if slices.Contains(at, -1) || len(tab.Rows) != 2 {
			t.Fatalf("columns at %v, %d rows: %q", at, len(tab.Rows), tab.Header)
		}
		for i, want := range []string{"Nguyễn Văn An", "Thành phố Hồ Chí Minh", "2021-08-15", "Cách ly y tế tại nhà, nơi lưu trú", "Lê Thị Cán Bộ", "đã gặp"} {
			if got := tab.Rows[0][at[i]].Text; got != want {
				t.Errorf("column %d has %q, want %q", i, got, want)
			}
		}
		if tab, at = b.table(waiting, "Họ tên"); len(tab.Rows) != 2 || tab.Rows[0][at[0]].Text != "Trần Thị Bình" {
			t.Errorf("who waits in the own ward: %d rows", len(tab.Rows)-1)
		}
		// Initials, and nothing of what they said, not by a filter either.
		tab, at = leader.table(masked, "Họ tên", "Về từ", "Ngày về", "Ghi chú")
		if len(tab.Rows) != 3 || at[1] >= 0 || at[2] >= 0 || at[3] >= 0 || strings.Contains(tab.Rows[0][at[0]].Text, " ") {
			t.Errorf("a leader's file: %q, %d rows", tab.Header, len(tab.Rows)-1)
		}
	})
}

func TestExportOfTriage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.declareRed("Nguyễn Văn An", "+84900000001", anDong)
		x.declareRed("Lê Thị Chi", "+84900000003", huongVan)
		b := x.as(duty.Station, anDong)
		b.get("/admin/triage").wants(t, "the list", http.StatusOK, "Tải về Excel", `name="list" value="triage"`, `name="colour" value="red"`)
		road := b.export("triage", url.Values{"colour": {"red"}})
		x.steps(store.JobExport, 100, x.server.ExportStep)
		b.get(road).wants(t, "done", http.StatusOK, "Người cần gọi", "1 trong 1 dòng", "Khẩn")
		tab, at := b.table(road, "Họ tên", "Lý do", "Chờ từ lúc", "Tình trạng")
		if slices.Contains(at, -1) || len(tab.Rows) != 2 || tab.Rows[0][at[0]].Text != "Nguyễn Văn An" || tab.Rows[0][at[1]].Text == "" || tab.Rows[0][at[2]].Text == "" {
			t.Fatalf("columns at %v: %+v", at, tab.Rows)
		}
		once := core.NewID()
		x.as(duty.Leader, anDong).post("/admin/exports", url.Values{"list": {"triage"}, "once": {once}}).wants(t, "who sees no such list", http.StatusNotFound)
		outside := b.post("/admin/exports", url.Values{"list": {"triage"}, "colour": {"red"}, "area": {huongVan}, "once": {once}})
		outside.wants(t, "another area", http.StatusNotFound)
	})
}
