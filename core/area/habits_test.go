package area

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"khaibao/core/reading"
)

// keyed types a text as for an input method that is not switched on. Tones go
// to the end of a word.
func keyed(text string, keys map[rune]string) string {
	var words []string
	for w := range strings.FieldsSeq(text) {
		var b strings.Builder
		tone := ""
		for _, r := range norm.NFD.String(w) {
			switch key, ok := keys[r]; {
			case ok && tones[r] != 0:
				tone = key
			case ok && key == "": // Telex: â is aa
				b.WriteString(strings.ToLower(b.String()[b.Len()-1:]))
			case ok:
				b.WriteString(key)
			default:
				b.WriteRune(r)
			}
		}
		words = append(words, b.String()+tone)
	}
	return strings.Join(words, " ")
}

var (
	telex = map[rune]string{0x302: "", 0x306: "w", 0x31b: "w", 0x300: "f", 0x301: "s", 0x309: "r", 0x303: "x", 0x323: "j", 'đ': "dd", 'Đ': "DD"}
	vni   = map[rune]string{0x302: "6", 0x306: "8", 0x31b: "7", 0x300: "2", 0x301: "1", 0x309: "3", 0x303: "4", 0x323: "5", 'đ': "d9", 'Đ': "D9"}
)

// finals replaces the final of each word that ends in old, "" when none does.
func finals(text, old, new string) string {
	words, changed := strings.Fields(text), false
	for i, w := range words {
		if cut, ok := strings.CutSuffix(w, old); ok {
			words[i], changed = cut+new, true
		}
	}
	if !changed {
		return ""
	}
	return strings.Join(words, " ")
}

// Typing habits must lead to the commune, or to a question that offers it.
func TestHueCommunesTypedWithHabits(t *testing.T) {
	swapHoiNga := strings.NewReplacer("\u0309", "\u0303", "\u0303", "\u0309")
	forms := []struct {
		name string
		form func(u, d Unit) string // "" when the habit does not show in the name
	}{
		{"hỏi for ngã", func(u, _ Unit) string { return norm.NFC.String(swapHoiNga.Replace(norm.NFD.String(u.Name))) }},
		{"hỏi for ngã, whole", func(u, d Unit) string {
			return norm.NFC.String(swapHoiNga.Replace(norm.NFD.String(u.FullName + ", " + d.FullName)))
		}},
		{"ng as n", func(u, _ Unit) string { return finals(u.Name, "ng", "n") }},
		{"ng as n, unmarked", func(u, _ Unit) string { return finals(reading.Fold(u.Name), "ng", "n") }},
		{"ng as n, with district", func(u, d Unit) string { return finals(reading.Fold(u.Name), "ng", "n") + " " + reading.Fold(d.Name) }},
		{"n as ng", func(u, _ Unit) string { return finals(u.Name, "n", "ng") }},
		{"nh as n", func(u, _ Unit) string { return finals(u.Name, "nh", "n") }},
		{"c as t", func(u, _ Unit) string { return finals(u.Name, "c", "t") }},
		{"t as c", func(u, _ Unit) string { return finals(u.Name, "t", "c") }},
		{"Telex", func(u, _ Unit) string { return keyed(u.Name, telex) }},
		{"Telex, whole", func(u, d Unit) string { return keyed(u.FullName+", "+d.FullName, telex) }},
		{"Telex, then district", func(u, d Unit) string { return keyed(u.Name, telex) + ", " + d.Name }},
		{"VNI", func(u, _ Unit) string { return keyed(u.Name, vni) }},
		{"VNI, whole", func(u, d Unit) string { return keyed(u.FullName+", "+d.FullName, vni) }},
		{"NFD", func(u, _ Unit) string { return norm.NFD.String(u.FullName) }},
		{"without horns", func(u, _ Unit) string { return strings.NewReplacer("ư", "u", "ơ", "o").Replace(u.Name) }},
		{"run together", func(u, _ Unit) string { return strings.ReplaceAll(reading.Fold(u.Name), " ", "") }},
	}
	for _, f := range forms {
		tried := 0
		for _, d := range Children("46") {
			for _, u := range Children(d.Code) {
				text := f.form(u, d)
				if text == "" || strings.HasPrefix(text, " ") || text == "phuon duc hue" {
					continue // the last is a type word that lost a letter
				}
				tried++
				got, err := Read(text, Context{})
				town := got.Code == d.Code && u.Name == d.Name // aluoi, or the last word of "A Luwowis, A Lưới"
				if got.Code != u.Code && !slices.Contains(got.Ambiguous, u.Code) && !town {
					t.Errorf("%s: %q: got %q %v %v, want %s", f.name, text, got.Code, got.Ambiguous, err, u.Code)
				}
			}
		}
		if tried == 0 {
			t.Errorf("%s: shows in no name", f.name)
		}
	}
}

// A street, an alley or a village named like any of the 141 is not that commune.
func TestHueCommunesAsStreets(t *testing.T) {
	const other = "19815" // Phường An Đông
	for _, form := range []struct {
		before, after string
		want          string // "" for nothing
	}{
		{"đường ", "", ""},
		{"duong ", " hue", "474"},
		{"12 ", ", TP Huế", "474"},
		{"số 12 ", ", TP Huế", "474"},
		{"kiệt 5 ", "", ""},
		{"ngõ 12/3 ", "", ""},
		{"thôn ", "", ""},
		{"đường ", ", phường An Đông, TP Huế", other},
		{"12 ", ", An Đông, Huế", other},
		{"so 5 duong ", " an dong hue", other},
		{"thôn ", ", phường An Đông", other},
	} {
		for _, d := range Children("46") {
			for _, u := range Children(d.Code) {
				if strings.HasPrefix(u.Name, u.Type) && form.before != "đường " {
					continue // "kiệt 5 Phường Đúc" is an alley in the ward
				}
				name := u.Name
				if reading.Fold(form.before) == strings.TrimSpace(form.before) {
					name = reading.Fold(name)
				}
				text := form.before + name + form.after
				if got, err := Read(text, Context{}); got.Code != form.want || got.Ambiguous != nil {
					t.Errorf("%q: got %q %v %v, want %q", text, got.Code, got.Ambiguous, err, form.want)
				}
			}
		}
	}
}

func TestOldNamesWithOldAndNewParents(t *testing.T) {
	for row := range rows(oldNamesCSV) {
		old, _ := Get(row[3])
		unit, _ := Get(row[5])
		now, _ := Get(unit.Parent)
		for _, text := range []string{
			row[1] + " " + row[0] + ", " + old.FullName,
			reading.Fold(row[1] + " " + row[0] + " " + old.FullName + " thua thien hue"),
			row[0] + ", " + old.Name,
			row[0] + ", " + now.FullName,
			row[0],
		} {
			for _, on := range []string{"", "2019-12-31", "2021-05-15", "2021-07-15"} {
				got, err := Read(text, Context{On: on})
				asked := row[0] == "Phú Thuận" || row[0] == "Hương Phong" // split; twice in the province
				today := row[0] == "Phú Thuận" && text == row[0] && got.Code == "19903"
				if got.Code != row[5] && !(asked && slices.Contains(got.Ambiguous, row[5])) && !today {
					t.Errorf("%q on %q: got %q %v %v, want %s", text, on, got.Code, got.Ambiguous, err, row[5])
				}
			}
		}
	}
}

// Every province answers the question for a province, every district the one
// for a district of its province, also as its ear or its keyboard has it.
func TestProvincesAndDistrictsWhenAsked(t *testing.T) {
	forms := map[string]func(Unit) string{
		"bare":     func(u Unit) string { return u.Name },
		"unmarked": func(u Unit) string { return reading.Fold(u.Name) },
		"typed":    func(u Unit) string { return u.FullName },
		"together": func(u Unit) string { return strings.ReplaceAll(reading.Fold(u.Name), " ", "") },
		"heard":    func(u Unit) string { return finals(u.Name, "ng", "n") },
	}
	for name, form := range forms {
		for _, p := range Children("") {
			if text := form(p); text != "" && text != "Bà Rịa - Vũn Tàu" { // Bà Rịa, in the province of Vũng Tàu
				if got, err := Read(text, Context{AskedLevel: LevelProvince}); got.Code != p.Code {
					t.Errorf("%s: %q: got %q %v %v, want %s", name, text, got.Code, got.Ambiguous, err, p.Code)
				}
			}
			for _, d := range Children(p.Code) {
				text := form(d)
				if text == "" {
					continue
				}
				got, err := Read(text, Context{Within: p.Code, AskedLevel: LevelDistrict})
				if got.Code != d.Code && !slices.Contains(got.Ambiguous, d.Code) {
					t.Errorf("%s: %q in %s: got %q %v %v, want %s", name, text, p.Name, got.Code, got.Ambiguous, err, d.Code)
				}
			}
		}
	}
}
