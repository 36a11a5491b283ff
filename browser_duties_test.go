package main

import (
	"context"
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
	d.pictures.take(name, o)
}

// verifies works off the first arrival of the list.
func (d *duties) verifies(o *tab) {
	d.t.Helper()
	d.opens(o, "/admin/arrivals")
	d.both(o, "duty-arrivals")
	o.does("opens the first", chromedp.Click("td.act a"), until(`document.querySelector('[name="surveillance"]')`))
	d.take(o, "duty-arrival")
	o.does("says that they have arrived and watch themselves", chromedp.Click(`[name="surveillance"][value="self_watch"]`), chromedp.Click(".next-step > form button.main"), sees(word("admin.verify.done")))
}
