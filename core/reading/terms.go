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
	if len(s) > 16*maxRunes {
		return terms{present: []string{}}, false
	}
	if r, ok := chosenTerms(s, options); ok {
		return r, true
	}
	r, strange, ok := readWords(s, lx, health)
	if ok && r.leavesOut(s, options) {
		return terms{present: []string{}}, false // "1 và ho"
	}
	if strange == 0 || len(s) > 500 {
		return r, ok
	}
	// A symptom typed as "khos thowr" behind one that was read must not be
	// lost: a repair that knows more words and still says all that was read wins.
	for _, t := range Repairs(s) {
		fixed, left, fine := readWords(t, lx, health)
		if fine && left < strange && (!ok || fixed.holds(r)) {
			return fixed, true
		}
	}
	return r, ok
}

// leavesOut reports whether a number in a text of words may be a choice of the
// list: one that counts nothing, is no temperature, and whose choice was not
// named ("1. Sốt").
func (r terms) leavesOut(s string, options []string) bool {
	ts := tokens(s)
	for i, t := range ts {
		n, err := strconv.Atoi(t.text)
		if !t.num || err != nil || n < 1 || n > len(options) || slices.Contains(r.present, options[n-1]) || r.temperature != 0 {
			continue
		}
		if i+1 < len(ts) && (countedUnits[ts[i+1].bare] || ts[i+1].num || ts[i+1].glue) || i > 0 && (ts[i-1].num || ts[i].glue || countedBy[ts[i-1].bare]) {
			continue
		}
		return true
	}
	return false
}

// countedUnits are what people count beside a symptom: days, degrees, times.
var countedUnits = map[string]bool{"ngay": true, "hom": true, "bua": true, "tuan": true, "thang": true, "nam": true, "lan": true, "do": true,
	"gio": true, "dem": true, "phut": true, "tuoi": true, "con": true, "tieng": true, "days": true, "day": true, "times": true}

// beforeDegrees stand between a fever and its temperature: "sốt cao 40".
var beforeDegrees = map[string]bool{"cao": true, "nhe": true, "toi": true, "den": true, "len": true, "khoang": true, "tren": true, "hon": true, "gan": true, "tam": true}

// countedBy are words that a number follows: "tuýp 2".
var countedBy = map[string]bool{"tuyp": true, "type": true, "tip": true, "doan": true, "cap": true, "do": true}

func (r terms) holds(other terms) bool {
	for _, id := range other.present {
		if !slices.Contains(r.present, id) {
			return false
		}
	}
	return true
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

// readWords reads what is said in words. strange is the number of words that
// were not known.
func readWords(s string, lx lexicon, health bool) (r terms, strange int, ok bool) {
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 120 {
		return terms{present: []string{}}, 0, false
	}
	w := walker{health: health, items: items(ts, lx), state: map[string]stance{}, temperature: temperature(ts)}
	if w.temperature != 0 {
		// A thermometer's figure speaks for itself only where symptoms are asked.
		if !health {
			w.temperature = 0
		}
	}
	w.walk()
	for i, it := range w.items {
		if it.id == "unknown" || it.id == "number" && i+1 < len(w.items) && w.items[i+1].glued {
			strange++
		}
	}
	r, ok = w.result(strings.HasSuffix(strings.TrimSpace(s), "?"))
	return r, strange, ok
}

// item is a phrase of the lexicon, a number or an unknown word.
type item struct {
	id     string // of the lexicon; "number", "unknown"
	ids    []string
	breaks bool   // begins a clause
	gap    string // what stood before it
	glued  bool   // nothing stood before it
}

func (it item) isTerm() bool { return it.ids != nil }

// grammar ids are all that is no term.
var grammarIDs = map[string]bool{"no": true, "nolist": true, "gone": true, "still": true, "have": true, "but": true, "or": true, "and": true,
	"strong": true, "slight": true, "all": true, "healthy": true, "unwell": true, "hedge": true, "filler": true, "-": true, "none": true, "took": true, "fever!": true}

func items(ts []token, lx lexicon) []item {
	var out []item
	for i := 0; i < len(ts); {
		id, n := lx.match(ts, i)
		it := item{id: id, breaks: ts[i].breaks(), gap: ts[i].gap, glued: ts[i].glue}
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
		case ts[i].text == "chi" && termAt(ts, i+1, lx):
			it.id, n = "but", 1 // "chi ho": chỉ
		case ts[i].text == "con" && termAt(ts, i+1, lx):
			it.id, n = "have", 1 // "con met": còn
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
		case next(1).num && len(next(1).text) == 1 && strings.ContainsAny(next(1).gap, "°º˚"):
			return whole + tenth(next(1))
		case degree(1) && next(2).num && len(next(2).text) == 1:
			return whole + tenth(next(2))
		case degree(1) && (fits(next(2).text, "rưỡi") || fits(next(2).text, "rưởi")):
			return whole + 0.5
		case degree(1), i > 0 && fits(ts[i-1].text, "sốt"), i > 1 && fits(ts[i-2].text, "sốt") && beforeDegrees[ts[i-1].bare] && next(1).text == "":
			return whole
		}
	}
	return 0
}
