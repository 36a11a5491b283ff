package admin

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/sheet"
	"khaibao/core/store/storetest"
)

// manyFigures is a site with days behind it: declarations of two districts, two
// journeys, and a ward that is watched.
func manyFigures(x *site) {
	crowd(x)
	resident, journey := mai(started.Add(-4 * time.Hour))
	x.declare(resident)
	x.declare(journey)
	x.ward()
}

// What a chairman asks of the day stands first; below it the districts, each one
// press from its communes; the lists behind are those that the duty may open.
func TestFiguresOfTheDay(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		manyFigures(x)
		leader := x.as(duty.Leader, "46")
		page := leader.get("/admin/figures")
		page.wants(t, "the chairman's day", http.StatusOK, "Thống kê Tỉnh Thừa Thiên Huế", "Khai báo hôm nay", "Người về chưa xác minh", "Đang theo dõi", "Im lặng hoặc chưa liên lạc được", "Đã trả lời câu hỏi hôm nay",
			"<svg", "Thị xã Hương Trà", "/admin/figures?area=480", "no:Nguyễn Văn An", "no:style=")
		page.wants(t, "figures of declarations lead to masked lists", http.StatusOK, "/admin/declarations?")
		leader.get("/admin/figures?kind=people&by=colour&period=30").wants(t, "no masked list by colour", http.StatusOK, "Màu", "no:f.colour=green&amp;")
		leader.get("/admin/figures?kind=declarations&period=30&by=stage").wants(t, "of what a masked list shows", http.StatusOK, "Khai mới", "f.stage=new")
		leader.get("/admin/figures?kind=arrivals&period=all&by=origin").wants(t, "arrivals by origin", http.StatusOK, "Lào", "Người về")
		leader.get("/admin/figures?kind=prompts&period=7").wants(t, "daily questions", http.StatusOK, "Được hỏi", "Không trả lời")
		leader.get("/admin/figures?kind=monitorings&period=all&by=watch&by=state").wants(t, "monitorings", http.StatusOK, "Đang theo dõi")
		leader.get("/admin/figures?kind=declarations&from=2021-08-20&to=2021-08-01").wants(t, "days in the wrong order", http.StatusUnprocessableEntity, `role="alert"`)
		leader.get("/admin/figures?kind=x&period=y&by=z&f.form=%27").wants(t, "words that are none", http.StatusNotFound)
		leader.get("/admin/figures?kind=x&period=y&by=z").wants(t, "a kind that is none", http.StatusOK)
	})
}

// A leader of a district sees exactly it: what lies outside answers as if it
// were not there.
func TestFiguresStayInsideTheArea(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		manyFigures(x)
		leader := x.as(duty.Leader, "474")
		leader.get("/admin/figures").wants(t, "the own district", http.StatusOK, "Thống kê Thành phố Huế", "Phường An Đông", "no:Hương Trà", "no:Tỉnh Thừa Thiên Huế</a>")
		leader.get("/admin/figures?area="+anDong).wants(t, "a ward of it", http.StatusOK, "Phường An Đông")
		for _, code := range []string{"46", "480", huongVan, "01", "xyz", "474'"} {
			leader.get("/admin/figures?area="+code).wants(t, "the area "+code, http.StatusNotFound, "no:Tổng")
		}
		x.as(duty.Police, "46").get("/admin/figures").wants(t, "who sees no figures", http.StatusNotFound)
		x.as(duty.Centre, "46").get("/admin/figures?area=480").wants(t, "the centre", http.StatusOK, "Thị xã Hương Trà")
	})
}

// Every figure of a table that leads to a list leads to as many as it says.
func TestFiguresLeadToWhatTheyCount(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	manyFigures(x)
	cdc := x.as(duty.CDC, "46")
	cell := regexp.MustCompile(`<td class="n"><a href="(/admin/declarations\?[^"]*)">([0-9.]+)</a>`)
	followed := 0
	for _, by := range []string{"kind=declarations&by=form&by=stage", "kind=declarations&by=channel&by=origin", "kind=people&by=colour", "kind=people&by=class&by=measure", "kind=declarations&by=newest"} {
		page := cdc.get("/admin/figures?period=30&" + by)
		page.wants(t, by, http.StatusOK, "<table")
		for _, m := range cell.FindAllStringSubmatch(page.body, -1) {
			list := cdc.get(html.UnescapeString(m[1]))
			list.wants(t, m[1], http.StatusOK)
			if rows := strings.Count(list.body, `<td class="who">`); m[2] != thousands(rows) {
				t.Errorf("%s: %s leads to %d rows: %s", by, m[2], rows, m[1])
			}
			followed++
		}
	}
	arrivals := cdc.get("/admin/figures?kind=arrivals&period=all&by=verification")
	if m := regexp.MustCompile(`<a href="(/admin/arrivals\?[^"]*)">1</a>`).FindStringSubmatch(arrivals.body); m == nil {
		t.Error("the arrival leads nowhere")
	} else {
		cdc.get(html.UnescapeString(m[1])).wants(t, m[1], http.StatusOK, "Trần Thị Mai")
	}
	if followed < 20 {
		t.Errorf("only %d figures were followed", followed)
	}
}

// The table as a file holds every row with numbers as numbers, and says what it
// counts; another area's is not there.
func TestFiguresAsAFile(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	manyFigures(x)
	leader := x.as(duty.Leader, "474")
	got := leader.get("/admin/figures/file?kind=people&period=30&by=channel&f.form=resident")
	got.wants(t, "the file", http.StatusOK)
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, "thong-ke-474-2021-08-15.xlsx") {
		t.Errorf("it is called %s", name)
	}
	table, err := sheet.Read(strings.NewReader(got.body), int64(len(got.body)), sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, row := range table.Rows {
		for _, c := range row {
			said.WriteString(c.Text + "|")
		}
	}
	for _, want := range []string{"Phường An Đông|", "Tổng|"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the file says %q, not %q", said.String(), want)
		}
	}
	leader.get("/admin/figures/file?area=480").wants(t, "another district's", http.StatusNotFound)
	leader.get("/admin/figures/file?from=x").wants(t, "no day", http.StatusUnprocessableEntity)
}
