package triage

import (
	"math/bits"

	"khaibao/core"
	"khaibao/core/area"
)

// view is what is known of a person, ready for the conditions.
type view struct {
	said          *Said
	day, today    ordinal
	symptoms      uint64
	fresh         uint64
	symptomsKnown bool
	spo2          int     // 0 also for a reading that cannot be
	temperature   float64 // likewise
	exposures     uint64
	conditions    uint64
	classes       uint64 // that hold: the officer's word and all that was proposed
	kind          uint64
	vaccinated    uint64
	abroad        bool
	colour        int // rank, once the colours are weighed
	touched       touched
	lastInside    ordinal // last day in an area that gave a class
}

// openStart lies before every day.
const openStart ordinal = -1 << 29

// look prepares a view of s by the values of r and the areas.
func (v *view) look(r *Rules, a *Areas, s *Said) {
	v.said, v.day = s, ordinalOf(s.Day)
	v.today = v.day
	if s.Today != "" {
		v.today = ordinalOf(s.Today)
	}
	v.lastInside = noDay
	v.lookAtHealth(r, s)
	v.vaccinated = r.vaccine.of(s, v.day)
	if s.Kind != core.KindNone {
		v.kind = kindWords.bits[string(s.Kind)]
	}
	v.conditions = conditionWords.set(s.Conditions, 0)
	// What was said of an exposure before the window no longer counts by these rules.
	if last := ordinalOf(s.ExposureLast); last == noDay || last >= v.day-ordinal(r.window) {
		v.exposures = exposureWords.set(s.Exposures, 0)
	}
	for _, c := range s.Countries {
		v.abroad = v.abroad || c != "VN"
	}
	v.lookAround(r, a, s)
}

// Readings that no living person has are mistakes: what was meant is not known.
const (
	leastSpO2, mostSpO2               = 40, 100
	leastTemperature, mostTemperature = 30.0, 45.0
)

func (v *view) lookAtHealth(r *Rules, s *Said) {
	v.symptomsKnown = s.SymptomsKnown
	v.symptoms = symptomWords.set(s.Symptoms, symptomWords.bits[otherSymptom])
	if s.SpO2 >= leastSpO2 && s.SpO2 <= mostSpO2 {
		v.spo2 = s.SpO2
	}
	if s.Temperature >= leastTemperature && s.Temperature <= mostTemperature {
		v.temperature = s.Temperature
	}
	if v.spo2 != s.SpO2 || v.temperature != s.Temperature {
		v.symptomsKnown = false
	}
	if r.feverFrom > 0 && v.temperature >= r.feverFrom {
		v.symptoms |= symptomWords.bits["fever"]
	}
	v.fresh = v.symptoms &^ symptomWords.set(s.Before, 0)
}

// lookAround finds the areas that the person touched inside the window.
func (v *view) lookAround(r *Rules, a *Areas, s *Said) {
	first := v.day - ordinal(r.window)
	home := place{Stay: Stay{Code: s.Commune, Sub: s.Sub}, from: openStart, until: v.day}
	if home.Code == "" {
		if home.Code = s.District; home.Code == "" {
			home.Code = s.Province
		}
	}
	// Who comes lives there only from then on; a journey ahead touches what is
	// known to be in force that day.
	if arrived := ordinalOf(s.ArrivedOn); arrived != noDay {
		home.from, home.until = arrived, max(arrived, v.day)
	}
	v.place(a, lives, &home, first)
	for i := range s.Passed {
		p := place{Stay: s.Passed[i], from: noDay, until: noDay}
		v.abroad = v.abroad || country(p.Code) && p.Code != "VN"
		if a.Len() == 0 {
			continue
		}
		if p.From != "" || p.Until != "" {
			if p.from = ordinalOf(p.From); p.from == noDay {
				p.from = openStart
			}
			if p.until = ordinalOf(p.Until); p.until == noDay {
				p.until = v.day
			}
		}
		for _, d := range p.Days {
			// One day that cannot be read leaves all open: it may be any.
			o := ordinalOf(d)
			if o == noDay {
				p.days = nil
				break
			}
			p.days = append(p.days, o)
		}
		v.place(a, passed, &p, first)
	}
}

func (v *view) place(a *Areas, how int, p *place, first ordinal) {
	if a.Len() == 0 || p.Code == "" {
		return
	}
	if unit, ok := area.Get(p.Code); ok {
		p.Code = unit.Code // of one that a later list renamed
	}
	a.meet(&v.touched, how, p, first, v.day)
}

// of is how far a person is protected on a day; what was not told does not count.
func (c vaccine) of(s *Said, day ordinal) uint64 {
	if recovered := lastOrdinalOf(s.RecoveredOn); recovered != noDay && c.recovered > 0 {
		if first := firstOrdinalOf(s.RecoveredOn); recovered <= day && day-first <= ordinal(c.recovered) {
			return vaccinatedFull
		}
	}
	last := lastOrdinalOf(s.LastDose)
	if c.doses == 0 || s.Doses == 0 || last == noDay || day-last < ordinal(c.after) {
		return vaccinatedNone
	}
	if s.Doses >= c.doses && (c.within == 0 || day-firstOrdinalOf(s.LastDose) <= ordinal(c.within)) {
		return vaccinatedFull
	}
	return vaccinatedPartly
}

func ones(set uint64) int { return bits.OnesCount64(set) }
