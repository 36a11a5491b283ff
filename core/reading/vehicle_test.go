package reading

import "testing"

func TestReadVehicle(t *testing.T) {
	type cases map[string][]string
	tests := []struct {
		name string
		kind string // known already
		want cases  // "kind number seat", or "?"
	}{
		{"as people say it", "", cases{
			"plane":     {"máy bay", "may bay", "di may bay", "em đi máy bay ạ", "bay", "plane", "by air", "máy bay Vietjet"},
			"train":     {"tàu hỏa", "tau hoa", "đi tàu", "tau lua", "xe lửa", "train", "tàu Thống Nhất"},
			"coach":     {"xe khách", "xe khach", "xe đò", "di xe do Hoang Long", "xe giường nằm", "xe buyt", "bus", "ô tô khách", "xe Limousine"},
			"car":       {"ô tô", "o to", "oto nhà", "xe hơi", "xe con", "o to ca nhan", "xe 7 cho", "my own car"},
			"motorbike": {"xe máy", "xe may", "chạy xe máy về", "honda", "xe gan may", "motorbike", "mô tô"},
			"taxi":      {"taxi", "đi taxi", "tac xi", "xe grab"},
			"boat":      {"thuyền", "tàu thủy", "ghe", "tau ca", "phà"},
			"other":     {"khác", "đi bộ", "xe tải", "xe dap", "xe container", "xe cap cuu", "other"},
		}},
		{"with a number", "", cases{
			"coach 75B-01234":  {"di xe khach Hung Cuong 75B-012.34", "xe khách 75B 01234", "xe đò bs 75b-01234"},
			"plane VN1543":     {"VN1543", "vn 1543", "may bay VN1543", "chuyến VN-1543", "bay VN1543 chiều nay"},
			"plane VN1543 12A": {"VN1543 12A", "máy bay VN1543 12a"},
			"plane VN1543 12B": {"VN1543 ghế 12B", "may bay VN1543, ghế số 12B"},
			"plane VJ345":      {"vietjet VJ345"},
			"train SE3":        {"SE3", "se 3", "tau hoa SE3", "tàu SE3"}, "train SE3 toa 5 ghế 12": {"tàu SE3 toa 5 ghế 12"},
			"motorbike 75B1-12345": {"xe may 75B1 123.45", "75B1-123.45"}, "car 75A-12345": {"o to 75A-123.45"}, "taxi 75A-12345": {"taxi 75A12345"},
			" 75A-12345": {"75A-123.45"}, "other 75C-12345": {"xe tai 75C-123.45"},
		}},
		{"of a vehicle that is known", "plane", cases{"plane VN1543": {"1543 la VN1543", "VN 1543"}, "plane VN1543 3C": {"VN1543 seat 3C", "VN1543 3C"}, "plane": {"vietjet", "chuyen 9h"}}},
		{"a number of another kind is left out", "", cases{"train": {"tau hoa VN1543"}, "motorbike": {"xe may VN1543"}, "coach": {"xe khach 75B1-123.45"}}},
		{"two numbers are none", "", cases{"plane": {"may bay VN1543 hoac VN1545"}}},
		{"two kinds, a denial, nothing", "", cases{"?": {"máy bay rồi taxi", "khong di xe may", "", "về nhà", "12", "abc", "khong biet", "xe", "đi cùng chồng", "0900123456"}}},
		{"what is told beside \"other\" counts", "", cases{"car": {"xe khác, ô tô"}}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				v, ok := ReadVehicle(in, test.kind)
				got := v.Kind
				for _, part := range []string{v.Number, v.Seat} {
					if part != "" {
						got += " " + part
					}
				}
				if !ok {
					got = "?"
				}
				if got != want {
					t.Errorf("%s: ReadVehicle(%q) = %s, want %s", test.name, in, got, want)
				}
			}
		}
	}
}
