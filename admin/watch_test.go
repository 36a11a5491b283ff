package admin

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// monitor opens a monitoring of somebody who has declared.
func (x *site) monitor(at time.Time, m core.Monitoring) string {
	x.t.Helper()
	var opened core.OpenedMonitoring
	x.take(at, "telegram:"+core.URN(core.NewID()), func(ctx context.Context, tx *store.Tx, _ *core.Address) (err error) {
		opened, err = tx.OpenMonitoring(ctx, m)
		return err
	})
	if opened.ID == "" {
		x.t.Fatal("no monitoring was opened")
	}
	return opened.ID
}

// take does something as the dispatcher does, in a turn of an address.
func (x *site) take(at time.Time, from core.URN, do func(ctx context.Context, tx *store.Tx, at *core.Address) error) {
	x.t.Helper()
	turn := func(ctx context.Context, tx *store.Tx, address *core.Address, _ core.Inbound, _ string) error {
		return do(ctx, tx, address)
	}
	m := core.Inbound{Channel: "telegram", ExternalID: core.NewID(), URN: from, Text: "x", At: at}
	if err := x.s.Take(x.t.Context(), at, []core.Inbound{m}, turn); err != nil {
		x.t.Fatal(err)
	}
}

// answers keeps an answer of a monitored person.
func (x *site) answers(at time.Time, id string, c core.Checkup) {
	x.t.Helper()
	c.MonitoringID, c.At, c.Day, c.MessageID = id, at, core.DayOf(at), core.NewID()
	x.take(at, "telegram:"+core.URN(core.NewID()), func(ctx context.Context, tx *store.Tx, _ *core.Address) error {
		_, err := tx.KeepCheckup(ctx, c)
		return err
	})
}

// atHome is a quarantine at home that began two days ago.
func atHome(person, commune string) core.Monitoring {
	today := core.DayOf(started)
	return core.Monitoring{PersonID: person, Kind: core.KindHome, Commune: commune, District: area.District(commune), Province: area.Province(commune),
		Base: today.Add(-2), Days: 14, Rules: "2021-08+1", Window: core.WindowMorning, Origin: core.OpenedByOfficer}
}

// ward is five monitored people: red, well, never asked, ill in another
// district, and one whose last day is today.
type ward struct{ red, well, quiet, elsewhere, ending string }

func (x *site) ward() (w ward) {
	x.t.Helper()
	open := func(i int, name, commune string, change func(*core.Monitoring)) string {
		stored := x.declare(said{name: name, birth: "1955-09-02", id: fmt.Sprintf("04605500010%d", i), phone: fmt.Sprintf("+8490000020%d", i), commune: commune})
		m := atHome(stored.PersonID, commune)
		if change != nil {
			change(&m)
		}
		return x.monitor(started.Add(-2*time.Hour), m)
	}
	w.red = open(1, "Nguyễn Thị Đỏ", anDong, func(m *core.Monitoring) {
		m.Kind, m.Facility, m.Room = core.KindCentral, "KCL Phú Bài", "B12"
	})
	w.well = open(2, "Trần Văn Khỏe", anDong, nil)
	w.quiet = open(3, "Lê Thị Lặng", anDong, nil)
	w.elsewhere = open(4, "Phan Văn Xa", huongVan, nil)
	w.ending = open(5, "Hồ Thị Cuối", anDong, func(m *core.Monitoring) { m.Base, m.Days = core.DayOf(started).Add(-14), 14 })
	x.answers(started.Add(-20*time.Minute), w.red, core.Checkup{Symptoms: []string{"short_of_breath", "fever"}, SpO2: 92, Colour: core.ColourRed})
	x.answers(started.Add(-30*time.Minute), w.well, core.Checkup{Well: true, Colour: core.ColourGreen})
	x.answers(started.Add(-40*time.Minute), w.elsewhere, core.Checkup{Symptoms: []string{"cough"}, Temperature: 37.8, Colour: core.ColourOrange})
	return w
}

func TestListsOfTheMonitored(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		cdc, station := x.as(duty.CDC, "46"), x.as(duty.Station, anDong)
		cdc.get("/admin/monitoring").wants(t, "all of the province", 200, "Nguyễn Thị Đỏ", "Trần Văn Khỏe", "Phan Văn Xa", "Khó thở", "Khẩn", "■", "Cách ly tập trung",
			"KCL Phú Bài, phòng B12", "Chờ cán bộ từ", "20 phút trước", "chưa lần nào", "hết hạn hôm nay", `href="/admin/monitoring/`+w.red+`"`, "Khẩn <b>1</b>", "Có triệu chứng <b>2</b>", "Tất cả <b>5</b>")
		station.get("/admin/monitoring").wants(t, "a ward", 200, "Nguyễn Thị Đỏ", "no:Phan Văn Xa", "Tất cả <b>4</b>")
		for list, want := range map[string][]string{
			"red":         {"Nguyễn Thị Đỏ", "no:Trần Văn Khỏe", "no:Phan Văn Xa"},
			"symptomatic": {"Nguyễn Thị Đỏ", "Phan Văn Xa", "no:Trần Văn Khỏe"},
			"ending":      {"Hồ Thị Cuối", "no:Nguyễn Thị Đỏ"},
			"overdue":     {"Không có ai trong danh sách này"},
			"moved_in":    {"Không có ai trong danh sách này"},
			"nonsense":    {"Nguyễn Thị Đỏ", "Hồ Thị Cuối"},
		} {
			cdc.get("/admin/monitoring?list="+list).wants(t, list, 200, want...)
		}
		cdc.get("/admin/monitoring?area=480").wants(t, "a district", 200, "Phan Văn Xa", "no:Nguyễn Thị Đỏ", `<option value="480" selected>`)
		for _, b := range []*browser{cdc, station} {
			b.get("/admin/monitoring?area=48").wants(t, "an area outside", 404, "no:Nguyễn Thị Đỏ")
			b.get("/admin/monitoring?area=%00").wants(t, "no area", 404)
			b.get("/admin/monitoring?after=%00.x").wants(t, "no place to go on from", 200)
		}
	})
}

func TestOneMonitoredPerson(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		station := x.as(duty.Station, anDong)
		station.get("/admin/monitoring/"+w.red).wants(t, "the red one", 200, "Nguyễn Thị Đỏ", "Gọi ngay: có dấu hiệu nặng, chưa ai nhận", "0900 000 201", "Khó thở", "SpO2 92 %",
			"046055000101", "ngày 1/13", "Từng ngày", "Khai báo y tế", "Mở theo dõi", "Tính từ 13/08/2021: 14 ngày", "quy định 2021-08&#43;1")
		station.get("/admin/monitoring/"+w.well).wants(t, "the well one", 200, "Chưa cần làm gì", "Khỏe, không triệu chứng", "no:Xác định F0–F3")
		station.get("/admin/monitoring/"+w.ending).wants(t, "the last day", 200, "Hôm nay là ngày cuối")
		absent := station.get("/admin/monitoring/" + core.NewID())
		for name, id := range map[string]string{"another district": w.elsewhere, "nonsense": "%00", "not there": core.NewID()} {
			got := station.get("/admin/monitoring/" + id)
			if got.status != 404 || words404(got.body) != words404(absent.body) {
				t.Errorf("%s: %d", name, got.status)
			}
		}
		if log := x.log.String(); strings.Contains(log, "Đỏ") || strings.Contains(log, w.red) {
			t.Error("the log names somebody")
		}
	})
}

// One person from the page of a declaration, and a busload from a pasted list,
// with a result for each line.
func TestOpenMonitoring(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		var people []store.Stored
		for i, name := range []string{"Nguyễn Văn An", "Lê Thị Bé", "Trần Thị Cúc", "Hồ Đắc Dũng"} {
			commune := []string{anDong, anDong, anDong, huongVan}[i]
			people = append(people, x.declare(said{name: name, birth: "1980", id: fmt.Sprintf("04608000020%d", i), phone: fmt.Sprintf("+8490000030%d", i), commune: commune}))
		}
		x.declare(said{name: "Nguyễn Văn Anh", birth: "2010", phone: "+84900000300", commune: anDong}) // of An's phone
		station, team := x.as(duty.Station, anDong), x.as(duty.Team, anDong)
		station.get("/admin/declarations/"+people[0].DeclarationID).wants(t, "the declaration", 200, "/admin/monitoring/open?person="+people[0].PersonID)
		team.get("/admin/declarations/"+people[0].DeclarationID).wants(t, "a team", 200, "no:/admin/monitoring/open")
		one := "/admin/monitoring/open?person=" + people[0].PersonID
		station.get("/admin/monitoring/open?person="+people[3].PersonID).wants(t, "from another ward", 404, "no:Hồ Đắc Dũng")
		form := hidden(station.get(one).body)
		wish := url.Values{"kind": {"central"}, "window": {"morning"}, "base": {"2021-08-13"}, "days": {"14"}, "facility": {"KCL Phú Bài"}, "room": {"A1"}}
		for key, values := range form {
			wish[key] = values
		}
		page := station.post("/admin/monitoring/open", wish)
		page.wants(t, "one, asked", 200, "Mở theo dõi cho 1 người?", "Nguyễn Văn An", "KCL Phú Bài, phòng A1", "tính từ 13/08/2021, 14 ngày")
		done := station.post("/admin/monitoring/open", hidden(page.body))
		if at := done.header.Get("Location"); done.status != 303 || !strings.HasPrefix(at, "/admin/monitoring/") {
			t.Fatalf("one: %d to %q", done.status, at)
		}
		station.get(done.header.Get("Location")).wants(t, "opened", 200, "Đã mở theo dõi", "KCL Phú Bài, phòng A1", "27/08/2021")
		station.get("/admin/declarations/"+people[0].DeclarationID).wants(t, "the declaration afterwards", 200, "Người được theo dõi", "no:/admin/monitoring/open")
		if got := station.get(one); got.status != 303 {
			t.Errorf("opened twice: %d", got.status)
		}

		list := url.Values{"how": {"list"}, "kind": {"home"}, "window": {"afternoon"}, "base": {"2021-08-14"}, "days": {"14"},
			"list": {strings.Join([]string{people[1].Number, "046080000202", " 0900 000 302 ", "0900 000 300", "046080000200", "0900 000 303", "xin chào", ""}, "\n")}}
		page = station.post("/admin/monitoring/open", list)
		page.wants(t, "a list, asked", 200, "Mở theo dõi cho 2 người?", "Lê Thị Bé", "Trần Thị Cúc", "Đã có ở dòng trên", "Có nhiều người", "Đang được theo dõi rồi", "Không tìm thấy trong địa bàn", "Chưa đọc được", "no:Hồ Đắc Dũng")
		station.post("/admin/monitoring/open", hidden(page.body)).wants(t, "a list, opened", 200, "Đã mở theo dõi cho 2 người")
		station.get("/admin/monitoring").wants(t, "all of them", 200, "Lê Thị Bé", "Trần Thị Cúc", "Tất cả <b>3</b>")
		station.post("/admin/monitoring/open", list).wants(t, "nobody is left", 422, "Chưa có ai để mở")

		ward := url.Values{"how": {"area"}, "commune": {anDong}, "kind": {"lockdown"}, "window": {"morning"}, "base": {"2021-08-15"}, "days": {"7"}}
		page = station.post("/admin/monitoring/open", ward)
		page.wants(t, "a ward, asked", 200, "Mở theo dõi cho 1 người?", "1 người ở đây chưa được theo dõi", "Nguyễn Văn Anh", "no:Lê Thị Bé")
		station.post("/admin/monitoring/open", hidden(page.body)).wants(t, "a ward, opened", 200, "Đã mở theo dõi cho 1 người")
		ward.Set("commune", huongVan)
		station.post("/admin/monitoring/open", ward).wants(t, "another ward", 404, "no:Hồ Đắc Dũng")
		for field, value := range map[string]string{"days": "0", "base": "31/02/2021", "kind": "prison", "window": ""} {
			wrong := maps.Clone(ward)
			wrong.Set("commune", anDong)
			wrong.Set(field, value)
			station.post("/admin/monitoring/open", wrong).wants(t, field, 422, `id="wrong-`+field)
		}
	})
}

// Reds that nobody took stand on top of the first page, by name only for who
// watches there; a leader sees how many.
func TestRedsOnTheFirstPage(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		w := x.ward()
		station, leader := x.as(duty.Station, anDong), x.as(duty.Leader, "46")
		station.get("/admin/").wants(t, "the ward", 200, "1 người có dấu hiệu nặng chưa ai nhận", "Nguyễn Thị Đỏ", "Khó thở", "20 phút trước", `data-clock="2021-08-15T10:00:`, "/admin/monitoring/"+w.red+"/take")
		leader.get("/admin/").wants(t, "a leader", 200, "1 người có dấu hiệu nặng", "no:Nguyễn", "no:Khó thở")
		x.as(duty.Station, huongVan).get("/admin/").wants(t, "another ward", 200, "no:dấu hiệu nặng")
		for _, d := range []duty.Duty{duty.Police, duty.Admin} {
			x.as(d, "46").get("/admin/").wants(t, string(d), 200, "no:dấu hiệu nặng")
		}
		station.post("/admin/monitoring/"+w.red+"/take", nil).wants(t, "taken", 303)
		leader.get("/admin/").wants(t, "after it was taken", 200, "no:dấu hiệu nặng")
	})
}

// What happened is told in words: the task that somebody took and the address
// that answers are IDs, which tell an officer nothing.
func TestHappeningNamesNoID(t *testing.T) {
	r := &request{}
	if got := r.Changed(store.Happening{After: map[string]any{"address": core.NewID(), "task": core.NewID()}, Before: map[string]any{"monitoring": core.NewID()}}); len(got) != 0 {
		t.Errorf("it shows %v", got)
	}
}
