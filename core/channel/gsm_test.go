package channel

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestUnaccent(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"every mark of Vietnamese", "Đặng Thị Mỹ Dạ, thôn Dưỡng Mong", "Dang Thi My Da, thon Duong Mong"},
		{"decomposed letters", norm.NFD.String("khẩu trang, hòa, đường"), "khau trang, hoa, duong"},
		{"the Icelandic eth that some keyboards type", "Ðà Nẵng", "Da Nang"},
		{"French and Polish names", "Renée Łukasz", "Renee Lukasz"},
		{"other scripts keep their letters and marks", "ສະບາຍດີ 한국 й", "ສະບາຍດີ 한국 й"},
		{"plain text as it is", "To 3, P. Vy Da", "To 3, P. Vy Da"},
	}
	for _, tt := range tests {
		if got := Unaccent(tt.in); got != tt.want {
			t.Errorf("%s: Unaccent(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestPlain(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"smart quotes and dashes", "“Gửi” – ‘Sửa’…", `"Gui" - 'Sua'...`},
		{"emoji go", "Cảm ơn 🙏🏽!", "Cam on !"},
		{"non-breaking and thin blanks", "Số:\u00a01\u20092", "So: 1 2"},
		{"zero-width letters go", "a\u200bb\ufeffc", "abc"},
		{"letters of other scripts cannot be written", "Ông ສະ", "Ong ??"},
		{"full-width digits", "０９０", "090"},
		{"letters that GSM has lose their marks all the same", "à é ù", "a e u"},
		{"extension signs stay", "[a] {b} ~ € | \\ ^", "[a] {b} ~ € | \\ ^"},
		{"a grave accent is no GSM letter", "`a`", "'a'"},
		{"lines stay lines", "a\r\nb\tc", "a\nb c"},
	}
	for _, tt := range tests {
		if got := Plain(tt.in); got != tt.want {
			t.Errorf("%s: Plain(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestSegments(t *testing.T) {
	tests := []struct {
		name string
		in   string
		n    int
		gsm7 bool
	}{
		{"nothing", "", 1, true},
		{"one full message", strings.Repeat("a", 160), 1, true},
		{"one letter more", strings.Repeat("a", 161), 2, true},
		{"two full parts", strings.Repeat("a", 306), 2, true},
		{"three parts", strings.Repeat("a", 307), 3, true},
		{"extension signs take two", strings.Repeat("[", 80), 1, true},
		{"81 extension signs", strings.Repeat("[", 81), 2, true},
		{"an extension sign is not cut in half", strings.Repeat("a", 152) + "[" + strings.Repeat("a", 152), 3, true},
		{"one Vietnamese letter makes all of it UCS-2", strings.Repeat("a", 69) + "ờ", 1, false},
		{"71 letters of UCS-2", strings.Repeat("a", 70) + "ờ", 2, false},
		{"134 letters of UCS-2", strings.Repeat("ờ", 134), 2, false},
		{"135 letters of UCS-2", strings.Repeat("ờ", 135), 3, false},
		{"an emoji takes two units", strings.Repeat("🙏", 35), 1, false},
		{"an emoji is not cut in half", strings.Repeat("🙏", 66), 2, false},
		{"decomposed marks cost double", strings.Repeat("o\u0302", 36), 2, false},
		{"é and à are GSM letters", "à la carte café", 1, true},
	}
	for _, tt := range tests {
		if n, gsm7 := Segments(tt.in); n != tt.n || gsm7 != tt.gsm7 {
			t.Errorf("%s: Segments = %d, %v, want %d, %v", tt.name, n, gsm7, tt.n, tt.gsm7)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"Đặng Thị Mỹ", "“…” 🙏🏽", "ສະບາຍດີ", "\xff\xfe", "a\u0300\u0301", "ﬁ ½ №"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := Plain(s)
		if !utf8.ValidString(p) {
			t.Fatalf("Plain(%q) = %q is not UTF-8", s, p)
		}
		if _, gsm7 := Segments(p); !gsm7 {
			t.Fatalf("Plain(%q) = %q holds letters that GSM lacks", s, p)
		}
		if again := Plain(p); again != p {
			t.Fatalf("Plain twice: %q, then %q", p, again)
		}
	})
}
