package core

import "slices"

// Verification is how far the verifying of an arrival (xác minh người về) came
// (docs/reference/vietnam.md 2.6).
type Verification string

// The states, as words of lists and figures.
const (
	VerifyNew          Verification = "new"          // nobody has verified it yet
	VerifyUnverifiable Verification = "unverifiable" // could not be verified; the area above has it
	VerifyArrived      Verification = "arrived"      // is there, with a form of surveillance
	VerifyMoved        Verification = "moved"        // was declared for the wrong area; another has it
)

// Verifications lists the states in the order of the work list.
func Verifications() []Verification {
	return []Verification{VerifyNew, VerifyUnverifiable, VerifyArrived, VerifyMoved}
}

// Rank orders the states as the work list does, 0 for new; -1 for no state.
func (v Verification) Rank() int { return slices.Index(Verifications(), v) }

// Arrival is one person's coming to one area, as declared by a journey, with
// how far its verifying came.
type Arrival struct {
	ID, PersonID                string
	DeclarationID               string // the newest version of the journey, as this area has it
	Commune, District, Province string // GSO codes of where the person comes to; only Province is always known
	Sub                         string // quarter or hamlet
	Origin                      string // GSO code of the province that the person comes from, or the country's ISO 3166 code; "" when not told
	Day                         Day    // of the arrival, as declared
	Colour                      Colour // that the declaration was given
	State                       Verification
	Owner                       string // GSO code of the area whose turn it is
	Surveillance                string // form of surveillance (docs/reference/vietnam.md 2.6), "" until it arrived
	Monitoring                  string // ID of the monitoring that the verifying opened; "" for none
	Other                       string // of a moved one: ID of the arrival in the other area; of one that came from there: the ID there
	OtherArea                   string // GSO code of that area
	Version                     int    // grows with each change: what was read is what is written over
}

// Area is the finest known GSO code of where the person comes to.
func (a Arrival) Area() string {
	switch {
	case a.Commune != "":
		return a.Commune
	case a.District != "":
		return a.District
	}
	return a.Province
}

// Told is what becomes of an arrival when its person declares a journey anew:
// the arrival as it is from now on. It is the same one, while nobody has settled
// it or the journey is the same; else another, with another false.
func (a Arrival) Told(journey Arrival) (now Arrival, same bool) {
	sameJourney := a.Day == journey.Day && a.Area() == journey.Area()
	switch {
	case a.State == VerifyArrived && sameJourney:
		now = a
		now.DeclarationID, now.Colour, now.Sub, now.Origin = journey.DeclarationID, journey.Colour, journey.Sub, journey.Origin
	case a.State == VerifyNew, a.State == VerifyUnverifiable:
		now = journey
		now.ID, now.State, now.Owner, now.Version = a.ID, VerifyNew, journey.Area(), a.Version
		if sameJourney {
			now.Other, now.OtherArea = a.Other, a.OtherArea
		}
	default:
		return journey, false
	}
	now.Version++
	return now, true
}
