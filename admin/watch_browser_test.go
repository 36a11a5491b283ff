package admin

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// A red alert from the first page to the printed end, on a phone's screen and at
// a desk, without a mouse where a form is filled in.
func TestARedAlertInABrowser(t *testing.T) {
	for name, size := range map[string][2]int64{"phone": {390, 844}, "desk": {1280, 800}} {
		t.Run(name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			wd := x.ward()
			o, password := x.officer(duty.CDC, "46", false)
			w := browse(t, name, size[0], size[1])
			open := func(path string) act { return chromedp.Navigate(x.web.URL + path) }
			w.do("sign in", open("/admin/"), focused("name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), says("1 người có dấu hiệu nặng chưa ai nhận"))
			w.shot("30-reds")
			w.do("take it", chromedp.Click(".reds button"), says("Anh/Chị đã nhận"), says("0900 000 201"))
			w.shot("31-taken")
			page := "/admin/monitoring/" + wd.red
			w.do("record the call", chromedp.Click(".next-step a[href$='/call']"), says("Ghi cuộc gọi"), chromedp.Focus("input[name=outcome][value=ill]"), keys(" "),
				chromedp.Focus("input[name=symptoms][value=cough]"), keys(" "), chromedp.Focus("#spo2"), keys("97"), chromedp.Focus("#note"), keys("nói được cả câu"))
			w.shot("32-call")
			w.do("saved", chromedp.Focus("form button.main"), keys(kb.Enter), says("Đã ghi cuộc gọi"), says("SpO2 97 %"))
			w.do("lower", open(page+"/lower"), chromedp.Focus("input[name=colour][value=yellow]"), keys(" "), chromedp.Focus("#note"), keys("đo lại bình thường"),
				chromedp.Focus("form button.main"), keys(kb.Enter), says("Xác nhận: Hạ mức"))
			w.shot("33-sure")
			w.do("sure", chromedp.Focus("form button.main"), keys(kb.Enter), says("Đã hạ mức"))
			w.do("extend", open(page+"/extend"), chromedp.Focus("#days"), keys("7"), chromedp.Focus("#note"), keys("cùng phòng dương tính"),
				chromedp.Focus("form button.main"), keys(kb.Enter), says("03/09/2021"), chromedp.Focus("form button.main"), keys(kb.Enter), says("Đã gia hạn"))
			w.shot("34-page")
			w.do("close", open(page+"/close"), chromedp.Focus("input[name=reason][value=done]"), keys(" "), chromedp.Focus("form button.main"), keys(kb.Enter),
				says("Xác nhận: Kết thúc"), chromedp.Focus("form button.main"), keys(kb.Enter), says("Đã kết thúc theo dõi"))
			w.do("print", open(page+"/print"), says("Giấy xác nhận kết thúc theo dõi"))
			w.shot("35-print")
			w.do("the lists", open("/admin/monitoring"), says("Phan Văn Xa"))
			w.shot("36-lists")
			w.do("open one more", open("/admin/monitoring/open"), says("Mỗi dòng một người"))
			w.shot("37-open")
			w.do("policy", open("/admin/policy"), says("đang áp dụng"))
			w.shot("38-policy")
			w.do("rules", open("/admin/policy/rules/2021-07-14"), says("Nội dung tệp"))
			w.shot("39-rules")
			w.do("an area", open("/admin/policy/areas/new"), says("Cấp độ"))
			w.shot("40-area")
			w.do("alerts", open("/admin/alerts"), says("Cảnh báo của tôi"), chromedp.Click("button[value=code]"), says("KET NOI"))
			w.shot("41-alerts")
			w.do("dark", scheme("dark"), open("/admin/monitoring"), says("Phan Văn Xa"))
			w.shot("42-dark")
		})
	}
}

// The whole of monitoring where no script runs.
func TestMonitoringWithoutJavaScript(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	wd := x.ward()
	o, password := x.officer(duty.Station, anDong, false)
	w := browse(t, "plain", 390, 844)
	page := x.web.URL + "/admin/monitoring/" + wd.red
	w.do("sign in", scripts(false), chromedp.Navigate(x.web.URL+"/admin/"), chromedp.WaitVisible("#name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), chromedp.WaitVisible(".reds"))
	w.do("take", chromedp.Click(".reds button"), chromedp.WaitVisible(".next-step"))
	w.do("extend", chromedp.Navigate(page+"/extend"), chromedp.Focus("#days"), keys("3"), chromedp.Focus("#note"), keys("x"), chromedp.Click("form button.main"),
		chromedp.WaitVisible(".compare"), chromedp.Click("main form button.main"), chromedp.WaitVisible(".done"))
	if until := core.DayOf(started).Add(15); value[bool](w, `!document.body.innerText.includes("`+until.Local()+`")`) {
		t.Errorf("not extended until %s", until)
	}
}
