package reading

import "testing"

func TestReadDate(t *testing.T) {
	const today = "2021-07-15" // a Thursday
	type cases map[string][]string
	tests := []struct {
		name  string
		field DateField
		want  cases // ISO date cut to its precision, or an error, and who means it
	}{
		{"day, month, year in digits", Birth, cases{
			"1950-02-01": {"01/02/1950", "1-2-50", "1.2.1950", "1 2 1950", "01 / 02 / 1950", "01021950", "010250", "1/2/1950.", "ngày 1/2/1950", "1950-02-01", "1950/2/1", "O1/O2/195O"},
			"1990-12-13": {"13/12/1990", "13-12-90"},
		}},
		{"never another order, never a day that is not", Birth, cases{
			"invalid": {"12/13/1990", "12-25-90", "19901225", "31/4/1990", "30/2/1990", "29/02/1900", "0/5/1990", "1/0/1990", "00/00/1950", "32/1/1990", "1/2/195", "1/2/19500"},
		}},
		{"words", Birth, cases{
			"1950-02-01": {"ngày 1 tháng 2 năm 1950", "ngay 01 thang 02 nam 1950", "mùng 1 tháng 2 năm 1950", "sinh ngày 1 tháng 2 năm 1950 tại Huế", "Ngày sinh: 01/02/1950", "em sinh ngày 1/2/1950 ạ", "01/02/1950 (71 tuổi)", "mồng một tháng hai năm 1950", "ngày 1 tháng 2, 1950", "1 Feb 1950", "February 1, 1950", "1/2 năm 1950", "năm 1950 tháng 2 ngày 1", "ngày 1 tháng 2, sinh năm 1950", "1/2/1950 71t"},
			"1950-02":    {"2/1950", "02-1950", "tháng 2/1950", "tháng 2 năm 1950", "thg 2 1950", "t2/1950", "tháng hai năm 50", "021950", "1950-02", "2/50"},
			"1983":       {"1983", "sn 1983", "sn: 83", "sinh năm 1983", "năm sinh 1983", "nam sinh 1983", "em sn 83", "năm 83", "sinh 83", "'83", "1983 nhé"},
			"1960-05-25": {"ngày hai mươi lăm tháng năm năm 1960", "ngày hăm lăm tháng năm 1960"},
			"1960-09-02": {"mồng hai tháng chín năm một nghìn chín trăm sáu mươi", "mung hai thang chin nam mot ngan chin tram sau muoi", "hai tháng chín sáu mươi", "2 tháng 9 năm sáu mươi"},
			"1960":       {"một chín sáu mươi", "mot chin sau khong", "sinh nam sau muoi", "một nghìn chín trăm sáu mươi", "1 9 6 0", "19 60", "l960", "196O", "l96O"},
			"1955-05":    {"tháng năm năm năm lăm", "thang nam nam mot chin nam lam"}, "2005": {"hai nghìn không trăm lẻ năm", "hai ngàn lẻ năm", "20 05", "2k5", "em 2k5"}, "1995": {"k95"},
			"1977-06-05": {"5 June 1977", "June 5 1977", "June 5th, 1977", "5th of June 1977", "05-Jun-77", "5 jun '77", "1977-06-05"},
			"invalid":    {"mười hai", "hai mươi", "k9", "2k123", "sáu", "31 June 1977"},
		}},
		{"who knows the year alone tells it", Birth, cases{
			"1960": {"không nhớ ngày, sinh năm 1960", "khong nho ngay thang, 1960", "chỉ nhớ năm 1960", "quen ngay, sn 60"}, "1960-09": {"quên ngày, tháng 9 năm 1960"},
			"invalid": {"không nhớ ngày 5/6/1960", "không nhớ năm 1960"},
		}},
		{"an age beside this year is no birth in this year", Birth, cases{"invalid": {"năm nay 61 tuổi", "nay 61 tuoi", "hôm nay 61 tuổi"}, "1960": {"1960, năm nay 61 tuổi"}}},
		{"two digits above this year are the last century", Birth, cases{
			"1922-01-01": {"1/1/22"}, "2020-01-01": {"1/1/20"}, "2021-02-01": {"01/02/21", "010221"},
		}},
		{"no birth ahead, none before living memory", Birth, cases{
			"future":     {"16/7/2021", "16/7/21", "2022", "8/2021"},
			"2021-07-15": {"15/7/2021", "hôm nay"}, "2021-07": {"7/2021"},
			"invalid": {"1/1/1880", "14/7/1891", "1890", "19 tháng 5 1890"},
		}},
		{"a birth needs its year; an age and a bare pair of digits are none", Birth, cases{
			"invalid": {"25/12", "10/11", "ngày 5 tháng 6", "62", "71 tuổi", "35", "tháng 5"},
		}},
		{"lunar", Birth, cases{
			"unsupported": {"mồng 5 tháng 5 âm lịch", "5/6/1977 al", "5/6/1977 âm", "(âm lịch) 5/6/1977", "25 tháng chạp 1950", "rằm tháng 7 năm 1950", "sinh năm Canh Dần", "canh tý", "tuoi giap ngo"},
		}},
		{"does not know, says two, says something else", Birth, cases{
			"invalid": {"", "chưa rõ", "không nhớ", "không biết", "1950 hoặc 1951", "01/02/1950, 02/03/1960", "0900123456", "046085001234", "abc", "chắc 1950", "hình như 1950"},
		}},
		{"raw input methods", Birth, cases{
			"1950-02-01": {"nga2y 1 tha1ng 2 na8m 1950", "ngafy 1 thangs 2 nawm 1950", "nga\u0300y 1 tha\u0301ng 2 na\u0306m 1950"},
		}},

		{"words for days past", PastEvent, cases{
			"2021-07-15": {"hôm nay", "hnay", "sáng nay", "bữa ni", "bựa ni", "chừ", "today", "this morning", "hôm nay 15/7"},
			"2021-07-14": {"hôm qua", "HÔM QUA", "hqua", "tối qua", "toi qua", "đêm hôm qua", "bữa qua", "hồi hôm", "hoom qua", "ho6m qua", "yesterday", "hôm qua 14/7", "sốt từ hôm qua", "sáng hôm qua lúc 9h"},
			"2021-07-13": {"day before yesterday", "two days ago", "hôm kia", "hom kia", "hôm tê", "bữa tê", "hôm kia, 13/7"},
			"2021-07-12": {"3 days ago", "three days ago", "hôm kìa", "3 ngày trước", "ba ngày trước", "cách đây 3 ngày", "cach day 3 hom", "3 bữa rồi", "3 ngày trước đây"},
			"2021-07-08": {"a week ago", "1 tuần trước", "cách đây một tuần"},
		}},
		{"a day of this year, with the time of day", PastEvent, cases{
			"2021-07-10": {"10/7", "10-7", "10.7", "10 7", "1007", "10/7/21", "100721", "10 tháng 7", "ngày mười tháng bảy", "tháng 7 ngày 10", "ngày 10", "hôm 10", "10/7 vừa rồi", "khoảng 10/7", "10/7/2021 lúc 8:30", "July 10"},
			"2021-07-14": {"14/7 lúc 8h30", "10h sáng 14/7", "8 giờ 30 ngày 14/7", "14/7 khoảng 7 giờ tối", "lúc 17g15 ngày 14.7", "14/7 chuyến VN1547"},
			"2021-05-03": {"mùng 3 tháng 5", "mồng ba tháng năm"},
		}},
		{"months and years", PastEvent, cases{
			"2021-06": {"tháng 6", "tháng trước", "6/2021"}, "2021-07": {"tháng này", "đầu tháng 7"}, "2021-05": {"cách đây 2 tháng"},
			"2020": {"năm ngoái"}, "2020-07-10": {"10/7 năm ngoái"}, "2021-06-10": {"ngày 10 tháng trước"},
		}},
		{"weekdays; the week begins on Monday", PastEvent, cases{
			"2021-07-12": {"thứ 2", "thứ hai", "t2", "thứ 2 tuần này", "thứ 2 ngày 12/7"},
			"2021-07-11": {"CN", "chủ nhật vừa rồi", "cn tuần trước"}, "2021-07-10": {"thứ 7", "t7 tuần trước"},
			"2021-07-09": {"thứ 6", "thứ sáu tuần trước"}, "2021-07-08": {"thứ 5 vừa rồi", "thứ năm tuần trước"},
			"invalid": {"thứ 5", "thứ 2, 13/7/2021", "thứ 8", "thứ 1"}, "future": {"thứ 6 tuần này", "chủ nhật này"},
		}},
		{"events never slide into last year", PastEvent, cases{
			"future": {"20/7", "30/12", "ngày 20", "tháng 9", "ngày mai", "10/7/22", "2021-07-16", "16 07 2021"},
		}},
		{"doubtful", PastEvent, cases{
			"invalid": {"12/25", "31/4", "29/2", "tuần trước", "mấy hôm trước", "3 ngày", "10", "10 tháng trước", "từ 10/7 đến 12/7", "10/7 hoặc 11/7", "hôm qua, 13/7", "hình như 10/7", "không nhớ rõ", "chưa", "2005", "mới đây"},
		}},
		{"lunar", PastEvent, cases{"unsupported": {"rằm tháng 6", "ngày 5/5 âm", "30 tết", "mùng 3 tết", "tháng giêng"}}},

		{"an arrival may lie ahead", Arrival, cases{
			"2021-07-20": {"20/7", "ngày 20", "đến ngày 20/7", "dự kiến 20/7/2021", "20/07 lúc 15h"},
			"2021-07-16": {"ngày mai", "mai", "chiều mai", "thứ 6", "tomorrow", "tmr", "mai toi ve"},
			"2021-07-17": {"ngày mốt", "mốt", "ngày kia", "2 hôm nữa"}, "2021-07-18": {"ngày kìa", "3 ngày nữa", "sau 3 ngày", "chủ nhật này", "chủ nhật"},
			"2021-07-19": {"thứ 2 tuần sau", "thứ 2 tới"}, "2021-07-15": {"tối nay"}, "2021-08": {"tháng sau"},
			"2021-07-10": {"10/7", "ngày 10"}, "invalid": {"mai mốt", "tuần sau", "31/9"},
		}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				d, err := ReadDate(in, test.field, today)
				got := d.Date
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("%s: ReadDate(%q, %s) = %s, want %s", test.name, in, test.field, got, want)
				}
				precision := map[int]string{10: "day", 7: "month", 4: "year", 0: ""}[len(d.Date)]
				if d.Precision != precision {
					t.Errorf("%s: ReadDate(%q, %s) has precision %q with %q", test.name, in, test.field, d.Precision, d.Date)
				}
			}
		}
	}
}

// At the end of December 5/1 means next year's, but only for an arrival.
func TestReadDateOverNewYear(t *testing.T) {
	if d, err := ReadDate("5/1", Arrival, "2021-12-28"); err != nil || d.Date != "2022-01-05" {
		t.Errorf("arrival: %v, %v", d, err)
	}
	if d, err := ReadDate("5/1", PastEvent, "2021-12-28"); err != nil || d.Date != "2021-01-05" {
		t.Errorf("past event: %v, %v", d, err)
	}
	if d, err := ReadDate("29/12", PastEvent, "2022-01-03"); err != ErrFuture {
		t.Errorf("an event of last year: %v, %v, want it asked", d, err)
	}
	if d, err := ReadDate("29/2", PastEvent, "2024-03-01"); err != nil || d.Date != "2024-02-29" {
		t.Errorf("leap day: %v, %v", d, err)
	}
	if _, err := ReadDate("1/1", PastEvent, "today"); err == nil {
		t.Error("a bad today passed")
	}
}

func TestSuggestDate(t *testing.T) {
	const today = "2021-08-15"
	tests := []struct {
		name  string
		field DateField
		want  map[string][]string // the date to ask about, "" for none
	}{
		{"an age", Birth, map[string][]string{"1961": {"60 tuổi", "60 tuoi", "60t", "năm nay 60 tuổi", "mẹ con 60 tuổi rồi", "60 years"}, "2021-05": {"3 tháng tuổi"}, "2019": {"bé 2 tuổi"}}},
		{"two digits of a year", Birth, map[string][]string{"1960": {"60"}, "2005": {"05"}, "1922": {"22"}}},
		{"zeros for what is not known", Birth, map[string][]string{"1960": {"00/00/1960", "0/0/1960"}, "1960-09": {"00/09/1960"}}},
		{"no suggestion, or a date by itself", Birth, map[string][]string{"": {"", "1960", "abc", "6", "60 61", "0 tuổi", "200 tuổi", "02/09/1960", "31/02/1960", "không nhớ", "00/13/1960", "1234567"}}},
		{"the bare day of an arrival", Arrival, map[string][]string{"2021-08-20": {"20"}, "2021-08-15": {"15"}, "2021-09-02": {"2", "02"}, "": {"0", "32", "ngày mai", "31 9"}}},
		{"the bare day of an event", PastEvent, map[string][]string{"2021-08-12": {"12"}, "2021-07-20": {"20"}, "2021-07-31": {"31"}, "": {"0", "32", "60 tuổi", "12 13", "hôm qua"}}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				if d, ok := SuggestDate(in, test.field, today); ok != (want != "") || ok && d.Date != want {
					t.Errorf("%s: %q: %v, %v, want %q", test.name, in, d, ok, want)
				}
			}
		}
	}
}
