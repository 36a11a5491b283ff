package admin

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store"
)

// Whoever presses Save after the sign-in has ended loses nothing of it: they sign
// in and send it again. Another officer at the same browser sees nothing of it.
func TestFormOfAnEndedSignInIsSentAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.arrive("Nguyễn Văn An", "+84900000001", anDong, "79", "2021-08-15")
		o, secret := x.officer(duty.Team, anDong, false)
		b := x.signedIn(o, secret)
		path := "/admin/arrivals/" + an
		form := x.verifyForm(b, an, url.Values{"state": {"arrived"}, "surveillance": {"none"}, "note": {"<b>đã gặp</b>, ở nhà bà ngoại"}})
		x.pass(store.SignInIdle + time.Minute)
		late := b.post(path, form)
		if to := late.header.Get("Location"); late.status != http.StatusSeeOther || to != "/admin/sign-in?next=%2Fadmin%2Fagain" {
			t.Fatalf("a form without a sign-in: %d to %q", late.status, to)
		}
		b.get(late.header.Get("Location")).wants(t, "the sign-in page", http.StatusOK, "Phiên đăng nhập đã hết", "phần vừa nhập vẫn còn")
		signIn := func(o duty.Officer, secret string) string {
			return b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {secret}, "next": {"/admin/again"}}).header.Get("Location")
		}
		if to := signIn(x.officer(duty.Team, anDong, false)); to != "/admin/again" {
			t.Fatalf("another officer comes to %q", to)
		}
		if got := b.get("/admin/again"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/admin/" {
			t.Fatalf("another officer at the same browser: %d\n%s", got.status, got.body)
		}
		signIn(o, secret)
		again := b.get("/admin/again")
		again.wants(t, "what was kept", http.StatusOK, "Phần Anh/Chị nhập vẫn còn", "Gửi lại", `action="`+path+`"`, "&lt;b&gt;đã gặp", "no:<b>đã gặp")
		if got := b.post(path, form); got.status != http.StatusSeeOther { // the very fields of that page
			t.Fatalf("sent again: %d", got.status)
		}
		b.get(path).wants(t, "the record", http.StatusOK, "Đã về địa phương", "đã gặp", "ở nhà bà ngoại")
		for key := range form {
			again.wants(t, "the field "+key, http.StatusOK, `name="`+key+`"`)
		}
		// A password that came too late is not kept; its page is what one comes back to.
		x.pass(store.SignInIdle + time.Minute)
		if to := b.post("/admin/password", url.Values{"new": {"bí mật"}}).header.Get("Location"); to != "/admin/sign-in?next=%2Fadmin%2Fpassword" {
			t.Errorf("a password without a sign-in leads to %q", to)
		}
	})
}
