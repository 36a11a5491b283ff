package admin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"khaibao/core/duty"
)

// authenticator shows codes as a telephone does.
func (x *site) authenticator(secret string) string {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	code, err := totp.GenerateCodeCustom(secret, x.now, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		x.t.Fatal(err)
	}
	return code
}

// setUp sets one-time codes up in a browser, and returns their secret and one
// recovery code.
func (b *browser) setUp(t *testing.T) (secret, recovery string) {
	t.Helper()
	b.post(factorPath, url.Values{"do": {"begin"}})
	page := b.get(factorPath)
	m := regexp.MustCompile(`class="code found">([A-Z2-7 ]+)<`).FindStringSubmatch(page.body)
	if m == nil || !strings.Contains(page.body, `src="data:image/png;base64,`) {
		t.Fatalf("no secret\n%s", page.body)
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	b.post(factorPath, url.Values{"do": {"on"}, "code": {"000000"}}).wants(t, "a wrong first code", http.StatusUnprocessableEntity, `id="wrong-code"`)
	done := b.post(factorPath, url.Values{"do": {"on"}, "code": {b.x.authenticator(secret)}})
	done.wants(t, "the first code", 200, "Mã khôi phục")
	codes := regexp.MustCompile(`<li>([a-z2-9-]{14})</li>`).FindAllStringSubmatch(done.body, -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes\n%s", len(codes), done.body)
	}
	return secret, codes[0][1]
}

func TestSignInWithACode(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", phone: "+84900000001", commune: anDong})
		o, _ := x.officer(duty.CDC, "46", false)
		first, other := x.signedIn(o, password), x.signedIn(o, password)
		secret, recovery := first.setUp(t)
		other.get("/admin/").wants(t, "another browser after the change", http.StatusSeeOther)
		first.get("/admin/declarations").wants(t, "this browser after the change", 200)
		x.pass(time.Minute)

		b := x.browser()
		in := b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {password}, "next": {"/admin/tasks"}})
		if in.status != http.StatusSeeOther || in.header.Get("Location") != codePath+"?next=%2Fadmin%2Ftasks" {
			t.Fatalf("the password: %d to %q", in.status, in.header.Get("Location"))
		}
		for _, path := range []string{"/admin/", "/admin/declarations/" + an.DeclarationID, "/admin/account", "/admin/password"} {
			if got := b.get(path); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), codePath) {
				t.Errorf("%s by half: %d to %q", path, got.status, got.header.Get("Location"))
			}
		}
		b.get("/q/"+an.Code).wants(t, "a QR by half", 200, "no:Nguyễn")
		if got := b.post(factorPath, url.Values{"do": {"off"}, "code": {x.authenticator(secret)}}); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), codePath) {
			t.Errorf("taking the codes off by half: %d", got.status)
		}
		b.get(codePath).wants(t, "the page of the code", 200, `autocomplete="one-time-code"`, "no:admin/declarations")
		b.post(codePath, url.Values{"code": {"000000"}}).wants(t, "a wrong code", http.StatusUnprocessableEntity)
		code := x.authenticator(secret)
		before := in.header.Get("Set-Cookie")
		whole := b.post(codePath, url.Values{"code": {code}, "next": {"/admin/tasks"}})
		if whole.status != http.StatusSeeOther || whole.header.Get("Location") != "/admin/tasks" || whole.header.Get("Set-Cookie") == before {
			t.Fatalf("the code: %d to %q", whole.status, whole.header.Get("Location"))
		}
		b.get("/admin/declarations").wants(t, "with the code", 200)

		c := x.signedInHalf(t, o)
		c.post(codePath, url.Values{"code": {code}}).wants(t, "the code again", http.StatusUnprocessableEntity)
		if got := c.post(codePath, url.Values{"code": {strings.ToUpper(recovery)}}); got.status != http.StatusSeeOther {
			t.Errorf("a recovery code: %d", got.status)
		}
		x.signedInHalf(t, o).post(codePath, url.Values{"code": {recovery}}).wants(t, "the recovery code again", http.StatusUnprocessableEntity)

		// Who keeps the accounts takes it off; the password alone is enough then.
		keeper := x.as(duty.Admin, "46")
		page := keeper.get("/admin/accounts/" + o.ID)
		page.wants(t, "the account", 200, "Đang bật", "Dùng một mã khôi phục", "no:"+secret)
		if got := keeper.post("/admin/accounts/"+o.ID, url.Values{"do": {"factor_reset"}, "once": {page.hidden(t, "once")}, "version": {page.hidden(t, "version")}}); got.status != http.StatusSeeOther {
			t.Errorf("taken off: %d", got.status)
		}
		b.get("/admin/").wants(t, "the officer's sign-in after it", http.StatusSeeOther)
		x.signedIn(o, password).get("/admin/").wants(t, "by the password alone", 200)
		if strings.Contains(x.log.String(), secret) || strings.Contains(x.log.String(), recovery) {
			t.Error("the log holds a secret")
		}
	})
}

// signedInHalf is a browser that has given the password.
func (x *site) signedInHalf(t *testing.T, o duty.Officer) *browser {
	t.Helper()
	b := x.browser()
	if in := b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {password}}); !strings.HasPrefix(in.header.Get("Location"), codePath) {
		t.Fatalf("the password leads to %q\n%s", in.header.Get("Location"), in.body)
	}
	return b
}

func TestWrongCodesSlowDown(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, _ := x.officer(duty.CDC, "46", false)
		secret, _ := x.signedIn(o, password).setUp(t)
		b := x.signedInHalf(t, o)
		x.step = 0
		var last reply
		for range 7 {
			if last = b.post(codePath, url.Values{"code": {"000000"}}); last.status == http.StatusTooManyRequests {
				break
			}
		}
		last.wants(t, "wrong again and again", http.StatusTooManyRequests, "thử lại sau")
		b.post(codePath, url.Values{"code": {x.authenticator(secret)}}).wants(t, "the right code too soon", http.StatusTooManyRequests)
		x.pass(time.Minute)
		if got := b.post(codePath, url.Values{"code": {x.authenticator(secret)}}); got.status != http.StatusSeeOther {
			t.Errorf("after the wait: %d", got.status)
		}
	})
}

// A duty that must have codes sets them up before it sees anything; then its
// first password is changed.
func TestDutyThatMustHaveCodes(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.server.Factor = []duty.Duty{duty.CDC}
		o, _ := x.officer(duty.CDC, "46", true)
		b := x.browser()
		if in := b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {password}}); in.header.Get("Location") != factorPath {
			t.Fatalf("the password leads to %q", in.header.Get("Location"))
		}
		for _, path := range []string{"/admin/", "/admin/check", "/admin/account", "/admin/password", "/admin/code"} {
			if got := b.get(path); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), factorPath) {
				t.Errorf("%s before the codes: %d to %q", path, got.status, got.header.Get("Location"))
			}
		}
		b.get(factorPath).wants(t, "the page", 200, "phải đăng nhập bằng mật khẩu và mã một lần", "no:/admin/declarations")
		b.setUp(t)
		if got := b.get("/admin/check"); got.header.Get("Location") != passwordPath {
			t.Errorf("then the first password is changed: %d to %q", got.status, got.header.Get("Location"))
		}
		const fresh = "thuyền rồng đêm nay"
		b.post(passwordPath, url.Values{"current": {password}, "new": {fresh}, "repeat": {fresh}})
		b.get("/admin/check").wants(t, "and all is open", 200)
		team, _ := x.officer(duty.Team, anDong, false)
		x.signedIn(team, password).get("/admin/check").wants(t, "a duty that need not", 200)
	})
}

func TestOwnSignIns(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, _ := x.officer(duty.Team, anDong, false)
		phone := x.browser()
		r := phone.request("POST", "/admin/sign-in", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"name": {o.SignIn}, "password": {password}}.Encode()))
		r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36")
		phone.do(r)
		desk, third := x.signedIn(o, password), x.signedIn(o, password)
		page := desk.get(ownPath)
		page.wants(t, "the page", 200, "Chrome · Android", "phiên này", "Kết thúc mọi phiên khác")
		one := regexp.MustCompile(`name="one" value="([0-9a-f]+)">Kết thúc<span class="unseen"> Chrome`).FindStringSubmatch(page.body)
		if one == nil {
			t.Fatalf("no way to end the telephone's\n%s", page.body)
		}
		desk.post(ownPath, url.Values{"one": {one[1]}})
		phone.get("/admin/").wants(t, "the one that was ended", http.StatusSeeOther)
		third.get("/admin/").wants(t, "another one", 200)
		desk.post(ownPath, nil)
		third.get("/admin/").wants(t, "after all others were ended", http.StatusSeeOther)
		desk.get(ownPath).wants(t, "the one that asked", 200, "no:Chrome · Android", "no:Kết thúc mọi phiên khác")
	})
}

func TestBrowserIsCoarse(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36":                         "Chrome · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0":               "Edge · Windows",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/110 Chrome/104 Safari/537.36":                       "Cốc Cốc · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0":                                                                  "Firefox · Linux",
		"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120 Mobile Safari/537.36 Zalo android/23110":   "Zalo · Android",
		"curl/8.0": "", "": "",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
