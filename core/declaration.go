package core

import (
	"cmp"
	"strings"
	"time"
	"unicode"
)

// Declaration is one statement of one person for one day, as it is stored. It
// is never changed in place: what comes later is a new version.
type Declaration struct {
	Form      string
	Day       Day
	At        time.Time
	Channel   string
	AddressID string
	Phone     string // E.164 that it was made with; "" when none was given
	Proven    bool   // the phone was proved
	Notice    int    // version of the privacy notice that was shown
	OfficerID string // who typed it in; "" for what people send themselves

	// PersonID is a person who was recalled for this phone or address. It counts
	// only while the two are tied; else the person is found as if none was given.
	PersonID string
	Proxy    bool   // khai hộ: somebody else speaks for the person
	Notify   string // with Proxy: E.164 of the person's own phone as the declarer said it; "" when none

	Person  PersonFacts
	Facts   map[string]any // coded answers, kept in clear
	Private map[string]any // kept sealed

	// Judge gives the verdict of this declaration, once the person is found: by
	// who the person is with what was known before, and the officer's word F0 to
	// F3 with the day from which it counts, "" for none. nil: no verdict.
	Judge func(p PersonFacts, class Class, since Day) Verdict
}

// PersonFacts are what a declaration says of who the person is.
type PersonFacts struct {
	Name      string // display form
	Folded    string // for search: lower case, no marks
	SortKey   string // given name first
	Birth     string // ISO, cut to its precision
	Sex       string // "male", "female", "other"
	IDType    string
	ID        string // normalised; "" or nine zeros find nobody
	OldID     string // the nine digits of before, as a chip card tells them; "" when not told
	Insurance string
	Commune   string // GSO codes of where the person lives now
	District  string
	Province  string
	Sub       string // quarter or hamlet
	House     string // house and street
}

// Keeping is p with what it leaves out, or says with less, filled from what was
// known of the same person: an SMS without marks, or a year alone, must not
// take away the name and the day that were given before. A house is kept only
// while the person stays in the same quarter or hamlet.
func (p PersonFacts) Keeping(known PersonFacts) PersonFacts {
	if p.Folded == known.Folded && unmarked(p.Name) {
		p.Name, p.SortKey = known.Name, known.SortKey
	}
	if strings.HasPrefix(known.Birth, p.Birth) {
		p.Birth = known.Birth
	}
	p.Sex = cmp.Or(p.Sex, known.Sex)
	switch {
	case p.ID == "", p.ID == known.OldID: // the old number says less than the card that tells it
		p.IDType, p.ID, p.OldID = known.IDType, known.ID, known.OldID
	case p.ID == known.ID:
		p.OldID = cmp.Or(p.OldID, known.OldID)
	}
	p.Insurance = cmp.Or(p.Insurance, known.Insurance)
	if p.Commune == known.Commune && p.Sub == known.Sub {
		p.House = cmp.Or(p.House, known.House)
	}
	return p
}

// unmarked tells whether a name was written in plain letters only.
func unmarked(name string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool { return c > unicode.MaxASCII })
}

// BirthYear is the year of birth, 0 when unknown.
func (p PersonFacts) BirthYear() int {
	if len(p.Birth) < 4 {
		return 0
	}
	year := 0
	for _, c := range p.Birth[:4] {
		if c < '0' || c > '9' {
			return 0
		}
		year = year*10 + int(c-'0')
	}
	return year
}

// NobodysID stands for a child without papers; many children share it.
const NobodysID = "000000000"
