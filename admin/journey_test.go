package admin

import (
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
)

// mai is a woman who declared as a resident, and later her journey back.
func mai(at time.Time) (resident, journey said) {
	resident = said{name: "Trần Thị Mai", birth: "1988-03-12", id: "046188001234", phone: "+84900222333", commune: anDong, house: "12 Nguyễn Huệ",
		symptoms: []string{"cough"}, at: at.Add(-48 * time.Hour)}
	journey = resident
	journey.form, journey.at, journey.symptoms = "journey", at.Add(-12*time.Minute), nil
	journey.facts = map[string]any{"from": "LA", "vehicle": "plane", "departed_on": "2021-08-14", "arrive_on": "2021-08-16", "doses": "2",
		"countries": []string{"LA", "TH"}, "passed": []map[string]any{{"area": "48", "days": []string{"2021-08-10", "2021-08-11"}}, {"area": "KH", "days": []string{}}}}
	journey.private = map[string]any{"vehicle_no": "VN1543", "seat": "12A", "from_typed": "Viêng Chăn, Lào", "passed_typed": []string{"da nang", "campuchia"}}
	return resident, journey
}

// A check shows the last resident and the last journey declaration as two
// groups, and draws its conclusion from the newer.
func TestCheckShowsTheJourney(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		resident, journey := mai(started)
		x.declare(resident)
		x.declare(journey)
		page := x.as(duty.Police, "46").check(resident.id, nil)
		page.wants(t, "a check at a road", 200, "Khai báo chuyến đi", "Không có triệu chứng", "Máy bay", "14/08/2021", "16/08/2021", "Thành phố Đà Nẵng (10/08/2021, 11/08/2021)", "Campuchia",
			"Lào, Thái Lan", "Hai mũi", "no:VN1543", "no:12A", "no:da nang")
		groups := page.body[strings.Index(page.body, "Khai báo y tế gần nhất"):]
		at := strings.Index(groups, "Khai báo về tỉnh gần nhất")
		if at < 0 || !strings.Contains(groups[:at], "Ho") || strings.Contains(groups[:at], "Máy bay") || !strings.Contains(groups[at:], "Máy bay") {
			t.Errorf("the two groups are\n%s", groups)
		}
	})
}

// Who has declared a journey only has declared.
func TestJourneyAloneIsADeclaration(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		_, journey := mai(started)
		stored := x.declare(journey)
		x.as(duty.Team, anDong).check(stored.Number, nil).wants(t, "a check", 200, "Đã khai báo", "no:Chưa khai báo", "VN1543")

		cdc := x.as(duty.CDC, "474")
		cdc.get("/admin/declarations").wants(t, "the list", 200, "Trần Thị Mai", "Khai báo chuyến đi")
		page := cdc.get("/admin/declarations/" + stored.DeclarationID)
		page.wants(t, "the declaration", 200, "Khai báo chuyến đi, khai ngày", "Nơi đi</dt><dd>Lào", "Phương tiện</dt><dd>Máy bay", "Số hiệu</dt><dd>VN1543", "Số ghế</dt><dd>12A",
			"Ngày đi</dt><dd>14/08/2021", "Ngày đến</dt><dd>16/08/2021", "Nơi đã qua</dt><dd>Thành phố Đà Nẵng (10/08/2021, 11/08/2021), Campuchia", "Nước đã đến</dt><dd>Lào, Thái Lan",
			"Tiêm vắc xin</dt><dd>Hai mũi", "Nơi đi như đã gõ</dt><dd>Viêng Chăn, Lào", "no:journey.", "no:admin.answer")
		if strings.Index(page.body, "Nơi đi</dt>") > strings.Index(page.body, "như đã gõ") {
			t.Error("what was typed comes before the journey")
		}
		later := journey
		later.at, later.facts = started, map[string]any{"from": "48", "vehicle": "train", "departed_on": "2021-08-14", "arrive_on": "2021-08-17"}
		page = cdc.get("/admin/declarations/" + x.declare(later).DeclarationID)
		page.wants(t, "its history", 200, "Phương tiện: <del>Máy bay</del> → <ins>Tàu hỏa</ins>", "Nơi đi: <del>Lào</del> → <ins>Thành phố Đà Nẵng</ins>", "Ngày đến: <del>16/08/2021</del> → <ins>17/08/2021</ins>")
	})
}
