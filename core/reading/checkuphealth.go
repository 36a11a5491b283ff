package reading

import (
	"slices"
	"strconv"
	"strings"
)

// tell reads what is said of each person for each day.
func (r *checkupReader) tell() []Told {
	if r.people == 1 {
		r.choose()
	}
	var specific, general []Told
	var others []part // of all, or of the rest
	for _, p := range r.parts() {
		told := r.partTold(p)
		switch {
		case p.who.all || p.who.rest:
			others = append(others, p)
			general = append(general, spread(told, len(others)-1)...)
		case p.who.tokens > 0 && len(p.who.places) == 0: // meant, but not clear
			r.whom = true
			specific = merge(specific, told, 0)
		case p.who.tokens == 0 && r.people > 1:
			if len(told) > 0 {
				r.whom = true
			}
			specific = merge(specific, told, 0)
		case p.who.tokens == 0:
			specific = merge(specific, told, 1)
		default:
			for _, place := range p.who.places {
				specific = merge(specific, told, place)
			}
		}
	}
	// What is said of one overrides what is said of all.
	for place := 1; place <= r.people; place++ {
		if slices.ContainsFunc(specific, func(t Told) bool { return t.Person == place && (t.Ago == 0 || r.people > 1) }) {
			continue
		}
		for _, t := range general {
			specific = merge(specific, []Told{t}, place)
		}
	}
	slices.SortStableFunc(specific, func(a, b Told) int {
		if a.Person != b.Person {
			return a.Person - b.Person
		}
		return ago(a) - ago(b)
	})
	return specific
}

func ago(t Told) int {
	if t.Ago == DaysAgoUnknown {
		return 1000
	}
	return t.Ago
}

func spread(told []Told, _ int) []Told { return told }

// merge adds what was said of a person to what is known already: the worse wins.
func merge(all, told []Told, place int) []Told {
	for _, t := range told {
		t.Person = place
		i := slices.IndexFunc(all, func(o Told) bool { return o.Person == place && o.Ago == t.Ago })
		if i < 0 {
			all = append(all, t)
			continue
		}
		all[i] = all[i].with(t)
	}
	return all
}

// with joins two things said of one person for one day.
func (t Told) with(o Told) Told {
	union := func(a, b []string) []string {
		out := append(slices.Clone(a), b...)
		slices.Sort(out)
		return slices.Compact(out)
	}
	f := figure{celsius: t.Temperature, spo2: t.SpO2}.worse(figure{celsius: o.Temperature, spo2: o.SpO2})
	t.Temperature, t.SpO2 = f.celsius, f.spo2
	t.Symptoms, t.Absent = union(t.Symptoms, o.Symptoms), union(t.Absent, o.Absent)
	t.Absent = slices.DeleteFunc(t.Absent, func(id string) bool { return slices.Contains(t.Symptoms, id) })
	silent := func(u Told) bool { return u.Health == HealthUnknown && u.Ask == DoubtRest }
	switch {
	case t.Health == HealthIll || o.Health == HealthIll:
		t.Health = HealthIll
	case t.Health == HealthWell && (o.Health == HealthWell || silent(o)), silent(t) && o.Health == HealthWell:
		t.Health = HealthWell
	default:
		t.Health = HealthUnknown
	}
	for _, d := range doubts {
		if t.Ask == d || o.Ask == d {
			t.Ask = d
			break
		}
	}
	if t.Ask == DoubtRest && t.Health != HealthUnknown || t.Ask == DoubtWhat && len(t.Symptoms) > 0 {
		t.Ask = DoubtNone
	}
	return t
}

// choose finds the 1 and 2 of who answers for one person.
func (r *checkupReader) choose() {
	for i, t := range r.ts {
		if r.roles[i] != roleText || r.counted(i) || t.glue && i > 0 || r.dated(i) {
			continue
		}
		alone := len(r.ts) == 1 && (fits(t.text, "một") || fits(t.text, "hai"))
		if alone && fits(t.text, "hai") || t.text == "2" {
			r.roles[i] = roleChoice
		} else if alone || t.text == "1" {
			if next := r.at(i + 1); next.breaks() || !slices.Contains([]string{"chut", "it", "xiu", "ti", "tic", "phan", "nua"}, next.bare) {
				r.roles[i] = roleChoice
			}
		}
	}
}

// part is a run of tokens that speaks of the same people.
type part struct {
	who     ref
	tokens  []int // of words
	figures []figure
	choices []string
}

// parts cuts the message by the people it speaks of.
func (r *checkupReader) parts() []part {
	var out []part
	var cur part
	open := false // people were named, and nothing yet said of them
	flush := func() {
		if cur.who.tokens > 0 || len(cur.tokens)+len(cur.figures)+len(cur.choices) > 0 {
			out = append(out, cur)
		}
		cur = part{}
	}
	for i := 0; i < len(r.ts); i++ {
		switch r.roles[i] {
		case rolePerson:
			f, begins := r.refs[i]
			if !begins {
				continue
			}
			if open {
				cur.who = cur.who.and(f)
				cur.tokens = nil // only joints stood between
			} else {
				lead := cur
				if lead.who.tokens == 0 && len(lead.figures) == 0 && r.saysNothing(lead.tokens) {
					cur = part{who: f, tokens: lead.tokens} // "hôm qua 1 sốt"
				} else {
					flush()
					cur.who = f
				}
				open = true
			}
			if f.well {
				open = false
			}
		case roleFigure:
			if f, ok := r.figures[i]; ok {
				cur.figures = append(cur.figures, f)
				open = false
			}
		case roleChoice:
			cur.choices = append(cur.choices, r.ts[i].text)
			open = false
		case roleText:
			if open && r.joins(i) {
				continue
			}
			cur.tokens = append(cur.tokens, i)
			open = false
		}
	}
	flush()
	return r.dropCourtesies(out)
}

// and joins two that the same is said of.
func (f ref) and(g ref) ref {
	f.tokens += g.tokens
	if len(f.places) == 0 && !f.all && !f.rest || len(g.places) == 0 && !g.all && !g.rest {
		return ref{tokens: f.tokens} // one of them is not clear
	}
	if f.all && len(g.places) > 0 { // "cả nhà, 2 sốt": of 2
		f.all, f.rest = false, false
		f.places = nil
	}
	f.places = append(slices.Clone(f.places), g.places...)
	slices.Sort(f.places)
	f.places = slices.Compact(f.places)
	f.all, f.rest = f.all || g.all, f.rest || g.rest
	f.except, f.noone = f.except || g.except, f.noone || g.noone
	return f
}

// joins reports a word between two people: "1 và 2". Between a person and what
// is said of them it says nothing either.
func (r *checkupReader) joins(i int) bool {
	id, n := checkupWords.match(r.ts, i)
	return n > 0 && (id == "joint" || id == "number" || id == "pronoun" && i+1 < len(r.ts) && r.roles[i+1] == rolePerson)
}

// dropCourtesies leaves out what says nothing beside parts that do: "dạ", "cảm
// ơn", "còn", "trừ".
func (r *checkupReader) dropCourtesies(parts []part) []part {
	if len(parts) < 2 {
		return parts
	}
	return slices.DeleteFunc(parts, func(p part) bool {
		return p.who.tokens == 0 && len(p.figures)+len(p.choices) == 0 && r.saysNothing(p.tokens)
	})
}

// saysNothing reports tokens of courtesy, joints and days only.
func (r *checkupReader) saysNothing(tokens []int) bool {
	for k := 0; k < len(tokens); {
		i := tokens[k]
		id, n := checkupWords.match(r.ts, i)
		health, m := feelingWords.match(r.ts, i)
		switch {
		case m > 0 && m >= n && (health == "filler" || health == "have" || health == "and" || health == "but"):
			k += m
		case n > 0 && n >= m && id != "ask":
			k += n
		default:
			return false
		}
	}
	return true
}

// partTold reads one part, by day.
func (r *checkupReader) partTold(p part) []Told {
	var out []Told
	if p.who.well { // 0 alone
		out = append(out, Told{Health: HealthWell})
	}
	days := r.byDay(p.tokens)
	for k, d := range days {
		var before []string
		for _, t := range out {
			before = append(before, t.Symptoms...)
		}
		t := r.health(d.tokens, before, p.who.noone, p.figures != nil && k == len(days)-1)
		t.Ago = d.ago
		if len(days) > 1 && r.saysNothing(d.tokens) && len(d.tokens) > 0 && k < len(days)-1 {
			continue
		}
		out = merge(out, []Told{t}, 0)
	}
	if len(out) == 0 { // figures, choices or a person only
		out = append(out, Told{Health: HealthUnknown, Ask: DoubtWhat})
	}
	last := &out[len(out)-1]
	for _, c := range p.choices {
		last.choose(c)
	}
	if len(p.choices) > 1 {
		last.Health, last.Ask = HealthUnknown, DoubtWhat
	}
	if p.who.except && last.Health == HealthUnknown && len(p.tokens) == 0 {
		last.Health = HealthIll
	}
	for _, f := range p.figures {
		last.measured(f)
	}
	for i := range out {
		if out[i].Health == HealthWell && out[i].Ago == 0 && (r.sick || r.odd || r.askedHealth) {
			out[i].Health, out[i].Ask = HealthUnknown, DoubtWhat
		}
	}
	return out
}

// choose takes 1 for well and 2 for unwell, beside what else was said.
func (t *Told) choose(c string) {
	bare := t.Ask == DoubtWhat && len(t.Symptoms)+len(t.Absent) == 0 && t.Health == HealthUnknown
	switch {
	case c == "1" || fits(c, "một"):
		switch {
		case t.Health == HealthWell, t.Ask == DoubtRest && t.Health == HealthUnknown, bare && !t.strange():
			t.Health, t.Ask = HealthWell, DoubtNone
		}
	case t.Health == HealthWell: // "2 khỏe"
		t.Health, t.Ask = HealthUnknown, DoubtWhat
	case t.Health == HealthUnknown:
		t.Health, t.Ask = HealthIll, DoubtWhat
	}
}

func (t *Told) strange() bool { return t.Person == strangeWords }

// strangeWords marks, while a part is read, that words were not understood.
const strangeWords = -1

// measured takes a reading.
func (t *Told) measured(f figure) {
	joined := figure{celsius: t.Temperature, spo2: t.SpO2}.worse(f)
	t.Temperature, t.SpO2 = joined.celsius, joined.spo2
	if t.Ask == DoubtWhat && t.Health == HealthUnknown && len(t.Symptoms)+len(t.Absent) == 0 && !t.strange() {
		t.Ask = DoubtRest
	}
	if f.ask != DoubtNone {
		t.Ask = f.ask
		if t.Health == HealthWell {
			t.Health = HealthUnknown
		}
	}
	if t.Temperature >= feverFrom {
		t.Health = HealthIll
		if !slices.Contains(t.Symptoms, "fever") {
			t.Symptoms = append(slices.Clone(t.Symptoms), "fever")
			slices.Sort(t.Symptoms)
		}
		t.Absent = slices.DeleteFunc(slices.Clone(t.Absent), func(id string) bool { return id == "fever" })
	}
	if t.SpO2 > 0 && t.SpO2 <= spO2Ill {
		t.Health = HealthIll
	}
	if t.Health == HealthIll && t.Ask == DoubtRest {
		t.Ask = DoubtNone
	}
}

// dayPart is the words of a part that speak of one day.
type dayPart struct {
	ago    int
	tokens []int
}

// byDay cuts words by the days they speak of: "hôm qua sốt, nay khỏe". "Từ hôm
// qua" is of today: it lasts.
func (r *checkupReader) byDay(tokens []int) []dayPart {
	var out []dayPart
	cur, carried := dayPart{}, 0
	flush := func() {
		if len(cur.tokens) > 0 {
			out = append(out, cur)
		}
		cur = dayPart{ago: carried}
	}
	fresh := true // at the beginning of a clause
	for k := 0; k < len(tokens); {
		i := tokens[k]
		if r.ts[i].breaks() && len(cur.tokens) > 0 {
			flush()
			fresh = true
		}
		id, n := checkupWords.match(r.ts, i)
		if _, m := feelingWords.match(r.ts, i); m > n {
			n = 0
			id = ""
			for j := 0; j < m && k < len(tokens); j++ {
				cur.tokens = append(cur.tokens, tokens[k])
				k++
			}
			fresh = false
			continue
		}
		when := map[string]int{"yesterday": 1, "twodays": 2, "past": DaysAgoUnknown}[id]
		switch {
		case n == 0:
			n = 1
		case id == "untilnow":
			cur.ago, carried = 0, 0
		case id == "today" && cur.ago != 0: // "hôm qua sốt nay hết"
			carried = 0
			flush()
		case id == "today":
			carried = 0
		case when != 0 && !r.lasting(k, tokens, n):
			cur.ago = when
			if fresh {
				carried = when
			}
		}
		if id != "filler" && id != "joint" {
			fresh = false
		}
		for j := 0; j < n && k < len(tokens); j++ {
			cur.tokens = append(cur.tokens, tokens[k])
			k++
		}
	}
	flush()
	return joinDays(out)
}

// joinDays puts clauses of one day together again.
func joinDays(parts []dayPart) []dayPart {
	var out []dayPart
	for _, p := range parts {
		if last := len(out) - 1; last >= 0 && out[last].ago == p.ago {
			out[last].tokens = append(out[last].tokens, p.tokens...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// lasting reports that a day of before is where something began: "từ hôm qua".
func (r *checkupReader) lasting(k int, tokens []int, n int) bool {
	for m := 1; m <= 3 && k-m >= 0; m++ {
		if id, l := checkupWords.match(r.ts, tokens[k-m]); id == "since" && l >= m {
			return true
		}
	}
	if k+n < len(tokens) {
		id, _ := checkupWords.match(r.ts, tokens[k+n])
		return id == "untilnow"
	}
	return false
}

// words writes tokens as a text again, with what stood between them.
func (r *checkupReader) words(tokens []int) string {
	var b strings.Builder
	for k, i := range tokens {
		if k > 0 {
			if tokens[k-1] == i-1 {
				b.WriteString(r.text[r.ts[i-1].to:r.ts[i].from])
			} else if r.ts[i].breaks() {
				b.WriteString(", ")
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(r.text[r.ts[i].from:r.ts[i].to])
	}
	return b.String()
}

// health reads the words of one person for one day. before are the symptoms of
// an earlier day in the same message.
func (r *checkupReader) health(tokens []int, before []string, noone, figures bool) (t Told) {
	t.Health, t.Ask = HealthUnknown, DoubtWhat
	text := r.words(tokens)
	if noone {
		text = "không " + text
	}
	ts := tokens2(text)
	its := items(ts, feelingWords)
	read, strange, ok := readWords(text, feelingWords, true)
	unknown := strange > 0
	ill, bare, terms, gone := false, false, false, false
	for i, it := range its {
		switch {
		case it.isTerm():
			terms = true
			if slices.Contains(it.ids, "emergency") && !deniedBefore(its, i) {
				ill, r.called = true, true
			}
		case it.id == "unknown", it.id == "-", it.id == "took":
			unknown = true
		case it.id == "number":
			unknown = unknown || !countsSomething(ts, it, its, i)
		case it.id == "unwell":
			ill = ill || !deniedBefore(its, i)
			unknown = unknown || deniedBefore(its, i)
		case it.id == "gone":
			gone = true
		case it.id == "no" || it.id == "nolist":
			switch denies(its, i) {
			case "healthy":
				ill = true
			case "":
				bare = true
			}
		}
	}
	if unknown {
		r.strange++
		t.Person = strangeWords
	}
	drop := func(ids []string) []string {
		return slices.DeleteFunc(ids, func(id string) bool { return id == "emergency" })
	}
	switch {
	case ok && len(drop(read.present)) > 0:
		t.Health, t.Symptoms, t.Absent, t.Ask = HealthIll, drop(read.present), drop(read.absent), DoubtNone
	case ill:
		t.Health = HealthIll
		if ok {
			t.Absent = drop(read.absent)
		}
	case ok && read.none && !unknown && !bare:
		t.Health, t.Absent, t.Ask = HealthWell, drop(read.absent), DoubtNone
	case ok && len(read.absent) > 0:
		t.Absent = drop(read.absent)
		if !unknown {
			t.Ask = DoubtRest
		}
	case gone && !terms && len(before) > 0 && !unknown:
		t.Absent, t.Ask = slices.Clone(before), DoubtRest
	}
	slices.Sort(t.Absent)
	t.Absent = slices.Compact(t.Absent)
	return t
}

func tokens2(s string) []token { return tokens(s) }

// denies is what a no at item i speaks of: "term", "all", "healthy", or "" for
// nothing.
func denies(its []item, i int) string {
	for _, it := range its[i+1:] {
		switch {
		case it.breaks:
			return ""
		case it.isTerm():
			return "term"
		case it.id == "all" || it.id == "none":
			return "all"
		case it.id == "healthy":
			return "healthy"
		case it.id == "filler" || it.id == "have" || it.id == "and" || it.id == "number" || it.id == "strong" || it.id == "unwell":
		default:
			return ""
		}
	}
	return ""
}

// countsSomething reports a number that says how long or how often.
func countsSomething(ts []token, _ item, its []item, i int) bool {
	_ = ts
	return i+1 < len(its) && its[i+1].id == "filler" || strconv.Itoa(i) == ""
}
