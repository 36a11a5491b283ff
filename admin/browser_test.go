package admin

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store/storetest"
)

var pictures = flag.String("pictures", "", "folder for pictures of the pages")

type act = chromedp.Action[chromedp.Void]

// window is a browser of its own, of one size.
type window struct {
	t    *testing.T
	ctx  context.Context
	name string
}

func browse(t *testing.T, name string, width, height int64) *window {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), // a camera that says yes
		chromedp.Flag("host-resolver-rules", "MAP khaibao.test 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // the first run starts it, and must have no time limit
		t.Fatalf("start the browser: %v", err)
	}
	w := &window{t, ctx, name}
	w.do("size", chromedp.EmulateViewport(width, height))
	return w
}

// do runs acts that must be done within seconds.
func (w *window) do(what string, acts ...act) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, acts...); err != nil {
		w.t.Fatalf("%s: %v\n%s", what, err, value[string](w, `document.body.innerText`))
	}
}

func value[T any](w *window, js string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		w.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// shot takes a picture and looks for what the rules of looks forbid.
func (w *window) shot(page string) {
	w.t.Helper()
	if *pictures != "" {
		png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(*pictures, w.name+"-"+page+".png"), png, 0o600)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, wrong := range value[[]string](w, audit) {
		w.t.Errorf("%s on the %s: %s", page, w.name, wrong)
	}
}

// audit lists what is wider than the screen, too small to press or to read,
// and fields without a name.
const audit = `(() => {
	const wrong = [];
	if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the screen: " + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll("button, .button, summary, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), .tabs a, .chips a, .tick")) {
		const b = e.getBoundingClientRect();
		if (b.width && (b.height < 43.5 || b.width < 43.5)) wrong.push("too small to press: " + e.outerHTML.slice(0, 80) + " " + b.width + "x" + b.height);
	}
	for (const e of document.querySelectorAll("body *")) {
		if (e.childElementCount === 0 && e.innerText && parseFloat(getComputedStyle(e).fontSize) < 14) wrong.push("small text: " + e.innerText);
	}
	for (const e of document.querySelectorAll("input:not([type=hidden]):not([hidden]), select")) if (!e.labels?.length) wrong.push("no label: " + e.outerHTML);
	if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push("twice the id " + id);
	return wrong;
})()`

func until(js string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			holds, err := chromedp.Evaluate[bool]("!!("+js+")")(ctx, target)
			if holds && err == nil {
				return nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return fmt.Errorf("not so: %s: %v", js, err)
			}
		}
	})
}

func says(text string) act { return until("document.body.innerText.includes(`" + text + "`)") }
func keys(text string) act { return chromedp.KeyEvent(text) }
func focused(what string) act {
	return until("(document.activeElement.id || document.activeElement.innerText).trim() === `" + what + "`")
}

func scheme(light string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: light}}})
		return err
	})
}

func scripts(on bool) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

// crowd declares for a handful of people of two districts.
func crowd(x *site) (an said) {
	an = said{name: "Nguyễn Văn An", birth: "1955-09-02", id: "046055000123", phone: "+84900000001", commune: anDong, house: "7 Hải Triều",
		symptoms: []string{"fever", "cough"}, exposures: []string{"epidemic_area"}, conditions: []string{"diabetes"}}
	x.declare(an)
	x.declare(said{name: "Lê Thị Bé", birth: "2015", id: core.NobodysID, phone: "+84900000001", commune: anDong})
	for i, name := range []string{"Trần Thị Cúc", "Hồ Đắc Dũng", "Công Tằng Tôn Nữ Thị Hồng Nhung Phương Thảo", "Phan Văn Em", "Đặng Thị Giang"} {
		x.declare(said{name: name, birth: "1980", id: fmt.Sprintf("04608000100%d", i), phone: fmt.Sprintf("+8490000010%d", i),
			commune: []string{anDong, huongVan}[i%2], unproven: i == 3, at: started.Add(-time.Duration(i*7) * time.Hour)})
	}
	return an
}

func TestOfficerInABrowser(t *testing.T) {
	for name, size := range map[string][2]int64{"phone": {390, 844}, "desk": {1280, 800}} {
		t.Run(name, func(t *testing.T) {
			x := newSite(t, storetest.SQLite(t))
			again := crowd(x)
			again.symptoms, again.at = []string{"fever"}, started.Add(-5*time.Minute)
			an := x.declare(again)
			o, password := x.officer(duty.CDC, "46", true)
			w := browse(t, name, size[0], size[1])
			open := func(path string) act { return chromedp.Navigate(x.web.URL + path) }

			w.do("open", open("/admin/"), focused("name"))
			w.shot("01-sign-in")
			w.do("sign in by keyboard", keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), focused("current"))
			w.shot("02-password")
			w.do("change the password by keyboard", keys(password), keys(kb.Tab), keys("thuyền rồng"), keys(kb.Tab), keys("thuyền rồng"), keys(kb.Enter))
			w.do("too short stays", until(`document.querySelector("#new:invalid")`), chromedp.Focus("#new"), keys(" đêm nay"), keys(kb.Tab),
				chromedp.Focus("#repeat"), keys(kb.End), keys(" đêm nay"), keys(kb.Enter), says("Đã đổi mật khẩu"), focused("q"))
			w.shot("03-home")

			w.do("a barcode reader types the number", keys(an.Number), keys(kb.Enter), says("Nguyễn Văn An"), focused("q"))
			w.shot("04-result")
			if top := value[float64](w, `document.querySelector(".answer h1").getBoundingClientRect().bottom`); top > 400 || top < 0 {
				t.Errorf("the conclusion stands at %v: it must be seen without scrolling", top)
			}
			w.do("the next scan", keys("0900 000 001"), keys(kb.Enter), says("Tìm thấy 2 người"), focused("q"))
			w.shot("05-several")
			w.do("nonsense", keys("chào"), keys(kb.Enter), says("Chưa đọc được"), until("document.querySelector('#q').value === 'chào'"))
			w.shot("06-unread")

			png, err := qr.PNG(qr.Link(x.server.PublicURL, an.Code), 300)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "qr.png")
			if err := os.WriteFile(file, png, 0o600); err != nil {
				t.Fatal(err)
			}
			w.do("a photo of the QR", open("/admin/check"), chromedp.SetUploadFiles("#photo", []string{file}), says("Nguyễn Văn An"), says("Sốt"))

			w.do("the list", open("/admin/declarations"), says("Công Tằng Tôn Nữ"))
			w.shot("07-list")
			w.do("the filter", chromedp.Click(".filter summary"), until("document.querySelector('#from').offsetHeight"))
			w.shot("08-filter")
			w.do("a given name", chromedp.Focus("#name"), keys("thao"), keys(kb.Enter), until("document.querySelectorAll('tbody tr').length === 1"))
			w.do("a record", open("/admin/declarations"), chromedp.Click("td.act a"), says("Các lần khai"))
			w.shot("09-record")
			w.do("no tasks", open("/admin/tasks"), says("Không có việc nào"))
			x.openTask("misunderstood", anDong, "symptoms")
			w.do("tasks", open("/admin/tasks"), says("ba lần chưa hiểu"))
			w.shot("10-tasks")
			w.do("whom to call", chromedp.Click("td.act a"), says("0900 000 777"))
			w.shot("15-task")
			w.do("a QR opened by the phone's camera", open("/q/"+an.Code), says("Nguyễn Văn An"), chromedp.Click(".account summary"), until("document.querySelector('.sheet').offsetHeight"))
			w.shot("11-menu")
			w.do("English", chromedp.Click(`.sheet form[action="/admin/language"] button`), says("Symptoms: Fever"))
			w.shot("12-english")
			w.do("sign out", chromedp.Click(".account summary"), chromedp.Click(`form[action="/admin/sign-out"] button`), chromedp.WaitVisible("#password"))
			w.do("a stranger", open("/q/"+an.Code), says("Đưa mã này cho cán bộ"))
			w.shot("13-stranger")
			w.do("dark", scheme("dark"))
			w.shot("14-dark")
		})
	}
}

// Whoever has no mouse goes through a page in the order in which it is read,
// and sees at each step where he is.
func TestKeyboardGoesThroughEveryPage(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	crowd(x)
	o, password := x.officer(duty.CDC, "46", false)
	w := browse(t, "keyboard", 1280, 800)
	light := "light"
	walk := func(path string, want ...string) {
		t.Helper()
		w.do("open "+path, chromedp.Navigate(x.web.URL+path), chromedp.WaitReady("main"))
		for range 40 { // out of the field in which the page puts one, around to the top
			w.do("the next", keys(kb.Tab))
			if value[bool](w, `document.activeElement.className === "skip"`) {
				break
			}
		}
		for i, name := range want {
			if i > 0 {
				w.do("the next", keys(kb.Tab))
			}
			if got := value[string](w, where); got != name {
				t.Errorf("%s, step %d: %s, want %s", path, i, got, name)
			}
		}
		w.shot("focus" + strings.ReplaceAll(path, "/", "-") + "-" + light)
	}
	head := []string{"Đến nội dung", "Khai Báo · Cán bộ"}
	menu := &request{s: x.server, Lang: "vi", Officer: &o, Request: httptest.NewRequest("GET", "/admin/check", nil)}
	for _, tab := range menu.Tabs() {
		head = append(head, menu.T(tab.Key))
	}
	head = append(head, o.Name)
	for _, light = range []string{"light", "dark"} {
		w.do(light, scheme(light))
		if light == "light" {
			walk("/admin/sign-in", "Đến nội dung", "Khai Báo · Cán bộ", "English", "name", "password", "Đăng nhập")
			w.do("sign in", chromedp.Focus("#name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), chromedp.WaitVisible("#q"))
		}
		walk("/admin/check", append(slices.Clip(head), "q", "Kiểm tra", "photo")...)
		walk("/admin/declarations", append(slices.Clip(head), "name", "Tìm", "Lọc thêm", "Tất cả 7", "Triệu chứng 1", "Tiếp xúc, vùng dịch 1", "Chưa xác minh 1", "Xem Trần Thị Cúc")...)
		walk("/admin/declarations?area=480", append(slices.Clip(head), "name", "Tìm", "Lọc thêm", "from")...)
	}
}

// where names what has the focus, and what is wrong with how it is seen.
const where = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
	let name = e.id || e.innerText.trim().replace(/\s+/g, " ");
	if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 3) name += " without a ring";
	if (b.bottom <= 0 || b.top >= innerHeight || b.right <= 0 || b.width < 2) name += " out of sight";
	return name;
})()`

// The same pages where no script runs, by a name without https: there a
// browser sends no Sec-Fetch-Site, as older ones never do.
func TestOfficerWithoutJavaScript(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	an := x.declare(crowd(x))
	o, password := x.officer(duty.Team, anDong, false)
	w := browse(t, "plain", 390, 844)
	site := strings.Replace(x.web.URL, "127.0.0.1", "khaibao.test", 1)
	w.do("open", scripts(false), chromedp.Navigate(site+"/admin/"), chromedp.WaitVisible("#name"),
		keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), chromedp.WaitVisible("#q"))
	w.do("check", keys(an.Number), keys(kb.Enter), chromedp.WaitVisible(".said"))
	w.shot("result")
	png, err := qr.PNG(qr.Link(x.server.PublicURL, an.Code), 300)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Fatal(err)
	}
	w.do("photo", chromedp.Navigate(site+"/admin/check"), chromedp.SetUploadFiles("#photo", []string{file}), chromedp.Click(".check button.main"), chromedp.WaitVisible(".said"))
	w.do("list", chromedp.Navigate(site+"/admin/declarations"), chromedp.WaitVisible("tbody"), chromedp.Click("td.act a"), chromedp.WaitVisible(".history"))

	// Who has no telephone is typed in: what is missing is asked for, and nothing
	// that was typed is lost.
	w.do("type in", chromedp.Navigate(site+"/admin/enter/resident"), chromedp.WaitVisible("#f-full_name"), chromedp.Focus("#f-full_name"), keys("Lê Thị Giấy"),
		chromedp.Focus("#f-permanent"), keys("tổ 3 an đông huế"), chromedp.Click("[data-save]"), chromedp.WaitVisible(".lacking"))
	w.shot("lacking")
	w.do("what is missing", until(`document.querySelector("#f-full_name").value === "Lê Thị Giấy" && document.querySelector("#told-permanent").innerText.includes("An Đông")`),
		chromedp.Focus("#f-birth"), keys("1950"), chromedp.Focus("#f-id_number"), keys("046150000321"), chromedp.Click(`[name="current.pick"][value="same"]`),
		chromedp.Click(`[name="exposures"][value="none"]`), chromedp.Click(`[name="symptoms"][value="none"]`), chromedp.Click(`[name="has_conditions"][value="no"]`),
		chromedp.Click("[data-save]"), chromedp.WaitVisible(".slip img"), says("L.T. Giấy"))
	w.shot("slip")
	w.do("who was typed in is found", chromedp.Navigate(site+"/admin/check"), chromedp.WaitVisible("#q"), keys("046150000321"), keys(kb.Enter), chromedp.WaitVisible(".said"), says("Lê Thị Giấy"))

	x.arrive("Nguyễn Văn Về", "+84900000009", anDong, "79", "2021-08-14")
	w.do("verify", chromedp.Navigate(site+"/admin/arrivals"), chromedp.WaitVisible("td.act a"), chromedp.Click("td.act a"), chromedp.WaitVisible(`[name="surveillance"]`), says("Nguyễn Văn Về"),
		chromedp.Click(`[name="surveillance"][value="home"]`), chromedp.Click(".next-step > form button.main"), chromedp.WaitVisible(".done"), says("Đã lưu"))
	w.shot("verified")
	w.do("it stands on the list", chromedp.Navigate(site+"/admin/arrivals?list=arrived"), chromedp.WaitVisible("tbody"), says("Nguyễn Văn Về"), says("Cách ly y tế tại nhà"))
}
