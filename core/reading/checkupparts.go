package reading

import "slices"

// ref is of whom the words behind it speak. One without places, all or rest is
// somebody who was meant but is not clear.
type ref struct {
	places []int
	all    bool
	rest   bool // all who are not spoken of elsewhere
	except bool // "trừ An": not as the others
	noone  bool // "không ai": of all, denied
	well   bool // 0: all are well
	zero   bool // 0 with words behind it: all are well, or "không"?
	tokens int
}

func (f ref) clear() bool { return len(f.places) > 0 || f.all || f.rest }

// and joins two that the same is said of. Of "cả nhà, 2 sốt" the 2 counts.
func (f ref) and(g ref) ref {
	joined := ref{tokens: f.tokens + g.tokens, except: f.except || g.except, noone: f.noone || g.noone, zero: f.zero || g.zero}
	switch {
	case !f.clear() || !g.clear():
	case len(f.places)+len(g.places) > 0:
		joined.places = append(slices.Clone(f.places), g.places...)
		slices.Sort(joined.places)
		joined.places = slices.Compact(joined.places)
	default:
		joined.all, joined.rest = f.all || g.all, f.rest || g.rest
	}
	return joined
}

// part is a run of tokens that speaks of the same people.
type part struct {
	who     ref
	tokens  []int // words, and the first token of each reading
	figures int
	choices []string
}

func (p *part) empty() bool { return p.who.tokens+len(p.tokens)+len(p.choices) == 0 }

// parts cuts the message by the people it speaks of.
func (r *checkupReader) parts() []part {
	var out []part
	var cur part
	flush := func() {
		cur.tokens = r.withoutJoints(cur.tokens)
		if !cur.empty() {
			out = append(out, cur)
		}
		cur = part{}
	}
	open := false // people were named, and nothing said of them yet
	for i := range r.ts {
		switch r.roles[i] {
		case rolePerson:
			f, begins := r.refs[i]
			switch {
			case !begins:
				continue
			case open:
				cur.who = cur.who.and(f)
			case cur.who.tokens == 0 && cur.figures == 0 && r.saysNothing(cur.tokens):
				cur.who = f // "hôm qua 1 sốt"
			default:
				flush()
				cur.who = f
			}
			open = !f.well
		case roleFigure:
			if _, begins := r.figures[i]; begins {
				cur.tokens = append(cur.tokens, i)
				cur.figures++
			}
			open = false
		case roleChoice:
			cur.choices = append(cur.choices, r.ts[i].text)
		case roleText:
			if !(open && r.joins(i)) {
				cur.tokens = append(cur.tokens, i)
				open = false
			}
		}
	}
	flush()
	return r.arranged(out)
}

// withoutJoints drops what leads to the next person: "khỏe, ngoại trừ | An ho".
func (r *checkupReader) withoutJoints(tokens []int) []int {
	if len(tokens) == 0 || tokens[len(tokens)-1]+1 >= len(r.ts) || r.roles[tokens[len(tokens)-1]+1] != rolePerson {
		return tokens
	}
	for n := 3; n > 0; n-- {
		if n > len(tokens) {
			continue
		}
		i := tokens[len(tokens)-n]
		id, k := checkupWords.match(r.ts, i)
		health, m := feelingWords.match(r.ts, i)
		if k == n && (id == "joint" || id == "except" || id == "number") || m == n && (health == "but" || health == "and") || n == 1 && (r.is(i, "chỉ") || r.is(i, "còn") || r.is(i, "thì")) {
			rest := tokens[:len(tokens)-n]
			if len(rest) > 0 && r.is(rest[len(rest)-1], "còn") { // "còn riêng"
				rest = rest[:len(rest)-1]
			}
			return rest
		}
	}
	return tokens
}

// joins reports a word between two people: "1 và 2".
func (r *checkupReader) joins(i int) bool {
	id, n := checkupWords.match(r.ts, i)
	return n > 0 && (id == "joint" || id == "number" || id == "pronoun" && i+1 < len(r.ts) && r.roles[i+1] == rolePerson)
}

// arranged leaves out courtesies, and turns "sốt: 3" around. Where people stand
// behind what is said of them without a colon, nobody can tell whose is whose.
func (r *checkupReader) arranged(parts []part) []part {
	if len(parts) < 2 {
		return parts
	}
	parts = slices.DeleteFunc(parts, func(p part) bool {
		return p.who.tokens == 0 && p.figures+len(p.choices) == 0 && r.saysNothing(p.tokens)
	})
	last := len(parts) - 1
	if last < 1 || parts[0].who.tokens > 0 || parts[last].who.tokens == 0 || !r.saysNothing(parts[last].tokens) || parts[last].figures > 0 || parts[last].who.except {
		return parts
	}
	turned := make([]part, last)
	for k := range turned {
		turned[k] = part{who: parts[k+1].who, tokens: parts[k].tokens, figures: parts[k].figures}
		if !r.headed(parts[k]) {
			turned[k].who = ref{tokens: 1}
		}
	}
	return turned
}

// headed reports a part that a colon divides from the people behind it.
func (r *checkupReader) headed(p part) bool {
	if len(p.tokens) == 0 {
		return false
	}
	next := p.tokens[len(p.tokens)-1] + 1
	return next < len(r.ts) && r.roles[next] == rolePerson && (r.ts[next].gap == ":" || r.ts[next].gap == "=")
}

// saysNothing reports tokens of courtesy, joints and days only.
func (r *checkupReader) saysNothing(tokens []int) bool {
	return r.only(tokens, "filler", "have", "and", "but")
}

// besideHealth are words of checkup.txt that say nothing of health.
var besideHealth = []string{"joint", "except", "pronoun", "number", "upto", "today", "yesterday", "twodays", "past", "since", "untilnow"}

// only reports tokens that are no more than some words of health, joints, days
// and forms of address; readings are passed over.
func (r *checkupReader) only(tokens []int, health ...string) bool {
	for k := 0; k < len(tokens); {
		i := tokens[k]
		id, n := checkupWords.match(r.ts, i)
		feeling, m := feelingWords.match(r.ts, i)
		switch {
		case r.roles[i] == roleFigure:
			k++
		case m > 0 && m >= n && slices.Contains(health, feeling):
			k += m
		case n > 0 && n >= m && slices.Contains(besideHealth, id):
			k += n
		default:
			return false
		}
	}
	return true
}

// tell reads what is said of each person for each day.
func (r *checkupReader) tell() []Told {
	if r.people == 1 {
		r.choose()
	}
	var specific, general []heard
	for _, p := range r.parts() {
		told := r.sayings(p)
		switch {
		case p.who.all || p.who.rest:
			general = append(general, told...)
		case p.who.clear():
			for _, place := range p.who.places {
				specific = merge(specific, told, place)
			}
		case p.who.tokens == 0 && r.people == 1:
			specific = merge(specific, told, 1)
		case p.who.tokens == 0 && r.saysAllWell(p.tokens): // "khỏe hết"
			general = append(general, told...)
		default:
			r.whom = true
			specific = merge(specific, told, 0)
		}
		r.whom = r.whom || r.people > 1 && slices.ContainsFunc(p.tokens, r.loose)
	}
	// What is said of one goes before what is said of all.
	for place := 1; place <= r.people; place++ {
		own := slices.Clone(specific)
		for _, s := range general {
			// A reading alone takes nothing from it: "cả nhà khỏe, An 36.5".
			i := slices.IndexFunc(own, func(o heard) bool { return o.Person == place && o.Ago == s.Ago })
			if i < 0 || own[i].Ask == DoubtRest && own[i].Health == HealthUnknown {
				specific = merge(specific, []heard{s}, place)
			}
		}
	}
	var out []Told
	for _, h := range specific {
		today := func(o heard) bool { return o.Person == h.Person && o.Ago == 0 }
		if h.Ago != 0 && h.Health == HealthUnknown && h.Temperature == 0 && h.SpO2 == 0 && slices.ContainsFunc(specific, today) {
			continue // "hôm qua em quên, hôm nay khỏe"
		}
		out = append(out, h.Told)
	}
	slices.SortStableFunc(out, func(a, b Told) int {
		if a.Person != b.Person {
			return a.Person - b.Person
		}
		return daysAgo(a) - daysAgo(b)
	})
	return out
}

func daysAgo(t Told) int {
	if t.Ago == DaysAgoUnknown {
		return 1 << 20
	}
	return t.Ago
}

// saysAllWell reports words that say of all who were asked about that they are
// well: "đều khỏe".
func (r *checkupReader) saysAllWell(tokens []int) bool {
	return slices.ContainsFunc(tokens, func(i int) bool {
		id, n := checkupWords.match(r.ts, i)
		return id == "allwell" && n > 1
	})
}

// loose reports a number that may be a person's and was not taken for one: "2
// sốt 3".
func (r *checkupReader) loose(i int) bool {
	return r.roles[i] == roleText && r.ts[i].num && !r.counted(i) && !r.dated(i) && len(r.placesOf(r.ts[i].text)) > 0
}

// choose finds the 1 and 2 of who answers for one person.
func (r *checkupReader) choose() {
	alone := len(r.ts) == 1
	for i, t := range r.ts {
		signed := containsAny(t.gap, "-+*/=<>%#") || r.percent(i) || i+1 < len(r.ts) && r.ts[i+1].num && containsAny(r.ts[i+1].gap, "-+*/=<>")
		if r.roles[i] != roleText || t.glue && i > 0 || r.counted(i) || r.dated(i) || t.num && signed {
			continue
		}
		// "1 chút" is a little.
		some := !r.at(i+1).breaks() && slices.Contains([]string{"chut", "it", "xiu", "ti", "tic", "phan", "nua", "vai", "minh"}, r.at(i+1).bare)
		if t.text == "2" || alone && fits(t.text, "hai") || (t.text == "1" || alone && fits(t.text, "một")) && !some {
			r.roles[i] = roleChoice
		}
	}
}
