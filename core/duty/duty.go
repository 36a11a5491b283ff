// Package duty says which officer may see what.
//
// May is the one function that answers duty x area x field group. Pages, chat
// groups and exports ask it and nothing else, and the store cuts what it gives
// to its answer, so that a template cannot show what the table forbids.
//
// Source: docs/architecture.md, Safe from the first row; docs/reference/security.md,
// section 4.
package duty

import (
	"slices"

	"khaibao/core/area"
)

// Duty is the group of work that an officer's account was made for.
type Duty string

// The duties.
const (
	Team         Duty = "team"         // community team: scans, declares for others
	Police       Duty = "police"       // checks, lodging houses
	Station      Duty = "station"      // commune health station
	Digitisation Duty = "digitisation" // types in paper, verifies arrivals
	CDC          Duty = "cdc"          // triage, monitoring, tracing
	Leader       Duty = "leader"       // figures of exactly their own area
	Centre       Duty = "centre"       // answers, places, policy
	Admin        Duty = "admin"        // accounts
	PlaceOwner   Duty = "place_owner"
	Lodging      Duty = "lodging"
)

// All lists the duties in the order of the table.
func All() []Duty {
	return []Duty{Team, Police, Station, Digitisation, CDC, Leader, Centre, Admin, PlaceOwner, Lodging}
}

// Valid tells whether d is a known duty.
func (d Duty) Valid() bool { return slices.Contains(All(), d) }

// Group is a group of fields that are seen together or not at all.
type Group string

// The groups, as the columns of the table.
const (
	Lists            Group = "lists"
	Conclusion       Group = "conclusion"        // conclusion, name, birth year, last digits of the ID
	ExposureSymptoms Group = "exposure_symptoms" // exposures and symptoms
	Conditions       Group = "conditions"        // illnesses a person lives with
	FullIdentity     Group = "full_identity"     // full ID, phone, house
	Figures          Group = "figures"
)

// Groups lists the groups in the order of the table.
func Groups() []Group {
	return []Group{Lists, Conclusion, ExposureSymptoms, Conditions, FullIdentity, Figures}
}

// Where is how a record stands to the officer who asks.
type Where int

// The three ways. The zero value is the one that shows least.
const (
	Elsewhere Where = iota // outside the officer's area, nothing in hand
	AtCheck                // a QR, a full ID number or a full phone in hand, anywhere in the province
	InArea                 // in the officer's own area
)

// Answer is what the table says. Its zero value is No.
type Answer int

// The answers. Only Yes, Masked and Reveal show a person's record in this
// program so far; the others name what later pages will narrow down.
const (
	No           Answer = iota
	Yes                 // shown
	Masked              // listed by initials
	Reveal              // shown on request, the request logged
	NeedsTicket         // as the citizen's ticket needs
	TicketsOnly         // lists of tickets, not of people
	OfficersOnly        // lists of officers, not of people
	Own                 // own visits or guests
	OwnArea             // figures of the own area
	AllAreas            // figures of every area
)

// row is the table's line: an answer for each group that is not No.
type row map[Group]Answer

var (
	atCheck  = row{Conclusion: Yes, ExposureSymptoms: Yes, FullIdentity: Reveal}
	fullArea = row{Lists: Yes, Conclusion: Yes, ExposureSymptoms: Yes, FullIdentity: Yes, Figures: OwnArea}
	cdcArea  = row{Lists: Yes, Conclusion: Yes, ExposureSymptoms: Yes, Conditions: Yes, FullIdentity: Yes, Figures: OwnArea}
	leads    = row{Lists: Masked, Conclusion: Yes, Figures: OwnArea}
	answers  = row{Lists: TicketsOnly, Conclusion: Yes, ExposureSymptoms: NeedsTicket, FullIdentity: Reveal, Figures: AllAreas}
	accounts = row{Lists: OfficersOnly}
	owns     = row{Lists: Own, Conclusion: Own, FullIdentity: Own, Figures: Own}
)

// table is the duty table of the design. It names team and police at a check;
// station, digitisation and CDC meet people from elsewhere with the QR in
// hand too (docs/functions.md, O1), and get there what a check-point gets.
var table = map[Duty]map[Where]row{
	Team:         {AtCheck: atCheck, InArea: fullArea},
	Police:       {AtCheck: atCheck},
	Station:      {AtCheck: atCheck, InArea: fullArea},
	Digitisation: {AtCheck: atCheck, InArea: fullArea},
	CDC:          {AtCheck: atCheck, InArea: cdcArea},
	Leader:       {InArea: leads},
	Centre:       {AtCheck: answers, InArea: answers},
	Admin:        {InArea: accounts},
	PlaceOwner:   {InArea: owns},
	Lodging:      {InArea: owns},
}

// May answers whether a duty may see a group of fields of a record that stands
// to it as w says. An unknown duty may see nothing.
func May(d Duty, w Where, g Group) Answer { return table[d][w][g] }

// MayCheck tells whether a duty checks people who show a QR or a number.
func MayCheck(d Duty) bool { return May(d, AtCheck, Conclusion) == Yes }

// MayList tells whether a duty lists the declarations of its area, masked or not.
func MayList(d Duty) bool {
	a := May(d, InArea, Lists)
	return a == Yes || a == Masked
}

// MayCorrect tells whether a duty says who is who in its area: those who see
// whole identities there.
func MayCorrect(d Duty) bool { return May(d, InArea, FullIdentity) == Yes }

// WhereIs says how a record that belongs to an area stands to an officer;
// inHand when the person showed a QR, an ID number or a phone. The area is
// the finest known GSO code.
func (o Officer) WhereIs(code string, inHand bool) Where {
	switch {
	case table[o.Duty][InArea] != nil && area.Contains(o.Area, code):
		return InArea
	case inHand:
		return AtCheck
	}
	return Elsewhere
}

// Shown lists the groups of one record that may be shown now; reveal when the
// officer asked for what is shown on request only.
func Shown(d Duty, w Where, reveal bool) []Group {
	var shown []Group
	for _, g := range []Group{Conclusion, ExposureSymptoms, Conditions, FullIdentity} {
		a := May(d, w, g)
		if a == Yes || a == Reveal && reveal {
			shown = append(shown, g)
		}
	}
	return shown
}
