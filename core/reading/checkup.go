package reading

import "slices"

// Health is how somebody is said to feel.
type Health string

// The ways to feel. HealthUnknown is never taken for well.
const (
	HealthUnknown Health = "unknown"
	HealthWell    Health = "well"
	HealthIll     Health = "ill"
)

// Doubt is what must be asked before an answer to a check-up is whole. What was
// understood beside it stands.
type Doubt string

// The doubts.
const (
	DoubtNone        Doubt = ""
	DoubtTemperature Doubt = "temperature" // a temperature that no living person has, or cannot be told apart: 83, 3.85, 385
	DoubtSpO2        Doubt = "spo2"        // an oxygen saturation that cannot be: 150
	DoubtWho         Doubt = "who"         // of several people: of whom?
	DoubtWhat        Doubt = "what"        // nothing of their health, or not understood
	DoubtRest        Doubt = "rest"        // a reading or a denial was told: how are they otherwise?
	DoubtDay         Doubt = "day"         // only another day was told: and today?
	DoubtQuestion    Doubt = "question"    // a question, and no answer
)

// doubts in the order in which they are asked.
var doubts = []Doubt{DoubtTemperature, DoubtSpO2, DoubtWho, DoubtWhat, DoubtRest, DoubtDay, DoubtQuestion}

// What a body can show. Beyond it somebody mistyped or misread.
const (
	MinTemperature, MaxTemperature = 34.0, 43.0 // °C
	MinSpO2, MaxSpO2               = 50, 100    // %
)

// spO2Ill is the SpO2 from which down nobody is taken for well, whatever they
// say: 94 %, docs/reference/follow-up.md 2c.
const spO2Ill = 94

// DaysAgoUnknown is Told.Ago of what was before, nobody said when.
const DaysAgoUnknown = -1

// Told is what a message says of one person for one day.
type Told struct {
	Person      int      `json:"person"`                  // place in the household from 1; 0: somebody of it, not said whom
	Ago         int      `json:"ago,omitempty"`           // 0 today, 1 yesterday, 2 the day before; DaysAgoUnknown
	Health      Health   `json:"health"`                  // as said, but for a reading that says otherwise
	Symptoms    []string `json:"symptoms,omitempty"`      // ids of docs/reference/vietnam.md 2.4 and the danger signs of follow-up.md 2c, sorted; empty with HealthIll: unwell, not said how
	Absent      []string `json:"absent,omitempty"`        // denied or over, sorted
	Temperature float64  `json:"temperature_c,omitempty"` // °C, 0 when not told; of several the highest
	SpO2        int      `json:"spo2,omitempty"`          // %, 0 when not told; of several the lowest
	Ask         Doubt    `json:"ask,omitempty"`           // what of this person must be asked
}

// Checkup is what one message says in answer to the daily question.
type Checkup struct {
	Told     []Told `json:"told"`               // by person, then by day, today first; nobody twice for one day
	Ask      Doubt  `json:"ask,omitempty"`      // the first of all doubts; DoubtNone: the message is whole
	Question bool   `json:"question,omitempty"` // it asks something too, or only
	// Red: it names a danger sign or calls for help, understood or not: they are
	// told 115 at once. That it was denied, or is over, does not count.
	Red bool `json:"red,omitempty"`
}

// Untold are the places, of a household of n, of whom nothing was said for
// today.
func (c Checkup) Untold(n int) []int {
	var out []int
	for place := 1; place <= n; place++ {
		if !slices.ContainsFunc(c.Told, func(t Told) bool { return t.Person == place && t.Ago == 0 }) {
			out = append(out, place)
		}
	}
	return out
}

var (
	feelingWords = newLexicon("danger", "symptoms", "grammar")
	checkupWords = newLexicon("checkup")
)

// ReadCheckup reads an answer to the daily question, all in one message. people
// are the names of those the phone answers for, in the order of the numbers they
// were shown; "" for a name that is not known.
//
// One person: 1 is well, 2 is unwell, else words and figures ("sốt 38.5, ho",
// "37.2 97"). Several: 0 is all well; a number or a name with words of health
// ("2 sốt, 1 khỏe", "12 ho", "An sốt, còn lại khỏe"). A bare number of several,
// or a bare "khỏe", is asked about.
//
// Nobody is well beside anything that was not understood, a symptom beside
// "khỏe" wins, and of two readings the worse. A bare "không" is no answer: to
// "có khỏe không?" it would say the opposite of what it says to "có sốt không?".
func ReadCheckup(text string, people []string) Checkup {
	best, strange := readCheckup(text, people)
	if strange == 0 || len(text) > 500 {
		return best
	}
	// "soots 38.5": a guess is believed only where it knows every word, and loses
	// nothing that was read without it.
	for _, t := range Repairs(text) {
		if c, left := readCheckup(t, people); left == 0 && len(c.Told) > 0 && c.holds(best) {
			return c
		}
	}
	return best
}

// holds reports whether every symptom and reading of another check-up is in c.
func (c Checkup) holds(other Checkup) bool {
	if other.Red && !c.Red || other.Question && !c.Question {
		return false
	}
	for _, o := range other.Told {
		if o.Ask == DoubtTemperature || o.Ask == DoubtSpO2 || !slices.ContainsFunc(c.Told, func(t Told) bool { return t.holds(o) }) {
			return false
		}
	}
	return true
}

// holds reports whether all that is known by o is known by t.
func (t Told) holds(o Told) bool {
	return (o.Person == 0 || t.Person == o.Person) && t.Ago == o.Ago && t.Temperature == o.Temperature && t.SpO2 == o.SpO2 &&
		(o.Health != HealthIll || t.Health == HealthIll) && !slices.ContainsFunc(o.Symptoms, func(id string) bool { return !slices.Contains(t.Symptoms, id) })
}

// maxCheckupTokens bounds the words of one answer.
const maxCheckupTokens = 120

// readCheckup reads a text as it stands. strange is how many runs of words were
// not understood.
func readCheckup(text string, people []string) (c Checkup, strange int) {
	r := checkupReader{text: Clean(text), people: max(len(people), 1), names: householdNames(people), figures: map[int]figure{}, refs: map[int]ref{}}
	r.ts = tokens(r.text)
	r.pictures()
	if len(r.ts) > maxCheckupTokens {
		return Checkup{Ask: DoubtWhat, Red: r.help || saysDanger(r.ts[:maxCheckupTokens])}, 0
	}
	r.roles = make([]role, len(r.ts))
	r.measure()
	r.question()
	r.refer()
	c.Told = r.tell()
	c.Question = r.asked
	c.Red = r.red(c.Told)
	c.Ask = r.doubt(c)
	return c, r.strange
}

// role is what a token of a check-up was found to be.
type role byte

const (
	roleText   role = iota
	roleFigure      // a reading
	roleAsked       // of a question
	rolePerson      // a number or a name
	roleChoice      // 1 or 2 of who answers for one person
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

	sick, help, odd bool // pictures: of illness, calling for help, of nobody knows what
	asked           bool // a question stands in it
	askedHealth     bool // one that speaks of health
	whom            bool // somebody was meant, not clear who
	strange         int  // runs of words that were not understood
}

// at is the token at i, the zero token beyond the text.
func (r *checkupReader) at(i int) token {
	if i < 0 || i >= len(r.ts) {
		return token{}
	}
	return r.ts[i]
}

// is reports whether the token at i fits a word.
func (r *checkupReader) is(i int, word string) bool {
	return i >= 0 && i < len(r.ts) && fits(r.ts[i].text, word)
}

// gapAfter is what stands between token i and the next, blanks and all.
func (r *checkupReader) gapAfter(i int) string {
	if i+1 < len(r.ts) {
		return r.text[r.ts[i].to:r.ts[i+1].from]
	}
	return r.text[r.ts[i].to:]
}

// doubt is the first thing that must be asked.
func (r *checkupReader) doubt(c Checkup) Doubt {
	found := map[Doubt]bool{DoubtWho: r.whom}
	for _, t := range c.Told {
		found[t.Ask] = true
		found[DoubtWho] = found[DoubtWho] || t.Person == 0
		today := func(u Told) bool { return u.Ago == 0 && u.Person == t.Person }
		found[DoubtDay] = found[DoubtDay] || !slices.ContainsFunc(c.Told, today)
	}
	switch {
	case len(c.Told) > 0 || r.whom:
	case c.Question && !r.askedHealth:
		return DoubtQuestion
	default:
		return DoubtWhat
	}
	for _, d := range doubts {
		if found[d] {
			return d
		}
	}
	return DoubtNone
}
