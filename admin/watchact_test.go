package admin

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// hidden are the hidden fields of a page's form.
func hidden(body string) url.Values {
	v := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(body, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// act fills in the form of an act as a browser does, with its hidden fields.
func (b *browser) act(path string, filled url.Values) reply {
	b.x.t.Helper()
	form := hidden(b.get(path).body)
	for key, values := range filled {
		form[key] = values
	}
	return b.post(path, form)
}

// sure presses the button of the page that asks.
func (b *browser) sure(path string, page reply) reply {
	b.x.t.Helper()
	if !strings.Contains(page.body, `name="sure"`) {
		b.x.t.Fatalf("%s asks for nothing: %d\n%s", path, page.status, page.body)
	}
	return b.post(path, hidden(page.body))
}

func TestChangesOfAMonitoring(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		station := x.as(duty.Station, anDong)
		path := "/admin/monitoring/" + w.red
		done := func(what string, got reply, act string) {
			t.Helper()
			if at := got.header.Get("Location"); got.status != 303 || at != path+"?done="+act {
				t.Fatalf("%s: %d to %q\n%s", what, got.status, at, got.body)
			}
		}
		done("taken", station.post(path+"/take", nil), "take")
		station.get(path).wants(t, "taken", 200, "Cán bộ nhận việc khẩn", "Lê Thị Cán Bộ đã nhận", "Gọi hỏi: có triệu chứng")
		x.as(duty.CDC, "46").post(path+"/take", nil).wants(t, "taken by another", 409)

		station.act(path+"/call", url.Values{}).wants(t, "no outcome", 422, "Anh/Chị chọn một mục")
		station.act(path+"/call", url.Values{"outcome": {"ill"}}).wants(t, "ill of nothing", 422, "đánh dấu triệu chứng")
		station.act(path+"/call", url.Values{"outcome": {"ill"}, "temperature": {"80"}, "note": {"<b>nói nhảm</b>"}}).wants(t, "no temperature", 422, "Nhiệt độ từ 34 đến 43",
			`value="80"`, "&lt;b&gt;nói nhảm")
		call := hidden(station.get(path + "/call").body)
		call["outcome"], call["note"], call["symptoms"] = []string{"ill"}, []string{"nói được cả câu"}, []string{"cough"}
		done("called", station.post(path+"/call", call), "call")
		done("the same form again", station.post(path+"/call", call), "call")
		page := station.get(path)
		page.wants(t, "called", 200, "Nghe máy, có triệu chứng", "“nói được cả câu”", "Ho")
		if n := strings.Count(page.body, "Gọi điện</strong>"); n != 1 {
			t.Errorf("one call is told %d times", n)
		}

		ask := station.act(path+"/extend", url.Values{"days": {"7"}, "note": {"người ở cùng phòng dương tính"}})
		ask.wants(t, "extend asks", 200, "<td>27/08/2021</td><td><ins>03/09/2021</ins></td>", "Trước", "Sau")
		done("extended", station.sure(path+"/extend", ask), "extend")
		station.get(path).wants(t, "extended", 200, "03/09/2021", "Ngày cuối: <del>27/08/2021</del> → <ins>03/09/2021</ins>")
		station.act(path+"/extend", url.Values{"days": {"0"}, "note": {"x"}}).wants(t, "no days", 422, "Từ 1 đến 60 ngày")
		station.act(path+"/extend", url.Values{"days": {"7"}}).wants(t, "no reason", 422, "Anh/Chị ghi vì sao")

		ask = station.act(path+"/lower", url.Values{"colour": {"yellow"}, "note": {"SpO2 đo lại 98"}})
		done("lowered", station.sure(path+"/lower", ask), "lower")
		station.get(path).wants(t, "lowered", 200, "Mức: <del>Khẩn</del> → <ins>Theo dõi</ins>", "no:Gọi ngay")
		station.act(path+"/lower", url.Values{"colour": {"red"}, "note": {"x"}}).wants(t, "raised", 422, "thấp hơn")

		ask = station.act(path+"/change", url.Values{"kind": {"central"}, "facility": {"KCL Phú Bài"}, "room": {"C3"}, "window": {"afternoon"}})
		ask.wants(t, "change asks", 200, "<td>B12</td><td><ins>C3</ins></td>", "no:Cách ly tập trung</td>")
		done("changed", station.sure(path+"/change", ask), "change")
		station.act(path+"/change", url.Values{"kind": {"central"}, "facility": {"KCL Phú Bài"}, "room": {"C3"}, "window": {"afternoon"}}).wants(t, "nothing changed", 422, "Chưa có gì thay đổi")

		ask = station.act(path+"/test", url.Values{"result": {"positive"}, "taken": {"2021-08-15"}})
		done("tested", station.sure(path+"/test", ask), "test")
		station.get(path).wants(t, "tested", 200, "Dương tính", "người được theo dõi có triệu chứng", "phòng C3")
		station.act(path+"/test", url.Values{"result": {"positive"}, "taken": {"2021-08-20"}}).wants(t, "a test to come", 422, "quá xa")
		done("asked", station.act(path+"/ask", url.Values{"ask": {"location"}}), "ask")

		station.get(path+"/print").wants(t, "printed too early", 404)
		ask = station.act(path+"/close", url.Values{"reason": {"positive"}})
		done("closed", station.sure(path+"/close", ask), "close")
		station.get(path).wants(t, "closed", 200, "Đã kết thúc theo dõi", "cán bộ đã kết thúc", "Giấy xác nhận", "no:Gia hạn</a>")
		station.get(path+"/print").wants(t, "printed", 200, "Giấy xác nhận kết thúc theo dõi", "Nguyễn Thị Đỏ", "046055000101", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Dương tính")
		if got := station.get(path + "/extend"); got.status != 303 {
			t.Errorf("a form of what has ended: %d", got.status)
		}
		station.post(path+"/extend", url.Values{"days": {"7"}, "note": {"x"}, "version": {"9"}}).wants(t, "extended after the end", 409, "đã kết thúc")
		if log := x.log.String(); strings.Contains(log, "nói được") || strings.Contains(log, w.red) {
			t.Error("the log tells of somebody")
		}
	})
}

// The second of two officers sees what the first has changed, and may go on.
func TestTwoOfficersOnOneRecord(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		station, cdc := x.as(duty.Station, anDong), x.as(duty.CDC, "46")
		path := "/admin/monitoring/" + w.well + "/extend"
		first := station.act(path, url.Values{"days": {"7"}, "note": {"một"}})
		second := cdc.act(path, url.Values{"days": {"14"}, "note": {"hai"}})
		station.sure(path, first).wants(t, "the first", 303)
		again := cdc.sure(path, second)
		again.wants(t, "the second", 409, "Có người vừa đổi hồ sơ này", "<td>03/09/2021</td><td><ins>17/09/2021</ins></td>", "Lê Thị Cán Bộ", "“hai”")
		cdc.sure(path, again).wants(t, "the second is sure", 303)
		cdc.get("/admin/monitoring/"+w.well).wants(t, "both", 200, "17/09/2021", "một", "hai")
	})
}

// Who moves is seen on both sides, and opened only where the duty is now.
func TestMoveToAnotherCommune(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		from, to := x.as(duty.Station, anDong), x.as(duty.Station, huongVan)
		path := "/admin/monitoring/" + w.well
		from.act(path+"/move", url.Values{"commune": {"19753"}, "version": {"x"}}).wants(t, "a form of nowhere", 409)
		from.act(path+"/move", url.Values{"commune": {anDong}}).wants(t, "where the person is", 422, "đang ở xã, phường đó rồi")
		from.act(path+"/move", url.Values{"commune": {"46"}}).wants(t, "no commune", 422, "chọn xã, phường")
		to.get(path).wants(t, "before", 404)
		ask := from.act(path+"/move", url.Values{"commune": {huongVan}})
		ask.wants(t, "asks", 200, "Hương Vân")
		if got := from.sure(path+"/move", ask); got.status != 303 {
			t.Fatalf("moved: %d\n%s", got.status, got.body)
		}
		from.get(path).wants(t, "from there it is gone", 404)
		from.get("/admin/monitoring?list=moved_out").wants(t, "moved out", 200, "Trần Văn Khỏe", "đã chuyển đến", "Hương Vân", "no:href=\""+path+"\"")
		to.get("/admin/monitoring?list=moved_in").wants(t, "moved in", 200, "Trần Văn Khỏe", "chuyển từ", "An Đông", "href=\""+path+"\"")
		to.get(path).wants(t, "there it is", 200, "Chuyển địa bàn")
		x.as(duty.CDC, "46").get("/admin/monitoring?list=moved_in").wants(t, "in the province nobody moved", 200, "no:Trần Văn Khỏe")
	})
}

// Several pages about one person are one look-up, so that a day's calls are
// possible under the limits.
func TestACallIsOneLookUp(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		b := x.as(duty.Station, anDong)
		x.step = 100 * time.Millisecond
		for range store.LooksPerMinute + 5 {
			b.get("/admin/monitoring/"+w.red).wants(t, "the page", 200)
			b.get("/admin/monitoring/"+w.red+"/call").wants(t, "the form", 200)
		}
		for i := range store.LooksPerMinute - 1 {
			if got := b.get("/admin/monitoring/" + core.NewID()); got.status != 404 {
				t.Fatalf("look-up %d of nobody: %d", i, got.status)
			}
		}
		b.get("/admin/monitoring/"+w.well).wants(t, "one more person", 429)
		b.get("/admin/monitoring/"+w.red).wants(t, "the person at hand", 200)
	})
}

// Who is over and was not heard of is extended or closed; while another period
// of the same person runs, the old one stays as it ended.
func TestOverdueIsExtendedOrClosed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		x.pass(30 * time.Hour)
		if _, err := x.s.EndMonitoring(t.Context(), x.tick(), 100); err != nil {
			t.Fatal(err)
		}
		station := x.as(duty.Station, anDong)
		station.get("/admin/monitoring?list=overdue").wants(t, "the list", 200, "Hồ Thị Cuối", "quá hạn", "no:Trần Văn Khỏe")
		path := "/admin/monitoring/" + w.ending
		station.get(path).wants(t, "the page", 200, "Gọi rồi kết thúc hoặc gia hạn", "Gia hạn</a>", "no:Hạ mức</a>")
		ask := station.act(path+"/extend", url.Values{"days": {"3"}, "note": {"chưa gặp được"}})
		ask.wants(t, "from today on", 200, "<td>15/08/2021</td><td><ins>19/08/2021</ins></td>")
		station.sure(path+"/extend", ask).wants(t, "extended", 303)
		station.get(path).wants(t, "runs again", 200, "đến 19/08/2021")
		station.get("/admin/monitoring?list=overdue").wants(t, "the list afterwards", 200, "no:Hồ Thị Cuối")
		x.pass(4 * 24 * time.Hour)
		if _, err := x.s.EndMonitoring(t.Context(), x.tick(), 100); err != nil {
			t.Fatal(err)
		}
		station = x.as(duty.Station, anDong)
		ask = station.act(path+"/close", url.Values{"reason": {"moved_away"}})
		station.sure(path+"/close", ask).wants(t, "closed", 303)
		station.get(path).wants(t, "the end", 200, "cán bộ đã kết thúc", "Rời khỏi tỉnh")
		station.get("/admin/monitoring?list=overdue").wants(t, "nobody is overdue", 200, "no:Hồ Thị Cuối")
	})
}
