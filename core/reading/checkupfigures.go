package reading

import (
	"slices"
	"strconv"
	"strings"
)

// role is what a token of a check-up was found to be.
type role byte

const (
	roleText role = iota
	roleFigure
	roleAsked  // of a question
	rolePerson // a number or a name
	roleChoice // 1 or 2 of who answers for one person
	roleGone   // a joint between people: said, and of no further use
)

// checkupReader reads one message.
type checkupReader struct {
	text   string
	ts     []token
	roles  []role
	people int
	names  []householdName

	figures map[int]figure // by the token they begin at
	refs    map[int]ref    // by the token they begin at

	sick, sos, odd bool // pictures
	asked          bool // a question stands in it
	askedHealth    bool // one that speaks of health
	whom           bool // somebody was meant, not clear who
	called         bool // for help
	strange        int  // words and numbers that were not understood
}

// figure is a reading.
type figure struct {
	celsius float64
	spo2    int
	ask     Doubt
}

func (r *checkupReader) at(i int) token {
	if i < 0 || i >= len(r.ts) {
		return token{}
	}
	return r.ts[i]
}

// gapAfter is what stands between token i and the next, blanks and all.
func (r *checkupReader) gapAfter(i int) string {
	if i+1 < len(r.ts) {
		return r.text[r.ts[i].to:r.ts[i+1].from]
	}
	return r.text[r.ts[i].to:]
}

func (r *checkupReader) take(i, n int, f figure) {
	for j := i; j < i+n && j < len(r.ts); j++ {
		r.roles[j] = roleFigure
	}
	if r.figures == nil {
		r.figures = map[int]figure{}
	}
	r.figures[i] = f
}

// measure finds the temperatures and saturations.
func (r *checkupReader) measure() {
	for i := 0; i < len(r.ts); {
		if n, f := r.saturation(i); n > 0 {
			r.take(i, n, f)
			i += n
			continue
		}
		n, f := r.celsius(i)
		if n == 0 {
			i++
			continue
		}
		r.take(i, n, f)
		i += n
		// "37.2 97": a saturation right behind a temperature, in the order the
		// prompt asks for them.
		if n, f := r.bareSaturation(i); n > 0 {
			r.take(i, n, f)
			i += n
		}
	}
}

var saturationNames = map[string]bool{"oxy": true, "oxi": true, "oxygen": true, "oxygene": true}

// besideFigures may stand between what was measured and its figure.
var besideFigures = map[string]bool{"la": true, "duoc": true, "do": true, "khoang": true, "con": true, "chi": true, "trong": true, "mau": true, "len": true, "tut": true, "xuong": true,
	"tam": true, "hon": true, "duoi": true, "tren": true, "cao": true, "nhe": true, "toi": true, "den": true, "gan": true, "is": true, "of": true, "at": true, "about": true, "nay": true}

// saturation reads one that is named, "SpO2 96", "oxy 96", or has its sign, "96%".
func (r *checkupReader) saturation(i int) (n int, f figure) {
	j := i
	switch t := r.at(i); {
	case t.text == "spo" || t.text == "sp" || t.text == "o" && (r.at(i+1).text == "2" && r.at(i+1).glue):
		next := r.at(i + 1)
		switch {
		case next.text == "o" && t.text == "sp" && r.at(i+2).text == "2":
			j = i + 3
		case next.text == "2" || next.text == "02" && t.text == "sp":
			j = i + 2
		case next.num && next.glue && t.text == "spo" && len(next.text) > 2 && next.text[0] == '2': // spo296
			return 2, saturated(next.text[1:])
		case t.text == "spo":
			j = i + 1
		default:
			return 0, f
		}
	case saturationNames[t.bare]:
		j = i + 1
	case t.num:
		if !r.percent(i) {
			return 0, f
		}
		return r.percentage(i)
	default:
		return 0, f
	}
	k := j
	for k < len(r.ts) && k < j+4 && besideFigures[r.ts[k].bare] {
		k++
	}
	if !r.at(k).num {
		return j - i, figure{ask: DoubtSpO2} // "spo2 thấp": how low?
	}
	m, f := r.range2(k, saturated)
	return k + m - i, f
}

// percent reports whether the number at i has a percent sign, "%" or in words.
func (r *checkupReader) percent(i int) bool {
	return strings.HasPrefix(strings.TrimSpace(r.gapAfter(i)), "%") || fits(r.at(i+1).text, "phần") && fits(r.at(i+2).text, "trăm") && r.at(i+1).text != ""
}

// percentage reads "96%". "Khỏe 100%" is a way to say quite well.
func (r *checkupReader) percentage(i int) (n int, f figure) {
	n = 1
	if fits(r.at(i+1).text, "phần") && fits(r.at(i+2).text, "trăm") {
		n = 3
	}
	if r.ts[i].text == "100" && i > 0 && r.roles[i-1] != roleFigure {
		return n, figure{}
	}
	return n, saturated(r.ts[i].text)
}

// bareSaturation reads a number behind a temperature.
func (r *checkupReader) bareSaturation(i int) (n int, f figure) {
	t := r.at(i)
	if !t.num || len(t.text) < 2 || len(t.text) > 3 || strings.Trim(t.gap, ",;/-.&+") != "" || r.counted(i) || r.degree(i) || r.decimal(i) > 0 {
		return 0, f
	}
	if r.people > 1 && len(t.text) == 2 && len(r.placesOf(t.text)) == 2 {
		return 0, f // "37.2 12": people
	}
	return r.range2(i, saturated)
}

func saturated(digits string) figure {
	v, err := strconv.Atoi(digits)
	if err != nil || v < MinSpO2 || v > MaxSpO2 {
		return figure{ask: DoubtSpO2}
	}
	return figure{spo2: v}
}

// range2 reads a number, or two with a dash between, of which the worse counts.
func (r *checkupReader) range2(i int, read func(string) figure) (n int, f figure) {
	f, n = read(r.ts[i].text), 1
	if r.decimal(i) > 0 { // 96.5 %
		n = 3
	}
	j := i + n
	between := r.at(j).gap
	if fits(r.at(j).text, "đến") && r.at(j).text != "" || fits(r.at(j).text, "tới") && r.at(j).text != "" {
		j, between = j+1, "-"
	}
	if g := read(r.at(j).text); r.at(j).num && strings.ContainsAny(between, "-–—~") && g.ask == DoubtNone && f.ask == DoubtNone {
		return j - i + 1, f.worse(g)
	}
	return n, f
}

// worse joins two readings of one person.
func (f figure) worse(g figure) figure {
	f.celsius = max(f.celsius, g.celsius)
	if f.spo2 == 0 || g.spo2 > 0 && g.spo2 < f.spo2 {
		f.spo2 = g.spo2
	}
	if f.ask == DoubtNone || g.ask == DoubtTemperature {
		f.ask = g.ask
	}
	return f
}

// celsius reads a temperature at i, its name before it among it.
func (r *checkupReader) celsius(i int) (n int, f figure) {
	start, named := i, false
	if id, m := temperatureNames.match(r.ts, i); m > 0 {
		fever := id == "fever"
		if id == "sign" && !r.at(i+m).num { // a lone "t"
			return 0, f
		}
		k := i + m
		for k < len(r.ts) && k < i+m+4 && besideFigures[r.ts[k].bare] && !r.ts[k].breaks() {
			k++
		}
		if !r.at(k).num || fever && r.at(k).breaks() && !strings.ContainsAny(r.at(k).gap, ":=") || r.counted(k) {
			return 0, f // "sốt, 2 ho"
		}
		if fever && len(r.at(k).text) == 1 && r.decimal(k) == 0 && !r.degree(k) {
			return 0, f // "sốt 2 ho": a person, or a day
		}
		i, named = k, true
		if fever {
			start = k // the fever stays
		}
	}
	if !r.at(i).num || i > 0 && r.at(i).glue && !named && r.at(i-1).bare != "t" {
		return 0, f
	}
	m, f := r.degrees(i, named)
	if m == 0 {
		return 0, figure{}
	}
	end := i + m
	if strings.ContainsAny(r.at(end).gap, "-–—~") || fits(r.at(end).text, "đến") && r.at(end).text != "" { // 38-39
		j := end
		if !r.at(end).num {
			j++
		}
		if r.at(j).num && !r.counted(j) {
			if l, g := r.degrees(j, true); l > 0 && g.ask == DoubtNone && f.ask == DoubtNone {
				f, end = f.worse(g), j+l
			}
		}
	}
	return end - start, f
}

// temperatureNames stand before a temperature: what was measured, or a fever.
var temperatureNames = func() lexicon {
	lx := lexicon{}
	for _, name := range []string{"nhiệt độ", "thân nhiệt", "nhiệt", "nhiệt kế", "cặp nhiệt độ", "cặp nhiệt", "đo được", "đo", "temp", "temperature", "nđ", "nhiệt độ cơ thể"} {
		words := strings.Fields(name)
		key := unmarked(words[0])
		lx[key] = append(lx[key], phrase{id: "name", words: words, exact: make([]bool, len(words))})
	}
	for _, name := range []string{"sốt", "fever"} {
		key := unmarked(name)
		lx[key] = append(lx[key], phrase{id: "fever", words: []string{name}, exact: []bool{false}})
	}
	lx["t"] = []phrase{{id: "sign", words: []string{"t"}, exact: []bool{true}}}
	return lx
}()

// decimal is the number of digits behind a point or comma after token i, 0 for
// no decimal.
func (r *checkupReader) decimal(i int) int {
	next := r.at(i + 1)
	if gap := r.gapAfter(i); next.num && (gap == "." || gap == ",") && len(next.text) <= 2 {
		return len(next.text)
	}
	return 0
}

// degree reports a sign or word for degrees right behind token i.
func (r *checkupReader) degree(i int) bool {
	gap := strings.TrimSpace(r.gapAfter(i))
	next := r.at(i + 1)
	return strings.HasPrefix(gap, "°") || strings.HasPrefix(gap, "º") || strings.HasPrefix(gap, "˚") || strings.HasPrefix(gap, "*") || strings.HasPrefix(gap, "'") ||
		next.text != "" && (fits(next.text, "độ") || next.text == "c" || next.text == "oc" || next.text == "o" && next.glue || next.bare == "degrees" || next.bare == "celsius")
}

// counted reports a number that counts something: "2 ngày".
func (r *checkupReader) counted(i int) bool {
	next := r.at(i + 1)
	if next.text == "" || next.breaks() || fits(next.text, "độ") && (next.text != "do" || r.degree(i)) {
		return false
	}
	return countedUnits[next.bare] && next.bare != "do" && next.bare != "con" || next.bare == "vien" || next.bare == "lieu" || next.bare == "mui" || next.bare == "muoi" && false
}

// degrees reads the figure at i. named: something before it says that it is a
// temperature.
func (r *checkupReader) degrees(i int, named bool) (n int, f figure) {
	whole, err := strconv.ParseFloat(r.ts[i].text, 64)
	if err != nil || len(r.ts[i].text) > 4 {
		return 0, f
	}
	n = 1
	point := r.decimal(i)
	switch {
	case r.at(i+1).num && r.gapAfter(i) == "," && point == 2 && bodily(whole) && r.at(i+1).text >= "70": // "37,97": 37 and 97 %
		return 1, figure{celsius: whole}
	case point > 0 && r.decimal(i+1) == 0:
		if !named && !r.degree(i+1) && (whole < 10 && r.people > 1 && len(r.placesOf(r.at(i).text)) > 0 && len(r.placesOf(r.at(i+1).text)) > 0) {
			return 0, f // "1,2 sốt": people
		}
		if !named && !r.degree(i+1) && r.percent(i+1) {
			return 0, f
		}
		tenths, _ := strconv.ParseFloat("0."+r.at(i+1).text, 64)
		whole, n = whole+tenths, 2
	}
	signed := r.degree(i + n - 1)
	if signed {
		n += r.degreeWords(i + n - 1)
		if point == 0 {
			if next := r.at(i + n); next.num && len(next.text) == 1 && strings.Trim(next.gap, "°º˚*' ") == "" && !r.counted(i+n) { // 38 độ 5
				tenth, _ := strconv.ParseFloat("0."+next.text, 64)
				whole, n = whole+tenth, n+1
				n += r.degreeWords(i + n - 1)
			} else if next.text != "" && !next.breaks() && (fits(next.text, "rưỡi") || fits(next.text, "rưởi")) {
				whole, n = whole+0.5, n+1
			}
		}
	} else if next := r.at(i + n); point == 0 && next.text != "" && !next.breaks() && (fits(next.text, "rưỡi") || fits(next.text, "rưởi")) && bodily(whole) {
		whole, n, signed = whole+0.5, n+1, true
	}
	switch {
	case bodily(whole) && (named || signed || point > 0):
		if next := r.at(i + n); !signed && point == 0 && next.num && len(next.text) == 1 && next.gap == "" && !r.counted(i+n) && r.people == 1 {
			return n + 1, figure{ask: DoubtTemperature} // "sốt 38 5"
		}
		return n, figure{celsius: whole}
	case bodily(whole) && whole >= 35 && whole < 43 && r.besideSaturation(i): // "37 97"
		return n, figure{celsius: whole}
	case named || signed || point > 0 && r.ts[i].text != "0" || len(r.ts[i].text) == 3 && r.ts[i].text >= "340" && r.ts[i].text <= "430" && !r.counted(i):
		return n, figure{ask: DoubtTemperature}
	case !named && len(r.ts[i].text) == 2 && bodily(whole) && !r.counted(i):
		return n, figure{ask: DoubtTemperature} // a bare "38"
	}
	return 0, f
}

func (r *checkupReader) besideSaturation(i int) bool {
	n, f := r.bareSaturation(i + 1)
	return n > 0 && f.ask == DoubtNone && f.spo2 >= 70
}

// degreeWords is how many tokens say degrees behind token i: "độ", "độ C", "oC".
func (r *checkupReader) degreeWords(i int) (n int) {
	for n < 2 {
		t := r.at(i + 1 + n)
		if t.text == "" || t.num || t.breaks() || !(fits(t.text, "độ") || slices.Contains([]string{"c", "oc", "o", "degrees", "celsius"}, t.bare)) {
			break
		}
		n++
	}
	return n
}

func bodily(celsius float64) bool { return celsius >= MinTemperature && celsius <= MaxTemperature }
