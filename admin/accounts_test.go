package admin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khaibao/core/duty"
)

// hidden reads a hidden field of a page.
func (r reply) hidden(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("the page has no field %s\n%s", name, r.body)
	}
	return m[1]
}

// told is the first password that a page shows once.
func (r reply) told(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`onetime">([^<]+)<`).FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("the page shows no password\n%s", r.body)
	}
	return m[1]
}

func TestAccountFromFormToFirstSignIn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Admin, "474")
		form := b.get("/admin/accounts/new")
		form.wants(t, "the form", 200, "Phường An Đông", "no:Hương Trà")
		fields := url.Values{"once": {form.hidden(t, "once")}, "name": {"nguyễn văn ân"}, "duty": {"station"}, "area": {anDong}}
		for field, wrong := range map[string]string{"name": "123", "duty": "mayor", "area": huongVan, "sign_in": "Ân!"} {
			bad := url.Values{"once": {"x"}, "name": {"Nguyễn Văn Ân"}, "duty": {"station"}, "area": {anDong}}
			bad.Set(field, wrong)
			b.post("/admin/accounts/new", bad).wants(t, "a wrong "+field, http.StatusUnprocessableEntity, `id="wrong-`+field+`"`)
		}
		form.wants(t, "what is to choose", http.StatusOK, "Chọn nhiệm vụ</option>", "Chọn địa bàn</option>")
		made := b.post("/admin/accounts/new", fields)
		made.wants(t, "added", 200, "Nguyễn Văn Ân", "nguyen.van.an", "Trạm y tế")
		first := made.told(t)
		b.post("/admin/accounts/new", fields).wants(t, "the same form again", http.StatusConflict, "no:"+first)
		fields.Set("once", "another")
		b.post("/admin/accounts/new", fields).wants(t, "the name again", http.StatusConflict, "nguyen.van.an", `id="wrong-sign_in"`)
		if strings.Contains(x.log.String(), first) || strings.Contains(x.log.String(), "Ân") {
			t.Error("the log holds a name or a password")
		}

		officer := x.browser()
		if in := officer.post("/admin/sign-in", url.Values{"name": {"nguyen.van.an"}, "password": {first}}); in.header.Get("Location") != passwordPath {
			t.Fatalf("the first sign-in leads to %q", in.header.Get("Location"))
		}
		const fresh = "thuyền rồng đêm nay"
		if got := officer.post(passwordPath, url.Values{"current": {first}, "new": {fresh}, "repeat": {fresh}}); got.status != http.StatusSeeOther {
			t.Fatalf("the change: %d", got.status)
		}
		officer.get("/admin/monitoring").wants(t, "a station", 200)

		list := b.get("/admin/accounts")
		list.wants(t, "the list", 200, "Nguyễn Văn Ân", "nguyen.van.an", "Phường An Đông")
		path := regexp.MustCompile(`/admin/accounts/[0-9a-f-]{36}`).FindAllString(list.body, -1)
		var page reply
		for _, p := range path {
			if page = b.get(p); strings.Contains(page.body, "<h1>Nguyễn Văn Ân") {
				path[0] = p
				break
			}
		}
		page.wants(t, "the account", 200, "Đổi mật khẩu", "Thêm tài khoản", "Đang dùng")

		// Two who opened the same page: the later one is told what the other did.
		other := x.as(duty.Admin, "46")
		seen := other.get(path[0])
		change := url.Values{"do": {"changed"}, "once": {page.hidden(t, "once")}, "version": {page.hidden(t, "version")}, "name": {"Nguyễn Văn Ân"}, "duty": {"team"}, "area": {anDong}}
		if got := b.post(path[0], change); got.status != http.StatusSeeOther {
			t.Fatalf("the change: %d\n%s", got.status, got.body)
		}
		officer.get("/admin/").wants(t, "the officer after another duty", http.StatusSeeOther)
		b.get(path[0]+"?done=changed").wants(t, "after the change", 200, "Đã lưu thay đổi", "<del>Trạm y tế</del> → <ins>Tổ phòng, chống dịch cộng đồng</ins>")
		over := url.Values{"do": {"changed"}, "once": {seen.hidden(t, "once")}, "version": {seen.hidden(t, "version")}, "name": {"Nguyễn Văn Ấn"}, "duty": {"station"}, "area": {huongVan}}
		told := other.post(path[0], over)
		told.wants(t, "over what was not seen", http.StatusConflict, "Người khác vừa sửa", "Nguyễn Văn Ấn", "<ins>Nguyễn Văn Ân</ins>", "<ins>Tổ phòng, chống dịch cộng đồng</ins>", `value="Nguyễn Văn Ấn"`)
		over.Set("version", told.hidden(t, "version"))
		over.Set("once", told.hidden(t, "once"))
		if got := other.post(path[0], over); got.status != http.StatusSeeOther {
			t.Fatalf("once it was seen: %d", got.status)
		}
		b.get(path[0]).wants(t, "an account that left the area", 404)
		b.post(path[0], over).wants(t, "and its change", 404)

		page = other.get(path[0])
		again := other.post(path[0], url.Values{"do": {"password"}, "once": {page.hidden(t, "once")}, "version": {page.hidden(t, "version")}})
		again.wants(t, "a new first password", 200, "chỉ hiện một lần")
		if again.told(t) == first {
			t.Error("the same first password")
		}
		other.post(path[0], url.Values{"do": {"password"}, "once": {page.hidden(t, "once")}, "version": {page.hidden(t, "version")}}).wants(t, "sent twice", http.StatusConflict, "no:onetime")
		x.signedIn(duty.Officer{SignIn: "nguyen.van.an"}, again.told(t))
		page = other.get(path[0])
		page.wants(t, "with a sign-in", 200, "Kết thúc mọi phiên")
		for _, do := range []string{"disabled", "enabled"} {
			page = other.get(path[0])
			if got := other.post(path[0], url.Values{"do": {do}, "once": {page.hidden(t, "once")}, "version": {page.hidden(t, "version")}}); got.status != http.StatusSeeOther {
				t.Errorf("%s: %d", do, got.status)
			}
			want := map[string]int{"disabled": http.StatusUnauthorized, "enabled": http.StatusSeeOther}[do]
			if got := x.browser().post("/admin/sign-in", url.Values{"name": {"nguyen.van.an"}, "password": {again.told(t)}}); got.status != want {
				t.Errorf("%s: the sign-in answers %d", do, got.status)
			}
		}
	})
}

func TestAccountsAreSearched(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.officer(duty.Team, anDong, false)
		x.officer(duty.Team, huongVan, true)
		b := x.as(duty.Admin, "46")
		b.get("/admin/accounts?area=474").wants(t, "a district", 200, "team.19815", "no:team.20008")
		b.get("/admin/accounts?state=first").wants(t, "first passwords", 200, "team.20008", "no:team.19815")
		b.post("/admin/accounts", url.Values{"text": {"TEAM.2"}}).wants(t, "a sign-in name", 200, "team.20008", "no:team.19815")
		b.post("/admin/accounts", url.Values{"text": {"<script>"}}).wants(t, "nobody", 200, "Không có tài khoản", "no:<script>\"")
		b.get("/admin/accounts?page=99&sort=seen&duty=nothing").wants(t, "nothing", 200, "Không có tài khoản")
	})
}
