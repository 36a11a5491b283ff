package core

import "time"

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

	Person  PersonFacts
	Facts   map[string]any // coded answers, kept in clear
	Private map[string]any // kept sealed
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
	Insurance string
	Commune   string // GSO codes of where the person lives now
	District  string
	Province  string
	Sub       string // quarter or hamlet
	House     string // house and street
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
