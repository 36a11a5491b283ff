package area

import (
	"slices"
	"strings"
	"testing"

	"khaibao/core/reading"
)

// short writes a type as people do.
var short = map[string]string{"Phường": "P.", "Xã": "X.", "Thị trấn": "TT ", "Huyện": "H.", "Thị xã": "TX ", "Thành phố": "TP "}

// hueForms are ways to type a commune of Huế, u in district d.
var hueForms = []struct {
	name string
	form func(u, d Unit) string
	sure bool // names one unit, unless two share all that is typed
}{
	{"bare, marked", func(u, _ Unit) string { return u.Name }, false},
	{"bare, unmarked", func(u, _ Unit) string { return reading.Fold(u.Name) }, false},
	{"typed", func(u, _ Unit) string { return u.FullName }, false},
	{"typed, unmarked", func(u, _ Unit) string { return reading.Fold(u.FullName) }, false},
	{"short type", func(u, _ Unit) string { return short[u.Type] + u.Name }, false},
	{"short type, unmarked", func(u, _ Unit) string { return strings.ToLower(short[u.Type]) + reading.Fold(u.Name) }, false},
	{"after a TDP", func(u, _ Unit) string { return "to 5 " + reading.Fold(u.Name) }, false},
	{"after a street", func(u, _ Unit) string { return "kiệt 12 Bà Triệu " + u.Name }, false},
	{"with manners", func(u, _ Unit) string { return "dạ em ở " + u.FullName + " ạ" }, false},
	{"bare with district", func(u, d Unit) string { return u.Name + ", " + d.Name }, true},
	{"typed with district", func(u, d Unit) string { return u.FullName + ", " + d.FullName }, true},
	{"short with district", func(u, d Unit) string { return short[u.Type] + u.Name + " " + short[d.Type] + d.Name }, true},
	{"capitals", func(u, d Unit) string { return strings.ToUpper(u.FullName + " " + d.FullName) }, true},
	{"district first", func(u, d Unit) string { return d.FullName + ", " + u.FullName }, true},
	{"dashes", func(u, d Unit) string { return u.Name + " - " + d.Name + " - Huế" }, true},
	{"slashes", func(u, d Unit) string { return u.Name + "/" + d.Name + "/TTH" }, true},
	{"lines of a form", func(u, d Unit) string {
		return "Tỉnh/TP: Thừa Thiên Huế\nQuận/huyện: " + d.Name + "\nXã/phường: " + u.Name
	}, true},
	{"whole", func(u, d Unit) string { return u.FullName + ", " + d.FullName + ", Tỉnh Thừa Thiên Huế" }, true},
	{"thôn, whole", func(u, d Unit) string { return "thôn 3 " + u.FullName + " " + d.FullName + " TT Huế" }, true},
	{"street, whole", func(u, d Unit) string { return "12 Lê Lợi, " + u.Name + ", " + d.FullName }, true},
	{"unmarked, no commas", func(u, d Unit) string { return reading.Fold("12 le loi " + u.Name + " " + d.Name + " thua thien hue") }, true},
}

// Each of the 141 communes must be read back from each form, as itself or as
// one of a question. Only those that share their name in Huế may be asked about.
func TestHueCommunesInManyForms(t *testing.T) {
	twins := map[string]int{}
	for _, d := range Children("46") {
		twins[reading.Fold(d.Name)]++
		for _, u := range Children(d.Code) {
			twins[reading.Fold(u.Name)]++
		}
	}
	communes := 0
	for _, f := range hueForms {
		asked := 0
		for _, d := range Children("46") {
			for _, u := range Children(d.Code) {
				communes++
				text := f.form(u, d)
				got, err := Read(text, Context{})
				switch {
				case got.Code == u.Code:
				case !slices.Contains(got.Ambiguous, u.Code):
					t.Errorf("%s: %q: got %q %v %v, want %s", f.name, text, got.Code, got.Ambiguous, err, u.Code)
				case twins[reading.Fold(u.Name)] == 1:
					t.Errorf("%s: %q: asks between %v, but the name is no other's", f.name, text, got.Ambiguous)
				case f.sure && !slices.Equal(got.Ambiguous, []string{"20008", "20011"}): // Hương Vân, Hương Văn
					t.Errorf("%s: %q: asks between %v", f.name, text, got.Ambiguous)
				default:
					asked++
				}
			}
		}
		if asked > 0 {
			t.Logf("%s: asked for %d of 141", f.name, asked)
		}
	}
	if communes != 141*len(hueForms) {
		t.Fatalf("%d readings of %d forms: want 141 communes", communes, len(hueForms))
	}
}

// Every commune of the country is read back from "xã, huyện, tỉnh". The share
// that comes back as a question are units of one district whose names are one
// without marks.
func TestEveryCommuneOfTheCountry(t *testing.T) {
	forms := []struct {
		name string
		form func(u, d, p Unit) string
		want float64 // share read back to the very code
	}{
		{"full", func(u, d, p Unit) string { return u.FullName + ", " + d.FullName + ", " + p.FullName }, 1},
		{"full, unmarked", func(u, d, p Unit) string {
			return reading.Fold(u.FullName) + ", " + reading.Fold(d.FullName) + ", " + reading.Fold(p.FullName)
		}, 0.995},
		{"commune and district", func(u, d, _ Unit) string { return u.FullName + ", " + d.FullName }, 0.995},
	}
	for _, f := range forms {
		right, asked, all := 0, 0, 0
		for _, p := range Children("") {
			for _, d := range Children(p.Code) {
				for _, u := range Children(d.Code) {
					all++
					text := f.form(u, d, p)
					got, err := Read(text, Context{})
					switch {
					case got.Code == u.Code:
						right++
					case slices.Contains(got.Ambiguous, u.Code):
						asked++
					case text == "Thị trấn Phong Điền, Huyện Phong Điền" && u.Code == "31299":
						// Cần Thơ's; without a province it is Huế's.
					default:
						t.Errorf("%s: %q: got %q %v %v, want %s", f.name, text, got.Code, got.Ambiguous, err, u.Code)
					}
				}
			}
		}
		if share := float64(right) / float64(all); all != 10599 || share < f.want {
			t.Errorf("%s: %d of %d read back, want a share of %v", f.name, right, all, f.want)
		}
		t.Logf("%s: of %d communes %d read back, %d asked", f.name, all, right, asked)
	}
}
