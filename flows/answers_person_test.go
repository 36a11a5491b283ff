package flows

import "testing"

func TestAnswersToTheName(t *testing.T) {
	hear(t, standing("full_name"), []said{
		{"as asked", "Nguyễn Thị Hoa", "Nguyễn Thị Hoa"},
		{"without marks, in small letters", "nguyen thi hoa", "Nguyen Thi Hoa"},
		{"said to a child", "con oi me ten la Nguyen Thi Hoa nhe con", "Nguyen Thi Hoa"},
		{"for the mother", "khai ho me toi Nguyen Thi Hoa", "Nguyen Thi Hoa"},
		{"as texting to a number", "KB Nguyen Thi Hoa", "Nguyen Thi Hoa"},
		{"with a form of address", "Bà Nguyễn Thị Hoa ạ", "Nguyễn Thị Hoa"},
		{"raw Telex", "Nguyeenx Thij Hoa", "Nguyễn Thị Hoa"},
		{"hỏi for ngã is kept as typed", "Nguyển Thị Hoa", "Nguyển Thị Hoa"},
		{"Dũng without its mark is no command", "Le Dung", "Le Dung"},
		{"Huy is no command", "Nguyen Quang Huy", "Nguyen Quang Huy"},
		{"a people of the mountains", "H'Hen Niê", "H'Hen Niê"},
		{"a foreigner", "my name is John Smith", "John Smith"},
		{"emoji", "Nguyễn Thị Hoa 🙏", "Nguyễn Thị Hoa"},

		{"birth in the same message", "Nguyen Thi Hoa 1960", "Nguyen Thi Hoa; birth=1960"},
		{"birth, as on a form", "Nguyen Thi Hoa, sinh ngày 2 tháng 9 năm 1960", "Nguyen Thi Hoa; birth=1960-09-02"},
		{"Nam is his name, not năm", "Nguyen Van Nam 1960", "Nguyen Van Nam; birth=1960"},
		{"all at once", "Nguyen Van An, 2/9/1960, 191234567, nam", "Nguyen Van An; birth=1960-09-02; id_number=191234567 | cmnd; sex=male"},
		{"the card tells the sex", "KB Nguyen Van An 02091960 046060001234", "Nguyen Van An; birth=1960-09-02; id_number=046060001234 | cccd; sex=male"},
		{"the sex in the middle", "Nguyễn Thị Hoa, nữ, 1960", "Nguyễn Thị Hoa; birth=1960; sex=female"},
		{"an age is asked about at its place", "Nguyen Thi Hoa 60 tuoi", "Nguyen Thi Hoa"},

		{"a given name alone", "Hoa", "wrong.name"},
		{"half a name", "mệ Hoa", "wrong.name"},
		{"given name and year", "Hoa 1960", "wrong.name"},
		{"Huy may want out", "huy", "wrong.name"},
		{"two people", "Nguyễn Thị Hoa, Trần Văn Bé", "wrong.name"},
		{"a link", "http://a.vn", "wrong.name"},
		{"forgot what was asked", "khong nho", "wrong.name"},
		{"the number first", "191234567", "id_number=191234567 | cmnd"}, {"the card's number first", "cccd 046160001234", "id_number=046160001234 | cccd; sex=female"},
		{"an insurance card", "GD4464612345678", "insurance=GD4464612345678 | bhyt"}, {"a telephone, or an insurance number?", "0900123456", "wrong.name"},
		{"nobody's number", "000000000", "wrong.name"}, {"a year ahead", "046350001234", "wrong.name"},
		{"may be a sentence", "di cho ve", "Di Cho Ve?"},
		{"a monk's name is asked once", "Thích Minh Tâm", "Thích Minh Tâm?"},
		{"a call", "con oi", "resident.full_name.ask"},
		{"thanks", "cam on con", "thanks"},
		{"a command", "thoat", "leave.done"},
		{"once more KB", "kb", "form.running"},
		{"nothing at all", "", "wrong.name"},
	})
}

func TestAnswersToASuggestedName(t *testing.T) {
	s := standing("full_name")
	s.State.Open = &Open{ID: "full_name", Typed: "Thích Minh Tâm"}
	hear(t, s, []said{
		{"yes", "đúng", "Thích Minh Tâm"}, {"yes, by number", "1", "Thích Minh Tâm"}, {"yes, unmarked", "dung roi", "Thích Minh Tâm"}, {"yes in English", "yes", "Thích Minh Tâm"},
		{"no", "không", "resident.full_name.ask"}, {"no, by number", "0", "resident.full_name.ask"}, {"wrong", "sai", "resident.full_name.ask"},
		{"another name instead", "Nguyễn Thị Hoa", "Nguyễn Thị Hoa"}, {"another doubtful one", "Thích Nữ Liên", "Thích Nữ Liên?"},
		{"back to the question", "quay lai", "resident.full_name.ask"}, {"a doubt", "hinh nhu", "wrong.name"}, {"2 is not offered", "2", "wrong.name"},
	})
}

func TestAnswersToTheBirthDate(t *testing.T) {
	hear(t, standing("birth"), []said{
		{"a year", "1960", "1960"},
		{"as on the card", "02/09/1960", "1960-09-02"},
		{"short", "2-9-60", "1960-09-02"},
		{"run together", "02091960", "1960-09-02"},
		{"digit by digit", "1 9 6 0", "1960"},
		{"letters for digits", "l96O", "1960"},
		{"in words", "mung 2 thang 9 nam 1960", "1960-09-02"},
		{"spoken", "một chín sáu mươi", "1960"},
		{"the year alone is known", "khong nho ngay, sinh nam 1960", "1960"},
		{"English", "5th of June 1977", "1977-06-05"}, {"English", "June 5 1977", "1977-06-05"}, {"English", "05-Jun-77", "1977-06-05"},
		{"politely", "dạ 1960 ạ", "1960"},
		{"the paper in the same message", "02/09/1960, 191234567", "1960-09-02; id_number=191234567 | cmnd"},
		{"a newborn", "bé mới sinh hôm qua", "2021-08-14"},

		{"two digits: asked", "60", "1960?"}, {"an age: asked", "61 tuoi", "1960?"}, {"this year is not the birth", "năm nay 61 tuổi", "1960?"},
		{"a day not known, in zeros", "00/00/1960", "1960?"}, {"a small child", "3 thang tuoi", "2021-05?"},
		{"does not know", "khong nho", "wrong.date_year"}, {"does not know", "quên rồi", "wrong.date_year"},
		{"lunar", "2/9/1960 âm lịch", "wrong.date_lunar"}, {"lunar year", "canh tý", "wrong.date_lunar"},
		{"no such day", "31/02/1960", "wrong.date_read"}, {"month first", "13/25/1990", "wrong.date_read"}, {"ahead", "01/01/2030", "wrong.date_future"},
		{"no year", "15/8", "wrong.date_read"}, {"as on the card", "nhu cccd", "wrong.date"}, {"a name again", "Nguyen Thi Hoa", "wrong.date"}, {"a choice there is not", "1", "wrong.date_read"},
	})
	s := standing("birth")
	s.State.Open = &Open{ID: "birth", Typed: "1960"}
	hear(t, s, []said{
		{"yes", "đúng rồi con", "1960"}, {"yes", "1", "1960"}, {"no", "0", "resident.birth.ask"}, {"not right", "không đúng", "resident.birth.ask"},
		{"the right one", "1961", "1961"}, {"a day", "2/9/1960", "1960-09-02"}, {"another age", "62 tuổi", "1959?"}, {"unsure", "chắc vậy", "wrong.date"},
	})
}

func TestAnswersToThePaper(t *testing.T) {
	hear(t, standing("id_number"), []said{
		{"a card tells the sex", "046160001234", "046160001234 | cccd; sex=female"},
		{"in groups", "046 160 001 234", "046160001234 | cccd; sex=female"},
		{"digit by digit", "0 4 6 1 6 0 0 0 1 2 3 4", "046160001234 | cccd; sex=female"},
		{"an old paper", "cmnd 191 234 567", "191234567 | cmnd"},
		{"letters for digits", "O4616OOO1234", "046160001234 | cccd; sex=female"},
		{"with its day of issue", "191234567 cấp ngày 1/2/2010", "191234567 | cmnd"},
		{"one it has, one it has not", "cccd chua co, cmnd 191234567", "191234567 | cmnd"},
		{"a passport", "ho chieu B1234567", "B1234567 | passport"}, {"a foreign passport", "US passport 488123456", "488123456 | passport"},
		{"none", "khong co", "000000000 | child_placeholder"}, {"lost", "bị mất cccd rồi", "000000000 | child_placeholder"}, {"forgotten", "quen roi", "000000000 | child_placeholder"},
		{"not with her", "de o nha", "000000000 | child_placeholder"}, {"nine zeros", "000000000", "000000000 | child_placeholder"},
		{"a zero got lost", "46160001234", "046160001234?"},
		{"a digit too many", "0461600012345", "wrong.paper"}, {"a telephone", "0900123456", "wrong.paper"}, {"an insurance card", "GD4464612345678", "wrong.paper_insurance"},
		{"two numbers: which?", "191234567 hoac 046160001234", "wrong.paper"}, {"born ahead of today", "046350001234", "wrong.paper"},
		{"later", "lat nua", "wait"}, {"why", "hoi lam gi", "why"}, {"something else", "abc", "wrong.paper"}, {"yes", "co", "wrong.paper"},
	})
	child := standing("id_number", Answer{ID: "birth", Value: "2019"})
	hear(t, child, []said{
		{"by number", "1", "000000000 | child_placeholder"}, {"none yet", "bé chưa có", "000000000 | child_placeholder"},
		{"in words", "con nho khong co cccd", "000000000 | child_placeholder"}, {"an identifier", "046319001234", "046319001234 | cccd; sex=female"},
	})
}

func TestAnswersOfAGrownPersonWithoutPapers(t *testing.T) {
	hear(t, standing("check_papers", childPaper.of("id_number")), []said{
		{"has none", "2", "keep"}, {"none", "không", "keep"}, {"none", "khong co", "keep"}, {"forgot", "khong nho", "keep"}, {"forgot", "quên rồi", "keep"},
		{"at home", "để ở nhà", "keep"}, {"lost", "mất", "keep"}, {"go on", "khai tiếp", "keep"},
		{"the number at once", "191234567", "id_number=191234567 | cmnd"}, {"the number at once", "046160001234", "id_number=046160001234 | cccd; sex=female"},
		{"has one", "co", "> id_number"}, {"has one", "1", "> id_number"}, {"unclear", "ai biet", "wrong.choice"},
	})
}

func TestAnswersToTheSex(t *testing.T) {
	hear(t, standing("sex"), []said{
		{"in words", "nữ", "female"}, {"unmarked", "nu", "female"}, {"by number", "2", "female"}, {"number and dot", "2.", "female"}, {"so 2", "so 2", "female"},
		{"number and word", "2 nu", "female"}, {"word and number", "nữ (2)", "female"}, {"a number in words", "số hai", "female"}, {"to a child", "nữ nhé con", "female"},
		{"Hue", "mệ", "female"}, {"English", "Female", "female"}, {"a letter", "F", "female"}, {"man", "dan ong", "male"}, {"the third", "khác", "other"},
		{"number and another word", "1 nữ", "wrong.choice"}, {"có or cô?", "co", "wrong.choice"}, {"bà, ba or 3?", "ba", "wrong.choice"}, {"both", "nam nu", "wrong.choice"},
		{"0 is not offered", "0", "wrong.choice"}, {"4 is not offered", "4", "wrong.choice"}, {"not", "không phải nam", "wrong.choice"}, {"will not say", "khong noi", "wrong.choice"},
	})
}

func TestAnswersToTheNationality(t *testing.T) {
	foreign := Answer{ID: "id_number", Value: "C1234567", Type: "passport"}
	hear(t, standing("nationality", foreign), []said{
		{"by number", "1", "VN"}, {"in words", "viet nam", "VN"}, {"short", "vn", "VN"}, {"in full", "Cộng hòa xã hội chủ nghĩa Việt Nam", "VN"}, {"is no command here", "vietnamese", "VN"},
		{"a neighbour", "lao", "LA"}, {"a people", "người Mỹ", "US"}, {"with a label", "quoc tich Han Quoc", "KR"}, {"English", "the Netherlands", "NL"},
		{"English in full", "United States of America", "US"}, {"part of one", "Scotland", "GB"}, {"Hongkong", "hongkong", "HK"}, {"short", "indo", "ID"}, {"Ý is not yes", "Ý", "IT"},
		{"a city", "hue", "wrong.country"}, {"two", "viet nam va my", "wrong.country"}, {"abroad", "nuoc ngoai", "wrong.country"}, {"2 is not offered", "2", "wrong.country"}, {"not known", "khong biet", "wrong.country"},
	})
}

func TestAnswersToAClash(t *testing.T) {
	card := Answer{ID: "id_number", Value: "046161001234", Type: "cccd", Year: 1961, Sex: "female"}
	hear(t, standing("check_birth", card), []said{
		{"the card again", "1", "> id_number"}, {"the birth again", "2", "> birth"}, {"both", "3", "keep"}, {"both, in words", "ca hai deu dung", "keep"}, {"both", "cả 2 đúng", "keep"},
		{"the right year", "1961", "birth=1961"}, {"the right day", "2/9/1961", "birth=1961-09-02"}, {"the right number", "046160001234", "id_number=046160001234 | cccd; sex=female"},
		{"which, in words", "sua ngay sinh", "> birth"}, {"which, in words", "so cccd sai", "> id_number"}, {"yes: to what?", "co", "wrong.choice"}, {"4 is not offered", "4", "wrong.choice"}, {"unclear", "chiu", "wrong.choice"},
	})
	man := Answer{ID: "id_number", Value: "046060001234", Type: "cccd", Year: 1960, Sex: "male"}
	hear(t, standing("check_sex", man), []said{
		{"the card again", "1", "> id_number"}, {"the sex again", "2", "> sex"}, {"both", "3", "keep"}, {"both, in words", "cả hai đều đúng", "keep"}, {"in words", "gioi tinh", "> sex"},
		{"the right number", "046160001234", "id_number=046160001234 | cccd"}, {"in words", "sua so cccd", "> id_number"}, {"unclear", "nữ", "wrong.choice"}, {"no", "khong", "wrong.choice"},
		{"0 is not offered", "0", "wrong.choice"}, {"unclear", "sao vay ha", "wrong.choice"}, {"back", "quay lai", "> sex"},
	})
}
