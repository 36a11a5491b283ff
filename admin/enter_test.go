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

// journeyOf is a whole journey as an officer types it.
func journeyOf(more ...string) url.Values {
	v := hoa("permanent", "", "current.pick", "", "has_conditions", "yes", "conditions", "diabetes", "symptoms", "none",
		"from", "tổ 3 hòa minh, liên chiểu, đà nẵng", "vehicle", "coach", "vehicle_no", "75B-012.34 ghế 12", "departed_on", "1408", "arrive_on", "hôm nay",
		"destination", "Phú Bài", "passed", "Quảng Nam 12/8", "countries.pick", "none")
	for i := 0; i+1 < len(more); i += 2 {
		if v[more[i]] = []string{more[i+1]}; more[i+1] == "" {
			delete(v, more[i])
		}
	}
	return v
}

func TestEnterAJourney(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.CDC, "46")
		// A name of three places is asked about, beside its field, and all else stays.
		asked := b.enter("journey", journeyOf("from", "hoa minh", "arrive_on", "hôm nay"))
		asked.wants(t, "which Hòa Minh", 422, "Phường Hòa Minh, Quận Liên Chiểu", `name="from.pick"`, `value="hoa minh"`, "ô tô", "no:Còn thiếu")
		saved := b.enter("journey", journeyOf("from", "hoa minh", "from.pick", "20200", "_step", "next", "_carry", "1"))
		at := saved.header.Get("Location")
		if saved.status != http.StatusSeeOther || !strings.HasPrefix(at, "/admin/enter/journey?after=") {
			t.Fatalf("saved: %d to %q\n%s", saved.status, at, saved.body)
		}
		// The next of the queue came by the same coach, and is somebody else.
		next := b.get(at)
		next.wants(t, "the next form", 200, "Đã lưu tờ khai", "hoa minh", "Phú Bài", `value="coach" selected`, "75B-012.34", "no:hoa 0", "no:046160000123", "no:nguyễn thị hoa", "no:Còn thiếu")
		if strings.Contains(at, "Ph") || strings.Contains(at, "046") {
			t.Errorf("an address tells: %s", at)
		}
	})
}

// What is wrong is said beside its field, and nothing that was typed is lost.
func TestEnterSaysWhatIsWrong(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Station, anDong)
		a := b.enter("resident", hoa("full_name", `<script>alert(1)</script> Hoa`, "birth", "31/02/1960", "permanent", "xyz qqq", "exposures", "", "phone", "113"))
		a.wants(t, "a form with faults", 422, "cả họ và tên", "Chưa rõ ngày", "chưa tìm thấy nơi này", "Đây là số tổng đài. Xin nhập số của người khai", "no:của Anh/Chị", "Còn thiếu 1 câu", "Yếu tố dịch tễ",
			"&lt;script&gt;alert(1)&lt;/script&gt; Hoa", `value="xyz qqq"`, `value="046160000123"`, "no:<script>alert")
		// What does not apply is not dropped in silence.
		b.enter("resident", hoa("exposure_last", "12/08/2021")).wants(t, "a day without an exposure", 422, "không áp dụng", `value="12/08/2021"`)
		// Sex and year against the card: asked, not refused.
		clash := hoa("birth", "1961", "sex", "male")
		b.enter("resident", clash).wants(t, "a clash", 422, "sinh năm 1960", "Xin hỏi lại người khai", "Cả hai đều đúng")
		clash.Set("check_birth.pick", "keep")
		clash.Set("check_sex.pick", "keep")
		if got := b.enter("resident", clash); got.status != http.StatusSeeOther {
			t.Errorf("both are right: %d\n%s", got.status, got.body)
		}
	})
}

// A card's QR fills the form, wherever a reader types it; the Ministry's leaves
// the rest in red, and what is missing is said at the check.
func TestEnterFromACard(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		const chip = "046160000123|191234567|Nguyễn Thị Hoa|02091960|Nữ|Tổ 3, An Đông, Thành phố Huế, Thừa Thiên Huế|01052021"
		for _, field := range []string{"_card", "full_name"} {
			b.enter("resident", url.Values{field: {chip}, "_step": {"card"}, "symptoms": {"cough"}}).wants(t, "a chip card in "+field, 200,
				`value="Nguyễn Thị Hoa"`, `value="02/09/1960"`, `value="046160000123"`, "An Đông", `value="cough" checked`, "Còn thiếu")
		}
		b.enter("resident", url.Values{"_card": {"không phải thẻ"}, "_step": {"card"}}).wants(t, "no card", 200, "Đây không phải nội dung mã QR", "không phải thẻ")
		const ministry = "******000123|NGUYEN THI HOA|1960-**-**|0|QID123456|<2"
		checked := b.post("/admin/check", url.Values{"q": {ministry}})
		checked.wants(t, "a check of the Ministry's QR", 200, "Còn thiếu", "NGUYEN THI HOA", "Hộ khẩu", "Giấy tờ", `action="/admin/enter/journey"`)
		filled := b.enter("resident", url.Values{"_card": {ministry}, "_step": {"card"}})
		filled.wants(t, "filled from it", 200, "Nguyen Thi Hoa", `value="1960"`, `value="female" checked`, `class="lacks"`)
		x.as(duty.Police, anDong).post("/admin/check", url.Values{"q": {ministry}}).wants(t, "police", 200, "no:/admin/enter/")
		// The hidden digits alone complete the number, and the record knows both numbers.
		v := hoa("card", ministry, "id_number", "046160", "full_name", "Nguyễn Thị Hoa", "birth", "1960")
		if got := b.enter("resident", v); got.status != http.StatusSeeOther {
			t.Errorf("from the Ministry's QR: %d\n%s", got.status, got.body)
		}
		b.post("/admin/check", url.Values{"q": {"046160000123"}}).wants(t, "found by the number", 200, "Nguyễn Thị Hoa", "no:Còn thiếu")
	})
}

var shownField = regexp.MustCompile(`name="_shown" value="([^"]+)"`)

// Who may be the same is shown before anything is saved; the officer says who.
func TestEnterDuplicates(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Thị Hoa", birth: "1960-09-02", id: "046160000123", phone: "+84900000001", commune: anDong})
		b := x.as(duty.Team, anDong)
		v := hoa()
		asked := b.enter("resident", v)
		asked.wants(t, "a likely duplicate", 200, "Có thể là người đã khai", "Cùng số giấy tờ", "Nguyễn Thị Hoa", "•••• 0123", "nguyễn thị hoa")
		v.Set("_shown", shownField.FindStringSubmatch(asked.body)[1])
		v.Set("_who", an.PersonID)
		saved := b.post("/admin/enter/resident", v)
		if saved.status != http.StatusSeeOther {
			t.Fatalf("the same: %d\n%s", saved.status, saved.body)
		}
		id := regexp.MustCompile(`slip/([0-9a-f-]+)`).FindStringSubmatch(saved.header.Get("Location"))[1]
		b.get("/admin/declarations/"+id).wants(t, "a supplement", 200, "Lần 2", "Lê Thị Cán Bộ")
		// Another officer still has the old version on the screen.
		late := hoa("_shown", v.Get("_shown"), "_who", an.PersonID)
		b.enter("resident", late).wants(t, "the second officer", 409, "Người khác vừa lưu", "nguyễn thị hoa")
		// Somebody else of that name.
		twin := hoa("id_number", "046160000999")
		twin.Set("birth", "1960")
		asked = b.enter("resident", twin)
		if asked.status == http.StatusOK {
			twin["_shown"] = []string{shownField.FindStringSubmatch(asked.body)[1]}
			twin.Set("_who", "other")
			asked = b.post("/admin/enter/resident", twin)
		}
		if asked.status != http.StatusSeeOther {
			t.Errorf("another person: %d\n%s", asked.status, asked.body)
		}
	})
}

// An update is a new version, shown before and after; of two, the later is told.
func TestEnterUpdate(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000124", phone: "+84900000001", commune: anDong, house: "7 Hải Triều", conditions: []string{"diabetes"}})
		path := "/admin/enter/resident/of/" + an.DeclarationID
		x.as(duty.Team, huongVan).get(path).wants(t, "another commune", 404)
		b := x.as(duty.Team, anDong)
		b.get("/admin/declarations/"+an.DeclarationID).wants(t, "the record", 200, path)
		form := b.get(path)
		form.wants(t, "the form", 200, "Cập nhật", `value="Nguyễn Văn An"`, `value="1955"`, `value="046055000124"`, "7 Hải Triều", "Giữ như lần khai trước", "no:Tiểu đường\" checked")
		v := url.Values{"_of": {an.DeclarationID}, "_step": {"save"}, "exposures": {"none"}, "symptoms": {"cough"}}
		for _, name := range []string{"_once", "_seen", "full_name", "birth", "id_number", "permanent", "current"} {
			m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(form.body)
			if m == nil {
				m = regexp.MustCompile(`name="` + name + `" (?:id="[^"]*" )?value="([^"]*)"`).FindStringSubmatch(form.body)
			}
			if m != nil && m[1] != "" {
				v.Set(name, m[1])
			}
		}
		v.Set("sex", "male")
		v.Set("workplace", "bến xe An Cựu")
		sure := b.post("/admin/enter/resident", v)
		sure.wants(t, "before and after", 200, "Trước và sau", "bến xe An Cựu", "chợ Đông Ba", "Ho")
		v.Set("_sure", regexp.MustCompile(`name="_sure" value="([^"]+)"`).FindStringSubmatch(sure.body)[1])
		saved := b.post("/admin/enter/resident", v)
		if saved.status != http.StatusSeeOther {
			t.Fatalf("update: %d\n%s", saved.status, saved.body)
		}
		x.as(duty.CDC, "46").get("/admin/declarations/"+regexp.MustCompile(`slip/([0-9a-f-]+)`).FindStringSubmatch(saved.header.Get("Location"))[1]).
			wants(t, "what the team may not see stayed", 200, "Tiểu đường", "Lần 2")
		v.Set("_once", "00000000-0000-7000-8000-000000000001")
		v.Set("workplace", "nghỉ hưu")
		b.post("/admin/enter/resident", v).wants(t, "before and after again", 200, "nghỉ hưu")
	})
}

// A sign-in that ends while a form is being typed loses nothing of it, and
// nobody else who signs in at that computer gets it.
func TestEnterOutlivesASignIn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, pw := x.officer(duty.Team, anDong, false)
		b := x.signedIn(o, pw)
		v := hoa("_by", o.ID)
		v.Set("_once", onceField.FindStringSubmatch(b.get("/admin/enter/resident").body)[1])
		x.pass(31 * 60 * 1e9)
		gone := b.post("/admin/enter/resident", v)
		to := gone.header.Get("Location")
		if gone.status != http.StatusSeeOther || to != "/admin/sign-in?next=%2Fadmin%2Fenter%2Fresident" || strings.Contains(strings.Join(gone.header["Set-Cookie"], ""), "046160000123") {
			t.Fatalf("signed out: %d to %q, %v", gone.status, to, gone.header["Set-Cookie"])
		}
		other, otherPW := x.officer(duty.Team, anDong, false)
		in := b.post("/admin/sign-in", url.Values{"name": {other.SignIn}, "password": {otherPW}, "next": {"/admin/enter/resident"}})
		b.get(in.header.Get("Location")).wants(t, "another officer", 200, "no:nguyễn thị hoa")
		in = b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {pw}, "next": {"/admin/enter/resident"}})
		if in.header.Get("Location") != "/admin/enter/resident" {
			t.Errorf("after the sign-in: %q", in.header.Get("Location"))
		}
		b.get("/admin/enter/resident").wants(t, "the form again", 200, "Đây là những gì Anh/Chị đã gõ", "nguyễn thị hoa", `value="046160000123"`, `value="fever" checked`, `value="same" checked`, v.Get("_once"))
		if saved := b.post("/admin/enter/resident", v); saved.status != http.StatusSeeOther {
			t.Errorf("saved after all: %d", saved.status)
		}
		b.get("/admin/enter/resident").wants(t, "the next form", 200, "no:nguyễn thị hoa")
	})
}

// The same key with other answers: somebody went back and typed the next person
// over the last one.
func TestEnterGoneBack(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		v := hoa()
		if saved := b.enter("resident", v); saved.status != http.StatusSeeOther {
			t.Fatal(saved.body)
		}
		lan := hoa("_once", v.Get("_once"), "full_name", "trần thị lan", "birth", "1970", "id_number", "046170000555")
		a := b.post("/admin/enter/resident", lan)
		a.wants(t, "typed over", 409, "đã lưu trước đó với nội dung khác", "trần thị lan")
		lan.Set("_once", onceField.FindStringSubmatch(a.body)[1])
		if saved := b.post("/admin/enter/resident", lan); saved.status != http.StatusSeeOther {
			t.Errorf("the next person: %d\n%s", saved.status, saved.body)
		}
	})
}

// While the database is away, what was typed is given back.
func TestEnterWhileTheDatabaseIsAway(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, pw := x.officer(duty.Team, anDong, false)
		b := x.signedIn(o, pw)
		v := hoa("_by", o.ID, "_once", "00000000-0000-7000-8000-000000000001")
		x.s.Close()
		away := b.post("/admin/enter/resident", v)
		away.wants(t, "away", 503, "Những gì đã gõ vẫn còn", `href="/admin/enter/resident"`)
		if kept := strings.Join(away.header["Set-Cookie"], " "); !strings.Contains(kept, "entry0=") || strings.Contains(kept, "046160") || away.header.Get("Retry-After") == "" {
			t.Errorf("kept: %v", kept)
		}
	})
}

// Somebody of another commune is entered, and said to be outside.
func TestEnterElsewhere(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.as(duty.Team, anDong)
		saved := b.enter("resident", hoa("permanent", "tổ 2 hương vân hương trà"))
		slip := saved.header.Get("Location")
		if saved.status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", saved.status, saved.body)
		}
		b.get(slip).wants(t, "the slip", 200, "ngoài địa bàn của Anh/Chị", "Hương Vân", "no:Xem tờ khai")
		b.get("/admin/declarations/"+strings.TrimSuffix(strings.TrimPrefix(slip, "/admin/enter/slip/"), "?new=1")).wants(t, "the record", 404)
		x.as(duty.Team, huongVan).get("/admin/declarations").wants(t, "their list", 200, "Nguyễn Thị Hoa")
		x.as(duty.Team, anDong).get(slip).wants(t, "somebody else's slip", 404)
	})
}
