package admin

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
)

// pairLink finds the link to compare on a page.
func pairLink(t *testing.T, body string) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/admin/people/compare[^"]+)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no link to compare in\n%s", body)
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// Two records of one woman: seen at a check, compared, made one; and who may not.
func TestCompareAndMerge(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		id := "046155000001"
		one := x.declare(said{name: "Trần Thị Một", birth: "1955-09-02", id: id, phone: "+84900000001", commune: anDong, house: "7 Hải Triều"})
		two := x.declare(said{name: "Một Trần", birth: "1955", id: id, phone: "+84900000002", commune: anDong, at: started.Add(-time.Minute)})
		station, ward, police := x.as(duty.Station, anDong), x.as(duty.Team, huongVan), x.as(duty.Police, "474")
		check := func(b *browser) reply { return b.post("/admin/check", url.Values{"q": {id}}) }
		got := check(station)
		got.wants(t, "a check by the number", 200, "Có thể trùng hồ sơ", "So sánh")
		check(police).wants(t, "police", 200, "Trần Thị Một", "no:So sánh")
		check(ward).wants(t, "a team elsewhere", 200, "Trần Thị Một", "no:So sánh")
		link := pairLink(t, got.body)
		if record := station.get("/admin/declarations/" + one.DeclarationID); pairLink(t, record.body) != link {
			t.Errorf("the record leads elsewhere than the check: %s", link)
		}
		page := station.get(link)
		page.wants(t, "compared", 200, "Có phải cùng một người?", "cùng số giấy tờ", "Trần Thị Một", "Một Trần", "7 Hải Triều", "0900 000 002", "khác</span>")
		q, err := url.ParseQuery(strings.SplitN(link, "?", 2)[1])
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"a": {q.Get("a")}, "b": {q.Get("b")}, "keep": {one.PersonID}, "shown": {two.DeclarationID}}
		for name, b := range map[string]*browser{"a team elsewhere": ward, "police": police, "the district's leader": x.as(duty.Leader, "474")} {
			b.get(link).wants(t, name+" compares", 404, "no:Trần")
			b.post("/admin/people/same", form).wants(t, name+" merges", 404, "no:Trần")
		}
		station.post("/admin/people/same", url.Values{"a": form["a"], "b": form["b"]}).wants(t, "nothing chosen", 400)
		for _, shown := range []string{"https://evil.example/", "../sign-out", ""} {
			wrong := url.Values{"a": {"x"}, "b": {"y"}, "keep": {"x"}, "shown": {shown}}
			station.post("/admin/people/same", wrong).wants(t, "no pair", 404)
		}
		merged := station.post("/admin/people/same", form)
		if at := merged.header.Get("Location"); merged.status != 303 || at != "/admin/declarations/"+two.DeclarationID {
			t.Fatalf("merged: %d to %q", merged.status, at)
		}
		station.get(merged.header.Get("Location")).wants(t, "afterwards", 200, "Trần Thị Một", "Gộp và tách hồ sơ", "1 tờ khai của hồ sơ này, 1 tờ khai từ hồ sơ kia",
			"Lê Thị Cán Bộ", "no:So sánh")
		check(station).wants(t, "checked again", 200, "Trần Thị Một", "no:Một Trần", "no:Có thể là cùng một người")
		station.post("/admin/people/same", form).wants(t, "sent twice", 404)
		if log := x.log.String(); strings.Contains(log, "Trần") || strings.Contains(log, one.PersonID) || !strings.Contains(log, "POST /admin/people/same") {
			t.Error("the log names a person, or not the merge")
		}
	})
}

// "Not the same" is remembered, and a khai hộ says so.
func TestHeldApart(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		one := x.declare(said{name: "Hồ Thị Bốn", birth: "1980", phone: "+84900000001", commune: anDong})
		two := x.declare(said{name: "Hồ Thị Bốn", birth: "1980", phone: "+84900000002", commune: anDong, proxy: true})
		cdc := x.as(duty.CDC, "46")
		record := cdc.get("/admin/declarations/" + one.DeclarationID)
		record.wants(t, "the record", 200, "Người dân tự khai", "Có thể trùng hồ sơ", "no:Gộp và tách")
		form := url.Values{"a": {one.PersonID}, "b": {two.PersonID}, "apart": {"1"}, "shown": {one.DeclarationID}}
		cdc.get(pairLink(t, record.body)).wants(t, "compared", 200, "cùng họ tên, năm sinh và xã, phường", "Khai hộ")
		cdc.post("/admin/people/same", form)
		cdc.get("/admin/declarations/"+one.DeclarationID).wants(t, "afterwards", 200, "một hồ sơ giống hồ sơ này là của người khác", "no:So sánh")
		cdc.get("/admin/declarations/"+two.DeclarationID).wants(t, "the other", 200, "một hồ sơ giống hồ sơ này là của người khác", "Khai hộ", "no:So sánh")
		cdc.post("/admin/check", url.Values{"q": {"0900000001"}}).wants(t, "checked", 200, "Hồ Thị Bốn", "no:Có thể là cùng một người")
	})
}

// Whose phone it is: the person's own first, and who declared for the person is
// said to be that.
func TestPhonesOfSomebodyDeclaredFor(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		x.declare(said{name: "Hồ Văn Năm", birth: "1950", id: "046050000555", phone: "+84900000001", commune: anDong, proxy: true, notify: "+84900000777"})
		station := x.as(duty.Station, "474")
		page := station.post("/admin/check", url.Values{"q": {"046050000555"}})
		page.wants(t, "checked", 200, "Khai hộ, số của người khai hộ đã xác minh", "0900 000 777</a> (chưa xác minh)", "0900 000 001</a> (của người khai hộ)")
		if own, proxy := strings.Index(page.body, "0900 000 777"), strings.Index(page.body, "0900 000 001"); own > proxy {
			t.Error("the phone of who declared comes before the person's own")
		}
	})
}
