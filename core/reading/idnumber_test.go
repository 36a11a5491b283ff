package reading

import "testing"

func TestReadID(t *testing.T) {
	type cases map[string][]string // type and number, or an error
	tests := []struct {
		name, field string
		want        cases
	}{
		{"nine digits", "", cases{"cmnd 191234567": {"191234567", "191 234 567", "191.234.567", "191-234-567", "CMND 191234567", "số cmnd của em là 191234567 ạ", "191234567 a", "chứng minh nhân dân: 191234567", "cmnd cũ 191234567", "toi ten la An 191234567"}}},
		{"twelve digits", "", cases{"cccd 046085001234": {"046085001234", "046 085 001 234", "046.085.001.234", "cccd046085001234", "Căn cước công dân số 046085001234", "O46O85OO1234", "CCCD: 046085001234 nhé"}}},
		{"spoken digit by digit", "", cases{"cmnd 191234567": {"một chín một hai ba bốn năm sáu bảy", "cmnd mot chin mot hai ba bon nam sau bay"}, "cccd 046085001234": {"không bốn sáu không tám năm không không một hai ba bốn"}, "invalid": {"một chín một hai", "một hai ba"}}},
		{"a birth abroad", "", cases{"cccd 101085001234": {"101085001234"}}},
		{"no such place", "", cases{"invalid": {"999085001234", "003085001234", "000085001234", "400085001234", "097085001234", "100085001234", "000000000000"}}},
		{"wrong length", "", cases{"invalid": {"46085001234", "0460850012345", "19123456", "1912345678", "00000000", "0000000000", "19123456a", "7"}}},
		{"a child without papers", "", cases{"child_placeholder 000000000": {"000000000", "000 000 000", "0 0 0 0 0 0 0 0 0", "chin so 0", "9 số không"}}},
		{"passports", "", cases{
			"passport B1234567":  {"B1234567", "b 1234567", "hộ chiếu B1234567", "B1234567 ạ", "số hộ chiếu là b1234567"},
			"passport A1234567":  {"a 1234567", "A1234567 a"},
			"passport CC1234567": {"CC1234567"}, "passport C01X00T47": {"C01X00T47"}, "passport 12AB34567": {"hộ chiếu 12AB34567"}, "passport 123456789": {"passport 123456789"},
			"invalid": {"12AB34567", "ABCDEF", "A000000", "AB12345678"},
		}},
		{"insurance cards", "", cases{
			"bhyt DN4464612345678": {"DN4464612345678", "dn 4 46 4612345678", "DN 4 46 46 123 45678", "thẻ BHYT: DN4464612345678"},
			"invalid":              {"DN6464612345678", "D14464612345678", "DN446461234567"}, "bhxh 4612345678": {"bhyt 4612345678"},
		}},
		{"ten digits are a card only where a card was asked for", "", cases{"invalid": {"4612345678", "0900123456"}}},
		{"ten digits are a card only where a card was asked for", "insurance", cases{"bhxh 4612345678": {"4612345678", "46 1234 5678"}, "invalid": {"0000000000"}, "none": {"không có", "chưa có thẻ"}}},
		{"has none, or does not know", "", cases{"none": {"không có", "chưa có cmnd", "ko", "bé chưa có giấy tờ", "con nho khong co cccd", "bị mất cccd rồi", "that lac giay to"}, "invalid": {"không nhớ", "khong nho", "ko nho so", "", "abc", "có"}}},
		{"more than one number", "", cases{"invalid": {"046085001234, 191234567", "191234567/046085001234", "191234567 cccd 046085001234"}}},
		{"with its day of issue, among other words", "", cases{
			"cmnd 191234567":     {"191234567 cấp ngày 1/2/2010", "191234567, ngay cap 01/02/2010 noi cap CA TT Hue", "chung minh 9 so 191234567", "19l234567"},
			"cccd 046160001234":  {"046160001234 cap ngay 12/3/2021", "(046)160001234", "046160001234 nu", "CCCD 12 số 046160001234"},
			"passport 488123456": {"US passport 488123456", "my passport no. is 488123456"},
			"invalid":            {"cấp ngày 1/2/2010", "191234567, 046160001234 cấp ngày 1/2/2010"},
		}},
		{"a number denied", "", cases{"invalid": {"không phải 191234567", "ko phai 191234567"}}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				id, err := ReadID(in, test.field)
				got := id.Type + " " + id.Normalized
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("%s: ReadID(%q, %q) = %s, want %s", test.name, in, test.field, got, want)
				}
			}
		}
	}
}

func TestCitizenFacts(t *testing.T) {
	tests := []struct {
		name, number, province, sex string
		year                        int
	}{
		{"a man of the last century", "046085001234", "46", "male", 1985},
		{"a woman of the last century", "079185001234", "79", "female", 1985},
		{"a boy of this century", "001205001234", "01", "male", 2005},
		{"a girl of this century", "096321001234", "96", "female", 2021},
		{"born abroad: no province", "142085001234", "", "male", 1985},
	}
	for _, test := range tests {
		id, err := ReadID(test.number, "")
		if err != nil || id.Province != test.province || id.Sex != test.sex || id.BirthYear != test.year {
			t.Errorf("%s: ReadID(%s) = %+v, %v", test.name, test.number, id, err)
		}
	}
}

func TestSuggestID(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"the zero was lost", "46085001234", "046085001234"},
		{"with blanks and words", "cccd 46 085 001234 ạ", "046085001234"},
		{"no province behind the zero", "99085001234", ""},
		{"whole already", "046085001234", ""},
		{"too short", "6085001234", ""},
		{"no number", "không có", ""},
	}
	for _, test := range tests {
		if got := SuggestID(test.input); got != test.want {
			t.Errorf("%s: SuggestID(%q) = %q, want %q", test.name, test.input, got, test.want)
		}
	}
}
