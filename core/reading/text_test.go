package reading

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"plain text stays", "Nguyen Van An", "Nguyen Van An"},
		{"decomposed", "Hue\u0302\u0301", "Huế"},
		{"eth for D with stroke", "Ðặng", "Đặng"},
		{"zero-width, soft hyphen, BOM, bidi", "\ufeffa\u200bb\u00adc\u200ed", "abcd"},
		{"non-breaking blank is a blank", "a\u00a0b\u202fc", "a b c"},
		{"blanks and line ends", "  a \t\r\n b  ", "a b"},
		{"control characters", "a\x00b\x1bc", "a b c"},
		{"bad UTF-8", "a\xffb\xc3", "ab"},
		{"full width", "Ａ１！", "A1!"},
		{"keys are two numbers", "1️⃣3️⃣", "1 3"},
		{"a mark behind a dropped joiner", "a\u200d\u0301", "á"},
		{"nothing", " \u200b ", ""},
	}
	for _, test := range tests {
		if got := Clean(test.input); got != test.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", test.name, test.input, got, test.want)
		}
	}
	long := Clean(strings.Repeat("ế ", 50000))
	if n := utf8.RuneCountInString(long); n > maxRunes || n < maxRunes-2 {
		t.Errorf("a long text was cut to %d runes", n)
	}
}

func TestFold(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"marks and case", "Thừa Thiên HUẾ", "thua thien hue"},
		{"đ in both forms, and eth", "Đặng đông Ðà", "dang dong da"},
		{"tone placement", "Thuỷ Hoà", "thuy hoa"}, {"tone placement", "Thủy Hòa", "thuy hoa"},
		{"decomposed", "Hue\u0302\u0301", "hue"},
		{"punctuation is a blank", "P.An-Cựu,  TP/Huế!", "p an cuu tp hue"},
		{"apostrophe", "O'Brien", "o brien"},
		{"other Latin letters", "Ünal Çelik", "unal celik"},
		{"other scripts stay", "ສົມຊາຍ 王", "ສົມຊາຍ 王"},
		{"emoji", "Huế 😊 đẹp", "hue dep"},
		{"digits", "Tổ 3", "to 3"},
		{"nothing", " ,. ", ""},
	}
	for _, test := range tests {
		if got := Fold(test.input); got != test.want {
			t.Errorf("%s: Fold(%q) = %q, want %q", test.name, test.input, got, test.want)
		}
	}
}

func TestRepairs(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"Telex", "khoong cos", "không có"}, {"Telex, tone last", "soots", "sốt"}, {"Telex, đ", "ddau hongj", "đau họng"}, {"Telex, đ late", "daud", "đau"}, {"Telex, one w for ươ", "huowng", "hương"}, {"Telex, two w", "dduwowngf", "đường"}, {"Telex, circumflex late", "khongo", "không"}, {"Telex, capitals", "An Cuwuj", "An Cựu"}, {"Telex, gi and qu", "giaf quanr", "già quản"}, {"Telex, uye", "Nguyeenx", "Nguyễn"}, {"Telex, oa", "hoaf", "hòa"}, {"Telex, tone inside ươ", "phuowfng", "phường"}, {"Telex, w for ư", "Ddwcs", "Đức"},
		{"VNI", "kho6ng co1", "không có"}, {"VNI", "d9a8ng", "đăng"}, {"VNI", "hu7o7ng", "hương"}, {"VNI", "so61t", "sốt"},
		{"VIQR", "kho^ng co'", "không có"}, {"VIQR", "ddu+o+`ng", "đường"}, {"VIQR", "so^'t", "sốt"}, {"VIQR", "dda(.ng", "đặng"},
		{"TCVN3", "Kh«ng cã", "Không có"}, {"TCVN3", "Thõa Thiªn HuÕ", "Thừa Thiên Huế"}, {"TCVN3, soft hyphen for ư", "H\u00ad¬ng", "Hương"}, {"TCVN3, eth for é", "bÐ", "bé"},
	}
	for _, test := range tests {
		if got := Repairs(test.input); !slices.Contains(got, test.want) {
			t.Errorf("%s: Repairs(%q) = %q, want %q among them", test.name, test.input, got, test.want)
		}
	}
	for _, plain := range []string{"", "không có", "khong co", "Nguyen Van An", "hôm qua", "An Cựu, Huế", "tổ 3", "0900123456", "ha noi", "sot ho", "John", "12/3", "xa", "thi", "thôn", "Thôn 3", "tổ", "xã", "hôm", "Huế", "www"} {
		if got := Repairs(plain); len(got) > 0 {
			t.Errorf("Repairs(%q) = %q, want none", plain, got)
		}
	}
}

func TestSyllables(t *testing.T) {
	for _, w := range strings.Fields("nguyễn văn an thừa thiên huế hương thuỷ thủy quảng điền khuya nghiêng giếng gì giữa quốc quýt oanh uyên yêu iếc ươn mười lăm hoét choòng ngoèo khoắn tuần tuyết rượu ủy đường a y ô huýt") {
		if !isSyllable(w) {
			t.Errorf("%q is a syllable", w)
		}
	}
	for _, w := range strings.Fields("john smith khongg soots cos ddau hongj fb brien nguyeenx còt nhấts 4n h'hen 王 tàp sukarno ngh") {
		if isSyllable(w) {
			t.Errorf("%q is no syllable", w)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for _, in := range []string{"phuong an cuu", "Phuong An Cuu", "Phường An Cựu, Thành phố Huế", "Ünal ສົມຊາຍ"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(in)
			}
		})
	}
}

func BenchmarkClean(b *testing.B) {
	for _, in := range []string{"phuong an cuu", "Phường An Cựu, Thành phố Huế"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Clean(in)
			}
		})
	}
}
