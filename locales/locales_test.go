package locales

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func bundle(t testing.TB) *Bundle {
	t.Helper()
	b, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each file says the same in every language that has it: the same keys, with
// the same placeholders.
func TestLanguagesSayTheSame(t *testing.T) {
	names, err := fs.Glob(files, "*"+Langs[0]+".json")
	if err != nil || len(names) < 3 {
		t.Fatalf("%d files in %s, %v", len(names), Langs[0], err)
	}
	texts := func(name, lang string) *Bundle {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := load(fstest.MapFS{name: {Data: data}}, []string{lang})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, name := range names {
		first := texts(name, Langs[0])
		if len(first.Keys(Langs[0])) == 0 {
			t.Errorf("%s has no keys", name)
		}
		for _, lang := range Langs[1:] {
			other := strings.TrimSuffix(name, Langs[0]+".json") + lang + ".json"
			if _, err := fs.Stat(files, other); err != nil {
				if lang == "en" || other == lang+".json" {
					t.Errorf("%s is missing", other)
				}
				continue // a room's pages may stay in the default language
			}
			b := texts(other, lang)
			if got, want := b.Keys(lang), first.Keys(Langs[0]); !slices.Equal(got, want) {
				t.Errorf("%s and %s differ in their keys: %v", other, name, differing(got, want))
				continue
			}
			for _, key := range b.Keys(lang) {
				if want, got := first.Placeholders(Langs[0], key), b.Placeholders(lang, key); !slices.Equal(want, got) {
					t.Errorf("%s: %s fills in %v, in %s %v", other, key, got, name, want)
				}
			}
		}
	}
}

// differing are the members of one list alone.
func differing(a, b []string) []string {
	only := func(in, out []string) []string {
		return slices.DeleteFunc(slices.Clone(in), func(s string) bool { return slices.Contains(out, s) })
	}
	return append(only(a, b), only(b, a)...)
}

// A third language is one more file; what it has no file for is said in the
// default language.
func TestThirdLanguageIsOneMoreFile(t *testing.T) {
	third := fstest.MapFS{
		"vi.json":       {Data: []byte(`{"menu.ask": "Cần gì?", "lang.own": "Tiếng Việt"}`)},
		"en.json":       {Data: []byte(`{"menu.ask": "What?", "lang.own": "English"}`)},
		"lo.json":       {Data: []byte(`{"menu.ask": "ຫຍັງ?", "lang.own": "ລາວ"}`)},
		"admin.vi.json": {Data: []byte(`{"admin.title": "Cán bộ"}`)},
	}
	langs := langsOf(third)
	if !slices.Equal(langs, []string{"vi", "en", "lo"}) {
		t.Fatalf("languages %v", langs)
	}
	b, err := load(third, langs)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range [][2]string{{"menu.ask", "ຫຍັງ?"}, {"lang.own", "ລາວ"}, {"admin.title", "Cán bộ"}} {
		if got := b.Text("lo", tt[0], nil); got != tt[1] {
			t.Errorf("%s in the third language is %q, want %q", tt[0], got, tt[1])
		}
	}
	for _, lang := range Langs {
		if Own(lang) == "lang.own" || len(Words(lang)) == 0 || Words(lang)[0] == "lang.words" {
			t.Errorf("%s does not say what it is called and asked for by", lang)
		}
	}
}

func TestShortWordingsBelongToLongOnes(t *testing.T) {
	b := bundle(t)
	for _, lang := range Langs {
		for _, key := range b.Keys(lang) {
			long, ok := strings.CutSuffix(key, ".sms")
			if !ok {
				long, ok = strings.CutSuffix(key, ".list")
			}
			if !ok {
				long, ok = strings.CutSuffix(key, ".page")
			}
			if !ok || strings.HasPrefix(key, "admin.") || strings.HasPrefix(key, "rules.") { // pages have no short wordings, but may name SMS or a list
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
