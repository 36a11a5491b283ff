package flows

import (
	"slices"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/locales"
)

// meaning is what is shown of the end of a declaration.
func meaning(t *testing.T, network, lang string, ending core.Say, list ...Declared) (keys, texts []string) {
	t.Helper()
	e := Event{Today: "2021-07-20", Features: looks[network], Setting: transcriptSetting, Known: Known{Lang: lang}}
	tn := turn{e: &e}
	if dangerous(ending, list) {
		tn.say(say("resident.done.urgent", "hotline", e.Setting.Hotline))
		ending = core.Say{}
	}
	if len(list) > 1 {
		tn.tellMeanings(ending, list)
	} else {
		tn.tellMeaning(ending, list[0])
	}
	b := bundle(t)
	for _, effect := range tn.effects {
		s := effect.(Reply).Say
		keys = append(keys, s.Key)
		for _, out := range channel.Fit(Render(b, s, lang, looks[network]), looks[network]) {
			texts = append(texts, out.Text)
		}
	}
	return keys, texts
}

func TestMeaningOfAVerdict(t *testing.T) {
	home := core.Verdict{Class: core.ClassReturnee, Colour: core.ColourYellow, Measure: core.MeasureHome, From: "2021-07-20", Until: "2021-08-03"}
	red := home
	red.Colour = core.ColourRed
	orange := core.Verdict{Class: core.ClassNone, Colour: core.ColourOrange, Measure: core.MeasureSelf}
	green := core.Verdict{Class: core.ClassNone, Colour: core.ColourGreen, Measure: core.MeasureNone}
	why := []string{"Về từ vùng có dịch"}
	for name, tt := range map[string]struct {
		network string
		ending  string
		list    []Declared
		keys    []string
	}{
		"nothing asked":                 {"sms", "resident.done.well", []Declared{{Verdict: green}}, []string{"resident.done.well"}},
		"no verdict":                    {"sms", "resident.done.ill", []Declared{{}}, []string{"resident.done.ill"}},
		"well today, orange since":      {"telegram", "resident.done.well", []Declared{{Verdict: orange}}, []string{"resident.done.exposed"}},
		"quarantine says all":           {"telegram", "resident.done.exposed", []Declared{{Verdict: home, Why: why}}, []string{"verdict.home"}},
		"by SMS with its reason":        {"sms", "resident.done.exposed", []Declared{{Verdict: home, Why: why}}, []string{"verdict.home", "verdict.why"}},
		"ill and in quarantine":         {"telegram", "resident.done.ill", []Declared{{Verdict: home}}, []string{"resident.done.ill", "verdict.home"}},
		"a journey keeps its station":   {"telegram", "journey.done.well", []Declared{{Verdict: home}}, []string{"journey.done.well", "verdict.home"}},
		"115 first":                     {"sms", "resident.done.ill", []Declared{{Verdict: red}}, []string{"resident.done.urgent", "verdict.home"}},
		"115 first by the answer alone": {"sms", "resident.done.urgent", []Declared{{}}, []string{"resident.done.urgent"}},
		"a family": {"sms", "resident.done.exposed", []Declared{{PersonName: "Trần Văn An", Verdict: home}, {PersonName: "Lê Thị Bình", Verdict: green},
			{PersonName: "Trần Thị Chi", Verdict: home}}, []string{"resident.done.exposed", "verdict.of", "verdict.of"}},
		"a family in a chat": {"telegram", "resident.done.well", []Declared{{PersonName: "Trần Văn An", Verdict: green}, {PersonName: "Lê Thị Bình", Verdict: green}},
			[]string{"resident.done.well"}},
	} {
		s := core.Say{Key: tt.ending, Args: args{"commune": "xã Phú Dương"}}
		keys, texts := meaning(t, tt.network, "vi", s, tt.list...)
		if !slices.Equal(keys, tt.keys) {
			t.Errorf("%s: %v, want %v", name, keys, tt.keys)
		}
		for _, text := range texts {
			if n, _ := channel.Segments(text); tt.network == "sms" && n > 1 || strings.Contains(text, "<no value>") {
				t.Errorf("%s: %q", name, text)
			}
			if tt.network == "sms" && strings.Contains(text, "Tran Van An") {
				t.Errorf("%s: a full name beside a quarantine: %q", name, text)
			}
		}
	}
}

// Every measure has words, with a last day and without, in each language.
func TestEveryMeasureHasWords(t *testing.T) {
	b := bundle(t)
	for _, lang := range locales.Langs {
		for _, m := range []core.Measure{core.MeasureWatch, core.MeasureHome, core.MeasureCentral, core.MeasureTreatment} {
			for _, until := range []core.Day{"", "2021-08-03"} {
				for _, network := range []string{"sms", "telegram"} {
					v := core.Verdict{Colour: core.ColourYellow, Measure: m, From: "2021-07-20", Until: until}
					d := Declared{PersonName: "Trần Văn An", Verdict: v, Why: []string{"x"}, WhyMeasure: strings.Repeat("dài ", 60)}
					_, alone := meaning(t, network, lang, core.Say{}, d)
					_, both := meaning(t, network, lang, core.Say{}, d, d)
					for _, text := range append(alone, both...) {
						if n, _ := channel.Segments(text); text == "" || network == "sms" && n > 1 || strings.Contains(text, "<no value>") || until != "" && strings.Contains(text, "  ") {
							t.Errorf("%s %s %q %s: %q", lang, m, until, network, text)
						}
					}
				}
				told, ok := MeasureChanged(core.Verdict{Measure: core.MeasureNone}, core.Verdict{Measure: m, Until: until}, "", "19001075")
				if text := Render(b, told, lang, looks["sms"]).Text; !ok || !strings.Contains(text, "19001075") || strings.Contains(text, "<no value>") {
					t.Errorf("%s %s: %q", lang, m, text)
				}
			}
		}
	}
	if _, ok := MeasureChanged(core.Verdict{Measure: core.MeasureNone}, core.Verdict{Measure: core.MeasureSelf}, "", ""); ok {
		t.Error("told of a change that asks nothing")
	}
	ended, ok := MeasureChanged(core.Verdict{Measure: core.MeasureHome, Until: "2021-08-03"}, core.Verdict{Measure: core.MeasureNone}, "Trần Thị Bình", "19001075")
	if text := Render(b, ended, "vi", looks["telegram"]).Text; !ok || text != "Theo quy định phòng dịch mới, Bình không còn phải cách ly hay theo dõi. Cần hỏi, gọi 19001075." {
		t.Errorf("ended: %q", text)
	}
}
