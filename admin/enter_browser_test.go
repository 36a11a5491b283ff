package admin

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

// at is the field that has the focus.
const at = "(document.activeElement.name || document.activeElement.id)"

// follow presses Enter until a field has the focus.
func (w *window) follow(name string) {
	w.t.Helper()
	for range 12 {
		if value[string](w, at) == name {
			return
		}
		w.do("Enter", keys(kb.Enter))
	}
	w.t.Fatalf("Enter does not lead to %s but to %s", name, value[string](w, at))
}

// fill types into a field that has the focus, and waits until the server has
// read it.
func (w *window) fill(name, text string) {
	w.t.Helper()
	w.follow(name)
	w.do(name, keys(text))
}

// From the sign-in to the printed slip with the keyboard alone, on a phone's
// size and on a desk's.
func TestEnterByKeyboard(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 390, 844}, {"desk", 1280, 900}} {
		t.Run(size.name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			o, password := x.officer(duty.Team, anDong, false)
			w := browse(t, size.name, size.width, size.height)
			w.do("open", chromedp.Navigate(x.web.URL+"/admin/enter/resident"), says("Mật khẩu"))
			w.do("sign in", keys(o.SignIn+"\t"+password+"\r"), until("document.querySelector('[data-entry]')"))
			w.do("the first field has the focus", until(at+" === 'full_name'"))
			if size.name == "desk" { // a reader of cards types all and Enter
				w.do("scan", keys("046160000123|191234567|Nguyen Thi Hoa|02091960|Nữ|To 3, An Dong, Thanh pho Hue|01052021"+kb.Enter),
					until("document.querySelector('[name=birth]')?.value === '02/09/1960'"))
				w.do("to what is missing", until(at+" === 'current' || "+at+" === 'current.pick'"))
				w.shot("enter-card")
			} else {
				w.fill("full_name", "nguyen thi hoa")
				w.fill("birth", "02091960")
				w.fill("id_number", "046160000123")
				w.follow("sex")
				w.do("the card tells the sex", until("document.querySelector('[name=sex][value=female]').checked"))
				w.fill("permanent", "to 3 an dong hue")
				w.follow("current")
				w.do("a place as people say it", says("Phường An Đông"))
			}
			w.follow("current.pick")
			w.do("as above", keys(" "))
			w.follow("exposures")
			w.do("none", keys("\t\t\t "), until("document.querySelector('[name=exposures][value=none]').checked"))
			w.follow("symptoms")
			w.do("fever", keys(" "))
			w.follow("has_conditions")
			w.do("no", keys(kb.ArrowDown), until("document.querySelector('[name=has_conditions][value=no]').checked"))
			w.do("nothing that does not apply", until("document.querySelector('[data-field=conditions]').hidden && document.querySelector('[data-field=exposure_last]').hidden"))
			w.shot("enter")
			w.follow("insurance")
			for range 12 {
				if value[bool](w, "document.activeElement.hasAttribute('data-save')") {
					break
				}
				w.do("Enter", keys(kb.Enter))
			}
			w.do("save", keys(kb.Enter), says("N.T. Hoa"))
			w.shot("slip")
			w.do("the button prints", until("document.activeElement.hasAttribute('data-print')"))
			for paper, want := range map[string]string{"58": "[0 0 163", "80": "[0 0 227", "a4": "[0 0 59"} {
				w.do("paper", chromedp.Navigate(strings.Split(value[string](w, "location.href"), "?")[0]+"?paper="+paper), until("document.querySelector('.slip-"+paper+"')"))
				if pdf := w.printed(); !strings.Contains(pdf, "/MediaBox "+want) {
					i := strings.Index(pdf, "/MediaBox")
					t.Errorf("%s prints on %.40q", paper, pdf[max(i, 0):])
				} else if n := strings.Count(pdf, "/Type /Page\n"); n != 1 {
					t.Errorf("%s takes %d pages", paper, n)
				}
			}
		})
	}
}

// printed is the page as it is printed, on the paper that it asks for.
func (w *window) printed() string {
	w.t.Helper()
	var pdf []byte
	w.do("print", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		out, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		pdf = out.Data
		return err
	}))
	return string(pdf)
}
