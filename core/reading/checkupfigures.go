package reading

import (
	"slices"
	"strconv"
	"strings"
)

// figure is a reading, or what is doubtful of one.
type figure struct {
	celsius float64
	spo2    int
	ask     Doubt
	ill     bool // a pulse or blood pressure of somebody ill
}

// worse joins two readings of one person: the higher temperature, the lower
// saturation, and every doubt.
func (f figure) worse(g figure) figure {
	f.celsius = max(f.celsius, g.celsius)
	if f.spo2 == 0 || g.spo2 > 0 && g.spo2 < f.spo2 {
		f.spo2 = g.spo2
	}
	if f.ask == DoubtNone || g.ask == DoubtTemperature {
		f.ask = g.ask
	}
	f.ill = f.ill || g.ill
	return f
}

// measure finds the readings and takes their tokens.
func (r *checkupReader) measure() {
	for i := 0; i < len(r.ts); {
		from, to, f := r.saturation(i)
		if to == 0 {
			from, to, f = r.temperature(i)
		}
		if to == 0 {
			from, to, f = r.pulse(i)
		}
		if to == 0 {
			i++
			continue
		}
		r.take(from, to, f)
		// "37.2 97": the saturation right behind a temperature, in the order in
		// which the prompt asks for them.
		if end, g := r.bareSaturation(to); f.celsius > 0 && end > 0 {
			r.take(to, end, g)
			to = end
		}
		i = to
	}
}

func (r *checkupReader) take(from, to int, f figure) {
	for j := from; j < to; j++ {
		r.roles[j] = roleFigure
	}
	r.figures[from] = f
}

// besideFigures may stand between what was measured and its figure.
var besideFigures = words("la duoc do khoang con chi trong mau len tut xuong tam hon duoi tren cao nhe toi den gan nay is of at about")

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// passBeside goes over such words from token i on.
func (r *checkupReader) passBeside(i int) int {
	for end := i + 4; i < end && besideFigures[r.at(i).bare]; i++ {
	}
	return i
}

// saturationNames stand before a saturation, beside SpO2 and its spellings.
var saturationNames = [][]string{{"nồng", "độ", "oxy"}, {"nồng", "độ", "oxi"}, {"chỉ", "số", "oxy"}, {"độ", "bão", "hòa", "oxy"}, {"oxy"}, {"oxi"}, {"oxygen"}}

// saturation reads one that is named, "SpO2 96", "oxy 96", or has its sign,
// "96%". to is 0 for none.
func (r *checkupReader) saturation(i int) (from, to int, f figure) {
	next, third := r.at(i+1), r.at(i+2)
	named := r.named(i, saturationNames)
	switch t := r.at(i); {
	case named > 0:
	case t.num && r.percent(i):
		return r.percentage(i)
	case t.text == "sp" && (next.text == "02" || next.text == "2"), t.text == "spo" && (next.text == "2" || next.text == "02"), t.text == "o" && next.text == "2" && next.glue:
		named = 2
	case t.text == "sp" && next.text == "o" && third.text == "2":
		named = 3
	case t.text == "spo" && next.num && next.glue && len(next.text) > 2 && next.text[0] == '2': // spo296
		return i, i + 2, saturated(next.text[1:])
	case t.text == "spo":
		named = 1
	default:
		return 0, 0, f
	}
	k := r.passBeside(i + named)
	if !r.at(k).num {
		return i, i + named, figure{ask: DoubtSpO2} // "spo2 thấp": how low?
	}
	to, f = r.saturations(k)
	return i, to, f
}

// pulseNames and pressureNames stand before figures that no list asks for and
// many who have a device tell.
var (
	pulseNames    = [][]string{{"nhịp", "tim"}, {"nhịp", "mạch"}, {"mạch"}, {"pulse"}, {"heart", "rate"}}
	pressureNames = [][]string{{"huyết", "áp"}, {"ha"}, {"blood", "pressure"}}
)

// pulse reads a pulse or a blood pressure: not kept, but over 120 or under 50 a
// minute, or under 90/60, nobody is well (docs/reference/follow-up.md 2c).
func (r *checkupReader) pulse(i int) (from, to int, f figure) {
	n, pressure := r.named(i, pulseNames), false
	if n == 0 {
		n, pressure = r.named(i, pressureNames), true
	}
	k := r.passBeside(i + n)
	if n == 0 || !r.at(k).num || len(r.at(k).text) < 2 || len(r.at(k).text) > 3 {
		return 0, 0, f
	}
	high, _ := strconv.Atoi(r.ts[k].text)
	if !pressure {
		return i, k + 1, figure{ill: high < 50 || high > 120}
	}
	low, _ := strconv.Atoi(r.at(k + 1).text)
	if gap := r.at(k + 1).gap; !r.at(k+1).num || gap != "/" && gap != "-" {
		return 0, 0, f
	}
	return i, k + 2, figure{ill: high < 90 || low < 60 || high >= 180}
}

// percentWords is how many tokens behind the number at i say percent in words.
func (r *checkupReader) percentWords(i int) int {
	if r.is(i+1, "phần") && r.is(i+2, "trăm") {
		return 2
	}
	return 0
}

// percent reports a sign or words for percent behind the number at i.
func (r *checkupReader) percent(i int) bool {
	return i >= 0 && i < len(r.ts) && (r.percentWords(i) > 0 || strings.HasPrefix(strings.TrimSpace(r.gapAfter(i)), "%"))
}

// percentage reads "96%". "Khỏe 100%" is a way to say quite well: a hundred
// counts only behind another reading.
func (r *checkupReader) percentage(i int) (from, to int, f figure) {
	if r.ts[i].text == "100" && (i == 0 || r.roles[i-1] != roleFigure) {
		return i, i + 1 + r.percentWords(i), figure{}
	}
	to, f = r.saturations(i)
	return i, to, f
}

// bareSaturation reads a number without a sign behind a temperature. to is 0 for
// none.
func (r *checkupReader) bareSaturation(i int) (to int, f figure) {
	t := r.at(i)
	if !t.num || len(t.text) < 2 || len(t.text) > 3 || strings.Trim(t.gap, ",;/-.&+°CcoO ") != "" || r.counted(i) || r.degree(i) || r.decimal(i) > 0 ||
		r.people > 1 && len(r.placesOf(t.text)) > 1 { // "37.2 12": people
		return 0, f
	}
	return r.saturations(i)
}

// saturations reads the number at i, or two with a dash between.
func (r *checkupReader) saturations(i int) (to int, f figure) {
	to, f = i+1, saturated(r.ts[i].text)
	if r.decimal(i) > 0 { // 96.5 %
		to++
	}
	to += r.percentWords(to - 1)
	if j := r.upTo(to); j > 0 {
		if g := saturated(r.ts[j].text); g.ask == DoubtNone && f.ask == DoubtNone {
			return j + 1 + r.percentWords(j), f.worse(g)
		}
	}
	return to, f
}

func saturated(digits string) figure {
	v, err := strconv.Atoi(digits)
	if err != nil || v < MinSpO2 || v > MaxSpO2 {
		return figure{ask: DoubtSpO2}
	}
	return figure{spo2: v}
}

// upTo finds the number that ends a range whose first ended before token i: "38
// - 39", "38 đến 39". It is 0 for none.
func (r *checkupReader) upTo(i int) int {
	switch {
	case i >= len(r.ts):
	case r.ts[i].num && strings.ContainsAny(r.ts[i].gap, "-–—~"):
		return i
	case (r.is(i, "đến") || r.is(i, "tới")) && r.at(i+1).num && !r.ts[i].breaks():
		return i + 1
	}
	return 0
}

// decimal is the number of digits behind a point or comma after token i, 0 for
// no decimal. A blank behind the comma makes it a list.
func (r *checkupReader) decimal(i int) int {
	if i+1 >= len(r.ts) {
		return 0
	}
	if next, gap := r.ts[i+1], r.gapAfter(i); next.num && (gap == "." || gap == ",") && len(next.text) <= 2 {
		return len(next.text)
	}
	return 0
}

// countedHere adds to countedUnits what is counted in a check-up.
var countedHere = words("ngay hom bua tuan thang nam lan gio dem phut tuoi tieng days day times vien lieu mui hours weeks cu")

// counted reports a number that counts something: "2 ngày". In "1 hôm qua sốt"
// the day goes with what follows.
func (r *checkupReader) counted(i int) bool {
	next := r.at(i + 1)
	if next.text == "" || next.breaks() || !countedHere[next.bare] {
		return false
	}
	day := next.bare == "hom" || next.bare == "bua" || next.bare == "dem"
	return !(day && slices.Contains([]string{"qua", "nay", "kia", "te", "ni"}, r.at(i+2).bare))
}
