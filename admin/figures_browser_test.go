package admin

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// A chairman goes from the day's figures to a district and to the list behind a
// bar, by keyboard alone, on a phone's screen and at a desk.
func TestFiguresInABrowser(t *testing.T) {
	for name, size := range map[string][2]int64{"phone": {390, 844}, "desk": {1280, 800}} {
		t.Run(name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			manyFigures(x)
			for i := range 20 {
				x.declare(said{name: "Trần Thị Thử", birth: "1980", id: "", phone: "+84900000777", commune: []string{anDong, huongVan}[i%2], at: started.Add(-time.Duration(i*i) * time.Hour)})
			}
			o, password := x.officer(duty.Leader, "46", false)
			w := browse(t, name, size[0], size[1])
			w.do("sign in", chromedp.Navigate(x.web.URL+"/admin/figures"), focused("name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), says("Khai báo hôm nay"))
			w.shot("60-figures")
			w.do("one press down", chromedp.Focus(`.country > a[aria-label^="Thị xã Hương Trà"]`), keys(kb.Enter), says("Thống kê Thị xã Hương Trà"))
			w.do("by form and channel", chromedp.Navigate(x.web.URL+"/admin/figures?kind=declarations&period=30&by=form&by=stage"), says("Khai bổ sung"))
			w.shot("61-figures-by")
			w.do("the list behind a bar", chromedp.Focus(`#main td.n a`), keys(kb.Enter), says("N."))
			w.do("dark", chromedp.Navigate(x.web.URL+"/admin/figures?kind=prompts&period=14"), scheme("dark"), says("Được hỏi"))
			w.shot("62-figures-dark")
		})
	}
}
