package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/reading"
)

// Of a thousand declarations, how many tell of a symptom and of an exposure.
const (
	illOf     = 40
	exposedOf = 30
)

var (
	symptomOrder  = []string{"fever", "cough", "short_of_breath", "pneumonia", "sore_throat", "fatigue"}
	symptomShares = newShares(`fever 30 | cough 40 | short_of_breath 6 | pneumonia 1 | sore_throat 32 | fatigue 26`)
	exposureOrder = []string{"case", "epidemic_area", "person_from_area"}
	exposures     = newShares(`case 15 | epidemic_area 60 | person_from_area 35`)

	conditionOrder = []string{"liver", "blood", "lung", "kidney", "heart", "hypertension", "hiv_immune", "transplant",
		"diabetes", "cancer", "pregnant"}
	// Of ten thousand people under 40, from 40 on and from 60 on.
	conditionRates = map[string][3]int{"liver": {40, 200, 300}, "blood": {20, 30, 40}, "lung": {40, 150, 500}, "kidney": {20, 80, 200},
		"heart": {30, 200, 900}, "hypertension": {60, 1200, 3800}, "hiv_immune": {15, 15, 8}, "transplant": {1, 3, 2},
		"diabetes": {20, 350, 1000}, "cancer": {8, 60, 180}}

	// hours of the day in which people declare: before work, at noon, after
	// the evening meal. None is in the last hour, so that a telephone that goes
	// round comes back before midnight.
	hours = newShares(`0 4 | 1 2 | 2 1 | 3 1 | 4 2 | 5 12 | 6 35 | 7 70 | 8 75 | 9 60 | 10 55 | 11 60 | 12 45 | 13 35 | 14 45 | 15 50 |
		16 55 | 17 60 | 18 65 | 19 90 | 20 95 | 21 70 | 22 35`)
)

func conditions(r *rand.Rand, p *person) []string {
	band := 0
	if p.age >= 40 {
		band = 1
	}
	if p.age >= 60 {
		band = 2
	}
	has := []string{}
	for _, c := range conditionOrder {
		rate := conditionRates[c][band]
		if c == "pregnant" && p.sex == female && p.age >= 19 && p.age <= 42 {
			rate = 450
		}
		if r.IntN(10_000) < rate {
			has = append(has, c)
		}
	}
	return has
}

// moment is when in the window something is declared: the more, the nearer to
// its end.
func (g *Generator) moment(r *rand.Rand) time.Time {
	u := r.Float64()
	ago := 1 + int(Window*u*(0.6+0.4*u))
	day := g.asOf.AddDate(0, 0, -ago)
	return day.Add(time.Duration(hours.index(r))*time.Hour + time.Duration(r.IntN(3_600_000))*time.Millisecond)
}

// declarations makes a person's n declarations, the oldest first. Once, they
// declare as the household's telephone goes round.
func (g *Generator) declarations(p *person, n int) []core.Declaration {
	r := g.source(forDeclarations, p.index)
	at := []time.Time{p.said.Add(time.Duration(p.index%blockSize) * 100 * time.Second)}
	for len(at) < n {
		at = append(at, g.moment(r))
	}
	slices.SortFunc(at, time.Time.Compare)
	for i := 1; i < n; i++ {
		if !at[i].After(at[i-1]) {
			at[i] = at[i-1].Add(time.Minute)
		}
	}
	facts, private := p.answers()
	who := p.facts()
	all := make([]core.Declaration, n)
	for i := range all {
		d := &all[i]
		*d = core.Declaration{Form: "resident", Day: core.DayOf(at[i]), At: at[i], Channel: p.channel, Phone: p.phone, Proven: p.proven,
			Notice: 1, Person: who, Private: private, Facts: make(map[string]any, len(facts)+3)}
		for key, value := range facts {
			d.Facts[key] = value
		}
		d.Facts["symptoms"] = some(r, illOf, symptomOrder, symptomShares)
		met := some(r, exposedOf, exposureOrder, exposures)
		d.Facts["exposures"] = met
		if len(met) > 0 {
			d.Facts["exposure_last"] = string(d.Day.Add(-r.IntN(14)))
		}
		if i == 0 && p.trip != nil {
			p.journey(d)
		}
	}
	return all
}

// some is the empty list but for so many in a thousand, who choose one to
// three, in the order of the form.
func some(r *rand.Rand, per int, order []string, s shares) []string {
	chosen := []string{}
	if !chance(r, per) {
		return chosen
	}
	picked := make(map[string]bool, 3)
	for range 1 + r.IntN(3)*r.IntN(2) {
		picked[s.pick(r)] = true
	}
	for _, c := range order {
		if picked[c] {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

func (p *person) facts() core.PersonFacts {
	return core.PersonFacts{Name: p.name, Folded: reading.Fold(p.name), SortKey: reading.SortKey(p.name), Birth: p.birth, Sex: p.sex,
		IDType: p.idType, ID: p.id, Insurance: p.more.insurance,
		Commune: p.home.code, District: p.home.district, Province: p.home.province, Sub: p.home.sub, House: p.home.house}
}

// answers are the answers that do not change from day to day, split as the
// resident declaration splits them.
func (p *person) answers() (facts, private map[string]any) {
	nationality := p.foreign
	if nationality == "" {
		nationality = "VN"
	}
	facts = map[string]any{"sex": p.sex, "id_type": p.idType, "nationality": nationality,
		"permanent_commune": p.permanent.code, "commune": p.home.code, "conditions": p.conditions}
	private = map[string]any{"id_number": p.id}
	set := func(m map[string]any, key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	set(facts, "permanent_sub", p.permanent.sub)
	set(facts, "sub", p.home.sub)
	set(facts, "ethnicity", p.more.ethnicity)
	set(facts, "marital", p.more.marital)
	set(facts, "education", p.more.education)
	set(private, "permanent_house", p.permanent.house)
	set(private, "permanent_typed", p.permanent.typed)
	set(private, "house", p.home.house)
	set(private, "typed", p.home.typed)
	set(private, "insurance", p.more.insurance)
	set(private, "occupation", p.more.occupation)
	set(private, "workplace", p.more.workplace)
	return facts, private
}
