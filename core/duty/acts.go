package duty

import "khaibao/core/area"

// Act is something an officer may do beside looking at a record.
type Act string

// The acts of verification, triage, monitoring, policy and accounts.
const (
	Verify     Act = "verify"      // verify arrivals and correct what was declared
	Watch      Act = "watch"       // see who is monitored, with the answers
	Call       Act = "call"        // log a call, take a red on oneself, ask for a photo or a place, type in an answer
	Manage     Act = "manage"      // open, change, extend, move and close a monitoring, keep its tests, lower a colour
	Classify   Act = "classify"    // say F0 to F3
	SeePolicy  Act = "see_policy"  // read the rules, the epidemic areas and what they changed
	EditPolicy Act = "edit_policy" // draft, rehearse and switch on rules and areas
	Enter      Act = "enter"       // type in the declaration of a walk-in or of paper, update one of the own area
	Accounts   Act = "accounts"    // make, change and end the accounts of their area
	ReadLog    Act = "read_log"    // read who saw and did what
)

// Acts lists the acts in the order of the table.
func Acts() []Act {
	return []Act{Verify, Watch, Call, Manage, Classify, SeePolicy, EditPolicy, Enter, Accounts, ReadLog}
}

// acts is who does what (docs/architecture.md, Safe from the first row). A team
// calls and helps; the health station runs its commune's monitoring; the class
// is the CDC's word; the policy is the province's, by the CDC and the centre.
// Who keeps the accounts of an area reads what its officers did, and of the
// people only that they are somebody; the CDC of the province reads it too.
var acts = map[Duty]map[Act]bool{
	Team:         {Verify: true, Watch: true, Call: true, Enter: true},
	Station:      {Verify: true, Watch: true, Call: true, Manage: true, SeePolicy: true, Enter: true},
	CDC:          {Verify: true, Watch: true, Call: true, Manage: true, Classify: true, SeePolicy: true, EditPolicy: true, Enter: true, ReadLog: true},
	Digitisation: {Verify: true, Enter: true},
	Leader:       {SeePolicy: true},
	Centre:       {SeePolicy: true, EditPolicy: true},
	Admin:        {Accounts: true, ReadLog: true},
}

// MayDo tells whether an officer may do something inside their area at all;
// whether a record lies in it is for WatchScope and the store to say. The policy
// holds for the whole province, so only officers of a province edit it; of the
// CDC, only the province's reads what other officers did.
func (o Officer) MayDo(a Act) bool {
	u, ok := area.Get(o.Area)
	province := a == EditPolicy || a == ReadLog && o.Duty != Admin
	return ok && acts[o.Duty][a] && (!province || u.Level == area.LevelProvince)
}

// AccountScope is whose accounts an officer keeps; the zero Scope for a duty
// that keeps none.
func (o Officer) AccountScope() Scope { return o.scopeFor(Accounts) }

// LogScope is of whose officers an officer reads what they saw and did.
func (o Officer) LogScope() Scope { return o.scopeFor(ReadLog) }

func (o Officer) scopeFor(a Act) Scope {
	if !o.MayDo(a) {
		return Scope{}
	}
	return Scope{Area: o.Area}
}

// WatchScope is whose monitoring an officer sees; the zero Scope for a duty
// that watches nobody.
func (o Officer) WatchScope() Scope { return o.scopeFor(Watch) }
