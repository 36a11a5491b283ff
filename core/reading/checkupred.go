package reading

import (
	"slices"
	"strings"
)

// dangerSigns are the symptoms by which a check-up is red at once, before any
// rule (docs/reference/follow-up.md 2c); an emergency is a call for help, and no
// symptom.
var dangerSigns = []string{"short_of_breath", "chest_pain", "confusion", "hard_to_wake", "convulsion", "blue_lips", "cannot_drink", "child_breathing", emergency}

const emergency = "emergency"

func isDanger(id string) bool { return slices.Contains(dangerSigns, id) }

// red reports a danger sign among what was told, or in words that were not
// wholly understood: then it must be denied to be none.
func (r *checkupReader) red(told []Told) bool {
	sure := !r.asked && r.strange == 0
	for _, t := range told {
		if slices.ContainsFunc(t.Symptoms, isDanger) {
			return true
		}
		sure = sure && (t.Ask == DoubtNone || t.Ask == DoubtRest)
	}
	return r.help || !(sure && len(told) > 0) && saysDanger(r.ts)
}

// saysDanger reports a danger sign that is not denied right before it.
func saysDanger(ts []token) bool {
	its := items(ts, feelingWords)
	for i, it := range its {
		if slices.ContainsFunc(it.ids, isDanger) && !deniedBefore(its, i) {
			return true
		}
	}
	return false
}

// deniedBefore reports a no, or an end, that speaks of item i: in its clause, or
// at the head of a list of three and more, "không sốt, ho, khó thở". Of "không
// sốt, khó thở" it may speak or not.
func deniedBefore(its []item, i int) bool {
	listed := 0
	for j := i - 1; j >= 0; j-- {
		if its[j+1].breaks {
			if its[j+1].gap != "," || !its[j].isTerm() {
				return false
			}
			listed++
		}
		switch {
		case its[j].id == "no", its[j].id == "nolist", its[j].id == "gone":
			return listed != 1
		case its[j].isTerm(), its[j].id == "filler", its[j].id == "have", its[j].id == "all", its[j].id == "or", its[j].id == "and":
		default:
			return false
		}
	}
	return false
}

// Pictures that say what a word would; glad ones may stand beside any answer.
const (
	sickPictures = "🤒🤕🤧🤢🤮🥵🥶😷😵🤯💀😭😢😞😩😫😣🥴😖😓🩹💊🏥👎"
	helpPictures = "🆘🚑"
	gladPictures = "👍👌✅🆗🙏😊😀😃😄😁🙂☺😘🥰😍❤♥💪✌🌹🌸💐🎉👋🤝☀🌞😉😇🤗💯⭐🌟✔☑🏻🏼🏽🏾🏿🏠👪👨👩👧👦"
)

// pictures looks at what tokens leave out.
func (r *checkupReader) pictures() {
	for _, p := range r.text {
		switch {
		case p < 0x2190 || p >= 0x3000 && p < 0x1f000 || p >= 0x20000:
		case strings.ContainsRune(helpPictures, p):
			r.help = true
		case strings.ContainsRune(sickPictures, p):
			r.sick = true
		case !strings.ContainsRune(gladPictures, p):
			r.odd = true
		}
	}
}
