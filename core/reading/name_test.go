package reading

import (
	"slices"
	"strings"
	"testing"
)

func TestReadName(t *testing.T) {
	tests := []struct {
		name, input         string
		full, family, given string
	}{
		{"small letters", "nguyễn văn an", "Nguyễn Văn An", "Nguyễn", "An"},
		{"capitals without marks stay without", "LE THI HOA", "Le Thi Hoa", "Le", "Hoa"},
		{"mixed", "LÊ thị Hoa", "Lê Thị Hoa", "Lê", "Hoa"},
		{"decomposed", "Nguye\u0302\u0303n Va\u0306n An", "Nguyễn Văn An", "Nguyễn", "An"},
		{"blanks of all kinds", "  Lê\u00a0 Thị\t\u200bHoa ", "Lê Thị Hoa", "Lê", "Hoa"},
		{"lead-in", "tôi là Trần Minh Đức", "Trần Minh Đức", "Trần", "Đức"},
		{"lead-in without marks", "ten toi la tran minh duc", "Tran Minh Duc", "Tran", "Duc"},
		{"two lead-ins and a courtesy", "dạ em tên là Trần Minh Đức ạ", "Trần Minh Đức", "Trần", "Đức"},
		{"label", "Họ và tên: Hồ Văn Huế", "Hồ Văn Huế", "Hồ", "Huế"},
		{"Hồ behind the label ho ten", "ho ten: ho van hue", "Ho Van Hue", "Ho", "Hue"},
		{"for another", "khai hộ cho mẹ tôi tên Lê Thị Hoa", "Lê Thị Hoa", "Lê", "Hoa"},
		{"form of address", "bà Lê Thị Hoa", "Lê Thị Hoa", "Lê", "Hoa"},
		{"English", "my name is John Smith", "John Smith", "", ""},
		{"La is a family behind là", "tôi là La Thị Hoa", "La Thị Hoa", "La", "Hoa"},
		{"Chu is a family, not chú", "chu van an", "Chu Van An", "Chu", "An"},
		{"Ông is a family too", "Ông Thị Hoa", "Ông Thị Hoa", "Ông", "Hoa"},
		{"nhé", "Lê Thị Hoa nhé", "Lê Thị Hoa", "Lê", "Hoa"},
		{"a for ạ behind a lead-in", "em la le thi hoa a", "Le Thi Hoa", "Le", "Hoa"},
		{"a for ạ behind capitals", "Le Thi Hoa a", "Le Thi Hoa", "Le", "Hoa"},
		{"A as a given name", "nguyen van a", "Nguyen Van A", "Nguyen", "A"},
		{"Nhã as a given name", "Trần Thanh Nhã", "Trần Thanh Nhã", "Trần", "Nhã"},
		{"full stop, quotes, emoji", "\"Lê Thị Hoa.\" 😊", "Lê Thị Hoa", "Lê", "Hoa"},
		{"the royal line", "tôn nữ thị hương", "Tôn Nữ Thị Hương", "Tôn Nữ", "Hương"},
		{"the royal line, longer", "CÔNG HUYỀN TÔN NỮ THỊ MAI", "Công Huyền Tôn Nữ Thị Mai", "Công Huyền Tôn Nữ", "Mai"},
		{"the royal line, men", "ton that thuyet", "Ton That Thuyet", "Ton That", "Thuyet"},
		{"a family of two words", "Hoàng Phủ Ngọc Tường", "Hoàng Phủ Ngọc Tường", "Hoàng Phủ", "Tường"},
		{"A Lưới", "Hồ Thị A Nun", "Hồ Thị A Nun", "Hồ", "Nun"},
		{"A Lưới, a family of two words", "A Lăng Hoa", "A Lăng Hoa", "A Lăng", "Hoa"},
		{"given names that are words", "Nguyễn Văn Được", "Nguyễn Văn Được", "Nguyễn", "Được"},
		{"Khổng without its marks", "khong tu quynh", "Khong Tu Quynh", "Khong", "Quynh"},
		{"tone placement is kept", "nguyễn thị thuỷ hoà", "Nguyễn Thị Thuỷ Hoà", "Nguyễn", "Hoà"},
		{"foreign", "Jean-Claude D'Arc", "Jean-Claude D'Arc", "", ""},
		{"foreign capitals", "SEAN O’BRIEN", "Sean O'Brien", "", ""},
		{"initials", "J.R. Smith", "J.R. Smith", "", ""},
		{"one word, not Vietnamese", "Sukarno", "Sukarno", "", ""},
		{"other scripts", "ສົມຊາຍ", "ສົມຊາຍ", "", ""},
		{"Telex", "Nguyeenx Vawn An", "Nguyễn Văn An", "Nguyễn", "An"},
		{"VNI", "Nguye64n Va8n An", "Nguyễn Văn An", "Nguyễn", "An"},
		{"TCVN3", "NguyÔn V¨n An", "Nguyễn Văn An", "Nguyễn", "An"},
		{"no Telex", "Lars Jensen", "Lars Jensen", "", ""},
		{"said to a child, and thanks", "con ơi mẹ tên là Nguyễn Thị Hoa nhé con, cảm ơn", "Nguyễn Thị Hoa", "Nguyễn", "Hoa"},
		{"the same without marks", "con oi me ten la nguyen thi hoa cam on con", "Nguyen Thi Hoa", "Nguyen", "Hoa"},
		{"whose mother", "khai ho me toi Nguyen Thi Hoa", "Nguyen Thi Hoa", "Nguyen", "Hoa"},
		{"greeted, and named", "chao con, me la Nguyen Thi Hoa", "Nguyen Thi Hoa", "Nguyen", "Hoa"},
		{"a daughter", "con gái Lê Thị Lan", "Lê Thị Lan", "Lê", "Lan"},
		{"as texting to a number", "KB Nguyen Thi Hoa", "Nguyen Thi Hoa", "Nguyen", "Hoa"},
		{"ông without its mark", "ong nguyen van ba", "Nguyen Van Ba", "Nguyen", "Ba"},
		{"Ông without its mark", "ong thi hoa", "Ong Thi Hoa", "Ong", "Hoa"},
		{"Cảm is a given name", "Lê Cảm", "Lê Cảm", "Lê", "Cảm"},
		{"with hyphens", "Nguyen-Thi-Hoa", "Nguyen Thi Hoa", "Nguyen", "Hoa"}, {"without blanks", "NguyenThiHoa", "Nguyen Thi Hoa", "Nguyen", "Hoa"}, {"a doctor", "BS Nguyen Van Hung", "Nguyen Van Hung", "Nguyen", "Hung"},
		{"who it is, in brackets", "Nguyễn Thị Hoa (mẹ)", "Nguyễn Thị Hoa", "Nguyễn", "Hoa"}, {"McDonald is whole", "McDonald", "McDonald", "", ""}, {"Lena is no Lê Na", "Lena", "Lena", "", ""},
		{"run together: asked", "nguyenthihoa", "", "", ""}, {"run together: asked", "TRANVANBINH", "", "", ""},

		{"half a name", "mệ Hoa", "", "", ""}, {"half a name", "ba Hoa", "", "", ""}, {"half a name behind a lead-in", "ten toi la Hoa", "", "", ""}, {"initials alone", "NTH", "", "", ""},
		{"thanks", "cảm ơn con nhé", "", "", ""}, {"thanks", "cam on", "", "", ""}, {"forgotten", "quen roi", "", "", ""}, {"who is it", "ai day", "", "", ""}, {"a call", "con oi", "", "", ""}, {"wait", "cho chut", "", "", ""},
		{"digits", "Nguyễn Văn 4n", "", "", ""}, {"VNI or digits?", "Nguyen Van A4", "", "", ""}, {"with a year", "Nguyễn Văn An 1985", "", "", ""}, {"a telephone", "0900123456", "", "", ""},
		{"one letter", "a", "", "", ""}, {"one syllable is not the whole name", "An", "", "", ""}, {"two letters", "A B", "", "", ""}, {"signs", "---", "", "", ""}, {"nothing", "", "", "", ""},
		{"a link", "www.abc.com", "", "", ""}, {"a link", "t.me", "", "", ""}, {"a link", "Nguyen Van A.com", "", "", ""}, {"a link", "http://abc", "", "", ""}, {"an address", "an@abc", "", "", ""},
		{"a bidi character", "Nguyễn Văn \u202eAn", "", "", ""}, {"a control character", "Nguyễn\x07 Văn An", "", "", ""}, {"markup", "<b>Nguyen An</b>", "", "", ""}, {"a formula", "=Nguyen An", "Nguyen An", "Nguyen", "An"},
		{"too long", strings.Repeat("Nguyễn ", 9) + "An", "", "", ""},
		{"no", "không", "", "", ""}, {"no", "không có", "", "", ""}, {"no", "khong biet gi", "", "", ""}, {"yes", "có ạ", "", "", ""}, {"ok", "ok", "", "", ""}, {"command", "THOAT", "", "", ""}, {"command", "xem qr", "", "", ""}, {"command", "XEM QR", "", "", ""}, {"command", "help", "", "", ""}, {"command", "trợ giúp", "", "", ""}, {"command", "quay lai", "", "", ""},
		{"a sex", "nam", "", "", ""}, {"a sentence", "hôm qua tôi đi chợ", "", "", ""}, {"a sentence", "tôi bị sốt", "", "", ""}, {"as before", "như trên", "", "", ""},
	}
	for _, test := range tests {
		n, err := ReadName(test.input)
		if err == nil != (test.full != "") || n.Full != test.full || n.Family != test.family || n.Given != test.given {
			t.Errorf("%s: ReadName(%q) = %+v, %v", test.name, test.input, n, err)
		}
	}
}

// Lists are sorted by the given name, then by the rest.
func TestSortKey(t *testing.T) {
	names := []string{"Trần Văn Bình", "Nguyễn Thị Ánh", "Lê Văn An", "Phạm An", "John Smith", "Đặng Thị Đào", "Đỗ Dung"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	want := []string{"Lê Văn An", "Phạm An", "Nguyễn Thị Ánh", "Trần Văn Bình", "Đặng Thị Đào", "Đỗ Dung", "John Smith"}
	if !slices.Equal(names, want) {
		t.Errorf("sorted %q, want %q", names, want)
	}
}

// What may be a sentence is asked before it counts as a name.
func TestDoubtfulNames(t *testing.T) {
	for name, want := range map[string]bool{"Nguyễn Thị Hoa": false, "Hồ Văn Cu": false, "Tôn Nữ Mai": false, "John Smith": false, "H'Hen Niê": false,
		"Thích Minh Tâm": true, "di cho ve": true, "bà Sáu bán bún": true, "Ông Ba": true, "Thị Hoa": true, "Văn An": true, "Nguyễn Thị": true, "Ông Thị Ba": false, "cai may nay": false} {
		n, err := ReadName(name)
		if err != nil || n.Doubtful != want {
			t.Errorf("%q: %+v, %v, want doubt %v", name, n, err, want)
		}
	}
}
