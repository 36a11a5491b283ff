package flows

import "khaibao/core"

// FindWatched asks for whom the address answers the daily question. The message
// that may be an answer waits for it. Result: Watched.
type FindWatched struct{ In core.Inbound }

// Watched is the answer to FindWatched.
type Watched struct {
	In   core.Inbound   // as given
	List []core.Watched // by their numbers, also those whose monitoring ended within two weeks
	Want string         // what an officer asked this address for and has not come: WantPhoto, WantLocation, "" for nothing
}

// KeepCheckups keeps answers to the daily question. The colour of each is that of
// its words alone; the rules may find a worse one. Result: CheckedUp.
type KeepCheckups struct {
	List   []core.Checkup
	People []core.Watched // whom the address answers for: given back as it is
}

// CheckedUp is the answer to KeepCheckups, in the same order.
type CheckedUp struct {
	List   []CheckupKept
	People []core.Watched
}

// CheckupKept is what became of one answer.
type CheckupKept struct {
	Said core.Checkup     // as it was kept, with the colour that the rules gave it
	Kept core.KeptCheckup // what the store made of it
	Of   core.Watched     // about whom
}

// KeepSent keeps that what an officer asked for has come: that there was a
// photo, or where the person is.
type KeepSent struct {
	What string         // WantPhoto or WantLocation
	At   *core.Location // of a location
}

// What an officer may ask a watched person for.
const (
	WantPhoto    = "photo"
	WantLocation = "location"
)

// LinkOfficer makes this chat the one of the officer whose one-time code it is.
// Result: OfficerSaid.
type LinkOfficer struct{ Code string }

// UnlinkOfficer undoes it. Result: OfficerSaid.
type UnlinkOfficer struct{}

// TakeAlert is an officer's word that a red alert is theirs now; Task is the short
// ID of its task. Result: OfficerSaid.
type TakeAlert struct{ Task string }

// OfficerSaid is what became of a word of an officer's.
type OfficerSaid struct {
	core.OfficerChat
	Word string // what was said: officerLink, officerUnlink or officerTake
	Task string // short ID of the alert
}

func (FindWatched) effect()  {}
func (KeepCheckups) effect() {}
func (KeepSent) effect()     {}

func (Watched) result()     {}
func (CheckedUp) result()   {}
func (OfficerSaid) result() {}

func (LinkOfficer) effect()   {}
func (UnlinkOfficer) effect() {}
func (TakeAlert) effect()     {}
