package ways

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/channel"
)

func read(t *testing.T, file string) Templates {
	t.Helper()
	all, err := ReadTemplates(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReadTemplates(t *testing.T) {
	if d := Defaults(); d["code.text"].SMS["vi"] == "" {
		t.Error("no text is registered for codes")
	}
	both := Defaults().With(read(t, `{"code.text":{"zalo":{"template_id":"1","params":{"code":"otp:8"}}},"told":{"sms":{"vi":"x"}}}`))
	if both["code.text"].SMS["vi"] != Defaults()["code.text"].SMS["vi"] || both["code.text"].Zalo.ID != "1" || both["told"].SMS["vi"] != "x" {
		t.Errorf("a file replaces what it names, and keeps the rest: %+v", both)
	}
	for why, bad := range map[string]string{
		"no JSON":                                 `{"code.text":`,
		"two objects":                             `{} {}`,
		"a name misspelt would send nothing":      `{"code.text":{"smss":{}}}`,
		"a placeholder without a bound":           `{"x":{"sms":{"vi":"{code} la ma"}}}`,
		"a bound that is no number":               `{"x":{"sms":{"vi":"{code:many} la ma"}}}`,
		"a bound of nothing":                      `{"x":{"sms":{"vi":"{code:0} la ma"}}}`,
		"a bound beyond any SMS":                  `{"x":{"sms":{"vi":"{code:4000} la ma"}}}`,
		"a brace left open":                       `{"x":{"sms":{"vi":"{code:8 la ma"}}}`,
		"a brace that closes nothing":             `{"x":{"sms":{"vi":"code:8} la ma"}}}`,
		"a template without its number":           `{"x":{"zalo":{"params":{"code":"otp:8"}}}}`,
		"a template's name for its number":        `{"x":{"zalo":{"template_id":"otp","params":{"code":"otp:8"}}}}`,
		"a template that says nothing of ours":    `{"x":{"zalo":{"template_id":"1"}}}`,
		"a parameter without a bound":             `{"x":{"zalo":{"template_id":"1","params":{"code":"otp"}}}}`,
		"a template for neither users nor phones": `{"x":{"zalo":{"template_id":"1","params":{"code":"otp:8"},"by":"dog"}}}`,
		"a price below zero":                      `{"x":{"zalo":{"template_id":"1","params":{"code":"otp:8"},"price":-1}}}`,
	} {
		if _, err := ReadTemplates(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: taken", why)
		}
	}
}

// dictionary is a few words.
type dictionary map[string]string

func (d dictionary) Has(lang, key string) bool { _, ok := d[lang+" "+key]; return ok }
func (d dictionary) Text(lang, key string, args map[string]string) string {
	s := d[lang+" "+key]
	for name, value := range args {
		s = strings.ReplaceAll(s, "<"+name+">", value)
	}
	return s
}
func (d dictionary) Placeholders(lang, key string) []string {
	var names []string
	for s := d[lang+" "+key]; ; {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			return names
		}
		name, after, _ := strings.Cut(rest, ">")
		names, s = append(names, name), after
	}
}

func TestCheck(t *testing.T) {
	words := dictionary{
		"vi code": "<code> là mã của Anh/Chị.",
		"vi told": "<by> đã khai cho Anh/Chị, xem <link>.", "vi told.sms": "<by> khai cho Anh/Chị: <link>",
		"en code": "<code> is your code.",
	}
	keys := []string{"code", "told"}
	longest := map[string]int{"code": 6, "link": 40}
	const code = `"code":{"sms":{"vi":"{code:6} la ma cua Anh/Chi."}}`
	const told = `"told":{"sms":{"vi":"{by:30} khai cho Anh/Chi: {link:40}"}}`
	tests := []struct {
		why, file string
		brand     bool
		wrong     string // part of what is said; "" for all is well
	}{
		{"all that goes out is registered", `{` + code + `,` + told + `}`, true, ""},
		{"a language more", `{"code":{"sms":{"vi":"{code:6} la ma cua Anh/Chi.","en":"{code:6} is your code."}},` + told + `}`, true, ""},
		{"Zalo beside it", `{` + code + `,"told":{"sms":{"vi":"{by:30} khai cho Anh/Chi: {link:40}"},"zalo":{"template_id":"1","params":{"by":"n:30","link":"l:40"}}}}`, true, ""},
		{"without a brand name nothing need be registered", `{}`, false, ""},
		{"under a brand name everything must", `{` + code + `}`, true, `told: under a brand name`},
		{"English alone is not enough", `{"code":{"sms":{"en":"{code:6} is your code."}},` + told + `}`, true, "code: under a brand name"},
		{"one letter differs", `{"code":{"sms":{"vi":"{code:6} la ma cua anh/Chi."}},` + told + `}`, true, `registered is "{code} la ma cua anh/Chi."`},
		{"marks are not sent", `{"code":{"sms":{"vi":"{code:6} là mã của Anh/Chị."}},` + told + `}`, true, "but the program says"},
		{"a placeholder of another name", `{"code":{"sms":{"vi":"{otp:6} la ma cua Anh/Chi."}},` + told + `}`, true, "but the program says"},
		{"the wording for SMS counts, not the long one", `{` + code + `,"told":{"sms":{"vi":"{by:30} da khai cho Anh/Chi, xem {link:40}."}}}`, true, "but the program says"},
		{"a link would be cut", `{` + code + `,"told":{"sms":{"vi":"{by:30} khai cho Anh/Chi: {link:39}"}}}`, true, "takes up to 40 letters"},
		{"a code would be cut", `{"code":{"sms":{"vi":"{code:5} la ma cua Anh/Chi."}},` + told + `}`, true, "takes up to 6 letters"},
		{"no words in that language", `{"code":{"sms":{"vi":"{code:6} la ma cua Anh/Chi.","lo":"x"}},` + told + `}`, true, "no words for it"},
		{"a key that nobody says", `{` + code + `,` + told + `,"typo":{"sms":{"vi":"x"}}}`, true, "typo: no message of this name"},
		{"longer than a message may be", `{` + code + `,"told":{"sms":{"vi":"{by:400} khai cho Anh/Chi: {link:400}"}}}`, true, "takes 6 SMS"},
		{"Zalo asks for what we do not say", `{"code":{"zalo":{"template_id":"1","params":{"name":"n:30"}}}}`, false, `no placeholder "name"`},
		{"Zalo would cut a code", `{"code":{"zalo":{"template_id":"1","params":{"code":"otp:5"}}}}`, false, "takes up to 6 letters"},
		{"a text is held against the words before a brand name is used", `{"code":{"sms":{"vi":"{code:6} x"}}}`, false, "but the program says"},
	}
	for _, tt := range tests {
		b := Book{Brand: tt.brand, SMS: "sms", Templates: read(t, tt.file)}
		err := b.Check(words, keys, longest)
		switch {
		case tt.wrong == "" && err != nil:
			t.Errorf("%s: %v", tt.why, err)
		case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
			t.Errorf("%s: error %v, want %q in it", tt.why, err, tt.wrong)
		}
	}
}

func TestLine(t *testing.T) {
	b := Book{SMS: "sms", Brand: true, Zalo: true, Templates: read(t, `{"told":{"sms":{"vi":"{by:12} khai cho Anh/Chi. Goi {hotline:11}"},
		"zalo":{"template_id":"77","params":{"by":"customer_name:12"}}}}`)}
	values := func(lang string, short bool) map[string]string {
		if lang != "vi" {
			t.Errorf("values in %q", lang)
		}
		return map[string]string{"by": "Nguyễn Thị\n Bé Ba", "hotline": "19001075"}
	}
	m := core.Queued{Lang: "en", Channel: "sms", Say: core.Say{Key: "told"}, Way: core.Way{Name: core.WaySMS, Template: "told"}}
	if l, ok := b.Line(m, values); !ok || l.Text != "Nguyen Thi khai cho Anh/Chi. Goi 19001075" || l.Lang != "vi" {
		t.Errorf("SMS: %+v", l)
	}
	m.Way = core.Way{Name: core.WayZaloPhone, Template: "77"}
	l, ok := b.Line(m, values)
	if !ok || l.Template == nil || l.Template.ID != "77" || !maps.Equal(l.Template.Data, map[string]string{"customer_name": "Nguyễn Thị"}) {
		t.Errorf("Zalo: %+v", l.Template)
	}
	if out := channel.Fit(l, channel.Features{MaxText: 10, MaxButtons: 3}); len(out) != 1 || out[0].Template != l.Template || out[0].Text != "" {
		t.Errorf("fitted: %+v", out)
	}
	m.Way.Template = "66"
	if l, ok := b.Line(m, values); !ok || l.Template != nil || len(channel.Fit(l, channel.Features{})) != 0 {
		t.Errorf("a template approved no more is said: %+v", l)
	}
	m.Way, m.Say.Key = core.Way{Name: core.WaySMS}, "gone"
	if l, ok := b.Line(m, values); !ok || l.Text != "" {
		t.Errorf("a text registered no more is said: %+v", l)
	}
	for _, free := range []core.Way{{}, {Name: core.WayZalo}, {Name: core.WayTelegram}} {
		m.Way = free
		if _, ok := b.Line(m, values); ok {
			t.Errorf("%q says an approved text", free.Name)
		}
	}
}

// Under a brand name nothing goes out but what is registered.
func TestBar(t *testing.T) {
	b := Book{SMS: "sms", Brand: true}
	reply := core.Queued{Channel: "sms", Priority: core.PriorityReply}
	if b.Bar(reply) == nil {
		t.Error("a free text goes out under a brand name")
	}
	if err := b.Bar(core.Queued{Channel: "sms", Way: core.Way{Name: core.WaySMS}}); err != nil {
		t.Errorf("a registered text does not: %v", err)
	}
	if err := b.Bar(core.Queued{Channel: "telegram"}); err != nil {
		t.Errorf("Telegram has no brand name: %v", err)
	}
	b.Brand = false
	if err := b.Bar(reply); err != nil {
		t.Errorf("a gateway both ways: %v", err)
	}
}

// FuzzFill holds that whatever is filled in, an SMS stays what was registered:
// its words as they are, each value within its bound, all in one line of GSM
// letters of one septet.
func FuzzFill(f *testing.F) {
	f.Add("Nguyễn Văn An", "https://khaibao.example.vn/q/ABC", uint8(12))
	f.Add("[{~|€}]", "a\x00b\r\nc", uint8(1))
	f.Add("👨‍👩‍👧 ສະບາຍດີ", strings.Repeat("ơ ", 90), uint8(200))
	f.Fuzz(func(t *testing.T, one, two string, most uint8) {
		h := hole{"a", int(most)%60 + 1}
		p := text{words: []string{"< ", " > < ", " >"}, holes: []hole{h, {"b", 40}}}
		got := p.fill(map[string]string{"a": one, "b": two})
		if strings.ContainsAny(got, "\n\r{}[]") || channel.Plain(got) != got || channel.Count(got, channel.Features{Plain: true}) != utf8.RuneCountInString(got) {
			t.Fatalf("%q is no plain line", got)
		}
		if n := utf8.RuneCountInString(got); n > h.most+40+9 || !strings.HasPrefix(got, "< ") || !strings.HasSuffix(got, " >") {
			t.Fatalf("%q is out of its bounds, %d and 40", got, h.most)
		}
	})
}

// FuzzReadTemplates holds that a file that is taken can be used: its texts are
// cut as they are checked, and its parameters read.
func FuzzReadTemplates(f *testing.F) {
	f.Add(embedded)
	f.Add(`{"x":{"sms":{"vi":"{a:1}{b:2}"},"zalo":{"template_id":"1","params":{"a":"b:3"},"by":"user","price":0}}}`)
	f.Fuzz(func(t *testing.T, file string) {
		all, err := ReadTemplates(strings.NewReader(file))
		if err != nil {
			return
		}
		b := Book{SMS: "sms", Brand: true, Zalo: true, Templates: all}
		_ = b.Check(dictionary{}, slices.Collect(maps.Keys(all)), nil)
		for key := range all {
			for _, way := range []string{core.WaySMS, core.WayZaloPhone} {
				m := core.Queued{Lang: "vi", Channel: "sms", Say: core.Say{Key: key}, Way: core.Way{Name: way}}
				if _, ok := b.Line(m, func(string, bool) map[string]string { return nil }); !ok {
					t.Fatalf("%q has no line by %s", key, way)
				}
			}
		}
		if again, err := json.Marshal(all); err != nil || len(read(t, string(again))) != len(all) {
			t.Fatalf("written and read again it is another: %s, %v", again, err)
		}
	})
}
