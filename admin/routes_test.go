package admin

import (
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
)

// who may use each route, by the duty table: a route of the table that is not
// here fails the test, and so does a line here without a route.
var access = map[string]struct {
	stranger bool
	duties   []duty.Duty // nil: every officer
	form     url.Values  // what a POST sends
	want     int         // for those who may; 0 is 200
	of       string      // whose {id} it is: a declaration's, unless it says task or monitoring
}{
	"GET /admin/assets/{name}":           {stranger: true},
	"GET /admin/sign-in":                 {stranger: true},
	"POST /admin/sign-in":                {stranger: true, want: http.StatusUnauthorized},
	"POST /admin/language":               {stranger: true, want: http.StatusSeeOther},
	"POST /admin/sign-out":               {want: http.StatusSeeOther},
	"GET /admin/password":                {},
	"POST /admin/password":               {want: http.StatusUnprocessableEntity},
	"GET /admin/{$}":                     {},
	"GET /admin/again":                   {want: http.StatusSeeOther},                 // nothing was kept: TestFormOfAnEndedSignInIsSentAgain
	"GET /admin/sso":                     {stranger: true, want: http.StatusNotFound}, // there is none: TestSSO has one
	"GET /admin/sso/back":                {stranger: true, want: http.StatusNotFound},
	"GET /admin/sso/out":                 {stranger: true, want: http.StatusNotFound},
	"GET /admin/code":                    {want: http.StatusSeeOther}, // whoever is in needs none
	"POST /admin/code":                   {want: http.StatusSeeOther},
	"GET /admin/factor":                  {},
	"POST /admin/factor":                 {form: url.Values{"do": {"begin"}}, want: http.StatusSeeOther},
	"GET /admin/account":                 {},
	"POST /admin/account":                {form: url.Values{"one": {"none"}}, want: http.StatusSeeOther},
	"GET /admin/log":                     {duties: keeps}, // and the CDC of the province: TestLogByDuty
	"POST /admin/log":                    {duties: keeps, form: url.Values{"q": {"046055000123"}}},
	"GET /admin/accounts":                {duties: keeps},
	"POST /admin/accounts":               {duties: keeps, form: url.Values{"text": {"An"}}},
	"GET /admin/accounts/list":           {duties: keeps},
	"POST /admin/accounts/list":          {duties: keeps, want: http.StatusUnprocessableEntity},
	"GET /admin/accounts/template.xlsx":  {duties: keeps},
	"GET /admin/accounts/new":            {duties: keeps},
	"POST /admin/accounts/new":           {duties: keeps, want: http.StatusUnprocessableEntity},
	"GET /admin/accounts/{officer}":      {duties: keeps, of: "officer"},
	"POST /admin/accounts/{officer}":     {duties: keeps, of: "officer", form: url.Values{"do": {"changed"}, "version": {"1"}, "once": {"x"}}, want: http.StatusUnprocessableEntity},
	"GET /admin/check":                   {duties: mayCheck},
	"POST /admin/check":                  {duties: mayCheck, form: url.Values{"q": {"046055000123"}}},
	"GET /admin/declarations":            {duties: mayList},
	"POST /admin/declarations":           {duties: mayList, form: url.Values{"name": {"An"}}},
	"GET /admin/declarations/{id}":       {duties: mayList},
	"GET /admin/people/compare":          {duties: mayCorrect, want: http.StatusNotFound}, // TestCompareAndMerge has a pair
	"POST /admin/people/same":            {duties: mayCorrect, form: url.Values{"a": {"x"}, "b": {"y"}, "keep": {"x"}}, want: http.StatusNotFound},
	"GET /admin/arrivals":                {duties: mayList},
	"POST /admin/arrivals":               {duties: mayCorrect, form: url.Values{}, want: http.StatusUnprocessableEntity}, // nobody was chosen
	"GET /admin/arrivals/{id}":           {duties: mayList, of: "arrival"},
	"POST /admin/arrivals/{id}":          {duties: mayCorrect, of: "arrival", form: url.Values{"state": {"moved"}}, want: http.StatusUnprocessableEntity},
	"GET /admin/arrivals/{id}/correct":   {duties: mayCorrect, of: "arrival"},
	"POST /admin/arrivals/{id}/correct":  {duties: mayCorrect, of: "arrival", want: http.StatusUnprocessableEntity}, // nothing is another
	"GET /admin/triage":                  {duties: mayWatch},
	"POST /admin/triage":                 {duties: mayWatch, want: http.StatusSeeOther},
	"GET /admin/people/{id}":             {duties: mayList, of: "person"},
	"POST /admin/people/{id}/call":       {duties: mayWatch, of: "person", want: http.StatusUnprocessableEntity},
	"POST /admin/people/{id}/colour":     {duties: mayManage, of: "person", want: http.StatusUnprocessableEntity},
	"GET /admin/tasks":                   {duties: []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC, duty.Admin}},
	"GET /admin/tasks/{id}":              {duties: []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC}, of: "task"},
	"POST /admin/tasks/{id}":             {duties: mayCorrect, of: "task", form: url.Values{"do": {"released"}, "owner": {"x"}}, want: http.StatusConflict},
	"GET /admin/monitoring":              {duties: mayWatch},
	"GET /admin/monitoring/open":         {duties: mayManage},
	"POST /admin/monitoring/open":        {duties: mayManage, form: url.Values{"kind": {"home"}, "list": {"0900000001"}}, want: http.StatusUnprocessableEntity},
	"GET /admin/monitoring/{id}":         {duties: mayWatch, of: "monitoring"},
	"GET /admin/monitoring/{id}/print":   {duties: mayWatch, of: "monitoring", want: http.StatusNotFound}, // it has not ended
	"GET /admin/alerts":                  {duties: mayWatch},
	"POST /admin/alerts":                 {duties: mayWatch, form: url.Values{"do": {"code"}}},
	"GET /admin/exports":                 {duties: mayExport},
	"POST /admin/exports":                {duties: mayExport, form: url.Values{"list": {"nothing"}}, want: http.StatusNotFound},
	"GET /admin/exports/{id}":            {duties: mayExport, want: http.StatusNotFound}, // TestExportOfDeclarations has one
	"POST /admin/exports/{id}":           {duties: mayExport, want: http.StatusNotFound},
	"GET /admin/exports/{id}/file":       {duties: mayExport, want: http.StatusNotFound},
	"GET /admin/figures":                 {duties: seeFigures},
	"GET /admin/figures/file":            {duties: seeFigures},
	"GET /admin/imports":                 {duties: mayCorrect},
	"POST /admin/imports":                {duties: mayCorrect, form: url.Values{"once": {"x"}}, want: http.StatusUnprocessableEntity}, // no file
	"GET /admin/imports/template":        {duties: mayCorrect},
	"GET /admin/imports/{id}":            {duties: mayCorrect, want: http.StatusNotFound}, // TestImport has one
	"POST /admin/imports/{id}":           {duties: mayCorrect, want: http.StatusNotFound},
	"GET /admin/imports/{id}/errors":     {duties: mayCorrect, want: http.StatusNotFound},
	"GET /admin/policy":                  {duties: seePolicy},
	"GET /admin/policy/rules":            {duties: nobody}, // for officers of a province: TestPolicyByDuty
	"POST /admin/policy/rules":           {duties: nobody},
	"GET /admin/policy/rules/{version}":  {duties: seePolicy},
	"POST /admin/policy/rules/{version}": {duties: nobody},
	"GET /admin/policy/areas":            {duties: seePolicy},
	"GET /admin/policy/areas/new":        {duties: nobody},
	"POST /admin/policy/areas/new":       {duties: nobody},
	"POST /admin/policy/areas/{area}":    {duties: nobody},
	"GET /admin/policy/jobs/{job}":       {duties: seePolicy, want: http.StatusNotFound}, // no job of that ID
	"POST /admin/policy/jobs/{job}":      {duties: nobody},
	"GET /admin/enter":                   {duties: mayEnter, want: http.StatusSeeOther},
	"GET /admin/enter/{form}":            {duties: mayEnter},
	"POST /admin/enter/{form}":           {duties: mayEnter, form: url.Values{"_step": {"save"}}, want: http.StatusUnprocessableEntity},
	"GET /admin/enter/{form}/of/{id}":    {duties: mayEnter},
	"GET /admin/enter/slip/{id}":         {duties: mayEnter},
	"GET /q/{code}":                      {stranger: true},
	"GET /Q/{code}":                      {stranger: true},
	"/admin/":                            {want: http.StatusNotFound},
	"/q/":                                {stranger: true, want: http.StatusNotFound},
	"/Q/":                                {stranger: true, want: http.StatusNotFound},
}

var (
	mayCheck   = []duty.Duty{duty.Team, duty.Police, duty.Station, duty.Digitisation, duty.CDC, duty.Centre}
	mayCorrect = []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC}
	nobody     = []duty.Duty{}
	keeps      = []duty.Duty{duty.Admin}
	seePolicy  = []duty.Duty{duty.Station, duty.CDC, duty.Leader, duty.Centre}
	seeFigures = []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC, duty.Leader, duty.Centre}
	mayWatch   = []duty.Duty{duty.Team, duty.Station, duty.CDC}
	mayEnter   = []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC}
	mayManage  = []duty.Duty{duty.Station, duty.CDC}
	mayExport  = []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC, duty.Leader, duty.Admin}
	mayList    = []duty.Duty{duty.Team, duty.Station, duty.Digitisation, duty.CDC, duty.Leader}
)

// The acts of the pages about one monitored person, which are many.
func init() {
	for _, a := range watchActs {
		var may []duty.Duty
		for _, d := range duty.All() {
			if (duty.Officer{Duty: d, Area: "46"}).MayDo(a.may) {
				may = append(may, d)
			}
		}
		line := access["GET /admin/monitoring/{id}"]
		line.duties = may
		access["GET /admin/monitoring/{id}/"+a.Name] = line
		line.form, line.want = url.Values{"version": {"1"}}, http.StatusUnprocessableEntity // nothing was filled in
		if a.Name == "take" {
			line.want = http.StatusConflict // there is no red
		}
		access["POST /admin/monitoring/{id}/"+a.Name] = line
	}
}

// fill makes a path of a pattern.
func fill(pattern string, id, code string) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "GET", pattern+"nothing/here"
	}
	return method, strings.NewReplacer("{$}", "", "{id}", id, "{officer}", id, "{code}", code, "{name}", "admin.css", "{version}", "2020-before", "{area}", id, "{job}", id, "{form}", "resident").Replace(path)
}

func TestEveryRouteAsEveryDuty(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong})
		task := x.openTask("misunderstood", anDong, "symptoms")
		officer := keep(x.officer(duty.Team, anDong, false)).ID
		watched := x.monitor(started.Add(-time.Hour), atHome(an.PersonID, anDong))
		arrival := x.arrive("Trần Thị Bình", "+84900000002", anDong, "79", core.DayOf(started))
		var seen []string
		for _, rt := range x.server.routes() {
			seen = append(seen, rt.pattern)
		}
		for pattern := range access {
			if !slices.Contains(seen, pattern) {
				t.Errorf("%s: a rule without a route", pattern)
			}
		}
		absent := x.as(duty.CDC, "46").get("/admin/declarations/" + core.NewID())
		for _, d := range append(duty.All(), "") {
			inside, outside := x.browser(), x.browser()
			if d != "" {
				inside, outside = x.as(d, "474"), x.as(d, "480")
			}
			for _, pattern := range seen {
				rule, known := access[pattern]
				if !known {
					t.Errorf("%s: a route without a rule", pattern)
					continue
				}
				if pattern == "POST /admin/sign-out" {
					continue // would end the walk; TestSignOut has it
				}
				may := rule.duties == nil && d != "" || slices.Contains(rule.duties, d) || rule.stranger
				for area, b := range map[string]*browser{"inside": inside, "outside": outside} {
					name := fmt.Sprintf("%s as %q, %s", pattern, d, area)
					id := an.DeclarationID
					switch rule.of {
					case "task":
						id = task
					case "monitoring":
						id = watched
					case "officer":
						id = officer
					case "arrival":
						id = arrival
					case "person":
						id = an.PersonID
					}
					method, path := fill(pattern, id, an.Code)
					var got reply
					if method == "POST" {
						form := url.Values{"name": {core.NewID()}} // a sign-in of its own: tries of one name slow down
						maps.Copy(form, rule.form)
						got = b.post(path, form)
					} else {
						got = b.get(path)
					}
					switch {
					case (strings.Contains(pattern, "{id}") || rule.of != "") && area == "outside" && may:
						if got.status != 404 || words404(got.body) != words404(absent.body) {
							t.Errorf("%s: %d, not the page of a record that never was", name, got.status)
						}
					case pattern == "GET /admin/sign-in" && d != "":
						if got.status != http.StatusSeeOther {
							t.Errorf("%s: %d", name, got.status)
						}
					case may:
						want := rule.want
						if want == 0 {
							want = http.StatusOK
						}
						if got.status != want {
							t.Errorf("%s: %d, want %d", name, got.status, want)
						}
					case d == "":
						if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/admin/sign-in") || got.body != "" {
							t.Errorf("%s: %d to %q", name, got.status, got.header.Get("Location"))
						}
					default:
						if got.status != http.StatusNotFound || words404(got.body) != words404(absent.body) {
							t.Errorf("%s: %d, not the page of what is not there", name, got.status)
						}
					}
					if d == "" && strings.Contains(got.body, "Nguyễn Văn An") {
						t.Errorf("%s: a stranger reads a name", name)
					}
				}
			}
		}
	})
}

// keep is an account without its password.
func keep(o duty.Officer, _ string) duty.Officer { return o }

// words404 is what a page says, without its menu, which differs by duty.
func words404(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	return rest
}

func TestRecordInsideAndOutside(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong,
			house: "7 Hải Triều", symptoms: []string{"fever"}, conditions: []string{"diabetes"}})
		path := "/admin/declarations/" + an.DeclarationID
		x.as(duty.Team, anDong).get(path).wants(t, "team of the ward", 200, "Nguyễn Văn An", "046055000123", "7 Hải Triều", "Sốt", "0900 000 001", "no:Tiểu đường")
		x.as(duty.CDC, "46").get(path).wants(t, "cdc of the province", 200, "Nguyễn Văn An", "046055000123", "Tiểu đường")
		x.as(duty.Leader, "474").get(path).wants(t, "leader of the district", 200, "Nguyễn Văn An", "1955", "•••• 0123", "no:046055000123", "no:Sốt", "no:Hải Triều", "no:Tiểu đường", "no:href=\"tel:")
		cdc := x.as(duty.CDC, "480")
		other, never := cdc.get(path), cdc.get("/admin/declarations/"+core.NewID())
		if other.status != 404 || other.status != never.status || other.body != never.body {
			t.Errorf("a record outside the area answers unlike one that never was:\n%s\n%s", other.body, never.body)
		}
		for key := range other.header {
			if key != "Date" && other.header.Get(key) != never.header.Get(key) {
				t.Errorf("header %s: %q and %q", key, other.header.Get(key), never.header.Get(key))
			}
		}
	})
}

func TestCrossOriginIsRefused(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong})
		b := x.as(duty.CDC, "46")
		posts := 0
		for _, rt := range x.server.routes() {
			method, path := fill(rt.pattern, an.DeclarationID, an.Code)
			if method != "POST" {
				continue
			}
			posts++
			for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
				r := b.request("POST", path, "application/x-www-form-urlencoded", strings.NewReader(url.Values{"q": {"046055000123"}, "name": {"An"}}.Encode()))
				r.Header.Set(header, value)
				b.do(r).wants(t, "POST "+path+" with "+header+" "+value, http.StatusForbidden, "no:Nguyễn")
			}
		}
		if posts < 5 {
			t.Errorf("only %d routes take a POST", posts)
		}
		b.get("/admin/").wants(t, "the sign-in after all of it", 200)
	})
}

func TestHeadersOfEveryPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000001", commune: anDong})
		b := x.as(duty.CDC, "46")
		for _, rt := range x.server.routes() {
			method, path := fill(rt.pattern, an.DeclarationID, an.Code)
			if method != "GET" {
				continue
			}
			h := b.get(path).header
			for key, want := range map[string]string{
				"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"X-Robots-Tag": "noindex, nofollow", "X-Frame-Options": "DENY", "Strict-Transport-Security": "",
			} {
				if h.Get(key) != want {
					t.Errorf("%s: %s is %q", path, key, h.Get(key))
				}
			}
			if stored := h.Get("Cache-Control"); stored != "no-store" && !strings.HasPrefix(path, "/admin/assets/") {
				t.Errorf("%s: Cache-Control %q", path, stored)
			}
		}
		if !strings.HasPrefix(contentPolicy, "default-src 'none'") || strings.Contains(contentPolicy, "unsafe") {
			t.Errorf("content policy %q", contentPolicy)
		}
	})
}
