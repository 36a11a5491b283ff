package area

import (
	"errors"
	"slices"
	"testing"
	"unicode/utf8"
)

func FuzzRead(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Input, "", "")
	}
	f.Add("TDP 18, P. An Đông, TP Huế", "46", "commune")
	f.Add("Xã/phường: \nThôn: Dạ Lê\nsố 5/12 kiệt 3", "478", "district")
	f.Add("p.p.p.1 q.1 ,,, (tt huế", "79", "province")
	f.Add("\xff\x00Phu\u031bo\u031b\u0300ng 12a3b", "19801", "village")
	f.Add("Ph­êng An Cùu", "99999", "")
	f.Fuzz(func(t *testing.T, text, within, level string) {
		got, err := Read(text, Context{Within: within, AskedLevel: Level(level)})
		if err != nil {
			if !errors.Is(err, ErrNotFound) || got.Code != "" || got.Ambiguous != nil {
				t.Fatalf("%q: %v with %+v", text, err, got)
			}
			return
		}
		if !utf8.ValidString(got.Rest + got.Sub) {
			t.Fatalf("%q: %+v is not UTF-8", text, got)
		}
		if got.Code != "" {
			if u, ok := Get(got.Code); !ok || u.FullName != got.Name || got.Ambiguous != nil {
				t.Fatalf("%q: %+v", text, got)
			}
			return
		}
		if n := len(got.Ambiguous); n < 2 || n > 5 || !slices.IsSorted(got.Ambiguous) || got.Name != "" {
			t.Fatalf("%q: %+v", text, got)
		}
		for _, code := range got.Ambiguous {
			if _, ok := Get(code); !ok {
				t.Fatalf("%q: offers the unknown code %q", text, code)
			}
		}
	})
}
