package reading

import (
	"slices"
	"strconv"
	"strings"
)

// feverNames stand before a temperature and say more than that it is one;
// degreesNames only name it.
var (
	feverNames   = [][]string{{"sốt"}, {"fever"}}
	degreesNames = [][]string{{"nhiệt", "độ", "cơ", "thể"}, {"cặp", "nhiệt", "độ"}, {"cặp", "nhiệt"}, {"nhiệt", "độ"}, {"thân", "nhiệt"}, {"nhiệt", "kế"}, {"nhiệt"}, {"đo", "được"}, {"đo"}, {"temperature"}, {"temp"}, {"nđ"}, {"t"}}
)

// named finds the first of some names at token i, and how long it is.
func (r *checkupReader) named(i int, names [][]string) int {
	for _, name := range names {
		if i+len(name) > len(r.ts) {
			continue
		}
		same := true
		for j, w := range name {
			same = same && r.is(i+j, w) && (j == 0 || !r.ts[i+j].breaks())
		}
		if same {
			return len(name)
		}
	}
	return 0
}

// temperature reads one, with its name before it: "nhiệt độ 37,2", "38 độ 5",
// "38.5", "sốt 39" of which the fever stays. to is 0 for none.
func (r *checkupReader) temperature(i int) (from, to int, f figure) {
	if n := r.named(i, degreesNames); n > 0 {
		if zero := r.at(i + n); zero.text == "0" && zero.glue { // "t0 38"
			n++
		}
		k := r.passBeside(i + n)
		if !r.at(k).num || r.counted(k) || r.percent(k) {
			return 0, 0, f
		}
		to, f = r.degreesOrRange(k, true)
		return i, to, f
	}
	if !r.at(i).num {
		return 0, 0, f
	}
	to, f = r.degreesOrRange(i, r.feverBefore(i) || r.anotherTime(i))
	return i, to, f
}

// timesOfDay part two temperatures of one day: "sáng 36.8, chiều 37".
var timesOfDay = words("sang trua chieu toi dem nay gio con xuong len")

// anotherTime reports a number behind a time of day, where a temperature was told
// already.
func (r *checkupReader) anotherTime(i int) bool {
	if i == 0 || r.ts[i].breaks() || len(r.ts[i].text) != 2 || !timesOfDay[r.ts[i-1].bare] {
		return false
	}
	for _, f := range r.figures {
		if f.celsius > 0 {
			return true
		}
	}
	return false
}

// feverBefore reports "sốt", "sốt cao tới" before the number at i, which is of
// one digit only where it cannot be a person or days.
func (r *checkupReader) feverBefore(i int) bool {
	t := r.at(i)
	if t.breaks() && !strings.ContainsAny(t.gap, ":=") || r.counted(i) || r.percent(i) || len(t.text) == 1 && r.decimal(i) == 0 && !r.degree(i) ||
		r.people > 1 && len(r.placesOf(t.text)) > 0 && r.decimal(i) == 0 {
		return false
	}
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		if r.named(j, feverNames) > 0 {
			return true
		}
		if !besideFigures[r.ts[j].bare] || r.ts[j].breaks() {
			break
		}
	}
	return false
}

// degreesOrRange reads the figure at i, or the higher of two with a dash between.
func (r *checkupReader) degreesOrRange(i int, named bool) (to int, f figure) {
	if to, f = r.degrees(i, named); to == 0 || f.ask != DoubtNone {
		return to, f
	}
	if j := r.upTo(to); j > 0 && !r.counted(j) {
		if end, g := r.degrees(j, true); end > 0 && g.ask == DoubtNone {
			return end, f.worse(g)
		}
	}
	return to, f
}

// degree reports a sign or word for degrees right behind token i.
func (r *checkupReader) degree(i int) bool {
	if i < 0 || i >= len(r.ts) {
		return false
	}
	gap := strings.TrimSpace(r.gapAfter(i))
	return gap != "" && strings.ContainsAny(gap[:min(2, len(gap))], "°º˚*") || r.degreeWords(i) > 0
}

// degreeWords is how many tokens behind token i say degrees: "độ", "độ C", "oC".
func (r *checkupReader) degreeWords(i int) (n int) {
	for n < 2 {
		t := r.at(i + 1 + n)
		if t.text == "" || t.num || t.breaks() || !fits(t.text, "độ") && !slices.Contains([]string{"c", "oc", "degrees", "celsius"}, t.bare) && !(t.text == "o" && t.glue) {
			break
		}
		n++
	}
	return n
}

func bodily(celsius float64) bool { return celsius >= MinTemperature && celsius <= MaxTemperature }

func tenths(digits string) float64 {
	f, _ := strconv.ParseFloat("0."+digits, 64)
	return f
}

// degrees reads the figure at i. named: something before it says that it is a
// temperature. What is meant as one and cannot be is a doubt, never a guess.
func (r *checkupReader) degrees(i int, named bool) (to int, f figure) {
	digits := r.ts[i].text
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil || len(digits) > 4 || i > 0 && r.ts[i].glue && !named {
		return 0, f
	}
	to = i + 1
	point := r.decimal(i)
	if point > 0 && r.decimal(to) > 0 { // "1,36.8"
		point = 0
	}
	if point == 2 && r.gapAfter(i) == "," && bodily(value) && r.ts[to].text >= "70" { // "37,97": 37 and 97 %
		return to, figure{celsius: value}
	}
	if point > 0 {
		sure := named || r.degree(to)
		if !sure && (r.percent(to) || value < 10 && r.people > 1 && len(r.placesOf(digits)) > 0 && len(r.placesOf(r.ts[to].text)) > 0) {
			return 0, f // "96.5%"; "1,2 sốt": people
		}
		value += tenths(r.ts[to].text)
		to++
	}
	signed := r.degree(to - 1)
	if signed {
		to += r.degreeWords(to - 1)
	}
	if point == 0 {
		to, value, signed = r.halves(to, value, signed)
	}
	switch {
	case r.at(to).text == "f" || r.at(to).bare == "fahrenheit": // not in °C
		return to + 1, figure{ask: DoubtTemperature}
	case bodily(value) && (named || signed || point > 0):
		if next := r.at(to); !signed && point == 0 && next.num && len(next.text) == 1 && next.gap == "" && !r.counted(to) && (r.people == 1 || len(r.placesOf(next.text)) == 0) {
			return to + 1, figure{ask: DoubtTemperature} // "sốt 38 5"
		}
		return to, figure{celsius: value}
	case named || signed || point > 0:
		return to, figure{ask: DoubtTemperature}
	case r.counted(i) || len(digits) > 3:
		return 0, f
	case bodily(value):
		if end, g := r.bareSaturation(to); end > 0 && g.spo2 >= 70 { // "37 97"
			return to, figure{celsius: value}
		}
		return to, figure{ask: DoubtTemperature} // a bare "38"
	case len(digits) == 3 && bodily(value/10): // 385
		return to, figure{ask: DoubtTemperature}
	}
	return 0, f
}

// halves reads what stands behind whole degrees: "38 độ 5", "38 rưỡi".
func (r *checkupReader) halves(to int, value float64, signed bool) (int, float64, bool) {
	next := r.at(to)
	switch {
	case next.text == "" || next.breaks() || !bodily(value):
	case fits(next.text, "rưỡi") || fits(next.text, "rưởi"):
		return to + 1, value + 0.5, true
	case (fits(next.text, "phẩy") || fits(next.text, "chấm")) && r.at(to+1).num && len(r.at(to+1).text) == 1: // as it is said
		return to + 2 + r.degreeWords(to+1), value + tenths(r.at(to+1).text), true
	case signed && next.num && len(next.text) == 1 && strings.Trim(next.gap, "°º˚*' ") == "" && !r.counted(to) && !(r.people > 1 && r.healthAhead(to+1)):
		return to + 1 + r.degreeWords(to), value + tenths(next.text), true
	}
	return to, value, signed
}
