package duty

import "khaibao/core/area"

// Officer is one person's account: one duty in one area.
type Officer struct {
	ID         string
	SignIn     string // the name typed at sign-in
	Name       string
	Duty       Duty
	Area       string // GSO code
	MustChange bool   // the password was given by someone else
	Disabled   bool
}

// Scope is the area whose records a method of the store may list or open. The
// zero Scope holds nothing.
type Scope struct{ Area string } // GSO code

// Everywhere is the scope of a check: all who ever declared to this province,
// also those who live elsewhere. Nothing is listed by it.
var Everywhere = Scope{Area: "*"}

// Holds tells whether a record that belongs to an area lies in the scope.
func (s Scope) Holds(code string) bool {
	return s == Everywhere || area.Contains(s.Area, code)
}

// ListScope is what an officer may list; the zero Scope for a duty that lists
// no people.
func (o Officer) ListScope() Scope {
	if !MayList(o.Duty) {
		return Scope{}
	}
	return Scope{Area: o.Area}
}

// CheckScope is what an officer may look up with a QR, an ID number or a phone
// in hand; the zero Scope for a duty that checks nobody.
func (o Officer) CheckScope() Scope {
	if !MayCheck(o.Duty) {
		return Scope{}
	}
	return Everywhere
}

// FigureScope is of which areas an officer sees figures; the zero Scope for a
// duty that sees none. Who sees those of every area sees those of the province.
func (o Officer) FigureScope() Scope {
	switch May(o.Duty, InArea, Figures) {
	case OwnArea:
		return Scope{Area: o.Area}
	case AllAreas:
		return Scope{Area: area.Province(o.Area)}
	}
	return Scope{}
}
