package flows

import (
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/sheet"
)

// Words ends the name under which Typed holds the words for a choice where its
// field would send codes, as a cell of a list does: "Sốt, ho".
const Words = ".words"

// Parts of an address that lists hold in cells of their own, the finest first.
var addressParts = []string{"house", "sub", "commune", "district", "province"}

// SheetColumns are the columns of an Excel list of declarations of residents, by
// the question that they answer or the part of an address that they hold, and
// what people call them.
func SheetColumns() []sheet.Column {
	return []sheet.Column{
		{Key: "full_name", Must: true, Names: []string{"Họ và tên", "Họ tên", "Họ và tên người khai", "Tên", "Full name", "Name"}},
		{Key: "birth", Must: true, Names: []string{"Ngày sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Năm sinh", "Date of birth", "Year of birth", "Birth"}},
		{Key: "sex", Must: true, Names: []string{"Giới tính", "Phái", "Nam/Nữ", "Sex", "Gender"}},
		{Key: "id_number", Names: []string{"Số giấy tờ", "Giấy tờ", "CCCD", "Số CCCD", "CCCD/CMND", "CMND/CCCD", "Số CCCD/CMND", "Số CMND/CCCD", "CMND", "Số CMND", "Căn cước công dân", "Hộ chiếu", "ID number", "ID"}},
		{Key: "nationality", Names: []string{"Quốc tịch", "Nationality"}},
		{Key: "phone", Names: []string{"Điện thoại", "Số điện thoại", "SĐT", "Di động", "Phone", "Telephone"}},
		{Key: "permanent", Names: []string{"Hộ khẩu", "Hộ khẩu thường trú", "Nơi thường trú", "Địa chỉ thường trú", "Thường trú", "Permanent address"}},
		{Key: "current", Names: []string{"Nơi ở", "Nơi ở hiện nay", "Chỗ ở hiện nay", "Nơi ở hiện tại", "Địa chỉ", "Địa chỉ hiện nay", "Tạm trú", "Current address", "Address"}},
		{Key: "house", Names: []string{"Số nhà", "Số nhà, đường", "Đường", "House"}},
		{Key: "sub", Names: []string{"Thôn", "Tổ", "Thôn/tổ", "Thôn, tổ", "Tổ dân phố", "Thôn/TDP", "Quarter"}},
		{Key: "commune", Names: []string{"Xã", "Phường", "Xã/phường", "Phường/xã", "Xã, phường", "Xã/phường/thị trấn", "Commune"}},
		{Key: "district", Names: []string{"Huyện", "Quận", "Quận/huyện", "Huyện/thị xã", "Huyện/thành phố", "Huyện/TX/TP", "District"}},
		{Key: "province", Names: []string{"Tỉnh", "Tỉnh/thành phố", "Tỉnh/TP", "Tỉnh, thành phố", "Province"}},
		{Key: "exposures", Names: []string{"Tiếp xúc, vùng dịch", "Yếu tố dịch tễ", "Tiếp xúc", "Dịch tễ", "Exposures"}},
		{Key: "exposure_last", Names: []string{"Ngày tiếp xúc", "Ngày tiếp xúc gần nhất", "Lần gần nhất", "Last exposure"}},
		{Key: "symptoms", Names: []string{"Triệu chứng", "Biểu hiện", "Symptoms"}},
		{Key: "conditions", Names: []string{"Bệnh nền", "Bệnh lý nền", "Tiền sử bệnh", "Conditions"}},
		{Key: "insurance", Names: []string{"Thẻ BHYT", "Số thẻ BHYT", "BHYT", "Insurance"}},
		{Key: "ethnicity", Names: []string{"Dân tộc", "Ethnicity"}},
		{Key: "occupation", Names: []string{"Nghề nghiệp", "Nghề", "Occupation"}},
		{Key: "workplace", Names: []string{"Nơi công tác", "Nơi làm việc", "Nơi học tập, công tác", "Workplace"}},
	}
}

// TypedRow is a row of such a list as the fields of a page would send it: the
// texts of its cells by the key of their column. Of a list with one address that
// is where people are registered and live.
func TypedRow(cells map[string]string) Typed {
	t := make(Typed)
	var parts []string
	for _, key := range addressParts {
		if cells[key] != "" {
			parts = append(parts, cells[key])
		}
	}
	home := joinTexts(", ", cells["current"], strings.Join(parts, ", "))
	permanent := cells["permanent"]
	switch {
	case permanent == "" && home != "":
		permanent, home = home, ""
		fallthrough
	case home == "", home == permanent:
		t["permanent"], t["current"+Pick] = []string{permanent}, []string{"same"}
	default:
		t["permanent"], t["current"] = []string{permanent}, []string{home}
	}
	for key, text := range cells {
		switch q := Resident.question(key); {
		case q == nil || text == "" || key == "permanent" || key == "current":
		case q.Kind == SelectMany, q.Kind == SelectOne:
			t[key+Words] = []string{text}
		default:
			t[key] = []string{text}
		}
	}
	switch text := cells["conditions"]; {
	case text == "":
	case saysNone(Resident.question("conditions"), text):
		t["has_conditions"] = []string{"no"}
		delete(t, "conditions"+Words)
	default:
		t["has_conditions"] = []string{"yes"}
	}
	return t
}

// saysNone tells whether words for the choices of a question say that there are
// none.
func saysNone(q *Question, text string) bool {
	if readYesNo(text) == "no" {
		return true
	}
	set, none := q.ReadMany(text, q.Choices)
	return none && len(set) == 0
}

// Fault is what keeps a field from being understood.
type Fault struct {
	ID    string
	Label string   // locale key of its short name
	Say   core.Say // what to type
}

// Faults lists what keeps a page from being stored, in the form's order.
func (p *Page) Faults() (all []Fault) {
	for i := range p.Fields {
		f := &p.Fields[i]
		switch {
		case !f.Faulty():
		case f.Wrong.Key != "":
			all = append(all, Fault{f.ID, f.Label, f.Wrong})
		case f.Unused:
			all = append(all, Fault{f.ID, f.Label, say("page.unused")})
		case slices.Contains([]Kind{SelectMany}, f.Kind), f.ID == "has_conditions":
			all = append(all, Fault{f.ID, f.Label, say("sheet.none")})
		default:
			all = append(all, Fault{f.ID, f.Label, say("sheet.blank")})
		}
	}
	return all
}

// Paper is the number of the identity paper that a page gives, "" for none.
func (p *Page) Paper() string {
	if a := p.run.view().State.answer("id_number"); a != nil && a.Type != childPaper.Type && a.Value != Skipped {
		return a.Value
	}
	return ""
}
