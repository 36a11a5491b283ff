package admin

import (
	"context"
	"fmt"
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
