package admin

import (
	"net/http"
	"net/url"
	"testing"

	"khaibao/core/duty"
)

// An outage passes; officers are told so, and that nothing is lost.
func TestDatabaseAwayIsNoFaultOfOurs(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		x.s.Close()
		b.get("/admin/declarations").wants(t, "a page while the database is away", http.StatusServiceUnavailable, "Tạm mất kết nối", "Chưa có gì bị mất", `href="/admin/declarations">Thử lại`)
		b.post("/admin/declarations", url.Values{"name": {"An"}}).wants(t, "a form while it is away", http.StatusServiceUnavailable, "nút quay lại của trình duyệt", "no:Thử lại</a>")
	})
}
