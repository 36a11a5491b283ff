package triage

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// small is the least that a rule file may say.
const small = `version: test-1
from: 2021-05-05
title: {vi: "Thử", en: "Test"}
window: 21
targets: {red: 15m, orange: 2h, yellow: 24h}
sources:
  own: "a test"
groups:
  danger: [short_of_breath, chest_pain]
colours:
  - id: R-RED-01
    colour: red
    when: {symptoms_any: danger}
    reason: {vi: "Nguy hiểm", en: "Danger"}
    source: own
unknown:
  symptoms: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}
  exposures: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}
  conditions: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}
  age: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}
  area: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}
otherwise: {reason: {vi: "Khỏe", en: "Well"}, source: own}
measures:
  - id: M-F1
    when: {class: F1}
    measure: central
    days: 21
    base: exposure
    tests: [1, 20]
    monitor: central
    then: {measure: home, days: 7, reason: {vi: "{days}", en: "{days}"}}
    reason: {vi: "{days} ngày", en: "{days} days"}
    source: own
`

func TestParse(t *testing.T) {
	r, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if r.Version() != "test-1" || r.From() != "2021-05-05" || r.Window() != 21 || r.Title("vi") != "Thử" || r.Title("en") != "Test" ||
		r.Target(core.ColourRed) != 15*time.Minute || r.Target(core.ColourGreen) != 0 || len(r.Hash()) != 64 {
		t.Errorf("%+v", r)
	}
	got, ok := r.Rule("M-F1")
	if !ok || got.Measure != core.MeasureCentral || got.Days != 21 || got.Opens != core.KindCentral || got.Sources[0] != "a test" || got.Line != 24 {
		t.Errorf("%+v", got)
	}
	if other, _ := Parse([]byte(small + "\n# a remark\n")); other.Hash() == r.Hash() {
		t.Error("two texts have one hash")
	}
}

// Every way to write a wrong file, with the line and words that say so.
func TestParseRefuses(t *testing.T) {
	tests := []struct {
		why, old, new string // what is replaced in small
		line          int
		reason        string // of the Error, and values among its arguments
	}{
		{"a slip of the pen", "window: 21", "windw: 21", 4, "unknown_key windw"},
		{"a key twice", "window: 21", "window: 21\nwindow: 14", 5, "twice window 4"},
		{"no version", "version: test-1\n", "", 1, "missing version"},
		{"a plus sign, which verdicts need", "test-1", "test+1", 1, "version"},
		{"no such day", "2021-05-05", "2021-02-30", 2, "day"},
		{"no English title", `, en: "Test"`, "", 3, "missing en"},
		{"a window of no days", "window: 21", "window: 0", 4, "number 1 60"},
		{"a number in words", "window: 21", "window: ba tuần", 4, "number 1 60"},
		{"red may wait longer than orange", "red: 15m", "red: 5h", 5, "target_order"},
		{"a target without a unit", "red: 15m", "red: 15", 5, "target"},
		{"no such symptom", "[short_of_breath, chest_pain]", "[short_of_breath, chest_pian]", 9, "unknown_symptom chest_pian"},
		{"a group called like a symptom", "danger:", "fever:", 9, "group_taken fever"},
		{"no such group", "symptoms_any: danger", "symptoms_any: dangers", 13, "unknown_symptom dangers"},
		{"no such colour", "colour: red", "colour: purple", 12, "unknown_word purple"},
		{"a rule that gives green", "colour: red", "colour: green", 12, "green"},
		{"grey is silence", "colour: red", "colour: grey", 12, "unknown_word grey"},
		{"a condition that lowers", "{symptoms_any: danger}", "{not: {symptoms_any: danger}}", 13, "lowering not"},
		{"a condition on what is absent", "{symptoms_any: danger}", "{symptoms_none: danger}", 13, "lowering symptoms_none"},
		{"a rule for the class none", "{symptoms_any: danger}", "{class: [none]}", 13, "class_none"},
		{"must not hold", "{symptoms_any: danger}", "{positive_test: false}", 13, "only_true"},
		{"holds for everybody", "{symptoms_any: danger}", "{}", 13, "no_condition"},
		{"the colour is not known yet", "{symptoms_any: danger}", "{colour_at_least: red}", 13, "colour_measures"},
		{"no such class", "{symptoms_any: danger}", "{class: F9}", 13, "unknown_word F9"},
		{"no such level", "{symptoms_any: danger}", "{area: {levels: [blue], how: passed}}", 13, "unknown_word blue"},
		{"passed or lived in", "{symptoms_any: danger}", "{area: {levels: [red]}}", 13, "missing how"},
		{"an area of any kind", "{symptoms_any: danger}", "{area: {how: passed}}", 13, "area"},
		{"nobody is so old", "{symptoms_any: danger}", "{age: {from: 200}}", 13, "number 0 130"},
		{"an empty range", "{symptoms_any: danger}", "{age: {from: 60, until: 50}}", 13, "span"},
		{"an SpO2 that nobody has", "{symptoms_any: danger}", "{spo2: {until: 10}}", 13, "number 40 100"},
		{"a temperature that nobody has", "{symptoms_any: danger}", "{temperature: {from: 385}}", 13, "number 36 42"},
		{"more symptoms than the group has", "{symptoms_any: danger}", "{symptoms_at_least: {count: 3, of: danger}}", 13, "number 1 2"},
		{"conditions too deep", "{symptoms_any: danger}", "{any: [{any: [{any: [{any: [{worse: true}]}]}]}]}", 13, "any_deep 3"},
		{"no words in English", `{vi: "Nguy hiểm", en: "Danger"}`, `{vi: "Nguy hiểm"}`, 14, "missing en"},
		{"empty words", `en: "Danger"`, `en: " "`, 14, "text"},
		{"words without end", `en: "Danger"`, `en: "` + strings.Repeat("x", 301) + `"`, 14, "letters 300"},
		{"a placeholder that is none", `vi: "Nguy hiểm", en: "Danger"`, `vi: "{name}", en: "{name}"`, 14, "unknown_word {name}"},
		{"a placeholder that is not known", `vi: "Nguy hiểm", en: "Danger"`, `vi: "{area}", en: "{area}"`, 14, "placeholder {area}"},
		{"half a brace", `en: "Danger"`, `en: "Danger}"`, 14, "brace"},
		{"other placeholders in the other language", `en: "{days} days"`, `en: "days"`, 32, "placeholders_differ"},
		{"no source", "    source: own\nunknown", "unknown", 11, "missing source"},
		{"a source that is not told", "    source: own\nunknown", "    source: who\nunknown", 15, "unknown_source who"},
		{"unknown taken for no", "symptoms: {colour: yellow", "symptoms: {colour: green", 17, "green"},
		{"unknown forgotten", `  age: {colour: yellow, reason: {vi: "?", en: "?"}, source: own}` + "\n", "", 17, "missing age"},
		{"one ID twice", "id: M-F1", "id: R-RED-01", 24, "twice R-RED-01 11"},
		{"an ID that is ours", "id: M-F1", "id: U-AGE", 24, "id_taken"},
		{"an ID that is ours at its end", "id: M-F1", "id: M-F1-THEN", 24, "id_taken"},
		{"an ID in small letters", "id: M-F1", "id: m-f1", 24, "id"},
		{"a class that only officers give", "colours:", "classes:\n  - {id: C-1, class: F1, when: {exposures_any: case}, reason: {vi: x, en: x}, source: own}\ncolours:", 11, "officers_class"},
		{"a proposal of no class", "colours:", "classes:\n  - {id: C-1, class: none, when: {exposures_any: case}, reason: {vi: x, en: x}, source: own}\ncolours:", 11, "class_none"},
		{"a proposal by a proposal", "colours:", "classes:\n  - {id: C-1, class: unknown, when: {class: returnee}, reason: {vi: x, en: x}, source: own}\ncolours:", 11, "proposal_class"},
		{"no such measure", "measure: central", "measure: prison", 26, "unknown_word prison"},
		{"the measure none", "measure: central", "measure: none", 26, "measure_none"},
		{"too long", "days: 21", "days: 999", 27, "number 1 365"},
		{"counted from nothing", "    base: exposure\n", "", 24, "missing base"},
		{"no such base", "base: exposure", "base: onset", 28, "unknown_word onset"},
		{"a test after the end", "tests: [1, 20]", "tests: [1, 22]", 29, "test_day 22 21"},
		{"tests out of order", "tests: [1, 20]", "tests: [20, 1]", 29, "test_order"},
		{"monitoring that does not fit", "monitor: central", "monitor: home", 30, "monitor home central"},
		{"monitoring without end", "    days: 21\n    base: exposure\n    tests: [1, 20]\n", "", 27, "monitor_days"},
		{"what follows is stricter", "then: {measure: home", "then: {measure: treatment", 31, "then_stricter"},
		{"what follows has no words", `, reason: {vi: "{days}", en: "{days}"}}`, "}", 31, "missing reason"},
		{"no colours", "colours:\n  - id: R-RED-01\n    colour: red\n    when: {symptoms_any: danger}\n    reason: {vi: \"Nguy hiểm\", en: \"Danger\"}\n    source: own\n", "", 1, "missing colours"},
		{"an empty list", "danger: [short_of_breath, chest_pain]", "danger: []", 9, "list"},
		{"a list for a mapping", "targets: {red: 15m, orange: 2h, yellow: 24h}", "targets: [15m]", 5, "mapping"},
		{"an alias", "{symptoms_any: danger}", "&x {symptoms_any: danger}", 13, "alias"},
		{"a tag", "window: 21", "window: !!int 21", 4, "tag"},
		{"not YAML", "window: 21", "window: [21", 4, "not_yaml"},
		{"a line break of old machines", "window: 21", "window: 21\r#", 4, "line_break"},
		{"a tab", "  own:", "\town:", 7, "not_yaml"},
	}
	for _, tt := range tests {
		if !strings.Contains(small, tt.old) {
			t.Fatalf("%s: nothing to replace", tt.why)
		}
		r, err := Parse([]byte(strings.Replace(small, tt.old, tt.new, 1)))
		var wrong *Error
		if r != nil || !errors.As(err, &wrong) {
			t.Errorf("%s: taken, or %v", tt.why, err)
			continue
		}
		reason, args, _ := strings.Cut(tt.reason, " ")
		values := slices.Collect(maps.Values(wrong.Args))
		for arg := range strings.FieldsSeq(args) {
			if !slices.Contains(values, arg) {
				t.Errorf("%s: %v does not name %s", tt.why, wrong, arg)
			}
		}
		if wrong.Line != tt.line || wrong.Reason != reason {
			t.Errorf("%s: got %v, want line %d: %s", tt.why, wrong, tt.line, tt.reason)
		}
	}
}

// Texts that are made to hang a parser are refused at once.
func TestParseRefusesHostileTexts(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += string(i) + ": &" + string(i) + " [" + strings.Repeat("*"+string(i-1)+",", 9) + "]\n"
	}
	for why, text := range map[string]string{
		"nothing":             "",
		"a remark only":       "# nothing\n",
		"a list":              "- a\n",
		"a bomb of aliases":   bomb,
		"depth in brackets":   strings.Repeat("[", 60_000),
		"depth in braces":     strings.Repeat("{a: ", 20_000),
		"depth in dashes":     strings.Repeat("- ", 50_000),
		"a long text":         strings.Repeat("x", maxText+1),
		"two documents":       small + "---\nversion: 2\n",
		"a byte of no letter": strings.Replace(small, "Danger", "D\xffnger", 1),
		"a zero byte":         strings.Replace(small, "Danger", "D\x00nger", 1),
		"half a tag":          "0: [:!00 \xef",
		"many rules":          strings.Replace(small, "colours:\n", "colours:\n"+strings.Repeat("  - {id: R-1}\n", 2000), 1),
	} {
		started := processorTime(t)
		r, err := Parse([]byte(text))
		var wrong *Error
		if r != nil || !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Reason == "" {
			t.Errorf("%s: %v, %v", why, r, err)
		}
		if took := processorTime(t) - started; took > 2*time.Second {
			t.Errorf("%s: refused after %v", why, took)
		}
	}
}

// FuzzParse puts a text in the place of a line of a good file: it is refused
// with a line inside it, or judges as it should. In the place of no line it is
// all of the file.
func FuzzParse(f *testing.F) {
	lines := strings.Split(small, "\n")
	for i, line := range lines {
		f.Add(byte(i), line)
	}
	for _, text := range []string{"0: [:!00 \xef", "a: &a [*a]", "{? {}: x}", "- - -", "---", "\"00000\r\r", "%YAML 1.1\n---\n", "window: 0x15", "    when: {any: [{worse: true}, {age: {from: 60}}]}", "    when: {area: {levels: [red], how: lives}}"} {
		f.Add(byte(200), text)
		f.Add(byte(12), text)
	}
	f.Fuzz(func(t *testing.T, at byte, text string) {
		if int(at) < len(lines) {
			changed := slices.Clone(lines)
			changed[at] = text
			text = strings.Join(changed, "\n")
		}
		r, err := Parse([]byte(text))
		if err != nil {
			var wrong *Error
			if r != nil || !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Line > 1+strings.Count(text, "\n") || wrong.Reason == "" {
				t.Fatalf("%v, %v", r, err)
			}
			return
		}
		v := r.Judge(tableAreas, saying(t, "2021-06-15", "unknown=exposures symptoms=chest_pain passed=46"))
		if len(v.Reasons) == 0 || v.Colour.Rank() < core.ColourYellow.Rank() {
			t.Fatalf("%+v", v)
		}
	})
}
