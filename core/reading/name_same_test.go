package reading

import "testing"

func TestCompareNames(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       SameName
	}{
		{"the same", "Nguyễn Văn An", "Nguyễn Văn An", NameSame},
		{"capitals", "NGUYỄN VĂN AN", "Nguyễn Văn An", NameSame},
		{"without marks, as by SMS", "Nguyen Van An", "Nguyễn Văn An", NameSame},
		{"without marks, đ", "Dang Van Duc", "Đặng Văn Đức", NameSame},
		{"the tone on the other letter", "Trần Thị Hoà", "Trần Thị Hòa", NameSame},
		{"marks in pieces", "Tra\u0302\u0300n Thi\u0323 Ho\u0300a", "Trần Thị Hòa", NameSame},
		{"family name last", "Văn An Nguyễn", "Nguyễn Văn An", NameTurned},
		{"family name last, no marks", "Van An Nguyen", "Nguyễn Văn An", NameTurned},
		{"backwards, as on a foreign form", "An Van Nguyen", "Nguyễn Văn An", NameTurned},
		{"two words", "Anna Schmidt", "Schmidt Anna", NameTurned},
		{"twins by a mark", "Nguyễn Văn Tuấn", "Nguyễn Văn Tuân", NameDiffers},
		{"twins, one name without marks", "Trần Thị Lan", "Trần Thị Lân", NameDiffers},
		{"twins by the order of their given names", "Trần Minh Anh", "Trần Anh Minh", NameDiffers},
		{"another name", "Nguyễn Văn An", "Nguyễn Văn Bình", NameDiffers},
		{"a word less", "Nguyễn An", "Nguyễn Văn An", NameDiffers},
		{"nothing", "", "", NameDiffers},
	}
	for _, test := range tests {
		if got := CompareNames(test.a, test.b); got != test.want {
			t.Errorf("%s: %q and %q: %d, want %d", test.name, test.a, test.b, got, test.want)
		}
		if got := CompareNames(test.b, test.a); got != test.want {
			t.Errorf("%s, the other way round: %d, want %d", test.name, got, test.want)
		}
	}
}
