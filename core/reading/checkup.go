package reading

import (
	"slices"
	"strings"
)

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
	Person      int // place in the household from 1; 0: somebody of it, not said whom
	Ago         int // 0 today, 1 yesterday, 2 the day before; DaysAgoUnknown
	Health      Health
	Symptoms    []string // ids of docs/reference/vietnam.md 2.4 and the danger signs of follow-up.md 2c, sorted; empty with HealthIll: unwell, not said how
	Absent      []string // denied or over, sorted
	Temperature float64  // °C, 0 when not told; of several the highest
	SpO2        int      // %, 0 when not told; of several the lowest
	Ask         Doubt    // what of this person must be asked
}

// Checkup is what one message says in answer to the daily question.
type Checkup struct {
	Told     []Told // by person, then by day, today first; nobody twice for one day
	Ask      Doubt  // the first of all doubts; DoubtNone: the message is whole
	Question bool   // it asks something too, or only
	// Red: it names a danger sign or calls for help, understood or not: they are
	// told 115 at once. That it was denied, or is over, does not count.
	Red bool
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

// dangerSigns are the symptoms by which a check-up is red at once, before any
// rule (docs/reference/follow-up.md 2c).
var dangerSigns = []string{"short_of_breath", "chest_pain", "confusion", "hard_to_wake", "convulsion", "blue_lips", "cannot_drink", "child_breathing"}

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
	best := readCheckup(text, people)
	if best.Ask == DoubtNone || best.Ask == DoubtQuestion || len(text) > 500 {
		return best
	}
	for _, t := range Repairs(text) {
		// "soots 38.5": a guess is believed only where it leaves no doubt and
		// loses nothing that was read without it.
		if c := readCheckup(t, people); c.Ask == DoubtNone && len(c.Told) > 0 && c.holds(best) {
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
		same := func(t Told) bool {
			return (o.Person == 0 || t.Person == o.Person) && t.Ago == o.Ago && t.Temperature >= o.Temperature && (o.SpO2 == 0 || t.SpO2 == o.SpO2) &&
				(o.Health != HealthIll || t.Health == HealthIll) && !slices.ContainsFunc(o.Symptoms, func(id string) bool { return !slices.Contains(t.Symptoms, id) })
		}
		if o.Ask != DoubtTemperature && o.Ask != DoubtSpO2 && slices.ContainsFunc(c.Told, same) {
			continue
		}
		return false
	}
	return true
}

func readCheckup(text string, people []string) Checkup {
	r := checkupReader{text: Clean(text), people: max(len(people), 1), names: householdNames(people)}
	r.ts = tokens(r.text)
	r.mood()
	c := Checkup{Red: r.sos}
	if len(r.ts) > 120 {
		c.Red = c.Red || saysDanger(r.ts[:120])
		c.Ask = DoubtWhat
		return c
	}
	r.roles = make([]role, len(r.ts))
	r.measure()
	r.question()
	r.refer()
	c.Told = r.tell()
	c.Question = r.asked
	c.Red = c.Red || r.danger(c.Told)
	return r.conclude(c)
}

// conclude finds what must be asked.
func (r *checkupReader) conclude(c Checkup) Checkup {
	found := map[Doubt]bool{DoubtWho: r.whom}
	for _, t := range c.Told {
		found[t.Ask] = true
		found[DoubtWho] = found[DoubtWho] || t.Person == 0
		found[DoubtDay] = found[DoubtDay] || t.Ago != 0 && !slices.ContainsFunc(c.Told, func(u Told) bool { return u.Ago == 0 && u.Person == t.Person })
	}
	switch {
	case len(c.Told) > 0 || r.whom:
	case c.Question:
		found[DoubtQuestion] = true
	default:
		found[DoubtWhat] = true
	}
	for _, d := range doubts {
		if found[d] {
			c.Ask = d
			break
		}
	}
	return c
}

// danger reports a danger sign among what was told, or in words that were not
// understood.
func (r *checkupReader) danger(told []Told) bool {
	sure := !r.asked && r.strange == 0
	for _, t := range told {
		if slices.ContainsFunc(t.Symptoms, func(id string) bool { return slices.Contains(dangerSigns, id) }) {
			return true
		}
		sure = sure && (t.Ask == DoubtNone || t.Ask == DoubtRest)
	}
	return !sure && saysDanger(r.ts) || r.called
}

// saysDanger reports a danger sign that is not denied right before it.
func saysDanger(ts []token) bool {
	its := items(ts, feelingWords)
	for i, it := range its {
		sign := slices.ContainsFunc(it.ids, func(id string) bool { return slices.Contains(dangerSigns, id) || id == "emergency" })
		if sign && !deniedBefore(its, i) {
			return true
		}
	}
	return false
}

// deniedBefore reports a no, or an end, that speaks of item i.
func deniedBefore(its []item, i int) bool {
	for j := i - 1; j >= 0 && !its[j+1].breaks; j-- {
		switch its[j].id {
		case "no", "nolist", "gone":
			return true
		case "filler", "have", "all", "or", "and":
		default:
			if !its[j].isTerm() {
				return false
			}
		}
	}
	return false
}

// sick and help are pictures that say what a word would; glad ones may stand
// beside any answer.
const (
	sickPictures = "🤒🤕🤧🤢🤮🥵🥶😷😵🤯💀😭😢😞😩😫😣🥴😖😓🩹💊🏥"
	helpPictures = "🆘🚑"
	gladPictures = "👍👌✅🆗🙏😊😀😃😄😁🙂☺😘🥰😍❤♥💪✌🌹🌸💐🎉👋🤝☀🌞😉😇🤗💯⭐🌟✔☑🏻🏼🏽🏾🏿🏠👪👨👩👧👦"
)

// mood looks at the pictures, which tokens leave out.
func (r *checkupReader) mood() {
	for _, p := range r.text {
		switch {
		case p < 0x2190:
		case strings.ContainsRune(helpPictures, p):
			r.sos, r.sick = true, true
		case strings.ContainsRune(sickPictures, p):
			r.sick = true
		case strings.ContainsRune(gladPictures, p):
		case p >= 0x2190 && p < 0x3000 || p >= 0x1f000 && p < 0x20000:
			r.odd = true
		}
	}
}
