package admin

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// An officer who was told nothing goes from the sign-in to the first verified
// arrival, on a phone and at a desk.
func TestFirstVerifiedArrivalInTheBrowser(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 390, 844}, {"desktop", 1366, 900}} {
		t.Run(size.name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-14")
			x.arrive("Công Tằng Tôn Nữ Thị Hồng Nhung", "+84900000002", anDong, "LA", "2021-08-15")
			x.declareRed("Hồ Đắc Dũng", "+84900000003", anDong)
			o, password := x.officer(duty.Digitisation, anDong, false)
			w := browse(t, size.name, size.width, size.height)
			w.do("sign in", chromedp.Navigate(x.web.URL+"/admin/"), chromedp.WaitVisible("#name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), says("Người về"))
			w.do("the way", chromedp.Click(`main a[href="/admin/arrivals"]`), says("Xác minh người về"))
			w.shot("20-arrivals")
			w.do("the filter", chromedp.Click(".filter summary"), until("document.querySelector('#when').offsetHeight"))
			w.shot("21-arrivals-filter")
			w.do("the first one", chromedp.Click("td.act a"), says("Kết quả xác minh"), says("Nguyễn Văn An"))
			w.shot("22-arrival")
			w.do("arrived", chromedp.Click(`input[name="surveillance"][value="home"]`), chromedp.Click(`button[name="next"]`), says("Đã lưu"), says("Hồng Nhung"))
			w.shot("23-next")
			w.do("correct", chromedp.Click(`a[href$="/correct"]`), says("Đối chiếu và sửa"))
			w.shot("24-correct")
			w.do("the list of those who are there", chromedp.Navigate(x.web.URL+"/admin/arrivals?list=arrived"), says("Nguyễn Văn An"), says("Cách ly y tế tại nhà"))
			w.do("many", chromedp.Navigate(x.web.URL+"/admin/arrivals"), chromedp.Click(`input[name="chosen"]`), chromedp.Click(`main form[method="post"] p.actions button`), says("Xác minh 1 người đã chọn"))
			w.shot("25-many")
			station, password := x.officer(duty.Station, anDong, false)
			w.do("the health station signs in", chromedp.Click(".account summary"), chromedp.Click(`form[action="/admin/sign-out"] button`), chromedp.WaitVisible("#name"),
				chromedp.Focus("#name"), keys(station.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), says("Sàng lọc"))
			w.do("whom to call", chromedp.Click(`main a[href="/admin/triage"]`), says("Hồ Đắc Dũng"))
			w.shot("26-triage")
			w.do("begin", chromedp.Click(`form[action="/admin/triage"] button.main`), says("Ghi kết quả cuộc gọi"))
			w.shot("27-person")
			w.do("reached", chromedp.Click(`input[name="outcome"][value="well"]`), chromedp.Click(`#call button[name="next"]`), says("Không còn ai cần gọi"))
		})
	}
}
