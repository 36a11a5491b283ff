package reading

import "testing"

func TestReadPlate(t *testing.T) {
	type cases map[string][]string
	tests := []struct {
		name string
		want cases
	}{
		{"cars", cases{
			"car 75A-12345": {"75A-123.45", "75A12345", "75a 12345", "75 A 123.45", "75-A-12345", "biển số 75A-123.45", "xe 75A 12345 ạ", "bks: 75A-12345"},
			"car 75H-1234":  {"75H-1234", "75h1234", "75 H 1234"}, "car 75LD-12345": {"75LD-123.45"}, "car 29A-00123": {"29A-001.23"}, "car 75C-11234": {"75c11234"},
		}},
		{"motorbikes", cases{
			"motorbike 75B1-12345": {"75B1-123.45", "75 B1 123.45", "75-B1 12345", "75b112345", "xe máy 75B1 123.45"},
			"motorbike 75B1-1234":  {"75B1-1234", "75B1 1234", "75-B1 1234"}, "motorbike 75AA-12345": {"75AA-123.45"}, "motorbike 75MĐ1-12345": {"75MĐ1-123.45", "75mđ1 12345"},
		}},
		{"flights and trains", cases{
			"flight VN1547": {"VN1547", "vn 1547", "VN-1547", "chuyến bay VN 1547", "máy bay vn1547 ạ"}, "flight VJ345": {"VJ345"}, "flight 5J751": {"5J 751"},
			"train SE3": {"SE3", "se 3", "tàu SE3", "tau hoa SE 3"}, "train TN12": {"TN12"},
		}},
		{"a part", cases{"partial": {"75a", "75", "75B1", "75A-12", "12345", "75A-123456", "TC 12-34"}}},
		{"none", cases{"none": {"không có", "ko", "không đi xe"}}},
		{"neither", cases{"invalid": {"", "abc", "xe khách Hoàng Long", "không nhớ", "vietjet", "0900123456", "10A-12345", "75A-12345, 75A-54321", "tàu"}}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				p, err := ReadPlate(in)
				got := p.Kind + " " + p.Normalized
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("%s: ReadPlate(%q) = %s, want %s", test.name, in, got, want)
				}
			}
		}
	}
}
