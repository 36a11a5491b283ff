package area

import (
	"errors"
	"strings"
	"testing"
)

// reads is one text and what it says: a code, codes joined by blanks for a
// question, or "" when nothing is found.
type reads struct {
	name, text string
	want       string
	sub, rest  string
}

func checkReads(t *testing.T, c Context, tests []reads) {
	t.Helper()
	for _, tt := range tests {
		got, err := Read(tt.text, c)
		codes := got.Code
		if codes == "" {
			codes = strings.Join(got.Ambiguous, " ")
		}
		if codes != tt.want || got.Sub != tt.sub || got.Rest != tt.rest {
			t.Errorf("%s: %q %+v:\n got %q, sub %q, rest %q\nwant %q, sub %q, rest %q",
				tt.name, tt.text, c, codes, got.Sub, got.Rest, tt.want, tt.sub, tt.rest)
		}
		if (err != nil) != (tt.want == "") || err != nil && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %q: error %v", tt.name, tt.text, err)
		}
	}
}

func TestStreetsAreNoUnits(t *testing.T) {
	checkReads(t, Context{}, []reads{
		{"a street named like a ward", "đường Kim Long", "", "", "đường Kim Long"},
		{"the same, unmarked", "duong kim long hue", "474", "", "duong kim long"},
		{"a house number makes a street", "12 Kim Long, Huế", "474", "", "12 Kim Long"},
		{"an alley", "kiệt 3 Vỹ Dạ", "", "", "kiệt 3 Vỹ Dạ"},
		{"the ward behind the street", "kiệt 5 Kim Long phường An Đông", "19815", "", "kiệt 5 Kim Long"},
		{"no commas at all", "so 5 duong kim long an dong hue", "19815", "", "so 5 duong kim long"},
		{"a ward named twice", "12 Kim Long, phường Kim Long", "19774", "", "12 Kim Long"},
		{"a person's name ends in a unit's", "12 nguyen hue", "", "", "12 nguyen hue"},
		{"and again with the city", "12 nguyen hue hue", "474", "", "12 nguyen hue"},
		{"a province in a street name", "12 Nguyễn Thái Bình", "", "", "12 Nguyễn Thái Bình"},
		{"a street named after a province", "12 Hà Nội, Phú Nhuận, Huế", "19789", "", "12 Hà Nội"},
		{"a street named after a district", "Hai Bà Trưng, TP Huế", "474", "", "Hai Bà Trưng"},
		{"the shorter name inside is none either", "đường Quảng Nhâm", "", "", "đường Quảng Nhâm"},
		{"the type word is part of the street", "đường Phường Đúc", "", "", "đường Phường Đúc"},
		{"a market", "chợ An Cựu", "", "", "chợ An Cựu"},
		{"a housing area", "khu quy hoạch Xuân Phú, Huế", "474", "", "khu quy hoạch Xuân Phú"},
		{"words after the name", "trường an cựu", "", "", "trường an cựu"},
		{"a highway's number is no house's", "quốc lộ 49 Thuận An", "19900", "", "quốc lộ 49"},
		{"an office in a unit is in it", "UBND xã Phú Mậu", "19909", "", "UBND"},
		{"a number before the type", "12 phường An Cựu", "19801", "", "12"},
		{"ngõ inside a name", "a ngo a luoi", "20068", "", ""},
		{"số inside a name", "huong so hue", "19804", "", ""},
		{"tỉnh, quan and nghe inside street names", "thanh tinh vi da hue", "19777", "", "thanh tinh"},
		{"more of them", "ba huyen thanh quan phuoc vinh", "19798", "", "ba huyen thanh quan"},
		{"the street stays as typed", "ben nghe phu hoi", "19786", "", "ben nghe"},
		{"đường inside a name", "xa duong hoa", "19993", "", ""},
		{"phường inside a name", "thuy phuong huong thuy", "19972", "", ""},
		{"the street in the city of that name", "12/5 Lê Lợi Huế", "474", "", "12/5 Lê Lợi"},
		{"but a hamlet may be anywhere in the province", "Thành Nội, Huế", "46 474", "", "Thành Nội"},
		{"a telephone number is no house", "0900123456 an cuu", "19801", "", "0900123456"},
	})
}

// One syllable without marks is too little to be a town far away.
func TestLoneWordsAreNoTownsFarAway(t *testing.T) {
	for text, want := range map[string]string{"o que": "", "me": "", "cho": "", "ho": "", "lim": "", "nha": "", "Quế": "13384", "thi tran lim": "09319", "vinh": "412", "sia": "19867"} {
		if got, _ := Read(text, Context{}); got.Code != want {
			t.Errorf("%q: %q, want %q", text, got.Code, want)
		}
	}
}

func TestPartsOfACommune(t *testing.T) {
	checkReads(t, Context{}, []reads{
		{"stuck together", "TDP7B An Đông", "19815", "TDP 7B", ""},
		{"a leading zero", "Tổ dân phố số 05 phường Kim Long", "19774", "TDP 5", ""},
		{"behind the ward", "phường Thuỷ Xuân (tổ 5)", "19813", "TDP 5", ""},
		{"two of them", "xóm 2 thôn Dạ Lê xã Thủy Vân", "19963", "Xóm 2, Thôn Dạ Lê", ""},
		{"khu vực", "Tổ 12, KV5, P. Kim Long", "19774", "TDP 12, Khu vực 5", ""},
		{"a village named like a ward", "thôn Kim Long, xã Quảng Thành", "19891", "Thôn Kim Long", ""},
		{"no marks are invented", "thon da le xa thuy van", "19963", "Thôn Da Le", ""},
		{"a name that is also a particle", "thon vinh ve phu my phu vang", "19927", "Thôn Vinh Ve", ""},
		{"a numbered name", "Thôn: A Min 9; Xã: A Roàng; Huyện: A Lưới", "20095", "Thôn A Min 9", ""},
		{"Tố is not tổ", "12 Tố Hữu, Xuân Phú", "19792", "", "12 Tố Hữu"},
		{"everything", "12/5 kiệt 45 Nguyễn Trãi, tổ 7, phường Tây Lộc, TP. Huế, Thừa Thiên Huế", "19750", "TDP 7", "12/5 kiệt 45 Nguyễn Trãi"},
		{"a part alone is no place, but kept", "thôn 3", "", "Thôn 3", ""},
		{"a village alone is no ward", "thôn Kim Long", "", "Thôn Kim Long", ""},
		{"lines of a form", "Thôn: Dạ Lê\nXã: Thủy Vân\nSố nhà: 5", "19963", "Thôn Dạ Lê", "Số nhà: 5"},
	})
}

func TestTypesAndShortForms(t *testing.T) {
	checkReads(t, Context{}, []reads{
		{"TT is Thừa Thiên before Huế", "T.T. Huế", "46", "", ""},
		{"TT is thị trấn elsewhere", "T.T Sịa", "19867", "", ""},
		{"stuck together", "tphue", "474", "", ""},
		{"stuck together, two words", "txhuongthuy", "479", "", ""},
		{"a single letter stuck", "pancuu", "19801", "", ""},
		{"initials with dots", "T.P Huế", "474", "", ""},
		{"run together: the best known unit", "phongdien", "476", "", ""},
		{"the documents' slip", "thị trấn Huế", "474", "", ""},
		{"huyện until 2010", "huyện Hương Thủy", "479", "", ""},
		{"the type decides against home", "quận phú nhuận", "768", "", ""},
		{"a name like a commune's", "tỉnh hải dương", "30", "", ""},
		{"a district of 2025 is no ward of 2021", "quận thuận hoá", "", "", "quận thuận hoá"},
		{"two types, one name", "Xã/phường: Hương Xuân", "20017 20179", "", ""},
		{"numbered units", "F.5 Q.10", "27199", "", ""},
		{"zeros in the list", "phường 1 quận 3 tphcm", "27160", "", ""},
		{"gone since January 2021", "quận 9", "769", "", ""},
		{"in English", "An Cuu ward, Hue City, Thua Thien Hue province", "19801", "", ""},
		{"a short name after a number", "quận 12 SG", "761", "", ""},
		{"a bare number is no place", "5", "", "", "5"},
		{"a town or a city by now", "thành phố Từ Sơn, Bắc Ninh", "261", "", ""},
	})
}

func TestMarksAndHabits(t *testing.T) {
	checkReads(t, Context{}, []reads{
		{"marks decide", "Hương Vân", "20008", "", ""},
		{"half of the marks decide", "huong vân", "20008", "", ""},
		{"the wrong half does not", "hương van", "20008 20011", "", ""},
		{"a wrong mark falls back", "Hương Vẫn", "20008 20011", "", ""},
		{"tone seats", "An Hoà", "19803", "", ""},
		{"hỏi for ngã", "Vỷ Dạ", "19777", "", ""},
		{"g dropped", "kim lon", "19774", "", ""},
		{"g added", "Phú Hậung", "", "", "Phú Hậung"},
		{"c for t", "tay lot", "19750", "", ""},
		{"final and tone", "quãn điền", "477", "", ""},
		{"Telex", "Thuaanj Hoaf", "19762", "", ""},
		{"VNI", "Phu1 Ho65i", "19786", "", ""},
		{"VIQR", "Phu' Ho^.i", "19786", "", ""},
		{"TCVN3", "An Cùu", "19801", "", ""},
		{"ô is not TCVN3's ụ", "thôn Kim Long", "", "Thôn Kim Long", ""},
		{"NFD", "Phu\u031bo\u031b\u0300ng An Cu\u031b\u0323u", "19801", "", ""},
		{"capitals", "PHƯỜNG AN CỰU, TP HUẾ", "19801", "", ""},
		{"manners", "dạ em ở Phú Bài ạ", "19960", "", ""},
		{"marks of a place elsewhere", "Bình Thạnh", "20041 21046 22999 24970 765", "", ""},
	})
}

func TestQuestionsNotGuesses(t *testing.T) {
	checkReads(t, Context{}, []reads{
		{"a district and its town", "phong dien", "19819 476", "", ""},
		{"with the province it is the district", "Phong Điền, Thừa Thiên Huế", "476", "", ""},
		{"two wards", "phường Kim Long, phường Hương Long", "19774 19810", "", ""},
		{"two names: the left one is a street", "Kim Long, Hương Long", "19810", "", "Kim Long"},
		{"a ward that is not in the district", "phường An Cựu, huyện Phú Vang", "19801 478", "", ""},
		{"a ward that is not in the city", "Thủy Dương, TP Huế", "19969 474", "", ""},
		{"a ward that is not in the province", "An Cựu, Đà Nẵng", "19801 48", "", ""},
		{"old and new district at once", "thuy van huong thuy tp hue", "19963", "", "tp hue"},
		{"old and new name at once", "phường Phú Cát (nay là phường Gia Hội), TP Huế", "19756", "", ""},
		{"wards of before and a commune of today", "Phú Thuận, Huế", "19750 19762 19903", "", ""},
		{"today's name alone wins", "phu thuan", "19903", "", ""},
		{"far too many", "xã Tân Thành", "", "", "xã Tân Thành"},
		{"ten districts of one name", "huyện Châu Thành", "", "", "huyện Châu Thành"},
		{"one of ten with its province", "châu thành, bến tre", "831", "", ""},
		{"a province and its city", "lang son", "178 20", "", ""},
		{"two provinces", "ĐN", "48 75", "", ""},
		{"home before the country", "hải dương", "19999", "", ""},
		{"a unit known only elsewhere", "bến nghé", "26740", "", ""},
		{"a district without communes", "lý sơn", "536", "", ""},
		{"district and province of one name in line", "Tam Nông, Phú Thọ", "236", "", ""},
		{"a longer name does not hide two", "huyen tan phu dong nai", "734", "", ""},
		{"nothing", "", "", "", ""},
		{"only signs", " ,;. ", "", "", ""},
		{"a date", "15/07/2021", "", "", "15/07/2021"},
	})
}

func TestContextDecides(t *testing.T) {
	tests := []struct {
		name, text string
		c          Context
		want       string
	}{
		{"the province asked", "hue", Context{AskedLevel: LevelProvince}, "46"},
		{"the commune asked", "phong dien", Context{AskedLevel: LevelCommune}, "19819"},
		{"inside the district the town", "phong dien", Context{Within: "476"}, "19819"},
		{"the province asked beats the commune at home", "hai duong", Context{AskedLevel: LevelProvince}, "30"},
		{"inside another province", "hai chau", Context{Within: "48"}, "492"},
		{"outside the choice it is read all the same", "an cuu", Context{Within: "478"}, "19801"},
		{"another home province", "hai chau", Context{Province: "48"}, "492"},
		{"an unknown home province is Huế", "an cuu", Context{Province: "99"}, "19801"},
		{"a number answers in the city", "7", Context{Within: "79", AskedLevel: LevelDistrict}, "778"},
		{"and is none without", "7", Context{AskedLevel: LevelDistrict}, ""},
		{"before July 2021 the wards stood beside the commune", "phu thuan", Context{On: "2021-06-30"}, "19750 19762 19903"},
		{"from July 2021 the commune alone", "phu thuan", Context{On: "2021-07-01"}, "19903"},
		{"old wards in the city", "phu thuan", Context{Within: "474"}, "19750 19762"},
		{"a finer answer than asked", "an cuu", Context{AskedLevel: LevelDistrict}, "19801"},
		{"heard at the level asked", "phu van", Context{AskedLevel: LevelDistrict}, "478"},
	}
	for _, tt := range tests {
		got, err := Read(tt.text, tt.c)
		codes := got.Code
		if codes == "" {
			codes = strings.Join(got.Ambiguous, " ")
		}
		if codes != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: %q %+v: got %q %v, want %q", tt.name, tt.text, tt.c, codes, err, tt.want)
		}
	}
}

func TestLongTextsAreReadFromTheEnd(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("x", 10<<20) + ", An Cựu, Huế",
		strings.Repeat("ấp ", 100000) + ", phường An Cựu",
		strings.Repeat("tân bình, ", 1000) + "phường An Cựu, TP Huế",
	} {
		if got, err := Read(text, Context{}); got.Code != "19801" {
			t.Errorf("%.20q...: got %q %v %v", text, got.Code, got.Ambiguous, err)
		}
	}
}
