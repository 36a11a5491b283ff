package flows

import (
	"fmt"
	"strings"
	"testing"
)

// readOnce writes what a message was understood as, in short.
func readOnce(text string) string {
	rest, ok := oneMessageIn(text)
	if !ok {
		return "no"
	}
	m := readOneMessage(rest, []string{"Lê Văn An", "Trần Bình"}, "2021-08-15", "46")
	var out []string
	for _, a := range m.answers {
		out = append(out, a.ID+"="+inShort(&a))
	}
	if m.place != "" {
		out = append(out, "in "+m.place)
	}
	for _, h := range m.health {
		var said []string
		if h.well {
			said = append(said, "well")
		}
		for _, a := range h.answers {
			said = append(said, strings.TrimPrefix(a.ID+"="+inShort(&a), "symptoms="))
		}
		out = append(out, fmt.Sprintf("%d: %s", h.who, strings.Join(said, ", ")))
	}
	if len(m.left) > 0 {
		out = append(out, fmt.Sprint("left ", m.left))
	}
	return strings.Join(out, "; ")
}

func TestOneMessage(t *testing.T) {
	const hoa = "full_name=Nguyen Thi Hoa; birth=1960; id_number=191234567 | cmnd; sex=female; in to 3 Vy Da Hue; 0: well, none"
	tests := []struct{ why, text, want string }{
		{"as the help says", "KBYT Nguyen Thi Hoa, 1960, 191234567, nu, to 3 Vy Da Hue, khoe", hoa},
		{"in small letters", "kbyt nguyen thi hoa, 1960, 191234567, nu, to 3 Vy Da Hue, khoe", hoa},
		{"with KB and commas", "KB Nguyen Thi Hoa, 1960, 191234567, nu, to 3 Vy Da Hue, khoe", hoa},
		{"with semicolons", "KBYT Nguyen Thi Hoa; 1960; 191234567; nu; to 3 Vy Da Hue; khoe", hoa},
		{"on lines", "KBYT\nNguyen Thi Hoa\n1960\n191234567\nnu\nto 3 Vy Da Hue\nkhoe", hoa},
		{"with full stops", "KBYT. Nguyen Thi Hoa. 1960. 191234567. nu. to 3 Vy Da Hue. khoe", hoa},
		{"with labels", "KBYT ho ten: Nguyen Thi Hoa, sinh nam 1960, cmnd 191234567, gioi tinh nu, o to 3 Vy Da Hue, suc khoe binh thuong", hoa},
		{"a colon behind", "KBYT: Nguyen Thi Hoa, 1960, 191234567, nu, to 3 Vy Da Hue, khoe", hoa},
		{"without any sign", "KBYT Nguyen Thi Hoa 1960 191234567 nu to 3 Vy Da Hue khoe", "id_number=191234567 | cmnd; full_name=Nguyen Thi Hoa; birth=1960; sex=female; in to 3 Vy Da Hue; 0: well, none"},
		{"with marks", "KBYT Nguyễn Thị Hoa, 02/09/1960, 046160001234, tổ 3 P. Vỹ Dạ, TP Huế, khỏe", "full_name=Nguyễn Thị Hoa; birth=1960-09-02; id_number=046160001234 | cccd; in tổ 3 P. Vỹ Dạ, TP Huế; 0: well, none"},
		{"an insurance card too", "KBYT Nguyen Thi Hoa, 1960, GD4464612345678, khoe", "full_name=Nguyen Thi Hoa; birth=1960; insurance=GD4464612345678 | bhyt; 0: well, none"},
		{"his name is Nam", "KBYT Nguyen Van Nam, 1960, nam", "full_name=Nguyen Van Nam; birth=1960; sex=male"},
		{"năm before the year", "KBYT Nguyen Thi Hoa nam 1960", "full_name=Nguyen Thi Hoa; birth=1960"},
		{"a house in a street", "KBYT Nguyen Thi Hoa, 12 Nguyen Hue, Vinh Ninh, Hue", "full_name=Nguyen Thi Hoa; in 12 Nguyen Hue, Vinh Ninh, Hue"},
		{"a commune named Hồ is no cough", "KBYT Nguyen Thi Hoa, thon 2 Phu Ho sot", "full_name=Nguyen Thi Hoa; in thon 2 Phu Ho; 0: fever"},
		{"in English", "KBYT John Smith, 1980, male, fever", "full_name=John Smith; birth=1980; sex=male; 0: fever"},
		{"well", "KBYT khoe", "0: well, none"}, {"well, with marks", "KBYT khỏe", "0: well, none"}, {"as usual", "KBYT binh thuong", "0: well, none"},
		{"no symptoms is less than well", "KBYT khong trieu chung", "0: none"}, {"two symptoms", "KBYT sot ho", "0: cough fever"}, {"with a temperature", "KBYT sot 38,5 do", "0: fever"},
		{"denied one by one", "KBYT khong sot khong ho", "0: none"}, {"a case and its day", "KBYT F1 15/8", "0: exposures=case, exposure_last=2021-08-15"}, {"in words", "KBYT gap F0 hom qua, sot", "0: exposures=case, exposure_last=2021-08-14, fever"},
		{"from an epidemic area", "KBYT di ve tu vung dich 10/8", "0: exposures=epidemic_area, exposure_last=2021-08-10"}, {"nowhere", "KBYT khong di dau, khoe", "0: well, exposures=none, none"}, {"a condition", "KBYT tieu duong, ho", "0: has_conditions=yes, conditions=diabetes, cough"},
		{"no conditions", "KBYT khong benh nen, sot", "0: has_conditions=no, fever"}, {"ill outweighs well", "KBYT khoe, ho", "0: well, cough"},
		{"two by name", "KBYT An khoe, Binh sot", "1: well, none; 2: fever"}, {"by whole name", "KBYT Tran Binh sot ho", "2: cough fever"}, {"more of one", "KBYT An sot, ho, Binh khoe", "1: fever cough; 2: well, none"}, {"all", "KBYT ca nha khoe", "-1: well, none"},
		{"someone new", "KBYT Nguyen Van An khoe", "full_name=Nguyen Van An; 0: well, none"},

		{"nothing of it", "KBYT abc xyz", "left [1]"}, {"no: to what?", "KBYT khong", "left [1]"}, {"F2 is not asked for", "KBYT F2", "left [1]"}, {"a doubt", "KBYT hinh nhu sot", "0: fever; left [1]"},
		{"a part of it", "KBYT khoe, abc xyz, ho", "0: well, cough; left [2]"}, {"two names", "KBYT Nguyen Thi Hoa, Tran Van Be, khoe", "full_name=Nguyen Thi Hoa; 0: well, none; left [2]"}, {"two numbers", "KBYT 191234567, 191234568", "id_number=191234567 | cmnd; left [2]"},
		{"no such day", "KBYT Nguyen Thi Hoa, 31/02/1960", "full_name=Nguyen Thi Hoa; left [2]"}, {"a number too long", "KBYT Nguyen Thi Hoa, 1912345678901", "full_name=Nguyen Thi Hoa; left [2]"},
		{"a link", "KBYT http://a.vn/x khoe", "0: well, none; left [1]"},
		{"KB and a name alone is no such message", "KB Nguyen Thi Hoa", "no"}, {"KBYT alone", "KBYT", "no"}, {"digits alone", "KBYT 123", "no"}, {"another word", "KBYTE khoe", "no"}, {"nothing", "", "no"},
	}
	for _, tt := range tests {
		if got := readOnce(tt.text); got != tt.want {
			t.Errorf("%s: %q\n got %s\nwant %s", tt.why, tt.text, got, tt.want)
		}
	}
}

// Whatever is sent, what is read of it is the form's to take, and no part is
// both understood whole and left.
func FuzzOneMessage(f *testing.F) {
	for _, s := range []string{"KBYT Nguyen Thi Hoa, 1960, 191234567, nu, to 3 Vy Da Hue, khoe", "KBYT An khoe, Binh sot", "KB a,b;c\nd", "KBYT F1 15/8 sot ho 38,5", "kbyt \xff, 000000000, DN4464612345678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest, ok := oneMessageIn(text)
		if !ok {
			return
		}
		m := readOneMessage(rest, []string{"Lê Văn An", "Trần Bình"}, "2021-08-15", "46")
		for _, h := range m.health {
			if h.who < everybody || h.who > 2 {
				t.Errorf("%q: health of %d", text, h.who)
			}
			for _, a := range h.answers {
				if Resident.question(a.ID) == nil || a.Value == "" && len(a.Set) == 0 || a.Value != "" && len(a.Set) > 0 {
					t.Errorf("%q: %+v", text, a)
				}
			}
		}
		for _, a := range m.answers {
			if Resident.question(a.ID) == nil || a.Value == "" {
				t.Errorf("%q: %+v", text, a)
			}
		}
		for _, n := range m.left {
			if n < 1 || n > len(partsOf(rest)) {
				t.Errorf("%q: part %d is left", text, n)
			}
		}
	})
}
