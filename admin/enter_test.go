package admin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khaibao/core/duty"
)

// hoa is a whole resident declaration as an officer types it from paper.
func hoa(more ...string) url.Values {
	v := url.Values{"full_name": {"nguyễn thị hoa"}, "birth": {"02091960"}, "id_number": {"046160000123"},
		"permanent": {"tổ 3 an đông huế"}, "current.pick": {"same"}, "exposures": {"none"}, "symptoms": {"fever"}, "has_conditions": {"no"}, "_step": {"save"}}
	for i := 0; i+1 < len(more); i += 2 {
		if v[more[i]] = []string{more[i+1]}; more[i+1] == "" {
			delete(v, more[i])
		}
	}
	return v
}

var onceField = regexp.MustCompile(`name="_once" value="([^"]+)"`)

// enter opens the form and sends it as a browser does.
func (b *browser) enter(form string, v url.Values) reply {
	b.x.t.Helper()
	if m := onceField.FindStringSubmatch(b.get("/admin/enter/" + form).body); m != nil && v.Get("_once") == "" {
		v.Set("_once", m[1])
	}
	return b.post("/admin/enter/"+form, v)
}

func TestEnterAResident(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		b.get("/admin/enter/resident").wants(t, "the empty form", 200, "Nhập tờ khai", `name="full_name"`, "no:Còn thiếu")
		v := hoa("phone", "0900000123")
		saved := b.enter("resident", v)
		slip := saved.header.Get("Location")
		if saved.status != http.StatusSeeOther || !strings.HasPrefix(slip, "/admin/enter/slip/") {
			t.Fatalf("saved: %d to %q\n%s", saved.status, slip, saved.body)
		}
		b.get(slip).wants(t, "the slip", 200, "Đã lưu", "N.T. Hoa", "data:image/png", "19001075", "no:Nguyễn Thị Hoa", "no:046160000123", "no:1960")
		again := b.post("/admin/enter/resident", v)
		if again.status != http.StatusSeeOther || again.header.Get("Location") != slip {
			t.Errorf("sent twice: %d to %q", again.status, again.header.Get("Location"))
		}
		list := b.get("/admin/declarations")
		if n := strings.Count(list.body, "/admin/declarations/"); n != 1 || !strings.Contains(list.body, "Nguyễn Thị Hoa") || !strings.Contains(list.body, "Cán bộ nhập") {
			t.Errorf("%d declarations on the list\n%s", n, list.body)
		}
	})
}
