package reading

import (
	"fmt"
	"strings"
	"testing"
)

// checkupSaid writes a check-up as the tables do: "1 well", "2@1 ill fever 38.5
// 96% -cough" (person 2, yesterday), "?who" for what must be asked, "red".
func checkupSaid(c Checkup) string {
	var parts []string
	for _, t := range c.Told {
		s := fmt.Sprint(t.Person)
		if t.Ago != 0 {
			s += "@" + fmt.Sprint(t.Ago)
		}
		s += " " + string(t.Health)
		for _, id := range t.Symptoms {
			s += " " + id
		}
		for _, id := range t.Absent {
			s += " -" + id
		}
		if t.Temperature != 0 {
			s += " " + fmt.Sprint(t.Temperature)
		}
		if t.SpO2 != 0 {
			s += fmt.Sprintf(" %d%%", t.SpO2)
		}
		parts = append(parts, s)
	}
	if c.Ask != DoubtNone {
		parts = append(parts, "?"+string(c.Ask))
	}
	if c.Question && c.Ask != DoubtQuestion {
		parts = append(parts, "asks")
	}
	if c.Red {
		parts = append(parts, "red")
	}
	return strings.Join(parts, "; ")
}

var (
	oneWatched   = []string{"Nguyễn Văn An"}
	threeWatched = []string{"Nguyễn Văn An", "Trần Thị Bình", "Lê Minh Chi"}
)

func TestReadCheckup(t *testing.T) {
	tests := []struct {
		why    string
		people []string
		text   string
		want   string
	}{
		{"as the prompt says", oneWatched, "1", "1 well"},
		{"as the prompt says", oneWatched, "2", "1 ill; ?what"},
		{"as the prompt says", threeWatched, "0", "1 well; 2 well; 3 well"},
		{"of whom?", threeWatched, "khoẻ", "0 well; ?who"},
		{"what of them?", threeWatched, "12", "1 unknown; 2 unknown; ?what"},
	}
	for _, test := range tests {
		if got := checkupSaid(ReadCheckup(test.text, test.people)); got != test.want {
			t.Errorf("%s: ReadCheckup(%q) = %s, want %s", test.why, test.text, got, test.want)
		}
	}
}
