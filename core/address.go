package core

import "time"

// Address is a person's place on one network, as the store knows it while its
// session is locked: nobody else runs a turn for it.
type Address struct {
	ID        string
	Channel   string
	URN       URN
	Lang      string // "vi", "en", "" when never chosen
	Phone     string // E.164, proved for this address; "" when not
	ProvenHow string // "code", "contact", "sms"
	OptedOut  bool
	Gone      bool      // the network said that this address is blocked or dead
	Declared  bool      // somebody tied to it has a declaration
	Told      bool      // it was told of a khai hộ in the last 30 days, to which it may object
	Watched   bool      // it may answer for somebody who is watched, or was until two weeks ago: ask the store
	Notice    int       // version of the privacy notice last shown
	Heard     time.Time // when it last wrote or proved its phone, as its turn found it

	Form     string // of the running session; "" between forms
	Question string
	State    []byte // the session's private half, open
}

// Queued is a row of the outbox.
type Queued struct {
	ID        string
	Channel   string
	AddressID string
	URN       URN
	Cause     string // ID of the inbound message it answers, "" for none
	Priority  Priority
	Lang      string
	Say       Say
	Attempts  int       // of sending, this one included
	PartsSent int       // messages of this row that the network already has
	Queued    time.Time // when it was put into the outbox

	// Way and Ways are of a message to a phone: the way it is on, whose channel
	// and address are those above, and those left should it fail, the best first.
	Way  Way
	Ways []Way
	// Asker is the channel where a code is waited for: it never goes there.
	Asker string
	// Objectable says that the addresses of the phone are told of a khai hộ, to
	// which each may object.
	Objectable bool
	// Unreached is what officers must do when no way reaches the person: whose
	// task it is, by PersonID and area. A code makes none.
	Unreached *Task

	// Unreadable is why the sealed half, URN and the rest of Say, did not open;
	// nil when it did.
	Unreadable error
}
