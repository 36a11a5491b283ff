// Package flows holds conversations: forms as data, the one engine that runs
// them, and the dispatcher, the only door for messages coming in.
//
// Turn and Step are pure: they know no clock, no database and no language.
// Time comes in the event, and effects carry locale keys. Only the dispatcher
// touches the store.
package flows

import (
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// Event is what happens to a conversation: a message, or the outcome of an
// effect that an earlier turn asked for. Exactly one of In and Result is set.
type Event struct {
	Now      time.Time
	Today    core.Day
	In       *core.Inbound
	Result   Result
	Features channel.Features
	Known    Known
	Setting  Setting
}

// Known is what the store knows of the address that writes.
type Known struct {
	Lang       string // "vi" or "en"; "" when never chosen
	Phone      string // E.164, proved for this address; "" when not proved
	OptedOut   bool
	Declared   bool // somebody tied to the proved phone has a declaration
	Told       bool // was told of a declaration by somebody else, and may object
	Watched    bool // may answer for somebody who is watched: FindWatched tells for whom
	NoticeSeen int  // version of the privacy notice last shown, 0 for none
}

// Setting is the dated and configured data that conversations name.
type Setting struct {
	Province    string // GSO code of the home province, "46"
	Hotline     string // as dialled, "19001075"
	Disease     string // what the declarations are about, "COVID-19"
	LookBack    int    // days that the exposure questions look back, today
	Notice      int    // version of the privacy notice in force
	NoticeURL   string
	PublicURL   string
	AskReligion bool // off unless the province has a reason: it is sensitive by law
	// AskVaccination asks for doses and recovery, while a rule in force uses them.
	AskVaccination bool
	CodeLifetime   time.Duration
}

// Effect is what a turn asks the dispatcher to do, in order, in the same
// transaction as the turn itself.
type Effect interface{ effect() }

// Result is the outcome of an effect, given to the next turn as an Event.
type Result interface{ result() }

// Reply queues a line to the address that wrote.
type Reply struct{ core.Say }

// SendCode asks for a code to be sent by SMS. Result: CodeSent. The answer
// never depends on whether the number is known.
type SendCode struct{ Phone string } // E.164

// CodeSent tells how SendCode went.
type CodeSent struct {
	Phone   string
	Refused string        // "" sent, "wait" too soon, "limit" a cap was reached, "region" not a number we send to
	Wait    time.Duration // with "wait": how long
}

// CheckCode compares a typed code with the newest one sent for this address
// and phone. Result: CodeChecked.
type CheckCode struct{ Phone, Code string }

// CodeChecked tells how CheckCode went. OK burns the code.
type CodeChecked struct {
	OK      bool
	Expired bool // no live code: too old, used, or five times wrong
	Left    int  // tries left
}

// Prove ties the address to a phone that it proved. Known.Phone has it from
// the next event on.
type Prove struct {
	Phone string // E.164
	How   string // "code", "contact", "sms"
}

// SetLang keeps the language of the address.
type SetLang struct{ Lang string }

// OptOut stops everything but replies and codes.
type OptOut struct{}

// OptIn undoes OptOut.
type OptIn struct{}

// NoticeShown keeps that this version of the privacy notice was shown.
type NoticeShown struct{ Version int }

// Declare stores a declaration of a person: a first version or, when the
// person is found, a new one. Result: Declared.
type Declare struct {
	Form   string
	Person Person
	// Facts are coded answers and areas, kept in clear: question ID -> a
	// string, a bool, a number, a list of strings, or a list of objects of these.
	Facts map[string]any
	// Private are answers kept sealed: numbers, house and street, free text.
	Private map[string]any
	// Phone is the proved phone, or the one given by somebody who went on
	// without proof; "" when none.
	Phone  string
	Proven bool
	Notice int // version of the privacy notice that was shown

	PersonID string // of a person recalled; "" for one who is new or to be found
	Proxy    bool   // by somebody else than the person
	Notify   string // the person's own phone, E.164; "" when none was given
}

// Person is who a declaration speaks of.
type Person struct {
	Name      string // display form
	Birth     string // ISO, cut to its precision
	Sex       string // "male", "female", "other"
	IDType    string // "cccd", "cmnd", "passport", "child_placeholder", …
	ID        string // normalised; "" when not given
	OldID     string // the nine digits of before, as a chip card tells them; "" when not told
	Insurance string
	Commune   string // GSO code of where the person lives now; may be a district when no finer is known
	Sub       string // quarter or hamlet, "TDP 3"
	House     string // house and street, private
}

// Declared tells what was stored.
type Declared struct {
	PersonName string
	Code       string // 26 letters, for the QR link
	Number     string // ten digits
	Version    int    // 1 for a first declaration

	// Verdict is what is in force for the person now, its zero value where
	// nothing judges. Why are its reasons in words, in the writer's language,
	// the worst first, and WhyMeasure the one that asks for its measure.
	Verdict    core.Verdict
	Why        []string
	WhyMeasure string
}

// DeclareAll stores the declarations of several people made in one run.
// Result: DeclaredAll.
type DeclareAll struct{ List []Declare }

// DeclaredAll tells what was stored, in the same order.
type DeclaredAll struct{ List []Declared }

// Recall asks for the people of the proved phone with their newest declaration
// of a form, and for a form left half-way on another channel. Result: Recalled.
type Recall struct {
	Form  string
	Moved bool // a form half-way elsewhere is to be brought here
}

// Recalled is the answer to Recall.
type Recalled struct {
	People []core.Remembered // the newest declaration first
	Kept   *Kept             // was half-way at another address of the same phone
}

// Object says that what others declared for this phone's holder is wrong.
// Result: Objected.
type Object struct{}

// Objected tells how many declarations were objected to.
type Objected struct{ Count int }

// FindQR asks for the QR codes of the persons tied to the proved phone, newest
// declaration first. Result: QRs.
type FindQR struct {
	Lost bool // one of them was lost, and is to be replaced
}

// QRs are the answer to FindQR.
type QRs struct {
	List []QRCode
	Lost bool // as asked
}

// QRCode is one person's QR.
type QRCode struct {
	PersonID string
	Name     string
	Code     string
	Number   string
	Day      core.Day // of the newest declaration
}

// ReplaceQR makes a new QR code for one of the people that FindQR shows; the
// old one is of no use any more. Result: QRReplaced.
type ReplaceQR struct{ PersonID string }

// QRReplaced is the answer to ReplaceQR.
type QRReplaced struct {
	QRCode
	Done bool // false: there is no such person at this address
}

// FindHeld asks what is held about the people of the proved phone, and who
// looked at it. Result: Held.
type FindHeld struct{}

// Held is the answer to FindHeld.
type Held struct{ core.Holding }

// OpenTask makes a task for officers. One open task of a kind for an address
// is enough: a second one only moves its time.
type OpenTask struct {
	Kind string // "misunderstood", "unproven"
	Area string // GSO code, "" for the province
	Note string // question ID or the like; never an answer
}

func (Reply) effect()       {}
func (SendCode) effect()    {}
func (CheckCode) effect()   {}
func (Prove) effect()       {}
func (SetLang) effect()     {}
func (OptOut) effect()      {}
func (OptIn) effect()       {}
func (NoticeShown) effect() {}
func (Declare) effect()     {}
func (DeclareAll) effect()  {}
func (Recall) effect()      {}
func (Object) effect()      {}
func (FindQR) effect()      {}
func (ReplaceQR) effect()   {}
func (FindHeld) effect()    {}
func (OpenTask) effect()    {}

func (CodeSent) result()    {}
func (CodeChecked) result() {}
func (Declared) result()    {}
func (DeclaredAll) result() {}
func (Recalled) result()    {}
func (Objected) result()    {}
func (QRs) result()         {}
func (QRReplaced) result()  {}
func (Held) result()        {}
