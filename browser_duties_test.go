package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/demo"
)

// guest is somebody without a telephone at the door of a ward, invented.
const (
	guestName = "Trần Thị Khách"
	guestID   = "046155000777"
)

// One person through all hands, in a real browser, each duty on a telephone and
// at a desk: the ward's team types a declaration in, police check it, the health
// station and the digitisation team verify who arrives, the CDC watches, leaders
// of three levels count, and who keeps the accounts sees who did it.
func TestBrowserDuties(t *testing.T) {
	dir := t.TempDir()
	database, key := "sqlite:"+filepath.Join(dir, "khaibao.db"), filepath.Join(dir, "khaibao.key")
	environ := []string{envPrefix + "DATABASE_URL=" + database, envPrefix + "KEY_FILE=" + key}
	if err := run(t.Context(), []string{"demo", "--people", "3000", "--declarations", "7000"}, environ, strings.NewReader(""), io.Discard); err != nil {
		t.Fatal(err)
	}
	r := start(t, map[string]string{"SANDBOX": "1", "DATABASE_URL": database, "KEY_FILE": key})
	d := &duties{t: t, url: r.url, browser: chromium(t), pictures: newAlbum(t)}

	d.as("to.cong.dong", func(o *tab) {
		d.both(o, "duty-team")
		d.opens(o, "/admin/enter/resident")
		o.does("types a walk-in's declaration in", chromedp.SetValue("#f-full_name", guestName), chromedp.SetValue("#f-birth", "1955"), chromedp.SetValue("#f-id_number", guestID),
			chromedp.Focus("#f-permanent"), keys("tổ 3 an đông huế"), keys(kb.Tab), until(`document.querySelector("#told-permanent").innerText.includes("An Đông")`), chromedp.Click(`[name="current.pick"][value="same"]`),
			chromedp.Click(`[name="exposures"][value="none"]`), chromedp.Click(`[name="symptoms"][value="cough"]`), chromedp.Click(`[name="has_conditions"][value="no"]`))
		o.does("looks it over", chromedp.Focus("#f-full_name"), until(`scrollTo(0, document.querySelector("#f-full_name").getBoundingClientRect().top + scrollY - 220) || true`))
		d.both(o, "duty-enter")
		o.does("saves it", chromedp.Click("[data-save]"), until(`location.pathname.startsWith("/admin/enter/slip/")`))
		d.take(o, "duty-slip")
	})
	d.as("cong.an", func(o *tab) {
		o.does("types the number of the papers", chromedp.Focus("#q"), keys(guestID), keys(kb.Enter), sees(guestName), sees(word("admin.check.declared")))
		d.both(o, "duty-police")
	})
	d.as("so.hoa", func(o *tab) {
		d.both(o, "duty-digitisation")
		d.verifies(o)
	})
	d.as("tram.y.te", func(o *tab) {
		d.both(o, "duty-station")
		d.opens(o, "/admin/monitoring?list=all")
		d.take(o, "duty-watch")
	})
	d.as("cdc", func(o *tab) {
		d.both(o, "duty-cdc")
		d.calls(o)
		d.quarantines(o)
		d.opens(o, "/admin/policy")
		d.take(o, "duty-policy")
	})
	for _, leader := range [][2]string{{"lanh.dao.phuong", "duty-leader-commune"}, {"lanh.dao.tp", "duty-leader-district"}, {"lanh.dao", "duty-leader-province"}} {
		d.as(leader[0], func(o *tab) {
			o.does("opens the figures", chromedp.Click(`nav.tabs a[href="/admin/figures"]`), sees("Thống kê"))
			d.both(o, leader[1])
		})
	}
	d.as("quan.tri", func(o *tab) {
		d.opens(o, "/admin/accounts")
		d.both(o, "duty-admin")
		first := d.makesAccount(o)
		d.begins(first)
		o.does("sees that the new officer has begun", chromedp.Navigate(d.url+"/admin/accounts"), until(fmt.Sprintf(`[...document.querySelectorAll("tbody tr")].some((tr) => tr.innerText.includes(%q) && !tr.querySelector(".tag"))`, newcomer)))
		d.opens(o, "/admin/log")
		d.take(o, "duty-log")
	})
}

// duties walks the officers' pages as one officer after the other.
type duties struct {
	t        *testing.T
	url      string
	browser  context.Context
	pictures *album
}

// as signs a demo officer in on a telephone.
func (d *duties) as(signIn string, work func(o *tab)) {
	d.t.Helper()
	for _, o := range demo.Officers() {
		if o.SignIn != signIn {
			continue
		}
		page := open(d.t, d.browser, signIn, 360, 740, d.url+"/admin/")
		page.does("signs in", chromedp.Focus("#name"), keys(o.SignIn), keys(kb.Tab), keys(o.Password), keys(kb.Enter), sees(o.Name))
		work(page)
		return
	}
	d.t.Fatalf("no demo officer signs in as %s", signIn)
}

func (d *duties) opens(o *tab, path string) {
	d.t.Helper()
	o.does("opens "+path, chromedp.Navigate(d.url+path), until(`document.querySelector("main h1")`))
}

// both shows a page on a telephone and at a desk.
func (d *duties) both(o *tab, name string) {
	d.t.Helper()
	d.take(o, name)
	o.does("sits down at a desk", size(1280, 800))
	d.take(o, name+"-desk")
	o.does("takes the telephone", size(360, 740))
}

// take keeps a picture of a page that fits its screen.
func (d *duties) take(o *tab, name string) {
	d.t.Helper()
	o.does("sees the page", until(`document.readyState === "complete"`))
	if wide := value[int](o, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		d.t.Errorf("%s: %d px wider than the screen", name, wide)
	}
	if id := value[string](o, `document.body.innerText.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-/)?.[0] ?? ""`); id != "" {
		d.t.Errorf("%s: shows the ID %s…, which tells nobody anything", name, id)
	}
	d.pictures.take(name, o)
}

// verifies works off the first arrival of the list.
func (d *duties) verifies(o *tab) {
	d.t.Helper()
	d.opens(o, "/admin/arrivals")
	d.both(o, "duty-arrivals")
	o.does("opens the first", chromedp.Click("td.act a"), until(`document.querySelector('[name="surveillance"]')`))
	d.take(o, "duty-arrival")
	o.does("says that they have arrived and watch themselves", chromedp.Click(`[name="surveillance"][value="self_watch"]`), chromedp.Click(".next-step > form button.main"), sees(word("admin.verify.done.last")))
}

// calls works off the first of those to call, with what came of it.
func (d *duties) calls(o *tab) {
	d.t.Helper()
	begin := `document.querySelector('form[action="/admin/triage"] button.main')`
	for _, colour := range []string{"red", "orange", "yellow"} { // the invented people are ill as chance has it
		if d.opens(o, "/admin/triage?colour="+colour); value[bool](o, "!!"+begin) {
			break
		}
	}
	d.both(o, "duty-triage")
	o.does("begins with whoever waited longest", chromedp.Click(chromedp.JSPath(begin)), until(`document.querySelector("#call")`))
	d.both(o, "duty-person")
	o.does("writes down the call", until(`document.querySelector("#call").open = true`), chromedp.Click(`#call [name="outcome"][value="ill"]`), chromedp.Click(`#call [name="symptoms"][value="fever"]`), chromedp.Focus("#temperature"), keys("38,2"),
		chromedp.Focus("#note"), keys("Nói được cả câu, có người nhà bên cạnh."), until(`scrollTo(0, document.querySelector("#call").getBoundingClientRect().top + scrollY - 90) || true`))
	d.take(o, "duty-call")
	o.does("saves it", chromedp.Click("#call .actions button:not([name])"), sees(word("admin.person.done.call")), sees(word("admin.outcome.ill")), sees("38.2 °C"))
}

// quarantines says in which centre somebody is, and sees their days.
func (d *duties) quarantines(o *tab) {
	d.t.Helper()
	d.opens(o, "/admin/monitoring?list=all")
	// Whoever has answered has days to look at.
	found := fmt.Sprintf(`((rows) => rows.find((tr) => !tr.innerText.includes(%q)) ?? rows[0])([...document.querySelectorAll("tbody tr")].filter((tr) => tr.innerText.includes(%q)))?.querySelector("td.act a")`,
		word("admin.watch.never"), word("admin.kind.central"))
	for value[bool](o, "!"+found) {
		o.does("turns the page", chromedp.Click(`a[rel="next"]`), until(`document.readyState === "complete"`))
	}
	o.does("opens one of a quarantine centre", chromedp.Click(chromedp.JSPath(found)), until(`document.querySelector("ol.days")`))
	o.does("says where and in which room", chromedp.Click(`.acts a[href$="/change"]`), chromedp.WaitVisible("#facility"), chromedp.SetValue("#facility", "Khu cách ly tập trung Phú Bài"), chromedp.SetValue("#room", "B12"),
		chromedp.Click("main form button.main"), until(`document.querySelector('[name="sure"]')`), chromedp.Click("main form button.main"), sees(word("admin.act.change.done")), sees("Phú Bài"))
	o.does("looks at the days", until(`scrollTo(0, document.querySelector("ol.days").getBoundingClientRect().top + scrollY - 120) || true`))
	d.both(o, "duty-days")
}

// newcomer is an officer of a health station, invented.
const newcomer = "Lê Thị Mới"

// makesAccount makes one on the page, and gives its first password, which is
// shown once.
func (d *duties) makesAccount(o *tab) (first string) {
	d.t.Helper()
	o.does("adds an account", chromedp.Click(`main a[href="/admin/accounts/new"]`), chromedp.WaitVisible("#name"), chromedp.Focus("#name"), keys(newcomer), chromedp.SetValue("#duty", "station"), chromedp.SetValue("#area", "19815"),
		chromedp.Focus("#sign_in"), keys("le.thi.moi"))
	d.both(o, "duty-account-new")
	o.does("saves it", chromedp.Focus("main form button.main"), keys(kb.Enter), until(`document.querySelector(".onetime")`))
	d.both(o, "duty-account")
	first = value[string](o, `document.querySelector(".onetime").innerText`)
	if !value[bool](o, `((range) => { range.selectNodeContents(document.querySelector(".onetime")); return range.getClientRects().length === 1; })(document.createRange())`) {
		d.t.Error("the first password, which is to be copied by hand, does not stand on one line of a telephone")
	}
	o.does("opens it again, where no password is", chromedp.Navigate(d.url+"/admin/accounts"), chromedp.Click(chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("tbody tr")].find((tr) => tr.innerText.includes(%q)).querySelector("td.act a")`, newcomer))),
		sees(word("admin.doors.state.first")), until(fmt.Sprintf(`!document.querySelector(".onetime") && !document.body.innerText.includes(%q)`, first)))
	return first
}

// begins is the newcomer's first sign-in: no page opens before the first
// password is changed.
func (d *duties) begins(first string) {
	d.t.Helper()
	const own = "sông Hương chiều nay êm"
	n := open(d.t, d.browser, newcomer, 360, 740, d.url+"/admin/arrivals")
	n.does("signs in", chromedp.Focus("#name"), keys("le.thi.moi"), keys(kb.Tab), keys(first), keys(kb.Enter), until(`document.querySelector("#repeat")`))
	d.both(n, "duty-first")
	n.does("tries another page", chromedp.Navigate(d.url+"/admin/arrivals"), until(`document.querySelector("#repeat")`))
	n.does("sets a password of one's own", chromedp.Focus("#current"), keys(first), keys(kb.Tab), keys(own), keys(kb.Tab), keys(own), keys(kb.Enter), sees(word("admin.password.done")))
	d.opens(n, "/admin/arrivals")
}
