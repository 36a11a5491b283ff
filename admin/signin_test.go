package admin

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store/storetest"
)

func TestSignInAndOut(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, _ := x.officer(duty.Team, anDong, false)
		b := x.browser()
		b.get("/admin/declarations?show=exposed").wants(t, "a stranger", http.StatusSeeOther)
		page := b.get("/admin/sign-in?next=%2Fadmin%2Fdeclarations%3Fshow%3Dexposed")
		page.wants(t, "the sign-in page", 200, `value="/admin/declarations?show=exposed"`)
		in := b.post("/admin/sign-in", url.Values{"name": {" " + strings.ToUpper(o.SignIn) + " "}, "password": {password}, "next": {"/admin/declarations?show=exposed"}})
		if in.status != http.StatusSeeOther || in.header.Get("Location") != "/admin/declarations?show=exposed" {
			t.Fatalf("sign-in: %d to %q", in.status, in.header.Get("Location"))
		}
		cookie := in.header.Get("Set-Cookie")
		for _, part := range []string{"officer=", "Path=/;", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie %q lacks %s", cookie, part)
			}
		}
		b.get("/admin/declarations").wants(t, "signed in", 200)
		x.pass(29 * time.Minute)
		b.get("/admin/declarations").wants(t, "after 29 minutes", 200)
		x.pass(31 * time.Minute)
		b.get("/admin/declarations").wants(t, "after 31 idle minutes", http.StatusSeeOther)

		c := x.signedIn(o, password)
		other := x.signedIn(o, password)
		if out := c.post("/admin/sign-out", nil); out.status != http.StatusSeeOther || !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("sign-out: %d, %q", out.status, out.header.Get("Set-Cookie"))
		}
		c.get("/admin/").wants(t, "signed out", http.StatusSeeOther)
		other.get("/admin/").wants(t, "another browser of the same officer", 200)
		if err := x.s.DisableOfficer(t.Context(), x.tick(), o.ID); err != nil {
			t.Fatal(err)
		}
		other.get("/admin/").wants(t, "disabled", http.StatusSeeOther)
	})
}

func TestSignInTellsNothing(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		known, _ := x.officer(duty.Team, anDong, false)
		gone, _ := x.officer(duty.Team, anDong, false)
		if err := x.s.DisableOfficer(t.Context(), started, gone.ID); err != nil {
			t.Fatal(err)
		}
		var pages []string
		for _, try := range []struct{ name, password string }{
			{known.SignIn, "not the password"}, {"nobody.at.all", "not the password"}, {gone.SignIn, password},
			{known.SignIn, ""}, {"\x00", password}, {"\xff'; DROP TABLE officers", password}, {strings.Repeat("a", 5000), password},
		} {
			got := x.browser().post("/admin/sign-in", url.Values{"name": {try.name}, "password": {try.password}})
			if got.status != http.StatusUnauthorized || got.header.Get("Set-Cookie") != "" {
				t.Errorf("%.20q: %d, cookie %q", try.name, got.status, got.header.Get("Set-Cookie"))
			}
			_, rest, _ := strings.Cut(got.body, `id="password"`)
			pages = append(pages, rest)
		}
		for i := range pages {
			if pages[i] != pages[0] || pages[i] == "" {
				t.Errorf("page %d says something else than page 0", i)
			}
		}
	})
}

func TestSignInSlowsDown(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.step = 0
		o, _ := x.officer(duty.Team, anDong, false)
		b := x.browser()
		wrong := url.Values{"name": {o.SignIn}, "password": {"not the password"}}
		var last reply
		for range 12 {
			if last = b.post("/admin/sign-in", wrong); last.status == http.StatusTooManyRequests {
				break
			}
		}
		last.wants(t, "wrong again and again", http.StatusTooManyRequests, "thử lại sau")
		if last.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		right := url.Values{"name": {o.SignIn}, "password": {password}}
		b.post("/admin/sign-in", right).wants(t, "the right password too soon", http.StatusTooManyRequests)
		x.pass(2 * time.Minute)
		b.post("/admin/sign-in", right).wants(t, "the right password after the wait", http.StatusSeeOther)
	})
}

func TestNextLeadsOnlyToOurPages(t *testing.T) {
	code := strings.Repeat("A", 26)
	for next, want := range map[string]string{
		"/admin/declarations?show=exposed": "/admin/declarations?show=exposed",
		"/q/" + strings.ToLower(code):      "/q/" + code,
		"":                                 homePath,
		"https://evil.example/admin/":      homePath,
		"//evil.example/admin/":            homePath,
		"/admin/../../evil":                homePath,
		`/admin/\evil.example`:             homePath,
		"/q/nothing":                       homePath,
		"/sandbox/":                        homePath,
		"javascript:alert(1)":              homePath,
		"/admin/sign-in":                   homePath,
		"/admin/\nx":                       homePath,
	} {
		if got := safeNext(next); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestFirstPasswordMustBeChanged(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000001", commune: anDong})
		o, _ := x.officer(duty.CDC, "46", true)
		b := x.signedIn(o, password)
		other := x.signedIn(o, password)
		for _, path := range []string{"/admin/", "/admin/check", "/admin/declarations", "/admin/declarations/" + an.DeclarationID, "/admin/tasks", "/admin/nothing"} {
			if got := b.get(path); got.status != http.StatusSeeOther || got.header.Get("Location") != passwordPath {
				t.Errorf("%s before the change: %d to %q", path, got.status, got.header.Get("Location"))
			}
		}
		b.get("/q/"+an.Code).wants(t, "a QR before the change", 200, "no:Nguyễn")
		const fresh = "thuyền rồng đêm nay"
		for _, try := range []struct{ what, current, fresh, repeat, want string }{
			{"short", password, "thuyền", "thuyền", "ít nhất 12"},
			{"common", password, "matkhau123456", "matkhau123456", "dễ đoán"},
			{"not repeated", password, fresh, fresh + "!", "chưa giống nhau"},
			{"the same", password, password, password, "phải khác"},
			{"wrong current", "not the password", fresh, fresh, "Mật khẩu đang dùng chưa đúng"},
		} {
			b.post(passwordPath, url.Values{"current": {try.current}, "new": {try.fresh}, "repeat": {try.repeat}}).
				wants(t, try.what, http.StatusUnprocessableEntity, try.want, "no:"+fresh)
		}
		if got := b.post(passwordPath, url.Values{"current": {password}, "new": {fresh}, "repeat": {fresh}}); got.status != http.StatusSeeOther {
			t.Fatalf("change: %d\n%s", got.status, got.body)
		}
		b.get("/admin/declarations").wants(t, "after the change", 200)
		other.get("/admin/").wants(t, "the other browser after the change", http.StatusSeeOther)
		x.signedIn(o, fresh)
		if got := x.browser().post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {password}}); got.status != http.StatusUnauthorized {
			t.Errorf("the former password: %d", got.status)
		}
	})
}

// Behind https the cookie is bound to the host, and browsers are told to stay.
func TestSecureCookie(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	o, _ := x.officer(duty.Team, anDong, false)
	secure := New(Options{Store: x.s, PublicURL: "https://khaibao.example/", Hotline: "19001075", Text: words(t).Text, Now: x.tick, Log: slog.New(slog.DiscardHandler)})
	post := func(token string) *http.Response {
		r := httptest.NewRequest("POST", "/admin/sign-in", strings.NewReader(url.Values{"name": {o.SignIn}, "password": {password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if token != "" {
			r.Header.Set("Cookie", token)
		}
		w := httptest.NewRecorder()
		secure.Handler().ServeHTTP(w, r)
		return w.Result()
	}
	res := post("")
	c := res.Cookies()[0]
	if c.Name != "__Host-officer" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 {
		t.Errorf("cookie %v", c)
	}
	if got := res.Header.Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=31536000") {
		t.Errorf("HSTS %q", got)
	}
	again := post("__Host-officer=" + c.Value).Cookies()[0]
	if again.Value == c.Value {
		t.Error("signing in again kept the cookie")
	}
	if _, err := x.s.SignedIn(t.Context(), x.tick(), c.Value); err == nil {
		t.Error("signing in again left the former sign-in alive")
	}
}
