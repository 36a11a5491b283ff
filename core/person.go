package core

import (
	"slices"
	"strings"
	"time"
)

// NameKey is the folded words of the name in alphabetical order, the same for
// "Nguyễn Văn An" and "An Nguyen Van": likely duplicates are found by it.
func (p PersonFacts) NameKey() string {
	words := strings.Fields(p.Folded)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// Remembered is a person whom a phone declared before, with what was said last:
// what is offered as "the same as last time".
type Remembered struct {
	PersonID string
	Self     bool        // this phone declared for the person as for its own holder, not only as khai hộ
	Facts    PersonFacts // the sealed half opened
	Form     string      // of the declaration below; "" when there is none of the form asked for
	Version  int
	Day      Day
	Answers  map[string]any // coded answers; nil when there is no such declaration
	Private  map[string]any // opened; nil likewise
}

// Objection is a khai hộ to which the declared person objected: whom it was
// about, and where that person lives by it, as GSO codes.
type Objection struct {
	PersonID                    string
	Commune, District, Province string // only Province is always known
}

// Holding is what is held about the people of one phone.
type Holding struct{ People []HeldPerson }

// HeldPerson is what is held about one person, as it is told to the phone that
// declared them: the newest 20 of each kind, the newest first.
type HeldPerson struct {
	PersonID     string
	Name         string
	Self         bool // as in Remembered
	Declarations []HeldDeclaration
	Phones       []string // the last three digits of each phone tied to the person
	Looks        []HeldLook
	QRs          []HeldQR
}

// HeldDeclaration is one declaration that is held.
type HeldDeclaration struct {
	Form    string
	Version int
	Day     Day
	At      time.Time
	Channel string
	Proxy   bool // by somebody else, khai hộ
	Officer bool // typed in by an officer
}

// HeldLook is one time that an officer looked the person up.
type HeldLook struct {
	At     time.Time
	Duty   string
	Area   string // GSO code of the officer's area
	Screen string // "check", "qr", "declaration", "reveal", "task", "compare"
}

// HeldQR is one QR code that was made for the person.
type HeldQR struct {
	Made     time.Time
	Replaced time.Time // zero while it holds
}
