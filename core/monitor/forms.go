package monitor

import (
	"slices"

	"khaibao/core"
)

// Surveillance is the form of surveillance (loại hình giám sát) that officers
// write down, docs/reference/vietnam.md 2.6.
type Surveillance string

// The seven forms.
const (
	SurveillanceTreatment Surveillance = "treatment"  // cách ly tại cơ sở y tế, điều trị
	SurveillanceCentral   Surveillance = "central"    // cách ly tập trung
	SurveillanceHome      Surveillance = "home"       // cách ly y tế tại nhà, nơi lưu trú
	SurveillanceWatch     Surveillance = "watch"      // giám sát y tế tại nhà, nơi lưu trú
	SurveillanceSelf      Surveillance = "self_watch" // tự theo dõi sức khỏe
	SurveillanceNone      Surveillance = "none"       // không phải giám sát
	SurveillanceEnded     Surveillance = "ended"      // đã kết thúc
)

// Tie is one row of the table that holds measures, forms of surveillance and
// kinds of monitoring together.
type Tie struct {
	Measure core.Measure
	Form    Surveillance
	Kind    core.Kind // KindNone: nobody asks each day
}

// ties: where a measure or a form stands twice, the first row is what it means
// when nothing else is said. The form "ended" is no row: it is what any of them
// becomes.
var ties = []Tie{
	{core.MeasureTreatment, SurveillanceTreatment, core.KindPatient}, // in a hospital nobody opens a monitoring
	{core.MeasureCentral, SurveillanceCentral, core.KindCentral},
	{core.MeasureHome, SurveillanceHome, core.KindHome},
	{core.MeasureWatch, SurveillanceWatch, core.KindWatch},
	{core.MeasureWatch, SurveillanceWatch, core.KindLockdown},
	{core.MeasureSelf, SurveillanceSelf, core.KindNone},
	{core.MeasureNone, SurveillanceNone, core.KindNone},
}

// Ties is the table, the strictest measure first.
func Ties() []Tie { return slices.Clone(ties) }

// KindOf is the kind of monitoring that goes with a measure, KindNone for one
// that nobody watches over.
func KindOf(m core.Measure) core.Kind {
	for _, t := range ties {
		if t.Measure == m {
			return t.Kind
		}
	}
	return core.KindNone
}

// Surveillances lists the seven forms, the strictest first.
func Surveillances() []Surveillance {
	return []Surveillance{SurveillanceTreatment, SurveillanceCentral, SurveillanceHome, SurveillanceWatch, SurveillanceSelf, SurveillanceNone, SurveillanceEnded}
}

// KindFor is the kind of monitoring that a form of surveillance asks for when an
// officer writes it down, KindNone for one that is only recorded. Treatment is
// only recorded: in a hospital nobody is asked each day, and a patient at home is
// for the health station to open. ok is false for no form.
func KindFor(form Surveillance) (kind core.Kind, ok bool) {
	if !slices.Contains(Surveillances(), form) {
		return core.KindNone, false
	}
	for _, t := range ties {
		if t.Form == form && form != SurveillanceTreatment {
			return t.Kind, true
		}
	}
	return core.KindNone, true
}

// MeasureOf is the measure that a kind of monitoring watches over.
func MeasureOf(k core.Kind) core.Measure {
	for _, t := range ties {
		if t.Kind == k && k != core.KindNone {
			return t.Measure
		}
	}
	return core.MeasureNone
}

// FormOf is the form of surveillance of a monitoring: by its kind, and ended
// once it is over.
func FormOf(m core.Monitoring) Surveillance {
	if !m.Ended.IsZero() {
		return SurveillanceEnded
	}
	for _, t := range ties {
		if t.Kind == m.Kind && m.Kind != core.KindNone {
			return t.Form
		}
	}
	return SurveillanceNone
}
