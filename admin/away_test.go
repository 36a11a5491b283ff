package admin

import (
	"net/http"
	"testing"

	"khaibao/core/duty"
)

// An outage passes; officers are told so, and that nothing is lost.
func TestDatabaseAwayIsNoFaultOfOurs(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		x.s.Close()
		b.get("/admin/declarations").wants(t, "a page while the database is away", http.StatusServiceUnavailable, "Chưa có gì bị mất")
	})
}
