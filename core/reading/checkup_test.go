package reading

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

var (
	oneWatched   = []string{"Nguyễn Văn An"}
	threeWatched = []string{"Nguyễn Văn An", "Trần Thị Bình", "Lê Minh Chi"}
)

// checkupSaid writes a check-up as testdata/checkup.txt does.
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

// checkupRow is a row of testdata/checkup.txt.
type checkupRow struct {
	why    string
	people []string
	text   string
	want   string
}

func checkupRows(t testing.TB) []checkupRow {
	t.Helper()
	file, err := os.ReadFile("testdata/checkup.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []checkupRow
	var row checkupRow
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSuffix(line, "\n")
		if why, ok := strings.CutPrefix(line, "# 1: "); ok {
			row = checkupRow{why: why, people: oneWatched}
		} else if why, ok := strings.CutPrefix(line, "# 3: "); ok {
			row = checkupRow{why: why, people: threeWatched}
		} else if text, want, ok := strings.Cut(line, " => "); ok && row.why != "" {
			row.text, row.want = text, want
			rows = append(rows, row)
		}
	}
	if len(rows) < 600 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}

func TestReadCheckup(t *testing.T) {
	for _, row := range checkupRows(t) {
		for form, text := range map[string]string{"as it stands": row.text, "decomposed": norm.NFD.String(row.text), "with blanks around": " \u00a0" + row.text + "\n", "with a zero-width space": "\u200b" + row.text} {
			if form == "decomposed" && strings.Contains(row.text, "«") || strings.Contains(row.text, "Kháe") {
				continue // TCVN3 is read by its bytes as they came
			}
			if got := checkupSaid(ReadCheckup(text, row.people)); got != row.want {
				t.Errorf("%s: %q, %s: %s, want %s", row.why, row.text, form, got, row.want)
			}
		}
	}
}

// Nobody is well beside words that were not understood, or a symptom; and a
// danger sign is red beside anything.
func TestNothingHidesBehindWell(t *testing.T) {
	for _, row := range checkupRows(t) {
		if len(row.people) > 1 || strings.HasPrefix(row.text, "không bị sốt ho") || strings.HasPrefix(row.text, "không có sốt") || strings.HasPrefix(row.text, "hết") {
			continue // a list that is denied goes on; and "bị sốt, hết sốt, khỏe" is well
		}
		for _, beside := range []string{"xyz", "blah blah", "bị sốt", "mệt", "cụ Tuấn", "🦠", "spo2 150", "83 độ", "uống thuốc", "không khỏe"} {
			for _, text := range []string{row.text + ", " + beside, beside + ", " + row.text} {
				c := ReadCheckup(text, row.people)
				if i := slices.IndexFunc(c.Told, func(t Told) bool { return t.Ago == 0 && t.Health == HealthWell }); i >= 0 && !strings.Contains(row.text, "hôm qua") && !strings.Contains(row.text, "hom qua") {
					t.Errorf("%q is well: %s", text, checkupSaid(c))
				}
			}
		}
		if c := ReadCheckup("khó thở quá. "+row.text, row.people); !c.Red && !strings.Contains(Fold(row.text), "het") {
			t.Errorf("%q hides a danger sign: %s", row.text, checkupSaid(c))
		}
	}
}

// A household's numbers are those of its size: what is a person to nine is none
// to two.
func TestReadCheckupBySize(t *testing.T) {
	nine := make([]string, 9)
	for i := range nine {
		nine[i] = fmt.Sprintf("Người Thứ %c", 'A'+i)
	}
	tests := []struct {
		why    string
		people []string
		text   string
		want   string
	}{
		{"both of two", nine[:2], "cả hai khoẻ", "1 well; 2 well"},
		{"both of two", nine[:2], "12 ho", "1 ill cough; 2 ill cough"},
		{"three digits of nine", nine, "159 sốt", "1 ill fever; 5 ill fever; 9 ill fever"},
		{"38: a temperature, or two people?", nine, "38 sốt", "0 ill fever; ?temperature"},
		{"38.5 is none", nine, "2 38.5", "2 ill fever 38.5"},
		{"names that are not known", []string{"", ""}, "1 sốt", "1 ill fever"},
		{"nobody at all counts as one", nil, "khoẻ", "1 well"},
		{"two of one given name", []string{"Lê An", "Trần An"}, "An sốt", "0 ill fever; ?who"},
		{"told apart by the whole name", []string{"Lê An", "Trần An"}, "Trần An sốt, Lê An khoẻ", "1 well; 2 ill fever"},
		{"marks tell them apart", []string{"Lê Hoa", "Trần Hòa"}, "Hòa sốt", "2 ill fever"},
		{"a name that is a word too", []string{"Lê Lan", "Trần Tâm"}, "Lan sot lan 2, Tam khoe", "1 ill fever; 2 well"},
		{"a name that is how one says I", []string{"Lê Minh", "Trần Tâm"}, "minh khoe", "0 well; ?who"},
		{"a name that is a form of address, marked", []string{"Lê Ánh", "Trần Tâm"}, "Ánh khoẻ", "1 well"},
		{"a name that means well", []string{"Lê Khoẻ", "Trần Tâm"}, "khoẻ", "0 well; ?who"},
	}
	for _, test := range tests {
		if got := checkupSaid(ReadCheckup(test.text, test.people)); got != test.want {
			t.Errorf("%s: ReadCheckup(%q) = %s, want %s", test.why, test.text, got, test.want)
		}
	}
	if got := ReadCheckup("2 ho", threeWatched).Untold(3); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("nothing was said of %v", got)
	}
}

func FuzzReadCheckup(f *testing.F) {
	for _, row := range checkupRows(f) {
		f.Add(row.text)
	}
	seed(f, "symptoms")
	f.Fuzz(func(t *testing.T, s string) {
		for _, people := range [][]string{oneWatched, threeWatched} {
			c := ReadCheckup(s, people)
			seen := map[[2]int]bool{}
			for _, told := range c.Told {
				key := [2]int{told.Person, told.Ago}
				if seen[key] || told.Person < 0 || told.Person > len(people) {
					t.Errorf("%q: person %d, %d days ago: %s", s, told.Person, told.Ago, checkupSaid(c))
				}
				seen[key] = true
				if told.Temperature != 0 && !bodily(told.Temperature) || told.SpO2 != 0 && (told.SpO2 < MinSpO2 || told.SpO2 > MaxSpO2) {
					t.Errorf("%q: no such reading: %s", s, checkupSaid(c))
				}
				if told.Health == HealthWell && (len(told.Symptoms) > 0 || told.Temperature >= feverFrom || told.SpO2 != 0 && told.SpO2 <= spO2Ill || told.Ask != DoubtNone) {
					t.Errorf("%q is well: %s", s, checkupSaid(c))
				}
				if told.Health == HealthUnknown && told.Ask == DoubtNone && len(c.Told) == 1 && told.Ago == 0 {
					t.Errorf("%q: nothing is known and nothing asked: %s", s, checkupSaid(c))
				}
				for _, ids := range [][]string{told.Symptoms, told.Absent} {
					if !slices.IsSorted(ids) || slices.Contains(ids, emergency) || slices.ContainsFunc(ids, func(id string) bool {
						return slices.Contains(told.Symptoms, id) && slices.Contains(told.Absent, id)
					}) {
						t.Errorf("%q: %s", s, checkupSaid(c))
					}
				}
			}
			if len(c.Told) == 0 && c.Ask == DoubtNone {
				t.Errorf("%q: nothing told and nothing asked", s)
			}
		}
		if c := ReadCheckup(s+", xqzt wvut", oneWatched); len(s) < 400 && slices.ContainsFunc(c.Told, func(told Told) bool { return told.Ago == 0 && told.Health == HealthWell }) && !strings.ContainsRune(s, '?') {
			if again := ReadCheckup(s, oneWatched); !again.Question && len(again.Told) < 2 {
				t.Errorf("%q is well beside words that nobody understands: %s", s, checkupSaid(c))
			}
		}
	})
}
