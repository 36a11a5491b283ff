package reading

import (
	"fmt"
	"strings"
	"testing"
)

// said writes a reading as the tables below do: present ids, -absent ids, none,
// the temperature, or ? when the form must ask again.
func said(present, absent []string, none bool, celsius float64, ok bool) string {
	if !ok {
		return "?"
	}
	parts := append([]string{}, present...)
	for _, id := range absent {
		parts = append(parts, "-"+id)
	}
	if none {
		parts = append(parts, "none")
	}
	if celsius != 0 {
		parts = append(parts, fmt.Sprint(celsius))
	}
	return strings.Join(parts, " ")
}

var sixSymptoms = []string{"fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue"}

func TestReadSymptoms(t *testing.T) {
	type cases map[string][]string
	tests := []struct {
		name string
		want cases
	}{
		{"lists, however joined", cases{
			"cough fever":       {"sốt, ho", "Sốt và ho", "sot ho", "sốt + ho", "sốt/ho", "SỐT CAO, HO NHIỀU", "bị sốt với ho", "sốt nhẹ, ho khan", "sốt từ hôm qua, ho 2 ngày nay", "fever and cough", "🤒 sốt ho", "soots ho", "so^'t, ho", "Sèt, ho", "ho sốt 3 ngày"},
			"cough sore_throat": {"ho khan, rát họng", "ho có đờm, đau họng"},
		}},
		{"words for the six and the others", cases{
			"short_of_breath": {"can't breathe", "hard to breathe", "khó thở", "thở không được", "không thở được", "hụt hơi", "tức thở"}, "fatigue": {"hơi mệt", "mệt mỏi", "uể oải", "mệt quá", "người mệt"},
			"loss_of_smell": {"mất mùi", "không ngửi được mùi", "ko ngui thay mui"}, "loss_of_taste": {"mất vị giác", "ăn không biết vị"}, "loss_of_smell loss_of_taste": {"mất mùi vị", "mat mui mat vi", "loss of taste and smell", "ăn không thấy mùi vị"},
			"headache": {"đau đầu", "nhức đầu", "đau trốc"}, "diarrhea": {"tiêu chảy", "ỉa chảy"}, "nausea": {"buồn nôn", "nôn", "ói"}, "chills": {"ớn lạnh", "rét run"}, "muscle_pain": {"đau nhức người", "dau minh may"},
			"rash": {"phát ban"}, "skin_bleeding": {"xuất huyết dưới da"}, "chest_pain": {"tức ngực"}, "runny_nose": {"sổ mũi", "chảy nước mũi"},
		}},
		{"no stands for what follows it", cases{
			"fever -cough":                        {"sot k ho", "sốt ko ho", "có sốt nhưng không ho", "sốt mà không ho", "sốt, không ho"},
			"cough -fever":                        {"không sốt, chỉ ho", "ko sot chi ho", "không sốt, ho nhiều", "không sốt nhưng ho", "không sốt mà ho", "không sốt, có ho"},
			"fever -cough -fever":                 nil,
			"-cough -fever none":                  {"không ho không sốt", "k sot k ho", "không sốt, không ho ạ", "không bị sốt hay ho", "không sốt hoặc ho", "không có sốt, ho", "không ho, không sốt, bình thường", "Sốt: không, ho: không", "0 sốt 0 ho", "chưa sốt chưa ho", "không có biểu hiện sốt ho", "không sốt ho", "không sốt không ho không gì hết", "không sốt ho chút nào"},
			"-cough -fever -short_of_breath none": {"k ho k sot k kho tho", "khong sot ho kho tho", "không có sốt, ho, khó thở", "không có các triệu chứng: sốt, ho, khó thở"},
			"-fever":                              {"không sốt", "ko sot a", "không sốt gì cả", "chưa sốt"},
			"cough headache -fever":               {"ho, không sốt, đau đầu"},
			"sore_throat -cough -fever":           {"ko sốt ko ho chỉ đau họng"},
			"fever -cough -short_of_breath":       {"sốt: có, ho: không, khó thở: không", "sốt có, ho không, khó thở không"},
		}},
		{"over, or not yet", cases{
			"-fever":         {"hết sốt rồi", "het sot roi", "sốt hết rồi", "sốt hôm qua, nay hết rồi", "đã hạ sốt", "không còn sốt", "bữa qua sốt chừ hết rồi"},
			"fever":          {"chưa hết sốt", "vẫn còn sốt", "vẫn chưa hết sốt", "đỡ sốt", "con sot"},
			"fatigue -cough": {"hết ho rồi nhưng còn mệt", "het ho con met"},
		}},
		{"none at all", cases{
			"none": {"khong chi ca", "không chi hết", "không mục nào", "khỏe như voi", "I'm ok", "không", "dạ không ạ", "không có", "k", "0", "không có triệu chứng gì", "khong co trieu chung", "ko có gì hết", "bình thường", "bt", "khỏe", "khoẻ ạ", "vẫn khỏe mạnh bình thường", "sức khỏe tốt", "không sao", "không răng cả", "không có chi mô", "không có dấu hiệu bất thường", "none", "no symptoms", "khoong", "Kh«ng", "không có vấn đề gì về sức khỏe", "chưa thấy gì", "mọi thứ bình thường", "Dạ em khoẻ ạ cảm ơn bác sĩ"},
		}},
		{"none but one", cases{
			"cough":   {"không có triệu chứng gì ngoài ho nhẹ", "không có gì, chỉ ho", "khỏe, chỉ ho"},
			"fatigue": {"bình thường, hơi mệt", "không. chỉ mệt", "không có triệu chứng, chỉ hơi mệt"},
		}},
		{"temperatures; 37.5 °C is a fever", cases{
			"fever 38.5": {"sốt 38,5 độ", "sốt 38.5", "38.5", "38 độ 5", "38 độ rưỡi", "sốt 38°5", "nhiệt độ 38,5"}, "fever 39": {"sốt 39", "39 độ", "sốt 39 độ C"},
			"36.5": {"36,5 độ", "36.5"}, "-fever 36.8": {"không sốt, 36.8 độ"},
		}},
		{"looks like a symptom and is none", cases{
			"?": {"khai hộ", "khai ho cho me", "họ Nguyễn", "toi ho Nguyen", "họ tên", "ho ten", "hộ khẩu Huế", "ho khau", "sốt ruột", "sot ruot qua", "thiếu sót", "TP Hồ Chí Minh", "di tu Ho Chi Minh ve", "ho so", "thuốc ho", "nước sốt", "em oi"},
		}},
		{"a no for something else leaves the symptom", cases{
			"fever": {"không đi làm vì sốt", "nghỉ học vì sốt", "không những sốt"}, "cough fever": {"không những sốt mà còn ho"},
		}},
		{"doubtful: ask", cases{
			"?": {"sốt không", "sốt không?", "có sốt không", "sốt?", "không sốt, ho", "không sốt, ho, khó thở", "không sốt và ho", "sot k ho kho tho", "hình như sốt", "chắc bị sốt", "không biết", "không nhớ", "không khỏe", "ko khoe lam", "không, ho", "sốt, ho, giờ hết rồi", "có", "có ạ", "ok", "đau bụng", "không bị dị ứng", "", "abc", "hôm qua", "không ho mà có ho", "không sốt cao", "không ho nhiều", "không mệt lắm", "ho 3"},
		}},
		{"numbers of the list shown", cases{
			"fever short_of_breath sore_throat": {"1 3 5", "1,3,5", "1.3.5", "1-3-5", "1 3 5 ạ", "số 1, 3 và 5"}, "fever short_of_breath": {"1va3"}, "cough fever": {"1️⃣2️⃣", "1. Sốt 2. Ho"},
			"none": {"0", "0 ạ"}, "?": {"7", "12", "1-3", "1, 0", "00", "1 và ho"},
		}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				sy, ok := ReadSymptoms(in, sixSymptoms)
				if got := said(sy.Present, sy.Absent, sy.None, sy.TemperatureC, ok); got != want {
					t.Errorf("%s: ReadSymptoms(%q) = %s, want %s", test.name, in, got, want)
				}
			}
		}
	}
}

func TestReadConditions(t *testing.T) {
	type cases map[string][]string
	tests := []struct {
		name string
		want cases
	}{
		{"the eleven in words", cases{
			"liver": {"viêm gan B", "xơ gan", "benh gan man tinh"}, "blood": {"thiếu máu", "bệnh máu mãn tính"}, "lung": {"hen suyễn", "COPD", "lao phổi"}, "kidney": {"suy thận mãn, chạy thận"},
			"heart": {"bệnh tim", "tim mạch"}, "hypertension": {"cao huyết áp", "huyết áp cao", "bị huyết áp", "tăng xông", "tui bi tha"}, "hiv_immune": {"HIV", "suy giảm miễn dịch"}, "transplant": {"ghép thận", "ghép tủy xương"},
			"diabetes": {"tiểu đường", "đái tháo đường type 2", "tiểu đường tuýp 2"}, "cancer": {"ung thư gan"}, "pregnant": {"có thai", "mang bầu", "có thai 5 tháng", "bầu"},
			"diabetes hypertension": {"tieu duong, cao huyet ap", "tiểu đường và huyết áp"}, "heart hypertension": {"tim mạch, huyết áp cao"},
		}},
		{"no", cases{
			"none":                         {"không", "không có", "ko co benh nen", "không có bệnh gì", "không bệnh gì hết", "tui không có bệnh chi hết", "không có chi mô", "0", "k"},
			"-pregnant":                    {"không có thai", "chưa có thai", "chua co thai", "không mang thai"},
			"diabetes -pregnant":           {"ko mang thai, bị tiểu đường"},
			"-diabetes -hypertension none": {"không tiểu đường, không cao huyết áp"},
			"-kidney -liver -lung none":    {"không có bệnh gan, phổi, thận"},
		}},
		{"numbers of the list shown", cases{"blood liver": {"1,2"}, "pregnant": {"11"}, "?": {"12", "1-2"}}},
		{"ask", cases{"?": {"khỏe mạnh", "bình thường", "huyết áp thấp", "mỡ máu", "có", "không biết", "gan phổi thận đều tốt", "từng bị ung thư, đã khỏi", "viêm phổi", "dị ứng", "có thai không"}}},
	}
	eleven := []string{"liver", "blood", "lung", "kidney", "heart", "hypertension", "hiv_immune", "transplant", "diabetes", "cancer", "pregnant"}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				c, ok := ReadConditions(in, eleven)
				if got := said(c.Present, c.Absent, c.None, 0, ok); got != want {
					t.Errorf("%s: ReadConditions(%q) = %s, want %s", test.name, in, got, want)
				}
			}
		}
	}
}

func TestReadChoices(t *testing.T) {
	tests := []struct {
		name, input string
		want        string
	}{
		{"commas", "1,3,5", "[1 3 5]"}, {"blanks", "1 3 5", "[1 3 5]"}, {"dots", "1.3.5", "[1 3 5]"}, {"slash", "1/3", "[1 3]"}, {"word between", "1va3", "[1 3]"}, {"words around", "số 1 và số 3 ạ", "[1 3]"},
		{"twice, and out of order", "5 1 1", "[1 5]"}, {"full width", "１，３", "[1 3]"}, {"keys", "1️⃣ 3️⃣", "[1 3]"}, {"leading zero", "01", "[1]"}, {"brackets", "(1) (3)", "[1 3]"},
		{"all of them", "cả 6", "[1 2 3 4 5 6]"}, {"all of them?", "cả 3", "?"}, {"both", "cả 1 và 3", "[1 3]"}, {"both", "cả 1 lẫn 3", "[1 3]"},
		{"a number in words", "số hai", "[2]"}, {"a number in words", "hai", "[2]"}, {"numbers in words", "so mot va so ba", "[1 3]"}, {"a word, or a number?", "ba", "?"}, {"a word, or a number?", "sau", "?"}, {"chosen", "chọn 2", "[2]"},
		{"none in English", "none of these", "[]"}, {"none of anything, in Hue", "khong chi ca", "[]"},
		{"zero is none", "0", "[]"}, {"none in a word", "không", "[]"}, {"none, politely", "dạ không có ạ", "[]"},
		{"hyphens between three are a list", "1-3-5", "[1 3 5]"}, {"a range in words", "2 đến 4", "[2 3 4]"},
		{"range or pair?", "1-3", "?"}, {"thirteen, or one and three?", "13", "?"}, {"off the list", "7", "?"}, {"none and one", "0 1", "?"}, {"minus", "-1", "?"}, {"a sum", "5%", "?"},
		{"words", "abc", "?"}, {"nothing", "", "?"}, {"does not know", "không biết", "?"}, {"a huge number", "99999999999999999999", "?"}, {"a backward range", "4 đến 2", "?"}, {"a date", "10/7", "?"},
	}
	for _, test := range tests {
		got := "?"
		if numbers, ok := ReadChoices(test.input, 6); ok {
			got = fmt.Sprint(numbers)
		}
		if got != test.want {
			t.Errorf("%s: ReadChoices(%q) = %s, want %s", test.name, test.input, got, test.want)
		}
	}
}
