package area

import (
	"slices"
	"strings"
	"testing"
)

func TestEmbeddedTablesAreWhole(t *testing.T) {
	tests := []struct {
		name, csv string
		columns   int
		rows      int
	}{
		{"units", unitsCSV, 6, 11367},
		{"old names", oldNamesCSV, 8, 34},
		{"aliases", aliasesCSV, 4, 34},
	}
	for _, tt := range tests {
		n := 0
		for row := range rows(tt.csv) {
			if n++; len(row) != tt.columns {
				t.Errorf("%s: %d columns in %q", tt.name, len(row), row)
			}
		}
		if n != tt.rows || strings.ContainsAny(tt.csv, "\"\r") {
			t.Errorf("%s: %d rows, want %d, and no quotes or CRs", tt.name, n, tt.rows)
		}
	}
	for _, n := range index().names.list {
		if n.unit < 0 || n.typ == 0 || n.key == "" {
			t.Errorf("a name without a unit, a type or a key: %+v", n)
		}
	}
}

func TestOldNamesLeadToTheUnitsTheyName(t *testing.T) {
	for row := range rows(oldNamesCSV) {
		u, ok := Get(row[5])
		if !ok || u.Name != row[6] {
			t.Errorf("%s: %s is %q in the list, not %q", row[0], row[5], u.Name, row[6])
		}
		if d, ok := Get(row[3]); !ok || d.Level != LevelDistrict {
			t.Errorf("%s: no district %s", row[0], row[3])
		}
	}
}

func TestTheTreeOfUnits(t *testing.T) {
	if n := len(Children("")); n != 63 {
		t.Errorf("%d provinces, want 63", n)
	}
	hue, communes := Children("46"), 0
	for _, d := range hue {
		communes += len(Children(d.Code))
	}
	if len(hue) != 9 || communes != 141 {
		t.Errorf("Huế has %d districts and %d communes, want 9 and 141", len(hue), communes)
	}
	if !slices.IsSortedFunc(hue, func(a, b Unit) int { return strings.Compare(a.Code, b.Code) }) {
		t.Errorf("districts out of order: %v", hue)
	}
	var above []string
	for _, u := range Parents("19801") {
		above = append(above, u.FullName)
	}
	if got := strings.Join(above, ", "); got != "Thành phố Huế, Tỉnh Thừa Thiên Huế" {
		t.Errorf("above An Cựu: %s", got)
	}
	if Parents("46") != nil || Parents("00000") != nil || Children("19801") != nil && len(Children("19801")) > 0 || Children("xx") != nil {
		t.Error("units above a province, under a commune or around no unit")
	}
}

func TestGet(t *testing.T) {
	want := Unit{Code: "19801", Parent: "474", Name: "An Cựu", FullName: "Phường An Cựu", Type: "Phường", Level: LevelCommune}
	if got, ok := Get("19801"); !ok || got != want {
		t.Errorf("got %+v", got)
	}
	if got, ok := Get("11344"); !ok || got.Code != "11353" || got.Name != "Cầu Đất" {
		t.Errorf("11344, the later code of Cầu Đất: got %+v", got)
	}
	for _, code := range []string{"", "4", "99", "4600", "19802", "474 ", "đ9"} {
		if got, ok := Get(code); ok {
			t.Errorf("%q: got %+v", code, got)
		}
	}
}

func TestContains(t *testing.T) {
	tests := []struct {
		name, outer, inner string
		want               bool
	}{
		{"a province its commune", "46", "19801", true},
		{"a province its district", "46", "474", true},
		{"a district its commune", "474", "19801", true},
		{"a unit itself", "19801", "19801", true},
		{"another district", "478", "19801", false},
		{"the old district no more", "479", "19963", false},
		{"a commune its district", "19801", "474", false},
		{"another province", "48", "19801", false},
		{"nothing contains nothing", "", "", false},
		{"nothing contains no unit", "", "19801", false},
		{"no unit lies in nothing", "46", "", false},
		{"codes are no prefixes", "4", "46", false},
		{"an unknown code not even itself", "99", "99", false},
	}
	for _, tt := range tests {
		if got := Contains(tt.outer, tt.inner); got != tt.want {
			t.Errorf("%s: Contains(%q, %q) = %v", tt.name, tt.outer, tt.inner, got)
		}
	}
}

func TestProvinceAndDistrict(t *testing.T) {
	tests := []struct{ code, province, district string }{
		{"19801", "46", "474"},
		{"474", "46", "474"},
		{"46", "46", ""},
		{"755", "77", "755"},
		{"", "", ""},
		{"00000", "", ""},
	}
	for _, tt := range tests {
		if p, d := Province(tt.code), District(tt.code); p != tt.province || d != tt.district {
			t.Errorf("%q: got %q and %q", tt.code, p, d)
		}
	}
}

func TestLeaf(t *testing.T) {
	for _, code := range []string{"19801", "318", "471", "498", "536", "755"} { // island districts without communes
		if !Leaf(code) {
			t.Errorf("%s has units below it", code)
		}
	}
	for _, code := range []string{"46", "474", "", "00000"} {
		if Leaf(code) {
			t.Errorf("%q is as fine as it gets", code)
		}
	}
}

func TestLabels(t *testing.T) {
	tests := []struct{ code, label, address string }{
		{"19801", "Phường An Cựu, Thành phố Huế", "Phường An Cựu, Thành phố Huế, Tỉnh Thừa Thiên Huế"},
		{"19780", "Phường Đúc, Thành phố Huế", "Phường Đúc, Thành phố Huế, Tỉnh Thừa Thiên Huế"},
		{"478", "Huyện Phú Vang, Tỉnh Thừa Thiên Huế", "Huyện Phú Vang, Tỉnh Thừa Thiên Huế"},
		{"46", "Tỉnh Thừa Thiên Huế", "Tỉnh Thừa Thiên Huế"},
		{"00000", "00000", "00000"},
	}
	for _, tt := range tests {
		if l, a := Label(tt.code), Address(tt.code); l != tt.label || a != tt.address {
			t.Errorf("%s: got %q and %q", tt.code, l, a)
		}
	}
}
