package reading

import (
	"slices"
	"strings"
)

// dayPart is the words of a part that speak of one day.
type dayPart struct {
	ago    int
	tokens []int
}

var daysBefore = map[string]int{"yesterday": 1, "twodays": 2, "past": DaysAgoUnknown}

// byDay cuts words by the days they speak of: "hôm qua sốt, nay khỏe". A day at
// the beginning of a clause holds for the clauses behind it too; one at the end
// for its own. "Từ hôm qua" is of today, since it lasts.
func (r *checkupReader) byDay(tokens []int) []dayPart {
	var out []dayPart
	cur, carried := dayPart{}, 0
	flush := func() {
		if last := len(out) - 1; last >= 0 && out[last].ago == cur.ago {
			out[last].tokens = append(out[last].tokens, cur.tokens...)
		} else if len(cur.tokens) > 0 {
			out = append(out, cur)
		}
		cur = dayPart{ago: carried}
	}
	head := true // nothing of weight was said yet in the clause
	for k := 0; k < len(tokens); {
		i := tokens[k]
		if r.ts[i].breaks() && len(cur.tokens) > 0 {
			flush()
			head = true
		}
		if r.roles[i] == roleFigure {
			cur.tokens = append(cur.tokens, i)
			k, head = k+1, false
			continue
		}
		id, n := checkupWords.match(r.ts, i)
		feeling, m := feelingWords.match(r.ts, i)
		if m > n { // "ho gió" holds no "giờ"
			id, n = "", m
		}
		before, isBefore := daysBefore[id]
		switch {
		case id == "untilnow":
			cur.ago, carried = 0, 0
		case id == "today":
			carried = 0
			if cur.ago != 0 { // "hôm qua sốt nay hết"
				flush()
			}
		case isBefore && !r.lasting(tokens, k, n):
			cur.ago = before
			if head {
				carried = before
			}
		case feeling != "filler" && id != "joint" && id != "pronoun":
			head = false
		}
		end := min(k+max(n, 1), len(tokens))
		cur.tokens = append(cur.tokens, tokens[k:end]...)
		k = end
	}
	flush()
	return out
}

// lasting reports that the day of before at tokens[k], of n tokens, is where
// something began: "từ hôm qua", "hôm qua tới giờ".
func (r *checkupReader) lasting(tokens []int, k, n int) bool {
	for m := 1; m <= min(3, k); m++ {
		if id, l := checkupWords.match(r.ts, tokens[k-m]); id == "since" && l >= m {
			return true
		}
	}
	next := k + n
	if next < len(tokens) {
		if id, _ := checkupWords.match(r.ts, tokens[next]); id == "joint" {
			next++
		}
	}
	if next == len(tokens) {
		return r.todayAnd(tokens, k)
	}
	id, _ := checkupWords.match(r.ts, tokens[next])
	return id == "untilnow" || id == "today" && next > k+n || r.todayAnd(tokens, k)
}

// todayAnd reports "hôm nay và" right before tokens[k].
func (r *checkupReader) todayAnd(tokens []int, k int) bool {
	if k < 2 {
		return false
	}
	joint, _ := checkupWords.match(r.ts, tokens[k-1])
	for m := 1; m <= min(3, k-1); m++ {
		if id, n := checkupWords.match(r.ts, tokens[k-1-m]); id == "today" && n >= m && joint == "joint" {
			return true
		}
	}
	return false
}

// phrase writes the words among tokens as a text again, with what stood between
// them.
func (r *checkupReader) phrase(tokens []int) string {
	var b strings.Builder
	for k, i := range tokens {
		switch {
		case r.roles[i] == roleFigure:
			b.WriteByte(' ')
			continue
		case k == 0:
		case tokens[k-1] == i-1:
			b.WriteString(r.text[r.ts[i-1].to:r.ts[i].from])
		case r.ts[i].breaks():
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(r.text[r.ts[i].from:r.ts[i].to])
	}
	return b.String()
}

// sayings reads one part, by day.
func (r *checkupReader) sayings(p part) []heard {
	var out []heard
	if p.who.well {
		out = append(out, heard{Told: Told{Health: HealthWell}})
	}
	for _, d := range r.byDay(p.tokens) {
		figures := slices.ContainsFunc(d.tokens, func(i int) bool { return r.roles[i] == roleFigure })
		h := heard{Told: Told{Health: HealthUnknown, Ask: DoubtWhat}}
		switch {
		case p.who.zero:
		case p.who.clear() && r.saysOK(d.tokens):
			h = heard{Told: Told{Health: HealthWell}}
		case !r.saysNothing(d.tokens):
			h = r.feeling(d.tokens, p.who.noone, out)
		case !figures && d.ago == 0: // courtesies
			continue
		}
		h.Ago = d.ago
		for _, i := range d.tokens {
			if f, ok := r.figures[i]; ok {
				h.measured(f)
			}
		}
		out = merge(out, []heard{h}, 0)
	}
	if len(out) == 0 { // a person or a choice, and no words
		out = append(out, heard{Told: Told{Health: HealthUnknown, Ask: DoubtWhat}})
	}
	last := &out[len(out)-1]
	if p.who.except && last.Health == HealthUnknown && r.saysNothing(p.tokens) {
		last.Health = HealthIll // "cả nhà khỏe trừ An"
	}
	last.choose(p.choices, r.only(p.tokens, "filler"))
	for i := range out {
		if out[i].Health == HealthWell && (r.sick || r.odd || r.help || r.askedHealth) {
			out[i].Health, out[i].Ask = HealthUnknown, DoubtWhat
		}
	}
	return out
}

// saysOK reports courtesies with an "ok" among them: "1 ok". Alone it may be no
// more than thanks.
func (r *checkupReader) saysOK(tokens []int) bool {
	return r.only(tokens, "filler") && slices.ContainsFunc(tokens, func(i int) bool {
		return slices.Contains([]string{"ok", "oke", "okie", "okay"}, r.ts[i].bare)
	})
}

func containsAny(s, chars string) bool {
	return slices.ContainsFunc([]rune(chars), func(c rune) bool { return strings.ContainsRune(s, c) })
}
