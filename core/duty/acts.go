package duty

import "khaibao/core/area"

// Act is something an officer may do beside looking at a record.
type Act string

// The acts of verification, triage, monitoring and policy.
const (
	Verify     Act = "verify"      // verify arrivals and correct what was declared
	Watch      Act = "watch"       // see who is monitored, with the answers
	Call       Act = "call"        // log a call, take a red on oneself, ask for a photo or a place, type in an answer
	Manage     Act = "manage"      // open, change, extend, move and close a monitoring, keep its tests, lower a colour
	Classify   Act = "classify"    // say F0 to F3
	SeePolicy  Act = "see_policy"  // read the rules, the epidemic areas and what they changed
	EditPolicy Act = "edit_policy" // draft, rehearse and switch on rules and areas
	Enter      Act = "enter"       // type in the declaration of a walk-in or of paper, update one of the own area
)

// Acts lists the acts in the order of the table.
func Acts() []Act { return []Act{Verify, Watch, Call, Manage, Classify, SeePolicy, EditPolicy, Enter} }

// acts is who does what (docs/architecture.md, Safe from the first row). A team
// calls and helps; the health station runs its commune's monitoring; the class
// is the CDC's word; the policy is the province's, by the CDC and the centre.
var acts = map[Duty]map[Act]bool{
	Team:         {Verify: true, Watch: true, Call: true, Enter: true},
	Station:      {Verify: true, Watch: true, Call: true, Manage: true, SeePolicy: true, Enter: true},
	CDC:          {Verify: true, Watch: true, Call: true, Manage: true, Classify: true, SeePolicy: true, EditPolicy: true, Enter: true},
	Digitisation: {Verify: true, Enter: true},
	Leader:       {SeePolicy: true},
	Centre:       {SeePolicy: true, EditPolicy: true},
}

// MayDo tells whether an officer may do something inside their area at all;
// whether a record lies in it is for WatchScope and the store to say. The policy
// holds for the whole province, so only officers of a province edit it.
func (o Officer) MayDo(a Act) bool {
	u, ok := area.Get(o.Area)
	return ok && acts[o.Duty][a] && (a != EditPolicy || u.Level == area.LevelProvince)
}

// WatchScope is whose monitoring an officer sees; the zero Scope for a duty
// that watches nobody.
func (o Officer) WatchScope() Scope {
	if !o.MayDo(Watch) {
		return Scope{}
	}
	return Scope{Area: o.Area}
}
