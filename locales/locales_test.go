package locales

import (
	"slices"
	"strings"
	"testing"
)

func bundle(t testing.TB) *Bundle {
	t.Helper()
	b, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLanguagesSayTheSame(t *testing.T) {
	b := bundle(t)
	first := Langs[0]
	if len(b.Keys(first)) == 0 {
		t.Fatal("no keys")
	}
	for _, lang := range Langs[1:] {
		for _, key := range b.Keys(lang) {
			if !b.Has(first, key) {
				t.Errorf("%s: %s is not in %s", lang, key, first)
			}
		}
		for _, key := range b.Keys(first) {
			if !b.Has(lang, key) {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			if want, got := b.Placeholders(first, key), b.Placeholders(lang, key); !slices.Equal(want, got) {
				t.Errorf("%s: %s fills in %v, in %s %v", lang, key, got, first, want)
			}
		}
	}
}

func TestShortWordingsBelongToLongOnes(t *testing.T) {
	b := bundle(t)
	for _, lang := range Langs {
		for _, key := range b.Keys(lang) {
			long, ok := strings.CutSuffix(key, ".sms")
			if !ok || strings.HasPrefix(key, "admin.") { // pages have no short wordings, but may name SMS
				continue
			}
			if !b.Has(lang, long) {
				t.Errorf("%s: %s has no long wording", lang, key)
			}
			for _, name := range b.Placeholders(lang, key) {
				if !slices.Contains(b.Placeholders(lang, long), name) {
					t.Errorf("%s: %s fills in %s, the long wording does not", lang, key, name)
				}
			}
		}
	}
}

func TestTextsAreTidy(t *testing.T) {
	b := bundle(t)
	for _, lang := range Langs {
		for _, key := range b.Keys(lang) {
			args := map[string]string{}
			for _, name := range b.Placeholders(lang, key) {
				if name != strings.ToLower(name) {
					t.Errorf("%s: %s fills in %s: names are in lower case", lang, key, name)
				}
				args[name] = "x"
			}
			text := b.Text(lang, key, args)
			switch {
			case strings.TrimSpace(text) == "":
				t.Errorf("%s: %s is empty", lang, key)
			case strings.Contains(text, "  "), strings.Contains(text, " \n"):
				t.Errorf("%s: %s has blanks too many: %q", lang, key, text)
			}
		}
	}
}

func TestText(t *testing.T) {
	b := bundle(t)
	tests := []struct {
		name, lang, key string
		args            map[string]string
		want            string
	}{
		{"a plain text", "en", "menu.declare", nil, "Declare"},
		{"a placeholder", "vi", "heard", map[string]string{"label": "Họ tên", "value": "Lê Na"}, "Họ tên: Lê Na."},
		{"a value is text, not a template", "vi", "heard", map[string]string{"label": "{{.value}}", "value": "{{.label}}"}, "{{.value}}: {{.label}}."},
		{"an unknown language is the first", "fr", "menu.declare", nil, "Khai báo"},
		{"an unknown key stands for itself", "vi", "no.such.key", nil, "no.such.key"},
	}
	for _, tt := range tests {
		if got := b.Text(tt.lang, tt.key, tt.args); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTextsDoNoMoreThanNamePlaceholders(t *testing.T) {
	for _, text := range []string{"{{if .a}}x{{end}}", "{{.a.b}}", "{{.a | printf}}", "{{a}}", "{{", "{{.a", "{{}}"} {
		if _, err := cut(text); err == nil {
			t.Errorf("%q is taken for a text", text)
		}
	}
}

func BenchmarkText(b *testing.B) {
	texts := bundle(b)
	args := map[string]string{"label": "Họ tên", "value": "Nguyễn Văn An"}
	b.ReportAllocs()
	for b.Loop() {
		texts.Text("vi", "heard", args)
	}
}
