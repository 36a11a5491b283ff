package flows

import "testing"

func TestAnswersToTheRegisteredResidence(t *testing.T) {
	hear(t, standing("permanent"), []said{
		{"as asked", "tổ 3, phường Vỹ Dạ, TP Huế", "19777 | TDP 3"},
		{"without marks", "to 3 vy da hue", "19777 | TDP 3"},
		{"hỏi for ngã, as Hue writes", "Quãng Phước, Quãng Điền", "19882"},
		{"the ward alone", "an cuu", "19801"},
		{"an old name", "phường Phú Cát", "19756"}, {"an old district", "xã Thủy Vân, Hương Thủy", "19963"},
		{"house and street", "kiệt 131 Trần Phú, Phước Vĩnh, Huế", "19798 | kiệt 131 Trần Phú"},
		{"another province", "quan 1 tphcm", "in 760?"}, {"a district alone", "huyện Phú Vang", "in 478?"}, {"the city alone", "tp hue", "in 474?"},
		{"two wards without marks", "huong van", "which? 20008 20011"}, {"a province or its city", "hue", "which? 46 474"},
		{"a hamlet alone is a beginning", "thon duong no dong", "thon duong no dong?"}, {"so is a street", "12 le loi", "12 le loi?"}, {"and a quarter", "tổ 3", "tổ 3?"},
		{"abroad", "nuoc ngoai", "abroad"}, {"a country", "USA", "abroad"}, {"none", "chua co ho khau", "none"},
		{"does not know", "khong nho", "wrong.place_unknown"}, {"as on the card", "nhu cccd", "wrong.place"}, {"quê is no town", "o que", "wrong.place"},
		{"a market", "gan cho", "wrong.place"}, {"a number", "3", "wrong.place"}, {"as above: there is nothing above", "nhu tren", "wrong.place"},
	})
}

func TestAnswersToARestOfAPlace(t *testing.T) {
	hamlet := standing("permanent")
	hamlet.State.Open = &Open{ID: "permanent", Typed: "thôn Dưỡng Mong", Sub: "Thôn Dưỡng Mong"}
	hear(t, hamlet, []said{
		{"the commune keeps the hamlet", "xã Phú Mỹ, Phú Vang", "19927 | Thôn Dưỡng Mong"}, {"the district is asked further", "phu vang", "in 478?"},
		{"unclear", "gan cho", "wrong.place"}, {"back", "quay lai", "resident.permanent.ask"}, {"a house too", "nha so 5", "thôn Dưỡng Mong; nha so 5?"}, {"not known", "khong biet", "wrong.place_unknown"},
	})
	within := standing("permanent")
	within.State.Open = &Open{ID: "permanent", Typed: "phú vang", Within: "478"}
	hear(t, within, []said{
		{"the commune", "phu my", "19927"}, {"with its hamlet", "thon 2 phu my", "19927 | Thôn 2"}, {"not known, by number", "0", "478"}, {"not known", "khong ro", "478"}, {"not known", "k biet", "478"},
		{"a town elsewhere after all", "phong dien", "19819"}, {"another commune after all", "vỹ dạ", "19777"}, {"not there", "abc", "wrong.place_within"}, {"the same again", "phu vang", "wrong.place_within"},
		{"a number not offered", "7", "wrong.place"}, {"yes", "co", "wrong.place_within"}, {"back", "quay lai", "resident.permanent.ask"},
	})
	which := standing("permanent")
	which.State.Open = &Open{ID: "permanent", Typed: "huong phong", Codes: []string{"20002", "20080"}}
	hear(t, which, []said{
		{"the first", "1", "20002"}, {"the second", "2", "20080"}, {"by its district", "a luoi", "20080"}, {"by its district, whole", "huyen A Luoi", "20080"}, {"again, whole", "huong phong, a luoi", "20080"},
		{"by number and word", "so 2", "20080"}, {"another place", "vy da", "19777"}, {"not offered", "3", "wrong.place"}, {"zero", "0", "wrong.place"}, {"unclear", "abc", "wrong.place"}, {"not known", "khong biet", "wrong.place_unknown"}, {"back", "quay lai", "resident.permanent.ask"},
	})
}

func TestAnswersToTheQuarter(t *testing.T) {
	hear(t, standing("permanent_sub", Answer{ID: "permanent", Value: "19777"}), []said{
		{"as asked", "tổ 3", "tổ 3 | TDP 3"}, {"a number", "3", "tổ 3 | TDP 3"}, {"a hamlet", "thon vinh ve", "thon vinh ve | Thôn Vinh Ve"}, {"with the house", "so 12 to 5", "so 12 to 5 | TDP 5 | so 12"},
		{"a house alone", "12 nguyen hue", "12 nguyen hue | 12 nguyen hue"}, {"words", "giữa làng", "giữa làng | giữa làng"}, {"with the ward again", "tdp 3 phuong vy da", "tdp 3 phuong vy da | TDP 3"},
		{"passed over", "0", "skip"}, {"passed over", "bỏ qua", "skip"}, {"not known", "khong nho", "skip"}, {"not known", "ko biet", "skip"}, {"none", "không có", "skip"},
		{"the ward was wrong", "phường An Cựu", "permanent=19801"}, {"yes is no quarter", "ok", "wrong.quarter"}, {"as above", "nhu tren", "wrong.quarter"}, {"a year", "1960", "wrong.quarter"}, {"thanks", "cam on", "thanks"}, {"signs", "??!", "wrong.quarter"},
	})
}

func TestAnswersToWhereOneLives(t *testing.T) {
	hear(t, standing("current"), []said{
		{"by number", "1", "same"}, {"as above", "nhu tren", "same"}, {"yes", "co", "same"}, {"right", "đúng rồi", "same"}, {"at home", "ở nhà", "same"}, {"at home, and stays there", "o nha khong di dau ca", "same"},
		{"no other", "không khác", "same"}, {"Hue", "y rua", "same"}, {"slang", "y chang", "same"}, {"number and words", "1 nhu ho khau", "same"}, {"English", "same as above", "same"}, {"there still", "van o do", "same"},
		{"elsewhere", "kiet 5 an duong vuong an cuu", "19801 | kiet 5 an duong vuong"}, {"elsewhere", "tổ 5 Thủy Xuân", "19813 | TDP 5"}, {"in another province", "dang o sai gon", "in 79?"}, {"in the hospital", "benh vien trung uong hue", "in 474?"},
		{"no: to what?", "khong", "wrong.place"}, {"rented: where?", "o tro", "wrong.place"}, {"quarantine: where?", "khu cach ly", "khu cach ly?"}, {"not known", "khong biet", "wrong.place_unknown"}, {"2 is not offered", "2", "wrong.place"},
	})
	hear(t, standing("current", Answer{ID: "permanent", Value: "abroad"}), []said{
		{"nothing stands above", "nhu tren", "wrong.place"}, {"nothing stands above", "1", "wrong.place"}, {"at home: where?", "o nha", "wrong.place_unknown"}, {"yes: to what?", "co", "wrong.place"}, {"a place", "phuong vy da", "19777"},
		{"a district", "huyen phu loc", "in 482?"}, {"a hotel", "khach san Huong Giang, phuong vy da", "19777 | khach san Huong Giang"}, {"English", "Vy Da ward, Hue city", "19777"}, {"the city", "Hue city", "in 474?"},
		{"abroad", "USA", "wrong.place"}, {"unclear", "hotel", "wrong.place"}, {"thanks", "thank you", "thanks"},
	})
}

// What stood at the registered residence cannot be meant once there is none.
func TestNoPlaceAsAboveWhereThereIsNone(t *testing.T) {
	s := standing("permanent")
	s.State.Answers = append(s.State.Answers, Answer{ID: "current", Value: "same"})
	after, _ := turnNew(s, plainEvent("o nuoc ngoai"))
	if after.State.answer("current") != nil || after.Question != "current" {
		t.Errorf("stands at %s with %+v", after.Question, after.State.answer("current"))
	}
}
