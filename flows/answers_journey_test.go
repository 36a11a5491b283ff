package flows

import (
	"slices"
	"testing"
	"time"
)

// travelling is a session at a question of a man's first journey home from Đà
// Nẵng by coach, with all that comes before it answered; answers given here take
// the place of his.
func travelling(question string, other ...Answer) Session {
	his := []Answer{
		{ID: "full_name", Value: "Lê Văn Cường"}, {ID: "birth", Value: "1990"}, {ID: "id_number", Value: "191234567", Type: "cmnd"}, {ID: "sex", Value: "male"},
		{ID: "from", Value: "20200", Sub: "TDP 3"}, {ID: "vehicle", Value: "coach"}, {ID: "vehicle_no", Value: "75B-01234", Type: "car"},
		{ID: "departed_on", Value: "2021-08-15"}, {ID: "arrive_on", Value: "2021-08-15"}, {ID: "destination", Value: "19777", Sub: "TDP 3"},
		{ID: "passed", Value: "none"}, {ID: "countries", Value: "none"}, {ID: "exposures", Value: "none"}, {ID: "symptoms", Value: "none"}, {ID: "has_conditions", Value: "no"},
		{ID: "doses", Value: "2"}, {ID: "last_dose", Value: "2021-07-20"}, {ID: "recovered_on", Value: Skipped}, {ID: "more", Value: "yes"},
	}
	s := Session{Form: Journey.ID, Question: question, Asked: time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)}
	s.State = State{Run: 1, Question: question}
	place := func(id string) int {
		return slices.IndexFunc(Journey.Questions, func(q Question) bool { return q.ID == id })
	}
	for _, a := range his {
		if place(a.ID) < place(question) {
			s.State.Answers = append(s.State.Answers, a)
		}
	}
	for _, a := range other {
		s.State.Answers = put(s.State.Answers, a)
	}
	slices.SortStableFunc(s.State.Answers, func(a, b Answer) int { return place(a.ID) - place(b.ID) })
	return s
}

func TestAnswersToWhereOneComesFrom(t *testing.T) {
	hear(t, travelling("from"), []said{
		{"as asked", "tổ 3, phường Hòa Minh, Liên Chiểu, Đà Nẵng", "20200 | TDP 3"}, {"without marks", "to 3 hoa minh lien chieu da nang", "20200 | TDP 3"},
		{"house and street", "12 Lê Lợi, Bến Nghé, quận 1, TP HCM", "26740 | 12 Lê Lợi"}, {"a province", "Đà Nẵng", "in 48?"}, {"a city by another name", "sai gon", "in 79?"}, {"a district", "quan 7 tphcm", "in 778?"},
		{"in words", "em đi từ Hà Nội về", "in 01?"}, {"a country", "Lào", "LA"}, {"a country with its town", "Savannakhet, Lào", "LA"}, {"a country, in words", "từ bên Thái Lan", "TH"}, {"English", "from South Korea", "KR"}, {"America", "mỹ", "US"},
		{"a hamlet is a beginning", "thôn 5", "thôn 5?"}, {"a street too", "12 le loi", "12 le loi?"},
		{"at home", "vy da", "wrong.from_home"}, {"at home", "hue", "wrong.from_home"}, {"the province itself", "ve hue", "wrong.from_home"}, {"a ward of home that lies elsewhere too", "phu nhuan", "wrong.from_home"}, {"then with its city", "phu nhuan tphcm", "in 768?"},
		{"Vietnam is no country here", "viet nam", "wrong.place"}, {"unclear", "abc", "wrong.place"}, {"the airport", "san bay", "wrong.place"}, {"yes", "co", "wrong.place"}, {"a number", "3", "wrong.place"}, {"not known", "khong biet", "wrong.place_unknown"}, {"back", "quay lai", "> sex"},
	})
	within := travelling("from")
	within.State.Open = &Open{ID: "from", Typed: "sai gon", Within: "79"}
	hear(t, within, []said{
		{"the district", "quan 7", "in 778?"}, {"the ward", "ben nghe", "26740"}, {"not known", "0", "79"}, {"not known", "khong ro", "79"}, {"elsewhere after all", "da nang", "in 48?"}, {"abroad after all", "lao", "LA"}, {"not there", "abc", "wrong.place_within"},
	})
}

func TestAnswersToTheVehicle(t *testing.T) {
	hear(t, travelling("vehicle"), []said{
		{"by number", "5", "motorbike"}, {"as listed", "Xe khách", "coach"}, {"without marks", "xe may", "motorbike"}, {"in words", "em đi xe máy về", "motorbike"}, {"an old word", "xe đò", "coach"}, {"by number with its word", "số 2", "train"},
		{"a plane", "di may bay", "plane"}, {"a train by its old name", "tau lua", "train"}, {"own car", "ô tô nhà", "car"}, {"a lorry", "xe tai", "other"}, {"on foot", "di bo", "other"}, {"English", "motorbike", "motorbike"},
		{"a flight alone", "VN1543", "plane; vehicle_no=VN1543 | flight"}, {"a flight with its seat", "VN1543 12A", "plane; vehicle_no=VN1543 | flight; seat=12A"}, {"a train alone", "SE3", "train; vehicle_no=SE3 | train"},
		{"all in one", "di xe khach Hung Cuong 75B-012.34", "coach; vehicle_no=75B-01234 | car"}, {"a motorbike's plate", "xe máy 75B1-123.45", "motorbike; vehicle_no=75B1-12345 | motorbike"}, {"a company, no plate", "xe khach Hoang Long", "coach"}, {"a flight of a company", "Vietjet VJ345", "plane; vehicle_no=VJ345 | flight"},
		{"two kinds", "may bay roi taxi", "wrong.choice"}, {"a plate that could be a coach's or a car's", "75B-012.34", "wrong.choice"}, {"xe alone", "xe", "wrong.choice"}, {"denied", "khong di xe may", "wrong.choice"}, {"not listed", "9", "wrong.choice"}, {"with whom", "di voi con", "wrong.choice"}, {"not known", "chua biet", "wrong.choice"}, {"thanks", "cam on", "thanks"},
	})
}

func TestAnswersToTheNumberOfTheVehicle(t *testing.T) {
	hear(t, travelling("vehicle_no"), []said{
		{"a plate", "75B-012.34", "75B-01234 | car"}, {"typed otherwise", "75b 01234", "75B-01234 | car"}, {"with its word", "bien so 75B-012.34 a", "75B-01234 | car"}, {"with a seat", "75B-012.34 ghe 12", "75B-01234 | car; seat=12"}, {"with the company", "Hùng Cường 75B-012.34", "75B-01234 | car"},
		{"the company alone", "xe Hoàng Long", "xe Hoàng Long"}, {"a part of it", "75B", "75B"}, {"passed over", "0", "skip"}, {"passed over", "bỏ qua", "skip"}, {"not known", "khong biet", "skip"}, {"not remembered", "không nhớ", "skip"}, {"none", "khong co", "skip"},
		{"yes", "co", "wrong.sign"}, {"ok", "ok", "wrong.sign"}, {"one digit", "3", "wrong.sign"}, {"a telephone", "0900123456", "wrong.sign"}, {"signs", "???", "help.text"}, {"nothing", "", "wrong.sign"}, {"thanks", "cam on", "thanks"}, {"back", "quay lai", "> vehicle"},
	})
	hear(t, travelling("vehicle_no", Answer{ID: "vehicle", Value: "plane"}), []said{
		{"a flight", "VN1543", "VN1543 | flight"}, {"with blanks", "vn 1543", "VN1543 | flight"}, {"with a seat", "VN1543, ghế 12A", "VN1543 | flight; seat=12A"}, {"in a sentence", "chuyến bay VJ345 lúc 9h", "VJ345 | flight"}, {"the digits alone", "1543", "1543"}, {"the company", "vietjet", "vietjet"}, {"two of them", "VN1543 hoac VN1545", "VN1543 hoac VN1545"},
	})
	hear(t, travelling("vehicle_no", Answer{ID: "vehicle", Value: "train"}), []said{
		{"a train", "se3", "SE3 | train"}, {"with its seat", "SE3 toa 5 ghe 12", "SE3 | train; seat=toa 5 ghe 12"}, {"in words", "tàu SE4 ạ", "SE4 | train"},
	})
}

func TestAnswersToTheDayOfDeparture(t *testing.T) {
	hear(t, travelling("departed_on"), []said{
		{"by number", "1", "2021-08-15"}, {"by number", "2", "2021-08-16"}, {"today", "hom nay", "2021-08-15"}, {"this afternoon", "chiều nay đi", "2021-08-15"}, {"tomorrow", "ngay mai", "2021-08-16"}, {"with other words", "mai toi ve", "2021-08-16"}, {"left already", "hom qua di", "2021-08-14"}, {"a day", "20/8", "2021-08-20"}, {"a day in words", "ngày 20 tháng 8", "2021-08-20"},
		{"a weekday to come", "thu 6", "2021-08-20"}, {"English", "tomorrow", "2021-08-16"}, {"the day after", "mốt", "2021-08-17"}, {"with the hour", "5h sáng mai", "2021-08-16"}, {"long on the way", "20/7", "2021-07-20"},
		{"the bare day is asked", "20", "2021-08-20?"}, {"departure and arrival", "14/8 15/8", "2021-08-14; arrive_on=2021-08-15"}, {"with a dash", "14/8-16/8", "2021-08-14; arrive_on=2021-08-16"}, {"in words", "đi hôm nay mai đến", "2021-08-15; arrive_on=2021-08-16"}, {"in words", "14/8 di 16/8 den", "2021-08-14; arrive_on=2021-08-16"},
		{"an arrival that is over", "10/8 12/8", "wrong.date_read"}, {"the wrong way round", "16/8 14/8", "wrong.date_read"}, {"too far ahead", "20/10", "wrong.travel_far"}, {"too long ago", "1/6", "wrong.travel_old"}, {"a month", "tháng 9", "wrong.date_day"}, {"next week", "tuan sau", "wrong.date"}, {"no such day", "31/9", "wrong.date_read"}, {"on the way", "dang di", "wrong.date"}, {"not known", "chua biet", "wrong.date"},
	})
}

func TestAnswersToTheDayOfArrival(t *testing.T) {
	hear(t, travelling("arrive_on"), []said{
		{"the same day, by number", "1", "2021-08-15"}, {"the next, by number", "2", "2021-08-16"}, {"today", "hôm nay", "2021-08-15"}, {"tonight", "toi nay", "2021-08-15"}, {"tomorrow", "sang mai", "2021-08-16"}, {"with other words", "mai toi ve", "2021-08-16"}, {"a day", "17/8", "2021-08-17"}, {"in words", "ngay 17 thang 8", "2021-08-17"}, {"in two days", "2 ngay nua", "2021-08-17"},
		{"a weekday", "thứ 4", "2021-08-18"}, {"English", "Aug 17", "2021-08-17"}, {"the last that may be declared", "14/9", "2021-09-14"}, {"the bare day is asked", "17", "2021-08-17?"},
		{"before the departure", "14/8", "wrong.arrive_before"}, {"yesterday", "hom qua", "wrong.arrive_before"}, {"too far ahead", "15/9", "wrong.travel_far"}, {"a month", "thang 9", "wrong.date_day"}, {"next week", "tuần sau", "wrong.date"}, {"no such day", "31/9", "wrong.date_read"}, {"the hour alone", "5h", "wrong.date"}, {"not known", "chua biet", "wrong.date"}, {"back", "quay lai", "> departed_on"},
	})
	hear(t, travelling("arrive_on", Answer{ID: "departed_on", Value: "2021-08-12"}), []said{
		{"under way: today", "1", "2021-08-15"}, {"under way: tomorrow", "2", "2021-08-16"}, {"who has come already is asked", "14/8", "2021-08-14?"}, {"so is this", "hom qua", "2021-08-14?"}, {"before the departure", "11/8", "wrong.arrive_before"},
	})
	come := travelling("arrive_on", Answer{ID: "departed_on", Value: "2021-08-12"})
	come.State.Open = &Open{ID: "arrive_on", Typed: "2021-08-14"}
	hear(t, come, []said{
		{"it is so", "dung roi", "2021-08-14"}, {"by number", "1", "2021-08-14"}, {"it was a slip", "khong", "journey.arrive_on.ask"}, {"by number", "0", "journey.arrive_on.ask"}, {"the right day", "16/8", "2021-08-16"},
	})
}

func TestAnswersToWhereOneGoes(t *testing.T) {
	hear(t, travelling("destination"), []said{
		{"as asked", "tổ 3, phường Vỹ Dạ, TP Huế", "19777 | TDP 3"}, {"without marks", "to 3 vy da", "19777 | TDP 3"}, {"house and street", "12 Nguyễn Huệ, Phú Nhuận", "19789 | 12 Nguyễn Huệ"}, {"a commune", "xã Phú Mỹ, Phú Vang", "19927"}, {"an old name", "phường Phú Cát", "19756"}, {"the city", "hue", "in 474?"}, {"in words", "về huế", "in 474?"},
		{"a district", "huyện Phú Vang", "in 478?"}, {"two wards without marks", "huong van", "which? 20008 20011"}, {"a town and its district", "phu loc", "which? 20107 482"}, {"a hamlet alone is a beginning", "thon 2", "thon 2?"}, {"home", "nha toi o thuy xuan", "19813"},
		{"another province", "quảng trị", "wrong.not_home"}, {"another city", "da nang", "wrong.not_home"}, {"a ward elsewhere", "ben nghe quan 1", "wrong.not_home"}, {"abroad", "lao", "wrong.place"},
		{"the family's", "nha ba me", "wrong.place"}, {"not known", "chua biet", "wrong.place_unknown"}, {"quarantine: where?", "khu cach ly", "khu cach ly?"}, {"yes", "co", "wrong.place"}, {"a number", "1", "wrong.place"}, {"thanks", "cam on", "thanks"}, {"back", "quay lai", "> arrive_on"},
	})
}
