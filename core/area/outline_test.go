package area

import (
	"strings"
	"testing"
)

// Every district of the province is on the map, inside it, and small enough for
// a page.
func TestOutlines(t *testing.T) {
	m, ok := Outlines("46")
	if _, other := Outlines("01"); !ok || other {
		t.Fatal("Thừa Thiên Huế has outlines, Hà Nội has none")
	}
	found, size := make(map[string]bool), 0
	for _, o := range m.Outlines {
		u, known := Get(o.Code)
		found[o.Code] = known && u.Level == LevelDistrict && u.Parent == "46"
		size += len(o.Path)
		if o.LabelX < 0 || o.LabelX > m.Width || o.LabelY < 0 || o.LabelY > m.Height {
			t.Errorf("%s: the word would stand at %.0f, %.0f of %.0f x %.0f", o.Code, o.LabelX, o.LabelY, m.Width, m.Height)
		}
		if !strings.HasPrefix(o.Path, "M") || !strings.HasSuffix(o.Path, "Z") || strings.ContainsAny(o.Path, "aNIe") {
			t.Errorf("%s: path %.40s", o.Code, o.Path)
		}
	}
	for _, u := range Children("46") {
		if !found[u.Code] {
			t.Errorf("%s is not on the map", u.FullName)
		}
	}
	if size > 24_000 || size < 4_000 {
		t.Errorf("the map takes %d bytes of a page", size)
	}
	for _, text := range []string{``, `{}`, `{"features":[{"properties":{"code":"474"}}]}`} {
		if _, err := readOutlines([]byte(text)); err == nil {
			t.Errorf("%q is read as a map", text)
		}
	}
}
