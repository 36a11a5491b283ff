package reading

import "testing"

func TestYesNo(t *testing.T) {
	tests := []struct {
		name   string
		want   Answer
		inputs []string
	}{
		{"plain, polite, in capitals", Yes, []string{"có", "CÓ Ạ", "dạ có ạ", "vâng ạ", "dạ vâng ạ", "em có ạ", "dạ rồi", "có nhé", "có chứ", "ok luôn", "đúng vậy", "ừ đúng rồi", "phải rồi", "tất nhiên là có", "tôi đồng ý", "y", "yes please", "sure", "of course", "correct", "có mà", "phải rứa", "ừ rứa"}},
		{"a reason behind it", Yes, []string{"có, hôm qua", "có, tôi về từ Đà Nẵng", "có tiếp xúc", "có một lần", "có 2 lần", "có bị", "có sốt nhẹ", "có đi Đà Nẵng"}},
		{"letters held down, signs, emoji", Yes, []string{"cóooo", "okkkk", "vânggg", "có!!!", "có 👍", "  có  "}},
		{"marks half typed", Yes, []string{"dung", "đung", "dúng roi", "vang", "phai", "duoc", "dc"}},
		{"typed past the keyboard program", Yes, []string{"cos", "co1", "co'", "cã", "ddungs", "vaang", "phari"}},
		{"plain no and its short forms", No, []string{"không", "KHÔNG", "khong", "k", "K.", "ko", "kg", "khg", "hok", "hk", "hông", "hổng có", "khum", "no thanks", "nope", "sai rồi", "không ạ em cảm ơn"}},
		{"no with yes behind it", No, []string{"không có", "k co", "không phải", "ko phải đâu", "chưa có", "không đúng", "không được", "không đồng ý", "k bị", "em không bị ạ"}},
		{"never", No, []string{"chưa bao giờ", "chưa từng", "không hề", "không bao giờ", "chưa hề có", "never", "not yet", "of course not", "no way"}},
		{"no, widened", No, []string{"không có gì", "ko có gì hết", "khong co j", "không đi đâu cả", "không tiếp xúc với ai", "không gặp ai"}},
		{"Hue: mô is đâu", No, []string{"có mô", "không có mô", "mô có", "co mo", "khong mo", "không mô", "nỏ có"}},
		{"đâu denies from either end", No, []string{"đâu có", "có đâu", "không đâu", "có gì đâu"}},
		{"zero is read không", No, []string{"0", "0 ạ", "0 có", "0 co"}},
		{"raw input methods", No, []string{"khoong", "khoong cos", "kho6ng", "kho^ng", "Kh«ng"}},
		{"decomposed", No, []string{"kho\u0302ng", "da\u0323 kho\u0302ng co\u0301"}},
		{"no, and where one was", No, []string{"không, tôi ở nhà suốt"}},

		{"a question sent back", Unknown, []string{"có không", "co ko", "có không?", "không?", "phải không", "đúng không ạ", "rồi chưa", "được không", "có hay không", "đi đâu", "có/không", "có đi đâu không"}},
		{"does not know", Unknown, []string{"không biết", "kbt", "k biết", "ko rõ", "không nhớ", "chưa biết", "quên rồi", "không chắc", "not sure", "i don't know", "khoong bieets"}},
		{"a hedge", Unknown, []string{"có lẽ", "chắc có", "chắc không", "chắc là không", "hình như có", "có thể", "không chắc chắn", "không hẳn", "không hoàn toàn", "maybe"}},
		{"says both", Unknown, []string{"có, không", "không, có", "không nhưng có ho", "ok không"}},
		{"double negation", Unknown, []string{"không sai", "không phải không"}},
		{"a no to something else", Unknown, []string{"không sốt", "không ho", "không đi", "không sao"}},
		{"marks that make another word", Unknown, []string{"dừng", "đừng", "cò", "cô", "vắng", "khó", "chùa"}},
		{"đau without its mark is no đâu", Unknown, []string{"co dau", "dau co"}},
		{"no answer at all", Unknown, []string{"", " ", "?", "dạ", "ạ", "hôm qua", "khỏe", "1", "2", "10", "00", "👍", "thoát", "xem qr", "help", "\xff\xfe", "Nguyễn Văn An"}},
	}
	for _, test := range tests {
		for _, in := range test.inputs {
			if got := YesNo(in); got != test.want {
				t.Errorf("%s: YesNo(%q) = %s, want %s", test.name, in, got, test.want)
			}
		}
	}
}

func TestReadSex(t *testing.T) {
	tests := []struct {
		name   string
		want   Sex
		inputs []string
	}{
		{"plain", Male, []string{"nam", "Nam ạ", "NAM", "giới tính nam", "trai", "con trai", "đàn ông", "anh", "male", "M"}},
		{"plain", Female, []string{"nữ", "nu", "NỮ", "gái", "con gái", "đàn bà", "phụ nữ", "chị", "em là nữ", "female", "nuwx", "nu74", "nữ nhé con", "bà già", "mẹ", "cô"}},
		{"the third", Other, []string{"khác", "khac", "giới tính khác", "other"}},
		{"none told, or two", "", []string{"", "co", "ba", "nam nữ", "nam hay nữ", "năm", "nữa", "x", "1", "không", "Nam Định"}},
	}
	for _, test := range tests {
		for _, in := range test.inputs {
			got, ok := ReadSex(in)
			if got != test.want || ok != (test.want != "") {
				t.Errorf("%s: ReadSex(%q) = %q, %v, want %q", test.name, in, got, ok, test.want)
			}
		}
	}
}

func BenchmarkYesNo(b *testing.B) {
	for _, in := range []string{"có", "dạ không có ạ", "khoong cos ạ", "Nguyễn Văn An"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				YesNo(in)
			}
		})
	}
}
