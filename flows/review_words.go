package flows

import (
	"slices"
	"strings"
)

// called are the folded names by which people speak of a question when they
// want to correct it.
var called = map[string][]string{
	"full_name":      {"ten", "ho ten", "ho va ten", "name", "full name"},
	"birth":          {"ngay sinh", "nam sinh", "ngay thang nam sinh", "tuoi", "birth", "birthday", "date of birth", "birth date"},
	"id_number":      {"cccd", "cmnd", "so cccd", "so cmnd", "giay to", "can cuoc", "so can cuoc", "chung minh", "ho chieu", "so giay to", "passport", "id", "id number"},
	"sex":            {"gioi tinh", "nam nu", "sex", "gender"},
	"nationality":    {"quoc tich", "nationality"},
	"permanent":      {"ho khau", "thuong tru", "noi thuong tru", "ho khau thuong tru", "residence", "permanent residence"},
	"current":        {"noi o", "cho o", "tam tru", "noi o hien nay", "cho o hien nay", "where i live"},
	"exposures":      {"tiep xuc", "dich te", "vung dich", "yeu to dich te", "exposure", "exposures"},
	"exposure_last":  {"ngay tiep xuc", "lan gan nhat", "last time"},
	"symptoms":       {"trieu chung", "dau hieu", "suc khoe", "benh", "symptoms", "symptom", "health"},
	"has_conditions": {"benh nen", "benh man tinh", "conditions"},
	"conditions":     {"benh nen", "benh man tinh", "conditions"},
	"insurance":      {"bhyt", "the bhyt", "so the", "bao hiem", "bao hiem y te", "insurance"},
	"ethnicity":      {"dan toc", "ethnicity"},
	"religion":       {"ton giao", "religion"},
	"marital":        {"hon nhan", "marriage"},
	"education":      {"trinh do", "hoc van", "education"},
	"occupation":     {"nghe nghiep", "nghe", "job", "occupation", "work"},
	"workplace":      {"noi cong tac", "noi lam viec", "workplace"},
	"from":           {"noi di", "di tu dau", "noi khoi hanh", "cho di", "from", "origin"},
	"vehicle":        {"phuong tien", "xe", "loai xe", "di bang gi", "vehicle", "travels by"},
	"vehicle_no":     {"so hieu", "bien so", "bien so xe", "so xe", "chuyen bay", "so chuyen bay", "so hieu chuyen bay", "mac tau", "so tau", "plate", "flight", "flight number", "train"},
	"seat":           {"so ghe", "ghe", "cho ngoi", "seat"},
	"departed_on":    {"ngay di", "ngay khoi hanh", "khoi hanh", "departure"},
	"arrive_on":      {"ngay den", "ngay ve", "ngay toi", "arrival"},
	"destination":    {"noi ve", "noi den", "ve dau", "cho ve", "destination", "to"},
	"passed":         {"noi da qua", "noi qua", "da qua", "di qua", "places passed", "places"},
	"countries":      {"nuoc da den", "nuoc", "quoc gia", "countries", "country", "countries visited"},
	"doses":          {"tiem", "vac xin", "vaccine", "vacxin", "tiem chung", "mui tiem", "tiem vac xin", "vaccination", "doses"},
	"last_dose":      {"mui gan nhat", "ngay tiem", "last dose"},
	"recovered_on":   {"khoi benh", "ngay khoi", "da khoi benh", "recovered"},
}

// correcting are words that say that something is to be changed, or nothing.
var correcting = words1("sua sai nham doi lai bi cho toi em con muon cua cau so muc la roi khai ghi thong tin phan phai giup voi ho change edit correct wrong fix my the is number no item da a duoc nhe nha")

// readReview reads what is typed at a review: "send", "edit", "again", or the
// item to correct by its place in items; "" when not understood.
func readReview(text string, items []item) (choice string, item int) {
	if n, ok := readItem(text); ok {
		return "item", n
	}
	switch answer := readYesOrThumb(text); {
	case isWord(text, "gui", "gui di", "gui luon", "gui nhe", "gui giup", "ok gui", "oke gui", "ok gui di", "ok gui di con", "dung roi gui di", "gui di con", "gui to khai", "xong", "xong roi", "hoan tat",
		"send", "send it", "submit", "done", "finish", "send declaration", "ok send"), answer == "yes":
		return "send", 0
	case isWord(text, "xem", "xem lai", "cho xem lai", "cho toi xem lai", "xem lai da", "de xem lai", "review", "show"):
		return "again", 0
	case isWord(text, "them", "them nguoi", "khai them", "khai them nguoi", "khai ho", "khai ho nguoi khac", "add", "add person", "add another", "one more"):
		return "add", 0
	case commands[fold(text)] == cmdSame:
		return "send", 0
	case answer == "no", isWord(text, "co thay doi", "co thay doi roi", "thay doi", "co doi", "khac roi", "khac", "changed", "something changed", "it changed"):
		return "edit", 0
	}
	if len(text) > 80 {
		return "", 0
	}
	words := slices.DeleteFunc(strings.Fields(fold(text)), func(w string) bool { return correcting[w] && !partOfName(w, text) })
	said := strings.Join(words, " ")
	if n, ok := readNumber(said); ok && said != "" {
		return "item", n
	}
	if said == "dia chi" || said == "address" { // which of the two?
		return "edit", 0
	}
	found := 0
	for i, it := range items {
		if slices.Contains(called[it.ID], said) {
			if found > 0 && items[found-1].of != it.of { // of which person?
				return "edit", 0
			}
			if found == 0 {
				found = i + 1
			}
		}
	}
	if found > 0 {
		return "item", found
	}
	return "", 0
}

// partOfName keeps a word that is in the name of a question: "so" in "số thẻ".
func partOfName(word, text string) bool {
	said := " " + fold(text) + " "
	for _, names := range called {
		for _, name := range names {
			if strings.Contains(name, " ") && strings.Contains(said, " "+name+" ") && slices.Contains(strings.Fields(name), word) {
				return true
			}
		}
	}
	return false
}

// signs are words of health that make of a short yes something else.
var signs = words1("sot ho met dau tho benh khoe om fever cough sick ill pain")

// speaksOfHealth tells whether a text has a word of health in it.
func speaksOfHealth(text string) bool {
	return slices.ContainsFunc(strings.Fields(fold(text)), func(w string) bool { return signs[w] })
}
