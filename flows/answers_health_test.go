package flows

import "testing"

func TestAnswersToTheExposures(t *testing.T) {
	hear(t, standing("exposures"), []said{
		{"none, by number", "0", "none"}, {"none", "khong", "none"}, {"none", "dạ không có ạ", "none"}, {"nobody", "khong gap ai", "none"}, {"Hue", "khong di mo het", "none"}, {"at home", "o nha suot khong di dau", "none"},
		{"English", "none of these", "none"}, {"each denied", "1 khong 2 khong 3 khong", "none"},
		{"one", "1", "case"}, {"two", "1 3", "case person_from_area"}, {"two, with a comma", "1,3", "case person_from_area"}, {"all", "cả 3", "case epidemic_area person_from_area"}, {"in words", "so hai", "epidemic_area"},
		{"each by itself", "1 có 2 không 3 không", "case"}, {"a case, in words", "co tiep xuc F0", "case"}, {"a neighbour", "hang xom la f0", "case"}, {"told to be F1", "tôi là F1", "case"},
		{"from an area, in words", "về từ vùng dịch", "epidemic_area"}, {"somebody from there", "gặp người về từ vùng dịch", "person_from_area"},
		{"yes: which?", "co", "many.which"}, {"yes: which?", "yes", "many.which"},
		{"two of three denied", "1 khong 2 khong", "wrong.many"}, {"thirteen, or one and three?", "13", "wrong.many"}, {"not on the list", "4", "wrong.many"}, {"is Da Nang one?", "moi di da nang ve", "wrong.many"},
		{"does not know", "khong biet", "wrong.many"}, {"a hedge", "hinh nhu co gap f0", "wrong.many"}, {"a hedge", "chac khong", "wrong.many"}, {"one denied", "khong tiep xuc f0", "wrong.many"}, {"well: says nothing", "khoe", "wrong.many"},
		{"the market: says nothing", "di cho", "wrong.many"}, {"asks back", "co di dau khong?", "wrong.many"}, {"none and one", "0 1", "wrong.many"},
	})
}

func TestAnswersToTheDayOfExposure(t *testing.T) {
	met := Answer{ID: "exposures", Set: []string{"case"}}
	hear(t, standing("exposure_last", met), []said{
		{"yesterday", "hom qua", "2021-08-14"}, {"a day", "12/8", "2021-08-12"}, {"a day with its word", "ngày 12/8", "2021-08-12"}, {"about", "khoang 12/8", "2021-08-12"}, {"days ago", "3 ngay truoc", "2021-08-12"},
		{"Hue", "bữa tê", "2021-08-13"}, {"a weekday", "thu 7", "2021-08-14"}, {"English", "Aug 12", "2021-08-12"}, {"the first day asked for", "1/8", "2021-08-01"},
		{"the bare day is asked", "12", "2021-08-12?"}, {"not remembered", "khong nho", "skip"}, {"not remembered, by number", "0", "skip"}, {"not remembered", "quên rồi", "skip"},
		{"before the time asked for", "20/7", "wrong.window"}, {"last year", "12/08/2020", "wrong.window"}, {"ahead", "20/8", "wrong.date_future"}, {"a month", "thang truoc", "wrong.date_day"}, {"a week", "tuan truoc", "wrong.date"}, {"vague", "moi day", "wrong.date"},
		{"no such day", "31/06", "wrong.date_read"}, {"lunar", "mùng 3 âm lịch", "wrong.date_lunar"}, {"back", "quay lai", "> exposures"},
	})
}

func TestAnswersToTheSymptoms(t *testing.T) {
	hear(t, standing("symptoms"), []said{
		{"none, by number", "0", "none"}, {"none", "không", "none"}, {"well", "khỏe", "none"}, {"well", "binh thuong", "none"}, {"well", "khong sao ca", "none"}, {"Hue", "không răng mô", "none"}, {"Hue", "khong chi ca", "none"}, {"English", "I am fine", "none"}, {"two denied", "k sot k ho", "none"},
		{"by numbers", "1 2", "fever cough"}, {"in words", "sot ho", "fever cough"}, {"one yes, one no", "sot k ho", "fever"}, {"only", "khong sot chi ho", "cough"}, {"a little", "hơi mệt", "fatigue"}, {"the thermometer", "38,5", "fever"}, {"beyond the list", "đau đầu", "headache"},
		{"breath", "hoi kho tho", "short_of_breath"}, {"English", "fever and cough", "fever cough"}, {"number with a word", "1 nhẹ", "fever"},
		{"yes: which?", "co", "many.which"}, {"asks back", "sot khong?", "wrong.many"}, {"over: and now?", "het sot roi", "wrong.many"}, {"not well: how?", "khong khoe", "wrong.many"}, {"a cold: which signs?", "cam cum", "wrong.many"}, {"a hedge", "hinh nhu sot", "wrong.many"},
		{"does not know", "khong biet", "wrong.many"}, {"not on the list", "7", "wrong.many"}, {"no fever, other signs open", "37 do", "wrong.many"}, {"khai hộ is no cough", "khai ho", "form.running"}, {"thanks", "cam on", "thanks"},
	})
}

func TestAnswersToTheConditions(t *testing.T) {
	hear(t, standing("has_conditions"), []said{
		{"no, by number", "0", "no"}, {"no", "không", "no"}, {"no", "ko co benh", "no"}, {"yes, by number", "1", "yes"}, {"yes", "có", "yes"}, {"which, at once", "huyet ap, tieu duong", "yes; conditions=hypertension diabetes"}, {"which, in Hue", "tăng xông", "yes; conditions=hypertension"},
		{"pregnant", "có bầu 5 tháng", "yes; conditions=pregnant"}, {"English", "diabetes", "yes; conditions=diabetes"}, {"English", "no", "no"},
		{"well says nothing of them", "khoe", "wrong.yesno"}, {"low is not high", "huyet ap thap", "wrong.yesno"}, {"not on the list", "gout", "wrong.yesno"}, {"does not know", "khong biet", "wrong.yesno"}, {"2 is not offered", "2", "wrong.yesno"}, {"a hedge", "chac co", "wrong.yesno"},
		{"in need", "kho tho qua", "urgent"},
	})
	hear(t, standing("conditions", Answer{ID: "has_conditions", Value: "yes"}, Answer{ID: "birth", Value: "1990"}), []said{
		{"by number", "6", "hypertension"}, {"two", "6 9", "hypertension diabetes"}, {"in words", "tiểu đường, tim mạch", "heart diabetes"}, {"the last", "11", "pregnant"}, {"none after all", "0", "none"}, {"none after all", "khong", "none"}, {"pregnant", "co thai", "pregnant"},
		{"twelve is not offered", "12", "wrong.many"}, {"another", "khac", "wrong.many"}, {"not on the list", "gout", "wrong.many"}, {"does not know", "khong biet", "wrong.many"}, {"yes: which?", "co", "many.which"}, {"back", "quay lai", "> has_conditions"},
	})
	man := standing("conditions", Answer{ID: "has_conditions", Value: "yes"}, Answer{ID: "sex", Value: "male"})
	hear(t, man, []said{{"a man is not asked", "11", "wrong.many"}})
}

func TestAnswersToTheFurtherQuestions(t *testing.T) {
	hear(t, standing("more"), []said{
		{"no, by number", "0", "no"}, {"no", "khong", "no"}, {"enough", "du roi", "no"}, {"no need", "khong can", "no"}, {"leave it", "thôi khỏi", "no"}, {"passed over", "bo qua", "no"}, {"later", "lat nua", "no"}, {"English", "no thanks", "no"}, {"English", "skip", "no"}, {"too many questions", "hoi nhieu qua", "no"},
		{"yes, by number", "1", "yes"}, {"yes", "co", "yes"}, {"more", "khai them", "yes"}, {"all right", "ok", "yes"}, {"unclear", "the bhyt", "wrong.choice"}, {"2 is not offered", "2", "wrong.choice"}, {"perhaps", "co the", "wrong.choice"},
	})
	hear(t, standing("insurance"), []said{
		{"fifteen", "DN4460123456789", "DN4460123456789 | bhyt"}, {"in groups", "DN 4 46 0123456789", "DN4460123456789 | bhyt"}, {"the last ten", "0123456789", "0123456789 | bhxh"}, {"with words", "số thẻ BHYT là GD4464600123456", "GD4464600123456 | bhyt"},
		{"passed over", "0", "skip"}, {"none", "khong co", "skip"}, {"lost", "mất rồi", "skip"}, {"none yet", "chua co the", "skip"}, {"forgotten", "quen roi", "skip"}, {"not with her", "khong mang theo", "skip"},
		{"too short", "123", "wrong.insurance"}, {"another paper", "191234567", "wrong.insurance"}, {"no such benefit", "DN9460123456789", "wrong.insurance"}, {"the word alone", "so the", "wrong.insurance"},
	})
	hear(t, standing("ethnicity"), []said{
		{"by number", "1", "kinh"}, {"in words", "Kinh", "kinh"}, {"with its label", "dân tộc Kinh", "kinh"}, {"Việt is Kinh", "viet", "kinh"}, {"Pa Cô stands with Tà Ôi", "pa ko", "ta_oi"}, {"unmarked", "co tu", "co_tu"}, {"half", "van kieu", "bru_van_kieu"}, {"no command here", "vietnamese", "kinh"},
		{"beyond the list", "Ê Đê", "Ê Đê"}, {"passed over", "0", "skip"}, {"will not say", "khong", "skip"}, {"does not know", "khong biet", "skip"}, {"a number not offered", "11", "wrong.choice"}, {"signs", "!!!", "wrong.choice"},
	})
	hear(t, standing("marital"), []said{
		{"by number", "2", "married"}, {"in words", "co chong", "married"}, {"family", "có gia đình rồi", "married"}, {"single", "doc than", "single"}, {"not yet", "chua co vo", "single"}, {"not yet", "chưa", "single"}, {"widowed", "goa", "widowed"}, {"widowed", "chồng mất rồi", "widowed"}, {"divorced", "ly hôn", "divorced"}, {"English", "married", "married"},
		{"passed over", "0", "skip"}, {"will not say", "khong noi", "skip"}, {"unclear", "co", "wrong.choice"}, {"not offered", "5", "wrong.choice"},
	})
	hear(t, standing("education"), []said{
		{"by number", "5", "university"}, {"in words", "dai hoc", "university"}, {"short", "cđ", "college"}, {"school alone", "cap 3", "untrained"}, {"school alone", "12/12", "untrained"}, {"none", "khong di hoc", "untrained"}, {"vocational", "trung cấp", "intermediate"}, {"master", "thac si", "postgraduate"}, {"English", "university", "university"},
		{"passed over", "bo qua", "skip"}, {"no", "khong", "skip"}, {"unclear", "sinh vien", "wrong.choice"}, {"not offered", "7", "wrong.choice"},
	})
	hear(t, standing("occupation"), []said{
		{"words", "làm ruộng", "làm ruộng"}, {"at home", "o nha", "o nha"}, {"retired", "hưu trí", "hưu trí"}, {"two", "buôn bán, may vá", "buôn bán, may vá"}, {"English", "nurse in emergency", "nurse in emergency"}, {"in a hospital", "y ta cap cuu", "y ta cap cuu"}, {"pupil", "hoc sinh", "hoc sinh"},
		{"passed over", "0", "skip"}, {"none", "khong co", "skip"}, {"none", "khong", "skip"}, {"does not know", "khong biet", "skip"}, {"signs", "???!", "wrong.text"}, {"thanks", "cam on", "thanks"},
	})
	hear(t, standing("workplace"), []said{
		{"words", "chợ Đông Ba", "chợ Đông Ba"}, {"a school", "truong THCS Tran Phu", "truong THCS Tran Phu"}, {"a factory", "Cty dệt may Huế", "Cty dệt may Huế"}, {"at home", "o nha", "o nha"}, {"free", "tu do", "tu do"}, {"abroad", "Laos", "Laos"},
		{"passed over", "0", "skip"}, {"none", "khong co", "skip"}, {"no", "ko", "skip"}, {"passed over", "bỏ qua", "skip"}, {"emoji", "🏠", "wrong.text"}, {"back", "quay lai", "> occupation"},
	})
}

func TestAnswersToTheReview(t *testing.T) {
	hear(t, standing(Review), []said{
		{"as asked", "OK", "Declare"}, {"yes", "dung roi", "Declare"}, {"send", "gui di", "Declare"}, {"send", "Gửi", "Declare"}, {"done", "xong", "Declare"}, {"thanks and yes", "ok cam on", "Declare"}, {"a thumb", "👍", "Declare"}, {"English", "submit", "Declare"}, {"yes", "y", "Declare"},
		{"as asked", "SUA", "review.which"}, {"no", "khong", "review.which"}, {"wrong", "sai rồi", "review.which"}, {"which address?", "sua dia chi", "review.which"},
		{"by number", "2", "> birth"}, {"by number", "sua cau 3", "> id_number"}, {"by number", "3 sai", "> id_number"}, {"by name", "sua ngay sinh", "> birth"}, {"by name", "tên sai", "> full_name"}, {"by name", "noi o", "> current"}, {"by name", "trieu chung", "> symptoms"}, {"English", "change 3", "> id_number"}, {"English", "birth date is wrong", "> birth"},
		{"once more", "cho xem lai", "review.health"}, {"not yet", "khong gui", "wrong.review"}, {"not offered", "99", "wrong.item"}, {"0 is not offered", "0", "wrong.item"}, {"unclear", "abc", "wrong.review"}, {"Huy may want out", "huy", "wrong.review"},
		{"wait", "khoan", "wait"}, {"thanks alone", "cam on con", "thanks"}, {"anew", "lam lai", "> full_name"}, {"out", "thoat", "leave.done"}, {"back", "quay lai", "> more"},
	})
}
