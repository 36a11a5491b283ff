package admin

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// A chat is linked by the code of the page, once, and unlinked there.
func TestMyAlerts(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Station, anDong)
		b.get("/admin/").wants(t, "the menu", 200, "/admin/alerts")
		b.get("/admin/alerts").wants(t, "nothing linked", 200, "Chưa có máy nào", "no:Ngắt tất cả", "no:KET NOI")
		b.post("/admin/alerts", url.Values{"do": {"eat"}}).wants(t, "nonsense", 400)
		page := b.post("/admin/alerts", url.Values{"do": {"code"}})
		code := regexp.MustCompile(`KET NOI (\d{3}) (\d{3})<`).FindStringSubmatch(page.body)
		if code == nil {
			t.Fatalf("no code\n%s", page.body)
		}
		if strings.Contains(x.log.String(), code[1]+code[2]) {
			t.Error("the code is in the log")
		}
		link := func(from core.URN) (out core.OfficerChat) {
			x.take(x.tick(), from, func(ctx context.Context, tx *store.Tx, at *core.Address) (err error) {
				out, err = tx.LinkOfficer(ctx, at, code[1]+code[2])
				return err
			})
			return out
		}
		if got := link("telegram:71"); !got.Done {
			t.Error("the code of the page links nothing")
		}
		if got := link("telegram:72"); got.Done {
			t.Error("the code links a second chat")
		}
		b.get("/admin/alerts").wants(t, "linked", 200, "1 nơi nhắn tin", "Ngắt tất cả", "no:KET NOI")
		b.post("/admin/alerts", url.Values{"do": {"unlink"}}).wants(t, "unlinked", 303)
		b.get("/admin/alerts?done=unlinked").wants(t, "afterwards", 200, "Chưa có máy nào", "Đã ngắt")
	})
}
