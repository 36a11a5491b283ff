package reading

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReadPassages(t *testing.T) {
	const from, until, today = "2021-08-01", "2021-08-20", "2021-08-15"
	type cases map[string][]string
	tests := []struct {
		name string
		want cases // "place days; place days" with days as their number in August
	}{
		{"as asked", cases{
			"Đà Nẵng 10; Quảng Nam 12": {"Đà Nẵng 10/8, Quảng Nam 12/8", "Đà Nẵng 10/8; Quảng Nam 12/8", "Đà Nẵng 10/8 Quảng Nam 12/8", "Đà Nẵng 10/8 - Quảng Nam 12/8", "Đà Nẵng 10/8\nQuảng Nam 12/8",
				"Đà Nẵng (10/8), Quảng Nam (12/8)", "Đà Nẵng ngày 10/8 và Quảng Nam ngày 12/8", "Đà Nẵng 10/08/2021, Quảng Nam 12-8", "10/8 Đà Nẵng, 12/8 Quảng Nam", "10/8: Đà Nẵng; 12/8: Quảng Nam", "Đà Nẵng, 10/8, Quảng Nam, 12/8",
				"ngày 10/8 Đà Nẵng rồi 12/8 Quảng Nam", "10/8, Đà Nẵng, 12/8, Quảng Nam", "Đà Nẵng 10.8, Quảng Nam 12.8", "Đà Nẵng ngày 10, Quảng Nam ngày 12", "Đà Nẵng 10 tháng 8, Quảng Nam thứ 5", "Đà Nẵng: 10/8. Quảng Nam: 12/8"},
			"Da Nang 14": {"Da Nang hom qua", "Da Nang 14/8", "hqua Da Nang", "Da Nang yesterday", "Da Nang 1 ngay truoc", "Da Nang toi qua"},
		}},
		{"without days", cases{"Đà Nẵng": {"Đà Nẵng"}, "Đà Nẵng ; Quảng Nam": {"Đà Nẵng, Quảng Nam", "Đà Nẵng và Quảng Nam", "Đà Nẵng rồi ghé Quảng Nam", "Đà Nẵng -> Quảng Nam"}, "Đà Nẵng ; Quảng Nam 12": {"Đà Nẵng, Quảng Nam 12/8"}}},
		{"several days", cases{
			"Đà Nẵng 10 11 12": {"Đà Nẵng từ 10/8 đến 12/8", "Đà Nẵng 10/8-12/8", "Đà Nẵng 10-12/8", "từ 10/8 đến 12/8 Đà Nẵng", "Đà Nẵng 10, 11, 12/8", "Đà Nẵng từ 10 đến 12/8", "Đà Nẵng 10/8 tới 12/8", "Đà Nẵng 10/8 to 12/8"},
			"Đà Nẵng 10 12":    {"Đà Nẵng 10 và 12/8", "Đà Nẵng 10,12/8", "Đà Nẵng 10/8, 12/8", "Đà Nẵng 10/8 và 12/8"},
		}},
		{"numbers that are no days", cases{
			"quận 1 2": {"quận 1 2/8"}, "quận 10 5": {"quận 10, 5/8", "quận 10 ngày 5/8"}, "phường 12 ; quận Bình Thạnh 3": {"phường 12, quận Bình Thạnh 3/8"}, "thôn 3 ; xã Hòa Phú 9": {"thôn 3, xã Hòa Phú 9/8"},
		}},
		{"names that hold words for days", cases{"Hoàng Mai 10": {"Hoàng Mai 10/8"}, "Mai Châu ; Vinh 12": {"Mai Châu, Vinh 12/8"}, "Bà Rịa ; Vũng Tàu 10": {"Bà Rịa - Vũng Tàu 10/8"}}},
		{"only days", cases{" 10": {"10/8", "hôm 10", "ngày 10/8"}}},
		{"a date that is none", cases{"Đà Nẵng !": {"Đà Nẵng 31/9", "Đà Nẵng 10/13", "Đà Nẵng 8/2021", "Đà Nẵng từ 12/8 đến 10/8"}}},
		{"ahead, in the days asked about", cases{"Đà Nẵng 16": {"ngày mai Đà Nẵng", "Đà Nẵng 16/8"}}},
		{"nothing", cases{"": {"", " ", ",;"}}},
	}
	for _, test := range tests {
		for want, inputs := range test.want {
			for _, in := range inputs {
				var list []string
				for _, p := range ReadPassages(in, from, until, today) {
					text := p.Place
					for _, d := range p.Days {
						day, ok := strings.CutPrefix(d, "2021-08-")
						if !ok {
							day = d
						}
						text += " " + strings.TrimPrefix(day, "0")
					}
					if p.Unclear {
						text += " !"
					}
					list = append(list, text)
				}
				if got := strings.Join(list, "; "); got != want && strings.ReplaceAll(got, " ;", ";") != strings.ReplaceAll(want, " ;", ";") {
					t.Errorf("%s: ReadPassages(%q) = %q, want %q", test.name, in, got, want)
				}
			}
		}
	}
}

// A day without a year is one of those asked about, over the new year too.
func TestReadPassagesOverNewYear(t *testing.T) {
	got := ReadPassages("Đà Nẵng 29/12, Vinh 2/1", "2021-12-20", "2022-01-05", "2022-01-03")
	if len(got) != 2 || got[0].Days[0] != "2021-12-29" || got[1].Days[0] != "2022-01-02" {
		t.Errorf("%+v", got)
	}
}

func FuzzReadPassages(f *testing.F) {
	for _, s := range []string{"Đà Nẵng 10/8, Quảng Nam 12/8", "10,11,12/8 Vinh", "từ 1/8 đến 31/12 Sài Gòn", "1-2-3-4/5/6", "quận 1 2/8", "\xff,,;;-", "10/8 10/8 10/8", "0/0 a 00/00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := Clean(strings.ReplaceAll(s, "\n", ", "))
		for _, p := range ReadPassages(s, "2021-08-01", "2021-08-20", "2021-08-15") {
			if p.Place == "" && len(p.Days) == 0 && !p.Unclear || !strings.Contains(clean, p.Place) || !utf8.ValidString(p.Place) {
				t.Errorf("%q: %+v", s, p)
			}
			for i, d := range p.Days {
				if len(d) != 10 || i > 0 && p.Days[i-1] >= d {
					t.Errorf("%q: days %v", s, p.Days)
				}
			}
		}
		if v, ok := ReadVehicle(s, ""); ok && v.Kind == "" && v.Number == "" || v.Number != "" && v.Sign == "" {
			t.Errorf("%q: %+v", s, v)
		}
	})
}
