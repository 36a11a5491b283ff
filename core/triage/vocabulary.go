package triage

import (
	"slices"

	"khaibao/core"
)

// vocabulary gives each ID a bit, so that rules compare sets.
type vocabulary struct {
	ids  []string
	bits map[string]uint64
}

func newVocabulary(ids ...string) vocabulary {
	v := vocabulary{ids: ids, bits: make(map[string]uint64, len(ids))}
	for i, id := range ids {
		v.bits[id] = 1 << i
	}
	return v
}

// The symptoms of docs/reference/vietnam.md 2.4, then the danger signs of
// docs/reference/follow-up.md 2c that a declaration does not ask for, then what
// was told and stands in no list.
var symptomWords = newVocabulary("fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue",
	"loss_of_smell", "loss_of_taste", "headache", "runny_nose", "diarrhea", "nausea", "muscle_pain", "chest_pain", "chills", "rash", "skin_bleeding",
	"confusion", "hard_to_wake", "convulsion", "blue_lips", "cannot_drink", "child_breathing",
	otherSymptom)

const otherSymptom = "other"

var exposureWords = newVocabulary("case", "epidemic_area", "person_from_area")

var conditionWords = newVocabulary("liver", "blood", "lung", "kidney", "heart", "hypertension", "hiv_immune", "transplant", "diabetes", "cancer", "pregnant")

var classWords = newVocabulary(string(core.ClassNone), string(core.ClassUnknown), string(core.ClassReturnee), string(core.ClassContact),
	string(core.ClassF3), string(core.ClassF2), string(core.ClassF1), string(core.ClassF0))

var kindWords = newVocabulary(string(core.KindCentral), string(core.KindHome), string(core.KindWatch), string(core.KindLockdown), string(core.KindPatient))

// measureWords are in the order of their strictness.
var measureWords = newVocabulary(string(core.MeasureNone), string(core.MeasureSelf), string(core.MeasureWatch), string(core.MeasureHome),
	string(core.MeasureCentral), string(core.MeasureTreatment))

// What rules may propose, and ask for.
var (
	proposedWords = newVocabulary(classWords.ids[1:4]...)
	askedWords    = newVocabulary(measureWords.ids[1:]...)
)

// levelWords are the levels of areas, the worst last (NQ 128/NQ-CP, October 2021).
var levelWords = newVocabulary("green", "yellow", "orange", "red")

// Symptoms are the symptom IDs that a rule file may name.
func Symptoms() []string { return slices.Clone(symptomWords.ids) }

// Exposures are the exposure IDs that a rule file may name.
func Exposures() []string { return slices.Clone(exposureWords.ids) }

// Conditions are the IDs of underlying diseases that a rule file may name.
func Conditions() []string { return slices.Clone(conditionWords.ids) }

// Levels are the levels of an epidemic area, the worst last.
func Levels() []string { return slices.Clone(levelWords.ids) }

// set is the bits of some IDs; an ID that is not in the vocabulary gives the
// bit of rest.
func (v vocabulary) set(ids []string, rest uint64) (bits uint64) {
	for _, id := range ids {
		if b, ok := v.bits[id]; ok {
			bits |= b
		} else {
			bits |= rest
		}
	}
	return bits
}
