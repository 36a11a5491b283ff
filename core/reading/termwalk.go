package reading

import "slices"

// stance is what was said of one term.
type stance byte

const (
	present stance = iota + 1
	absent
	gone // it was there and is over: not present, yet no "I never had any"
)

// mood is what the words before a term say of it.
type mood byte

const (
	plain  mood = iota
	having      // "còn", "chỉ", "hơi"
	denying
	denyingList // "không có", "không bị": a list may follow
	over
	hedging
)

// walker goes through the items once and keeps what is said of each term.
type walker struct {
	items       []item
	health      bool // whether feeling well means having none
	temperature float64

	state    map[string]stance
	order    []string // terms as they came
	mood     mood
	covered  int      // terms that the mood has already spoken of
	clause   []string // terms of this clause
	listed   []string // after a comma behind a bare "no": denied or not?
	joiner   string   // "or" or "and", when it stands directly before
	claim    bool     // "none at all" was said
	bareNo   bool     // by a lone "không" with a comma after it
	denials  int
	unknown  bool
	fail     bool
	asked    []string // terms followed by "không" at a clause's end
	answered int      // clauses that end in "có" or "không" behind their term
	clauses  int      // clauses that hold a term
}

func (w *walker) walk() {
	for i := range w.items {
		it := w.items[i]
		if colon := it.gap == ":" || it.gap == "="; it.breaks && !(colon && (it.id == "no" || it.id == "have")) {
			w.comma(colon)
		}
		joiner := w.joiner
		w.joiner = ""
		switch {
		case it.isTerm():
			w.term(i, joiner)
		case it.id == "no" || it.id == "nolist":
			w.no(i)
		case it.id == "gone":
			w.gone(i)
		case it.id == "fever!":
			w.set("fever", gone)
		case it.id == "still", it.id == "have":
			w.have(i)
		case it.id == "but":
			w.mood, w.covered = having, 0
		case it.id == "or", it.id == "and":
			w.joiner = it.id
		case it.id == "strong":
			denied := w.mood == denying || w.mood == denyingList
			w.fail = w.fail || denied && len(w.listed) == 0 && w.items[i-1].isTerm()
			w.settle(present) // "không sốt, ho nhiều"
		case it.id == "slight":
			w.settle(present)
		case it.id == "all":
			w.all()
		case it.id == "healthy":
			if w.health {
				w.claim = true
			} else {
				w.unknown = true
				w.fail = w.fail || len(w.clause) > 0 // "gan phổi đều tốt"
			}
		case it.id == "none":
			w.claim = true
		case it.id == "unwell":
			w.unknown = true
		case it.id == "hedge":
			w.mood, w.covered = hedging, 0
			w.fail = w.fail || !w.termAhead(i, true) && len(w.order) == 0
		case it.id == "-", it.id == "took", it.id == "unknown":
			w.unknown = true
			if w.mood == denying || w.mood == denyingList {
				w.mood, w.covered = plain, 0 // "không đi làm vì sốt"
			}
		}
	}
	w.comma(false)
}

// comma ends a clause. Behind "không có triệu chứng:" the list still follows.
func (w *walker) comma(colon bool) {
	if len(w.clause) > 0 {
		w.clauses++
		w.clause = nil
	}
	switch w.mood {
	case denying, denyingList, over:
		if w.covered == 0 && !colon {
			w.mood = plain
		}
	default:
		w.mood, w.covered = plain, 0
	}
}

// term takes a symptom or condition under the mood of the words before it.
func (w *walker) term(i int, joiner string) {
	it := w.items[i]
	for _, id := range it.ids {
		w.clause = append(w.clause, id)
		switch w.mood {
		case plain, having:
			if w.bareNo && w.mood == plain {
				w.fail = true // "không, ho": which?
			}
			w.set(id, present)
		case hedging:
			w.fail = true
		case over:
			if w.covered > 0 && joiner != "or" {
				w.fail = true // "hết sốt và ho"
			}
			w.set(id, gone)
		case denyingList:
			w.deny(id)
		case denying:
			w.denied(id, it, joiner)
		}
	}
	w.covered++
	if w.mood == having || w.mood == hedging {
		w.covered = 0
	}
}

// denied takes a term somewhere behind a bare "không".
func (w *walker) denied(id string, it item, joiner string) {
	switch {
	case w.covered == 0, joiner == "or":
		w.deny(id)
	case it.breaks && w.hasPresent():
		// "ho, không sốt, đau đầu": a list of both kinds, each for itself.
		w.set(id, present)
	case it.breaks, joiner == "and":
		w.listed = append(w.listed, id)
	case w.hasPresent():
		w.fail = true // "sot k ho kho tho"
	default:
		w.deny(id) // "khong sot ho"
	}
}

func (w *walker) deny(id string) {
	w.set(id, absent)
	w.denials++
}

// no takes a negation: before its terms, alone, or behind them.
func (w *walker) no(i int) {
	ahead := w.termAhead(i, false)
	switch {
	case ahead:
	case len(w.clause) > 0 && w.endsClause(i) && !w.allAhead(i):
		last := w.clause[len(w.clause)-1]
		if w.items[i].gap == ":" || w.items[i].gap == "-" || w.items[i].gap == "=" {
			w.state[last] = absent
			w.denials++
		} else {
			w.asked = append(w.asked, last)
		}
		w.answered++
		return
	case w.endsClause(i) && w.allAhead(i):
		// "không có triệu chứng gì": all() follows.
	case w.endsClause(i):
		w.claim = true
		w.bareNo = w.bareNo || i < len(w.items)-1
	}
	w.settleListed()
	w.mood, w.covered = denying, 0
	if w.items[i].id == "nolist" {
		w.mood = denyingList
	}
}

// gone takes "hết": before its term, or behind what is over.
func (w *walker) gone(i int) {
	switch {
	case w.allAhead(i) && !w.termAhead(i, false):
		w.mood, w.covered = over, 0
	case w.claim && len(w.order) == 0: // "không bệnh gì hết"
	case !w.health:
		w.fail = true // a cancer that is over still counts for some doctors
	case w.termAhead(i, false):
		w.mood, w.covered = over, 0
	default:
		var now []string
		for _, id := range w.order {
			if w.state[id] == present {
				now = append(now, id)
			}
		}
		switch {
		case len(now) == 1:
			w.set(now[0], gone)
		case len(now) > 1:
			w.fail = true // which of them?
		}
	}
}

// have takes "có", "còn", "chỉ": the next terms are present. Behind a term, at
// the end of its clause, "có" answers for it.
func (w *walker) have(i int) {
	if len(w.clause) > 0 && w.endsClause(i) {
		w.answered++
		return
	}
	if w.mood == hedging || w.mood == denying && w.covered == 0 || w.mood == denyingList && w.covered == 0 {
		return // "không hề bị", "hình như có"
	}
	w.mood, w.covered = having, 0
}

// all takes "gì", "triệu chứng": what widens a negation to everything.
func (w *walker) all() {
	switch {
	case (w.mood == denying || w.mood == denyingList || w.mood == over) && w.covered == 0:
		w.claim, w.bareNo = true, true
	case w.mood == denying || w.mood == denyingList:
		w.settle(absent)
	}
}

// settle decides what a bare "không" before a comma left open.
func (w *walker) settle(s stance) {
	for _, id := range w.listed {
		w.set(id, s)
		if s == absent {
			w.denials++
		}
	}
	w.listed = nil
}

// settleListed leaves what was never decided to be asked again.
func (w *walker) settleListed() {
	w.fail = w.fail || len(w.listed) > 0
	w.listed = nil
}

func (w *walker) set(id string, s stance) {
	if old, ok := w.state[id]; ok {
		if old == present && s == absent || old == absent && s == present {
			w.fail = true // said and denied
		}
	} else {
		w.order = append(w.order, id)
	}
	w.state[id] = s
}

func (w *walker) hasPresent() bool {
	for _, s := range w.state {
		if s == present {
			return true
		}
	}
	return false
}

// termAhead reports whether a term follows item i in its clause with nothing
// but words of grammar between; far allows any words.
func (w *walker) termAhead(i int, far bool) bool {
	for _, it := range w.items[i+1:] {
		switch {
		case it.breaks:
			return false
		case it.isTerm():
			return true
		case far || it.id == "filler" || it.id == "have" || it.id == "all" || it.id == "number" || it.id == "and":
		default:
			return false
		}
	}
	return false
}

// allAhead reports whether a word of everything follows in the clause.
func (w *walker) allAhead(i int) bool {
	for _, it := range w.items[i+1:] {
		switch {
		case it.breaks:
			return false
		case it.id == "all":
			return true
		case it.id != "filler" && it.id != "have":
			return false
		}
	}
	return false
}

// endsClause reports whether only words of courtesy follow in the clause.
func (w *walker) endsClause(i int) bool {
	for _, it := range w.items[i+1:] {
		switch {
		case it.breaks:
			return true
		case it.id != "filler" && it.id != "all" && it.id != "and":
			return false
		}
	}
	return true
}

// result draws the sum. question is whether the text ends in a question mark.
func (w *walker) result(question bool) (terms, bool) {
	if len(w.asked) > 0 {
		// "sốt có, ho không" answers item by item; a lone "sốt không" asks.
		if w.clauses < 2 || w.answered < w.clauses {
			w.fail = true
		}
		for _, id := range w.asked {
			w.state[id] = absent
			w.denials++
		}
	}
	w.settleListed()
	r := terms{present: []string{}, temperature: w.temperature}
	if w.temperature >= feverFrom && w.state["fever"] == 0 && w.health {
		w.state["fever"] = present
	}
	for id, s := range w.state {
		if s == present {
			r.present = append(r.present, id)
		} else {
			r.absent = append(r.absent, id)
		}
	}
	slices.Sort(r.present)
	slices.Sort(r.absent)
	if w.fail || question {
		return terms{present: []string{}}, false
	}
	if len(r.present) == 0 && !w.unknown {
		r.none = w.claim || w.denials >= 2 && w.denials == len(r.absent)
	}
	return r, len(r.present) > 0 || len(r.absent) > 0 || r.none || r.temperature != 0
}
