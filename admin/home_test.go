package admin

import (
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// The first page is the day's work of the duty, with what must not wait.
func TestHomeIsTheDaysWork(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	x.ward()
	x.openTask("misunderstood", anDong, "symptoms")
	x.arrive("Trần Thị Về", "+84900000301", anDong, "79", core.DayOf(started).Add(-2))
	x.arrive("Trần Văn Tới", "+84900000302", anDong, "79", core.DayOf(started).Add(2))
	x.as(duty.Station, anDong).get("/admin/").wants(t, "a health station", 200, "Việc hôm nay – Phường An Đông", "data-check",
		`<strong>Việc cần làm</strong> <b>2</b><span class="warned">2 việc quá hạn</span>`, // the red of the ward is one
		`<strong>Người về</strong> <b>2</b><span class="warned">1 người đã quá ngày về</span>`,
		`<strong>Theo dõi</strong> <b>4</b><span class="warned">1 khẩn · `, "1 hết hạn hôm nay")
	x.as(duty.Police, "46").get("/admin/").wants(t, "police at a check-point", 200, "Kiểm tra một người", "data-check", "no:Việc cần làm", "no:Người về")
	x.as(duty.Leader, "480").get("/admin/").wants(t, "a leader of another district", 200, `<strong>Người về</strong> <b>0</b><span>`, "no:data-check", "no:Theo dõi</strong>")
	x.as(duty.Admin, "46").get("/admin/").wants(t, "who keeps the accounts", 200, `<strong>Việc cần làm</strong> <b>0</b>`, "no:Người về")
}
