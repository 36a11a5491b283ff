package admin

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store/storetest"
	"khaibao/looktest"
)

// world is what the walk over the pages finds in the store.
type world struct {
	*site
	declared string // a declaration with a history
	code     string // of its person
	task     string
	officer  string // an account
	arrival  string
	person   string // red, and nobody has called
	ward     ward
}

func newWorld(x *site) *world {
	w := &world{site: x}
	again := crowd(x)
	again.symptoms, again.at = []string{"fever"}, started.Add(-5*time.Minute)
	an := x.declare(again)
	w.declared, w.code = an.DeclarationID, an.Code
	resident, journey := mai(started.Add(-4 * time.Hour))
	x.declare(resident)
	x.declare(journey)
	w.ward = x.ward()
	w.task = x.openTask("misunderstood", anDong, "symptoms")
	w.arrival = x.arrive("Trần Thị Về", "+84900000301", anDong, "79", core.DayOf(started).Add(-2))
	w.person = x.declareRed("Hồ Thị Khẩn", "+84900000302", anDong)
	w.officer = keep(x.officer(duty.Team, anDong, false)).ID
	return w
}

// samples are the paths to look at for a pattern whose page asks for more than
// one of the world's IDs, or shows more than its bare path. A pattern that is not
// here is opened as TestEveryRouteAsEveryDuty opens it.
var samples = map[string]func(w *world) []string{
	"GET /admin/assets/{name}": func(*world) []string { return nil },
	"GET /admin/{$}":           func(*world) []string { return []string{"/admin/", "/admin/?done=password"} },
	"GET /admin/declarations": func(*world) []string {
		return []string{"/admin/declarations", "/admin/declarations?area=480", "/admin/declarations?show=exposed&colour=red", "/admin/declarations?from=x"}
	},
	"GET /admin/figures": func(*world) []string {
		return []string{"/admin/figures", "/admin/figures?kind=people&period=30&by=colour&by=channel", "/admin/figures?kind=prompts&period=7", "/admin/figures?kind=declarations&from=x"}
	},
	"GET /admin/arrivals": func(*world) []string {
		return []string{"/admin/arrivals", "/admin/arrivals?when=late&colour=yellow", "/admin/arrivals?list=up", "/admin/arrivals?list=moved"}
	},
	"GET /admin/triage": func(*world) []string {
		return []string{"/admin/triage", "/admin/triage?colour=green", "/admin/triage?colour=red&state=verified&done=1"}
	},
	"GET /admin/monitoring": func(*world) []string {
		return []string{"/admin/monitoring", "/admin/monitoring?list=all", "/admin/monitoring?list=silent&area=480"}
	},
	"GET /admin/policy/rules/{version}": func(*world) []string { return []string{"/admin/policy/rules/2021-07-14"} },
}

// eyes are the duties in the areas as which the pages are looked at.
func eyes() [][2]string {
	var all [][2]string
	for _, d := range duty.All() {
		all = append(all, [2]string{string(d), "46"})
	}
	return append(all, [2]string{"", ""}, [2]string{"leader", "474"}, [2]string{"team", anDong}, [2]string{"station", anDong})
}

// Every page of the table of routes, as everyone who may open it: no rule of
// axe-core is broken, nothing is too wide, too small or too heavy, all of it is
// reached by Tab, and what it shows is seen without scripts, too. What a form answers is looked at, too. A page that shows
// nothing new to another duty is looked at once.
func TestEveryPageIsForEverybody(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	x.step = 10 * time.Millisecond
	w := newWorld(x)
	var pages []looktest.Page
	roads, parts := make(map[string]bool), make(map[string]bool)
	add := func(pattern, name string, got reply) {
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || got.body == "" {
			return
		}
		_, road, found := strings.Cut(strings.ToLower(pattern), " ")
		if !found {
			road = pattern
		}
		first := !roads[road] // a form's answer is most often the form's own page
		roads[road] = true
		fresh := first
		for _, part := range looktest.Shape(got.body) {
			fresh = fresh || !parts[part]
			parts[part] = true
		}
		if fresh {
			pages = append(pages, looktest.Page{Name: name, Header: got.header, Body: got.body, Keys: first})
		}
	}
	var posts, gets []string
	for _, rt := range x.server.routes() {
		if strings.HasPrefix(rt.pattern, "POST ") {
			posts = append(posts, rt.pattern)
		} else {
			gets = append(gets, rt.pattern)
		}
	}
	opened := make(map[string]bool)
	for _, eye := range eyes() {
		b := x.browser()
		if eye[0] != "" {
			b = x.as(duty.Duty(eye[0]), eye[1])
		}
		for _, pattern := range slices.Concat(gets, posts) {
			if pattern == "POST /admin/sign-out" {
				continue // would end the walk
			}
			for _, path := range w.paths(pattern) {
				x.pass(2 * time.Second) // under the look-ups of a minute
				got := b.open(pattern, path)
				name := fmt.Sprintf("%s as %s of %s", cmp.Or(strings.TrimPrefix(path, "/admin"), path), eye[0], eye[1])
				switch got.status {
				case http.StatusOK, http.StatusUnprocessableEntity, http.StatusUnauthorized, http.StatusConflict:
					opened[pattern] = true
					add(pattern, name, got)
				case http.StatusNotFound:
					add("404", name, got)
				case http.StatusSeeOther:
					opened[pattern] = opened[pattern] || strings.HasPrefix(pattern, "POST ")
				default:
					opened[pattern] = true
					add(pattern, fmt.Sprintf("%s, %d", name, got.status), got)
				}
			}
		}
	}
	for _, pattern := range gets {
		if rule := access[pattern]; !opened[pattern] && rule.want == 0 && len(w.paths(pattern)) > 0 {
			t.Errorf("%s: nobody saw this page: say in samples which one to open", pattern)
		}
	}
	if len(pages) < 30 {
		t.Errorf("only %d pages", len(pages))
	}
	began := time.Now()
	looktest.Pages(t, looktest.Browser(t), x.server.Handler(), pages)
	t.Logf("%d pages in %s", len(pages), time.Since(began).Round(time.Millisecond))
}

// paths are where a pattern is looked at.
func (w *world) paths(pattern string) []string {
	if of, ok := samples[pattern]; ok {
		return of(w)
	}
	id := w.declared
	switch access[pattern].of {
	case "task":
		id = w.task
	case "monitoring":
		id = w.ward.red
	case "officer":
		id = w.officer
	case "arrival":
		id = w.arrival
	case "person":
		id = w.person
	}
	_, path := fill(pattern, id, w.code)
	return []string{path}
}

// open asks for a page, or sends a form as the table of access has it.
func (b *browser) open(pattern, path string) reply {
	b.x.t.Helper()
	if !strings.HasPrefix(pattern, "POST ") {
		return b.get(path)
	}
	form := url.Values{"name": {core.NewID()}}
	maps.Copy(form, access[pattern].form)
	return b.post(path, form)
}
