package admin

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// Two records made one by keyboard alone, on a phone's screen and at a desk.
func TestMergeInABrowser(t *testing.T) {
	for name, size := range map[string][2]int64{"phone": {390, 844}, "desk": {1280, 800}} {
		t.Run(name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			id := "046155000001"
			x.declare(said{name: "Công Tằng Tôn Nữ Thị Hồng Nhung Phương Thảo", birth: "1955-09-02", id: id, phone: "+84900000001", commune: anDong, house: "7 Hải Triều"})
			x.declare(said{name: "Trần Phương Thảo", birth: "1955", id: id, phone: "+84900000002", commune: anDong, unproven: true, proxy: true, at: started.Add(-time.Minute)})
			o, password := x.officer(duty.CDC, "46", false)
			w := browse(t, name, size[0], size[1])
			w.do("sign in", chromedp.Navigate(x.web.URL+"/admin/"), focused("name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), focused("q"))
			w.do("check", keys(id), keys(kb.Enter), says("Có thể trùng hồ sơ"))
			w.shot("20-alike")
			w.do("compare", chromedp.Focus(".card a.button"), keys(kb.Enter), says("Có phải cùng một người?"))
			w.shot("21-compare")
			w.do("in the order of reading", chromedp.Focus(`button[name="keep"]`), focused("Cùng một người, giữ hồ sơ 1"), keys(kb.Tab),
				focused("Cùng một người, giữ hồ sơ 2"), keys(kb.Tab), focused("Khác người"))
			w.do("merge", chromedp.Focus(`button[name="keep"]`), keys(kb.Enter), says("Đã gộp hai hồ sơ: 1 tờ khai của hồ sơ này, 1 tờ khai từ hồ sơ kia."))
			w.shot("22-merged")
			w.do("dark", scheme("dark"))
			w.shot("23-merged-dark")
		})
	}
}
