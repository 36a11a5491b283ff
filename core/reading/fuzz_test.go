package reading

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// seed adds the vectors of a kind and some hostile texts.
func seed(f *testing.F, kind string) {
	for _, v := range loadVectors(f)[kind] {
		f.Add(v.Input)
	}
	for _, s := range []string{"", " ", "\xff\xfe", "Kh«ng cã", "khoong", "kho6ng", "e\u0302\u0301\u0301\u0301", "\u202eabc", "🤒1️⃣", strings.Repeat("ế", 3000), "‏١٢٣", "İstanbul K", "0/0/0", "+84(0)", "||||||", "không? 38,5 độ, 1-3"} {
		f.Add(s)
	}
}

func FuzzFold(f *testing.F) {
	seed(f, "name")
	f.Fuzz(func(t *testing.T, s string) {
		clean, key := Clean(s), Fold(s)
		if again := Clean(clean); again != clean {
			t.Errorf("Clean(%q) = %q, then %q", s, clean, again)
		}
		if again := Fold(key); again != key {
			t.Errorf("Fold(%q) = %q, then %q", s, key, again)
		}
		if !utf8.ValidString(clean) || !utf8.ValidString(key) || utf8.RuneCountInString(clean) > maxRunes {
			t.Errorf("%q: bad text: %q, %q", s, clean, key)
		}
		if strings.Contains(key, "  ") || strings.TrimSpace(key) != key || strings.ContainsAny(key, "ABCXYZđĐ,.-") {
			t.Errorf("Fold(%q) = %q", s, key)
		}
		if utf8.ValidString(s) && len(s) < 500 && Fold(clean) != key && !strings.ContainsFunc(s, dropped) {
			t.Errorf("Fold(%q) = %q, of its clean form %q", s, key, Fold(clean))
		}
		for _, r := range Repairs(s) {
			if r != Clean(r) || r == clean {
				t.Errorf("Repairs(%q) holds %q", s, r)
			}
		}
	})
}

func FuzzYesNo(f *testing.F) {
	seed(f, "yesno")
	f.Fuzz(func(t *testing.T, s string) {
		a := YesNo(s)
		if a != Yes && a != No && a != Unknown {
			t.Errorf("YesNo(%q) = %q", s, a)
		}
		if a != Unknown && YesNo("không biết, "+s) != Unknown {
			t.Errorf("YesNo(%q) is sure in spite of không biết", "không biết, "+s)
		}
		if sex, ok := ReadSex(s); ok != (sex == Male || sex == Female || sex == Other) {
			t.Errorf("ReadSex(%q) = %q, %v", s, sex, ok)
		}
	})
}

func FuzzReadDate(f *testing.F) {
	seed(f, "date")
	const today = "2021-07-15"
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range []DateField{Birth, PastEvent, Arrival} {
			d, err := ReadDate(s, field, today)
			if err != nil {
				if (d != Date{}) || err != ErrInvalid && err != ErrFuture && err != ErrUnsupported {
					t.Errorf("ReadDate(%q, %s) = %+v, %v", s, field, d, err)
				}
				continue
			}
			if field != Arrival && d.Date > today {
				t.Errorf("ReadDate(%q, %s) = %s lies ahead", s, field, d.Date)
			}
			if d.Precision != map[int]string{10: "day", 7: "month", 4: "year"}[len(d.Date)] {
				t.Errorf("ReadDate(%q, %s) = %+v", s, field, d)
			}
			// A year alone may be too far from an event to be read again.
			if again, err := ReadDate(d.Date, field, today); (err != nil || again != d) && d.Precision != "year" {
				t.Errorf("ReadDate(%q, %s) = %+v, read again %+v, %v", s, field, d, again, err)
			}
		}
	})
}

func FuzzReadPhone(f *testing.F) {
	seed(f, "phone")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ReadPhone(s)
		if err != nil {
			if (p != Phone{}) {
				t.Errorf("ReadPhone(%q) = %+v, %v", s, p, err)
			}
			return
		}
		if again, err := ReadPhone(p.E164); err != nil || again != p {
			t.Errorf("ReadPhone(%q) = %+v, read again %+v, %v", s, p, again, err)
		}
		if p.E164[0] != '+' || !allDigits(p.E164[1:]) || !allDigits(p.National) {
			t.Errorf("ReadPhone(%q) = %+v", s, p)
		}
		if p.Kind != "foreign" {
			if again, err := ReadPhone(p.National); err != nil || again != p {
				t.Errorf("ReadPhone(%q) = %+v, its national form %+v, %v", s, p, again, err)
			}
		}
	})
}

func FuzzReadID(f *testing.F) {
	seed(f, "id_number")
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range []string{"", "insurance"} {
			id, err := ReadID(s, field)
			if err != nil {
				if (id != IDNumber{}) {
					t.Errorf("ReadID(%q) = %+v, %v", s, id, err)
				}
				continue
			}
			// A passport of digits needs its word beside it.
			text := id.Normalized
			if id.Type == "passport" {
				text = "hộ chiếu " + text
			} else if id.Type == "bhxh" {
				text = "bhyt " + text
			}
			if again, err := ReadID(text, field); err != nil || again != id {
				t.Errorf("ReadID(%q, %q) = %+v, read again %+v, %v", s, field, id, again, err)
			}
		}
		if offer := SuggestID(s); offer != "" {
			if id, err := ReadID(offer, ""); err != nil || id.Type != "cccd" {
				t.Errorf("SuggestID(%q) = %q, which reads as %+v, %v", s, offer, id, err)
			}
		}
	})
}

func FuzzReadName(f *testing.F) {
	seed(f, "name")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ReadName(s)
		if err != nil {
			if (n != Name{}) {
				t.Errorf("ReadName(%q) = %+v, %v", s, n, err)
			}
			return
		}
		if n.Full == "" || n.Full != Clean(n.Full) || utf8.RuneCountInString(n.Full) > maxName || strings.ContainsAny(n.Full, "0123456789:/@<>=+\n") {
			t.Errorf("ReadName(%q) = %+v", s, n)
		}
		if n.Family != "" && (!strings.HasPrefix(n.Full, n.Family) || !strings.HasSuffix(n.Full, n.Given)) {
			t.Errorf("ReadName(%q) = %+v", s, n)
		}
		SortKey(n.Full)
	})
}

func FuzzReadSymptoms(f *testing.F) {
	seed(f, "symptoms")
	ids := map[string]bool{}
	for _, line := range append(tableLines("symptoms"), tableLines("conditions")...) {
		id, _, _ := strings.Cut(line, ":")
		for part := range strings.SplitSeq(id, ",") {
			ids[part] = !grammarIDs[part]
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		sy, ok := ReadSymptoms(s, sixSymptoms)
		c, _ := ReadConditions(s, nil)
		for _, list := range [][]string{sy.Present, sy.Absent, c.Present, c.Absent} {
			if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
				t.Errorf("%q: list %q", s, list)
			}
			for _, id := range list {
				if !ids[id] {
					t.Errorf("%q: unknown id %q", s, id)
				}
			}
		}
		if sy.Present == nil || c.Present == nil || sy.None && len(sy.Present) > 0 || sy.None && !ok || c.None && len(c.Present) > 0 {
			t.Errorf("ReadSymptoms(%q) = %+v, %v; %+v", s, sy, ok, c)
		}
		for _, id := range sy.Absent {
			if slices.Contains(sy.Present, id) {
				t.Errorf("ReadSymptoms(%q) = %+v", s, sy)
			}
		}
		if sy.TemperatureC != 0 && (sy.TemperatureC < 34 || sy.TemperatureC >= 44) {
			t.Errorf("ReadSymptoms(%q) = %+v", s, sy)
		}
	})
}

func FuzzReadChoices(f *testing.F) {
	for _, s := range []string{"1,3,5", "1va3", "0", "1-3", "2 đến 4", "không", "\xff1"} {
		f.Add(s, 6)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		numbers, ok := ReadChoices(s, n)
		if !ok {
			return
		}
		if !slices.IsSorted(numbers) || len(slices.Compact(slices.Clone(numbers))) != len(numbers) {
			t.Errorf("ReadChoices(%q, %d) = %v", s, n, numbers)
		}
		for _, v := range numbers {
			if v < 1 || v > n {
				t.Errorf("ReadChoices(%q, %d) = %v", s, n, numbers)
			}
		}
	})
}

func FuzzReadPlate(f *testing.F) {
	seed(f, "plate")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ReadPlate(s)
		if err != nil {
			if (p != Plate{}) {
				t.Errorf("ReadPlate(%q) = %+v, %v", s, p, err)
			}
			return
		}
		lead := map[string]string{"flight": "chuyến bay ", "train": "tàu "}[p.Kind]
		if again, err := ReadPlate(lead + p.Normalized); err != nil || again != p {
			t.Errorf("ReadPlate(%q) = %+v, read again %+v, %v", s, p, again, err)
		}
	})
}

func FuzzReadQR(f *testing.F) {
	for _, s := range []string{"https://khaibao.example/q/" + code, code, "046085001234|191234567|Nguyễn Văn An|01021985|Nam|Huế|10052021", "******001234|AN|1985-**-**|0|q|x<1", "a|b|c|d|e|f|g", "\xff||||||"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := ReadQR(s, publicHost)
		if !utf8.ValidString(q.Text) || (q.Kind == "ours") != (len(q.Code) == codeLength) {
			t.Errorf("ReadQR(%q) = %+v", s, q)
		}
		switch q.Kind {
		case "ours":
			if again := ReadQR(q.Code, publicHost); again.Code != q.Code {
				t.Errorf("ReadQR(%q) = %+v, read again %+v", s, q, again)
			}
		case "cccd":
			if id, err := ReadID(q.ID, ""); err != nil || id.Type != "cccd" || q.Birth == "" {
				t.Errorf("ReadQR(%q) = %+v", s, q)
			}
		case "ministry":
			if q.QID == "" {
				t.Errorf("ReadQR(%q) = %+v", s, q)
			}
		case "unknown":
			if (CardQR{Kind: "unknown", Text: q.Text}) != q {
				t.Errorf("ReadQR(%q) = %+v", s, q)
			}
		}
	})
}
