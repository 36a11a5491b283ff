package flows

import (
	"testing"
)

func TestAnswersToThePlacesPassed(t *testing.T) {
	hear(t, travelling("passed"), []said{
		{"none, by number", "0", "none"}, {"none", "không", "none"}, {"none", "khong qua noi nao", "none"}, {"straight home", "đi thẳng về", "none"}, {"nowhere", "khong di dau ca", "none"}, {"by plane", "bay thang", "none"},
		{"as asked", "Đà Nẵng 10/8, Quảng Nam 12/8", "so far 48 10/8, 49 12/8"}, {"without marks", "da nang 10/8 quang nam 12/8", "so far 48 10/8, 49 12/8"}, {"days first", "10/8 da nang, 12/8 quang nam", "so far 48 10/8, 49 12/8"}, {"in a sentence", "tôi có ghé Đà Nẵng ngày 10/8 rồi qua Quảng Nam 12/8", "so far 48 10/8, 49 12/8"}, {"several days", "Sài Gòn từ 5/8 đến 7/8", "so far 79 5/8 6/8 7/8"}, {"relative", "hom qua o da nang", "so far 48 14/8"},
		{"a district in its province", "Liên Chiểu, Đà Nẵng 10/8", "so far 490 10/8"}, {"a district that is a number", "quận 1 tphcm 2/8", "so far 760 2/8"}, {"the same twice", "Đà Nẵng 10/8, Đà Nẵng 12/8", "so far 48 10/8 12/8"}, {"a name of two provinces", "Bà Rịa - Vũng Tàu 3/8", "so far 77 3/8"}, {"a country", "Lào 5/8", "so far LA 5/8"}, {"a town in it", "Bangkok, Thái Lan 5/8", "so far TH 5/8"}, {"one of ours beside it", "Đà Nẵng 4/8, Lào 5/8", "so far 48 4/8, LA 5/8"}, {"the province, not its town", "quang tri 9/8", "so far 45 9/8"}, {"English", "stayed in Da Nang on 10 Aug", "so far 48 10/8"},
		{"the day is asked", "Đà Nẵng", "so far 48 ?"}, {"of one of them", "Đà Nẵng, Quảng Nam 12/8", "so far 48 ?, 49 12/8"}, {"not remembered", "Đà Nẵng không nhớ ngày", "so far 48"}, {"no such day", "Đà Nẵng 31/9", "so far 48 ?"}, {"ahead of the arrival", "Đà Nẵng 20/8", "so far 48 ?"},
		{"one of them unclear", "Đà Nẵng 10/8, xyz 11/8", "stops.unclear; so far 48 10/8"}, {"before the time asked for", "Đà Nẵng 10/7", "stops.early"}, {"one of them before", "Đà Nẵng 10/7, Vinh 12/8", "stops.early; so far 412 12/8"},
		{"which of them?", "huong van 10/8", "which? 20008 20011"}, {"yes: where?", "co", "wrong.stops"}, {"a day alone", "10/8", "wrong.stops"}, {"a pass", "deo hai van", "wrong.stops"}, {"not known", "khong nho", "wrong.stops"}, {"a number", "3", "wrong.stops"}, {"denies one", "khong qua da nang", "wrong.stops"}, {"thanks", "cam on", "thanks"}, {"back", "quay lai", "> destination"},
	})
	dayless := travelling("passed")
	dayless.State.Open = &Open{ID: "passed", Stops: []Stop{{Area: "48", Typed: "Da Nang"}}}
	hear(t, dayless, []said{
		{"the day", "10/8", "so far 48 10/8"}, {"with its word", "ngày 10", "so far 48 10/8"}, {"relative", "hom qua", "so far 48 14/8"}, {"some days", "10-12/8", "so far 48 10/8 11/8 12/8"}, {"with the place", "da nang 10/8", "so far 48 10/8"}, {"not remembered", "khong nho", "so far 48"}, {"by number", "0", "so far 48"}, {"another place", "Vinh 9/8", "so far 48 ?, 412 9/8"},
		{"too early", "1/7", "stops.early"}, {"no such day", "31/9", "wrong.stops"}, {"unclear", "may hom truoc", "wrong.stops"}, {"tell it anew", "quay lai", "journey.passed.ask"},
	})
	told := travelling("passed")
	told.State.Open = &Open{ID: "passed", Stops: []Stop{{Area: "48", Typed: "Da Nang", Days: []string{"2021-08-10"}}}}
	hear(t, told, []said{
		{"no more, by number", "0", "48 10/8"}, {"no more", "hết", "48 10/8"}, {"no more", "het roi", "48 10/8"}, {"no more", "khong", "48 10/8"}, {"no more", "không còn nơi nào", "48 10/8"}, {"done", "xong", "48 10/8"}, {"another", "quang nam 12/8", "so far 48 10/8, 49 12/8"}, {"another day of it", "da nang 11/8", "so far 48 10/8 11/8"}, {"the same again", "da nang 10/8", "so far 48 10/8"}, {"yes: where?", "con", "wrong.stops"}, {"ok: done?", "ok", "wrong.stops"}, {"unclear", "abc", "wrong.stops"},
	})
	which := travelling("passed")
	which.State.Open = &Open{ID: "passed", Codes: []string{"20008", "20011"}, Typed: "huong van", Set: []string{"2021-08-10"}}
	hear(t, which, []said{
		{"the first", "1", "so far 20008 10/8"}, {"the second", "2", "so far 20011 10/8"}, {"by name", "phường Hương Văn", "so far 20011 10/8"}, {"neither", "0", "journey.passed.ask"}, {"not offered", "3", "wrong.choice"},
	})
}

func TestAnswersToTheCountries(t *testing.T) {
	hear(t, travelling("countries"), []said{
		{"none, by number", "0", "none"}, {"none", "không", "none"}, {"none", "da khong co a", "none"}, {"never abroad", "chua ra nuoc ngoai", "none"}, {"nowhere", "khong di dau het", "none"}, {"only here", "chi o viet nam", "none"}, {"Vietnam", "Việt Nam", "none"}, {"English", "none", "none"},
		{"one", "Lào", "LA"}, {"two", "Lào, Thái Lan", "LA TH"}, {"two, without a comma", "lao va thai lan", "LA TH"}, {"in words", "có đi Campuchia", "KH"}, {"with Vietnam", "Việt Nam, Lào", "LA"}, {"by code", "USA", "US"}, {"in English", "Japan and South Korea", "JP KR"}, {"each once", "lao; lao", "LA"}, {"with a mark", "Ý", "IT"},
		{"yes: which?", "co", "wrong.countries"}, {"not known", "khong biet", "wrong.countries"}, {"a province", "da nang", "wrong.countries"}, {"one unclear", "Lào, abc", "wrong.countries"}, {"a number", "2", "wrong.countries"}, {"thanks", "cam on", "thanks"}, {"back", "quay lai", "> passed"},
	})
}

func TestAnswersAboutVaccination(t *testing.T) {
	hearWhile(t, travelling("doses"), askVaccination, []said{
		{"by number", "2", "2"}, {"none, by number", "0", "0"}, {"one, by number", "1", "1"}, {"in words", "2 mũi", "2"}, {"in words", "da tiem hai mui", "2"}, {"both", "tiêm đủ rồi", "2"}, {"the first", "mũi 1", "1"}, {"just one", "moi tiem 1 mui", "1"}, {"three", "ba mui", "3"}, {"four", "4 mui", "3"}, {"not yet", "chua", "0"}, {"not yet", "chưa tiêm", "0"}, {"no", "khong", "0"}, {"English", "fully vaccinated", "2"}, {"booster", "booster", "3"},
		{"yes: how many?", "roi", "wrong.choice"}, {"yes: how many?", "da tiem", "wrong.choice"}, {"yes: how many?", "co", "wrong.choice"}, {"the brand", "astra", "wrong.choice"}, {"not offered", "5", "wrong.choice"}, {"not known", "khong biet", "wrong.choice"}, {"thanks", "cam on", "thanks"},
	})
	hearWhile(t, travelling("last_dose"), askVaccination, []said{
		{"a day", "20/7", "2021-07-20"}, {"with its year", "20/07/2021", "2021-07-20"}, {"a month", "tháng 7", "2021-07"}, {"days ago", "10 ngay truoc", "2021-08-05"}, {"yesterday", "hom qua", "2021-08-14"}, {"English", "July 20", "2021-07-20"}, {"the bare day is asked", "12", "2021-08-12?"}, {"not remembered", "khong nho", "skip"}, {"by number", "0", "skip"}, {"ahead", "20/8", "wrong.date_future"}, {"no such day", "31/6", "wrong.date_read"}, {"unclear", "lau roi", "wrong.date"},
		{"in words", "ngày 20 tháng 7", "2021-07-20"}, {"with a dash", "20-7-2021", "2021-07-20"}, {"no signs", "20072021", "2021-07-20"}, {"a weekday", "thu 7", "2021-08-14"}, {"the day before yesterday", "hôm kia", "2021-08-13"}, {"about", "khoang 20/7", "2021-07-20"}, {"polite", "da 20/7 a", "2021-07-20"}, {"forgotten", "quên rồi", "skip"}, {"lunar", "mùng 3 âm lịch", "wrong.date_lunar"}, {"a number that is none", "99", "wrong.date_read"}, {"back", "quay lai", "> doses"},
	})
	hearWhile(t, travelling("recovered_on"), askVaccination, []said{
		{"never", "0", "skip"}, {"never", "khong", "skip"}, {"a day", "1/6/2021", "2021-06-01"}, {"a month", "thang 6", "2021-06"}, {"last year", "12/2020", "2020-12"}, {"ahead", "1/9", "wrong.date_future"}, {"yes: when?", "co", "wrong.date"}, {"unclear", "lau roi", "wrong.date"}, {"never, in words", "chua tung mac", "skip"},
		{"with a dash", "1-6-2021", "2021-06-01"}, {"in words", "ngày 1 tháng 6", "2021-06-01"}, {"days ago", "20 ngay truoc", "2021-07-26"}, {"yesterday", "hom qua", "2021-08-14"}, {"passed over", "bỏ qua", "skip"}, {"not remembered", "khong nho", "skip"}, {"no such day", "31/6", "wrong.date_read"}, {"English", "June 1", "2021-06-01"}, {"lunar", "mùng 3 âm lịch", "wrong.date_lunar"}, {"not F0", "khong mac", "skip"}, {"a number", "7", "2021-08-07?"}, {"back", "quay lai", "> last_dose"},
	})
	// What a rule does not use is not asked.
	hear(t, travelling("has_conditions", Answer{ID: "more", Value: "no"}), []said{{"well", "khong", "no"}})
}

func TestAnswersToTheSeat(t *testing.T) {
	hear(t, travelling("seat"), []said{
		{"a seat", "12A", "12A"}, {"with its word", "ghế 12", "ghế 12"}, {"a carriage", "toa 5 ghe 12", "toa 5 ghe 12"}, {"passed over", "0", "skip"}, {"not known", "khong biet", "skip"}, {"none", "khong co", "skip"}, {"signs", "--", "wrong.text"},
		{"digits", "23", "23"}, {"a bed", "giuong 7 tang 2", "giuong 7 tang 2"}, {"small letters", "12a", "12a"}, {"with a dot", "12.A", "12.A"}, {"skip", "bo qua", "skip"}, {"forgotten", "khong nho", "skip"}, {"polite", "da ghe 12 a", "da ghe 12 a"}, {"English", "seat 12", "seat 12"}, {"at the window", "canh cua so", "canh cua so"}, {"too long", "ghe so muoi hai ben trai gan cua so phia truoc cua toa thu nam tren tau SE3 chay tu Sai Gon ra Hue ngay hom nay", "wrong.text"}, {"a picture of hands", "🙏", "wrong.text"}, {"help", "tro giup", "help.text"}, {"back", "quay lai", "> more"},
	})
}

func askVaccination(e *Event) { e.Setting.AskVaccination = true }

// hearWhile is hear with another setting.
func hearWhile(t *testing.T, s Session, set func(*Event), rows []said) {
	t.Helper()
	for _, row := range rows {
		e := plainEvent(row.typed)
		set(&e)
		if got := outcome(s, e); got != row.want {
			t.Errorf("%s: %s: %q\n got %s\nwant %s", s.Question, row.why, row.typed, got, row.want)
		}
	}
}
