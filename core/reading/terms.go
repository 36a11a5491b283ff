package reading

import (
	"slices"
	"strconv"
	"strings"
)

// Symptoms is what a person says of their symptoms. What is in neither list
// was not spoken of.
type Symptoms struct {
	Present      []string `json:"present"`                 // ids of docs/reference/vietnam.md 2.4, sorted
	Absent       []string `json:"absent,omitempty"`        // denied, or gone, sorted
	None         bool     `json:"none,omitempty"`          // the person says there are none at all
	TemperatureC float64  `json:"temperature_c,omitempty"` // °C; 0 when not told
}

// Conditions is what a person says of the eleven long-term conditions.
type Conditions struct {
	Present []string `json:"present"`
	Absent  []string `json:"absent,omitempty"`
	None    bool     `json:"none,omitempty"`
}

// feverFrom is the temperature in °C that the Ministry's forms call a fever.
const feverFrom = 37.5

var (
	symptomWords   = newLexicon("symptoms", "grammar")
	conditionWords = newLexicon("conditions", "grammar")
)

// ReadSymptoms reads symptoms in words, or as numbers of the list that was
// shown. understood is false when the form must ask again: nothing was said of
// symptoms, or it can be taken in two ways ("sốt không?", "không sốt, ho"). The
// rules are docs/reference/vietnam.md, section 5, rules 4, 5 and 11.
func ReadSymptoms(s string, options []string) (sy Symptoms, understood bool) {
	r, ok := readTerms(s, options, symptomWords, true)
	return Symptoms{Present: r.present, Absent: r.absent, None: r.none, TemperatureC: r.temperature}, ok
}

// ReadConditions reads long-term conditions as ReadSymptoms reads symptoms.
// That someone feels well says nothing of them.
func ReadConditions(s string, options []string) (c Conditions, understood bool) {
	r, ok := readTerms(s, options, conditionWords, false)
	return Conditions{Present: r.present, Absent: r.absent, None: r.none}, ok
}

type terms struct {
	present, absent []string
	none            bool
	temperature     float64
}

func readTerms(s string, options []string, lx lexicon, health bool) (terms, bool) {
	if r, ok := chosenTerms(s, options); ok {
		return r, true
	}
	r, ok := readWords(s, lx, health)
	if ok || len(s) > 500 {
		return r, ok
	}
	for _, t := range Repairs(s) {
		if r, ok := readWords(t, lx, health); ok {
			return r, true
		}
	}
	return r, false
}

func chosenTerms(s string, options []string) (terms, bool) {
	numbers, ok := ReadChoices(s, len(options))
	if !ok || len(options) == 0 || len(numbers) == 0 && !strings.ContainsRune(s, '0') {
		return terms{}, false // a denial in words is for the words to read
	}
	r := terms{present: []string{}, none: len(numbers) == 0}
	for _, n := range numbers {
		r.present = append(r.present, options[n-1])
	}
	slices.Sort(r.present)
	r.present = slices.Compact(r.present)
	return r, true
}

// readWords reads what is said in words.
func readWords(s string, lx lexicon, health bool) (terms, bool) {
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 120 {
		return terms{present: []string{}}, false
	}
	w := walker{health: health, items: items(ts, lx), state: map[string]stance{}, temperature: temperature(ts)}
	if w.temperature != 0 {
		// A thermometer's figure speaks for itself only where symptoms are asked.
		if !health {
			w.temperature = 0
		}
	}
	w.walk()
	return w.result(strings.HasSuffix(strings.TrimSpace(s), "?"))
}

// item is a phrase of the lexicon, a number or an unknown word.
type item struct {
	id     string // of the lexicon; "number", "unknown"
	ids    []string
	breaks bool   // begins a clause
	gap    string // what stood before it
}

func (it item) isTerm() bool { return it.ids != nil }

// grammar ids are all that is no term.
var grammarIDs = map[string]bool{"no": true, "nolist": true, "gone": true, "still": true, "have": true, "but": true, "or": true, "and": true,
	"strong": true, "all": true, "healthy": true, "unwell": true, "hedge": true, "filler": true, "-": true, "none": true, "took": true, "fever!": true}

func items(ts []token, lx lexicon) []item {
	var out []item
	for i := 0; i < len(ts); {
		id, n := lx.match(ts, i)
		it := item{id: id, breaks: ts[i].breaks(), gap: ts[i].gap}
		switch {
		case n == 0 && ts[i].text == "0" && (i == 0 || !ts[i-1].num) && (i+1 == len(ts) || !ts[i+1].num):
			it.id, n = "no", 1 // zero is read "không"
		case n == 0 && ts[i].num:
			it.id, n = "number", 1
			if i > 0 && ts[i-1].num && strings.Trim(ts[i].gap, ",.") == "" {
				it.breaks = false // a decimal
			}
		case n == 0:
			it.id, n = "unknown", 1
		case !grammarIDs[id]:
			it.ids = strings.Split(id, ",")
		case (ts[i].text == "chi" || ts[i].text == "con") && termAt(ts, i+1, lx):
			it.id, n = "have", 1 // "chi ho", "con met": chỉ, còn
		}
		out = append(out, it)
		i += n
	}
	return out
}

func termAt(ts []token, i int, lx lexicon) bool {
	if i >= len(ts) || ts[i].breaks() {
		return false
	}
	id, n := lx.match(ts, i)
	return n > 0 && !grammarIDs[id]
}

// temperature finds a body temperature in °C: 38,5 độ; 38.5; 38 độ 5; 39 độ.
func temperature(ts []token) float64 {
	for i, t := range ts {
		if !t.num || len(t.text) != 2 || t.text < "34" || t.text > "43" {
			continue
		}
		whole, _ := strconv.ParseFloat(t.text, 64)
		next := func(n int) token {
			if i+n < len(ts) {
				return ts[i+n]
			}
			return token{}
		}
		degree := func(n int) bool {
			d := next(n)
			return fits(d.text, "độ") || d.text == "c" || d.text == "oc" || strings.ContainsAny(d.gap, "°º˚*")
		}
		tenth := func(d token) float64 {
			f, _ := strconv.ParseFloat("0."+d.text, 64)
			return f
		}
		switch {
		case next(1).num && len(next(1).text) <= 2 && next(1).glue == false && (next(1).gap == "," || next(1).gap == "."):
			return whole + tenth(next(1))
		case degree(1) && next(2).num && len(next(2).text) == 1:
			return whole + tenth(next(2))
		case degree(1) && (fits(next(2).text, "rưỡi") || fits(next(2).text, "rưởi")):
			return whole + 0.5
		case degree(1), i > 0 && fits(ts[i-1].text, "sốt"):
			return whole
		}
	}
	return 0
}
