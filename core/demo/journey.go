package demo

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"

	"khaibao/core"
	"khaibao/core/area"
)

// arriveOf is how many of a thousand households came into the province in the
// window, and declared the journey first of all.
const arriveOf = 120

// trip is how a household came.
type trip struct {
	from, typed     string // GSO code of a commune or district, or a country's; as it was typed
	vehicle, number string
	nights          int // on the way
}

var (
	// cameFrom are the provinces that people came home from in the summer of 2021.
	cameFrom  = newShares(`79 46 | 74 16 | 75 10 | 48 9 | 77 2 | 80 2 | 01 3 | 45 4 | 44 3 | 49 3 | 66 2`)
	countries = newShares(`LA 60 | KR 15 | JP 15 | TW 10`)
	vehicles  = newShares(`motorbike 40 | coach 22 | train 18 | car 12 | plane 8`)
)

// comes draws whether and how a household came. It has a source of its own, so
// that who is invented does not hang on it.
func (g *Generator) comes(index int) *trip {
	r := g.source(forJourneys, index)
	if !chance(r, arriveOf) {
		return nil
	}
	t := &trip{vehicle: vehicles.pick(r)}
	if chance(r, 15) {
		t.from, t.vehicle = countries.pick(r), "plane"
		t.typed = t.from
	} else {
		t.from, t.typed = g.someCommune(r)
	}
	switch t.vehicle {
	case "plane":
		t.number = "VN" + strconv.Itoa(between(r, 1200, 1899))
	case "train":
		t.number = "SE" + strconv.Itoa(between(r, 1, 22))
	case "coach", "car":
		t.number = fmt.Sprintf("51B-%03d.%02d", r.IntN(1000), r.IntN(100))
	case "motorbike":
		t.nights = between(r, 1, 3)
	}
	return t
}

// someCommune draws one of a province that people came from, the home province
// never.
func (g *Generator) someCommune(r *rand.Rand) (code, typed string) {
	for {
		province := cameFrom.pick(r)
		if province == g.o.Province {
			continue
		}
		districts := area.Children(province)
		unit := districts[r.IntN(len(districts))]
		if communes := area.Children(unit.Code); len(communes) > 0 { // an island district has none
			unit = communes[r.IntN(len(communes))]
		}
		return unit.Code, area.Label(unit.Code)
	}
}

// journey makes the first declaration of somebody who came that of the journey.
func (p *person) journey(d *core.Declaration) {
	t := p.trip
	facts := map[string]any{"from": t.from, "vehicle": t.vehicle, "departed_on": string(d.Day.Add(-t.nights)), "arrive_on": string(d.Day),
		"passed": []map[string]any{}, "countries": []string{}}
	for _, key := range []string{"sex", "id_type", "nationality", "commune", "sub", "conditions", "symptoms", "exposures", "exposure_last"} {
		if value, ok := d.Facts[key]; ok {
			facts[key] = value
		}
	}
	private := map[string]any{"from_typed": t.typed}
	maps.Copy(private, d.Private)
	for _, key := range []string{"permanent_house", "permanent_typed"} {
		delete(private, key)
	}
	if t.number != "" {
		private["vehicle_no"] = t.number
	}
	d.Form, d.Facts, d.Private = "journey", facts, private
}

// Period is how somebody who came is watched at home, as it stands on
// Options.AsOf.
type Period struct {
	Kind        core.Kind
	From, Until core.Day
	Days        int
	Answered    core.Day // of the newest answer; "" for never
	Missed      int      // questions in a row without an answer
	Colour      core.Colour
	Ill         bool
	End         core.End // core.EndNone while it runs
}

// watchedFor is how many days somebody who came is watched.
const watchedFor = 14

// Watched says how somebody is watched, by their declarations; not ok for most.
// Who came in the last days is often not verified yet, and nobody is watched who
// did not come.
func (g *Generator) Watched(declarations []core.Declaration) (p Period, ok bool) {
	first := &declarations[0]
	if first.Form != "journey" {
		return p, false
	}
	r := g.source(forPeriods, int(first.At.UnixMilli()))
	arrived := core.Day(first.Facts["arrive_on"].(string))
	if recent := arrived.Add(3) >= g.o.AsOf; recent && chance(r, 700) || chance(r, 80) {
		return p, false
	}
	p = Period{Kind: core.KindHome, From: arrived, Days: watchedFor, Until: arrived.Add(watchedFor)}
	if chance(r, 100) {
		p.Kind = core.KindCentral
	}
	last := min(p.Until, g.o.AsOf.Add(-1))
	p.Answered = last
	if p.Until < g.o.AsOf {
		switch n := r.IntN(100); {
		case n < 84:
			p.End = core.EndCompleted
		case n < 94:
			p.End, p.Answered = core.EndOverdue, last.Add(-between(r, 2, 6))
		default:
			p.End = core.EndClosed
		}
		return p, true
	}
	switch n := r.IntN(100); {
	case n < 80:
	case n < 92:
		p.Missed = between(r, 1, 3)
		p.Answered = max(arrived, last.Add(-p.Missed))
	default:
		p.Answered, p.Missed = "", between(r, 1, 4)
	}
	if p.Answered != "" && chance(r, 60) {
		p.Ill = true
		p.Colour = []core.Colour{core.ColourYellow, core.ColourYellow, core.ColourOrange, core.ColourRed}[r.IntN(4)]
	}
	return p, true
}
